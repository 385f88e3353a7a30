"""Sounds in the International Phonetic Alphabet: read, compared, and spoken by espeak-ng."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.common_words import WORDS
from support.scripts import faults, read, with_steps

from meditations.errors import MeditationError
from meditations.ipa import Segment, distance, read_ipa
from meditations.plan import make_plan
from meditations.project import Project
from meditations.speech import espeak, espeak_spelling
from meditations.speech.espeak_phonemes import told
from meditations.speech.pyttsx3_engine import Pyttsx3Engine
from meditations.speech.utterance import Manner, Sounds, Utterance
from meditations.track.preparing import check_script

if TYPE_CHECKING:
    from pathlib import Path

SAME_PHONEMES = {"en-us": 0.98, "de": 0.98, "es": 0.98}
SAME_LENGTH = {"en-us": (0.01, 0.9), "de": (0.01, 0.9), "es": (0.11, 0.95)}
"""By how much a sound may be longer or shorter, and how many of them may not be more."""


def utterance(text: str, *sounds: Sounds, voice: str = "en-us+f5") -> Utterance:
    return Utterance(text, Manner("pyttsx3", voice, 106, 45), sounds)


def samples(said: Utterance, scratch: Path) -> bytes:
    return Pyttsx3Engine().speak(said, scratch).samples.tobytes()


def length_s(said: Utterance, scratch: Path) -> float:
    recording = Pyttsx3Engine().speak(said, scratch)
    loud = np.flatnonzero(np.abs(recording.samples) > 0.005 * np.abs(recording.samples).max())
    return float(loud[-1] - loud[0]) / recording.rate_hz


@pytest.mark.parametrize("voice", WORDS)
def test_what_a_voice_says_can_be_told_to_it(voice: str) -> None:
    """The sounds of common words, given back to espeak-ng, are the same sounds."""
    words = WORDS[voice].split()
    same = [
        told(f"[[{espeak_spelling.spelled(ipa, voice).phonemes}]]", voice).strip() == ipa
        for ipa in (espeak_spelling.heard(word, voice) for word in words)
    ]
    assert len(same) >= (180 if voice == "en-us" else 100)
    assert np.mean(same) >= SAME_PHONEMES[voice]


@pytest.mark.parametrize("voice", WORDS)
def test_a_word_sounds_alike_in_letters_and_in_sounds(voice: str, tmp_path: Path) -> None:
    """Most are as long, within a hundredth; in Spanish, where it reads faster, within a tenth."""
    within, share = SAME_LENGTH[voice]
    near = []
    for word in WORDS[voice].split()[::4]:
        sounds = Sounds(0, 1, espeak_spelling.heard(word, voice))
        plain = length_s(utterance(word, voice=voice), tmp_path)
        given_ = length_s(utterance(word, sounds, voice=voice), tmp_path)
        near.append(abs(given_ / plain - 1) < within)
    assert np.mean(near) >= share


@pytest.mark.parametrize(
    ("ipa", "voice", "given_", "replaced"),
    [
        ("uːˈdʒaːji", "en-us+f5", "u:|dZ|'A:|j|i", (("aː", "ɑː"),)),
        ("ˈɡəʊɪŋ", "en-us", "g|'oU|I|N", (("əʊ", "oʊ"),)),
        ("ɑɪ̯", "en-us", "'aI", (("ɑɪ", "aɪ"),)),
        ("oʊm", "en-us", "'oU|m", ()),
        ("həˈloʊ", "en-us", "h|@|l|'oU", ()),
        ("ˈʁeːɡn̩", "de", "r|'e:|g|n-", ()),
        ("pero ˈpero", "es", "p|e|R|o p|'e|R|o", ()),
        ("ðə", "en-us", "D|@", ()),
        ("t͡ʃaɪ", "en-us", "tS|'aI", ()),
        ("ʈʼ", "es", "t", (("ʈ", "t"),)),
        ("ʘǃ", "en-us", "p|t2", (("ʘ", "p"), ("ǃ", "t"))),
    ],
)
def test_sounds_are_spelled_for_the_voice(
    ipa: str, voice: str, given_: str, replaced: tuple[tuple[str, str], ...]
) -> None:
    """Each in the voice's own notation; what it lacks is said by the nearest that it has."""
    assert espeak_spelling.spelled(ipa, voice) == espeak_spelling.Spelling(given_, replaced)


def test_every_voice_can_be_told_sounds() -> None:
    """No voice of espeak-ng lacks the means; none fails."""
    for language in set(espeak.languages(espeak.locate()).values()):
        spelling = espeak_spelling.spelled("ˈmaːna nasˈti", language.name).phonemes
        assert "m" in spelling, language.name


def test_the_words_around_stay_words(tmp_path: Path) -> None:
    """Punctuation stays, and brackets that somebody wrote never become sounds."""
    said = utterance("Now, (hello) [[h@l'oU]] there.", Sounds(1, 1, "həˈloʊ"))
    assert espeak_spelling.given(said).text == "Now, ([[h|@|l|'oU]]) [h@l'oU] there."
    plain, without = "Now [[h@l'oU]] there.", "Now [h@l'oU] there."
    rest = Sounds(2, 1, espeak_spelling.heard("there", "en-us"))
    assert samples(utterance(plain, rest), tmp_path) == samples(utterance(without, rest), tmp_path)
    spelled_out = length_s(utterance(plain), tmp_path)
    assert spelled_out > 1.15 * length_s(utterance("Now hello there."), tmp_path)


def test_words_keep_their_places() -> None:
    """Each word is one between blanks where it can be, so that its time can be told."""
    two = utterance("Now two words, rest.", Sounds(1, 2, "tuː wɜːdz"))
    assert espeak_spelling.given(two).text == "Now [[t|u: w|3:|d|z]], rest."
    one = utterance("Now om, rest.", Sounds(1, 1, "oʊm oʊm"))
    assert espeak_spelling.given(one).text == "Now [[oU|m||oU|m]], rest."


def test_sounds_are_part_of_a_take_s_key() -> None:
    """Whoever counts up how sounds are spelled makes those lines anew, and no others."""
    engine, plain = Pyttsx3Engine(), utterance("Now Om.")
    assert engine.basis(plain) == ""
    assert engine.basis(replace(plain, sounds=(Sounds(1, 1, "oʊm"),)))


def test_a_short_sound_for_long_letters_is_no_fault(tmp_path: Path) -> None:
    """What is spoken may be far shorter than what is written."""
    assert samples(utterance("Worcestershire", Sounds(0, 1, "a")), tmp_path)


@pytest.mark.parametrize(
    ("ipa", "told_"),
    [
        ("u'dʒa", "the stress is written ˈ"),
        ("u:dʒa", "a long sound is written ː"),
        ("uZa", "'Z' is no sign of the International Phonetic Alphabet"),
        ("ˈ .", "there is no sound in it"),
    ],
)
def test_what_is_no_ipa_is_told_at_its_place(ipa: str, told_: str) -> None:
    """A mark or a setting with a sign of another alphabet is a fault of the script."""
    (fault,) = faults(with_steps(f'Now (Om)[ipa:"{ipa}"].'))
    assert told_ in str(fault)
    (fault,) = faults(with_steps("Now", settings=f'pronunciation: {{Om: {{ipa: "{ipa}"}}}}\n'))
    assert told_ in str(fault)


def test_the_voices_of_a_system_read_no_sounds(tmp_path: Path) -> None:
    """They go through the same engine, and are refused before anything is spoken."""
    script = read(with_steps('(Om)[ipa:"oʊm"]', settings='voice: {voice: "nsss:Samantha"}\n'))
    assert make_plan(script).utterances[0].sounds
    with pytest.raises(MeditationError, match="cannot read sounds"):
        check_script(script, Project(tmp_path))


@given(st.text(st.sampled_from("aeiouəɪʊɛɔɑæʌyøœptkbdɡmnŋɲszʃʒθðfvxçhrɹʁlʎwjˈˌːː̃ .̩͡"), max_size=14))
def test_whatever_is_ipa_can_be_spelled(ipa: str) -> None:
    """No transcription is refused for its order, and none brings a bracket."""
    try:
        read_ipa(ipa)
    except MeditationError as error:
        assert error.what == "there is no sound in it"  # noqa: PT017
        return
    for voice in ("en-us", "de", "es"):
        spelling = espeak_spelling.spelled(ipa, voice)
        assert spelling.phonemes
        assert "]" not in spelling.phonemes


def test_near_sounds_are_near() -> None:
    """A stranger's ear would take each for the one that is nearest to it."""
    signs = "pbtdkɡmnŋfvθðszʃʒhrlwj"
    for foreign, near in {"ɸ": "f", "ʈ": "t", "ɲ": "n", "x": "h", "ʁ": "r", "ɣ": "ɡ"}.items():
        order = sorted(signs, key=lambda sign: distance(Segment(foreign), Segment(sign)))
        assert near in order[:3], (foreign, order[:5])


def test_words_under_sounds_have_their_times(tmp_path: Path) -> None:
    """The same as in letters; where words and sounds cannot be counted off, none are told."""
    engine = Pyttsx3Engine()
    plain = utterance("Now hello there, and rest.")
    times = engine.speak(plain, tmp_path).words
    with_sounds = replace(plain, sounds=(Sounds(1, 1, "həˈloʊ"),))
    assert times is not None
    assert engine.speak(with_sounds, tmp_path).words == times
    two_as_one = replace(plain, sounds=(Sounds(1, 2, "həˈloʊ"),))
    assert engine.speak(two_as_one, tmp_path).words is None
