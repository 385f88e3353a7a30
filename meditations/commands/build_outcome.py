"""What `meditations build` says at its end: what came of each track, and what to do with it."""

from __future__ import annotations

import json
import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from meditations.commands.podcast_folder import PodcastOutcome
    from meditations.errors import MeditationError
    from meditations.inspection.report import Report
    from meditations.track.pipeline import BuiltTrack

UNREAD = (
    "the care review has no words for its language, so only times, sounds and resources were"
    " looked at"
)
RESOURCES_RULE = "C13w"
"""Told once by `check`: it is about resources.yaml, not about one script."""


class BuildOutcome:
    """What came of each script; the exit status is 1 if any failed."""

    def __init__(self, folder: Path, as_json: bool, output: Path | None = None) -> None:
        self._folder = folder
        self._as_json = as_json
        self._output = output
        self._told: list[dict[str, Any]] = []
        self.podcast: PodcastOutcome | None = None

    @property
    def failures(self) -> list[str]:
        """Names of the tracks that could not be built."""
        return [told["slug"] for told in self._told if told["status"] == "failed"]

    def fresh(self, slug: str) -> None:
        """A track is what its script says, and was left as it is."""
        self._told.append({"slug": slug, "status": "up to date"})

    def built(self, track: BuiltTrack, report: Report) -> None:
        """A track was made; what its maker has to know is told at once."""
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
        """A track could not be made."""
        self._told.append({"slug": slug, "status": "failed", "error": str(error)})
        if not self._as_json:
            click.echo(str(error), err=True)

    def close(self) -> int:
        """Tells the outcome as a whole; the exit status."""
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
                click.echo(f"Listen in {shown(self._folder)}{os.sep}")
            if podcast:
                self._tell_podcast(podcast)
        return 1 if self.failures or (podcast and podcast.status == "failed") else 0

    def _tell_podcast(self, podcast: PodcastOutcome) -> None:
        for line in podcast.told:
            click.echo(line, err=True)
        if podcast.status in ("kept", "failed"):
            stays = "stays as it was" if podcast.folder.is_dir() else "is not made yet"
            click.echo(f"The podcast {stays}: {podcast.error}", err=True)
        elif podcast.status != "none":
            click.echo(f"The podcast is in {shown(podcast.folder)}{os.sep}")
            where = f" --output {shlex.quote(str(self._output))}" if self._output else ""
            click.echo(f"Hear it as listeners will: meditations serve{where}")
            if podcast.has_site and not where:
                click.echo("Publish it: meditations publish TARGET (see --help)")


def shown(path: Path) -> str:
    """A path as messages name it: from the working folder, where it lies below it."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
