"""What a server has to say of each file: its type, and for how long it may be kept.

Types are set here and never guessed: the table that Python guesses from differs from machine to
machine, knows no `.srt`, and takes `.chapters.json` for any other JSON.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from meditations.errors import MeditationError

FEED: Final = "feed.xml"
FOR_EVER: Final = "public, max-age=31536000, immutable"
"""Of files whose name holds their content's hash: other content, other name."""
SOON: Final = "public, max-age=300"
"""Of the feed: apps ask every few minutes at most, and a new episode is not waited for long."""
ASK: Final = "no-cache"
"""Of pages and the service worker: kept, but asked for again each time (a 304 costs little)."""

TYPES: Final = {
    ".mp3": "audio/mpeg",
    ".vtt": "text/vtt; charset=utf-8",
    ".srt": "application/x-subrip; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".chapters.json": "application/json+chapters",
    ".json": "application/json",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".svg": "image/svg+xml",
    ".ico": "image/x-icon",
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".xml": "application/xml; charset=utf-8",
    ".woff2": "font/woff2",
}
FEED_TYPE: Final = "application/rss+xml; charset=utf-8"
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
    if path == FEED:
        return Headers(FEED_TYPE, SOON)
    name = path.rpartition("/")[2].lower()
    suffix = ".chapters.json" if name.endswith(".chapters.json") else "." + name.rpartition(".")[2]
    if suffix not in TYPES:
        raise MeditationError(
            f"nobody knows the type of {path}",
            mend="the folder holds what a build made and nothing else: build again",
        )
    return Headers(TYPES[suffix], FOR_EVER if hash_in(path) else ASK)
