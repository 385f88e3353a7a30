"""Bells and breath tones: short sounds that are played once, made here or read from a file.

A clip is kept as beds are, so the mix lays both alike; its loudness is that of its loudest 400 ms.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import numpy as np

from meditations.errors import MeditationError, nearest
from meditations.programs import ffmpeg_version, run_ffmpeg
from meditations.quantities import FRAMES_PER_MS, SAMPLE_RATE_HZ
from meditations.sound import bells
from meditations.sound.beds import PreparedBed, digest_of, sound_file
from meditations.sound.ends import CHANNELS
from meditations.sound.loudness import BLOCK_STEPS, energies_by_ms, step_energies
from meditations.sound.momentary import loudest_lufs
from meditations.sound.peaks import true_peak_dbtp
from meditations.sound.specs import BellSpec, ClipSpec, SwellSpec
from meditations.sound.swells import swell
from meditations.store import Store, content_key

if TYPE_CHECKING:
    from numpy.typing import NDArray

FORMAT: Final = 2
LONGEST_S: Final = 60
LEAST_ONSET_MS: Final = 20
MOST_ONSET_MS: Final = 1_000
FILE_ONSET_MS: Final = 80
"""What comes up over 80 ms and more does not startle (rule C23)."""
LAST_FADE_MS: Final = 300
SILENT_SHARE: Final = 0.001
MOST_CREST_DB: Final = 10.0
"""How far a clip's peak may rise above its loudest 400 ms; one that is sharper counts as louder."""


@dataclass(frozen=True, slots=True)
class ClipSource:
    """What a clip is made from.

    Attributes:
        spec: As the script asks for it.
        file: The sound file, or None for a sound made here.
        digest: The SHA-256 of the file's bytes, or nothing.
    """

    spec: ClipSpec
    file: Path | None = None
    digest: str = ""

    def key(self) -> str:
        """The key of the prepared clip."""
        return content_key(["clip", FORMAT, *_told(self.spec, named=self.file is None),
                            self.digest, self.file is not None and ffmpeg_version()])  # fmt: skip


def _told(spec: ClipSpec, *, named: bool) -> list[object]:
    if isinstance(spec, SwellSpec):
        return ["swell", spec.in_ms, spec.hold_ms, spec.out_ms]
    return ["bell", named and spec.sound, spec.pitch, spec.onset_ms]


def find_clip(spec: ClipSpec, project: Path) -> ClipSource:
    """What the script means by a bell; a breath tone is always made here.

    Raises:
        MeditationError: If it is neither a bell made here nor a sound file of the project's, or
            is asked for what it cannot do.
    """
    if isinstance(spec, SwellSpec):
        return ClipSource(spec)
    onset_ms = spec.onset_ms
    if onset_ms is not None and not LEAST_ONSET_MS <= onset_ms <= MOST_ONSET_MS:
        raise MeditationError(
            f"a bell cannot take {onset_ms} ms to come up",
            mend=f"choose from {LEAST_ONSET_MS}ms to {MOST_ONSET_MS}ms",
        )
    if spec.sound in bells.KINDS:
        if spec.pitch:
            bells.read_pitch(spec.sound, spec.pitch)
        return ClipSource(spec)
    if not Path(spec.sound).suffix and "/" not in spec.sound:
        raise MeditationError(
            f"no bell is called '{spec.sound}'",
            mend=nearest(spec.sound, bells.KINDS) + "\nor name a sound file: sounds/bell.wav",
        )
    file = sound_file("bell", spec.sound, project)
    if spec.pitch:
        raise MeditationError(
            "the pitch of a bell from a file cannot be changed", mend="leave out its `pitch:`"
        )
    return ClipSource(spec, file, digest_of(file, "bell", spec.sound))


def prepare_clip(source: ClipSource, store: Store) -> PreparedBed:
    """Makes or decodes a clip, measures and keeps it. Runs in a worker.

    Raises:
        MeditationError: If a file is no sound, or silent.
    """
    samples = _samples(source)
    energies = np.sum([step_energies(energies_by_ms(side)) for side in samples.T], axis=0)
    sums = np.cumsum(np.concatenate(([0.0], energies, np.zeros(BLOCK_STEPS))))
    blocks = (sums[BLOCK_STEPS:] - sums[:-BLOCK_STEPS]) / BLOCK_STEPS
    peak_dbtp = max(true_peak_dbtp(np.ascontiguousarray(side)) for side in samples.T)
    lufs = max(loudest_lufs(samples), peak_dbtp - MOST_CREST_DB)
    key = source.key()
    file = store.keep(key, ".f32", lambda beside: samples.astype("<f4").tofile(beside))
    told = tuple(float(f"{energy:.5g}") for energy in blocks)
    peak = round(10 ** (peak_dbtp / 20), 6)
    clip = PreparedBed(key, file, len(samples), round(lufs, 4), told, peak)
    facts = {
        "period_frames": len(samples), "lufs": clip.lufs, "energies": told, "peak": peak,
    }  # fmt: skip
    store.keep(key, ".json", lambda beside: beside.write_text(json.dumps(facts), "utf-8"))
    return clip


def _samples(source: ClipSource) -> NDArray[np.float32]:
    spec = source.spec
    if isinstance(spec, SwellSpec):
        return swell(spec.in_ms, spec.hold_ms, spec.out_ms)
    if source.file is None:
        pitch = bells.read_pitch(spec.sound, spec.pitch) if spec.pitch else None
        return bells.ring(spec.sound, pitch, spec.onset_ms)
    return _from_file(spec, source.file)


def _from_file(spec: BellSpec, file: Path) -> NDArray[np.float32]:
    """A bell from a file: silence before it cut away, its onset softened, its end faded."""
    raw = Path(tempfile.gettempdir()) / f"bell-{uuid4().hex}.f32"
    try:
        run_ffmpeg(
            ["-v", "error", "-i", f"file:{file}", "-map", "0:a:0", "-t", str(LONGEST_S),
             "-f", "f32le", "-ac", str(CHANNELS), "-ar", str(SAMPLE_RATE_HZ), str(raw)],
            doing="decoding",
        )  # fmt: skip
        samples = np.fromfile(raw, "<f4").reshape(-1, CHANNELS)
    except MeditationError as error:
        raise MeditationError(
            f"the bell '{spec.sound}' cannot be read as sound",
            mend=f"put a fresh copy of it into sounds/, or name another\n({error.what})",
        ) from None
    finally:
        raw.unlink(missing_ok=True)
    magnitude = np.abs(samples).max(axis=1, initial=0.0)
    if not len(magnitude) or not 1e-5 < magnitude.max() < np.inf:
        raise MeditationError(f"the bell '{spec.sound}' is silent", mend="name another sound file")
    heard = np.flatnonzero(magnitude > SILENT_SHARE * magnitude.max())
    first, last = int(heard[0]), int(heard[-1]) + 1
    frames = -(-(last - first) // FRAMES_PER_MS) * FRAMES_PER_MS
    cut = np.zeros((frames, CHANNELS), np.float32)
    cut[: last - first] = samples[first:last]
    onset = min((spec.onset_ms or FILE_ONSET_MS) * FRAMES_PER_MS, frames // 2)
    ending = min(LAST_FADE_MS * FRAMES_PER_MS, frames // 2)
    cut[:onset] *= _rise(onset)
    cut[frames - ending :] *= _rise(ending)[::-1]
    return cut


def _rise(frames: int) -> NDArray[np.float32]:
    share = np.arange(frames, dtype=np.float32)[:, None] / np.float32(max(frames, 1))
    return np.asarray((1 - np.cos(np.pi * share)) / 2, np.float32)
