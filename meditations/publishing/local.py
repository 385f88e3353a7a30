"""A folder as a target: a disk, a mounted server, the folder that a web server serves."""

from __future__ import annotations

import contextlib
import errno
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from fsspec.implementations.local import LocalFileSystem

from meditations.errors import MeditationError
from meditations.publishing.planning import Held

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from meditations.publishing.headers import Headers
    from meditations.publishing.target import Address

_FULL: Final = "make room there and publish again: what has arrived is not sent twice"
_LOCKED: Final = "name a folder that you may write to"
_IN_THE_WAY: Final = "something else of that name is in the way there"
_MENDS: Final = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EACCES: _LOCKED,
    errno.EPERM: _LOCKED,
    errno.EROFS: _LOCKED,
    errno.ENOTDIR: _IN_THE_WAY,
    errno.EEXIST: _IN_THE_WAY,
    errno.EISDIR: _IN_THE_WAY,
}


class FolderTarget:
    """A folder; what is sent is written beside its place and moved there."""

    def __init__(self, address: Address) -> None:
        self._root = Path(address.path).expanduser().absolute()
        self._files = LocalFileSystem(use_listings_cache=False)

    @property
    def shown(self) -> str:
        """The folder's path."""
        return str(self._root)

    @property
    def root(self) -> Path:
        """The folder."""
        return self._root

    def connect(self) -> None:
        """Makes sure that the folder is there, or can be made: in a place that is.

        Raises:
            MeditationError: If not even the folder around it is there. A name was mistyped then, or
                a disk is not mounted, and what is made in its place would be hidden by it.
        """
        if not self._root.parent.is_dir():
            raise MeditationError(
                f"there is no folder {self._root.parent} to publish into",
                mend="is the name right, and the disk mounted? Otherwise make the folder first",
            )

    def held(self, folders: Iterable[str]) -> dict[str, Held]:
        """The files at the top and in these folders."""
        found: dict[str, Held] = {}
        with self._told(f"reading {self.shown}"):
            for folder, depth in (("", 1), *((name, None) for name in folders)):
                told = self._files.find(str(self._root / folder), maxdepth=depth, detail=True)
                for name, info in told.items():
                    path = Path(name).relative_to(self._root).as_posix()
                    modified = datetime.fromtimestamp(info["mtime"], UTC)
                    found[path] = Held(info["size"], modified)
        return found

    def read(self, path: str) -> bytes | None:
        """The bytes of a file, or None."""
        with self._told(f"reading {path}"):
            try:
                return bytes(self._files.cat_file(str(self._root / path)))
            except FileNotFoundError:
                return None

    def send(self, source: Path, path: str, headers: Headers, sent: Callable[[int], None]) -> None:
        """Copies a file into its place; the web server has to be told the headers."""
        del headers
        place = self._root / path
        beside = place.with_name(f".{uuid4().hex}.part")
        with self._told(f"writing {path}"):
            try:
                place.parent.mkdir(parents=True, exist_ok=True)
                self._files.put_file(str(source), str(beside))
                with beside.open("rb") as written:
                    os.fsync(written.fileno())  # else a power cut could leave a name without bytes
                beside.replace(place)
            finally:
                with contextlib.suppress(OSError):
                    beside.unlink(missing_ok=True)
        sent(place.stat().st_size)

    def claim(self, path: str, data: bytes) -> bool:
        """Makes a small file where there is none."""
        place = self._root / path
        with self._told(f"writing {path}"):
            place.parent.mkdir(parents=True, exist_ok=True)
            try:
                with place.open("xb") as stream:
                    stream.write(data)
            except FileExistsError:
                return False
        return True

    def delete(self, path: str) -> None:
        """Deletes a file."""
        with self._told(f"deleting {path}"):
            (self._root / path).unlink(missing_ok=True)

    @contextlib.contextmanager
    def _told(self, doing: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            # What Python names as the file is, where copying failed, the one that was copied.
            raise MeditationError(
                f"{doing} at {self.shown} failed: {error.strerror or error}",
                mend=_MENDS.get(error.errno or 0, "see whether the folder is still there"),
            ) from None
