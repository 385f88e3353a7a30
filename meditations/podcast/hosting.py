"""How the folder wants to be served: types, and how long each file may be kept.

Web hosts and uploading tools guess types by tables of their own, and guess some of these wrong. So
both the server on this machine and the upload take them from here.
"""

from __future__ import annotations

import re
from typing import Final

FEED: Final = "feed.xml"
PAGE: Final = "index.html"

TYPES: Final = {
    ".chapters.json": "application/json+chapters",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mp3": "audio/mpeg",
    ".png": "image/png",
    ".srt": "application/x-subrip; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".vtt": "text/vtt; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".xml": "application/rss+xml; charset=utf-8",
}
"""MIME types by the end of a name; the longest that fits counts."""
UNKNOWN: Final = "application/octet-stream"

FOR_EVER: Final = "public, max-age=31536000, immutable"
ASK_AGAIN: Final = "no-cache"
"""May be kept, but is asked about before each use: a feed and a page change under their names."""
_HASHED: Final = re.compile(r"(assets|images|media)/[^/]+-[0-9a-f]{8,64}(\.[a-z0-9]+)+")


def type_of(path: str) -> str:
    """The MIME type of a file in the folder, by its name."""
    name = path.rpartition("/")[2].lower()
    fitting = [end for end in TYPES if name.endswith(end)]
    return TYPES[max(fitting, key=len)] if fitting else UNKNOWN


def cache_of(path: str) -> str:
    """The `Cache-Control` of a file in the folder: for ever where its name holds its digest."""
    return FOR_EVER if _HASHED.fullmatch(path) else ASK_AGAIN


def open_to_all(path: str) -> bool:
    """Whether pages of other sites may read a file: players in a browser show transcripts."""
    return path.startswith("media/")
