"""Word times from the events of a voice that tells by the place in the text what it says now."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING

from meditations.speech.alignment import align, end_of_sound
from meditations.speech.engine import WordTime

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meditations.speech.engine import Recording
    from meditations.speech.speaking_child import WordEvent


def words_at(
    text: str, events: Sequence[WordEvent], recording: Recording
) -> tuple[WordTime, ...] | None:
    """When each word of `text` sounds, or None where the voice told nothing.

    espeak-ng reads some words as several (`12:30`) and some as one (`of the`). The first event
    within a word is its beginning. Words without one share the time of the word before them, and
    where they part is estimated. A word ends where the next begins, or where its sound does.

    Args:
        text: As it was given to the voice; blanks part its words.
        events: In the order in which they sound.
        recording: What came of it.
    """
    onsets = _onsets(text, events)
    if not onsets:
        return None
    words, rate_hz = text.split(), recording.rate_hz
    found: list[WordTime] = []
    groups = [(0, onsets[0][1]), *onsets[1:], (len(words), len(recording.samples))]
    for (first, start), (last, until) in pairwise(groups):
        sound = recording.samples[start:until]
        end = min(start / rate_hz + end_of_sound(sound, rate_hz), until / rate_hz)
        if last - first == 1:
            found.append(WordTime(start / rate_hz, end))
            continue
        for time in align(sound, rate_hz, words[first:last]):
            edges = (min(start / rate_hz + s, end) for s in (time.start_s, time.end_s))
            found.append(WordTime(*edges))
    return tuple(found)


def _onsets(text: str, events: Sequence[WordEvent]) -> list[tuple[int, int]]:
    """Numbers of words and the frames at which they begin, both rising."""
    starts, place = [], 0
    for word in text.split():
        place = text.index(word, place)
        starts.append(place)
        place += len(word)
    found: list[tuple[int, int]] = []
    for event in events:
        number = max(bisect_right(starts, event.position) - 1, 0)
        if not found or (number > found[-1][0] and event.frame > found[-1][1]):
            found.append((number, event.frame))
    return found
