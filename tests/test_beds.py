"""Beds: loops without a seam, whatever the file, and the level that was asked for."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import numpy as np
import pytest
from support.tracks import build, ebur128, hear

from meditations.mix.windows import WINDOW_FRAMES
from meditations.programs import ffmpeg
from meditations.sound.beds import (
    find_source,
    kept_bed,
    prepare_bed,
    read_bed,
)
from meditations.sound.specs import BedSpec
from meditations.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from meditations.workers import Workers

RATE_HZ = 48_000


def _write(file: Path, samples: NDArray[np.float64], rate_hz: int, *options: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    raw = (np.clip(samples, -1, 1) * 32_767).astype("<i2").tobytes()
    channels = 1 if samples.ndim == 1 else samples.shape[1]
    subprocess.run(
        [str(ffmpeg()), "-v", "error", "-f", "s16le", "-ar", str(rate_hz), "-ac", str(channels),
         "-i", "-", *options, "-y", str(file)],
        input=raw, check=True,
    )  # fmt: skip


def _noise(seconds: float, rate_hz: int, channels: int = 1) -> NDArray[np.float64]:
    size = (int(seconds * rate_hz), channels) if channels > 1 else int(seconds * rate_hz)
    return np.random.default_rng(5).normal(0, 0.1, size)


@pytest.mark.parametrize(
    ("name", "rate_hz", "channels", "options"),
    [
        ("rain.wav", 44_100, 1, []),
        ("rain.flac", 96_000, 2, []),
        ("rain.mp3", 48_000, 2, ["-b:a", "192k"]),
        ("rain.m4a", 44_100, 2, ["-c:a", "aac"]),
        ("rain.ogg", 22_050, 1, ["-c:a", "libvorbis"]),
    ],
)
def test_file_beds_loop_without_a_seam(
    name: str, rate_hz: int, channels: int, options: list[str], tmp_path: Path
) -> None:
    """Any format, rate and number of channels; power at the seam is what it is elsewhere."""
    _write(tmp_path / "sounds" / name, _noise(11.0, rate_hz, channels), rate_hz, *options)
    store = Store(tmp_path / "store")
    source = find_source(BedSpec(f"sounds/{name}"), tmp_path)
    bed = prepare_bed(source, store, WINDOW_FRAMES)
    assert kept_bed(store, source.key(WINDOW_FRAMES)) == bed
    around = read_bed(bed, bed.period_frames - RATE_HZ, 2 * RATE_HZ)
    assert around.shape == (2 * RATE_HZ, 2)
    power = np.mean(around.astype(np.float64).reshape(20, -1) ** 2, axis=1)
    assert 10 * np.log10(power.max() / power.min()) < 2.0
    jump = np.abs(np.diff(around[:, 0], 2))
    assert jump[RATE_HZ - 10 : RATE_HZ + 10].max() <= jump.max()


def test_a_file_bed_lies_as_deep_as_brown_noise(workers: Workers, tmp_path: Path) -> None:
    """A loud file and a quiet one come out at the level that the script asks for."""
    for name, gain in (("loud", 3.0), ("quiet", 0.05)):
        root = tmp_path / name
        # Soft on top: what lies over 17 kHz, the codec leaves out.
        hiss = np.convolve(_noise(20.0, 48_000), np.full(8, 0.3), "same")
        _write(root / "sounds" / "hiss.wav", gain * hiss, 48_000)
        text = """
            title: Hiss
            background: {sound: sounds/hiss.wav, level: -30 dB, lift: 0 dB, fade_in: 1s}
            pace: {lead_in: 1s}
            sections: [{title: One, script: [Hello., "[20s] The end."]}]
            """
        sound = hear(build(root, text, workers).mp3)
        cues = sound.record["cues"]
        gap = sound.samples[(cues[0]["end_ms"] + 500) * 48 : (cues[1]["start_ms"] - 500) * 48]
        assert ebur128(gap, tmp_path)[0] == pytest.approx(-46.0, abs=0.7)


def test_a_bed_alone_and_silence_alone(workers: Workers, tmp_path: Path) -> None:
    """A track of bed alone is -30 LUFS; silence stays silent."""
    text = "title: X\nbackground: {}\nsections: [{{title: A, script: [{{pause: 60s}}]}}]\n"
    bed = hear(build(tmp_path / "bed", text.format("brown"), workers).mp3)
    assert ebur128(bed.samples, tmp_path)[0] == pytest.approx(-30.0, abs=1.0)
    silence = hear(build(tmp_path / "none", text.format("none"), workers).mp3)
    assert np.abs(silence.samples).max() == 0.0
    assert silence.record["loudness"]["integrated_lufs"] is None


def test_another_background_along_the_way(workers: Workers, tmp_path: Path) -> None:
    """Where the background changes, the old one goes as the new one comes: no hole, no bump."""
    _write(tmp_path / "sounds" / "hiss.wav", _noise(20.0, 48_000), 48_000)
    text = """
        title: Change
        background: {sound: brown, level: -22 dB, lift: 0 dB, fade_in: 1s}
        pace: {lead_in: 1s}
        sections:
          - title: One
            script:
              - Hello there.
              - pause: 10s
              - background: {sound: sounds/hiss.wav, fade: 6s}
              - pause: 20s
              - This is the end.
        """
    sound = hear(build(tmp_path, text, workers).mp3)
    cues = sound.record["cues"]
    start = cues[0]["end_ms"] + 1_000
    levels = [
        ebur128(sound.samples[ms * 48 : (ms + 2_000) * 48], tmp_path)[0]
        for ms in range(start, cues[1]["start_ms"] - 2_000, 2_000)
    ]
    assert min(levels) > -40.5
    assert max(levels) < -35.5
