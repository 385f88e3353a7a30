"""Voices by name, and what the voice settings of a script come to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from meditations.errors import MeditationError, Where, nearest
from meditations.speech.choosing import AUTO, best_voice
from meditations.speech.registry import engine_named
from meditations.speech.utterance import Manner

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from meditations.script.model import CastVoice, Say, Script, Voice


# Chosen by measurement, see docs/voices.md and bench/VOICES.md: of the variants of espeak-ng those
# that an independent recogniser understands best, as fast as the pace of a meditation allows, for
# the slower they speak the less is understood. Slow comes from the silence between phrases.
NAMED: Final[dict[str, Manner]] = {
    "gentle": Manner("pyttsx3", "en-us+f5", 106, 45),
    "calm": Manner("pyttsx3", "en-us+f2", 106, 30),
    "low": Manner("pyttsx3", "en-us+m6", 104, 45),
    "clear": Manner("pyttsx3", "en-us+f5", 130, 50),
}
"""The named voices, in English."""
DEFAULT: Final = "gentle"
IN_LANGUAGES: Final = {
    "en": ("en-us", 1.0),
    "de": ("de", 1.075),
    "es": ("es-419", 1.13),
    "es-es": ("es", 1.04),
    "es-mx": ("es-419", 1.13),
}
"""espeak-ng's voice for a language, and how much faster than in English its words may come.

German words are longer and Spanish ones many: at these rates both come to the pace of the English
ones, measured over the scripts in these languages (docs/voices.md)."""


def named_voices(language: str) -> dict[str, Manner]:
    """The named voices as they speak a language: the same timbres, with its sounds.

    Args:
        language: Its code, such as `en`, `en-gb` or `de`.
    """
    code = language.lower()
    code = "de" if code.startswith("de-") else code  # espeak-ng has no other German
    base, faster = IN_LANGUAGES.get(code, (code, 1.0))
    return {
        name: replace(
            manner,
            voice=base + manner.voice[manner.voice.index("+") :],
            rate_wpm=round(manner.rate_wpm * faster),
        )
        for name, manner in NAMED.items()
    }


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks, and how; `name` is what listeners are shown, or empty."""

    manner: Manner
    name: str = ""


class Cast:
    """Those who may speak in one script."""

    def __init__(self, script: Script, root: Path) -> None:
        """Takes the voices of a script; `root` is the folder of its project."""
        self._own: Mapping[str, CastVoice] = script.voices
        self._named = named_voices(script.language)
        self._language, self._slug, self._root = script.language, script.slug, root
        self.chosen: Manner | None = None
        """What `engine: auto` came to, once somebody has asked for it."""

    def speaker(self, voice: Voice, where: Where, base: Speaker | None = None) -> Speaker:
        """Who a voice setting asks for.

        Args:
            voice: The setting.
            where: Its place, for messages.
            base: What holds where the setting is silent; by default the voice `DEFAULT`.

        Raises:
            MeditationError: If no voice or no engine has that name.
        """
        base = base or Speaker(self._named[DEFAULT])
        if voice.name is not None:
            base = self._called(voice.name, where, base.manner)
        return replace(base, manner=self._manner(voice, where, base.manner))

    def _called(self, name: str, where: Where, base: Manner) -> Speaker:
        own = self._own.get(name)
        # A voice of the script's may build on a named one, and on no other of its own.
        called = name if own is None else (own.name or DEFAULT)
        if called not in self._named:
            raise MeditationError(
                f"no voice is called '{called}'",
                mend=nearest(called, (*self._own, *self._named)),
                where=where,
            )
        # Another voice is in the same room, and as far away.
        manner = replace(self._named[called], volume_db=base.volume_db, chain=base.chain)
        if own is None:
            return Speaker(manner)
        return Speaker(self._manner(own, where, manner), own.as_ or name.capitalize())

    def _manner(self, voice: Voice, where: Where, base: Manner) -> Manner:
        manner = base
        if voice.engine == AUTO:
            self.chosen = self._best(where)
            manner = replace(self.chosen, volume_db=base.volume_db, chain=base.chain)
        elif voice.engine is not None and voice.engine != manner.engine:
            try:
                rate_wpm = engine_named(voice.engine, self._root).usual_rate_wpm
            except MeditationError as error:
                raise error.at(where) from None
            # Another engine counts words in another way, and has voices of its own.
            manner = replace(
                base, engine=voice.engine, voice="", rate_wpm=rate_wpm, pitch=50, settings=()
            )
        if voice.voice is not None:
            manner = replace(manner, voice=voice.voice)
        if voice.with_:
            manner = replace(manner, settings=tuple(sorted(voice.with_.items())))
        return changed(manner, voice)

    def _best(self, where: Where) -> Manner:
        found = best_voice(self._language, self._slug, self._root)
        if found is None:
            return self._named[DEFAULT]
        try:
            rate_wpm = engine_named(found.engine, self._root).usual_rate_wpm
        except MeditationError as error:
            raise error.at(where) from None
        return Manner(found.engine, found.voice, rate_wpm, 50)


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
