"""What a server has to say of each file: its type, and for how long it may be kept.

Types come from one table (`podcast/hosting.py`) and are never guessed: the one that Python guesses
from differs from machine to machine, knows no `.srt`, and takes `.chapters.json` for any JSON.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from meditations.errors import MeditationError
from meditations.podcast.hosting import ASK_AGAIN, FOR_EVER, UNKNOWN, cache_of, is_feed, type_of

__all__ = ["ASK_AGAIN", "FOR_EVER", "SOON", "Headers", "hash_in", "headers_for"]

SOON: Final = "public, max-age=300"
"""Of a feed: apps ask every few minutes at most, and a new episode is not waited for long."""
_HASHED = re.compile(r"(media|images|assets)/(?:.*-)?([0-9a-f]{8,64})\.[a-z0-9.]+")


@dataclass(frozen=True, slots=True)
class Headers:
    """What a server says of a file: `Content-Type` and `Cache-Control`."""

    type: str
    cache: str


def hash_in(path: str) -> str | None:
    """The digits of the content's hash in the name of a file that never changes, or None."""
    match = _HASHED.fullmatch(path)
    return match[2] if match else None


def headers_for(path: str) -> Headers:
    """The headers of a file, by its path below the folder of the podcast.

    Raises:
        MeditationError: If no type is known for it.
    """
    kind = type_of(path)
    if kind == UNKNOWN:
        raise MeditationError(
            f"nobody knows the type of {path}",
            mend="the folder holds what a build made and nothing else: build again",
        )
    return Headers(kind, SOON if is_feed(path) else cache_of(path))
