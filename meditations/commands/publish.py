"""`meditations publish`."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from meditations.errors import MeditationError
from meditations.project import find_project, find_scripts

if TYPE_CHECKING:
    from meditations.podcast.assembling import Podcast
    from meditations.podcast.folder import Contents
    from meditations.project import Project
    from meditations.publishing.planning import Plan
    from meditations.publishing.site_checks import Remark

DAY = 10
"""Characters of a date without a time."""


@click.command(
    epilog="Example: meditations publish sftp://me@example.org/var/www/meditations --dry-run"
    "\n\nmeditations publish s3://my-bucket/meditations"
)
@click.argument("target")
@click.option("--dry-run", is_flag=True, help="Tell what would be sent and deleted; send nothing.")
@click.option(
    "--unreviewed", is_flag=True,
    help="Send also tracks for people who were hurt whose script nobody has reviewed.",
)  # fmt: skip
@click.option(
    "--as-of", metavar="DATE",
    help="Leave out what is dated later than DATE instead of later than now.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Tell the outcome as JSON.")
def command(target: str, dry_run: bool, unreviewed: bool, as_of: str | None, as_json: bool) -> int:
    """Upload the podcast: what changed, media first, the feed last.

    TARGET is a folder, sftp://user@server/folder, s3://bucket/folder, gs://bucket/folder,
    abfs://container/folder, webdavs://server/folder, ftps://server/folder, or any other address
    that fsspec can write to. Whoever listens meanwhile finds everything whole, and a run that was
    cut short is gone on with by the next. What the feed no longer names is deleted after a week.
    Keys are taken from where ssh and the tools of each service have them, passwords from ~/.netrc.
    docs/publishing.md tells all about it.
    """
    from meditations.commands.upload_progress import progress
    from meditations.publishing.gate import retired_guids
    from meditations.publishing.publisher import Wishes, publish
    from meditations.publishing.site_checks import check_site
    from meditations.publishing.staging import staged
    from meditations.publishing.target import open_target, read_address

    address = read_address(target)
    project = find_project()
    now = datetime.now(UTC)
    podcast = _admitted(project, _read_day(as_of) if as_of else now, unreviewed=unreviewed)
    opened = open_target(address)
    _refuse_inside(project, opened)
    for slug, reason in podcast.withheld:
        click.echo(f"{slug} stays here: it {reason}", err=True)
    retired = retired_guids(podcast)
    if not podcast.episodes and not retired:
        raise MeditationError(
            "there is no episode yet that may be published",
            mend="give a script the date from which it may be heard, published: 2026-11-22, and"
            " build again: meditations build",
        )
    wishes = Wishes(now, retired, dry_run)
    with staged(podcast, project.build / "podcast", partial(_contents, project)) as upload:
        with progress() as reporter:
            plan = publish(upload, opened, wishes, reporter)
        outcome = _Outcome(opened.shown, dry_run, podcast.withheld, plan)
        if not dry_run:
            outcome.site = str(podcast.channel.site)
            outcome.feeds = tuple(upload.feeds)
            outcome.remarks = check_site(outcome.site, upload)
    (outcome.tell_json if as_json else outcome.tell)()
    return 1 if any(remark.grave for remark in outcome.remarks or ()) else 0


def _read_day(text: str) -> datetime:
    """A date as scripts have it: a day means 06:00 UTC, a time says its offset."""
    try:
        read = datetime.fromisoformat(f"{text}T06:00:00+00:00" if len(text) == DAY else text)
    except ValueError:
        read = None
    if read is None or read.tzinfo is None:
        raise click.BadParameter(
            "write a day, as 2026-11-22, or a time with its offset, as 2026-11-22T18:00+01:00",
            param_hint="--as-of",
        )
    return read.astimezone(UTC)


def _admitted(project: Project, as_of: datetime, *, unreviewed: bool) -> Podcast:
    """The podcast as it may be published."""
    from meditations.podcast.assembling import read_podcast
    from meditations.publishing.gate import admit
    from meditations.script import read_script

    files = find_scripts(project, ())
    scripts = [read_script(file, project.shown(file)) for file in files]
    podcast = read_podcast(project, scripts, project.build / "tracks", as_of)
    if not podcast.channel.site:
        raise MeditationError(
            "nothing says yet where the podcast will be found",
            mend="add the address of the folder, and build again:"
            " site: https://example.org/meditations/",
            file=project.shown(project.root / "podcast.yaml"),
        )
    return admit(podcast, unreviewed=unreviewed)


def _contents(project: Project, podcast: Podcast) -> Contents:
    """Feed and pages of what may be published, where that is not all that was built."""
    from meditations.commands.podcast_folder import page_writers
    from meditations.podcast.publishing_folder import contents_of

    return contents_of(podcast, project, page_writers()).contents


def _refuse_inside(project: Project, target: object) -> None:
    """A folder that the project itself makes is no place to publish to."""
    from meditations.publishing.local import FolderTarget

    if isinstance(target, FolderTarget):
        build, root = project.build.resolve(), target.root.resolve()
        if root == build or build in root.parents or root in (project.root, *project.root.parents):
            raise MeditationError(
                "the project itself lies there, and what it builds",
                mend="name a folder of its own outside build/",
                file=target.root,
            )


@dataclass
class _Outcome:
    """What came of it."""

    shown: str
    dry_run: bool
    withheld: tuple[tuple[str, str], ...]
    plan: Plan
    site: str = ""
    feeds: tuple[str, ...] = ()
    remarks: list[Remark] | None = field(default_factory=list)

    def tell(self) -> None:
        plan = self.plan
        if self.dry_run:
            for item in plan.send:
                click.echo(f"send    {item.path}  ({_size(item.bytes)}, {item.headers.type})")
            for path in plan.delete:
                click.echo(f"delete  {path}")
        done = "would be sent" if self.dry_run else "sent"
        parts = [f"{_files(len(plan.send))} {done} ({_size(plan.bytes)})"] if plan.send else []
        parts = parts or ["nothing has changed"]
        parts += [f"{plan.kept:,} there already"] if plan.kept else []
        parts += [f"{_files(len(plan.delete))} deleted"] if plan.delete and not self.dry_run else []
        parts += [f"{plan.waiting:,} to go after a week"] if plan.waiting else []
        click.echo(f"{self.shown}: " + ", ".join(parts) + ".")
        self._tell_site()

    def _tell_site(self) -> None:
        if not self.site:
            return
        if self.remarks is None:
            click.echo(
                f"{self.site} does not answer, so nobody could see whether it works there.",
                err=True,
            )
            return
        for remark in sorted(self.remarks, key=lambda remark: not remark.grave):
            mark = "To mend" if remark.grave else "To know"
            click.echo(f"{mark}: {remark.what}\n  {remark.mend}", err=True)
        if not any(remark.grave for remark in self.remarks):
            feeds = " and ".join(self.site + path for path in self.feeds)
            click.echo(f"It is at {self.site}, and the feed at {feeds}")

    def tell_json(self) -> None:
        told: dict[str, Any] = {
            "target": self.shown,
            "dry_run": self.dry_run,
            "sent": [item.path for item in self.plan.send],
            "bytes": self.plan.bytes,
            "kept": self.plan.kept,
            "deleted": list(self.plan.delete),
            "waiting": self.plan.waiting,
            "withheld": [{"slug": slug, "reason": reason} for slug, reason in self.withheld],
            "site_answers": None if not self.site else self.remarks is not None,
            "remarks": [asdict(remark) for remark in self.remarks or ()],
        }
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))


def _files(number: int) -> str:
    return f"{number:,} file" + "s" * (number != 1)


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 100_000 else f"{count / 1e3:.1f} kB"
