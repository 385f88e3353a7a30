"""The voices of macOS and Windows, by a made-up driver that does what the real ones do."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support import drivers
from support.scripts import read, with_steps

from meditations.errors import MeditationError, SpeechError
from meditations.plan import make_plan
from meditations.speech import pyttsx3_engine, system_child, system_voices
from meditations.speech.pyttsx3_engine import Pyttsx3Engine
from meditations.speech.utterance import Manner, Utterance

if TYPE_CHECKING:
    from collections.abc import Iterator

TWELVE = "one two three four five six seven eight nine ten eleven twelve"


@pytest.fixture
def mac(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As if this were a Mac whose voices are the made-up driver's."""
    monkeypatch.setattr(system_voices, "_HERE", {sys.platform: "nsss"})
    # A fresh process imports the real ones again, which these call.
    monkeypatch.setattr(system_child, "list_voices", drivers.list_voices)
    monkeypatch.setattr(system_child, "speak", drivers.speak)
    system_voices._listed.cache_clear()
    yield
    system_voices._listed.cache_clear()


def manner(voice: str, rate_wpm: int = 120) -> Manner:
    return Manner("pyttsx3", f"nsss:{voice}", rate_wpm, 50)


@pytest.mark.usefixtures("mac")
def test_voices_are_listed_with_languages_the_best_first() -> None:
    """The system's own choice, then calm ones, then the rest; languages in one spelling."""
    found = [(voice.name, voice.language) for voice in system_voices.system_voices()]
    assert found[:3] == [("nsss:Zarvox", "en-us"), ("nsss:Samantha", "en-us"), ("nsss:Anna", "de")]
    assert ("nsss:Stereo", "") in found
    assert len(found) == len(drivers.VOICES) - 1
    assert Pyttsx3Engine().voices()[0].name == "nsss:Zarvox"


@pytest.mark.usefixtures("mac")
@pytest.mark.parametrize(("voice", "rate_wpm"), [("Samantha", 120), ("stereo", 90)])
def test_a_voice_speaks_at_its_rate(voice: str, rate_wpm: int, tmp_path: Path) -> None:
    """AIFF of any rate and number of channels is one channel of samples; nothing is left over."""
    engine = Pyttsx3Engine()
    engine.check(manner(voice, rate_wpm))
    spoken = engine.speak(Utterance(TWELVE, manner(voice, rate_wpm)), tmp_path)
    assert spoken.rate_hz == 44_100
    assert len(spoken.samples) / 44_100 == pytest.approx(60 * 12 / rate_wpm, abs=0.01)
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("mac")
@pytest.mark.parametrize(
    ("voice", "said"),
    [
        ("Silent", "gave silence"),
        ("Crashes", "ended without a word"),
        ("Forgets", "no readable sound"),
        ("Refuses", "the voice is not downloaded"),
        ("Hangs", "no answer within 2 s"),
    ],
)
def test_what_goes_wrong_is_told(
    voice: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Silence, a crash, no file, a refusal, a driver that never ends: each is tried, then told."""
    monkeypatch.setattr(pyttsx3_engine, "timeout_s", lambda utterance: 2)
    with pytest.raises(SpeechError) as caught:
        Pyttsx3Engine(tries=2).speak(Utterance("Hello there.", manner(voice)), tmp_path)
    assert caught.value.mend.count(said) == 2
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("mac")
@pytest.mark.parametrize(
    ("asked", "what", "mend"),
    [
        (Manner("pyttsx3", "nsss:Samanta", 120, 50), "no voice 'Samanta'", "Samantha"),
        (Manner("pyttsx3", "sapi5:Zira", 120, 50), "is a voice of Windows", "meditations voices"),
        (Manner("pyttsx3", "nsss:Anna", 120, 40), "cannot change their pitch", "leave out"),
        (Manner("pyttsx3", "en", 120, 40, settings=(("a", "1"),)), "has no settings", "leave out"),
    ],
)
def test_what_is_not_there_is_told(asked: Manner, what: str, mend: str) -> None:
    """A voice that is another system's or nobody's, and what these voices cannot do."""
    with pytest.raises(MeditationError) as caught:
        Pyttsx3Engine().check(asked)
    assert what in caught.value.what
    assert mend in caught.value.mend


@pytest.mark.usefixtures("mac")
def test_auto_takes_a_system_voice_of_the_language() -> None:
    """Before flite and espeak-ng, in the script's language."""
    told = "language: de\nvoice: {engine: auto}\n"
    (said,) = make_plan(read(with_steps("Hallo", settings=told))).utterances
    assert (said.manner.engine, said.manner.voice) == ("pyttsx3", "nsss:Anna")


def test_commands_of_the_system_are_words() -> None:
    """What Apple's voices take for commands is taken apart, so that a text cannot give any."""
    assert system_voices._plain("a [[slnc 9000]] b") == "a [ [slnc 9000] ] b"


def test_a_driver_that_is_not_there_is_told() -> None:
    """The real driver, which cannot be imported here, is named with the command that mends it."""
    system_voices._listed.cache_clear()
    with pytest.raises(MeditationError, match="cannot drive the voices of macOS"):
        system_voices._listed("nsss")
