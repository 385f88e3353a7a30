"""From a script to its plan, with every silence that nobody wrote.

Pure: a script goes in, a plan comes out. How long speech takes is not known yet.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from meditations.errors import MeditationError, Where
from meditations.plan.breathing import breath_events, breath_words
from meditations.plan.events import (
    Bed,
    BedEvent,
    BellEvent,
    BreathEvent,
    Event,
    Plan,
    SayEvent,
    SectionEvent,
    SilenceEvent,
)
from meditations.plan.layers import alone, changed_beds, first_beds
from meditations.plan.reading_out import read_out
from meditations.plan.sentences import refuse_endless, sentences
from meditations.script.marks import MarkedPause, Phrase
from meditations.script.model import (
    BackgroundChange,
    BackgroundStep,
    BellStep,
    BreatheStep,
    PauseStep,
    RepeatStep,
    SayStep,
)
from meditations.script.pronunciation import Lexicon
from meditations.sound import bells
from meditations.sound.specs import BellSpec
from meditations.speech.utterance import utterance_of
from meditations.speech.voices import Cast, changed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meditations.script.model import Bell, Duration, Pace, Say, Script, Section, Step
    from meditations.speech.voices import Speaker

MOST_EVENTS: Final = 20_000
"""Repeats within repeats multiply; an eight-hour track has about five thousand events."""
BEFORE_BELL_MS: Final = 1_000
"""Silence before a bell that opens a track: nothing sounds the moment play is pressed."""
FILE_BELL_EVERY_MS: Final = 6_000
"""How long a bell from a file has before anything else, where nothing is written."""
LEAST_EVERY_MS: Final = 1_000
MOST_EVERY_MS: Final = 60_000
LONGEST_SILENCE_MS: Final = 90_000
LONGEST_HURT_SILENCE_MS: Final = 30_000
SHORT_TAIL_MS: Final = 2_000
"""How long a track without a background goes on after its last word."""


def make_plan(script: Script, root: Path | None = None, lexicon: Lexicon | None = None) -> Plan:
    """The plan of `script`.

    Args:
        script: What is written.
        root: The project's folder, where voices may lie; by default the current one.
        lexicon: How words are said; by default as the script alone tells.

    Raises:
        MeditationError: If repeats multiply beyond reason, a sentence is too long to be spoken
            at once, or a voice has no such name.
    """
    cast = Cast(script, root or Path())
    return _Planner(script, cast, lexicon or Lexicon(script.pronunciation)).plan()


def longest_silence_ms(kinds: Sequence[str]) -> int:
    """The longest silence that care allows (rule C11): sleep's own, else that of the strictest."""
    if "sleep" in kinds:
        return LONGEST_SILENCE_MS
    return LONGEST_HURT_SILENCE_MS if {"trauma", "partner"} & set(kinds) else LONGEST_SILENCE_MS


class _Planner:
    def __init__(self, script: Script, cast: Cast, lexicon: Lexicon) -> None:
        self._script = script
        self._pace: Pace = script.pace
        self._events: list[Event] = []
        self._beds: tuple[Bed, ...] = ()
        self._cast = cast
        self._lexicon = lexicon
        self._speaker = cast.speaker(script.voice, script.place("voice"))

    def plan(self) -> Plan:
        script = self._script
        layers = [layer for layer in script.background if layer.sound != "none"]
        fade_out_ms = SHORT_TAIL_MS
        if layers:
            where = script.place("background")
            fade_in_ms = max(self._ms(layer.fade_in) for layer in layers)
            self._sound(first_beds(layers, where), fade_in_ms, where)
            fade_out_ms = max(self._ms(layer.fade_out) for layer in layers)
        if script.bells.start:
            self._add(SilenceEvent(BEFORE_BELL_MS, elastic=False))
            self._ring(script.bells.start, script.place("bells"))
        self._add(SilenceEvent(self._ms(self._pace.lead_in), elastic=False))
        for section in script.sections:
            self._section(section)
        if script.bells.end:
            if self._speaks_last():
                self._add(SilenceEvent(self._ms(self._pace.section), elastic=True))
            self._ring(script.bells.end, script.place("bells"))
        tail = self._pace.tail
        tail_ms = self._ms(tail) if tail else (fade_out_ms if self._beds else SHORT_TAIL_MS)
        self._add(SilenceEvent(tail_ms, elastic=False))
        plan = Plan(
            events=tuple(self._events),
            length_ms=self._ms(script.length) if script.length else None,
            longest_silence_ms=longest_silence_ms(script.kind),
            fade_out_ms=fade_out_ms,
            where=script.place("length"),
            chosen=self._cast.chosen,
        )
        if not plan.utterances:
            plan = replace(plan, events=tuple(alone(event) for event in plan.events))
        return plan

    def _section(self, section: Section) -> None:
        if self._speaks_last():
            self._add(SilenceEvent(self._ms(self._pace.section), elastic=True))
        self._add(SectionEvent(section.title, section.role, section.where))
        before = self._speaker
        if section.voice is not None:
            self._speaker = self._cast.speaker(section.voice, section.where, before)
        self._steps(section.script)
        self._speaker = before

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
                    layers = [layer for layer in step.background if layer.sound != "none"]
                    beds = changed_beds(layers, self._beds, step.where)
                    # Where nothing comes, what goes takes its usual time.
                    fades = [layer.fade for layer in layers] or [BackgroundChange().fade]
                    self._sound(beds, max(map(self._ms, fades)), step.where)
                case BellStep():
                    self._ring(step.bell, step.where)
                case RepeatStep():
                    for _ in range(step.repeat.times):
                        self._steps(step.repeat.script)

    def _say(self, say: Say) -> None:
        speaker = self._speaker
        if say.voice is not None:
            speaker = self._cast.speaker(say.voice, say.where, speaker)
        speaker = replace(speaker, manner=changed(speaker.manner, say))
        # A line that begins with a pause of its own says how long to wait.
        if isinstance(say.parts[0], Phrase):
            self._leave_a_gap()
        for part in say.parts:
            if isinstance(part, MarkedPause):
                self._add(SilenceEvent(part.ms, elastic=True, where=say.where))
                continue
            for sentence in sentences(self._as_said(part)):
                if self._speaks_last():
                    self._add(SilenceEvent(self._ms(self._pace.sentence), elastic=False))
                self._add(self._spoken(sentence, speaker, say.where))

    def _breathe(self, step: BreatheStep) -> None:
        self._leave_a_gap()
        words = breath_words(step.breathe, self._script.language)
        said = {
            phase: self._spoken(self._as_said(Phrase.plain(text)), self._speaker, step.where)
            for phase, text in words.items()
        }
        for event in breath_events(step.breathe, said, self._ms, step.where):
            self._add(event)

    def _ring(self, bell: Bell, where: Where) -> None:
        made = bells.KINDS.get(bell.sound)
        usual_ms = made.every_ms if made else FILE_BELL_EVERY_MS
        every_ms = self._ms(bell.every) if bell.every else usual_ms
        if not LEAST_EVERY_MS <= every_ms <= MOST_EVERY_MS:
            raise MeditationError(
                f"bells {every_ms / 1000:g} s apart are out of range",
                mend=f"choose from {LEAST_EVERY_MS // 1000}s to {MOST_EVERY_MS // 1000}s",
                where=where,
            )
        self._leave_a_gap()
        onset_ms = self._ms(bell.onset) if bell.onset else None
        spec = BellSpec(bell.sound, bell.pitch or "", onset_ms)
        for _ in range(bell.times):
            self._add(BellEvent(spec, bell.level, every_ms, where, bell.credit, bell.license))

    def _sound(self, beds: tuple[Bed, ...], fade_ms: int, where: Where) -> None:
        self._beds = beds
        self._add(BedEvent(beds, fade_ms, where))

    def _leave_a_gap(self) -> None:
        """Between a line of speech and what follows it, where nothing is written."""
        if self._speaks_last():
            self._add(SilenceEvent(self._ms(self._pace.line), elastic=True))

    def _speaks_last(self) -> bool:
        """Whether the last thing heard was a voice, so that a silence must come between."""
        for event in reversed(self._events):
            if isinstance(event, SayEvent):
                return True
            if isinstance(event, SilenceEvent | BreathEvent | BellEvent):
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

    def _spoken(self, sentence: Phrase, speaker: Speaker, where: Where) -> SayEvent:
        refuse_endless(sentence, where)
        return SayEvent(utterance_of(sentence, speaker.manner), sentence, where, speaker.name)

    def _as_said(self, phrase: Phrase) -> Phrase:
        """Before it is cut into sentences: a full stop of `Nr. 5` ends none."""
        return Phrase(read_out(self._lexicon.applied(phrase.words), self._script.language))

    def _ms(self, duration: Duration) -> int:
        return duration.in_ms(self._pace.breath.ms)
