"""What LAME's compression levels do to the sound: noise to signal in each Bark band.

`python -m bench.quality` prints the table alone; the bench puts it into its results.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from bench.quality_sounds import RATE_HZ, bowl, pad, voice_over_noise

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.place import Place
    from bench.quality_sounds import Sound

LEVELS: Final = (None, 5, 7)
DELAY: Final = 576 + 529
"""Samples by which encoder and decoder are late: nothing in a bare stream says so."""
BLOCK: Final = 2048
FULL_SCALE_DB_SPL: Final = 92.0
"""How loud a sine at full scale is taken to be: then the voice, at -16 LUFS, has 76 dB SPL,
louder than anyone plays a meditation, so more noise counts as heard than is."""
BARK_EDGES_HZ: Final = (
    0, 100, 200, 300, 400, 510, 630, 770, 920, 1080, 1270, 1480, 1720, 2000, 2320, 2700, 3150,
    3700, 4400, 5300, 6400, 7700, 9500, 12000, 15500,
)  # fmt: skip
"""The critical bands, after Zwicker (1961)."""


@dataclass(frozen=True, slots=True)
class Noise:
    """What one level did to one sound; noise against signal in decibels, so less is better.

    Attributes:
        sound: The name of the sound.
        level: LAME's level, or None for ffmpeg's default.
        gain_db: By how much the codec changed the volume; taken out before the rest.
        mean: The mean over all cells (band and block) in which the signal can be heard.
        high: Their 95th percentile.
        worst: The noise of the worst band against its signal, over the whole sound.
        audible: The share of all cells whose noise rises above what the signal masks.
    """

    sound: str
    level: int | None
    gain_db: float
    mean: float
    high: float
    worst: float
    audible: float


def compare(place: Place, tell: Callable[[str], None]) -> list[Noise]:
    """Every sound through every level; a build of the track must have been run."""
    found = []
    sounds = {
        "voice over brown noise": voice_over_noise(place),
        "slow pad": pad(),
        "struck bowl": bowl(),
    }
    for name, sound in sounds.items():
        for level in LEVELS:
            tell(f"quality: {name}, level {level_name(level)}")
            found.append(_measure(name, level, sound, through_codec(sound, level)))
    return found


def level_name(level: int | None) -> str:
    """A level as the tables call it."""
    return "default" if level is None else str(level)


def through_codec(sound: Sound, level: int | None) -> Sound:
    """`sound` after LAME, encoded as the mixer does it, and aligned to the sample."""
    speed = [] if level is None else ["-compression_level", str(level)]
    whole = np.round(np.clip(sound, -1, 1 - 2**-31) * 2**31).astype("<i4")
    mp3 = _ffmpeg(
        ["-f", "s32le", "-ar", str(RATE_HZ), "-ac", "2", "-i", "-", "-c:a", "libmp3lame",
         "-b:a", "128k", *speed, "-reservoir", "0", "-write_xing", "0", "-id3v2_version", "0",
         "-f", "mp3", "-"],
        whole.tobytes(),
    )  # fmt: skip
    raw = _ffmpeg(["-f", "mp3", "-i", "-", "-f", "f32le", "-"], mp3)
    decoded = np.frombuffer(raw, "<f4").reshape(-1, 2).astype(np.float64)
    aligned = decoded[DELAY : DELAY + len(sound)]
    return np.pad(aligned, ((0, len(sound) - len(aligned)), (0, 0)))


def best_delay(sound: Sound, decoded: Sound, most: int = 3000) -> int:
    """By how many samples `decoded` is late, from their correlation: 0 when aligned."""
    size = 1 << (len(sound) + most).bit_length()
    spectrum = np.fft.rfft(decoded[:, 0], size) * np.conj(np.fft.rfft(sound[:, 0], size))
    correlation = np.fft.irfft(spectrum, size)
    lags = np.concatenate([correlation[-most:], correlation[:most]])
    return int(np.argmax(lags)) - most


def _ffmpeg(arguments: list[str], given: bytes) -> bytes:
    from meditations.programs import ffmpeg

    command = [str(ffmpeg()), "-v", "error", *arguments]
    return subprocess.run(command, input=given, capture_output=True, check=True, timeout=600).stdout


def _measure(name: str, level: int | None, sound: Sound, decoded: Sound) -> Noise:
    if late := best_delay(sound, decoded):
        raise ValueError(f"{name}: the decoded sound is {late} samples late")
    gain = float(np.sum(decoded * sound) / np.sum(sound**2))
    signal, noise = _band_powers(sound), _band_powers(decoded / gain - sound)
    hearing = _threshold()
    heard = signal > hearing
    ratio_db = _db(noise[heard] / signal[heard])
    # Bands in which hardly a cell is heard would be judged by those few.
    bands = heard.mean(axis=(0, 1)) > 0.05
    total_noise = np.where(heard, noise, 0).sum(axis=(0, 1))[bands]
    total_signal = np.where(heard, signal, 0).sum(axis=(0, 1))[bands]
    audible = noise > np.maximum(_masked(signal), hearing)
    return Noise(
        name, level, 20 * float(np.log10(gain)), float(ratio_db.mean()),
        float(np.percentile(ratio_db, 95)), float(_db(total_noise / total_signal).max()),
        float(audible.mean()),
    )  # fmt: skip


def _band_powers(sound: Sound) -> Sound:
    """The power in each critical band, 1 at 0 dB SPL: shape (channels, blocks, bands)."""
    window = np.hanning(BLOCK + 1)[:-1]
    starts = np.arange(0, len(sound) - BLOCK, BLOCK // 2)
    edges = np.searchsorted(np.fft.rfftfreq(BLOCK, 1 / RATE_HZ), BARK_EDGES_HZ)
    # So scaled that the bins of a sine at full scale add up to its level.
    scale = 10 ** (FULL_SCALE_DB_SPL / 10) * 4 / (BLOCK * np.sum(window**2))
    channels = []
    for channel in sound.T:
        blocks = np.lib.stride_tricks.sliding_window_view(channel, BLOCK)[starts]
        power = np.abs(np.fft.rfft(blocks * window)) ** 2 * scale
        # The last sum is of what lies above the bands.
        channels.append(np.add.reduceat(power, edges, axis=1)[:, :-1])
    return np.stack(channels) + 1e-12


def _threshold() -> Sound:
    """The threshold of hearing in quiet in each band, as a power (Terhardt, 1979)."""
    khz = _centres_hz() / 1000
    spl = 3.64 * khz**-0.8 - 6.5 * np.exp(-0.6 * (khz - 3.3) ** 2) + 1e-3 * khz**4
    return np.asarray(10 ** (spl / 10))


def _masked(signal: Sound) -> Sound:
    """The noise power that the signal hides in each band, with the slopes of ITU-R BS.1387."""
    level = _db(signal)
    hidden = np.zeros_like(signal)
    bands = signal.shape[-1]
    for source, hz in enumerate(_centres_hz()):
        upwards = np.maximum(24 + 230 / hz - 0.2 * level[..., source], 4.0)
        for band in range(bands):
            away = band - source
            loss_db = upwards * away if away >= 0 else -27.0 * away
            hidden[..., band] += 10 ** ((level[..., source] - loss_db) / 10)
    # The bands are one Bark wide, so their number is their place on the scale.
    below_db = np.maximum(3.0, 0.25 * (np.arange(bands) + 0.5))
    return np.asarray(hidden * 10 ** (-below_db / 10))


def _centres_hz() -> Sound:
    edges = np.array(BARK_EDGES_HZ, np.float64)
    return np.asarray((edges[:-1] + edges[1:]) / 2)


def _db(power: Sound) -> Sound:
    return np.asarray(10 * np.log10(power))


def main() -> None:
    """Prints the comparison."""
    from bench.contest import Contest
    from bench.place import open_place
    from bench.report import quality_table

    with open_place() as place:
        Contest(place).prepare()
        print(quality_table(compare(place, print)))


if __name__ == "__main__":
    main()
