"""Breath tones: as long as the breath, and telling in from out by ear."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meditations.quantities import FRAMES_PER_MS, SAMPLE_RATE_HZ
from meditations.sound.peaks import true_peak_dbtp
from meditations.sound.swells import GLIDE_CENTS, PEAK, PITCH_HZ, RANGE_DB, swell

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Sound = NDArray[np.float32]

BREATHS = [(4000, 2000, 6000), (4000, 0, 6000), (1000, 0, 1000), (20_000, 1000, 20_000)]
ACTIVE = st.integers(500, 20_000)


def levels_db(sound: Sound, ms: int) -> NDArray[np.float64]:
    """The power of both channels in blocks, in dB."""
    whole = len(sound) // (ms * FRAMES_PER_MS) * ms * FRAMES_PER_MS
    power = np.square(sound[:whole], dtype=np.float64).sum(axis=1)
    return np.asarray(10 * np.log10(power.reshape(-1, ms * FRAMES_PER_MS).mean(axis=1) + 1e-20))


def block(sound: Sound, start: int, frames: int) -> tuple[float, float]:
    """The centroid of a block in mono, and the frequency of its strongest partial, in hertz."""
    part = sound[start : start + frames].mean(axis=1, dtype=np.float64) * np.hanning(frames)
    size = 8 * frames
    power = np.abs(np.fft.rfft(part, size)) ** 2
    hz = np.fft.rfftfreq(size, 1 / SAMPLE_RATE_HZ)
    return float((hz * power).sum() / power.sum()), float(hz[power.argmax()])


def steps(sound: Sound, start_ms: int, ms: int) -> list[tuple[float, float, float]]:
    """Level, centroid and pitch in eight parts of a phase."""
    frames = ms * FRAMES_PER_MS // 8
    starts = [start_ms * FRAMES_PER_MS + n * frames for n in range(8)]
    return [
        (float(np.square(sound[at : at + frames]).sum()), *block(sound, at, frames))
        for at in starts
    ]  # fmt: skip


@settings(max_examples=25)
@given(ACTIVE, st.integers(0, 20_000), ACTIVE)
def test_a_swell_is_as_long_as_its_breath(in_ms: int, hold_ms: int, out_ms: int) -> None:
    """Exact to the sample, from silence to silence, peak 0.5, no offset, both sides alike."""
    sound = swell(in_ms, hold_ms, out_ms)
    assert sound.shape == ((in_ms + hold_ms + out_ms) * FRAMES_PER_MS, 2)
    assert sound.dtype == np.float32
    assert np.abs(sound).max() == pytest.approx(PEAK, abs=1e-6)
    assert np.abs(sound[[0, -1]]).max() < 1e-6
    assert np.abs(sound.mean(axis=0, dtype=np.float64)).max() < 1e-4
    power = np.square(sound, dtype=np.float64).sum(axis=0)
    assert abs(10 * np.log10(power[0] / power[1])) < 0.5
    mono = np.square(sound.mean(axis=1, dtype=np.float64)).sum()
    assert 10 * np.log10(2 * mono / power.sum()) > -0.2


@pytest.mark.parametrize("phases", BREATHS)
def test_in_goes_up_and_out_goes_down(phases: tuple[int, int, int]) -> None:
    """Level, brightness and pitch all rise from each eighth of in to the next, and fall in out."""
    in_ms, hold_ms, out_ms = phases
    sound = swell(*phases)
    coming, going = steps(sound, 0, in_ms), steps(sound, in_ms + hold_ms, out_ms)
    for earlier, later in pairwise(coming):
        assert all(now > before for before, now in zip(earlier, later, strict=True))
    for earlier, later in pairwise(going):
        assert all(now < before for before, now in zip(earlier, later, strict=True))


def test_the_turn_is_clear() -> None:
    """From first to last eighth of a breath in: over 8 dB, 200 cents and a third in brightness."""
    sound = swell(4000, 0, 6000)
    for phase in (steps(sound, 0, 4000), steps(sound, 4000, 6000)[::-1]):
        (low, dull, under), (high, bright, over) = phase[1], phase[-1]
        assert 10 * np.log10(high / low) > 8
        assert bright > 1.33 * dull
        assert 1200 * np.log2(over / under) > 200


def test_the_turn_is_heard_at_once() -> None:
    """Half a second after the turn the tone is already lower, duller and softer than before it."""
    sound = swell(4000, 2000, 6000)
    size = 400 * FRAMES_PER_MS
    turn = 6000 * FRAMES_PER_MS
    (before, hz_before), (after, hz_after) = block(sound, turn - size, size), block(
        sound, turn + size // 4, size
    )  # fmt: skip
    assert 1200 * np.log2(hz_before / hz_after) > 10
    assert after < before * 0.98
    level = levels_db(sound, 100)
    assert level[65] < level[59] - 0.8


def test_the_hold_stays() -> None:
    """While the breath is held the tone keeps its pitch, and its level within 1.5 dB."""
    sound = swell(4000, 6000, 4000)
    assert np.ptp(levels_db(sound, 200)[21:49]) < 1.5
    pitches = [block(sound, ms * FRAMES_PER_MS, 48_000)[1] for ms in range(4000, 9001, 1000)]
    assert pitches == pytest.approx([PITCH_HZ] * len(pitches), rel=0.003)


def test_it_starts_a_minor_third_below() -> None:
    """The first half second lies under the pitch by nearly the whole glide."""
    pitch_hz = block(swell(20_000, 0, 20_000, 200.0), 0, 24_000)[1]
    assert 1200 * np.log2(200 / pitch_hz) == pytest.approx(GLIDE_CENTS, abs=15)


def test_it_is_soft_but_there_from_the_start() -> None:
    """One second into a long breath the tone is within 3 dB of where the rise begins."""
    level = levels_db(swell(10_000, 0, 10_000), 100)
    assert level.max() - level[9] == pytest.approx(RANGE_DB, abs=3)


@pytest.mark.parametrize("phases", [breath for breath in BREATHS if breath[0] >= 2000])
def test_nothing_startles(phases: tuple[int, int, int]) -> None:
    """No swell of 2 s and more rises by over 12 dB within 50 ms, from -50 dB up."""
    level = levels_db(swell(*phases), 10)
    level = np.maximum(level, level.max() - 50)
    assert max((level[late:] - level[:-late]).max() for late in range(1, 6)) <= 12


@settings(max_examples=25)
@given(st.sampled_from(BREATHS), st.sampled_from(BREATHS))
def test_breaths_join_without_a_click(
    first: tuple[int, int, int], second: tuple[int, int, int]
) -> None:
    """Back to back, 80 ms around the joint hold no step that is not tiny, and next to no sound."""
    ahead, behind = swell(*first), swell(*second)
    edge = 40 * FRAMES_PER_MS
    joint = np.concatenate((ahead[-edge:], behind[:edge]))
    assert np.abs(joint).max() < 0.01 * PEAK
    steps_there = np.abs(np.diff(joint, axis=0))[edge - 48 : edge + 48]
    assert steps_there.max() < 1e-5


@pytest.mark.parametrize("phases", BREATHS)
def test_nothing_jumps(phases: tuple[int, int, int]) -> None:
    """Nowhere, and not at the turns, does a sample leave the line of those before it."""
    sound = swell(*phases).astype(np.float64)
    bend = np.abs(np.diff(sound, n=3, axis=0)).max(axis=1)
    spans = bend[: len(bend) // 480 * 480].reshape(-1, 480).max(axis=1)
    around = np.maximum(np.roll(spans, 1), np.roll(spans, -1))
    assert (spans[1:-1] < 3 * around[1:-1] + 1e-6).all()


@pytest.mark.parametrize("pitch_hz", [98.0, PITCH_HZ, 220.0, 440.0])
def test_it_is_warm(pitch_hz: float) -> None:
    """There is nothing above 2 kHz, and the true peak is that of the samples."""
    sound = swell(2000, 500, 2000, pitch_hz)
    power = np.abs(np.fft.rfft(sound[:, 0].astype(np.float64))) ** 2
    cut = round(2050 * len(sound) / SAMPLE_RATE_HZ)
    assert power[cut:].sum() < 1e-6 * power.sum()
    assert true_peak_dbtp(sound[:, 0]) < -5.9


def test_the_same_breath_sounds_the_same() -> None:
    """The same bytes, whatever was made in between."""
    first = swell(4000, 1000, 6000).tobytes()
    swell(700, 0, 900)
    assert swell(4000, 1000, 6000).tobytes() == first
