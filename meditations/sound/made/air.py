"""Wind and fire: air that moves by itself."""

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
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

WINDOWS: Final = 3

_WIND: Final = (
    ((45, 0), (90, -2), (180, -7), (360, -12), (720, -18), (1500, -26), (16000, -60)),
    ((45, -40), (200, -8), (450, 0), (900, -4), (2000, -14), (4000, -24), (16000, -50)),
    ((45, -60), (700, -12), (1800, -1), (4000, 0), (7000, -6), (16000, -24)),
)
"""Wind on the ear, in hollows and around corners, and in leaves."""
_HOLLOWS: Final = ((310.0, 38.0, -4.0), (540.0, 48.0, -6.0), (880.0, 64.0, -11.0))
"""Resonances: where they lie in a middling wind, how wide they are (Hz), how loud (dB)."""


def _wind(values: Values, frames: int, seed: int) -> Floats:
    gusts = float(values["gusts"]) / 100
    steps = frames // STEP_FRAMES
    common = randoms_of(seed, 2)
    # Mostly slow; a gust comes within 2 to 3 s.
    slow = 0.8 * wander(steps, 9.0, common) + 0.6 * wander(steps, 3.5, common)
    speed_db = 0.6 + 3.0 * gusts * np.tanh(slow / 1.6) * 1.6
    drifts = [wander(steps, 6.0, common) for _ in _HOLLOWS]
    colours = [colour(points) for points in _WIND]
    sound = np.empty((frames, 2), np.float32)
    for side in (0, 1):
        randoms = randoms_of(seed, side)
        # A gust is at one ear a moment before the other, and never quite the same there.
        here_db = np.roll(speed_db, side * 5) + 0.5 * wander(steps, 1.2, randoms)
        gains = [
            in_db(power * here_db + level_db + 0.6 * wander(steps, 0.5, randoms))
            for power, level_db in ((1.0, -2.0), (1.5, -3.0), (2.0, -13.0))
        ]
        tones = [
            (base * (1 + 0.16 * drift) * in_db(0.28 * here_db), width,
             in_db(1.7 * here_db + level_db))
            for (base, width, level_db), drift in zip(_HOLLOWS, drifts, strict=True)
        ]  # fmt: skip
        magnitudes = _resonant(layers(colours, gains), tones)
        sound[:, side] = moving_noise(frames, magnitudes, randoms)
    return finished(sound, share=0.2)


def _resonant(
    steady: Callable[[slice], Floats], tones: Sequence[tuple[Floats, float, Floats]]
) -> Callable[[slice], Floats]:
    """Adds resonances to amplitudes for `moving_noise`: centre (Hz) over time, width, gain."""
    bins = 240
    hz = np.arange(bins, dtype=np.float32) * np.float32(SAMPLE_RATE_HZ / 2 / STEP_FRAMES)

    def magnitudes(span: slice) -> Floats:
        power: Floats = np.square(steady(span))
        for centre, width, gain in tones:
            apart = (hz - centre[span, None]) * np.float32(2 / width)
            # The square of this, over all bins, is pi / 2 * width / 12.5 Hz: a mean square of 1.
            scale = STEP_FRAMES * np.sqrt(3 * 12.5 / (np.pi / 2 * width))
            power[:, :bins] += np.square(gain[span, None] * np.float32(scale)) / (
                1 + np.square(apart)
            )
        amplitudes: Floats = np.sqrt(power, out=power)
        return amplitudes

    return magnitudes


_FIRE: Final = (
    ((45, 0), (70, 0), (140, -6), (280, -14), (560, -24), (16000, -90)),
    ((45, -40), (150, -6), (300, 0), (600, -5), (1200, -14), (3000, -26), (16000, -60)),
    ((45, -60), (800, -14), (2500, -2), (5000, 0), (9000, -6), (16000, -20)),
)
"""Rumble (falling as combustion does, about -7.5 dB an octave), lapping flames, and hiss."""


def _snap(randoms: np.random.Generator) -> Floats:
    """Wood that gives way: a burst of noise and the ring of the splinter, softly begun."""
    decay_s = float(randoms.uniform(0.003, 0.009))
    hz = float(800 * 6 ** randoms.random())
    ring = damped(hz, decay_s, 0.0025, phase=float(randoms.random()) * 6)
    burst = randoms.standard_normal(len(ring), np.float32)
    burst = np.convolve(burst, np.hanning(13)[1:-1] / 6, "same").astype(np.float32)
    burst *= np.exp(-np.arange(len(ring)) / (decay_s * 0.6 * SAMPLE_RATE_HZ)).astype(np.float32)
    snap = np.float32(0.7) * ring + soft_ends(burst, 0.0025, decay_s)
    snap /= np.max(np.abs(snap))
    return snap


def _fire(values: Values, frames: int, seed: int) -> Floats:
    crackle = float(values["crackle"]) / 100
    steps, length_s = frames // STEP_FRAMES, frames / SAMPLE_RATE_HZ
    common = randoms_of(seed, 2)
    burning = wander(steps, 6.0, common)
    shapes = [_snap(common) for _ in range(48)]
    # In bursts: a log that gives way once does so again.
    bursts = in_db(7.0 * wander(steps, 0.5, common) + 3.0 * burning)
    count = round((2 + 30 * crackle) * length_s)
    places = places_by(bursts, count, frames, common)
    # Many small, few large ones, as with whatever breaks; the largest are held back.
    strengths = np.minimum(0.6 * (1 - common.random(count)) ** -0.7, 5.0)
    aside = common.uniform(-0.7, 0.7, count)
    colours = [colour(points) for points in _FIRE]
    sound = np.empty((frames, 2), np.float32)
    for side in (0, 1):
        randoms = randoms_of(seed, side)
        gains = [
            in_db(-6.0 + 1.0 * burning + 1.4 * wander(steps, 0.35, randoms)),
            in_db(-6.0 + 1.4 * burning + 2.2 * wander(steps, 0.16, randoms)),
            in_db(-12.0 + 1.8 * burning + 1.2 * wander(steps, 0.3, randoms)),
        ]
        flames = moving_noise(frames, layers(colours, gains), randoms)
        towards = np.sqrt(0.5 + (0.5 - side) * aside)
        scatter(flames, shapes, places, (strengths * towards).astype(np.float32))
        sound[:, side] = flames
    return finished(sound, share=0.15)


WIND: Final = Made(
    "wind",
    "wind that rises and falls around a house, and in leaves",
    WINDOWS,
    (Parameter("gusts", 40.0, "from a steady breeze to gusts", "%", 0.0, 100.0),),
    _wind,
)
FIRE: Final = Made(
    "fire",
    "a fire in a hearth: low flames, a hiss, soft crackles",
    WINDOWS,
    (Parameter("crackle", 50.0, "how often it crackles", "%", 0.0, 100.0),),
    _fire,
)
