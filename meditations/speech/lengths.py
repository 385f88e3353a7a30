"""How long utterances take, without speaking: from the store, else estimated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from meditations.errors import MeditationError
from meditations.quantities import FRAMES_PER_MS
from meditations.sound.chain_files import find_chain
from meditations.speech.registry import engine_named
from meditations.speech.takes import kept_take, made_by, take_key
from meditations.store import Store, cache_folder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from meditations.speech.utterance import Utterance

SECONDS_PER_LETTER: Final[Mapping[str, float]] = {"en": 0.107, "de": 0.095}
"""At 118 words a minute; other languages are taken for English."""


def known_lengths(
    utterances: Sequence[Utterance], project: Path
) -> tuple[dict[Utterance, int], set[Utterance]]:
    """The length of each in frames, and those whose length is only estimated.

    Args:
        utterances: What will be spoken.
        project: The project's folder, where chains of its own lie.
    """
    store = Store(cache_folder() / "takes")
    lengths: dict[Utterance, int] = {}
    estimated: set[Utterance] = set()
    for utterance in utterances:
        take = None
        try:
            engine = engine_named(utterance.manner.engine, project)
            chain = find_chain(utterance.manner.chain, project)
            take = kept_take(store, take_key(utterance, made_by(engine, utterance), chain))
        except MeditationError:
            pass  # an engine that is not ready says so when it has to speak
        if take is None:
            estimated.add(utterance)
        lengths[utterance] = take.speech_frames if take else estimated_frames(utterance)
    return lengths, estimated


def estimated_frames(utterance: Utterance) -> int:
    """About how long espeak-ng takes: from its letters, measured on sentences of the language."""
    letters = sum(1 for char in utterance.text if char.isalnum())
    language = utterance.manner.voice.partition("+")[0].partition("-")[0]
    per_letter_s = SECONDS_PER_LETTER.get(language, SECONDS_PER_LETTER["en"])
    seconds = (0.15 + per_letter_s * letters) * 118 / utterance.manner.rate_wpm
    return round(seconds * 1000) * FRAMES_PER_MS
