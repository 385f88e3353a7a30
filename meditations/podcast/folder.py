"""The folder to be uploaded: everything that is published, and nothing else.

It is made anew beside its place each time and then moved there whole, so that nobody ever finds
half of one. Media that is already there is linked, not copied.
"""

from __future__ import annotations

import os
import shutil
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from meditations.errors import from_os_error

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from meditations.podcast.episodes import Media


@dataclass(frozen=True, slots=True)
class Contents:
    """What a podcast's folder holds.

    Attributes:
        media: Files that exist already, with the places that they get.
        texts: What is written for it: its bytes, by path.
    """

    media: tuple[Media, ...]
    texts: Mapping[str, bytes]


def write_folder(folder: Path, contents: Contents) -> None:
    """Makes `folder` hold exactly `contents`.

    Raises:
        MeditationError: If it cannot be written; what was there stays.
    """
    staging = folder.with_name(f".{folder.name}-{uuid.uuid4().hex}")
    before = folder.with_name(f".{folder.name}-{uuid.uuid4().hex}")
    try:
        staging.mkdir(parents=True)
        for media in contents.media:
            _place(media, staging)
        for path, data in contents.texts.items():
            target = staging / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        if folder.exists():
            folder.replace(before)
        staging.replace(folder)
    except OSError as error:
        if before.exists() and not folder.exists():
            before.replace(folder)
        raise from_os_error(error, f"writing {folder.name}") from None
    finally:
        for left in (staging, before):
            shutil.rmtree(left, ignore_errors=True)


def _place(media: Media, folder: Path) -> None:
    target = folder / media.path
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        return
    try:
        os.link(media.source, target)
    except OSError:  # another disk, or one that knows no links
        shutil.copyfile(media.source, target)


def paths(contents: Contents) -> Iterable[str]:
    """All paths, in order."""
    return sorted({media.path for media in contents.media} | set(contents.texts))
