"""A finished track, decoded and measured without looking at how it was made."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from meditations.errors import MeditationError
from meditations.programs import run_ffmpeg
from meditations.quantities import FRAMES_PER_MS, SAMPLE_RATE_HZ, format_clock
from meditations.store import file_digest
from meditations.track.record import read_record

if TYPE_CHECKING:
    from collections.abc import Sequence

LOUDEST_PEAK_DBTP: Final = -1.5
SPEECH_TOLERANCE_LU: Final = 0.5
FRAME_BYTES: Final = 4
"""Stereo, 16 bit: what is decoded for measuring."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing measured: what was found, what was wanted, and whether that is met."""

    what: str
    found: str
    wanted: str
    good: bool


@dataclass(frozen=True, slots=True)
class Loudness:
    """What ffmpeg's ebur128 tells of a sound; None for silence."""

    integrated_lufs: float | None
    true_peak_dbtp: float | None


def inspect_track(mp3: Path) -> list[Finding]:
    """Decodes `mp3` and holds it against the record beside it.

    Raises:
        MeditationError: If there is no such track, it cannot be decoded, or it has no record.
    """
    if not mp3.is_file():
        raise MeditationError(
            "there is no such track", mend="build it with: meditations build", file=mp3
        )
    record = read_record(mp3.with_suffix(".json"))
    with tempfile.TemporaryDirectory(prefix="meditations-") as scratch:
        sound, speech = Path(scratch) / "sound.s16", Path(scratch) / "speech.s16"
        decode(mp3, sound)
        frames = sound.stat().st_size // FRAME_BYTES
        whole = measure(["-i", str(mp3), "-map", "0:a:0"])
        cut_cues(sound, record["cues"], speech)
        spoken = (
            measure([*RAW, "-i", str(speech)]) if speech.stat().st_size else Loudness(None, None)
        )
    return [
        _same("bytes", file_digest(mp3), record["mp3"]["sha256"], "as in the record"),
        Finding(
            "length",
            format_clock(frames // FRAMES_PER_MS),
            format_clock(record["length_ms"]),
            frames == record["frames"],
        ),
        Finding(
            "true peak",
            _told(whole.true_peak_dbtp, "dBTP"),
            f"at most {LOUDEST_PEAK_DBTP} dBTP",
            whole.true_peak_dbtp is None or whole.true_peak_dbtp <= LOUDEST_PEAK_DBTP,
        ),
        _speech(spoken, record),
        Finding("loudness of the whole", _told(whole.integrated_lufs, "LUFS"), "", True),
        _chapters(mp3, record),
    ]


RAW: Final = ("-f", "s16le", "-ar", str(SAMPLE_RATE_HZ), "-ac", "2")


def decode(mp3: Path, target: Path) -> None:
    """Decodes to 48 kHz, stereo, 16 bit, without a header.

    Raises:
        MeditationError: If a frame cannot be decoded.
    """
    run_ffmpeg(
        ["-v", "error", "-xerror", "-i", str(mp3), "-map", "0:a:0", *RAW, "-y", str(target)],
        doing=f"decoding {mp3.name}",
    )


def measure(source: Sequence[str]) -> Loudness:
    """Loudness and true peak of what ffmpeg's input options `source` name."""
    told = run_ffmpeg(
        ["-nostats", *source, "-af", "ebur128=peak=true:framelog=quiet", "-f", "null", "-"],
        doing="measuring the loudness",
    )
    lufs = re.findall(r"^\s+I:\s+(-?[\d.]+) LUFS", told, re.MULTILINE)
    peak = re.findall(r"^\s+Peak:\s+(-?[\d.]+|-inf) dBFS", told, re.MULTILINE)
    loud = float(lufs[-1]) if lufs else None
    return Loudness(
        None if loud is None or loud <= -70 else loud,
        None if not peak or peak[-1] == "-inf" else float(peak[-1]),
    )


def cut_cues(sound: Path, cues: Sequence[dict[str, Any]], target: Path) -> None:
    """What is spoken, cut out of `sound` by the record and joined."""
    with sound.open("rb") as source, target.open("wb") as joined:
        for cue in cues:
            source.seek(cue["start_ms"] * FRAMES_PER_MS * FRAME_BYTES)
            joined.write(
                source.read((cue["end_ms"] - cue["start_ms"]) * FRAMES_PER_MS * FRAME_BYTES)
            )


def _speech(spoken: Loudness, record: dict[str, Any]) -> Finding:
    target = float(record["loudness"]["target_speech_lufs"])
    good = not record["cues"] or (
        spoken.integrated_lufs is not None
        and abs(spoken.integrated_lufs - target) <= SPEECH_TOLERANCE_LU
    )
    return Finding(
        "loudness of the speech",
        _told(spoken.integrated_lufs, "LUFS"),
        f"{target} ± {SPEECH_TOLERANCE_LU} LUFS",
        good,
    )


def _chapters(mp3: Path, record: dict[str, Any]) -> Finding:
    from mutagen.id3 import ID3
    from mutagen.mp3 import HeaderNotFoundError

    try:
        tags = ID3(mp3)
    except HeaderNotFoundError:
        return Finding("chapters", "no tag", str(len(record["chapters"])), False)
    found = [
        (chapter.start_time, chapter.end_time, str(chapter.sub_frames["TIT2"]))
        for chapter in sorted(tags.getall("CHAP"), key=lambda c: c.start_time)
    ]
    wanted = [(c["start_ms"], c["end_ms"], c["title"]) for c in record["chapters"]]
    return Finding("chapters", str(len(found)), str(len(wanted)), found == wanted)


def _same(what: str, found: str, wanted: str, words: str) -> Finding:
    return Finding(what, words if found == wanted else "others", words, found == wanted)


def _told(value: float | None, unit: str) -> str:
    return "silence" if value is None else f"{value:.1f} {unit}"
