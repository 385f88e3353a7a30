"""The lines of a script as they were written, and as they should be: for messages.

Where YAML takes a line for something else than words, the message prints the line anew, so that
it can be pasted back and says what its maker meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

PROSE: Final = frozenset(
    {
        "about",
        "album",
        "allow",
        "author",
        "by",
        "contact",
        "content_note",
        "credit",
        "instead",
        "license",
        "notes",
        "region",
        "resources",
        "say",
        "source",
        "summary",
        "text",
        "title",
        "topics",
    }
)
"""Keys behind which words stand: nothing of them may be lost."""
SETTINGS: Final = frozenset(
    {
        "as", "background", "bell", "bells", "breath", "breathe", "care", "chain",
        "checked", "cover", "end", "engine", "every", "fade", "fade_in", "fade_out",
        "fixed", "for", "from", "hold", "in", "kind", "language", "lead_in", "length",
        "level", "lift", "line", "name", "on", "onset", "out", "pace", "palette", "pan",
        "pause", "pitch", "pronunciation", "published", "rate", "repeat", "rest", "review",
        "reviewed", "role", "script", "section", "sections", "sentence", "sound",
        "soundbite", "start", "tail", "time", "times", "tone", "voice", "voices", "volume",
        "with", "words",
    }
)  # fmt: skip
"""All other keys of the format."""

_WORDS_BEHIND_DASH: Final = frozenset({"say", "title"})
_BEHIND_DASH: Final = _WORDS_BEHIND_DASH | {
    "background", "bell", "breathe", "pause", "repeat", "role", "script", "voice",
}  # fmt: skip
"""Keys that a step or a section begins with: `- remember: …` is a line of speech."""


def _any_of(keys: frozenset[str]) -> str:
    return "(?:" + "|".join(sorted(keys)) + ")"


_ITEM = re.compile(
    rf"(?P<indent> *)(?P<head>(?:- +)+(?:{_any_of(_WORDS_BEHIND_DASH)}: +)?)(?P<text>.*?)\s*"
)
_SETTING = re.compile(rf"(?P<indent> *)(?P<head>{_any_of(PROSE)}: +)(?P<text>.*?)\s*")
_KEY = re.compile(rf"\s*{_any_of(PROSE | SETTINGS)}:(?:\s|$)")
_NO_WORDS = re.compile(
    rf"\{{?\s*{_any_of(_BEHIND_DASH)}:(?:\s|$)|\{{{_KEY.pattern}|[|>][-+0-9]*(?:\s+#.*)?$"
)
"""Settings, in braces or not, and the sign of a block."""
_DOUBLE = re.compile(r'"((?:[^"\\]|\\.)*)"')
_SINGLE = re.compile(r"'((?:[^']|'')*)'")
_COMMENT = re.compile(r"\s+#.*")
_PARTNERS: Final = {"[": "]", "{": "}"}


@dataclass(frozen=True, slots=True)
class Entry:
    """Words behind a dash or a key, with every line that they run over.

    Attributes:
        head: What stands before them: `-`, `title:`, `- say:`.
        text: The words as they were written, in one line.
        line: The line where they begin, from 1.
        column: The column where they begin, from 1.
        lines: How many lines they run over.
        indent: The column of the dash or the key, from 0; all that belongs to it lies deeper.
    """

    head: str
    text: str
    line: int
    column: int
    lines: int
    indent: int

    @property
    def is_step(self) -> bool:
        """Whether they stand behind one dash and nothing else."""
        return self.head == "-"

    @property
    def needs_quotes(self) -> bool:
        """Whether YAML takes these words for something else."""
        first = self.text[0]
        if first in "\"'":
            return not is_quoted(self.text)
        if first in _PARTNERS:
            return not _is_closed(self.text)
        return (
            first in "*&!@%`|>,]}#"
            or self.text[:2].strip() in {"?", "-", ":"}
            or bool(re.search(r":(?:\s|$)", self.text))
        )

    def mended(self) -> str:
        """How to write it, as a hint."""
        where = (
            "in quotes" if self.lines == 1 else f"in quotes, in one line instead of {self.lines}"
        )
        return f"write it {where}: {self.head} {quoted(_without_quotes(self.text))}"


class Written:
    """A script's text by lines, which count from 1 here as in every message."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._lines = text.split("\n")

    def line(self, number: int) -> str:
        """That line, or nothing where there is none."""
        return self._lines[number - 1] if 0 < number <= len(self._lines) else ""

    def entry(self, number: int) -> Entry | None:
        """The words that line belongs to; None where it holds something else than words."""
        first = number
        while first > 1 and not _is_head(self.line(first)) and not _KEY.match(self.line(first)):
            first -= 1
        line = self.line(first)
        match = _ITEM.fullmatch(line) or _SETTING.fullmatch(line)
        if match is None or not match["text"] or _NO_WORDS.match(match["text"]):
            return None
        indent = len(match["indent"])
        last = self._last_line(first, indent)
        if number > last:
            return None
        more = (self.line(below).strip() for below in range(first + 1, last + 1))
        return Entry(
            head=match["head"].strip(),
            text=" ".join(filter(None, (match["text"], *more))),
            line=first,
            column=match.start("text") + 1,
            lines=last - first + 1,
            indent=indent,
        )

    def mended(self, number: int) -> str:
        """How the words in that line should be written, as a hint."""
        entry = self.entry(number)
        return entry.mended() if entry else "put the words into double quotes"

    def indent(self, number: int) -> int:
        """How many spaces the line begins with."""
        line = self.line(number)
        return len(line) - len(line.lstrip(" "))

    def _last_line(self, first: int, indent: int) -> int:
        last = first
        for number in range(first + 1, len(self._lines) + 1):
            line = self.line(number)
            if not line.strip():
                continue
            if self.indent(number) <= indent or _is_head(line) or _KEY.match(line):
                break
            last = number
        return last


def is_quoted(text: str) -> bool:
    """Whether quotes stand around all of it, but for a comment behind them."""
    match = _DOUBLE.match(text) or _SINGLE.match(text)
    return bool(match and (match.end() == len(text) or _COMMENT.fullmatch(text, match.end())))


def quoted(text: str) -> str:
    """`text` as a YAML string in double quotes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _without_quotes(text: str) -> str:
    """`text` without the quotes around all of it, or the one that was never closed."""
    if match := _DOUBLE.fullmatch(text):
        return match[1].replace('\\"', '"')
    if match := _SINGLE.fullmatch(text):
        return match[1].replace("''", "'")
    # An apostrophe may well begin a line ('Tis); a double quote without a partner is a slip.
    return text[1:] if text[0] == '"' and text.count('"') == 1 else text


def _is_head(line: str) -> bool:
    return bool(re.match(r"\s*-(?:\s|$)", line))


def _is_closed(text: str) -> bool:
    """Whether the bracket that opens `text` closes at its very end, but for a comment."""
    depth = 0
    for place, char in enumerate(text):
        depth += (char == text[0]) - (char == _PARTNERS[text[0]])
        if depth == 0:
            return place + 1 == len(text) or bool(_COMMENT.fullmatch(text, place + 1))
    return False
