"""Word times, from the voice to the record: told or estimated, in order, and where the sound is."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from itertools import chain, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.engines import ToneEngine
from support.tracks import build

from bench.words import Off, decoded, estimate_errors_ms, record_errors_ms, said_in
from meditations.errors import Where
from meditations.script.marks import Phrase, Word
from meditations.sound.chain import Chain
from meditations.speech.alignment import align
from meditations.speech.engine import Recording, WordTime
from meditations.speech.pyttsx3_engine import Pyttsx3Engine
from meditations.speech.speaking_child import WordEvent
from meditations.speech.takes import (
    Take,
    TakeRequest,
    kept_take,
    made_by,
    make_takes,
    prepare,
    take_key,
)
from meditations.speech.utterance import Manner, Utterance
from meditations.speech.voices import NAMED
from meditations.speech.word_events import words_at
from meditations.store import Store
from meditations.timeline.words import place_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meditations.workers import Workers

GENTLE: Final = NAMED["gentle"]
SCRIPTS: Final = Path(__file__).parents[1] / "scripts"
HARD: Final = (
    "There are 3 breaths at 12:30, and 1,234 of the naïve cafés.",
    "It's well-known… isn't it? Dr. Smith, e.g., said so in the out-of-place room — at 50 % now.",
    "— Yes.",
    "A",
)


@dataclass(frozen=True)
class TellingEngine(ToneEngine):
    """Tells these times, whatever it says."""

    times: tuple[WordTime, ...] = ()

    def speak(self, utterance: Utterance, scratch: Path) -> Recording:
        return replace(super().speak(utterance, scratch), words=self.times)


def _spoken(text: str, scratch: Path, manner: Manner = GENTLE) -> tuple[Utterance, Recording]:
    utterance = Utterance(text, manner)
    return utterance, Pyttsx3Engine().speak(utterance, scratch)


def _in_order(times: Sequence[WordTime]) -> bool:
    edges = chain.from_iterable((time.start_s, time.end_s) for time in times)
    return all(before <= after for before, after in pairwise(edges))


def _take(engine: ToneEngine, text: str, folder: Path) -> Take:
    utterance, store = Utterance(text, GENTLE), Store(folder)
    key = take_key(utterance, made_by(engine, utterance), Chain())
    (take,) = make_takes([TakeRequest(utterance, Chain(), key, Where())], engine, store)
    assert kept_take(store, key) == take
    return take


@pytest.mark.parametrize("text", HARD)
def test_espeak_tells_a_time_for_each_word(text: str, tmp_path: Path) -> None:
    """Numbers that are read as several words, words that are read as one, and dashes have one."""
    utterance, recording = _spoken(text, tmp_path)
    times = recording.words
    assert times is not None
    assert len(times) == len(utterance.words)
    assert _in_order(times)
    assert times[-1].end_s <= len(recording.samples) / recording.rate_hz
    for word, time in zip(utterance.words, times, strict=True):
        assert (time.end_s > time.start_s) is (word != "—")


def test_a_word_begins_with_its_sound_and_ends_with_it(tmp_path: Path) -> None:
    """Around a pause in a sentence: one word ends where the pause begins, one begins behind it."""
    _, recording = _spoken("Perhaps stay, or go.", tmp_path)
    assert recording.words is not None
    stay, other = recording.words[1:3]
    loud = np.abs(recording.samples) > 0.005
    at = np.flatnonzero(loud) / recording.rate_hz
    assert stay.end_s == pytest.approx(at[at < other.start_s - 0.05].max(), abs=0.06)
    assert other.start_s == pytest.approx(at[at > stay.end_s + 0.05].min(), abs=0.03)


def test_events_are_laid_over_words_by_their_place() -> None:
    """The first event in a word is its beginning; one that goes back is left out."""
    rate_hz = 1_000
    sound = Recording(np.full(4_000, 0.5, np.float32), rate_hz)
    events = [WordEvent(0, 0), WordEvent(4, 1_000), WordEvent(6, 1_500), WordEvent(0, 1_800),
              WordEvent(10, 3_000)]  # fmt: skip
    found = words_at("one 12:30 two", events, sound)
    assert found == (WordTime(0, 1), WordTime(1, 3), WordTime(3, 4))
    assert words_at("one 12:30 two", [], sound) is None


def test_estimates_come_near_what_espeak_tells(tmp_path: Path) -> None:
    """Over sentences of all scripts, half of the words are off by 120 ms at the most."""
    errors = []
    for file in sorted(SCRIPTS.glob("*.yaml")):
        for event in said_in(file)[5::25]:
            recording = Pyttsx3Engine().speak(event.utterance, tmp_path)
            errors += estimate_errors_ms(event.utterance, recording)
    off = Off.of(errors)
    assert off.words > 400
    assert off.median_ms <= 120


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("", 1.0), ("—", 1.0), ("a", 0.001), ("a b c d e f", 0.02), ("one two", 30.0),
        ("— yes — … no", 2.0), ("नमस्ते आप कैसे हैं", 2.0), ("请 慢慢 呼吸", 2.0), ("5 % ☀ ₤", 1.0),
    ],
)  # fmt: skip
@pytest.mark.parametrize("loud", [0.0, 0.5])
def test_estimates_are_in_order_whatever_is_heard(words: str, seconds: float, loud: float) -> None:
    """Silence, a blink of a sound, half a minute, no word, any script: one time each, within it."""
    noise = np.random.default_rng(1).uniform(-1, 1, round(seconds * 16_000))
    sound = (loud * noise).astype(np.float32)
    times = align(sound, 16_000, words.split())
    assert len(times) == len(words.split())
    assert _in_order(times)
    assert all(time.start_s >= 0 and time.end_s <= len(sound) / 16_000 for time in times)


def test_words_of_a_take_count_from_its_first_sound(tmp_path: Path) -> None:
    """The silence in front is trimmed, the rate is another, and the word is still where it was."""
    rate_hz = 22_050
    sound = np.zeros(2 * rate_hz, np.float32)
    sound[rate_hz // 2 : rate_hz * 3 // 2] = 0.5 * np.sin(np.arange(rate_hz) / 8)
    told = (WordTime(0.5, 0.9), WordTime(1.0, 1.9))
    made = prepare(Recording(sound, rate_hz, told), Chain())
    (first, end), (second, last) = made.words
    assert (first, end, second) == pytest.approx((0, 400, 500), abs=4)
    assert last == made.speech_frames / 48


def test_an_engine_that_tells_nothing_gets_estimates(tmp_path: Path) -> None:
    """They are marked as such, also where times are too few, or go back; told ones are not."""
    silent = _take(ToneEngine(), "Now two words.", tmp_path / "silent")
    assert silent.words_estimated
    assert len(silent.words) == 3
    told = (WordTime(0.25, 0.4), WordTime(0.4, 0.5), WordTime(0.5, 0.7))
    good = _take(TellingEngine(times=told), "Now two words.", tmp_path / "told")
    assert good.words == ((0, 150), (150, 250), (250, 440))
    assert not good.words_estimated
    for times in (told[:2], told[::-1]):
        faulty = _take(TellingEngine(times=times), "Now two words.", tmp_path / str(len(times)))
        assert faulty.words_estimated
        assert faulty.words == silent.words


def test_words_that_are_shown_last_as_long_as_what_is_said_for_them() -> None:
    """Several spoken words for one shown, one for several, none for a picture."""
    phrase = Phrase((Word("Om", "oh mm"), Word("☀", ""), Word("a b", "sea"), Word("", "uh")))
    spoken = [(0, 100), (120, 300), (350, 400), (400, 500)]
    found = place_words(phrase, spoken, 48_000, 480_000)
    assert [(w.text, w.start_frame // 48, w.end_frame // 48) for w in found] == [
        ("Om", 1_000, 1_300), ("☀", 1_300, 1_300), ("a b", 1_350, 1_400)
    ]  # fmt: skip
    assert place_words(phrase, spoken[:3], 48_000, 480_000) == ()


@given(st.lists(st.tuples(st.integers(-50, 900), st.integers(-50, 900)), max_size=8))
def test_words_lie_in_their_cue_one_behind_the_other(spoken: list[tuple[int, int]]) -> None:
    """Whatever times are told, none lies outside the cue, and none goes back."""
    phrase = Phrase(tuple(Word(f"w{n}", f"w{n}") for n in range(len(spoken))))
    found = place_words(phrase, spoken, 4_800, 600 * 48)
    edges = [4_800, *(e for w in found for e in (w.start_frame, w.end_frame)), 4_800 + 600 * 48]
    assert len(found) == len(spoken)
    assert edges == sorted(edges)


def test_the_record_has_words_where_they_sound(tmp_path: Path, workers: Workers) -> None:
    """In the finished MP3, half within 60 ms and 95 of 100 within 150 ms, also over a bed."""
    lines = "".join(f'      - "{line}"\n      - pause: 2s\n' for line in HARD[:2])
    built = build(
        tmp_path,
        "title: Words\nbackground: rain\nsections:\n  - title: One\n    script:\n" + lines
        + '      - Come (back)[sub:"back again"] to the sound of rain. 🌧\n',
        workers,
    )  # fmt: skip
    record = json.loads(built.mp3.with_suffix(".json").read_text("utf-8"))
    for cue in record["cues"]:
        starts, ends = cue["words"][::2], cue["words"][1::2]
        for edges in (starts, ends):
            assert [cue["start_ms"], *edges, cue["end_ms"]] == sorted(
                [cue["start_ms"], *edges, cue["end_ms"]]
            )
        assert all(start <= end for start, end in zip(starts, ends, strict=True))
        assert len(cue["words"]) == 2 * len(cue["text"].split())
        assert not cue["words_estimated"]
    track = decoded(built.mp3, tmp_path)
    errors = []
    said = said_in(next((tmp_path / "scripts").iterdir()), tmp_path)
    for cue, event in zip(record["cues"], said, strict=True):
        recording = Pyttsx3Engine().speak(event.utterance, tmp_path)
        errors += record_errors_ms(track, cue, event.phrase, recording)
    off = Off.of(errors)
    assert off.words > 20
    assert off.median_ms <= 60
    assert off.most_ms <= 150
    text = built.mp3.with_suffix(".json").read_text("utf-8")
    assert sum('"words": [' in line and "]" in line for line in text.splitlines()) == len(
        record["cues"]
    )
