"""From what sounds to a finished track: windows encoded, the script reviewed, all files written.

Nothing here is wanted before the last line is spoken, so it is imported meanwhile.
"""

from __future__ import annotations

import shutil
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from meditations.care import CareError, Review, review
from meditations.errors import MeditationError, from_os_error
from meditations.mp3.stream import Row, join
from meditations.store import file_digest
from meditations.track import sidecars
from meditations.track.care import care_record, surroundings
from meditations.track.credits import uncredited
from meditations.track.encoding import encoding
from meditations.track.freshness import outputs_of
from meditations.track.loudness import track_loudness
from meditations.track.record import Mp3Facts, make_record, record_text, soundbite
from meditations.track.tags import write_tags

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from meditations.plan import Plan
    from meditations.project import Project
    from meditations.script import Script
    from meditations.track.sounding import Reporter, Sounding, Workshop


@dataclass(frozen=True, slots=True)
class Finished:
    """What came of it: the file, how many windows were encoded anew, and what is to be told."""

    mp3: Path
    encoded: int
    uncredited: tuple[str, ...]
    review: Review


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be finished: the script, in its project, its plan, its cover, and where to.

    `without_care` makes it whatever the care review finds.
    """

    script: Script
    project: Project
    plan: Plan
    cover: Future[tuple[bytes, bytes]]
    folder: Path
    without_care: bool


def finish(order: Order, sounding: Sounding, workshop: Workshop, reporter: Reporter) -> Finished:
    """Makes the files of a track, or leaves what was there as it was.

    Raises:
        CareError: If the care review finds errors.
        MeditationError: If a window cannot be encoded, the cover cannot be drawn, or a file
            cannot be written.
    """
    script, around = order.script, surroundings(order.project)
    with encoding(sounding, workshop, reporter) as encoded:
        # Here, where it costs no time: the words it compiles, those it needs, take 0.2 s.
        found = review(script, order.plan, sounding.timeline, around)
        if found.errors and not order.without_care:
            raise CareError(found.errors)
        soundbite(script, sidecars.ms(sounding.timeline.frames))  # what is wrong is known early
        texts = _texts(script, sounding)
        rows = encoded.rows()
    try:
        cover = workshop.workers.result(order.cover)
    except MeditationError as error:
        raise MeditationError(error.what, mend=error.mend, where=script.file) from None
    care = care_record(script, found, around, without_care=order.without_care)
    mp3, record = _write(script, sounding, rows, order.folder, _Beside(cover, texts, care))
    return Finished(mp3, encoded.count, tuple(uncredited(record)), found)


@dataclass(frozen=True, slots=True)
class _Beside:
    """What goes beside the sound.

    Attributes:
        cover: As PNG and as JPEG.
        texts: Captions, transcript and chapters, by their suffix.
        care: The record's part on care.
    """

    cover: tuple[bytes, bytes]
    texts: dict[str, str]
    care: dict[str, Any]


def _texts(script: Script, sounding: Sounding) -> dict[str, str]:
    """What is written beside the MP3 besides its record, by suffix."""
    timeline = sounding.timeline
    return {
        ".vtt": sidecars.vtt(timeline, script.language, sounding.persons),
        ".srt": sidecars.srt(timeline),
        ".txt": sidecars.transcript(script, timeline, sounding.persons),
        ".chapters.json": sidecars.chapters(timeline, script.title),
    }


def _write(
    script: Script,
    sounding: Sounding,
    rows: Sequence[Row],
    folder: Path,
    beside: _Beside,
) -> tuple[Path, dict[str, Any]]:
    """Writes all files beside their places and moves them there together, the record last."""
    timeline = sounding.timeline
    staging = folder / f".{script.slug}-{uuid.uuid4().hex}"
    try:
        staging.mkdir(parents=True)
        mp3 = staging / f"{script.slug}.mp3"
        write_tags(mp3, script, timeline, beside.texts[".txt"], beside.cover[1])
        with mp3.open("ab") as stream:
            join(timeline.frames, rows, stream)
        loudness = track_loudness(timeline, sounding.takes, sounding.beds)
        facts = Mp3Facts(file_digest(mp3), mp3.stat().st_size)
        record = make_record(script, sounding, loudness, facts) | beside.care
        texts = beside.texts | {".json": record_text(record)}
        for suffix, content in texts.items():
            (staging / (script.slug + suffix)).write_text(content, "utf-8", newline="\n")
        (staging / f"{script.slug}.png").write_bytes(beside.cover[0])
        record_name = f"{script.slug}.json"
        for target in sorted(outputs_of(script.slug, folder), key=lambda f: f.name == record_name):
            (staging / target.name).replace(target)
    except OSError as error:
        raise from_os_error(error, f"writing the track {script.slug}") from None
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return folder / f"{script.slug}.mp3", record
