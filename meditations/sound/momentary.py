"""Momentary loudness: how loud a short sound is at its loudest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from meditations.quantities import FRAMES_PER_MS
from meditations.sound.loudness import k_weighted, to_lufs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from meditations.sound.loudness import Floats

MOMENT_MS: Final = 400
"""The window of momentary loudness (EBU Tech 3341)."""


def loudest_lufs(samples: Floats) -> float:
    """The highest momentary loudness of a stereo sound (BS.1770-4, 400 ms), in LUFS.

    The window slides by the millisecond, so the figure does not depend on where on a grid of
    100 ms the sound begins. A sound of under 400 ms counts as if silence lay around it.

    Args:
        samples: Shape (n, 2), at 48 kHz.

    Returns:
        Minus infinity for silence.
    """
    moment = MOMENT_MS * FRAMES_PER_MS
    frames = max(len(samples), moment)
    frames += -frames % FRAMES_PER_MS
    by_ms: NDArray[np.float64] = np.zeros(frames // FRAMES_PER_MS)
    for channel in range(samples.shape[1]):
        padded = np.zeros(frames, samples.dtype)
        padded[: len(samples)] = samples[:, channel]
        weighted = k_weighted(padded).reshape(-1, FRAMES_PER_MS)
        by_ms += np.einsum("ij,ij->i", weighted, weighted) / FRAMES_PER_MS
    sums = np.cumsum(np.concatenate(([0.0], by_ms)))
    # What is left of rounding in a transform of silence is no sound.
    loudest = float((sums[MOMENT_MS:] - sums[:-MOMENT_MS]).max()) / MOMENT_MS
    return to_lufs(loudest) if samples.any() else float("-inf")
