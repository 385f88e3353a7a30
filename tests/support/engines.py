"""Engines for exact arithmetic, beside the real one: what they say has a length one can count."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from meditations.errors import MeditationError, SpeechError
from meditations.speech.engine import Recording, VoiceInfo

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meditations.speech.utterance import Manner, Utterance

RATE_HZ = 48_000  # no resampling, whose ringing would make a take a little longer
MS_PER_LETTER = 40


@dataclass(frozen=True)
class ToneEngine:
    """Says each text as noise of 40 ms a letter, the same each time, with silence around."""

    root: Path = Path()

    name: str = "pyttsx3"
    usual_rate_wpm: int = 118
    reads_ipa: bool = False
    synthetic: bool = True

    def files(self, utterance: Utterance) -> Sequence[Path]:
        return ()

    def basis(self, utterance: Utterance) -> str:
        return ""

    def version(self) -> str:
        return "tone 1"

    def check(self, manner: Manner) -> None:
        if manner.voice == "nobody":
            raise MeditationError("no voice is called 'nobody'", mend="did you mean 'somebody'?")

    def voices(self) -> Sequence[VoiceInfo]:
        return [VoiceInfo("tone", "en", "noise of a known length")]

    def speak(self, utterance: Utterance, scratch: Path) -> Recording:
        letters = sum(map(str.isalnum, utterance.text))
        sound = np.random.default_rng(len(utterance.text)).uniform(
            -0.5, 0.5, letters * MS_PER_LETTER * RATE_HZ // 1000
        )
        sound[0] = sound[-1] = 0.5  # so that nothing of it is trimmed
        silence = np.zeros(RATE_HZ // 4)
        whole = np.concatenate((silence, sound, silence))
        return Recording(whole.astype(np.float32), RATE_HZ)


@dataclass(frozen=True)
class BrokenEngine(ToneEngine):
    """Cannot say any text that holds `word`; a `crash` takes its whole process along."""

    word: str = "unspeakable"
    crash: bool = False

    def version(self) -> str:
        return "broken 1"

    def speak(self, utterance: Utterance, scratch: Path) -> Recording:
        if self.word in utterance.text:
            if self.crash:
                os._exit(3)
            raise SpeechError(f"this could not be spoken: '{utterance.text}'")
        return super().speak(utterance, scratch)
