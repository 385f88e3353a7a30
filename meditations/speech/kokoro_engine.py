"""Kokoro: neural voices of one model, and blends of them (the extra `kokoro`)."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from meditations.errors import MeditationError, nearest
from meditations.speech import espeak
from meditations.speech.engine import Recording, VoiceInfo
from meditations.speech.kokoro_line import KokoroLine
from meditations.speech.neural import speak_line
from meditations.speech.phonemes import pieces_of, words_alone
from meditations.speech.piper_engine import versions
from meditations.speech.voice_files import digests, files_like, named_file, told_folders

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meditations.speech.utterance import Manner, Utterance

USUAL_RATE_WPM: Final = 120
OWN_RATE_WPM: Final = 160
"""About what its voices speak at a speed of 1."""
SLOWEST, FASTEST = 0.5, 2.0
"""The speeds that Kokoro takes."""
_FROM: Final = "https://github.com/thewh1teagle/kokoro-onnx/releases/download/model-files-v1.0"
GET: Final = (
    "get model and voices, 340 MB, with:\n  mkdir -p voices && cd voices && "
    f"curl -LO {_FROM}/kokoro-v1.0.onnx -LO {_FROM}/voices-v1.0.bin"
)
LANGUAGES: Final = {
    "a": ("en-us", "American English"), "b": ("en-gb", "British English"), "e": ("es", "Spanish"),
    "f": ("fr-fr", "French"), "h": ("hi", "Hindi"), "i": ("it", "Italian"),
    "p": ("pt-br", "Brazilian Portuguese"),
}  # fmt: skip
"""What the first letter of a voice's name says: espeak-ng's name of its language, and ours."""
UNREAD: Final = {"j": "Japanese", "z": "Mandarin"}
"""Languages whose writing espeak-ng does not read well enough."""
BEST: Final = ("heart", "bella", "emma")
"""The voices that Kokoro's makers grade highest come first."""
SLOWEST_TIMES: Final = 40
"""A line may take this many times as long as it sounds, on a small and busy machine."""


@dataclass(frozen=True, slots=True)
class KokoroEngine:
    """Voices of Kokoro: a model `kokoro*.onnx`, and its voices in `voices*.bin`."""

    root: Path = Path()
    name: str = "kokoro"
    usual_rate_wpm: int = USUAL_RATE_WPM
    reads_ipa: bool = True
    synthetic: bool = True
    patience_s: float = 60.0

    def version(self) -> str:
        """Versions of Kokoro, of what runs its model, and of what turns letters into sounds."""
        told = versions("kokoro", "kokoro-onnx", "onnxruntime", "phonemizer")
        return f"{told}, espeak-ng {espeak.version(espeak.locate())}"

    def files(self, utterance: Utterance) -> Sequence[Path]:
        """The model and its voices."""
        return self._files(utterance.manner)

    def basis(self, utterance: Utterance) -> str:
        """What the model's and the voices' files hold."""
        return digests(self.files(utterance))

    def check(self, manner: Manner) -> None:
        """Makes sure that Kokoro, its model and the voices are here, and take the settings."""
        self.version()
        for name, _ in manner.settings:
            if name not in ("model", "voices"):
                raise MeditationError(
                    f"Kokoro has no setting '{name}'", mend=nearest(name, ["model", "voices"])
                )
        if manner.pitch != 50:
            raise MeditationError(
                f"a voice of Kokoro has a pitch of its own: pitch {manner.pitch} cannot be had",
                mend="leave out `pitch:`, or choose another voice",
            )
        _speed(manner.rate_wpm)
        here = _names(self._files(manner)[1])
        blend = _blend(manner.voice)
        for name, _ in blend:
            if name not in here:
                raise MeditationError(
                    f"Kokoro has no voice '{name}'", mend=nearest(name, here) if here else GET
                )
        _language(blend)

    def voices(self) -> Sequence[VoiceInfo]:
        """The voices of the model that is here, those that are graded highest first."""
        try:
            self.version()
            names = _names(self._found({})[1])
        except MeditationError:
            return []
        known = [name for name in names if name[:1] in LANGUAGES]
        known.sort(key=lambda n: BEST.index(n[3:]) if n[3:] in BEST else len(BEST))
        return [VoiceInfo(name, LANGUAGES[name[0]][0], _described(name)) for name in known]

    def speak(self, utterance: Utterance, scratch: Path) -> Recording:
        """Speaks with the model, which is kept loaded in a process of its own."""
        manner = utterance.manner
        self.version()
        files = self._files(manner)
        blend = _blend(manner.voice)
        line = KokoroLine(
            text=utterance.text,
            files=files,
            digest=digests(files),
            pieces=pieces_of(utterance),
            alone=words_alone(utterance),
            blend=blend,
            language=_language(blend),
            speed=_speed(manner.rate_wpm),
        )
        sounds_s = len(utterance.text) * 0.08 / line.speed
        return speak_line(line, scratch, self.patience_s + SLOWEST_TIMES * sounds_s)

    def _files(self, manner: Manner) -> tuple[Path, Path]:
        return self._found(dict(manner.settings))

    def _found(self, settings: dict[str, str]) -> tuple[Path, Path]:
        return (
            self._file(settings.get("model"), "kokoro*.onnx", "model"),
            self._file(settings.get("voices"), "voices*.bin", "voices"),
        )

    def _file(self, named: str | None, pattern: str, key: str) -> Path:
        suffix = pattern.rpartition("*")[2]
        if named is not None:
            return named_file(named, suffix, self.root, f"the file of Kokoro's {key}", GET)
        here = files_like(self.root, pattern)
        if len(here) > 1:
            raise MeditationError(
                f"there is more than one file of Kokoro's {key} here: {', '.join(here)}",
                mend=f"say which: with: {{{key}: {next(iter(here))}}}",
            )
        if not here:
            raise MeditationError(
                f"Kokoro's {key} file, {pattern}, is not here",
                mend=f"{GET}\nlooked for in: {told_folders(self.root)}",
            )
        return next(iter(here.values()))


def _names(file: Path) -> list[str]:
    """The names of the voices in a file: an archive with an array for each."""
    try:
        with zipfile.ZipFile(file) as archive:
            return sorted(name.removesuffix(".npy") for name in archive.namelist())
    except (OSError, zipfile.BadZipFile) as error:
        raise MeditationError(
            f"these are no voices of Kokoro ({error})", mend=f"get them anew\n{GET}", file=file
        ) from None


def _blend(voice: str) -> tuple[tuple[str, float], ...]:
    """Voices and their shares, which add up to 1: `af_heart`, or `af_heart:60 + af_bella:40`."""
    parts = []
    for part in voice.split("+"):
        match = re.fullmatch(r"\s*([a-z]{2}_\w+)\s*(?::\s*(\d{1,3}(?:\.\d{1,3})?)\s*)?", part)
        if match is None or float(match[2] or 1) <= 0:
            raise MeditationError(
                f"'{voice}' names no voice of Kokoro" if voice else "no voice is named",
                mend="write a voice, or several and their shares, as in\n"
                '  voice: {engine: kokoro, voice: "af_heart:60 + af_bella:40"}\n'
                "see them all with: meditations voices",
            )
        parts.append((match[1], float(match[2] or 1)))
    whole = sum(share for _, share in parts)
    return tuple((name, share / whole) for name, share in parts)


def _language(blend: Sequence[tuple[str, float]]) -> str:
    """The language that all voices of a blend speak, as espeak-ng calls it."""
    letters = {name[0] for name, _ in blend}
    first = blend[0][0]
    if len(letters) > 1:
        raise MeditationError(
            "a blend speaks one language, and these voices speak several",
            mend=f"blend {first} with voices that begin with '{first[0]}'",
        )
    if first[0] in LANGUAGES:
        return LANGUAGES[first[0]][0]
    raise MeditationError(
        f"the language of the voice '{first}', {UNREAD.get(first[0], 'whichever it is')}, "
        "is not read well enough here to be spoken",
        mend="Kokoro speaks here: " + ", ".join(told for _, told in LANGUAGES.values()),
    )


def _speed(rate_wpm: int) -> float:
    speed = rate_wpm / OWN_RATE_WPM
    if not SLOWEST <= speed <= FASTEST:
        least, most = round(SLOWEST * OWN_RATE_WPM), round(FASTEST * OWN_RATE_WPM)
        raise MeditationError(
            f"Kokoro cannot speak at a rate of {rate_wpm}", mend=f"choose from {least} to {most}"
        )
    return speed


def _described(name: str) -> str:
    who = {"f": "a woman's voice", "m": "a man's voice"}.get(name[1:2], "")
    return ", ".join(filter(None, (LANGUAGES[name[0]][1], who)))
