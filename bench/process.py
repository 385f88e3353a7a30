"""Runs whole processes and takes their time, one after the other, on the cores that are wanted."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bench import proc
from bench.memory import Watch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import IO

    from bench.memory import Peak

LONGEST_S: Final = 1800.0
SETTLE_S: Final = 10.0


class BenchError(Exception):
    """Something that was to be measured did not do what it is measured for."""


@dataclass(frozen=True, slots=True)
class Task:
    """A process to run.

    Attributes:
        command: The program and its arguments.
        folder: Its working folder.
        environment: All its variables.
        cores: How many cores it may use, or all that there are for fewer.
        watched: Whether its memory is sampled, which costs it some time.
    """

    command: Sequence[str]
    folder: Path
    environment: Mapping[str, str]
    cores: int
    watched: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """How a task went.

    Attributes:
        seconds: From just before its start until it had ended.
        output: What it printed on standard output.
        told: Lines of standard error, each with the seconds since the start.
        largest_mb: The highest RSS of it and of the children that it waited for.
        memory: What was sampled, if it was watched.
    """

    seconds: float
    output: str
    told: tuple[tuple[float, str], ...]
    largest_mb: float
    memory: Peak | None = field(default=None)


def cores_here() -> list[int]:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


@contextlib.contextmanager
def on_cores(count: int) -> Iterator[None]:
    """What is started in here may only use the first `count` cores: as `taskset` would have it."""
    before = cores_here()
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    os.sched_setaffinity(0, before[:count])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def run(task: Task) -> Run:
    """Runs a task to its end, and until nothing is left of what it started.

    Raises:
        BenchError: If it fails, takes longer than LONGEST_S, or leaves processes behind.
    """
    with tempfile.TemporaryFile("w+") as output, contextlib.ExitStack() as stack:
        with on_cores(task.cores):
            start = time.perf_counter()
            process = subprocess.Popen(
                list(task.command), cwd=task.folder, env=dict(task.environment),
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.PIPE, text=True,
                # A session of its own, by which all that it starts is found again.
                start_new_session=True,
            )  # fmt: skip
        stack.callback(_end, process)
        assert process.stderr is not None
        told: list[tuple[float, str]] = []
        reader = threading.Thread(target=_read, args=(process.stderr, start, told), daemon=True)
        reader.start()
        watch = stack.enter_context(Watch(process.pid)) if task.watched else None
        alarm = threading.Timer(LONGEST_S, process.kill)
        alarm.start()
        stack.callback(alarm.cancel)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        reader.join(SETTLE_S)
        if process.returncode != 0:
            last = "\n".join(line for _, line in told[-12:])
            raise BenchError(f"{_short(task)} ended with {process.returncode}:\n{last}")
        _settle(process.pid, task)
        output.seek(0)
        return Run(
            seconds, output.read(), tuple(told), usage.ru_maxrss * 1024 / 1e6,
            watch.peak if watch else None,
        )  # fmt: skip


def _read(stream: IO[str], start: float, told: list[tuple[float, str]]) -> None:
    for line in stream:
        told.append((time.perf_counter() - start, line.rstrip("\n")))


def _end(process: subprocess.Popen[str]) -> None:
    """Ends a process that is still there because the bench itself was stopped."""
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
    if process.stderr is not None:
        process.stderr.close()


def _settle(session: int, task: Task) -> None:
    """Waits until the last process of a session is gone, lest it disturb what comes next."""
    if not proc.available():
        return
    end = time.monotonic() + SETTLE_S
    while any(p.session == session for p in proc.everything()):
        if time.monotonic() > end:
            raise BenchError(f"{_short(task)} has left processes behind")
        time.sleep(0.02)


def _short(task: Task) -> str:
    return " ".join(task.command[1:5])
