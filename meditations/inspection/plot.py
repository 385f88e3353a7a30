"""A picture of a whole track: chapters, waveform, cues, background and loudness over time.

The only module that knows matplotlib, which is not installed unless asked for.
"""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from meditations.errors import MeditationError, from_os_error
from meditations.inspection.spans import FINE_MS
from meditations.sound.loudness import STEP_MS
from meditations.store import written_whole

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from meditations.inspection.report import Report

INCHES: Final = (14.0, 7.6)
DOTS_PER_INCH: Final = 130
COLUMNS: Final = 2_400
"""Values in a curve: more than this cannot be told apart."""

PAPER, INK, FAINT = "#fdfcfa", "#2b2f36", "#8a8f98"
BANDS: Final = ("#f1ece3", "#f8f5ef")
VOICE, SOUND, BED, BELL, FAULT = "#2f6f8f", "#aaa396", "#d08a2e", "#7a5ca8", "#c0392b"
LOWEST_LUFS, HIGHEST_LUFS = -62.0, -6.0
NARROWEST_TITLE: Final = 0.012
"""Of the width, for each letter of a chapter's title; what is wider is broken or cut."""


def need_matplotlib() -> None:
    """Asks for matplotlib before anything is measured.

    Raises:
        MeditationError: If it is not installed, with the command that installs it.
    """
    if importlib.util.find_spec("matplotlib") is None:
        raise MeditationError(
            "drawing needs matplotlib, which is not installed",
            mend="get it with: pip install 'meditations[plot]'\n"
            "or, from a checkout: pip install -e '.[plot]'",
        )


def draw(report: Report, target: Path) -> None:
    """Draws `report` into the PNG `target`.

    Raises:
        MeditationError: If matplotlib is not installed, or the file cannot be written.
    """
    need_matplotlib()
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(INCHES, dpi=DOTS_PER_INCH, facecolor=PAPER)
    FigureCanvasAgg(figure)  # no window, whatever the machine has
    grid = figure.add_gridspec(
        4, 1, height_ratios=(0.5, 3.0, 0.32, 4.2), hspace=0.06,
        left=0.065, right=0.985, top=0.885, bottom=0.085,
    )  # fmt: skip
    axes = [figure.add_subplot(grid[row]) for row in range(4)]
    seconds = len(report.curves.peaks) * FINE_MS / 1000
    for ax in axes:
        _plain(ax, seconds, report.curves.record)
    _chapters(axes[0], report.curves.record, seconds)
    _waveform(axes[1], report)
    _cues(axes[2], report)
    _loudness(axes[3], report)
    _clock(axes[3], seconds)
    record = report.curves.record
    figure.text(0.065, 0.955, record["title"], fontsize=17, color=INK, va="center")
    figure.text(
        0.065, 0.913, report.one_line(), fontsize=10.5, va="center",
        color=FAINT if report.good else FAULT,
    )  # fmt: skip
    try:
        with written_whole(target) as beside:
            # No name of a version in it: the same track gives the same picture.
            figure.savefig(beside, format="png", metadata={"Software": None})
    except OSError as error:
        raise from_os_error(error, f"writing {target.name}") from None


def _plain(ax: Axes, seconds: float, record: Mapping[str, Any]) -> None:
    ax.set_xlim(0, seconds)
    ax.set_facecolor(PAPER)
    ax.tick_params(colors=FAINT, labelcolor=INK, length=0, labelsize=9)
    ax.tick_params(axis="x", labelbottom=False)
    for side in ax.spines.values():
        side.set_visible(False)
    for number, chapter in enumerate(record["chapters"]):
        ax.axvspan(
            chapter["start_ms"] / 1000, chapter["end_ms"] / 1000,
            color=BANDS[number % 2], linewidth=0, zorder=0,
        )  # fmt: skip


def _chapters(ax: Axes, record: Mapping[str, Any], seconds: float) -> None:
    import textwrap

    ax.set_yticks([])
    ax.set_ylim(0, 1)
    for chapter in record["chapters"]:
        start, end = chapter["start_ms"] / 1000, chapter["end_ms"] / 1000
        letters = int((end - start) / seconds / NARROWEST_TITLE * 1.75)
        if letters < 3:
            continue
        lines = textwrap.wrap(chapter["title"], letters, max_lines=2, placeholder="…")
        ax.text(
            (start + end) / 2, 0.5, "\n".join(lines), ha="center", va="center_baseline",
            fontsize=9, color=INK, linespacing=1.05, clip_on=True,
        )  # fmt: skip


def _waveform(ax: Axes, report: Report) -> None:
    peaks = report.curves.peaks
    spoken = np.zeros(len(peaks), np.bool_)
    for cue in report.curves.record["cues"]:
        spoken[cue["start_ms"] // FINE_MS : -(-cue["end_ms"] // FINE_MS)] = True
    for mask, colour in ((~spoken, SOUND), (spoken, VOICE)):
        at, values = _columns(np.where(mask, peaks, 0.0))
        ax.fill_between(
            at,
            -values,
            values,
            where=(values > 0).tolist(),
            color=colour,
            linewidth=0.3,
            step="mid",
        )
    ax.set_ylim(-0.92, 0.92)
    ticks = (-6, -12, -24)
    ax.set_yticks([10 ** (db / 20) for db in ticks], [f"−{-db}" for db in ticks])
    ax.set_ylabel("peaks, dBFS", color=INK, fontsize=9)
    for at_ms in _numbers(report, "clicks_at_ms") + _numbers(report, "clipped_at_ms"):
        ax.plot(at_ms / 1000, 0.84, marker="v", color=FAULT, markersize=7, clip_on=False)


def _cues(ax: Axes, report: Report) -> None:
    record = report.curves.record
    missing = set(_numbers(report, "cues_missing_at_ms"))
    ax.set_ylim(0, 1)
    ax.set_yticks([0.5], ["cues"])
    for good, colour in ((True, VOICE), (False, FAULT)):
        spans = [
            (cue["start_ms"] / 1000, (cue["end_ms"] - cue["start_ms"]) / 1000)
            for cue in record["cues"]
            if (cue["start_ms"] not in missing) is good
        ]
        ax.broken_barh(spans, (0.2, 0.6), facecolor=colour, edgecolor="none")
    for at_ms in _numbers(report, "speech_in_pauses_at_ms"):
        ax.plot(at_ms / 1000, 0.5, marker="x", color=FAULT, markersize=7)
    for names, marker in (("bells", "d"), ("tones", "|")):
        places = [clip["start_ms"] / 1000 for clip in record.get(names, ())]
        ax.plot(places, [0.5] * len(places), marker, color=BELL, markersize=5, label=names)


def _loudness(ax: Axes, report: Report) -> None:
    curves = report.curves
    target = float(curves.record["loudness"]["target_speech_lufs"])
    ax.axhspan(
        target - 0.5, target + 0.5, color=VOICE, alpha=0.22, linewidth=0,
        label=f"speech, joined: {target:g} ± 0.5".replace("-", "−"),
    )  # fmt: skip
    at, values = _columns(curves.momentary, STEP_MS, -np.inf)
    ax.plot(at, values, color=SOUND, linewidth=0.7, label="momentary (400 ms)")
    at, values = _columns(curves.short_term, STEP_MS, -np.inf)
    ax.plot(at, values, color=INK, linewidth=1.3, label="short-term (3 s)")
    if curves.background is not None and np.isfinite(curves.background).any():
        at, values = _columns(curves.background, STEP_MS, -np.inf)
        ax.plot(at, values, color=BED, linewidth=1.5, label="background, by the record")
    for name in ("bells", "tones"):
        for clip in curves.record.get(name, ()):
            ax.plot(
                clip["start_ms"] / 1000, target + clip["level_db"], "d" if name == "bells" else "_",
                color=BELL, markersize=5,
            )  # fmt: skip
    ax.set_ylim(LOWEST_LUFS, HIGHEST_LUFS)
    ax.set_yticks(range(-60, -9, 10))
    ax.grid(axis="y", color="#ddd7cc", linewidth=0.6)
    ax.set_axisbelow(True)
    ax.set_ylabel("loudness, LUFS", color=INK, fontsize=9)
    ax.legend(
        loc="lower right", ncols=4, frameon=False, fontsize=8.5, labelcolor=INK, handlelength=1.6,
        bbox_to_anchor=(1.0, -0.005), borderaxespad=0.2,
    )  # fmt: skip


def _columns(
    values: NDArray[Any], cell_ms: int = FINE_MS, below: float = 0.0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Seconds and values of a curve, the largest of each column where it has too many."""
    size = max(-(-len(values) // COLUMNS), 1)
    padded = np.full(-(-len(values) // size) * size, below)
    padded[: len(values)] = values
    columns = padded.reshape(-1, size).max(axis=1)
    at = (np.arange(len(columns)) + 0.5) * size * cell_ms / 1000
    return at, np.where(np.isfinite(columns), columns, LOWEST_LUFS - 5)


def _clock(ax: Axes, seconds: float) -> None:
    steps = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200)
    step = next((step for step in steps if seconds / step <= 16), 14_400)
    places = np.arange(0, seconds + 0.5, step)
    ax.set_xticks(places, [f"{int(at) // 60}:{int(at) % 60:02d}" for at in places])
    ax.tick_params(axis="x", labelbottom=True, length=3)


def _numbers(report: Report, name: str) -> list[float]:
    value = report.numbers[name]
    return [float(number or 0) for number in value] if isinstance(value, list) else []
