"""pyttsx3 with espeak-ng, made dependable: one process an utterance, and every take verified."""

from __future__ import annotations

import wave
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import numpy as np

from meditations.errors import MeditationError, SpeechError, nearest
from meditations.speech import espeak, espeak_spelling, system_voices
from meditations.speech.engine import Recording, VoiceInfo
from meditations.speech.speaker import speak_in_a_child
from meditations.speech.word_events import words_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from meditations.speech.engine import WordTime
    from meditations.speech.speaking_child import WordEvent
    from meditations.speech.utterance import Manner, Utterance

TRIES: Final = 3
RATE_HZ: Final = 22_050
SHORTEST_SHARE: Final = 0.62
"""A take under this share of `expected_s` was cut, or spoken far too fast.

Of 139 sentences in six languages at rates from 90 to 160 the shortest came to 0.81."""


@dataclass(frozen=True, slots=True)
class Pyttsx3Engine:
    """The default engine: espeak-ng through pyttsx3, offline, from wheels alone.

    Where the system has voices of its own, on macOS and Windows, it drives those as well.
    """

    root: Path = Path()
    name: str = "pyttsx3"
    usual_rate_wpm: int = 106
    reads_ipa: bool = True
    synthetic: bool = True
    tries: int = TRIES

    def files(self, utterance: Utterance) -> Sequence[Path]:  # noqa: ARG002 - any voice's are one
        """None: the voices are espeak-ng's or the system's, which `basis` tells."""
        return ()

    def basis(self, utterance: Utterance) -> str:
        """The system's version for its voices; those of espeak-ng are told by its own."""
        voice = utterance.manner.voice
        if not system_voices.driver_of(voice):
            return f"phonemes {espeak_spelling.FORMAT}" if utterance.sounds else ""
        if utterance.sounds:
            raise MeditationError(
                f"the voice '{voice}' cannot read sounds",
                mend='write them in letters: (word)[sub:"…"]',
            )
        return system_voices.basis(voice)

    def version(self) -> str:
        """Versions of pyttsx3 and of espeak-ng."""
        import importlib.metadata  # slow to import, and only asked for once

        driver = importlib.metadata.version("pyttsx3")
        return f"pyttsx3 {driver}, espeak-ng {espeak.version(espeak.locate())}"

    def check(self, manner: Manner) -> None:
        """Makes sure that the voice is here; espeak-ng would swallow an unknown one."""
        if manner.settings:
            raise MeditationError(
                "the engine pyttsx3 has no settings of its own", mend="leave out `with:`"
            )
        if system_voices.driver_of(manner.voice):
            system_voices.check_voice(manner.voice)
            if manner.pitch != 50:
                raise MeditationError(
                    "the voices of the system cannot change their pitch", mend="leave out `pitch:`"
                )
            return
        here = espeak.locate()
        base, plus, variant = manner.voice.partition("+")
        if base.lower() not in espeak.languages(here):
            raise MeditationError(
                f"espeak-ng has no voice '{base}'",
                mend=nearest(base, _choices(base, espeak.languages(here)))
                + "\nsee them all with: meditations voices",
            )
        if plus and variant not in espeak.variants(here):
            raise MeditationError(
                f"espeak-ng has no variant '{variant}' for the voice '{base}'",
                mend=nearest(variant, espeak.variants(here)),
            )

    def voices(self) -> Sequence[VoiceInfo]:
        """Those of the system, then espeak-ng's languages, which take a `+` and a variant."""
        found = espeak.languages(espeak.locate())
        ours = [VoiceInfo(name, name, found[name].described) for name in sorted(found)]
        try:
            return [*system_voices.system_voices(), *ours]
        except MeditationError:  # `check` says why, to whoever asks for one of them
            return ours

    def speak(self, utterance: Utterance, scratch: Path) -> Recording:
        """Speaks in a fresh process, up to three times, and verifies what came back."""
        faults = []
        given = espeak_spelling.given(utterance)
        for _ in range(self.tries):
            target = scratch / f"spoken-{uuid4().hex}.wav"
            try:
                if system_voices.driver_of(utterance.manner.voice):
                    return system_voices.speak(utterance, scratch, timeout_s(utterance))
                answer = speak_in_a_child(given, str(target), timeout_s(utterance))
                fault = answer.fault
                if not fault:
                    recording = _verified(target, utterance)
                    words = _words_at(given, utterance, answer.events, recording)
                    return replace(recording, words=words)
            except SpeechError as error:
                fault = error.what
            finally:
                target.unlink(missing_ok=True)
            faults.append(fault)
        raise SpeechError(
            f"this could not be spoken: '{_short(utterance.text)}'",
            mend="\n".join(f"try {n}: {fault}" for n, fault in enumerate(faults, 1))
            + "\nsee what is wrong with: meditations doctor",
        )


def expected_s(text: str, rate_wpm: int) -> float:
    """How long espeak-ng takes for `text` at the least; in the middle it is 1.3 times as long."""
    spoken = sum(1 for char in text if char.isalnum())
    return spoken * 0.089 * 118 / rate_wpm


def timeout_s(utterance: Utterance) -> float:
    """How long to wait for an utterance: espeak-ng speaks some 500 times as fast as it sounds."""
    return 15 + expected_s(utterance.text, utterance.manner.rate_wpm) / 5


def _verified(file: Path, utterance: Utterance) -> Recording:
    """The samples of `file`, which must be whole, sounding, and long enough for the text."""
    try:
        with wave.open(str(file), "rb") as sound:
            rate_hz, count = sound.getframerate(), sound.getnframes()
            raw = sound.readframes(count)
            channels, width = sound.getnchannels(), sound.getsampwidth()
    except (OSError, EOFError, wave.Error) as error:
        raise SpeechError(f"the engine left no readable sound ({error})") from None
    if (rate_hz, channels, width) != (RATE_HZ, 1, 2) or len(raw) != 2 * count:
        raise SpeechError("the engine left a sound in a format of another kind, or half of one")
    samples = np.frombuffer(raw, dtype="<i2").astype(np.float32) / np.float32(32768)
    if max(samples.max(initial=0), -samples.min(initial=0)) <= 0.01:
        raise SpeechError("the engine gave silence")
    text = _in_letters(utterance)
    shortest_s = SHORTEST_SHARE * expected_s(text, utterance.manner.rate_wpm)
    if text.isascii() and count / rate_hz < shortest_s:
        raise SpeechError(
            f"the engine gave {count / rate_hz:.2f} s where at least {shortest_s:.2f} s belong"
        )
    return Recording(samples, rate_hz)


def _words_at(
    given: Utterance, utterance: Utterance, events: Sequence[WordEvent], recording: Recording
) -> tuple[WordTime, ...] | None:
    """When each word sounds; where words under sounds cannot be counted off, nobody knows."""
    if len(given.words) != len(utterance.words):
        return None
    return words_at(given.text, events, recording)


def _in_letters(utterance: Utterance) -> str:
    """The words whose sounds are not given; the others may be far shorter than they look."""
    given = {
        n for sounds in utterance.sounds for n in range(sounds.first, sounds.first + sounds.count)
    }
    return " ".join(word for n, word in enumerate(utterance.words) if n not in given)


def _choices(word: str, known: Iterable[str]) -> list[str]:
    """Voices of the same language first, so that a near list is of use."""
    family = [name for name in known if name.split("-")[0] == word.lower().split("-")[0]]
    return family or sorted(known)


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"
