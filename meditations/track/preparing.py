"""Whether all that a script names is here: voices, sounds, cover, palette. Nothing is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meditations.errors import FaultyScriptError, MeditationError, Where, nearest
from meditations.plan import BedEvent, Plan, SayEvent, make_plan
from meditations.sound.beds import BedSource, find_source
from meditations.sound.chain_files import find_chain
from meditations.speech.engine import engine_named

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from meditations.project import Project
    from meditations.script import Script
    from meditations.sound.chain import Chain
    from meditations.sound.chain_files import find_chain
from meditations.speech.engine import Engine


def check_script(
    script: Script, project: Project, engines: Mapping[str, Engine] | None = None
) -> Plan:
    """The plan of a script all of whose voices and files are here.

    Raises:
        FaultyScriptError: With everything that is missing.
        MeditationError: If no plan can be made.
    """
    plan = make_plan(script)
    faults: list[MeditationError] = []

    def attempt(check: Callable[[], object], where: Where) -> None:
        try:
            check()
        except MeditationError as error:
            faults.append(error.at(where))

    attempt(lambda: cover_file(script, project), script.file)
    seen: set[object] = set()
    for event in plan.events:
        if isinstance(event, SayEvent) and event.utterance.manner not in seen:
            manner = event.utterance.manner
            seen.add(manner)
            attempt(lambda m=manner: _engine(m.engine, engines).check(m), event.where)  # type: ignore[misc]
            if manner.chain not in seen:
                seen.add(manner.chain)
                attempt(lambda m=manner: find_chain(m.chain, project.root), event.where)  # type: ignore[misc]
        elif isinstance(event, BedEvent) and event.bed and event.bed.sound not in seen:
            name = event.bed.sound
            seen.add(name)
            attempt(lambda n=name: find_source(n, project.root), event.where)  # type: ignore[misc]
    if faults:
        raise FaultyScriptError(faults)
    return plan


def find_sources(plan: Plan, project: Project) -> dict[str, BedSource]:
    """What the backgrounds of a plan are made from, by the names that the script gives them.

    Raises:
        MeditationError: If one is missing.
    """
    names = {event.bed.sound for event in plan.events if isinstance(event, BedEvent) and event.bed}
    return {name: find_source(name, project.root) for name in sorted(names)}


def find_chains(plan: Plan, project: Project) -> dict[str, Chain]:
    """What the voices of a plan go through, by the names that the script gives it.

    Raises:
        MeditationError: If one is missing or faulty.
    """
    names = {utterance.manner.chain for utterance in plan.utterances}
    return {name: find_chain(name, project.root) for name in sorted(names)}


def cover_file(script: Script, project: Project) -> Path | None:
    """The maker's own picture, or None where a cover is drawn.

    Raises:
        MeditationError: If it is missing or outside the project, or the palette is not known.
    """
    if script.palette is not None:
        from meditations.track.cover import PALETTES

        if script.palette not in PALETTES:
            raise MeditationError(
                f"no palette is called '{script.palette}'", mend=nearest(script.palette, PALETTES)
            )
    if script.cover is None:
        return None
    file = (project.root / script.cover).resolve()
    if not file.is_relative_to(project.root):
        raise MeditationError(
            f"the cover '{script.cover}' lies outside the project",
            mend=f"copy it in, and name the copy: cp '{file}' sounds/",
        )
    if not file.is_file():
        raise MeditationError(
            f"the cover '{script.cover}' is not there",
            mend="name a picture in the project, or leave out `cover:` to have one drawn",
        )
    return file


def _engine(name: str, engines: Mapping[str, Engine] | None) -> Engine:
    return (engines or {}).get(name) or engine_named(name)
