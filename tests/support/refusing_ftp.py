"""pyftpdlib's server as it is on Windows: what is there already cannot be moved to."""

from __future__ import annotations

from pathlib import Path

from pyftpdlib.__main__ import main as serve
from pyftpdlib.exceptions import FilesystemError
from pyftpdlib.filesystems import AbstractedFS
from pyftpdlib.handlers import FTPHandler


class _Files(AbstractedFS):  # type: ignore[misc]
    def rename(self, src: str, dst: str) -> None:
        if Path(dst).exists():
            raise FilesystemError("the name is taken")
        super().rename(src, dst)


def main() -> None:
    """Serves as the command does."""
    FTPHandler.abstracted_fs = _Files
    serve()
