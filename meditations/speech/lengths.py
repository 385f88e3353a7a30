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
    from collections.abc import Sequence
    from pathlib import Path

    from meditations.speech.utterance import Utterance

SLOWER: Final = {"de": 0.9, "es-419": 1.1, "es-mx": 1.1}
"""Voices of espeak-ng that take longer over their letters, or less long.

81 German lines came to 0.9, 82 Spanish sentences to 1.10."""


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
    """About how long espeak-ng takes: from its letters, measured on English sentences."""
    letters = sum(1 for char in utterance.text if char.isalnum())
    slower = SLOWER.get(utterance.manner.voice.partition("+")[0].lower(), 1.0)
    seconds = slower * (0.15 + 0.107 * letters) * 118 / utterance.manner.rate_wpm
    return round(seconds * 1000) * FRAMES_PER_MS
