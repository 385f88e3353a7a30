"""The way through, for one track: script, plan, takes, timeline, windows, MP3, track."""

from __future__ import annotations

import shutil
import uuid
from concurrent.futures import FIRST_EXCEPTION, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from meditations.errors import MeditationError, Where, from_os_error
from meditations.mix.mixer import encoder_name, make_window
from meditations.mix.windows import WINDOW_FRAMES, Window, cut_windows
from meditations.mp3.stream import frame_count, join
from meditations.plan import make_plan
from meditations.sound.beds import BedSource, PreparedBed, kept_bed, prepare_bed
from meditations.speech.engine import Engine, engine_named
from meditations.speech.takes import Take, engine_version, kept_take, make_take, take_key
from meditations.store import Store, cache_folder, file_digest
from meditations.timeline.timeline import Timeline, build_timeline
from meditations.track import sidecars
from meditations.track.freshness import outputs_of
from meditations.track.loudness import track_loudness
from meditations.track.preparing import check_script, cover_file, find_sources
from meditations.track.record import make_record, record_text
from meditations.track.tags import write_tags
from meditations.workers import Workers, broken_pool

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from meditations.plan import Plan
    from meditations.project import Project
    from meditations.script import Script
    from meditations.script.model import Section
    from meditations.speech.utterance import Utterance

T = TypeVar("T")


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

    def engine(self, name: str) -> Engine:
        """The engine of that name."""
        return self.engines.get(name) or engine_named(name)


@dataclass(frozen=True, slots=True)
class Sounding:
    """A timeline with all that sounds in it."""

    timeline: Timeline
    takes: dict[Utterance, Take]
    sources: dict[str, BedSource]
    beds: dict[str, PreparedBed]
    engines: dict[str, str]


@dataclass(frozen=True, slots=True)
class BuiltTrack:
    """What came out, and from which files besides the script."""

    slug: str
    mp3: Path
    length_ms: int
    inputs: tuple[Path, ...]
    spoken: int
    encoded: int


def build_track(
    script: Script,
    project: Project,
    folder: Path,
    workshop: Workshop,
    reporter: Reporter | None = None,
) -> BuiltTrack:
    """Makes a track and everything beside it, or leaves what was there as it was.

    Args:
        script: What to make.
        project: Where the files that it names are looked for.
        folder: Where the track goes.
        workshop: Workers, stores, engines.
        reporter: Is told how far it is.

    Raises:
        MeditationError: If a line cannot be spoken, a sound cannot be read, a length cannot be
            reached, or a file cannot be written.
    """
    reporter = reporter or Silent()
    plan = check_script(script, project, workshop.engines)
    own_cover = cover_file(script, project)
    cover = workshop.workers.submit(
        _draw_cover, script.title, script.palette or "", script.slug, own_cover
    )
    sounding, spoken = sound(plan, project, workshop, reporter)
    windows, encoded = encode(sounding, workshop, reporter)
    png, jpeg = _result(cover)
    mp3 = _write(script, sounding, windows, (png, jpeg), folder)
    inputs = [source.file for source in sounding.sources.values() if source.file]
    if own_cover:
        inputs.append(own_cover)
    return BuiltTrack(
        script.slug, mp3, sidecars.ms(sounding.timeline.frames), tuple(inputs), spoken, encoded
    )


def build_excerpt(
    script: Script,
    sections: Sequence[Section],
    project: Project,
    target: Path,
    workshop: Workshop,
    reporter: Reporter | None = None,
) -> int:
    """Makes an MP3 of some sections alone, without tags or sidecars; returns its length in ms."""
    reporter = reporter or Silent()
    plan = make_plan(script, sections=sections)
    sounding, _ = sound(plan, project, workshop, reporter)
    windows, _ = encode(sounding, workshop, reporter)
    from meditations.store import written_whole

    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise from_os_error(error, f"writing {target.name}") from None
    with written_whole(target) as beside, beside.open("wb") as stream:
        join(sounding.timeline.frames, windows, stream)
    return sidecars.ms(sounding.timeline.frames)


def sound(
    plan: Plan, project: Project, workshop: Workshop, reporter: Reporter
) -> tuple[Sounding, int]:
    """Speaks, prepares the beds, and places everything; also how many lines were spoken anew."""
    sources = find_sources(plan, project)
    pending_beds = {
        name: workshop.workers.submit(prepare_bed, source, workshop.stores.beds, WINDOW_FRAMES)
        for name, source in sources.items()
        if kept_bed(workshop.stores.beds, source.key(WINDOW_FRAMES)) is None
    }
    takes, engines, spoken = _speak(plan, workshop, reporter)
    timeline = build_timeline(
        plan, {utterance: take.speech_frames for utterance, take in takes.items()}
    )
    beds: dict[str, PreparedBed] = {}
    for name, source in sources.items():
        if name in pending_beds:
            beds[name] = _result(pending_beds[name])
        else:
            kept = kept_bed(workshop.stores.beds, source.key(WINDOW_FRAMES))
            beds[name] = kept or prepare_bed(source, workshop.stores.beds, WINDOW_FRAMES)
    return Sounding(timeline, takes, sources, beds, engines), spoken


def encode(
    sounding: Sounding, workshop: Workshop, reporter: Reporter
) -> tuple[list[Path], int]:
    """The files of all windows, in order; also how many were encoded anew."""
    store, encoder = workshop.stores.windows, encoder_name()
    windows = cut_windows(sounding.timeline, sounding.takes, sounding.beds)
    keys = [window.key(encoder) for window in windows]
    takes = {take.key: take.file for take in sounding.takes.values()}
    beds = {bed.key: bed for bed in sounding.beds.values()}
    pending: dict[str, Future[Path]] = {}
    kept: dict[str, Path] = {}
    for window, key in zip(windows, keys, strict=True):
        if key in pending or key in kept:
            continue
        found = _kept_window(store, key, window)
        if found:
            kept[key] = found
            continue
        pending[key] = workshop.workers.submit(
            make_window, window,
            {placed.take_key: takes[placed.take_key] for placed in window.takes},
            {part.bed_key: beds[part.bed_key] for part in window.beds},
            store, key,
        )  # fmt: skip
    reporter.stage("mixing", len(pending))
    made = _gather(pending, lambda key: reporter.advance(""))
    return [made.get(key) or kept[key] for key in keys], len(pending)


def _kept_window(store: Store, key: str, window: Window) -> Path | None:
    from meditations.mp3.stream import FRAME_BYTES

    found = store.find(key, ".mp3")
    if found and found.stat().st_size == window.mp3_frames * FRAME_BYTES:
        return found
    return None


def _speak(
    plan: Plan, workshop: Workshop, reporter: Reporter
) -> tuple[dict[Utterance, Take], dict[str, str], int]:
    store = workshop.stores.takes
    engines: dict[str, Engine] = {}
    places = _places(plan)
    takes: dict[Utterance, Take | None] = {}
    pending: dict[Utterance, Future[Take]] = {}
    for utterance in plan.utterances:
        manner = utterance.manner
        try:
            engine = engines.setdefault(manner.engine, workshop.engine(manner.engine))
            key = take_key(utterance, engine_version(engine))
        except MeditationError as error:
            raise error.at(places[utterance]) from None
        takes[utterance] = kept_take(store, key)  # its place in the order, filled in below
        if takes[utterance] is None:
            pending[utterance] = workshop.workers.submit(make_take, utterance, engine, store, key)
    reporter.stage("speaking", len(pending))
    made = _gather(pending, lambda utterance: reporter.advance(utterance.text), places)
    done = {utterance: made.get(utterance) or take for utterance, take in takes.items()}
    versions = {name: engine_version(engine) for name, engine in engines.items()}
    return {u: take for u, take in done.items() if take is not None}, versions, len(pending)


def _places(plan: Plan) -> dict[Utterance, Where]:
    """Where each utterance is written first."""
    from meditations.plan import SayEvent

    places: dict[Utterance, Where] = {}
    for event in plan.events:
        if isinstance(event, SayEvent):
            places.setdefault(event.utterance, event.where)
    return places


K = TypeVar("K")


def _gather(
    pending: Mapping[K, Future[T]],
    tell: Callable[[K], None],
    places: Mapping[K, Where] | None = None,
) -> dict[K, T]:
    """All results; with the first fault the rest is given up, and the fault gets its place."""
    names = {future: name for name, future in pending.items()}
    done: dict[K, T] = {}
    waiting = set(names)
    while waiting:
        finished, waiting = wait(waiting, timeout=1.0, return_when=FIRST_EXCEPTION)
        for future in sorted(finished, key=lambda f: list(names).index(f)):
            name = names[future]
            try:
                done[name] = _result(future)
            except MeditationError as error:
                for other in waiting:
                    other.cancel()
                raise (error.at(places[name]) if places else error) from None
            tell(name)
    return done


def _result(future: Future[T]) -> T:
    try:
        return future.result()
    except BrokenProcessPool:
        raise broken_pool() from None
    except OSError as error:
        raise from_os_error(error, "building the track") from None


def _draw_cover(
    title: str, palette: str, slug: str, file: Path | None
) -> tuple[bytes, bytes]:
    """The cover as PNG and as JPEG. Runs in a worker."""
    from meditations.track import cover

    if file is not None:
        image = cover.fit_cover(file)
    else:
        image = cover.draw_cover(title, palette or cover.palette_for(slug))
    import io

    held = io.BytesIO()
    image.save(held, 'PNG')
    return held.getvalue(), cover.cover_jpeg(image)


def _write(
    script: Script,
    sounding: Sounding,
    windows: Sequence[Path],
    cover: tuple[bytes, bytes],
    folder: Path,
) -> Path:
    """Writes all files beside their places and moves them there together, the record last."""
    timeline = sounding.timeline
    staging = folder / f".{script.slug}-{uuid.uuid4().hex}"
    try:
        staging.mkdir(parents=True)
        text = sidecars.transcript(script, timeline)
        mp3 = staging / f"{script.slug}.mp3"
        write_tags(mp3, script, timeline, text, cover[1])
        with mp3.open("ab") as stream:
            join(timeline.frames, windows, stream)
        loudness = track_loudness(timeline, sounding.takes, sounding.beds)
        record: dict[str, Any] = make_record(
            script, file_digest(script.source), timeline, sounding.takes, sounding.sources,
            loudness, sounding.engines, file_digest(mp3), mp3.stat().st_size,
        )  # fmt: skip
        record["mp3"]["frames"] = frame_count(timeline.frames)
        texts = {
            ".vtt": sidecars.vtt(timeline, script.language),
            ".srt": sidecars.srt(timeline),
            ".txt": text,
            ".chapters.json": sidecars.chapters(timeline, script.title),
            ".json": record_text(record),
        }
        for suffix, content in texts.items():
            (staging / (script.slug + suffix)).write_text(content, "utf-8", newline="\n")
        (staging / f"{script.slug}.png").write_bytes(cover[0])
        record_name = f"{script.slug}.json"
        for target in sorted(outputs_of(script.slug, folder), key=lambda f: f.name == record_name):
            (staging / target.name).replace(target)
    except OSError as error:
        raise from_os_error(error, f"writing the track {script.slug}") from None
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return folder / f"{script.slug}.mp3"
