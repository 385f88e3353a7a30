"""The timeline: every sound with its exact start frame. Pure: a plan and the lengths of takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from meditations.errors import MeditationError
from meditations.plan import BedEvent, BreathEvent, SayEvent, SectionEvent, SilenceEvent
from meditations.quantities import FRAMES_PER_MS, LONGEST_TRACK_MS
from meditations.timeline.beds import BedSpan, lay_beds
from meditations.timeline.stretch import Silence, fit_silences

if TYPE_CHECKING:
    from collections.abc import Mapping

    from meditations.errors import Where
    from meditations.plan import Plan
    from meditations.speech.utterance import Utterance


@dataclass(frozen=True, slots=True)
class Cue:
    """Speech at its place; from the first sound to the last, without the take's margins.

    Attributes:
        caption: The text as it is shown.
        start_frame: Where it begins; a whole number of milliseconds.
        frames: How long it lasts.
        section: The number of its chapter, from 0.
    """

    utterance: Utterance
    caption: str
    start_frame: int
    frames: int
    section: int
    where: Where

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
    """

    frames: int
    cues: tuple[Cue, ...]
    breaths: tuple[BreathCue, ...]
    chapters: tuple[Chapter, ...]
    beds: tuple[BedSpan, ...]


def build_timeline(plan: Plan, speech_frames: Mapping[Utterance, int]) -> Timeline:
    """Places everything.

    Args:
        plan: What happens.
        speech_frames: How long each utterance of the plan takes, in frames.

    Raises:
        MeditationError: If the length that the script asks for cannot be reached, with the range
            that can; or if the track would last longer than a day.
    """
    silences = fit_silences(_as_silences(plan, speech_frames), plan)
    position, section = 0, -1
    cues: list[Cue] = []
    breaths: list[BreathCue] = []
    starts: list[tuple[int, SectionEvent]] = []
    changes: list[tuple[int, BedEvent]] = []
    for event, silence_ms in zip(plan.events, silences, strict=True):
        match event:
            case SayEvent():
                frames = speech_frames[event.utterance]
                cues.append(
                    Cue(event.utterance, event.caption, position, frames, section, event.where)
                )
                position += frames
            case SilenceEvent():
                position += silence_ms * FRAMES_PER_MS
            case BreathEvent():
                frames = event.ms * FRAMES_PER_MS
                breaths.append(BreathCue(event.phase, position, frames, section))
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
    )


def _as_silences(plan: Plan, speech_frames: Mapping[Utterance, int]) -> list[Silence | int]:
    """Each event as a silence that may stretch, or as milliseconds that may not."""
    result: list[Silence | int] = []
    for event in plan.events:
        match event:
            case SayEvent():
                result.append(speech_frames[event.utterance] // FRAMES_PER_MS)
            case SilenceEvent():
                result.append(Silence(event.ms, event.elastic))
            case BreathEvent():
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
