"""True peaks, and a look-ahead limiter that belongs to a take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import soxr

from meditations.quantities import SAMPLE_RATE_HZ
from meditations.sound.levels import factor

if TYPE_CHECKING:
    from numpy.typing import NDArray

OVERSAMPLING: Final = 4
"""BS.1770-4, annex 2, asks for four times at 48 kHz."""
REACH_FRAMES: Final = SAMPLE_RATE_HZ // 100
"""10 ms to either side of a peak the gain is already, and still, down: longer than a period of
any voice, so the gain does not follow the voice's own swing."""
MARGIN_DB: Final = 0.05


def peaks(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """The largest magnitude around each of the mono `samples`, between samples included."""
    fine = np.abs(soxr.resample(samples, SAMPLE_RATE_HZ, OVERSAMPLING * SAMPLE_RATE_HZ, "HQ"))
    whole = np.zeros(len(samples) * OVERSAMPLING)
    whole[: min(len(fine), len(whole))] = fine[: len(whole)]
    found: NDArray[np.float64] = whole.reshape(-1, OVERSAMPLING).max(axis=1)
    return np.maximum(found, np.abs(samples))


def limited(samples: NDArray[np.float64], ceiling_dbtp: float) -> NDArray[np.float64]:
    """Mono `samples` whose true peak is at most `ceiling_dbtp`; quieter ones are returned as is."""
    ceiling = factor(ceiling_dbtp)
    for extra_db in (0.0, MARGIN_DB, 4 * MARGIN_DB, 20 * MARGIN_DB):
        found = peaks(samples)
        if found.max(initial=0.0) <= ceiling:
            break
        wanted = np.minimum(1.0, ceiling * factor(-extra_db) / np.maximum(found, 1e-12))
        samples = samples * _smoothed(_sliding_minimum(wanted, 2 * REACH_FRAMES), REACH_FRAMES)
    return samples


def _sliding_minimum(values: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """The least value within `reach` to either side (van Herk's way: two passes, any reach)."""
    width = 2 * reach + 1
    count = len(values)
    blocks = -(-(count + 2 * reach) // width)
    padded = np.ones(blocks * width)
    padded[reach : reach + count] = values
    grid = padded.reshape(blocks, width)
    forward = np.minimum.accumulate(grid, axis=1).ravel()
    backward = np.minimum.accumulate(grid[:, ::-1], axis=1)[:, ::-1].ravel()
    return np.minimum(backward[:count], forward[2 * reach : 2 * reach + count])


def _smoothed(values: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """A triangular mean over `reach` to either side twice over: two running means."""
    for _ in range(2):
        padded = np.concatenate((np.full(reach + 1, values[0]), values, np.full(reach, values[-1])))
        sums = np.cumsum(padded)
        values = (sums[2 * reach + 1 :] - sums[: -2 * reach - 1]) / (2 * reach + 1)
    return values
