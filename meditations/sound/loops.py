"""Where a sound loops best, and a seam that nobody hears.

The end of a loop is faded into its beginning. Three things would give the seam away: what meets
there is not alike (spectrum, rhythm, level); tones meet out of step and cancel each other; tones
meet in step and add up to more than either. The first two are avoided by the place (`find_loop`),
the third by the law of the fade (`close_loop`). Only the two ends of a sound are looked at, so an
hour needs no more memory than a minute.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from meditations.quantities import SAMPLE_RATE_HZ
from meditations.sound.ends import (
    BAND_EDGES_HZ,
    CHANNELS,
    FINE_FRAMES,
    FRAME_BYTES,
    HOP_FRAMES,
    LEVEL_FRAMES,
    End,
    agreement,
    envelopes_in_step,
    in_step,
    most_opposed,
    read_ends,
    read_frames,
    transform_size,
    unlike_db,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from meditations.sound.ends import Floats, Samples

SHORTEST_FADE_FRAMES: Final = 2 * SAMPLE_RATE_HZ
LONGEST_FADE_FRAMES: Final = 6 * SAMPLE_RATE_HZ
"""Longer fades hide no more, and run out of step where a sound has a pulse."""
REACH_FRAMES: Final = 20 * SAMPLE_RATE_HZ
"""How much of either end of a sound may be left out for a better seam."""
BEGINNINGS: Final = 4
"""So many places in the head, those with the best match, are tried with the waveform."""
OUT_OF_STEP_DB: Final = 6.0
"""What waveforms cost that have nothing to do with each other, against such as are in step."""
OPPOSED_DB: Final = 10.0
"""What it costs where some third of an octave would vanish."""
CHANCE: Final = 0.4
"""So far low bands of noise agree or cancel by chance."""
IN_STEP: Final = 0.3
"""From this correlation on the waveform says where to meet, below it the envelope."""
LOST_DB: Final = 10.0
"""What leaving out the sound would cost: a tenth of it counts as a mismatch of 1 dB."""
PRICE_DB: Final = 0.75
PRICE_SHARE: Final = 0.1
"""How much worse a match may be, in dB and as a share, for windows that repeat."""
MOST_POWER: Final = 2.0
"""Where two sounds cancel each other, no more than twice the power is given back."""
COPY_FRAMES: Final = 10 * SAMPLE_RATE_HZ
"""Sound is moved in pieces of 10 s."""


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop within a sound, counted from where the sound begins.

    Attributes:
        start_frame: Where it begins: what lies before is left out.
        period_frames: Its length.
        fade_frames: How much of what follows it is faded into its beginning.
        mismatch_db: How bad the seam is: 7 or 8 for two pieces of one noise, 0 for a copy.
        lost_db: What it costs that the loop is not longer.
    """

    start_frame: int
    period_frames: int
    fade_frames: int
    mismatch_db: float
    lost_db: float

    @property
    def cost_db(self) -> float:
        """What a loop is chosen by."""
        return self.mismatch_db + self.lost_db

    def is_worth(self, best: Loop, window_frames: int) -> bool:
        """Whether a loop that fits windows is hardly worse, and hardly shorter, than the best."""
        shorter_db = LOST_DB * window_frames / 3 / (best.period_frames + best.fade_frames)
        return self.mismatch_db <= best.mismatch_db * (
            1 + PRICE_SHARE
        ) + PRICE_DB and self.lost_db <= best.lost_db + max(shorter_db, PRICE_DB)


def find_loop(raw: Path, first_frame: int, levels: Floats, window_frames: int) -> Loop:
    """The best loop in a sound: as long as may be, with a seam that does not show.

    Args:
        raw: 32-bit floats, interleaved, without a header.
        first_frame: The frame of the file at which the sound begins.
        levels: Mean squares of the sound for each 10 ms; they tell how long it is.
        window_frames: A loop of which a few fit a few windows is taken where it costs little.
    """
    frames = len(levels) * LEVEL_FRAMES
    hop = min(HOP_FRAMES, frames // 200)
    reach = min(REACH_FRAMES, frames * 3 // 16)
    fades = fade_lengths(frames)
    head, tail = read_ends(raw, first_frame, levels, reach + max(fades), hop)
    free, fitting = [], []
    for fade in sorted(set(fades), reverse=True):
        search = _Search(head, tail, frames, hop, reach, fade)
        unlike = search.unlike()
        free.append(search.anywhere(unlike))
        fitting += search.fitting_windows(unlike, window_frames)
    best = _with_its_fade(free)
    handy = [loop for loop in fitting if loop.is_worth(best, window_frames)]
    return _with_its_fade(handy) if handy else best


def fade_lengths(frames: int) -> tuple[int, int]:
    """The shortest and the longest fade for a sound: 2 s and 6 s, an eighth of it at most."""
    return min(SHORTEST_FADE_FRAMES, frames // 8), min(LONGEST_FADE_FRAMES, frames // 8)


def window_periods(shortest: int, longest: int, window_frames: int) -> list[int]:
    """The lengths from `shortest` to `longest` of which a few fit a few windows, longest first.

    `m` loops are exactly as long as `n` windows, so the windows of a long tail repeat after `n`.
    """
    found = set()
    for loops in range(1, 2 * window_frames // max(longest, 1) + 3):
        least = -(-shortest * loops // window_frames)
        for windows in range(max(least, 1), longest * loops // window_frames + 1):
            if windows * window_frames % loops == 0:
                found.add(windows * window_frames // loops)
    return sorted(found, reverse=True)


@dataclass(frozen=True, slots=True)
class _Search:
    """A search for the best place of a fade of one length.

    Places in the head and the tail are counted in frames from where each begins; the coarse
    search goes by hops of `hop` frames.
    """

    head: End
    tail: End
    frames: int
    hop: int
    reach: int
    fade: int

    def unlike(self) -> Samples:
        """How unlike each hop of the head and each of the tail are, (heads, tails), in dB."""
        found = unlike_db(self.head, self.tail, max(self.fade // self.hop, 1))
        return found[: self.reach // self.hop + 1, : self._places // self.hop + 1]

    @property
    def _places(self) -> int:
        """The last place in the tail at which there is room for the fade."""
        return self.frames - self.fade - self.tail.start_frame

    def _loop(self, start: int, place: int, unlike: float, agree: float) -> Loop:
        period = self.tail.start_frame + place - start
        lost = 1 - (period + self.fade) / self.frames
        opposed = most_opposed(self.head, self.tail, start, place, self.fade)
        mismatch_db = unlike + OUT_OF_STEP_DB * (1 - agree)
        mismatch_db += OPPOSED_DB * max(opposed - CHANCE, 0)
        return Loop(start, period, self.fade, mismatch_db, LOST_DB * lost)

    def anywhere(self, unlike: Samples) -> Loop:
        """The best loop of any length."""
        starts, places = (np.arange(count) * self.hop for count in unlike.shape)
        periods = self.tail.start_frame + places - starts[:, None]
        cost = (unlike + LOST_DB * (1 - (periods + self.fade) / self.frames)).min(axis=1)
        apart = max(self.fade // self.hop // 2, 1)
        found: list[Loop] = []
        while len(found) < BEGINNINGS and np.isfinite(cost).any():
            row = int(np.argmin(cost))
            found.append(self._from(row, unlike[row]))
            cost[max(row - apart, 0) : row + apart + 1] = np.inf
        return min(found, key=lambda loop: loop.cost_db)

    def _from(self, row: int, unlike: Samples) -> Loop:
        """The best loop that begins at hop `row` of the head."""
        start = row * self.hop
        agree = in_step(self.head, self.tail, start, self.fade)[: self._places + 1]
        # From hop to hop, and half a hop to either side.
        by_frame = np.repeat(unlike, self.hop)[self.hop // 2 :]
        by_frame = np.pad(by_frame, (0, max(len(agree) - len(by_frame), 0)), mode="edge")
        cost = by_frame[: len(agree)] - OUT_OF_STEP_DB * agree
        cost += np.linspace(LOST_DB * len(agree) / self.frames, 0, len(agree), dtype=np.float32)
        place = int(np.argmin(cost))
        if agree[place] < IN_STEP:
            place = self._beat(start, place)
        return self._loop(start, place, float(by_frame[place]), float(agree[place]))

    def _beat(self, start: int, place: int) -> int:
        """Where, within 20 ms of `place`, what rises and falls does so together."""
        near = self.hop // 2
        around = range(max(place - near, 0), min(place + near, self._places) + 1, FINE_FRAMES)
        together = envelopes_in_step(self.head, self.tail, start, around, self.fade)
        return around[int(np.argmax(together))]

    def fitting_windows(self, unlike: Samples, window_frames: int) -> list[Loop]:
        """For each length that fits windows the best loop of that length."""
        found = []
        starts = np.arange(len(unlike)) * self.hop
        for period in window_periods(self.frames // 2, self.frames - self.fade, window_frames):
            places = starts + period - self.tail.start_frame
            rows = np.flatnonzero((places >= 0) & (places <= self._places))
            if not len(rows):
                continue
            hops = np.minimum((places[rows] + self.hop // 2) // self.hop, unlike.shape[1] - 1)
            best = int(np.argmin(unlike[rows, hops]))
            start, place = int(starts[rows[best]]), int(places[rows[best]])
            agree = agreement(self.head, self.tail, start, place, self.fade)
            found.append(self._loop(start, place, float(unlike[rows[best], hops[best]]), agree))
        return found


def _with_its_fade(found: list[Loop]) -> Loop:
    """The best loop: one with the longest fade, unless a shorter is clearly better."""
    longest = max(loop.fade_frames for loop in found)
    steady = min((x for x in found if x.fade_frames == longest), key=lambda loop: loop.cost_db)
    best = min(found, key=lambda loop: loop.cost_db)
    return best if best.cost_db < 0.8 * steady.cost_db - 0.5 else steady


def close_loop(raw: Path, first_frame: int, loop: Loop) -> None:
    """Fades what follows the loop into its beginning, in place; the rest of the file goes."""
    begin = first_frame + loop.start_frame
    coming = read_frames(raw, begin, loop.fade_frames)
    going = read_frames(raw, begin + loop.period_frames, loop.fade_frames)
    with raw.open("r+b") as stream:
        for done in range(0, loop.period_frames if begin else 0, COPY_FRAMES):
            stream.seek((begin + done) * FRAME_BYTES)
            piece = stream.read(min(COPY_FRAMES, loop.period_frames - done) * FRAME_BYTES)
            stream.seek(done * FRAME_BYTES)
            stream.write(piece)
        stream.truncate(loop.period_frames * FRAME_BYTES)
        stream.seek(0)
        stream.write(crossfade(going, coming).astype("<f4", copy=False).tobytes())


def crossfade(going: Samples, coming: Samples) -> Samples:
    """One sound into another of the same length, (n, CHANNELS), without a bulge or a dip.

    It is equal in power, octave by octave: sine and cosine where the two have nothing to do with
    each other, and the lower the more they agree, down to a fade of equal gain for a tone that
    goes on in step. A drone in the rain needs both at once.
    """
    turn = np.linspace(0, np.pi / 2, len(going), endpoint=False, dtype=np.float32)[:, None]
    size = transform_size(len(going) + SAMPLE_RATE_HZ // 10)
    spectra = [np.fft.rfft(sound, size, axis=0) for sound in (going, coming)]
    faded = np.zeros_like(going)
    for share in _octaves(size):
        parts = [np.fft.irfft(each * share, size, axis=0)[: len(going)] for each in spectra]
        one, other = (part.astype(np.float32, copy=False) for part in parts)
        faded += _level_fade(one, other, np.cos(turn), np.sin(turn))
    return faded


def _level_fade(going: Samples, coming: Samples, fall: Samples, rise: Samples) -> Samples:
    """A crossfade whose power goes straight from the one's to the other's.

    With powers A and B and the mean product C, the power of the sum is
    fall² A + rise² B + 2 fall rise C; the last term is what the gain takes out again.
    """
    powers = [float(np.mean(np.square(each), dtype=np.float64)) for each in (going, coming)]
    overlap = fall * rise
    product = float(np.sum(overlap * going * coming, dtype=np.float64))
    product /= CHANNELS * float(overlap.sum(dtype=np.float64))
    wanted = fall**2 * powers[0] + rise**2 * powers[1] + np.float32(1e-20)
    there = np.maximum(wanted + 2 * overlap * product, wanted / MOST_POWER)
    return np.asarray((going * fall + coming * rise) * np.sqrt(wanted / there), np.float32)


def _octaves(size: int) -> Iterator[Samples]:
    """What share of a spectrum belongs to each octave, (size // 2 + 1, 1); together they are 1."""
    frequency_hz = np.maximum(np.fft.rfftfreq(size, 1 / SAMPLE_RATE_HZ), 1)
    octave = np.log2(frequency_hz / BAND_EDGES_HZ[0])[:, None]
    highest = len(BAND_EDGES_HZ) - 2
    octave = np.clip(octave, 0, highest)
    for middle in range(highest + 1):
        share = np.cos(np.pi / 2 * np.clip(octave - middle, -1, 1)) ** 2
        yield share.astype(np.float32)
