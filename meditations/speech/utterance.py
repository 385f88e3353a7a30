"""What a voice is asked for: words, and the manner in which they are spoken."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Manner:
    """How something is spoken; equal manners give equal takes.

    Attributes:
        engine: The name of the engine.
        voice: The voice, in the engine's own words.
        rate_wpm: Words a minute, as the engine counts them.
        pitch: 0 to 99, where 50 is the voice's own.
    """

    engine: str
    voice: str
    rate_wpm: int
    pitch: int


@dataclass(frozen=True, slots=True)
class Utterance:
    """What a voice is given at once: one sentence, or a phrase between two inline pauses.

    Attributes:
        text: As it is spoken, pronunciation marks applied.
        manner: The engine, voice, rate and pitch.
    """

    text: str
    manner: Manner
