"""`meditations build`."""

from __future__ import annotations

import importlib
import json
import os
import shlex
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from meditations.errors import MeditationError, from_os_error
from meditations.project import Project, find_project, find_scripts, slug_of
from meditations.track import freshness

if TYPE_CHECKING:
    from meditations.commands.podcast_folder import PodcastOutcome
    from meditations.commands.progress import BuildProgress
    from meditations.inspection import Report
    from meditations.script import Script
    from meditations.track.pipeline import BuiltTrack
    from meditations.track.sounding import Workshop

UNREAD = (
    "the care review has no words for its language, so only times, sounds and resources were"
    " looked at"
)
RESOURCES_RULE = "C13w"
"""Told once by `check`: it is about resources.yaml, not about one script."""
TRACKS_AT_ONCE = 2
"""While one track waits for its last line to be spoken, another keeps the workers busy."""


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
    outcome = _Outcome(folder, as_json)
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


class _Outcome:
    """What came of each script; the exit status is 1 if any failed."""

    def __init__(self, folder: Path, as_json: bool) -> None:
        self._folder = folder
        self._as_json = as_json
        self._told: list[dict[str, Any]] = []
        self.podcast: PodcastOutcome | None = None

    @property
    def failures(self) -> list[str]:
        """Names of the tracks that could not be built."""
        return [told["slug"] for told in self._told if told["status"] == "failed"]

    def fresh(self, slug: str) -> None:
        self._told.append({"slug": slug, "status": "up to date"})

    def built(self, track: BuiltTrack, report: Report) -> None:
        self._told.append(
            {
                "slug": track.slug, "status": "built", "file": str(track.mp3),
                "length_ms": track.length_ms, "lines_spoken": track.spoken,
                "windows_encoded": track.encoded, "measured": report.one_line(),
                "uncredited": list(track.uncredited),
                "care": [str(finding) for finding in track.review.findings],
            }
        )  # fmt: skip
        self._tell_care(track)
        for sound in track.uncredited:
            click.echo(
                f"{track.slug}: {sound} has no credit: and license: in the script, so this track"
                " cannot be published",
                err=True,
            )

    def _tell_care(self, track: BuiltTrack) -> None:
        review, slug = track.review, track.slug
        if not review.words_read:
            click.echo(f"{slug}: {UNREAD}", err=True)
        count = len([finding for finding in review.findings if finding.rule != RESOURCES_RULE])
        if count:
            click.echo(
                f"{slug}: the care review found {count} thing" + "s" * (count > 1)
                + f" to look at: meditations check {slug}", err=True,
            )  # fmt: skip

    def failed(self, slug: str, error: MeditationError) -> None:
        self._told.append({"slug": slug, "status": "failed", "error": str(error)})
        if not self._as_json:
            click.echo(str(error), err=True)

    def close(self) -> int:
        podcast = self.podcast
        if self._as_json:
            told: dict[str, Any] = {"folder": str(self._folder), "tracks": self._told}
            if podcast:
                told["podcast"] = podcast.as_json()
            click.echo(json.dumps(told, indent=1))
        else:
            count = {
                status: sum(told["status"] == status for told in self._told)
                for status in ("built", "up to date", "failed")
            }
            words = [f"{number} {status}" for status, number in count.items() if number]
            click.echo(", ".join(words) + ".")
            if count["failed"] < len(self._told):
                click.echo(f"Listen in {_shown(self._folder)}{os.sep}")
            if podcast:
                _tell_podcast(podcast)
        return 1 if self.failures or (podcast and podcast.status == "failed") else 0


def _tell_podcast(podcast: PodcastOutcome) -> None:
    for line in podcast.told:
        click.echo(line, err=True)
    if podcast.status in ("made", "up to date"):
        click.echo(f"The podcast is in {_shown(podcast.folder)}{os.sep}")
    elif podcast.status in ("kept", "failed"):
        stays = "stays as it was" if podcast.folder.is_dir() else "is not made yet"
        click.echo(f"The podcast {stays}: {podcast.error}", err=True)


def _shown(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


@dataclass(frozen=True, slots=True)
class _Task:
    """What a build is about: the project, where tracks go, in what environment they are made."""

    project: Project
    folder: Path
    environment: str
    without_care: bool


def _build(
    files: list[Path], task: _Task, outcome: _Outcome, *, jobs: int | None, force: bool
) -> None:
    from meditations.workers import Workers, default_jobs

    with Workers(jobs or default_jobs()) as workers:
        # While this imports and reads, the workers warm up.
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
                importlib.import_module("meditations.inspection")  # while the workers work
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
    script: Script, task: _Task, workshop: Workshop, outcome: _Outcome, shown: BuildProgress
) -> None:
    from meditations.track.pipeline import build_track

    before = script.source.stat()
    reporter = shown.track(script.slug)
    try:
        track = build_track(
            script, task.project, task.folder, workshop, reporter, without_care=task.without_care
        )
        from meditations.inspection import inspect_track  # long imported, by the main thread

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
    file = _shown(track.mp3)
    return MeditationError(
        f"the finished track is not as it should be: {told}",
        mend=f"it is there to be heard; see all that was measured with:\n"
        f"meditations inspect {shlex.quote(file)}",
        file=Path(file),
    )


def _prune() -> None:
    from meditations.store import cache_folder, prune

    prune(cache_folder())
