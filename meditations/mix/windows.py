"""A timeline cut into windows. Pure: what sounds in each, told from the window's own start.

Two windows in which the same sounds at the same places have the same key, wherever they lie in
whatever track, so a window that was encoded once is never encoded again.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from dataclasses import asdict, dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from meditations.mp3.stream import FRAME_SAMPLES, frame_count
from meditations.quantities import FRAMES_PER_MS
from meditations.sound.levels import CODEC_LOSS_DB, SPEECH_LUFS
from meditations.speech.takes import MARGIN_FRAMES
from meditations.store import content_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from meditations.sound.beds import PreparedBed
    from meditations.sound.specs import SoundSpec
    from meditations.speech.takes import Take
    from meditations.speech.utterance import Utterance
    from meditations.timeline.beds import BedSpan, Curve
    from meditations.timeline.timeline import ClipCue, Cue, Timeline

FORMAT: Final = 5
WINDOW_MP3_FRAMES: Final = 1_000
"""24 s: what is changed in a script costs no more, and a bed's loop is a few of them."""
WINDOW_FRAMES: Final = WINDOW_MP3_FRAMES * FRAME_SAMPLES
RUN_IN: Final = 8
RUN_OUT: Final = 4
"""MP3 frames that are encoded before and after a window and thrown away: by then the encoder is
where one that had encoded everything would be."""
LEAN_IN: Final = 4
LEAN_OUT: Final = 3
"""The same where, within a window, frames are left out in the midst of a steady background."""
SETTLING: Final = 48
"""So many lie between the noise that goes before each window and what follows frames left out.
LAME takes a second to lower what it holds to be inaudible, and by then all is as in its place."""


LAST_FADE_FRAMES: Final = 2_000 * FRAMES_PER_MS
"""What still rings when the track ends fades away over this."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A take in a window, from its first sample to its last, margins included.

    Frames count from the window's first sample, so they may lie before it.
    """

    take_key: str
    start_frame: int
    end_frame: int


@dataclass(frozen=True, slots=True)
class Fade:
    """An equal-power fade, in or out, between two frames of the window."""

    start_frame: int
    end_frame: int
    rising: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A bed, or a clip, in a window.

    Attributes:
        bed_key: The prepared bed or clip.
        phase_frame: The frame of its loop that sounds at the window's first sample.
        start_frame: Where it begins in the window, at 0 or later.
        end_frame: Where it ends.
        gain: Breakpoints (frame of the window, decibels of gain).
        fades: Those that touch the window.
        pan: From -1, all to the left, to 1, all to the right.
    """

    bed_key: str
    phase_frame: int
    start_frame: int
    end_frame: int
    gain: Curve
    fades: tuple[Fade, ...]
    pan: float = 0.0


@dataclass(frozen=True, slots=True)
class Window:
    """All that sounds in a span, run-in and run-out included.

    Attributes:
        frames: Samples per channel to be mixed.
        mp3_frames: How many MP3 frames of the track it stands for, after the run-in.
        takes: What is spoken.
        parts: What sounds besides.
        left_out: Spans of these MP3 frames that are found in other windows, in order.
    """

    frames: int
    mp3_frames: int
    takes: tuple[Placed, ...]
    parts: tuple[Part, ...]
    left_out: tuple[tuple[int, int], ...] = ()

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """The spans of its MP3 frames that are encoded in it and kept."""
        edges = [0, *chain.from_iterable(self.left_out), self.mp3_frames]
        return tuple((a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b)

    @property
    def kept_frames(self) -> int:
        """How many MP3 frames are encoded in it and kept."""
        return sum(end - first for first, end in self.spans)

    def key(self, encoder: str) -> str:
        """The key of the encoded window."""
        content: dict[str, Any] = asdict(self)
        return content_key(["window", FORMAT, encoder, content])


def cut_windows(
    timeline: Timeline,
    takes: Mapping[Utterance, Take],
    beds: Mapping[SoundSpec, PreparedBed],
) -> tuple[Window, ...]:
    """The windows of a track, in order; together they hold all of its MP3 frames."""
    total = frame_count(timeline.frames)
    windows = []
    spans = [_span(cue, takes[cue.utterance]) for cue in timeline.cues]
    first_cue = 0
    for start in range(0, total, WINDOW_MP3_FRAMES):
        kept = min(WINDOW_MP3_FRAMES, total - start)
        begin = (start - RUN_IN) * FRAME_SAMPLES
        end = (start + kept + RUN_OUT) * FRAME_SAMPLES
        while first_cue < len(spans) and spans[first_cue][1] <= begin:
            first_cue += 1
        placed = []
        for take_start, take_end, key in spans[first_cue:]:
            if take_start >= end:
                break
            if take_end > begin:  # a short one may end before the room of the one before it
                placed.append(Placed(key, take_start - begin, take_end - begin))
        parts = tuple(
            _bed_part(span, beds[span.spec], begin, end)
            for span in timeline.beds
            if span.start_frame < end and span.end_frame > max(begin, 0)
        ) + tuple(
            _clip_part(cue, beds[cue.spec], begin, min(end, timeline.frames), timeline.frames)
            for cue in timeline.clips
            if cue.start_frame < end and cue.start_frame + beds[cue.spec].period_frames > begin
        )
        windows.append(Window(end - begin, kept, tuple(placed), parts))
    return tuple(windows)


def _span(cue: Cue, take: Take) -> tuple[int, int, str]:
    """Where a take begins and ends, with its margin and its room, and its key."""
    start = cue.start_frame - MARGIN_FRAMES
    return start, start + take.frames, take.key


def _bed_part(span: BedSpan, bed: PreparedBed, begin: int, end: int) -> Part:
    base_db = _base_db(bed)
    fades = []
    if span.fade_in_frames and span.start_frame + span.fade_in_frames > begin:
        fades.append((span.start_frame, span.start_frame + span.fade_in_frames, True))
    if span.fade_out_frames and span.end_frame - span.fade_out_frames < end:
        fades.append((span.end_frame - span.fade_out_frames, span.end_frame, False))
    return Part(
        bed_key=bed.key,
        # From the start of the track, not of the span: a bed taken up again goes on in its loop.
        phase_frame=begin % bed.period_frames,
        start_frame=max(span.start_frame - begin, 0),
        end_frame=min(span.end_frame, end) - begin,
        gain=tuple((f - begin, round(db + base_db, 6)) for f, db in clipped(span.gain, begin, end)),
        fades=tuple(Fade(a - begin, b - begin, rising) for a, b, rising in fades),
        pan=span.pan,
    )


def _clip_part(cue: ClipCue, clip: PreparedBed, begin: int, end: int, track: int) -> Part:
    """A bell or tone in the window from `begin` to `end`; with the track all is gone."""
    fades = []
    if cue.start_frame + clip.period_frames > track and track - LAST_FADE_FRAMES < end:
        fades.append(Fade(track - LAST_FADE_FRAMES - begin, track - begin, rising=False))
    return Part(
        bed_key=clip.key,
        phase_frame=begin - cue.start_frame,
        start_frame=max(cue.start_frame - begin, 0),
        end_frame=min(cue.start_frame + clip.period_frames, end) - begin,
        gain=((0, round(cue.level_db + _base_db(clip), 6)),),
        fades=tuple(fades),
    )


def _base_db(sound: PreparedBed) -> float:
    """The gain that makes a sound as loud as the voice."""
    return SPEECH_LUFS + CODEC_LOSS_DB - sound.lufs


def clipped(curve: Curve, begin: int, end: int) -> Curve:
    """The part of a curve that touches the span; where it is level there, a single point."""
    first = max(bisect_right(curve, (begin, math.inf)) - 1, 0)
    last = min(bisect_left(curve, (end, -math.inf)), len(curve) - 1)
    touching = curve[first : last + 1]
    if len({db for _, db in touching}) == 1:
        return ((begin, touching[0][1]),)
    return touching
