"""The timeline: every sound with its exact start frame. Pure: a plan and the lengths of takes."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from meditations.errors import MeditationError
from meditations.plan import (
    BedEvent,
    BellEvent,
    BreathEvent,
    SayEvent,
    SectionEvent,
    SilenceEvent,
)
from meditations.quantities import FRAMES_PER_MS, LONGEST_TRACK_MS
from meditations.timeline.beds import BedSpan, lay_beds
from meditations.timeline.stretch import Silence, fit_silences
from meditations.timeline.words import CueWord, place_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from meditations.errors import Where
    from meditations.plan import Plan
    from meditations.sound.specs import ClipSpec
    from meditations.speech.takes import Take
    from meditations.speech.utterance import Utterance

_NOT_SPOKEN: Final[Mapping[Utterance, Take]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Cue:
    """Speech at its place; from the first sound to the last, without the take's margins.

    Attributes:
        caption: The text as it is shown.
        start_frame: Where it begins; a whole number of milliseconds.
        frames: How long it lasts.
        section: The number of its chapter, from 0.
        speaker: Who speaks, as listeners are shown; empty where the script does not say.
        words: Its words at their places, one behind the other; empty where they are not known.
        words_estimated: Whether those places are estimates.
    """

    utterance: Utterance
    caption: str
    start_frame: int
    frames: int
    section: int
    where: Where
    speaker: str = ""
    words: tuple[CueWord, ...] = ()
    words_estimated: bool = False

    @property
    def end_frame(self) -> int:
        """The first frame after it."""
        return self.start_frame + self.frames


@dataclass(frozen=True, slots=True)
class BreathCue:
    """One phase of a breath at its place."""

    phase: str
    start_frame: int
    frames: int
    section: int


@dataclass(frozen=True, slots=True)
class ClipCue:
    """A bell or a tone at its place; how long it rings is known once it is prepared.

    Attributes:
        spec: Which one.
        start_frame: Where it begins; a whole number of milliseconds.
        level_db: Its loudest moment, against the voice.
        room_frames: How long nothing else is said: a sound file has to end by then.
        where: Its place in the script.
    """

    spec: ClipSpec
    start_frame: int
    level_db: float
    room_frames: int
    where: Where


@dataclass(frozen=True, slots=True)
class Chapter:
    """A section at its place; chapters follow one another without gaps."""

    title: str
    role: str
    start_frame: int
    end_frame: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """A whole track, not yet sounding.

    Attributes:
        frames: Its length; a whole number of milliseconds.
        cues: What is spoken, in order.
        breaths: The phases of breathing, in order.
        chapters: The sections, from the first frame to the last.
        beds: What sounds under it all, with its gain over time.
        clips: Bells and tones, in order.
    """

    frames: int
    cues: tuple[Cue, ...]
    breaths: tuple[BreathCue, ...]
    chapters: tuple[Chapter, ...]
    beds: tuple[BedSpan, ...]
    clips: tuple[ClipCue, ...] = ()


def build_timeline(
    plan: Plan,
    speech_frames: Mapping[Utterance, int],
    takes: Mapping[Utterance, Take] = _NOT_SPOKEN,
) -> Timeline:
    """Places everything.

    Args:
        plan: What happens.
        speech_frames: How long each utterance of the plan takes, in frames.
        takes: Those that are spoken already, for the places of their words.

    Raises:
        MeditationError: If the length that the script asks for cannot be reached, with the range
            that can; or if the track would last longer than a day.
    """
    silences = fit_silences(_as_silences(plan, speech_frames), plan)
    speech = _Speech(speech_frames, takes)
    position, section = 0, -1
    cues: list[Cue] = []
    breaths: list[BreathCue] = []
    starts: list[tuple[int, SectionEvent]] = []
    changes: list[tuple[int, BedEvent]] = []
    clips: list[ClipCue] = []
    for event, silence_ms in zip(plan.events, silences, strict=True):
        match event:
            case SayEvent():
                cues.append(speech.cue(event, position, section))
                position += cues[-1].frames
            case SilenceEvent():
                position += silence_ms * FRAMES_PER_MS
            case BreathEvent():
                frames = event.ms * FRAMES_PER_MS
                breaths.append(BreathCue(event.phase, position, frames, section))
                if event.said:
                    _refuse_overrun(event, event.said, speech_frames[event.said.utterance])
                    cues.append(speech.cue(event.said, position, section))
                if event.swell:
                    room = event.swell.in_ms + event.swell.hold_ms + event.swell.out_ms
                    clips.append(
                        ClipCue(event.swell, position, event.swell_db, room * FRAMES_PER_MS,
                                event.where)
                    )  # fmt: skip
                position += frames
            case BellEvent():
                frames = event.ms * FRAMES_PER_MS
                clips.append(ClipCue(event.bell, position, event.level_db, frames, event.where))
                position += frames
            case SectionEvent():
                section += 1
                starts.append((position, event))
            case BedEvent():
                changes.append((position, event))
    if position > LONGEST_TRACK_MS * FRAMES_PER_MS:
        raise MeditationError(
            f"would last {position // FRAMES_PER_MS // 3_600_000:,} hours; 24 are the most",
            mend="repeats within repeats multiply: lower their `times:`, or write shorter pauses",
            where=plan.where,
        )
    spoken = [(cue.start_frame, cue.end_frame) for cue in cues]
    return Timeline(
        frames=position,
        cues=tuple(cues),
        breaths=tuple(breaths),
        chapters=_chapters(starts, position),
        beds=lay_beds(changes, spoken, position, plan.fade_out_ms * FRAMES_PER_MS),
        clips=tuple(clips),
    )


@dataclass(frozen=True, slots=True)
class _Speech:
    """What is known of what is said: how long each utterance is, and the takes there are."""

    frames: Mapping[Utterance, int]
    takes: Mapping[Utterance, Take]

    def cue(self, said: SayEvent, start_frame: int, section: int) -> Cue:
        """Speech at its place."""
        frames, take = self.frames[said.utterance], self.takes.get(said.utterance)
        words = place_words(said.phrase, take.words, start_frame, frames) if take else ()
        return Cue(
            said.utterance, said.caption, start_frame, frames, section, said.where, said.speaker,
            words, take is not None and take.words_estimated,
        )  # fmt: skip


def _refuse_overrun(event: BreathEvent, said: SayEvent, frames: int) -> None:
    """Raises a MeditationError where what is said in a phase of breathing does not end in it."""
    over_ms = frames // FRAMES_PER_MS - event.ms
    if over_ms > 0:
        raise MeditationError(
            f"'{said.caption}' takes {over_ms / 1000:.2f} s longer than"
            f" '{event.phase}', which lasts {event.ms / 1000:g} s",
            mend=f"write {event.phase}: {_tenths(event.ms + over_ms)}s or more, fewer words"
            f" under say: {{{event.phase}: …}}, or words: 0",
            where=event.where,
        )


def _tenths(ms: int) -> str:
    """So many seconds and no less, to a tenth."""
    return f"{-(-ms // 100) / 10:g}"


def _as_silences(plan: Plan, speech_frames: Mapping[Utterance, int]) -> list[Silence | int]:
    """Each event as a silence that may stretch, or as milliseconds that may not."""
    result: list[Silence | int] = []
    for event in plan.events:
        match event:
            case SayEvent():
                result.append(speech_frames[event.utterance] // FRAMES_PER_MS)
            case SilenceEvent():
                result.append(Silence(event.ms, event.elastic))
            case BreathEvent() | BellEvent():
                result.append(event.ms)
            case _:
                result.append(Silence(0, False))
    return result


def _chapters(starts: list[tuple[int, SectionEvent]], frames: int) -> tuple[Chapter, ...]:
    # The first chapter takes in the lead-in: players skip to chapters, and none begins late.
    edges = [0, *(start for start, _ in starts[1:]), frames]
    return tuple(
        Chapter(event.title, event.role, edges[n], edges[n + 1])
        for n, (_, event) in enumerate(starts)
    )
