"""Voices by name, and what a script's voice setting comes to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from meditations.errors import MeditationError, Where, nearest
from meditations.speech.registry import engine_named
from meditations.speech.utterance import Manner

if TYPE_CHECKING:
    from meditations.script.model import Say, Voice


# Chosen by measurement, see docs/voices.md and bench/VOICES.md: of the variants of espeak-ng those
# that an independent recogniser understands best, as fast as the pace of a meditation allows, for
# the slower they speak the less is understood. Slow comes from the silence between phrases.
NAMED: Final[dict[str, Manner]] = {
    "gentle": Manner("pyttsx3", "en-us+f5", 106, 45),
    "calm": Manner("pyttsx3", "en-us+f2", 106, 30),
    "low": Manner("pyttsx3", "en-us+m6", 104, 45),
    "clear": Manner("pyttsx3", "en-us+f5", 130, 50),
}
DEFAULT: Final = "gentle"


def resolve_voice(voice: Voice, where: Where, base: Manner | None = None) -> Manner:
    """The manner that a script's voice setting asks for.

    Args:
        voice: The setting.
        where: Its place, for messages.
        base: What holds where the setting is silent; by default the voice `DEFAULT`.

    Raises:
        MeditationError: If no voice or no engine has that name.
    """
    manner = base or NAMED[DEFAULT]
    if voice.name is not None:
        named = _named(voice.name, where)
        # Another voice is in the same room, and as far away.
        manner = replace(named, volume_db=manner.volume_db, chain=manner.chain)
    if voice.engine is not None and voice.engine != manner.engine:
        # Another engine counts words in another way, and has voices of its own.
        rate_wpm = engine_named(voice.engine, Path()).usual_rate_wpm
        manner = replace(
            manner, engine=voice.engine, voice="", rate_wpm=rate_wpm, pitch=50, settings=()
        )
    if voice.voice is not None:
        manner = replace(manner, voice=voice.voice)
    if voice.with_:
        manner = replace(manner, settings=tuple(sorted(voice.with_.items())))
    return changed(manner, voice)


def changed(manner: Manner, by: Voice | Say) -> Manner:
    """`manner` with the rate, pitch, volume and chain that a voice or a line sets."""
    changes: dict[str, object] = {}
    if by.rate is not None:
        rate = by.rate
        changes["rate_wpm"] = rate if isinstance(rate, int) else round(manner.rate_wpm * rate)
    if by.pitch is not None:
        changes["pitch"] = by.pitch
    if by.volume is not None:
        changes["volume_db"] = by.volume
    if by.chain is not None:
        changes["chain"] = by.chain
    return replace(manner, **changes)  # type: ignore[arg-type]


def _named(name: str, where: Where) -> Manner:
    if name not in NAMED:
        raise MeditationError(
            f"no voice is called '{name}'", mend=nearest(name, NAMED), where=where
        )
    return NAMED[name]
