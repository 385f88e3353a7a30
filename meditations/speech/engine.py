"""The Protocol for what speaks: from text, voice and manner to sound, with its words' times."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from meditations.speech.utterance import Manner, Utterance


@dataclass(frozen=True, slots=True)
class WordTime:
    """When a word sounds, in seconds from the first sample."""

    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Recording:
    """Sound as an engine gave it.

    Attributes:
        samples: Mono, shape (n,), full scale ±1.
        rate_hz: Samples a second.
        words: When each word of the utterance sounds, in order, where the engine knows; one for
            each of `Utterance.words`.
    """

    samples: NDArray[np.float32]
    rate_hz: int
    words: tuple[WordTime, ...] | None = None


@dataclass(frozen=True, slots=True)
class VoiceInfo:
    """A voice that is here.

    Attributes:
        name: What a script writes behind `voice:`.
        language: Its language's code, such as `en` or `de-at`.
        description: What a maker should know of it, in a few words.
    """

    name: str
    language: str
    description: str


class Engine(Hashable, Protocol):
    """What turns words into sound.

    Engines are small, hold no state, and can be pickled: they travel to the workers. What is slow
    to load is loaded there, once, and kept by the module. They are made by `Engine(root)`, where
    `root` is the project's folder.
    """

    @property
    def name(self) -> str:
        """The name that a script writes under `engine:`."""

    @property
    def usual_rate_wpm(self) -> int:
        """The rate of its voices where a script sets none, for the pace of a meditation."""

    @property
    def reads_ipa(self) -> bool:
        """Whether it can speak sounds given in the International Phonetic Alphabet."""

    @property
    def synthetic(self) -> bool:
        """Whether its voices are made by a machine; listeners are told."""

    def version(self) -> str:
        """The versions of the software that the sound depends on; part of every take's key.

        Raises:
            MeditationError: If the engine is not ready, with the command that mends it.
        """

    def files(self, utterance: Utterance) -> Sequence[Path]:
        """The files that this sound depends on, such as a model: where one changes, a track is old.

        Raises:
            MeditationError: If one is missing.
        """

    def basis(self, utterance: Utterance) -> str:
        """A digest of what those files hold, or empty; part of a take's key.

        Raises:
            MeditationError: If one is missing, or this voice cannot speak the sounds given.
        """

    def check(self, manner: Manner) -> None:
        """Makes sure that the voice is here and takes the settings.

        Raises:
            MeditationError: If not; names voices that are near, and how to get one.
        """

    def voices(self) -> Sequence[VoiceInfo]:
        """The voices that are here; none where the engine is not ready."""

    def speak(self, utterance: Utterance, scratch: Path) -> Recording:
        """Speaks once; the same utterance gives the same samples, whatever was said before.

        Args:
            utterance: The words and the manner.
            scratch: A folder for files in between.

        Raises:
            SpeechError: If it could not be spoken after retries.
        """
