"""Silences that stretch or shrink until the track lasts exactly as long as the script says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from meditations.errors import MeditationError
from meditations.quantities import format_duration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meditations.plan import Plan


def stretches(ms: int) -> tuple[int, int]:
    """How short and how long a pause may become: it keeps its character from 0.6 to 1.6 times."""
    return ms - ms * 2 // 5, ms + ms * 3 // 5


@dataclass(frozen=True, slots=True)
class Silence:
    """A silence as planned."""

    ms: int
    elastic: bool


@dataclass(slots=True)
class _Run:
    """Silences with nothing between them: heard as one, so limited as one."""

    parts: list[int] = field(default_factory=list)
    written: list[int] = field(default_factory=list)
    fixed_ms: int = 0

    @property
    def elastic_ms(self) -> int:
        return sum(self.written)

    def bounds(self, longest_ms: int) -> tuple[int, int]:
        least = sum(stretches(ms)[0] for ms in self.written)
        most = min(sum(stretches(ms)[1] for ms in self.written), longest_ms - self.fixed_ms)
        return least, max(most, self.elastic_ms)


def fit_silences(events: Sequence[Silence | int], plan: Plan) -> list[int]:
    """The length of each event in ms, so that all together last `plan.length_ms`.

    Args:
        events: Silences, and the milliseconds of what never stretches, in order.
        plan: Gives the length, and the longest silence that stretching may make.

    Raises:
        MeditationError: If the length cannot be reached; names the range that can.
    """
    lengths = [event.ms if isinstance(event, Silence) else event for event in events]
    if plan.length_ms is None:
        return lengths
    runs = [run for run in _runs(events) if run.elastic_ms]
    rigid_ms = sum(lengths) - sum(run.elastic_ms for run in runs)
    bounds = [run.bounds(plan.longest_silence_ms) for run in runs]
    wanted_ms = plan.length_ms - rigid_ms
    least, most = sum(low for low, _ in bounds), sum(high for _, high in bounds)
    if not least <= wanted_ms <= most:
        raise _unreachable(plan, rigid_ms + least, sum(lengths), rigid_ms + most)
    shares = [run.elastic_ms for run in runs]
    for run, total in zip(runs, spread(wanted_ms, shares, bounds), strict=True):
        shared = spread(total, run.written, [stretches(ms) for ms in run.written])
        for index, ms in zip(run.parts, shared, strict=True):
            lengths[index] = ms
    return lengths


def spread(total: int, shares: Sequence[int], bounds: Sequence[tuple[int, int]]) -> list[int]:
    """Whole numbers that add up to `total`, in proportion to `shares` as far as bounds allow.

    `total` must lie between the sums of the bounds. What rounding leaves over goes to the
    largest remainders, the first ones first, so the result is always the same.
    """
    if len(shares) == 1:
        return [total]
    low, high = 0.0, 1.0
    while _clamped_sum(high, shares, bounds) < total and high < 1e9:
        high *= 2
    for _ in range(80):
        middle = (low + high) / 2
        if _clamped_sum(middle, shares, bounds) < total:
            low = middle
        else:
            high = middle
    exact = [min(max(high * s, lo), hi) for s, (lo, hi) in zip(shares, bounds, strict=True)]
    whole = [int(value) for value in exact]
    order = sorted(range(len(exact)), key=lambda n: (whole[n] - exact[n], n))
    missing = total - sum(whole)
    while missing > 0:
        before = missing
        for n in order:
            if missing and whole[n] < bounds[n][1]:
                whole[n] += 1
                missing -= 1
        if missing == before:
            break
    return whole


def _clamped_sum(scale: float, shares: Sequence[int], bounds: Sequence[tuple[int, int]]) -> float:
    return sum(min(max(scale * s, lo), hi) for s, (lo, hi) in zip(shares, bounds, strict=True))


def _runs(events: Sequence[Silence | int]) -> list[_Run]:
    runs: list[_Run] = []
    current: _Run | None = None
    for index, event in enumerate(events):
        if not isinstance(event, Silence):
            current = None
            continue
        if current is None:
            current = _Run()
            runs.append(current)
        if event.elastic:
            current.parts.append(index)
            current.written.append(event.ms)
        else:
            current.fixed_ms += event.ms
    return runs


def _unreachable(plan: Plan, least_ms: int, natural_ms: int, most_ms: int) -> MeditationError:
    wanted = plan.length_ms or 0
    side = "longer" if wanted > most_ms else "shorter"
    first, last = -(-least_ms // 1000) * 1000, most_ms // 1000 * 1000
    least, most = format_duration(first), format_duration(last)
    if first > last:  # less than a second of choice
        least, most = _to_the_ms(least_ms), _to_the_ms(most_ms)
    return MeditationError(
        f"length: {format_duration(wanted)} cannot be reached by stretching the pauses",
        mend=f"this script can last from {least} to {most},"
        f" and lasts {format_duration(natural_ms)} as written\n"
        f"choose a length in that range, or write {side} pauses",
        where=plan.where,
    )


def _to_the_ms(ms: int) -> str:
    return f"{ms / 1000:.3f}".rstrip("0").rstrip(".") + "s"
