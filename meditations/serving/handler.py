"""The requests of one connection, and what is answered to them."""

from __future__ import annotations

import contextlib
import hashlib
import io
import socket
from dataclasses import replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any, Final

from meditations.podcast.hosting import FEED
from meditations.serving.addresses import host_named, is_loopback, path_parts
from meditations.serving.answers import Answer, Facts, answer, preflight
from meditations.serving.compressing import (
    compressed,
    is_wanted_compressed,
    tag_of_compressed,
)
from meditations.serving.finding import FolderMissingError, find_file
from meditations.serving.local_feed import with_site

if TYPE_CHECKING:
    from io import RawIOBase

    from meditations.serving.server import Server

ASKING_TIMEOUT_S: Final = 60.0
"""How long a connection may be open without asking for anything."""
LISTENING_TIMEOUT_S: Final = 12 * 3600.0
"""How long a player may take no more bytes: somebody paused, perhaps until the morning."""
PIECE_BYTES: Final = 1 << 18
_THROWING_AWAY_S: Final = 1.0
_MOST_PIECES_THROWN_AWAY: Final = 64


class Handler(BaseHTTPRequestHandler):
    """Answers the requests of one connection."""

    server: Server
    protocol_version = "HTTP/1.1"
    timeout = ASKING_TIMEOUT_S
    # Headers and body are written one after the other: nothing is to wait for an acknowledgement.
    disable_nagle_algorithm = True

    # Whether the request brought something along that nobody reads.
    _carries = False

    def do_GET(self) -> None:
        """Sends a file, or a part of it."""
        self._file(head=False)

    def do_HEAD(self) -> None:
        """Sends what GET would, without the bytes."""
        self._file(head=True)

    def do_OPTIONS(self) -> None:
        """Tells what may be asked, and by whom."""
        if self._refused():
            return
        parts = path_parts(self.path) or ()
        self._send(preflight("/".join(parts)))

    def __getattr__(self, name: str) -> Any:
        # Any method that is not among those above. http.server would call it not implemented.
        if name.startswith("do_"):
            return self._not_allowed
        raise AttributeError(name)

    def _not_allowed(self) -> None:
        if self._refused():
            return
        self.close_connection = True
        self._say(
            HTTPStatus.METHOD_NOT_ALLOWED, "There is only something to be read here.",
            ("Allow", "GET, HEAD, OPTIONS"),
        )  # fmt: skip

    def _file(self, *, head: bool) -> None:
        if self._refused():
            return
        parts = path_parts(self.path)
        try:
            found = find_file(self.server.folder, parts) if parts is not None else None
        except FolderMissingError:
            self._say(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "The page is not there at the moment. It comes back when it is built anew:"
                " meditations build",
                ("Retry-After", "5"),
            )
            return
        if found is None:
            self._say(HTTPStatus.NOT_FOUND, "There is nothing here. The meditations are at /")
            return
        with found.file:
            facts = Facts(found.path, found.bytes, found.tag, found.modified)
            body: RawIOBase | io.BytesIO = found.file
            if found.path == FEED:
                feed = with_site(found.file.read(), self._address())
                tag = f'"{hashlib.sha256(feed).hexdigest()[:32]}"'
                facts, body = replace(facts, bytes=len(feed), tag=tag), io.BytesIO(feed)
            if is_wanted_compressed(facts.path, facts.bytes, self.headers):
                packed, tag = compressed(body.read()), tag_of_compressed(facts.tag)
                facts = replace(facts, bytes=len(packed), tag=tag, compressed=True)
                body = io.BytesIO(packed)
            self._send(answer(facts, self.headers, head=head), body)

    def _refused(self) -> bool:
        """Answers requests that mean another server, or that carry something.

        A server for this machine alone is asked by its names alone. A page on the web that has
        taught a browser to take a name of its own for this machine's ("DNS rebinding") would else
        read what is not yet published.
        """
        if self.headers.get("Content-Length", "0").strip() != "0" or (
            "Transfer-Encoding" in self.headers
        ):
            self._carries = self.close_connection = (
                True  # unread, it must not be taken for a request
            )
        hosts = self.headers.get_all("Host", [])
        old = self.request_version in {"HTTP/0.9", "HTTP/1.0"}
        if len(hosts) > 1 or (not hosts and not old) or self.headers.defects:
            self.send_error(HTTPStatus.BAD_REQUEST)
            return True
        host = self.headers.get("Host")
        if host is None or not self.server.own_machine or is_loopback(host.strip()):
            return False
        self._say(
            HTTPStatus.MISDIRECTED_REQUEST,
            "The meditations are served to this machine alone, by the name 127.0.0.1 or localhost."
            " To serve them to its network: meditations serve --host 0.0.0.0",
        )
        return True

    def _address(self) -> str:
        """The address by which the client came: a phone knows this machine by another one."""
        host = host_named(self.headers.get("Host"))
        return f"http://{host}/" if host else self.server.address

    def _send(self, answered: Answer, body: RawIOBase | io.BytesIO | None = None) -> None:
        self.send_response(answered.status)
        for name, value in answered.headers:
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if body is None or not answered.count:
            return
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self.connection.settimeout(LISTENING_TIMEOUT_S)
        try:
            self._copy(body, answered)
        finally:
            self.connection.settimeout(ASKING_TIMEOUT_S)

    def _copy(self, body: RawIOBase | io.BytesIO, answered: Answer) -> None:
        body.seek(answered.start)
        left = answered.count
        while left:
            piece = body.read(min(left, PIECE_BYTES))
            if not piece:  # the file was shortened: only the end of the connection can tell
                self.close_connection = True
                return
            self.wfile.write(piece)
            left -= len(piece)

    def _say(self, status: HTTPStatus, text: str, *headers: tuple[str, str]) -> None:
        """Answers with words instead of a file."""
        data = (text + "\n").encode("utf-8")
        told = (
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", str(len(data))),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            *headers,
        )
        count = 0 if self.command == "HEAD" else len(data)
        self._send(Answer(status, told, 0, count), io.BytesIO(data))

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answers a request that http.server itself could not read."""
        del message, explain  # they repeat what was asked
        self.close_connection = True
        if not hasattr(self, "headers"):
            self.headers = self.MessageClass()
        self._say(HTTPStatus(code), "This request cannot be read.")

    def finish(self) -> None:
        """Ends the connection; what was not read is thrown away first.

        Else the system would tell the client that the connection broke, perhaps before it has read
        the answer.
        """
        with contextlib.suppress(OSError):
            if self._carries:
                self.connection.shutdown(socket.SHUT_WR)
                self.connection.settimeout(_THROWING_AWAY_S)
                for _ in range(_MOST_PIECES_THROWN_AWAY):
                    if not self.connection.recv(PIECE_BYTES):
                        break
        super().finish()

    def version_string(self) -> str:
        """The name in the header `Server`."""
        return "meditations"

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing: whoever serves wants to see the addresses, not the requests."""
