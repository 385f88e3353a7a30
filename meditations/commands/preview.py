"""`meditations preview`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from meditations.errors import MeditationError, nearest
from meditations.project import find_project, find_scripts
from meditations.quantities import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from meditations.script import Script
    from meditations.script.model import SayStep, Section, Step


@click.command(epilog="Example: meditations preview five-senses --line 30")
@click.argument("script")
@click.option("--line", type=click.IntRange(1), metavar="N", help="Speech in line N of the file.")
@click.option("--section", metavar="NAME", help="A section, by its title or its number from 1.")
@click.option("--voice", metavar="NAME", help="Another voice, as `meditations voices` names them.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="Write the MP3 there instead of build/previews/.",
)  # fmt: skip
def command(
    script: str, line: int | None, section: str | None, voice: str | None, output: Path | None
) -> None:
    """Hear one line or one section at once; without either, the first section.

    On a terminal the sound is opened in the player that belongs to MP3 files.
    """
    if line is not None and section is not None:
        raise click.UsageError("Choose one of --line and --section.")
    from meditations.commands.build import beside
    from meditations.script import read_script
    from meditations.track.pipeline import build_excerpt
    from meditations.track.sounding import Stores, Workshop
    from meditations.workers import Workers, default_jobs

    project = find_project(beside((script,)))
    file = find_scripts(project, [script])[0]
    read = read_script(file, project.shown(file))
    if line is not None:
        sections, name = [_with_line(read, line)], f"line-{line}"
    else:
        chosen, number = _section(read, section)
        sections, name = [chosen], f"section-{number}"
    target = output or project.build / "previews" / f"{read.slug}-{name}.mp3"
    with Workers(min(default_jobs(), 4)) as workers:
        length_ms = build_excerpt(
            _shortened(read, sections, voice),
            project,
            target.absolute(),
            Workshop(workers, Stores.open()),
        )
    click.echo(f"{target}: {format_duration(length_ms)}")
    if output is None and sys.stdout.isatty():
        click.launch(str(target))


def _shortened(script: Script, sections: Sequence[Section], voice: str | None) -> Script:
    """These sections alone, the waiting taken out, and with another voice if asked."""
    from meditations.script.model import Bells, Duration, Voice
    from meditations.speech.voices import NAMED

    short, soon = Duration(ms=500), Duration(ms=1_200)
    changes: dict[str, object] = {
        "pace": script.pace.model_copy(update={"lead_in": soon, "tail": soon}),
        "length": None,
        "sections": tuple(sections),
    }
    changes["background"] = tuple(
        layer.model_copy(update={"fade_in": short, "fade_out": short})
        for layer in script.background
    )
    changes["bells"] = Bells()
    if voice is not None:
        named = Voice(name=voice) if voice in NAMED else script.voice.model_copy(
            update={"voice": voice})  # fmt: skip
        changes["voice"] = named
    return script.model_copy(update=changes)


def _section(script: Script, wanted: str | None) -> tuple[Section, int]:
    titles = {section.title: number for number, section in enumerate(script.sections, 1)}
    if wanted is None:
        number = 1
    elif wanted.isdigit() and 1 <= int(wanted) <= len(script.sections):
        number = int(wanted)
    elif wanted in titles:
        number = titles[wanted]
    else:
        raise MeditationError(
            f"there is no section '{wanted}'", mend=nearest(wanted, titles), where=script.file
        )
    return script.sections[number - 1], number


def _with_line(script: Script, line: int) -> Section:
    """A section that holds nothing but the speech in that line of the file."""
    lines = []
    for section in script.sections:
        for step in _spoken(section.script):
            if line in {step.where.line, step.say.where.line}:
                return section.model_copy(update={"script": (step,)})
            lines.append(step.where.line)
    near = min(lines, key=lambda n: abs(n - line), default=None)
    raise MeditationError(
        f"nothing is spoken in line {line}",
        mend=f"the nearest speech is in line {near}" if near else "",
        where=script.file,
    )


def _spoken(steps: Sequence[Step]) -> Iterator[SayStep]:
    from meditations.script.model import RepeatStep, SayStep

    for step in steps:
        if isinstance(step, SayStep):
            yield step
        elif isinstance(step, RepeatStep):
            yield from _spoken(step.repeat.script)
