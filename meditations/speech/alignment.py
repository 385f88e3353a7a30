"""Word times where an engine tells none: estimated, by aligning words to what a take sounds like.

A word takes about as long as its syllables and letters say, a pause stands where the text has a
comma or a stop, and the voice dips between words more than within them. Of all ways to lay the
words over the sound the one is taken that fits these best, as in dynamic time warping (Sakoe and
Chiba, 1978). It knows no language: vowels are those of the Latin, Greek and Cyrillic alphabets,
and where a word has none of them its letters count alone.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from meditations.speech.engine import WordTime

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

STEP_S: Final = 0.01
QUIET_DB: Final = -40.0
"""What is softer than this, against the loud parts of a take, is no speech."""
PAUSE_STEPS: Final = 12
"""So long a quiet is a pause; the silence before a plosive is shorter."""
LOUD_SHARE: Final = 0.95

SYLLABLE: Final = 0.2
LETTER: Final = 0.35
FIGURE_LETTERS: Final = 5
"""A figure, or a sign such as %, is read out as a word of about so many letters."""
WIDE_LETTERS: Final = 3
"""A sign of Chinese, Japanese or Korean is a syllable of about so many letters."""
ENDING: Final = 1.5
"""What the last word before a comma or a stop is drawn out by."""

LONGEST_STEPS: Final = 500
"""Five seconds a word, pauses left out: what takes longer is not looked at closely."""
LENGTH_COST: Final = 2.0
USUAL_STEPS: Final = 30
LONGEST_TIMES: Final = 3.0
PAUSE_WITHIN_COST: Final = 6.0
PAUSE_AT_STOP_COST: Final = -2.0
PAUSE_COST: Final = 0.5
NO_PAUSE_AT_STOP_COST: Final = 2.0
DIP_COST: Final = 0.05
"""For each decibel that a word begins above what sounds around it."""
AROUND_STEPS: Final = 10

_STOP = re.compile(r"[,.;:!?…—–。、，！？؟،][\"'”’)»]*$")
_VOWELS: Final = frozenset("aeiouyæøœαεηιουωаеёиоуыэюяіїє")
_SIGNS: Final = frozenset("%&@#")


def align(samples: NDArray[np.float32], rate_hz: int, words: Sequence[str]) -> tuple[WordTime, ...]:
    """When each of `words` sounds in `samples`, estimated: one behind the other, without overlap.

    What holds nothing to be spoken, such as a dash, gets no time: its start is its end.

    Args:
        samples: Mono, shape (n,).
        rate_hz: Samples a second.
        words: All that is said, punctuation included.
    """
    heard = _Heard.of(samples, rate_hz)
    letters = [_weight(word) for word in words]
    spoken = [number for number, weight in enumerate(letters) if weight > 0]
    if not spoken:
        return tuple(WordTime(0.0, 0.0) for _ in words)
    stops = [
        any(letters[n] == 0 or _STOP.search(words[n]) for n in range(here, following))
        for here, following in pairwise([*spoken, len(words)])
    ]
    weights = np.array([letters[n] for n in spoken]) + ENDING * np.array(stops)
    times = iter(heard.times(_best_starts(heard, weights, stops)))
    found: list[WordTime] = []
    for weight in letters:
        end_s = found[-1].end_s if found else 0.0
        found.append(next(times) if weight else WordTime(end_s, end_s))
    return tuple(found)


def end_of_sound(samples: NDArray[np.float32], rate_hz: int) -> float:
    """Where the sound of a word ends, in seconds: before the pause behind it, if there is one."""
    steps = _levels_db(samples, rate_hz)
    at = np.flatnonzero(steps > QUIET_DB)
    if not len(at) or len(steps) - at[-1] <= PAUSE_STEPS:
        return len(samples) / rate_hz
    return float((at[-1] + 1) * STEP_S)


@dataclass(frozen=True, slots=True)
class _Heard:
    """A take without its pauses, in steps of 10 ms.

    Attributes:
        steps: The numbers of the steps in which there is speech.
        level_db: How loud each is, against the loud parts.
        pauses: At each edge between two of them, ends included, how many steps of pause are left
            out there.
        whole_s: The length of the take.
    """

    steps: NDArray[np.int64]
    level_db: Floats
    pauses: NDArray[np.int64]
    whole_s: float

    @classmethod
    def of(cls, samples: NDArray[np.float32], rate_hz: int) -> _Heard:
        level_db = _levels_db(samples, rate_hz)
        loud = level_db > QUIET_DB
        kept = np.zeros(len(loud), np.bool_)
        at = np.flatnonzero(loud)
        if len(at):
            kept[at[0] : at[-1] + 1] = True
            for before, after in pairwise(at.tolist()):
                if after - before > PAUSE_STEPS:
                    kept[before + 1 : after] = False
        else:
            kept[:] = True  # nothing but silence: the words share it
        steps = np.flatnonzero(kept)
        pauses = np.concatenate(([0], np.diff(steps) - 1, [0]))
        return cls(steps, level_db[steps], pauses, len(samples) / rate_hz)

    def times(self, starts: Sequence[int]) -> list[WordTime]:
        """The times of words that begin at these edges; the last lasts to the end."""
        found = []
        for start, end in pairwise([*starts, len(self.steps)]):
            start_s = min(float(self.steps[start] * STEP_S), self.whole_s)
            end_s = min(float((self.steps[end - 1] + 1) * STEP_S), self.whole_s)
            found.append(WordTime(start_s, end_s if end > start else start_s))
        return found


def _best_starts(heard: _Heard, weights: Floats, stops: Sequence[bool]) -> list[int]:
    """The edges at which the words begin, found from the first word to the last."""
    count = len(heard.steps)
    if not len(weights) <= count <= LONGEST_STEPS * len(weights):  # this is no speech
        return [count * n // len(weights) for n in range(len(weights))]
    usual = weights / weights.sum() * count
    within = np.concatenate(([0], np.cumsum(heard.pauses > 0)))[:-1]
    edges = np.arange(count + 1)
    costs = np.full(count + 1, np.inf)
    costs[0] = 0.0
    lasts = []
    for number, steps in enumerate(usual.tolist()):
        longest = min(int(steps * LONGEST_TIMES) + 8, count)
        lengths = np.arange(1, longest + 1)
        off = LENGTH_COST * np.log(lengths / steps) ** 2 * np.sqrt(steps / USUAL_STEPS)
        padded = np.concatenate((np.full(longest, np.inf), costs[:-1]))
        before = np.lib.stride_tricks.sliding_window_view(padded, longest)[:, ::-1]
        begins = np.maximum(edges[:, None] - lengths, 0)
        paused = within[edges][:, None] - within[np.minimum(begins + 1, edges[:, None])]
        total = before + off + PAUSE_WITHIN_COST * np.maximum(paused, 0)
        best = total.argmin(axis=1)
        lasts.append(best + 1)
        costs = total[edges, best]
        if number < len(usual) - 1:
            costs = costs + _edge_costs(heard, stops[number])
    found, at = [], count
    for last in reversed(lasts):
        at -= int(last[at])
        found.append(at)
    return found[::-1]


def _edge_costs(heard: _Heard, stop: bool) -> Floats:
    """What it costs to end a word at each edge, and to begin the next."""
    level = np.maximum(heard.level_db, QUIET_DB)
    lower = np.minimum(np.append(level[:1], level), np.append(level, level[-1:]))
    padded = np.pad(level, AROUND_STEPS, mode="edge")
    width = 2 * AROUND_STEPS + 1
    around = np.convolve(padded, np.full(width, 1 / width), "valid")
    dip = DIP_COST * (lower - np.append(around, around[-1:]))
    at_pause = PAUSE_AT_STOP_COST if stop else PAUSE_COST
    return np.where(heard.pauses > 0, at_pause, dip + NO_PAUSE_AT_STOP_COST * stop)


def _levels_db(samples: NDArray[np.float32], rate_hz: int) -> Floats:
    """The level of each step, against the loud parts."""
    size = max(round(rate_hz * STEP_S), 1)
    padded = np.zeros(-(-max(len(samples), 1) // size) * size)
    padded[: len(samples)] = samples
    steps = padded.reshape(-1, size)
    power = np.einsum("ij,ij->i", steps, steps) / size + 1e-12
    return np.asarray(10 * np.log10(power / _loud(power)))


def _loud(power: Floats) -> float:
    """The quantile LOUD_SHARE; np.quantile takes ten times as long for as few as these."""
    ordered = np.sort(power)
    below, share = divmod(LOUD_SHARE * (len(ordered) - 1), 1)
    low, high = ordered[int(below)], ordered[min(int(below) + 1, len(ordered) - 1)]
    return float(low + share * (high - low))


def _weight(word: str) -> float:
    """About how long a word takes, against others; 0 where nothing of it is spoken."""
    letters, vowels = 0, []
    for char in unicodedata.normalize("NFC", word.lower()):
        if char.isnumeric() or char in _SIGNS or unicodedata.category(char) in ("Sc", "Sm"):
            letters += FIGURE_LETTERS
            vowels += ["figure", ""]
        elif char.isalpha():
            wide = unicodedata.east_asian_width(char) == "W"
            letters += WIDE_LETTERS if wide else 1
            vowel = unicodedata.normalize("NFD", char)[0] in _VOWELS
            vowels += [char, ""] if wide else ["vowel" if vowel else ""]
    syllables = sum(1 for sound, _ in groupby(vowels) if sound)
    return SYLLABLE * max(syllables, 1) + LETTER * letters if letters else 0.0
