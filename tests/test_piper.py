"""Piper's own: real Piper and onnxruntime, with tiny models whose lengths can be counted."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from support.scripts import with_steps
from support.tracks import build, hear
from support.voice_models import (
    EDGE_FRAMES,
    HOP,
    PIPER_RATE_HZ,
    SOUND_FRAMES,
    expected_samples,
    write_piper,
)

from meditations.errors import MeditationError, SpeechError
from meditations.speech import neural
from meditations.speech.neural import MOST_LOADED, end_neural
from meditations.speech.piper_engine import OWN_RATE_WPM, USUAL_RATE_WPM, PiperEngine
from meditations.speech.utterance import Manner, Sounds, Utterance

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from meditations.speech.engine import Recording
    from meditations.workers import Workers

EXACT = (("length_scale", "1"), ("noise_scale", "0"), ("noise_w_scale", "0"))
TINY = Manner("piper", "tiny", USUAL_RATE_WPM, 50)


@pytest.fixture(autouse=True, scope="module")
def ended() -> Iterator[None]:
    """The process that keeps the models ends with these tests."""
    yield
    end_neural()


def _say(root: Path, text: str, *sounds: Sounds, **changes: object) -> Recording:
    manner = replace(TINY, **changes)  # type: ignore[arg-type]
    return PiperEngine(root).speak(Utterance(text, manner, sounds), root)


def test_length_is_the_models_to_the_sample(tmp_path: Path) -> None:
    """Each phoneme lasts as long as the model says; nothing is cut, added or sped up."""
    write_piper(tmp_path / "voices", "tiny", kind="text")
    for text, scale in (("be still now", 1.0), ("a", 1.25), ("one, two. three", 0.8)):
        settings = (("length_scale", str(scale)), *EXACT[1:])
        given = _say(tmp_path, text, settings=settings)
        assert given.rate_hz == PIPER_RATE_HZ
        assert len(given.samples) == expected_samples(text, scale)


def test_words_sound_when_they_are_told_to(tmp_path: Path) -> None:
    """The model's own lengths of phonemes become words' times, to the frame."""
    write_piper(tmp_path / "voices", "tiny", kind="text")
    given = _say(tmp_path, "be still, now", settings=EXACT)
    frame_s, at = HOP / PIPER_RATE_HZ, float(EDGE_FRAMES)
    assert given.words is not None
    for word, gap in zip(given.words, (2, 4 + 2, 0), strict=True):
        letters = round((word.end_s - word.start_s) / frame_s / SOUND_FRAMES)
        assert word.start_s == pytest.approx(at * frame_s)
        at += letters * SOUND_FRAMES
        assert word.end_s == pytest.approx(at * frame_s)
        heard = given.samples[int(word.start_s * PIPER_RATE_HZ) : int(word.end_s * PIPER_RATE_HZ)]
        assert np.sqrt(np.mean(heard**2)) > 0.2
        at += gap


def test_words_of_a_phonemizer_keep_their_places(tmp_path: Path) -> None:
    """espeak-ng runs words together and reads numbers as several: each word keeps its own part."""
    write_piper(tmp_path / "voices", "tiny")
    given = _say(tmp_path, "At the end of the 20 minutes, rest.", settings=EXACT)
    assert given.words is not None
    lengths = [word.end_s - word.start_s for word in given.words]
    assert min(lengths) >= HOP / PIPER_RATE_HZ
    longest = sorted(range(len(lengths)), key=lengths.__getitem__)[-2:]
    assert {given.words[n] for n in longest} == {given.words[5], given.words[6]}


def test_a_model_that_does_not_tell_lengths_gives_no_words(tmp_path: Path) -> None:
    """What is not known is not made up."""
    write_piper(tmp_path / "voices", "tiny", aligned=False)
    assert _say(tmp_path, "Be still.").words is None


def test_usual_rate_is_slower_than_the_voices_own(tmp_path: Path) -> None:
    """At the usual rate the length scale is the voice's times 157 / 120, or the maker's own."""
    write_piper(tmp_path / "voices", "tiny", kind="text")
    usual = _say(tmp_path, "be still now", settings=EXACT[1:])
    faster = _say(tmp_path, "be still now", settings=EXACT, rate_wpm=USUAL_RATE_WPM * 2)
    scale = OWN_RATE_WPM / USUAL_RATE_WPM
    assert len(usual.samples) == expected_samples("be still now", scale)
    assert len(faster.samples) == expected_samples("be still now", 0.5)


def test_a_model_is_loaded_once(tmp_path: Path) -> None:
    """A second line needs no file; one that holds something else is loaded again."""
    model = write_piper(tmp_path / "voices", "tiny")
    first = _say(tmp_path, "Be still.")
    whole, times = model.read_bytes(), (model.stat().st_atime_ns, model.stat().st_mtime_ns)
    model.write_bytes(bytes(len(whole)))
    os.utime(model, ns=times)  # as if nobody had touched it
    assert np.array_equal(_say(tmp_path, "Be still.").samples, first.samples)
    os.utime(model, ns=(times[0], times[1] + 1_000_000))
    with pytest.raises(SpeechError, match="could not be spoken"):
        _say(tmp_path, "Be still.")


def test_without_forks_the_sound_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a system cannot fork, a fresh process for each line gives what a fork gives."""
    write_piper(tmp_path / "voices", "tiny")
    forked = [_say(tmp_path, text).samples for text in ("Be still.", "And rest.")]
    monkeypatch.setattr(neural, "CAN_FORK", False)
    fresh = [_say(tmp_path, text).samples for text in ("Be still.", "And rest.")]
    assert all(np.array_equal(one, other) for one, other in zip(forked, fresh, strict=True))


def test_more_voices_than_are_kept_speak_alike(tmp_path: Path) -> None:
    """Voices that make room for one another sound the same when they come back."""
    names = [f"voice{number}" for number in range(MOST_LOADED + 2)]
    for name in names:
        write_piper(tmp_path / "voices", name)
    first = [_say(tmp_path, "Be still.", voice=name).samples for name in names]
    again = [_say(tmp_path, "Be still.", voice=name).samples for name in names]
    assert all(np.array_equal(one, other) for one, other in zip(first, again, strict=True))


def test_speakers_differ_by_name_and_number(tmp_path: Path) -> None:
    """A voice of several speakers speaks as the one that is asked for, by default as its first."""
    write_piper(tmp_path / "voices", "tiny", speakers=("anna", "ben"))
    own, anna, ben, second = (
        _say(tmp_path, "Be still.", settings=settings).samples
        for settings in ((), (("speaker", "anna"),), (("speaker", "ben"),), (("speaker", "1"),))
    )
    assert np.array_equal(own, anna)
    assert np.array_equal(ben, second)
    assert not np.array_equal(anna, ben)


def test_sounds_are_spoken_and_brackets_are_words(tmp_path: Path) -> None:
    """`ipa` reaches the model as phonemes with its pauses; brackets of the text never do."""
    write_piper(tmp_path / "voices", "tiny")
    given = _say(tmp_path, "Now (Om), rest.".replace("(Om)", "Om"), Sounds(1, 1, "ˈoʊm"),
                 settings=EXACT)  # fmt: skip
    phonemes = "nˈaʊ ˈoʊm, ɹˈɛst."
    assert len(given.samples) == expected_samples(phonemes, 1)
    bare, brackets = (_say(tmp_path, text, settings=EXACT) for text in ("Om", "[[oʊm]]"))
    triple = _say(tmp_path, "[[[oʊm]]]", settings=EXACT)
    assert len(brackets.samples) == len(triple.samples)
    assert len(brackets.samples) != len(bare.samples)
    assert len(brackets.samples) > expected_samples("oʊm", 1)


@pytest.mark.parametrize(
    ("kind", "ipa", "told"),
    [("espeak", "oʘm€", "no sound for €"), ("text", "oʊm", "cannot be given sounds")],
)
def test_sounds_that_a_voice_lacks_are_told(tmp_path: Path, kind: str, ipa: str, told: str) -> None:
    """A sign that the voice has no sound for is never left out in silence."""
    write_piper(tmp_path / "voices", "tiny", kind=kind)
    with pytest.raises(SpeechError, match=told):
        _say(tmp_path, "Om", Sounds(0, 1, ipa))


@pytest.mark.parametrize(("text", "told"), [("Привет", "П р и"), ("Be. Привет", "П"), ("…", "any")])
def test_text_without_a_sound_is_told(tmp_path: Path, text: str, told: str) -> None:
    """Letters that a voice knows none of are an error, not a short noise; capitals are read."""
    write_piper(tmp_path / "voices", "tiny", kind="text")
    with pytest.raises(SpeechError, match=f"no sound for {told}"):
        _say(tmp_path, text)
    capitals, small = (_say(tmp_path, said, settings=EXACT) for said in ("BE Still", "be still"))
    assert np.array_equal(capitals.samples, small.samples)


@pytest.mark.parametrize("trait", ["deaf"])
def test_silence_is_told(tmp_path: Path, trait: str) -> None:
    """A model that gives silence is an error."""
    write_piper(tmp_path / "voices", "tiny", **{trait: True})
    with pytest.raises(SpeechError) as caught:
        _say(tmp_path, "Be still.")
    assert "gave silence" in caught.value.mend


@pytest.mark.parametrize(
    ("changes", "what", "mend"),
    [
        ({"voice": ""}, "no voice is named", "download_voices"),
        ({"voice": "tinny"}, "the voice 'tinny' is not here", "did you mean 'tiny'?"),
        ({"voice": "voices/none.onnx"}, "is not here", "looked for in"),
        ({"voice": "../tiny.onnx"}, "outside the project", "MEDITATIONS_VOICES"),
        ({"voice": "lone"}, "lacks its settings, lone.onnx.json", "side by side"),
        ({"voice": "odd"}, "no settings of a Piper voice", "download_voices"),
        ({"voice": "pinyin"}, "phonemes 'pinyin'", "another kind"),
        ({"pitch": 40}, "pitch 40 cannot be had", "leave out `pitch:`"),
        ({"settings": (("lenght_scale", "1"),)}, "no setting 'lenght_scale'", "'length_scale'"),
        ({"settings": (("length_scale", "9"),)}, "length_scale = 9", "from 0.5 to 3"),
        ({"settings": (("noise_scale", "-1"),)}, "noise_scale = -1", "from 0 to 1"),
        ({"settings": (("noise_w_scale", "nan"),)}, "noise_w_scale = nan", "from 0 to 1"),
        ({"settings": (("speaker", "2"),)}, "no speaker '2'", "from 0 to 1"),
        ({"settings": (("speaker", "bem"),)}, "no speaker 'bem'", "'ben'"),
        ({"voice": "plain", "settings": (("speaker", "0"),)}, "one speaker alone", "leave out"),
    ],
)
def test_what_a_voice_does_not_take_is_told(
    tmp_path: Path, changes: dict[str, object], what: str, mend: str
) -> None:
    """Each setting is checked before a word is spoken, with a message that mends it."""
    folder = tmp_path / "voices"
    write_piper(folder, "tiny", speakers=("anna", "ben"))
    write_piper(folder, "plain")
    write_piper(folder, "pinyin", kind="pinyin")
    write_piper(folder, "lone").with_name("lone.onnx.json").unlink()
    write_piper(folder, "odd").with_name("odd.onnx.json").write_text("[1]")
    with pytest.raises(MeditationError) as caught:
        PiperEngine(tmp_path).check(replace(TINY, **changes))  # type: ignore[arg-type]
    assert what in caught.value.what
    assert mend in caught.value.mend


def test_voices_are_found_in_all_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The project's own folder comes first, then those of MEDITATIONS_VOICES, then a path."""
    for folder, language in (("voices", "de_DE"), ("shared", "en_GB"), ("more", "fr_FR")):
        write_piper(tmp_path / folder, "tiny", language=language)
        write_piper(tmp_path / folder, f"in-{folder}", language=language)
    shared = os.pathsep.join(str(tmp_path / folder) for folder in ("shared", "", "nowhere"))
    monkeypatch.setenv("MEDITATIONS_VOICES", shared)
    engine = PiperEngine(tmp_path)
    told = {voice.name: voice.language for voice in engine.voices()}
    assert told == {"tiny": "de-de", "in-voices": "de-de", "in-shared": "en-gb"}
    assert engine.speak(Utterance("Ja", replace(TINY, voice="more/in-more.onnx")), tmp_path)


def test_a_track_in_a_voice_of_piper(tmp_path: Path, workers: Workers) -> None:
    """A script names a voice, its settings and sounds; the record holds the engine."""
    write_piper(tmp_path / "voices", "tiny", kind="espeak", speakers=("anna", "ben"))
    told = "voice: {engine: piper, voice: tiny, with: {speaker: ben}}\n"
    steps = with_steps('Say (Om)[ipa:"oʊm"] if you like.', "pause: 2s", "Rest.", settings=told)
    built = build(tmp_path, steps, workers)
    track = hear(built.mp3)
    assert track.record["versions"]["engines"]["piper"] == PiperEngine(tmp_path).version()
    assert {file.name for file in built.inputs} >= {"tiny.onnx", "tiny.onnx.json"}
    assert np.max(np.abs(track.samples)) > 0.05
    with pytest.raises(MeditationError) as caught:
        build(tmp_path, steps.replace("ben", "eve"), workers)
    assert "evening.yaml" in str(caught.value)
    assert "no speaker 'eve'" in str(caught.value)


def test_a_broken_model_is_told(tmp_path: Path) -> None:
    """Half a file is no voice."""
    model = write_piper(tmp_path / "voices", "tiny")
    model.write_bytes(model.read_bytes()[:-400])
    with pytest.raises(SpeechError) as caught:
        _say(tmp_path, "Be still.")
    assert "the voice failed" in caught.value.mend


def test_without_the_extra_the_message_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where Piper is not installed its voices are none, and the command that brings it is told."""
    write_piper(tmp_path / "voices", "tiny")
    from importlib.metadata import PackageNotFoundError

    def version(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("importlib.metadata.version", version)
    engine = PiperEngine(tmp_path)
    assert engine.voices() == []
    with pytest.raises(MeditationError, match="engine piper is not installed") as caught:
        engine.check(TINY)
    assert "pip install 'meditations[piper]'" in caught.value.mend
