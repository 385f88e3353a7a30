"""Bells made here: a bowl, a chime, a gong and a wood block, each a sum of the modes it rings in.

A struck body sounds as the sum of its modes, each a decaying sine (Fletcher and Rossing, The
Physics of Musical Instruments, 1998, chapters 19 to 21). Here every mode is a pair of them: no
bowl or tube is perfectly round, so each of its modes splits into two of almost the same
frequency, and their beat is what makes a bell shimmer. The beat reaches the two ears at different
times. What is not as in nature is the onset: slow enough to startle nobody (rule C23).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

from meditations.errors import MeditationError, nearest
from meditations.quantities import FRAMES_PER_MS, SAMPLE_RATE_HZ
from meditations.sound.modes import BODIES, Mode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

PEAK: Final = 0.5
HIGHEST_HZ: Final = 12_000
"""No mode is higher than this: a codec would only spend bits on it."""
END_DB: Final = -60.0
FADE_MS: Final = 300
"""At END_DB the bell begins to fade, and after this it is silent."""
LEAST_ONSET_MS: Final = 20
MOST_ONSET_MS: Final = 1000

_RISE_DB: Final = 20.0
"""An onset is the time in which the bell rises by this, to its full level."""
_EASE: Final = 0.25
"""The last part of an onset in which the rise slows down; before it, it is even in decibels."""
_HEAD: Final = 2.5
"""Onsets from silence to the full level; the first 0.4 of them are under -50 dB."""
_PHASES: Final = 0.61803398875
"""The golden ratio spreads phases evenly, however many there are."""


@dataclass(frozen=True, slots=True)
class Bell:
    """A kind of bell, and what is sensible for it.

    Attributes:
        name: As the script writes it.
        summary: What it sounds like, for a list.
        pitch_hz: Its pitch where none is asked for.
        least_hz: The lowest pitch at which it still sounds like itself.
        most_hz: The highest.
        onset_ms: How long it takes to rise by 20 dB to its full level.
        every_ms: A sensible distance between two strikes.
    """

    name: str
    summary: str
    pitch_hz: float
    least_hz: float
    most_hz: float
    onset_ms: int
    every_ms: int


KINDS: Final[Mapping[str, Bell]] = MappingProxyType({
    bell.name: bell
    for bell in (
        Bell("bowl", "a singing bowl: warm, long, slowly beating", 220.0, 110.0, 440.0, 120, 8_000),
        Bell("chime", "a hanging tube: clear and light", 587.33, 261.63, 1046.5, 120, 6_000),
        Bell("gong", "a gong: deep, it blooms after the strike", 98.0, 65.41, 164.81, 200, 12_000),
        Bell("woodblock", "a temple block: short and round", 246.94, 130.81, 493.88, 130, 2_000),
    )
})  # fmt: skip


def find_bell(kind: str) -> Bell:
    """The kind of bell of that name.

    Raises:
        MeditationError: If there is none.
    """
    if kind not in KINDS:
        raise MeditationError(f"no bell is called '{kind}'", mend=nearest(kind, KINDS))
    return KINDS[kind]


def strike_ms(onset_ms: int) -> int:
    """How long after its first sample a bell is at its full level: the strike that is heard."""
    return round(_HEAD * onset_ms)


def ring(
    kind: str, pitch_hz: float | None = None, onset_ms: int | None = None
) -> NDArray[np.float32]:
    """One strike of a bell, from silence to silence: the same samples for the same arguments.

    Args:
        kind: A name in `KINDS`.
        pitch_hz: From the kind's `least_hz` to its `most_hz`.
        onset_ms: How long the last 20 dB of its rise take, 20 to 1000. From 150 ms on it never
            rises by over 12 dB within 50 ms.

    Returns:
        Shape (n, 2) at 48 kHz, n a whole number of milliseconds, the largest magnitude 0.5.

    Raises:
        MeditationError: If there is no such bell, or a figure lies outside its range.
    """
    bell = find_bell(kind)
    pitch_hz = bell.pitch_hz if pitch_hz is None else pitch_hz
    onset_ms = bell.onset_ms if onset_ms is None else onset_ms
    _check(bell, pitch_hz, onset_ms)
    modes = [m.at(pitch_hz, bell.pitch_hz) for m in BODIES[kind]()]
    modes = [m for m in modes if m.hz + m.beat_hz < HIGHEST_HZ]
    head = strike_ms(onset_ms) * FRAMES_PER_MS
    tail = _tail_ms(modes) * FRAMES_PER_MS
    sound = np.zeros((2, head + tail), np.float32)
    for number, mode in enumerate(modes):
        _add(sound, mode, number, head, onset_ms)
    _fade_out(sound)
    # A beat that is caught at its loudest by one ear and not by the other: both get the same.
    energy = np.sum(np.square(sound), axis=1, dtype=np.float64)
    sound *= np.sqrt(energy.mean() / energy).astype(np.float32)[:, None]
    sound *= np.float32(PEAK) / np.abs(sound).max()
    return np.ascontiguousarray(sound.T)


def _check(bell: Bell, pitch_hz: float, onset_ms: int) -> None:
    if not bell.least_hz <= pitch_hz <= bell.most_hz:
        raise MeditationError(
            f"a {bell.name} at {pitch_hz:g} Hz would not sound like one", mend=_pitch_range(bell)
        )
    if not LEAST_ONSET_MS <= onset_ms <= MOST_ONSET_MS:
        raise MeditationError(
            f"an onset of {onset_ms} ms is out of range",
            mend=f"choose one from {LEAST_ONSET_MS} ms to {MOST_ONSET_MS} ms; "
            f"the {bell.name}'s own is {bell.onset_ms} ms",
        )


def _tail_ms(modes: list[Mode]) -> int:
    """How long after the strike the bell is silent: END_DB is reached, and FADE_MS are over."""
    time_s = np.arange(0, 60, 0.01)
    power = np.zeros_like(time_s)
    for mode in modes:
        level_db = mode.level_db - 60 * time_s / mode.t60_s
        opened = 1 - mode.held_back * np.exp(-time_s / mode.bloom_s)
        power += np.square(10 ** (level_db / 20) * opened)
    heard = np.flatnonzero(power > power.max() * 10 ** (END_DB / 10))
    return int(heard[-1]) * 10 + FADE_MS


def _add(sound: NDArray[np.float32], mode: Mode, number: int, head: int, onset_ms: int) -> None:
    """Adds one mode, both its sines, to both channels: shape (2, n), the strike at `head`."""
    level = 10 ** (mode.level_db / 20)
    turn = 2 * np.pi * _PHASES * number
    rise = _rise(head, onset_ms, mode.steeper) * (1 - mode.held_back)
    for hz, share, apart in (
        (mode.hz - mode.beat_hz / 2, 1 - mode.second, 0.0),
        (mode.hz + mode.beat_hz / 2, mode.second, mode.apart),
    ):
        if share == 0:
            continue
        omega = 2 * np.pi * hz / SAMPLE_RATE_HZ
        for channel, side in enumerate((-0.5, 0.5)):
            phase = turn + side * apart
            before = omega * np.arange(-head, 0) + phase
            sound[channel, :head] += (level * share * np.cos(before) * rise).astype(np.float32)
            after = sound[channel, head:]
            decay = np.log(1000) / mode.t60_s / SAMPLE_RATE_HZ
            _add_decaying(after, level * share * np.exp(1j * phase), 1j * omega - decay)
            if mode.held_back:
                faster = decay + 1 / mode.bloom_s / SAMPLE_RATE_HZ
                start = -mode.held_back * level * share * np.exp(1j * phase)
                _add_decaying(after, start, 1j * omega - faster)


def _rise(head: int, onset_ms: int, steeper: float) -> NDArray[np.float64]:
    """The gain of the `head` samples before the strike.

    Even in decibels, as nothing else rises so far without ever rising fast; then it eases into
    the strike. `steeper` is more than 1 for high modes, so the sound opens as it rises, as it
    does under a harder stroke.
    """
    left = np.arange(head, 0, -1) / (onset_ms * FRAMES_PER_MS)
    slope = _RISE_DB / (1 - _EASE / 2)
    fall_db = np.where(left < _EASE, left**2 / (2 * _EASE), left - _EASE / 2) * slope
    start = np.minimum((left[0] - left) / 0.4, 1.0)
    return np.asarray(10 ** (-fall_db * steeper / 20) * np.sin(np.pi / 2 * start) ** 2)


_BLOCK: Final = 1024


def _add_decaying(sound: NDArray[np.float32], start: complex, step: complex) -> None:
    """Adds the real part of `start * exp(step * n)` to `sound`, until it is 100 dB down.

    A geometric row is the product of a row of its blocks and one block, which takes a tenth of
    the time of a sine for every sample.
    """
    until = int(min(len(sound), np.log(1e5) / -step.real + 1))
    blocks = -(-until // _BLOCK)
    rows = start * np.exp(step * _BLOCK * np.arange(blocks))
    within = np.exp(step * np.arange(_BLOCK))
    made = np.multiply.outer(rows.real.astype(np.float32), within.real.astype(np.float32))
    made -= np.multiply.outer(rows.imag.astype(np.float32), within.imag.astype(np.float32))
    sound[:until] += made.ravel()[:until]


def _fade_out(sound: NDArray[np.float32]) -> None:
    count = FADE_MS * FRAMES_PER_MS
    turn = np.linspace(0, np.pi / 2, count)
    sound[:, -count:] *= np.square(np.cos(turn)).astype(np.float32)
    sound[:, -1] = 0


_NOTE = re.compile(r"([A-Ga-g])([#♯b♭]?)(-?\d)")
_HERTZ = re.compile(r"(\d+(?:\.\d+)?)\s*(?:hz|hertz)", re.IGNORECASE)
_SEMITONES: Final = {"C": -9, "D": -7, "E": -5, "F": -4, "G": -2, "A": 0, "B": 2}
_SHIFTS: Final = {"": 0, "#": 1, "♯": 1, "b": -1, "♭": -1}
_HOW_PITCHES: Final = "write a pitch as 220 Hz, A3, F#4 or Bb3"


def read_pitch(kind: str, written: str) -> float:
    """The pitch in hertz, from `220 Hz`, `A3`, `F#4` or `Bb3`; A4 is 440 Hz.

    Raises:
        MeditationError: If there is no such bell, if it is no pitch, or not one for that bell.
    """
    bell = find_bell(kind)
    text = str(written).strip()
    hz = _pitch_hz(text)
    if hz is None:
        mend = f"{_HOW_PITCHES}; {_pitch_range(bell)}"
        if re.fullmatch(r"\d+(\.\d+)?", text):
            mend = f"pitches carry their unit: write {text} Hz"
        elif re.fullmatch(r"[A-Ga-g][#♯b♭]?", text):
            mend = f"say which octave, as in {text[0].upper()}{text[1:]}3; {_pitch_range(bell)}"
        raise MeditationError(f"'{text[:40]}' is no pitch", mend=mend)
    if not bell.least_hz <= hz <= bell.most_hz:
        told = text if hz and _HERTZ.fullmatch(text) else f"{text} ({hz:.4g} Hz)"
        raise MeditationError(
            f"a {bell.name} at {told} would not sound like one", mend=_pitch_range(bell)
        )
    return hz


def _pitch_hz(text: str) -> float | None:
    if match := _HERTZ.fullmatch(text):
        return float(match[1])
    if match := _NOTE.fullmatch(text):
        semitones = _SEMITONES[match[1].upper()] + _SHIFTS[match[2]] + 12 * (int(match[3]) - 4)
        return round(440.0 * 2 ** (semitones / 12), 2)
    return None


def _pitch_range(bell: Bell) -> str:
    return (
        f"a {bell.name} can have {_told(bell.least_hz)} to {_told(bell.most_hz)}; "
        f"its own pitch is {_told(bell.pitch_hz)}"
    )


def _told(hz: float) -> str:
    """A pitch with its unit and the note it lies on: `220 Hz (A3)`."""
    number = round(69 + 12 * np.log2(hz / 440))
    name = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")[number % 12]
    return f"{hz:.0f} Hz ({name}{number // 12 - 1})"
