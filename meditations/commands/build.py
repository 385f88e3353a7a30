"""`meditations build`."""

from __future__ import annotations

import importlib
import os
import shlex
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from meditations.commands.build_outcome import BuildOutcome, shown
from meditations.errors import MeditationError, from_os_error
from meditations.programs import ffmpeg_version
from meditations.project import Project, find_project, find_scripts, slug_of
from meditations.track import freshness

if TYPE_CHECKING:
    from meditations.commands.progress import BuildProgress
    from meditations.inspection.report import Report
    from meditations.script import Script
    from meditations.track.pipeline import BuiltTrack
    from meditations.track.sounding import Workshop

TRACKS_AT_ONCE = 2
"""While one track waits for its last line to be spoken, another keeps the workers busy."""
LINES_GIVEN_S = 0.3
NEEDED_LATE = ("meditations.inspection.inspecting", "meditations.track.finishing", "numpy.ma")
"""What a track wants only in the end, and is slow to import."""


@click.command(epilog="Example: meditations build five-senses --jobs 2")
@click.argument("scripts", nargs=-1, metavar="[SCRIPT]...")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, file_okay=True),
    help="Put tracks into DIR/tracks instead of build/tracks.", metavar="DIR",
)  # fmt: skip
@click.option(
    "-j", "--jobs", type=click.IntRange(1, 256), help="Work with N processes.", metavar="N",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Speak and encode everything anew.")
@click.option(
    "--without-care", is_flag=True,
    help="Build also what the care review finds fault with; the record says so.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Tell the outcome as JSON.")
def command(  # noqa: PLR0913, PLR0917 - one for each option
    scripts: tuple[str, ...],
    output: Path | None,
    jobs: int | None,
    force: bool,
    without_care: bool,
    as_json: bool,
) -> int:
    """Make tracks from scripts: those named, else all of scripts/.

    A SCRIPT is a file, or the name of one in scripts/. What has not changed since it was made is
    not made again, and a line that was spoken once is not spoken again. A script in which the care
    review finds an error is not made: see meditations check.
    """
    project = find_project(beside(scripts))
    files = find_scripts(project, scripts)
    folder = (output or project.build).absolute() / "tracks"
    _start_channel(project)
    now = freshness.environment(project) + (" without care" if without_care else "")
    stale = [
        file for file in files
        if force or not freshness.is_fresh(file, slug_of(file), folder, now)
    ]  # fmt: skip
    outcome = BuildOutcome(folder, as_json, output)
    for file in files:
        if file not in stale:
            outcome.fresh(slug_of(file))
    if stale:
        _make_folder(folder)
        task = _Task(project, folder, now, without_care)
        _build(stale, task, outcome, jobs=jobs, force=force)
    from meditations.commands.podcast_folder import make_podcast_folder

    outcome.podcast = make_podcast_folder(project, folder, now, outcome.failures)
    return outcome.close()


def beside(scripts: tuple[str, ...]) -> Path | None:
    """Where to look for the project: from the first script named by its file, or from here."""
    for name in scripts:
        if Path(name).is_file():
            return Path(name).resolve().parent
    return None


def _start_channel(project: Project) -> None:
    """The first build of a project writes the channel that feed and page want."""
    from meditations.podcast.starting import start_channel

    if written := start_channel(project):
        click.echo(
            f"Wrote {project.shown(written)}: what apps and the page say of the podcast. Please"
            " look through it.",
            err=True,
        )


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise from_os_error(error, "making the output folder") from None
    if not os.access(folder, os.W_OK):
        raise MeditationError(
            "this folder cannot be written", mend="choose another: --output DIR", file=folder
        )


@dataclass(frozen=True, slots=True)
class _Task:
    """What a build is about: the project, where tracks go, in what environment they are made."""

    project: Project
    folder: Path
    environment: str
    without_care: bool


def _build(
    files: list[Path], task: _Task, outcome: BuildOutcome, *, jobs: int | None, force: bool
) -> None:
    from meditations.workers import Workers, default_jobs

    with Workers(jobs or default_jobs()) as workers, ThreadPoolExecutor(1) as aside:
        # While this imports and reads, the workers warm up, and ffmpeg tells its version.
        aside.submit(ffmpeg_version)
        from meditations.commands.progress import progress
        from meditations.script import read_script
        from meditations.track.sounding import Stores, Workshop

        workshop = Workshop(workers, Stores.open(fresh=force))
        read: list[Script] = []
        for file in files:
            try:
                read.append(read_script(file, task.project.shown(file)))
            except MeditationError as error:
                outcome.failed(slug_of(file), error)
        with progress() as shown, ThreadPoolExecutor(TRACKS_AT_ONCE) as threads:
            try:
                tracks = [
                    threads.submit(_build_one, script, task, workshop, outcome, shown)
                    for script in read
                ]
                # While the workers work, but not before they have their lines.
                if wait(tracks, LINES_GIVEN_S, FIRST_EXCEPTION).not_done:
                    for late in NEEDED_LATE:
                        importlib.import_module(late)
                wait(tracks, return_when=FIRST_EXCEPTION)
            except BaseException:
                workers.kill()  # so that the threads, which wait for workers, come back
                raise
            for track in tracks:
                track.result()
    from meditations.track.credits import write_credits

    write_credits(task.folder)
    _prune()


def _build_one(
    script: Script, task: _Task, workshop: Workshop, outcome: BuildOutcome, shown: BuildProgress
) -> None:
    from meditations.track.pipeline import build_track

    before = script.source.stat()
    reporter = shown.track(script.slug)
    try:
        track = build_track(
            script, task.project, task.folder, workshop, reporter, without_care=task.without_care
        )
        from meditations.inspection.inspecting import (
            inspect_track,  # long imported, by the main thread
        )

        report = inspect_track(track.mp3, workshop.workers)
        if not report.good:
            raise _unfit(track, report)
    except MeditationError as error:
        if workshop.workers.stopped.is_set():
            return  # it failed because it was stopped, and that is told elsewhere
        shown.clear(script.slug)
        outcome.failed(script.slug, error)
        return
    outcome.built(track, report)
    shown.done(track, report.one_line())
    after = script.source.stat()
    if (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns):
        freshness.remember(script.source, task.folder, task.environment, track)


def _unfit(track: BuiltTrack, report: Report) -> MeditationError:
    """The message for a finished track that does not sound as it should; its files stay."""
    told = "; ".join(
        f"{finding.what}: {finding.found}" + (f" (wanted: {finding.wanted})" * bool(finding.wanted))
        for finding in report.failed
    )
    file = shown(track.mp3)
    return MeditationError(
        f"the finished track is not as it should be: {told}",
        mend=f"it is there to be heard; see all that was measured with:\n"
        f"meditations inspect {shlex.quote(file)}",
        file=Path(file),
    )


def _prune() -> None:
    from meditations.store import cache_folder, prune

    prune(cache_folder())
