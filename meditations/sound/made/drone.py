"""A drone: a slow chord without beginning or end, every tone of it breathing by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from meditations.quantities import SAMPLE_RATE_HZ
from meditations.sound.made.beats import whole_cycles
from meditations.sound.made.kinds import Made, Parameter, Values
from meditations.sound.made.shaping import (
    STEP_FRAMES,
    colour,
    finished,
    in_db,
    layers,
    lines,
    moving_noise,
    randoms_of,
    wander,
)
from meditations.sound.made.tuning import KEYS, key_hz

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

WINDOWS: Final = 3
LOWEST_HZ: Final = 98.0
"""The root lies in the octave from here on, and a tone an octave below it."""
CHORDS: Final = {
    "octave": ((0.5, 0.5), (1.0, 1.0), (2.0, 0.5)),
    "fifth": ((0.5, 0.5), (1.0, 1.0), (1.5, 0.7), (2.0, 0.4)),
    "fourth": ((0.5, 0.5), (1.0, 1.0), (4 / 3, 0.7), (2.0, 0.4)),
    "major": ((0.5, 0.5), (1.0, 1.0), (1.5, 0.6), (2.0, 0.4), (2.5, 0.45)),
    "minor": ((0.5, 0.5), (1.0, 1.0), (1.5, 0.6), (2.0, 0.4), (2.4, 0.45)),
    "ninth": ((0.5, 0.5), (1.0, 1.0), (1.5, 0.7), (2.25, 0.45), (3.0, 0.25)),
}
"""Tones by their ratio to the root, with their strength: whole-number ratios do not beat."""
DETUNED: Final = ((-2.9, 0.2), (0.0, 1.0), (4.3, 0.2))
"""Each tone is three, these many cents apart: it comes and goes in seconds, as strings do."""
_BREATH_HZ: Final = 0.14
_PARTIALS: Final = 8
_AIR: Final = ((45, -40), (200, -14), (500, 0), (1200, -6), (3000, -18), (16000, -60))


def _tones(
    root_hz: float, chord: str, frames: int, seed: int, side: int
) -> Iterator[tuple[int, complex]]:
    """Lines of one side; both sides have the same tones, which breathe differently in each."""
    common, own = randoms_of(seed, 2), randoms_of(seed, side)
    reach = max(1, round(_BREATH_HZ * frames / SAMPLE_RATE_HZ))
    offsets = np.array([n for n in range(-reach, reach + 1) if n])
    for ratio, strength in CHORDS[chord]:
        for partial in range(1, _PARTIALS + 1):
            hz = root_hz * ratio * partial
            loud = strength * partial**-1.5 / (1 + (hz / 900) ** 2)
            for cents, share in DETUNED:
                middle = whole_cycles(hz * 2 ** (cents / 1200), frames)
                held = loud * share * np.exp(2j * np.pi * common.random())
                yield middle, complex(held)
                moving = own.standard_normal(len(offsets)) + 1j * own.standard_normal(len(offsets))
                moving *= 0.25 * loud * share / np.sqrt(2 * len(offsets))
                for offset, amplitude in zip(offsets.tolist(), moving.tolist(), strict=True):
                    yield middle + offset, amplitude


def _drone(values: Values, frames: int, seed: int) -> Floats:
    root_hz = key_hz(str(values["key"]), LOWEST_HZ)
    steps = frames // STEP_FRAMES
    sound = np.empty((frames, 2), np.float32)
    for side in (0, 1):
        sound[:, side] = lines(frames, _tones(root_hz, str(values["chord"]), frames, seed, side))
        randoms = randoms_of(seed, 4, side)
        air = in_db(-34.0 + 2.0 * wander(steps, 6.0, randoms))
        sound[:, side] += moving_noise(frames, layers([colour(_AIR)], [air]), randoms)
    return finished(sound)


DRONE: Final = Made(
    "drone",
    "a soft, slow chord that neither begins nor ends",
    WINDOWS,
    (
        Parameter("key", "D", "its root", choices=KEYS),
        Parameter("chord", "fifth", "what sounds with the root", choices=tuple(CHORDS)),
    ),
    _drone,
)
