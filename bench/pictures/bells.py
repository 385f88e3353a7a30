"""Draws `docs/bells.png`: each bell and one breath tone, as a spectrogram and as an envelope.

Run from the root of a checkout, with matplotlib installed: `python -m bench.pictures.bells`.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from meditations.quantities import FRAMES_PER_MS, SAMPLE_RATE_HZ
from meditations.sound.bells import KINDS, ring, strike_ms
from meditations.sound.swells import swell

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Sound = NDArray[np.float32]

PICTURE: Final = Path(__file__).parents[2] / "docs" / "bells.png"
BREATH_MS: Final = (4000, 2000, 6000)
FLOOR_DB: Final = -80.0
TRANSFORM_MS: Final = {"woodblock": 60}
HIGHEST_HZ: Final = {"swell": 2000, "woodblock": 2000, "gong": 4000, "bowl": 4000}
LEFT, RIGHT, QUIET = "#1f5f8b", "#d98032", "#8a8a8a"


def spectrogram(sound: Sound, transform_ms: int) -> NDArray[np.float64]:
    """Power of both channels in dB under the loudest: shape (frequencies, times), 240 times."""
    size = transform_ms * FRAMES_PER_MS
    padded = np.pad(sound.astype(np.float64), ((size // 2, size), (0, 0)))
    starts = np.linspace(0, len(sound), 240).astype(int)
    shape = np.hanning(size)[:, None]
    columns = [
        np.square(np.abs(np.fft.rfft(padded[at : at + size] * shape, 2 * size, axis=0))).sum(axis=1)
        for at in starts
    ]
    power = np.array(columns).T
    return np.asarray(10 * np.log10(power / power.max() + 10 ** (FLOOR_DB / 10)))


def envelope(channel: Sound, ms: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Times in seconds, and levels in dB of full scale."""
    size = ms * FRAMES_PER_MS
    squares = np.square(channel[: len(channel) // size * size], dtype=np.float64)
    power = squares.reshape(-1, size).mean(axis=1)
    return (np.arange(len(power)) + 0.5) * ms / 1000, 10 * np.log10(power + 1e-12)


def draw(column: Any, name: str, title: str, sound: Sound, marks_ms: list[int]) -> None:
    """One sound: its spectrogram, its envelope, and the beginning of that."""
    seconds = len(sound) / SAMPLE_RATE_HZ
    made = spectrogram(sound, TRANSFORM_MS.get(name, 160))
    top_hz = HIGHEST_HZ.get(name, 8000)
    shown = made[: round(top_hz / (SAMPLE_RATE_HZ / 2) * (len(made) - 1))]
    above, middle, below = column
    above.imshow(shown, origin="lower", aspect="auto", cmap="magma", vmin=FLOOR_DB, vmax=0,
                 extent=(0, seconds, 0, top_hz / 1000))  # fmt: skip
    above.set_title(title, fontsize=12)
    start_s = 1.0 if name != "swell" else seconds
    for axis, until_s, ms in ((middle, seconds, 30), (below, start_s, 10)):
        for channel, colour in ((0, LEFT), (1, RIGHT)):
            time, level = envelope(sound[:, channel], 30 if name == "swell" else ms)
            axis.plot(time, level, color=colour, lw=1.2)
        for mark in marks_ms:
            axis.axvline(mark / 1000, color=QUIET, lw=0.8, ls=":")
        axis.set_xlim(0, until_s)
        axis.set_ylim(-80, 0)
        axis.grid(alpha=0.25)
    if name == "swell":
        below.clear()
        draw_cues(below, sound, marks_ms)
    below.set_xlabel("seconds")


def draw_cues(axis: Any, sound: Sound, marks_ms: list[int]) -> None:
    """What tells in from out: where the middle of the spectrum lies, and the pitch."""
    size = 400 * FRAMES_PER_MS
    starts = np.arange(0, len(sound) - size, size // 4)
    middles, pitches = [], []
    for at in starts:
        part = sound[at : at + size].mean(axis=1, dtype=np.float64) * np.hanning(size)
        power = np.square(np.abs(np.fft.rfft(part, 8 * size)))
        hz = np.fft.rfftfreq(8 * size, 1 / SAMPLE_RATE_HZ)
        middles.append((hz * power).sum() / power.sum())
        pitches.append(hz[power.argmax()])
    time = (starts + size / 2) / SAMPLE_RATE_HZ
    axis.plot(time, middles, color="#7a3b8f", lw=1.6, label="brightness")
    axis.plot(time, pitches, color="#3b7a4b", lw=1.6, label="pitch")
    for mark in marks_ms:
        axis.axvline(mark / 1000, color=QUIET, lw=0.8, ls=":")
    axis.set_xlim(0, len(sound) / SAMPLE_RATE_HZ)
    axis.set_ylabel("hertz")
    axis.grid(alpha=0.25)
    axis.legend(loc="upper right", fontsize=8, frameon=False)


def main() -> None:
    """Draws the picture."""
    # By name: no part of the project asks for matplotlib, nor is it there for the type checker.
    import_module("matplotlib").use("Agg")
    plt: Any = import_module("matplotlib.pyplot")
    figure, axes = plt.subplots(3, 5, figsize=(19, 9.5), constrained_layout=True)
    for number, bell in enumerate(KINDS.values()):
        title = f"{bell.name}, {bell.pitch_hz:.0f} Hz"
        draw(axes[:, number], bell.name, title, ring(bell.name), [strike_ms(bell.onset_ms)])
    turns_ms = [BREATH_MS[0], BREATH_MS[0] + BREATH_MS[1]]
    draw(axes[:, 4], "swell", "breath: in 4 s, hold 2 s, out 6 s", swell(*BREATH_MS), turns_ms)
    axes[0, 0].set_ylabel("kilohertz")
    axes[1, 0].set_ylabel("level, dB (left and right)")
    axes[2, 0].set_ylabel("the first second, dB")
    figure.savefig(PICTURE, dpi=72)


if __name__ == "__main__":
    main()
