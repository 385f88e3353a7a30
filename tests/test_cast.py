"""Who speaks: several voices in one script, voices of other languages, the best that is ready."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from support.engines import ToneEngine
from support.scripts import fault, read, with_steps
from support.tracks import build, ebur128, hear, meditations

from meditations.errors import MeditationError
from meditations.plan import make_plan
from meditations.programs import run_ffmpeg
from meditations.speech import choosing, espeak, registry
from meditations.speech.engine import VoiceInfo
from meditations.speech.pyttsx3_engine import Pyttsx3Engine
from meditations.speech.voices import NAMED, named_voices
from meditations.timeline.timeline import build_timeline
from meditations.track import sidecars

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meditations.plan import SayEvent
    from meditations.script import Script
    from meditations.timeline.timeline import Timeline
    from meditations.workers import Workers

BEN = '      - say: {voice: ben, text: "And hello from me, too."}'
DUET = """
title: Evening
kind: [partner]
background: none
voices:
  anna: {name: gentle, pitch: 50}
  ben: {name: low, as: Benedict}
voice: anna
sections:
  - title: Only
    script:
      - Hello to the two of you.
{BEN}
      - say: {voice: clear, text: A third one without a name.}
      - And now it is my turn again.
""".replace("{BEN}", BEN)


def said(text: str) -> list[SayEvent]:
    return list(make_plan(read(text)).said)


def timeline_of(script: Script) -> Timeline:
    plan = make_plan(script)
    return build_timeline(plan, dict.fromkeys(plan.utterances, 48_000))


def test_a_script_names_voices_of_its_own() -> None:
    """Each line has the manner of who says it; a name is shown as written, or with a capital."""
    anna, ben, third, again = said(DUET)
    assert anna.utterance.manner == again.utterance.manner == replace(NAMED["gentle"], pitch=50)
    assert ben.utterance.manner == NAMED["low"]
    assert third.utterance.manner == NAMED["clear"]
    assert [event.speaker for event in (anna, ben, third, again)] == [
        "Anna", "Benedict", "", "Anna",
    ]  # fmt: skip


def test_a_voice_of_the_script_goes_before_a_named_one() -> None:
    """Who calls a voice `gentle` means that one; it may build on the one it hides."""
    told = "voices: {gentle: {name: gentle, rate: 90}}\nvoice: {name: gentle, pitch: 20}\n"
    (event,) = said(with_steps("Hello", settings=told))
    assert event.utterance.manner == replace(NAMED["gentle"], rate_wpm=90, pitch=20)


def test_another_voice_stays_in_the_same_room() -> None:
    """What is set for the script's volume and chain holds for whoever speaks in it."""
    told = (
        "voices: {ben: low, eve: {name: low, chain: near}}\nvoice: {chain: hall, volume: -3 dB}\n"
    )
    steps = ("say: {voice: ben, text: A}", "say: {voice: eve, text: B}")
    ben, eve = (event.utterance.manner for event in said(with_steps(*steps, settings=told)))
    assert (ben.volume_db, ben.chain) == (-3.0, "hall")
    assert (eve.volume_db, eve.chain) == (-3.0, "near")


@pytest.mark.parametrize(
    ("setting", "what", "mend"),
    [
        ("voices: {ben: lowly}\nvoice: ben\n", "no voice is called 'lowly'", "did you mean 'low'"),
        ("voices: {ben: low}\nvoice: bn\n", "no voice is called 'bn'", "did you mean 'ben'"),
        ("voices: {ben: {engine: pytsx3}}\nvoice: ben\n", "no engine is called", "pyttsx3"),
    ],
)
def test_a_voice_that_nobody_has_is_told(setting: str, what: str, mend: str) -> None:
    """A name that is neither the script's nor known is an error with near ones."""
    with pytest.raises(MeditationError) as caught:
        said(with_steps("Hello", settings=setting))
    assert what in caught.value.what
    assert mend in caught.value.mend
    assert caught.value.where.line == 2


def test_an_unknown_key_of_a_voice_is_told() -> None:
    """The voices of a script are validated like all of it."""
    assert "'pich' is not known" in fault(with_steps("A", settings="voices: {ben: {pich: 3}}\n"))


def test_captions_and_transcript_tell_who_speaks() -> None:
    """Names stand in the captions, escaped, and in the transcript where they change."""
    script = read(DUET.replace("Benedict", "Ben & <Co>"))
    timeline = timeline_of(script)
    assert re.findall("<v ([^>]*)>", sidecars.vtt(timeline, "en")) == [
        "Anna", "Ben &amp; &lt;Co&gt;", "Synthetic voice", "Anna",
    ]  # fmt: skip
    text = sidecars.transcript(script, timeline)
    assert "Anna: Hello to the two of you.\n\nBen & <Co>: And hello from me, too." in text
    assert "Synthetic voice: A third one without a name.\n\nAnna: And now" in text
    alone = read(with_steps("One.", "Two.", settings="voices: {ann: low}\nvoice: ann\n"))
    assert "Ann" not in sidecars.transcript(alone, timeline_of(alone))


def test_named_voices_speak_every_language() -> None:
    """A voice's name means the same timbre in each language that espeak-ng has."""
    engine = Pyttsx3Engine()
    for code in espeak.languages(espeak.locate()):
        for manner in named_voices(code).values():
            engine.check(manner)
    german = with_steps("Hallo", settings="language: de\nvoice: low\n")
    assert said(german)[0].utterance.manner == replace(NAMED["low"], voice="de+m6", rate_wpm=112)
    assert named_voices("en-GB")["calm"].voice == "en-gb+f2"
    assert named_voices("de-AT") == named_voices("de")
    assert named_voices("es")["gentle"] == replace(NAMED["gentle"], voice="es-419+f5", rate_wpm=120)
    assert named_voices("en") == NAMED


@dataclass(frozen=True)
class GermanEngine(ToneEngine):
    """Has German voices, and one for Scotland."""

    name: str = "german"

    def voices(self) -> Sequence[VoiceInfo]:
        return [VoiceInfo("swiss", "de-CH", ""), VoiceInfo("plain", "de", ""),
                VoiceInfo("scots", "en-GB", "")]  # fmt: skip


@dataclass(frozen=True)
class AbsentEngine(GermanEngine):
    """Is not installed."""

    def version(self) -> str:
        raise MeditationError("it is not here")


@dataclass(frozen=True)
class OwnVoice(ToneEngine):
    """The recordings of one script."""

    def voices(self) -> Sequence[VoiceInfo]:
        return [VoiceInfo("recordings/morning", "de", ""), VoiceInfo("recordings/evening", "", "")]


@pytest.mark.parametrize(
    ("engines", "language", "expected"),
    [
        ({}, "de", ("pyttsx3", "de+f5")),
        ({"german": GermanEngine}, "de", ("german", "plain")),
        ({"german": GermanEngine}, "de-CH", ("german", "swiss")),
        ({"german": GermanEngine}, "en", ("german", "scots")),
        ({"german": GermanEngine}, "fr", ("pyttsx3", "fr+f5")),
        ({"german": AbsentEngine}, "de", ("pyttsx3", "de+f5")),
        ({"german": GermanEngine, "piper": GermanEngine}, "de", ("piper", "plain")),
        ({"piper": GermanEngine, "recorded": OwnVoice}, "de", ("recorded", "recordings/evening")),
    ],
)
def test_auto_takes_the_best_that_is_ready(
    engines: dict[str, type[ToneEngine]],
    language: str,
    expected: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In the order of the list, and only what is here and speaks the script's language."""

    def named(name: str, root: Path) -> object:
        return engines[name](root) if name in engines else registry.engine_named(name, root)

    monkeypatch.setattr(choosing, "engine_names", lambda: ("pyttsx3", *engines))
    monkeypatch.setattr(choosing, "engine_named", named)
    monkeypatch.setattr("meditations.speech.voices.engine_named", named)
    script = read(with_steps("Hallo", settings=f"language: {language}\nvoice: {{engine: auto}}\n"))
    plan = make_plan(script)
    (utterance,) = plan.utterances
    assert (utterance.manner.engine, utterance.manner.voice) == expected
    assert plan.chosen == utterance.manner


def test_two_voices_are_equally_loud(tmp_path: Path, workers: Workers) -> None:
    """In the finished MP3 those who speak in turn are within a decibel of one another."""
    lines = [
        f"      - say: {{voice: {name}, text: 'This is {name}, who goes on for a while.'}}"
        for name in NAMED
    ]
    text = DUET.split("    script:\n", maxsplit=1)[0] + "    script:\n" + "\n".join(lines) + "\n"
    track = build(tmp_path, text, workers)
    sound = hear(track.mp3).samples
    record = json.loads(track.mp3.with_suffix(".json").read_text("utf-8"))
    loud = []
    for cue in record["cues"]:
        span = sound[cue["start_ms"] * 48 : cue["end_ms"] * 48]
        loud.append(ebur128(np.asarray(span), tmp_path)[0])
    assert len(loud) == len(NAMED)
    assert max(loud) - min(loud) <= 1.0


def test_auto_is_told(tmp_path: Path) -> None:
    """`plan` says which voice was taken, so that nobody has to guess."""
    (tmp_path / "scripts").mkdir()
    text = with_steps("Hello", settings="voice: {engine: auto}\n")
    (tmp_path / "scripts" / "evening.yaml").write_text(text, "utf-8")
    told = meditations("plan", "evening", cwd=tmp_path, cache=tmp_path / "cache").stdout
    assert re.search(r"Engine auto is \w+, voice \S+", told)


def test_voices_side_by_side(tmp_path: Path) -> None:
    """One page plays the same words in each voice, equally loud, and tells which cannot speak."""
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "evening.yaml").write_text(DUET, "utf-8")
    done = meditations(
        "preview", "evening", "--line", str(DUET.splitlines().index(BEN) + 1),
        "--voices", "ben,clear,en-gb+f2,pyttsx3:en+m3,nobody", "-o", "heard",
        cwd=tmp_path, cache=tmp_path / "cache",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "heard"
    assert (folder / "index.html").as_uri() in done.stdout
    page = (folder / "index.html").read_text("utf-8")
    assert "<blockquote><p>And hello from me, too.</p></blockquote>" in page
    for written in ("voice: ben", "voice: clear", "voice: {voice: en-gb+f2}",
                    "voice: {engine: pyttsx3, voice: en+m3}"):  # fmt: skip
        assert f">{written}</code>" in page
    assert "Cannot speak here: espeak-ng has no voice &#x27;nobody&#x27;" in page
    files = sorted(file.name for file in folder.glob("*.mp3"))
    assert files == [f"voice-{number}.mp3" for number in (1, 2, 3, 4)]
    loud = [_loudness(folder / name, tmp_path) for name in files]
    assert max(loud) - min(loud) <= 0.6  # each within 0.3 LU of the middle


def _loudness(mp3: Path, scratch: Path) -> float:
    raw = scratch / "heard.f32"
    run_ffmpeg(["-y", "-i", str(mp3), "-f", "f32le", "-ac", "2", str(raw)])
    return ebur128(np.fromfile(raw, "<f4").reshape(-1, 2), scratch)[0]


@pytest.mark.parametrize(
    ("options", "status", "told"),
    [
        (["--voices", " , "], 2, "--voices wants names"),
        (["--voices", "low", "--voice", "low"], 2, "Choose one of --voice and --voices"),
        (["--voices", "nobody,noone"], 1, "espeak-ng has no voice 'nobody'"),
    ],
)
def test_voices_that_cannot_be_compared(
    options: list[str], status: int, told: str, tmp_path: Path
) -> None:
    """No names is a slip; voices none of which can speak are an error, and no page is left."""
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "evening.yaml").write_text(DUET, "utf-8")
    done = meditations(
        "preview", "evening", *options, "-o", "heard", cwd=tmp_path, cache=tmp_path / "cache"
    )
    assert done.returncode == status
    assert told in done.stderr
    assert not (tmp_path / "heard" / "index.html").exists()
