"""YAML that eats no words: the text as nodes that know their line and column.

PyYAML parses; this module turns its events into nodes and refuses what would swallow what a
maker wrote: anchors, aliases and tags (`- *softly* now`), a quote that closes some lines further
down, a key given twice. Every message shows the line as it should be written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import yaml

from meditations.errors import MeditationError, Where
from meditations.script.text import CONTROL, control_character
from meditations.script.written import Written, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Mapping", "Node", "Scalar", "Sequence", "Written", "parse", "quoted"]

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

DEEPEST: Final = 24
"""Nesting beyond this is a slip or an attack; the deepest honest script needs about eight."""

_PROBLEMS: Final = (
    ("mapping values", "a ': ' stands where none is expected"),
    ("',' or", "a bracket that opens here is not closed"),
    ("end of stream", "a quote that opens here is not closed"),
    ("expected ':'", "there is no ': ' between a key and its value"),
    ("cannot start", "a sign stands here that YAML keeps for itself"),
    ("escape", "a \\ in double quotes is written \\\\"),
    ("expected", "this line does not fit those above it"),
)
"""Parts of PyYAML's messages, and what they mean to somebody who writes a script."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value as it was written.

    Attributes:
        plain: True where no quotes stood around it.
        comment: Where a `#` behind a plain value makes YAML drop the rest of the line.
        one_line: False where it runs over several lines.
    """

    text: str
    plain: bool
    where: Where
    comment: Where | None = None
    one_line: bool = True

    @property
    def empty(self) -> bool:
        """Whether nothing was written, or what YAML takes for nothing."""
        return self.plain and self.text in ("", "~")


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list; `flow` is true for one in square brackets."""

    items: tuple[Node, ...]
    flow: bool
    where: Where


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys with their values, in the order of the file; `flow` is true for one in braces."""

    entries: tuple[tuple[Scalar, Node], ...]
    flow: bool
    where: Where

    def get(self, key: str) -> Node | None:
        """The value under `key`, or None."""
        return next((value for name, value in self.entries if name.text == key), None)


Node = Scalar | Sequence | Mapping


def parse(written: Written, file: Path) -> Node:
    """The one document of a script as nodes; `file` is named in messages.

    Raises:
        MeditationError: If YAML cannot read it, or would drop or change words.
    """
    return _Composer(written, file).document()


class _Composer:
    """Builds nodes from PyYAML's events, with a stack no deeper than `DEEPEST`."""

    def __init__(self, written: Written, file: Path) -> None:
        self._written = written
        self._file = file
        self._last_line = 1

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
                return self._node(event, stream)
        raise MeditationError(
            "holds nothing but comments",
            mend='start one with: meditations new "A Title"',
            file=self._file,
        )

    def _events(self) -> Iterator[yaml.Event]:
        depth = 0
        for event in yaml.parse(self._written.text, Loader=_Loader):
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
            self._last_line = self._where(event.start_mark).line
            self._refuse_attached_comment(self._where(event.end_mark))
            yield event

    def _node(self, event: yaml.Event, stream: Iterator[yaml.Event]) -> Node:
        where = self._where(event.start_mark)
        self._refuse_signs(event, where)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, where)
        if isinstance(event, yaml.SequenceStartEvent):
            items = []
            while not isinstance(following := next(stream), yaml.SequenceEndEvent):
                items.append(self._node(following, stream))
            return Sequence(tuple(items), bool(event.flow_style), where)
        flow = isinstance(event, yaml.MappingStartEvent) and bool(event.flow_style)
        return Mapping(tuple(self._entries(stream)), flow, where)

    def _entries(self, stream: Iterator[yaml.Event]) -> Iterator[tuple[Scalar, Node]]:
        seen: dict[str, int] = {}
        while not isinstance(following := next(stream), yaml.MappingEndEvent):
            key = self._node(following, stream)
            if not isinstance(key, Scalar):
                raise MeditationError(
                    "a list or a setting stands where a key should be",
                    mend=self._written.mended(key.where.line),
                    where=key.where,
                )
            if key.text in seen:
                raise MeditationError(
                    f"the key '{key.text}' is given twice",
                    mend=f"keep one of them; the first is in line {seen[key.text]}",
                    where=key.where,
                )
            seen[key.text] = key.where.line
            yield key, self._node(next(stream), stream)

    def _scalar(self, event: yaml.ScalarEvent, where: Where) -> Scalar:
        if found := CONTROL.search(event.value):  # written as an escape: "\0"
            raise control_character(found[0], where)
        plain = not event.style  # None from the Python parser, "" from the C one
        end = self._where(event.end_mark)
        if end.line > where.line:
            self._refuse_swallowed_lines(where.line, end.line, event.style or "")
        comment = None
        rest = self._written.line(end.line)[end.column - 1 :]
        if plain and re.match(r"\s+#", rest):
            comment = Where(self._file, end.line, end.column + rest.index("#"))
        return Scalar(event.value, plain, where, comment, end.line == where.line)

    def _refuse_signs(self, event: yaml.Event, where: Where) -> None:
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
                mend=self._written.mended(where.line),
                where=where,
            )

    def _refuse_attached_comment(self, end: Where) -> None:
        """PyYAML drops what follows `#` behind a quote or a bracket even without a space."""
        line, column = self._written.line(end.line), end.column
        if column > 1 and line[column - 2] in "\"']}" and line[column - 1 : column] == "#":
            raise MeditationError(
                "YAML drops the words from '#' on, as a comment",
                mend=self._written.mended(end.line),
                where=end,
            )

    def _refuse_swallowed_lines(self, first: int, last: int, style: str) -> None:
        """Lines that were meant to stand alone, and that YAML reads as part of one above them."""
        entry = self._written.entry(first)
        if entry is None or entry.line != first or style in ("|", ">"):
            return
        for number in range(first + 1, last + 1):
            line = self._written.line(number)
            if style and line.strip() and self._written.indent(number) <= entry.indent:
                raise MeditationError(
                    f"the quote that opens here closes only in line {last}",
                    mend=entry.mended(),
                    where=Where(self._file, first, entry.column),
                )
            if not style and line.lstrip().startswith("- "):
                raise MeditationError(
                    "YAML reads this line as part of the one above it, for it lies deeper",
                    mend=f"let its '-' stand under the '-' of line {first}",
                    where=Where(self._file, number, self._written.indent(number) + 1),
                )

    def _unreadable(self, error: yaml.MarkedYAMLError) -> MeditationError:
        mark, context = error.problem_mark, error.context_mark
        opened = f"{error.context} {error.problem}"
        if "simple key" in opened:  # the end of a line that should hold a colon is told otherwise
            mark = context
        where = self._where(mark or context)
        line = self._written.line(where.line)
        if re.match(r"\s*(?:-\s*)*\t", line):
            return MeditationError(
                "a tab stands where YAML needs spaces",
                mend="indent with spaces only, two for each step",
                where=Where(self._file, where.line, line.index("\t") + 1),
            )
        if dash := re.match(r"(\s*)-(?=[^\s-])", line):
            return MeditationError(
                "a space is missing behind '-'",
                mend=f"write it as: {line.strip().replace('-', '- ', 1)}",
                where=Where(self._file, where.line, len(dash[1]) + 1),
            )
        inside = context and ("scalar" in opened or "flow" in opened or "escape" in opened)
        told = [self._where(context).line] if inside else []
        for number in (*told, self._last_line, where.line):
            entry = self._written.entry(number)
            # A bracket that closes may hold what cannot be read; that line is named by the parser.
            broken = entry and entry.text[0] in "[{" and number in (*told, where.line)
            if entry and (broken or entry.needs_quotes or "escape" in opened):
                return MeditationError(
                    "YAML cannot read this line as words",
                    mend=entry.mended(),
                    where=Where(self._file, entry.line, entry.column),
                )
        problem = next((told for part, told in _PROBLEMS if part in opened), "this is no YAML")
        return MeditationError(
            f"YAML cannot read this: {problem}",
            mend="look at the indentation here and in the line above, and put words that hold any"
            " of : # , [ ] { } into double quotes",
            where=self._where(context) if inside else where,
        )

    def _where(self, mark: Any) -> Where:
        # PyYAML's two parsers have a class of marks each.
        return Where(self._file, mark.line + 1, mark.column + 1) if mark else Where(self._file)
