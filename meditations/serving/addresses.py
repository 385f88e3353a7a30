"""What a request asks for: the parts of a path below the folder, and the address it came by."""

from __future__ import annotations

import ipaddress
import re
from typing import Final
from urllib.parse import unquote_to_bytes

from meditations.podcast.hosting import PAGE

LONGEST_PART_BYTES: Final = 255
_ABSOLUTE: Final = re.compile(r"https?://[^/?#]*", re.IGNORECASE)
_BAD_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_HOST: Final = re.compile(r"(?P<name>[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?")


def path_parts(target: str) -> tuple[str, ...] | None:
    """The names of folders and file that a request's target leads through.

    Args:
        target: As it stands in the request: a path with escapes, perhaps behind a scheme and a
            host, perhaps before a query.

    Returns:
        The names, unescaped; `index.html` where a folder is asked for. None for whatever could lead
        out of the folder, or means another thing to one system than to another: that is answered
        as a file that is not there.
    """
    path = _ABSOLUTE.sub("", target, count=1)
    path = re.split(r"[?#]", path, maxsplit=1)[0]
    if path != target and not path:
        path = "/"
    if not path.startswith("/") or _BAD_ESCAPE.search(path):
        return None
    try:
        # Bytes beyond ASCII arrive as Latin-1, the way http.server reads a request.
        text = unquote_to_bytes(path.encode("latin-1")).decode("utf-8")
    except ValueError:
        return None
    parts = text.removeprefix("/").split("/")
    if parts[-1] == "":
        parts[-1] = PAGE
    return tuple(parts) if all(map(_plain, parts)) else None


def _plain(part: str) -> bool:
    """Whether a name is an ordinary one: neither `..` nor hidden, no separator, drive or NUL."""
    return (
        bool(part)
        and not part.startswith(".")
        and part.isprintable()
        and not set(part) & set('\\:*?"<>|')
        and len(part.encode("utf-8")) <= LONGEST_PART_BYTES
    )


def host_named(header: str | None) -> str | None:
    """The host and port that a `Host` header names; None where it names none."""
    found = _HOST.fullmatch(header.strip()) if header else None
    return found[0] if found else None


def is_loopback(host: str) -> bool:
    """Whether a host, with or without a port, is this machine itself."""
    found = _HOST.fullmatch(host)
    name = (found["name"] if found else host).strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def web_address(host: str, port: int) -> str:
    """The address of a server's first page; IPv6 stands in brackets."""
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}/" if port == 80 else f"http://{shown}:{port}/"
