"""The figures as tables, printed and kept in bench/RESULTS.md."""

from __future__ import annotations

import datetime
from statistics import mean, median
from typing import TYPE_CHECKING, Final

from bench.figures import REPEATS, What
from bench.memory import EVERY_S
from bench.place import ROOT, UTTERANCES
from bench.targets import verdicts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bench.contest import Contest
    from bench.figures import Figures
    from bench.machine import Machine
    from bench.memory import Peak
    from bench.quality import Noise

RESULTS: Final = ROOT / "bench" / "RESULTS.md"
QUIET_CORES: Final = 0.2
"""With more of other work than this the results say so."""


def report(contest: Contest, figures: Figures, machine: Machine, noises: list[Noise]) -> str:
    """All of it, as Markdown."""
    rounds = len(figures.stages)
    parts = [
        "# Bench\n\nWritten by `make bench`; do not edit.",
        _machine(machine, rounds),
        _others(figures),
        _section("To reach", _targets(figures, machine), _ABOUT_TARGETS),
        _section(f"Times of the track ({contest.facts['track']})", _times(figures), _ABOUT_TIMES),
        _section("Ratios, round by round", _ratios(figures)),
        _section("Stages of a cold build on 4 cores", _stages(figures)),
        _section("Memory of a cold build with 4 jobs", _memory(figures), _ABOUT_MEMORY),
        _section("What the runs told", _facts(contest, figures)),
        _section("LAME's level and the sound", quality_table(noises), _ABOUT_QUALITY),
        _REPEAT,
    ]
    return "\n\n".join(parts) + "\n"


def quality_table(noises: Sequence[Noise]) -> str:
    """The comparison of LAME's levels."""
    from bench.quality import level_name

    head = ("sound", "level", "gain, dB", "mean, dB", "95 %, dB", "worst band, dB", "audible, %")
    return _table(
        head,
        [
            (n.sound, level_name(n.level), f"{n.gain_db:+.2f}", f"{n.mean:.1f}", f"{n.high:.1f}",
             f"{n.worst:.1f}", f"{100 * n.audible:.2f}")
            for n in noises
        ],
    )  # fmt: skip


def _machine(machine: Machine, rounds: int) -> str:
    day = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    return (
        f"{machine.processor}, {machine.cores} of {machine.cores_there} cores, "
        f"{machine.memory_gb:.0f} GB, {machine.system}; {machine.python}, "
        f"ffmpeg {machine.ffmpeg}, {machine.libraries}. {day}, {rounds} "
        f"{'round' if rounds == 1 else 'rounds'}."
        + (f" **What is named for 4 cores had {machine.cores}.**" if machine.cores < 4 else "")
    )


def _others(figures: Figures) -> str:
    cores = f"{_number(mean(figures.others))} ({_number(max(figures.others))} at most)"
    told = f"Listened to before each run, other work took a mean of {cores} of the machine's cores."
    if mean(figures.others) > QUIET_CORES:
        told += " **That is no quiet machine**: what uses all cores looks slower than it is."
    return told


def _targets(figures: Figures, machine: Machine) -> str:
    rows = []
    for verdict in verdicts(figures):
        sign = "≥" if verdict.at_least else "≤"
        if verdict.cores > machine.cores:
            word = f"not judged: needs {verdict.cores} cores"
        else:
            word = "reached" if verdict.reached else "**not reached**"
        low, high = verdict.spread
        rows.append(
            (verdict.what, f"{sign} {verdict.limit:g} {verdict.unit}",
             f"{_number(verdict.measured)} ({_number(low)} to {_number(high)})", word,
             f"{verdict.margin:.2f}")
        )  # fmt: skip
    return _table(("what", "target", "measured", "", "margin"), rows)


def _times(figures: Figures) -> str:
    rows = []
    for what in What:
        lame = What.LAME_2 if what in (What.COLD_2, What.LAME_2) else What.LAME
        afternoon = figures.ratios(What.AFTERNOON, what)
        rows.append(
            (what, _spread(figures.seconds[what]), _number(median(figures.ratios(what, lame))),
             _number(median(afternoon)))
        )  # fmt: skip
    head = ("what", "seconds", "of one LAME's time", "times as fast as the afternoon script")
    return _table(head, rows)


def _ratios(figures: Figures) -> str:
    rows = []
    for over, under in (
        (What.COLD, What.LAME), (What.COLD, What.LAME_7), (What.COLD_2, What.LAME_2),
        (What.AFTERNOON, What.COLD), (What.LAME_7, What.LAME), (What.LAME_2, What.LAME),
    ):  # fmt: skip
        each = figures.ratios(over, under)
        rows.append((f"{over} / {under}", *(_number(ratio) for ratio in each)))
    count = len(figures.stages)
    return _table(("ratio", *(f"round {n + 1}" for n in range(count))), rows)


def _stages(figures: Figures) -> str:
    rows = []
    for name, field in (
        ("start: Python, imports, the script", "start"), ("speech (the bed meanwhile)", "speaking"),
        ("mixing, encoding, joining, writing", "mixing"), ("end", "end"),
    ):  # fmt: skip
        track = [getattr(stage, field) for stage in figures.stages]
        lines = [getattr(stage, field) for stage in figures.speech]
        rows.append((name, _spread(track), _spread(lines)))
    return _table(("stage", "the track, s", f"{UTTERANCES} utterances, s"), rows)


def _memory(figures: Figures) -> str:
    rows = []
    for slug, peaks in figures.memory.items():
        if not peaks:
            return "Not measured: this system has no /proc/*/smaps_rollup."
        largest = max(peaks, key=lambda peak: peak.process_mb)
        together = max(peaks, key=lambda peak: peak.together_mb)
        rows.append(
            (f"{figures.minutes[slug]:.1f} min", _megabytes(peaks, "process_mb"),
             largest.process_name, _megabytes(peaks, "together_mb"), str(together.most),
             str(together.samples))
        )  # fmt: skip
    head = ("track", "largest process (RSS), MB", "which is", "together (PSS), MB",
            "processes", "samples")  # fmt: skip
    return _table(head, rows)


def _megabytes(peaks: Sequence[Peak], field: str) -> str:
    values = [getattr(peak, field) for peak in peaks]
    return f"{max(values):.0f} ({min(values):.0f} to {max(values):.0f})"


def _facts(contest: Contest, figures: Figures) -> str:
    builds = len(figures.seconds[What.COLD]) + len(figures.seconds[What.COLD_2])
    same = len(contest.digests) == 1
    lame, lame_7 = (median(figures.seconds[what]) for what in (What.LAME, What.LAME_7))
    afternoon = f"{max(figures.afternoon_mb):.0f} MB in its largest process"
    return "\n".join(
        (
            f"- Cold build: {contest.facts['windows']}.",
            f"- One LAME: {contest.minutes * 60 / lame:.0f} times as fast as real time, at level 7 "
            f"{contest.minutes * 60 / lame_7:.0f} times.",
            f"- One line changed: {contest.facts['one line']}.",
            f"- The afternoon script: {contest.facts['afternoon']}; {afternoon}.",
            f"- The library, {contest.facts['the library']}: built in "
            f"{_spread([built for built, _ in figures.library])} s, one LAME over its sound "
            f"{_spread([lame for _, lame in figures.library])} s; checked in "
            f"{_spread(figures.check)} s.",
            f"- {builds} clean builds, with 4 jobs and with 2: "
            + ("the same bytes, every file." if same else "**not the same bytes**."),
        )
    )


def _spread(values: Sequence[float]) -> str:
    return f"{_number(median(values))} ({_number(min(values))} to {_number(max(values))})"


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _section(title: str, *texts: str) -> str:
    return "\n\n".join((f"## {title}", *texts))


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table that also reads well as it is."""
    cells = [list(map(str, head)), *(list(map(str, row)) for row in rows)]
    widths = [max(len(row[n]) for row in cells) for n in range(len(head))]
    lines = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in cells]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


_ABOUT_TARGETS: Final = """\
Of times and ratios the median of the rounds counts, with the lowest and the highest behind it; of
memory the highest. A margin over 1 is better than the target by that factor."""

_ABOUT_TIMES: Final = f"""\
Whole processes, from just before their start until they have ended, one after the other; median
of the rounds (lowest to highest). Nothing to do and `--help` run {REPEATS} times a round, of which
the middle one counts. What is named for 4 or 2 cores may use those only; the rest may use 4.
One LAME is ffmpeg with `-b:a 128k -threads 1` over the finished track, decoded to 48 kHz stereo,
16 bit. The afternoon script, `bench/afternoon.py`, is given the same lines and pauses, and a
minute of brown noise."""

_ABOUT_MEMORY: Final = f"""\
Looked at every {1000 * EVERY_S:.0f} ms, the highest of the rounds (lowest to highest of them), in
builds of their own. The RSS is the kernel's own highest mark of each process. MB are 10^6 bytes."""

_ABOUT_QUALITY: Final = """\
Noise against signal, so less is better; in blocks of 43 ms and Bark bands up to 15.5 kHz, where the
signal can be heard. "Audible" is the share of blocks and bands in which noise rises above what the
signal masks (slopes and distances of ITU-R BS.1387, a voice at 76 dB SPL, a listener in silence).
All with 128 kbit/s and no bit reservoir, aligned to the sample, the codec's gain taken out."""

_REPEAT: Final = """\
## How to repeat it

`make bench`, or `python -m bench` where the package and its libraries are installed; `--quick`
runs one round and writes nothing. Close what else works on the machine: a build that uses all
cores suffers from it, one LAME hardly does."""
