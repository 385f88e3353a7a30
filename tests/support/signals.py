"""Sounds made for tests: stereo, at 48 kHz, with a level of about -20 dBFS."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import numpy as np

from meditations.programs import ffmpeg

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Sound = NDArray[np.float64]

RATE_HZ = 48_000
CHORD_HZ = (110.13, 164.71, 220.4, 277.9, 331.1)


def time_s(seconds: float) -> Sound:
    """The time of each sample."""
    return np.arange(int(seconds * RATE_HZ)) / RATE_HZ


def noise(seconds: float, fall_db: float = 0.0, seed: int = 1) -> Sound:
    """Noise that falls by so many dB an octave: 0 is white, 3 pink, 6 brown."""
    count = int(seconds * RATE_HZ)
    frequency_hz = np.maximum(np.fft.rfftfreq(count, 1 / RATE_HZ), 1)
    shape = frequency_hz ** (-fall_db / 6.02)
    shape[frequency_hz < 25] = 0
    spectrum = np.fft.rfft(np.random.default_rng(seed).normal(size=(2, count)))
    sound = np.fft.irfft(spectrum * shape, count).T
    return np.asarray(0.1 * sound / sound.std())


def tone(seconds: float, hz: float = 441.37) -> Sound:
    """A sine on both channels."""
    return stereo(0.14 * np.sin(2 * np.pi * hz * time_s(seconds)))


def chord(seconds: float) -> Sound:
    """Five tones that no short time fits."""
    parts = [np.sin(2 * np.pi * hz * time_s(seconds)) / n for n, hz in enumerate(CHORD_HZ, 1)]
    return stereo(0.12 * np.sum(parts, axis=0))


def drone_in_rain(seconds: float) -> Sound:
    """A chord, and noise that is 3 dB under it."""
    return chord(seconds) + 0.7 * noise(seconds, 1.5)


def swelling(seconds: float, period_s: float) -> Sound:
    """Noise that swells and ebbs by 10 dB."""
    swell = 1 + 0.5 * np.sin(2 * np.pi * time_s(seconds) / period_s)
    return np.asarray(noise(seconds) * swell[:, None])


def beating(seconds: float, period_s: float) -> Sound:
    """Short beats of noise, each other than the last."""
    since = time_s(seconds) % period_s
    beat = np.exp(-since / 0.08) * np.minimum(since / 0.002, 1)
    return np.asarray(5 * noise(seconds) * beat[:, None])


def stereo(mono: Sound) -> Sound:
    """The same on both channels."""
    return np.stack((mono, mono), axis=1)


def write_sound(file: Path, sound: Sound, *options: str, rate_hz: int = RATE_HZ) -> Path:
    """A sound file in the format that its suffix and ffmpeg's `options` say."""
    channels = 1 if sound.ndim == 1 else sound.shape[1]
    file.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [str(ffmpeg()), "-v", "error", "-f", "f32le", "-ar", str(rate_hz), "-ac", str(channels),
         "-i", "-", *options, "-y", str(file)],
        input=sound.astype("<f4").tobytes(), check=True,
    )  # fmt: skip
    return file


def read_raw(raw: Path) -> Sound:
    """The samples of a prepared bed."""
    return np.fromfile(raw, "<f4").reshape(-1, 2).astype(np.float64)


def level_db(sound: Sound) -> float:
    """The mean power of a sound."""
    return float(10 * np.log10(np.mean(sound**2) + 1e-20))
