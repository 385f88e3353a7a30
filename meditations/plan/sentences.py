"""Where sentences begin and end: what a voice is given at once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from meditations.errors import MeditationError, Where
from meditations.script.marks import Phrase, Word

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_SENTENCE: Final = 1_000
"""Characters that a voice is given at once; a sentence beyond this has lost its full stops."""

_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)]*\s+(?=[\"'“‘(¿¡]*[^\W_a-z])")
_STOP = re.compile(r"[.!?…][\"'”’)]*$")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Dr|Mr|Mrs|Ms|St|Prof|vs|e\.g|i\.e)|\b[A-HJ-Z]"
    # German ordinals: am 3. Tag.
    r"|(?i:\b(?:der|die|das|dem|den|des|am|im|vom|zum|zur|beim) \d{1,2}))\.$"
)


def sentences(phrase: Phrase) -> Iterator[Phrase]:
    """The sentences of a phrase, by what is shown; words under one mark stay together.

    What could not be spoken alone stays with its neighbour.
    """
    ends: set[int] = set()
    for sentence in _split(phrase.caption):
        ends.add(max(ends, default=0) + len(sentence.split()))
    found: list[tuple[Word, ...]] = []
    open_: list[Word] = []
    shown = 0
    for word in phrase.words:
        open_.append(word)
        shown += len(word.caption.split())
        if shown in ends and not _is_abbreviated(word):
            found.append(tuple(open_))
            open_ = []
    if open_:
        found.append(tuple(open_))
    merged: list[tuple[Word, ...]] = []
    for words in found:
        if merged and not (_can_be_spoken(words) and _can_be_spoken(merged[-1])):
            merged[-1] += words
        else:
            merged.append(words)
    yield from map(Phrase, merged)


def _is_abbreviated(word: Word) -> bool:
    """Whether the full stop that is shown belongs to the word, for it is spoken without."""
    return bool(_STOP.search(word.caption)) and not _STOP.search(word.spoken)


def _can_be_spoken(words: tuple[Word, ...]) -> bool:
    return any(map(str.isalnum, Phrase(words).spoken))


def _split(text: str) -> list[str]:
    found: list[str] = []
    start = 0
    for boundary in _SENTENCE_END.finditer(text):
        sentence = text[start : boundary.end()].strip()
        # What holds no letter is no sentence: it stays with the one that follows.
        if _ABBREVIATION.search(sentence) or not any(map(str.isalnum, sentence)):
            continue
        found.append(sentence)
        start = boundary.end()
    rest = text[start:].strip()
    if found and not any(map(str.isalnum, rest)):
        found[-1] = f"{found[-1]} {rest}".strip()
    else:
        found.append(rest)
    return found


def refuse_endless(sentence: Phrase, where: Where) -> None:
    """Raises a MeditationError for a sentence that no voice can be given at once."""
    if len(sentence.spoken) > LONGEST_SENTENCE:
        raise MeditationError(
            f"a sentence of {len(sentence.spoken):,} characters is too long to be spoken at once",
            mend="end it with a full stop sooner, or put a pause such as [1s] into it",
            where=where,
        )
