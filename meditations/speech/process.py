"""A process of a worker's that speaks: it holds what is slow to load, and forks a child a line.

A fresh Python for each line would cost 100 ms and more, a fork of the worker 10, for all its
arrays; a fork of a small process costs 2. Each line begins from the same state, so what was said
before changes nothing, and whatever hangs or crashes is one child. Where processes cannot be
forked, on Windows, the process speaks one line itself and is started anew for the next.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import signal
import threading
import time
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

CAN_FORK: Final = hasattr(os, "fork")
CRASHED: Final = "crashed"
"""What is told in the place of a child that ended without a word."""
POLL_S: Final = 0.0005
OWN_PATIENCE_S: Final = 10
"""So much longer than for the child is waited for the process, which ends a child that hangs."""


class Speaker:
    """The worker's side: starts the process when it is first asked, and anew when it is gone."""

    def __init__(
        self, serve: Callable[..., None], given: Callable[[], tuple[object, ...]] = tuple
    ) -> None:
        """What is started.

        Args:
            serve: A function of a module, called in the process with a connection and what
                `given` gives at that time.
            given: More arguments, which must be picklable.
        """
        self._serve, self._given = serve, given
        self._lock = threading.Lock()
        self._running: tuple[BaseProcess, Connection] | None = None

    def start(self) -> None:
        """Starts the process, if there is none, so that it warms up before the first line."""
        with self._lock:
            self._ready()

    def ask(self, request: tuple[object, ...], patience_s: float, *, fork: bool = CAN_FORK) -> Any:
        """What was told of a request, or None where it crashed or nothing came in time.

        Without `fork` the process answers itself, and is not used again.
        """
        with self._lock:
            connection = self._ready()
            told = None
            try:
                connection.send(request)
                if connection.poll(patience_s + OWN_PATIENCE_S):
                    told = connection.recv()
            except (EOFError, OSError):
                pass
            if told is None or not fork:
                self.end()
            return None if told == CRASHED else told

    def end(self) -> None:
        """Ends the process, if there is one; the next line starts another."""
        running, self._running = self._running, None
        if running is not None:
            process, connection = running
            connection.close()
            process.kill()
            process.join(5)

    def _ready(self) -> Connection:
        if self._running is None or not self._running[0].is_alive():
            self.end()
            context = multiprocessing.get_context("spawn")
            ours, theirs = context.Pipe()
            process = context.Process(
                target=self._serve, args=(theirs, *self._given()), daemon=True
            )
            process.start()
            theirs.close()
            self._running = process, ours
            atexit.register(self.end)
        return self._running[1]


def in_a_fork(
    speak: Callable[[], object], connection: Connection, timeout_s: float, *, fork: bool = CAN_FORK
) -> None:
    """Runs `speak`, which tells `connection` how it went, in a child; tells of a child that fails.

    Without `fork` it is run here, and the worker ends this process afterwards.
    """
    child = os.fork() if fork else 0
    if child == 0:
        speak()
        os._exit(0)
    if _ended_badly(child, timeout_s):
        connection.send(CRASHED)


def _ended_badly(child: int, timeout_s: float) -> bool:
    """Waits for a child, which is killed where it takes too long; whether it crashed."""
    last_moment = time.monotonic() + timeout_s + 0.5
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status != 0
        if time.monotonic() > last_moment:
            os.kill(child, signal.SIGKILL)
        time.sleep(POLL_S)
