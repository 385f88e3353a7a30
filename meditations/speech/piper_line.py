"""What a line is for Piper, in the process that keeps its voices loaded."""

from __future__ import annotations

import contextlib
import itertools
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from meditations.errors import SpeechError
from meditations.speech.engine import Recording
from meditations.speech.neural import seeded_session
from meditations.speech.phonemes import Piece, Sounding, refuse_unread, unknown_sounds, word_times

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray


class Scales(NamedTuple):
    """What a voice's model is given besides the sounds: how freely it speaks, and how slowly."""

    noise: float
    length: float
    noise_w: float


@dataclass(frozen=True, slots=True)
class PiperLine:
    """One utterance for one voice; see `meditations.speech.neural.Line`.

    Attributes:
        text: The words, for messages.
        files: The voice's model and settings.
        digest: What those hold.
        pieces: The words in letters and in sounds.
        alone: Each word by itself.
        speaker: Which of the voice's speakers; None is its own default.
        scales: For the model.
    """

    text: str
    files: tuple[Path, Path]
    digest: str
    pieces: tuple[Piece, ...]
    alone: tuple[Piece, ...]
    speaker: int | None
    scales: Scales

    @property
    def model(self) -> tuple[str, str, str]:
        """The voice's file and what it holds."""
        return "piper", str(self.files[0]), self.digest

    def load(self) -> Any:
        """The voice, with the lengths of its phonemes given out where its model knows them."""
        from piper import PiperConfig, PiperVoice

        model, settings = self.files
        return PiperVoice(
            session=seeded_session(_with_lengths(model)),
            config=PiperConfig.from_dict(json.loads(settings.read_text("utf-8"))),
            download_dir=model.parent,
        )

    def speak(self, voice: Any) -> Recording:
        """Speaks with that voice, sentence by sentence, as Piper parts them."""
        from piper import SynthesisConfig

        ids = voice.config.phoneme_id_map
        self._refuse_unknown(voice)
        how = SynthesisConfig(
            speaker_id=self.speaker,
            noise_scale=self.scales.noise,
            length_scale=self.scales.length,
            noise_w_scale=self.scales.noise_w,
        )
        sounds: list[NDArray[np.float32]] = []
        spoken: list[Sounding] | None = []
        at = 0
        sentences = voice.phonemize(" ".join(map(_written, self.pieces)))
        signs = [sign for sentence in sentences for sign in sentence]
        refuse_unread(signs, [bool(_known([sign], ids)) for sign in signs], self.text)
        for sentence in sentences:
            known = _known(sentence, ids)
            if not any(sign.isalnum() for sign in known):
                continue
            numbers = voice.phonemes_to_ids(known)
            sound, lengths = voice.phoneme_ids_to_audio(numbers, how, include_alignments=True)
            sound = np.atleast_1d(sound).astype(np.float32)
            if spoken is not None and _told(lengths, numbers, sound, voice.config.hop_length):
                spoken += _soundings(known, ids, np.atleast_1d(lengths), at, voice.config)
            else:
                spoken = None
            sounds.append(sound)
            at += len(sound)
        words = None if spoken is None else word_times(spoken, self._phonemes_alone(voice))
        return Recording(np.concatenate(sounds), voice.config.sample_rate, words)

    def _phonemes_alone(self, voice: Any) -> list[str]:
        return [
            word.text if word.is_ipa else _joined(voice.phonemize(_written(word)))
            for word in self.alone
        ]

    def _refuse_unknown(self, voice: Any) -> None:
        given = [piece for piece in self.pieces if piece.is_ipa]
        if given and voice.config.phoneme_type.value == "text":
            raise SpeechError(
                "this voice reads letters: it cannot be given sounds by `ipa`",
                mend='write how it sounds in letters: (word)[sub:"…"]',
            )
        if unknown := unknown_sounds(given, voice.config.phoneme_id_map):
            raise SpeechError(
                f"this voice has no sound for {' '.join(unknown)} in the `ipa` of '{self.text}'",
                mend="write another sign of the International Phonetic Alphabet, which is near",
            )


def _with_lengths(model: Path) -> bytes:
    """A model that gives out the lengths of its phonemes besides, if it knows them."""
    import onnx
    from piper.patch_voice_with_alignment import add_alignment_output

    content = onnx.load(str(model))
    with contextlib.suppress(ValueError):  # it gives them already, or has none to give
        add_alignment_output(content)
    return bytes(content.SerializeToString())


def _known(signs: Sequence[str], ids: dict[str, list[int]]) -> list[str]:
    """The signs that a voice has sounds for; small letters do for capitals."""
    small = (sign if sign in ids else sign.lower() for sign in signs)
    return [sign for sign in small if sign in ids]


def _written(piece: Piece) -> str:
    """A piece as Piper reads it: sounds in double brackets; a maker's own brackets are words."""
    if piece.is_ipa:
        return f"[[{piece.text}]]"
    return re.sub(r"\[(?=\[)", "[ ", piece.text)


def _joined(sentences: list[list[str]]) -> str:
    return " ".join("".join(sentence) for sentence in sentences)


def _told(
    lengths: NDArray[np.int64] | None,
    numbers: Sequence[int],
    sound: NDArray[np.float32],
    hop: int,
) -> bool:
    """Whether a model told how long each phoneme lasts, and the sound is as long as that."""
    if lengths is None or np.size(lengths) != len(numbers):
        return False
    return abs(int(np.sum(lengths)) - len(sound)) <= hop


def _soundings(
    phonemes: Sequence[str],
    ids: dict[str, list[int]],
    lengths: NDArray[np.int64],
    start: int,
    config: Any,
) -> list[Sounding]:
    """When each phoneme sounds; a model has one length for each id, and a pad behind each."""
    edges = [start, *(start + np.cumsum(lengths)).tolist()]
    pad, rate_hz = len(ids["_"]), config.sample_rate
    counts = [len(ids[phoneme]) + pad for phoneme in phonemes]
    places = list(itertools.accumulate(counts, initial=len(ids["^"]) + pad))
    return [
        Sounding(phoneme, edges[first] / rate_hz, edges[last] / rate_hz)
        for phoneme, (first, last) in zip(phonemes, itertools.pairwise(places), strict=True)
    ]
