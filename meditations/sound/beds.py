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

from meditations.errors import MeditationError, from_os_error, nearest
from meditations.programs import ffmpeg_version
from meditations.quantities import SAMPLE_RATE_HZ
from meditations.sound import made
from meditations.sound.ends import CHANNELS, FRAME_BYTES
from meditations.sound.file_beds import measure_bed, write_loop
from meditations.sound.loudness import gated_lufs
from meditations.store import Store, content_key, file_digest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from meditations.sound.specs import BedSpec

FORMAT: Final = 4


@dataclass(frozen=True, slots=True)
class BedSource:
    """What a bed is made from: the name of a noise, or a file of the project's.

    Attributes:
        name: As the script writes it.
        file: The sound file, or None for a noise made here.
        digest: The SHA-256 of the file's bytes, or nothing.
        parameters: Those of a bed made here, all of them, sorted by name.
    """

    name: str
    file: Path | None
    digest: str
    parameters: tuple[tuple[str, float | str], ...] = ()

    def key(self, window_frames: int) -> str:
        """The key of the prepared bed."""
        return content_key(["bed", FORMAT, self.file is None and self.name, self.parameters,
                            self.digest, window_frames, ffmpeg_version()])  # fmt: skip


@dataclass(frozen=True, slots=True)
class PreparedBed:
    """A loop on disk.

    Attributes:
        key: Names the sound.
        file: Samples as 32-bit floats, interleaved, without a header.
        period_frames: The length of the loop.
        lufs: Its loudness.
        energies: Mean squares of blocks of 400 ms for each 100 ms of the loop.
        peak: Its largest sample, full scale being 1.
    """

    key: str
    file: Path
    period_frames: int
    lufs: float
    energies: tuple[float, ...]
    peak: float = 0.0


def find_source(spec: BedSpec, project: Path) -> BedSource:
    """What the script means by a background.

    Raises:
        MeditationError: If it is neither a bed made here nor a sound file of the project's, or
            has no such parameter.
    """
    if spec.sound in made.KINDS:
        parameters = made.read_parameters(spec.sound, dict(spec.settings))
        return BedSource(spec.sound, None, "", tuple(sorted(parameters.items())))
    if not Path(spec.sound).suffix and "/" not in spec.sound:
        raise MeditationError(
            f"no background is called '{spec.sound}'",
            mend=nearest(spec.sound, made.KINDS) + "\nor name a sound file: sounds/rain.flac"
            "\nsee them all with: meditations sounds",
        )
    if spec.settings:
        raise MeditationError(
            f"a sound file has no parameters, so '{spec.settings[0][0]}' means nothing here",
            mend="leave out `with:`",
        )
    file = sound_file("background", spec.sound, project)
    return BedSource(spec.sound, file, digest_of(file, "background", spec.sound))


def digest_of(file: Path, kind: str, sound: str) -> str:
    """The digest of a sound file's bytes.

    Raises:
        MeditationError: If it cannot be read, or has vanished.
    """
    try:
        return file_digest(file)
    except OSError as error:
        raise from_os_error(error, f"reading the {kind} '{sound}'") from None


def sound_file(kind: str, sound: str, project: Path) -> Path:
    """A sound file that a script names; `kind` is what it is for, in messages.

    Raises:
        MeditationError: If it is not there, lies outside the project, or is empty.
    """
    file = (project / sound).resolve()
    if not file.is_relative_to(project.resolve()):
        raise MeditationError(
            f"the {kind} '{sound}' lies outside the project",
            mend="copy it in, and name the copy:\n"
            f"mkdir -p sounds && cp {shlex.quote(str(file))} sounds/\n"
            f"sound: sounds/{file.name}",
        )
    if not file.is_file():
        here = [str(p.relative_to(project)) for p in sorted(project.glob("sounds/*.*"))]
        hint = nearest(sound, here) if here else "put it into the folder sounds/ of the project"
        raise MeditationError(f"the {kind} '{sound}' is not there", mend=hint)
    if file.stat().st_size == 0:
        raise MeditationError(f"the {kind} '{sound}' is an empty file", mend=_ANOTHER)
    return file


_ANOTHER: Final = "put a fresh copy of it into sounds/, or name another"


def kept_bed(store: Store, key: str) -> PreparedBed | None:
    """The prepared bed of that key, if it is kept whole."""
    samples, facts = store.find(key, ".f32"), store.find(key, ".json")
    if samples is None or facts is None:
        return None
    try:
        told: dict[str, Any] = json.loads(facts.read_text("utf-8"))
        bed = PreparedBed(
            key, samples, told["period_frames"], told["lufs"], tuple(told["energies"]),
            told["peak"],
        )  # fmt: skip
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
            period = _write_made(source, raw, window_frames)
        else:
            period = write_loop(source.name, source.file, raw, window_frames)
            _refuse_replaced(source)
        energies = measure_bed(raw)
        lufs = gated_lufs(np.array(energies))
        if not np.isfinite(lufs):
            raise MeditationError(f"the background '{source.name}' is silent", mend=_ANOTHER)
        peak = _largest(raw)
        file = store.keep(key, ".f32", lambda beside: _move(raw, beside))
    finally:
        raw.unlink(missing_ok=True)
    bed = PreparedBed(key, file, period, round(lufs, 4), energies, peak)
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


def _refuse_replaced(source: BedSource) -> None:
    """A file that became another while it was read must not be kept under the old one's key."""
    if source.file is None or digest_of(source.file, "background", source.name) == source.digest:
        return
    raise MeditationError(
        f"the background '{source.name}' was changed while it was read", mend="build again"
    )


def _write_made(source: BedSource, raw: Path, window_frames: int) -> int:
    frames = made.KINDS[source.name].windows * window_frames
    sound = made.render(source.name, dict(source.parameters), frames)
    sound.astype("<f4", copy=False).tofile(raw)
    return frames


def _largest(raw: Path) -> float:
    """The largest sample of a bed, read a minute at a time."""
    largest = 0.0
    with raw.open("rb") as stream:
        while len(piece := np.fromfile(stream, "<f4", 60 * SAMPLE_RATE_HZ * CHANNELS)):
            largest = max(largest, float(piece.max()), -float(piece.min()))
    return round(largest, 6)


def _move(source: Path, target: Path) -> None:
    import shutil

    shutil.move(source, target)
