"""One span of a track, decoded and measured piece by piece. Runs in a worker.

Everything is measured on a grid of 100 ms that starts with the track, so the figures do not depend
on how a track is cut into spans, nor on how many workers there are.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from meditations.inspection.decoding import CHANNELS, DELAY, Source, decoded
from meditations.mix.windows import WINDOW_FRAMES
from meditations.mp3.stream import FRAME_SAMPLES
from meditations.quantities import FRAMES_PER_MS, SAMPLE_RATE_HZ
from meditations.sound.loudness import STEP_FRAMES, weighting
from meditations.sound.peaks import PEAK_REACH, true_peak_at

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

SPANS: Final = 4
SHORTEST_SPAN_S: Final = 20
LONGEST_SPAN_S: Final = 480
"""Each span has an ffmpeg of its own, which takes as long to start as to decode 20 s."""
PIECE_S: Final = 20
"""So much of a span is held at a time: 4 MB of samples."""
PIECE_STEPS: Final = 20
"""Transformed so many at a time: numpy does several at once, and what fits the cache is quick."""

_CACHED: Final = SAMPLE_RATE_HZ * CHANNELS

BAND_HZ: Final = (300, 4_000)
"""Where speech has its strength, and beds have little of theirs."""
FINE_MS: Final = 10
FINE_STEPS: Final = STEP_FRAMES // FRAMES_PER_MS // FINE_MS
_BAND_RATE_HZ: Final = 8_000

FULL_SCALE: Final = 32_768
CLIPPED_RUN: Final = 3
"""So many samples one after the other at full scale are a peak that was cut off."""
PEAK_REACH_DB: Final = 6.0

CLICK_RATIO: Final = 2.5
"""What stands out less than this among its neighbours is not even noted."""
CLICK_JUMP: Final = 2e-3
"""A second difference below this (a click at -60 dB of full scale) is not heard."""
_CLICK_NEAR_MS: Final = 2
_CLICK_FAR_MS: Final = 8
_MARGIN_MS: Final = 48
JOINT_REACH_MS: Final = 36
"""A frame and a half: where the frames of two windows overlap."""


@dataclass(frozen=True, slots=True)
class Jump:
    """A millisecond whose second difference stands out among those around it.

    Attributes:
        at_ms: Where it is.
        size: The second difference, as a share of full scale.
        ratio: How many times that of the milliseconds around it.
    """

    at_ms: int
    size: float
    ratio: float


@dataclass(frozen=True, slots=True)
class SpanMeasures:
    """What was measured in one piece of a span.

    Attributes:
        frames: Samples per channel that could be decoded.
        energies: K-weighted mean squares by 100 ms, summed over channels.
        band: The same of 300 to 4000 Hz alone, by 10 ms.
        peaks: The largest sample of each 10 ms, as a share of full scale.
        sums: The sum of all samples, for each channel.
        true_peak: The largest value, what lies between samples included.
        clipped: Where runs of samples at full scale begin, in ms.
        jumps: What may be a click.
        ratios: The largest ratio of each 100 ms, as in `Jump`.
        joints: The largest ratio at each joint of two windows: (ms, ratio).
    """

    frames: int
    energies: NDArray[np.float64]
    band: NDArray[np.float32]
    peaks: NDArray[np.float32]
    sums: NDArray[np.float64]
    true_peak: float
    clipped: tuple[int, ...]
    jumps: tuple[Jump, ...]
    ratios: NDArray[np.float32]
    joints: tuple[tuple[int, float], ...]


def cut_spans(frames: int) -> list[tuple[int, int]]:
    """Where spans begin and end, in frames; they depend on the length of the track alone."""
    seconds = -(-frames // (SPANS * SAMPLE_RATE_HZ))
    size = min(max(seconds, SHORTEST_SPAN_S), LONGEST_SPAN_S) * SAMPLE_RATE_HZ
    return [(start, min(start + size, frames)) for start in range(0, frames, size)]


def measure_span(source: Source, start: int, end: int) -> list[SpanMeasures]:
    """Decodes and measures the samples from `start` to `end`, piece by piece, in order.

    Args:
        source: The track.
        start: The first sample; on the grid.
        end: The one behind the last.
    """
    margin, size = _MARGIN_MS * FRAMES_PER_MS, PIECE_S * SAMPLE_RATE_HZ
    whole = np.zeros((min(size, end - start) + 2 * margin, CHANNELS), "<i2")
    before = min(margin, start)
    there = decoded_up_to = start - before
    found = []
    with decoded(source, there, min(end + margin, source.frames)) as read:
        for first in range(start, end, size):
            last = min(first + size, end)
            until = min(last + margin, source.frames)
            known, wanted = there - first + before, until - first + before
            decoded_up_to += read(whole[known:wanted])
            whole[max(decoded_up_to - first + before, 0) : wanted] = 0
            frames = min(max(decoded_up_to - first, 0), last - first)
            found.append(_measured(whole[:wanted], before, first, last, frames))
            # What lies around its end is the beginning of the next.
            before, there = margin, until
            whole[: until - last + margin] = whole[wanted - (until - last) - margin : wanted]
    return found


def _measured(
    whole: NDArray[np.int16], before: int, first: int, last: int, frames: int
) -> SpanMeasures:
    """The measures of the samples from `first` to `last`, which begin `before` into `whole`."""
    samples = whole[before : before + last - first]
    energies, band, sums = _spectra(samples)
    peaks = _largest(samples.reshape(-1), FINE_MS) / np.float32(FULL_SCALE)
    ratio, size = _standing_out(whole)
    first_ms, before_ms = first // FRAMES_PER_MS, before // FRAMES_PER_MS
    inside = slice(before_ms, before_ms + len(peaks) * FINE_MS)
    return SpanMeasures(
        frames, energies, band, peaks, sums,
        _true_peak(whole, before, peaks),
        _clipped(samples, first_ms) if peaks.max(initial=0.0) > 0.99 else (),
        _jumps(ratio[inside], size[inside], first_ms),
        _largest_rows(ratio[inside], STEP_FRAMES // FRAMES_PER_MS),
        _joints(ratio, first_ms - before_ms, first, last),
    )  # fmt: skip


@functools.cache
def _gain() -> NDArray[np.float32]:
    """The K-weighting at the frequencies of a complex transform of 100 ms."""
    one_sided = np.abs(weighting(STEP_FRAMES))
    return np.concatenate((one_sided, one_sided[-2:0:-1])).astype(np.float32)


@functools.cache
def _power_gain() -> NDArray[np.float32]:
    """The same for squares of real and imaginary parts."""
    return np.repeat(_gain() ** 2, 2)


def _spectra(
    samples: NDArray[np.int16],
) -> tuple[NDArray[np.float64], NDArray[np.float32], NDArray[np.float64]]:
    """Energies by 100 ms, band energies by 10 ms, and the sums of both channels.

    Left and right are the real and the imaginary part of one transform; the sum of both channels'
    energies is its energy (Parseval).
    """
    steps = -(-len(samples) // STEP_FRAMES)
    energies = np.zeros(steps)
    band = np.zeros((steps, FINE_STEPS), np.float32)
    total = 0j
    low, high = (hz * STEP_FRAMES // SAMPLE_RATE_HZ for hz in BAND_HZ)
    small = _BAND_RATE_HZ * STEP_FRAMES // SAMPLE_RATE_HZ
    picked = np.zeros((PIECE_STEPS, small), np.complex64)
    bins = (
        (slice(low, high), slice(low, high)),
        (
            slice(small - high + 1, small - low + 1),
            slice(STEP_FRAMES - high + 1, STEP_FRAMES - low + 1),
        ),
    )
    for first in range(0, steps, PIECE_STEPS):
        piece = samples[first * STEP_FRAMES : (first + PIECE_STEPS) * STEP_FRAMES]
        rows = min(PIECE_STEPS, steps - first)
        sound = np.zeros((rows * STEP_FRAMES, CHANNELS), np.float32)
        sound[: len(piece)] = piece
        # With a factor in it (`norm`), numpy 2 transforms in 32 bits: a seventh of the time.
        spectrum = np.fft.fft(
            sound.view(np.complex64).reshape(rows, STEP_FRAMES), axis=1, norm="ortho"
        )
        total += complex(spectrum[:, 0].sum(dtype=np.complex128))
        for here, there in bins:
            np.multiply(spectrum[:, there], _gain()[there], out=picked[:rows, here])
        parts = spectrum.view(np.float32)
        np.square(parts, out=parts)
        energies[first : first + rows] = np.einsum("ij,j->i", parts, _power_gain())
        narrow = np.fft.ifft(picked[:rows], axis=1, norm="ortho").view(np.float32)
        narrow = narrow.reshape(rows, FINE_STEPS, -1)
        band[first : first + rows] = np.einsum("ijk,ijk->ij", narrow, narrow)
    total *= STEP_FRAMES**0.5
    energies /= STEP_FRAMES * float(FULL_SCALE) ** 2
    # The narrow sound is larger by the ratio of the two transforms.
    per_cell = small / FINE_STEPS
    band *= np.float32(small / STEP_FRAMES / per_cell / FULL_SCALE**2)
    return energies, band.reshape(-1), np.array([total.real, total.imag]) / FULL_SCALE


def _largest(interleaved: NDArray[np.int16], span_ms: int) -> NDArray[np.float32]:
    """The largest magnitude of each `span_ms`, both channels together."""
    size = span_ms * FRAMES_PER_MS * CHANNELS
    found = np.zeros(-(-len(interleaved) // size), np.float32)
    whole = len(interleaved) // size
    rows = interleaved[: whole * size].reshape(whole, size)
    count = _CACHED // size
    for first in range(0, whole, count):
        piece = rows[first : first + count]
        # As floats: the magnitude of the smallest number has no place in 16 bits.
        high, low = piece.max(axis=1).astype(np.float32), piece.min(axis=1).astype(np.float32)
        found[first : first + len(piece)] = np.maximum(high, -low)
    if whole < len(found):
        found[whole] = np.abs(interleaved[whole * size :].astype(np.float32)).max(initial=0.0)
    return found


def _largest_rows(values: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    padded = np.zeros(-(-len(values) // size) * size, np.float32)
    padded[: len(values)] = values
    return np.asarray(padded.reshape(-1, size).max(axis=1))


def _true_peak(whole: NDArray[np.int16], before: int, peaks: NDArray[np.float32]) -> float:
    """The true peak of a span that begins `before` samples into `whole`.

    Only what lies within 6 dB of the largest sample is oversampled. Where nothing sounds above
    17 kHz, as after LAME, no value between samples can exceed the largest sample by more than
    1 / cos(pi / 2 * 17 / 24) = 7.1 dB, and that only for a sound made to do so (Wunder and Boche,
    2003); speech and noise exceed theirs by up to 3.
    """
    largest = float(peaks.max(initial=0.0))
    if largest == 0:
        return 0.0
    least = largest * 10 ** (-PEAK_REACH_DB / 20)
    near = np.flatnonzero(peaks > least)
    size = FINE_MS * FRAMES_PER_MS
    behind = before + len(peaks) * size + PEAK_REACH - len(whole)
    if before < PEAK_REACH or behind > 0:  # where the track begins or ends
        whole = np.pad(whole, ((PEAK_REACH, max(behind, 0)), (0, 0)))
        before += PEAK_REACH
    # Each cell with the frame before and the one behind it.
    cells = sliding_window_view(whole.reshape(-1), (size + 2) * CHANNELS)
    cells = cells[(near * size + before - 1) * CHANNELS]
    # The magnitude, less one below zero: that of the smallest number has no place in 16 bits.
    height = np.maximum(cells, ~cells)
    here, left, right = height[:, 2:-2], height[:, :-4], height[:, 4:]
    tops = (here >= left) & (here >= right) & (here > least * FULL_SCALE - 1)
    row, column = np.divmod(np.flatnonzero(tops), size * CHANNELS)
    places, channels = near[row] * size + column // CHANNELS + before, column % CHANNELS
    for channel in range(CHANNELS):
        largest = max(
            largest, true_peak_at(whole[:, channel], places[channels == channel]) / FULL_SCALE
        )
    return largest


def _clipped(samples: NDArray[np.int16], first_ms: int) -> tuple[int, ...]:
    """Where samples stand at full scale, three and more in a row."""
    places: list[int] = []
    for channel in range(CHANNELS):
        at_limit = np.abs(samples[:, channel].astype(np.int32)) >= FULL_SCALE - 1
        edges = np.flatnonzero(np.diff(np.concatenate(([0], at_limit.view(np.int8), [0]))))
        starts, ends = edges[::2], edges[1::2]
        places += (starts[ends - starts >= CLIPPED_RUN] // FRAMES_PER_MS + first_ms).tolist()
    return tuple(sorted(places))


def _standing_out(samples: NDArray[np.int16]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """How far the second difference of each millisecond stands out, and how large it is.

    A click lasts less than a millisecond: it is compared with what lies 2 to 8 ms before and
    after. A plosive, a glottal pulse, a struck bell go on for longer and do not stand out so.
    """
    flat = samples.reshape(-1)
    size = np.zeros(len(samples) // FRAMES_PER_MS, np.float32)
    row = FRAMES_PER_MS * CHANNELS
    step = 1_000 * row
    for first in range(0, len(flat), step):
        # A quarter of each value, so that no difference leaves 16 bits.
        quarter = flat[first : first + step + 2 * CHANNELS] >> 2
        slope = quarter[CHANNELS:] - quarter[:-CHANNELS]
        jump = slope[CHANNELS:] - slope[:-CHANNELS]
        if rest := -len(jump) % row:
            jump = np.append(jump, np.zeros(rest, np.int16))
        by_ms = _row_tops(np.abs(jump), row)
        size[first // row : first // row + 1_000] = by_ms[: len(size) - first // row]
    size *= np.float32(4 / FULL_SCALE)
    around = np.zeros_like(size)
    for distance in range(_CLICK_NEAR_MS, _CLICK_FAR_MS + 1):
        np.maximum(around[distance:], size[:-distance], out=around[distance:])
        np.maximum(around[:-distance], size[distance:], out=around[:-distance])
    return size / (around + np.float32(4 / FULL_SCALE)), size


def _row_tops(values: NDArray[np.int16], row: int) -> NDArray[np.int16]:
    """The largest of each `row` values.

    Maxima over stretches that double, all along: numpy reduces short rows one by one, which takes
    twice as long.
    """
    count, reach = len(values) // row, 1
    while 2 * reach <= row:
        values = np.maximum(values[:-reach], values[reach:])
        reach *= 2
    last = row - reach  # the two stretches that cover a row overlap
    return np.maximum(values[::row][:count], values[last::row][:count])


def _jumps(
    ratio: NDArray[np.float32], size: NDArray[np.float32], first_ms: int
) -> tuple[Jump, ...]:
    found = np.flatnonzero((ratio > CLICK_RATIO) & (size > CLICK_JUMP)).tolist()
    return tuple(Jump(first_ms + at, float(size[at]), float(ratio[at])) for at in found)


def merged(jumps: Iterable[Jump]) -> tuple[Jump, ...]:
    """Jumps that follow one another within 2 ms as one, the one that stands out most."""
    tops: list[Jump] = []
    last_ms = -1_000
    for jump in jumps:
        if jump.at_ms - last_ms > _CLICK_NEAR_MS:
            tops.append(jump)
        elif jump.ratio > tops[-1].ratio:
            tops[-1] = jump
        last_ms = jump.at_ms
    return tuple(tops)


def _joints(
    ratio: NDArray[np.float32], first_ms: int, start: int, end: int
) -> tuple[tuple[int, float], ...]:
    """The largest ratio around each place where windows were joined."""
    found = []
    for joint in range(WINDOW_FRAMES, end + WINDOW_FRAMES, WINDOW_FRAMES):
        at = joint - DELAY + FRAME_SAMPLES // 2
        if start <= at < end:
            middle = at // FRAMES_PER_MS - first_ms
            around = ratio[max(middle - JOINT_REACH_MS, 0) : middle + JOINT_REACH_MS + 1]
            found.append((at // FRAMES_PER_MS, float(around.max(initial=0.0))))
    return tuple(found)
