"""The ocean: waves that come in, break, wash up the beach and run back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from meditations.quantities import SAMPLE_RATE_HZ
from meditations.sound.made.kinds import Made, Parameter, Values
from meditations.sound.made.shaping import (
    STEP_FRAMES,
    STEPS_PER_S,
    colour,
    finished,
    in_db,
    layers,
    moving_noise,
    randoms_of,
    wander,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

WINDOWS: Final = 5
SWING: Final = 0.67

_COLOURS: Final = (
    ((45, -4), (80, 0), (160, -3), (320, -14), (16000, -80)),
    ((45, -30), (150, -8), (350, 0), (800, -4), (1600, -16), (16000, -70)),
    ((45, -60), (500, -14), (1200, 0), (2500, -3), (5000, -14), (16000, -50)),
    ((45, -80), (1500, -20), (4000, -2), (7000, 0), (11000, -5), (16000, -14)),
)
"""Rumble, body, wash and fizz: the four parts of a wave, each with its own time."""
_RISE_S: Final = (3.6, 2.4, 1.5, 1.9)
_PEAK_S: Final = (-0.2, 0.3, 0.7, 1.7)
_FALL_S: Final = (2.6, 1.9, 2.1, 2.6)
"""When each part has come up, where it is strongest (0 is the break), and how it dies away."""
_REST_DB: Final = (-8.0, -11.0, -14.0, -18.0)
"""What is left between waves: the surf along the rest of the shore."""


def _swash(time_s: NDArray[np.float64], rise_s: float, peak_s: float, fall_s: float) -> Floats:
    """One part of one wave: up by half a cosine, down exponentially, with a rounded top."""
    before = np.clip((time_s - peak_s) / rise_s + 1, 0, 1)
    after = np.maximum(time_s - peak_s, 0)
    fall = np.exp(-(np.sqrt(after**2 + 0.3**2) - 0.3) / fall_s)
    return ((0.5 - 0.5 * np.cos(np.pi * before)) ** 1.5 * fall).astype(np.float32)


def _breaks_s(length_s: float, every_s: float, randoms: np.random.Generator) -> Floats:
    """When waves break: irregular, as often as `every_s` says on the average."""
    count = max(1, round(length_s / every_s))
    gaps = np.clip(1 + 0.2 * randoms.standard_normal(count), 0.65, 1.45)
    return ((np.cumsum(gaps) - 0.5) * (length_s / np.sum(gaps))).astype(np.float32)


def _calmed(gains: list[Floats]) -> list[Floats]:
    """The same waves with a third of their ups and downs taken away, in decibels.

    Beside a real sea a voice is raised; here it is not, so the waves must leave it room.
    """
    power = np.sum(np.square(gains), axis=0)
    held = (power / np.mean(power)) ** np.float32(-0.5 * (1 - SWING))
    return [gain * held for gain in gains]


def _ocean(values: Values, frames: int, seed: int) -> Floats:
    near, every_s = float(values["nearness"]) / 100, float(values["waves"])
    steps, length_s = frames // STEP_FRAMES, frames / SAMPLE_RATE_HZ
    common = randoms_of(seed, 2)
    breaks_s = _breaks_s(length_s, every_s, common)
    # Waves come in sets: high ones follow one another.
    sets = np.interp(breaks_s * STEPS_PER_S, np.arange(steps), wander(steps, 28.0, common))
    heights_db = np.clip(1.5 * sets + 1.0 * common.standard_normal(len(breaks_s)), -4, 2)
    along_s = common.uniform(-0.5, 0.5, len(breaks_s))
    tempo = float(np.clip(every_s / 9, 0.55, 1.6))
    weights_db = (1.0 - 3 * near, -1.0, -13.0 + 8 * near, -22.0 + 14 * near)
    colours = [colour(points) for points in _COLOURS]
    time_s = np.arange(steps) / STEPS_PER_S
    sound = np.empty((frames, 2), np.float32)
    for side in (0, 1):
        randoms = randoms_of(seed, side)
        gains = []
        for part in range(4):
            rest = in_db(_REST_DB[part] + 3 * (0.5 - near) + 1.2 * wander(steps, 3.0, randoms))
            power = np.square(rest)
            # Higher waves are brighter: their upper parts grow more.
            heights = in_db(heights_db * (0.7 + 0.3 * part))
            for at_s, height, offset_s in zip(breaks_s, heights, along_s, strict=True):
                apart_s = (time_s - at_s - (0.5 - side) * offset_s + length_s / 2) % length_s
                wave = _swash(
                    apart_s - length_s / 2, _RISE_S[part] * tempo, _PEAK_S[part] * tempo,
                    _FALL_S[part] * tempo,
                )  # fmt: skip
                power += np.square(height * wave)
            foam_db = 0.7 * wander(steps, 0.35, randoms)
            gains.append(np.sqrt(power) * in_db(weights_db[part] + foam_db))
        sound[:, side] = moving_noise(frames, layers(colours, _calmed(gains)), randoms)
    return finished(sound, share=0.2)


OCEAN: Final = Made(
    "ocean",
    "waves breaking on a beach and running back",
    WINDOWS,
    (
        Parameter("waves", 9.0, "from one wave to the next, on the average", "s", 5.0, 16.0),
        Parameter("nearness", 50.0, "from far off and dull to the water's edge", "%", 0.0, 100.0),
    ),
    _ocean,
)
