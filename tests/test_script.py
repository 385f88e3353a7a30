"""Settings and steps: what they are when left out, what they may be, what is told otherwise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.scripts import (
    FIRST_STEP,
    HEAD,
    SHOWN,
    captions,
    fault,
    faults,
    read,
    with_setting,
    with_steps,
)

from meditations.errors import FaultyScriptError, MeditationError, Where
from meditations.script import read_script
from meditations.script.model import (
    Background,
    BackgroundChange,
    BackgroundStep,
    Bell,
    BellStep,
    Breathe,
    BreatheStep,
    Pause,
    PauseStep,
    RepeatStep,
    SayStep,
    Script,
    Soundbite,
    Voice,
)
from meditations.script.values import Duration

SIX_AM: Final = datetime(2026, 11, 22, 6, tzinfo=UTC)


def seconds(number: float) -> Duration:
    return Duration(ms=round(number * 1000))


DEFAULTS: Final[dict[str, object]] = {
    "summary": "",
    "content_note": "",
    "instead": (),
    "resources": (),
    "kind": ("general",),
    "topics": (),
    "language": "en",
    "author": None,
    "album": None,
    "published": None,
    "length": None,
    "voice": Voice(name="gentle"),
    "voices": {},
    "pronunciation": {},
    "background.sound": "brown",
    "background.level": None,
    "background.lift": None,
    "background.pan": None,
    "background.with_": {},
    "background.credit": "",
    "background.license": "",
    "background.fade_in": seconds(12),
    "background.fade_out": seconds(8),
    "bells.start": None,
    "bells.end": None,
    "pace.breath": seconds(8),
    "pace.sentence": seconds(0.8),
    "pace.line": seconds(2),
    "pace.section": seconds(8),
    "pace.lead_in": seconds(3),
    "pace.tail": None,
    "cover": None,
    "palette": None,
    "notes": "",
    "review": None,
    "reviewed": None,
    "care.allow": {},
    "soundbite": None,
}


def _setting(script: Script, path: str) -> object:
    """What a dotted path leads to; of several backgrounds, in the first."""
    found: object = script
    for name in path.split("."):
        found = getattr(found[0] if isinstance(found, tuple) else found, name)
    return found


@pytest.mark.parametrize(("setting", "value"), DEFAULTS.items(), ids=DEFAULTS)
def test_settings_that_are_left_out(setting: str, value: object) -> None:
    """A script needs a title and sections; all else has the value that the docs tell."""
    assert _setting(read(with_steps("Hello")), setting) == value


def test_every_setting_has_its_default_told() -> None:
    """The table above leaves no setting of a script out."""
    told = {setting.partition(".")[0] for setting in DEFAULTS}
    assert told == set(Script.model_fields) - {
        "file", "source", "slug", "places", "title", "sections"
    }  # fmt: skip


WRITTEN: Final = {
    "summary: Two sentences. Or three.": ("summary", "Two sentences. Or three."),
    "soundbite: {from: 1m10s, for: 30s}": (
        "soundbite", Soundbite(**{"from": seconds(70), "for": seconds(30)}),
    ),
    "kind: [trauma, sleep]": ("kind", ("trauma", "sleep")),
    "topics: [closeness, 3]": ("topics", ("closeness", "3")),
    "topics:\n  - touch": ("topics", ("touch",)),
    "language: pt-BR": ("language", "pt-BR"),
    "author:  A.  Maker ": ("author", "A. Maker"),
    "published: 2026-11-22": ("published", SIX_AM),
    'published: "2026-11-22"': ("published", SIX_AM),
    "published: 2026-11-22T18:00+01:00": (
        "published", datetime(2026, 11, 22, 18, tzinfo=timezone(timedelta(hours=1))),
    ),
    "published: 2026-11-22T06:00Z": ("published", SIX_AM),
    "length: 12 min": ("length", seconds(720)),
    "length: 1m30s": ("length", seconds(90)),
    "voice: low": ("voice.name", "low"),
    "voice: {engine: pyttsx3, voice: en-gb, rate: 60, pitch: 0}": ("voice.pitch", 0),
    "voice: {rate: 300, pitch: 99}": ("voice.rate", 300),
    "voice: {rate: slowest}": ("voice.rate", 0.75),
    "voice: {rate: faster}": ("voice.rate", 1.12),
    "length: 1000 breaths": ("length", Duration(breaths=1000)),
    "background: none": ("background", ()),
    "background: sounds/rain.flac": ("background.sound", "sounds/rain.flac"),
    "background: {level: -60 dB}": ("background.level", -60.0),
    "background: {level: -20 dB, lift: 0 dB}": ("background.level", -20.0),
    "background: {lift: 10 dB}": ("background.lift", 10.0),
    "background: {fade_in: 0s, fade_out: 60}": ("background.fade_out", seconds(60)),
    "pace: {breath: 1s}": ("pace.breath", seconds(1)),
    "pace: {breath: 30s, tail: 2 breaths}": ("pace.tail", Duration(breaths=2)),
    "pace: {line: 1.5 breaths}": ("pace.line", Duration(breaths=1.5)),
    "palette: moss": ("palette", "moss"),
    "review: none": ("review", "none"),
    "reviewed: {by: A. Maker, on: 2026-11-22}": ("reviewed.on", SIX_AM),
    "care: {allow: {C09: asked for first}}": ("care.allow", {"C09": "asked for first"}),
}  # fmt: skip


@pytest.mark.parametrize(("setting", "attribute", "value"), [
    (setting, *told) for setting, told in WRITTEN.items()
], ids=WRITTEN)  # fmt: skip
def test_settings_that_are_written(setting: str, attribute: str, value: object) -> None:
    """What is written is what a script holds, at both ends of each range."""
    assert _setting(read(with_setting(setting)), attribute) == value


BAD_SETTINGS: Final = {
    # what stands in line 2: (column, what is told)
    "soundbite: {from: 1m, for: 14s}": (28, "a soundbite lasts from 15 to 120 seconds\n  write"),
    "soundbite: {from: 1m, for: 121s}": (28, "a soundbite lasts from 15 to 120 seconds"),
    "soundbite: {from: 3 breaths, for: 30s}": (
        19, "a place in the track is told in minutes and seconds\n  write it as 1m10s",
    ),
    "titel: x": (1, "the key 'titel' is not known here\n  did you mean 'title'?"),
    "Kind: [sleep]": (1, "the key 'Kind' is not known here\n  did you mean 'kind'?"),
    "xyzzy: 1": (1, "the key 'xyzzy' is not known here\n  known here: album, author"),
    '"@where": x': (1, "the key '@where' is not known here"),
    "summary: [a]": (10, "text is needed here, not a list"),
    "summary: {a: b}": (10, "text is needed here, not settings"),
    "summary:": (9, "text is needed here, not nothing"),
    'summary: ""': (10, "this is empty"),
    "kind: trauma": (7, "a list is needed here, not 'trauma'\n  write it in square brackets: ki"),
    "kind: [traum]": (8, "'traum' is not known\n  did you mean 'trauma'?"),
    "kind: [xyz]": (8, "'xyz' is not known\n  known here: general, partner, sleep, trauma"),
    "kind: {a: b}": (7, "a list is needed here, not settings\n  write each on a line"),
    "kind: []": (7, "at least one is needed here"),
    "kind: [[sleep]]": (8, "one word is needed here, not a list"),
    "topics: touch": (9, "write it in square brackets: topics: [touch]"),
    "language: english please": (11, "'english please' is no language\n  write a code such as en"),
    "language: EN": (11, "'EN' is no language"),
    "published: tomorrow": (12, "'tomorrow' is no date\n  write a day as 2026-11-22"),
    "published: 2026-13-01": (12, "'2026-13-01' is no date"),
    "published: 2026-11-22T18:00": (12, "'2026-11-22T18:00' does not say its offset"),
    "published: 0001-01-01T00:00+12:00": (12, "is no date"),
    "length: -3 min": (9, "'-3 min' is no duration\n  time only runs forward"),
    "length: 10000 h": (9, "'10000 h' is longer than ten hours"),
    "length: 1001 breaths": (9, "'1001 breaths' is more than 1,000 breaths"),
    "length: soon": (9, "'soon' is no duration\n  write a time as 4s"),
    "length: 12:30": (9, "'12:30' is no duration\n  write it as 12m30s"),
    "length: [3 min]": (9, "a time is needed here, not a list"),
    "voice:": (7, "a value is missing here\n  write it as in this example: voice: gentle"),
    "voice: [low]": (8, "a list cannot stand here\n  write it as in this example: voice: gentle"),
    "voice: {rat: 90}": (9, "the key 'rat' is not known here\n  did you mean 'rate'?"),
    "voice: {rate: 59}": (15, "words a minute is out of range\n  choose from 60 to 300"),
    "voice: {rate: 301}": (15, "out of range"),
    "voice: {rate: -90}": (15, "'-90' is no rate"),
    "voice: {rate: fast}": (15, "or one of slowest, slower, faster"),
    "voice: {rate: \u00b2}": (15, "'\u00b2' is no rate"),
    f"voice: {{rate: {'9' * 5000}}}": (15, "'999999999999999999999999999999999999999…' is no rate"),
    "voice: {pitch: 100}": (16, "'100' is out of range\n  choose from 0 to 99"),
    "voice: {pitch: -1}": (16, "'-1' is out of range\n  choose from 0 to 99"),
    "voice: {pitch: 4.5}": (16, "'4.5' is no whole number\n  choose from 0 to 99"),
    "voice: {pitch: 4_5}": (16, "'4_5' is no whole number"),
    f"voice: {{pitch: {'9' * 5000}}}": (16, "…' is out of range"),
    "background:": (12, "this is empty"),
    "background: ~": (13, "this is empty"),
    "background: {level: -10 dB}": (21, "'-10 dB' is out of range\n  choose from -60 dB to -20 dB"),
    "background: {level: -60.1 dB}": (21, "out of range"),
    "background: {level: -24}": (21, "'-24' is no level\n  levels carry their unit: write -24 dB"),
    "background: {lift: 11 dB}": (20, "'11 dB' is out of range\n  choose from 0 dB to 10 dB"),
    "background: {fade: 3s}": (14, "the key 'fade' is not known here\n  did you mean 'fade_"),
    "background: {fade_in: -1s}": (23, "'-1s' is no duration"),
    "pace: 3s": (7, "'3s' cannot stand here"),
    "pace: {breath: 0.9s}": (16, "a breath takes from 1s to 30s\n  write for example: breath: 8s"),
    "pace: {breath: 31s}": (16, "a breath takes from 1s to 30s"),
    "pace: {breath: 2 breaths}": (16, "a breath takes from 1s to 30s"),
    "pace: {line: slow}": (14, "'slow' is no duration"),
    "review: xyz": (9, "'xyz' is not known\n  known here: none"),
    "reviewed: {by: A}": (11, "the key 'on' is missing\n  add a line  on: …"),
    "reviewed: yes": (11, "'yes' cannot stand here"),
    "care: {allow: [C09]}": (15, "a list cannot stand here"),
    "care: {allow: {C09: }}": (21, "text is needed here, not nothing"),
    f"author: {'a' * 100_000}": (9, "this has 100,000 characters; 300 are the most"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("setting", "column", "message"),
    [(setting, *told) for setting, told in BAD_SETTINGS.items()],
    ids=[setting[:40] for setting in BAD_SETTINGS],
)
def test_settings_that_cannot_be(setting: str, column: int, message: str) -> None:
    """A wrong setting is told with its line, its column, and what may stand there."""
    found = fault(with_setting(setting))
    assert found.startswith(f"2:{column}: ")
    assert message in found
    assert len(found) < 400


def _breathe(**settings: object) -> Breathe:
    return Breathe.model_validate({"in": seconds(4), **settings})


STEPS: Final[dict[str, object]] = {
    "pause: 5s": Pause(time=seconds(5)),
    "pause: {time: 5s, fixed: true}": Pause(time=seconds(5), fixed=True),
    "pause: 2.5 breaths": Pause(time=Duration(breaths=2.5)),
    "pause: 0": Pause(time=Duration()),
    "[3 breaths]": Pause(time=Duration(breaths=3)),
    "breathe: {in: 4s, out: 6s}": _breathe(out=seconds(6)),
    "breathe: {in: 4s, hold: 2s, out: 6s, rest: 1s, times: 200}": _breathe(
        hold=seconds(2), out=seconds(6), rest=seconds(1), times=200
    ),
    "background: rain.wav": (BackgroundChange(sound="rain.wav", fade=seconds(8)),),
    "background: none": (),
    "background: {level: -30 dB, fade: 1s}": (BackgroundChange(level=-30.0, fade=seconds(1)),),
    "background: [rain, {sound: wind, pan: 30 % left, with: {gusts: 40 %}}]": (
        BackgroundChange(sound="rain"),
        BackgroundChange.model_validate({"sound": "wind", "pan": -0.3, "with": {"gusts": "40 %"}}),
    ),
    "bell: bowl": Bell(sound="bowl", times=1, level=-8.0),
    "bell: {sound: gong, times: 3, every: 4s, level: -12 dB, pitch: A2, onset: 200ms}": Bell(
        sound="gong",
        times=3,
        every=seconds(4),
        level=-12.0,
        pitch="A2",
        onset=Duration(ms=200),
    ),
    "breathe: {in: 4s, out: 6s, words: 0, tone: off, fade: false}": _breathe(
        out=seconds(6), words=0, tone=None, fade=False
    ),
    "breathe: {in: 4s, out: 6s, say: {in: In, out: Out}, tone: -20 dB}": _breathe(
        out=seconds(6), say={"in": "In", "out": "Out"}, tone=-20.0
    ),
}


@pytest.mark.parametrize(("step", "value"), STEPS.items(), ids=STEPS)
def test_steps(step: str, value: object) -> None:
    """Each kind of step holds what is written, short or long."""
    (found,) = read(with_steps(step)).sections[0].script
    match found:
        case PauseStep():
            assert found.pause == value
        case BreatheStep():
            assert found.breathe == value
        case BackgroundStep():
            assert found.background == value
        case BellStep():
            assert found.bell == value
        case _:
            pytest.fail(f"another step: {found}")


def test_say_in_its_long_form() -> None:
    """`say` takes a rate and a voice of its own, and its place is that of its words."""
    (step,) = (
        read(with_steps('say: {text: "Slow, now", rate: slower, voice: low}')).sections[0].script
    )
    assert isinstance(step, SayStep)
    assert (step.say.text, step.say.rate, step.say.voice) == ("Slow, now", 0.87, Voice(name="low"))
    assert step.say.where == Where(SHOWN, FIRST_STEP, 22)


@pytest.mark.parametrize(
    ("step", "column"), [("Hello", 9), ('"Hello"', 10), ("say: Hello", 14), ('say: "Hello"', 15)]
)
def test_speech_knows_its_place(step: str, column: int) -> None:
    """The place of speech is that of its first letter; the step's own is that of its first sign."""
    (found,) = read(with_steps(step)).sections[0].script
    assert isinstance(found, SayStep)
    assert found.say.where == Where(SHOWN, FIRST_STEP, column)
    assert found.where == Where(SHOWN, FIRST_STEP, 9)


def test_repeats_within_repeats() -> None:
    """`repeat` holds steps of all kinds, repeats too."""
    script = "repeat: {times: 2, script: [Hello, [2s], {repeat: {times: 100, script: [There]}}]}"
    (step,) = read(with_steps(script)).sections[0].script
    assert isinstance(step, RepeatStep)
    assert [type(inner) for inner in step.repeat.script] == [SayStep, PauseStep, RepeatStep]


BAD_STEPS: Final = {
    "puase: 2s": (9, "'puase' is no step\n  did you mean 'pause'?"),
    "bell: {level: 3 dB}": (23, "'3 dB' is out of range\n  choose from -40 dB to 0 dB"),
    "bell: {times: 0}": (23, "'0' is out of range"),
    "background: [rain, none]": (28, "a value is missing here"),
    "background: [rain, {sound: wind, level: 3 dB}]": (49, "'3 dB' is out of range"),
    "background: {sound: rain, pan: left}": (40, "'left' is no place between left and right"),
    "breathe: {in: 0s, out: 6s}": (23, "this takes no time at all"),
    "breathe: {in: 60s, out: 6s}": (23, "20s are the most for one part of a breath"),
    "breathe: {in: 4s, out: 6s, tone: loud}": (42, "'loud' is no level"),
    "pause: -2s": (16, "'-2s' is no duration"),
    "pause: 10000 h": (16, "longer than ten hours"),
    "pause: 2 bananas": (16, "'2 bananas' is no duration"),
    "pause:": (15, "a value is missing here\n  write it as in this example: pause: 5s"),
    "pause: [2s]": (16, "a list cannot stand here\n  write it as in this example: pause: 5s"),
    "pause: {tim: 2s, time: 3s}": (17, "the key 'tim' is not known here\n  did you mean 'time'?"),
    "pause: {fixed: true}": (16, "the key 'time' is missing"),
    "breathe: 4s": (18, "write it as in this example: breathe: {in: 4s, out: 6s, times: 4}"),
    "breathe: {in: 4s}": (18, "the key 'out' is missing"),
    "breathe: {in: 0s, out: 4s}": (23, "this takes no time at all"),
    "breathe: {in: 4s, out: 0 breaths}": (32, "this takes no time at all"),
    "breathe: {in: 4s, out: 4s, times: 0}": (43, "'0' is out of range\n  choose from 1 to 200"),
    "breathe: {in: 4s, out: 4s, times: 2.5}": (43, "'2.5' is no whole number"),
    "repeat: [Hello]": (17, "a list cannot stand here"),
    "repeat: {times: 101, script: [a]}": (25, "'101' is out of range\n  choose from 1 to 100"),
    "repeat: {times: 2, script: Hello}": (36, "a list is needed here, not 'Hello'"),
    "repeat: {times: 2, script: []}": (36, "at least one is needed here"),
    "repeat: {times: 2, script: [{pause: x}]}": (45, "'x' is no duration"),
    "background: {level: 5 dB}": (29, "'5 dB' is out of range"),
    "background: {lift: 3 dB, fade_in: 2s}": (34, "the key 'fade_in' is not known here"),
    "say: {rate: slower}": (14, "the key 'text' is missing"),
    "say: {text: [a]}": (21, "text is needed here, not a list"),
    "say: {text: Hello, rate: 400}": (34, "out of range"),
    "Hello [2x]": (15, "the mark '[2x]' is not known"),
    '"Hello [2x]"': (16, "the mark '[2x]' is not known"),
    'say: {text: "Hello [2x", rate: slower}': (28, "the bracket '[' has no partner"),
    "…": (9, "'…' holds nothing that can be spoken"),
    '"!?"': (10, "'!?' holds nothing that can be spoken"),
    "\U0001f642 \U0001f642": (9, "holds nothing that can be spoken"),
    "a" * 100_000: (9, "this line has 100,000 characters; 5,000 are the most"),
}


@pytest.mark.parametrize(
    ("step", "column", "message"),
    [(step, *told) for step, told in BAD_STEPS.items()],
    ids=[step[:40] for step in BAD_STEPS],
)
def test_steps_that_cannot_be(step: str, column: int, message: str) -> None:
    """A wrong step is told at its place, with how to write it."""
    found = fault(with_steps(step, "Next."))
    assert found.startswith(f"{FIRST_STEP}:{column}: ")
    assert message in found
    assert len(found) < 400


def test_a_second_key_in_a_step() -> None:
    """A key beside a step's own is told where it stands, and where it belongs."""
    message = fault(with_steps("pause: 2s\n        fixed: true"))
    assert message.startswith("6:9: a step has one key, and 'fixed' is a second one")


SECTIONS: Final = {
    "title: T\n": ("1:1", "the key 'sections' is missing"),
    "sections: [{title: S, script: [a]}]\n": ("1:1", "the key 'title' is missing"),
    "title: T\nsections: []\n": ("2:11", "at least one is needed here"),
    "title: T\nsections: Hello\n": ("2:11", "a list is needed here, not 'Hello'"),
    "title: T\nsections: [Hello]\n": ("2:12", "write it as in this example: - title: Welcome"),
    "title: T\nsections:\n  title: S\n  script: [a]\n": ("3:3", "a list is needed here"),
    "title: T\nsections:\n  - title: S\n": ("3:5", "the key 'script' is missing"),
    "title: T\nsections:\n  - script: [a]\n": ("3:5", "the key 'title' is missing"),
    "title: T\nsections:\n  - title: S\n    script: []\n": ("4:13", "at least one is needed here"),
    "title: T\nsections:\n  - title: S\n    script: a\n": ("4:13", "a list is needed here"),
    HEAD.replace("script", "role: retrun\n    script") + "      - a\n": (
        "4:11", "'retrun' is not known\n  did you mean 'return'?",
    ),
    HEAD.replace("script", "voice: {rate: 3}\n    script") + "      - a\n": (
        "4:19", "out of range",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("script", "place", "message"),
    [(script, *told) for script, told in SECTIONS.items()],
    ids=range(len(SECTIONS)),
)
def test_sections_that_cannot_be(script: str, place: str, message: str) -> None:
    """What is missing or wrong about sections is told where they stand."""
    found = fault(script)
    assert found.startswith(f"{place}: ")
    assert message in found


def test_all_faults_are_told_at_once_in_order() -> None:
    """One reading finds every fault, whoever finds it, in the order of the file."""
    script = with_steps(
        "Hello [2x]", "puase: 3s", "Track #1", "pause: {time: soon, fixed: yes}",
        "repeat: {times: 0, script: [{say: {txt: a, text: b}}]}", "Fine.",
        settings="kind: [x, sleep, y]\nlentgh: 3 min\nvoice: {rate: 1, pitch: x}\n",
    )  # fmt: skip
    assert [message.split(": ")[0] for message in faults(script)] == [
        "1:8", "1:18", "2:1", "3:15", "3:25",
        "8:15", "9:9", "10:15", "11:23", "11:36", "12:25", "12:44",
    ]  # fmt: skip


def test_messages_name_the_file_as_it_is_shown() -> None:
    """Every fault begins with the script's name as the maker knows it."""
    with pytest.raises(FaultyScriptError) as caught:
        read(with_steps("pause: x"))
    assert str(caught.value).startswith(f"{SHOWN}:5:16: 'x' is no duration\n  ")


def test_a_mark_in_a_line_that_runs_on_is_told_at_its_beginning() -> None:
    """Where the column cannot be known, the place of the words is told, never one beyond them."""
    assert fault(with_steps("Hello there my\n        friend [2x]")).startswith("5:9: ")
    assert fault(with_steps("|\n        Hello [2x]")).startswith("5:9: ")


def test_places_of_settings_are_kept() -> None:
    """Later messages can point at a setting, or at the script where it is left out."""
    script = read(with_setting("voice: {rate: 90}"))
    assert script.place("voice") == Where(SHOWN, 2, 8)
    assert script.place("length") == Where(SHOWN)


def test_titles_stand_in_one_line() -> None:
    """A title that is written over several lines is shown in one."""
    assert read(with_steps("a").replace("title: Evening", "title: |\n  A\n  B")).title == "A B"
    assert read(with_setting(f"author: {'a' * 300}")).author == "a" * 300
    assert "301 characters" in fault(with_setting(f"author: {'a' * 301}"))


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    """A script that is not there, or is a folder, is told by its name."""
    for file, what in ((tmp_path / "no.yaml", "no such file"), (tmp_path, "this is a folder")):
        with pytest.raises(MeditationError, match=what):
            read_script(file, Path("shown.yaml"))


def test_the_design_s_own_example_is_read() -> None:
    """The script that the design shows is a script, comments and all."""
    script = read("""\
title: A Meditation for Rebuilding Safety in Intimacy
summary: One or two sentences for the podcast app.
kind: [trauma]            # one or several of trauma, partner, sleep, general
topics: [closeness, touch]
published: 2026-11-22     # absent: built, but not in the feed; a time needs its offset
length: 12 min            # optional: silences stretch or shrink
voice: {name: gentle}     # or: engine, voice, rate, pitch…
background: {sound: ocean, level: -24 dB, lift: 6 dB}
notes: |                  # show notes: resources, what this is not
  …
sections:                 # each becomes a chapter
  - title: Arriving
    role: welcome         # welcome | practice | return | sleep
    script:
      - Hello, and welcome. [2s] You can stop or change anything here, at any time.
      - pause: 3 breaths
      - breathe: {in: 4s, out: 6s, times: 4}
      - say: {text: You might notice your feet., rate: slower}
      - background: {sound: rain, fade: 8s}
      - repeat: {times: 3, script: [ One breath., [2s] ]}
""")
    assert captions(script)[0] == "Hello, and welcome."
    assert script.background == (Background(sound="ocean", level=-24.0, lift=6.0),)
    assert script.notes == "…"


GOOD: Final = with_steps(
    "Hello there. [2s] And on.", "pause: {time: 3 breaths, fixed: true}",
    "breathe: {in: 4s, out: 6s, times: 2}", "repeat: {times: 2, script: [Hello, [2s]]}",
    settings="kind: [trauma]\nvoice: {rate: 90}\nnotes: |\n  Words.\n",
)  # fmt: skip
PIECES: Final = (
    "\t", "\n", "  ", "'", '"', "[", "]", "{", "}", ": ", " #", "- ", "&a", "*a", "!", "|", ">",
    "%", "@", "\0", "\u2028", "\ufeff", "\U0001f642", "9" * 50, "~", "<<", "? ", "---\n", "\\", "é",
)  # fmt: skip


@given(st.data())
def test_no_slip_of_the_keyboard_breaks_the_reading(data: Any) -> None:
    """Whatever is put into a script or cut out of it, it is read, or refused at its place."""
    script = GOOD
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(script)))
        piece = data.draw(st.sampled_from(PIECES))
        script = script[:at] + piece + script[at + data.draw(st.integers(0, 8)) :]
    for message in faults(script):
        assert "Error" not in message
