"""Whether the seam of a loop can be told from any other place of a finished track."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from bench.place import Place

RATE_HZ: Final = 48_000
STEP_MS: Final = 200
BANDS_HZ: Final = (60, 125, 250, 500, 1_000, 2_000, 4_000, 8_000, 15_000)
FIRST_MS: Final = 20_000
"""Before this the voice and the fade in are heard."""
LAST_MS: Final = 30_000


def seam_figures(mp3: Path, place: Place, period_ms: int) -> tuple[float, float]:
    """How far spectrum and envelope step at the seams, against the 99th percentile elsewhere.

    A step is the difference between the 200 ms before a place and those after it: in octave bands
    for the spectrum (root mean square of decibels), over all of it for the envelope.

    Args:
        mp3: A track of ten minutes of one bed, over which nothing is said but at its ends.
        place: For ffmpeg's environment.
        period_ms: The loop; it runs from the start of the track.

    Returns:
        Spectrum and envelope; the median over all seams of the track.
    """
    samples = _decoded(mp3, place)
    length_ms = len(samples) * 1000 // RATE_HZ
    seams = range(period_ms, length_ms - LAST_MS, period_ms)
    seams_ms = [at for at in seams if at > FIRST_MS]
    random = np.random.default_rng(1)
    others_ms = random.integers(FIRST_MS, length_ms - LAST_MS, 1_000)
    steps = np.array([_steps(samples, int(at)) for at in others_ms])
    found = np.array([_steps(samples, at) for at in seams_ms])
    limits = np.percentile(steps, 99, axis=0)
    spectrum, envelope = np.median(found, axis=0) / limits
    return float(spectrum), float(envelope)


def _decoded(mp3: Path, place: Place) -> NDArray[np.float32]:
    from meditations.programs import ffmpeg

    raw = subprocess.run(
        [str(ffmpeg()), "-v", "error", "-i", str(mp3), "-map", "0:a:0", "-ac", "1", "-f", "f32le",
         "-"],
        check=True, capture_output=True, env=place.environment(),
    ).stdout  # fmt: skip
    return np.frombuffer(raw, "<f4")


def _steps(samples: NDArray[np.float32], at_ms: int) -> tuple[float, float]:
    middle, width = at_ms * RATE_HZ // 1000, STEP_MS * RATE_HZ // 1000
    before = _bands(samples[middle - width : middle])
    after = _bands(samples[middle : middle + width])
    differences = 10 * np.log10(after / before)
    whole = 10 * np.log10(after.sum() / before.sum())
    return float(np.sqrt(np.mean(differences**2))), abs(float(whole))


def _bands(samples: NDArray[np.float32]) -> NDArray[np.float64]:
    power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
    hz = np.fft.rfftfreq(len(samples), 1 / RATE_HZ)
    edges = np.searchsorted(hz, BANDS_HZ)
    return np.asarray(np.add.reduceat(power, edges)[:-1] + 1e-12)
