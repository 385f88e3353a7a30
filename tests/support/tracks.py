"""Small projects, built for real, and the sound of what came out."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from meditations.programs import ffmpeg, run_ffmpeg
from meditations.project import Project
from meditations.script import read_script
from meditations.track.pipeline import BuiltTrack, build_track
from meditations.track.sounding import Stores, Workshop

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from meditations.speech.engine import Engine
    from meditations.workers import Workers

ROOT_MARK = "scripts"


@dataclass(frozen=True)
class Sound:
    """A decoded track: samples of shape (n, 2), full scale ±1, and its record."""

    samples: NDArray[np.float64]
    record: dict[str, Any]


def write_script(root: Path, text: str, name: str = "evening") -> Path:
    """A project at `root` with one script."""
    file = root / "scripts" / f"{name}.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(textwrap.dedent(text), "utf-8")
    return file


def build(
    root: Path,
    text: str,
    workers: Workers,
    engines: Mapping[str, Engine] | None = None,
    cache: Path | None = None,
) -> BuiltTrack:
    """Builds a script, given as text, in a project of its own at `root`, whatever care says."""
    script = read_script(write_script(root, text))
    workshop = Workshop(workers, Stores.open(cache or root / "cache"), engines or {})
    return build_track(script, Project(root.resolve()), root / "out", workshop, without_care=True)


def hear(mp3: Path) -> Sound:
    """Decodes a track with ffmpeg, as a player would."""
    raw = subprocess.run(
        [str(ffmpeg()), "-v", "error", "-i", str(mp3), "-map", "0:a", "-f", "f32le", "-"],
        check=True, capture_output=True,
    ).stdout  # fmt: skip
    record = json.loads(mp3.with_suffix(".json").read_text("utf-8"))
    return Sound(np.frombuffer(raw, "<f4").reshape(-1, 2).astype(np.float64), record)


def meditations(
    *arguments: str, cwd: Path, cache: Path, **settings: str
) -> subprocess.CompletedProcess[str]:
    """Runs the command line in a process of its own."""
    import os

    environment = {**os.environ, "MEDITATIONS_CACHE": str(cache), **settings}
    return subprocess.run(
        [sys.executable, "-m", "meditations", *arguments],
        cwd=cwd, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def ebur128(samples: NDArray[np.float64], folder: Path) -> tuple[float, float]:
    """Integrated loudness (LUFS) and true peak (dBTP) as ffmpeg's ebur128 measures them."""
    file = folder / "measured.f32"
    samples.astype("<f4").tofile(file)
    channels = 1 if samples.ndim == 1 else samples.shape[1]
    told = run_ffmpeg(
        ["-nostats", "-f", "f32le", "-ar", "48000", "-ac", str(channels), "-i", str(file),
         "-af", "ebur128=peak=true:framelog=quiet", "-f", "null", "-"],
    )  # fmt: skip
    lufs = re.findall(r"^\s+I:\s+(-?[\d.]+) LUFS", told, re.MULTILINE)
    peak = re.findall(r"^\s+Peak:\s+(-?[\d.]+|-inf) dBFS", told, re.MULTILINE)
    loud = float(lufs[-1]) if lufs else -np.inf
    return -np.inf if loud <= -70 else loud, float(peak[-1]) if peak else -np.inf
