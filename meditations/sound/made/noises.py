"""Brown, pink and white noise: an even hush, the darker the steeper it falls."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from meditations.quantities import SAMPLE_RATE_HZ
from meditations.sound.made.kinds import Made, Values
from meditations.sound.made.shaping import finished, limits, randoms_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

WINDOWS: Final = 3
"""72 s, longer than the ear keeps a pattern of noise."""


def coloured_noise(
    frames: int, power: float, randoms: Sequence[np.random.Generator]
) -> NDArray[np.float32]:
    """Noise, periodic over `frames`, its power falling as 1 / f ** power.

    Made in the frequency domain: an exact amplitude and a random phase for each frequency. What is
    made so has no seam.

    Args:
        frames: The period.
        power: 0 is white, 1 pink (-3 dB an octave), 2 brown (-6 dB an octave).
        randoms: Where the phases come from, for each channel.

    Returns:
        Shape (frames, len(randoms)).
    """
    hz = np.fft.rfftfreq(frames, 1 / SAMPLE_RATE_HZ).astype(np.float32)
    amplitude = limits(hz)
    amplitude *= np.maximum(hz, np.float32(1.0)) ** np.float32(-power / 2)
    sound = np.empty((frames, len(randoms)), np.float32)
    phase, spectrum = hz, np.empty(len(hz), np.complex64)
    for channel, numbers in enumerate(randoms):
        numbers.random(len(phase), np.float32, out=phase)
        phase *= np.float32(2 * np.pi)
        spectrum.real = np.cos(phase)
        spectrum.imag = np.sin(phase)
        spectrum *= amplitude
        sound[:, channel] = np.fft.irfft(spectrum, frames)
    return sound


def _noise(values: Values, frames: int, seed: int, *, power: float) -> NDArray[np.float32]:
    del values
    return finished(coloured_noise(frames, power, [randoms_of(seed, side) for side in (0, 1)]))


BROWN: Final = Made(
    "brown", "a deep, even hush, like a far waterfall", WINDOWS, (), partial(_noise, power=2.0)
)
PINK: Final = Made(
    "pink", "an even hush, like steady rain behind a window", WINDOWS, (),
    partial(_noise, power=1.0),
)  # fmt: skip
WHITE: Final = Made(
    "white", "a bright, even hiss, like air from a vent", WINDOWS, (), partial(_noise, power=0.0)
)
