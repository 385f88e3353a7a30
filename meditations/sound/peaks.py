"""True peaks, and a look-ahead limiter that belongs to a take."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from meditations.quantities import FRAMES_PER_MS
from meditations.sound.levels import factor

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from meditations.sound.loudness import Floats

OVERSAMPLING: Final = 4
"""BS.1770-4, annex 2, asks for four times at 48 kHz."""
REACH_MS: Final = 10
"""So long before a peak the gain is down, and so long after it still is: more than a period of
any voice, so the gain does not follow the voice's own swing."""
PEAK_REACH: Final = 24
"""Samples on either side that a value between two samples is worked out from."""
MOST_BETWEEN_DB: Final = 6.02
"""By how much what lies between samples exceeds the largest of them at the most, where nothing
sounds above 16 kHz (1 / cos(pi / 2 * 16 / 24); Wunder and Boche, 2003)."""
_MARGIN_DB: Final = 0.15
"""A gain that moves while it limits can lift what lies between two samples by up to this."""


def peaks_by_ms(samples: Floats, least: float = 0.0) -> NDArray[np.float64]:
    """The true peak of each millisecond of mono `samples`, what lies between samples included.

    Four times oversampled, by the windowed sinc of `true_peak_at`.

    Args:
        samples: Shape (n * FRAMES_PER_MS,), at 48 kHz.
        least: What does not come within MOST_BETWEEN_DB of this is not looked at closely: there
            the largest sample is told. The closer look is most of the work.

    Returns:
        Magnitudes, shape (n,).
    """
    weights = _kernel_by_ms()
    reach = PEAK_REACH, len(weights) - PEAK_REACH
    padded = np.pad(samples.astype(np.float32, copy=False), reach)
    size = np.abs(samples, dtype=np.float32)
    found = size.reshape(-1, FRAMES_PER_MS).max(axis=1)
    # What lies behind a millisecond's last sample lies before the next one's first as well.
    behind = np.append(size[FRAMES_PER_MS::FRAMES_PER_MS], np.float32(0))
    near = np.flatnonzero(np.maximum(found, behind) > least / factor(MOST_BETWEEN_DB))
    around = np.lib.stride_tricks.sliding_window_view(padded, len(weights))[::FRAMES_PER_MS]
    for first in range(0, len(near), _AT_ONCE):
        some = near[first : first + _AT_ONCE]
        found[some] = np.maximum(found[some], np.abs(around[some] @ weights).max(axis=1))
    return np.asarray(found, np.float64)


def true_peak_dbtp(samples: Floats) -> float:
    """The true peak of `samples`, as for `peaks_by_ms`; -inf for silence."""
    largest = float(peaks_by_ms(samples).max(initial=0.0))
    return float(20 * np.log10(largest)) if largest > 0 else float("-inf")


def true_peak_at(samples: NDArray[Any], places: NDArray[np.int64]) -> float:
    """The largest magnitude of mono `samples` around `places`, what lies between included.

    Four times oversampled, by a windowed sinc of 48 values, and only up to the next sample on
    either side: for a sound of which the places are known where its peaks can be, this costs a
    tenth of oversampling the whole. Good to 0.02 dB where nothing sounds above 18 kHz.

    Args:
        samples: Shape (n,), at 48 kHz.
        places: Indices into it, at least PEAK_REACH from either end; shape (m,).
    """
    largest = 0.0
    starts = places - PEAK_REACH
    rows = np.lib.stride_tricks.sliding_window_view(samples, 2 * PEAK_REACH + 1)
    for first in range(0, len(places), _AT_ONCE):
        around = rows[starts[first : first + _AT_ONCE]].astype(np.float32)
        largest = max(largest, float(np.abs(around @ _kernel()).max(initial=0.0)))
    return largest


_AT_ONCE: Final = 4_096


@functools.cache
def _kernel_by_ms() -> NDArray[np.float32]:
    """Weights of a millisecond's samples and those around it for each value between two of them."""
    between = _kernel()[:, OVERSAMPLING:]  # at 1/4, 2/4 and 3/4 behind a sample
    found = np.zeros((FRAMES_PER_MS + len(between), FRAMES_PER_MS, OVERSAMPLING - 1), np.float32)
    for frame in range(FRAMES_PER_MS):
        found[frame : frame + len(between), frame] = between
    return found.reshape(len(found), -1)


@functools.cache
def _kernel() -> NDArray[np.float32]:
    """Weights of the samples around a place for the values at -3/4 to 3/4 of a sample from it."""
    shifts = np.arange(1 - OVERSAMPLING, OVERSAMPLING) / OVERSAMPLING
    distance = np.arange(-PEAK_REACH, PEAK_REACH + 1)[:, None] - shifts
    window = np.i0(8 * np.sqrt(np.maximum(1 - (distance / (PEAK_REACH + 1)) ** 2, 0))) / np.i0(8)
    return np.asarray(np.sinc(distance) * window, np.float32)


def limiting_gain(peak_by_ms: NDArray[np.float64], ceiling_dbtp: float) -> NDArray[np.float64]:
    """The gain of a look-ahead limiter, as amplitude factors.

    Args:
        peak_by_ms: The true peak of each millisecond, shape (n,).
        ceiling_dbtp: What no peak may exceed.

    Returns:
        Factors at the edges of the milliseconds, shape (n + 1,), to be joined by straight lines;
        all 1 where nothing exceeds the ceiling.
    """
    ceiling = factor(ceiling_dbtp - _MARGIN_DB)
    wanted = np.minimum(1.0, ceiling / np.maximum(peak_by_ms, 1e-12))
    if wanted.min(initial=1.0) >= 1.0:
        return np.ones(len(wanted) + 1)
    # An edge belongs to the milliseconds on both sides; each holds for REACH_MS around it, so a
    # mean over half of that still lies below what every millisecond wants.
    padded = np.pad(wanted, REACH_MS + 1, constant_values=1.0)
    held = np.lib.stride_tricks.sliding_window_view(padded, 2 * REACH_MS + 2).min(axis=1)
    shape = np.hanning(2 * (REACH_MS // 2) + 3)[1:-1]
    smooth = np.convolve(np.pad(held, REACH_MS // 2, mode="edge"), shape / shape.sum(), "valid")
    return np.asarray(smooth[: len(wanted) + 1])


def by_sample(gain: NDArray[np.float64], frames_per_ms: int = FRAMES_PER_MS) -> NDArray[np.float32]:
    """A gain at the edges of milliseconds as one for each sample, straight in between."""
    edges = gain.astype(np.float32)
    steps = np.arange(frames_per_ms, dtype=np.float32) / np.float32(frames_per_ms)
    # One product of matrices is four times as fast as sums over rows as short as these.
    lines = np.stack((edges[:-1], np.diff(edges)), axis=1)
    return np.asarray((lines @ np.stack((np.ones_like(steps), steps))).ravel())
