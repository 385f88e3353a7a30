"""Opens what lies in the folder, and nothing that does not.

The folder is replaced as a whole by each build. Between its going and its coming back there is an
instant without any; whoever asks then is kept waiting for it, so that a build breaks no page.
"""

from __future__ import annotations

import os
import stat
import time
from dataclasses import dataclass
from email.utils import formatdate
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from io import RawIOBase
    from pathlib import Path

PATIENCE_S: Final = 2.0
_LOOK_AGAIN_S: Final = 0.01
_FLAGS: Final = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)  # a pipe would keep us waiting for whoever writes into it
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


class FolderMissingError(Exception):
    """The whole folder is not there, and did not come back."""


@dataclass(frozen=True, slots=True)
class Found:
    """An open file.

    Attributes:
        path: Below the folder, with slashes.
        file: To be closed by whoever asked for it.
        bytes: Its size.
        tag: Its entity tag, a strong one: another content has another.
        modified: When it was last changed, as HTTP writes dates.
    """

    path: str
    file: RawIOBase
    bytes: int
    tag: str
    modified: str


def find_file(root: Path, parts: Sequence[str]) -> Found | None:
    """The file that these names lead to; None where there is none, or one that is not to be seen.

    Links are not followed: nothing in the folder is one, and what they lead to is not in it.

    Raises:
        FolderMissingError: If the folder itself is not there.
    """
    until = time.monotonic() + PATIENCE_S
    while True:
        before = _identity(root)
        found = _open(root, parts) if before is not None else None
        if found is not None:
            return found
        if before is not None and before == _identity(root):
            return None
        if time.monotonic() > until:
            raise FolderMissingError
        time.sleep(_LOOK_AGAIN_S)


def _identity(root: Path) -> tuple[int, int] | None:
    try:
        told = root.stat()
    except OSError:
        return None
    return (told.st_dev, told.st_ino) if stat.S_ISDIR(told.st_mode) else None


def _open(root: Path, parts: Sequence[str]) -> Found | None:
    whole = os.path.realpath(root)
    wanted = os.path.join(whole, *parts)  # noqa: PTH118 - compared as text, below
    if os.path.realpath(wanted) != wanted:
        return None
    try:
        handle = os.open(wanted, _FLAGS)
    except (OSError, ValueError):
        return None
    told = os.fstat(handle)
    if not stat.S_ISREG(told.st_mode):
        os.close(handle)
        return None
    return Found(
        path="/".join(parts),
        file=os.fdopen(handle, "rb", buffering=0),
        bytes=told.st_size,
        tag=f'"{told.st_ino:x}-{told.st_size:x}-{told.st_mtime_ns:x}"',
        modified=formatdate(told.st_mtime, usegmt=True),
    )
