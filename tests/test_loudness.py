"""Loudness after BS.1770-4, against its own numbers and against the filters applied one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meditations.sound.loudness import (
    STEP_MS,
    energies_by_ms,
    from_lufs,
    gated_lufs,
    integrated_lufs,
    k_weighted,
    mono_lufs,
    step_energies,
    to_lufs,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float64]

RATE = 48_000


def sine(hz: float, seconds: float, dbfs: float = -20.0) -> Samples:
    """A sine whose peak is at `dbfs`."""
    time = np.arange(round(seconds * RATE)) / RATE
    return np.asarray(10 ** (dbfs / 20) * np.sin(2 * np.pi * hz * time))


def noise(seconds: float, seed: int = 1) -> Samples:
    return np.random.default_rng(seed).uniform(-0.3, 0.3, round(seconds * RATE))


def lufs(samples: Samples) -> float:
    """When both speakers play it."""
    return mono_lufs(energies_by_ms(samples))


def steps(*parts: tuple[float, float]) -> NDArray[np.float64]:
    """Energies of a sound that has each loudness for so many seconds."""
    return np.concatenate([np.full(round(s * 10), from_lufs(level)) for level, s in parts])


def filtered(samples: Samples) -> Samples:
    """BS.1770-4's two filters, sample by sample, in direct form I."""
    for b, a in (
        (
            (1.53512485958697, -2.69169618940638, 1.19839281085285),
            (-1.69065929318241, 0.73248077421585),
        ),
        ((1.0, -2.0, 1.0), (-1.99004745483398, 0.99007225036621)),
    ):  # fmt: skip
        out = np.zeros(len(samples))
        x1 = x2 = y1 = y2 = 0.0
        for n, x0 in enumerate(samples.tolist()):
            y0 = b[0] * x0 + b[1] * x1 + b[2] * x2 - a[0] * y1 - a[1] * y2
            x1, x2, y1, y2 = x0, x1, y0, y1
            out[n] = y0
        samples = out
    return samples


# The weighting.


@pytest.mark.parametrize("count", [1, 7, 4_800, 20_011])
def test_the_weighting_is_that_of_the_filters(count: int) -> None:
    """Weighted as a whole, samples come out as from the recursive filters, to the last digits."""
    samples = noise(1)[:count]
    samples[-1] = 0.3  # what comes last must not come round to the beginning
    assert np.allclose(k_weighted(samples), filtered(samples), rtol=0, atol=1e-9)


def test_the_weighting_of_small_floats_is_near() -> None:
    """In 32 bit the weighting stays 32 bit, and 100 dB below the sound exact."""
    samples = noise(0.5)
    found = k_weighted(samples.astype(np.float32))
    assert found.dtype == np.float32
    assert np.allclose(found, k_weighted(samples), rtol=0, atol=3e-6)


def test_the_weighting_takes_an_empty_sound() -> None:
    """Nothing, weighted, is nothing."""
    assert len(k_weighted(np.zeros(0))) == 0


# Loudness.


@pytest.mark.parametrize("dbfs", [-40.0, -20.0, -3.0])
def test_a_tone_has_the_loudness_of_the_standard(dbfs: float) -> None:
    """A sine of 997 Hz in both channels has as many LUFS as its peak has dBFS (BS.1770-4)."""
    assert lufs(sine(997, 3, dbfs)) == pytest.approx(dbfs, abs=0.02)


@pytest.mark.parametrize(("hz", "gain_db"), [(20, -13.3), (100, -1.1), (500, 0.0), (4_000, 4.0)])
def test_other_tones_are_weighted(hz: float, gain_db: float) -> None:
    """Low tones count less, high ones more, as the curve of the K-weighting says."""
    assert lufs(sine(hz, 3)) == pytest.approx(-20 - 0.69 + gain_db, abs=0.15)


@given(st.floats(-30, 0), st.integers(400, 3_000))
def test_gain_is_loudness(gain_db: float, ms: int) -> None:
    """A gain in decibels is the same number of loudness units, at any length from 400 ms on."""
    sound = noise(ms / 1000)
    assert lufs(sound * 10 ** (gain_db / 20)) == pytest.approx(lufs(sound) + gain_db, abs=0.01)


@pytest.mark.parametrize("seconds", [0.0, 0.1, 0.399, 0.4, 5.0])
def test_silence_has_no_loudness(seconds: float) -> None:
    """Silence is minus infinity, however long, without a warning of numpy's."""
    by_ms = np.zeros(round(seconds * 1000))
    assert mono_lufs(by_ms) == float("-inf")
    assert integrated_lufs(step_energies(by_ms)) == float("-inf")
    assert to_lufs(0.0) == float("-inf")


def test_silence_is_measured_as_silence() -> None:
    """Samples of zero have no energy at all."""
    assert not energies_by_ms(np.zeros(4_800)).any()


def test_a_short_sound_has_the_loudness_of_its_mean() -> None:
    """Under 400 ms there is no gating block: the K-weighted mean stands in."""
    assert lufs(sine(997, 0.3)) == pytest.approx(-20.0, abs=0.05)
    assert lufs(sine(997, 0.3)) == pytest.approx(lufs(sine(997, 3)), abs=0.05)


def test_the_rest_of_a_step_does_not_pull_down() -> None:
    """A sound that ends within a step is as loud as one that ends with it."""
    assert lufs(sine(997, 0.95)) == pytest.approx(-20.0, abs=0.02)


@given(st.floats(-60, 0))
def test_energy_and_loudness_are_two_ways_to_say_it(level: float) -> None:
    """From loudness to energy and back is the same loudness."""
    assert to_lufs(from_lufs(level)) == pytest.approx(level, abs=1e-9)


# Adding up.


def test_energies_of_tones_add_up() -> None:
    """Sounds that have nothing to do with one another add their energies."""
    low, high = sine(300, 2), sine(2_000, 2, -26.0)
    together = to_lufs(from_lufs(lufs(low)) + from_lufs(lufs(high)))
    assert lufs(low + high) == pytest.approx(together, abs=0.02)


def test_energies_of_a_sound_are_those_of_its_parts() -> None:
    """What is measured by milliseconds and by steps is the same energy."""
    dull = np.convolve(noise(1.0), np.hanning(17), "same")  # nothing above 12 kHz, as in speech
    by_ms = energies_by_ms(dull)
    assert len(by_ms) == 1_000
    found = step_energies(by_ms)
    assert len(found) == 10
    assert np.allclose(found, by_ms.reshape(10, STEP_MS).mean(axis=1))
    assert np.mean(filtered(dull[:19_200]) ** 2) == pytest.approx(np.mean(by_ms[:400]), rel=0.01)


def test_a_last_step_that_is_short_counts_with_silence_behind_it() -> None:
    """250 ms are three steps, the last of them half empty."""
    assert step_energies(np.ones(250)).tolist() == [1.0, 1.0, 0.5]
    assert step_energies(np.ones(0)).tolist() == []


# The gates, after EBU Tech 3341.


@pytest.mark.parametrize(
    ("parts", "loudness"),
    [
        ([(-23, 20)], -23.0),
        ([(-33, 20)], -33.0),
        ([(-36, 10), (-23, 60), (-36, 10)], -23.0),
        ([(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], -23.0),
        ([(-26, 20), (-20, 20.1), (-26, 20)], -23.0),
        ([(-23, 20), (-69, 60)], -23.0),
        ([(-71, 20)], float("-inf")),
    ],
)
def test_quiet_parts_do_not_count(parts: list[tuple[float, float]], loudness: float) -> None:
    """What is 10 LU below the rest, or below -70 LUFS, does not pull the loudness down."""
    assert integrated_lufs(steps(*parts)) == pytest.approx(loudness, abs=0.1)


def test_blocks_overlap_by_three_quarters() -> None:
    """A step of sound among silence lies in four blocks, each with a quarter of its energy."""
    energies = np.zeros(20)
    energies[10] = from_lufs(-20.0)
    blocks = np.zeros(17)
    blocks[7:11] = from_lufs(-20.0) / 4
    assert integrated_lufs(energies) == pytest.approx(gated_lufs(blocks))
    assert integrated_lufs(energies) == pytest.approx(-26.02, abs=0.01)
