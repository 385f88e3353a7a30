"""What the figures were taken on; nothing that names the machine or its owner."""

from __future__ import annotations

import os
import platform
import re
from dataclasses import dataclass
from pathlib import Path

from bench.process import cores_here


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
    load: float


def describe() -> Machine:
    """This machine; its load is that of the minute before the run."""
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
        load=os.getloadavg()[0],
    )


def _processor() -> str:
    try:
        told = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor() or "unknown"
    match = re.search(r"^model name\s*:\s*(.+)$", told, re.MULTILINE)
    return match[1].strip() if match else platform.processor() or "unknown"
