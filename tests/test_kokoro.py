"""Kokoro's own: real kokoro-onnx and onnxruntime, with a tiny model of lengths one can count."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from support.voice_models import HOP, frames_of, write_kokoro, write_piper

from meditations.errors import MeditationError, SpeechError
from meditations.speech.kokoro_engine import LANGUAGES, OWN_RATE_WPM, USUAL_RATE_WPM, KokoroEngine
from meditations.speech.neural import end_neural
from meditations.speech.piper_engine import PiperEngine
from meditations.speech.utterance import Manner, Sounds, Utterance

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from meditations.speech.engine import Recording

HEART = Manner("kokoro", "af_heart", USUAL_RATE_WPM, 50)
RATE_HZ = 24_000


@pytest.fixture(autouse=True, scope="module")
def ended() -> Iterator[None]:
    """The process that keeps the models ends with these tests."""
    yield
    end_neural()


def _say(root: Path, text: str, *sounds: Sounds, **changes: object) -> Recording:
    manner = replace(HEART, **changes)  # type: ignore[arg-type]
    return KokoroEngine(root).speak(Utterance(text, manner, sounds), root)


def _expected(phonemes: str, rate_wpm: int) -> int:
    speed = np.float32(rate_wpm / OWN_RATE_WPM)
    return HOP * sum(math.ceil(np.float32(frames_of(p)) / speed) for p in ("$", *phonemes, "$"))


@pytest.mark.parametrize("rate_wpm", [USUAL_RATE_WPM, OWN_RATE_WPM, 90])
def test_sounds_last_as_long_as_the_model_says(tmp_path: Path, rate_wpm: int) -> None:
    """Phonemes given by `ipa` reach the model as they are, at the speed of the rate."""
    write_kokoro(tmp_path / "voices")
    given = _say(tmp_path, "Sat Nam", Sounds(0, 2, "sʌt nɑm"), rate_wpm=rate_wpm)
    assert given.rate_hz == RATE_HZ
    assert len(given.samples) == _expected("sʌt nɑm", rate_wpm)
    assert given.words is not None
    for word in given.words:
        heard = given.samples[int(word.start_s * RATE_HZ) : int(word.end_s * RATE_HZ)]
        assert np.sqrt(np.mean(heard**2)) > 0.2
    assert given.words[1].start_s - given.words[0].end_s == pytest.approx(
        HOP * math.ceil(2 / (rate_wpm / OWN_RATE_WPM)) / RATE_HZ
    )


def test_words_of_a_phonemizer_keep_their_places(tmp_path: Path) -> None:
    """What espeak-ng runs together, and numbers, fall to the words they were written as."""
    write_kokoro(tmp_path / "voices")
    given = _say(tmp_path, "At the end of the 20 minutes rest")
    assert given.words is not None
    lengths = [word.end_s - word.start_s for word in given.words]
    assert min(lengths) >= HOP / RATE_HZ
    assert max(lengths) in (lengths[5], lengths[6])


def test_an_older_model_gives_no_words(tmp_path: Path) -> None:
    """A model that does not tell how long its sounds last speaks without word times."""
    write_kokoro(tmp_path / "voices", timed=False)
    assert _say(tmp_path, "Be still.").words is None


def test_blends_lie_between_their_voices(tmp_path: Path) -> None:
    """Shares count against one another, and a blend of one voice is that voice."""
    write_kokoro(tmp_path / "voices", voices={"af_heart": 0, "af_bella": 2, "af_mid": 0.5})
    said = {
        voice: _say(tmp_path, "Be still", voice=voice).samples
        for voice in (
            "af_heart", "af_bella", "af_mid", "af_heart:75 + af_bella:25", "af_heart:3+af_bella",
            "af_heart + af_heart:4",
        )
    }  # fmt: skip
    assert not np.array_equal(said["af_heart"], said["af_bella"])
    assert np.array_equal(said["af_mid"], said["af_heart:75 + af_bella:25"])
    assert np.array_equal(said["af_mid"], said["af_heart:3+af_bella"])
    assert np.array_equal(said["af_heart"], said["af_heart + af_heart:4"])


def test_the_first_letter_is_the_language(tmp_path: Path) -> None:
    """A voice reads as its language does; the best of each are told first."""
    names = ("af_alloy", "af_heart", "ef_dora", "jf_x")
    write_kokoro(tmp_path / "voices", voices=dict.fromkeys(names, 0.0))
    engine = KokoroEngine(tmp_path)
    told = [(voice.name, voice.language) for voice in engine.voices()]
    assert told == [("af_heart", "en-us"), ("af_alloy", "en-us"), ("ef_dora", "es")]
    english, spanish = (_say(tmp_path, "quince", voice=v) for v in ("af_alloy", "ef_dora"))
    assert not np.array_equal(english.samples, spanish.samples)


@pytest.mark.parametrize("letter", LANGUAGES)
def test_every_language_has_a_reader(tmp_path: Path, letter: str) -> None:
    """Each language that Kokoro's voices speak here is one that espeak-ng reads."""
    write_kokoro(tmp_path / "voices", voices={f"{letter}f_one": 0.0})
    text = "नमस्ते" if letter == "h" else "Allegro"
    assert len(_say(tmp_path, text, voice=f"{letter}f_one").samples) > RATE_HZ // 4


def test_long_text_is_spoken_whole(tmp_path: Path) -> None:
    """Text past what the model takes at once is parted and joined, with a time for each word."""
    write_kokoro(tmp_path / "voices")
    text = " ".join(["The quiet evening goes on, slowly, and nothing has to be done."] * 14)
    given = _say(tmp_path, text)
    assert given.words is not None
    assert len(given.words) == len(text.split())
    starts = [word.start_s for word in given.words]
    assert starts == sorted(starts)
    assert max(np.diff(starts)) < 2


def test_beside_piper_each_sounds_as_alone(tmp_path: Path) -> None:
    """Both keep their models in one process, and neither changes the other."""
    write_kokoro(tmp_path / "voices")
    write_piper(tmp_path / "voices", "tiny")
    tiny = Utterance("Be still.", Manner("piper", "tiny", 120, 50))
    kokoro = _say(tmp_path, "Be still.").samples
    piper = PiperEngine(tmp_path).speak(tiny, tmp_path).samples
    end_neural()
    assert np.array_equal(PiperEngine(tmp_path).speak(tiny, tmp_path).samples, piper)
    assert np.array_equal(_say(tmp_path, "Be still.").samples, kokoro)


def test_a_model_of_whole_speeds_is_refused(tmp_path: Path) -> None:
    """Kokoro would round the speed and speak far too fast."""
    write_kokoro(tmp_path / "voices", whole_speeds=True)
    with pytest.raises(SpeechError, match="takes whole speeds alone"):
        _say(tmp_path, "Be still.")
    assert len(_say(tmp_path, "Be still.", rate_wpm=OWN_RATE_WPM).samples)


@pytest.mark.parametrize(
    ("text", "sounds", "told"),
    [("Om", (Sounds(0, 1, "oʘm"),), "no sound for ʘ"), ("…", (), "no sound for anything")],
)
def test_what_it_has_no_sound_for_is_told(
    tmp_path: Path, text: str, sounds: tuple[Sounds, ...], told: str
) -> None:
    """Signs without a sound are never left out in silence."""
    write_kokoro(tmp_path / "voices")
    with pytest.raises(SpeechError, match=told):
        _say(tmp_path, text, *sounds)


def test_silence_is_told(tmp_path: Path) -> None:
    """A model that gives silence is an error."""
    write_kokoro(tmp_path / "voices", deaf=True)
    with pytest.raises(SpeechError) as caught:
        _say(tmp_path, "Be still.")
    assert "gave silence" in caught.value.mend


@pytest.mark.parametrize(
    ("changes", "what", "mend"),
    [
        ({"voice": ""}, "no voice is named", "meditations voices"),
        ({"voice": "Heart"}, "'Heart' names no voice", "af_heart:60"),
        ({"voice": "af_heart:0"}, "names no voice", "their shares"),
        ({"voice": "af_hart"}, "no voice 'af_hart'", "did you mean 'af_heart'?"),
        ({"voice": "af_heart + bf_emma"}, "a blend speaks one language", "begin with 'a'"),
        ({"voice": "jf_alpha"}, "'jf_alpha', Japanese,", "American English"),
        ({"pitch": 60}, "pitch 60 cannot be had", "leave out"),
        ({"rate_wpm": 70}, "a rate of 70", "from 80 to 320"),
        ({"settings": (("modell", "x"),)}, "no setting 'modell'", "'model'"),
        ({"settings": (("model", "kokoro-big"),)}, "'kokoro-big' is not here", "'kokoro-tiny'"),
    ],
)
def test_what_kokoro_does_not_take_is_told(
    tmp_path: Path, changes: dict[str, object], what: str, mend: str
) -> None:
    """Each setting is checked before a word is spoken, with a message that mends it."""
    voices = {"af_heart": 0.0, "bf_emma": 0.0, "jf_alpha": 0.0}
    write_kokoro(tmp_path / "voices", voices=voices)
    with pytest.raises(MeditationError) as caught:
        KokoroEngine(tmp_path).check(replace(HEART, **changes))  # type: ignore[arg-type]
    assert what in caught.value.what
    assert mend in caught.value.mend


def test_of_several_models_one_is_named(tmp_path: Path) -> None:
    """Where more than one model is here the script says which; nothing is guessed."""
    write_kokoro(tmp_path / "voices")
    write_kokoro(tmp_path / "voices", "kokoro-small")
    engine = KokoroEngine(tmp_path)
    assert engine.voices() == []
    with pytest.raises(MeditationError, match="more than one file") as caught:
        engine.check(HEART)
    assert "with: {model: kokoro-small}" in caught.value.mend
    engine.check(replace(HEART, settings=(("model", "kokoro-small"),)))
    engine.check(replace(HEART, settings=(("model", "voices/kokoro-tiny.onnx"),)))


def test_broken_files_are_told(tmp_path: Path) -> None:
    """Half a model or half an archive of voices is named, and how to get it anew."""
    model = write_kokoro(tmp_path / "voices")
    model.write_bytes(model.read_bytes()[:-400])
    with pytest.raises(SpeechError) as caught:
        _say(tmp_path, "Be still.")
    assert "the voice failed" in caught.value.mend
    (tmp_path / "voices" / "voices-tiny.bin").write_bytes(b"half")
    with pytest.raises(MeditationError, match="no voices of Kokoro"):
        KokoroEngine(tmp_path).check(HEART)
