"""How far an upload is: with rich on a terminal, as plain lines elsewhere."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import Progress, TaskID

    from meditations.publishing.planning import Plan
    from meditations.publishing.publisher import Reporter
    from meditations.publishing.upload import Item


QUEUED: Final = "somebody is publishing there already; waiting until they are done"


@contextlib.contextmanager
def progress() -> Iterator[Reporter]:
    """Progress that suits where standard error goes."""
    if not sys.stderr.isatty():
        yield PlainProgress()
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    columns = (
        BarColumn(24),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}", style="dim"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        yield _RichProgress(bars)


class PlainProgress:
    """A line for each file that has arrived."""

    def begin(self, plan: Plan) -> None:
        """Says how much there is to do."""
        if plan.send:
            click.echo(f"sending {len(plan.send):,} files, {plan.bytes / 1e6:.1f} MB", err=True)

    def advance(self, path: str, more_bytes: int) -> None:
        """Says nothing: a line for each block would be too many."""

    def sent(self, item: Item) -> None:
        """Names the file."""
        click.echo(f"sent {item.path}", err=True)

    def deleted(self, path: str) -> None:
        """Names the file."""
        click.echo(f"deleted {path}", err=True)

    def queued(self) -> None:
        """Says for whom is being waited."""
        click.echo(QUEUED, err=True)

    def waiting(self, why: str, wait_s: float) -> None:
        """Says why, so that nobody takes it for stuck."""
        click.echo(f"{why}; trying again in {wait_s:.0f} s", err=True)


class _RichProgress(PlainProgress):
    """One bar for all bytes, with the name of the file that moved last."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._task: TaskID | None = None

    def begin(self, plan: Plan) -> None:
        if plan.send:
            self._task = self._bars.add_task("", total=plan.bytes)

    def advance(self, path: str, more_bytes: int) -> None:
        if self._task is not None:
            self._bars.update(self._task, advance=more_bytes, description=path.rpartition("/")[2])

    def sent(self, item: Item) -> None:
        pass

    def deleted(self, path: str) -> None:
        self._bars.console.print(f"deleted {path}", highlight=False, markup=False)

    def queued(self) -> None:
        self._bars.console.print(QUEUED, highlight=False, markup=False)

    def waiting(self, why: str, wait_s: float) -> None:
        self._bars.console.print(
            f"{why}; trying again in {wait_s:.0f} s", highlight=False, markup=False
        )
