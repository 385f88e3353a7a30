"""What a plan is made of: the events of a track, in order, and what sounds beside the voice.

Pure data: how long speech takes is not known yet.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from meditations.errors import Where

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meditations.script.marks import Phrase
    from meditations.sound.specs import BedSpec, BellSpec, SwellSpec
    from meditations.speech.utterance import Manner, Utterance

USUAL_LEVEL_DB: Final = -22.0
USUAL_LIFT_DB: Final = 6.0

BreathPhase = Literal["in", "hold", "out", "rest"]


@dataclass(frozen=True, slots=True)
class SayEvent:
    """Speech: what the voice is given, the words that are shown, and who speaks, if told."""

    utterance: Utterance
    phrase: Phrase
    where: Where
    speaker: str = ""

    @property
    def caption(self) -> str:
        """The text as it is shown."""
        return self.phrase.caption


@dataclass(frozen=True, slots=True)
class SilenceEvent:
    """Nothing is said for `ms`; an elastic one may stretch with the length of the track."""

    ms: int
    elastic: bool
    where: Where = Where()


@dataclass(frozen=True, slots=True)
class BreathEvent:
    """One phase of a breath; it never stretches.

    Attributes:
        phase: Which one.
        ms: How long it lasts.
        where: Its place in the script.
        said: What is said as it begins; it has to end within the phase.
        swell: The tone that begins with it, for the whole of this breath.
        swell_db: That tone's loudest moment, against the voice.
    """

    phase: BreathPhase
    ms: int
    where: Where = Where()
    said: SayEvent | None = None
    swell: SwellSpec | None = None
    swell_db: float = 0.0


@dataclass(frozen=True, slots=True)
class BellEvent:
    """A bell is struck, and rings for `ms` before anything else; its tail rings on.

    `level_db` is its loudest moment, against the voice.
    """

    bell: BellSpec
    level_db: float
    ms: int
    where: Where = Where()
    credit: str = ""
    license: str = ""


@dataclass(frozen=True, slots=True)
class SectionEvent:
    """A section, and so a chapter, starts here."""

    title: str
    role: str
    where: Where = Where()


@dataclass(frozen=True, slots=True)
class Bed:
    """What sounds under the voice, or one layer of it.

    Attributes:
        spec: The sound.
        level_db: Against the voice.
        lift_db: What is added in longer pauses.
        pan: From -1, all to the left, to 1, all to the right.
        credit: Whom a sound file is owed to.
        license: Under which licence.
    """

    spec: BedSpec
    level_db: float
    lift_db: float
    pan: float = 0.0
    credit: str = ""
    license: str = ""

    @staticmethod
    def usual_level_db(layers: int) -> float:
        """The level of each of so many layers, where none is written."""
        return round(USUAL_LEVEL_DB - 10 * math.log10(max(layers, 1)), 4)


@dataclass(frozen=True, slots=True)
class BedEvent:
    """From here on these beds sound, or none; they come, and old ones go, within `fade_ms`."""

    beds: tuple[Bed, ...]
    fade_ms: int
    where: Where = Where()


Event = SayEvent | SilenceEvent | BreathEvent | BellEvent | SectionEvent | BedEvent


@dataclass(frozen=True, slots=True)
class Plan:
    """All that happens in a track, in order.

    Attributes:
        events: What happens; speech has no length yet.
        length_ms: How long the track shall last, or None for as long as it takes.
        longest_silence_ms: What stretching may not make a silence longer than.
        fade_out_ms: How long the last background takes to go.
        where: The place of `length:`, for messages.
        chosen: What `engine: auto` came to, where the script asks for it.
    """

    events: tuple[Event, ...]
    length_ms: int | None
    longest_silence_ms: int
    fade_out_ms: int
    where: Where
    chosen: Manner | None = None

    @property
    def utterances(self) -> tuple[Utterance, ...]:
        """What is to be spoken, each once, in the order of first use."""
        return tuple(dict.fromkeys(said.utterance for said in self.said))

    @property
    def said(self) -> Iterator[SayEvent]:
        """All that is spoken, in order, the words of breathing included."""
        for event in self.events:
            if isinstance(event, SayEvent):
                yield event
            elif isinstance(event, BreathEvent) and event.said:
                yield event.said

    @property
    def beds(self) -> Iterator[tuple[Bed, Where]]:
        """All backgrounds, in order, with the places where they are asked for."""
        for event in self.events:
            if isinstance(event, BedEvent):
                yield from ((bed, event.where) for bed in event.beds)
