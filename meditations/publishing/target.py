"""Where a podcast is published to: what each kind of target has in common."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from meditations.errors import MeditationError
from meditations.publishing.protocols import HOW, OTHER_SECRETS, SECRETS, refuse_unfit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from meditations.publishing.headers import Headers
    from meditations.publishing.planning import Held

PART: Final = re.compile(r"\.[0-9a-f]{32}\.part")
"""The name of a file while it is being sent: hidden, and taken by nobody else."""


class BrokenConnectionError(MeditationError):
    """A connection that broke or a server that is busy: worth another try.

    Attributes:
        gained: Whether more of a file has arrived than ever before; the next try goes on there.
    """

    gained = False


class Target(Protocol):
    """A place that files can be sent to.

    A file is there whole under its name or not at all, and one that is replaced is at no moment
    missing or half. Methods may be called from several threads at once. They raise
    `BrokenConnectionError` where another try may help, and else `MeditationError`.
    """

    @property
    def shown(self) -> str:
        """The target as messages name it; it never holds a secret."""

    def connect(self) -> None:
        """Opens the connection, or opens it again."""

    def held(self, folders: Iterable[str]) -> dict[str, Held]:
        """The files at the top and, however deep, in these folders, by path."""

    def read(self, path: str) -> bytes | None:
        """The bytes of a file, or None where there is no such file."""

    def send(self, source: Path, path: str, headers: Headers, sent: Callable[[int], None]) -> None:
        """Puts a file into its place; `sent` is told how many more bytes have gone."""

    def claim(self, path: str, data: bytes) -> bool:
        """Makes a small file where there is none, and says whether it did: only one can."""

    def delete(self, path: str) -> None:
        """Deletes a file; one that is gone already is no fault."""


@dataclass(frozen=True, slots=True)
class Address:
    """A target as it was written.

    Attributes:
        protocol: `sftp`, `s3`, another that fsspec knows, or empty for a folder.
        host: The server or the bucket; empty for a folder.
        path: Without a slash at its end. Of sftp it begins with one, unless it counts from the
            home folder there; elsewhere it begins with none.
    """

    protocol: str
    host: str
    path: str
    user: str = ""
    port: int | None = None

    def __str__(self) -> str:
        if not self.protocol:
            return self.path
        user = f"{self.user}@" if self.user else ""
        port = f":{self.port}" if self.port else ""
        home = "" if self.path.startswith("/") else "/~/" if self.protocol == "sftp" else "/"
        return f"{self.protocol}://{user}{self.host}{port}{home}{self.path}".rstrip("/")


_ADDRESS: Final = re.compile(
    r"(?P<protocol>[A-Za-z][A-Za-z0-9+.-]*)://(?:(?P<user>[^@/]*)@)?"
    r"(?P<host>\[[0-9A-Fa-f:.%]+\]|[^/:@]+)(?::(?P<port>\d{1,5}))?(?P<path>/.*)?"
)

_MEANT_ELSEWHERE: Final = re.compile(
    r"\s*([^/\s]+@[^/\s]+:|(sftp|ssh|s3|ftps?|https?|file|gs|gcs|az|abfs|webdavs?):)", re.I
)
"""As `scp` has it, or with a slash too few."""


def read_address(text: str) -> Address:
    """A target from what somebody wrote: a folder, `sftp://…`, `s3://…`, or what else there is.

    Raises:
        MeditationError: If it cannot be read, or holds a password.
    """
    if not text.strip():
        raise MeditationError("no target was named", mend=HOW)
    if "://" not in text:
        if _MEANT_ELSEWHERE.match(text):
            raise MeditationError(
                "the target looks like a place on a server, and would be a folder here",
                mend=f"{HOW};\na folder here of that name is ./ and its name",
            )
        return Address("", "", text)
    text = text.strip()
    protocol = text.partition("://")[0].lower()
    refuse_unfit(protocol)
    match = _ADDRESS.fullmatch(text)
    # What was written is not repeated in these messages: it may hold a secret.
    if (match and ":" in (match["user"] or "")) or (match is None and "@" in text):
        raise MeditationError(
            "the target holds a password, or cannot be read",
            mend="a password in a command is seen by others and kept in the history: "
            + SECRETS.get(protocol, OTHER_SECRETS),
        )
    if match is None or any(part in (".", "..") for part in (match["path"] or "").split("/")):
        raise MeditationError("the target cannot be read", mend=HOW)
    return _READERS.get(protocol, _other)(match)


def _other(match: re.Match[str]) -> Address:
    if "?" in match[0] or "#" in match[0]:  # where some services would have their tokens
        raise MeditationError("the target cannot be read", mend="write it without ? and #")
    port = int(match["port"]) if match["port"] else None
    path = (match["path"] or "").strip("/")
    return Address(match["protocol"].lower(), match["host"], path, match["user"] or "", port)


def _sftp(match: re.Match[str]) -> Address:
    path = (match["path"] or "").rstrip("/")
    if path == "/~" or path.startswith("/~/"):
        path = path[3:]
    elif not path:
        raise MeditationError(
            "the target names no folder on the server",
            mend="write it behind the server: sftp://user@example.org/var/www/meditations,\n"
            "or counted from the home folder: sftp://user@example.org/~/public_html/meditations",
        )
    port = int(match["port"]) if match["port"] else None
    return Address("sftp", match["host"].strip("[]"), path, match["user"] or "", port)


def _s3(match: re.Match[str]) -> Address:
    if match["user"] is not None or match["port"]:
        raise MeditationError(
            "an S3 target is a bucket and a folder in it",
            mend=f"write s3://bucket/folder; {SECRETS['s3']}",
        )
    return Address("s3", match["host"], (match["path"] or "").strip("/"))


_READERS: Final = {"sftp": _sftp, "s3": _s3}


def open_target(address: Address) -> Target:
    """The target of an address, not yet connected.

    Raises:
        MeditationError: If the libraries for its protocol are not installed.
    """
    if address.protocol == "sftp":
        from meditations.publishing.sftp import SftpTarget

        return SftpTarget(address)
    if address.protocol == "s3":
        from meditations.publishing.s3 import S3Target

        return S3Target(address)
    if address.protocol in ("ftp", "ftps"):
        from meditations.publishing.ftp import FtpTarget

        return FtpTarget(address)
    if address.protocol in ("webdav", "webdavs"):
        from meditations.publishing.webdav import WebdavTarget

        return WebdavTarget(address)
    if address.protocol:
        from meditations.publishing.other import OtherTarget

        return OtherTarget(address)
    from meditations.publishing.local import FolderTarget

    return FolderTarget(address)
