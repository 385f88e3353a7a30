"""Linear filters in the frequency domain, in blocks that fit a processor's cache."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np

from meditations.quantities import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Response = NDArray[np.floating] | NDArray[np.complexfloating]

HALF_RATE_HZ: Final = SAMPLE_RATE_HZ // 2
"""What has nothing above 12 kHz, as most voices, is worked on at this rate: half the samples."""
GROUP_SAMPLES: Final = 262_144
"""So much is transformed at once: more would not stay in the cache, and long takes would fill the
memory."""

Real = TypeVar("Real", np.float32, np.float64)
Number = TypeVar("Number", bound=np.generic)
Biquad = tuple[tuple[float, float, float], tuple[float, float, float]]
"""Coefficients (b, a) of a filter of second order."""
FLAT_Q: Final = math.sqrt(0.5)
"""A high-pass without a bump (Butterworth)."""


def high_pass(cut_hz: float) -> Biquad:
    """A high-pass of 12 dB an octave, 3 dB down at `cut_hz`.

    After R. Bristow-Johnson, Cookbook formulae for audio EQ biquad filter coefficients (W3C
    Working Group Note), as `low_shelf`.
    """
    omega = 2 * math.pi * cut_hz / SAMPLE_RATE_HZ
    alpha, cosine = math.sin(omega) / (2 * FLAT_Q), math.cos(omega)
    b = ((1 + cosine) / 2, -(1 + cosine), (1 + cosine) / 2)
    return b, (1 + alpha, -2 * cosine, 1 - alpha)


def low_shelf(corner_hz: float, gain_db: float) -> Biquad:
    """A shelf that lifts what lies under `corner_hz` by `gain_db`; at the corner it is half."""
    omega = 2 * math.pi * corner_hz / SAMPLE_RATE_HZ
    cosine, a = math.cos(omega), 10 ** (gain_db / 40)
    root = 2 * math.sqrt(a) * math.sin(omega) / (2 * FLAT_Q)  # a slope of 1
    return (
        (
            a * ((a + 1) - (a - 1) * cosine + root),
            2 * a * ((a - 1) - (a + 1) * cosine),
            a * ((a + 1) - (a - 1) * cosine - root),
        ),
        (
            (a + 1) + (a - 1) * cosine + root,
            -2 * ((a - 1) + (a + 1) * cosine),
            (a + 1) + (a - 1) * cosine - root,
        ),
    )


def response(filters: Sequence[Biquad], size: int) -> NDArray[np.complex128]:
    """What filters in a row do at the frequencies of a transform: shape (size // 2 + 1,)."""
    delay = np.exp(-2j * np.pi * np.arange(size // 2 + 1) / size)
    found = np.ones_like(delay)
    for (b0, b1, b2), (a0, a1, a2) in filters:
        found *= (b0 + delay * (b1 + delay * b2)) / (a0 + delay * (a1 + delay * a2))
    return np.asarray(found)


def at_rate(response: NDArray[Number], rate_hz: int) -> NDArray[Number]:
    """A response at 48 kHz as that of blocks which last as long at a lower rate: its lower part."""
    return response[: (len(response) - 1) * rate_hz // SAMPLE_RATE_HZ + 1]


def band(from_hz: float, to_hz: float, size: int) -> NDArray[np.float32]:
    """A band without any delay of phase: what is left when it is taken off is the exact rest.

    Its edges are half a raised cosine over a third of an octave, half way at the frequencies.
    """
    frequency = np.maximum(np.arange(size // 2 + 1) * SAMPLE_RATE_HZ / size, 1e-3)
    rise = np.clip(3 * np.log2(frequency / from_hz) + 0.5, 0, 1)
    fall = np.clip(3 * np.log2(to_hz / frequency) + 0.5, 0, 1)
    return np.asarray(np.sin(np.pi / 2 * np.minimum(rise, fall)) ** 2, np.float32)


def in_blocks(
    samples: NDArray[Real], responses: Sequence[Response], before: int, after: int
) -> list[NDArray[Real]]:
    """`samples` through each of `responses`: one transform there, one back for each.

    Overlap-save: each block is longer than what is kept of it by `before` and `after`, so
    nothing wraps around. Small blocks stay in the cache, which one transform of it all would not.

    Args:
        samples: Shape (n,), in floats of 32 bits or 64.
        responses: At the frequencies of a transform of one size, that of the blocks; as fine as
            the samples.
        before: How many samples a filter rings.
        after: How many samples it begins early.

    Returns:
        Arrays of shape (n,).
    """
    size = 2 * (len(responses[0]) - 1)
    hop = size - before - after
    count = max(1, -(-len(samples) // hop))
    padded = np.zeros(count * hop + before + after, samples.dtype)
    padded[before : before + len(samples)] = samples
    blocks = np.lib.stride_tricks.sliding_window_view(padded, size)[::hop]
    found = [np.empty((count, hop), samples.dtype) for _ in responses]
    group = max(1, GROUP_SAMPLES // size)
    for first in range(0, count, group):
        part = slice(first, first + group)
        # Without a factor of its own, as here, numpy 2 transforms in 64 bits, which takes longer.
        spectra = np.fft.rfft(blocks[part], axis=1, norm="ortho")
        for factor, kept in zip(responses, found, strict=True):
            whole = np.fft.irfft(spectra * factor, size, axis=1, norm="ortho")
            kept[part] = whole[:, before : before + hop]
    return [kept.reshape(-1)[: len(samples)] for kept in found]
