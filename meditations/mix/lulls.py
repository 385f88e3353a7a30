"""Lulls: where only the background sounds, and neither rises nor falls.

There the frames of the track are those of the background alone, and these come back with its
loop. They are encoded once for each place in the loop, as windows of the bare background, and all
lulls take their frames from those.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from meditations.mix.windows import (
    LEAN_IN,
    LEAN_OUT,
    RUN_IN,
    RUN_OUT,
    SETTLING,
    WINDOW_MP3_FRAMES,
    Part,
    Window,
)
from meditations.mp3.stream import FRAME_SAMPLES
from meditations.timeline.beds import value_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SHORTEST: Final = 16
"""MP3 frames, not to be encoded, for which a lull is worth two more seams: 0.4 s."""
COST: Final = RUN_IN + WINDOW_MP3_FRAMES + RUN_OUT + 100
"""MP3 frames that a bare window takes to encode; while ffmpeg starts, 100 would be encoded."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A row of MP3 frames of the track, found in an encoded window.

    Attributes:
        window: The window.
        first: The first of the frames, among those that are encoded in it.
        mp3_frames: How many they are.
    """

    window: Window
    first: int
    mp3_frames: int


@dataclass(frozen=True, slots=True)
class _Lull:
    """The MP3 frames of a window from `first` up to `end`, and the bare window that has them."""

    first: int
    end: int
    bare: Window

    @property
    def gained(self) -> int:
        """MP3 frames that need not be encoded."""
        return self.end - self.first - _cost(self.first)


def share_lulls(windows: Sequence[Window]) -> tuple[Piece, ...]:
    """Where all MP3 frames of a track are found, in order.

    A bare window is brought in where the lulls of this track gain more than it costs.

    Args:
        windows: Those of the track, in order, as `cut_windows` gives them.
    """
    lulls = [list(lulls_of(window)) for window in windows]
    gained: Counter[Window] = Counter()
    for lull in (lull for found in lulls for lull in found):
        gained[lull.bare] += lull.gained
    there = set(windows)
    worth = {bare for bare, gain in gained.items() if bare in there or gain > COST}
    pieces: list[Piece] = []
    for window, found in zip(windows, lulls, strict=True):
        pieces += _pieces(window, [lull for lull in found if lull.bare in worth])
    return tuple(pieces)


def _pieces(window: Window, lulls: Sequence[_Lull]) -> Iterator[Piece]:
    """The rows of a window, its lulls left out and taken from elsewhere."""
    if any(lull.bare == window for lull in lulls):
        lulls = ()  # it is bare itself
    own = replace(window, left_out=tuple((lull.first, lull.end) for lull in lulls))
    found = dict.fromkeys(own.spans, own) | {(lull.first, lull.end): lull.bare for lull in lulls}
    encoded = 0
    for (first, end), holder in sorted(found.items(), key=lambda item: item[0]):
        yield Piece(holder, encoded if holder is own else first, end - first)
        encoded += end - first if holder is own else 0


def lulls_of(window: Window) -> Iterator[_Lull]:
    """The lulls of a window that are long enough."""
    busy = sorted(_busy(window))
    edges = [(0, 0), *busy, (window.frames, window.frames)]
    until = 0
    for (_, end), (begin, _) in pairwise(edges):
        until = max(until, end)
        # Frames count from the window's first that is kept, samples from its run-in.
        first = max(-(-until // FRAME_SAMPLES) - RUN_IN + LEAN_IN, 0)
        last = min(begin // FRAME_SAMPLES - RUN_IN - LEAN_OUT, window.mp3_frames)
        if last - first - _cost(first) >= SHORTEST:
            yield _Lull(first, last, _bare(window, (first + RUN_IN) * FRAME_SAMPLES))


def _cost(first: int) -> int:
    """The most MP3 frames that are encoded because a lull is left out that begins there."""
    before = RUN_IN + first + LEAN_OUT if first else 0
    return LEAN_OUT + max(SETTLING - before, LEAN_IN)


def _busy(window: Window) -> Iterator[tuple[int, int]]:
    """The spans of a window, in samples, in which a voice sounds or anything changes."""
    for take in window.takes:
        yield take.start_frame, take.end_frame
    for part in window.parts:
        for fade in part.fades:
            yield fade.start_frame, fade.end_frame
        for edge in (part.start_frame, part.end_frame):
            if 0 < edge < window.frames:
                yield edge, edge
        for (begin, before), (end, after) in pairwise(part.gain):
            if before != after:
                yield begin, end


def _bare(window: Window, at: int) -> Window:
    """What sounds in a lull at sample `at`, as if it went on for a whole window."""
    frames = (RUN_IN + WINDOW_MP3_FRAMES + RUN_OUT) * FRAME_SAMPLES
    parts = (
        Part(
            part.bed_key, part.phase_frame, 0, frames, ((0, value_at(part.gain, at)),), (), part.pan
        )
        for part in window.parts
        if part.start_frame <= at < part.end_frame
    )
    return Window(frames, WINDOW_MP3_FRAMES, (), tuple(parts))
