"""What a voice is asked for: words, and the manner in which they are spoken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from meditations.script.marks import Phrase


RECORDED: Final = "recorded"
"""The engine whose voices are people's."""


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
        settings: What the engine alone knows, such as a speaker's number: names and values, as
            written, sorted by name.
    """

    engine: str
    voice: str
    rate_wpm: int
    pitch: int
    volume_db: float = 0.0
    chain: str = "warm"
    settings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Sounds:
    """How words of an utterance sound.

    Attributes:
        first: The number of the first of them, from 0.
        count: How many they are.
        ipa: Their sounds in the International Phonetic Alphabet, stress included.
    """

    first: int
    count: int
    ipa: str


@dataclass(frozen=True, slots=True)
class Utterance:
    """What a voice is given at once: one sentence, or a phrase between two inline pauses.

    Attributes:
        text: As it is spoken, pronunciation marks applied; blanks part its words.
        manner: How it is spoken.
        sounds: Words whose sounds are given, in order.
        shown: For somebody who reads it aloud: the words as they are shown, figures and all.
    """

    text: str
    manner: Manner
    sounds: tuple[Sounds, ...] = ()
    shown: str = ""

    @property
    def words_to_read(self) -> str:
        """What a person reads; another way to pronounce a word makes it no other line."""
        return self.shown or self.text

    @property
    def words(self) -> list[str]:
        """The words of the text, punctuation included."""
        return self.text.split()


def utterance_of(phrase: Phrase, manner: Manner) -> Utterance:
    """What a voice is given for a phrase."""
    sounds, first = [], 0
    for word in phrase.words:
        count = len(word.spoken.split())
        if word.ipa:
            sounds.append(Sounds(first, count, word.ipa))
        first += count
    shown = phrase.caption if manner.engine == RECORDED else ""
    return Utterance(phrase.spoken, manner, tuple(sounds), shown)
