"""The tools of which the beds are made: noise, slow curves, grains and lines, all periodic.

Time runs in a circle of `frames` samples: what reaches over the end goes on at the beginning, so
nothing made here has a seam. Everything random comes from the generator passed in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from meditations.quantities import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

STEP_FRAMES: Final = 1920
"""Slow things have one value for each 40 ms; the length of a bed is a whole number of these."""
STEPS_PER_S: Final = SAMPLE_RATE_HZ / STEP_FRAMES
ROLL_OFF_HZ: Final = 45.0
"""Under this everything falls off: small speakers would only rattle, and peaks would grow."""
TOP_HZ: Final = (13_000.0, 16_000.0)
"""Falls to nothing between these: an MP3 at 128 kbit/s holds nothing above."""
RMS: Final = 0.1
"""How loud a finished bed is, as a root of the mean square; the caller brings it to its level."""
_BLOCK: Final = 64
_CHUNK: Final = 1 << 18


def randoms_of(seed: int, *about: int) -> np.random.Generator:
    """A generator of random numbers for one part of a bed: other parts do not disturb it."""
    return np.random.Generator(np.random.PCG64([seed, *about]))


def limits(hz: NDArray[np.float32]) -> Floats:
    """The gain that every bed's noise has over frequency: nothing under 45 Hz, nothing over 16 kHz.

    Args:
        hz: Frequencies; may hold 0.
    """
    ratio = np.square(np.float32(ROLL_OFF_HZ) / np.maximum(hz, np.float32(1e-3)))
    gain = 1 / (1 + np.square(ratio))
    low, high = TOP_HZ
    turn = np.clip((hz - np.float32(low)) / np.float32(high - low), 0, 1) * np.float32(np.pi)
    gain *= np.float32(0.5) * (1 + np.cos(turn))
    gain[hz < 1.0] = 0.0
    return gain.astype(np.float32, copy=False)


def colour(points: Sequence[tuple[float, float]]) -> Floats:
    """Amplitudes of a noise from points of (Hz, dB), straight lines between them over log Hz.

    Returns:
        One amplitude for each bin of `moving_noise`, (STEP_FRAMES + 1,); the noise it makes has a
        mean square of 1, so colours are mixed by gains alone.
    """
    hz = np.fft.rfftfreq(2 * STEP_FRAMES, 1 / SAMPLE_RATE_HZ).astype(np.float32)
    corners = np.log2([point[0] for point in points])
    level_db = np.interp(np.log2(np.maximum(hz, 1.0)), corners, [point[1] for point in points])
    return unit((10 ** (level_db / 20)).astype(np.float32) * limits(hz))


def unit(amplitudes: Floats) -> Floats:
    """Amplitudes over the bins of `moving_noise`, scaled to a noise with a mean square of 1."""
    # A bin with uniform real and imaginary parts in -1 ... 1 has a mean square of 2/3.
    power = float(np.sum(np.square(amplitudes), dtype=np.float64)) * 2 * (2 / 3)
    return amplitudes * np.float32(2 * STEP_FRAMES / np.sqrt(power))


def moving_noise(
    frames: int, magnitudes: Callable[[slice], Floats], randoms: np.random.Generator
) -> Floats:
    """Noise of one channel whose spectrum moves with time.

    Random spectra for each 40 ms, windowed with half a sine over 80 ms and added, overlapping: the
    squares of the windows add up to one, so a steady spectrum gives a steady noise.

    Args:
        frames: A whole number of steps.
        magnitudes: Gives amplitudes of a span of steps, (steps, STEP_FRAMES + 1) or what spreads
            to it.
        randoms: Where the noise comes from.

    Returns:
        Samples, (frames,).
    """
    steps = frames // STEP_FRAMES
    window = np.sin((np.arange(2 * STEP_FRAMES) + 0.5) * (np.pi / 2 / STEP_FRAMES))
    window = window.astype(np.float32)
    sound = np.empty((steps, STEP_FRAMES), np.float32)
    first = carried = np.zeros(STEP_FRAMES, np.float32)
    for start in range(0, steps, _BLOCK):
        span = slice(start, min(start + _BLOCK, steps))
        count = span.stop - span.start
        parts = randoms.random((count, STEP_FRAMES + 1, 2), np.float32)
        parts *= 2
        parts -= 1
        spectra = parts.view(np.complex64)[..., 0]
        spectra *= magnitudes(span)
        pieces = np.fft.irfft(spectra, axis=1).astype(np.float32, copy=False)
        pieces *= window
        sound[span] = pieces[:, :STEP_FRAMES]
        sound[span.start + 1 : span.stop] += pieces[:-1, STEP_FRAMES:]
        if start == 0:
            first = pieces[0, :STEP_FRAMES]
        else:
            sound[start] += carried
        carried = pieces[-1, STEP_FRAMES:].copy()
    sound[0] = first + carried if steps <= _BLOCK else sound[0] + carried
    return sound.reshape(-1)


def layers(colours: Sequence[Floats], gains: Sequence[Floats]) -> Callable[[slice], Floats]:
    """Amplitudes for `moving_noise`: colours, each with a gain of its own over time (steps,).

    Layers add up by their squares, as sounds do that know nothing of one another.
    """
    powers = [np.square(shape) for shape in colours]

    def magnitudes(span: slice) -> Floats:
        total = np.square(gains[0][span])[:, None] * powers[0]
        for power, gain in zip(powers[1:], gains[1:], strict=True):
            total += np.square(gain[span])[:, None] * power
        amplitudes: Floats = np.sqrt(total, out=total)
        return amplitudes

    return magnitudes


def wander(steps: int, quickest_s: float, randoms: np.random.Generator) -> Floats:
    """A smooth periodic curve that wanders about 0 with a mean square of 1.

    Args:
        steps: How many values, 40 ms apart.
        quickest_s: The period of the quickest movement in it; slower ones are a little stronger.
        randoms: Where it comes from.
    """
    most = max(1, round(steps / STEPS_PER_S / quickest_s))
    spectrum = np.zeros(steps // 2 + 1, np.complex128)
    number = np.arange(1, min(most, len(spectrum) - 1) + 1)
    phase = randoms.random(len(number)) * 2 * np.pi
    spectrum[1 : len(number) + 1] = np.exp(1j * phase) / np.sqrt(1 + 3 * number / most)
    curve = np.fft.irfft(spectrum, steps)
    curve /= np.sqrt(np.mean(np.square(curve))) or 1.0
    return curve.astype(np.float32)


def in_db(level_db: NDArray[np.floating]) -> Floats:
    """Gains of levels in decibels."""
    gains: Floats = np.exp(level_db * (np.log(10) / 20)).astype(np.float32)
    return gains


def stretched(curve: Floats, frames: int) -> Floats:
    """A curve of 40 ms steps at the rate of the samples, straight lines between, around the end."""
    ramp = np.arange(STEP_FRAMES, dtype=np.float32) / np.float32(STEP_FRAMES)
    rise = np.roll(curve, -1) - curve
    full = rise[:, None] * ramp
    full += curve[:, None]
    return full.reshape(-1)[:frames]


def add_around(target: Floats, grain: Floats, place: int) -> None:
    """Adds a grain to `target` in place, around its end as often as the grain is long."""
    place %= len(target)
    while len(grain):
        room = min(len(grain), len(target) - place)
        target[place : place + room] += grain[:room]
        grain, place = grain[room:], 0


def scatter(
    target: Floats,
    shapes: Sequence[Floats],
    places: NDArray[np.int64],
    gains: Floats,
) -> None:
    """Adds grains in place, the shapes taken in turn: one at each place, with its gain."""
    for number, (place, gain) in enumerate(zip(places.tolist(), gains, strict=True)):
        add_around(target, shapes[number % len(shapes)] * gain, place)


def places_by(
    activity: Floats, count: int, frames: int, randoms: np.random.Generator
) -> NDArray[np.int64]:
    """Random places, the denser the higher `activity` is just then (steps,)."""
    whole = np.concatenate([[0.0], np.cumsum(activity, dtype=np.float64)])
    drawn = randoms.random(count) * whole[-1]
    places: NDArray[np.int64] = (
        np.interp(drawn, whole, np.arange(len(whole))) * STEP_FRAMES
    ).astype(np.int64)
    return places % frames


def damped(  # noqa: PLR0913
    hz: float, decay_s: float, attack_s: float, *, rise: float = 0.0, phase: float = 0.0,
    lasts: float = 6.0,
) -> Floats:  # fmt: skip
    """A ringing that swells for `attack_s` and dies away by a factor e each `decay_s`.

    Args:
        hz: Its frequency at the start.
        decay_s: How quickly it dies away.
        attack_s: How long it takes to come; half a cosine.
        rise: By what part of `hz` the frequency has grown each `decay_s`.
        phase: Where its wave begins, in radians.
        lasts: After so many `decay_s` it ends, faded out.
    """
    time_s = np.arange(int((attack_s + lasts * decay_s) * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    turns = hz * time_s * (1 + rise * time_s / decay_s / 2)
    grain = np.sin(2 * np.pi * turns + phase) * np.exp(-time_s / decay_s)
    return soft_ends(grain.astype(np.float32), attack_s, decay_s)


def soft_ends(grain: Floats, attack_s: float, release_s: float) -> Floats:
    """A grain whose beginning and end are faded by half a cosine, in place."""
    for length_s, at_end in ((attack_s, False), (release_s, True)):
        count = min(int(length_s * SAMPLE_RATE_HZ), len(grain))
        fade = (0.5 - 0.5 * np.cos(np.pi * (np.arange(count) + 0.5) / max(count, 1))).astype(
            np.float32
        )
        if at_end:
            grain[len(grain) - count :] *= fade[::-1]
        else:
            grain[:count] *= fade
    return grain


def lines(frames: int, parts: Iterable[tuple[int, complex]]) -> Floats:
    """A sum of sines that fit the period: pairs of (whole cycles in the period, amplitude).

    The amplitude of a sine is the absolute value, its phase the angle. Lines at or above half of
    the period are left out.
    """
    spectrum = np.zeros(frames // 2 + 1, np.complex64)
    for cycles, amplitude in parts:
        if 0 < cycles < frames // 2:
            spectrum[cycles] += amplitude * frames / 2
    return np.fft.irfft(spectrum, frames).astype(np.float32, copy=False)


def finished(sound: Floats, *, share: float = 0.0) -> Floats:
    """The bed as it leaves: no DC, both sides alike in strength, rare peaks rounded; in place.

    Args:
        sound: (frames, 2).
        share: How much of each side goes over to the other; 0.2 makes a noise that lay outside
            the head of somebody with headphones lie around it.
    """
    if share:
        for piece in _chunks(sound):
            left = piece[:, 0].copy()
            piece[:, 0] += np.float32(share) * piece[:, 1]
            piece[:, 1] += np.float32(share) * left
    means = [float(np.mean(sound[:, side], dtype=np.float64)) for side in (0, 1)]
    sound -= np.array(means, np.float32)
    squares = [
        sum(float(np.sum(np.square(piece[:, side]), dtype=np.float64)) for piece in _chunks(sound))
        for side in (0, 1)
    ]
    gains = [RMS / np.sqrt(square / len(sound)) if square else 0.0 for square in squares]
    sound *= np.array(gains, np.float32)
    for piece in _chunks(sound):
        _round_peaks(piece)
    return sound


def _chunks(sound: Floats) -> list[Floats]:
    return [sound[start : start + _CHUNK] for start in range(0, len(sound), _CHUNK)]


def _round_peaks(piece: Floats, knee: float = 5.0 * RMS, top: float = 7.0 * RMS) -> None:
    """Bends what lies above the knee so that it stays under the top."""
    high = np.abs(piece) > knee
    if not high.any():
        return
    peaks = piece[high]
    over = (np.abs(peaks) - knee) / (top - knee)
    piece[high] = np.sign(peaks) * (knee + (top - knee) * np.tanh(over))
