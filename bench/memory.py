"""How much memory a process and everything that it starts take, sampled while they run."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bench import proc

if TYPE_CHECKING:
    from collections.abc import Iterable

EVERY_S: Final = 0.05


@dataclass(frozen=True, slots=True)
class Peak:
    """The most that was seen, in MB of 10^6 bytes.

    Attributes:
        process_mb: The RSS of the largest single process, as the kernel kept it.
        process_name: What that process is.
        together_mb: The sum of the PSS of all processes at one moment.
        most: The number of processes at that moment.
        samples: How often was looked.
    """

    process_mb: float
    process_name: str
    together_mb: float
    most: int
    samples: int


class Watch:
    """Samples a process and its descendants until it is told to stop; used as a context."""

    def __init__(self, root: int) -> None:
        self._root = root
        self._known: set[tuple[int, int]] = set()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.peak = Peak(0.0, "", 0.0, 0, 0)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *fault: object) -> None:
        self._done.set()
        self._thread.join(10)

    def _run(self) -> None:
        due = time.monotonic()
        while not self._done.wait(max(0.0, due - time.monotonic())):
            due = max(due, time.monotonic() - EVERY_S) + EVERY_S
            self._look()

    def _look(self) -> None:
        kin = proc.family(self._root, self._known)
        held = {p: found for p in kin if (found := proc.memory(p.pid)) is not None}
        before = self.peak
        name, process_mb = before.process_name, before.process_mb
        for process, found in held.items():
            if found.peak > process_mb:
                name, process_mb = _role(process, kin, self._root), found.peak
        together = sum(held[p].pss for p in _apart(held))
        more = together > before.together_mb
        self.peak = Peak(
            process_mb, name, max(together, before.together_mb),
            len(held) if more else before.most, before.samples + 1,
        )  # fmt: skip


def _apart(held: dict[proc.Process, proc.Memory]) -> Iterable[proc.Process]:
    """Those with a memory of their own.

    A child between `vfork` and `exec` is its parent as far as memory goes, and would count twice.
    """
    by_pid = {process.pid: found for process, found in held.items()}
    for process, found in held.items():
        parent = by_pid.get(process.parent)
        same = parent is not None and (
            (parent.space, parent.rss, parent.pss) == (found.space, found.rss, found.pss)
        )
        if not same:
            yield process


def _role(process: proc.Process, kin: list[proc.Process], root: int) -> str:
    """What a process of a build is: told from its program and from its depth in the tree."""
    try:
        program = (proc.PROC / str(process.pid) / "comm").read_text().strip()
    except OSError:
        program = ""
    if program.startswith("ffmpeg"):
        return "ffmpeg"
    parents = {p.pid: p.parent for p in kin}
    depth, pid = 0, process.pid
    while pid != root and pid in parents:
        depth, pid = depth + 1, parents[pid]
    names = ("main process", "server of the workers", "worker", "server of the voices", "voice")
    return names[min(depth, len(names) - 1)]
