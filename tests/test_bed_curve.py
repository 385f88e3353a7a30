"""The gain of the background: down while anybody speaks, up in pauses, crossing at equal power."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.scripts import bed, timed, with_steps

from meditations.plan import Bed, BedEvent
from meditations.quantities import FRAMES_PER_MS
from meditations.timeline.beds import (
    PAUSE_MS,
    READY_MS,
    RISE_MS,
    BedSpan,
    added,
    lay_beds,
    lift_curve,
    value_at,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meditations.timeline.beds import Curve

LIFT: Final = 6.0
A, B = bed("a", -22, LIFT), bed("b", -30, 0)

talks = st.lists(st.tuples(st.integers(0, 12_000), st.integers(50, 5_000)), min_size=1, max_size=8)
"""Silence before, and length of, each piece of speech, in ms."""


def frames(ms: float) -> int:
    return round(ms * FRAMES_PER_MS)


def placed(talk: Sequence[tuple[int, int]], lead_ms: int = 3_000) -> list[tuple[int, int]]:
    """Start and end frame of each piece."""
    spoken, end = [], frames(lead_ms)
    for silence, length in talk:
        start = end + frames(silence)
        end = start + frames(length)
        spoken.append((start, end))
    return spoken


def lift_of(spoken: Sequence[tuple[int, int]], lift_db: float = LIFT) -> Curve:
    return lift_curve(spoken, ((0, lift_db),), 0, spoken[-1][1] + frames(20_000))


# The lift.


@given(talks)
def test_the_background_is_down_while_anybody_speaks(talk: list[tuple[int, int]]) -> None:
    """From 0.8 s before a word to its end the background is not lifted at all."""
    spoken = placed(talk)
    curve = lift_of(spoken)
    for start, end in spoken:
        for frame in (start - frames(READY_MS), start - 1, start, (start + end) // 2, end):
            assert value_at(curve, frame) == 0.0


@given(talks)
def test_it_rises_in_pauses_of_three_seconds_only(talk: list[tuple[int, int]]) -> None:
    """A gap of 3 s and more is lifted to the full, a shorter one not at all."""
    spoken = placed(talk)
    curve = lift_of(spoken)
    for (_, end), (start, _) in itertools.pairwise(spoken):
        within = [value_at(curve, frame) for frame in range(end, start + 1, frames(10))]
        inner = [db for frame, db in curve if end <= frame <= start]
        if start - end >= frames(PAUSE_MS):
            assert max(inner) == LIFT
        else:
            assert max([0.0, *within, *inner]) == 0.0


@given(talks)
def test_it_never_rises_before_the_first_or_after_the_last_word(
    talk: list[tuple[int, int]],
) -> None:
    """Lead-in and tail are not lifted, however long they are."""
    spoken = placed(talk, lead_ms=60_000)
    curve = lift_of(spoken)
    assert all(spoken[0][1] <= frame <= spoken[-1][0] for frame, db in curve if db)
    assert value_at(curve, spoken[-1][1] + frames(10_000)) == 0.0


@given(talks)
def test_it_moves_no_faster_than_it_may(talk: list[tuple[int, int]]) -> None:
    """Full lifts take 2 s up and 1 s down; only gaps under 3.8 s have less time."""
    curve = lift_of(placed(talk))
    for (x0, y0), (x1, y1) in itertools.pairwise(curve):
        assert x1 >= x0
        if y1 != y0:
            assert abs(y1 - y0) / (x1 - x0) <= LIFT / frames(700)


def test_the_shape_of_one_lift() -> None:
    """In a pause of 10 s: 2 s up from the last word, down again 0.8 s before the next."""
    curve = lift_of([(0, frames(1_000)), (frames(11_000), frames(12_000))])
    assert [(frame / 48, db) for frame, db in curve[1:]] == [
        (1_000, 0), (1_000 + RISE_MS, LIFT), (9_200, LIFT), (10_200, 0),
    ]  # fmt: skip


def test_the_shape_of_the_shortest_lift() -> None:
    """In a pause of just 3 s both slopes share 2.2 s, two parts to one."""
    curve = lift_of([(0, frames(1_000)), (frames(4_000), frames(5_000))])
    assert [frame // 48 for frame, _ in curve[1:]] == [1_000, 2_466, 3_200]
    short = lift_of([(0, frames(1_000)), (frames(4_000) - 1, frames(5_000))])
    assert short == ((0, 0.0),)


def test_no_lift_is_no_lift() -> None:
    """With a lift of 0 dB the background never moves."""
    assert lift_of([(0, 10), (frames(20_000), frames(21_000))], lift_db=0.0) == ((0, 0.0),)


def test_the_lift_is_that_of_its_place() -> None:
    """A lift that changes along the script holds from the next pause on."""
    spoken = placed([(0, 1_000), (10_000, 1_000), (10_000, 1_000)])
    lift = ((0, 6.0), (spoken[1][0], 6.0), (spoken[1][1], 2.0))
    curve = lift_curve(spoken, lift, 0, spoken[-1][1])
    assert sorted({db for _, db in curve}) == [0.0, 2.0, 6.0]


@pytest.mark.parametrize(("start", "end"), [(5_000, 99_000), (0, 5_000)])
def test_a_background_that_comes_or_goes_in_a_pause_is_not_lifted_there(
    start: int, end: int
) -> None:
    """In a pause that it does not fill, a background only fades."""
    spoken = [(0, frames(1_000)), (frames(11_000), frames(12_000))]
    assert lift_curve(spoken, ((0, LIFT),), frames(start), frames(end)) == ((frames(start), 0.0),)


@pytest.mark.parametrize(("start", "end"), [(1_000, 11_000), (0, 11_000), (1_000, 99_000)])
def test_a_background_that_fills_a_pause_is_lifted_there(start: int, end: int) -> None:
    """A background that is there from the last word to the next rises between them."""
    spoken = [(0, frames(1_000)), (frames(11_000), frames(12_000))]
    curve = lift_curve(spoken, ((0, 0.5),), frames(start), frames(end))
    assert max(db for _, db in curve) == 0.5


# The spans.


def envelope(span: BedSpan, frame: int) -> float:
    """The power of a span's fades at a frame, as the mix makes them: sine-shaped in and out."""
    if not span.start_frame <= frame < span.end_frame:
        return 0.0
    power = 1.0
    if span.fade_in_frames:
        share = min((frame - span.start_frame) / span.fade_in_frames, 1.0)
        power *= math.sin(math.pi / 2 * share) ** 2
    if span.fade_out_frames:
        share = min((span.end_frame - frame) / span.fade_out_frames, 1.0)
        power *= math.sin(math.pi / 2 * share) ** 2
    return power


def lay(
    *changes: tuple[int, Bed | None, int], length_ms: int = 60_000, last_fade_ms: int = 8_000
) -> tuple[BedSpan, ...]:
    """Spans of changes (ms, bed, fade in ms), with nothing spoken."""
    events = [
        (frames(start), BedEvent((bed,) if bed else (), fade)) for start, bed, fade in changes
    ]
    return lay_beds(events, (), frames(length_ms), frames(last_fade_ms))


def told(span: BedSpan) -> tuple[str, float, float, float, float]:
    return (
        span.spec.sound, span.start_frame / 48, span.end_frame / 48,
        span.fade_in_frames / 48, span.fade_out_frames / 48,
    )  # fmt: skip


WHOLE: Final = [("a", 0, 60_000, 1_000, 8_000)]
SPANS: Final = {
    "one bed": ([(0, A, 12_000)], [("a", 0, 60_000, 12_000, 8_000)]),
    "a change": (
        [(0, A, 12_000), (30_000, B, 4_000)],
        [("a", 0, 34_000, 12_000, 4_000), ("b", 30_000, 60_000, 4_000, 8_000)],
    ),
    "an end": ([(0, A, 12_000), (30_000, None, 4_000)], [("a", 0, 34_000, 12_000, 4_000)]),
    "an end and a new one": (
        [(0, A, 0), (20_000, None, 4_000), (40_000, A, 2_000)],
        [("a", 0, 24_000, 0, 4_000), ("a", 40_000, 60_000, 2_000, 8_000)],
    ),
    "another level": ([(0, A, 1_000), (30_000, bed("a", -30, 0), 4_000)], WHOLE),
    "a change near the end": (
        [(0, A, 12_000), (57_000, B, 8_000)],
        [("a", 0, 60_000, 12_000, 3_000), ("b", 57_000, 60_000, 3_000, 3_000)],
    ),
    "an end near the end": ([(0, A, 1_000), (57_000, None, 8_000)], WHOLE),
    "a change as the track ends": ([(0, A, 1_000), (60_000, B, 8_000)], WHOLE),
    "a change at once": ([(0, A, 12_000), (0, B, 4_000)], [("b", 0, 60_000, 4_000, 8_000)]),
    "a level at once": (
        [(0, A, 12_000), (0, bed("a", -30, 0), 4_000)], [("a", 0, 60_000, 12_000, 8_000)],
    ),
    "an end at once": ([(0, A, 12_000), (0, None, 4_000)], []),
    "nothing": ([(0, None, 4_000)], []),
    "one that comes late": (
        [(0, None, 0), (50_000, A, 12_000)], [("a", 50_000, 60_000, 5_555.5, 4_444.4)],
    ),
    "a late one after another": (
        [(0, None, 0), (20_000, A, 1_000), (55_000, B, 8_000)],
        [("a", 20_000, 60_000, 1_000, 5_000), ("b", 55_000, 60_000, 5_000, 5_000)],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "spans"), SPANS.values(), ids=SPANS)
def test_backgrounds_come_and_go(
    changes: list[tuple[int, Bed | None, int]], spans: list[tuple[str, float, float, float, float]]
) -> None:
    """Each background has a span from where it comes to where it is gone, with its fades."""
    found = [told(span) for span in lay(*changes)]
    assert [span[0] for span in found] == [span[0] for span in spans]
    for (_, *places), (_, *wanted) in zip(found, spans, strict=True):
        assert places == pytest.approx(wanted, abs=0.1)


def test_fades_share_a_track_that_is_too_short() -> None:
    """In a track shorter than its fades each gets its share, and the background its full level."""
    (span,) = lay((0, A, 12_000), length_ms=10_000)
    assert span.fade_in_frames + span.fade_out_frames <= frames(10_000)
    assert max(envelope(span, frame) for frame in range(0, span.end_frame, 48)) > 0.99


@given(st.integers(500, 59_500), st.integers(50, 20_000))
def test_changes_cross_at_equal_power(change_ms: int, fade_ms: int) -> None:
    """While one background goes and the other comes, their powers add up to one."""
    old, new = lay((0, A, 0), (change_ms, B, fade_ms), last_fade_ms=0)
    crossing = range(new.start_frame, old.end_frame, max(frames(fade_ms) // 50, 1))
    assert old.end_frame - new.start_frame == min(frames(fade_ms), frames(60_000 - change_ms))
    for frame in crossing:
        assert envelope(old, frame) + envelope(new, frame) == pytest.approx(1.0)
    assert envelope(old, new.start_frame - 1) == 1.0


@given(
    st.lists(
        st.tuples(st.integers(0, 60_000), st.sampled_from([A, B, bed("a", -40, 3), None]),
                  st.integers(0, 20_000)),
        max_size=5,
    ),
    st.integers(1_000, 60_000),
)  # fmt: skip
def test_whatever_changes_spans_stay_within_the_track(
    changes: list[tuple[int, Bed | None, int]], length_ms: int
) -> None:
    """No span is empty or leaves the track, and none ends louder than its fade lets it."""
    ordered = sorted(changes, key=lambda change: change[0])
    spans = lay(*ordered, length_ms=length_ms, last_fade_ms=5_000)
    for span in spans:
        assert 0 <= span.start_frame < span.end_frame <= frames(length_ms)
        assert 0 <= span.fade_in_frames <= frames(length_ms) - span.start_frame
        assert 0 <= span.fade_out_frames <= span.end_frame - span.start_frame
        assert [frame for frame, _ in span.gain] == sorted({frame for frame, _ in span.gain})
    if spans and spans[-1].end_frame == frames(length_ms):
        assert envelope(spans[-1], spans[-1].end_frame - 1) < 0.01


def test_levels_move_over_the_fade_of_their_change() -> None:
    """Another level of the same background is reached along the fade, from where it was."""
    (span,) = lay(
        (0, A, 0),
        (10_000, bed("a", -30, 0), 4_000),
        (30_000, bed("a", -26, 0), 2_000),
    )
    levels = [
        (ms, value_at(span.gain, frames(ms))) for ms in (0, 10_000, 12_000, 14_000, 31_000, 50_000)
    ]
    assert levels == [
        (0, -22), (10_000, -22), (12_000, -26), (14_000, -30), (31_000, -28), (50_000, -26),
    ]  # fmt: skip


def test_a_level_that_is_changed_while_it_moves() -> None:
    """A second change of level begins where the first has ended."""
    (span,) = lay(
        (0, A, 0),
        (10_000, bed("a", -30, 0), 10_000),
        (15_000, bed("a", -26, 0), 2_000),
    )
    levels = [value_at(span.gain, frames(ms)) for ms in (15_000, 20_000, 21_000, 22_000)]
    assert levels == [-26, -30, -28, -26]


def test_a_script_s_background_follows_its_words() -> None:
    """In a whole timeline the background lies at its level under words and is lifted in pauses."""
    timeline = timed(
        with_steps(
            "Abc.", "pause: 10s", "Xyz.",
            settings="background: {level: -24 dB, lift: 5 dB}\npace: {lead_in: 20s, tail: 20s}\n",
        )
    )  # fmt: skip
    (span,) = timeline.beds
    first, last = timeline.cues
    middle = (first.end_frame + last.start_frame) // 2
    places = (first.start_frame, middle, last.start_frame, timeline.frames - 1, 0)
    assert [value_at(span.gain, frame) for frame in places] == [-24, -19, -24, -24, -24]
    assert (span.fade_in_frames, span.fade_out_frames) == (frames(12_000), frames(8_000))


# Curves.

curves = st.dictionaries(st.integers(0, 1_000), st.integers(-60, 10), min_size=1, max_size=8).map(
    lambda points: tuple(sorted((frame, float(db)) for frame, db in points.items()))
)


@given(curves, curves, st.integers(-10, 1_010))
def test_curves_add(first: Curve, second: Curve, frame: int) -> None:
    """The sum of two curves is at every frame the sum of their values."""
    both = value_at(added(first, second), frame)
    assert both == pytest.approx(value_at(first, frame) + value_at(second, frame), abs=2e-6)


@given(curves)
def test_a_curve_goes_through_its_points_and_is_level_outside(curve: Curve) -> None:
    """A curve has its points' values, and beyond the ends that of the nearest."""
    assert all(value_at(curve, frame) == db for frame, db in curve)
    assert value_at(curve, curve[0][0] - 5) == curve[0][1]
    assert value_at(curve, curve[-1][0] + 5) == curve[-1][1]


def test_curves_of_a_long_night_are_quick() -> None:
    """The curve of eight hours with a word every ten seconds is laid without a noticeable wait."""
    spoken = [(frames(n * 10_000), frames(n * 10_000 + 1_000)) for n in range(2_880)]
    (span,) = lay_beds([(0, BedEvent((A,), 0))], spoken, frames(28_800_000), 0)
    assert len(span.gain) == 4 * 2_879 + 1
