"""Piper: neural voices in files, spoken on this machine (the extra `piper`)."""

from __future__ import annotations

import importlib.metadata
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from meditations.errors import MeditationError, nearest
from meditations.speech.engine import Recording, VoiceInfo
from meditations.speech.neural import speak_line
from meditations.speech.phonemes import pieces_of, words_alone
from meditations.speech.piper_line import PiperLine, Scales
from meditations.speech.voice_files import digests, files_like, named_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meditations.speech.utterance import Manner, Utterance

USUAL_RATE_WPM: Final = 120
OWN_RATE_WPM: Final = 157
"""What a voice speaks at its own length scale: the mean of the readings of LJ Speech.

225,715 words in 23 h 55 min 17 s (https://keithito.com/LJ-Speech-Dataset/); voices differ."""
GET: Final = (
    "get one, such as en_US-ljspeech-medium, with:\n"
    "  python -m piper.download_voices --download-dir voices en_US-ljspeech-medium\n"
    "each voice has a licence of its own: see docs/voices.md"
)
RANGES: Final = {
    "length_scale": (0.5, 3.0),
    "noise_scale": (0.0, 1.0),
    "noise_w_scale": (0.0, 1.0),
}
"""Least and most of each setting that is a number."""
KINDS: Final = ("espeak", "text", "hebrew", "japanese", "thai")
"""How voices turn letters into sounds, but for `pinyin`, which fetches a model of its own."""
QUALITIES: Final = ("high", "medium", "low", "x_low")
SLOWEST_TIMES: Final = 20
"""A line may take this many times as long as it sounds, on a small and busy machine."""


@dataclass(frozen=True, slots=True)
class PiperEngine:
    """Voices of Piper: a model `NAME.onnx` with its settings `NAME.onnx.json` beside it."""

    root: Path = Path()
    name: str = "piper"
    usual_rate_wpm: int = USUAL_RATE_WPM
    reads_ipa: bool = True
    synthetic: bool = True
    patience_s: float = 60.0

    def version(self) -> str:
        """Versions of Piper, which brings its own espeak-ng, and of what runs its models."""
        return versions("piper", "piper-tts", "onnxruntime")

    def files(self, utterance: Utterance) -> Sequence[Path]:
        """The voice's model and settings."""
        return self._files(utterance.manner.voice)

    def basis(self, utterance: Utterance) -> str:
        """What the voice's two files hold."""
        return digests(self.files(utterance))

    def check(self, manner: Manner) -> None:
        """Makes sure that Piper and the voice are here, and that the settings are its own."""
        self.version()
        config = self._config(manner.voice)
        if manner.pitch != 50:
            raise MeditationError(
                f"a voice of Piper has a pitch of its own: pitch {manner.pitch} cannot be had",
                mend="leave out `pitch:`, or choose another voice",
            )
        kind = config.get("phoneme_type", "espeak")
        if kind not in KINDS:
            raise MeditationError(
                f"the voice '{manner.voice}' needs the kind of phonemes '{kind}', which is not "
                "spoken here",
                mend="choose a voice of another kind",
            )
        for name, value in manner.settings:
            if name == "speaker":
                _speaker(value, config)
            elif name in RANGES:
                _number(name, value)
            else:
                raise MeditationError(
                    f"Piper has no setting '{name}'", mend=nearest(name, ["speaker", *RANGES])
                )

    def voices(self) -> Sequence[VoiceInfo]:
        """The voices in all folders, those of the highest quality first."""
        try:
            self.version()
        except MeditationError:
            return []
        found: list[tuple[int, VoiceInfo]] = []
        for name, file in files_like(self.root, "*.onnx").items():
            try:
                config = _read_config(file)
            except MeditationError:
                continue  # a model of another engine, or a broken file: `check` tells which
            if config.get("phoneme_type", "espeak") in KINDS:
                found.append((_grade(config), _info(name, config)))
        return [info for _, info in sorted(found, key=lambda graded: graded[0])]

    def speak(self, utterance: Utterance, scratch: Path) -> Recording:
        """Speaks with the model, which is kept loaded in a process of its own."""
        manner = utterance.manner
        self.version()
        config = self._config(manner.voice)
        files = self._files(manner.voice)
        settings = dict(manner.settings)
        scales = _scales(settings, manner.rate_wpm, config)
        line = PiperLine(
            text=utterance.text,
            files=files,
            digest=digests(files),
            pieces=pieces_of(utterance),
            alone=words_alone(utterance),
            speaker=_speaker(settings["speaker"], config) if "speaker" in settings else None,
            scales=scales,
        )
        sounds_s = len(utterance.text) * 0.08 * scales.length
        return speak_line(line, scratch, self.patience_s + SLOWEST_TIMES * sounds_s)

    def _files(self, voice: str) -> tuple[Path, Path]:
        model = named_file(voice, ".onnx", self.root, "the voice", GET)
        return model, _beside(model)

    def _config(self, voice: str) -> dict[str, Any]:
        return _read_config(self._files(voice)[0])


def versions(extra: str, *packages: str) -> str:
    """The versions of packages.

    Raises:
        MeditationError: If one is not installed; names the extra that brings it.
    """
    try:
        return ", ".join(f"{name} {importlib.metadata.version(name)}" for name in packages)
    except importlib.metadata.PackageNotFoundError as error:
        raise MeditationError(
            f"the engine {extra} is not installed: there is no {error.name or error}",
            mend=f"get it with: pip install 'meditations[{extra}]'",
        ) from None


def _beside(model: Path) -> Path:
    return model.with_name(f"{model.name}.json")


def _read_config(model: Path) -> dict[str, Any]:
    file = _beside(model)
    again = "get both files anew, and keep them side by side\n" + GET
    if not file.is_file():
        raise MeditationError(
            f"the voice {model.name} lacks its settings, {file.name}", mend=again, file=model
        )
    try:
        config = json.loads(file.read_text("utf-8"))
        whole = config["audio"]["sample_rate"] > 0 < config["num_speakers"]
        whole = whole and {"_", "^", "$"} <= set(config["phoneme_id_map"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise MeditationError(
            f"these are no settings of a Piper voice ({type(error).__name__}: {error})",
            mend=again,
            file=file,
        ) from None
    if not whole:
        raise MeditationError("these are no settings of a Piper voice", mend=again, file=file)
    return dict(config)


def _grade(config: dict[str, Any]) -> int:
    """The place of a voice's quality; one that is not told comes last."""
    told = (config.get("audio") or {}).get("quality")
    return QUALITIES.index(told) if told in QUALITIES else len(QUALITIES)


def _info(name: str, config: dict[str, Any]) -> VoiceInfo:
    language = config.get("language") or {}
    code = language.get("code") or (config.get("espeak") or {}).get("voice") or ""
    told = [language.get("name_english") or "", (config.get("audio") or {}).get("quality") or ""]
    if (speakers := config["num_speakers"]) > 1:
        told.append(f"{speakers} speakers")
    return VoiceInfo(name, code.replace("_", "-").lower(), ", ".join(filter(None, told)))


def _speaker(value: str, config: dict[str, Any]) -> int:
    """The number of a speaker, by name or number."""
    count = config["num_speakers"]
    names: dict[str, int] = config.get("speaker_id_map") or {}
    if value in names:
        return int(names[value])
    if count <= 1:
        raise MeditationError(
            "this voice has one speaker alone", mend="leave out `speaker:` under `with:`"
        )
    if re.fullmatch(r"\d{1,6}", value) and int(value) < count:
        return int(value)
    known = nearest(value, list(names)[:20]) + "\n" if names else ""
    raise MeditationError(
        f"this voice has no speaker '{value}'", mend=f"{known}or a number from 0 to {count - 1}"
    )


def _number(name: str, value: str) -> float:
    """A setting's number within its range."""
    least, most = RANGES[name]
    found = float(value) if re.fullmatch(r"\d{1,3}(\.\d{1,6})?|\.\d{1,6}", value.strip()) else -1.0
    if not least <= found <= most:
        raise MeditationError(
            f"{name} = {value} is out of range", mend=f"choose from {least:g} to {most:g}"
        )
    return found


def _scales(settings: dict[str, str], rate_wpm: int, config: dict[str, Any]) -> Scales:
    """The model's three numbers: what is set, or the voice's own; slower for a meditation."""
    own = config.get("inference") or {}
    length = float(own.get("length_scale", 1.0)) * OWN_RATE_WPM / USUAL_RATE_WPM
    if "length_scale" in settings:
        length = _number("length_scale", settings["length_scale"])
    noise, noise_w = (
        _number(name, settings[name]) if name in settings else float(own.get(key, default))
        for name, key, default in (
            ("noise_scale", "noise_scale", 0.667), ("noise_w_scale", "noise_w", 0.8),
        )
    )  # fmt: skip
    return Scales(noise, length * USUAL_RATE_WPM / rate_wpm, noise_w)
