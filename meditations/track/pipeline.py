"""The way through, for one track: script, plan, takes, timeline, windows, MP3, track."""

from __future__ import annotations

import shutil
import uuid
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from meditations.care import CareError, Review, review
from meditations.errors import MeditationError, from_os_error
from meditations.mp3.stream import Row, join
from meditations.script.pronunciation import lexicon_files
from meditations.script.resources import NAME as RESOURCES
from meditations.sound.chain_files import PRESETS, chain_file
from meditations.speech.voice_files import files_behind
from meditations.store import file_digest, written_whole
from meditations.track import sidecars
from meditations.track.care import care_record
from meditations.track.credits import uncredited
from meditations.track.encoding import encoding
from meditations.track.freshness import outputs_of
from meditations.track.loudness import track_loudness
from meditations.track.palettes import palette_for
from meditations.track.preparing import (
    check_script,
    cover_file,
    named,
    recording_folders,
    surroundings,
)
from meditations.track.record import Mp3Facts, make_record, record_text, soundbite
from meditations.track.sounding import Reporter, Silent, Sounding, Workshop, sound

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from meditations.project import Project
    from meditations.script import Script
    from meditations.speech.utterance import Manner


@dataclass(frozen=True, slots=True)
class BuiltTrack:
    """What came out.

    Attributes:
        slug: The name of the track.
        mp3: The file.
        length_ms: How long it is.
        inputs: The files that it was made from, besides the script; some may be missing.
        spoken: How many lines were spoken anew.
        encoded: How many windows were encoded anew.
        uncredited: Sound files of it whose credit or licence the script does not give.
        review: What the care review found; errors only where it was built without care.
        chosen: What `engine: auto` came to, where the script asks for it.
    """

    slug: str
    mp3: Path
    length_ms: int
    inputs: tuple[Path, ...]
    spoken: int
    encoded: int
    uncredited: tuple[str, ...] = ()
    review: Review = Review(())
    chosen: Manner | None = None


def build_track(  # noqa: PLR0913 - who builds without care says so by name
    script: Script,
    project: Project,
    folder: Path,
    workshop: Workshop,
    reporter: Reporter | None = None,
    *,
    without_care: bool = False,
) -> BuiltTrack:
    """Makes a track and everything beside it, or leaves what was there as it was.

    Args:
        script: What to make.
        project: Where the files that it names are looked for.
        folder: Where the track goes.
        workshop: Workers, stores, engines.
        reporter: Is told how far it is.
        without_care: Builds it whatever the care review finds; the record says so.

    Raises:
        CareError: If the care review finds errors.
        MeditationError: If a line cannot be spoken, a sound cannot be read, a length cannot be
            reached, or a file cannot be written.
    """
    reporter = reporter or Silent()
    script = named(script, project)
    plan = check_script(script, project, workshop.engines)
    own_cover = cover_file(script, project)

    @cache
    def cover() -> Future[tuple[bytes, bytes]]:
        return workshop.workers.submit(
            _draw_cover, script.title, script.palette or "", script.original, own_cover
        )

    if own_cover:
        cover()  # what is wrong with it is to be known early

    # Otherwise drawn by whoever has no line left, while others speak the last ones.
    sounding, spoken = sound(plan, project, workshop, reporter, cover)
    around = surroundings(project)
    with encoding(sounding, workshop) as encoded:
        # Here, where it costs no time: the words it compiles, those it needs, take 0.2 s.
        found = review(script, plan, sounding.timeline, around)
        if found.errors and not without_care:
            raise CareError(found.errors)
        soundbite(script, sidecars.ms(sounding.timeline.frames))  # what is wrong is known early
        texts = _texts(script, sounding)
        rows = encoded.rows(reporter)
    try:
        png, jpeg = workshop.workers.result(cover())
    except MeditationError as error:
        raise MeditationError(error.what, mend=error.mend, where=script.file) from None
    care = care_record(script, found, around, without_care=without_care)
    mp3, record = _write(script, sounding, rows, folder, _Beside((png, jpeg), texts, care))
    inputs = [source.file for source in sounding.sources.values() if source.file]
    inputs += [chain_file(name, project.root) for name in sounding.chains if name not in PRESETS]
    inputs += recording_folders(script, project)
    if own_cover:
        inputs.append(own_cover)
    inputs += files_behind(plan.utterances, lambda name: workshop.engine(name, project))
    # Where these are missing, their coming changes a track.
    inputs += [project.root / RESOURCES, *lexicon_files(project)]
    return BuiltTrack(
        script.slug, mp3, sidecars.ms(sounding.timeline.frames), tuple(inputs), spoken,
        len(encoded.pending),        tuple(uncredited(record)), found, plan.chosen,
    )  # fmt: skip


def build_excerpt(script: Script, project: Project, target: Path, workshop: Workshop) -> int:
    """Makes an MP3 without tags or sidecars, to hear at once; returns its length in ms."""
    reporter = Silent()
    plan = check_script(script, project, workshop.engines)
    sounding, _ = sound(plan, project, workshop, reporter)
    with encoding(sounding, workshop) as encoded:
        rows = encoded.rows(reporter)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise from_os_error(error, f"writing {target.name}") from None
    with written_whole(target) as beside, beside.open("wb") as stream:
        join(sounding.timeline.frames, rows, stream)
    return sidecars.ms(sounding.timeline.frames)


def _draw_cover(title: str, palette: str, slug: str, file: Path | None) -> tuple[bytes, bytes]:
    """The cover as PNG and as JPEG. Runs in a worker."""
    from meditations.track import cover

    if file is not None:
        image = cover.fit_cover(file)
    else:
        image = cover.draw_cover(title, palette or palette_for(slug))
    return cover.cover_png(image), cover.cover_jpeg(image)


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
    from meditations.track.tags import write_tags  # long imported, by the main thread

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
