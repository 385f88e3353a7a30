"""Voices by name, and what a script's voice setting comes to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from meditations.errors import MeditationError, Where, nearest
from meditations.speech.utterance import Manner

if TYPE_CHECKING:
    from meditations.script.model import Voice


# `en-us+f5` was understood best by an independent recogniser among 15 English variants of
# espeak-ng, at rates from 130 to 160. Slow comes from silence between phrases before it comes
# from slow words, so these stay near that range.
NAMED: Final[dict[str, Manner]] = {
    "gentle": Manner("pyttsx3", "en-us+f5", 106, 45),
    "clear": Manner("pyttsx3", "en-us+f5", 130, 50),
    "low": Manner("pyttsx3", "en-us+m3", 106, 40),
}


def resolve_voice(voice: Voice | str, where: Where, base: Manner | None = None) -> Manner:
    """The manner that a script's voice setting asks for.

    Args:
        voice: The setting, or the name of a voice.
        where: Its place, for messages.
        base: What holds where the setting is silent; by default the voice `gentle`.

    Raises:
        MeditationError: If no voice has that name.
    """
    manner = base or NAMED["gentle"]
    if isinstance(voice, str):
        return _named(voice, where)
    if voice.name is not None:
        manner = _named(voice.name, where)
    changes: dict[str, object] = {}
    if voice.engine is not None:
        changes["engine"] = voice.engine
    if voice.voice is not None:
        changes["voice"] = voice.voice
    if voice.pitch is not None:
        changes["pitch"] = voice.pitch
    if voice.rate is not None:
        rate = voice.rate
        changes["rate_wpm"] = rate if isinstance(rate, int) else round(manner.rate_wpm * rate)
    return replace(manner, **changes)  # type: ignore[arg-type]


def _named(name: str, where: Where) -> Manner:
    if name not in NAMED:
        raise MeditationError(
            f"no voice is called '{name}'", mend=nearest(name, NAMED), where=where
        )
    return NAMED[name]
