"""A server that is reached by WebDAV, over HTTPS (`webdavs://`) or HTTP, through webdav4.

User and password are taken from `~/.netrc`, or from fsspec's own settings. webdav4 0.11 moves a
file by copying and deleting it, so it is told to have the server move it.
"""

from __future__ import annotations

import contextlib
import io
import time
import weakref
from typing import TYPE_CHECKING, Any, Final

from fsspec.config import conf

from meditations.publishing.other import SETTLE_S, OtherTarget
from meditations.publishing.passwords import Login, login_for
from meditations.publishing.protocols import missing_library

try:
    from webdav4.client import (
        BadGatewayError,
        InsufficientStorage,
        ResourceAlreadyExists,
        ResourceLocked,
        ResourceNotFound,
    )
    from webdav4.fsspec import WebdavFileSystem
except ImportError:
    raise missing_library("webdav") from None

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from meditations.errors import MeditationError
    from meditations.publishing.headers import Headers
    from meditations.publishing.other import Sent
    from meditations.publishing.target import Address

ANSWER_S: Final = 60
PIECE_BYTES: Final = 1 << 18


class WebdavTarget(OtherTarget):
    """A folder on a server that speaks WebDAV."""

    def __init__(self, address: Address) -> None:
        super().__init__(address, WebdavFileSystem)
        self._login: Login | None = None
        self._folders: set[str] = set()

    def connect(self) -> None:
        """Finds the server; connections come and go by themselves."""
        with self._told("connecting"):
            self._login = login_for(self._address.host, self._address.user)
            if self._files is None:
                self._files = self._open()
                weakref.finalize(self, self._files.client.http.close)
            self._files.client.exists("")

    def _open(self) -> Any:
        address = self._address
        # Where nothing is said of it, each question would be about all that lies below.
        given = {"timeout": ANSWER_S, "retry": False, "headers": {"Depth": "0"}}
        given |= self._settings()
        if self._login:
            given["auth"] = (self._login.user, self._login.password)
        scheme = "https" if address.protocol == "webdavs" else "http"
        port = f":{address.port}" if address.port else ""
        base = f"{scheme}://{address.host}{port}/{address.path}".rstrip("/") + "/"
        return WebdavFileSystem(base, **given, skip_instance_cache=True)

    def _settings(self) -> dict[str, Any]:
        """What fsspec's settings say; they come from JSON, which knows no tuples."""
        told = {**conf.get("dav", {}), **conf.get("webdav", {})}
        return {"auth": tuple(told["auth"])} if isinstance(told.get("auth"), list) else {}

    def _get(self, place: str) -> bytes:
        try:
            return bytes(self._files.client.request("GET", place).content)
        except ResourceNotFound:
            raise FileNotFoundError(place) from None

    def _make_folder(self, folder: str) -> None:
        parts = folder.split("/") if folder else []
        for depth in range(len(parts) + 1):
            part = "/".join(parts[:depth])
            if part in self._folders:
                continue
            if not self._files.client.exists(part):
                with contextlib.suppress(ResourceAlreadyExists):  # another thread was first
                    self._files.client.mkdir(part)
            self._folders.add(part)

    def _put(self, source: Path, place: str, headers: Headers, sent: Sent) -> None:
        with source.open("rb") as stream:
            self._files.client.upload_fileobj(
                stream,
                place,
                overwrite=True,
                callback=sent,
                chunk_size=PIECE_BYTES,
                size=source.stat().st_size,
                headers={"Content-Type": headers.type},
            )

    def _pipe(self, place: str, data: bytes) -> None:
        self._files.client.upload_fileobj(io.BytesIO(data), place, overwrite=True, size=len(data))

    def _size(self, place: str) -> int | None:
        size: int | None = self._files.client.content_length(place)
        return size

    def _move(self, beside: str, place: str) -> None:
        self._files.client.move(beside, place, overwrite=True)

    def _claim(self, place: str, data: bytes) -> bool:
        """By a move that the server refuses where there is something; some look and move apart."""
        self._make_folder(place.rpartition("/")[0])
        beside = self._beside(place)
        self._pipe(beside, data)
        try:
            self._files.client.move(beside, place, overwrite=False)
        except ResourceAlreadyExists:
            self._remove(beside)
            return False
        time.sleep(SETTLE_S)
        return self._get(place) == data

    def _worded(self, error: BaseException, doing: str) -> MeditationError:
        if isinstance(error, ResourceNotFound):
            error = FileNotFoundError(str(error))
        if isinstance(error, InsufficientStorage):
            return self._full(doing, error)
        if isinstance(error, ResourceLocked | BadGatewayError):
            return self._lost(doing, error)
        return super()._worded(error, doing)

    def _hidden(self) -> Iterator[str]:
        yield from super()._hidden()
        if self._login:
            yield self._login.password
