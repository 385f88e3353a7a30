"""What is to be reached, held against the figures."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Final

from bench.figures import LONG, SHORT, What

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.figures import Figures

SAME: Final = 1.1
"""So much more memory for 60 minutes than for 5 still counts as the same."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One figure against its target.

    Attributes:
        what: What is compared.
        limit: The target.
        measured: The figure: of times the median of the rounds, of memory the highest.
        unit: What both are counted in.
        at_least: Whether the target is a least and not a most.
        cores: How many cores the target is meant for.
        spread: The lowest and the highest round.
    """

    what: str
    limit: float
    measured: float
    unit: str
    at_least: bool
    cores: int
    spread: tuple[float, float]

    @property
    def reached(self) -> bool:
        """Whether the target is."""
        if self.at_least:
            return self.measured >= self.limit
        return self.measured <= self.limit

    @property
    def margin(self) -> float:
        """How many times better than the target, over 1, or worse, under 1."""
        ratio = self.measured / self.limit
        return ratio if self.at_least else 1 / ratio


def verdicts(figures: Figures) -> list[Verdict]:
    """Every target with what was measured."""
    seconds = figures.seconds
    found = [
        _timed("cold build against one LAME, 4 cores", (0.40, "of its time", 4),
               figures.ratios(What.COLD, What.LAME)),
        _timed("cold build against one LAME, 2 cores", (0.65, "of its time", 2),
               figures.ratios(What.COLD_2, What.LAME_2)),
        _timed("cold build against the afternoon script", (5.0, "times as fast", 4),
               figures.ratios(What.AFTERNOON, What.COLD), at_least=True),
        _timed("cold build of the whole library against one LAME, 4 cores",
               (0.45, "of its time", 4), [built / lame for built, lame in figures.library]),
        _timed("`check` of the whole library, nothing spoken yet", (1.5, "s", 1), figures.check),
        _timed("110 utterances cold, start of Python included", (2.5, "s", 4),
               [s.start + s.speaking for s in figures.speech]),
        _timed("nothing to do", (0.4, "s", 1), seconds[What.NOTHING]),
        _timed("`meditations --help`", (0.2, "s", 1), seconds[What.HELP]),
    ]  # fmt: skip
    return found + _memory(figures)


def _timed(
    what: str, target: tuple[float, str, int], rounds: Sequence[float], *, at_least: bool = False
) -> Verdict:
    """The verdict on times; `target` is the limit, its unit, and the cores it is meant for."""
    limit, unit, cores = target
    spread = (min(rounds), max(rounds))
    return Verdict(what, limit, median(rounds), unit, at_least, cores, spread)


def _memory(figures: Figures) -> list[Verdict]:
    short, long = figures.memory[SHORT], figures.memory[LONG]
    if not short or not long:
        return []
    found = []
    for what, limit, of_short, of_long in (
        ("largest process, 4 jobs", 200.0,
         [p.process_mb for p in short], [p.process_mb for p in long]),
        ("all processes together (PSS), 4 jobs", 500.0,
         [p.together_mb for p in short], [p.together_mb for p in long]),
    ):  # fmt: skip
        both = [*of_short, *of_long]
        growth = max(of_long) / max(of_short)
        found += [
            Verdict(what, limit, max(both), "MB", False, 4, (min(both), max(both))),
            Verdict(f"{what}: 60 min against 5", SAME, growth, "times", False, 4,
                    (growth, growth)),
        ]  # fmt: skip
    return found
