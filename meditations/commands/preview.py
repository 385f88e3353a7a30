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

    from meditations.project import Project
    from meditations.script import Script
    from meditations.script.model import SayStep, Section, Step, Voice
    from meditations.track.sounding import Workshop


@click.command(epilog="Example: meditations preview five-senses --line 30")
@click.argument("script")
@click.option("--line", type=click.IntRange(1), metavar="N", help="Speech in line N of the file.")
@click.option("--section", metavar="NAME", help="A section, by its title or its number from 1.")
@click.option("--voice", metavar="NAME", help="Another voice, as `meditations voices` names them.")
@click.option(
    "--voices", metavar="NAME,…",
    help="Several voices, side by side on one page: such as gentle,low,en-gb+f2,flite:slt.",
)  # fmt: skip
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="PATH",
    help="Write the MP3, or the folder of the page, there instead of into build/previews/.",
)  # fmt: skip
def command(  # noqa: PLR0913, PLR0917 - one for each option
    script: str,
    line: int | None,
    section: str | None,
    voice: str | None,
    voices: str | None,
    output: Path | None,
) -> None:
    """Hear one line or one section at once; without either, the first section.

    On a terminal the sound is opened in the player that belongs to MP3 files, and the page that
    --voices makes in the browser. A voice is one of the script's own, a named one, a voice of the
    script's engine, or one of another engine as ENGINE:VOICE.
    """
    if line is not None and section is not None:
        raise click.UsageError("Choose one of --line and --section.")
    if voice is not None and voices is not None:
        raise click.UsageError("Choose one of --voice and --voices.")
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
    base = project.build / "previews" / f"{read.slug}-{name}"
    with Workers(min(default_jobs(), 4)) as workers:
        workshop = Workshop(workers, Stores.open())
        if voices is not None:
            short = _shortened(read, sections).model_copy(update={"background": ()})
            target = (output or base.with_name(f"{base.name}-voices")).absolute()
            target = _side_by_side(short, voices, target, project, workshop)
            click.echo(f"Listen to them in a browser: {target.as_uri()}")
        else:
            short = _shortened(read, sections)
            short = _spoken_by(short, voice) if voice else short
            target = output or base.with_name(f"{base.name}.mp3")
            length_ms = build_excerpt(short, project, target.absolute(), workshop)
            click.echo(f"{target}: {format_duration(length_ms)}")
    if output is None and sys.stdout.isatty():
        click.launch(str(target))


def _side_by_side(
    script: Script, voices: str, folder: Path, project: Project, workshop: Workshop
) -> Path:
    """Writes one page on which each of the voices says what the script says."""
    from meditations.plan import make_plan
    from meditations.track.samples import Group, Sample, write_samples

    asked = dict.fromkeys(name.strip() for name in voices.split(",") if name.strip())
    if not asked:
        raise click.UsageError("--voices wants names, such as gentle,low.")
    samples = tuple(
        Sample(_as_written(name, script), "", f"voice-{number}.mp3", _spoken_by(script, name))
        for number, name in enumerate(asked, 1)
    )
    said = " ".join(event.caption for event in make_plan(script, project.root).said)
    return write_samples(folder, said, [Group("Voices", "", samples)], project, workshop)


def _spoken_by(script: Script, name: str) -> Script:
    """The script, with this voice for all that it says, whoever says it otherwise."""
    sections = tuple(
        section.model_copy(
            update={"voice": None, "script": tuple(map(_in_one_voice, section.script))}
        )
        for section in script.sections
    )
    return script.model_copy(update={"voice": _voice(name, script), "sections": sections})


def _in_one_voice(step: Step) -> Step:
    from meditations.script.model import RepeatStep, SayStep

    if isinstance(step, SayStep):
        return step.model_copy(update={"say": step.say.model_copy(update={"voice": None})})
    if isinstance(step, RepeatStep):
        steps = tuple(map(_in_one_voice, step.repeat.script))
        return step.model_copy(update={"repeat": step.repeat.model_copy(update={"script": steps})})
    return step


def _voice(name: str, script: Script) -> Voice:
    from meditations.script.model import Voice
    from meditations.speech.registry import engine_names
    from meditations.speech.voices import NAMED

    engine, colon, own = name.partition(":")
    if name in script.voices or name in NAMED:
        return Voice(name=name)
    if colon and engine in engine_names():
        return Voice(engine=engine, voice=own)
    return script.voice.model_copy(update={"voice": name})


def _as_written(name: str, script: Script) -> str:
    """What a maker writes to have this voice."""
    voice = _voice(name, script)
    if voice.name == name:
        return f"voice: {name}"
    told = {"engine": voice.engine, "voice": voice.voice}
    return "voice: {" + ", ".join(f"{key}: {value}" for key, value in told.items() if value) + "}"


def _shortened(script: Script, sections: Sequence[Section]) -> Script:
    """These sections alone, and the waiting taken out."""
    from meditations.script.model import Bells, Duration

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
