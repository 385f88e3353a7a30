"""`meditations check`."""

from __future__ import annotations

import json

import click

from meditations.errors import FaultyScriptError, MeditationError
from meditations.project import find_project, find_scripts


@click.command(epilog="Example: meditations check five-senses")
@click.argument("scripts", nargs=-1, metavar="[SCRIPT]...")
@click.option("--json", "as_json", is_flag=True, help="Tell the faults as JSON.")
def command(scripts: tuple[str, ...], as_json: bool) -> int:
    """Read scripts and tell every fault, with file, line and column.

    A SCRIPT is a file, or the name of one in scripts/; without any, all of scripts/ are read.
    Whether a `length:` can be reached is told from lines that were spoken before, and estimated
    for others. The exit status is 1 where there is a fault.
    """
    from meditations.commands.build import beside
    from meditations.script import read_script
    from meditations.speech.lengths import known_lengths
    from meditations.timeline.timeline import build_timeline
    from meditations.track.preparing import check_script, warnings_of

    project = find_project(beside(scripts))
    files = find_scripts(project, scripts)
    faults: list[MeditationError] = []
    notes: list[MeditationError] = []
    for file in files:
        try:
            plan = check_script(read_script(file, project.shown(file)), project)
            lengths, _ = known_lengths(plan.utterances, project.root)
            build_timeline(plan, lengths)
            notes += [MeditationError(text, where=where) for where, text in warnings_of(plan)]
        except FaultyScriptError as error:
            faults.extend(error.faults)
        except MeditationError as error:
            faults.append(error)
    if as_json:
        click.echo(
            json.dumps(
                {
                    "scripts": len(files),
                    "faults": list(map(_told, faults)),
                    "notes": list(map(_told, notes)),
                },
                indent=1,
            )
        )
    else:
        for fault in faults:
            click.echo(str(fault), err=True)
        for note in notes:
            click.echo(f"To know: {note}", err=True)
        number = f"{len(files)} script" + ("s" if len(files) != 1 else "")
        found = f"{len(faults)} fault" + ("s" if len(faults) != 1 else "")
        click.echo(f"{number} read, {found if faults else 'no fault'}.")
    return 1 if faults else 0


def _told(fault: MeditationError) -> dict[str, object]:
    return {
        "file": str(fault.where.file) if fault.where.file else None,
        "line": fault.where.line,
        "column": fault.where.column,
        "what": fault.what,
        "mend": fault.mend,
    }
