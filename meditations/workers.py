"""The processes that do the work, and the one way to stop all of them.

Children are forked from a server process that has imported what they need (`worker_setup`) and
has started nothing: a start costs milliseconds, and memory is shared. That server leads a process
group of its own, so an interrupt from the terminal reaches only the main process, which then ends
the whole group at once: workers, speaking processes, and ffmpeg. Other programs that speak lead
groups of their own, and are ended by the marks that they have in the folder for files in between.
"""

from __future__ import annotations

import contextlib
import importlib
import multiprocessing
import multiprocessing.forkserver
import os
import shutil
import signal
import sys
import tempfile
import threading
import types
import uuid
from concurrent.futures import (
    FIRST_COMPLETED,
    CancelledError,
    Future,
    ProcessPoolExecutor,
    wait,
)
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar

from meditations.errors import MeditationError, from_os_error
from meditations.programs import end_programs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from multiprocessing.context import BaseContext
    from multiprocessing.sharedctypes import Synchronized

P = ParamSpec("P")
R = TypeVar("R")
K = TypeVar("K")

LOOK_AGAIN_S: Final = 0.2
_SETUP: Final = "meditations.worker_setup"


def default_jobs() -> int:
    """How many workers suit this machine: one a core that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Workers:
    """A pool of processes, used as a context: leaving it with an error ends them at once."""

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self.stopped = threading.Event()
        self._starting = self._started = self._interrupted = False
        self._handlers: dict[signal.Signals, Any] = {}
        self._warming = threading.Thread(target=self._warm_up, daemon=True)

    def __enter__(self) -> Workers:
        with contextlib.ExitStack() as tidying:
            tidying.push(self.__exit__)
            if threading.current_thread() is threading.main_thread():
                self._handlers = {
                    number: signal.signal(number, self._on_interrupt)
                    for number in (signal.SIGINT, signal.SIGTERM)
                }
            with self._undisturbed():
                self._start()
            # All of them at once, and now: they warm up while scripts are read.
            self._warming.start()
            tidying.pop_all()
        return self

    def _start(self) -> None:
        context = _context()
        self._scratch = Path(tempfile.gettempdir()) / f"meditations-{uuid.uuid4().hex}"
        self._scratch.mkdir(mode=0o700)
        seats = context.Value("i", 0)
        self._pool = ProcessPoolExecutor(
            self.jobs, context, _start_worker, (str(self._scratch), seats, self.jobs)
        )
        self._started = True
        with _server_settings():
            _start_server()

    @contextlib.contextmanager
    def _undisturbed(self) -> Iterator[None]:
        """Lets an interrupt wait until the end: folders half made are not tidied up by anybody."""
        self._starting = True
        try:
            yield
        finally:
            self._starting = False
            before = [getattr(handler, "asked", False) for handler in self._handlers.values()]
            if self._interrupted or any(before):
                raise KeyboardInterrupt

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        """Ends the processes.

        Raises:
            KeyboardInterrupt: If there was one, whatever has become of it. Libraries swallow one
                that comes up while they are imported, and some callbacks let nothing out; or a
                pipe to the server that was just ended breaks, and that is raised in its place.
        """
        if self._started:
            if kind is None and not self.stopped.is_set():
                self._pool.shutdown()
            else:
                self.kill()
            shutil.rmtree(self._scratch, ignore_errors=True)
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        if self._interrupted and kind is not KeyboardInterrupt:
            raise KeyboardInterrupt from None

    def _on_interrupt(self, number: int, frame: object) -> None:  # noqa: ARG002
        """Ends the processes here and now: wherever the exception comes up, nothing waits."""
        self._interrupted = True
        if self._starting:
            return
        self.stopped.set()
        _end_server()
        end_programs(self._scratch)
        raise KeyboardInterrupt

    def _warm_up(self) -> None:
        with contextlib.suppress(RuntimeError, EOFError, OSError):  # it may be closed by now
            for _ in range(self.jobs):
                self._pool.submit(_warm_worker)

    def submit(self, work: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Has `work` done by a worker; functions and arguments must be picklable."""
        try:
            return self._pool.submit(work, *args, **kwargs)
        except (BrokenProcessPool, ConnectionError, EOFError):  # the latter as a worker is started
            raise broken_pool() from None

    def result(self, future: Future[R]) -> R:
        """What a worker gave.

        Raises:
            MeditationError: If the work failed, the disk is full, or the workers were ended.
        """
        while True:
            try:
                return future.result(timeout=LOOK_AGAIN_S)
            except TimeoutError:
                # A pool that is ended in the middle of a start does not always tell its futures.
                if self.stopped.is_set() and not future.done():
                    raise broken_pool() from None
            except (BrokenProcessPool, CancelledError):
                raise broken_pool() from None
            except OSError as error:
                raise from_os_error(error, "building the track") from None

    def gather(self, pending: Mapping[K, Future[R]], tell: Callable[[K], None]) -> dict[K, R]:
        """All results; with the first fault the rest is given up.

        Args:
            pending: What was submitted, by any names.
            tell: Is told the name of each as it is done.

        Raises:
            MeditationError: The first that a worker raised.
        """
        names = {future: name for name, future in pending.items()}
        done: dict[K, R] = {}
        waiting = set(names)
        while waiting:
            finished, waiting = wait(waiting, timeout=LOOK_AGAIN_S, return_when=FIRST_COMPLETED)
            if not finished and self.stopped.is_set():
                raise broken_pool()
            for future in sorted(finished, key=lambda f: list(names).index(f)):
                try:
                    done[names[future]] = self.result(future)
                except MeditationError:
                    for other in waiting:
                        other.cancel()
                    raise
                tell(names[future])
        return done

    def kill(self) -> None:
        """Ends every process of the pool and all that they started; returns within a second."""
        self.stopped.set()
        self._pool.shutdown(wait=False, cancel_futures=True)
        _end_server()
        # A worker that was just being started starts a server anew where it finds none.
        if self._warming.ident is not None:
            self._warming.join(0.5)
        _end_server()
        end_programs(self._scratch)
        for process in multiprocessing.active_children():
            process.kill()


def _end_server() -> None:
    """Ends the server and its group, which it leads as soon as it has imported what it needs."""
    server = getattr(multiprocessing.forkserver, "_forkserver", None)
    pid = getattr(server, "_forkserver_pid", None)
    if not pid:
        return
    for end in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            end(pid, signal.SIGKILL)


def broken_pool() -> MeditationError:
    """The message for a worker that was ended from outside."""
    return MeditationError(
        "a working process was ended by the system, most often for want of memory",
        mend="close other programs, or build with fewer: --jobs 1; what is finished is kept",
    )


def _context() -> BaseContext:
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    if context.get_start_method() == "forkserver":
        context.set_forkserver_preload([_SETUP])
    return context


def _start_server() -> None:
    if "forkserver" in multiprocessing.get_all_start_methods():
        multiprocessing.forkserver.ensure_running()


# Arrays over 4 MB go back to the system as soon as they are done with, and threads share one
# heap: with four workers that is 150 MB less, for no time that could be measured (glibc only).
_MEMORY: Final = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "4000000",
    "MALLOC_TRIM_THRESHOLD_": "64000000",
}


@contextlib.contextmanager
def _server_settings() -> Iterator[None]:
    """The environment that the server starts in, and all processes after it.

    It finds this package where that is not installed, from a checkout: up to Python 3.13 the
    server is not given its parent's path before it imports.
    """
    root = str(Path(__file__).resolve().parents[1])
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    settings = {"PYTHONPATH": path, **{k: v for k, v in _MEMORY.items() if k not in os.environ}}
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _start_worker(scratch: str, seats: Synchronized[int], jobs: int) -> None:
    tempfile.tempdir = scratch  # pydub's files in between go where the main process cleans up
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with seats.get_lock():
        seat = seats.value
        seats.value += 1
    _settle(seat, jobs)
    # Children of this worker would otherwise import the main program once more, each of them.
    sys.modules["__main__"] = types.ModuleType("__main__")
    threading.Thread(target=_end_with_parent, args=(scratch,), daemon=True).start()


def _warm_worker() -> None:
    importlib.import_module(_SETUP).warm_up()


def _settle(seat: int, jobs: int) -> None:
    """Lets a worker and its children stay on one core, and take long turns there (Linux only).

    ffmpeg hands each frame of 24 ms through six threads. Spread over cores they mostly wake one
    another; on one core, in long turns, four windows at once take a quarter less time. Workers
    are tied to cores only where there is one for each core: fewer of them are free to move aside.
    """
    if not hasattr(os, "sched_setaffinity"):
        return
    with contextlib.suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
        cores = sorted(os.sched_getaffinity(0))
        if jobs >= len(cores):
            os.sched_setaffinity(0, {cores[seat % len(cores)]})


def _end_with_parent(scratch: str) -> None:
    """Ends this worker's group, and tidies up, when the main process is gone, however it went."""
    from multiprocessing.connection import wait

    parent = multiprocessing.parent_process()
    if parent is None:
        return
    wait([parent.sentinel])
    end_programs(Path(scratch))
    shutil.rmtree(scratch, ignore_errors=True)
    if hasattr(os, "killpg") and os.getpgrp() != os.getsid(0):
        os.killpg(0, signal.SIGKILL)
    os._exit(1)
