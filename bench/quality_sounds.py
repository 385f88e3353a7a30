"""Sounds to try an encoder on, 48 kHz stereo: the voice, and tones that forgive nothing."""

from __future__ import annotations

import wave
from typing import TYPE_CHECKING, Final

import numpy as np

from bench.place import TRACK

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.place import Place

    Sound = NDArray[np.float64]

RATE_HZ: Final = 48_000
TONES_S: Final = 48
SPEECH_MS: Final = (240_000, 312_000)
"""From the middle of the track: 72 s of voice and pauses."""
BED_UNDER_DB: Final = 22.0
BED_RMS_DB: Final = -30.0
"""What a track of bed alone is levelled to, about."""


def voice_over_noise(place: Place) -> Sound:
    """Takes of the track where it places them, over brown noise 22 dB below them.

    Made from the kept takes and the record, without the mixer: a build must have been run.
    """
    begin, end = (ms * RATE_HZ // 1000 for ms in SPEECH_MS)
    voice = np.zeros(end - begin)
    for cue in place.record(TRACK)["cues"]:
        start = cue["start_ms"] * RATE_HZ // 1000 - begin
        (file,) = place.cache.rglob(f"{cue['take']}*.wav")
        with wave.open(str(file), "rb") as told:
            take = np.frombuffer(told.readframes(told.getnframes()), "<i4") / 2**31
        if start >= 0 and start + len(take) <= len(voice):
            voice[start : start + len(take)] += take
    speaking = voice[np.abs(voice) > 1e-4]
    bed = np.stack([_brown(len(voice), seed) for seed in (1, 2)], axis=1)
    return voice[:, None] + bed * _rms(speaking) * 10 ** (-BED_UNDER_DB / 20)


def _brown(frames: int, seed: int) -> Sound:
    """Brown noise with an RMS of 1, from 45 Hz up."""
    hz = np.fft.rfftfreq(frames, 1 / RATE_HZ)
    hz[0] = 1.0
    phase = np.random.default_rng(seed).uniform(0.0, 2 * np.pi, len(hz))
    noise = np.fft.irfft(np.exp(1j * phase) / hz / (1 + (45.0 / hz) ** 4), frames)
    return np.asarray(noise / _rms(noise))


def pad() -> Sound:
    """A slow pad: a chord of harmonic tones, each swelling in its own time, wide in stereo."""
    time_s = np.arange(TONES_S * RATE_HZ) / RATE_HZ
    chance = np.random.default_rng(3)
    sound = np.zeros((len(time_s), 2))
    for note_hz in (110.0, 164.81, 220.0, 277.18, 329.63):
        for harmonic in range(1, 25):
            swell = 0.6 + 0.4 * np.sin(
                2 * np.pi * (chance.uniform(0.03, 0.12) * time_s + chance.uniform())
            )
            for channel in (0, 1):
                hz = note_hz * harmonic * 2 ** (chance.normal(0.0, 2.0) / 1200)
                tone = np.sin(2 * np.pi * (hz * time_s + chance.uniform()))
                sound[:, channel] += tone * swell / harmonic**1.4
    return _levelled(sound)


def bowl() -> Sound:
    """A bowl struck every eight seconds: inharmonic partials in beating pairs that die away."""
    every = 8 * RATE_HZ
    chance = np.random.default_rng(5)
    sound = np.zeros((TONES_S * RATE_HZ, 2))
    for start in range(0, len(sound), every):
        # The whole decay: the next stroke falls into it.
        time_s = np.arange(len(sound) - start) / RATE_HZ
        for ratio, level, decay_s in (
            (1.0, 1.0, 7.0), (2.71, 0.6, 4.5), (5.02, 0.4, 2.8), (7.83, 0.25, 1.7),
            (11.1, 0.15, 1.0), (14.9, 0.1, 0.6), (19.2, 0.06, 0.35), (24.1, 0.04, 0.2),
        ):  # fmt: skip
            for beat_hz in (-0.4, 0.45):
                place, phase = chance.uniform(0.3, 0.7), chance.uniform()
                tone = np.sin(2 * np.pi * ((196.0 * ratio + beat_hz) * time_s + phase))
                tone *= level * np.exp(-time_s / decay_s) * (1 - np.exp(-time_s / 0.002))
                sound[start:] += tone[:, None] * [place, 1 - place]
        strike = int(0.02 * RATE_HZ)
        burst = chance.normal(0.0, 0.3, (strike, 2)) * np.exp(-np.arange(strike) / 200)[:, None]
        sound[start : start + strike] += burst
    return _levelled(sound)


def _levelled(sound: Sound) -> Sound:
    return sound * (10 ** (BED_RMS_DB / 20) / _rms(sound))


def _rms(sound: Sound) -> float:
    return float(np.sqrt(np.mean(sound**2)))
