"""YAML that eats no words: the text as nodes that know their line and column.

PyYAML parses; this module turns its events into nodes and refuses what would swallow what a
maker wrote: anchors, aliases and tags (`- *softly* now`), a comment behind speech (`- Track #1`),
a key given twice. Every message shows the line as it should be written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import yaml

from meditations.errors import MeditationError, Where

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

DEEPEST: Final = 24
"""Nesting beyond this is a slip or an attack; the deepest honest script needs about eight."""
LARGEST_BYTES: Final = 2_000_000

_LINE_START = re.compile(r"^(?P<head>\s*(?:-\s+)*(?:[A-Za-z_]+:\s+)?)(?P<text>\S.*?)\s*$")


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value as it was written; `plain` is true where no quotes stood around it."""

    text: str
    plain: bool
    where: Where


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list; `flow` is true for one in square brackets."""

    items: tuple[Node, ...]
    flow: bool
    where: Where


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys with their values, in the order of the file."""

    entries: tuple[tuple[Scalar, Node], ...]
    where: Where

    def get(self, key: str) -> Node | None:
        """The value under `key`, or None."""
        return next((value for name, value in self.entries if name.text == key), None)


Node = Scalar | Sequence | Mapping


def read_text(file: Path) -> str:
    """The text of a script file, in UTF-8.

    Raises:
        MeditationError: If the file is missing, not UTF-8, empty, or holds control characters.
    """
    try:
        raw = file.read_bytes()
    except FileNotFoundError:
        raise MeditationError("there is no such file", file=file) from None
    except IsADirectoryError:
        raise MeditationError("this is a folder, not a script", file=file) from None
    except OSError as error:
        raise MeditationError(f"cannot be read: {error.strerror}", file=file) from None
    if len(raw) > LARGEST_BYTES:
        raise MeditationError("is over 2 MB; no meditation is that long", file=file)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line = before.count(b"\n") + 1
        column = error.start - (before.rfind(b"\n") + 1) + 1
        raise MeditationError(
            "is not UTF-8 text",
            mend="save the file with the encoding UTF-8",
            where=Where(file, line, column),
        ) from None
    _refuse_control_characters(text, file)
    if not text.strip():
        raise MeditationError(
            "is empty", mend='start one with: meditations new "A Title"', file=file
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _refuse_control_characters(text: str, file: Path) -> None:
    found = re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]", text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        column = found.start() - (text.rfind("\n", 0, found.start()) + 1) + 1
        raise MeditationError(
            f"holds the control character U+{ord(found[0]):04X}",
            mend="delete it: it cannot be seen, and it cannot be spoken",
            where=Where(file, line, column),
        )


def parse(text: str, file: Path) -> Node:
    """The one document of `text` as nodes.

    Raises:
        MeditationError: If YAML cannot read it, or would drop or change words.
    """
    return _Composer(text, file).document()


class _Composer:
    """Builds nodes from PyYAML's events, with a stack no deeper than `DEEPEST`."""

    def __init__(self, text: str, file: Path) -> None:
        self._lines = text.split("\n")
        self._text = text
        self._file = file

    def document(self) -> Node:
        try:
            events = list(self._events())
        except yaml.MarkedYAMLError as error:
            raise self._unreadable(error) from None
        except yaml.YAMLError as error:
            raise MeditationError(f"is no YAML: {error}", file=self._file) from None
        starts = [event for event in events if isinstance(event, yaml.DocumentStartEvent)]
        if len(starts) > 1:
            raise MeditationError(
                "holds a second document behind '---'",
                mend="keep one meditation in one file",
                where=self._where(starts[1].start_mark),
            )
        stream = iter(events)
        for event in stream:
            if isinstance(event, yaml.NodeEvent):
                return self._node(event, stream, 0)
        raise MeditationError(
            "holds nothing but comments",
            mend='start one with: meditations new "A Title"',
            file=self._file,
        )

    def _events(self) -> Iterator[yaml.Event]:
        depth = 0
        for event in yaml.parse(self._text, Loader=_Loader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > DEEPEST:
                    raise MeditationError(
                        f"is nested more than {DEEPEST} deep",
                        mend="take the lists and settings out of one another",
                        where=self._where(event.start_mark),
                    )
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            yield event

    def _node(self, event: yaml.Event, stream: Iterator[yaml.Event], depth: int) -> Node:
        where = self._where(event.start_mark)
        self._refuse_swallowed(event, where)
        if isinstance(event, yaml.ScalarEvent):
            self._refuse_comment(event)
            return Scalar(event.value, _is_plain(event), where)
        if isinstance(event, yaml.SequenceStartEvent):
            items = []
            while not isinstance(following := next(stream), yaml.SequenceEndEvent):
                items.append(self._node(following, stream, depth + 1))
            return Sequence(tuple(items), bool(event.flow_style), where)
        return self._mapping(stream, depth, where)

    def _mapping(self, stream: Iterator[yaml.Event], depth: int, where: Where) -> Mapping:
        entries: list[tuple[Scalar, Node]] = []
        seen: dict[str, Scalar] = {}
        while not isinstance(following := next(stream), yaml.MappingEndEvent):
            key = self._node(following, stream, depth + 1)
            if not isinstance(key, Scalar):
                raise MeditationError(
                    "a list or a setting stands where a key should be",
                    mend=self._as_written(key.where),
                    where=key.where,
                )
            if key.text in seen:
                raise MeditationError(
                    f"the key '{key.text}' is given twice",
                    mend=f"keep one of them; the first is in line {seen[key.text].where.line}",
                    where=key.where,
                )
            seen[key.text] = key
            entries.append((key, self._node(next(stream), stream, depth + 1)))
        return Mapping(tuple(entries), where)

    def _refuse_swallowed(self, event: yaml.Event, where: Where) -> None:
        """YAML's anchors, aliases and tags take words out of a line and are never needed here."""
        sign = ""
        if isinstance(event, yaml.AliasEvent):
            sign = "*"
        elif getattr(event, "anchor", None) is not None:
            sign = "&"
        elif getattr(event, "tag", None) is not None:
            sign = "!"
        if sign:
            raise MeditationError(
                f"YAML takes the words after '{sign}' as a sign of its own and drops them",
                mend=self._as_written(where),
                where=where,
            )

    def _refuse_comment(self, event: yaml.ScalarEvent) -> None:
        if not _is_plain(event) or " " not in event.value:
            return
        end = event.end_mark
        rest = self._lines[end.line][end.column :] if end.line < len(self._lines) else ""
        if re.match(r"\s+#", rest):
            where = Where(self._file, end.line + 1, end.column + len(rest) - len(rest.lstrip()) + 1)
            raise MeditationError(
                "YAML drops the words from ' #' on, as a comment",
                mend=self._as_written(where) + "\nor move the comment to a line of its own",
                where=where,
            )

    def _unreadable(self, error: yaml.MarkedYAMLError) -> MeditationError:
        mark = error.problem_mark or error.context_mark
        where = self._where(mark) if mark else Where(self._file)
        line = self._line(where)
        tab = re.match(r"\s*\t", line) or re.match(r"\s*-\t", line)
        if tab:
            return MeditationError(
                "a tab stands where YAML needs spaces",
                mend="indent with spaces only, two for each step",
                where=Where(self._file, where.line, line.index("\t") + 1),
            )
        guilty = self._guilty_line(where.line)
        if guilty:
            where = Where(self._file, guilty, self._text_column(guilty))
            return MeditationError(
                "YAML cannot read this line as speech", mend=self._as_written(where), where=where
            )
        problem = (error.problem or "this is no YAML").replace("\n", " ")
        return MeditationError(
            f"YAML cannot read this: {problem}",
            mend="look at the indentation here and in the line above",
            where=where,
        )

    def _guilty_line(self, line: int) -> int:
        """The speech line at or just above a parse error that needs quotes around it."""
        for number in range(min(line, len(self._lines)), max(line - 6, 0), -1):
            match = _LINE_START.match(self._lines[number - 1])
            if not match or "- " not in match["head"]:
                continue
            text = match["text"]
            if text[0] in "[\"'*&!{@%`|>" or re.search(r":\s", text):
                return number
            return 0
        return 0

    def _as_written(self, where: Where) -> str:
        line = self._line(where)
        match = _LINE_START.match(line)
        if not match:
            return "put the words in double quotes"
        return "write it in quotes: " + match["head"].strip() + " " + quoted(match["text"])

    def _text_column(self, line: int) -> int:
        match = _LINE_START.match(self._lines[line - 1])
        return match.start("text") + 1 if match else 1

    def _line(self, where: Where) -> str:
        return self._lines[where.line - 1] if 0 < where.line <= len(self._lines) else ""

    def _where(self, mark: yaml.Mark) -> Where:
        return Where(self._file, mark.line + 1, mark.column + 1)


def _is_plain(event: yaml.ScalarEvent) -> bool:
    return not event.style  # None from the Python parser, "" from the C one


def quoted(text: str) -> str:
    """`text` as a YAML string in double quotes."""
    inner = text
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        inner = text[1:-1]
    return '"' + inner.replace("\\", "\\\\").replace('"', '\\"') + '"'
