"""Draws docs/beds.png, an overview of the beds made here: `python -m bench.pictures.beds`.

For each bed: its spectrogram over 30 s (frequency on a log scale), a closer look at a span short
enough to show its single events, and its level over the whole period (by 10 ms, and by 400 ms).
Needs matplotlib.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from meditations.quantities import SAMPLE_RATE_HZ
from meditations.sound.made import KINDS, read_parameters, render

if TYPE_CHECKING:
    from numpy.typing import NDArray

PICTURE: Final = Path(__file__).parents[2] / "docs" / "beds.png"
WINDOW_FRAMES: Final = 1_152_000
LONG_S: Final = 30
CLOSE: Final = {
    "rain": (2.0, 500, 9000), "ocean": (12.0, 45, 16_000), "stream": (2.0, 200, 6000),
    "wind": (12.0, 100, 2500), "night": (1.6, 3000, 6500), "fire": (2.0, 300, 9000),
    "drone": (12.0, 45, 1500), "bowls": (12.0, 100, 3000), "binaural": (1.0, 45, 1000),
    "isochronic": (1.0, 45, 1000),
}  # fmt: skip
"""Seconds of the closer look, and its frequencies."""
COLOURS: Final = 64


def spectrogram(
    sound: NDArray[np.float32], length: int, columns: int, hz: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Levels in dB under the loudest, (len(hz), columns), of windows of `length` samples.

    Between the lines of a spectrum the nearest is shown; where several fall into one row of the
    picture, their mean is.
    """
    starts = np.linspace(0, len(sound) - length, columns).astype(np.int64)
    pieces = np.stack([sound[start : start + length] for start in starts.tolist()])
    power = np.square(np.abs(np.fft.rfft(pieces * np.hanning(length), axis=1)))
    whole = np.concatenate([np.zeros((columns, 1)), np.cumsum(power, axis=1)], axis=1)
    ratio = np.sqrt(hz[1] / hz[0])
    last = power.shape[1] - 1
    low = np.clip(np.rint(hz / ratio * length / SAMPLE_RATE_HZ), 0, last).astype(int)
    high = np.maximum(np.clip(hz * ratio * length / SAMPLE_RATE_HZ, 0, last).astype(int), low)
    means = (whole[:, high + 1] - whole[:, low]) / (high - low + 1)
    level_db: NDArray[np.float64] = 10 * np.log10(means.T + 1e-12)
    return level_db - np.quantile(level_db, 0.998)


def levels_db(sound: NDArray[np.float32], block_ms: int) -> NDArray[np.float64]:
    """Levels of blocks of a bed of two channels, in dB against its mean."""
    size = block_ms * 48
    whole = np.square(sound[: len(sound) // size * size].astype(np.float64)).mean(axis=1)
    blocks = whole.reshape(-1, size).mean(axis=1)
    level_db: NDArray[np.float64] = 10 * np.log10(blocks / whole.mean() + 1e-9)
    return level_db


def _draw_row(row: Any, name: str) -> None:
    """One bed: 30 s, a closer look, and its level."""
    made = KINDS[name]
    sound = render(name, read_parameters(name, {}), made.windows * WINDOW_FRAMES)
    close_s, low_hz, high_hz = CLOSE.get(name, (1.0, 45, 16_000))
    closer = sound[9 * SAMPLE_RATE_HZ : int((9 + close_s) * SAMPLE_RATE_HZ), 0]
    for axis, part, length, columns, (low, high) in (
        (row[0], sound[: LONG_S * SAMPLE_RATE_HZ, 0], 8192, 400, (45, 16_000)),
        (row[1], closer, 1024 if close_s <= 2 else 8192, 220, (low_hz, high_hz)),
    ):
        seconds = len(part) / SAMPLE_RATE_HZ
        hz, edges = np.geomspace(low, high, 90), np.geomspace(low, high, 91)
        axis.pcolormesh(
            np.linspace(0, seconds, columns + 1), edges, spectrogram(part, length, columns, hz),
            vmin=-55, vmax=0, cmap="magma", rasterized=True,
        )  # fmt: skip
        axis.set_yscale("log")
        ticks = {100: "100", 300: "300", 1000: "1k", 3000: "3k", 5000: "5k", 10_000: "10k"}
        if high > 100 * low:
            ticks = {100: "100", 1000: "1k", 10_000: "10k"}
        shown = {hz: text for hz, text in ticks.items() if low <= hz <= high}
        axis.set_yticks(list(shown), list(shown.values()))
        axis.minorticks_off()
    row[0].set_ylabel(name, fontsize=13, fontweight="bold", rotation=0, ha="right", va="center")
    fine, slow = levels_db(sound, 10), levels_db(sound, 400)
    row[2].plot(np.arange(len(fine)) * 0.01, fine, linewidth=0.25, color="#b9a7cf")
    row[2].plot((np.arange(len(slow)) + 0.5) * 0.4, slow, linewidth=1.1, color="#4b2a74")
    row[2].set_xlim(0, len(sound) / SAMPLE_RATE_HZ)
    row[2].set_ylim(-17, 13)
    row[2].set_yticks([-12, -6, 0, 6, 12])
    row[2].grid(axis="y", linewidth=0.4, color="#dddddd")


def main() -> None:
    """Draws, and writes the picture with few colours, so that it stays small."""
    from PIL import Image

    # By name: no part of the project asks for matplotlib, nor is it there for the type checker.
    import_module("matplotlib").use("Agg")
    plt: Any = import_module("matplotlib.pyplot")

    figure, axes = plt.subplots(
        len(KINDS), 3, figsize=(16, 21), width_ratios=[5, 3, 4], layout="constrained"
    )
    for row, name in zip(axes, KINDS, strict=True):
        _draw_row(row, name)
        for axis in row:
            axis.tick_params(labelsize=9)
    for axis, title in zip(
        axes[0],
        ("30 s: frequency (Hz) over time (s)", "a closer look",
         "level (dB) over its period (s)"),
        strict=True,
    ):  # fmt: skip
        axis.set_title(title, fontsize=13)
    figure.savefig(PICTURE, dpi=100)
    plt.close(figure)
    with Image.open(PICTURE) as drawn:
        few = drawn.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(PICTURE, optimize=True)
    print(f"{PICTURE.name}: {few.size[0]} x {few.size[1]}, {PICTURE.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
