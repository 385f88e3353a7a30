"""The pace of a session, told from its timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.scripts import timed

from meditations.care.pace import pace_warnings, section_paces, track_pace

if TYPE_CHECKING:
    from meditations.timeline.timeline import Timeline

# Lines of ten letters or signs take 600 ms each in these tests.
TWO = """
title: Two Sections
background: none
pace: {lead_in: 2s, section: 10s, sentence: 500ms, line: 2s, tail: 4s}
sections:
  - title: One
    script:
      - Ten let up. Ten let up.
      - Ten let up.
  - title: Two
    script:
      - Ten let up.
      - pause: 20s
      - Ten let up.
"""


def test_passages_take_in_their_short_gaps() -> None:
    """A gap under a second is speech, a longer one is silence; sections are told apart."""
    each_ms = 60 * len("Ten let up.")
    one, two = section_paces(timed(TWO))
    assert (one.title, one.words, two.words) == ("One", 9, 6)
    assert one.speech_ms == 3 * each_ms + 500
    assert two.speech_ms == 2 * each_ms
    assert one.spoken_wpm == pytest.approx(60_000 * 9 / one.speech_ms)
    assert two.over_all_wpm == pytest.approx(60_000 * 6 / two.length_ms)
    assert (one.longest_silence_ms, two.longest_silence_ms) == (10_000, 20_000)


def test_the_whole_is_the_sum_of_its_sections() -> None:
    """Length, words and speech add up."""
    timeline = timed(TWO)
    whole, parts = track_pace(timeline), section_paces(timeline)
    assert whole.length_ms == sum(part.length_ms for part in parts)
    assert whole.words == sum(part.words for part in parts)
    assert whole.speech_ms == sum(part.speech_ms for part in parts)
    assert whole.silence == pytest.approx(1 - whole.speech_ms / whole.length_ms)


def _track(kind: str, settings: str = "", role: str = "return", pause: str = "6s") -> Timeline:
    """A track of some minutes whose pace is that of the table: 30 lines of 17 words a section."""
    line = "word " * 16 + "word."
    steps = "".join(f"      - {line}\n      - pause: {pause}\n" for _ in range(29))
    steps += f"      - {line}\n"
    return timed(
        f"title: A Track\nkind: [{kind}]\n{settings}sections:\n"
        f"  - title: One\n    script:\n{steps}"
        f"  - title: Two\n    role: {role}\n    script:\n      - {line}\n"
    )


def test_a_track_that_keeps_the_pace_has_no_warning() -> None:
    """Nothing to say about what suits listeners."""
    timeline = _track("general")
    assert not [told for told in pace_warnings(timeline, ["general"]) if "minute" not in told]


@pytest.mark.parametrize(
    ("settings", "pause", "told"),
    [
        ("", "1s", "words a minute over all"),
        ("", "30s", "% of silence"),
        ("pace: {section: 2s}\n", "6s", "suit a change of section"),
    ],
)
def test_where_a_track_leaves_the_pace(settings: str, pause: str, told: str) -> None:
    """Too full, too empty, and too hasty from one section to the next."""
    timeline = _track("general", settings, pause=pause)
    warnings = " ".join(pace_warnings(timeline, ["general"]))
    if "section" in settings:
        timeline = timed(TWO.replace("section: 10s", "section: 2s"))
        warnings = " ".join(pace_warnings(timeline, ["general"]))
    assert told in warnings


def test_lengths_are_those_of_the_kind() -> None:
    """Short for trauma, long for sleep, with a tail; other kinds are free."""
    short = timed(TWO)
    assert "6 to 15 min suit kind trauma" in " ".join(pace_warnings(short, ["trauma"]))
    sleep = " ".join(pace_warnings(short, ["sleep", "trauma"]))
    assert "20 to 30 min suit kind sleep" in sleep
    assert "5 min and more suit a track for sleep" in sleep
    assert not [told for told in pace_warnings(short, ["general"]) if " min suit" in told]


def test_what_sinks_into_sleep_is_not_hurried() -> None:
    """The last section of a track for sleep, and its tail, may be as sparse as they like."""
    sparse = _track("sleep", "pace: {tail: 6 min}\n", role="sleep")
    told = " ".join(pace_warnings(sparse, ["sleep"]))
    assert "% of silence" not in told
    assert "% of silence" in " ".join(pace_warnings(sparse, ["general"]))
