"""Whether the podcast's folder is up to date, told in milliseconds and without reading a script.

As for tracks (`meditations/track/freshness.py`): a stamp in the cache remembers names, sizes and
times of all that the folder is made from, and of all that is in it. Nothing here may import what
is slow to import.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from meditations.errors import MeditationError
from meditations.store import cache_folder, content_key, written_whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def remembered(folder: Path, sources: Sequence[Path], environment: str) -> str | None:
    """What was noted when `sources`, as they are, were last looked at in this environment.

    Nothing (an empty text) where `folder` is what they make of it, else why it stays as it was;
    None where they have to be looked at again.

    Args:
        folder: The podcast's folder; it need not be there, where nothing is published.
        sources: Files and folders that it is made from.
        environment: A digest of the code and the settings.
    """
    try:
        state, _, note = _file(folder).read_text("utf-8").partition("\n")
        return note if state == _state(folder, sources, environment) else None
    except OSError:
        return None


def remember(folder: Path, sources: Sequence[Path], environment: str, note: str) -> None:
    """Notes what has become of `folder`; where that cannot be, it is made again next time."""
    target = _file(folder)
    with contextlib.suppress(OSError, MeditationError):
        target.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(target) as beside:
            beside.write_text(f"{_state(folder, sources, environment)}\n{note}", "utf-8")


def _file(folder: Path) -> Path:
    return cache_folder() / "stamps" / (content_key(["podcast", str(folder)]) + ".txt")


def _state(folder: Path, sources: Sequence[Path], environment: str) -> str:
    digest = hashlib.sha256(environment.encode())
    for source in (folder, *sources):
        for line in sorted(_facts(source)):
            digest.update(line.encode("utf-8", "surrogateescape") + b"\n")
    return digest.hexdigest()


def _facts(source: Path) -> Iterator[str]:
    if source.is_file():
        yield _fact(source)
    for root, _, names in os.walk(source):
        for name in names:
            yield _fact(Path(root, name))


def _fact(file: Path) -> str:
    stat = file.stat()
    return f"{file} {stat.st_size} {stat.st_mtime_ns}"
