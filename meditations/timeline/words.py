"""The words of a cue at their places: as they are shown, when they are spoken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from meditations.quantities import FRAMES_PER_MS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meditations.script.marks import Phrase


@dataclass(frozen=True, slots=True)
class CueWord:
    """A word, or words under one mark, at its place; what is not spoken ends where it begins.

    Attributes:
        text: As it is shown; words under one mark have blanks between them.
        start_frame: Where it begins; a whole number of milliseconds.
        end_frame: The first frame after it.
    """

    text: str
    start_frame: int
    end_frame: int


def place_words(
    phrase: Phrase, spoken_ms: Sequence[tuple[int, int]], start_frame: int, frames: int
) -> tuple[CueWord, ...]:
    """The words of `phrase` that are shown, one behind the other and within the cue.

    A word that is read out as several lasts from the first of them to the last.

    Args:
        phrase: What is shown, and what is spoken for it.
        spoken_ms: Start and end of each word that is spoken, from the start of the cue.
        start_frame: Where the cue begins.
        frames: How long it lasts.

    Returns:
        None at all where `spoken_ms` does not tell one time for each word that is spoken.
    """
    counts = [len(word.spoken.split()) for word in phrase.words]
    if sum(counts) != len(spoken_ms):
        return ()
    found, first, end = [], 0, start_frame
    for word, count in zip(phrase.words, counts, strict=True):
        start = end
        if count:
            times = spoken_ms[first : first + count]
            start, end = (
                min(max(start_frame + ms * FRAMES_PER_MS, end), start_frame + frames)
                for ms in (times[0][0], times[-1][1])
            )
            end = max(start, end)
            first += count
        if word.caption:
            found.append(CueWord(word.caption, start, end))
    return tuple(found)
