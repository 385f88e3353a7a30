"""Any other place that fsspec reaches: buckets of Google and Azure, and what else has a library.

Keys come from where each library looks for them, and from fsspec's own settings
(`~/.config/fsspec`, `FSSPEC_…`). A store puts an object into its place whole, with its headers.
Elsewhere a file is sent under a hidden name and moved, and the web server says the headers.
"""

from __future__ import annotations

import contextlib
import errno
import socket
import ssl
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from meditations.errors import MeditationError
from meditations.publishing.libraries import (
    BUSY,
    NOT_LET,
    Told,
    causes,
    is_lost,
    secrets_of,
    status_of,
)
from meditations.publishing.planning import Held
from meditations.publishing.protocols import OTHER_SECRETS, SECRETS, filesystem_class, moves
from meditations.publishing.stores import EXCLUSIVE, STORES
from meditations.publishing.target import BrokenConnectionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path
    from typing import TypeAlias

    from meditations.publishing.headers import Headers
    from meditations.publishing.target import Address

    Sent: TypeAlias = Callable[[int], None]

_WRITTEN: Final = ("LastModified", "last_modified", "modified", "mtime", "updated")
"""What libraries call the time at which a file was written."""
SETTLE_S: Final = 1.0
"""Whoever looked before our mark was there has written theirs by then."""
MOST_TOLD: Final = 300
"""Characters of what a library says: some repeat the whole answer of a server."""
_SEE: Final = "see whether the folder is there and belongs to you, and whether there is room"
_FULL: Final = "make room there and publish again: what has arrived is not sent twice"


class OtherTarget:
    """A folder in a place that fsspec reaches."""

    def __init__(self, address: Address, filesystem: Any = None) -> None:
        self._address = address
        self._class = filesystem or filesystem_class(address.protocol)
        self._headers = STORES.get(address.protocol)
        self._files: Any = None
        self._root = ""
        if self._headers is None and not moves(self._class):
            raise MeditationError(
                f"by {address.protocol}:// a file cannot be put into its place in one step here,"
                " and apps would meet halves",
                mend="choose another way to the same server, such as sftp://",
            )

    @property
    def shown(self) -> str:
        """The address, which never holds a secret."""
        return str(self._address)

    def connect(self) -> None:
        """Opens the connection, and finds the bucket."""
        where = str(self._address)
        with self._told("connecting"):
            given = self._class._get_kwargs_from_urls(where)  # fsspec's own way, as in url_to_fs
            self._files = self._class(**given, use_listings_cache=False, skip_instance_cache=True)
            self._root = self._class._strip_protocol(where).rstrip("/")
            if self._headers:
                self._files.ls(self._root.partition("/")[0], detail=False)

    def held(self, folders: Iterable[str]) -> dict[str, Held]:
        """The files at the top and in these folders."""
        found: dict[str, Held] = {}
        with self._told("listing"):
            for folder in ("", *folders):
                self._list(folder, found, deep=bool(folder))
        return found

    def _list(self, folder: str, found: dict[str, Held], *, deep: bool) -> None:
        try:
            entries = self._entries(folder)
        except FileNotFoundError:
            return
        for entry in entries:
            name = entry["name"].rstrip("/").rpartition("/")[2]
            path = f"{folder}/" * bool(folder) + name
            if not name or self._at(path) == self._at(folder):
                continue
            if entry["type"] == "file":
                found[path] = Held(int(entry["size"] or 0), self._written(path, entry))
            elif deep:
                self._list(path, found, deep=True)

    def _entries(self, folder: str) -> Iterable[dict[str, Any]]:
        self._files.invalidate_cache()
        entries: list[dict[str, Any]] = self._files.ls(self._at(folder), detail=True)
        return entries

    def _written(self, path: str, entry: dict[str, Any]) -> datetime | None:
        """When a file was written, where an entry of a listing tells."""
        del path
        told = next((entry[name] for name in _WRITTEN if entry.get(name)), None)
        if isinstance(told, int | float):
            return datetime.fromtimestamp(told, UTC)
        if isinstance(told, str):
            with contextlib.suppress(ValueError):
                told = datetime.fromisoformat(told)
        if not isinstance(told, datetime):
            return None
        return told.astimezone(UTC) if told.tzinfo else told.replace(tzinfo=UTC)

    def read(self, path: str) -> bytes | None:
        """The bytes of a file, or None."""
        with self._told(f"reading {path}"):
            try:
                return self._get(self._at(path))
            except FileNotFoundError:
                return None

    def _get(self, place: str) -> bytes:
        return bytes(self._files.cat_file(place))

    def send(self, source: Path, path: str, headers: Headers, sent: Sent) -> None:
        """Puts a file into its place: at once where that is atomic, and else by a move."""
        place = self._at(path)
        with self._told(f"sending {path}"):
            if self._headers:
                told = Told(sent)
                self._files.put_file(str(source), place, callback=told, **self._headers(headers))
                told.rest(source.stat().st_size)
                return
            beside = self._beside(place)
            try:
                self._make_folder(place.rpartition("/")[0])
                self._put(source, beside, headers, sent)
                self._check_size(beside, source.stat().st_size)
                self._move(beside, place)
            except BaseException as error:
                if not isinstance(self._worded(error, ""), BrokenConnectionError):
                    with contextlib.suppress(Exception):
                        self._remove(beside)
                raise

    def _beside(self, place: str) -> str:
        folder, slash, _ = place.rpartition("/")
        return f"{folder}{slash}.{uuid4().hex}.part"

    def _make_folder(self, folder: str) -> None:
        self._files.makedirs(folder, exist_ok=True)

    def _put(self, source: Path, place: str, headers: Headers, sent: Sent) -> None:
        del headers
        self._files.put_file(str(source), place, callback=Told(sent))

    def _check_size(self, place: str, size: int) -> None:
        """Makes sure that a file has arrived as a whole, before it is moved to its name."""
        if (arrived := self._size(place)) not in (None, size):
            raise EOFError(f"only {arrived:,} bytes arrived")

    def _size(self, place: str) -> int | None:
        self._files.invalidate_cache()
        return int(self._files.info(place)["size"])

    def _move(self, beside: str, place: str) -> None:
        """Puts a file into the place of another; where that is refused, the other goes aside.

        It is missing then for the time of one answer, and comes back should the move fail.
        """
        try:
            self._rename(beside, place)
        except FileExistsError:
            aside = self._beside(place)
            self._rename(place, aside)
            try:
                self._rename(beside, place)
            except BaseException:
                self._rename(aside, place)
                raise
            self._remove(aside)

    def _rename(self, before: str, after: str) -> None:
        """Moves a file; raises `FileExistsError` where the place refuses a name that is taken."""
        try:
            self._files.mv(before, after)
        except OSError as error:
            if error.errno == errno.EEXIST:  # whatever kind of OSError a library makes of it
                raise FileExistsError(str(error)) from None
            raise

    def claim(self, path: str, data: bytes) -> bool:
        """Makes a small file where there is none.

        Google and Azure do that in one step. Elsewhere it is looked for, made, and read back after
        a while: of two that ask within the same moment, the later one overwrites and has it.
        """
        place = self._at(path)
        with self._told(f"writing {path}"):
            try:
                return self._claim(place, data)
            except FileExistsError:
                return False

    def _claim(self, place: str, data: bytes) -> bool:
        if self._address.protocol in EXCLUSIVE:
            self._files.pipe_file(place, data, mode="create")
            return True
        with contextlib.suppress(FileNotFoundError):
            self._get(place)
            return False
        if self._headers:
            self._files.pipe_file(place, data)
        else:
            self._make_folder(place.rpartition("/")[0])
            beside = self._beside(place)
            self._pipe(beside, data)
            try:
                self._rename(beside, place)
            except FileExistsError:
                self._remove(beside)
                return False
        time.sleep(SETTLE_S)
        return self._get(place) == data

    def _pipe(self, place: str, data: bytes) -> None:
        self._files.pipe_file(place, data)

    def delete(self, path: str) -> None:
        """Deletes a file."""
        with self._told(f"deleting {path}"), contextlib.suppress(FileNotFoundError):
            self._remove(self._at(path))

    def _remove(self, place: str) -> None:
        self._files.rm_file(place)

    def _at(self, path: str) -> str:
        return "/".join(part for part in (self._root, path) if part)

    @contextlib.contextmanager
    def _told(self, doing: str) -> Iterator[None]:
        """Puts what a library raises into our words, without anything secret."""
        try:
            yield
        except (MeditationError, AttributeError, NameError):
            raise
        except Exception as error:  # noqa: BLE001 - each library has errors of its own
            raise self._worded(error, f"{doing} at {self.shown}") from None

    def _worded(self, error: BaseException, doing: str) -> MeditationError:
        """The message for an error, and whether another try may help."""
        chain = list(causes(error))
        status = next(filter(None, map(status_of, chain)), 0)
        if any(isinstance(each, ssl.SSLCertVerificationError) for each in chain):
            return MeditationError(
                f"{doing}: the certificate of {self._address.host} is not valid, so it may be"
                " another server",
                mend="is the name right? Otherwise the server's owner has to renew it",
            )
        for each in chain:
            if isinstance(each, socket.gaierror) and each.errno == socket.EAI_NONAME:
                return MeditationError(
                    f"{doing}: no server of the name {self._address.host} is found",
                    mend="is the name right, and is this computer online?",
                )
        if status in NOT_LET or isinstance(error, PermissionError):
            return self._not_let(doing, error)
        if status == 507 or any(getattr(each, "errno", 0) == errno.ENOSPC for each in chain):
            return self._full(doing, error)
        if isinstance(error, FileNotFoundError):
            return MeditationError(
                f"{doing} failed: there is no such bucket or folder",
                mend="make it first, or mend its name",
            )
        if isinstance(error, NotImplementedError):
            return MeditationError(f"{doing} failed: that cannot be done there")
        if status in BUSY or (not status and any(map(is_lost, chain))):
            return self._lost(doing, error)
        return MeditationError(
            f"{doing} failed: {self._words(error)}",
            mend=self._whence() if doing.startswith("connecting") else _SEE,
        )

    def _whence(self) -> str:
        return SECRETS.get(self._address.protocol, OTHER_SECRETS)

    def _not_let(self, doing: str, error: BaseException) -> MeditationError:
        return MeditationError(
            f"{doing} is not allowed: {self._words(error)}",
            mend=f"who you are, and that you may write there, has to be known: {self._whence()}",
        )

    def _full(self, doing: str, error: BaseException) -> MeditationError:
        return MeditationError(f"{doing} failed: {self._words(error)}", mend=_FULL)

    def _lost(self, doing: str, error: BaseException) -> MeditationError:
        return BrokenConnectionError(f"{doing}: {self._words(error)}")

    def _words(self, error: BaseException) -> str:
        """What an error says, on one line and without secrets, should a library repeat them."""
        text = " ".join(str(error).split()) or type(error).__name__
        for value in filter(None, self._hidden()):
            text = text.replace(value, "…")
        return text if len(text) <= MOST_TOLD else text[:MOST_TOLD] + "…"

    def _hidden(self) -> Iterator[str]:
        """What is never told."""
        yield from secrets_of({self._address.protocol, *_names(self._class.protocol)})


def _names(protocol: str | Iterable[str]) -> tuple[str, ...]:
    return (protocol,) if isinstance(protocol, str) else tuple(protocol)
