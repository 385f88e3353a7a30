"""`meditations record`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import click

from meditations.errors import MeditationError
from meditations.project import find_project, find_scripts

if TYPE_CHECKING:
    from meditations.project import Project
    from meditations.track.reading_sheets import Sheet

MOST_SHOWN: Final = 20
"""So many lines are listed in the terminal; the sheet has all of them."""


@click.command(epilog="Example: meditations record five-senses")
@click.argument("scripts", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Tell the lines as JSON.")
def command(scripts: tuple[str, ...], as_json: bool) -> None:
    """List what is to be read aloud for a voice of your own, and what is still missing.

    For scripts whose voice is  {engine: recorded, voice: recordings/NAME}: those named, else all
    of them. Each line gets a number, which it keeps, and each script a sheet to read from beside
    the recordings. Recordings bear the number of their line, as in 012.wav.
    """
    from meditations.commands.build import beside
    from meditations.script import read_script
    from meditations.track.reading_sheets import write_sheets

    project = find_project(beside(scripts))
    sheets = []
    for file in find_scripts(project, scripts):
        sheets += write_sheets(read_script(file, project.shown(file)), project)
    if not sheets:
        raise MeditationError(
            "nothing here is spoken by a recorded voice",
            mend="write into the script: voice: {engine: recorded, voice: recordings/my-evening}",
        )
    if as_json:
        click.echo(
            json.dumps([_as_json(sheet, project) for sheet in sheets], ensure_ascii=False, indent=1)
        )
        return
    for sheet in sheets:
        _tell(sheet, project)


def _as_json(sheet: Sheet, project: Project) -> dict[str, Any]:
    return {
        "title": sheet.title,
        "folder": sheet.folder,
        "sheet": str(project.shown(sheet.file)),
        "lines": [
            {"number": line.number, "words": line.words, "file": line.file or None}
            for line in sheet.lines
        ],
        "unused": list(sheet.unused),
    }


def _tell(sheet: Sheet, project: Project) -> None:
    done = len(sheet.lines) - len(sheet.missing)
    click.echo(f"{sheet.title}: {done} of {len(sheet.lines)} lines are in {sheet.folder}")
    for line in sheet.missing[:MOST_SHOWN]:
        click.echo(f"  {line.number:03d}  {line.words}")
    if (more := len(sheet.missing) - MOST_SHOWN) > 0:
        click.echo(f"  and {more} more")
    for name in sheet.unused:
        click.echo(f"  {name} belongs to no line: let its name begin with the line's number")
    click.echo(f"To read from, on screen or printed: {project.shown(sheet.file)}")
