"""What lies beside the MP3: captions, transcript and chapters, well-formed and in time."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.scripts import read, timed, with_steps

from meditations.errors import Where
from meditations.quantities import FRAMES_PER_MS
from meditations.speech.utterance import Manner, Utterance
from meditations.timeline.timeline import Cue, Timeline
from meditations.timeline.words import CueWord
from meditations.track.caption_lines import caption_lines
from meditations.track.sidecars import (
    CAPTION_LINES,
    SRT_WIDTH,
    VTT_WIDTH,
    captions,
    chapters,
    srt,
    transcript,
    vtt,
)

LONG: Final = (
    "You might notice where your feet are, or your hands, or anything else that is steady here,"
    " and let it be as it is for a while, without having to change anything about it at all."
)
SCRIPT: Final = with_steps(
    "Hello & welcome. <Stay> as long as you like.", "pause: 3s", f"{LONG} [2s] So it is.",
    '"\\"Yes\\" is an answer --> and so is \\"no\\"."',
) + "  - title: Zwei & \U0001f319\n    script: [End.]\n"  # fmt: skip

words = st.lists(
    st.text(st.sampled_from("abcdefgh-’,é"), min_size=1, max_size=14), min_size=1, max_size=60
).map(" ".join)


def at_ms(clock: str, mark: str) -> int:
    found = re.fullmatch(rf"(\d{{2}}):([0-5]\d):([0-5]\d)\{mark}(\d{{3}})", clock)
    assert found, clock
    hours, minutes, seconds, ms = map(int, found.groups())
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + ms


def blocks(text: str, mark: str) -> list[tuple[int, int, list[str]]]:
    """Start, end and lines of each caption; refuses anything that is not one."""
    found = []
    for block in text.rstrip("\n").split("\n\n"):
        timing, *lines = block.split("\n")
        start, arrow, end = timing.split(" ")
        assert arrow == "-->"
        found.append((at_ms(start, mark), at_ms(end, mark), lines))
    return found


def vtt_blocks(text: str) -> list[tuple[int, int, list[str]]]:
    first, note, rest = text.split("\n\n", 2)
    assert first == "WEBVTT"
    assert re.fullmatch(r"NOTE [^\n]+", note)
    found = blocks(rest, ".")
    assert all(lines[0].startswith("<v Synthetic voice") for _, _, lines in found)
    return [(s, e, [re.sub("^<v [^>]*>", "", line) for line in told]) for s, e, told in found]


def srt_blocks(text: str) -> list[tuple[int, int, list[str]]]:
    found = []
    for number, block in enumerate(text.rstrip("\n").split("\n\n"), 1):
        first, rest = block.split("\n", 1)
        assert first == str(number)
        found += blocks(rest, ",")
    return found


def _letters(lines: list[str]) -> str:
    return "".join(lines).replace(" ", "")


def track(*texts: str, ms_per_letter: int = 60) -> Timeline:
    """A timeline of these captions with 500 ms around each."""
    cues: list[Cue] = []
    end = 0
    for text in texts:
        length = ms_per_letter * len(text) * FRAMES_PER_MS
        utterance = Utterance(text, Manner("made up", "nobody", 100, 50))
        cues.append(Cue(utterance, text, end + 24_000, length, 0, Where(None, len(cues) + 1, 1)))
        end = cues[-1].end_frame
    return Timeline(end + 24_000, tuple(cues), (), (), ())


@given(st.lists(words, min_size=1, max_size=4))
def test_captions_neither_overlap_nor_leave_the_track(texts: list[str]) -> None:
    """In both formats captions follow one another within the track, each with some time."""
    timeline = track(*texts)
    for found in (vtt_blocks(vtt(timeline, "en")), srt_blocks(srt(timeline))):
        edges = [edge for start, end, _ in found for edge in (start, end)]
        assert edges == sorted(edges)
        assert edges[-1] <= timeline.frames // FRAMES_PER_MS
        assert all(start < end for start, end, _ in found)


@given(words, st.sampled_from([VTT_WIDTH, SRT_WIDTH]))
def test_captions_fit_and_lose_nothing(text: str, width: int) -> None:
    """No caption has more lines or longer ones than players show, and no letter is missing."""
    found = list(captions(track(text), width))
    assert all(1 <= len(lines) <= CAPTION_LINES for _, _, lines in found)
    assert all(0 < len(line) <= width for _, _, lines in found for line in lines)
    shown = "".join(line for _, _, lines in found for line in lines)
    assert shown.replace(" ", "") == text.replace(" ", "")


def test_lines_end_where_phrases_do() -> None:
    """No line ends within a phrase where it could end between two, and none is a lost word."""
    told = "Either of you can stop, pause, or change any of this, at any moment."
    assert caption_lines(told, VTT_WIDTH, 2) == [
        ["Either of you can stop,", "pause, or change any of this, at any moment."]
    ]
    told = "When one of you gives it, you both stop and sit back, and nobody asks why."
    assert caption_lines(told, SRT_WIDTH, 2) == [
        ["When one of you gives it,", "you both stop and sit back,"], ["and nobody asks why."]
    ]  # fmt: skip
    told = "Every part can be done without touch, and is none the smaller for it."
    assert caption_lines(told, VTT_WIDTH, 2)[0] == [
        "Every part can be done without touch,", "and is none the smaller for it."
    ]  # fmt: skip


def test_two_voices_are_told_apart() -> None:
    """Where several voices speak, the captions number them; where one does, they do not."""
    cues = [
        Cue(Utterance(f"a{n}", Manner("pyttsx3", voice, 100, 50)), f"a{n}", n * 48_000, 4_800, 0,
            Where())
        for n, voice in enumerate(["en", "de", "en"])
    ]  # fmt: skip
    told = vtt(Timeline(480_000, tuple(cues), (), (), ()), "en")
    assert re.findall("<v [^>]*>", told) == [
        "<v Synthetic voice 1>", "<v Synthetic voice 2>", "<v Synthetic voice 1>"
    ]  # fmt: skip


def test_captions_change_with_the_words() -> None:
    """Each part of a long sentence comes with its first word, and stays until the next comes."""
    cue = track(LONG).cues[0]
    shown = LONG.split()
    # Slower and slower, so that the share of the letters would be another.
    places = [cue.start_frame + cue.frames * n**2 // len(shown) ** 2 for n in range(len(shown))]
    words = tuple(CueWord(w, at, at + 480) for w, at in zip(shown, places, strict=True))
    timeline = Timeline(cue.end_frame, (replace(cue, words=words),), (), (), ())
    for width in (SRT_WIDTH, VTT_WIDTH):
        found = list(captions(timeline, width))
        assert len(found) > 1
        said = iter(words)
        for start, _, lines in found:
            first, *_ = [next(said) for _ in " ".join(lines).split()]
            assert (first.text, first.start_frame // 48) == (lines[0].split()[0], start)
        assert [end for _, end, _ in found[:-1]] == [start for start, _, _ in found[1:]]
        assert found[-1][1] == cue.end_frame // 48


def test_captions_of_a_sentence_share_its_time() -> None:
    """Without times of words a caption lasts as long as its share of the letters, without gaps."""
    timeline = track(LONG)
    cue = timeline.cues[0]
    found = list(captions(timeline, SRT_WIDTH))
    assert len(found) > 2
    edges = [start for start, _, _ in found] + [found[-1][1]]
    assert (edges[0], edges[-1]) == (cue.start_frame // 48, cue.end_frame // 48)
    assert [end for _, end, _ in found[:-1]] == edges[1:-1]
    letter_ms = 60 * len(LONG) / len(LONG.replace(" ", ""))
    for start, end, lines in found:
        assert (end - start) / letter_ms == pytest.approx(len(_letters(lines)), abs=1)


def test_captions_are_the_script_s_words() -> None:
    """WebVTT escapes what would be a tag, SubRip does not; both have the words of the script."""
    timeline = timed(SCRIPT)
    spoken = " ".join(cue.caption for cue in timeline.cues)
    for text in (vtt(timeline, "en"), srt(timeline)):
        found = vtt_blocks(text) if text.startswith("WEBVTT") else srt_blocks(text)
        lines = [line for _, _, lines in found for line in lines]
        shown = " ".join(lines) if text[0] != "W" else html.unescape(" ".join(lines))
        assert shown == spoken
        if text[0] == "W":
            assert "&lt;Stay&gt;" in text
            assert not any("-->" in line or "<" in line for line in lines)
    assert "NOTE Language: pt-BR" in vtt(timeline, "pt-BR")


def test_times_go_beyond_an_hour() -> None:
    """Hours are counted, and the milliseconds are those of the timeline."""
    late = Timeline(
        2 * 3600 * 48_000,
        (Cue(Utterance("a", Manner("", "", 1, 1)), "a", 3_661_001 * 48, 4_800, 0, Where()),),
        (), (), (),
    )  # fmt: skip
    assert "01:01:01.001 --> 01:01:01.101\n<v Synthetic voice>a\n" in vtt(late, "en")
    assert "1\n01:01:01,001 --> 01:01:01,101\na\n" in srt(late)


def test_a_track_without_words_has_empty_captions() -> None:
    """Where nobody speaks the files hold no caption and are still well-formed."""
    timeline = timed(with_steps("pause: 10s"))
    assert vtt(timeline, "en") == "WEBVTT\n\nNOTE Language: en\n"
    assert srt(timeline).strip() == ""


def test_chapters_follow_one_another() -> None:
    """The chapters' JSON has version, titles and times without gaps, to the end of the track."""
    timeline = timed(SCRIPT)
    told = json.loads(chapters(timeline, "Evening"))
    assert (told["version"], told["title"]) == ("1.2.0", "Evening")
    found = told["chapters"]
    assert [chapter["title"] for chapter in found] == ["Only", "Zwei & \U0001f319"]
    assert found[0]["startTime"] == 0
    assert found[0]["endTime"] == found[1]["startTime"]
    assert found[1]["endTime"] == timeline.frames / 48_000
    assert set(found[0]) == {"startTime", "endTime", "title"}


def test_the_transcript_is_all_that_is_said() -> None:
    """A title, a heading for each section, a paragraph for each line, nothing over 80 letters."""
    text = transcript(read(SCRIPT), timed(SCRIPT))
    paragraphs = text.rstrip("\n").split("\n\n")
    assert paragraphs[0] == "Evening"
    assert paragraphs[1] == "Only\n----"
    assert [" ".join(paragraph.split()) for paragraph in paragraphs[2:5]] == [
        "Hello & welcome. <Stay> as long as you like.",
        f"{LONG} So it is.",
        '"Yes" is an answer --> and so is "no".',
    ]
    assert paragraphs[5:] == ["Zwei & \U0001f319\n--------", "End."]
    assert max(map(len, text.splitlines())) <= 80


def test_repeated_lines_are_paragraphs_of_their_own() -> None:
    """Lines that alternate stay apart however often they come."""
    script = with_steps("repeat: {times: 2, script: [One., Two.]}")
    paragraphs = transcript(read(script), timed(script)).rstrip("\n").split("\n\n")
    assert paragraphs[2:] == ["One.", "Two.", "One.", "Two."]
