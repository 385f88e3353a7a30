"""`meditations check --pronunciation`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from meditations.errors import FaultyScriptError, MeditationError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from meditations.plan.doubts import Doubt
    from meditations.project import Project


def check_pronunciation(project: Project, files: Sequence[Path], *, as_json: bool) -> int:
    """Tells which words a voice may not say as they are meant; 1 where a script has faults."""
    doubts: list[Doubt] = []
    faults: list[MeditationError] = []
    unlisted: dict[str, str] = {}
    for file in files:
        try:
            doubts += _doubts(file, project, unlisted)
        except FaultyScriptError as error:
            faults.extend(error.faults)
        except MeditationError as error:
            faults.append(error)
    if as_json:
        told = {"scripts": len(files), "faults": [*map(str, faults)],
                "doubts": [*map(_told, doubts)], "no_word_list": list(unlisted)}  # fmt: skip
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        for one in (*faults, *doubts):
            click.echo(str(one), err=True)
        for language, where in unlisted.items():
            what = f"there is no list of words for the language '{language}'"
            click.echo(f"To know: {where}: {what}, so capitals, figures and letters are all that"
                       " was looked at", err=True)  # fmt: skip
        count = len(doubts)
        found = "no doubtful word" if not count else f"{count} doubtful word" + "s" * (count > 1)
        click.echo(f"{len(files)} script" + "s" * (len(files) != 1) + f" read, {found}.")
    return 1 if faults else 0


def _doubts(file: Path, project: Project, unlisted: dict[str, str]) -> list[Doubt]:
    from meditations.plan.doubts import doubts_of
    from meditations.plan.vocabulary import can_tell
    from meditations.script import read_script
    from meditations.script.pronunciation import read_lexicon
    from meditations.track.preparing import check_script

    script = read_script(file, project.shown(file))
    plan = check_script(script, project)
    if not can_tell(script.language):
        unlisted.setdefault(script.language, str(script.place("language")))
    lexicon = read_lexicon(project, script.language, script.pronunciation)
    return doubts_of(plan, script.language, lexicon, file)


def _told(doubt: Doubt) -> dict[str, Any]:
    return {
        "file": str(doubt.where.file) if doubt.where.file else None,
        "line": doubt.where.line,
        "column": doubt.where.column,
        "word": doubt.word,
        "why": doubt.why,
        "said": doubt.said or None,
        "times": doubt.times,
        "mend": doubt.mend,
    }
