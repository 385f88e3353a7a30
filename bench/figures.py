"""The figures: what the rounds gave, and what is read from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from statistics import median
from typing import TYPE_CHECKING, Final

from bench.contest import stages
from bench.machine import others_cores

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.contest import Contest, Stages
    from bench.memory import Peak
    from bench.process import Run

SHORT: Final = "five-minutes"
LONG: Final = "sixty-minutes"
REPEATS: Final = 5
"""How often a round takes what lasts under a second; its middle counts."""


class What(StrEnum):
    """What is timed, as it is called in the table."""

    COLD = "cold build, 4 cores"
    LAME = "one LAME, default level"
    LAME_7 = "one LAME, level 7"
    AFTERNOON = "the afternoon script"
    WARM = "warm build: output deleted, stores kept"
    NOTHING = "nothing to do"
    ONE_LINE = "one line changed"
    HELP = "`meditations --help`"
    COLD_2 = "cold build, 2 cores"
    LAME_2 = "one LAME, default level, on 2 cores"


@dataclass(slots=True)
class Figures:
    """All that was measured, a list entry for each round.

    Attributes:
        seconds: The time of each process.
        stages: The stages of the cold build on 4 cores.
        speech: The stages of the build of 110 utterances.
        afternoon_mb: The largest RSS of the afternoon script.
        memory: Of a build of SHORT and of LONG.
        minutes: How long those two tracks are.
        library: The seconds of a cold build of all meditations, and of one LAME over their sound.
        check: The seconds of a check of all meditations.
        others: Cores that others kept busy, listened to before each contender.
    """

    seconds: dict[What, list[float]] = field(default_factory=lambda: {what: [] for what in What})
    stages: list[Stages] = field(default_factory=list)
    speech: list[Stages] = field(default_factory=list)
    afternoon_mb: list[float] = field(default_factory=list)
    memory: dict[str, list[Peak]] = field(default_factory=lambda: {SHORT: [], LONG: []})
    minutes: dict[str, float] = field(default_factory=dict)
    library: list[tuple[float, float]] = field(default_factory=list)
    check: list[float] = field(default_factory=list)
    others: list[float] = field(default_factory=list)

    def ratios(self, over: What, under: What) -> list[float]:
        """The ratio of two times, round by round."""
        pairs = zip(self.seconds[over], self.seconds[under], strict=True)
        return [a / b for a, b in pairs]


def take_round(contest: Contest, figures: Figures, tell: Callable[[str], None]) -> None:
    """Runs every contender once; those that are compared follow one another."""

    def note(what: What, work: Callable[[], Run], times: int = 1) -> Run:
        tell(what)
        figures.others.append(others_cores())
        runs = [work() for _ in range(times)]
        figures.seconds[what].append(median(run.seconds for run in runs))
        return runs[-1]

    cold = note(What.COLD, lambda: contest.cold(4))
    figures.stages.append(stages(cold))
    note(What.LAME, lambda: contest.lame(4))
    note(What.NOTHING, contest.nothing, REPEATS)
    note(What.WARM, contest.warm)
    note(What.ONE_LINE, contest.one_line)
    note(What.LAME_7, lambda: contest.lame(4, 7))
    figures.afternoon_mb.append(note(What.AFTERNOON, contest.afternoon).largest_mb)
    note(What.HELP, contest.help, REPEATS)
    note(What.COLD_2, lambda: contest.cold(2))
    note(What.LAME_2, lambda: contest.lame(2))
    tell("110 utterances")
    figures.speech.append(stages(contest.utterances()))


def take_library(contest: Contest, figures: Figures, tell: Callable[[str], None]) -> None:
    """Builds all meditations, and encodes their sound with one LAME; then checks them."""
    tell("the library")
    figures.others.append(others_cores())
    built = contest.library().seconds
    tell("one LAME over the library")
    figures.library.append((built, contest.lame_over_library().seconds))
    tell("check")
    figures.check += [contest.check().seconds for _ in range(REPEATS)]


def take_memory(contest: Contest, figures: Figures, tell: Callable[[str], None]) -> None:
    """Builds the short and the long track once, watched."""
    for slug in (SHORT, LONG):
        tell(f"memory: {slug}")
        done, minutes = contest.memory(slug)
        if done.memory is not None and done.memory.samples:
            figures.memory[slug].append(done.memory)
            figures.minutes[slug] = minutes
