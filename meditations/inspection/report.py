"""What an inspection found: single findings, figures for other programs, curves to draw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from meditations.quantities import format_clock

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

Number = float | int | None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing measured: what was found, what was wanted, and whether that is met."""

    what: str
    found: str
    wanted: str
    good: bool


@dataclass(frozen=True, slots=True)
class Curves:
    """What a plot is drawn from.

    Attributes:
        peaks: The largest sample of each 10 ms, as a share of full scale.
        momentary: LUFS of the 400 ms around each 100 ms.
        short_term: LUFS of the 3 s around each 100 ms.
        background: LUFS that the record tells of the background, by 100 ms; None where it does not.
        record: The record beside the track.
    """

    peaks: NDArray[Any]
    momentary: NDArray[Any]
    short_term: NDArray[Any]
    background: NDArray[Any] | None
    record: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Report:
    """All that an inspection found.

    Attributes:
        track: The MP3.
        findings: In the order in which they are told.
        numbers: The figures behind them; units stand in their names, lists hold places.
        curves: For the plot.
    """

    track: Path
    findings: tuple[Finding, ...]
    numbers: Mapping[str, Number | list[Number]]
    curves: Curves

    @property
    def good(self) -> bool:
        """Whether all is as it should be."""
        return not self.failed

    @property
    def failed(self) -> tuple[Finding, ...]:
        """What is not as it should be."""
        return tuple(finding for finding in self.findings if not finding.good)

    def one_line(self) -> str:
        """The result in one line, as `build` tells it."""
        numbers = self.numbers
        length = format_clock(int(_one(numbers["length_ms"]) or 0), hours=False)
        if not self.good:
            return f"{length}, not as it should be: " + ", ".join(f.what for f in self.failed)
        told = [length]
        for name, words, unit in (
            ("speech_lufs", "speech", "LUFS"), ("true_peak_dbtp", "peak", "dBTP"),
        ):  # fmt: skip
            value = _one(numbers[name])
            if value is not None:
                told.append(f"{words} {value:.1f} {unit}")
        told.append("no clicks")
        if numbers["cues"]:
            told.append("every cue heard")
        return ", ".join(told)


def _one(value: Number | list[Number]) -> Number:
    return None if isinstance(value, list) else value
