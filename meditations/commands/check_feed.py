"""`meditations check --feed`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from meditations.errors import FaultyScriptError, MeditationError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from meditations.podcast.publishing_folder import Published
    from meditations.project import Project


def check_feed(project: Project, *, as_json: bool) -> int:
    """Checks the feed that the finished tracks make; nothing of the podcast's folder is written."""
    from meditations.podcast.checking import Checked
    from meditations.podcast.feed_checks import check_contents

    try:
        published = _published(project)
        checked = check_contents(published.contents)
        count = len(published.podcast.everything)
        for slug, why in published.podcast.withheld:
            checked.notes.append(MeditationError(f"'{slug}' is not in the podcast: {why}"))
    except FaultyScriptError as error:
        checked, count = Checked(list(error.faults)), 0
    except MeditationError as error:
        checked, count = Checked([error]), 0
    if as_json:
        told = {"episodes": count, "faults": _told(checked.faults), "notes": _told(checked.notes)}
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        for fault in checked.faults:
            click.echo(str(fault), err=True)
        for note in checked.notes:
            click.echo(f"To know: {note}", err=True)
        faults = len(checked.faults)
        found = "no fault" if not faults else f"{faults} fault" + "s" * (faults > 1)
        click.echo(f"{count} episode" + "s" * (count != 1) + f", {found}.")
    return 1 if checked.faults else 0


def _published(project: Project) -> Published:
    from meditations.commands.podcast_folder import page_writers
    from meditations.podcast.publishing_folder import publishing_contents
    from meditations.project import find_scripts
    from meditations.script import read_script

    scripts = [read_script(file, project.shown(file)) for file in find_scripts(project, [])]
    return publishing_contents(project, scripts, project.build / "tracks", page_writers())


def _told(faults: Iterable[MeditationError]) -> list[dict[str, Any]]:
    return [
        {"file": str(f.where.file) if f.where.file else None, "what": f.what, "mend": f.mend}
        for f in faults
    ]
