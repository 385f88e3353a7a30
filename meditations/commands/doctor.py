"""`meditations doctor`."""

from __future__ import annotations

import json
import os
import platform
import shutil
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from meditations.errors import MeditationError
from meditations.project import project_or_here

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from meditations.speech.engine import VoiceInfo

LEAST_FREE_MB = 500
MOST_VOICES = 6


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: what was found, whether it will do, and how to mend it.

    What is not `needed` may be missing without a fault.
    """

    name: str
    found: str
    good: bool
    mend: str = ""
    needed: bool = True

    @property
    def fault(self) -> bool:
        """Whether something has to be mended."""
        return self.needed and not self.good


@click.command(epilog="Example: meditations doctor")
@click.option("--json", "as_json", is_flag=True, help="Tell the findings as JSON.")
def command(as_json: bool) -> int:
    """Tell what is installed, what is missing, and the command that mends it.

    Speaks a word and encodes a second of sound, for what is there may still not work.
    """
    looks: dict[str, Callable[[], str]] = {
        "Python": lambda: f"{platform.python_version()} on {platform.system()}",
        "ffmpeg": _ffmpeg,
        "MP3 encoder": _encodes,
        "espeak-ng": _espeak,
        "voice": _speaks,
        "voice files": _voice_files,
        "cache": _cache,
        "project": _project,
    }
    findings = [*(_look(name, look) for name, look in looks.items()), *_engines()]
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=1))
    else:
        for finding in findings:
            mark = "ok " if finding.good else "NO " if finding.needed else " - "
            click.echo(f"{mark} {finding.name:16} {finding.found}")
            for line in finding.mend.splitlines():
                click.echo(f"    {line}")
        bad = any(finding.fault for finding in findings)
        click.echo("Something is missing: see the lines marked NO." if bad else "All is well.")
    return 1 if any(finding.fault for finding in findings) else 0


def _look(name: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(name, look(), True)
    except MeditationError as error:
        return Finding(name, error.what, False, error.mend)


def _engines() -> list[Finding]:
    """The engines besides the default one: nothing is wrong where they are not ready."""
    from meditations.speech.readiness import readiness
    from meditations.speech.registry import engine_names
    from meditations.speech.voices import DEFAULT, NAMED

    root = project_or_here().root
    findings = []
    for name in engine_names():
        if name == NAMED[DEFAULT].engine:
            continue
        found = readiness(name, root)
        told = found.told + (f"; {_some(found.voices)}" if found.voices else "")
        findings.append(Finding(f"engine {name}", told, found.ready, found.mend, needed=False))
    return findings


def _some(voices: Sequence[VoiceInfo]) -> str:
    names = ", ".join(voice.name for voice in voices[:MOST_VOICES])
    return f"{len(voices)} voice{'s' if len(voices) != 1 else ''}: {names}" + (
        ", …" if len(voices) > MOST_VOICES else ""
    )


def _voice_files() -> str:
    from meditations.speech.voice_files import told_folders

    return f"looked for in {told_folders(project_or_here().root)}"


def _ffmpeg() -> str:
    from meditations.programs import FFMPEG_SETTING, ffmpeg_version

    chosen = f", chosen by {FFMPEG_SETTING}" if os.environ.get(FFMPEG_SETTING) else ""
    return f"{ffmpeg_version()}{chosen}"


def _encodes() -> str:
    from meditations.mix.mixer import encode, silence
    from meditations.mp3.stream import FRAME_BYTES

    frames = len(encode(silence(1_008))) // FRAME_BYTES
    return f"LAME works ({frames} frames from one second)"


def _espeak() -> str:
    from meditations.speech import espeak

    here = espeak.locate()
    chosen = (
        f", chosen by {espeak.LIBRARY_SETTING}" if os.environ.get(espeak.LIBRARY_SETTING) else ""
    )
    return f"{espeak.version(here)}{chosen}"


def _speaks() -> str:
    from meditations.speech.registry import engine_named
    from meditations.speech.utterance import Utterance
    from meditations.speech.voices import NAMED

    manner = NAMED["gentle"]
    with tempfile.TemporaryDirectory() as scratch:
        spoken = engine_named(manner.engine, Path.cwd()).speak(
            Utterance("Hello.", manner), Path(scratch)
        )
    return f"{manner.voice} speaks ({len(spoken.samples) / spoken.rate_hz:.1f} s)"


def _cache() -> str:
    from meditations.errors import from_os_error
    from meditations.store import cache_folder

    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise from_os_error(error, "writing into the cache") from None
    used = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    free_mb = shutil.disk_usage(folder).free // 1_000_000
    if free_mb < LEAST_FREE_MB:
        raise MeditationError(
            f"only {free_mb} MB are free in {folder}", mend="make room on that disk"
        )
    return f"{folder}, {used // 1_000_000} MB used, {free_mb // 1000} GB free"


def _project() -> str:
    from meditations.project import find_project, find_scripts

    project = find_project()
    scripts = len(find_scripts(project, []))
    return f"{project.root}, {scripts} script" + ("s" if scripts != 1 else "")
