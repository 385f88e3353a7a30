"""A process of a worker's that speaks: it holds what is slow to load, and forks a child a line.

A fresh Python for each line would cost 100 ms and more, a fork of the worker 10, for all its
arrays; a fork of a small process costs 2. Each line begins from the same state, so what was said
before changes nothing, and whatever hangs or crashes is one child. Where processes cannot be
forked, on Windows, the process speaks one line itself and is started anew for the next.

The server that workers are forked from may have planted a seed while it was small: a process that
has loaded all this once, and from which the processes of all workers are forked.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import multiprocessing
import os
import select
import signal
import socket
import threading
from functools import partial
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.process import BaseProcess

CAN_FORK: Final = hasattr(os, "fork")
CRASHED: Final = "crashed"
"""What is told in the place of a child that ended without a word."""
OWN_PATIENCE_S: Final = 10
"""So much longer than for the child is waited for the process, which ends a child that hangs."""


class Speaker:
    """The worker's side: starts the process when it is first asked, and anew when it is gone."""

    def __init__(
        self,
        serve: Callable[..., None],
        given: Callable[[], tuple[object, ...]] = tuple,
        prepare: Callable[[], object] = tuple,
    ) -> None:
        """What is started.

        Args:
            serve: A function of a module, called in the process with a connection and what
                `given` gives at that time.
            given: More arguments, which must be picklable.
            prepare: A function of a module, called in the process before it serves anybody; it
                may start no thread.
        """
        self._serve, self._given, self._prepare = serve, given, prepare
        self._lock = threading.Lock()
        self._running: tuple[BaseProcess | None, Connection] | None = None
        self._seed: socket.socket | None = None

    def plant(self) -> None:
        """Forks the seed off this process, which is still small; its forks will share it.

        The seed ends when this process and all its forks have ended.
        """
        if not CAN_FORK:
            return
        self._seed, theirs = socket.socketpair()
        seed = partial(_be_a_seed, theirs, self._prepare, self._serve)
        # A grandchild: whoever waits here for children of another kind does not meet it.
        os.waitpid(_forked(lambda: _forked(seed)), 0)
        theirs.close()

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
        """Ends the process, if there is one; the next line starts another.

        One that came of the seed ends as soon as it finds nobody at the other end: the only thing
        that it ever waits for longer is a child, and that is killed in time.
        """
        running, self._running = self._running, None
        if running is not None:
            process, connection = running
            connection.close()
            if process is not None:
                process.kill()
                process.join(5)

    def _ready(self) -> Connection:
        if self._running is not None:
            process, connection = self._running
            if process is None or process.is_alive():
                return connection
        self.end()
        ours, theirs = multiprocessing.Pipe()
        self._running = self._started(theirs), ours
        theirs.close()
        atexit.register(self.end)
        with contextlib.suppress(OSError):  # it is gone already: the first request will tell
            ours.send((os.getpid(), self._given()))
        return ours

    def _started(self, theirs: Connection) -> BaseProcess | None:
        """Starts a process at the other end: a fresh one, or of the seed, and then not ours."""
        if self._seed is not None:
            from multiprocessing.reduction import sendfds  # not on Windows

            try:
                sendfds(self._seed, [theirs.fileno()])
            except OSError:
                self._seed = None  # it has crashed, and will not come again
            else:
                return None
        process = multiprocessing.get_context("spawn").Process(
            target=_begin, args=(theirs, self._prepare, self._serve), daemon=True
        )
        process.start()
        return process


def _be_a_seed(
    asked: socket.socket, prepare: Callable[[], object], serve: Callable[..., None]
) -> None:
    """Forks a process for whoever sends a connection, until nobody is left who could."""
    from multiprocessing.reduction import recvfds

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What the server has opened is not for us: a socket that others still hold seems alive.
    os.closerange(3, asked.fileno())
    os.closerange(asked.fileno() + 1, 256)
    prepare()
    gc.freeze()  # a collection in a child would copy all that it looks at
    while True:
        try:
            (handle,) = recvfds(asked, 1)
        except EOFError:
            return
        _forked(lambda handle=handle: _grow(asked, handle, serve))  # type: ignore[misc]
        os.close(handle)


def _grow(asked: socket.socket, handle: int, serve: Callable[..., None]) -> None:
    asked.close()
    _work(Connection(handle), serve)


def _begin(
    connection: Connection, prepare: Callable[[], object], serve: Callable[..., None]
) -> None:
    prepare()
    gc.freeze()
    _work(connection, serve)


def _work(connection: Connection, serve: Callable[..., None]) -> None:
    with contextlib.suppress(EOFError):  # the worker is gone
        worker, given = connection.recv()
        _sit_by(worker)
        serve(connection, *given)


def _sit_by(worker: int) -> None:
    """Works on the worker's core, and takes turns as long as its: see `meditations.workers`."""
    if hasattr(os, "sched_setaffinity"):
        with contextlib.suppress(OSError):
            policy, turn = os.sched_getscheduler(worker), os.sched_getparam(worker)
            os.sched_setscheduler(0, policy, turn)
            os.sched_setaffinity(0, os.sched_getaffinity(worker))


def _forked(work: Callable[[], object]) -> int:
    """Has `work` done in a child, which ends with it, however that goes; gives the child's id."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    return child


def in_a_fork(
    speak: Callable[[], object], connection: Connection, timeout_s: float, *, fork: bool = CAN_FORK
) -> None:
    """Runs `speak`, which tells `connection` how it went, in a child; tells of a child that fails.

    Without `fork` it is run here, and the worker ends this process afterwards.
    """
    if not fork:
        speak()
        os._exit(0)
    over, held = os.pipe()  # closed by the system when the child ends, however it ends
    child = _forked(speak)
    os.close(held)
    if not select.select([over], [], [], timeout_s + 0.5)[0]:
        os.kill(child, signal.SIGKILL)
    os.close(over)
    _, status = os.waitpid(child, 0)
    if status != 0:
        connection.send(CRASHED)
