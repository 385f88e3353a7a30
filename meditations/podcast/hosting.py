"""How the folder wants to be served: types, and how long each file may be kept.

Web hosts and uploading tools guess types by tables of their own, and guess some of these wrong. So
both the server on this machine and the upload take them from here.
"""

from __future__ import annotations

import re
from typing import Final

from meditations.project import public_name

FEED: Final = "feed.xml"
PAGE: Final = "index.html"
_FEEDS: Final = re.compile(r"feed(-[a-z0-9-]+)?\.xml")
_PAGES: Final = re.compile(r"index(-[a-z0-9-]+)?\.html")

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


def feed_of(language: str = "") -> str:
    """The feed of a language; that of the channel's own has no language in its name.

    With a dash: what stands between dots, servers take for an encoding or a program.
    """
    return f"feed-{language.lower()}.xml" if language else FEED


def list_of(language: str = "") -> str:
    """The list of meditations in a language; that of the channel's own is what a site opens."""
    return f"index-{language.lower()}.html" if language else PAGE


def page_of(slug: str) -> str:
    """The page of a track."""
    return f"listen/{public_name(slug)}.html"


def list_beside(feed: str) -> str:
    """The list of meditations in the language of a feed."""
    return PAGE if feed == FEED else f"index{feed.removeprefix('feed').removesuffix('.xml')}.html"


def is_feed(path: str) -> bool:
    """Whether this is the feed of a language."""
    return _FEEDS.fullmatch(path) is not None


def is_list(path: str) -> bool:
    """Whether this is the list of meditations in a language."""
    return _PAGES.fullmatch(path) is not None


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
