"""Bells made here: what they ring in, how they begin and end, and what is asked of them wrongly."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meditations.errors import MeditationError
from meditations.programs import ffmpeg
from meditations.quantities import FRAMES_PER_MS, SAMPLE_RATE_HZ
from meditations.sound.bells import FADE_MS, KINDS, PEAK, read_pitch, ring, strike_ms
from meditations.sound.modes import BODIES
from meditations.sound.momentary import loudest_lufs
from meditations.sound.peaks import true_peak_dbtp

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Sound = NDArray[np.float32]

ALL = sorted(KINDS)
PITCHES = [
    (kind, hz) for kind in ALL for hz in (KINDS[kind].least_hz, None, KINDS[kind].most_hz)
]  # fmt: skip


def envelope_db(mono: NDArray[np.floating], ms: int = 10) -> NDArray[np.float64]:
    """Mean squares of blocks of so many milliseconds, in dB."""
    size = ms * FRAMES_PER_MS
    whole = len(mono) // size * size
    squares = np.square(mono[:whole], dtype=np.float64).reshape(-1, size)
    return np.asarray(10 * np.log10(squares.mean(axis=1) + 1e-20))


def fastest_rise_db(mono: NDArray[np.floating]) -> float:
    """The most by which 10 ms can be louder than 10 ms at most 50 ms before, from -50 dB up."""
    level = envelope_db(mono)
    level = np.maximum(level, level.max() - 50)
    return float(max((level[late:] - level[:-late]).max() for late in range(1, 6)))


def spectrum(sound: Sound, start_ms: int, ms: int) -> tuple[NDArray[np.float64], float]:
    """Magnitudes of the left channel, and how many hertz lie between two of them."""
    part = sound[start_ms * FRAMES_PER_MS :][: ms * FRAMES_PER_MS, 0].astype(np.float64)
    size = 8 * len(part)
    return np.abs(np.fft.rfft(part * np.hanning(len(part)), size)), SAMPLE_RATE_HZ / size


def band_db(sound: Sound, least_hz: float, most_hz: float) -> NDArray[np.float64]:
    """The envelope of what lies between two frequencies, both channels summed in power."""
    hz = np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE_HZ)
    inside = (hz >= least_hz) & (hz <= most_hz)
    power = np.zeros(len(sound))
    for channel in range(2):
        power += np.fft.irfft(np.fft.rfft(sound[:, channel]) * inside, len(sound)) ** 2
    return envelope_db(np.sqrt(power), 50)


def t60_s(level_db: NDArray[np.float64], step_s: float, down_db: float = 45) -> float:
    """How long 60 dB take, by a straight line through the decay from its peak."""
    peak = int(level_db.argmax())
    below = np.flatnonzero(level_db[peak:] < level_db[peak] - down_db)
    decay = level_db[peak : peak + int(below[0])]
    return float(-60 / np.polyfit(np.arange(len(decay)) * step_s, decay, 1)[0])


@pytest.mark.parametrize(("kind", "pitch_hz"), PITCHES)
def test_a_bell_is_whole(kind: str, pitch_hz: float | None) -> None:
    """Whole milliseconds, from exact silence to exact silence, peak 0.5, no offset, balanced."""
    sound = ring(kind, pitch_hz)
    assert sound.dtype == np.float32
    assert sound.shape == (len(sound), 2)
    assert len(sound) % FRAMES_PER_MS == 0
    assert (sound[[0, -1]] == 0).all()
    assert np.abs(sound).max() == pytest.approx(PEAK, abs=1e-6)
    assert max(true_peak_dbtp(sound[:, channel]) for channel in (0, 1)) < -5.9
    assert np.abs(sound.mean(axis=0, dtype=np.float64)).max() < 1e-4
    power = np.square(sound, dtype=np.float64).sum(axis=0)
    assert abs(10 * np.log10(power[0] / power[1])) < 0.5
    mono = np.square(sound.mean(axis=1, dtype=np.float64)).sum()
    assert 10 * np.log10(2 * mono / power.sum()) > -1.5


@pytest.mark.parametrize(("kind", "pitch_hz"), PITCHES)
def test_nothing_startles(kind: str, pitch_hz: float | None) -> None:
    """At its own onset no bell rises by over 12 dB within 50 ms, on either side or in mono."""
    sound = ring(kind, pitch_hz)
    for heard in (sound[:, 0], sound[:, 1], sound.mean(axis=1)):
        assert fastest_rise_db(heard) <= 12


@pytest.mark.parametrize("kind", ALL)
def test_a_hard_onset_is_found(kind: str) -> None:
    """The measure above sees what it should: at 20 ms a bell rises much faster."""
    assert fastest_rise_db(ring(kind, onset_ms=20)[:, 0]) > 20


@pytest.mark.parametrize(("kind", "pitch_hz"), PITCHES)
def test_it_rings_in_its_modes(kind: str, pitch_hz: float | None) -> None:
    """The three lowest modes are peaks of the spectrum, each in its place to half a percent."""
    sound = ring(kind, pitch_hz)
    magnitudes, step_hz = spectrum(sound, strike_ms(KINDS[kind].onset_ms), 500)
    for mode in BODIES[kind]()[:3]:
        hz = mode.hz * (pitch_hz or KINDS[kind].pitch_hz)
        place = round(hz / step_hz)
        width = round(max(0.03 * hz, 4) / step_hz)
        found = place - width + int(magnitudes[place - width : place + width + 1].argmax())
        assert found * step_hz == pytest.approx(hz, rel=0.005, abs=1.5)


@pytest.mark.parametrize("kind", ALL)
def test_nothing_lies_above_12_khz(kind: str) -> None:
    """At its highest pitch a bell has nothing that a codec would spend bits on for nobody."""
    magnitudes, step_hz = spectrum(ring(kind, KINDS[kind].most_hz), 100, 600)
    assert magnitudes[round(12_000 / step_hz) :].max() < 1e-3 * magnitudes.max()


@pytest.mark.parametrize(
    ("kind", "least_s", "most_s"),
    [("bowl", 10, 25), ("chime", 6, 10), ("gong", 15, 25), ("woodblock", 0.15, 0.4)],
)
def test_it_decays_as_the_real_thing(kind: str, least_s: float, most_s: float) -> None:
    """The whole sound falls by 60 dB in the time its kind is known for."""
    ms = {"woodblock": 20, "chime": 1000}.get(kind, 2000)
    assert least_s <= t60_s(envelope_db(ring(kind)[:, 0], ms), ms / 1000) <= most_s


@pytest.mark.parametrize("kind", ["bowl", "chime"])
def test_higher_modes_decay_faster(kind: str) -> None:
    """Each of the three lowest modes rings shorter than the one below it."""
    sound, pitch_hz = ring(kind), KINDS[kind].pitch_hz
    times = [
        t60_s(band_db(sound, 0.9 * m.hz * pitch_hz, 1.1 * m.hz * pitch_hz), 0.05, 35)
        for m in BODIES[kind]()[:3]
    ]
    assert times == sorted(times, reverse=True)
    assert times[2] < 0.5 * times[0]


def test_a_lower_bell_rings_longer() -> None:
    """A larger bowl has more to give."""
    assert len(ring("bowl", 110)) > 1.3 * len(ring("bowl", 220)) > 1.3**2 * len(ring("bowl", 440))


def test_a_bowl_beats_and_not_at_once_in_both_ears() -> None:
    """Its level swings by over 3 dB about every 2 s, left and right at different times."""
    sound = ring("bowl")
    swings = []
    for channel in (0, 1):
        level = envelope_db(sound[:, channel], 100)[5:120]
        time = np.arange(len(level))
        swings.append(level - np.polyval(np.polyfit(time, level, 1), time))
    assert all(3 < np.ptp(swing) < 12 for swing in swings)
    turns = np.diff(np.sign(swings[0])).astype(bool).sum() / 2 / 11.5
    assert turns == pytest.approx(BODIES["bowl"]()[0].beat_hz, rel=0.25)
    assert np.corrcoef(swings[0], swings[1])[0, 1] < 0.7


def test_a_gong_blooms() -> None:
    """What lies high is louder half a second after the strike than at it; what lies low is not."""
    sound = ring("gong")
    strike = strike_ms(KINDS["gong"].onset_ms) // 50
    high, low = band_db(sound, 600, 3000), band_db(sound, 80, 115)
    assert high[strike + 5 : strike + 15].max() > high[strike - 1] + 3
    assert low[strike + 5 : strike + 15].max() < low[strike - 1] + 1


@pytest.mark.parametrize("kind", ALL)
def test_the_sound_opens_while_it_rises(kind: str) -> None:
    """At the strike there is more above the second mode than while it is still coming up."""
    strike = strike_ms(KINDS[kind].onset_ms)
    half_hz = 1.3 * KINDS[kind].pitch_hz

    def brightness_db(start_ms: int) -> float:
        magnitudes, step_hz = spectrum(ring(kind), start_ms, 60)
        cut = round(half_hz / step_hz)
        high, low = (np.square(part).sum() for part in (magnitudes[cut:], magnitudes[:cut]))
        return float(10 * np.log10(high / low))

    assert brightness_db(strike - 30) > brightness_db(strike - 130)


@pytest.mark.parametrize("kind", ALL)
def test_the_end_fades_from_minus_60_db(kind: str) -> None:
    """When the last 300 ms begin, a bell is about 60 dB under its peak, and it ends at nothing."""
    sound = ring(kind)
    level = envelope_db(np.abs(sound).max(axis=1), 20)
    fade = FADE_MS // 20
    assert -75 < level[-fade - 1] - level.max() < -53
    assert level[-1] < level[-fade - 1] - 20
    assert np.abs(np.diff(sound[-FADE_MS * FRAMES_PER_MS :], axis=0)).max() < 1e-3


@pytest.mark.parametrize("kind", ALL)
def test_the_same_bell_sounds_the_same(kind: str) -> None:
    """Two strikes have the same bytes, whatever was struck between them."""
    first = ring(kind).tobytes()
    ring("gong", 120.0, 300)
    assert ring(kind, KINDS[kind].pitch_hz, KINDS[kind].onset_ms).tobytes() == first


@settings(max_examples=25)
@given(st.sampled_from(ALL), st.floats(0, 1), st.integers(20, 1000) | st.none())
def test_any_pitch_and_onset(kind: str, place: float, onset_ms: int | None) -> None:
    """Over the whole range a bell is whole, at its peak near the strike, and never over 0.5."""
    bell = KINDS[kind]
    pitch_hz = bell.least_hz + place * (bell.most_hz - bell.least_hz)
    sound = ring(kind, pitch_hz, onset_ms)
    onset_ms = onset_ms or bell.onset_ms
    assert len(sound) % FRAMES_PER_MS == 0
    assert np.isfinite(sound).all()
    assert np.abs(sound).max() <= PEAK + 1e-6
    assert (sound[[0, -1]] == 0).all()
    loudest_ms = envelope_db(sound[:, 0], 20).argmax() * 20
    assert loudest_ms - strike_ms(onset_ms) == pytest.approx(400, abs=500)
    if onset_ms >= 150 or onset_ms == bell.onset_ms:
        assert fastest_rise_db(sound[:, 0]) <= 12


@pytest.mark.parametrize(
    ("kind", "written", "hz"),
    [
        ("bowl", "220 Hz", 220.0), ("bowl", "220hz", 220.0), ("bowl", " 174.6 Hz ", 174.6),
        ("bowl", "A3", 220.0), ("bowl", "a3", 220.0), ("bowl", "F3", 174.61),
        ("bowl", "F#3", 185.0), ("bowl", "F♯3", 185.0), ("bowl", "Bb3", 233.08),
        ("bowl", "B♭3", 233.08), ("bowl", "b3", 246.94), ("bowl", "bb3", 233.08),
        ("gong", "C2", 65.41), ("chime", "C6", 1046.5), ("woodblock", "Cb4", 246.94),
    ],
)  # fmt: skip
def test_pitches_are_read_as_people_write_them(kind: str, written: str, hz: float) -> None:
    """Hertz with their unit, or notes with their octave, sharp and flat."""
    assert read_pitch(kind, written) == pytest.approx(hz)


@pytest.mark.parametrize("kind", ALL)
def test_the_range_in_notes_can_be_written(kind: str) -> None:
    """Each end of a range is a note, as the messages name it, and is inside the range."""
    with pytest.raises(MeditationError) as caught:
        read_pitch(kind, "1 Hz")
    for written in re.findall(r"\d+ Hz \(([A-G][b#]?\d)\)", caught.value.mend):
        assert KINDS[kind].least_hz <= read_pitch(kind, written) <= KINDS[kind].most_hz


@pytest.mark.parametrize(
    ("written", "what", "mend"),
    [
        ("high", "'high' is no pitch", "write a pitch as 220 Hz, A3, F#4 or Bb3"),
        ("H3", "'H3' is no pitch", "A3, F#4 or Bb3"),
        ("", "'' is no pitch", "write a pitch"),
        ("220", "'220' is no pitch", "pitches carry their unit: write 220 Hz"),
        ("F#", "'F#' is no pitch", "say which octave, as in F#3"),
        ("-220 Hz", "'-220 Hz' is no pitch", "write a pitch"),
        ("880 Hz", "a bowl at 880 Hz would not", "110 Hz (A2) to 440 Hz (A4)"),
        ("A5", "a bowl at A5 (880 Hz) would not", "its own pitch is 220 Hz (A3)"),
        ("C-1", "a bowl at C-1 (8.18 Hz) would not", "110 Hz (A2)"),
    ],
)
def test_what_is_no_pitch_is_told(written: str, what: str, mend: str) -> None:
    """The message says what is wrong, and how a pitch is written or what the range is."""
    with pytest.raises(MeditationError) as caught:
        read_pitch("bowl", written)
    assert what in caught.value.what
    assert mend in caught.value.mend


def test_an_unknown_bell_names_the_nearest() -> None:
    """Both functions that take a name say which one was meant."""
    with pytest.raises(MeditationError, match="no bell is called 'bowls'") as caught:
        ring("bowls")
    assert "did you mean 'bowl'?" in caught.value.mend
    with pytest.raises(MeditationError) as caught:
        read_pitch("Gong", "100 Hz")
    assert "did you mean 'gong'?" in caught.value.mend


@pytest.mark.parametrize(
    ("pitch_hz", "onset_ms", "mend"),
    [
        (109.9, None, "110 Hz (A2) to 440 Hz (A4)"),
        (441.0, 100, "110 Hz"),
        (float("nan"), None, "110 Hz"),
        (None, 19, "20 ms to 1000 ms; the bowl's own is 120 ms"),
        (None, 1001, "20 ms to 1000 ms"),
    ],
)
def test_figures_outside_their_range(
    pitch_hz: float | None, onset_ms: int | None, mend: str
) -> None:
    """A pitch or an onset outside its range is an error that names the range."""
    with pytest.raises(MeditationError) as caught:
        ring("bowl", pitch_hz, onset_ms)
    assert mend in caught.value.mend


def ffmpegs_loudest(sound: NDArray[np.floating], folder: Path) -> float:
    """The maximum of M as ffmpeg's ebur128 sees it, over starts 20 ms apart on its grid."""
    loudest = []
    for early_ms in range(500, 600, 20):
        pad = np.zeros((early_ms * FRAMES_PER_MS, 2), np.float32)
        after = np.zeros((1000 * FRAMES_PER_MS, 2), np.float32)
        file = folder / "sound.f32"
        np.concatenate((pad, sound.astype(np.float32), after)).tofile(file)
        told = subprocess.run(
            [ffmpeg(), "-v", "info", "-nostats", "-f", "f32le", "-ar", "48000", "-ac", "2", "-i",
             file, "-af", "ebur128=framelog=info", "-f", "null", "-"],
            capture_output=True, text=True, check=True, timeout=60,
        ).stderr  # fmt: skip
        loudest += [float(found) for found in re.findall(r"\bM:\s*(-?[\d.]+)", told)]
    return max(loudest)


@pytest.mark.parametrize("name", ["chime", "woodblock", "noise", "left only"])
def test_momentary_loudness_agrees_with_ffmpeg(name: str, tmp_path: Path) -> None:
    """The loudest 400 ms of a bell and of a short noise are what ffmpeg finds, to 0.2 LU."""
    noise = np.random.default_rng(1).uniform(-0.3, 0.3, (150 * FRAMES_PER_MS + 7, 2))
    noise[:, 1] *= name == "noise"
    sound = ring(name) if name in KINDS else noise.astype(np.float32)
    assert loudest_lufs(sound) == pytest.approx(ffmpegs_loudest(sound, tmp_path), abs=0.2)


def test_a_long_sound_is_weighted_as_one() -> None:
    """A loud moment across a border of spans, after a low tone, counts as it does elsewhere."""
    time = np.arange(25 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    sound = np.repeat(0.01 * np.sin(2 * np.pi * 30 * time)[:, None], 2, axis=1)
    moment = 0.1 * np.sin(2 * np.pi * 997 * time[: 400 * FRAMES_PER_MS])[:, None]
    levels = []
    for start_ms in (3000, 9800, 10_000, 19_999):
        copy = sound.astype(np.float32)
        copy[start_ms * FRAMES_PER_MS :][: len(moment)] += moment.astype(np.float32)
        levels.append(loudest_lufs(copy))
    assert levels == pytest.approx([-20.0] * 4, abs=0.05)


def test_silence_has_no_loudness() -> None:
    """Silence, and nothing at all, are minus infinity."""
    assert loudest_lufs(np.zeros((48_000, 2), np.float32)) == float("-inf")
    assert loudest_lufs(np.zeros((0, 2), np.float32)) == float("-inf")
