"""Words and phonemes: what a voice is given, and which phonemes fall to which word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meditations.speech.phonemes import (
    Piece,
    Sounding,
    clean_ipa,
    pieces_of,
    word_times,
    words_alone,
)
from meditations.speech.utterance import Manner, Sounds, Utterance

MANNER = Manner("piper", "tiny", 120, 50)
PHONEMES = st.text("aɪʊtsnɹðəˈː", min_size=1, max_size=6).filter(
    lambda text: any(sign not in "ˈː" for sign in text)
)


def _spoken(signs: str) -> list[Sounding]:
    """Each sign for a tenth of a second, one behind the other."""
    return [Sounding(sign, n / 10, (n + 1) / 10) for n, sign in enumerate(signs)]


@given(st.lists(PHONEMES, min_size=1, max_size=8))
def test_words_that_are_spoken_as_alone_have_their_own_phonemes(alone: list[str]) -> None:
    """Where nothing runs together each word lies between its blanks."""
    signs = " ".join(alone)
    times = word_times(_spoken(signs), alone)
    at = 0
    for word, time in zip(alone, times, strict=True):
        assert at / 10 <= time.start_s < time.end_s <= (at + len(word)) / 10
        at += len(word) + 1


@given(st.text("aɪtsn ˈ,.", max_size=20), st.lists(st.text("aɪtsn ˈ", max_size=5), min_size=1))
def test_times_never_fall_whatever_was_spoken(signs: str, alone: list[str]) -> None:
    """There is one for each word, in order, within what was spoken."""
    times = word_times(_spoken(signs), alone)
    edges = [edge for word in times for edge in (word.start_s, word.end_s)]
    assert len(times) == len(alone)
    assert edges == sorted(edges)
    assert all(0 <= edge <= len(signs) / 10 for edge in edges)


@pytest.mark.parametrize(
    ("spoken", "alone", "expected"),
    [
        ("ʌvðə ɛnd", ["ʌv", "ðə", "ɛnd"], [(0, 2), (2, 4), (5, 8)]),  # run together
        ("tuː twɛnti sɪks", ["tuː", "twɛnti sɪks"], [(0, 3), (4, 15)]),  # a number is two
        ("ɛnd nˈaʊ", ["ɛnd", "", "nˈaʊ"], [(0, 3), (3, 3), (4, 8)]),  # a dash is not heard
        ("ðɪ ɛnd", ["ðə", "ɛnd"], [(0, 2), (3, 6)]),  # reads otherwise before a vowel
        ("ɡʊd, ˈaɪ", ["ɡʊd", "ˈaɪ"], [(0, 3), (5, 8)]),  # stress belongs to the sound behind it
    ],
)
def test_what_a_phonemizer_changes(
    spoken: str, alone: list[str], expected: list[tuple[int, int]]
) -> None:
    """Words that run together, numbers, dashes, and other sounds in company."""
    times = word_times(_spoken(spoken), alone)
    assert [(round(10 * w.start_s), round(10 * w.end_s)) for w in times] == expected


def test_sounds_stand_for_their_words_and_keep_punctuation() -> None:
    """Words in letters and words in sounds alternate; each word alone has its share of sounds."""
    text = "Now Sat Nam, (softly), Om."
    utterance = Utterance(text, MANNER, (Sounds(1, 2, "/sʌt.nɑm/"), Sounds(4, 1, "'o͡ʊm")))
    assert pieces_of(utterance) == (
        Piece("Now"),
        Piece("sʌtnɑm,", is_ipa=True),
        Piece("(softly),"),
        Piece("ˈoʊm.", is_ipa=True),
    )
    assert words_alone(utterance) == (
        Piece("Now"),
        Piece("sʌt", is_ipa=True),
        Piece("nɑm", is_ipa=True),
        Piece("(softly),"),
        Piece("ˈoʊm", is_ipa=True),
    )


@pytest.mark.parametrize(
    ("written", "cleaned"),
    [("[ɡʊd]", "ɡʊd"), ("/guːd/", "ɡuːd"), ("a:", "aː"), ("ɑ̃", "ɑ̃"), (" a  b ", "a b")],
)
def test_what_is_no_sound_is_left_out_of_ipa(written: str, cleaned: str) -> None:
    """Brackets, dots and ties are no sounds, and letters typed for signs are those signs."""
    assert clean_ipa(written) == cleaned
