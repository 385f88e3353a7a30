"""Beds made here have the spectra, rates and envelopes of what they are called after."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from support.hearing import band, bed, blocks, in_db, share, smooth, spectrum_of

from meditations.quantities import SAMPLE_RATE_HZ
from meditations.sound.made.bowls import MODES
from meditations.sound.made.drone import CHORDS
from meditations.sound.made.night import PULSES_HZ
from meditations.sound.made.tuning import KEYS, key_hz

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@pytest.mark.parametrize(("name", "slope_db"), [("brown", -6.02), ("pink", -3.01), ("white", 0.0)])
def test_noises_have_their_slope(name: str, slope_db: float) -> None:
    """The density falls by so many decibels an octave, from 125 Hz to 8 kHz."""
    hz, power = spectrum_of(bed(name)[:, 0])
    edges = 125 * 2.0 ** np.arange(7)
    levels = [in_db(power[(hz >= low) & (hz < 2 * low)].mean()) for low in edges[:-1]]
    fitted = np.polyfit(np.arange(len(levels)), levels, 1)[0]
    assert fitted == pytest.approx(slope_db, abs=0.3)


def _peaky(sound: Floats, low_hz: float, high_hz: float) -> float:
    """How much single events stand out: the fourth moment of the envelope of 5 ms, over noise's."""
    level = np.sqrt(blocks(band(sound, low_hz, high_hz), 5))
    level /= smooth(level, 100)
    return float(np.mean((level - level.mean()) ** 4) / np.mean((level - level.mean()) ** 2) ** 2)


def _brightness_hz(sound: Floats) -> float:
    hz, power = spectrum_of(sound)
    return float(np.exp(np.sum(np.log(hz[1:]) * power[1:]) / power[1:].sum()))


def test_rain_is_drops_over_a_hiss() -> None:
    """Drops stand out of the rush, as they do not in noise; a roof is darker than water."""
    assert _peaky(bed("rain")[:, 0], 1000, 8000) > 1.5 * _peaky(bed("pink")[:, 0], 1000, 8000)
    assert share(bed("rain")[:, 0], 500, 10_000) > 0.8
    roof, leaves, water = (
        _brightness_hz(bed("rain", surface=what)[:, 0]) for what in ("roof", "leaves", "water")
    )
    assert roof < leaves < water


@pytest.mark.parametrize("waves_s", [6, 12])
def test_ocean_waves_come_as_often_as_asked(waves_s: int) -> None:
    """So many waves in the period, at irregular distances, brighter where they break."""
    seconds = 96
    wash = band(bed("ocean", seconds, waves=f"{waves_s}s").sum(axis=1), 400, 5000)
    envelope = smooth(blocks(wash, 40), round(0.3 * waves_s * 25))
    reach = round(0.35 * waves_s * 25)
    around = np.max([np.roll(envelope, shift) for shift in range(-reach, reach + 1)], axis=0)
    crests = np.flatnonzero(envelope == around)
    assert len(crests) == pytest.approx(seconds / waves_s, rel=0.15)
    gaps = np.diff(crests) / 25
    assert 0.08 < gaps.std() / gaps.mean() < 0.5


def test_ocean_opens_as_it_breaks() -> None:
    """The high parts rise more than the low ones, and slowly: no wave comes in under 0.5 s."""
    sound = bed("ocean", 96)[:, 0]
    low, high = (
        in_db(smooth(blocks(band(sound, *edges), 40), 13)) for edges in ((60, 250), (2000, 12_000))
    )
    loud = low + high > np.quantile(low + high, 0.85)
    soft = low + high < np.quantile(low + high, 0.25)
    assert high[loud].mean() - high[soft].mean() > low[loud].mean() - low[soft].mean() + 2
    assert np.max(high[12:] - high[:-12]) < 12


def test_stream_is_bubbles() -> None:
    """Bubbles from 400 to 3,000 Hz stand out; more flow, more rush."""
    trickle, brook = bed("stream", flow="20 %")[:, 0], bed("stream", flow="90 %")[:, 0]
    assert share(brook, 200, 4000) > 0.7
    noise = _peaky(bed("pink")[:, 0], 400, 3000)
    assert _peaky(trickle, 400, 3000) > 1.5 * noise
    assert _peaky(trickle, 400, 3000) > _peaky(brook, 400, 3000)


def test_wind_rises_and_falls() -> None:
    """Gusts are slow ups and downs, the more the more are asked for; its whistle wanders."""

    def swing_db(gusts: str) -> float:
        levels = in_db(smooth(blocks(bed("wind", 72, gusts=gusts)[:, 0], 40), 25))
        return float(levels.std())

    assert swing_db("0 %") < 1.0 < 2.0 < swing_db("100 %")
    sound = band(bed("wind", 72)[:, 0], 230, 420)
    whistle = np.abs(np.fft.rfft(sound.reshape(-1, 2 * SAMPLE_RATE_HZ), axis=1)) ** 2
    hz = np.fft.rfftfreq(2 * SAMPLE_RATE_HZ, 1 / SAMPLE_RATE_HZ)
    centres = (whistle * hz).sum(axis=1) / whistle.sum(axis=1)
    assert 8 < centres.std() < 80


def test_crickets_have_carrier_pulses_and_chirps() -> None:
    """Field crickets: 4 to 5.2 kHz, some 27 syllables a second, about two chirps a second."""
    sound = bed("night", 36, crickets="1").sum(axis=1)
    hz, power = spectrum_of(sound)
    high = hz > 2000
    assert 4000 < hz[high][np.argmax(power[high])] < 5200
    song = blocks(band(sound, 4100, 4400), 2)
    rate_hz, beats = np.fft.rfftfreq(len(song), 0.002), np.abs(np.fft.rfft(song - song.mean()))
    pulses = (rate_hz > 15) & (rate_hz < 60)
    assert rate_hz[pulses][np.argmax(smooth(beats, 9)[pulses])] == pytest.approx(PULSES_HZ, abs=2)
    chirps = (rate_hz > 1) & (rate_hz < 8)
    assert 1.6 < rate_hz[chirps][np.argmax(smooth(beats, 9)[chirps])] < 2.7


def test_fire_rumbles_and_crackles() -> None:
    """Low flames carry it; the more crackle is asked for, the more stands out."""
    quiet, lively = bed("fire", crackle="0 %")[:, 0], bed("fire", crackle="100 %")[:, 0]
    assert share(quiet, 45, 600) > 0.5
    events = []
    for sound in (quiet, lively):
        level = blocks(band(sound, 800, 6000), 5)
        events.append(int(np.sum(level > 4 * smooth(level, 100))))
    assert events[1] > 3 * events[0] > 0


@pytest.mark.parametrize(("key", "chord"), [("D", "fifth"), ("F#", "minor"), ("Bb", "ninth")])
def test_drone_is_in_its_key(key: str, chord: str) -> None:
    """All that is strong is a tone of the chord or a partial of one, within 12 cents."""
    hz, power = spectrum_of(bed("drone", 72, key=key, chord=chord).sum(axis=1))
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
    hz, power = spectrum_of(bed("bowls", 96).sum(axis=1))
    for ratio, _, _ in MODES[:3]:
        near = (hz > 0.97 * root_hz * ratio) & (hz < 1.03 * root_hz * ratio)
        assert hz[near][np.argmax(power[near])] == pytest.approx(root_hz * ratio, rel=0.004)
        assert in_db(power[near].max() / np.median(power[near])) > 20


def test_bowls_are_struck_softly_and_as_often_as_asked() -> None:
    """So many strokes, each taking 80 ms and more to come, and ringing on."""
    envelope = in_db(smooth(blocks(band(bed("bowls", 96)[:, 0], 500, 2500), 10), 10))
    rise = envelope - np.roll(envelope, 30)
    strokes = np.flatnonzero((rise > 6) & (np.roll(rise, 1) <= 6))
    assert len(strokes[np.diff(strokes, prepend=-1000) > 200]) == 96 // 12
    assert np.max(envelope - np.roll(envelope, 5)) < 12


@pytest.mark.parametrize(("carrier", "beat"), [("200 Hz", "6 Hz"), ("147.3 Hz", "2.5 Hz")])
def test_binaural_beat_is_exact(carrier: str, beat: str) -> None:
    """One sine an ear, their distance the beat exactly, since both close the loop."""
    sound = bed("binaural", 72, carrier=carrier, beat=beat, noise="0 %")
    hz, left = spectrum_of(sound[:, 0])
    _, right = spectrum_of(sound[:, 1])
    peaks = hz[np.argmax(left)], hz[np.argmax(right)]
    assert peaks[1] - peaks[0] == pytest.approx(float(beat.removesuffix(" Hz")), abs=1e-9)
    assert sum(peaks) / 2 == pytest.approx(float(carrier.removesuffix(" Hz")), abs=0.02)
    assert left.max() / left.sum() > 0.999999


def test_isochronic_swells_and_never_stops() -> None:
    """The pulse has its rate, is smooth, and leaves the tone between, about 15 dB softer."""
    sound = bed("isochronic", 72, pulse="4 Hz", noise="0 %")
    assert np.array_equal(sound[:, 0], sound[:, 1])
    hz, power = spectrum_of(sound[:, 0])
    strong = hz[power > 1e-6 * power.max()]
    assert strong.tolist() == pytest.approx([196.0, 200.0, 204.0])
    envelope = np.sqrt(blocks(sound[:, 0], 5))
    assert -17 < in_db((envelope.min() / envelope.max()) ** 2) < -12
