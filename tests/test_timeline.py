"""The timeline: everything on its frame, and silences that make the length come out."""

from __future__ import annotations

import itertools
import re
from typing import Final

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from support.scripts import timed, with_steps

from meditations.errors import MeditationError, Where
from meditations.plan import Plan, SayEvent, SilenceEvent
from meditations.quantities import FRAMES_PER_MS, parse_duration
from meditations.script.marks import Phrase
from meditations.speech.utterance import Manner, Utterance
from meditations.timeline.stretch import Silence, fit_silences, spread, stretches
from meditations.timeline.timeline import build_timeline

PACE: Final = (
    "background: none\n"
    "pace: {breath: 5s, sentence: 100ms, line: 2s, section: 8s, lead_in: 3s, tail: 1s}\n"
)
MANNER: Final = Manner("made up", "nobody", 100, 50)

events_of_all_kinds = st.lists(
    st.one_of(
        st.builds(Silence, st.integers(0, 20_000), st.booleans()),
        st.integers(1, 8_000),
    ),
    min_size=1,
    max_size=12,
)
"""Silences, and milliseconds of speech or breathing."""


def asking(length_ms: int | None, longest_ms: int = 30_000) -> Plan:
    """A plan that wants this length; its events are given beside it."""
    return Plan((), length_ms, longest_ms, 0, Where())


def range_of(events: list[Silence | int], longest_ms: int) -> tuple[int, int]:
    """The range that the message names when something impossible is asked for, in ms."""
    with pytest.raises(MeditationError, match="cannot be reached by stretching") as caught:
        fit_silences(events, asking(10**9, longest_ms))
    found = re.search(r"can last from (.+) to (.+), and lasts", caught.value.mend)
    assert found
    return parse_duration(found[1]), parse_duration(found[2])


def runs(events: list[Silence | int]) -> list[list[int]]:
    """The indices of silences with nothing between them."""
    groups = itertools.groupby(range(len(events)), lambda n: isinstance(events[n], Silence))
    return [list(group) for silent, group in groups if silent]


# Placement.


def test_everything_lies_on_its_frame() -> None:
    """Speech, breaths and chapters lie one after the other, to the frame."""
    timeline = timed(
        with_steps(
            "Abcd. Xyz.", "pause: 7s", "breathe: {in: 4s, out: 6s, words: 0}", "Go.",
            settings=PACE
        )
        + "  - title: Two\n    script: [End.]\n"
    )  # fmt: skip
    places = [(cue.caption, cue.start_frame / 48, cue.end_frame / 48, cue.section)
              for cue in timeline.cues]  # fmt: skip
    assert places == [
        ("Abcd.", 3_000, 3_300, 0),
        ("Xyz.", 3_400, 3_640, 0),
        ("Go.", 20_640, 20_820, 0),
        ("End.", 28_820, 29_060, 1),
    ]
    breaths = [(b.phase, b.start_frame / 48, b.frames / 48, b.section) for b in timeline.breaths]
    assert breaths == [("in", 10_640, 4_000, 0), ("out", 14_640, 6_000, 0)]
    assert [(c.title, c.start_frame / 48, c.end_frame / 48) for c in timeline.chapters] == [
        ("Only", 0, 28_820), ("Two", 28_820, 30_060)
    ]  # fmt: skip
    assert timeline.frames == 30_060 * FRAMES_PER_MS


@given(st.lists(st.tuples(st.integers(1, 60_000), st.integers(0, 60_000)), min_size=1, max_size=20))
def test_speech_follows_silence_without_a_gap(pairs: list[tuple[int, int]]) -> None:
    """However long the takes are, each begins where the silence before it ends."""
    said = [Utterance(str(n), MANNER) for n in range(len(pairs))]
    events = [
        event
        for utterance, (_, silence_ms) in zip(said, pairs, strict=True)
        for event in (
            SilenceEvent(silence_ms, True),
            SayEvent(utterance, Phrase.plain("x"), Where()),
        )
    ]
    plan = Plan(tuple(events), None, 30_000, 0, Where())
    takes = {u: ms * FRAMES_PER_MS for u, (ms, _) in zip(said, pairs, strict=True)}
    timeline = build_timeline(plan, takes)
    end = 0
    for cue, (ms, silence_ms) in zip(timeline.cues, pairs, strict=True):
        assert cue.start_frame == end + silence_ms * FRAMES_PER_MS
        end = cue.end_frame
        assert cue.frames == ms * FRAMES_PER_MS
    assert timeline.frames == end


def test_the_same_words_sound_twice() -> None:
    """One take may sound at several places."""
    timeline = timed(with_steps("repeat: {times: 3, script: [Abc]}", settings=PACE))
    assert [cue.start_frame / 48 for cue in timeline.cues] == [3_000, 5_180, 7_360]


def test_a_track_lasts_a_day_at_the_most() -> None:
    """Repeated pauses of hours end with a message before anything is mixed."""
    script = with_steps("repeat: {times: 3, script: [{pause: 10h}]}", settings=PACE)
    with pytest.raises(MeditationError, match="would last 30 hours; 24 are the most"):
        timed(script)
    assert timed(script.replace("times: 3", "times: 2")).frames > 0


# Length.


@given(events_of_all_kinds, st.sampled_from([30_000, 90_000]), st.data())
def test_length_lands_on_the_millisecond(
    events: list[Silence | int], longest_ms: int, data: st.DataObject
) -> None:
    """Any length in the range that is named comes out exactly, by silences of 0.6 to 1.6 times."""
    least, most = range_of(events, longest_ms)
    assume(least <= most)
    wanted = data.draw(st.integers(least, most))
    fitted = fit_silences(events, asking(wanted, longest_ms))
    assert sum(fitted) == wanted
    for event, ms in zip(events, fitted, strict=True):
        if isinstance(event, Silence) and event.elastic:
            assert 0.6 * event.ms <= ms <= 1.6 * event.ms
        else:
            assert ms == (event.ms if isinstance(event, Silence) else event)


@given(events_of_all_kinds, st.sampled_from([30_000, 90_000]))
def test_both_ends_of_the_range_that_is_named_can_be_reached(
    events: list[Silence | int], longest_ms: int
) -> None:
    """What the message offers works, and a second beyond it does not."""
    for end, beyond in zip(range_of(events, longest_ms), (-1_000, 1_000), strict=True):
        assert sum(fit_silences(events, asking(end, longest_ms))) == end
        with pytest.raises(MeditationError, match="cannot be reached"):
            fit_silences(events, asking(end + beyond, longest_ms))


@given(events_of_all_kinds, st.data())
def test_stretching_makes_no_silence_longer_than_care_allows(
    events: list[Silence | int], data: st.DataObject
) -> None:
    """Silences with nothing between them stay under the limit together, or as they are written."""
    longest_ms = data.draw(st.sampled_from([5_000, 30_000]))
    _, most = range_of(events, longest_ms)
    fitted = fit_silences(events, asking(most, longest_ms))
    for run in runs(events):
        written = sum(
            event.ms for event in map(events.__getitem__, run) if isinstance(event, Silence)
        )
        assert sum(fitted[n] for n in run) <= max(longest_ms, written)


def test_the_limit_of_care_counts_what_is_fixed() -> None:
    """A fixed pause beside an elastic one leaves less room for it."""
    events: list[Silence | int] = [1_000, Silence(10_000, True), Silence(18_000, False), 1_000]
    assert range_of(events, 30_000) == (26_000, 32_000)  # 16 s of the elastic one would be 34 s
    assert fit_silences(events, asking(32_000)) == [1_000, 12_000, 18_000, 1_000]
    apart: list[Silence | int] = [*events[:2], 1_000, *events[2:]]
    assert range_of(apart, 30_000) == (27_000, 37_000)


def test_all_pauses_stretch_alike() -> None:
    """Each pause keeps its share of the silence, until one of them meets its limit."""
    events: list[Silence | int] = [
        Silence(2_000, True),
        500,
        Silence(4_000, True),
        500,
        Silence(8_000, True),
    ]
    assert fit_silences(events, asking(1_000 + 21_000)) == [3_000, 500, 6_000, 500, 12_000]
    capped = fit_silences(events, asking(1_000 + 18_000, longest_ms=9_000))
    assert capped == [3_000, 500, 6_000, 500, 9_000]
    assert fit_silences(events, asking(1_000 + 14_001))[::2] == [2_000, 4_000, 8_001]


def test_without_a_length_nothing_stretches() -> None:
    """A script that asks for no length lasts as long as it is written."""
    assert fit_silences([Silence(1_234, True), 5, Silence(7, False)], asking(None)) == [1_234, 5, 7]


def test_a_range_of_less_than_a_second_is_named_to_the_millisecond() -> None:
    """Where no whole second can be reached, the range is told exactly."""
    assert range_of([1_234, Silence(100, True)], 30_000) == (1_294, 1_394)
    assert range_of([1_234], 30_000) == (1_234, 1_234)


@pytest.mark.parametrize(
    ("length", "side"), [("1h", "write longer pauses"), ("5s", "write shorter pauses")]
)
def test_an_unreachable_length_is_told_at_its_place(length: str, side: str) -> None:
    """The message points at `length:`, names range and length as written, and what to do."""
    script = with_steps("Abc", "pause: 10s", "Xyz", settings=f"length: {length}\n{PACE}")
    with pytest.raises(MeditationError) as caught:
        timed(script)
    assert str(caught.value).startswith("scripts/evening.yaml:1:9: length: ")
    assert "can last from 11s to 20s, and lasts 14s as written" in caught.value.mend
    assert caught.value.mend.endswith(side)


@given(
    st.lists(st.sampled_from(["Abc.", "[3s]", "pause: 8s", "pause: 2 breaths", "Hello there. So."]),
             min_size=2, max_size=8),
    st.floats(0, 1),
)  # fmt: skip
def test_a_script_of_a_length_lasts_so_long(steps: list[str], share: float) -> None:
    """From the script on, breaths and fixed pauses included, the length is what it says."""
    held = ["breathe: {in: 4s, hold: 1s, out: 6s}", "pause: {time: 5s, fixed: true}", "pause: 9s"]
    script = with_steps(*steps, *held, "End.", settings=PACE)
    with pytest.raises(MeditationError) as caught:
        timed(f"length: 10h\n{script}")
    found = re.search(r"from (.+) to (.+), and", caught.value.mend)
    assert found
    least, most = parse_duration(found[1]), parse_duration(found[2])
    wanted = round(least + share * (most - least))
    timeline = timed(f"length: {wanted}ms\n{script}")
    assert timeline.frames == wanted * FRAMES_PER_MS
    assert [breath.frames for breath in timeline.breaths] == [192_000, 48_000, 288_000]
    assert timeline.frames - timeline.cues[-1].end_frame == 1_000 * FRAMES_PER_MS
    assert all(cue.start_frame % FRAMES_PER_MS == 0 for cue in timeline.cues)


@given(st.integers(0, 10**7))
def test_bounds_are_exact(ms: int) -> None:
    """The bounds of a pause are the last whole milliseconds within 0.6 and 1.6 times."""
    low, high = stretches(ms)
    assert 5 * (low - 1) < 3 * ms <= 5 * low
    assert 5 * high <= 8 * ms < 5 * (high + 1)


@given(
    st.lists(
        st.tuples(st.integers(0, 9_999), st.integers(0, 500), st.integers(0, 500)), min_size=1
    ),
    st.floats(0, 1),
)
def test_spread_adds_up(parts: list[tuple[int, int, int]], share: float) -> None:
    """What is spread adds up within the bounds, however odd they are."""
    shares = [size + 1 for size, _, _ in parts]
    bounds = [(low, low + room) for _, low, room in parts]
    least, most = sum(low for low, _ in bounds), sum(high for _, high in bounds)
    total = round(least + share * (most - least))
    whole = spread(total, shares, bounds)
    assert sum(whole) == total
    assert all(low <= value <= high for value, (low, high) in zip(whole, bounds, strict=True))
