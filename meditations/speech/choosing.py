"""What `engine: auto` comes to: the best engine that is ready here, and a voice of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from meditations.errors import MeditationError
from meditations.speech.registry import OURS, engine_named, engine_names
from meditations.speech.system_voices import driver_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from meditations.speech.engine import VoiceInfo

AUTO: Final = "auto"
FIRST: Final = ("recorded", "piper", "kokoro")
"""The maker's own voice, then what sounds most like a person."""
SYSTEM: Final = "pyttsx3"
"""Drives the voices of macOS and Windows, which come next. Then those of other packages."""
LAST: Final = ("flite",)
"""Understood best of what is left; behind it is espeak-ng, which is always ready."""
RECORDINGS: Final = "recordings"
"""The folder of a project where recordings lie, one folder for each script."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """An engine, and one of its voices."""

    engine: str
    voice: str


def best_voice(language: str, slug: str, root: Path) -> Chosen | None:
    """The best voice that is ready for a script, or None where only the default is.

    Args:
        language: The script's.
        slug: The script's; recordings of another are not for it.
        root: The project's folder.
    """
    for name in _order():
        try:
            engine = engine_named(name, root)
            engine.version()
            voices = engine.voices()
        except MeditationError:
            continue
        if name == "recorded":
            # What was recorded for this script is in its language.
            voice = next((v for v in voices if v.name == f"{RECORDINGS}/{slug}"), None)
        elif name == SYSTEM:
            voice = _speaking(language, [v for v in voices if driver_of(v.name)])
        else:
            voice = _speaking(language, voices)
        if voice is not None:
            return Chosen(name, voice.name)
    return None


def _order() -> tuple[str, ...]:
    known = engine_names()
    others = [name for name in known if name not in OURS]
    return tuple(name for name in (*FIRST, SYSTEM, *others, *LAST) if name in known)


def _speaking(language: str, voices: Sequence[VoiceInfo]) -> VoiceInfo | None:
    """The first voice of exactly this language; else of this language in another country."""
    wanted = language.lower()
    alike = [v for v in voices if v.language.lower() == wanted]
    near = [v for v in voices if v.language.lower().split("-")[0] == wanted.split("-")[0]]
    return next(iter(alike or near), None)
