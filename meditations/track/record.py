"""The record: how a track was made, and where everything in it lies. The same input gives the
same record: no date of the clock, no path of the machine."""

from __future__ import annotations

import importlib.metadata
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import meditations
from meditations.mix.mixer import LAME_LEVEL
from meditations.mp3.stream import BITRATE_KBPS
from meditations.programs import ffmpeg_version
from meditations.quantities import SAMPLE_RATE_HZ
from meditations.sound.levels import SPEECH_LUFS
from meditations.track.sidecars import ms

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from meditations.script import Script
    from meditations.sound.beds import BedSource
    from meditations.speech.takes import Take
    from meditations.speech.utterance import Utterance
    from meditations.timeline.timeline import Timeline
    from meditations.track.loudness import TrackLoudness

FORMAT: Final = 1
LIBRARIES: Final = ("mutagen", "numpy", "pillow", "pydub", "pyttsx3", "soxr")


def make_record(
    script: Script,
    script_digest: str,
    timeline: Timeline,
    takes: Mapping[Utterance, Take],
    sources: Mapping[str, BedSource],
    loudness: TrackLoudness,
    engines: Mapping[str, str],
    mp3_digest: str,
    mp3_bytes: int,
) -> dict[str, Any]:
    """The record of a track, ready for JSON; times are milliseconds from the first sample."""
    published = script.published
    manners = {utterance.manner for utterance in takes}
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
        "published": published.isoformat() if published else None,
        "review": "none" if script.reviewed is None else script.reviewed.model_dump(mode="json"),
        "length_ms": ms(timeline.frames),
        "frames": timeline.frames,
        "sample_rate_hz": SAMPLE_RATE_HZ,
        "mp3": {
            "file": f"{script.slug}.mp3",
            "bytes": mp3_bytes,
            "sha256": mp3_digest,
            "bitrate_kbps": BITRATE_KBPS,
            "channels": 2,
        },
        "loudness": {"target_speech_lufs": SPEECH_LUFS, **asdict(loudness)},
        "voices": [
            asdict(manner) for manner in sorted(manners, key=lambda m: (m.engine, m.voice,
                                                                        m.rate_wpm, m.pitch))
        ],  # fmt: skip
        "synthetic_voice": True,
        "backgrounds": [
            {"sound": source.name, "sha256": source.digest or None}
            for _, source in sorted(sources.items())
        ],
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
            }
            for cue in timeline.cues
        ],
        "breaths": [
            {"phase": b.phase, "start_ms": ms(b.start_frame), "end_ms": ms(b.start_frame + b.frames)}
            for b in timeline.breaths
        ],
        "script": {"file": f"{script.slug}.yaml", "sha256": script_digest},
        "versions": {
            "meditations": meditations.__version__,
            "engines": dict(sorted(engines.items())),
            "ffmpeg": ffmpeg_version(),
            "lame_level": LAME_LEVEL,
            **{name: importlib.metadata.version(name) for name in LIBRARIES},
        },
    }


def record_text(record: dict[str, Any]) -> str:
    """The record as it is written."""
    return json.dumps(record, ensure_ascii=False, indent=1) + "\n"


def read_record(file: Path) -> dict[str, Any]:
    """The record beside a track.

    Raises:
        MeditationError: If it is missing or no record.
    """
    from meditations.errors import MeditationError

    try:
        told = json.loads(file.read_text("utf-8"))
        if told["format"] != FORMAT or not isinstance(told["cues"], list):
            raise ValueError
    except FileNotFoundError:
        raise MeditationError(
            "the record beside the track is missing", mend="build the track again", file=file
        ) from None
    except (OSError, ValueError, KeyError, TypeError):
        raise MeditationError(
            "this is no record of a track", mend="build the track again", file=file
        ) from None
    return dict(told)
