"""Finished tracks with other sound in them: made-up backgrounds, and faults to be found."""

from __future__ import annotations

import hashlib
import itertools
import json
import shutil
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from meditations.inspection.decoding import tag_bytes
from meditations.mp3.stream import FRAME_BYTES, frame_count, info_frame
from meditations.programs import run_ffmpeg
from meditations.sound.levels import CODEC_LOSS_DB, factor
from support.tracks import ebur128, hear

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LEVEL_DB = -24.0
LIFT_DB = 6.0
FADE_MS = 2_000


@dataclass(frozen=True)
class Remade:
    """A track whose sound can be changed.

    Attributes:
        mp3: The track that was built; nobody else's sound is in it.
        voice: Its samples, shape (n, 2).
        record: Its record.
    """

    mp3: Path
    voice: Floats
    record: dict[str, Any]

    @classmethod
    def of(cls, mp3: Path) -> Remade:
        sound = hear(mp3)
        return cls(mp3, sound.samples, sound.record)

    @property
    def pause(self) -> tuple[int, int]:
        """Start and end of the longest pause between two cues, in ms."""
        cues = self.record["cues"]
        gaps = [(a["end_ms"], b["start_ms"]) for a, b in itertools.pairwise(cues)]
        return max(gaps, key=lambda gap: gap[1] - gap[0])

    def over(self, bed: Floats, folder: Path) -> Remade:
        """The voice over `bed`, at the level that the record then tells: lifted in one pause."""
        start, end = self.pause
        gain = [
            [0, LEVEL_DB], [start, LEVEL_DB], [start + 2_000, LEVEL_DB + LIFT_DB],
            [end - 1_800, LEVEL_DB + LIFT_DB], [end - 800, LEVEL_DB],
        ]  # fmt: skip
        length_ms = self.record["length_ms"]
        at_ms = (np.arange(len(self.voice)) + 0.5) / 48
        level = (
            np.interp(at_ms, [ms for ms, _ in gain], [db for _, db in gain])
            - 16.0
            - ebur128(bed, folder)[0]
        )
        shape = np.sin(np.pi / 2 * np.clip(at_ms / FADE_MS, 0, 1))
        shape *= np.sin(np.pi / 2 * np.clip((length_ms - at_ms) / FADE_MS, 0, 1))
        record = deepcopy(self.record)
        record["beds"] = [
            {
                "sound": "made up", "start_ms": 0, "end_ms": length_ms,
                "fade_in_ms": FADE_MS, "fade_out_ms": FADE_MS, "gain": gain,
            }
        ]  # fmt: skip
        sound = self.voice + bed * (10 ** (level / 20) * shape)[:, None]
        return Remade(self.mp3, sound, record)

    def write(self, folder: Path, sound: Floats | None = None) -> Path:
        """Encodes `sound` in the place of the track's own, as one piece, with a record that fits.

        Everything but the sound stays: tag, captions, all that the record says.
        """
        folder.mkdir(parents=True, exist_ok=True)
        samples = self.voice if sound is None else sound
        raw, bare = folder / "sound.f32", folder / "bare.mp3"
        (samples * factor(CODEC_LOSS_DB)).astype("<f4").tofile(raw)
        run_ffmpeg(
            ["-v", "error", "-f", "f32le", "-ar", "48000", "-ac", "2", "-i", str(raw),
             "-af", "apad=pad_len=4800", "-b:a", "128k", "-compression_level", "7",
             "-reservoir", "0", "-write_xing", "0", "-id3v2_version", "0", "-y", str(bare)],
        )  # fmt: skip
        frames = bare.read_bytes()[: frame_count(len(samples)) * FRAME_BYTES]
        built = self.mp3.read_bytes()
        mp3 = folder / self.mp3.name
        head = built[: tag_bytes(built)] + info_frame(len(samples), frames[:FRAME_BYTES])
        mp3.write_bytes(head + frames)
        shutil.copy(self.mp3.with_suffix(".vtt"), folder)
        self.write_record(mp3)
        return mp3

    def write_record(self, mp3: Path, **changes: Any) -> None:
        """Writes the record beside `mp3`, with the digest of what it is now."""
        record = {**deepcopy(self.record), **changes}
        record["mp3"]["sha256"] = hashlib.sha256(mp3.read_bytes()).hexdigest()
        mp3.with_suffix(".json").write_text(json.dumps(record), "utf-8")


def brown(frames: int) -> Floats:
    """Noise that falls by 6 dB an octave from 60 Hz on."""
    return _shaped(frames, lambda hz: 1 / (1 + (hz / 60) ** 2) ** 0.5 * (hz > 20))


def white(frames: int) -> Floats:
    """Noise that is equally strong everywhere, which hides more of a voice than most."""
    return _shaped(frames, np.ones_like)


def waves(frames: int) -> Floats:
    """Noise that comes and goes by 12 dB in ten seconds."""
    swell = 10 ** (0.3 * np.sin(2 * np.pi * np.arange(frames) / 480_000))
    return _shaped(frames, lambda hz: 1 / (1 + hz / 500)) * swell[:, None]


def drone(frames: int) -> Floats:
    """A chord of slow partials, as music has them."""
    at = np.arange(frames) / 48_000
    sound = np.zeros((frames, 2))
    for number, hz in enumerate((110.0, 164.8, 220.0, 277.2, 329.6, 440.0, 659.3)):
        swell = 1 + 0.5 * np.sin(2 * np.pi * (0.03 + 0.02 * number) * at + number)
        for side in range(2):
            sound[:, side] += swell * np.sin(2 * np.pi * hz * at + number + side) / (1 + number / 2)
    return sound


def fire(frames: int) -> Floats:
    """A rumble with cracks of less than a millisecond to some milliseconds, five a second."""
    chance = np.random.default_rng(5)
    sound = brown(frames) / 12
    for start in chance.integers(0, frames - 4_800, frames // 9_600):
        decay = np.exp(-np.arange(2_400) / (48 * chance.uniform(0.3, 6)))
        crack = chance.standard_normal(2_400) * decay * 10 ** (chance.uniform(-22, 0) / 20)
        sound[start : start + 2_400] += 0.3 * crack[:, None]
    return sound


def bells(frames: int) -> Floats:
    """Struck bowls: each begins within 80 ms, beats, and rings for seconds."""
    sound = np.zeros((frames, 2))
    at = np.arange(frames) / 48_000
    for start in range(48_000, frames, 7 * 48_000):
        ring = at[: frames - start]
        for hz, decay in ((220.0, 0.4), (221.5, 0.4), (590.0, 0.9), (1120.0, 1.8), (1790.0, 3.0)):
            tone = (
                np.sin(2 * np.pi * hz * ring) * np.exp(-decay * ring) * np.minimum(1, ring / 0.08)
            )
            sound[start:] += tone[:, None] / 5
    sound[-48_000:] *= np.linspace(1, 0, 48_000)[:, None]  # what rings on at the end fades
    return sound


def _shaped(frames: int, amplitude: Any) -> Floats:
    chance = np.random.default_rng(11)
    hz = np.fft.rfftfreq(frames, 1 / 48_000)
    sides = [
        np.fft.irfft(np.fft.rfft(chance.standard_normal(frames)) * amplitude(hz), frames)
        for _ in range(2)
    ]
    sound = np.stack(sides, axis=1)
    return np.asarray(sound / sound.std())
