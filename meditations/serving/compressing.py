"""Texts go compressed to those who say that they can read it: a fifth to a third of the bytes.

Sound and pictures are compressed already, and a part of a file is a part of its own bytes: both are
sent as they are.
"""

from __future__ import annotations

import gzip
import re
from typing import TYPE_CHECKING, Final

from meditations.podcast.hosting import type_of

if TYPE_CHECKING:
    from email.message import Message

LEAST_BYTES: Final = 256
"""Below this nothing is gained."""
MOST_BYTES: Final = 16 << 20
"""Above this it would take a listener's time, and memory here. No text of ours comes near it."""
TEXTS: Final = (
    "text/", "application/json", "application/manifest+json", "application/rss+xml",
    "application/x-subrip", "image/svg+xml",
)  # fmt: skip
"""How the types of texts begin."""
_CODING: Final = re.compile(
    r"\s*(?P<name>[!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*(;\s*q\s*=\s*(?P<weight>[01](\.\d{0,3})?)\s*)?",
    re.IGNORECASE,
)


def is_text(path: str) -> bool:
    """Whether a file, by its name, is one that may be sent compressed."""
    return type_of(path).startswith(TEXTS)


def takes_gzip(accepted: str | None) -> bool:
    """Whether an `Accept-Encoding` header (RFC 9110, 12.5.3) allows gzip; None where it lacks."""
    weights: dict[str, float] = {}
    for each in (accepted or "").split(","):
        if found := _CODING.fullmatch(each):
            weights[found["name"].lower()] = float(found["weight"] or 1)
    for name in ("gzip", "x-gzip", "*"):
        if name in weights:
            return weights[name] > 0
    return False


def is_wanted_compressed(path: str, size: int, asked: Message) -> bool:
    """Whether a request for this file, of so many bytes, is answered with a compressed one."""
    return (
        LEAST_BYTES <= size <= MOST_BYTES
        and is_text(path)
        and asked.get("Range") is None
        and takes_gzip(asked.get("Accept-Encoding"))
    )


def compressed(data: bytes) -> bytes:
    """The bytes as gzip, without a date: the same for the same."""
    return gzip.compress(data, compresslevel=9, mtime=0)


def tag_of_compressed(tag: str) -> str:
    """Its entity tag: another than the uncompressed file's, for its bytes are others."""
    return f'{tag[:-1]}-gzip"'
