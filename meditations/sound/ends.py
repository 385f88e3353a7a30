"""The two ends of a sound, and how well each place of one goes on into each of the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from meditations.quantities import FRAMES_PER_MS, SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Samples = NDArray[np.float32]
    Floats = NDArray[np.float64]

CHANNELS: Final = 2
FRAME_BYTES: Final = 4 * CHANNELS
LEVEL_FRAMES: Final = 10 * FRAMES_PER_MS
"""The levels of a sound are mean squares for each 10 ms."""
HOP_FRAMES: Final = 40 * FRAMES_PER_MS
"""The coarse search goes by 40 ms, the fine one by samples, within 20 ms to either side."""
FINE_FRAMES: Final = FRAMES_PER_MS
"""The fine search looks at envelopes by the millisecond."""
BAND_EDGES_HZ: Final = (40, 100, 200, 400, 800, 1_600, 3_200, 6_400, 12_000, 20_000)
AUDIBLE_HZ: Final = (40.0, 16_000.0)
USUAL_SHARE: Final = 30
"""The percentile of the levels that counts as usual: only under it a place may be too quiet."""
QUIET_DB: Final = 3.0
"""So far under what is usual a place may lie."""


@dataclass(frozen=True, slots=True)
class End:
    """One end of a sound.

    Attributes:
        start_frame: Where it begins, counted from where the sound begins.
        features: What is heard in each hop, shape (hops, bands), in dB.
        quiet_db: How far each hop lies under what is usual in the sound, shape (hops,).
        evened: The samples with all bands nearer to one level, shape (n, CHANNELS).
    """

    start_frame: int
    features: Samples
    quiet_db: Samples
    evened: Samples


def read_frames(raw: Path, start: int, count: int) -> Samples:
    """`count` frames of a raw file from `start` on: shape (count, CHANNELS)."""
    with raw.open("rb") as stream:
        stream.seek(start * FRAME_BYTES)
        return np.fromfile(stream, "<f4", count * CHANNELS).reshape(-1, CHANNELS)


def read_ends(raw: Path, first_frame: int, levels: Floats, count: int, hop: int) -> tuple[End, End]:
    """The first and the last `count` frames of a sound.

    Args:
        raw: 32-bit floats, interleaved, without a header.
        first_frame: The frame of the file at which the sound begins.
        levels: Mean squares of the sound for each 10 ms; they tell how long it is.
        count: How much of either end, in frames.
        hop: Frames from one place of the coarse search to the next.
    """
    starts = (0, len(levels) * LEVEL_FRAMES - count)
    powers = [_band_powers(read_frames(raw, first_frame + start, count), hop) for start in starts]
    usual = np.concatenate(powers).mean(axis=0)
    # What lies 50 dB under the whole is not heard in it: no difference there counts.
    features = [10 * np.log10(each + 1e-5 * usual.sum()) for each in powers]
    quiet = _quiet_db(levels)
    hops = [(start + np.arange(len(powers[0])) * hop) // LEVEL_FRAMES for start in starts]
    first, last = (
        End(
            start, feature.astype(np.float32), quiet[hop_levels],
            _evened(read_frames(raw, first_frame + start, count), usual),
        )
        for start, feature, hop_levels in zip(starts, features, hops, strict=True)
    )  # fmt: skip
    return first, last


def unlike_db(head: End, tail: End, hops: int) -> Samples:
    """How unlike `hops` hops are from each place of the head on, and from each of the tail on.

    Returns:
        The root mean square of their differences over hops and bands, in dB, and how much too
        quiet both are: shape (places of the head, places of the tail).
    """
    one, other = head.features, tail.features
    squares = np.square(one).sum(axis=1)[:, None] + np.square(other).sum(axis=1)
    apart = np.maximum(squares - 2 * one @ other.T, 0) / one.shape[1]
    # Sums along the diagonals: both sounds go on together.
    sums = np.zeros((len(one) + 1, len(other) + 1))
    for row in range(len(one)):
        sums[row + 1, 1:] = sums[row, :-1] + apart[row]
    unlike = np.sqrt((sums[hops:, hops:] - sums[:-hops, :-hops]) / hops)
    quiet = [_running_mean(end.quiet_db, hops) for end in (head, tail)]
    return np.asarray(unlike + quiet[0][:, None] + quiet[1], np.float32)


def in_step(head: End, tail: End, start: int, frames: int) -> Samples:
    """How well the waveform of the head from `start` on agrees with each place of the tail.

    Returns:
        The correlation, -1 to 1, for each frame of the tail at which `frames` of it begin.
    """
    size = transform_size(len(tail.evened))
    cross = np.zeros(size // 2 + 1, np.complex64)
    for channel in range(CHANNELS):
        spectrum = np.fft.rfft(tail.evened[:, channel], size)
        spectrum *= np.conj(np.fft.rfft(head.evened[start : start + frames, channel], size))
        cross += spectrum
    places = len(tail.evened) - frames + 1
    found = np.fft.irfft(cross, size)[:places].astype(np.float32, copy=False)
    energies = _energies(tail, frames)
    energies += 1e-6 * energies.max()  # where it is silent, rounding would look like agreement
    found /= np.sqrt(_energy(head.evened[start : start + frames]) * energies + 1e-20)
    return found


def agreement(head: End, tail: End, start: int, place: int, frames: int) -> float:
    """The correlation of the waveforms at one pair of places, -1 to 1."""
    one, other = head.evened[start : start + frames], tail.evened[place : place + frames]
    together = float(np.einsum("ij,ij->", one, other, dtype=np.float64))
    return together / float(np.sqrt(_energy(one) * _energy(other) + 1e-20))


def most_opposed(head: End, tail: End, start: int, place: int, frames: int) -> float:
    """How far the two cancel in the third of an octave in which they do so most, 0 to 1.

    A tone that meets itself upside down would vanish, however well all else agrees. Thirds that
    hold less than a fiftieth of the sound do not count.
    """
    window = np.hanning(frames).astype(np.float32)[:, None]
    one = np.fft.rfft(head.evened[start : start + frames] * window, axis=0)
    other = np.fft.rfft(tail.evened[place : place + frames] * window, axis=0)
    octaves = np.log2(AUDIBLE_HZ[1] / AUDIBLE_HZ[0])
    edges_hz = AUDIBLE_HZ[0] * 2 ** np.arange(0, octaves + 0.1, 1 / 3)
    edges = np.unique((edges_hz * frames / SAMPLE_RATE_HZ).astype(int))
    powers = [_by_band(np.square(np.abs(each)), edges) for each in (one, other)]
    both = np.sqrt(powers[0] * powers[1]) + 1e-20
    agree = _by_band((one * other.conj()).real, edges) / both
    return float(np.max(-agree[both > both.sum() / 50], initial=0))


def envelopes_in_step(head: End, tail: End, start: int, places: range, frames: int) -> Floats:
    """How well the envelopes agree, of the head from `start` on and of the tail from each place.

    Returns:
        0 where they have nothing to do with one another or are level, up to 1.
    """
    one = _envelope(head.evened[start : start + frames])
    found = []
    for place in places:
        other = _envelope(tail.evened[place : place + frames])
        scale = np.sqrt(np.mean(one**2) * np.mean(other**2)) + 1e-20
        found.append(np.mean((one - one.mean()) * (other - other.mean())) / scale)
    return np.array(found)


def transform_size(least: int) -> int:
    """A size of at least so much that the transform likes."""
    power = 1 << max(least - 1, 1).bit_length()
    return next(size for size in (power * 5 // 8, power * 3 // 4, power) if size >= least)


def _by_band(spectrum: NDArray[np.floating], edges: NDArray[np.int_]) -> Floats:
    """Sums of a spectrum, (bins, CHANNELS), from each edge to the next."""
    return np.add.reduceat(spectrum.sum(axis=1, dtype=np.float64), edges)[:-1]


def _band_powers(sound: Samples, hop: int) -> Floats:
    """Mean squares in octaves for each hop, both channels added: shape (hops, bands)."""
    size = 1 << (2 * hop - 1).bit_length()
    window = np.hanning(size).astype(np.float32)[:, None]
    edges = np.array(BAND_EDGES_HZ) * size // SAMPLE_RATE_HZ
    edges = np.unique(np.maximum(edges, 1))
    found = []
    for start in range(0, len(sound) - hop + 1, hop):
        piece = np.zeros((size, CHANNELS), np.float32)
        piece[: len(sound) - start] = sound[start : start + size]
        power = np.square(np.abs(np.fft.rfft(piece * window, axis=0))).sum(axis=1)
        found.append(np.add.reduceat(power[: edges[-1]], edges[:-1]))
    return np.array(found, np.float64)


def _quiet_db(levels: Floats) -> Samples:
    """How far the level around each 10 ms lies under what is usual in the sound, in dB."""
    width = max(min(100, len(levels) // 20), 1)
    padded = np.pad(levels, (width // 2, width - 1 - width // 2), mode="edge")
    around = _running_mean(padded, width)
    usual = np.percentile(around, USUAL_SHARE)
    under = 10 * np.log10((usual + 1e-20) / (around + 1e-20)) - QUIET_DB
    return np.maximum(under, 0).astype(np.float32)


def _evened(sound: Samples, usual: Floats) -> Samples:
    """The sound with its bands halfway (in dB) to one level, so that no rumble drowns a tone.

    In place.
    """
    size = transform_size(len(sound) + SAMPLE_RATE_HZ // 10)
    frequency_hz = np.fft.rfftfreq(size, 1 / SAMPLE_RATE_HZ).astype(np.float32)
    edges_hz = np.geomspace(BAND_EDGES_HZ[0], BAND_EDGES_HZ[-1], len(usual) + 1)
    middles_hz = np.sqrt(edges_hz[:-1] * edges_hz[1:])
    density_db = 10 * np.log10((usual + 1e-6 * usual.sum() + 1e-20) / np.diff(edges_hz))
    density_db -= density_db.min()
    known_hz = np.geomspace(1, SAMPLE_RATE_HZ, 200)
    gains = 10 ** (-np.interp(np.log(known_hz), np.log(middles_hz), density_db) / 40)
    gain = np.interp(frequency_hz, known_hz, gains).astype(np.float32)
    gain[(frequency_hz < AUDIBLE_HZ[0]) | (frequency_hz > AUDIBLE_HZ[1])] = 0
    for channel in range(CHANNELS):
        spectrum = np.fft.rfft(sound[:, channel], size)
        spectrum *= gain
        sound[:, channel] = np.fft.irfft(spectrum, size)[: len(sound)]
    return sound


def _energy(sound: Samples) -> float:
    return float(np.einsum("ij,ij->", sound, sound, dtype=np.float64))


def _energies(tail: End, frames: int) -> Floats:
    """The energies of `frames` frames of the tail: one for each place at which they may begin."""
    squares = np.einsum("ij,ij->i", tail.evened, tail.evened)
    sums = np.concatenate(([0.0], np.cumsum(squares, dtype=np.float64)))
    return np.asarray(np.maximum(sums[frames:] - sums[:-frames], 0))


def _envelope(sound: Samples) -> Floats:
    whole = len(sound) // FINE_FRAMES * FINE_FRAMES
    squares = np.square(sound[:whole]).reshape(-1, FINE_FRAMES * CHANNELS)
    return np.asarray(np.sqrt(squares.mean(axis=1)), np.float64)


def _running_mean(values: NDArray[np.floating], width: int) -> Floats:
    sums = np.concatenate(([0.0], np.cumsum(values, dtype=np.float64)))
    return np.asarray((sums[width:] - sums[:-width]) / width)
