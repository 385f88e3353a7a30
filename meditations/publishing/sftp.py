"""A server that is reached by SSH: its files by SFTP, through sshfs and asyncssh.

Who the server is, and who we are, is settled as `ssh` itself does: by `~/.ssh/config`, by
`~/.ssh/known_hosts`, and by keys there or in the agent. Passwords are neither asked for nor taken.
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
from datetime import UTC
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from fsspec.asyn import sync

from meditations.errors import MeditationError
from meditations.publishing.headers import hash_in
from meditations.publishing.planning import Held
from meditations.publishing.protocols import missing_library
from meditations.publishing.target import BrokenConnectionError

try:
    import asyncssh
    from sshfs import SSHFileSystem
except ImportError:
    raise missing_library("sftp") from None

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from meditations.publishing.headers import Headers
    from meditations.publishing.target import Address

CONNECT_S: Final = 20
PIECE_BYTES: Final = 1 << 19
"""Whoever waits for 100 ms to be answered sends four files at once at 20 MB a second."""
ALIVE_S: Final = 15
"""A server that has not answered for three times this is taken for gone."""
_LOST: Final = (
    asyncssh.SFTPConnectionLost,
    asyncssh.SFTPNoConnection,
    asyncssh.DisconnectError,
    asyncssh.ChannelOpenError,
    ConnectionError,
    TimeoutError,
    EOFError,
)


class SftpTarget:
    """A folder on a server."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._files: Any = None
        self._channel: Any = None

    @property
    def shown(self) -> str:
        """The address, without any secret."""
        return str(self._address)

    def connect(self) -> None:
        """Connects anew; what is left of an older connection is let go.

        sshfs 2026.8 would take any server for the right one: it has `known_hosts` off unless told,
        and an empty tuple is asyncssh's way to say that it is to look where `ssh` does.
        """
        given = {"username": self._address.user or None, "port": self._address.port}
        with self._told(f"connecting to {self._address.host}"):
            self._files = SSHFileSystem(
                self._address.host,
                known_hosts=(),
                connect_timeout=CONNECT_S,
                keepalive_interval=ALIVE_S,
                skip_instance_cache=True,
                **{key: value for key, value in given.items() if value is not None},
            )
            loop = self._files.loop
            loop.call_soon_threadsafe(loop.set_exception_handler, _heed)
            # Nor of every block that was still to go through a connection that is gone.
            logging.getLogger("asyncio").setLevel(logging.ERROR)
            self._channel = sync(loop, self._files.client.start_sftp_client)

    def held(self, folders: Iterable[str]) -> dict[str, Held]:
        """The files at the top and in these folders."""
        found: dict[str, Held] = {}
        with self._told("listing"):
            for folder in ("", *folders):
                self._list(folder, found, deep=bool(folder))
        return found

    def _list(self, folder: str, found: dict[str, Held], *, deep: bool) -> None:
        try:
            entries = self._files.ls(self._at(folder) or ".", detail=True)
        except FileNotFoundError:
            return
        for entry in entries:
            path = f"{folder}/" * bool(folder) + entry["name"].rpartition("/")[2]
            if entry["type"] == "file":
                modified = entry["mtime"].astimezone(UTC) if entry["mtime"] else None
                found[path] = Held(entry["size"], modified)
            elif entry["type"] == "directory" and deep:
                self._list(path, found, deep=True)

    def read(self, path: str) -> bytes | None:
        """The bytes of a file, or None."""
        with self._told(f"reading {path}"):
            try:
                return bytes(self._files.cat_file(self._at(path)))
            except FileNotFoundError:
                return None

    def send(self, source: Path, path: str, headers: Headers, sent: Callable[[int], None]) -> None:
        """Sends a file beside its place and moves it there; the headers are the web server's.

        What is named by its content goes on where it broke, in this run or an earlier one.
        """
        del headers
        place = self._at(path)
        folder = place.rpartition("/")[0]
        lasting = hash_in(path) is not None
        name = sha256(path.encode("utf-8")).hexdigest()[:32] if lasting else uuid4().hex
        copy = _Copy(source, (f"{folder}/" if folder else "") + f".{name}.part", sent)
        try:
            with self._told(f"sending {path}"):
                if folder:
                    self._files.makedirs(folder, exist_ok=True)
                sync(self._files.loop, copy.run, self._channel)
                self._move(copy.beside, place)
        except MeditationError as error:
            if isinstance(error, BrokenConnectionError):
                error.gained = lasting and copy.gained
            if not (lasting and isinstance(error, BrokenConnectionError)):
                # Over a broken connection it stays; a later publication clears it away.
                with contextlib.suppress(Exception):
                    self._files.rm_file(copy.beside, timeout=CONNECT_S)
            raise

    def _move(self, beside: str, place: str) -> None:
        """Puts a file into the place of another in one step, where the server can do that.

        Nearly all can (`posix-rename@openssh.com`). Elsewhere the file is missing for the time of
        one answer, which apps take for a busy server: better than half a feed.
        """
        try:
            self._rename("posix_rename", beside, place)
        except (asyncssh.SFTPOpUnsupported, asyncssh.SFTPPermissionDenied):
            with contextlib.suppress(FileNotFoundError):
                self._files.rm_file(place)
            self._rename("rename", beside, place)

    def _rename(self, how: str, before: str, after: str) -> None:
        # sshfs has a way of its own where posix-rename is missing: `cp` in a shell of the server,
        # which many accounts do not have and which shows half a file. So it is not asked.
        sync(self._files.loop, getattr(self._channel, how), before, after)

    def claim(self, path: str, data: bytes) -> bool:
        """Makes a small file where there is none."""
        place = self._at(path)
        with self._told(f"writing {path}"):
            self._files.makedirs(self._address.path or ".", exist_ok=True)
            try:
                sync(self._files.loop, self._make, place, data)
            except asyncssh.SFTPError:  # version 3 of the protocol knows no error of this name
                if self._files.exists(place):
                    return False
                raise
        return True

    async def _make(self, place: str, data: bytes) -> None:
        async with self._channel.open(place, "xb") as stream:
            await stream.write(data)

    def delete(self, path: str) -> None:
        """Deletes a file."""
        with self._told(f"deleting {path}"), contextlib.suppress(FileNotFoundError):
            self._files.rm_file(self._at(path))

    def _at(self, path: str) -> str:
        return "/".join(part for part in (self._address.path, path) if part)

    @contextlib.contextmanager
    def _told(self, doing: str) -> Iterator[None]:
        """Puts what asyncssh and sshfs raise into our words."""
        try:
            yield
        except MeditationError:
            raise
        except FileNotFoundError:
            raise self._refused(doing, "there is no such folder") from None
        except asyncssh.HostKeyNotVerifiable:
            raise self._stranger() from None
        except (asyncssh.PermissionDenied, PermissionError):
            raise self._locked_out(doing) from None
        except asyncssh.SFTPPermissionDenied:
            raise self._refused(doing, "the server does not allow it") from None
        except _LOST as error:
            raise BrokenConnectionError(f"{doing}: {_words(error)}") from None
        except (asyncssh.Error, ValueError) as error:
            raise self._refused(doing, _words(error)) from None
        except socket.gaierror as error:
            kind = MeditationError if error.errno == socket.EAI_NONAME else BrokenConnectionError
            raise kind(
                f"{doing}: no server of the name {self._address.host} is found",
                mend="is the name right, and is this computer online?",
            ) from None
        except OSError as error:
            raise BrokenConnectionError(
                f"{doing}: {_words(error)}",
                mend=f"is this the right server? {self._address.host}",
            ) from None

    def _refused(self, doing: str, why: str) -> MeditationError:
        return MeditationError(
            f"{doing} at {self.shown} failed: {why}",
            mend="see whether the folder is there and belongs to you, and whether there is room",
        )

    def _stranger(self) -> MeditationError:
        return MeditationError(
            f"the key of {self._address.host} is not one that is known here, so it may be another"
            " server",
            mend=f"connect once by hand, and compare the key that it shows: {self._by_hand()}",
        )

    def _locked_out(self, doing: str) -> MeditationError:
        if not doing.startswith("connecting"):
            return self._refused(doing, "the server does not allow it")
        return MeditationError(
            f"{self._address.host} did not let us in",
            mend="keys are taken from the agent and from ~/.ssh, as ssh does; this has to work"
            f" without a password (a key with a passphrase: ssh-add):\n{self._by_hand()}",
        )

    def _by_hand(self) -> str:
        user = f"{self._address.user}@" if self._address.user else ""
        port = f" -P {self._address.port}" if self._address.port else ""
        return f"sftp{port} {user}{self._address.host}"


def _heed(loop: asyncio.AbstractEventLoop, told: dict[str, Any]) -> None:
    """Leaves out that a connection broke where nobody waited for it: whoever did has been told."""
    if not isinstance(told.get("exception"), _LOST):
        loop.default_exception_handler(told)


class _Copy:
    """A file on its way to a server, in pieces of which each has arrived before the next begins.

    So of a part that lies there all is whole but, perhaps, its last piece.
    """

    def __init__(self, source: Path, beside: str, sent: Callable[[int], None]) -> None:
        self.beside = beside
        self.gained = False
        self._source = source
        self._sent = sent

    async def run(self, channel: asyncssh.SFTPClient) -> None:
        """Sends what is not there yet.

        Raises:
            EOFError: If not all of it is there in the end.
        """
        size = self._source.stat().st_size
        flags = asyncssh.FXF_WRITE | asyncssh.FXF_CREAT
        async with channel.open(self.beside, flags, encoding=None) as there:
            reached = (await there.stat()).size or 0
            if reached > size:
                await there.truncate(0)
                reached = 0
            start = max(0, reached - 1) // PIECE_BYTES * PIECE_BYTES
            with self._source.open("rb") as here:
                here.seek(start)
                self._sent(start)
                while piece := here.read(PIECE_BYTES):
                    await there.write(piece, start)
                    start += len(piece)
                    self._sent(len(piece))
                    self.gained = self.gained or start > reached
            if (arrived := (await there.stat()).size) != size:
                raise EOFError(f"only {arrived:,} bytes arrived")


def _words(error: BaseException) -> str:
    if isinstance(error, OSError) and error.errno and error.errno > 0:
        return os.strerror(error.errno)  # asyncio has words of its own, with addresses in them
    return str(error).strip() or type(error).__name__
