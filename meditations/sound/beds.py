"""Beds: what sounds under the voice, prepared once as a loop without a seam.

A prepared bed is 48 kHz stereo on disk, its period a whole number of windows or a simple fraction
of that, so that windows of a long tail repeat and are encoded once.
"""

from __future__ import annotations

import json
import shlex
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import numpy as np

from meditations.errors import MeditationError, nearest
from meditations.programs import ffmpeg_version
from meditations.quantities import SAMPLE_RATE_HZ
from meditations.sound.ends import CHANNELS, FRAME_BYTES
from meditations.sound.file_beds import measure_bed, write_loop
from meditations.sound.loudness import gated_lufs
from meditations.store import Store, content_key, file_digest, written_whole

if TYPE_CHECKING:
    from numpy.typing import NDArray

FORMAT: Final = 3
NOISE_WINDOWS: Final = 3
"""Windows in one period of a noise made here: 72 s, longer than the ear keeps a pattern."""
MADE_HERE: Final = ("brown",)


@dataclass(frozen=True, slots=True)
class BedSource:
    """What a bed is made from: the name of a noise, or a file of the project's.

    Attributes:
        name: As the script writes it.
        file: The sound file, or None for a noise made here.
        digest: The SHA-256 of the file's bytes, or nothing.
    """

    name: str
    file: Path | None
    digest: str

    def key(self, window_frames: int) -> str:
        """The key of the prepared bed."""
        return content_key(["bed", FORMAT, self.file is None and self.name, self.digest,
                            window_frames, ffmpeg_version()])  # fmt: skip


@dataclass(frozen=True, slots=True)
class PreparedBed:
    """A loop on disk.

    Attributes:
        key: Names the sound.
        file: Samples as 32-bit floats, interleaved, without a header.
        period_frames: The length of the loop.
        lufs: Its loudness.
        energies: Mean squares of blocks of 400 ms for each 100 ms of the loop.
    """

    key: str
    file: Path
    period_frames: int
    lufs: float
    energies: tuple[float, ...]


def find_source(sound: str, project: Path) -> BedSource:
    """What the script means by `sound`.

    Raises:
        MeditationError: If it is neither a bed made here nor a sound file of the project's.
    """
    if sound in MADE_HERE:
        return BedSource(sound, None, "")
    if not Path(sound).suffix and "/" not in sound:
        raise MeditationError(
            f"no background is called '{sound}'",
            mend=nearest(sound, MADE_HERE) + "\nor name a sound file, as in sounds/rain.flac",
        )
    file = (project / sound).resolve()
    if not file.is_relative_to(project.resolve()):
        raise MeditationError(
            f"the background '{sound}' lies outside the project",
            mend="copy it in, and name the copy:\n"
            f"mkdir -p sounds && cp {shlex.quote(str(file))} sounds/\n"
            f"sound: sounds/{file.name}",
        )
    if not file.is_file():
        here = [str(p.relative_to(project)) for p in sorted(project.glob("sounds/*.*"))]
        hint = nearest(sound, here) if here else "put it into the folder sounds/ of the project"
        raise MeditationError(f"the background '{sound}' is not there", mend=hint)
    if file.stat().st_size == 0:
        raise MeditationError(f"the background '{sound}' is an empty file", mend=_ANOTHER)
    return BedSource(sound, file, file_digest(file))


_ANOTHER: Final = "put a fresh copy of it into sounds/, or name another"


def kept_bed(store: Store, key: str) -> PreparedBed | None:
    """The prepared bed of that key, if it is kept whole."""
    samples, facts = store.find(key, ".f32"), store.find(key, ".json")
    if samples is None or facts is None:
        return None
    try:
        told: dict[str, Any] = json.loads(facts.read_text("utf-8"))
        bed = PreparedBed(
            key, samples, told["period_frames"], told["lufs"], tuple(told["energies"])
        )
        whole = samples.stat().st_size == bed.period_frames * FRAME_BYTES
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return bed if whole else None


def prepare_bed(source: BedSource, store: Store, window_frames: int) -> PreparedBed:
    """Makes or decodes a bed, closes its loop, measures and keeps it. Runs in a worker.

    Raises:
        MeditationError: If a file is no sound, is truncated, silent, or too short to loop.
    """
    key = source.key(window_frames)
    raw = Path(tempfile.gettempdir()) / f"bed-{uuid4().hex}.f32"
    try:
        if source.file is None:
            period = _write_noise(raw, NOISE_WINDOWS * window_frames)
        else:
            period = write_loop(source.name, source.file, raw, window_frames)
        energies = measure_bed(raw)
        lufs = gated_lufs(np.array(energies))
        if not np.isfinite(lufs):
            raise MeditationError(f"the background '{source.name}' is silent", mend=_ANOTHER)
        file = store.keep(key, ".f32", lambda beside: _move(raw, beside))
    finally:
        raw.unlink(missing_ok=True)
    bed = PreparedBed(key, file, period, round(lufs, 4), energies)
    facts = {name: value for name, value in asdict(bed).items() if name not in ("key", "file")}
    store.keep(key, ".json", lambda beside: beside.write_text(json.dumps(facts), "utf-8"))
    return bed


def read_bed(bed: PreparedBed, start_frame: int, frames: int) -> NDArray[np.float32]:
    """`frames` of the loop from `start_frame` on, around its end as often as needed: (n, 2)."""
    pieces = []
    with bed.file.open("rb") as stream:
        position = start_frame % bed.period_frames
        while frames > 0:
            count = min(frames, bed.period_frames - position)
            stream.seek(position * FRAME_BYTES)
            pieces.append(np.fromfile(stream, "<f4", count * CHANNELS).reshape(-1, CHANNELS))
            frames -= count
            position = 0
    return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)


def brown_noise(frames: int, seed: int) -> NDArray[np.float32]:
    """Brown noise of one channel, periodic over `frames`, with a mean square of 1.

    Made in the frequency domain: an amplitude that falls by 6 dB an octave, a random phase for
    each frequency. What is made so has no seam. Under 45 Hz it falls off: small speakers would
    only rattle, and peaks would grow that nobody hears.
    """
    randoms = np.random.default_rng(seed)
    frequency_hz = np.fft.rfftfreq(frames, 1 / SAMPLE_RATE_HZ).astype(np.float32)
    frequency_hz[0] = 1.0
    amplitude = 1 / frequency_hz / (1 + (np.float32(45.0) / frequency_hz) ** 4)
    amplitude[0] = 0.0
    phase = randoms.random(len(frequency_hz), np.float32) * np.float32(2 * np.pi)
    spectrum = np.empty(len(frequency_hz), np.complex64)
    spectrum.real = amplitude * np.cos(phase)
    spectrum.imag = amplitude * np.sin(phase)
    noise = np.fft.irfft(spectrum, frames).astype(np.float32, copy=False)
    noise /= np.sqrt(np.mean(np.square(noise), dtype=np.float64)).astype(np.float32)
    return noise


def _write_noise(file: Path, frames: int) -> int:
    sound = np.empty((frames, CHANNELS), "<f4")
    for channel in range(CHANNELS):
        sound[:, channel] = brown_noise(frames, seed=channel + 1) * np.float32(0.1)
    with written_whole(file) as beside:
        sound.tofile(beside)
    return frames


def _move(source: Path, target: Path) -> None:
    import shutil

    shutil.move(source, target)
