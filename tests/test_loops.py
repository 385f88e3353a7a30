"""Loops: found where a sound goes on as it began, and closed so that nothing shows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from support import signals
from support.signals import RATE_HZ, level_db, read_raw

from meditations.mix.windows import WINDOW_FRAMES
from meditations.sound.ends import LEVEL_FRAMES
from meditations.sound.loops import (
    Loop,
    close_loop,
    crossfade,
    fade_lengths,
    find_loop,
    window_periods,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from support.signals import Sound

SECONDS = 20.0
SWELL_S, BEAT_S = 2.3, 0.71

SOUNDS: dict[str, tuple[Callable[[], Sound], float]] = {
    "white": (lambda: signals.noise(SECONDS), 0.4),
    "pink": (lambda: signals.noise(SECONDS, 3), 0.4),
    "brown": (lambda: signals.noise(SECONDS, 6), 1.0),
    "tone": (lambda: signals.tone(SECONDS), 0.1),
    "low tone": (lambda: signals.tone(SECONDS, 61.3), 0.1),
    "chord": (lambda: signals.chord(SECONDS), 0.4),
    "drone in rain": (lambda: signals.drone_in_rain(SECONDS), 0.4),
    "swelling": (lambda: signals.swelling(SECONDS, SWELL_S), SWELL_S),
    "beating": (lambda: signals.beating(SECONDS, BEAT_S), BEAT_S),
}
"""Sounds, and a time over which the power of each is even."""


def _loop(sound: Sound, folder: Path, window_frames: int = WINDOW_FRAMES) -> tuple[Loop, Sound]:
    """Where a sound loops, and the loop."""
    raw = folder / "sound.f32"
    whole = len(sound) // LEVEL_FRAMES * LEVEL_FRAMES
    sound[:whole].astype("<f4").tofile(raw)
    levels = np.square(sound[:whole]).sum(axis=1).reshape(-1, LEVEL_FRAMES).mean(axis=1)
    loop = find_loop(raw, 0, levels, window_frames)
    close_loop(raw, 0, loop)
    return loop, read_raw(raw)


@pytest.fixture(scope="module")
def loops(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Loop, Sound]]:
    """The loops of all sounds."""
    folder = tmp_path_factory.mktemp("loops")
    return {name: _loop(make(), folder) for name, (make, _) in SOUNDS.items()}


@pytest.mark.parametrize("name", SOUNDS)
def test_power_stays_level_through_the_seam(
    name: str, loops: dict[str, tuple[Loop, Sound]]
) -> None:
    """Over the time in which a sound is even, the seam is within 1 dB of everywhere else."""
    loop, sound = loops[name]
    width = int(SOUNDS[name][1] * RATE_HZ)
    around = np.concatenate((sound, sound, sound))
    begin = len(sound)
    elsewhere = level_db(sound[loop.fade_frames :])
    for start in range(begin - width, begin + loop.fade_frames, width // 4):
        assert level_db(around[start : start + width]) == pytest.approx(elsewhere, abs=1.0)


@pytest.mark.parametrize("name", SOUNDS)
def test_nothing_clicks_at_the_seam(name: str, loops: dict[str, tuple[Loop, Sound]]) -> None:
    """Second differences, where the loop and where the fade ends, are as small as elsewhere."""
    loop, sound = loops[name]
    bends = np.abs(np.diff(np.concatenate((sound, sound[: 2 * RATE_HZ])), 2, axis=0)).max(axis=1)
    elsewhere = bends[loop.fade_frames + 100 : len(sound) - 100].max() * 1.02
    for joint in (len(sound), loop.fade_frames):
        assert bends[joint - 20 : joint + 20].max() <= elsewhere
    assert bends[: loop.fade_frames].max() <= 1.2 * elsewhere


@pytest.mark.parametrize("name", SOUNDS)
def test_the_spectrum_is_the_same_at_the_seam(
    name: str, loops: dict[str, tuple[Loop, Sound]]
) -> None:
    """Each octave that sounds is as strong in the fade as elsewhere."""
    loop, sound = loops[name]
    even = int(SOUNDS[name][1] * RATE_HZ)
    count = max(loop.fade_frames // even, 1) * even
    original = SOUNDS[name][0]()
    edges = np.array([60 * 2**n for n in range(9)]) * count // RATE_HZ

    # What swells is looked at over whole swells; what does not, without leakage.
    window = np.ones(count) if name in ("swelling", "beating") else np.hanning(count)

    def octaves_db(piece: Sound) -> Sound:
        power = np.square(np.abs(np.fft.rfft(piece * window[:, None], axis=0)))
        return 10 * np.log10(np.add.reduceat(power.sum(axis=1), edges)[:-1])

    pieces = range(0, len(original) - count + 1, count)
    elsewhere = np.array([octaves_db(original[at : at + count]) for at in pieces])
    heard = elsewhere.mean(axis=0) > elsewhere.mean(axis=0).max() - 40
    seam = octaves_db(sound[:count])[heard]
    assert (seam >= elsewhere.min(axis=0)[heard] - 1).all()
    assert (seam <= elsewhere.max(axis=0)[heard] + 1).all()


def test_beats_go_on_in_time(loops: dict[str, tuple[Loop, Sound]]) -> None:
    """A loop of beats is a whole number of beats long, to a few milliseconds."""
    beats = loops["beating"][0].period_frames / RATE_HZ / BEAT_S
    assert beats == pytest.approx(round(beats), abs=0.004 / BEAT_S)


def test_tones_meet_in_step(loops: dict[str, tuple[Loop, Sound]]) -> None:
    """A loop of a tone is a whole number of its waves, to an eleventh of one."""
    for name, hz in (("tone", 441.37), ("low tone", 61.3)):
        waves = loops[name][0].period_frames / RATE_HZ * hz
        assert waves == pytest.approx(round(waves), abs=0.09)


@pytest.mark.parametrize("agree", [-0.3, 0.0, 0.5, 0.9, 1.0])
def test_the_fade_keeps_the_power_however_much_two_sounds_agree(agree: float) -> None:
    """Equal in power where they have nothing in common, equal in gain where they are the same."""
    common, one, other = (signals.noise(4.0, seed=seed) for seed in (1, 2, 3))
    own = math.sqrt(1 - abs(agree))
    going = math.sqrt(abs(agree)) * common + own * one
    coming = math.copysign(math.sqrt(abs(agree)), agree) * common + own * other
    faded = crossfade(going.astype(np.float32), coming.astype(np.float32)).astype(np.float64)
    levels = [level_db(piece) for piece in faded.reshape(20, -1, 2)]
    assert levels == pytest.approx([-20.0] * 20, abs=0.5)
    if agree == 1.0:
        assert np.abs(faded - going).max() < 1e-3
    assert np.abs(faded[0] - going[0]).max() < 1e-6


def test_where_a_sound_fades_in_and_out_is_left_out(tmp_path: Path) -> None:
    """A seam is not put where the sound has not come yet, or goes already."""
    sound = signals.noise(40.0, 3)
    time_s = signals.time_s(40.0)
    sound *= np.minimum(1, np.minimum(time_s / 3, (40 - time_s) / 4))[:, None]
    _, looped = _loop(sound, tmp_path)
    levels = [level_db(looped[at : at + RATE_HZ]) for at in range(0, len(looped), RATE_HZ)]
    assert min(levels) > -21.5


@pytest.mark.parametrize("seconds", [0.5, 1.7, 9.3, 25.1, 61.0])
def test_a_loop_of_noise_is_long_and_fits_windows(seconds: float, tmp_path: Path) -> None:
    """At least half of a sound is kept, and a few windows hold a whole number of loops."""
    sound = signals.noise(seconds)
    loop, looped = _loop(sound, tmp_path)
    shortest, longest = fade_lengths(len(sound))
    assert len(looped) == loop.period_frames
    assert shortest - LEVEL_FRAMES <= loop.fade_frames <= longest
    assert len(sound) / 2 <= loop.period_frames <= len(sound) - loop.fade_frames - loop.start_frame
    windows = math.lcm(loop.period_frames, WINDOW_FRAMES) // WINDOW_FRAMES
    assert windows <= 2 * len(sound) / WINDOW_FRAMES + 3


@pytest.mark.parametrize("seconds", [0.5, 9.3, 25.1, 333.3, 3600.0])
def test_lengths_that_fit_windows(seconds: float) -> None:
    """Some length between half and seven eighths always fits, and all that are given do."""
    frames = int(seconds * RATE_HZ)
    periods = window_periods(frames // 2, frames * 7 // 8, WINDOW_FRAMES)
    assert periods == sorted(periods, reverse=True)
    assert periods
    for period in periods:
        assert frames // 2 <= period <= frames * 7 // 8
        windows = math.lcm(period, WINDOW_FRAMES) // WINDOW_FRAMES
        assert windows <= 2 * frames / WINDOW_FRAMES + 3
