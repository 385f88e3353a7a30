"""A track, built for real and decoded: what the record says is where it says it is."""

from __future__ import annotations

import hashlib
import itertools
import json
import wave
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mutagen.id3
import mutagen.mp3
import numpy as np
import pytest
from support.engines import BrokenEngine, ToneEngine
from support.tracks import Sound, build, ebur128, hear, meditations, write_script

from meditations.errors import MeditationError, SpeechError
from meditations.mp3.stream import FRAME_BYTES, frame_count
from meditations.sound.chain_files import find_chain
from meditations.speech.takes import MARGIN_FRAMES
from meditations.track.cover import cover_png, draw_cover
from meditations.track.freshness import SUFFIXES
from meditations.track.palettes import palette_for
from meditations.workers import Workers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from meditations.track.pipeline import BuiltTrack

ROOM_FRAMES = find_chain("warm", Path()).tail_frames
PAUSES = """
title: "Pauses & <places>"
summary: What is placed is found.
kind: [general]
published: 2026-11-22
palette: moss
background: none
pace: {lead_in: 1s, tail: 1234ms}
sections:
  - title: Before anything else
    role: welcome
    script:
      - Hello, and welcome. [2s] You can stop at any time, or change anything.
      - pause: 333ms
      - Now we wait for a while. Then we go on.
      - breathe: {in: 4s, out: 6s, times: 2, words: 0, tone: off}
  - title: Second
    role: return
    script:
      - say: {text: This is said slowly., rate: slower}
      - "[26s] The last words come here."
"""

OVER_BROWN = PAUSES.replace("background: none", "background: {sound: brown}").replace(
    "palette: moss\n", ""
)


@pytest.fixture(scope="module")
def quiet(workers: Workers, tmp_path_factory: pytest.TempPathFactory) -> BuiltTrack:
    return build(tmp_path_factory.mktemp("quiet"), PAUSES, workers)


@pytest.fixture(scope="module")
def brown(workers: Workers, tmp_path_factory: pytest.TempPathFactory) -> BuiltTrack:
    return build(tmp_path_factory.mktemp("brown"), OVER_BROWN, workers)


@pytest.fixture(scope="module")
def heard(quiet: BuiltTrack) -> Sound:
    return hear(quiet.mp3)


def _speech(sound: Sound, cue: dict[str, Any]) -> NDArray[np.float64]:
    return sound.samples[cue["start_ms"] * 48 : cue["end_ms"] * 48]


def test_decoded_length_is_the_records(heard: Sound) -> None:
    """A player hears exactly as many samples as the record says."""
    assert len(heard.samples) == heard.record["frames"] == heard.record["length_ms"] * 48


def test_mp3_is_constant_bitrate_with_whole_frames(quiet: BuiltTrack) -> None:
    """The sound is a header frame and whole frames of 384 bytes, as mutagen reads it too."""
    tag = mutagen.id3.ID3(quiet.mp3).size
    length = json.loads(quiet.mp3.with_suffix(".json").read_text())["frames"]
    assert quiet.mp3.stat().st_size == tag + (frame_count(length) + 1) * FRAME_BYTES
    info: Any = mutagen.mp3.MP3(quiet.mp3).info
    assert info.bitrate_mode == mutagen.mp3.BitrateMode.CBR
    assert (info.bitrate, info.sample_rate, info.channels) == (128_000, 48_000, 2)
    assert info.length == pytest.approx(length / 48_000, abs=1e-3)


def test_speech_lies_where_the_record_says(quiet: BuiltTrack, heard: Sound) -> None:
    """Each take, looked for in the decoded sound, is found within 5 ms of the record."""
    takes = {file.stem[:16]: file for file in quiet.mp3.parents[1].glob("cache/takes/*/*.wav")}
    assert len(heard.record["cues"]) == 6
    for cue in heard.record["cues"]:
        with wave.open(str(takes[cue["take"]])) as stored:
            take = np.frombuffer(stored.readframes(stored.getnframes()), "<i4") / 2**31
        begin = cue["start_ms"] * 48 - MARGIN_FRAMES
        slack = 50 * 48
        around = heard.samples[begin - slack : begin + len(take) + slack, 0]
        size = len(around) + len(take)
        match = np.fft.irfft(np.fft.rfft(around, size) * np.fft.rfft(take, size).conj(), size)
        assert abs(int(np.argmax(match[: 2 * slack + 1])) - slack) <= 5 * 48, cue
        speech = len(take) - 2 * MARGIN_FRAMES - ROOM_FRAMES
        assert cue["end_ms"] - cue["start_ms"] == speech // 48


def test_silences_are_silent_and_as_long_as_written(heard: Sound) -> None:
    """Between cues lies what the script asked for: nothing but margins and the voice's room."""
    cues = heard.record["cues"]
    gaps = [b["start_ms"] - a["end_ms"] for a, b in itertools.pairwise(cues)]
    assert gaps == [2_000, 333, 800, 22_000, 26_000]
    for before, gap in zip(cues, gaps, strict=False):
        begin, end = before["end_ms"] * 48 + ROOM_FRAMES, (before["end_ms"] + gap) * 48
        middle = heard.samples[begin + 45 * 48 : end - 45 * 48]
        assert np.abs(middle).max() < 2e-4
    assert cues[0]["start_ms"] == 1_000
    assert heard.record["length_ms"] - cues[-1]["end_ms"] == 1_234


def test_speech_is_equally_loud(heard: Sound, tmp_path: Path) -> None:
    """All that is spoken, joined, is -16 LUFS ± 0.5, and no line is more than 1 LU off."""
    joined = np.concatenate([_speech(heard, cue) for cue in heard.record["cues"]])
    assert ebur128(joined, tmp_path)[0] == pytest.approx(-16.0, abs=0.5)
    for cue in heard.record["cues"]:
        assert ebur128(_speech(heard, cue), tmp_path)[0] == pytest.approx(-16.0, abs=1.0)


def test_record_tells_the_loudness_that_is_heard(brown: BuiltTrack, tmp_path: Path) -> None:
    """What was added up over the timeline is what ebur128 measures on the decoded file."""
    sound = hear(brown.mp3)
    told = sound.record["loudness"]
    lufs, peak = ebur128(sound.samples, tmp_path)
    assert told["integrated_lufs"] == pytest.approx(lufs, abs=0.3)
    assert peak <= -1.5
    joined = np.concatenate([_speech(sound, cue) for cue in sound.record["cues"]])
    assert told["speech_lufs"] == pytest.approx(ebur128(joined, tmp_path)[0], abs=0.3)


def test_background_lies_under_the_voice_and_rises_in_pauses(
    brown: BuiltTrack, heard: Sound, tmp_path: Path
) -> None:
    """While somebody speaks the bed is 22 dB below; in a long pause it has risen by 6 dB."""
    bed = hear(brown.mp3).samples - heard.samples  # the same takes at the same places
    cues = heard.record["cues"]
    under = np.concatenate([bed[c["start_ms"] * 48 : c["end_ms"] * 48] for c in cues[2:]])
    assert ebur128(under, tmp_path)[0] == pytest.approx(-38.0, abs=1.0)
    pause = bed[(cues[-2]["end_ms"] + 4_000) * 48 : (cues[-1]["start_ms"] - 4_000) * 48]
    assert ebur128(pause, tmp_path)[0] == pytest.approx(-32.0, abs=1.0)


def test_windows_join_without_a_click(brown: BuiltTrack) -> None:
    """Where windows meet, the sound's second difference is what it is everywhere else."""
    samples = hear(brown.mp3).samples[:, 0]
    jump = np.abs(np.diff(samples, 2))
    joint = 1000 * 1152 - 1105
    for at in range(joint, len(jump), 1000 * 1152):
        around = jump[at - 3_000 : at + 3_000]
        elsewhere = np.quantile(jump[at - 60_000 : at - 5_000], 0.9999)
        assert around.max() <= max(2 * elsewhere, 1e-3)


def test_tags_hold_what_the_script_says(quiet: BuiltTrack) -> None:
    """Title, date, language, comment, lyrics, synchronised lyrics, chapters and cover."""
    tags = mutagen.id3.ID3(quiet.mp3)
    record = json.loads(quiet.mp3.with_suffix(".json").read_text("utf-8"))
    assert tags["TIT2"].text == ["Pauses & <places>"]
    assert str(tags["TDRC"].text[0]) == "2026-11-22"
    assert tags["TLAN"].text == ["eng"]
    assert tags.getall("COMM")[0].text == ["What is placed is found."]
    assert "The last words come here." in tags.getall("USLT")[0].text
    assert tags.getall("SYLT")[0].text == [(c["text"], c["start_ms"]) for c in record["cues"]]
    toc = tags.getall("CTOC")[0]
    assert "TIT2" in toc.sub_frames
    chapters = {c.element_id: c for c in tags.getall("CHAP")}
    assert [
        (chapters[n].start_time, chapters[n].end_time, chapters[n].sub_frames["TIT2"].text[0])
        for n in toc.child_element_ids
    ] == [(c["start_ms"], c["end_ms"], c["title"]) for c in record["chapters"]]
    assert tags.getall("APIC")[0].mime == "image/jpeg"
    raw = quiet.mp3.read_bytes()
    found = [raw.index(b"CHAP", start) for start in (0, raw.index(b"CHAP") + 1)]
    assert [raw[at + 10 : at + 15] for at in found] == [b"chp0\0", b"chp1\0"]


def test_record_names_the_palette_of_the_cover(quiet: BuiltTrack, brown: BuiltTrack) -> None:
    """The one that the script names, or the one that its name gets."""
    for track, palette in ((quiet, "moss"), (brown, palette_for(brown.slug))):
        told = hear(track.mp3).record
        assert told["palette"] == palette
        drawn = cover_png(draw_cover(told["title"], palette))
        assert track.mp3.with_suffix(".png").read_bytes() == drawn


def test_record_names_the_files_own_digest(quiet: BuiltTrack) -> None:
    """The record's digest is the MP3's, and no path or clock of this machine stands in it."""
    text = quiet.mp3.with_suffix(".json").read_text("utf-8")
    assert json.loads(text)["mp3"]["sha256"] == hashlib.sha256(quiet.mp3.read_bytes()).hexdigest()
    assert str(Path.home()) not in text
    assert str(quiet.mp3.parent) not in text


@pytest.mark.parametrize("wanted", ["58s", "1m7s345ms", "1m10.001s"])
def test_length_lands_on_the_millisecond(workers: Workers, tmp_path: Path, wanted: str) -> None:
    """A script with `length:` gives a track of exactly that many samples."""
    text = PAUSES.replace("kind:", f"length: {wanted}\nkind:", 1)
    track = build(tmp_path, text, workers, {"pyttsx3": ToneEngine()})
    ms = {"58s": 58_000, "1m7s345ms": 67_345, "1m10.001s": 70_001}[wanted]
    assert len(hear(track.mp3).samples) == ms * 48


def test_placement_with_takes_of_known_length(workers: Workers, tmp_path: Path) -> None:
    """With an engine whose lengths one can count, every place is what one would count."""
    track = build(tmp_path, PAUSES, workers, {"pyttsx3": ToneEngine()})
    cues = hear(track.mp3).record["cues"]
    position = 1_000
    gaps = [2_000, 333, 800, 22_000, 26_000]
    for cue, gap in zip(cues, [*gaps, 0], strict=True):
        length = 40 * sum(map(str.isalnum, cue["text"]))
        assert (cue["start_ms"], cue["end_ms"]) == (position, position + length)
        position += length + gap


def test_a_line_that_cannot_be_spoken_fails_the_track(workers: Workers, tmp_path: Path) -> None:
    """Silence is never put where speech failed: the track is not made, and the line is named."""
    text = PAUSES.replace("Now we wait", "This unspeakable line")
    with pytest.raises(SpeechError, match="unspeakable") as caught:
        build(tmp_path, text, workers, {"pyttsx3": BrokenEngine()})
    assert "unspeakable" in text.splitlines()[caught.value.where.line - 1]
    assert not list((tmp_path / "out").rglob("*"))


def test_a_crash_of_a_worker_is_a_message(tmp_path: Path) -> None:
    """When a worker dies the build says so; nothing half-written is left."""
    text = PAUSES.replace("Now we wait", "This unspeakable line")
    with Workers(2) as own, pytest.raises(MeditationError, match="ended by the system"):
        build(tmp_path, text, own, {"pyttsx3": BrokenEngine(crash=True)})
    assert not list((tmp_path / "out").rglob("*"))


EVERYTHING = """
title: Everything
background: [ocean, {sound: night, pan: 40 % left}]
bells: {start: bowl, end: gong}
sections:
  - title: One
    script:
      - Hello there.
      - breathe: {in: 3s, hold: 1s, out: 4s, times: 3, words: 1}
      - background: {sound: drone, with: {key: A}}
      - say: {text: "Softly now.", volume: -4 dB, voice: {chain: hall}}
      - bell: {sound: woodblock, times: 2}
"""


@pytest.mark.parametrize("text", [OVER_BROWN, EVERYTHING], ids=["plain", "everything"])
def test_one_and_four_jobs_give_the_same_bytes(text: str, tmp_path: Path) -> None:
    """Two clean builds from the command line, with one worker and with four: equal bytes."""
    write_script(tmp_path, text)
    files = []
    for jobs in ("1", "4"):
        done = meditations(
            "build", "--without-care", "--jobs", jobs, "--output", str(tmp_path / jobs),
            cwd=tmp_path, cache=tmp_path / f"cache{jobs}",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        folder = tmp_path / jobs / "tracks"
        files.append({file.name: file.read_bytes() for file in folder.iterdir()})
    assert files[0].keys() == {"evening" + suffix for suffix in SUFFIXES}
    assert files[0] == files[1]


def test_one_changed_line_speaks_one_line(workers: Workers, tmp_path: Path) -> None:
    """What was spoken and encoded before is not spoken or encoded again."""
    first = build(tmp_path, OVER_BROWN, workers)
    assert (first.spoken, first.encoded) == (6, 3)
    again = build(tmp_path, OVER_BROWN, workers)
    assert (again.spoken, again.encoded) == (0, 0)
    changed = OVER_BROWN.replace("The last words", "The very last words")
    third = build(tmp_path, changed, workers)
    assert third.spoken == 1
    assert third.encoded == 1, "only the last window holds another word"
