"""A whole track, measured: its spans put together, and its loudness over time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from meditations.inspection.spans import FINE_MS, FINE_STEPS, Jump, cut_spans, measure_span, merged
from meditations.sound.loudness import (
    ABSOLUTE_GATE_LUFS,
    BLOCK_STEPS,
    from_lufs,
    integrated_lufs,
    to_lufs,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from meditations.inspection.decoding import Source
    from meditations.inspection.places import SpokenCue
    from meditations.workers import Workers

SHORT_TERM_STEPS: Final = 30
RANGE_GATE_LU: Final = -20.0
"""EBU Tech 3342: what is further under the mean than this does not count for the range."""
RANGE_SHARES: Final = (0.10, 0.95)


@dataclass(frozen=True, slots=True)
class Measures:
    """As `SpanMeasures`, for a whole track."""

    frames: int
    energies: NDArray[np.float64]
    band: NDArray[np.float32]
    peaks: NDArray[np.float32]
    sums: NDArray[np.float64]
    true_peak: float
    clipped: tuple[int, ...]
    jumps: tuple[Jump, ...]
    ratios: NDArray[np.float32]
    joints: tuple[tuple[int, float], ...]


def measure_track(source: Source, workers: Workers | None) -> Measures:
    """Decodes and measures all of `source`, by `workers` or in this process.

    Raises:
        MeditationError: If ffmpeg cannot be started, or the workers were ended.
    """
    spans = cut_spans(source.frames)
    if workers is None:
        found = [piece for span in spans for piece in measure_span(source, *span)]
    else:
        pending = [workers.submit(measure_span, source, *span) for span in spans]
        found = [piece for future in pending for piece in workers.result(future)]
    return Measures(
        sum(span.frames for span in found),
        np.concatenate([span.energies for span in found]),
        np.concatenate([span.band for span in found]),
        np.concatenate([span.peaks for span in found]),
        np.sum([span.sums for span in found], axis=0),
        max(span.true_peak for span in found),
        tuple(place for span in found for place in span.clipped),
        merged(jump for span in found for jump in span.jumps),
        np.concatenate([span.ratios for span in found]),
        tuple(joint for span in found for joint in span.joints),
    )


def over_time(energies: NDArray[np.float64], steps: int) -> NDArray[np.float64]:
    """Mean squares of `steps` of 100 ms each, for every 100 ms: shape (n - steps + 1,)."""
    if len(energies) < steps:
        return np.zeros(0)
    sums = np.cumsum(np.concatenate(([0.0], energies)))
    return np.asarray(np.maximum(sums[steps:] - sums[:-steps], 0.0) / steps)


def lufs_curve(energies: NDArray[np.float64], steps: int) -> NDArray[np.float64]:
    """Loudness over time, each value in the middle of what it was measured on: shape (n,)."""
    half = steps // 2
    padded = np.pad(energies, (half, steps - 1 - half))
    with np.errstate(divide="ignore"):
        return np.asarray(-0.691 + 10 * np.log10(over_time(padded, steps)))


def loudness_range(energies: NDArray[np.float64]) -> tuple[float, float] | None:
    """The 10th and the 95th percentile of the short-term loudness, gated (EBU Tech 3342)."""
    short = over_time(energies, SHORT_TERM_STEPS)
    loud = short[short > from_lufs(ABSOLUTE_GATE_LUFS)]
    if not len(loud):
        return None
    loud = loud[loud > from_lufs(to_lufs(float(np.mean(loud))) + RANGE_GATE_LU)]
    low, high = np.quantile(loud, RANGE_SHARES)
    return to_lufs(float(low)), to_lufs(float(high))


def by_cell(measures: Measures) -> NDArray[np.float64]:
    """K-weighted mean squares by 10 ms.

    Those of each 100 ms, shared out as the strength of the band of speech is: where a cue begins
    or ends within them, nearly all that sounds is speech.
    """
    band = measures.band.reshape(-1, FINE_STEPS).astype(np.float64) + 1e-20
    share = band / band.mean(axis=1, keepdims=True)
    return np.asarray((measures.energies[:, None] * share).ravel())


def speech_lufs(fine: NDArray[np.float64], cues: Sequence[SpokenCue]) -> float:
    """The loudness of what is spoken, cut out by the cues and joined; -inf for none.

    Where some cues are quieter on purpose, those that are not count; where all are, each counts
    by what it would be.
    """
    plain = [cue for cue in cues if not cue.volume_db]
    pieces = [
        fine[round(cue.start_ms / FINE_MS) : round(cue.end_ms / FINE_MS)]
        / 10 ** (cue.volume_db / 10)
        for cue in plain or cues
    ]
    if not pieces:
        return float("-inf")
    joined = np.concatenate(pieces)
    whole = len(joined) // FINE_STEPS * FINE_STEPS
    if whole < BLOCK_STEPS * FINE_STEPS:
        return to_lufs(float(np.mean(joined))) if len(joined) else float("-inf")
    return integrated_lufs(joined[:whole].reshape(-1, FINE_STEPS).mean(axis=1))


def longest_run_ms(quiet: NDArray[np.bool_], cell_ms: int) -> tuple[int, int]:
    """The longest run of cells that are quiet: its length and its start, in ms."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], quiet.view(np.int8), [0]))))
    if not len(edges):
        return 0, 0
    lengths = edges[1::2] - edges[::2]
    longest = int(np.argmax(lengths))
    return int(lengths[longest]) * cell_ms, int(edges[::2][longest]) * cell_ms
