"""The plan: the flat list of what happens, in order, with every silence that nobody wrote.

Pure: a script goes in, a plan comes out. How long speech takes is not known yet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from meditations.errors import MeditationError, Where
from meditations.script.marks import MarkedPause, Phrase
from meditations.script.model import (
    Background,
    BackgroundChange,
    BackgroundStep,
    BreatheStep,
    PauseStep,
    RepeatStep,
    SayStep,
)
from meditations.speech.utterance import Utterance
from meditations.speech.voices import changed, resolve_voice

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from meditations.script.model import Duration, Pace, Say, Script, Section, Step

MOST_EVENTS: Final = 20_000
"""Repeats within repeats multiply; an eight-hour track has about five thousand events."""
LONGEST_SENTENCE: Final = 1_000
"""Characters that a voice is given at once; a sentence beyond this has lost its full stops."""
BED_ALONE_DB: Final = -14.0
"""Against the voice's -16 LUFS: a track of bed alone is -30 LUFS."""
SHORT_TAIL_MS: Final = 2_000
"""How long a track without a background goes on after its last word."""

BreathPhase = Literal["in", "hold", "out", "rest"]


@dataclass(frozen=True, slots=True)
class SayEvent:
    """Speech; `caption` is the text as it is shown."""

    utterance: Utterance
    caption: str
    where: Where


@dataclass(frozen=True, slots=True)
class SilenceEvent:
    """Nothing is said for `ms`; an elastic one may stretch with the length of the track."""

    ms: int
    elastic: bool
    where: Where = Where()


@dataclass(frozen=True, slots=True)
class BreathEvent:
    """One phase of a breath; it never stretches."""

    phase: BreathPhase
    ms: int
    where: Where = Where()


@dataclass(frozen=True, slots=True)
class SectionEvent:
    """A section, and so a chapter, starts here."""

    title: str
    role: str
    where: Where = Where()


@dataclass(frozen=True, slots=True)
class Bed:
    """What sounds under the voice. `level_db` against the voice; `lift_db` in longer pauses."""

    sound: str
    level_db: float
    lift_db: float


@dataclass(frozen=True, slots=True)
class BedEvent:
    """From here on this bed sounds, or none; it comes, and the old one goes, within `fade_ms`."""

    bed: Bed | None
    fade_ms: int
    where: Where = Where()


Event = SayEvent | SilenceEvent | BreathEvent | SectionEvent | BedEvent


@dataclass(frozen=True, slots=True)
class Plan:
    """All that happens in a track, in order.

    Attributes:
        events: What happens; speech has no length yet.
        length_ms: How long the track shall last, or None for as long as it takes.
        longest_silence_ms: What stretching may not make a silence longer than.
        fade_out_ms: How long the last background takes to go.
        where: The place of `length:`, for messages.
    """

    events: tuple[Event, ...]
    length_ms: int | None
    longest_silence_ms: int
    fade_out_ms: int
    where: Where

    @property
    def utterances(self) -> tuple[Utterance, ...]:
        """What is to be spoken, each once, in the order of first use."""
        said = (event.utterance for event in self.events if isinstance(event, SayEvent))
        return tuple(dict.fromkeys(said))


def make_plan(script: Script) -> Plan:
    """The plan of `script`.

    Raises:
        MeditationError: If repeats multiply beyond reason, a sentence is too long to be spoken
            at once, or a voice has no such name.
    """
    return _Planner(script).plan()


def longest_silence_ms(kinds: Sequence[str]) -> int:
    """The longest silence that care allows (rule C11): the strictest of the kinds wins."""
    return 30_000 if {"trauma", "partner"} & set(kinds) else 90_000


class _Planner:
    def __init__(self, script: Script) -> None:
        self._script = script
        self._pace: Pace = script.pace
        self._events: list[Event] = []
        self._bed: Bed | None = None
        self._manner = resolve_voice(script.voice, script.place("voice"))

    def plan(self) -> Plan:
        script, background = self._script, self._script.background
        fade_out_ms = SHORT_TAIL_MS
        if background is not None and background.sound != "none":
            self._set_bed(background, script.place("background"))
            fade_out_ms = self._ms(background.fade_out)
        self._add(SilenceEvent(self._ms(self._pace.lead_in), elastic=False))
        for section in script.sections:
            self._section(section)
        tail = self._pace.tail
        tail_ms = self._ms(tail) if tail else (fade_out_ms if self._bed else SHORT_TAIL_MS)
        self._add(SilenceEvent(tail_ms, elastic=False))
        events = self._events
        if not any(isinstance(event, SayEvent) for event in events):
            events = [_alone(event) for event in events]
        return Plan(
            events=tuple(events),
            length_ms=self._ms(script.length) if script.length else None,
            longest_silence_ms=longest_silence_ms(script.kind),
            fade_out_ms=fade_out_ms,
            where=script.place("length"),
        )

    def _section(self, section: Section) -> None:
        if self._speaks_last():
            self._add(SilenceEvent(self._ms(self._pace.section), elastic=True))
        self._add(SectionEvent(section.title, section.role, section.where))
        manner = self._manner
        if section.voice is not None:
            self._manner = resolve_voice(section.voice, section.where, self._manner)
        self._steps(section.script)
        self._manner = manner

    def _steps(self, steps: Sequence[Step]) -> None:
        for step in steps:
            match step:
                case SayStep():
                    self._say(step.say)
                case PauseStep():
                    ms = self._ms(step.pause.time)
                    self._add(SilenceEvent(ms, not step.pause.fixed, step.where))
                case BreatheStep():
                    self._breathe(step)
                case BackgroundStep():
                    self._change_background(step.background, step.where)
                case RepeatStep():
                    for _ in range(step.repeat.times):
                        self._steps(step.repeat.script)

    def _say(self, say: Say) -> None:
        manner = self._manner
        if say.voice is not None:
            manner = resolve_voice(say.voice, say.where, manner)
        manner = changed(manner, say)
        # A line that begins with a pause of its own says how long to wait.
        if self._speaks_last() and isinstance(say.parts[0], Phrase):
            self._add(SilenceEvent(self._ms(self._pace.line), elastic=True))
        for part in say.parts:
            if isinstance(part, MarkedPause):
                self._add(SilenceEvent(part.ms, elastic=True, where=say.where))
                continue
            for sentence in sentences(part):
                if self._speaks_last():
                    self._add(SilenceEvent(self._ms(self._pace.sentence), elastic=False))
                _refuse_endless(sentence, say.where)
                utterance = Utterance(sentence.spoken, manner)
                self._add(SayEvent(utterance, sentence.caption, say.where))

    def _breathe(self, step: BreatheStep) -> None:
        breathe = step.breathe
        phases: tuple[tuple[BreathPhase, Duration], ...] = (
            ("in", breathe.in_), ("hold", breathe.hold), ("out", breathe.out),
            ("rest", breathe.rest),
        )  # fmt: skip
        for _ in range(breathe.times):
            for phase, time in phases:
                if ms := self._ms(time):
                    self._add(BreathEvent(phase, ms, step.where))

    def _set_bed(self, background: Background, where: Where) -> None:
        self._bed = Bed(background.sound, background.level, background.lift)
        self._add(BedEvent(self._bed, self._ms(background.fade_in), where))

    def _change_background(self, change: BackgroundChange, where: Where) -> None:
        before = self._bed or Bed("", Background().level, Background().lift)
        if change.sound == "none":
            self._bed = None
        elif not (change.sound or before.sound):
            raise MeditationError(
                "there is no background here to change",
                mend="say which one shall sound: background: {sound: brown}",
                where=where,
            )
        else:
            self._bed = Bed(
                change.sound or before.sound,
                before.level_db if change.level is None else change.level,
                before.lift_db if change.lift is None else change.lift,
            )
        self._add(BedEvent(self._bed, self._ms(change.fade), where))

    def _speaks_last(self) -> bool:
        """Whether the last thing heard was a voice, so that a silence must come between."""
        for event in reversed(self._events):
            if isinstance(event, SayEvent):
                return True
            if isinstance(event, SilenceEvent | BreathEvent):
                return False
        return False

    def _add(self, event: Event) -> None:
        self._events.append(event)
        if len(self._events) > MOST_EVENTS:
            raise MeditationError(
                f"comes to more than {MOST_EVENTS:,} events",
                mend="repeats within repeats multiply: lower their `times:`",
                where=self._script.file,
            )

    def _ms(self, duration: Duration) -> int:
        return duration.in_ms(self._pace.breath.ms)


def _alone(event: Event) -> Event:
    """A bed under no voice is the sound itself: it is not held down, and nothing lifts it."""
    if isinstance(event, BedEvent) and event.bed is not None:
        return replace(event, bed=replace(event.bed, level_db=BED_ALONE_DB, lift_db=0.0))
    return event


_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)]*\s+(?=[\"'“‘(¿¡]*[^\W_a-z])")
_ABBREVIATION = re.compile(r"(?:\b(?:Dr|Mr|Mrs|Ms|St|Prof|vs|e\.g|i\.e)|\b[A-HJ-Z])\.$")


def sentences(phrase: Phrase) -> Iterator[Phrase]:
    """The sentences of a phrase; the captions are split at the same places as what is spoken.

    Where a pronunciation mark hides a boundary in one of the two, the phrase stays whole.
    """
    captions, spoken = _split(phrase.caption), _split(phrase.spoken)
    if len(captions) != len(spoken):
        yield phrase
        return
    for caption, text in zip(captions, spoken, strict=True):
        yield Phrase(caption, text)


def _split(text: str) -> list[str]:
    found: list[str] = []
    start = 0
    for boundary in _SENTENCE_END.finditer(text):
        sentence = text[start : boundary.end()].strip()
        # What holds no letter is no sentence: it stays with the one that follows.
        if _ABBREVIATION.search(sentence) or not any(map(str.isalnum, sentence)):
            continue
        found.append(sentence)
        start = boundary.end()
    rest = text[start:].strip()
    if found and not any(map(str.isalnum, rest)):
        found[-1] = f"{found[-1]} {rest}".strip()
    else:
        found.append(rest)
    return found


def _refuse_endless(sentence: Phrase, where: Where) -> None:
    if len(sentence.spoken) > LONGEST_SENTENCE:
        raise MeditationError(
            f"a sentence of {len(sentence.spoken):,} characters is too long to be spoken at once",
            mend="end it with a full stop sooner, or put a pause such as [1s] into it",
            where=where,
        )
