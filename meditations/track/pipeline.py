"""The way through, for one track: script, plan, takes, timeline, windows, MP3, track."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from meditations.errors import from_os_error
from meditations.quantities import FRAMES_PER_MS
from meditations.script.pronunciation import lexicon_files
from meditations.script.resources import NAME as RESOURCES
from meditations.sound.chain_files import PRESETS, chain_file
from meditations.speech.voice_files import files_behind
from meditations.store import written_whole
from meditations.track.cover_files import cover_files
from meditations.track.preparing import check_script, cover_file, named, recording_folders
from meditations.track.sounding import Reporter, Silent, Workshop, sound

if TYPE_CHECKING:
    from concurrent.futures import Future
    from pathlib import Path

    from meditations.care import Review
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
    uncredited: tuple[str, ...]
    review: Review
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
            cover_files, script.title, script.palette or "", script.original, own_cover
        )

    if own_cover:
        cover()  # what is wrong with it is to be known early

    # Otherwise drawn by whoever has no line left, while others speak the last ones.
    sounding, spoken = sound(plan, project, workshop, reporter, cover)
    from meditations.track.finishing import Order, finish  # long imported, by the main thread

    order = Order(script, project, plan, cover(), folder, without_care)
    finished = finish(order, sounding, workshop, reporter)
    inputs = [source.file for source in sounding.sources.values() if source.file]
    inputs += [chain_file(name, project.root) for name in sounding.chains if name not in PRESETS]
    inputs += recording_folders(script, project)
    if own_cover:
        inputs.append(own_cover)
    inputs += files_behind(plan.utterances, lambda name: workshop.engine(name, project))
    # Where these are missing, their coming changes a track.
    inputs += [project.root / RESOURCES, *lexicon_files(project)]
    return BuiltTrack(
        script.slug, finished.mp3, sounding.timeline.frames // FRAMES_PER_MS, tuple(inputs),
        spoken, finished.encoded, finished.uncredited, finished.review, plan.chosen,
    )  # fmt: skip


def build_excerpt(script: Script, project: Project, target: Path, workshop: Workshop) -> int:
    """Makes an MP3 without tags or sidecars, to hear at once; returns its length in ms."""
    from meditations.mp3.stream import join
    from meditations.track.encoding import encoding

    reporter = Silent()
    plan = check_script(script, project, workshop.engines)
    sounding, _ = sound(plan, project, workshop, reporter)
    with encoding(sounding, workshop, reporter) as encoded:
        rows = encoded.rows()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise from_os_error(error, f"writing {target.name}") from None
    with written_whole(target) as beside, beside.open("wb") as stream:
        join(sounding.timeline.frames, rows, stream)
    return sounding.timeline.frames // FRAMES_PER_MS
