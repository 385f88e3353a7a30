"""Loudness after ITU-R BS.1770-4, kept as energies so that a timeline can add them up.

A library that measures one file gives one figure. Here a take is measured once, its energies are
kept, and the loudness of a whole track is the sum over its timeline, without decoding anything.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import soxr

from meditations.quantities import FRAMES_PER_MS, SAMPLE_RATE_HZ
from meditations.sound.filters import HALF_RATE_HZ, at_rate, in_blocks, response

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from meditations.sound.filters import Real

    Floats = NDArray[np.float32] | NDArray[np.float64]

STEP_MS: Final = 100
STEP_FRAMES: Final = STEP_MS * FRAMES_PER_MS
"""Energies are kept for each 100 ms: a gating block is four of them, and blocks overlap by 75 %."""
BLOCK_STEPS: Final = 4
ABSOLUTE_GATE_LUFS: Final = -70.0
RELATIVE_GATE_LU: Final = -10.0

# BS.1770-4, tables 1 and 2: the two filters of the K-weighting at 48 kHz, (b, a).
_SHELF = (
    (1.53512485958697, -2.69169618940638, 1.19839281085285),
    (1.0, -1.69065929318241, 0.73248077421585),
)
_HIGH_PASS = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))

_BLOCK: Final = 32_768
_RINGING: Final = 6_144
"""Samples at 48 kHz after which the filters' ringing is 200 dB down."""


def k_weighted(samples: NDArray[Real], rate_hz: int = SAMPLE_RATE_HZ) -> NDArray[Real]:
    """K-weighted `samples`, shape (n,); 32-bit floats stay such.

    Args:
        samples: At 48 kHz, or at 24 kHz; the filters are those for 48 kHz.
        rate_hz: Which of them.
    """
    kind = np.dtype(np.complex64 if samples.dtype == np.float32 else np.complex128)
    ringing = _RINGING * rate_hz // SAMPLE_RATE_HZ
    (found,) = in_blocks(samples, [at_rate(_response(kind), rate_hz)], ringing, 0)
    return found


def weighting(size: int) -> NDArray[np.complex128]:
    """The K-weighting at the frequencies of a real transform of `size` at 48 kHz."""
    return response((_SHELF, _HIGH_PASS), size)


@functools.lru_cache(maxsize=2)
def _response(kind: np.dtype[Any]) -> NDArray[Any]:
    return weighting(_BLOCK).astype(kind)


def energies_by_ms(samples: Floats, rate_hz: int = SAMPLE_RATE_HZ) -> NDArray[np.float64]:
    """K-weighted mean squares of mono `samples` for each millisecond.

    Measured at 24 kHz, which takes half the time: what speech has above 12 kHz does not count.

    Args:
        samples: A whole number of milliseconds: shape (n,).
        rate_hz: 48 kHz or 24 kHz.
    """
    halved: NDArray[np.float32] = samples.astype(np.float32, copy=False)
    if rate_hz != HALF_RATE_HZ:
        halved = soxr.resample(halved, rate_hz, HALF_RATE_HZ, "HQ")
    weighted = k_weighted(halved, HALF_RATE_HZ).reshape(-1, HALF_RATE_HZ // 1000)
    sums = np.einsum("ij,ij->i", weighted, weighted)
    return np.asarray(sums, np.float64) / weighted.shape[1]


def step_energies(by_ms: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean squares for each 100 ms, from those for each millisecond.

    A shorter last step counts as 100 ms with silence behind it.
    """
    steps = -(-len(by_ms) // STEP_MS)
    padded = np.zeros(steps * STEP_MS)
    padded[: len(by_ms)] = by_ms
    return np.asarray(np.mean(padded.reshape(steps, STEP_MS), axis=1))


def to_lufs(energy: float) -> float:
    """Loudness of a K-weighted mean square, summed over channels; -inf for silence."""
    return float(-0.691 + 10 * np.log10(energy)) if energy > 0 else float("-inf")


def from_lufs(lufs: float) -> float:
    """The mean square that has this loudness."""
    return float(10 ** ((lufs + 0.691) / 10))


def integrated_lufs(energies: NDArray[np.float64]) -> float:
    """Gated loudness of a sound given as energies for each 100 ms, summed over channels.

    Under 400 ms BS.1770 has no value: there it is the plain K-weighted mean.
    """
    if len(energies) < BLOCK_STEPS:
        return to_lufs(float(np.mean(energies))) if len(energies) else float("-inf")
    sums = np.cumsum(np.concatenate(([0.0], energies)))
    return gated_lufs((sums[BLOCK_STEPS:] - sums[:-BLOCK_STEPS]) / BLOCK_STEPS)


def gated_lufs(blocks: NDArray[np.float64]) -> float:
    """Gated loudness of blocks of 400 ms, 100 ms apart, given as mean squares."""
    loud = blocks[blocks > from_lufs(ABSOLUTE_GATE_LUFS)]
    if not len(loud):
        return float("-inf")
    gate = from_lufs(to_lufs(float(np.mean(loud))) + RELATIVE_GATE_LU)
    return to_lufs(float(np.mean(loud[loud > gate])))


def mono_lufs(by_ms: NDArray[np.float64]) -> float:
    """Loudness of a mono sound when both speakers play it, as in a stereo file.

    Args:
        by_ms: K-weighted mean squares for each millisecond.
    """
    if len(by_ms) < BLOCK_STEPS * STEP_MS:
        return to_lufs(2 * float(np.mean(by_ms))) if len(by_ms) else float("-inf")
    whole = len(by_ms) // STEP_MS  # a part of a step would pull its block down
    return integrated_lufs(2 * step_energies(by_ms)[:whole])


def repeated_lufs(by_ms: NDArray[np.float64]) -> float:
    """As `mono_lufs`, of a sound that is played over and over.

    Measured alone, a word counts by its middle, since no block of 400 ms reaches over its ends.
    Here blocks go round, and each millisecond counts alike, as among other words.
    """
    count, block = len(by_ms), BLOCK_STEPS * STEP_MS
    if count < block:
        return mono_lufs(by_ms)
    sums = np.cumsum(np.concatenate(([0.0], by_ms, by_ms[:block])))
    starts = np.arange(0, count, STEP_MS)
    return gated_lufs(2 * (sums[starts + block] - sums[starts]) / block)
