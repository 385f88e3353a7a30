"""Rate, pitch, volume, voice and chain: for the script, for a section, for a line."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.scripts import HEAD, fault, read, with_setting, with_steps
from support.tracks import build, ebur128, hear, meditations

from meditations.errors import MeditationError
from meditations.inspection.inspecting import inspect_track
from meditations.plan import make_plan
from meditations.programs import run_ffmpeg
from meditations.sound.chain_files import PRESETS
from meditations.speech.voices import DEFAULT, NAMED

if TYPE_CHECKING:
    from meditations.speech.utterance import Manner
    from meditations.workers import Workers

GENTLE, LOW = NAMED[DEFAULT], NAMED["low"]
QUIET = """
title: Evening
background: none
voice: {voice}
sections:
  - title: Only
    script:
      - Hello, and welcome to this evening of ours.
      - say: {{text: And this one is spoken as softly as a thought., volume: -6 dB}}
"""


def manners(text: str) -> list[Manner]:
    return [utterance.manner for utterance in make_plan(read(text)).utterances]


def manner_of(step: str, voice: str = "{}") -> Manner:
    (manner,) = manners(with_steps(step, settings=f"voice: {voice}\n"))
    return manner


def test_default_is_the_default_voice() -> None:
    """Where nothing is set the default voice speaks, through its own chain, at full volume."""
    assert manner_of("Hello") == GENTLE
    assert (GENTLE.volume_db, GENTLE.chain) == (0.0, "warm")


@pytest.mark.parametrize(
    ("setting", "field", "value"),
    [
        ("rate: 90", "rate_wpm", 90),
        ("pitch: 30", "pitch", 30),
        ("volume: -4 dB", "volume_db", -4.0),
        ("chain: hall", "chain", "hall"),
    ],
)
def test_each_setting_at_each_place(setting: str, field: str, value: object) -> None:
    """A setting of the script, of a section and of a line each reach what is spoken."""
    step = f"say: {{text: Hello, {setting}}}"
    section = with_steps("Hello").replace(
        "- title: Only\n", f"- title: Only\n    voice: {{{setting}}}\n"
    )
    for found in (
        manner_of("Hello", f"{{{setting}}}"),
        manner_of(step),
        manner_of(f"say: {{text: Hello, voice: {{{setting}}}}}"),
        *manners(section),
    ):
        assert getattr(found, field) == value


def test_the_nearest_setting_wins_and_ends_with_its_line() -> None:
    """A line goes before its section, a section before the script; behind it all is as before."""
    text = """
title: Evening
voice: {pitch: 40, volume: -1 dB, chain: near}
sections:
  - title: One
    voice: {volume: -2 dB}
    script:
      - One
      - say: {text: Two, volume: -3 dB, chain: plain}
      - Three
  - title: Two
    script: [Four]
"""
    found = [(m.pitch, m.volume_db, m.chain) for m in manners(text)]
    assert found == [
        (40, -2.0, "near"),
        (40, -3.0, "plain"),
        (40, -2.0, "near"),
        (40, -1.0, "near"),
    ]


def test_another_voice_is_in_the_same_room() -> None:
    """A name changes who speaks, with rate and pitch of its own; volume and chain stay."""
    manner = manner_of(
        "say: {text: Hello, voice: low}", "{rate: 90, pitch: 20, volume: -4 dB, chain: hall}"
    )
    assert (manner.voice, manner.rate_wpm, manner.pitch) == (LOW.voice, LOW.rate_wpm, LOW.pitch)
    assert (manner.volume_db, manner.chain) == (-4.0, "hall")


def test_a_line_s_own_settings_go_on_top_of_its_voice() -> None:
    """`rate: slower` beside another voice is slower than that voice speaks."""
    manner = manner_of("say: {text: Hello, voice: low, rate: slower, pitch: 33}")
    assert (manner.voice, manner.pitch) == (LOW.voice, 33)
    assert manner.rate_wpm == round(LOW.rate_wpm * 0.87)


@pytest.mark.parametrize("place", ["script", "section", "line"])
@pytest.mark.parametrize("volume", ["3 dB", "0.1 dB", "-12.5 dB", "-40 dB"])
def test_volume_out_of_range_is_told(place: str, volume: str) -> None:
    """Nothing is louder than speech is, and nothing so soft that it is lost."""
    text = {
        "script": with_setting(f"voice: {{volume: {volume}}}"),
        "section": HEAD.replace("Only\n", f"Only\n    voice: {{volume: {volume}}}\n")
        + "      - Hello\n",
        "line": with_steps(f"say: {{text: Hello, volume: {volume}}}"),
    }[place]
    assert f"'{volume}' is out of range\n  choose from -12 dB to 0 dB" in fault(text)


def test_words_before_a_forgotten_comma_are_told() -> None:
    """`volume` and `chain` are keys that messages know: words behind them are no speech."""
    assert "'volum' is not known here\n  did you mean 'volume'?" in fault(
        with_steps("say: {text: Hello, volum: -3 dB}")
    )


def test_a_chain_that_is_not_there_is_told_at_its_line(tmp_path: Path, workers: Workers) -> None:
    """A misspelt chain is found before anything is spoken, with the nearest name."""
    text = with_steps("Hello", "say: {text: There, chain: wram}")
    with pytest.raises(MeditationError) as caught:
        build(tmp_path, text, workers)
    assert re.search(r"evening\.yaml:6:\d+: no chain is called 'wram'", str(caught.value))
    assert "did you mean 'warm'?" in str(caught.value)


def test_a_soft_line_is_softer_in_the_track(tmp_path: Path, workers: Workers) -> None:
    """In the decoded file a line at -6 dB lies 6 dB under the others."""
    track = build(tmp_path, QUIET.format(voice="gentle"), workers)
    sound = hear(track.mp3)
    levels = []
    for cue in sound.record["cues"]:
        part = sound.samples[cue["start_ms"] * 48 : cue["end_ms"] * 48]
        levels.append(ebur128(part, tmp_path)[0])
    assert levels == pytest.approx([-16.0, -22.0], abs=0.6)
    assert inspect_track(track.mp3).good


def test_a_chain_of_the_maker_s_own(tmp_path: Path, workers: Workers) -> None:
    """Its numbers stand in the record; changed numbers speak the lines anew, its name does not."""
    own = tmp_path / "chains" / "mine.toml"
    own.parent.mkdir()
    own.write_text("[low_shelf]\ngain_db = 3\n", "utf-8")
    text = QUIET.format(voice="{chain: chains/mine.toml}")
    track = build(tmp_path, text, workers)
    assert own in track.inputs
    record = json.loads(track.mp3.with_suffix(".json").read_text("utf-8"))
    assert record["chains"]["chains/mine.toml"]["low_shelf"]["gain_db"] == 3.0
    own.rename(own.with_name("other.toml"))
    assert build(tmp_path, text.replace("mine.toml", "other.toml"), workers).spoken == 0
    own.with_name("other.toml").write_text("[low_shelf]\ngain_db = 4\n", "utf-8")
    assert build(tmp_path, text.replace("mine.toml", "other.toml"), workers).spoken == 2


def test_a_changed_chain_makes_the_track_stale(tmp_path: Path) -> None:
    """`build` notices that a chain of the project's has changed, and says what is wrong in it."""
    (tmp_path / "scripts").mkdir()
    (tmp_path / "chains").mkdir()
    script = tmp_path / "scripts" / "evening.yaml"
    script.write_text(QUIET.format(voice="{chain: chains/mine.toml}"), "utf-8")
    own = tmp_path / "chains" / "mine.toml"
    own.write_text("[low_shelf]\ngain_db = 3\n", "utf-8")
    cache = tmp_path / "cache"
    assert "1 built" in meditations("build", "--without-care", cwd=tmp_path, cache=cache).stdout
    assert (
        "1 up to date" in meditations("build", "--without-care", cwd=tmp_path, cache=cache).stdout
    )
    own.write_text("[low_shelf]\ngain_db = 9\n", "utf-8")
    done = meditations("build", "--without-care", cwd=tmp_path, cache=cache)
    assert done.returncode == 1
    assert "chains/mine.toml:2: gain_db = 9 is out of range" in done.stderr


class _Page(HTMLParser):
    """What a page refers to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.sources: list[str] = []
        self.labels: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        told = {name: value or "" for name, value in attrs}
        self.sources += [told["src"]] if "src" in told else []
        self.labels += [told["aria-labelledby"]] if "aria-labelledby" in told else []
        self.ids += [told["id"]] if "id" in told else []


def test_samples_are_one_page_with_a_player_for_each(tmp_path: Path) -> None:
    """A folder that stands for itself: a page without scripts, whose players all have a file."""
    done = meditations("voices", "--sample", "heard", cwd=tmp_path, cache=tmp_path / "cache")
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "heard"
    assert (folder / "index.html").as_uri() in done.stdout
    page = _Page((folder / "index.html").read_text("utf-8"))
    names = [*(f"voice-{n}.mp3" for n in NAMED), *(f"chain-{n}.mp3" for n in PRESETS)]
    assert page.sources == names
    assert page.labels == page.ids == names
    assert {"script", "link", "iframe", "img"}.isdisjoint(page.tags)
    assert {file.name for file in folder.iterdir()} == {"index.html", *names}
    for name in names:
        run_ffmpeg(["-v", "error", "-xerror", "-i", str(folder / name), "-f", "null", "-"])
    assert (folder / f"voice-{DEFAULT}.mp3").read_bytes() == (
        folder / f"chain-{GENTLE.chain}.mp3"
    ).read_bytes()


@pytest.mark.parametrize("more", [["--json"], ["--language", "en"]])
def test_samples_stand_alone(more: list[str], tmp_path: Path) -> None:
    """Samples and a list at once are a slip: status 2."""
    done = meditations("voices", "--sample", "x", *more, cwd=tmp_path, cache=tmp_path / "cache")
    assert done.returncode == 2
    assert not (tmp_path / "x").exists()


def test_samples_that_cannot_be_written_are_a_message(tmp_path: Path) -> None:
    """Where a file stands in the place of the folder nothing is harmed, and the message says so."""
    (tmp_path / "heard").write_text("mine")
    done = meditations("voices", "--sample", "heard", cwd=tmp_path, cache=tmp_path / "cache")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "choose another folder" in done.stderr
    assert (tmp_path / "heard").read_text() == "mine"


def test_voices_as_json_name_the_chains(tmp_path: Path) -> None:
    """What another program may want: the named voices with their manner, and the chains."""
    told = json.loads(
        meditations("voices", "--json", cwd=tmp_path, cache=tmp_path / "cache").stdout
    )
    assert set(told["named"]) == set(NAMED)
    assert told["named"][DEFAULT]["chain"] == "warm"
    assert told["chains"] == list(PRESETS)
