"""Which engines can speak here, with which voices, and how to get what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from meditations.errors import MeditationError
from meditations.speech.registry import engine_named
from meditations.speech.utterance import Manner

if TYPE_CHECKING:
    from pathlib import Path

    from meditations.speech.engine import VoiceInfo


@dataclass(frozen=True, slots=True)
class Readiness:
    """How it stands with an engine.

    Attributes:
        name: Its name.
        told: Its version; where it is not ready, what is missing.
        mend: How to get that; empty where it is ready.
        voices: The voices that are here.
    """

    name: str
    told: str
    mend: str
    voices: tuple[VoiceInfo, ...]

    @property
    def ready(self) -> bool:
        """Whether it can speak."""
        return not self.mend


def readiness(name: str, root: Path) -> Readiness:
    """How it stands with the engine called `name`, asked without speaking.

    Args:
        name: Its name.
        root: The project's folder.
    """
    try:
        engine = engine_named(name, root)
        version = engine.version()
        voices = tuple(engine.voices())
        if not voices:
            # It is installed and has no voice: what it says of none at all tells how to get one.
            engine.check(Manner(name, "", engine.usual_rate_wpm, 50))
    except MeditationError as error:
        return Readiness(name, error.what, error.mend or "see docs/voices.md", ())
    return Readiness(name, version, "", voices)
