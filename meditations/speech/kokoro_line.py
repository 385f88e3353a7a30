"""What a line is for Kokoro, in the process that keeps its model loaded."""

from __future__ import annotations

import os
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from meditations.errors import SpeechError
from meditations.speech import espeak
from meditations.speech.engine import Recording
from meditations.speech.neural import seeded_session
from meditations.speech.phonemes import Piece, Sounding, refuse_unread, unknown_sounds, word_times

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class KokoroLine:
    """One utterance for one model; see `meditations.speech.neural.Line`.

    Attributes:
        text: The words, for messages.
        files: The model and its voices.
        digest: What those hold.
        pieces: The words in letters and in sounds.
        alone: Each word by itself.
        blend: Voices and their shares, which add up to 1.
        language: As espeak-ng calls it.
        speed: 1 is the voice's own.
    """

    text: str
    files: tuple[Path, Path]
    digest: str
    pieces: tuple[Piece, ...]
    alone: tuple[Piece, ...]
    blend: tuple[tuple[str, float], ...]
    language: str
    speed: float

    @property
    def model(self) -> tuple[str, str, str, str]:
        """The two files and what they hold."""
        return "kokoro", str(self.files[0]), str(self.files[1]), self.digest

    def load(self) -> Any:
        """The model with its voices, and with the espeak-ng that everything here is spoken with."""
        os.environ.pop("PHONEMIZER_ESPEAK_LIBRARY", None)  # it would take the place of ours
        from kokoro_onnx import Kokoro
        from kokoro_onnx.config import EspeakConfig

        here = espeak.locate()
        brought = EspeakConfig(str(here.library), str(espeak.data_folder(here)))
        model, voices = map(str, self.files)
        return Kokoro.from_session(seeded_session(model), voices, brought)

    def speak(self, voice: Any) -> Recording:
        """Speaks with that model."""
        from kokoro_onnx.config import MAX_PHONEME_LENGTH

        if unknown := unknown_sounds(map(_composed, self.pieces), voice.tokenizer.vocab):
            raise SpeechError(
                f"this voice has no sound for {' '.join(unknown)} in the `ipa` of '{self.text}'",
                mend="write another sign of the International Phonetic Alphabet, which is near",
            )
        if voice._input_dtypes["speed"].kind in "iu" and self.speed != round(self.speed):
            # Kokoro would round it, and say so on the terminal alone.
            raise SpeechError(
                "this model of Kokoro takes whole speeds alone, and would speak far too fast",
                mend="get kokoro-v1.0.onnx, which takes any; see docs/voices.md",
            )
        read = self._phonemes((*self.pieces, *self.alone))
        signs = "".join(read[: len(self.pieces)])
        refuse_unread(signs, [sign in voice.tokenizer.vocab for sign in signs], self.text)
        read = _known(read, voice)
        phonemes = " ".join(read[: len(self.pieces)])
        samples, rate_hz, timings = voice.create_timed(
            phonemes, self._style(voice), self.speed, self.language, is_phonemes=True,
            trim=len(phonemes) > MAX_PHONEME_LENGTH,  # only where it has to join parts
        )  # fmt: skip
        words = None
        if timings:
            spoken = [Sounding(timing.phoneme, timing.start, timing.end) for timing in timings]
            words = word_times(spoken, read[len(self.pieces) :])
        return Recording(np.asarray(samples, np.float32), rate_hz, words)

    def _style(self, voice: Any) -> Any:
        styles = [np.float32(share) * voice.voices[name] for name, share in self.blend]
        return np.sum(styles, axis=0, dtype=np.float32)

    def _phonemes(self, pieces: Sequence[Piece]) -> list[str]:
        """The phonemes of each piece, by the espeak-ng that Kokoro was given."""
        from phonemizer.backend import EspeakBackend

        # Kokoro's own call leaves in the marks of a change of language, which would be spoken.
        reader = EspeakBackend(
            self.language, preserve_punctuation=True, with_stress=True,
            language_switch="remove-flags",
        )  # fmt: skip
        # One by one: of lines of punctuation alone phonemizer (3.4) loses some.
        return [
            _composed(piece).text if piece.is_ipa else "".join(reader.phonemize([piece.text]))
            for piece in pieces
        ]


def _composed(piece: Piece) -> Piece:
    """Sounds with their accents, as Kokoro's list of them has it."""
    return Piece(unicodedata.normalize("NFC", piece.text), piece.is_ipa)


def _known(phonemes: Sequence[str], voice: Any) -> list[str]:
    """What the model has sounds for."""
    vocab = voice.tokenizer.vocab
    return [
        " ".join("".join(sign for sign in part if sign in vocab or sign.isspace()).split())
        for part in phonemes
    ]
