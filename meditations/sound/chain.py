"""The voice's chain: high-pass, low shelf, de-esser, compressor and a short room, for each take.

A take is treated whole and alone, so what has a memory here never reaches from one window of the
track into the next. Levels in a chain are told against the voice's own, so an engine that speaks
louder is treated alike.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from meditations.quantities import FRAMES_PER_MS, SAMPLE_RATE_HZ
from meditations.sound.filters import at_rate, band, high_pass, in_blocks, low_shelf, response
from meditations.sound.peaks import by_sample

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLOCK: Final = 16_384
"""At 48 kHz, as all numbers of samples here."""
RINGING: Final = 4_096
"""Samples after which a high-pass at 30 Hz is 100 dB down; those at work here lie higher."""
EARLY: Final = 1_024
"""Samples by which the de-esser's band begins early, 100 dB down beyond."""
ESS_MS: Final = 8
"""The de-esser moves within this: shorter than any s."""
SYLLABLE_MS: Final = 30
"""The compressor hears levels over this: some periods of the voice, less than a syllable."""
SILENT_SHARE: Final = 1e-3
"""What lies 30 dB under the loudest millisecond does not count for the voice's own level."""
SEED: Final = 5
"""Of the room: its reflections are random, and always the same."""
SOFT_END: Final = 0.25
"""The share of the room's length over which it is faded out, beside its own decay."""
ROOM_LOW_HZ: Final = 200.0
"""A small room is left without what lies under this: there it would only boom."""


def _number(default: float, least: float, most: float, *, off: bool = False) -> Any:
    """A number and its range; `off` says that 0 may stand there too, for nothing."""
    return field(default=default, metadata={"least": least, "most": most, "off": off})


@dataclass(frozen=True, slots=True)
class HighPass:
    """Takes off what lies under `cut_hz`, by 12 dB an octave; 0 is off."""

    cut_hz: float = _number(0, 30, 200, off=True)


@dataclass(frozen=True, slots=True)
class LowShelf:
    """Lifts what lies under `corner_hz` by `gain_db`; 0 dB is off."""

    corner_hz: float = _number(250, 100, 500)
    gain_db: float = _number(0, -6, 6)


@dataclass(frozen=True, slots=True)
class DeEss:
    """Lowers a band of frequencies by what it has above `above_db`, by `most_db` at most."""

    from_hz: float = _number(5000, 3000, 8000)
    to_hz: float = _number(9000, 5000, 12000)
    above_db: float = _number(-12, -40, 0)
    most_db: float = _number(0, 0, 12)


@dataclass(frozen=True, slots=True)
class Compress:
    """Of each decibel above `above_db` lets one in `ratio` through; a ratio of 1 is off."""

    above_db: float = _number(-3, -30, 10)
    ratio: float = _number(1, 1, 4)
    knee_db: float = _number(8, 0, 20)
    over_ms: float = _number(80, 20, 500)


@dataclass(frozen=True, slots=True)
class Room:
    """A room around the voice: `amount_percent` of its amplitude, gone after `length_ms`."""

    amount_percent: float = _number(0, 0, 50)
    length_ms: float = _number(200, 50, 600)
    distance_ms: float = _number(6, 0, 40)
    bright_hz: float = _number(5000, 1000, 12000)


@dataclass(frozen=True, slots=True)
class Chain:
    """All numbers of a chain; as they stand here every part of it is off."""

    high_pass: HighPass = HighPass()
    low_shelf: LowShelf = LowShelf()
    de_ess: DeEss = DeEss()
    compress: Compress = Compress()
    room: Room = Room()

    @property
    def tail_frames(self) -> int:
        """How long the room rings on after the last sound; a whole number of milliseconds."""
        return round(self.room.length_ms) * FRAMES_PER_MS if self.room.amount_percent else 0

    @property
    def _filters(self) -> bool:
        return bool(self.high_pass.cut_hz or self.low_shelf.gain_db)


def treat(
    samples: NDArray[np.float32], chain: Chain, rate_hz: int = SAMPLE_RATE_HZ
) -> NDArray[np.float32]:
    """A take through the chain.

    Args:
        samples: Mono, a whole number of milliseconds: shape (n,).
        chain: The numbers.
        rate_hz: 48 kHz, or 24 kHz for what has nothing above 12: the same sound in half the time.

    Returns:
        As long as `samples` and chain.tail_frames (those are at 48 kHz) together; `samples`
        themselves where every part is off. Nothing is delayed.
    """
    samples = _shaped(samples, chain, rate_hz)
    if not chain.tail_frames:
        return samples
    tail = chain.tail_frames * rate_hz // SAMPLE_RATE_HZ
    longer = np.zeros(len(samples) + tail, np.float32)
    longer[: len(samples)] = samples
    return in_blocks(longer, [at_rate(_room_response(chain.room), rate_hz)], tail, 0)[0]


def _shaped(samples: NDArray[np.float32], chain: Chain, rate_hz: int) -> NDArray[np.float32]:
    """All of the chain but its room."""
    ess, dynamic = chain.de_ess.most_db > 0, chain.compress.ratio > 1
    if not (chain._filters or ess or dynamic):
        return samples
    wanted = _responses(chain.high_pass, chain.low_shelf, chain.de_ess)[: 2 if ess else 1]
    ringing, early = (frames * rate_hz // SAMPLE_RATE_HZ for frames in (RINGING, EARLY))
    voice, *bands = in_blocks(samples, [at_rate(r, rate_hz) for r in wanted], ringing, early)
    if not (ess or dynamic):
        return voice
    frames_per_ms = rate_hz // 1000
    energy = _energies(voice, frames_per_ms)
    own = _own_level(energy)
    if ess:
        lowered = _de_essing(_energies(bands[0], frames_per_ms), own, chain.de_ess)
        bands[0] *= by_sample(lowered - 1, frames_per_ms)
        voice += bands[0]
    if dynamic:
        voice *= by_sample(_compressing(energy, own, chain.compress), frames_per_ms)
    return voice


@functools.lru_cache(maxsize=4)
def _responses(
    cut: HighPass, shelf: LowShelf, ess: DeEss
) -> tuple[NDArray[np.complex64], NDArray[np.complex64]]:
    """Those of the filters, and of the filters and the de-esser's band."""
    filters = [high_pass(cut.cut_hz)] if cut.cut_hz else []
    if shelf.gain_db:
        filters.append(low_shelf(shelf.corner_hz, shelf.gain_db))
    voice = response(filters, BLOCK).astype(np.complex64)
    return voice, voice * band(ess.from_hz, ess.to_hz, BLOCK)


def _energies(samples: NDArray[np.float32], frames_per_ms: int) -> NDArray[np.float64]:
    """Mean squares for each millisecond."""
    by_ms = samples.reshape(-1, frames_per_ms)
    return np.asarray(np.einsum("ij,ij->i", by_ms, by_ms), np.float64) / frames_per_ms


def _own_level(energy: NDArray[np.float64]) -> float:
    """The mean square of the voice while it sounds."""
    return max(float(np.mean(energy[energy >= SILENT_SHARE * energy.max()])), 1e-12)


def _levels_db(energy: NDArray[np.float64], own: float, over_ms: int) -> NDArray[np.float64]:
    """Levels against the voice's own at the edges of the milliseconds, shape (n + 1,)."""
    return np.asarray(10 * np.log10(np.maximum(_smooth(energy, over_ms), 1e-9 * own) / own))


def _smooth(values: NDArray[np.float64], over_ms: int) -> NDArray[np.float64]:
    """A mean over `over_ms`, an even number, around each edge between milliseconds: (n + 1,)."""
    shape = np.hanning(over_ms + 2)[1:-1]
    return np.convolve(np.pad(values, over_ms // 2), shape / shape.sum(), "valid")


def _de_essing(energy: NDArray[np.float64], own: float, ess: DeEss) -> NDArray[np.float64]:
    """Factors on the band at the edges of the milliseconds."""
    above = np.clip(_levels_db(energy, own, ESS_MS) - ess.above_db, 0, ess.most_db)
    return np.asarray(10 ** (-_smooth(above, ESS_MS)[:-1] / 20))


def _compressing(energy: NDArray[np.float64], own: float, by: Compress) -> NDArray[np.float64]:
    """Factors on the voice at the edges of the milliseconds.

    The curve with its soft knee is that of D. Giannoulis, M. Massberg and J. D. Reiss, Digital
    Dynamic Range Compressor Design, JAES 60 (6), 2012, equation 4. The gain is a mean over
    `over_ms` around each moment, so it is on its way before a loud word begins.
    """
    above = _levels_db(energy, own, SYLLABLE_MS) - by.above_db
    bent = np.clip(above + by.knee_db / 2, 0, by.knee_db) ** 2 / (2 * max(by.knee_db, 1e-6))
    passed = bent + np.maximum(above - by.knee_db / 2, 0)
    smooth = _smooth(passed * (1 / by.ratio - 1), 2 * round(by.over_ms / 2))
    return np.asarray(10 ** (smooth[:-1] / 20))


@functools.lru_cache(maxsize=4)
def _room_response(room: Room) -> NDArray[np.complex64]:
    """The voice and the room around it, for blocks that are long enough for both."""
    impulse = room_impulse(room)
    size = 1 << (3 * len(impulse)).bit_length()
    return (1 + np.fft.rfft(impulse, size)).astype(np.complex64)


def room_impulse(room: Room) -> NDArray[np.float64]:
    """What the room answers to a click: some early reflections, then a denser and denser tail.

    Falls by 60 dB within `length_ms`. Its energy is that of the click times the square of
    `amount_percent`.

    Returns:
        Shape (n,), at 48 kHz, without the click itself.
    """
    random = np.random.Generator(np.random.PCG64(SEED))
    count = round(room.length_ms) * FRAMES_PER_MS
    time_ms = np.arange(count) / FRAMES_PER_MS
    since = np.maximum(time_ms - room.distance_ms, 0)
    decay = np.where(time_ms >= room.distance_ms, 10 ** (-3 * since / room.length_ms), 0)
    tail = random.standard_normal(count) * decay * np.minimum(since / 30, 1)
    early = np.zeros(count)
    steps = random.uniform(2.0, 7.0, 8)  # milliseconds between the first walls
    places = ((room.distance_ms + np.cumsum(steps) - steps[0]) * FRAMES_PER_MS).astype(int)
    signs = random.choice([-1.0, 1.0], 8)
    for place, sign in zip(places, signs, strict=True):
        if place < count:
            early[place] = sign * decay[place]
    both = early / np.linalg.norm(early) + tail / np.linalg.norm(tail)
    frequency = np.fft.rfftfreq(2 * count, 1 / SAMPLE_RATE_HZ)
    dull = 1 / (1 + (frequency / room.bright_hz) ** 2)
    thin = frequency**2 / (frequency**2 + ROOM_LOW_HZ**2)
    heard = np.fft.irfft(np.fft.rfft(both, 2 * count) * dull * thin)[:count]
    soft = round(SOFT_END * count)
    heard[-soft:] *= np.cos(np.linspace(0, np.pi / 2, soft)) ** 2
    return np.asarray(heard * room.amount_percent / 100 / np.linalg.norm(heard))
