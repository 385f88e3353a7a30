"""Whom the sounds of tracks are owed to: `credits.txt` beside them, drawn from their records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from meditations.errors import MeditationError
from meditations.store import written_whole
from meditations.track.record import read_record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

NAME: Final = "credits.txt"
MISSING: Final = "not given: this may not be published"


def write_credits(folder: Path) -> None:
    """Writes `credits.txt` for all tracks in `folder`; without any sound file there is none."""
    owed: dict[tuple[str, str, str], list[str]] = {}
    for record in _records(folder):
        for sound in _files(record):
            key = (sound["sound"], sound["credit"] or MISSING, sound["license"] or MISSING)
            owed.setdefault(key, []).append(record["title"])
    target = folder / NAME
    if not owed:
        target.unlink(missing_ok=True)
        return
    lines = ["Sounds in these tracks, and whom they are owed to.", ""]
    for (name, credit, license_), titles in sorted(owed.items()):
        lines += [name, f"  credit:  {credit}", f"  license: {license_}"]
        lines += [f"  heard in: {title}" for title in sorted(set(titles))] + [""]
    with written_whole(target) as beside:
        beside.write_text("\n".join(lines), "utf-8", newline="\n")


def uncredited(record: Mapping[str, Any]) -> list[str]:
    """Sound files of a track without credit or licence: such a track is not published."""
    return [s["sound"] for s in _files(record) if not (s["credit"] and s["license"])]


def _files(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    return (sound for sound in record["sounds"] if sound["sha256"])


def _records(folder: Path) -> Iterator[dict[str, Any]]:
    for file in sorted(folder.glob("*.mp3")):
        try:
            yield read_record(file.with_suffix(".json"))
        except MeditationError:
            continue  # a track of another version: it is built anew before it is published
