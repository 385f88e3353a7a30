"""A voice of one's own: each line from its recording, and never an old one under new words."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pytest
from support.tracks import hear, meditations, write_script

from meditations.errors import MeditationError, SpeechError
from meditations.programs import ffmpeg
from meditations.project import Project
from meditations.script import read_script
from meditations.sound.chain import Chain
from meditations.speech.recorded_engine import RecordedEngine, spoken_part
from meditations.speech.takes import prepare
from meditations.speech.utterance import Manner, Utterance
from meditations.track.reading_sheets import Sheet, write_sheets

if TYPE_CHECKING:
    from numpy.typing import NDArray

FOLDER: Final = "recordings/evening"
SCRIPT: Final = """
title: A Short One
background: none
published: 2026-01-31
voice: {engine: recorded, voice: recordings/evening, chain: plain}
sections:
  - title: Arriving
    script:
      - Hello, and welcome. [1s] You can stop at any time.
      - say: (Ujjayi)[sub:"oo-jai-yee"] is a breath.
  - title: Leaving
    script: ["Hello, and welcome. Goodbye."]
"""
"""Four different lines: `Hello, and welcome.` is said twice, and read once."""
SECONDS: Final = {1: 1.0, 2: 1.5, 3: 1.25, 4: 0.75}
"""How long each of them is as it is read here."""


def voice(seconds: float, pitch_hz: float, rate_hz: int = 44_100) -> NDArray[np.float32]:
    """What stands for a voice: a buzz that begins and ends at once."""
    time = np.arange(round(seconds * rate_hz)) / rate_hz
    return (0.3 * np.sign(np.sin(2 * np.pi * pitch_hz * time))).astype(np.float32)


def in_a_room(
    words: NDArray[np.float32], rate_hz: int = 44_100, noise: float = 0.0015
) -> NDArray[np.float32]:
    """As a phone records it: a click as the button is pressed, a room, a quiet second around."""
    quiet = np.zeros(rate_hz, np.float32)
    whole = np.concatenate((quiet, words, quiet))
    whole[4_000:4_300] += 0.4
    hiss = np.random.default_rng(1).normal(0, noise, len(whole))
    return (whole + hiss).astype(np.float32)


def save(file: Path, samples: NDArray[np.float32], rate_hz: int = 44_100) -> Path:
    """A sound file of the kind that its name tells."""
    file.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [str(ffmpeg()), "-v", "error", "-f", "f32le", "-ar", str(rate_hz), "-ac", "1", "-i", "-",
         "-y", str(file)], input=samples.tobytes(), check=True,
    )  # fmt: skip
    return file


def sheet(root: Path, text: str = SCRIPT) -> Sheet:
    """What `meditations record` finds for a script."""
    (only,) = write_sheets(read_script(write_script(root, text)), Project(root))
    return only


def recorded(root: Path) -> Sheet:
    """All lines read, in one file each."""
    found = sheet(root)
    for line in found.lines:
        save(root / FOLDER / f"{line.number:03d}.wav",
             in_a_room(voice(SECONDS[line.number], 100 + 50 * line.number)))  # fmt: skip
    return sheet(root)


def said(text: str, **changes: object) -> Utterance:
    manner = Manner("recorded", FOLDER, 118, 50)
    return Utterance(text, replace(manner, **changes))  # type: ignore[arg-type]


def length_s(root: Path, text: str, scratch: Path) -> float:
    """How long a line is as a take."""
    made = prepare(RecordedEngine(root).speak(said(text), scratch), Chain())
    return made.speech_frames / 48_000


def test_a_sheet_numbers_what_is_to_be_read(tmp_path: Path) -> None:
    """In the order of the script, each words once, with how they sound where that is marked."""
    found = sheet(tmp_path)
    assert [(line.number, line.words) for line in found.missing] == [
        (1, "Hello, and welcome."), (2, "You can stop at any time."), (3, "Ujjayi is a breath."),
        (4, "Goodbye."),
    ]  # fmt: skip
    page = found.file.read_text()
    assert '<li value="3">Ujjayi is a breath. <span class="said">say: oo-jai-yee is' in page
    assert re.findall("<h2>(.*)</h2>", page) == ["Arriving", "Leaving"]


def test_a_changed_line_gets_a_new_number_and_its_recording_is_never_used(tmp_path: Path) -> None:
    """Numbers stay with their words; words that come back find their recording again."""
    recorded(tmp_path)
    changed = SCRIPT.replace("You can stop at", "You may stop at")
    after = sheet(tmp_path, changed)
    assert [(line.number, line.words) for line in after.missing] == [
        (5, "You may stop at any time.")
    ]
    with pytest.raises(SpeechError, match="not recorded yet"):
        RecordedEngine(tmp_path).basis(said("You may stop at any time."))
    assert sheet(tmp_path).missing == []
    # What was never read nor is to be goes; its number does not come back.
    (new,) = sheet(tmp_path, SCRIPT.replace("You can stop at", "You might stop at")).missing
    assert new.number == 6


def test_another_pronunciation_makes_no_other_line(tmp_path: Path) -> None:
    """A person reads what is shown: figures, and words whose sounds are written down for others."""
    text = SCRIPT.replace("Goodbye.", "At 12:30 comes Ujjayi.")
    first = sheet(tmp_path, text)
    assert first.lines[3].words == "At 12:30 comes Ujjayi."
    assert first.lines[3].spoken == "At twelve thirty comes Ujjayi."
    save(tmp_path / FOLDER / "4.wav", voice(3, 150))
    (tmp_path / "pronunciation.yaml").write_text("words: {Ujjayi: oo-jai-yee}\n")
    assert [line.number for line in sheet(tmp_path, text).missing] == [1, 2, 3]


def test_recordings_without_their_list_are_not_guessed_at(tmp_path: Path) -> None:
    """Where `lines.yaml` is gone nobody knows what the files say."""
    recorded(tmp_path)
    (tmp_path / FOLDER / "lines.yaml").unlink()
    with pytest.raises(MeditationError, match=r"no lines\.yaml that says which words they hold"):
        sheet(tmp_path)
    with pytest.raises(MeditationError, match=r"no lines\.yaml"):
        RecordedEngine(tmp_path).check(said("Goodbye.").manner)


@pytest.mark.parametrize("kind", ["wav", "flac", "mp3", "m4a", "ogg"])
def test_any_kind_of_file_is_read_and_cut_out(kind: str, tmp_path: Path) -> None:
    """Noise and clicks around the words go; the words stay whole."""
    sheet(tmp_path)
    save(tmp_path / FOLDER / f"2 again, better.{kind}", in_a_room(voice(1.5, 200)))
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    assert length_s(tmp_path, "You can stop at any time.", scratch) == pytest.approx(1.5, abs=0.2)
    assert list(scratch.iterdir()) == []


def test_words_keep_their_soft_ends() -> None:
    """A voice that comes up and dies away over half a second is not cut, a click is."""
    rate_hz = 48_000
    words = voice(2.0, 150, rate_hz)
    ramp = np.minimum(1, np.linspace(0, 4, len(words)))
    words *= (ramp * ramp[::-1]) ** 2
    whole = in_a_room(words, rate_hz)
    kept = spoken_part(whole, rate_hz)
    missed = np.sum(words**2) - np.sum(np.clip(kept, -1, 1) ** 2)
    assert missed / np.sum(words**2) < 0.001
    assert 1.5 < len(kept) / rate_hz < 2.3
    tight = voice(1.0, 150, rate_hz)
    assert len(spoken_part(tight, rate_hz)) == len(tight)


@pytest.mark.parametrize("noise", [0.0, 0.0003, 0.001, 0.003, 0.006])
def test_noise_around_the_words_goes(noise: float) -> None:
    """From a studio to a noisy street, 34 dB under the voice: what is kept is as long."""
    kept = spoken_part(in_a_room(voice(1.5, 150), noise=noise), 44_100)
    assert len(kept) / 44_100 == pytest.approx(1.5 + 0.18, abs=0.03)


LABELS: Final = {
    "numbers": ["1", "2", "003", "4 take two"],
    "audacity": ["Sound 1", "Sound 2", "Sound 3", "Sound 4"],
    "words": ["hello, and welcome.", "You can", "ujjayi is", "Goodbye"],
}


@pytest.mark.parametrize("told", LABELS.values(), ids=list(LABELS))
@pytest.mark.parametrize("kind", ["wav", "mp3"])
def test_a_long_file_with_labels(kind: str, told: list[str], tmp_path: Path) -> None:
    """Each label means its line, by number or words; another order makes no difference."""
    sheet(tmp_path)
    order = [4, 2, 1, 3]
    rows, pieces, now = [], [], 0.0
    for number in order:
        sound = in_a_room(voice(SECONDS[number], 200))
        rows.append(f"{now + 0.5:.6f}\t{now + 1.5 + SECONDS[number]:.6f}\t{told[number - 1]}")
        pieces.append(sound)
        now += len(sound) / 44_100
    save(tmp_path / FOLDER / f"2026-11-22 all of it.{kind}", np.concatenate(pieces))
    rows.insert(1, "\\\t100.0\t4000.0")  # what Audacity adds for a spectral selection
    (tmp_path / FOLDER / "2026-11-22 all of it.txt").write_text("\n".join(rows))
    found = sheet(tmp_path)
    assert found.missing == []
    for line in found.lines:
        assert length_s(tmp_path, line.words, tmp_path) == pytest.approx(
            SECONDS[line.number], abs=0.2
        )


def test_a_cue_sheet_and_labels_of_one_moment(tmp_path: Path) -> None:
    """Each lasts until the next; a file of its own goes before it."""
    sheet(tmp_path)
    pieces = [in_a_room(voice(SECONDS[n], 200)) for n in SECONDS]
    starts = np.cumsum([0, *(len(p) / 44_100 for p in pieces)])
    save(tmp_path / FOLDER / "all.wav", np.concatenate(pieces))
    cues = "\n".join(
        f'  TRACK {n:02d} AUDIO\n    TITLE "{n}"\n    INDEX 01 {_cue_time(starts[n - 1] + 0.3)}'
        for n in SECONDS
    )
    (tmp_path / FOLDER / "all.cue").write_text(f'FILE "all.wav" WAVE\n{cues}\n')
    assert length_s(tmp_path, "Goodbye.", tmp_path) == pytest.approx(0.75, abs=0.2)
    (tmp_path / FOLDER / "all.cue").unlink()
    points = "".join(
        f"{starts[n - 1] + 0.3:.6f}\t{starts[n - 1] + 0.3:.6f}\t{n}\n" for n in SECONDS
    )
    (tmp_path / FOLDER / "all.txt").write_text(points)
    assert length_s(tmp_path, "Goodbye.", tmp_path) == pytest.approx(0.75, abs=0.2)
    assert length_s(tmp_path, "Hello, and welcome.", tmp_path) == pytest.approx(1.0, abs=0.2)
    save(tmp_path / FOLDER / "004.wav", in_a_room(voice(1.2, 200)))
    assert length_s(tmp_path, "Goodbye.", tmp_path) == pytest.approx(1.2, abs=0.2)


def _cue_time(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{int(minutes):02d}:{int(rest):02d}:{int(rest % 1 * 75):02d}"


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("all.txt", "0.1 0.5 1", "all.txt:1: this is no label"),
        ("all.txt", "0.1\t0.5\t1\n0.9\t0.7\t2", "all.txt:2: this is no label"),
        ("all.txt", "0.1\t0.5\t77", "all.txt:1: no line is meant by '77'"),
        ("all.txt", "0.1\t0.5\tSound", "all.txt:1: no line is meant by 'Sound'"),
        ("all.txt", "0.1\t0.3\t1\n0.4\t0.5\tHello", "line 1 is there twice, in all.wav"),
        ("all.cue", "TRACK 01 AUDIO\nINDEX 01 1:99:00", "all.cue:2: this is no place"),
        ("all.cue", b"\xff\xfe\x00", "all.cue: cannot be read as text"),
        ("lines.yaml", "last: 1\nlines: {2: Two}", "'2' is no number that was given"),
        ("01.wav", None, "line 1 is there twice, in 001.wav and 01.wav"),
    ],
)
def test_what_cannot_be_told_apart_is_told(
    name: str, content: str | bytes | None, what: str, tmp_path: Path
) -> None:
    """With file and line; nothing is guessed."""
    sheet(tmp_path)
    sound = save(tmp_path / FOLDER / ("001.wav" if content is None else "all.wav"), voice(1, 200))
    file = tmp_path / FOLDER / name
    if content is None:
        shutil.copy(sound, file)
    else:
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(MeditationError) as caught:
        RecordedEngine(tmp_path).check(said("Goodbye.").manner)
    assert what in str(caught.value)


@pytest.mark.parametrize(
    ("samples", "what"),
    [
        (np.zeros(44_100, np.float32), "holds silence"),
        (voice(0.2, 200), "holds 0.2 s for 19 letters: are these the words"),
        (np.eye(1, 44_100, 20_000, np.float32)[0], "holds nothing but a click"),
    ],
)
def test_a_recording_that_cannot_be_these_words_is_told(
    samples: NDArray[np.float32], what: str, tmp_path: Path
) -> None:
    """Silence, a click, or far too short: the message names file and words."""
    sheet(tmp_path)
    save(tmp_path / FOLDER / "002.wav", samples)
    with pytest.raises(SpeechError) as caught:
        RecordedEngine(tmp_path).speak(said("You can stop at any time."), tmp_path)
    assert what in caught.value.what
    assert "You can stop at any time." in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "what", "mend"),
    [
        ({"voice": "../elsewhere"}, "is no folder in the project", "recordings/evening"),
        ({"voice": ""}, "no folder of recordings is named", "recordings/evening"),
        ({"voice": "recordings/none"}, "there are no recordings in recordings/none yet", "record"),
        ({"rate_wpm": 100}, "a recording is heard as it was spoken", "leave out `rate:`"),
        ({"pitch": 40}, "a recording is heard as it was spoken", "leave out `pitch:`"),
        ({"settings": (("fallbak", "low"),)}, "has no setting 'fallbak'", "'fallback'"),
        ({"settings": (("fallback", "gental"),)}, "no voice is called 'gental'", "'gentle'"),
    ],
)
def test_what_recordings_cannot_do_is_told(
    changes: dict[str, object], what: str, mend: str, tmp_path: Path
) -> None:
    """By `check`, with how to mend it."""
    recorded(tmp_path)
    with pytest.raises(MeditationError) as caught:
        RecordedEngine(tmp_path).check(said("Goodbye.", **changes).manner)
    assert what in caught.value.what
    assert mend in caught.value.mend


def _run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return meditations(*arguments, cwd=root, cache=root / "cache")


def test_from_script_to_track(tmp_path: Path) -> None:
    """What is missing is told at once; then it is built, is no synthetic voice, and is kept."""
    write_script(tmp_path, SCRIPT)
    assert "there are no recordings in recordings/evening yet" in _run(tmp_path, "check").stderr
    listed = _run(tmp_path, "record").stdout
    assert "A Short One: 0 of 4 lines are in recordings/evening" in listed
    assert "  003  Ujjayi is a breath." in listed
    noted = _run(tmp_path, "check").stderr
    assert "4 lines cannot be heard yet; the first: not recorded yet in recordings/evening" in noted
    failed = _run(tmp_path, "build", "--without-care").stderr
    assert failed.count("not recorded yet in recordings/evening: '") == 4
    assert failed.count("meditations record") == 1
    recorded(tmp_path)
    save(tmp_path / FOLDER / "New Recording 7.m4a", voice(1, 200))
    again = _run(tmp_path, "record").stdout
    assert "4 of 4 lines" in again
    assert "New Recording 7.m4a belongs to no line" in again
    done = _run(tmp_path, "build", "--without-care")
    assert "1 built." in done.stdout, done.stderr
    track = tmp_path / "build/tracks/evening.mp3"
    record = hear(track).record
    assert record["synthetic_voice"] is False
    assert record["voices"][0]["synthetic"] is False
    lengths = [(cue["end_ms"] - cue["start_ms"]) / 1000 for cue in record["cues"]]
    assert lengths == pytest.approx([1.0, 1.5, 1.25, 1.0, 0.75], abs=0.2)
    captions = track.with_suffix(".vtt").read_text()
    assert captions.count("<v Recorded voice>") == 5
    feed = (tmp_path / "build/podcast/feed.xml").read_text()
    assert "ai-content" not in feed
    assert "ynthetic: " not in feed
    assert "1 up to date." in _run(tmp_path, "build", "--without-care").stdout
    write_script(tmp_path, f"{SCRIPT}notes: The voice is synthetic.\n")
    _run(tmp_path, "build", "--without-care")
    told = _run(tmp_path, "check", "--feed")
    assert "its notes say that the voice is synthetic, and it is a person's" in told.stderr


def test_a_new_recording_is_heard(tmp_path: Path) -> None:
    """One line read anew makes that line anew, and no other."""
    recorded(tmp_path)
    assert "1 built." in _run(tmp_path, "build", "--without-care").stdout
    save(tmp_path / FOLDER / "002.wav", in_a_room(voice(2.5, 180)))
    done = _run(tmp_path, "build", "--without-care")
    assert "1 built." in done.stdout
    assert "speaking 1 line" in done.stderr
    cues = hear(tmp_path / "build/tracks/evening.mp3").record["cues"]
    assert (cues[1]["end_ms"] - cues[1]["start_ms"]) / 1000 == pytest.approx(2.5, abs=0.2)


def test_a_fallback_speaks_what_is_missing_and_it_is_said(tmp_path: Path) -> None:
    """Only if asked; captions, record and feed tell both voices; a recording then takes over."""
    recorded(tmp_path)
    (tmp_path / FOLDER / "002.wav").rename(tmp_path / "002.wav")
    told = SCRIPT.replace("chain: plain}", "chain: plain, with: {fallback: gentle}}")
    write_script(tmp_path, told)
    assert "1 built." in _run(tmp_path, "build", "--without-care").stdout
    track = tmp_path / "build/tracks/evening.mp3"
    record = json.loads(track.with_suffix(".json").read_text())
    assert record["synthetic_voice"] is True
    assert {(v["engine"], v["synthetic"], v["chain"]) for v in record["voices"]} == {
        ("pyttsx3", True, "plain"), ("recorded", False, "plain"),
    }  # fmt: skip
    captions = track.with_suffix(".vtt").read_text()
    assert (captions.count("<v Recorded voice>"), captions.count("<v Synthetic voice>")) == (4, 1)
    feed = (tmp_path / "build/podcast/feed.xml").read_text()
    assert 'purpose="ai-content"' in feed
    assert "Some of the voices are synthetic" in feed
    page = (tmp_path / "build/podcast/listen/evening.html").read_text()
    assert "Some of the voices in this recording are synthetic." in page
    (tmp_path / "002.wav").rename(tmp_path / FOLDER / "002.wav")
    assert "1 built." in _run(tmp_path, "build", "--without-care").stdout
    assert json.loads(track.with_suffix(".json").read_text())["synthetic_voice"] is False


def test_voices_lists_folders_that_are_complete(tmp_path: Path) -> None:
    """A folder counts as a voice once all its lines are read, and `auto` then takes it."""
    sheet(tmp_path)
    assert RecordedEngine(tmp_path).voices() == []
    recorded(tmp_path)
    assert [found.name for found in RecordedEngine(tmp_path).voices()] == [FOLDER]
    write_script(tmp_path, re.sub("voice: {.*}", "voice: {engine: auto}", SCRIPT))
    assert (
        "Engine auto is recorded, voice recordings/evening."
        in _run(tmp_path, "plan", "evening").stdout
    )
