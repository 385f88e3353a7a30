"""A server that is reached by FTP, plain (`ftp://`) or encrypted (`ftps://`), through fsspec.

User and password are taken from `~/.netrc`, or from fsspec's own settings. fsspec 2026.9 encrypts
without looking at the server's certificate, and sends a file in pieces of 64 KB of which each has
a connection of its own: both is done otherwise here.
"""

from __future__ import annotations

import contextlib
import ftplib
import io
import ssl
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, cast

from fsspec.implementations.ftp import FTPFileSystem

from meditations.errors import MeditationError
from meditations.publishing.libraries import causes
from meditations.publishing.other import OtherTarget
from meditations.publishing.passwords import Login, login_for
from meditations.publishing.target import PART

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from meditations.publishing.headers import Headers
    from meditations.publishing.other import Sent
    from meditations.publishing.target import Address

ANSWER_S: Final = 30
MOST: Final = 5
"""Connections at once: four files and the mark of whose turn it is. Many hosts allow no more."""
PIECE_BYTES: Final = 1 << 16


class _Encrypted(ftplib.FTP_TLS):
    """FTP over TLS whose data connections belong to the session, as many servers insist on."""

    def ntransfercmd(
        self, cmd: str, rest: int | str | None = None
    ) -> tuple[socket.socket, int | None]:
        """A data connection, which bpo-19500 leaves to us."""
        data, size = ftplib.FTP.ntransfercmd(self, cmd, rest)  # noqa: S321 - the user's choice
        session = cast("ssl.SSLSocket", self.sock).session
        return self.context.wrap_socket(data, server_hostname=self.host, session=session), size


class _Files(FTPFileSystem):  # type: ignore[misc]
    """fsspec's FTP, which looks at certificates."""

    def _connect(self) -> None:
        self.ftp: ftplib.FTP
        if self.tls:
            self.ftp = _Encrypted(
                context=ssl.create_default_context(), timeout=self.timeout, encoding=self.encoding
            )
        else:
            self.ftp = ftplib.FTP(  # noqa: S321 - the user's choice, and the docs name better ones
                timeout=self.timeout, encoding=self.encoding
            )
        self.ftp.connect(self.host, self.port)
        self.ftp.login(*self.cred)
        if self.tls:
            cast("_Encrypted", self.ftp).prot_p()


class FtpTarget(OtherTarget):
    """A folder on a server that is reached by FTP; counted from where the server lets us in."""

    def __init__(self, address: Address) -> None:
        super().__init__(address, _Files)
        self._root = f"/{address.path}".rstrip("/")
        self._login: Login | None = None
        self._folders: set[str] = set()
        self._lines = threading.Condition()
        self._idle: list[Any] = []
        self._made = 0
        self._most = MOST
        self._epoch = 0

    def connect(self) -> None:
        """Connects anew; what is left of older connections is let go."""
        with self._told("connecting"):
            self._login = login_for(self._address.host, self._address.user)
            with self._lines:
                self._epoch += 1
                old, self._idle = self._idle, []
                self._made -= len(old)
                self._lines.notify_all()
            for line in old:
                line.ftp.close()
            with self._line():
                pass

    def _open(self) -> Any:
        address = self._address
        given: dict[str, Any] = {"host": address.host.strip("[]"), "timeout": ANSWER_S}
        given |= {"username": address.user, "port": address.port}
        if self._login:
            given |= {"username": self._login.user, "password": self._login.password}
        given = {key: value for key, value in given.items() if value}
        if address.protocol == "ftps":
            given["tls"] = True
        return _Files(**given, use_listings_cache=False, skip_instance_cache=True)

    @contextlib.contextmanager
    def _line(self) -> Iterator[Any]:
        """A connection for us alone: FTP does one thing at a time."""
        line, epoch = self._take()
        try:
            yield line
        except (ftplib.error_perm, FileNotFoundError):
            self._give(line, epoch)  # it was told no, and is as good as before
            raise
        except BaseException:
            self._give(line, -1)
            raise
        self._give(line, epoch)

    def _take(self) -> tuple[Any, int]:
        while True:
            with self._lines:
                self._lines.wait_for(lambda: self._idle or self._made < self._most)
                if self._idle:
                    return self._idle.pop(), self._epoch
                self._made += 1
                epoch = self._epoch
            try:
                return self._open(), epoch
            except BaseException as error:
                with self._lines:
                    self._made -= 1
                    self._lines.notify()
                    # One more than the server wants at once: those that are there have to do.
                    fewer = isinstance(error, ftplib.Error) and self._made > 0
                    self._most = self._made if fewer else self._most
                if not fewer:
                    raise

    def _give(self, line: Any, epoch: int) -> None:
        with self._lines:
            fit = epoch == self._epoch
            if fit:
                self._idle.append(line)
            else:
                self._made -= 1
            self._lines.notify()
        if not fit:
            line.ftp.close()

    def _entries(self, folder: str) -> Iterable[dict[str, Any]]:
        with self._line() as line:
            line.invalidate_cache()
            try:
                return list(line.ls(self._at(folder) or "/", detail=True))
            except FileNotFoundError as error:
                for cause in causes(error):  # fsspec calls any trouble so
                    if isinstance(cause, ftplib.error_temp):
                        raise cause from None
                raise

    def _written(self, path: str, entry: dict[str, Any]) -> datetime | None:
        told = str(entry.get("modify", ""))
        if not told.isdecimal() and PART.fullmatch(path.rpartition("/")[2]):
            # A listing as people read it tells neither the year nor the zone.
            with self._line() as line, contextlib.suppress(ftplib.error_perm):
                told = line.ftp.sendcmd(f"MDTM {self._at(path)}").partition(" ")[2]
        with contextlib.suppress(ValueError):
            return datetime.strptime(told[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        return None

    def _get(self, place: str) -> bytes:
        pieces: list[bytes] = []
        with self._line() as line:
            try:
                line.ftp.retrbinary(f"RETR {place}", pieces.append)
            except ftplib.error_perm as error:
                if str(error).startswith("550"):
                    raise FileNotFoundError(place) from None
                raise
        return b"".join(pieces)

    def _make_folder(self, folder: str) -> None:
        parts = folder.split("/")
        for depth in range(2, len(parts) + 1):
            part = "/".join(parts[:depth])
            if part not in self._folders:
                # Whether it is there already is not said by a number of its own.
                with self._line() as line, contextlib.suppress(ftplib.error_perm):
                    line.ftp.mkd(part)
                self._folders.add(part)

    def _put(self, source: Path, place: str, headers: Headers, sent: Sent) -> None:
        del headers
        with source.open("rb") as stream:
            self._store(place, stream, sent)

    def _pipe(self, place: str, data: bytes) -> None:
        self._store(place, io.BytesIO(data), lambda _: None)

    def _store(self, place: str, stream: Any, sent: Sent) -> None:
        with self._line() as line:
            line.ftp.storbinary(
                f"STOR {place}", stream, PIECE_BYTES, lambda piece: sent(len(piece))
            )

    def _size(self, place: str) -> int | None:
        with self._line() as line, contextlib.suppress(ftplib.error_perm):
            line.ftp.voidcmd("TYPE I")
            return int(line.ftp.size(place))
        return None

    def _rename(self, before: str, after: str) -> None:
        try:
            with self._line() as line:
                line.ftp.rename(before, after)
        except ftplib.error_perm as error:
            if self._size(after) is None:
                raise
            # That the name is taken has no number of its own; most servers do not mind it.
            raise FileExistsError(str(error)) from None

    def _remove(self, place: str) -> None:
        with self._line() as line:
            try:
                line.ftp.delete(place)
            except ftplib.error_perm as error:
                if not str(error).startswith("550"):
                    raise

    def _worded(self, error: BaseException, doing: str) -> MeditationError:
        told = str(error)
        if isinstance(error, ftplib.error_perm) and told.startswith("530"):
            return self._not_let(doing, error)
        if isinstance(error, ftplib.error_perm) and told.startswith("552"):
            return self._full(doing, error)
        if isinstance(error, ftplib.error_perm):
            return super()._worded(error, doing)
        if isinstance(error, ftplib.Error):
            return self._lost(doing, error)
        return super()._worded(error, doing)

    def _hidden(self) -> Iterator[str]:
        yield from super()._hidden()
        if self._login:
            yield self._login.password
