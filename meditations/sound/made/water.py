"""Rain and a stream: a rush of noise, and the drops and bubbles that stand out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from meditations.quantities import SAMPLE_RATE_HZ
from meditations.sound.made.kinds import Made, Parameter, Values
from meditations.sound.made.shaping import (
    STEP_FRAMES,
    colour,
    damped,
    finished,
    in_db,
    layers,
    moving_noise,
    places_by,
    randoms_of,
    scatter,
    soft_ends,
    wander,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

RAIN_WINDOWS: Final = 4
STREAM_WINDOWS: Final = 3

_RUSH: Final = {
    "leaves": ((45, -24), (150, -17), (400, -9), (1000, -3), (2500, -1), (5000, -4), (9000, -11),
               (16000, -22)),
    "water": ((45, -26), (150, -20), (400, -12), (1000, -6), (2500, -2), (6000, 0), (10000, -3),
              (16000, -10)),
    "roof": ((45, -16), (150, -8), (400, -1), (900, 0), (2000, -3), (5000, -8), (9000, -14),
             (16000, -24)),
}  # fmt: skip
"""Spectrum of the fine drops, too many to be heard one by one, for what they fall on."""
_FAR: Final = ((45, -10), (150, -3), (400, 0), (1200, -5), (3000, -14), (16000, -40))
"""Rain further off: the air and the ground take the high."""


def _tap(hz: float, decay_s: float, randoms: np.random.Generator) -> Floats:
    """A drop on something firm: a knock of that pitch and a little noise."""
    knock = damped(hz, decay_s, 0.0015, phase=float(randoms.random()) * 6)
    spray = randoms.standard_normal(len(knock), np.float32)
    spray = np.convolve(spray, np.hanning(11)[1:-1] / 5, "same").astype(np.float32)
    spray *= np.exp(-np.arange(len(knock)) / (decay_s * 0.5 * SAMPLE_RATE_HZ)).astype(np.float32)
    return _loud(knock + np.float32(0.5) * soft_ends(spray, 0.0015, decay_s))


def _bubble(radius_mm: float, rise: float) -> Floats:
    """The note of a bubble of air that a drop or an eddy has shut in.

    Its pitch is Minnaert's, 3.26 m/s by its radius (1933); it dies away by radiation and heat, and
    rises as the bubble nears the surface (van den Doel 2005).
    """
    radius_m = radius_mm / 1000
    decay_s = 1 / (0.13 / radius_m + 0.0072 * radius_m**-1.5)
    return _loud(damped(3.26 / radius_m, decay_s, min(0.4 * decay_s + 0.001, 0.006), rise=rise))


def _loud(grain: Floats) -> Floats:
    """A grain with a peak of 1."""
    loud: Floats = grain / np.max(np.abs(grain))
    return loud


def _drop_shapes(surface: str, randoms: np.random.Generator) -> list[Floats]:
    def between(low: float, high: float) -> float:
        return float(low * (high / low) ** randoms.random())

    shapes: list[Floats] = []
    for _ in range(40):
        if surface == "leaves":
            shapes += [_tap(between(900, 3500), between(0.0012, 0.003), randoms) for _ in "12"]
        elif surface == "roof":
            shapes += [_tap(between(350, 1500), between(0.004, 0.012), randoms) for _ in "12"]
        else:
            shapes += [_bubble(between(0.5, 2.2), float(randoms.uniform(0, 0.1)))]
        shapes += [_bubble(between(0.45, 1.6), float(randoms.uniform(0, 0.06)))]
    return shapes


def _rain(values: Values, frames: int, seed: int) -> Floats:
    density, surface = float(values["density"]) / 100, str(values["surface"])
    steps, length_s = frames // STEP_FRAMES, frames / SAMPLE_RATE_HZ
    common = randoms_of(seed, 2)
    shower = wander(steps, 7.0, common)
    shapes = _drop_shapes(surface, common)
    count = round((8 + 110 * density**1.5) * length_s)
    places = places_by(in_db(3.0 * shower), count, frames, common)
    # Many small drops and few large ones; each is nearer to one side.
    strengths = np.minimum(np.exp(0.75 * common.standard_normal(count)), 4.0) * (
        0.9 + 0.5 * density
    )
    aside = common.uniform(-0.8, 0.8, count)
    colours = [colour(_RUSH[surface]), colour(_FAR)]
    sound = np.empty((frames, 2), np.float32)
    for side in (0, 1):
        randoms = randoms_of(seed, side)
        rush_db = 1.2 * shower + 0.6 * wander(steps, 1.5, randoms) + 6.0 * (density - 1)
        far_db = 0.8 * wander(steps, 9.0, randoms) - 9.0
        rush = moving_noise(frames, layers(colours, [in_db(rush_db), in_db(far_db)]), randoms)
        towards = np.sqrt(0.5 + (0.5 - side) * aside)
        scatter(rush, shapes, places, (strengths * towards).astype(np.float32))
        sound[:, side] = rush
    return finished(sound, share=0.15)


_STREAM: Final = (
    ((45, -20), (100, -8), (220, 0), (450, -4), (1000, -18), (16000, -60)),
    ((45, -50), (250, -12), (600, 0), (1200, -1), (2400, -9), (6000, -24), (16000, -50)),
    ((45, -60), (800, -16), (2000, -2), (4000, 0), (8000, -5), (16000, -16)),
)
"""Deep water over stones, the rush, and the spray."""


def _stream(values: Values, frames: int, seed: int) -> Floats:
    flow = float(values["flow"]) / 100
    steps, length_s = frames // STEP_FRAMES, frames / SAMPLE_RATE_HZ
    common = randoms_of(seed, 2)
    colours = [colour(points) for points in _STREAM]
    levels_db = (-7.0 + 7.0 * flow, -8.0 + 6.0 * flow, -14.0 + 7.0 * flow)
    # Eddies: each size of bubble has its own coming and going.
    sizes_mm = np.geomspace(1.0, 8.2, 6)
    shares = np.array([0.22, 0.24, 0.22, 0.16, 0.1, 0.06])
    eddies = [
        (places_by(in_db(7.0 * wander(steps, 0.5, common)), count, frames, common), count, size)
        for share, size in zip(shares, sizes_mm, strict=True)
        for count in [round((70 + 130 * flow) * share * length_s)]
    ]
    bubbles = []
    for places, count, size in eddies:
        shapes = [
            _bubble(float(size * common.uniform(0.82, 1.22)), float(common.uniform(0, 0.14)))
            for _ in range(12)
        ]
        strengths = np.minimum(np.exp(0.6 * common.standard_normal(count)), 2.6)
        strengths *= 0.85 * (size / 3) ** 0.25
        bubbles.append((places, shapes, strengths, common.uniform(-0.75, 0.75, count)))
    sound = np.empty((frames, 2), np.float32)
    for side in (0, 1):
        randoms = randoms_of(seed, side)
        gains = [
            in_db(level_db + 1.3 * wander(steps, 0.4, randoms) + 1.0 * wander(steps, 5.0, randoms))
            for level_db in levels_db
        ]
        water = moving_noise(frames, layers(colours, gains), randoms)
        for places, shapes, strengths, aside in bubbles:
            towards = np.sqrt(0.5 + (0.5 - side) * aside)
            scatter(water, shapes, places, (strengths * towards).astype(np.float32))
        sound[:, side] = water
    return finished(sound, share=0.15)


RAIN: Final = Made(
    "rain",
    "rain without thunder, single drops standing out of it",
    RAIN_WINDOWS,
    (
        Parameter("density", 60.0, "from a few drops to a dense shower", "%", 10.0, 100.0),
        Parameter("surface", "leaves", "what it falls on", choices=tuple(_RUSH)),
    ),
    _rain,
)
STREAM: Final = Made(
    "stream",
    "a brook over stones",
    STREAM_WINDOWS,
    (Parameter("flow", 50.0, "from a trickle to a rushing brook", "%", 10.0, 100.0),),
    _stream,
)
