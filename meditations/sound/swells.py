"""Breath tones: a soft tone that rises while one breathes in and sinks while one breathes out.

Three things say the same at once, so that nobody needs words or open eyes: the tone gets louder,
brighter and higher on the way in, and on the way out softer, duller and lower. The pitch turns
without a pause between, so the turn is heard at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from meditations.quantities import FRAMES_PER_MS
from meditations.sound.peaks import by_sample

if TYPE_CHECKING:
    from numpy.typing import NDArray

PEAK: Final = 0.5
PITCH_HZ: Final = 146.83
"""D3: low enough to be warm, high enough for a telephone's speaker with what lies above it."""
GLIDE_CENTS: Final = 300.0
"""A minor third up and down: clear over twenty seconds, and no siren over one."""
RANGE_DB: Final = 14.0
"""How much softer it is where a breath begins and ends: still over a quiet background."""
LEAST_EDGE_MS: Final = 80
MOST_EDGE_MS: Final = 650
HIGHEST_HZ: Final = 2_000
SHIMMER_DB: Final = 0.6
SHIMMER_HZ: Final = 0.7
SPAN_MS: Final = 2000


def swell(in_ms: int, hold_ms: int, out_ms: int, pitch_hz: float = PITCH_HZ) -> NDArray[np.float32]:
    """One breath as a tone: from silence up over `in_ms`, there for `hold_ms`, down to silence.

    Args:
        in_ms: How long it rises; 500 and more.
        hold_ms: How long it stays; may be 0.
        out_ms: How long it sinks; 500 and more.
        pitch_hz: Its pitch at the top; it starts and ends a minor third below.

    Returns:
        Shape (n, 2) at 48 kHz, n = (in_ms + hold_ms + out_ms) * 48, the largest magnitude 0.5.
    """
    openness = _openness(in_ms, hold_ms, out_ms)
    level = _level(openness, in_ms, hold_ms, out_ms)
    hz = pitch_hz / 2 * 2 ** (GLIDE_CENTS / 1200 * (openness - 1))
    turns = np.concatenate(([0.0], np.cumsum((hz[:-1] + hz[1:]) / 2000))) % 1.0
    partials = _partials(openness, pitch_hz)
    total_ms = len(openness) - 1
    sound = np.zeros((total_ms * FRAMES_PER_MS, 2), np.float32)
    for start in range(0, total_ms, SPAN_MS):  # a breath of a minute would be 100 MB at once
        edges = slice(start, min(start + SPAN_MS, total_ms) + 1)
        phase = _phase(hz[edges], turns[edges])
        span = sound[start * FRAMES_PER_MS :][: len(phase)]
        for multiple, gain, side in partials:
            wave = np.sin(phase * np.float32(multiple))
            wave *= by_sample(gain[edges])
            lean = by_sample(side[edges])
            span[:, 0] += wave * (1 + lean)
            span[:, 1] += wave * (1 - lean)
        span *= by_sample(level[edges])[:, None]
    sound *= np.float32(PEAK) / max(sound.max(), -sound.min())
    return sound


def _openness(in_ms: int, hold_ms: int, out_ms: int) -> NDArray[np.float64]:
    """0 at the ends, 1 while it stays, straight in between, at the edges of milliseconds."""
    rise, fall = np.arange(in_ms) / in_ms, np.arange(out_ms, -1, -1) / out_ms
    return np.concatenate((rise, np.ones(hold_ms), fall))


def _level(
    openness: NDArray[np.float64], in_ms: int, hold_ms: int, out_ms: int
) -> NDArray[np.float64]:
    """The gain at the edges of milliseconds: even in decibels, from silence and to silence."""
    level_db = RANGE_DB * (openness - 1)
    # A slow shimmer while it stays, that comes and goes with the hold.
    held = np.arange(hold_ms) / 1000
    come = np.sin(np.pi * np.arange(hold_ms) / max(hold_ms, 1)) ** 2
    level_db[in_ms : in_ms + hold_ms] -= SHIMMER_DB * come * np.sin(np.pi * SHIMMER_HZ * held) ** 2
    gain = 10 ** (level_db / 20)
    for part, ms in ((gain, in_ms), (gain[::-1], out_ms)):
        edge = min(MOST_EDGE_MS, max(LEAST_EDGE_MS, ms * 2 // 5))
        part[:edge] *= np.sin(np.pi / 2 * np.arange(edge) / edge) ** 2
    return np.asarray(gain)


def _phase(hz: NDArray[np.float64], turns: NDArray[np.float64]) -> NDArray[np.float32]:
    """The phase of the tone an octave below, in radians, of which all partials are multiples.

    Args:
        hz: Its frequency at the edges of milliseconds; in between it moves straight.
        turns: Its phase there, in turns.
    """
    within = np.arange(FRAMES_PER_MS) / FRAMES_PER_MS
    moved = hz[:-1, None] * within + np.diff(hz)[:, None] * within**2 / 2
    phase = (turns[:-1, None] + moved / 1000).ravel() % 1.0
    return np.asarray(2 * np.pi * phase, np.float32)


def _partials(
    openness: NDArray[np.float64], pitch_hz: float
) -> list[tuple[int, NDArray[np.float64], NDArray[np.float64]]]:
    """Harmonics that open, and a fifth.

    Returns:
        Of each partial the multiple of half the pitch, and at the edges of milliseconds its gain
        and how far it leans to the left.
    """
    made = []
    for harmonic in range(1, 9):
        dulling = (harmonic - 1) * (1.6 - 1.36 * openness)
        made.append((2 * harmonic, harmonic**-0.9 * np.exp(-dulling)))
    # A pure fifth above, which meets the third harmonic without beating.
    made.append((3, 0.18 * openness**2))
    return [
        (multiple, gain, _side(openness, number))
        for number, (multiple, gain) in enumerate(made)
        if multiple / 2 * pitch_hz < HIGHEST_HZ
    ]


def _side(openness: NDArray[np.float64], number: int) -> NDArray[np.float64]:
    """How far a partial leans to the left, -1 to 1: each wanders slowly, the higher the wider."""
    if number == 0:
        return np.zeros_like(openness)
    time_s = np.arange(len(openness)) / 1000
    turns = (0.07 + 0.023 * number) * time_s + 0.618 * number
    return np.asarray(0.22 * openness * np.sin(2 * np.pi * turns))
