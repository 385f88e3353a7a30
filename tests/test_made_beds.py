"""Beds made here: seamless, calm, balanced, and like what they are called."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

import numpy as np
import pytest
from support.hearing import (
    SHORT_S,
    band,
    bed,
    blocks,
    in_db,
    seam_faults,
    share,
    startling_db,
)

from meditations.errors import MeditationError
from meditations.programs import run_ffmpeg
from meditations.quantities import SAMPLE_RATE_HZ
from meditations.sound.made import KINDS, read_parameters, render
from meditations.sound.made.shaping import STEP_FRAMES, moving_noise, wander

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray


WINDOW_FRAMES: Final = 1_152_000
NAMES: Final = tuple(KINDS)
SINES: Final = ("drone", "bowls", "binaural", "isochronic")
EXTREMES: Final = (
    ("rain", {"density": "10 %"}), ("rain", {"density": "100 %", "surface": "roof"}),
    ("rain", {"density": "30 %", "surface": "water"}), ("ocean", {"waves": "5s"}),
    ("ocean", {"waves": "16s", "nearness": "100 %"}), ("stream", {"flow": "10 %"}),
    ("stream", {"flow": "100 %"}), ("wind", {"gusts": "100 %"}), ("night", {"crickets": "1"}),
    ("night", {"crickets": "8"}), ("fire", {"crackle": "100 %"}), ("fire", {"crackle": "0 %"}),
    ("drone", {"key": "F#", "chord": "ninth"}), ("bowls", {"key": "Bb", "every": "6s"}),
    ("bowls", {"every": "30s"}), ("binaural", {"noise": "0 %", "beat": "12 Hz"}),
    ("isochronic", {"noise": "0 %", "pulse": "2 Hz"}), ("isochronic", {"pulse": "12 Hz"}),
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_shape_and_range(name: str) -> None:
    """A bed has the length asked for, two channels of float32, and finite values under 1."""
    sound = render(name, read_parameters(name, {}), 4 * SAMPLE_RATE_HZ)
    assert sound.shape == (4 * SAMPLE_RATE_HZ, 2)
    assert sound.dtype == np.float32
    assert np.isfinite(sound).all()
    assert 0.05 < np.abs(sound).max() <= 1.0


@pytest.mark.parametrize("name", NAMES)
def test_same_again_and_other_with_another_seed(name: str) -> None:
    """The same seed gives the same samples, another one others; nothing before it matters."""
    values, frames = read_parameters(name, {}), 4 * SAMPLE_RATE_HZ
    once = render(name, values, frames, seed=5)
    render("rain", read_parameters("rain", {}), frames)
    assert np.array_equal(once, render(name, values, frames, seed=5))
    assert not np.array_equal(once, render(name, values, frames, seed=6))


@pytest.mark.parametrize("name", NAMES)
def test_no_seam(name: str) -> None:
    """Where the loop closes, waveform and spectrum change no more than they do elsewhere.

    Once, chance may let two chirps end just there; a seam would be there with every seed.
    """
    assert not (seam_faults(bed(name)) and seam_faults(bed(name, seed=2)))


@pytest.mark.parametrize("name", ["ocean", "bowls"])
def test_no_seam_in_the_whole_period(name: str) -> None:
    """The same at the length that tracks use."""
    frames = KINDS[name].windows * WINDOW_FRAMES
    sound = render(name, read_parameters(name, {}), frames).astype(np.float64)
    assert seam_faults(sound) == []
    assert startling_db(sound) < 12.0


@pytest.mark.parametrize("name", ["brown", "ocean", "binaural"])
def test_a_seam_would_be_found(name: str) -> None:
    """A loop that is only cut off is caught by the same measure."""
    for seed in (1, 2):
        assert seam_faults(bed(name, seed=seed)[: 13 * SAMPLE_RATE_HZ - 100])


@pytest.mark.parametrize("name", ["brown", "night", "isochronic"])
def test_no_click_in_the_mp3(name: str, tmp_path: Path) -> None:
    """Encoded twice in a row and decoded, the joint is as smooth as 99 % of the rest."""
    sound = bed(name).astype("<f4")
    raw, mp3, back = (tmp_path / f"bed{suffix}" for suffix in (".f32", ".mp3", ".back"))
    np.concatenate([sound, sound]).tofile(raw)
    form = ["-f", "f32le", "-ar", str(SAMPLE_RATE_HZ), "-ac", "2"]
    run_ffmpeg(["-v", "error", *form, "-i", str(raw), "-b:a", "128k", str(mp3)], doing="encoding")
    run_ffmpeg(["-v", "error", "-i", str(mp3), *form, str(back)], doing="decoding")
    decoded = np.fromfile(back, "<f4").reshape(-1, 2).astype(np.float64)
    for order in (1, 2, 3):
        steps = np.abs(np.diff(decoded, order, axis=0)).max(axis=1)
        most = steps[: len(steps) // 960 * 960].reshape(-1, 960).max(axis=1)
        joint = steps[len(sound) - 480 : len(sound) + 480].max()
        assert joint <= np.quantile(most, 0.99)


@pytest.mark.parametrize("name", NAMES)
def test_long_enough(name: str) -> None:
    """A period is a minute or more, and no longer than memory allows."""
    assert 60 <= KINDS[name].windows * 24 <= 144


@pytest.mark.parametrize(("name", "written"), [*((name, {}) for name in NAMES), *EXTREMES])
def test_nothing_startles(name: str, written: dict[str, str]) -> None:
    """No rise over 12 dB within 50 ms above what sounds around it; peaks under 18 dB over RMS."""
    sound = bed(name, **written)
    assert startling_db(sound) < 12.0
    assert in_db(np.abs(sound).max() ** 2 / np.mean(sound**2)) < 18.0


def test_a_start_would_be_found() -> None:
    """The measure of what startles finds a clap in a quiet place."""
    sound = bed("pink").copy()
    sound[100_000:101_000] *= 6
    assert startling_db(sound) > 12.0


@pytest.mark.parametrize("name", NAMES)
def test_balance(name: str) -> None:
    """Both sides are as strong in each part of the spectrum that matters; together they stay."""
    sound = bed(name, 48 if name == "bowls" else SHORT_S)
    left, right = np.mean(sound**2, axis=0)
    assert abs(in_db(left) - in_db(right)) < 0.1
    upper = [band(sound[:, side], 300, 12_000) for side in (0, 1)]
    if name != "binaural":
        assert abs(in_db(np.mean(upper[0] ** 2)) - in_db(np.mean(upper[1] ** 2))) < 1.0
    together = np.mean(sound.sum(axis=1) ** 2)
    assert in_db(together / (left + right)) > -0.5


@pytest.mark.parametrize("name", NAMES)
def test_no_rumble_no_dc_nothing_too_high(name: str) -> None:
    """No DC; next to nothing under 30 Hz and above 16 kHz."""
    sound = bed(name)
    assert np.abs(sound.mean(axis=0)).max() < 1e-5
    for side in (0, 1):
        assert in_db(share(sound[:, side], 0, 30)) < -15
        assert in_db(share(sound[:, side], 16_100, 24_001)) < -55


def test_rhythms_carry_warnings() -> None:
    """Whoever uses a tone that beats is told what is not known, and who should ask a doctor."""
    for name in ("binaural", "isochronic"):
        assert "epilepsy" in KINDS[name].warning
        assert "Promise nothing" in KINDS[name].warning
    assert "headphones" in KINDS["binaural"].warning
    assert all(not KINDS[name].warning for name in NAMES if name not in ("binaural", "isochronic"))


def test_parameters_are_read() -> None:
    """Texts become numbers in their unit and words as they are listed; the rest is default."""
    assert read_parameters("brown", {}) == {}
    assert read_parameters("ocean", {"waves": "9s"}) == {"waves": 9.0, "nearness": 50.0}
    assert read_parameters("rain", {"density": "60%"})["density"] == 60.0
    assert read_parameters("binaural", {"beat": "4.5 hz"})["beat"] == 4.5
    assert read_parameters("drone", {"key": "b♭"})["key"] == "Bb"
    assert read_parameters("night", {"crickets": "5"})["crickets"] == 5.0
    assert read_parameters("bowls", {"every": "10 seconds", "key": "b"})["every"] == 10.0


@pytest.mark.parametrize(
    ("name", "written", "what", "mend"),
    [
        ("ocean", {"wave": "9s"}, "no parameter 'wave'", "did you mean 'waves'?\nit has: waves"),
        ("ocean", {"tempo": "9s"}, "has no parameter 'tempo'", "it has: waves, nearness"),
        ("brown", {"density": "9 %"}, "has no parameter", "it has no parameters: leave this out"),
        ("ocean", {"waves": "2s"}, "out of its range", "it goes from 5s to 16s"),
        ("ocean", {"waves": "-9s"}, "out of its range", "it goes from 5s to 16s"),
        ("ocean", {"waves": "9 Hz"}, "no time", "write it as in waves: 9s"),
        ("rain", {"density": "160 %"}, "out of its range", "it goes from 10 % to 100 %"),
        ("rain", {"density": "-22 dB"}, "no share", "write it as in density: 60 %"),
        ("rain", {"surface": "sand"}, "cannot be 'sand'", "it can be: leaves, water, roof"),
        ("night", {"crickets": "2.5"}, "no whole number", "write it as in crickets: 3"),
        ("night", {"crickets": "many"}, "no whole number", "write it as in crickets: 3"),
        ("drone", {"key": "H"}, "cannot be 'H'", "it can be: C, C#, Db"),
        ("binaural", {"beat": "40 Hz"}, "out of its range", "it goes from 2 Hz to 12 Hz"),
        ("isochronic", {"pulse": "nan"}, "no frequency", "write it as in pulse: 6 Hz"),
        ("oceans", {}, "no bed is called 'oceans'", "did you mean 'ocean'?"),
    ],
)  # fmt: skip
def test_bad_parameters(name: str, written: dict[str, str], what: str, mend: str) -> None:
    """Each fault says what is wrong and how to mend it."""
    with pytest.raises(MeditationError) as caught:
        read_parameters(name, written)
    assert what in caught.value.what
    assert caught.value.mend.startswith(mend)


def test_tables_are_sound() -> None:
    """Every default is allowed, every parameter has a meaning, and names are unique."""
    for name, made in KINDS.items():
        assert made.name == name
        names = [parameter.name for parameter in made.parameters]
        assert len(set(names)) == len(names)
        for parameter in made.parameters:
            assert parameter.meaning
            if parameter.choices:
                assert parameter.default in parameter.choices
            else:
                assert parameter.least is not None
                assert parameter.most is not None
                assert isinstance(parameter.default, float)
                assert parameter.least <= parameter.default <= parameter.most
    with pytest.raises(dataclasses.FrozenInstanceError):
        KINDS["rain"].name = "snow"  # type: ignore[misc]


@pytest.mark.parametrize("frames", [0, STEP_FRAMES, 5 * SAMPLE_RATE_HZ + 1])
def test_lengths_that_do_not_fit(frames: int) -> None:
    """A period is a whole number of 40 ms; anything else is a fault of the caller."""
    with pytest.raises(ValueError, match="whole number"):
        render("brown", {}, frames)


def test_moving_noise_is_steady_around_its_end() -> None:
    """Blocks are joined evenly wherever they meet: at the start, at the end, and between."""
    flat: Callable[[slice], NDArray[np.float32]] = lambda span: np.ones(  # noqa: E731
        (span.stop - span.start, STEP_FRAMES + 1), np.float32
    )
    total = np.zeros(130 * 8)
    for seed in range(40):
        sound = moving_noise(130 * STEP_FRAMES, flat, np.random.default_rng(seed))
        total += blocks(sound.astype(np.float64), 5)
    assert np.abs(in_db(total / total.mean())).max() < 1.2


def test_wandering_is_periodic_and_even() -> None:
    """A slow curve closes as smoothly as it runs, with a mean of 0 and a mean square of 1."""
    curve = wander(600, 2.0, np.random.default_rng(3)).astype(np.float64)
    assert curve.mean() == pytest.approx(0, abs=1e-5)
    assert np.mean(curve**2) == pytest.approx(1, abs=1e-4)
    assert abs(curve[0] - curve[-1]) <= np.abs(np.diff(curve)).max() * 1.05
