"""Binaural and isochronic tones: beats by two tones for two ears, or by a tone that swells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from meditations.quantities import SAMPLE_RATE_HZ
from meditations.sound.made.kinds import Made, Parameter, Values
from meditations.sound.made.noises import coloured_noise
from meditations.sound.made.shaping import finished, lines, randoms_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

SWELL: Final = 0.7
"""Depth of the isochronic pulse: between pulses the tone falls by 15 dB and never to nothing."""
WINDOWS: Final = 3

_NOISE: Final = Parameter(
    "noise", 30.0, "how much of the whole is a soft brown noise under the tones", "%", 0.0, 90.0
)


def _over_noise(
    tones: tuple[NDArray[np.float32], NDArray[np.float32]], share: float, seed: int
) -> NDArray[np.float32]:
    """Tones with a mean square of 1 over noise that takes `share` of the power."""
    sound = np.stack(tones, axis=1) * np.float32(np.sqrt(1 - share))
    if share:
        noise = coloured_noise(len(sound), 2.0, [randoms_of(seed, side) for side in (0, 1)])
        for side in (0, 1):
            power = np.mean(np.square(noise[:, side]), dtype=np.float64)
            noise[:, side] *= np.float32(np.sqrt(share / power))
        sound += noise
    return finished(sound)


def whole_cycles(hz: float, frames: int) -> int:
    """The number of cycles in the period that comes closest to a frequency; at least one."""
    return max(1, round(hz * frames / SAMPLE_RATE_HZ))


def _binaural(values: Values, frames: int, seed: int) -> NDArray[np.float32]:
    """A sine for each ear, half the beat below and above the carrier."""
    beat = whole_cycles(float(values["beat"]), frames)
    left = whole_cycles(float(values["carrier"]) - float(values["beat"]) / 2, frames)
    amplitude = float(np.sqrt(2))
    tones = lines(frames, [(left, amplitude)]), lines(frames, [(left + beat, amplitude)])
    return _over_noise(tones, float(values["noise"]) / 100, seed)


def _isochronic(values: Values, frames: int, seed: int) -> NDArray[np.float32]:
    """A sine times 1 + 0.7 cos: three lines, so the pulse is as smooth as a pulse can be."""
    tone = whole_cycles(float(values["tone"]), frames)
    pulse = whole_cycles(float(values["pulse"]), frames)
    amplitude = float(np.sqrt(2 / (1 + SWELL**2 / 2)))
    swelling = lines(
        frames,
        [(tone, amplitude), (tone - pulse, amplitude * SWELL / 2),
         (tone + pulse, amplitude * SWELL / 2)],
    )  # fmt: skip
    return _over_noise((swelling, swelling), float(values["noise"]) / 100, seed)


BINAURAL: Final = Made(
    "binaural",
    "a low tone in each ear, a few hertz apart, that beat in the head; for headphones",
    WINDOWS,
    (
        Parameter("carrier", 200.0, "the tone; each ear gets half the beat more or less", "Hz",
                  100.0, 500.0),
        Parameter("beat", 6.0, "how far the two tones lie apart", "Hz", 2.0, 12.0),
        _NOISE,
    ),
    _binaural,
    "Binaural tones need headphones: on speakers they are an ordinary beating, on one speaker a "
    "strong one. Whether they change brain waves or mood is not settled: studies disagree. "
    "Promise nothing. They are no treatment. People with epilepsy or seizures should ask a "
    "doctor first.",
)  # fmt: skip
ISOCHRONIC: Final = Made(
    "isochronic",
    "a low tone that swells and falls a few times a second",
    WINDOWS,
    (
        Parameter("tone", 200.0, "the tone", "Hz", 100.0, 500.0),
        Parameter("pulse", 6.0, "how often it swells", "Hz", 2.0, 12.0),
        _NOISE,
    ),
    _isochronic,
    "Isochronic tones are a rhythmic sound: people with epilepsy or seizures should ask a doctor "
    "first, and nobody should hear them while driving. There is very little research on what "
    "they do beyond an answer of the brain to the rhythm, as it has to any rhythm. Promise "
    "nothing. They are no treatment.",
)
