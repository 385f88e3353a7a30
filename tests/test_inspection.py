"""What inspection finds: nothing in a clean track, and every fault that is put into one."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any

import mutagen.id3
import numpy as np
import pytest
from support import remade
from support.remade import Remade
from support.tracks import build, ebur128, hear, meditations, write_script

from meditations.errors import MeditationError
from meditations.inspection import spans
from meditations.inspection.decoding import DELAY, decoded, open_source
from meditations.inspection.inspecting import inspect_track
from meditations.inspection.report import Curves, Finding, Report
from meditations.mix.windows import WINDOW_FRAMES
from meditations.programs import run_ffmpeg
from meditations.quantities import format_clock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from meditations.workers import Workers

    Floats = NDArray[np.float64]

SPOKEN = """
title: Spoken
kind: [general]
background: none
pace: {lead_in: 2s, tail: 4s}
sections:
  - title: Before
    role: welcome
    script:
      - Hello, and welcome. [2s] You can stop at any time.
      - Yes. [1500ms] There is nothing to do well.
      - pause: 9s
  - title: After
    role: return
    script:
      - Perhaps you notice the sound of the room, or your hands.
      - "[4s] Thank you for being here today."
"""


@pytest.fixture(scope="module")
def spoken(workers: Workers, tmp_path_factory: pytest.TempPathFactory) -> Remade:
    """A voice, and silence where it pauses."""
    return Remade.of(build(tmp_path_factory.mktemp("spoken"), SPOKEN, workers).mp3)


@pytest.fixture(scope="module")
def clean(spoken: Remade, tmp_path_factory: pytest.TempPathFactory) -> Remade:
    """The voice over brown noise."""
    return spoken.over(remade.brown(len(spoken.voice)), tmp_path_factory.mktemp("clean"))


def failed(mp3: Path, workers: Workers | None = None) -> set[str]:
    return {finding.what for finding in inspect_track(mp3, workers).failed}


def test_a_built_track_is_good(spoken: Remade) -> None:
    """What was just built, over silence, is as it should be, and says so in one line."""
    report = inspect_track(spoken.mp3)
    assert report.failed == ()
    seconds = spoken.record["length_ms"] // 1000
    assert re.fullmatch(
        rf"0:{seconds}, speech -1[56]\.\d LUFS, peak -\d\.\d dBTP, no clicks, every cue heard",
        report.one_line(),
    )


@pytest.mark.parametrize("bed", ["brown", "white", "waves", "drone", "fire"])
def test_no_false_alarm(bed: str, spoken: Remade, workers: Workers, tmp_path: Path) -> None:
    """A voice over noise, waves, a chord or a crackling fire is as it should be."""
    sound = getattr(remade, bed)(len(spoken.voice))
    mp3 = spoken.over(sound, tmp_path).write(tmp_path)
    assert inspect_track(mp3, workers).failed == ()


def test_the_pulses_of_a_deep_voice_are_no_clicks(workers: Workers, tmp_path: Path) -> None:
    """They stand out as clicks do, but they come in trains; a click among them is still found."""
    line = "I won't ask what happened to the other person, nor whether you are any good at this."
    text = SPOKEN.replace("Perhaps you notice", line + " Perhaps you notice")
    deep = Remade.of(build(tmp_path, text.replace("kind:", "voice: low\nkind:"), workers).mp3)
    assert inspect_track(deep.mp3).failed == ()
    cue = next(cue for cue in deep.record["cues"] if cue["text"] == line)
    harmed = _click((cue["end_ms"] - 400) * 48, 0.9)(deep.voice.copy(), deep)
    assert "clicks" in failed(deep.write(tmp_path / "harmed", harmed))


def test_bells_are_no_speech_and_no_clicks(clean: Remade, workers: Workers, tmp_path: Path) -> None:
    """Bowls that are struck in pauses and under words are neither speech nor clicks."""
    sound = remade.bells(len(clean.voice))
    level = max(ebur128(sound[n : n + 19_200], tmp_path)[0] for n in range(48_000, 96_000, 4_800))
    record = {
        **clean.record,
        "loudness": {**clean.record["loudness"], "integrated_lufs": None},  # nobody added it up
        "bells": [
            {"sound": "bowl", "start_ms": at, "end_ms": at + 6_500, "level_db": -10.0}
            for at in range(1_000, clean.record["length_ms"], 7_000)
        ],
    }
    ringing = clean.voice + sound * 10 ** ((-26.0 - level) / 20)
    mp3 = Remade(clean.mp3, ringing, record).write(tmp_path)
    assert inspect_track(mp3, workers).failed == ()
    spoken_over = Remade(clean.mp3, _repeat(ringing.copy(), clean), record).write(tmp_path)
    assert failed(spoken_over, workers) == {"no speech in pauses"}


def _click(at: int, size: float) -> Callable[[Floats, Remade], Floats]:
    def change(sound: Floats, _: Remade) -> Floats:
        sound[at] += size
        return sound

    return change


def _clip(sound: Floats, track: Remade) -> Floats:
    start = track.record["cues"][1]["start_ms"] * 48
    sound[start : start + 24_000] *= 8
    return np.clip(sound, -1, 1)


def _offset(sound: Floats, _: Remade) -> Floats:
    return sound + 0.012


def _forget(sound: Floats, track: Remade) -> Floats:
    """Background where the second line should be."""
    cue = track.record["cues"][1]
    start, length = cue["start_ms"] * 48, (cue["end_ms"] - cue["start_ms"]) * 48
    quiet = (track.pause[0] + 3_000) * 48
    sound[start : start + length] = sound[quiet : quiet + length] / 2
    return sound


def _repeat(sound: Floats, track: Remade) -> Floats:
    """A word in the longest pause, at the level of all others."""
    cue = track.record["cues"][2]
    word = sound[cue["start_ms"] * 48 : cue["end_ms"] * 48]
    start = (track.pause[0] + 5_000) * 48
    sound[start : start + len(word)] += word
    return sound


def _quieter(sound: Floats, _: Remade) -> Floats:
    return sound * 10 ** (-1 / 20)


def _hole(sound: Floats, track: Remade) -> Floats:
    start = (track.pause[0] + 4_000) * 48
    sound[start : start + 24_000] = 0
    return sound


def _stepped(sound: Floats, track: Remade) -> Floats:
    start = (track.pause[0] + 4_321) * 48
    sound[start : start + 9_600] += 0.1 * np.linspace(1, 0, 9_600)[:, None]
    return sound


JOINT = WINDOW_FRAMES - DELAY + 300
FAULTS: dict[str, tuple[Callable[[Floats, Remade], Floats], set[str]]] = {
    "a click at a joint": (_click(JOINT, 0.12), {"clicks", "clicks at joints"}),
    "a click": (lambda s, t: _click((t.pause[0] + 4_321) * 48, 0.12)(s, t), {"clicks"}),
    "a step": (_stepped, {"clicks"}),
    "clipping": (_clip, {"clipping", "true peak"}),
    "an offset": (_offset, {"offset (DC)"}),
    "a missing cue": (_forget, {"speech at every cue", "speech at every word"}),
    "speech in a pause": (_repeat, {"no speech in pauses"}),
    "1 LU too quiet": (_quieter, {"loudness of the speech"}),
    "a hole": (_hole, {"longest silence"}),
}


SIDE_EFFECTS = {
    "clipping": {"loudness of the speech", "loudness of the whole", "clicks"},
    "an offset": {"clicks"},  # it begins and ends with a step
    "speech in a pause": {"background in pauses"},
    "1 LU too quiet": {"loudness of the whole"},
    "a missing cue": {"loudness of the whole"},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(fault: str, clean: Remade, workers: Workers, tmp_path: Path) -> None:
    """What is put into a clean track is found, and named as what it is."""
    change, wanted = FAULTS[fault]
    mp3 = clean.write(tmp_path, change(clean.voice.copy(), clean))
    found = failed(mp3, workers)
    assert wanted <= found
    assert found - wanted <= SIDE_EFFECTS.get(fault, set())


def test_words_that_sound_elsewhere_are_found(
    clean: Remade, workers: Workers, tmp_path: Path
) -> None:
    """Where the record has words most of a second too late, some of them are not heard there."""
    late = [{**cue, "words": [edge + 700 for edge in cue["words"]]} for cue in clean.record["cues"]]
    told = Remade(clean.mp3, clean.voice, {**clean.record, "cues": late}).write(tmp_path)
    assert failed(told, workers) == {"speech at every word"}


def test_a_quiet_click_among_crackles_is_no_click(spoken: Remade, tmp_path: Path) -> None:
    """A click as loud as the cracks of a fire belongs to it; one of many times that does not."""
    fire = spoken.over(remade.fire(len(spoken.voice)), tmp_path)
    at = (fire.pause[0] + 4_321) * 48
    quiet = _click(at, 0.05)(fire.voice.copy(), fire)
    assert failed(fire.write(tmp_path / "quiet", quiet)) == set()
    loud = _click(at, 0.6)(fire.voice.copy(), fire)
    assert failed(fire.write(tmp_path / "loud", loud)) >= {"clicks"}


def test_a_background_6_db_too_loud(spoken: Remade, clean: Remade, tmp_path: Path) -> None:
    """The background in the pauses is held against what the record makes it."""
    louder = clean.voice + (10 ** (6 / 20) - 1) * (clean.voice - spoken.voice)
    found = failed(clean.write(tmp_path, louder))
    assert found - {"loudness of the whole"} == {"background in pauses"}


def test_a_truncated_track(clean: Remade, tmp_path: Path) -> None:
    """A file that lost its end is shorter than its header says, wherever it was cut."""
    mp3 = clean.write(tmp_path)
    size = mp3.stat().st_size
    os.truncate(mp3, size - 100 * 384)
    assert failed(mp3) >= {"bytes", "length", "chapters"}
    os.truncate(mp3, size - 100 * 384 - 17)
    assert failed(mp3) >= {"bytes", "length", "stream"}


def test_a_damaged_track_is_measured_to_its_end(clean: Remade, tmp_path: Path) -> None:
    """Where frames are overwritten, that is found; it is no crash."""
    mp3 = clean.write(tmp_path)
    data = bytearray(mp3.read_bytes())
    data[-600 * 384 : -580 * 384] = bytes(20 * 384)
    mp3.write_bytes(data)
    assert failed(mp3) >= {"bytes", "stream"}


def test_a_wrong_length(clean: Remade, tmp_path: Path) -> None:
    """A millisecond more or less than the record says is found."""
    mp3 = clean.write(tmp_path)
    clean.write_record(mp3, frames=clean.record["frames"] + 48)
    assert failed(mp3) == {"length"}


@pytest.mark.parametrize("change", ["title", "place", "missing", "amid a word"])
def test_wrong_chapters(change: str, clean: Remade, tmp_path: Path) -> None:
    """A chapter of another name, at another place, missing, or that begins amid a word."""
    mp3 = clean.write(tmp_path)
    record = json.loads(json.dumps(clean.record))
    tags = mutagen.id3.ID3(mp3)
    second = tags["CHAP:chp1"]
    if change == "title":
        second.sub_frames["TIT2"].text = ["Afterwards"]
    elif change == "place":
        second.start_time += 500
    elif change == "missing":
        tags.delall("CHAP:chp1")
    else:
        cue = clean.record["cues"][-1]
        middle = cue["start_ms"] + 450
        second.start_time = tags["CHAP:chp0"].end_time = middle
        record["chapters"][0]["end_ms"] = record["chapters"][1]["start_ms"] = middle
    tags.save(mp3, v1=0, v2_version=4, padding=lambda _: 0)
    Remade(clean.mp3, clean.voice, record).write_record(mp3)
    assert failed(mp3) == {"chapters"}


def _shift(text: str, by_ms: int) -> str:
    def later(match: re.Match[str]) -> str:
        return format_clock(
            (int(match[1]) * 60 + int(match[2])) * 60_000 + int(match[3]) * 1000 + int(match[4])
            + by_ms
        )  # fmt: skip

    return re.sub(r"(\d\d):(\d\d):(\d\d)\.(\d{3})", later, text)


def test_captions_300_ms_late(clean: Remade, tmp_path: Path) -> None:
    """Captions that come late differ from the record, and from the sound."""
    mp3 = clean.write(tmp_path)
    vtt = mp3.with_suffix(".vtt")
    vtt.write_text(_shift(vtt.read_text("utf-8"), 300), "utf-8")
    assert failed(mp3) == {"captions", "captions to the sound"}


def test_record_and_captions_300_ms_early(clean: Remade, tmp_path: Path) -> None:
    """Where record and captions agree on wrong places, the sound tells."""
    late = np.roll(clean.voice, 300 * 48, axis=0)
    assert "captions to the sound" in failed(clean.write(tmp_path, late))


def test_other_words_in_the_captions(clean: Remade, tmp_path: Path) -> None:
    """Captions say what is spoken, and they are there."""
    mp3 = clean.write(tmp_path)
    vtt = mp3.with_suffix(".vtt")
    vtt.write_text(vtt.read_text("utf-8").replace("welcome", "goodbye"), "utf-8")
    assert failed(mp3) == {"captions"}
    vtt.unlink()
    assert "captions" in failed(mp3)


def test_a_line_that_is_quieter_on_purpose(clean: Remade, tmp_path: Path) -> None:
    """What the record says to be 6 dB quieter may be, and does not count for the loudness."""
    cue = clean.record["cues"][-1]
    sound = clean.voice.copy()
    sound[cue["start_ms"] * 48 : cue["end_ms"] * 48] /= 2
    cues = [*clean.record["cues"][:-1], {**cue, "volume_db": -6.0}]
    mp3 = Remade(clean.mp3, clean.voice, {**clean.record, "cues": cues}).write(tmp_path, sound)
    assert failed(mp3) == set()


def test_figures_do_not_depend_on_workers_or_spans(
    clean: Remade, workers: Workers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One process, several, spans cut at other places: the same figures."""
    mp3 = clean.write(tmp_path, _click(JOINT, 0.12)(clean.voice.copy(), clean))
    alone = inspect_track(mp3)
    together = inspect_track(mp3, workers)
    assert alone.numbers == together.numbers
    monkeypatch.setattr(spans, "SHORTEST_SPAN_S", 7)
    monkeypatch.setattr(spans, "SPANS", 9)
    monkeypatch.setattr(spans, "PIECE_S", 3)
    assert len(spans.cut_spans(clean.record["frames"])) > 5
    assert inspect_track(mp3).numbers == alone.numbers


def test_any_part_is_decoded_as_within_the_whole(spoken: Remade, tmp_path: Path) -> None:
    """A part decoded alone has the samples of a decoder that came from the start."""
    source, laid_out = open_source(spoken.mp3, tmp_path)
    assert laid_out
    raw = tmp_path / "whole.s16"
    run_ffmpeg(["-i", str(spoken.mp3), "-map", "0:a", "-f", "s16le", str(raw)])
    whole = np.fromfile(raw, "<i2").reshape(-1, 2)
    assert source.frames == len(whole)
    for first, last in ((0, 5_000), (1, 3), (700_003, 760_001), (len(whole) - 900, len(whole))):
        found = np.zeros((last - first, 2), np.int16)
        with decoded(source, first, last) as read:
            assert read(found) == last - first
        assert np.array_equal(found, whole[first:last])


def test_loudness_is_what_ebur128_measures(
    spoken: Remade, tmp_path: Path, workers: Workers
) -> None:
    """Whole, speech cut out and joined, and true peak, over white noise and over silence."""
    loud = spoken.over(remade.white(len(spoken.voice)), tmp_path)
    for mp3 in (spoken.mp3, loud.write(tmp_path)):
        numbers: dict[str, Any] = dict(inspect_track(mp3, workers).numbers)
        sound = hear(mp3)
        whole, peak = ebur128(sound.samples, tmp_path)
        joined = [
            sound.samples[c["start_ms"] * 48 : c["end_ms"] * 48] for c in sound.record["cues"]
        ]
        assert numbers["integrated_lufs"] == pytest.approx(whole, abs=0.1)
        assert numbers["true_peak_dbtp"] == pytest.approx(peak, abs=0.1)
        speech, _ = ebur128(np.concatenate(joined), tmp_path)
        assert numbers["speech_lufs"] == pytest.approx(speech, abs=0.1)


def test_momentary_loudness_is_what_ebur128_measures(spoken: Remade, tmp_path: Path) -> None:
    """Each 400 ms are as loud as ffmpeg's ebur128 says, on noise and on speech."""
    mp3 = spoken.over(remade.brown(len(spoken.voice)), tmp_path).write(tmp_path)
    told = run_ffmpeg(
        [
            "-nostats",
            "-i",
            str(mp3),
            "-map",
            "0:a",
            "-af",
            "ebur128=framelog=info",
            "-f",
            "null",
            "-",
        ]
    )
    momentary = np.array([float(v) for v in re.findall(r"\bM:\s*(-?[\d.]+)", told)])[3:]
    curve = inspect_track(mp3).curves.momentary
    ours = curve[2 : 2 + len(momentary)]
    loud = momentary[: len(ours)] > -60
    assert loud.sum() > 300
    assert np.abs(ours - momentary[: len(ours)])[loud].max() < 0.2 + 0.05  # told in tenths


def test_another_mp3_is_measured_too(spoken: Remade, tmp_path: Path) -> None:
    """A track that was encoded anew, at a variable rate, is decoded and measured all the same."""
    mp3 = tmp_path / spoken.mp3.name
    run_ffmpeg(["-i", str(spoken.mp3), "-map", "0:a", "-q:a", "2", str(mp3)])
    mp3.with_suffix(".vtt").write_bytes(spoken.mp3.with_suffix(".vtt").read_bytes())
    mp3.with_suffix(".json").write_text(json.dumps(spoken.record), "utf-8")
    assert failed(mp3) <= {"bytes", "stream", "chapters", "length"}
    assert failed(mp3) >= {"bytes", "stream", "chapters"}


def test_silence_alone_is_measured(workers: Workers, tmp_path: Path) -> None:
    """A track in which nobody speaks over nothing has no loudness, and is good."""
    text = "title: Silence\nbackground: none\nsections: [{title: Only, script: [pause: 20s]}]\n"
    report = inspect_track(build(tmp_path, text, workers).mp3)
    assert report.failed == ()
    assert (report.numbers["integrated_lufs"], report.numbers["true_peak_dbtp"]) == (None, None)
    assert "LUFS" not in report.one_line()


def test_a_missing_track_or_record_is_one_message(spoken: Remade, tmp_path: Path) -> None:
    """What cannot be inspected is said, with what to do."""
    with pytest.raises(MeditationError, match="there is no such track"):
        inspect_track(tmp_path / "none.mp3")
    lone = tmp_path / "lone.mp3"
    lone.write_bytes(spoken.mp3.read_bytes())
    with pytest.raises(MeditationError, match="record beside the track is missing"):
        inspect_track(lone)
    lone.write_bytes(b"no sound at all")
    spoken.write_record(lone)
    with pytest.raises(MeditationError, match=r"decoding lone\.mp3 failed"):
        inspect_track(lone)


def test_json_and_plot(spoken: Remade, tmp_path: Path) -> None:
    """The command tells figures with units in their names, and draws a picture."""
    picture = tmp_path / "track.png"
    done = meditations(
        "inspect", str(spoken.mp3), "--json", "--plot", str(picture),
        cwd=tmp_path, cache=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["good"]
    assert {"what", "found", "wanted", "good"} == set(told["findings"][0])
    assert told["numbers"]["length_ms"] == spoken.record["length_ms"]
    assert {"speech_lufs", "true_peak_dbtp", "clicks_at_ms", "speech_after_captions_ms"} <= set(
        told["numbers"]
    )
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_the_same_track_gives_the_same_picture(clean: Remade, tmp_path: Path) -> None:
    """A plot has neither clock nor version in it; a fault is drawn too."""
    from meditations.inspection.plot import draw

    report = inspect_track(clean.write(tmp_path, _forget(clean.voice.copy(), clean)))
    draw(report, tmp_path / "one.png")
    draw(report, tmp_path / "two.png")
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()


def test_without_matplotlib_the_message_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Drawing is an extra: where it is missing, one message."""
    import importlib.util

    from meditations.inspection.plot import need_matplotlib

    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(MeditationError) as caught:
        need_matplotlib()
    assert "pip install 'meditations[plot]'" in str(caught.value)


def test_build_fails_where_the_finished_track_is_at_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status 1, what failed and what to do are said, the files stay, and it is not up to date."""
    from meditations.commands.build import command
    from meditations.inspection import inspecting

    write_script(tmp_path, SPOKEN)
    monkeypatch.chdir(tmp_path)

    def faulty(mp3: Path, workers: Workers) -> Report:
        found = Finding("clicks", "1 click: 00:00:24.000", "none", False)
        return Report(mp3, (found,), {"length_ms": 1_000}, _no_curves())

    monkeypatch.setattr(inspecting, "inspect_track", faulty)
    for _ in range(2):
        assert command.main(["--jobs", "2", "--without-care"], standalone_mode=False) == 1
        told = capsys.readouterr().err
        assert "not as it should be: clicks: 1 click: 00:00:24.000 (wanted: none)" in told
        assert "meditations inspect build/tracks/evening.mp3" in told
        assert (tmp_path / "build/tracks/evening.mp3").is_file()


def _no_curves() -> Curves:
    return Curves(np.zeros(0), np.zeros(0), np.zeros(0), None, {})


def test_build_says_what_it_measured(tmp_path: Path) -> None:
    """One line for each track, and its figures in the JSON."""
    write_script(tmp_path, SPOKEN)
    done = meditations("build", "--without-care", "--json", cwd=tmp_path, cache=tmp_path / "cache")
    assert done.returncode == 0, done.stderr
    measured = json.loads(done.stdout)["tracks"][0]["measured"]
    assert measured.endswith("no clicks, every cue heard")
    assert f"evening: measured {measured}" in done.stderr
