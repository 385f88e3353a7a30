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
    from collections.abc import Sequence

    from meditations.plan import BedEvent

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
        sound: What it is, as the script names it.
        start_frame: Where its fade in begins.
        end_frame: Where its fade out has ended.
        fade_in_frames: The length of its fade in; its power rises as the old one's falls.
        fade_out_frames: The length of its fade out.
        gain: Decibels against the voice.
    """

    sound: str
    start_frame: int
    end_frame: int
    fade_in_frames: int
    fade_out_frames: int
    gain: Curve


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
    spans: list[BedSpan] = []
    # What comes as the track ends is never heard, and must not cut short what sounds before it.
    groups = _by_sound([change for change in changes if change[0] < frames])
    for number, group in enumerate(groups):
        (start, first), after = group[0], groups[number + 1 : number + 2]
        if first.bed is None:
            continue
        fade_in, end = _fade(group, frames), frames
        fade_out = min(last_fade_frames, end - start)
        if after:
            change, event = after[0][0]
            fade_out, end = _fade(after[0], frames), change + _fade(after[0], frames)
            if event.bed is None:  # nothing comes, so it may begin to go before
                fade_out = min(event.fade_ms * FRAMES_PER_MS, end - start)
        level = _steps_of([(s, e.bed.level_db, e.fade_ms) for s, e in group if e.bed])
        lift = _steps_of([(s, e.bed.lift_db, e.fade_ms) for s, e in group if e.bed])
        gain = added(level, lift_curve(spoken, lift, start, end))
        if not after and fade_in + fade_out > end - start and not _crosses(groups, number):
            # Too short for both: each gets its share.
            total = fade_in + fade_out
            fade_in, fade_out = (end - start) * fade_in // total, (end - start) * fade_out // total
        spans.append(BedSpan(first.bed.sound, start, end, fade_in, fade_out, gain))
    return tuple(spans)


_Changes = list[tuple[int, "BedEvent"]]


def _by_sound(changes: Sequence[tuple[int, BedEvent]]) -> list[_Changes]:
    """Changes to the same sound, or to none, that follow one another: each group is one span."""
    groups: list[_Changes] = []
    for start, event in changes:
        if groups and groups[-1][0][0] == start and _sound(groups[-1]) != _sound([(start, event)]):
            groups.pop()  # what gives way at once is never heard
        if groups and _sound(groups[-1]) == _sound([(start, event)]):
            groups[-1].append((start, event))
        else:
            groups.append([(start, event)])
    return groups


def _sound(group: _Changes) -> str | None:
    bed = group[-1][1].bed
    return bed.sound if bed else None


def _fade(group: _Changes, frames: int) -> int:
    """How long the sound of a group takes to come: just as long as the one before it to go.

    So the two cross at equal power, also where the track ends sooner than the fade.
    """
    start, event = group[0]
    return min(event.fade_ms * FRAMES_PER_MS, frames - start)


def _crosses(groups: Sequence[_Changes], number: int) -> bool:
    """Whether another sound goes as this one comes."""
    return number > 0 and groups[number - 1][0][1].bed is not None


def _steps_of(settings: Sequence[tuple[int, float, int]]) -> Curve:
    """A value that changes along the script, each time over that change's own fade."""
    points = [(settings[0][0], settings[0][1])]
    for start, value, fade_ms in settings[1:]:
        begin = max(start, points[-1][0])
        if value != points[-1][1]:
            points.append((begin, points[-1][1]))
            points.append((begin + max(fade_ms * FRAMES_PER_MS, FRAMES_PER_MS), value))
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
    (x0, y0), (x1, y1) = curve[right - 1], curve[right]
    return y0 + (y1 - y0) * (frame - x0) / (x1 - x0)


def added(first: Curve, second: Curve) -> Curve:
    """The sum of two curves, with the breakpoints of both."""
    frames = sorted({frame for frame, _ in (*first, *second)})
    return tuple((f, round(value_at(first, f) + value_at(second, f), 6)) for f in frames)
