"""Processes as Linux tells of them in /proc: which belong together, and their memory."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PROC: Final = Path("/proc")
_KILOBYTES = re.compile(r"^(Rss|Pss):\s+(\d+) kB", re.MULTILINE)
_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Process:
    """A process, as of one look at it; `started` tells it from a later one with its number."""

    pid: int
    parent: int
    session: int
    started: int


@dataclass(frozen=True, slots=True)
class Memory:
    """The memory of one process, in MB of 10^6 bytes.

    Attributes:
        rss: All its pages that lie in memory now.
        pss: The same, each page divided by the number of processes that share it.
        peak: The highest RSS so far, as the kernel counts it: no moment is missed.
        space: The first line of its map: equal in a child that still uses its parent's memory.
    """

    rss: float
    pss: float
    peak: float
    space: str


def available() -> bool:
    """Whether this system tells of its processes here."""
    return (PROC / "self" / "smaps_rollup").exists()


def everything() -> list[Process]:
    """All processes there are, this one too."""
    found = []
    for folder in PROC.iterdir():
        if not folder.name.isdecimal():
            continue
        try:
            told = (folder / "stat").read_text()
        except OSError:
            continue  # it has ended
        # The name, in brackets, may hold anything.
        fields = told.rpartition(")")[2].split()
        if fields[0] not in "ZX":
            found.append(Process(int(folder.name), *(int(fields[n]) for n in (1, 3, 19))))
    return found


def family(root: int, known: set[tuple[int, int]]) -> list[Process]:
    """The process `root` and all that came from it and are still there.

    A session outlives the parents in it, so a process whose parent has ended is found all the
    same; one that left the session is found by its parent, and is then kept in mind.

    Args:
        root: The number of a process that leads a session of its own.
        known: Who was found before (number and start); who is found now is added.
    """
    processes = everything()
    members = {
        p.pid for p in processes
        if root in (p.pid, p.session) or (p.pid, p.started) in known
    }  # fmt: skip
    before = -1
    while len(members) != before:
        before = len(members)
        members |= {p.pid for p in processes if p.parent in members}
    kin = [p for p in processes if p.pid in members]
    known.update((p.pid, p.started) for p in kin)
    return kin


def memory(pid: int) -> Memory | None:
    """What a process holds; None if it has ended."""
    try:
        rollup = (PROC / str(pid) / "smaps_rollup").read_text()
        status = (PROC / str(pid) / "status").read_text()
    except OSError:
        return None
    held = {name: int(kilobytes) * 1024 / 1e6 for name, kilobytes in _KILOBYTES.findall(rollup)}
    peak = _PEAK.search(status)
    if not held or peak is None:
        return None
    space = rollup.partition("\n")[0]
    return Memory(held["Rss"], held["Pss"], int(peak[1]) * 1024 / 1e6, space)
