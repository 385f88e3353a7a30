"""Measures of a sound that say what would be heard: seams, starts, bands, envelopes."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from meditations.quantities import SAMPLE_RATE_HZ
from meditations.sound.made import read_parameters, render

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SHORT_S: Final = 16


@lru_cache(maxsize=20)
def bed(name: str, seconds: int = SHORT_S, seed: int = 1, **written: str) -> Floats:
    frames = seconds * SAMPLE_RATE_HZ
    return render(name, read_parameters(name, written), frames, seed).astype(np.float64)


def spectrum_of(sound: Floats) -> tuple[Floats, Floats]:
    """Frequencies, and the power at each, of one channel taken as periodic."""
    spectrum = np.fft.rfft(sound)
    hz = np.arange(len(spectrum)) * (SAMPLE_RATE_HZ / len(sound))
    squares: Floats = np.square(np.abs(spectrum)).astype(np.float64)
    return hz.astype(np.float64), squares


def share(sound: Floats, low_hz: float, high_hz: float) -> float:
    """How much of a channel's power lies between two frequencies."""
    hz, power = spectrum_of(sound)
    return float(power[(hz >= low_hz) & (hz < high_hz)].sum() / power.sum())


def band(sound: Floats, low_hz: float, high_hz: float) -> Floats:
    """What of a channel lies between two frequencies."""
    spectrum = np.fft.rfft(sound)
    hz = np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE_HZ)
    spectrum[(hz < low_hz) | (hz >= high_hz)] = 0
    return np.fft.irfft(spectrum, len(sound))


def blocks(sound: Floats, block_ms: int) -> Floats:
    """Mean squares of blocks of a channel."""
    size = block_ms * 48
    blocks = np.square(sound[: len(sound) // size * size]).reshape(-1, size)
    return np.asarray(blocks.mean(axis=1), np.float64)


def smooth(curve: Floats, width: int) -> Floats:
    """A moving mean, around the end."""
    kernel = np.zeros(len(curve))
    kernel[:width] = 1 / width
    return np.roll(np.fft.irfft(np.fft.rfft(curve) * np.fft.rfft(kernel), len(curve)), -width // 2)


def in_db(power: Any) -> Any:
    return 10 * np.log10(np.maximum(power, 1e-12))


def startling_db(sound: Floats) -> float:
    """The worst rise within 50 ms above what sounds around it, on an envelope of 10 ms.

    A moment counts by the smaller of two figures: how far it has risen within 50 ms, and how far
    it stands above the 400 ms before it, or around it where that is softer.
    """
    block = blocks(sound[:, 0], 5) + blocks(sound[:, 1], 5)
    envelope = (block + np.roll(block, -1)) / 2
    lately = np.min([np.roll(envelope, back) for back in range(2, 11)], axis=0)
    whole = np.cumsum(np.tile(block, 3))
    here = np.arange(len(block)) + len(block)
    before = (whole[here - 2] - whole[here - 82]) / 80
    around = (whole[here + 41] - whole[here - 41]) / 82
    rise_db = in_db(envelope) - in_db(lately)
    above_db = in_db(envelope) - in_db(np.minimum(before, around))
    return float(np.max(np.minimum(rise_db, above_db)))


def _octaves_db(sound: Floats, starts: NDArray[np.int64], length: int) -> Floats:
    """Levels in octave bands of short windowed pieces, (pieces, bands)."""
    window = np.hanning(length)
    hz = np.fft.rfftfreq(length, 1 / SAMPLE_RATE_HZ)
    edges = [60, 125, 250, 500, 1000, 2000, 4000, 8000, 15000]
    pieces = np.stack([sound[start : start + length] for start in starts.tolist()])
    power = np.square(np.abs(np.fft.rfft(pieces * window, axis=1)))
    bands = [power[:, (hz >= low) & (hz < high)].sum(axis=1) for low, high in pairwise(edges)]
    return np.asarray(in_db(np.stack(bands, axis=1) + 1e-6 * power.sum(axis=1).mean()))


def seam_faults(sound: Floats) -> list[str]:
    """What shows at the place where a loop closes and nowhere else."""
    faults = []
    middle = len(sound) // 2
    turned = np.roll(sound, middle, axis=0)
    for order in (1, 2):
        steps = np.abs(np.diff(turned, order, axis=0)).max(axis=1)
        near, usual = steps[middle - 4 : middle + 3].max(), np.quantile(steps, 0.9999)
        if near > 1.5 * usual:
            faults.append(f"difference {order}: {near:.4f} against {usual:.4f}")
    length = 4800
    seam = middle - length
    away = np.linspace(0, seam - length, 500).astype(np.int64)
    starts = np.concatenate([[seam], away, seam + length + away])
    for side in (0, 1):
        jumps = np.abs(
            _octaves_db(turned[:, side], starts, length)
            - _octaves_db(turned[:, side], starts + length, length)
        )
        for what, values in (("spectrum", jumps.mean(axis=1)), ("band", jumps.max(axis=1))):
            most = values[1:].max()
            if values[0] > most:
                faults.append(f"{what}: {values[0]:.1f} dB against {most:.1f}")
    return faults
