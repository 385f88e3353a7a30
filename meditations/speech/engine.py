"""The Protocol for what speaks, and the engines by name."""

from __future__ import annotations

import importlib
from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from meditations.errors import MeditationError, nearest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from meditations.speech.utterance import Manner, Utterance


@dataclass(frozen=True, slots=True)
class Recording:
    """Sound as an engine gave it.

    Attributes:
        samples: Mono, shape (n,), full scale ±1.
        rate_hz: Samples a second.
    """

    samples: NDArray[np.float32]
    rate_hz: int


@dataclass(frozen=True, slots=True)
class VoiceInfo:
    """A voice that an engine has; `name` is what a script writes under `voice:`."""

    name: str
    language: str
    description: str


class Engine(Hashable, Protocol):
    """What turns words into sound. Engines are small, hold no state, and can be pickled."""

    @property
    def name(self) -> str:
        """The name that a script writes under `engine:`."""

    def version(self) -> str:
        """The versions that the sound depends on; part of every take's key.

        Raises:
            MeditationError: If the engine is not ready, with the command that mends it.
        """

    def check(self, manner: Manner) -> None:
        """Makes sure that the voice exists.

        Raises:
            MeditationError: If it does not; names voices that are near.
        """

    def voices(self) -> Sequence[VoiceInfo]:
        """The voices that are here."""

    def speak(self, utterance: Utterance, scratch: Path) -> Recording:
        """Speaks once; the same utterance gives the same samples, whatever was said before.

        Args:
            utterance: The words and the manner.
            scratch: A folder for files in between.

        Raises:
            SpeechError: If it could not be spoken after retries.
        """


_ENGINES: Final = {"pyttsx3": "meditations.speech.pyttsx3_engine:Pyttsx3Engine"}


def engine_named(name: str) -> Engine:
    """The engine that a script calls `name`, imported now.

    Raises:
        MeditationError: If there is none of that name.
    """
    if name not in _ENGINES:
        raise MeditationError(f"no engine is called '{name}'", mend=nearest(name, _ENGINES))
    module, _, attribute = _ENGINES[name].partition(":")
    engine: Engine = getattr(importlib.import_module(module), attribute)()
    return engine


def engine_names() -> tuple[str, ...]:
    """The names of all engines."""
    return tuple(_ENGINES)
