"""Momentary loudness: how loud a short sound is at its loudest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from meditations.quantities import FRAMES_PER_MS
from meditations.sound.loudness import k_weighted, to_lufs

if TYPE_CHECKING:
    from meditations.sound.loudness import Floats

MOMENT_MS: Final = 400
"""The window of momentary loudness (EBU Tech 3341)."""
SPAN_MS: Final = 10_000
RUN_IN_MS: Final = 500
"""A long sound is weighted in spans; after so much run-in the filters know no other past."""


def loudest_lufs(samples: Floats) -> float:
    """The highest momentary loudness of a stereo sound (BS.1770-4, 400 ms), in LUFS.

    The window slides by the millisecond, so the figure does not depend on where on a grid of
    100 ms the sound begins. A sound of under 400 ms counts as if silence lay around it.

    Args:
        samples: Shape (n, 2), at 48 kHz.

    Returns:
        Minus infinity for silence.
    """
    total_ms = max(-(-len(samples) // FRAMES_PER_MS), MOMENT_MS)
    by_ms = np.zeros(total_ms)
    for start in range(0, total_ms, SPAN_MS):
        first = max(start - RUN_IN_MS, 0)
        count = min(SPAN_MS, total_ms - start)
        for channel in range(samples.shape[1]):
            padded = np.zeros((start - first + count) * FRAMES_PER_MS, samples.dtype)
            part = samples[first * FRAMES_PER_MS :, channel][: len(padded)]
            padded[: len(part)] = part
            weighted = k_weighted(padded).reshape(-1, FRAMES_PER_MS)[start - first :]
            by_ms[start : start + count] += np.einsum("ij,ij->i", weighted, weighted)
    sums = np.cumsum(np.concatenate(([0.0], by_ms / FRAMES_PER_MS)))
    return to_lufs(float((sums[MOMENT_MS:] - sums[:-MOMENT_MS]).max()) / MOMENT_MS)
