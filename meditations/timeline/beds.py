"""The gain of each background over time: fades, the duck under the voice, the lift in pauses.

All of it is known before anything sounds, so no side chain is needed: the gain goes down before
the voice comes, and comes up in the pauses.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from meditations.quantities import FRAMES_PER_MS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from meditations.plan import Bed, BedEvent
    from meditations.sound.specs import BedSpec

PAUSE_MS: Final = 3_000
"""From here on a gap between words is a pause, and the background rises in it."""
RISE_MS: Final = 2_000
FALL_MS: Final = 1_000
READY_MS: Final = 800
"""So long before the next word the background is down again."""

Curve = tuple[tuple[int, float], ...]
"""Breakpoints (frame, decibels) in order; straight lines between them, level outside."""


@dataclass(frozen=True, slots=True)
class BedSpan:
    """One background from where it comes to where it is gone.

    Attributes:
        spec: What it is.
        start_frame: Where its fade in begins.
        end_frame: Where its fade out has ended.
        fade_in_frames: The length of its fade in; its power rises as the old one's falls.
        fade_out_frames: The length of its fade out.
        gain: Decibels against the voice.
        pan: From -1, all to the left, to 1, all to the right.
    """

    spec: BedSpec
    start_frame: int
    end_frame: int
    fade_in_frames: int
    fade_out_frames: int
    gain: Curve
    pan: float = 0.0


def lay_beds(
    changes: Sequence[tuple[int, BedEvent]],
    spoken: Sequence[tuple[int, int]],
    frames: int,
    last_fade_frames: int,
) -> tuple[BedSpan, ...]:
    """The backgrounds of a track.

    Args:
        changes: Where another background begins, in order.
        spoken: Start and end frame of everything spoken, in order.
        frames: The length of the track.
        last_fade_frames: How long the last background takes to go; it is gone with the track.
    """
    # What comes as the track ends is never heard, and must not cut short what sounds before it.
    heard = _without_overtaken([change for change in changes if change[0] < frames])
    spans: list[BedSpan] = []
    for layer in dict.fromkeys((bed.spec, bed.pan) for _, event in heard for bed in event.beds):
        groups = _by_presence(_lane(layer, heard))
        for number, group in enumerate(groups):
            if group[0].bed is None:
                continue
            after = groups[number + 1][0] if number + 1 < len(groups) else None
            spans.append(_span(group, after, spoken, (frames, last_fade_frames)))
    return tuple(sorted(spans, key=lambda span: span.start_frame))


@dataclass(frozen=True, slots=True)
class _Change:
    """What a change of the background means for one layer of it.

    Attributes:
        start_frame: Where it is.
        bed: The layer from here on, or None where it does not sound.
        fade_frames: How long it takes.
        crosses: Whether something sounded before.
        ends_all: Whether nothing sounds from here on.
    """

    start_frame: int
    bed: Bed | None
    fade_frames: int
    crosses: bool
    ends_all: bool


def _without_overtaken(changes: Sequence[tuple[int, BedEvent]]) -> list[tuple[int, BedEvent]]:
    """The changes without those that give way to other sounds at once: they are never heard."""
    kept: list[tuple[int, BedEvent]] = []
    for start, event in changes:
        while kept and kept[-1][0] == start and _sounds(kept[-1][1]) != _sounds(event):
            kept.pop()
        kept.append((start, event))
    return kept


def _sounds(event: BedEvent) -> set[BedSpec]:
    return {bed.spec for bed in event.beds}


def _lane(
    layer: tuple[BedSpec, float], changes: Sequence[tuple[int, BedEvent]]
) -> Iterator[_Change]:
    """What all changes mean for one layer."""
    sounding = False
    for start, event in changes:
        bed = next((bed for bed in event.beds if (bed.spec, bed.pan) == layer), None)
        yield _Change(start, bed, event.fade_ms * FRAMES_PER_MS, sounding, not event.beds)
        sounding = bool(event.beds)


def _by_presence(lane: Iterable[_Change]) -> list[list[_Change]]:
    """Changes after which a layer sounds, or does not, that follow one another: one span each."""
    grouped = itertools.groupby(lane, key=lambda change: change.bed is not None)
    return [list(group) for _, group in grouped]


def _span(
    group: Sequence[_Change],
    after: _Change | None,
    spoken: Sequence[tuple[int, int]],
    ends: tuple[int, int],
) -> BedSpan:
    """A layer from where it comes to where it is gone; `after` is the change that ends it.

    `ends` are the length of the track and how long the last background takes to go.
    """
    (frames, last_fade), first = ends, group[0]
    start, end, fade_in = first.start_frame, frames, _fade(first, frames)
    fade_out = min(last_fade, end - start)
    if after:
        fade_out = _fade(after, frames)
        end = after.start_frame + fade_out
        if after.ends_all:  # nothing comes, so it may begin to go before
            fade_out = min(after.fade_frames, end - start)
    beds = [(change, change.bed) for change in group if change.bed]
    level = _steps_of([(c.start_frame, bed.level_db, c.fade_frames) for c, bed in beds])
    lift = _steps_of([(c.start_frame, bed.lift_db, c.fade_frames) for c, bed in beds])
    gain = added(level, lift_curve(spoken, lift, start, end))
    if not after and fade_in + fade_out > end - start and not first.crosses:
        # Too short for both: each gets its share.
        total = fade_in + fade_out
        fade_in, fade_out = (end - start) * fade_in // total, (end - start) * fade_out // total
    bed = beds[0][1]
    return BedSpan(bed.spec, start, end, fade_in, fade_out, gain, bed.pan)


def _fade(change: _Change, frames: int) -> int:
    """How long a layer takes to come: just as long as the ones before it to go.

    So they cross at equal power, also where the track ends sooner than the fade.
    """
    return min(change.fade_frames, frames - change.start_frame)


def _steps_of(settings: Sequence[tuple[int, float, int]]) -> Curve:
    """A value that changes along the script, each time over that change's own fade."""
    points = [(settings[0][0], settings[0][1])]
    for start, value, fade_frames in settings[1:]:
        begin = max(start, points[-1][0])
        if value != points[-1][1]:
            points.append((begin, points[-1][1]))
            points.append((begin + max(fade_frames, FRAMES_PER_MS), value))
    return tuple(points)


def lift_curve(spoken: Sequence[tuple[int, int]], lift: Curve, start: int, end: int) -> Curve:
    """How far the background rises: not at all while somebody speaks, by `lift` in pauses.

    It rises over 2 s after the last word and falls over 1 s, to be down 0.8 s before the next.
    A pause under 3.8 s has no room for that: there both slopes are shortened alike. Before the
    first word and after the last one nothing rises.
    """
    points: list[tuple[int, float]] = [(start, 0.0)]
    for (_, silent_from), (silent_to, _) in itertools.pairwise(spoken):
        if silent_to - silent_from < PAUSE_MS * FRAMES_PER_MS:
            continue
        if silent_from < start or silent_to > end:
            continue
        amount = value_at(lift, silent_from)
        if amount <= 0:
            continue
        down_at = silent_to - READY_MS * FRAMES_PER_MS
        room = down_at - silent_from
        rise, fall = RISE_MS * FRAMES_PER_MS, FALL_MS * FRAMES_PER_MS
        if rise + fall > room:
            rise, fall = room * rise // (rise + fall), room * fall // (rise + fall)
        points.append((silent_from, 0.0))
        points.append((silent_from + rise, amount))
        if down_at - fall > silent_from + rise:
            points.append((down_at - fall, amount))
        points.append((down_at, 0.0))
    return tuple(points)


def value_at(curve: Curve, frame: int) -> float:
    """The curve's value at a frame."""
    right = bisect_left(curve, (frame, float("-inf")))
    if right == 0 or right == len(curve):
        return curve[min(right, len(curve) - 1)][1]
    if curve[right][0] == frame:
        return curve[right][1]  # to the last bit, which the formula below may miss
    (x0, y0), (x1, y1) = curve[right - 1], curve[right]
    return y0 + (y1 - y0) * (frame - x0) / (x1 - x0)


def added(first: Curve, second: Curve) -> Curve:
    """The sum of two curves, with the breakpoints of both."""
    frames = sorted({frame for frame, _ in (*first, *second)})
    return tuple((f, round(value_at(first, f) + value_at(second, f), 6)) for f in frames)
