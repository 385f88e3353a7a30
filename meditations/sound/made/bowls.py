"""Singing bowls: struck softly now and then, and ringing for long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from meditations.quantities import SAMPLE_RATE_HZ
from meditations.sound.made.beats import whole_cycles
from meditations.sound.made.kinds import Made, Parameter, Values
from meditations.sound.made.shaping import (
    STEP_FRAMES,
    add_around,
    finished,
    randoms_of,
    stretched,
    wander,
)
from meditations.sound.made.tuning import KEYS, key_hz

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

WINDOWS: Final = 4
LOWEST_HZ: Final = 140.0
BOWLS: Final = (1.0, 1.5, 9 / 8)
"""Three bowls by the ratio of their lowest tone to the key: root, fifth and second."""
MODES: Final = ((1.0, 1.0, 1.0), (2.71, 0.42, 0.5), (5.12, 0.16, 0.27), (8.1, 0.05, 0.16))
"""Ratio, strength and length of a bowl's tones against its lowest."""
ONSET_S: Final = 0.3
"""A felted mallet, and softer than any: the sound takes this long to come."""
LONGEST_S: Final = 60.0
_PIECE: Final = 1 << 18


def _struck(hz: float, decay_s: float, side: int, randoms: np.random.Generator) -> Floats:
    """A bowl: each tone is two that lie close together, since no bowl is quite round; they beat.

    The two are written as one tone times the cosine of half their distance, so the slow part is
    worked out 25 times a second only. The beat never closes quite: one of the two is stronger.
    """
    length_s = min(LONGEST_S, 5 * decay_s)
    steps = int(length_s * SAMPLE_RATE_HZ) // STEP_FRAMES
    bowl = np.zeros(steps * STEP_FRAMES, np.float32)
    for ratio, strength, lasting in MODES:
        count = max(1, round(steps * min(1.0, 5 * decay_s * lasting / length_s)))
        tone_hz = hz * ratio
        beat_hz = float(randoms.uniform(0.35, 0.6)) * ratio**0.6
        phase = float(randoms.random())
        time_s = np.arange(count) * STEP_FRAMES / SAMPLE_RATE_HZ
        beat = 1 - 0.18 * (1 - np.cos(2 * np.pi * (beat_hz * time_s + 0.25 * side)))
        slow = strength * beat * np.exp(-time_s / (decay_s * lasting))
        slow *= 1 - (np.arange(count) / count) ** 4
        curve = np.append(slow, 0.0).astype(np.float32)
        wave = _swelling(curve, count * STEP_FRAMES, tone_hz / SAMPLE_RATE_HZ, phase)
        bowl[: len(wave)] += wave
    count = int(ONSET_S * SAMPLE_RATE_HZ)
    rise = np.sin(np.linspace(0, np.pi / 2, count, dtype=np.float32)) ** 2
    bowl[:count] *= rise
    return bowl


def _swelling(curve: Floats, frames: int, turns_each: float, phase: float) -> Floats:
    """A sine under a slow curve: `turns_each` sample, from `phase` on, both in whole turns."""
    wave = stretched(curve, frames)
    for start in range(0, len(wave), _PIECE):
        piece = wave[start : start + _PIECE]
        turns = np.arange(start, start + len(piece)) * turns_each + phase
        turns -= np.floor(turns)
        piece *= np.sin(turns.astype(np.float32) * np.float32(2 * np.pi))
    return wave


def _humming(hz: float, frames: int, side: int, seed: int) -> Floats:
    """The bowls never fall quite silent: their lowest tones, as if just touched at the rim.

    They lie a little beside those of the strokes, so that none can stay silenced by them.
    """
    randoms = randoms_of(seed, 5, side)
    hum = np.zeros(frames, np.float32)
    for ratio, strength in ((1.0, 0.08), (1.5, 0.06)):
        curve = 1 + np.float32(0.3) * np.tanh(wander(frames // STEP_FRAMES, 9.0, randoms))
        turns_each = whole_cycles(hz * ratio + 0.16, frames) / frames
        hum += _swelling(curve * np.float32(strength), frames, turns_each, ratio)
    return hum


def _bowls(values: Values, frames: int, seed: int) -> Floats:
    hz, every_s = key_hz(str(values["key"]), LOWEST_HZ), float(values["every"])
    common = randoms_of(seed, 2)
    count = max(1, round(frames / SAMPLE_RATE_HZ / every_s))
    gaps = np.clip(1 + 0.07 * common.standard_normal(count), 0.85, 1.15)
    # None at the very start: that is where tracks begin.
    places = ((np.cumsum(gaps) - 0.7) * (frames / np.sum(gaps))).astype(np.int64)
    # The lowest bowl every other time, the others between.
    order = [0 if number % 2 == 0 else 1 + (number // 2) % 2 for number in range(count)]
    strengths = common.uniform(0.75, 1.0, count)
    sound = np.empty((frames, 2), np.float32)
    for side in (0, 1):
        ringing = _humming(hz, frames, side, seed)
        for number, ratio in enumerate(BOWLS):
            decay_s = max(7.0, 0.85 * every_s) / ratio**0.7
            bowl = _struck(hz * ratio, decay_s, side, randoms_of(seed, 6, number))
            aside = np.float32(np.sqrt(0.5 + (0.5 - side) * (0.0, 0.15, -0.15)[number]))
            for place, which, strength in zip(places, order, strengths, strict=True):
                if which == number:
                    add_around(ringing, bowl * (aside * np.float32(strength)), int(place))
        sound[:, side] = ringing
    return finished(sound)


BOWLS_MADE: Final = Made(
    "bowls",
    "singing bowls, struck softly now and then, ringing for long",
    WINDOWS,
    (
        Parameter("key", "C", "the tone of the largest bowl", choices=KEYS),
        Parameter("every", 12.0, "from one stroke to the next, on the average", "s", 6.0, 30.0),
    ),
    _bowls,
)
