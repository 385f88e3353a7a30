"""Whether a track is up to date, told in milliseconds and without reading the script.

Like a version control system's index: a stamp in the cache remembers of each file its size, its
time and its digest. Where size and time are as they were, the file is; where not, its digest
decides. Nothing here may import what is slow to import.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import meditations
from meditations.store import cache_folder, content_key, file_digest, written_whole

if TYPE_CHECKING:
    from meditations.project import Project
    from meditations.track.pipeline import BuiltTrack

FORMAT: Final = 1
_CHANNEL_NAMES: Final = re.compile(r"^(?:author|title)[ \t]*:.*(?:\n[ \t]+.*)*", re.MULTILINE)
SUFFIXES: Final = (".mp3", ".json", ".vtt", ".srt", ".txt", ".chapters.json", ".png")
"""What comes out for one track."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a track was made from and what was made, as of its last build."""

    environment: str
    inputs: dict[str, list[Any]]
    outputs: dict[str, list[Any]]


def outputs_of(slug: str, folder: Path) -> list[Path]:
    """The files of a track."""
    return [folder / (slug + suffix) for suffix in SUFFIXES]


def environment(project: Project) -> str:
    """A digest of the code, of what is installed, and of the settings that change a track.

    Args:
        project: The project; tracks are tagged with what its podcast is called.
    """
    package = Path(meditations.__file__).parent
    digest = hashlib.sha256()
    for file in sorted((*package.rglob("*.py"), *package.rglob("*.toml"))):
        stat = file.stat()
        digest.update(f"{file.relative_to(package)} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    for folder in sys.path:
        if folder.endswith("site-packages") and Path(folder).is_dir():
            names = sorted(entry.name for entry in Path(folder).glob("*.dist-info"))
            digest.update("\n".join(names).encode())
    settings = {k: v for k, v in os.environ.items() if k.startswith("MEDITATIONS_")}
    names = _channel_names(project.channel)
    digest.update(json.dumps([sys.version, settings, names], sort_keys=True).encode())
    return digest.hexdigest()


def _channel_names(channel: Path) -> list[str]:
    """Title and author of the podcast as they are written there.

    Nothing else in the file changes a track, least of all the guids that the program adds.
    """
    try:
        text = channel.read_text("utf-8", "replace")
    except OSError:
        return []
    found = _CHANNEL_NAMES.findall(text)
    return sorted(found) if len(found) == 2 else [text]


def is_fresh(script: Path, slug: str, folder: Path, now: str) -> bool:
    """Whether the track in `folder` is what the script makes in the environment `now`."""
    stamp = _read(_file(script, folder))
    if stamp is None or stamp.environment != now or str(script) not in stamp.inputs:
        return False
    if set(stamp.outputs) != {str(file) for file in outputs_of(slug, folder)}:
        return False
    known = (*stamp.inputs.items(), *stamp.outputs.items())
    return all(_unchanged(Path(file), facts) for file, facts in known)


def remember(script: Path, folder: Path, now: str, track: BuiltTrack) -> None:
    """Notes that the track of `script` in `folder` is up to date in the environment `now`."""
    stamp = {
        "format": FORMAT,
        "environment": now,
        "inputs": {str(file): _facts(file) for file in (script, *track.inputs)},
        "outputs": {str(file): _facts(file) for file in outputs_of(track.slug, folder)},
    }
    target = _file(script, folder)
    target.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(target) as beside:
        beside.write_text(json.dumps(stamp), "utf-8")


def _file(script: Path, folder: Path) -> Path:
    return cache_folder() / "stamps" / (content_key([str(script), str(folder)]) + ".json")


def _read(file: Path) -> Stamp | None:
    try:
        told = json.loads(file.read_text("utf-8"))
        if told["format"] != FORMAT:
            return None
        return Stamp(told["environment"], told["inputs"], told["outputs"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _facts(file: Path) -> list[Any]:
    """Size, time and digest; of a folder what lies in it; nothing of what is not there."""
    try:
        if file.is_dir():
            inside = [(f.name, f.stat().st_size, f.stat().st_mtime_ns) for f in file.iterdir()]
            return [content_key(sorted(inside))]
        stat = file.stat()
    except FileNotFoundError:
        return []
    return [stat.st_size, stat.st_mtime_ns, file_digest(file)]


def _unchanged(file: Path, known: list[Any]) -> bool:
    try:
        if not known:
            return not file.exists()
        if file.is_dir():
            return _facts(file) == known
        stat = file.stat()
        if [stat.st_size, stat.st_mtime_ns] == known[:2]:
            return True
        return bool(stat.st_size == known[0] and file_digest(file) == known[2])
    except OSError:
        return False
