"""A summer night: crickets near and far over still air."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from meditations.quantities import SAMPLE_RATE_HZ
from meditations.sound.made.kinds import Made, Parameter, Values
from meditations.sound.made.shaping import (
    STEP_FRAMES,
    add_around,
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

WINDOWS: Final = 3
PULSES_HZ: Final = 27.0
"""Syllables a second within a chirp; field crickets have 25 to 35, fewer on cool nights."""
_AIR: Final = ((45, -2), (100, 0), (250, -3), (600, -8), (1500, -14), (4000, -20), (16000, -38))
_CHOIR: Final = (
    (45, -90),
    (3000, -40),
    (3700, -8),
    (4300, 0),
    (4900, -8),
    (5600, -40),
    (16000, -90),
)
"""Still air, and so many crickets far away that they are one soft shimmer."""


def _chirp(carrier_hz: float, pulses: int, side: int) -> Floats:
    """Syllables that grow louder, each falling a little in pitch; leaves around blur their ends."""
    spacing_s, length_s, tail_s = 1 / PULSES_HZ, 0.021, 0.09
    chirp = np.zeros(int((pulses * spacing_s + tail_s) * SAMPLE_RATE_HZ), np.float32)
    time_s = np.arange(int(length_s * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    shape = np.sin(np.pi * time_s / length_s) ** 1.5
    turns = carrier_hz * time_s * (1 + 0.012 * (1 - time_s / length_s))
    for number in range(pulses):
        pulse = shape * np.sin(2 * np.pi * turns) * min(1.0, 0.45 + 0.28 * number)
        add_around(chirp, pulse.astype(np.float32), int(number * spacing_s * SAMPLE_RATE_HZ))
    scattered = randoms_of(int(carrier_hz), side).standard_normal(int(tail_s * SAMPLE_RATE_HZ))
    scattered *= np.exp(-np.arange(len(scattered)) / (0.02 * SAMPLE_RATE_HZ))
    size = len(chirp) + len(scattered)
    blurred = np.fft.irfft(np.fft.rfft(chirp, size) * np.fft.rfft(scattered, size), size)
    blurred = blurred[: len(chirp)]
    blurred *= 0.35 * np.max(np.abs(chirp)) / np.max(np.abs(blurred))
    chirp += blurred.astype(np.float32)
    end = int(0.03 * SAMPLE_RATE_HZ)
    chirp[-end:] *= np.linspace(1, 0, end, dtype=np.float32)
    return chirp


def _sing(target: Floats, number: int, side: int, seed: int) -> None:
    """Adds one cricket to a side. The nearest is number 0; each sings at a pace of its own."""
    randoms = randoms_of(seed, 3, number)
    frames, steps = len(target), len(target) // STEP_FRAMES
    length_s = frames / SAMPLE_RATE_HZ
    carrier_hz = 4250.0 + 130.0 * ((number * 3) % 7) + float(randoms.uniform(-40, 40))
    pace_hz = float(randoms.uniform(1.7, 2.5))
    count = max(1, round(length_s * pace_hz))
    gaps = np.clip(1 + 0.05 * randoms.standard_normal(count), 0.85, 1.15)
    places = np.cumsum(gaps) * (frames / np.sum(gaps)) + randoms.random() * frames
    # Each sings softer and louder, as if it turned about; none falls silent.
    mood = np.clip(0.8 + 0.3 * wander(steps, 9.0, randoms), 0.3, 1)
    moods = np.interp(places % frames, np.arange(steps) * STEP_FRAMES, mood)
    pulses = np.where(randoms.random(count) < 0.25, 3, 4)
    aside = (0.15, -0.55, 0.55, -0.3, 0.4, -0.75, 0.75, 0.0)[number % 8]
    gain = 0.85**number / (1 + 0.35 * number) * np.sqrt(0.5 + (0.5 - side) * aside)
    chirps = {many: _chirp(carrier_hz, many, side) for many in (3, 4)}
    for place, many, loud in zip(places.tolist(), pulses.tolist(), moods.tolist(), strict=True):
        add_around(target, chirps[many] * np.float32(gain * loud), int(place))


def _night(values: Values, frames: int, seed: int) -> Floats:
    crickets = round(float(values["crickets"]))
    steps = frames // STEP_FRAMES
    choir_db = 2.0 * wander(steps, 8.0, randoms_of(seed, 2)) - 7.0
    colours = [colour(_AIR), colour(_CHOIR)]
    sound = np.empty((frames, 2), np.float32)
    for side in (0, 1):
        randoms = randoms_of(seed, side)
        air_db = 1.0 * wander(steps, 5.0, randoms)
        shimmer_db = choir_db + 0.8 * wander(steps, 0.3, randoms)
        air = moving_noise(frames, layers(colours, [in_db(air_db), in_db(shimmer_db)]), randoms)
        singing = np.zeros(frames, np.float32)
        for number in range(crickets):
            _sing(singing, number, side, seed)
        loudness = np.sqrt(np.mean(np.square(singing), dtype=np.float64))
        singing *= np.float32(0.55 / max(float(loudness), 1e-9))
        air += singing
        sound[:, side] = air
    return finished(sound, share=0.1)


NIGHT: Final = Made(
    "night",
    "a summer night: crickets near and far over still air",
    WINDOWS,
    (Parameter("crickets", 3.0, "how many sing near by", "", 1.0, 8.0),),
    _night,
)
