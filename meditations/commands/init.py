"""`meditations init`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Final

import click

from meditations.errors import MeditationError, from_os_error
from meditations.project import Project, slugify

FIRST_SCRIPT: Final = "A Quiet Evening"

RESOURCES: Final = """\
# Help lines and organisations, for all scripts: a script asks for them by what they are `for`,
# as in  resources: [crisis]
# Ring or visit each before you publish, and then write the day in place of `never`.
resources:
  - name: Find A Helpline
    region: worldwide
    for: [crisis, partner violence, sexual violence]
    contact: findahelpline.com
    about: finds help lines by country and subject, by phone, text or chat
    source: https://findahelpline.com
    checked: never

  - name: Befrienders Worldwide
    region: worldwide
    for: [crisis]
    contact: befrienders.org
    about: centres with trained volunteers who listen, in many countries
    source: https://www.befrienders.org
    checked: never

  # Add those of the places where you are heard:
  # - name: Who they are
  #   region: Country
  #   for: [crisis]
  #   contact: how to reach them
  #   about: what they do, in a few words
  #   source: https://where-this-is-written
  #   checked: never
"""

IGNORED: Final = """\
# What comes out of the scripts; it can be made again at any time.
/build/
"""


@click.command(epilog="Example: meditations init quiet-evenings")
@click.argument("folder", type=click.Path(path_type=Path), default=Path(), metavar="[DIR]")
@click.option("--title", metavar="TITLE", help="Of the podcast; after the folder by default.")
def command(folder: Path, title: str | None) -> None:
    """Start a project in DIR, or here: a script, the channel, help lines.

    What is there already stays as it is.
    """
    from meditations.podcast.starting import channel_text, title_of, write_new

    root = folder.resolve()
    title = " ".join((title or title_of(root.name)).split())
    if not title or not title.isprintable():
        raise MeditationError("the title holds characters that cannot be shown, or none at all")
    project = Project(root)
    try:
        project.scripts.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise from_os_error(error, "making the folders") from None
    for name, text in _files(project, channel_text(title)).items():
        file = root / name
        there = file.exists()
        if not there:
            write_new(file, text)
        click.echo(f"{'Kept ' if there else 'Wrote'} {project.shown(file)}")
    into = "" if root == Path.cwd() else f"cd {shlex.quote(str(folder))}, then "
    click.echo(f"Now: {into}meditations build, then meditations play")


def _files(project: Project, channel: str) -> dict[str, str]:
    """The files of a project to start from; without a script where it has some."""
    from meditations.commands.new import script_text
    from meditations.project import track_names

    files = {
        "podcast.yaml": channel,
        "resources.yaml": RESOURCES,
        ".gitignore": IGNORED,
    }
    if not track_names(project):
        slug = slugify(FIRST_SCRIPT)
        files = {f"scripts/{slug}.yaml": script_text(FIRST_SCRIPT, slug), **files}
    return files
