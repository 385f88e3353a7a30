"""What the figures were taken on; nothing that names the machine or its owner."""

from __future__ import annotations

import os
import platform
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.process import cores_here

LISTEN_S: Final = 0.2


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine's description, as it is printed."""

    processor: str
    cores: int
    cores_there: int
    memory_gb: float
    system: str
    python: str
    ffmpeg: str
    libraries: str


def describe() -> Machine:
    """This machine."""
    import importlib.metadata

    from meditations.programs import ffmpeg_version

    names = ("pydub", "pyttsx3", "numpy", "espeakng-loader")
    return Machine(
        processor=_processor(),
        cores=len(cores_here()),
        cores_there=os.cpu_count() or 1,
        memory_gb=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9,
        system=f"{platform.system()}, {platform.machine()}",
        python=f"{platform.python_implementation()} {platform.python_version()}",
        ffmpeg=ffmpeg_version(),
        libraries=", ".join(f"{name} {importlib.metadata.version(name)}" for name in names),
    )


def others_cores() -> float:
    """How many cores others keep busy, listened to while nothing of the bench runs.

    0 where the system does not tell.
    """
    before = _ticks()
    time.sleep(LISTEN_S)
    total, idle = (now - then for now, then in zip(_ticks(), before, strict=True))
    return (os.cpu_count() or 1) * (1 - idle / total) if total else 0.0


def _ticks() -> tuple[int, int]:
    """Ticks of all cores since the start: all of them, and those without work."""
    try:
        told = Path("/proc/stat").read_text().partition("\n")[0]
    except OSError:
        return 0, 0
    # user nice system idle iowait irq softirq steal; what guests took is in the first two.
    ticks = [int(number) for number in told.split()[1:9]]
    return sum(ticks), ticks[3] + ticks[4]


def _processor() -> str:
    try:
        told = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor() or "unknown"
    match = re.search(r"^model name\s*:\s*(.+)$", told, re.MULTILINE)
    return match[1].strip() if match else platform.processor() or "unknown"
