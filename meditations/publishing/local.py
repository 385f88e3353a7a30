"""A folder as a target: a disk, a mounted server, the folder that a web server serves."""

from __future__ import annotations

import contextlib
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from fsspec.implementations.local import LocalFileSystem

from meditations.errors import from_os_error
from meditations.publishing.planning import Held

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from meditations.publishing.headers import Headers
    from meditations.publishing.target import Address


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
        """Nothing: a folder is there, or is made when the first file comes."""

    def held(self, folders: Iterable[str]) -> dict[str, Held]:
        """The files at the top and in these folders."""
        found: dict[str, Held] = {}
        with _told(f"reading {self.shown}"):
            for folder, depth in (("", 1), *((name, None) for name in folders)):
                told = self._files.find(str(self._root / folder), maxdepth=depth, detail=True)
                for name, info in told.items():
                    path = Path(name).relative_to(self._root).as_posix()
                    modified = datetime.fromtimestamp(info["mtime"], UTC)
                    found[path] = Held(info["size"], modified)
        return found

    def read(self, path: str) -> bytes | None:
        """The bytes of a file, or None."""
        with _told(f"reading {path}"):
            try:
                return bytes(self._files.cat_file(str(self._root / path)))
            except FileNotFoundError:
                return None

    def send(self, source: Path, path: str, headers: Headers, sent: Callable[[int], None]) -> None:
        """Copies a file into its place; the web server has to be told the headers."""
        del headers
        place = self._root / path
        beside = place.with_name(f".{uuid4().hex}.part")
        with _told(f"writing {path}"):
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
        with _told(f"writing {path}"):
            place.parent.mkdir(parents=True, exist_ok=True)
            try:
                with place.open("xb") as stream:
                    stream.write(data)
            except FileExistsError:
                return False
        return True

    def delete(self, path: str) -> None:
        """Deletes a file."""
        with _told(f"deleting {path}"):
            (self._root / path).unlink(missing_ok=True)


@contextlib.contextmanager
def _told(doing: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise from_os_error(error, doing) from None
