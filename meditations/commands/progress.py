"""How far the work is: with rich on a terminal, as plain lines elsewhere."""

from __future__ import annotations

import contextlib
import sys
import time
from typing import TYPE_CHECKING, Protocol

import click

from meditations.quantities import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

    from meditations.track.pipeline import BuiltTrack
    from meditations.track.sounding import Reporter

STAGES = {"speaking": "line", "mixing": "window"}


class BuildProgress(Protocol):
    """Shows the tracks of one build."""

    def track(self, slug: str) -> Reporter:
        """Starts showing a track."""

    def done(self, track: BuiltTrack, measured: str) -> None:
        """A track is finished, and was decoded and measured."""

    def clear(self, slug: str) -> None:
        """A track failed; its message is printed by whoever knows it."""


@contextlib.contextmanager
def progress() -> Iterator[BuildProgress]:
    """Progress that suits where standard error goes."""
    if not sys.stderr.isatty():
        yield _Plain()
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.fields[slug]}"),
        BarColumn(24),
        MofNCompleteColumn(),
        TextColumn("{task.description}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[what]}", style="dim"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        yield _Rich(bars)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


class _Timed:
    """Knows since when each track is being made."""

    def __init__(self) -> None:
        self._since: dict[str, float] = {}

    def begin(self, slug: str) -> None:
        self._since[slug] = time.monotonic()

    def told(self, track: BuiltTrack, measured: str) -> str:
        chosen = track.chosen
        by = (
            f"{track.slug}: engine auto is {chosen.engine}, voice {chosen.voice}\n"
            if chosen
            else ""
        )
        return (
            f"{by}{track.slug}: {format_duration(track.length_ms)}, made in "
            f"{time.monotonic() - self._since[track.slug]:.1f} s "
            f"({_count(track.spoken, 'line')} spoken, {_count(track.encoded, 'window')} encoded)\n"
            f"{track.slug}: measured {measured}"
        )


class _Plain(_Timed):
    """One line when a stage begins, one when the track is done."""

    def track(self, slug: str) -> Reporter:
        self.begin(slug)
        return _PlainTrack(slug)

    def done(self, track: BuiltTrack, measured: str) -> None:
        click.echo(self.told(track, measured), err=True)

    def clear(self, slug: str) -> None:
        pass


class _PlainTrack:
    def __init__(self, slug: str) -> None:
        self._slug = slug

    def stage(self, name: str, total: int) -> None:
        if total:
            click.echo(f"{self._slug}: {name} {_count(total, STAGES[name])}", err=True)

    def advance(self, what: str) -> None:
        pass


class _Rich(_Timed):
    """A bar for each track that is being made: stage, steps, time left, the line just spoken."""

    def __init__(self, bars: RichProgress) -> None:
        super().__init__()
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def track(self, slug: str) -> Reporter:
        self.begin(slug)
        self._tasks[slug] = self._bars.add_task("reading", total=None, slug=slug, what="")
        return _RichTrack(self._bars, self._tasks[slug], slug)

    def done(self, track: BuiltTrack, measured: str) -> None:
        self.clear(track.slug)
        self._bars.console.print(self.told(track, measured), highlight=False)

    def clear(self, slug: str) -> None:
        self._bars.remove_task(self._tasks.pop(slug))


class _RichTrack:
    def __init__(self, bars: RichProgress, task: TaskID, slug: str) -> None:
        self._bars = bars
        self._task = task
        self._slug = slug

    def stage(self, name: str, total: int) -> None:
        # `reset` forgets the fields that it is not given (rich 15.0).
        self._bars.reset(self._task, total=total or 1, description=name, slug=self._slug, what="")

    def advance(self, what: str) -> None:
        short = what if len(what) <= 40 else what[:39] + "…"
        self._bars.update(self._task, advance=1, what=short)
