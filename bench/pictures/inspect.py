"""Draws docs/inspect.png from a real build: python -m bench.pictures.inspect."""

from __future__ import annotations

import tempfile
from pathlib import Path

from meditations.inspection.inspecting import inspect_track
from meditations.inspection.plot import draw
from meditations.project import Project
from meditations.script import read_script
from meditations.track.pipeline import build_track
from meditations.track.sounding import Stores, Workshop
from meditations.workers import Workers, default_jobs

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Builds scripts/five-senses.yaml, inspects it, and draws what was found."""
    target = ROOT / "docs" / "inspect.png"
    with tempfile.TemporaryDirectory() as folder, Workers(default_jobs()) as workers:
        script = read_script(ROOT / "scripts" / "five-senses.yaml")
        workshop = Workshop(workers, Stores.open())
        track = build_track(script, Project(ROOT), Path(folder), workshop)
        draw(inspect_track(track.mp3, workers), target)
    print(target)


if __name__ == "__main__":
    main()
