"""How far the work is: with rich on a terminal, as plain lines elsewhere."""

from __future__ import annotations

import contextlib
import sys
import time
from typing import TYPE_CHECKING, Any, Protocol

import click

from meditations.quantities import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meditations.track.pipeline import BuiltTrack, Reporter

STAGES = {"speaking": "line", "mixing": "window"}


class Progress(Protocol):
    """Shows the tracks of one build."""

    def track(self, slug: str) -> Reporter:
        """Starts showing a track."""

    def done(self, track: BuiltTrack) -> None:
        """A track is finished."""

    def clear(self, slug: str) -> None:
        """A track failed; its message is printed by whoever knows it."""


@contextlib.contextmanager
def progress() -> Iterator[Progress]:
    """Progress that suits where standard error goes."""
    if not sys.stderr.isatty():
        yield _Plain()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as RichProgress

    columns = (
        TextColumn("{task.fields[slug]}"),
        BarColumn(24),
        MofNCompleteColumn(),
        TextColumn("{task.description}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[what]}", style="dim"),
    )
    with RichProgress(*columns, console=Console(stderr=True), transient=True) as bars:
        yield _Rich(bars)


def _told(track: BuiltTrack, since: float) -> str:
    return (
        f"{track.slug}: {format_duration(track.length_ms)}, made in "
        f"{time.monotonic() - since:.1f} s "
        f"({_count(track.spoken, 'line')} spoken, {_count(track.encoded, 'window')} encoded)"
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


class _Plain:
    """One line when a stage begins, one when the track is done."""

    def __init__(self) -> None:
        self._since = 0.0

    def track(self, slug: str) -> Reporter:
        self._since = time.monotonic()
        return _PlainTrack(slug)

    def done(self, track: BuiltTrack) -> None:
        click.echo(_told(track, self._since), err=True)

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


class _Rich:
    def __init__(self, bars: Any) -> None:
        self._bars = bars
        self._since = 0.0

    def track(self, slug: str) -> Reporter:
        self._since = time.monotonic()
        return _RichTrack(self._bars, slug)

    def done(self, track: BuiltTrack) -> None:
        self.clear(track.slug)
        self._bars.console.print(_told(track, self._since), highlight=False)

    def clear(self, slug: str) -> None:  # noqa: ARG002
        for task in self._bars.task_ids:
            self._bars.remove_task(task)


class _RichTrack:
    def __init__(self, bars: Any, slug: str) -> None:
        self._bars = bars
        self._slug = slug
        self._task: Any = None

    def stage(self, name: str, total: int) -> None:
        if self._task is not None:
            self._bars.remove_task(self._task)
        self._task = self._bars.add_task(name, total=total or 1, slug=self._slug, what="")

    def advance(self, what: str) -> None:
        short = what if len(what) <= 40 else what[:39] + "…"
        self._bars.update(self._task, advance=1, what=short)
