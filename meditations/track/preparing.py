"""Whether all that a script names is here: voices, sounds, cover, palette. Nothing is made."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from meditations.errors import FaultyScriptError, MeditationError, Where, nearest
from meditations.plan import BedEvent, BellEvent, BreathEvent, Event, Plan, SayEvent, make_plan
from meditations.project import SOME_TITLE
from meditations.script.channel import read_channel
from meditations.script.pronunciation import read_lexicon
from meditations.sound import made
from meditations.sound.beds import BedSource, find_source
from meditations.sound.chain_files import find_chain
from meditations.sound.clips import ClipSource, find_clip
from meditations.sound.specs import BedSpec, SoundSpec
from meditations.speech.recorded_engine import RecordedEngine
from meditations.speech.registry import engine_named
from meditations.speech.utterance import RECORDED
from meditations.track.palettes import PALETTES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from meditations.project import Project
    from meditations.script import Script
    from meditations.sound.chain import Chain
    from meditations.speech.engine import Engine
    from meditations.speech.utterance import Manner, Utterance


def check_script(
    script: Script, project: Project, engines: Mapping[str, Engine] | None = None
) -> Plan:
    """The plan of a script all of whose voices and files are here.

    Raises:
        FaultyScriptError: With everything that is missing.
        MeditationError: If no plan can be made.
    """
    plan = with_stand_ins(planned(script, project), script.language, project)
    faults: list[MeditationError] = []

    def attempt(check: Callable[[], object], where: Where) -> None:
        try:
            check()
        except MeditationError as error:
            faults.append(error.at(where))

    def engine_of(manner: Manner) -> Engine:
        return (engines or {}).get(manner.engine) or engine_named(manner.engine, project.root)

    attempt(lambda: cover_file(script, project), script.file)
    seen: set[object] = set()
    for event in plan.events:
        said = event.said if isinstance(event, BreathEvent) else event
        if isinstance(said, SayEvent) and said.utterance.sounds:
            attempt(lambda u=said.utterance: _refuse_sounds(u, engine_of(u.manner)), said.where)  # type: ignore[misc]
        if isinstance(said, SayEvent) and said.utterance.manner not in seen:
            manner = said.utterance.manner
            seen.add(manner)
            attempt(lambda m=manner: engine_of(m).check(m), event.where)  # type: ignore[misc]
            if manner.chain not in seen:
                seen.add(manner.chain)
                attempt(lambda m=manner: find_chain(m.chain, project.root), event.where)  # type: ignore[misc]
        if isinstance(event, BedEvent | BellEvent | BreathEvent):
            for spec in _specs(event):
                if spec not in seen:
                    seen.add(spec)
                    attempt(lambda s=spec: _find(s, project.root), event.where)  # type: ignore[misc]
    if faults:
        raise FaultyScriptError(faults)
    return plan


def planned(script: Script, project: Project) -> Plan:
    """The plan of a script, its words said as the project says them; nothing is looked for.

    Raises:
        MeditationError: If no plan can be made.
    """
    lexicon = read_lexicon(project, script.language, script.pronunciation)
    return make_plan(script, project.root, lexicon)


def with_stand_ins(plan: Plan, language: str, project: Project) -> Plan:
    """The plan with the voice in the place of a recording that is missing, where one is named.

    Raises:
        MeditationError: If recordings cannot be read, at the place that asks for them.
    """
    engine = RecordedEngine(project.root)

    def stood_in(said: SayEvent) -> SayEvent:
        if said.utterance.manner.engine != RECORDED:
            return said
        try:
            return replace(said, utterance=engine.stand_in(said.utterance, language))
        except MeditationError as error:
            raise error.at(said.where) from None

    def changed(event: Event) -> Event:
        if isinstance(event, SayEvent):
            return stood_in(event)
        if isinstance(event, BreathEvent) and event.said:
            return replace(event, said=stood_in(event.said))
        return event

    return replace(plan, events=tuple(map(changed, plan.events)))


def not_ready(plan: Plan, project: Project) -> list[MeditationError]:
    """What is missing for lines of a plan whose voices are here, such as recordings; in order."""
    faults = []
    for utterance, where in {said.utterance: said.where for said in plan.said}.items():
        try:
            engine_named(utterance.manner.engine, project.root).basis(utterance)
        except MeditationError as error:
            faults.append(error.at(where))
    return faults


def recording_folders(script: Script, project: Project) -> list[Path]:
    """The folders of its recordings; what comes into them later may be of use."""
    voices = {u.manner.voice: u.manner.engine for u in planned(script, project).utterances}
    folders = [project.root / voice for voice, engine in voices.items() if engine == RECORDED]
    return [folder for folder in folders if folder.is_dir()]


def named(script: Script, project: Project) -> Script:
    """The script with an author and an album: where it is silent, those of the podcast.

    A `podcast.yaml` at fault stops no track: the podcast's own step tells of it, and once it is
    mended the tracks that take their names from it are made anew.
    """
    if script.author and script.album:
        return script
    author = album = SOME_TITLE
    try:
        channel = read_channel(project)
        author, album = channel.author, channel.title_in(script.language)
    except MeditationError:
        pass
    names = {"author": script.author or author, "album": script.album or album}
    return script.model_copy(update=names)


Source = BedSource | ClipSource


def find_sources(plan: Plan, project: Project) -> dict[SoundSpec, Source]:
    """What backgrounds, bells and tones of a plan are made from, in the order of first use.

    Raises:
        MeditationError: If one is missing.
    """
    specs = dict.fromkeys(spec for event in plan.events for spec in _specs(event))
    return {spec: _find(spec, project.root) for spec in specs}


def credits_of(plan: Plan) -> dict[SoundSpec, tuple[str, str]]:
    """Whom each sound is owed to and under which licence, where the script says so."""
    found: dict[SoundSpec, tuple[str, str]] = {
        bed.spec: (bed.credit, bed.license) for bed, _ in plan.beds
    }
    for event in plan.events:
        if isinstance(event, BellEvent):
            found[event.bell] = (event.credit, event.license)
    return found


def warnings_of(plan: Plan) -> list[tuple[Where, str]]:
    """What a maker has to know, and to tell listeners, about backgrounds of a plan; each once."""
    told = {
        bed.spec.sound: (where, made.KINDS[bed.spec.sound].warning)
        for bed, where in reversed(list(plan.beds))
        if bed.spec.sound in made.KINDS and made.KINDS[bed.spec.sound].warning
    }
    return list(told.values())


def place_of(plan: Plan, spec: SoundSpec) -> Where:
    """Where a sound is asked for first."""
    return next(event.where for event in plan.events if spec in _specs(event))


def _specs(event: Event) -> tuple[SoundSpec, ...]:
    """What sounds in an event besides the voice."""
    match event:
        case BedEvent():
            return tuple(bed.spec for bed in event.beds)
        case BellEvent():
            return (event.bell,)
        case BreathEvent() if event.swell:
            return (event.swell,)
    return ()


def _find(spec: SoundSpec, root: Path) -> Source:
    return find_source(spec, root) if isinstance(spec, BedSpec) else find_clip(spec, root)


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
    if script.palette is not None and script.palette not in PALETTES:
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


def _refuse_sounds(utterance: Utterance, engine: Engine) -> None:
    """Raises a MeditationError where sounds are given to an engine that cannot read them."""
    if not engine.reads_ipa:
        word = utterance.words[utterance.sounds[0].first].strip(".,;:!?…")
        raise MeditationError(
            f"the engine {engine.name} cannot read the sounds that `ipa` gives for '{word}'",
            mend=f'write how it sounds in letters: ({word})[sub:"…"]',
        )
    engine.basis(utterance)
