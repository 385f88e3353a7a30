"""Beds made here: seamless, calm, balanced, and like what they are called."""

from __future__ import annotations

import dataclasses
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pytest

from meditations.errors import MeditationError
from meditations.programs import run_ffmpeg
from meditations.quantities import SAMPLE_RATE_HZ
from meditations.sound.made import KINDS, read_parameters, render
from meditations.sound.made.bowls import MODES
from meditations.sound.made.drone import CHORDS
from meditations.sound.made.night import PULSES_HZ
from meditations.sound.made.shaping import STEP_FRAMES, moving_noise, wander
from meditations.sound.made.tuning import KEYS, key_hz

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

WINDOW_FRAMES: Final = 1_152_000
SHORT_S: Final = 16
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


@lru_cache(maxsize=20)
def _bed(name: str, seconds: int = SHORT_S, seed: int = 1, **written: str) -> Floats:
    frames = seconds * SAMPLE_RATE_HZ
    return render(name, read_parameters(name, written), frames, seed).astype(np.float64)


def _power(sound: Floats) -> tuple[Floats, Floats]:
    """Frequencies, and the power at each, of one channel taken as periodic."""
    spectrum = np.fft.rfft(sound)
    hz = np.arange(len(spectrum)) * (SAMPLE_RATE_HZ / len(sound))
    power: Floats = np.square(np.abs(spectrum)).astype(np.float64)
    return hz.astype(np.float64), power


def _share(sound: Floats, low_hz: float, high_hz: float) -> float:
    """How much of a channel's power lies between two frequencies."""
    hz, power = _power(sound)
    return float(power[(hz >= low_hz) & (hz < high_hz)].sum() / power.sum())


def _band(sound: Floats, low_hz: float, high_hz: float) -> Floats:
    """What of a channel lies between two frequencies."""
    spectrum = np.fft.rfft(sound)
    hz = np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE_HZ)
    spectrum[(hz < low_hz) | (hz >= high_hz)] = 0
    return np.fft.irfft(spectrum, len(sound))


def _blocks(sound: Floats, block_ms: int) -> Floats:
    """Mean squares of blocks of a channel."""
    size = block_ms * 48
    blocks = np.square(sound[: len(sound) // size * size]).reshape(-1, size)
    return np.asarray(blocks.mean(axis=1), np.float64)


def _smooth(curve: Floats, width: int) -> Floats:
    """A moving mean, around the end."""
    kernel = np.zeros(len(curve))
    kernel[:width] = 1 / width
    return np.roll(np.fft.irfft(np.fft.rfft(curve) * np.fft.rfft(kernel), len(curve)), -width // 2)


def _db(power: Any) -> Any:
    return 10 * np.log10(np.maximum(power, 1e-12))


def _startling_db(sound: Floats) -> float:
    """The worst rise within 50 ms above what sounds around it, on an envelope of 10 ms.

    A moment counts by the smaller of two figures: how far it has risen within 50 ms, and how far
    it stands above the 400 ms before it, or around it where that is softer.
    """
    block = _blocks(sound[:, 0], 5) + _blocks(sound[:, 1], 5)
    envelope = (block + np.roll(block, -1)) / 2
    lately = np.min([np.roll(envelope, back) for back in range(2, 11)], axis=0)
    whole = np.cumsum(np.tile(block, 3))
    here = np.arange(len(block)) + len(block)
    before = (whole[here - 2] - whole[here - 82]) / 80
    around = (whole[here + 41] - whole[here - 41]) / 82
    rise_db = _db(envelope) - _db(lately)
    above_db = _db(envelope) - _db(np.minimum(before, around))
    return float(np.max(np.minimum(rise_db, above_db)))


def _octaves_db(sound: Floats, starts: NDArray[np.int64], length: int) -> Floats:
    """Levels in octave bands of short windowed pieces, (pieces, bands)."""
    window = np.hanning(length)
    hz = np.fft.rfftfreq(length, 1 / SAMPLE_RATE_HZ)
    edges = [60, 125, 250, 500, 1000, 2000, 4000, 8000, 15000]
    pieces = np.stack([sound[start : start + length] for start in starts.tolist()])
    power = np.square(np.abs(np.fft.rfft(pieces * window, axis=1)))
    bands = [power[:, (hz >= low) & (hz < high)].sum(axis=1) for low, high in pairwise(edges)]
    return np.asarray(_db(np.stack(bands, axis=1) + 1e-6 * power.sum(axis=1).mean()))


def _seam_faults(sound: Floats) -> list[str]:
    """What shows at the place where a loop closes and nowhere else."""
    faults = []
    middle = len(sound) // 2
    turned = np.roll(sound, middle, axis=0)
    for order in (1, 2):
        steps = np.abs(np.diff(turned, order, axis=0)).max(axis=1)
        near, usual = steps[middle - 4 : middle + 3].max(), np.quantile(steps, 0.9999)
        if near > 1.5 * usual:
            faults.append(f"difference {order}: {near:.4f} against {usual:.4f}")
    length = 4800
    seam = middle - length
    away = np.linspace(0, seam - length, 500).astype(np.int64)
    starts = np.concatenate([[seam], away, seam + length + away])
    for side in (0, 1):
        jumps = np.abs(
            _octaves_db(turned[:, side], starts, length)
            - _octaves_db(turned[:, side], starts + length, length)
        )
        for what, values in (("spectrum", jumps.mean(axis=1)), ("band", jumps.max(axis=1))):
            most = values[1:].max()
            if values[0] > most:
                faults.append(f"{what}: {values[0]:.1f} dB against {most:.1f}")
    return faults


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
    assert not (_seam_faults(_bed(name)) and _seam_faults(_bed(name, seed=2)))


@pytest.mark.parametrize("name", ["ocean", "bowls"])
def test_no_seam_in_the_whole_period(name: str) -> None:
    """The same at the length that tracks use."""
    frames = KINDS[name].windows * WINDOW_FRAMES
    sound = render(name, read_parameters(name, {}), frames).astype(np.float64)
    assert _seam_faults(sound) == []
    assert _startling_db(sound) < 12.0


@pytest.mark.parametrize("name", ["brown", "ocean", "binaural"])
def test_a_seam_would_be_found(name: str) -> None:
    """A loop that is only cut off is caught by the same measure."""
    for seed in (1, 2):
        assert _seam_faults(_bed(name, seed=seed)[: 13 * SAMPLE_RATE_HZ - 100])


@pytest.mark.parametrize("name", ["brown", "night", "isochronic"])
def test_no_click_in_the_mp3(name: str, tmp_path: Path) -> None:
    """Encoded twice in a row and decoded, the joint is as smooth as 99 % of the rest."""
    sound = _bed(name).astype("<f4")
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
    sound = _bed(name, **written)
    assert _startling_db(sound) < 12.0
    assert _db(np.abs(sound).max() ** 2 / np.mean(sound**2)) < 18.0


def test_a_start_would_be_found() -> None:
    """The measure of what startles finds a clap in a quiet place."""
    sound = _bed("pink").copy()
    sound[100_000:101_000] *= 6
    assert _startling_db(sound) > 12.0


@pytest.mark.parametrize("name", NAMES)
def test_balance(name: str) -> None:
    """Both sides are as strong in each part of the spectrum that matters; together they stay."""
    sound = _bed(name, 48 if name == "bowls" else SHORT_S)
    left, right = np.mean(sound**2, axis=0)
    assert abs(_db(left) - _db(right)) < 0.1
    upper = [_band(sound[:, side], 300, 12_000) for side in (0, 1)]
    if name != "binaural":
        assert abs(_db(np.mean(upper[0] ** 2)) - _db(np.mean(upper[1] ** 2))) < 1.0
    together = np.mean(sound.sum(axis=1) ** 2)
    assert _db(together / (left + right)) > -0.5


@pytest.mark.parametrize("name", NAMES)
def test_no_rumble_no_dc_nothing_too_high(name: str) -> None:
    """No DC; next to nothing under 30 Hz and above 16 kHz."""
    sound = _bed(name)
    assert np.abs(sound.mean(axis=0)).max() < 1e-5
    for side in (0, 1):
        assert _db(_share(sound[:, side], 0, 30)) < -15
        assert _db(_share(sound[:, side], 16_100, 24_001)) < -55


@pytest.mark.parametrize(("name", "slope_db"), [("brown", -6.02), ("pink", -3.01), ("white", 0.0)])
def test_noises_have_their_slope(name: str, slope_db: float) -> None:
    """The density falls by so many decibels an octave, from 125 Hz to 8 kHz."""
    hz, power = _power(_bed(name)[:, 0])
    edges = 125 * 2.0 ** np.arange(7)
    levels = [_db(power[(hz >= low) & (hz < 2 * low)].mean()) for low in edges[:-1]]
    fitted = np.polyfit(np.arange(len(levels)), levels, 1)[0]
    assert fitted == pytest.approx(slope_db, abs=0.3)


def _peaky(sound: Floats, low_hz: float, high_hz: float) -> float:
    """How much single events stand out: the fourth moment of the envelope of 5 ms, over noise's."""
    level = np.sqrt(_blocks(_band(sound, low_hz, high_hz), 5))
    level /= _smooth(level, 100)
    return float(np.mean((level - level.mean()) ** 4) / np.mean((level - level.mean()) ** 2) ** 2)


def _brightness_hz(sound: Floats) -> float:
    hz, power = _power(sound)
    return float(np.exp(np.sum(np.log(hz[1:]) * power[1:]) / power[1:].sum()))


def test_rain_is_drops_over_a_hiss() -> None:
    """Drops stand out of the rush, as they do not in noise; a roof is darker than water."""
    assert _peaky(_bed("rain")[:, 0], 1000, 8000) > 1.5 * _peaky(_bed("pink")[:, 0], 1000, 8000)
    assert _share(_bed("rain")[:, 0], 500, 10_000) > 0.8
    roof, leaves, water = (
        _brightness_hz(_bed("rain", surface=what)[:, 0]) for what in ("roof", "leaves", "water")
    )
    assert roof < leaves < water


@pytest.mark.parametrize("waves_s", [6, 12])
def test_ocean_waves_come_as_often_as_asked(waves_s: int) -> None:
    """So many waves in the period, at irregular distances, brighter where they break."""
    seconds = 96
    wash = _band(_bed("ocean", seconds, waves=f"{waves_s}s").sum(axis=1), 400, 5000)
    envelope = _smooth(_blocks(wash, 40), round(0.3 * waves_s * 25))
    reach = round(0.35 * waves_s * 25)
    around = np.max([np.roll(envelope, shift) for shift in range(-reach, reach + 1)], axis=0)
    crests = np.flatnonzero(envelope == around)
    assert len(crests) == pytest.approx(seconds / waves_s, rel=0.15)
    gaps = np.diff(crests) / 25
    assert 0.08 < gaps.std() / gaps.mean() < 0.5


def test_ocean_opens_as_it_breaks() -> None:
    """The high parts rise more than the low ones, and slowly: no wave comes in under 0.5 s."""
    sound = _bed("ocean", 96)[:, 0]
    low, high = (
        _db(_smooth(_blocks(_band(sound, *edges), 40), 13)) for edges in ((60, 250), (2000, 12_000))
    )
    loud = low + high > np.quantile(low + high, 0.85)
    soft = low + high < np.quantile(low + high, 0.25)
    assert high[loud].mean() - high[soft].mean() > low[loud].mean() - low[soft].mean() + 2
    assert np.max(high[12:] - high[:-12]) < 12


def test_stream_is_bubbles() -> None:
    """Bubbles from 400 to 3,000 Hz stand out; more flow, more rush."""
    trickle, brook = _bed("stream", flow="20 %")[:, 0], _bed("stream", flow="90 %")[:, 0]
    assert _share(brook, 200, 4000) > 0.7
    noise = _peaky(_bed("pink")[:, 0], 400, 3000)
    assert _peaky(trickle, 400, 3000) > 1.5 * noise
    assert _peaky(trickle, 400, 3000) > _peaky(brook, 400, 3000)


def test_wind_rises_and_falls() -> None:
    """Gusts are slow ups and downs, the more the more are asked for; its whistle wanders."""

    def swing_db(gusts: str) -> float:
        levels = _db(_smooth(_blocks(_bed("wind", 72, gusts=gusts)[:, 0], 40), 25))
        return float(levels.std())

    assert swing_db("0 %") < 1.0 < 2.0 < swing_db("100 %")
    sound = _band(_bed("wind", 72)[:, 0], 230, 420)
    whistle = np.abs(np.fft.rfft(sound.reshape(-1, 2 * SAMPLE_RATE_HZ), axis=1)) ** 2
    hz = np.fft.rfftfreq(2 * SAMPLE_RATE_HZ, 1 / SAMPLE_RATE_HZ)
    centres = (whistle * hz).sum(axis=1) / whistle.sum(axis=1)
    assert 8 < centres.std() < 80


def test_crickets_have_carrier_pulses_and_chirps() -> None:
    """Field crickets: 4 to 5.2 kHz, some 27 syllables a second, about two chirps a second."""
    sound = _bed("night", 36, crickets="1").sum(axis=1)
    hz, power = _power(sound)
    high = hz > 2000
    assert 4000 < hz[high][np.argmax(power[high])] < 5200
    song = _blocks(_band(sound, 4100, 4400), 2)
    rate_hz, beats = np.fft.rfftfreq(len(song), 0.002), np.abs(np.fft.rfft(song - song.mean()))
    pulses = (rate_hz > 15) & (rate_hz < 60)
    assert rate_hz[pulses][np.argmax(_smooth(beats, 9)[pulses])] == pytest.approx(PULSES_HZ, abs=2)
    chirps = (rate_hz > 1) & (rate_hz < 8)
    assert 1.6 < rate_hz[chirps][np.argmax(_smooth(beats, 9)[chirps])] < 2.7


def test_fire_rumbles_and_crackles() -> None:
    """Low flames carry it; the more crackle is asked for, the more stands out."""
    quiet, lively = _bed("fire", crackle="0 %")[:, 0], _bed("fire", crackle="100 %")[:, 0]
    assert _share(quiet, 45, 600) > 0.5
    events = []
    for sound in (quiet, lively):
        level = _blocks(_band(sound, 800, 6000), 5)
        events.append(int(np.sum(level > 4 * _smooth(level, 100))))
    assert events[1] > 3 * events[0] > 0


@pytest.mark.parametrize(("key", "chord"), [("D", "fifth"), ("F#", "minor"), ("Bb", "ninth")])
def test_drone_is_in_its_key(key: str, chord: str) -> None:
    """All that is strong is a tone of the chord or a partial of one, within 12 cents."""
    hz, power = _power(_bed("drone", 72, key=key, chord=chord).sum(axis=1))
    strong = hz[power > 1e-3 * power.max()]
    tones = np.array([
        key_hz(key, 98.0) * ratio * partial for ratio, _ in CHORDS[chord] for partial in range(1, 9)
    ])  # fmt: skip
    cents = np.abs(1200 * np.log2(strong[:, None] / tones)).min(axis=1)
    assert cents.max() < 12
    octave = hz[np.argmax(power)] / key_hz(key, 98.0)
    assert np.log2(octave) == pytest.approx(round(np.log2(octave)), abs=0.01)


def test_keys_are_the_tempered_ones() -> None:
    """A is 110 Hz, enharmonic keys are the same, and each lies in the octave asked for."""
    assert key_hz("A", 98.0) == pytest.approx(110.0)
    assert key_hz("C#", 98.0) == pytest.approx(key_hz("Db", 98.0))
    assert key_hz("Eb", 98.0) / key_hz("D", 98.0) == pytest.approx(2 ** (1 / 12))
    assert all(98.0 <= key_hz(key, 98.0) < 196.0 for key in KEYS)


def test_bowls_have_the_partials_of_bowls() -> None:
    """The lowest tone is the key's; those above lie at 1 : 2.71 : 5.12, in pairs that beat."""
    root_hz = key_hz("C", 140.0)
    hz, power = _power(_bed("bowls", 96).sum(axis=1))
    for ratio, _, _ in MODES[:3]:
        near = (hz > 0.97 * root_hz * ratio) & (hz < 1.03 * root_hz * ratio)
        assert hz[near][np.argmax(power[near])] == pytest.approx(root_hz * ratio, rel=0.004)
        assert _db(power[near].max() / np.median(power[near])) > 20


def test_bowls_are_struck_softly_and_as_often_as_asked() -> None:
    """So many strokes, each taking 80 ms and more to come, and ringing on."""
    envelope = _db(_smooth(_blocks(_band(_bed("bowls", 96)[:, 0], 500, 2500), 10), 10))
    rise = envelope - np.roll(envelope, 30)
    strokes = np.flatnonzero((rise > 6) & (np.roll(rise, 1) <= 6))
    assert len(strokes[np.diff(strokes, prepend=-1000) > 200]) == 96 // 12
    assert np.max(envelope - np.roll(envelope, 5)) < 12


@pytest.mark.parametrize(("carrier", "beat"), [("200 Hz", "6 Hz"), ("147.3 Hz", "2.5 Hz")])
def test_binaural_beat_is_exact(carrier: str, beat: str) -> None:
    """One sine an ear, their distance the beat exactly, since both close the loop."""
    sound = _bed("binaural", 72, carrier=carrier, beat=beat, noise="0 %")
    hz, left = _power(sound[:, 0])
    _, right = _power(sound[:, 1])
    peaks = hz[np.argmax(left)], hz[np.argmax(right)]
    assert peaks[1] - peaks[0] == pytest.approx(float(beat.removesuffix(" Hz")), abs=1e-9)
    assert sum(peaks) / 2 == pytest.approx(float(carrier.removesuffix(" Hz")), abs=0.02)
    assert left.max() / left.sum() > 0.999999


def test_isochronic_swells_and_never_stops() -> None:
    """The pulse has its rate, is smooth, and leaves the tone between, about 15 dB softer."""
    sound = _bed("isochronic", 72, pulse="4 Hz", noise="0 %")
    assert np.array_equal(sound[:, 0], sound[:, 1])
    hz, power = _power(sound[:, 0])
    strong = hz[power > 1e-6 * power.max()]
    assert strong.tolist() == pytest.approx([196.0, 200.0, 204.0])
    envelope = np.sqrt(_blocks(sound[:, 0], 5))
    assert -17 < _db((envelope.min() / envelope.max()) ** 2) < -12


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
        total += _blocks(sound.astype(np.float64), 5)
    assert np.abs(_db(total / total.mean())).max() < 1.2


def test_wandering_is_periodic_and_even() -> None:
    """A slow curve closes as smoothly as it runs, with a mean of 0 and a mean square of 1."""
    curve = wander(600, 2.0, np.random.default_rng(3)).astype(np.float64)
    assert curve.mean() == pytest.approx(0, abs=1e-5)
    assert np.mean(curve**2) == pytest.approx(1, abs=1e-4)
    assert abs(curve[0] - curve[-1]) <= np.abs(np.diff(curve)).max() * 1.05
