"""The server: one thread for each connection, on this machine alone unless told otherwise."""

from __future__ import annotations

import errno
import os
import socket
import socketserver
import sys
import threading
from typing import TYPE_CHECKING, Any, Final

from meditations.errors import MeditationError
from meditations.serving.addresses import is_loopback, web_address
from meditations.serving.handler import Handler

if TYPE_CHECKING:
    from pathlib import Path

MOST_AT_ONCE: Final = 256
"""Connections; more wait until one ends. Each needs two handles, and systems give 1,024."""
_PATIENCE_S: Final = 5.0


class Server(socketserver.ThreadingTCPServer):
    """Serves one folder until it is closed.

    Attributes:
        folder: What is served: a folder as `build` makes it.
        address: Where the first page is found, with a slash at its end.
    """

    # A thread that still sends does not keep the program from ending.
    daemon_threads = True
    # Else a server could not be started again right after it ended. Elsewhere than on POSIX the
    # same setting would let two servers have one port.
    allow_reuse_address = os.name == "posix"
    request_queue_size = 128

    def __init__(self, folder: Path, host: str, port: int) -> None:
        """Starts to listen; nothing is answered before `serve_forever`.

        Args:
            folder: What is served.
            host: By which address: a name or a number of this machine's.
            port: 0 for any that is free.

        Raises:
            OSError: If the port is taken, or the host is none of this machine's.
            UnicodeError: If the host can be no name at all.
        """
        self.folder = folder.absolute()
        family, _, _, _, place = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        self.address_family = family
        self._free = threading.BoundedSemaphore(MOST_AT_ONCE)
        super().__init__((str(place[0]), int(place[1])), Handler)
        bound, self.port = str(self.server_address[0]), int(self.server_address[1])
        self.own_machine = is_loopback(bound)
        self.address = web_address(bound if self.own_machine else _shown(host, bound), self.port)

    def server_bind(self) -> None:
        """Binds; the address that means everywhere is to mean it for IPv4 and IPv6 alike."""
        if self.address_family == socket.AF_INET6:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Hands a connection to a thread of its own, as soon as there is one to spare."""
        if not self._free.acquire(timeout=_PATIENCE_S):
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except BaseException:
            self._free.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answers until the connection ends."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        """Says in a line what went wrong; that a listener went away is nothing wrong."""
        error = sys.exception()
        if not isinstance(error, ConnectionError | TimeoutError):
            sys.stderr.write(f"A request could not be answered: {error!r}\n")


def _shown(host: str, bound: str) -> str:
    """A name for the address: where the server listens everywhere, this machine's in its network.

    No packet is sent: the system is only asked which way one would go.
    """
    if bound not in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
        return host
    family, beyond = (
        (socket.AF_INET, "192.0.2.1") if bound == "0.0.0.0" else (socket.AF_INET6, "2001:db8::1")  # noqa: S104
    )
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as asking:
            asking.connect((beyond, 9))
            return str(asking.getsockname()[0])
    except OSError:
        return "localhost"


def start_server(folder: Path, host: str, port: int, tries: int = 1) -> Server:
    """A server that listens at `port`, or, where that is taken, at one of the next.

    Args:
        folder: What is served.
        host: By which address.
        port: The first port to try; 0 for any that is free.
        tries: How many ports to try.

    Raises:
        MeditationError: If none of them is free, or the host is none of this machine's.
    """
    last = min(port + tries - 1, 65_535)
    for number in range(port, last + 1):
        try:
            return Server(folder, host, number)
        except (socket.gaierror, UnicodeError):  # the latter from names that no name can be
            raise _no_host(host) from None
        except PermissionError:
            raise MeditationError(
                f"port {number} is kept for administrators", mend="choose one above 1023: --port N"
            ) from None
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise _no_host(host) from None
    ports = f"port {port} is" if tries == 1 else f"the ports {port} to {last} are"
    raise MeditationError(
        f"{ports} taken by another program",
        mend="choose another: --port N; or any that is free: --port 0",
    )


def _no_host(host: str) -> MeditationError:
    return MeditationError(
        f"'{host}' is no address of this machine",
        mend="leave --host out for this machine alone, or write --host 0.0.0.0 for its network",
    )
