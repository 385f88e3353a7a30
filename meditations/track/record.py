"""The record: how a track was made, and where everything in it lies.

The same input gives the same record: no date of the clock, no path of the machine.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, astuple, dataclass
from typing import TYPE_CHECKING, Any, Final

import meditations
from meditations.errors import MeditationError
from meditations.mix.mixer import LAME_LEVEL
from meditations.mp3.stream import BITRATE_KBPS, frame_count
from meditations.programs import ffmpeg_version
from meditations.quantities import SAMPLE_RATE_HZ, format_duration
from meditations.sound.levels import SPEECH_LUFS
from meditations.sound.specs import BedSpec, BellSpec, SwellSpec
from meditations.store import file_digest
from meditations.track.palettes import palette_for
from meditations.track.sidecars import ms

if TYPE_CHECKING:
    from pathlib import Path

    from meditations.script import Script
    from meditations.timeline.timeline import Cue
    from meditations.track.loudness import TrackLoudness
    from meditations.track.sounding import Sounding

FORMAT: Final = 5
_WORDS: Final = re.compile(r'"words": \[[\d\s,]*\]')
"""In a text this would have its quotation marks escaped."""
LIBRARIES: Final = ("mutagen", "numpy", "pillow", "pydub", "pyttsx3", "soxr")


@dataclass(frozen=True, slots=True)
class Mp3Facts:
    """The finished file: the digest of its bytes, and their number."""

    sha256: str
    bytes: int


def make_record(
    script: Script, sounding: Sounding, loudness: TrackLoudness, mp3: Mp3Facts
) -> dict[str, Any]:
    """The record of a track, ready for JSON; times are milliseconds from the first sample."""
    import importlib.metadata  # not before the workers have their work: it is slow to import

    timeline, takes, published = sounding.timeline, sounding.takes, script.published
    manners = sorted({u.manner for u in takes}, key=astuple)
    return {
        "format": FORMAT,
        "slug": script.slug,
        "title": script.title,
        "summary": script.summary,
        "language": script.language,
        "kind": list(script.kind),
        "topics": list(script.topics),
        "author": script.author,
        "album": script.album,
        "palette": script.palette or palette_for(script.original),
        "published": published.isoformat() if published else None,
        "review": review_state(script),
        "soundbite": soundbite(script, ms(timeline.frames)),
        "length_ms": ms(timeline.frames),
        "frames": timeline.frames,
        "sample_rate_hz": SAMPLE_RATE_HZ,
        "mp3": {
            "file": f"{script.slug}.mp3",
            "bytes": mp3.bytes,
            "frames": frame_count(timeline.frames),
            "sha256": mp3.sha256,
            "bitrate_kbps": BITRATE_KBPS,
            "channels": 2,
        },
        "loudness": {"target_speech_lufs": SPEECH_LUFS, **asdict(loudness)},
        "voices": [
            {**asdict(manner), "synthetic": manner.engine not in sounding.persons}
            for manner in manners
        ],
        "chains": {name: asdict(chain) for name, chain in sounding.chains.items()},
        "synthetic_voice": any(manner.engine not in sounding.persons for manner in manners),
        "sounds": _sounds(sounding),
        "beds": [
            {
                "sound": span.spec.sound,
                "start_ms": ms(span.start_frame),
                "end_ms": ms(span.end_frame),
                "fade_in_ms": ms(span.fade_in_frames),
                "fade_out_ms": ms(span.fade_out_frames),
                "pan": span.pan,
                "gain": [[ms(frame), db] for frame, db in span.gain],
            }
            for span in timeline.beds
        ],
        "bells": _clips(sounding, BellSpec),
        "tones": _clips(sounding, SwellSpec),
        "chapters": [
            {
                "title": chapter.title,
                "role": chapter.role,
                "start_ms": ms(chapter.start_frame),
                "end_ms": ms(chapter.end_frame),
            }
            for chapter in timeline.chapters
        ],
        "cues": [
            {
                "start_ms": ms(cue.start_frame),
                "end_ms": ms(cue.end_frame),
                "text": cue.caption,
                "chapter": cue.section,
                "line": cue.where.line,
                "take": takes[cue.utterance].key[:16],
                "volume_db": cue.utterance.manner.volume_db,
                "speaker": cue.speaker,
                "words": _word_edges(cue),
                "words_estimated": cue.words_estimated,
            }
            for cue in timeline.cues
        ],
        "breaths": [
            {
                "phase": breath.phase,
                "start_ms": ms(breath.start_frame),
                "end_ms": ms(breath.start_frame + breath.frames),
            }
            for breath in timeline.breaths
        ],
        "script": {"file": f"{script.slug}.yaml", "sha256": file_digest(script.source)},
        "versions": {
            "meditations": meditations.__version__,
            "engines": dict(sorted(sounding.engines.items())),
            "ffmpeg": ffmpeg_version(),
            "lame_level": LAME_LEVEL,
            **{name: importlib.metadata.version(name) for name in LIBRARIES},
        },
    }


def review_state(script: Script) -> str | dict[str, str]:
    """Who has read the script for care, and when; or `none`."""
    told = script.reviewed
    return "none" if told is None else {"by": told.by, "on": told.on.isoformat()}


def soundbite(script: Script, length_ms: int) -> dict[str, int] | None:
    """Where the part lies that apps may play on its own, or None.

    Raises:
        MeditationError: If it does not lie within a track of this length.
    """
    bite = script.soundbite
    if bite is None:
        return None
    if bite.from_.ms + bite.for_.ms > length_ms:
        raise MeditationError(
            f"the soundbite ends behind the end of the track, which lasts"
            f" {format_duration(length_ms)}",
            mend="let it begin earlier, or leave it out",
            where=script.place("soundbite"),
        )
    return {"start_ms": bite.from_.ms, "length_ms": bite.for_.ms}


def _word_edges(cue: Cue) -> list[int]:
    """Start and end in ms of each word that is shown, in turns; words are parted by blanks.

    Words under one mark have the same times. Empty where no times are known.
    """
    return [
        edge
        for word in cue.words
        for _ in word.text.split()
        for edge in (ms(word.start_frame), ms(word.end_frame))
    ]


def _sounds(sounding: Sounding) -> list[dict[str, Any]]:
    """Beds and bells, each once, with what a file is owed."""
    told = []
    for spec, source in sounding.sources.items():
        if isinstance(spec, SwellSpec):
            continue
        credit, license_ = sounding.credits.get(spec, ("", ""))
        settings = dict(spec.settings) if isinstance(spec, BedSpec) else {}
        told.append(
            {
                "sound": spec.sound,
                "kind": "bed" if isinstance(spec, BedSpec) else "bell",
                "with": settings,
                "sha256": source.digest or None,
                "credit": credit or None,
                "license": license_ or None,
            }
        )
    return told


def _clips(sounding: Sounding, kind: type[BellSpec | SwellSpec]) -> list[dict[str, Any]]:
    frames = sounding.timeline.frames
    return [
        {
            "sound": cue.spec.sound if isinstance(cue.spec, BellSpec) else "swell",
            "start_ms": ms(cue.start_frame),
            "end_ms": ms(min(cue.start_frame + sounding.beds[cue.spec].period_frames, frames)),
            "level_db": cue.level_db,
        }
        for cue in sounding.timeline.clips
        if isinstance(cue.spec, kind)
    ]


def record_text(record: dict[str, Any]) -> str:
    """The record as it is written; the times of a cue's words stand on one line."""
    text = json.dumps(record, ensure_ascii=False, indent=1)
    return _WORDS.sub(lambda found: " ".join(found[0].split()), text) + "\n"


def read_record(file: Path) -> dict[str, Any]:
    """The record beside a track.

    Raises:
        MeditationError: If it is missing or no record.
    """
    try:
        told = json.loads(file.read_text("utf-8"))
        good = told["format"] == FORMAT and isinstance(told["cues"], list)
    except FileNotFoundError:
        raise MeditationError(
            "the record beside the track is missing", mend="build the track again", file=file
        ) from None
    except (OSError, ValueError, KeyError, TypeError):
        good = False
    if not good:
        raise MeditationError(
            "this is no record of a track", mend="build the track again", file=file
        )
    return dict(told)
