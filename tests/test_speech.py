"""pyttsx3 made dependable: each pitfall of it has a test, with the real engine."""

from __future__ import annotations

import hashlib
import os
import time
import wave
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from support.tracks import ebur128

from meditations.errors import MeditationError, SpeechError
from meditations.quantities import SAMPLE_RATE_HZ
from meditations.sound.chain_files import find_chain
from meditations.sound.levels import CODEC_LOSS_DB
from meditations.sound.peaks import true_peak_dbtp
from meditations.speech import espeak, pyttsx3_engine, speaker, speaking_child
from meditations.speech.engine import Recording
from meditations.speech.pyttsx3_engine import Pyttsx3Engine
from meditations.speech.speaking_child import Answer
from meditations.speech.takes import MARGIN_FRAMES, prepare, take_key
from meditations.speech.utterance import Sounds, Utterance
from meditations.speech.voices import NAMED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection

GENTLE = NAMED["gentle"]
WARM, HALL = (find_chain(name, Path()) for name in ("warm", "hall"))


@pytest.fixture
def other_child(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[object], None]]:
    """Lets a speaking process run something else for each line."""

    def use(child: object) -> None:
        monkeypatch.setattr(speaking_child, "speak_and_exit", child)
        speaker.end_speaker()

    yield use
    speaker.end_speaker()


def _say(text: str, scratch: Path, **changes: object) -> Recording:
    manner = replace(GENTLE, **changes)  # type: ignore[arg-type]
    return Pyttsx3Engine().speak(Utterance(text, manner), scratch)


def _digest(recording: Recording) -> str:
    return hashlib.sha256(recording.samples.tobytes()).hexdigest()


def test_same_bytes_whatever_was_said_before_and_whenever(tmp_path: Path) -> None:
    """espeak-ng's noise is seeded: many utterances at once, twice over, give the same samples."""
    texts = [f"This is sentence number {n}, and it sounds the same." for n in range(24)]
    with ThreadPoolExecutor(4) as threads:
        first = list(threads.map(lambda text: _digest(_say(text, tmp_path)), texts))
        again = list(threads.map(lambda text: _digest(_say(text, tmp_path)), reversed(texts)))
    assert first == again[::-1]
    assert len(set(first)) == len(texts)


def test_rate_is_the_rate_asked_for(tmp_path: Path) -> None:
    """Slower takes longer, in proportion; nothing falls back to 200 words a minute."""
    text = "You might notice the places where the chair is holding you."
    lengths = {rate: len(_say(text, tmp_path, rate_wpm=rate).samples) for rate in (90, 118, 200)}
    assert 1.15 < lengths[90] / lengths[118] < 1.5
    assert 1.4 < lengths[118] / lengths[200] < 2.0


def test_pitch_changes_the_sound(tmp_path: Path) -> None:
    """The pitch that is asked for reaches the engine."""
    assert _digest(_say("Hello there.", tmp_path, pitch=20)) != _digest(
        _say("Hello there.", tmp_path, pitch=80)
    )


def test_variants_differ(tmp_path: Path) -> None:
    """A voice and its variants are different voices: none is dropped in silence."""
    voices = ["en-us", "en-us+f5", "en-us+m3", "en-gb+f5", "de+f2"]
    assert len({_digest(_say("Hello there.", tmp_path, voice=voice)) for voice in voices}) == 5


@pytest.mark.parametrize(
    ("voice", "near"),
    [("en-uk", "en-us"), ("en-us+f9", "f5"), ("gmw/en-us", "en-us"), ("nobody", "nb")],
)
def test_unknown_voice_is_named_with_near_ones(voice: str, near: str) -> None:
    """espeak-ng would swallow it; the engine says so and names voices that are near."""
    with pytest.raises(MeditationError) as caught:
        Pyttsx3Engine().check(replace(GENTLE, voice=voice))
    assert near in caught.value.mend


@pytest.mark.parametrize("manner", NAMED.values(), ids=NAMED)
def test_named_voices_exist(manner: object) -> None:
    """Every voice that has a name can speak."""
    Pyttsx3Engine().check(manner)  # type: ignore[arg-type]


def _hang(utterance: Utterance, target: str, timeout_s: float, sender: Connection) -> None:
    Path(f"{target}.pid").write_text(str(os.getpid()))
    time.sleep(60)


def _end_without_a_word(
    utterance: Utterance, target: str, timeout_s: float, sender: Connection
) -> None:
    import os

    os._exit(139)


def _leave_silence(utterance: Utterance, target: str, timeout_s: float, sender: Connection) -> None:
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(22_050)
        file.writeframes(bytes(2 * 22_050))
    sender.send(Answer())


def _leave_half(utterance: Utterance, target: str, timeout_s: float, sender: Connection) -> None:
    _leave_noise(target, 3.0)
    with open(target, "r+b") as file:  # noqa: PTH123
        file.truncate(4_000)
    sender.send(Answer())


def _leave_too_short(
    utterance: Utterance, target: str, timeout_s: float, sender: Connection
) -> None:
    _leave_noise(target, 0.5)
    sender.send(Answer())


def _leave_nothing(utterance: Utterance, target: str, timeout_s: float, sender: Connection) -> None:
    sender.send(Answer())


def _leave_noise(target: str, seconds: float) -> None:
    noise = np.random.default_rng(1).integers(-9_000, 9_000, int(seconds * 22_050))
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(22_050)
        file.writeframes(noise.astype("<i2").tobytes())


@pytest.mark.parametrize(
    ("child", "said"),
    [
        (_end_without_a_word, "ended without a word"),
        (_leave_nothing, "no readable sound"),
        (_leave_silence, "gave silence"),
        (_leave_half, "half of one"),
        (_leave_too_short, "where at least"),
    ],
)
def test_what_goes_wrong_is_tried_again_and_then_told(
    child: object, said: str, tmp_path: Path, other_child: Callable[[object], None]
) -> None:
    """A crash, no file, silence, half a file, a sound too short: each is noticed, three times."""
    other_child(child)
    with pytest.raises(SpeechError) as caught:
        _say("This is a sentence of ordinary length, which takes a while.", tmp_path)
    assert caught.value.mend.count(said) == 3
    assert not list(tmp_path.iterdir())


def test_a_child_that_hangs_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other_child: Callable[[object], None]
) -> None:
    """No wait is without an end: a speaking process that hangs is killed and told of."""
    other_child(_hang)
    monkeypatch.setattr(pyttsx3_engine, "timeout_s", lambda utterance: 0.3)
    with pytest.raises(SpeechError, match="could not be spoken"):
        Pyttsx3Engine(tries=1).speak(Utterance("Hello.", GENTLE), tmp_path)
    (told,) = tmp_path.iterdir()
    with pytest.raises(ProcessLookupError):
        os.kill(int(told.read_text()), 0)


def test_takes_are_trimmed_levelled_and_limited(tmp_path: Path) -> None:
    """A take is 48 kHz, starts after 40 ms, is as loud as all others, and has no high peak."""
    for text in ("Hello, and welcome.", "You can stop or change anything here, at any time.", "No"):
        made = prepare(_say(text, tmp_path), WARM)
        samples, frames = made.samples, made.speech_frames
        assert frames % 48 == 0
        assert len(samples) == frames + 2 * MARGIN_FRAMES + WARM.tail_frames
        speech = samples[MARGIN_FRAMES : MARGIN_FRAMES + frames]
        if frames >= 0.4 * SAMPLE_RATE_HZ:
            # Alone, and as one of many words: single words cannot have both.
            alone, peak = ebur128(np.stack([speech, speech], axis=1), tmp_path)
            often, _ = ebur128(np.tile(np.stack([speech, speech], axis=1), (8, 1)), tmp_path)
            assert alone - (-16.0 + CODEC_LOSS_DB) == pytest.approx(0.1, abs=0.4)
            if frames > 2 * SAMPLE_RATE_HZ:
                assert often == pytest.approx(-16.0 + CODEC_LOSS_DB, abs=0.15)
            assert peak <= -2.9
        assert true_peak_dbtp(samples) <= -3.0 + 1e-6


def test_key_changes_with_all_that_changes_the_sound() -> None:
    """Text, voice, rate, pitch, volume, engine, version and chain each make another take."""
    base = Utterance("Hello.", GENTLE)
    others = [
        take_key(Utterance("Hello", GENTLE), ("1", ""), WARM),
        take_key(base, ("2", ""), WARM),
        take_key(base, ("1", ""), HALL),
        take_key(base, ("1", "model"), WARM),
        take_key(Utterance("Hello.", GENTLE, (Sounds(0, 1, "h"),)), ("1", ""), WARM),
        *(
            take_key(Utterance("Hello.", replace(GENTLE, **{field: value})), ("1", ""), WARM)  # type: ignore[arg-type]
            for field, value in [
                ("engine", "x"), ("voice", "de"), ("rate_wpm", 119), ("pitch", 46),
                ("volume_db", -3.0), ("settings", (("speaker", "2"),)),
            ]
        ),
    ]  # fmt: skip
    assert len({take_key(base, ("1", ""), WARM), *others}) == 1 + len(others)


def test_no_espeak_is_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the library is missing the message says how to get it."""
    monkeypatch.setenv("MEDITATIONS_ESPEAK", "/nowhere/libespeak-ng.so")
    with pytest.raises(MeditationError, match="names no espeak-ng"):
        espeak.locate()
