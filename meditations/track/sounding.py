"""From a plan to encoded windows: speech and beds are made or found, placed, mixed, encoded."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from meditations.errors import FaultyScriptError, MeditationError, Where
from meditations.mix.windows import WINDOW_FRAMES
from meditations.plan import Plan
from meditations.quantities import FRAMES_PER_MS
from meditations.sound.beds import BedSource, PreparedBed, kept_bed, prepare_bed
from meditations.sound.clips import ClipSource, prepare_clip
from meditations.sound.specs import SoundSpec
from meditations.speech.engine import Engine
from meditations.speech.registry import engine_named
from meditations.speech.takes import (
    Take,
    TakeRequest,
    kept_take,
    made_by,
    make_takes,
    take_key,
)
from meditations.store import Store, cache_folder
from meditations.timeline.timeline import Timeline, build_timeline
from meditations.track.headroom import check_headroom
from meditations.track.preparing import (
    Source,
    credits_of,
    find_chains,
    find_sources,
    place_of,
)
from meditations.workers import Workers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from meditations.project import Project
    from meditations.sound.chain import Chain
    from meditations.speech.utterance import Utterance


class Reporter(Protocol):
    """Is told how far a track is."""

    def stage(self, name: str, total: int) -> None:
        """A stage begins that has `total` steps."""

    def advance(self, what: str) -> None:
        """One step of the stage is done; `what` says which."""


class Silent:
    """A reporter that keeps quiet."""

    def stage(self, name: str, total: int) -> None:
        """Says nothing."""

    def advance(self, what: str) -> None:
        """Says nothing."""


@dataclass(frozen=True, slots=True)
class Stores:
    """Where takes, beds and windows are kept."""

    takes: Store
    beds: Store
    windows: Store

    @classmethod
    def open(cls, folder: Path | None = None, *, fresh: bool = False) -> Stores:
        """The stores in `folder`, or in the user's cache; `fresh` ones use nothing kept."""
        base = folder or cache_folder()
        return cls(*(Store(base / name, fresh) for name in ("takes", "beds", "windows")))


@dataclass(frozen=True, slots=True)
class Workshop:
    """What a track is made with.

    Attributes:
        workers: The processes.
        stores: What is kept.
        engines: Engines by name, in the place of the registered ones: for tests.
    """

    workers: Workers
    stores: Stores
    engines: Mapping[str, Engine] = field(default_factory=dict)

    def engine(self, name: str, project: Project) -> Engine:
        """The engine of that name, for a project."""
        return self.engines.get(name) or engine_named(name, project.root)


@dataclass(frozen=True, slots=True)
class Sounding:
    """A timeline with all that sounds in it; `persons` are engines whose voices are people's."""

    timeline: Timeline
    takes: dict[Utterance, Take]
    sources: dict[SoundSpec, Source]
    beds: dict[SoundSpec, PreparedBed]
    engines: dict[str, str]
    persons: frozenset[str]
    chains: dict[str, Chain]
    credits: dict[SoundSpec, tuple[str, str]]


def sound(
    plan: Plan,
    project: Project,
    workshop: Workshop,
    reporter: Reporter,
    then: Callable[[], object] = lambda: None,
) -> tuple[Sounding, int]:
    """Speaks, prepares the beds, and places everything; also how many lines were spoken anew.

    `then` is called when the workers have all lines: for what this process can do meanwhile.
    """
    sources = find_sources(plan, project)
    pending = {
        spec: _prepare(source, workshop)
        for spec, source in sources.items()
        if kept_bed(workshop.stores.beds, _key(source)) is None
    }
    spoken = _speak(plan, project, workshop, reporter, then)
    lengths = {utterance: take.speech_frames for utterance, take in spoken.takes.items()}
    timeline = build_timeline(plan, lengths, spoken.takes)
    beds: dict[SoundSpec, PreparedBed] = {}
    for spec, source in sources.items():
        try:
            found = None if spec in pending else kept_bed(workshop.stores.beds, _key(source))
            beds[spec] = found or workshop.workers.result(
                pending.get(spec) or _prepare(source, workshop)
            )
        except MeditationError as error:
            raise error.at(place_of(plan, spec)) from None
    _refuse_long_bells(timeline, sources, beds)
    check_headroom(timeline, beds)
    sounding = Sounding(
        timeline, spoken.takes, sources, beds, spoken.engines, spoken.persons, spoken.chains,
        credits_of(plan),
    )  # fmt: skip
    return sounding, spoken.anew


@dataclass(frozen=True, slots=True)
class _Spoken:
    """All takes, the engines that spoke with their versions, the chains, and how many are new."""

    takes: dict[Utterance, Take]
    engines: dict[str, str]
    persons: frozenset[str]
    chains: dict[str, Chain]
    anew: int


def _speak(
    plan: Plan,
    project: Project,
    workshop: Workshop,
    reporter: Reporter,
    then: Callable[[], object],
) -> _Spoken:
    store, chains = workshop.stores.takes, find_chains(plan, project)
    takes: dict[Utterance, Take | None] = {}
    missing: dict[Engine, list[TakeRequest]] = {}
    versions: dict[str, str] = {}
    persons: set[str] = set()
    faults: list[MeditationError] = []
    for utterance, where in _places(plan).items():
        try:
            engine = workshop.engine(utterance.manner.engine, project)
            by = made_by(engine, utterance)
        except MeditationError as error:
            if all(error.what != fault.what for fault in faults):
                faults.append(error.at(where))  # all that is missing is told at once
            continue
        if not engine.synthetic:
            persons.add(engine.name)
        chain = chains[utterance.manner.chain]
        versions[engine.name] = by[0]
        key = take_key(utterance, by, chain)
        takes[utterance] = kept_take(store, key)  # its place in the order, if nothing else
        if takes[utterance] is None:
            missing.setdefault(engine, []).append(TakeRequest(utterance, chain, key, where))
    if faults:
        raise FaultyScriptError(faults)
    count = sum(map(len, missing.values()))
    reporter.stage("speaking", count)
    # Small shares: none of the workers is to wait for the last one long.
    size = max(1, min(2, count // (3 * workshop.workers.jobs)))
    pending = {
        tuple(share): workshop.workers.submit(make_takes, share, engine, store)
        for engine, requests in missing.items()
        for share in (requests[n : n + size] for n in range(0, len(requests), size))
    }
    then()
    for share, made in workshop.workers.gather(
        pending, lambda share: _tell(share, reporter)
    ).items():
        takes |= {request.utterance: take for request, take in zip(share, made, strict=True)}
    made_or_kept = {u: take for u, take in takes.items() if take is not None}
    return _Spoken(made_or_kept, versions, frozenset(persons), chains, count)


def _tell(share: Sequence[TakeRequest], reporter: Reporter) -> None:
    for request in share:
        reporter.advance(request.utterance.text)


def _key(source: Source) -> str:
    return source.key(WINDOW_FRAMES) if isinstance(source, BedSource) else source.key()


def _prepare(source: Source, workshop: Workshop) -> Future[PreparedBed]:
    """Has a bed or a clip prepared by a worker."""
    if isinstance(source, BedSource):
        return workshop.workers.submit(prepare_bed, source, workshop.stores.beds, WINDOW_FRAMES)
    return workshop.workers.submit(prepare_clip, source, workshop.stores.beds)


def _refuse_long_bells(
    timeline: Timeline, sources: Mapping[SoundSpec, Source], beds: Mapping[SoundSpec, PreparedBed]
) -> None:
    """A bell from a file has to end before the next thing happens: it does not die away by itself.

    Raises:
        MeditationError: If one does not.
    """
    for cue in timeline.clips:
        source, frames = sources[cue.spec], beds[cue.spec].period_frames
        if isinstance(source, ClipSource) and source.file and frames > cue.room_frames:
            sounds_s = -(-frames // (100 * FRAMES_PER_MS)) / 10
            raise MeditationError(
                f"the bell sounds for {sounds_s:g} s, and only"
                f" {cue.room_frames / FRAMES_PER_MS / 1000:g} s are left for it",
                mend=f"write every: {sounds_s:g}s or more, or cut the file shorter",
                where=cue.where,
            )


def _places(plan: Plan) -> dict[Utterance, Where]:
    """Where each utterance is written first."""
    places: dict[Utterance, Where] = {}
    for said in plan.said:
        places.setdefault(said.utterance, said.where)
    return places
