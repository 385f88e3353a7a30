"""Two places for fsspec that lie on this disk: a store, and one that refuses to replace a file.

They stand for those whose services cannot run here; the libraries' own promises are kept.
"""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

from fsspec.implementations.local import LocalFileSystem


class _OnDisk(LocalFileSystem):  # type: ignore[misc]
    cachable = False

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        """A bucket or server is a folder where we are."""
        return str(path).rpartition("://")[2].rstrip("/")


class Store(_OnDisk):
    """As Azure's library has it: what is put is there whole, with its headers, and can be new."""

    protocol = "abfs"

    def put_file(self, lpath: str, rpath: str, callback: Any = None, **headers: Any) -> None:
        """Puts a file, and its headers where we are."""
        place = Path(rpath)
        place.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(f"{os.urandom(8).hex()}.beside")
        beside.write_text(json.dumps(headers["content_settings"]), "utf-8")
        beside.replace(f"{place.name}.headers")
        beside.write_bytes(Path(lpath).read_bytes())
        callback.absolute_update(beside.stat().st_size)
        beside.replace(place)

    def pipe_file(self, path: str, value: bytes, mode: str = "overwrite", **_: Any) -> None:
        """Makes a file that was not there."""
        assert mode == "create"
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        with Path(path).open("xb") as stream:
            stream.write(value)


class Share(_OnDisk):
    """As Windows has it: a name that is taken cannot be moved to."""

    protocol = "smb"

    def mv(self, path1: str, path2: str, **_: Any) -> None:
        """Moves a file to a name that is free."""
        if Path(path2).exists():
            raise OSError(errno.EEXIST, "the name is taken")
        Path(path1).rename(path2)
