"""A small podcast, a server of it, and ways to ask that server."""

from __future__ import annotations

import contextlib
import http.client
import random
import socket
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final

from meditations.podcast.episodes import Media
from meditations.podcast.folder import Contents, write_folder
from meditations.serving import Server, start_server

if TYPE_CHECKING:
    from collections.abc import Iterator

SOUND: Final = "media/quiet-0123456789ab.mp3"
BYTES: Final = random.Random(1).randbytes(3_000_000)
TEXTS: Final = {
    "index.html": b"<!doctype html><title>Quiet</title>",
    "listen/quiet.html": b"<!doctype html><title>One</title>",
    "assets/page-0123456789ab.css": b"body { margin: 0 }",
    "media/quiet-0123456789ab.vtt": b"WEBVTT\n",
    "media/quiet-0123456789ab.chapters.json": b"{}",
    "images/empty-0123456789ab.png": b"",
    "feed.xml": b'<rss><channel><atom:link rel="self" href="https://example.org/m/feed.xml"/>'
    b'<enclosure url="https://example.org/m/media/quiet-0123456789ab.mp3"/></channel></rss>',
}


def write(folder: Path, sound: bytes = BYTES, texts: dict[str, bytes] = TEXTS) -> None:
    """The folder as a build makes it."""
    source = folder.parent / f"sound-{len(sound)}.mp3"
    if not source.exists():
        source.write_bytes(sound)
    write_folder(folder, Contents((Media(source, SOUND, "audio/mpeg", len(sound)),), texts))


@contextlib.contextmanager
def served(folder: Path) -> Iterator[Server]:
    """A server of a folder, at any port, until the end of the block."""
    with start_server(folder, "127.0.0.1", 0) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield running
        finally:
            running.shutdown()
            thread.join(10)


def ask(
    site: Server, path: str, method: str = "GET", **headers: str
) -> tuple[http.client.HTTPResponse, bytes]:
    """Asks with Python's own client; underscores in names of headers stand for dashes."""
    client = http.client.HTTPConnection("127.0.0.1", site.port, timeout=20)
    try:
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        client.request(method, path, headers=told)
        answered = client.getresponse()
        return answered, answered.read()
    finally:
        client.close()


def raw(site: Server, request: bytes, wait_s: float = 10) -> bytes:
    """Sends bytes as they are and reads all that comes, until the server ends the connection."""
    with socket.create_connection(("127.0.0.1", site.port), timeout=wait_s) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        got = b""
        while piece := connection.recv(1 << 16):
            got += piece
        return got
