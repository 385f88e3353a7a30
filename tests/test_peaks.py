"""True peaks between samples, and the limiter that holds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import soxr
from hypothesis import given
from hypothesis import strategies as st

from meditations.quantities import FRAMES_PER_MS
from meditations.sound.peaks import (
    REACH_MS,
    by_sample,
    limiting_gain,
    peaks_by_ms,
    true_peak_dbtp,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float64]

RATE = 48_000


def sine(hz: float, ms: int, phase: float = 0.0) -> Samples:
    time = np.arange(ms * FRAMES_PER_MS) / RATE
    return np.asarray(np.sin(2 * np.pi * hz * time + phase))


def signal(kind: str, ms: int, seed: int) -> Samples:
    """A made-up sound of one kind, with peaks around 1."""
    rng = np.random.default_rng(seed)
    count = ms * FRAMES_PER_MS
    match kind:
        case "noise":
            return rng.uniform(-1, 1, count)
        case "clicks":
            clicks = np.zeros(count)
            clicks[rng.integers(0, count, 8)] = rng.uniform(-1, 1, 8)
            return clicks
        case "bursts":
            loud = np.repeat(rng.choice([0.01, 0.1, 1.0], ms), FRAMES_PER_MS)
            return np.asarray(rng.uniform(-1, 1, count) * loud)
        case "tone":
            return sine(rng.uniform(50, 23_000), ms, rng.uniform(0, 6))
        case "square":
            return np.sign(sine(rng.uniform(100, 20_000), ms, rng.uniform(0, 6)))
        case _:
            voice = sum(sine(rng.uniform(80, 250) * n, ms, n * n) / n for n in range(1, 20))
            return np.asarray(voice * np.repeat(rng.uniform(0, 1, ms), FRAMES_PER_MS))


KINDS = ("noise", "clicks", "bursts", "tone", "square", "voice")


def limited(samples: Samples, ceiling_dbtp: float) -> Samples:
    return np.asarray(samples * by_sample(limiting_gain(peaks_by_ms(samples), ceiling_dbtp)))


def test_a_true_peak_lies_between_samples() -> None:
    """A tone at a quarter of the rate, sampled beside its tops, peaks 3 dB above its samples."""
    samples = sine(RATE / 4, 100, np.pi / 4)
    assert np.abs(samples).max() == pytest.approx(np.sqrt(0.5))
    # at the edges, where the tone begins at once, the resampler rings a little
    assert 20 * np.log10(peaks_by_ms(samples)[10:-10].max()) == pytest.approx(0.0, abs=0.05)
    assert true_peak_dbtp(samples) >= -0.05


@pytest.mark.parametrize("ms", [0, 1, 50])
def test_silence_has_no_peak(ms: int) -> None:
    """Silence is minus infinity, and nothing has no peaks."""
    assert true_peak_dbtp(np.zeros(ms * FRAMES_PER_MS)) == float("-inf")
    assert len(peaks_by_ms(np.zeros(ms * FRAMES_PER_MS))) == ms


def test_each_millisecond_has_its_own_peak() -> None:
    """A click is found in its millisecond, and far from it there is nothing."""
    samples = np.zeros(100 * FRAMES_PER_MS)
    samples[40 * FRAMES_PER_MS + 24] = 0.5
    peaks = peaks_by_ms(samples)
    assert int(peaks.argmax()) == 40
    assert peaks[40] == pytest.approx(0.5, rel=0.06)  # the resampler has its own top end
    assert peaks[[20, 30, 50, 60]].max() < 0.005


@given(st.sampled_from(KINDS), st.integers(1, 150), st.integers(0, 10_000), st.floats(0.01, 2))
def test_peaks_that_count_are_all_looked_at(kind: str, ms: int, seed: int, share: float) -> None:
    """Where nothing sounds above 16 kHz, each peak that reaches the least asked for is exact."""
    sound = soxr.resample(signal(kind, ms, seed).astype(np.float32), 3, 2, "VHQ")
    sound = soxr.resample(sound, 2, 3, "VHQ")[: ms * FRAMES_PER_MS]
    exact = peaks_by_ms(sound)
    found = peaks_by_ms(sound, least := share * exact.max())
    loud = exact >= least
    assert found[loud] == pytest.approx(exact[loud], rel=1e-6)
    assert (found <= exact * (1 + 1e-6)).all()


@given(
    st.sampled_from(KINDS), st.integers(1, 150), st.integers(0, 10_000),
    st.floats(-30, 20), st.sampled_from([-1.0, -3.0, -12.0]),
)  # fmt: skip
def test_no_peak_passes_the_ceiling(
    kind: str, ms: int, seed: int, gain_db: float, ceiling_dbtp: float
) -> None:
    """Whatever the sound is and however loud, limited its true peak is under the ceiling."""
    sound = signal(kind, ms, seed) * 10 ** (gain_db / 20)
    assert true_peak_dbtp(limited(sound, ceiling_dbtp)) <= ceiling_dbtp


@given(st.sampled_from(KINDS), st.integers(1, 150), st.integers(0, 10_000))
def test_what_is_quiet_is_untouched(kind: str, ms: int, seed: int) -> None:
    """Where no peak is near the ceiling the gain is exactly one."""
    sound = signal(kind, ms, seed)
    peak = peaks_by_ms(sound).max()
    gain = limiting_gain(peaks_by_ms(0.4 * sound / max(peak, 1e-9)), -3.0)
    assert (gain == 1.0).all()
    assert len(gain) == ms + 1
    assert (by_sample(gain) == 1.0).all()


@given(st.sampled_from(KINDS), st.integers(1, 150), st.integers(0, 10_000))
def test_the_gain_only_goes_down(kind: str, ms: int, seed: int) -> None:
    """A limiter never lifts anything, and never turns it off."""
    gain = limiting_gain(peaks_by_ms(4 * signal(kind, ms, seed)), -3.0)
    assert len(gain) == ms + 1
    assert (gain <= 1.0 + 1e-12).all()
    assert (gain > 0.01).all()


def test_a_steady_tone_is_brought_just_under_the_ceiling() -> None:
    """Limiting takes no more than it must."""
    assert -3.3 <= true_peak_dbtp(limited(2 * sine(997, 300), -3.0)) <= -3.0


def test_the_gain_is_down_around_a_peak_and_nowhere_else() -> None:
    """It begins to go down before a peak, is back after it, and moves smoothly in between."""
    peaks = np.full(200, 0.1)
    peaks[100] = 2.0
    gain = limiting_gain(peaks, -3.0)
    away = REACH_MS + REACH_MS // 2 + 3
    assert gain[: 100 - away].min() == pytest.approx(1.0)
    assert gain[100 + away :].min() == pytest.approx(1.0)
    assert gain[97:105].max() == pytest.approx(gain.min())
    assert np.abs(np.diff(gain)).max() < 0.2


def test_edges_are_joined_by_straight_lines() -> None:
    """Between two milliseconds the gain moves in even steps, from one edge to the next."""
    gain = by_sample(np.array([1.0, 0.5, 0.5]))
    assert len(gain) == 2 * FRAMES_PER_MS
    assert gain[0] == 1.0
    assert gain[FRAMES_PER_MS // 2] == pytest.approx(0.75)
    assert (gain[FRAMES_PER_MS:] == 0.5).all()
