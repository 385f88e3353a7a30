"""Where the lines of a caption end: at the ends of phrases, so that eyes can rest there."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_SENTENCE: Final = (".", "!", "?", "…", ".”", "!”", "?”", '."', '!"', '?"')
_CLAUSE: Final = (",", ";", ":", "—", "–", ",”", ',"')
_CONJUNCTIONS: Final = (
    "and or but nor so yet that which who whom whose when while where as if than because until"
    " though although"
)
_PREPOSITIONS: Final = (
    "with without from into onto to of in on at by for about through over under between before"
    " after"
)
_OPENING: Final = frozenset(f"{_CONJUNCTIONS} {_PREPOSITIONS}".split())
"""Words that begin a phrase: a line may end before one. Other languages do without."""
_A_LINE, _A_CAPTION = 40.0, 60.0  # so few lines as possible, and fewer captions yet
_SHORT_LINE: Final = 12
"""A line of less looks lost below a long one."""


def caption_lines(text: str, width: int, most: int) -> list[list[str]]:
    """A sentence as captions, each of at most `most` lines of at most `width` characters.

    Among all ways to break it, the one with few captions and lines that end where phrases do;
    the better the place, the less it costs, and twice as much where a caption ends.
    """
    words = tuple(
        piece
        for word in text.split()
        for piece in (word[n : n + width] for n in range(0, len(word), width))
    )
    if not words:
        return [[text]]
    breaks = _Breaking(words, width, most).best()
    captions: list[list[str]] = [[]]
    for start, end, closes in breaks:
        captions[-1].append(" ".join(words[start:end]))
        if closes and end < len(words):
            captions.append([])
    return captions


class _Breaking:
    """The cheapest breaks of one sentence, found from its end."""

    def __init__(self, words: Sequence[str], width: int, most: int) -> None:
        self._words, self._width, self._most = words, width, most

    def best(self) -> list[tuple[int, int, bool]]:
        """Each line as its first word, the word behind its last, and whether a caption ends."""
        count = len(self._words)
        # cost[word][line]: the cheapest way on, from a line that begins with this word.
        cost = [[0.0] * self._most for _ in range(count + 1)]
        way: dict[tuple[int, int], tuple[int, bool]] = {}
        for first in range(count - 1, -1, -1):
            for line in range(self._most):
                options = [
                    (own + _A_CAPTION * closes + cost[end][0 if closes else line + 1], end, closes)
                    for end in self._ends(first)
                    for closes in (True, False)
                    if closes or (line + 1 < self._most and end < count)
                    for own in (self._cost(first, end) * (2 if closes else 1) + _A_LINE,)
                ]
                cost[first][line], *rest = min(options)
                way[first, line] = (rest[0], bool(rest[1]))
        lines, first, line = [], 0, 0
        while first < count:
            end, closes = way[first, line]
            lines.append((first, end, closes))
            first, line = end, 0 if closes else line + 1
        return lines

    def _ends(self, first: int) -> list[int]:
        ends, length = [], -1
        for end in range(first, len(self._words)):
            length += 1 + len(self._words[end])
            if length > self._width:
                break
            ends.append(end + 1)
        return ends

    def _cost(self, first: int, end: int) -> float:
        """What it costs to end a line before the word `end`."""
        length = sum(map(len, self._words[first:end])) + end - first - 1
        lost = 12.0 if length < _SHORT_LINE and len(self._words) > end - first else 0.0
        if end == len(self._words):
            return lost
        return lost + _break_cost(self._words[end - 1], self._words[end])


@lru_cache(maxsize=4096)
def _break_cost(before: str, after: str) -> float:
    if before.endswith(_SENTENCE):
        return 0.0
    if before.endswith(_CLAUSE):
        return 2.0
    if after.lower() in _OPENING and before.lower() not in _OPENING:
        return 6.0
    return 16.0 if before.lower() in _OPENING else 11.0
