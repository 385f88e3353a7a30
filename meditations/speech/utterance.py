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
        volume_db: Loudness against all other speech, -12 to 0.
        chain: What the voice goes through: a preset, or a file of the project's.
    """

    engine: str
    voice: str
    rate_wpm: int
    pitch: int
    volume_db: float = 0.0
    chain: str = "warm"


@dataclass(frozen=True, slots=True)
class Utterance:
    """What a voice is given at once: one sentence, or a phrase between two inline pauses.

    Attributes:
        text: As it is spoken, pronunciation marks applied.
        manner: How it is spoken.
    """

    text: str
    manner: Manner
