"""What every engine promises, held by each of them: see `support.engine_cases` to add one."""

from __future__ import annotations

import hashlib
import pickle
import re
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from support.engine_cases import CASES, HOSTILE, SAID, WELCOME, Case, slower

from meditations.errors import MeditationError, SpeechError, Where
from meditations.quantities import FRAMES_PER_MS
from meditations.sound.chain_files import find_chain
from meditations.speech import takes
from meditations.speech.registry import engine_named
from meditations.speech.takes import (
    MARGIN_FRAMES,
    SPEECH_SHARE,
    TakeRequest,
    made_by,
    make_takes,
    take_key,
)
from meditations.speech.utterance import Utterance
from meditations.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meditations.speech.engine import Engine, Recording
    from meditations.workers import Workers

PLAIN = find_chain("plain", Path())


@pytest.fixture(
    params=[
        pytest.param(name, marks=[pytest.mark.server] if case.server else [])
        for name, case in CASES.items()
    ]
)
def case(request: pytest.FixtureRequest) -> Case:
    """Each engine in turn."""
    return CASES[request.param]


@pytest.fixture
def apart(case: Case) -> Iterator[None]:
    """Lets a test break an engine: its processes, and what is known of it, are its own."""
    case.end()
    takes.engine_version.cache_clear()
    yield
    case.end()
    takes.engine_version.cache_clear()


@pytest.fixture
def engine(case: Case, tmp_path: Path) -> Engine:
    """The engine, ready, in a project of its own."""
    return case.make(tmp_path)


def _digest(recording: Recording) -> str:
    return hashlib.sha256(recording.samples.tobytes()).hexdigest()


def _spoken(engine: Engine, utterance: Utterance, scratch: str) -> str:
    return _digest(engine.speak(utterance, Path(scratch)))


def test_it_is_known_by_its_name(case: Case, engine: Engine) -> None:
    """The registry gives it for the name that a script writes, and it lists the voice."""
    same = engine_named(case.manner.engine, Path())
    assert (same.name, type(same)) == (case.manner.engine, type(engine))
    base = case.manner.voice.partition("+")[0]
    assert base in [voice.name for voice in engine.voices()]
    assert 60 <= engine.usual_rate_wpm <= 300


def test_sound_is_mono_finite_and_not_clipped(case: Case, engine: Engine, tmp_path: Path) -> None:
    """A recording is float32 with one channel, between ±1, at a known rate, and nothing is left."""
    before = set(tmp_path.rglob("*"))
    engine.check(case.manner)
    given = engine.speak(Utterance(WELCOME, case.manner), tmp_path)
    assert given.samples.dtype == np.float32
    assert given.samples.ndim == 1
    assert given.rate_hz >= 8_000
    assert np.all(np.isfinite(given.samples))
    assert 0.01 < np.max(np.abs(given.samples)) < 1.0
    assert 1.5 < len(given.samples) / given.rate_hz < 15
    assert set(tmp_path.rglob("*")) == before


def test_a_take_begins_and_ends_with_speech(case: Case, engine: Engine, tmp_path: Path) -> None:
    """Silence that the engine leaves around a line is gone from the take."""
    utterance = Utterance(WELCOME, case.manner)
    request = TakeRequest(utterance, PLAIN, "0" * 64, Where())
    (take,) = make_takes([request], engine, Store(tmp_path / "takes"))
    samples = np.frombuffer(take.file.read_bytes()[44:], "<i4").astype(np.float64)
    speech = np.abs(samples[MARGIN_FRAMES : MARGIN_FRAMES + take.speech_frames])
    edge = 30 * FRAMES_PER_MS
    for part in (speech[:edge], speech[-edge:]):
        assert np.max(part) > 0.5 * SPEECH_SHARE * np.max(speech)


def test_same_samples_in_any_order_and_process(
    case: Case, engine: Engine, workers: Workers, tmp_path: Path
) -> None:
    """What was said before, and by which process, changes nothing."""
    lines = [Utterance(f"This is sentence {n}, as ever.", case.manner) for n in ("one", "two")]
    lines += [Utterance("Slower.", slower(case)), Utterance(WELCOME, case.manner)]
    first = [_digest(engine.speak(line, tmp_path)) for line in lines]
    assert len(set(first)) == len(lines)
    backwards = [_digest(engine.speak(line, tmp_path)) for line in reversed(lines)]
    assert backwards[::-1] == first
    case.end()
    elsewhere = [workers.submit(_spoken, engine, line, str(tmp_path)) for line in lines[1:]]
    assert [workers.result(future) for future in elsewhere] == first[1:]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_words(case: Case, engine: Engine, text: str, tmp_path: Path) -> None:
    """Markup, formats, options and other scripts are spoken, or refused with the words."""
    before = set(tmp_path.rglob("*"))
    given = engine.speak(Utterance(text, case.manner), tmp_path)
    assert len(given.samples) / given.rate_hz > 0.1
    assert set(tmp_path.rglob("*")) == before


def test_slower_takes_longer(case: Case, engine: Engine, tmp_path: Path) -> None:
    """The rate that is asked for reaches the voice, or is refused."""
    if not case.changes_rate:
        with pytest.raises(MeditationError, match="heard as it was spoken"):
            engine.check(replace(case.manner, rate_wpm=90))
        return
    usual, slow = (
        engine.speak(Utterance(WELCOME, manner), tmp_path) for manner in (case.manner, slower(case))
    )
    assert 1.1 < len(slow.samples) / len(usual.samples) < 1.4


@pytest.mark.usefixtures("apart")
def test_a_line_that_hangs_is_ended(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No wait is without an end, and what is told is that it could not be spoken."""
    slow = case.hangs(tmp_path, monkeypatch)
    since = time.monotonic()
    with pytest.raises(SpeechError) as caught:
        slow.speak(Utterance(WELCOME, case.manner), tmp_path)
    assert re.search("no answer|without a word|did not end", str(caught.value))
    assert WELCOME[:40] in str(caught.value)
    assert time.monotonic() - since < 8


@pytest.mark.usefixtures("apart")
def test_a_crash_is_told_and_the_next_line_spoken(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that dies is a SpeechError, never silence, and takes nothing along."""
    with monkeypatch.context() as broken:
        engine = case.crashes(tmp_path, broken)
        with pytest.raises(SpeechError, match=case.told):
            engine.speak(Utterance(WELCOME, case.manner), tmp_path)
        assert not list(tmp_path.glob("spoken-*"))
    case.end()
    assert len(case.make(tmp_path).speak(Utterance(WELCOME, case.manner), tmp_path).samples)


@pytest.mark.usefixtures("apart")
def test_what_is_missing_is_told_with_what_mends_it(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without its voice an engine says how to get it, whatever it is asked."""
    bare = case.missing(tmp_path, monkeypatch)
    for ask in (
        lambda: bare.check(case.manner),
        lambda: bare.check(replace(case.manner, voice="")),
        lambda: made_by(bare, Utterance("a", case.manner)),
    ):
        with pytest.raises(MeditationError) as caught:
            ask()
        assert case.mend in caught.value.mend


def test_words_have_their_times_in_order(case: Case, engine: Engine, tmp_path: Path) -> None:
    """Where times are given there is one for each word, in order, within the sound."""
    for text in SAID:
        utterance = Utterance(text, case.manner)
        given = engine.speak(utterance, tmp_path)
        assert given.words is not None or not case.words
        if given.words is not None:
            assert len(given.words) == len(utterance.words)
            edges = [edge for word in given.words for edge in (word.start_s, word.end_s)]
            assert edges == sorted(edges)
            assert edges[0] >= 0
            assert edges[-1] <= len(given.samples) / given.rate_hz


@pytest.mark.usefixtures("apart")
def test_another_version_or_model_is_another_take(
    case: Case, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the sound depends on is in the key, and its files are told."""
    utterance = Utterance(WELCOME, case.manner)
    keys = [take_key(utterance, made_by(engine, utterance), PLAIN) for _ in range(2)]
    assert all(file.is_file() for file in engine.files(utterance))
    takes.engine_version.cache_clear()
    other = case.changed(tmp_path, monkeypatch)
    keys.append(take_key(utterance, made_by(other, utterance), PLAIN))
    assert keys[0] == keys[1] != keys[2]


def test_it_travels_to_workers(engine: Engine) -> None:
    """An engine can be hashed and pickled, and is equal to itself afterwards."""
    there = pickle.loads(pickle.dumps(engine))
    assert there == engine
    assert hash(there) == hash(engine)
