"""A bucket of S3, or of a service that speaks it, through s3fs.

Keys, region and endpoint are taken from where the AWS tools have them: `AWS_…` in the environment,
or `~/.aws`. Putting an object is atomic: it is there whole with its headers, or the old one is.
"""

from __future__ import annotations

import contextlib
import errno
import os
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

from fsspec.callbacks import Callback

from meditations.errors import MeditationError
from meditations.publishing.planning import Held
from meditations.publishing.protocols import missing_library
from meditations.publishing.target import BrokenConnectionError

try:
    import aiohttp
    from botocore import exceptions as boto
    from s3fs import S3FileSystem
except ImportError:
    raise missing_library("s3") from None

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from meditations.publishing.headers import Headers
    from meditations.publishing.target import Address

CONNECT_S: Final = 20
ANSWER_S: Final = 60
SECRETS: Final = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
_LOST: Final = (
    boto.ConnectionError,
    boto.HTTPClientError,
    boto.ReadTimeoutError,
    aiohttp.ClientError,
    ConnectionError,
    TimeoutError,
)
_BUSY: Final = (errno.EBUSY, getattr(errno, "EREMOTEIO", errno.EIO), errno.EIO)
"""What s3fs makes of 500, 503 and codes that it does not know."""


class S3Target:
    """A folder in a bucket."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._root = f"{address.host}/{address.path}".rstrip("/")
        self._files: Any = None

    @property
    def shown(self) -> str:
        """The bucket and the folder in it."""
        return str(self._address)

    def connect(self) -> None:
        """Finds the bucket; connections come and go by themselves."""
        self._files = S3FileSystem(
            use_listings_cache=False,
            skip_instance_cache=True,
            config_kwargs={"connect_timeout": CONNECT_S, "read_timeout": ANSWER_S},
        )
        with self._told("connecting"):
            self._files.call_s3("head_bucket", Bucket=self._address.host)

    def held(self, folders: Iterable[str]) -> dict[str, Held]:
        """The files at the top and in these folders."""
        found: dict[str, Held] = {}
        with self._told("listing"):
            entries = []
            with contextlib.suppress(FileNotFoundError):
                entries += self._files.ls(self._root, detail=True, refresh=True)
            for folder in folders:
                entries += self._files.find(f"{self._root}/{folder}", detail=True).values()
        for entry in entries:
            if entry["type"] == "file" and entry["name"] != self._root:
                path = entry["name"].removeprefix(f"{self._root}/")
                modified = entry.get("LastModified")
                found[path] = Held(entry["size"], modified and modified.astimezone(UTC))
        return found

    def read(self, path: str) -> bytes | None:
        """The bytes of a file, or None."""
        with self._told(f"reading {path}"):
            try:
                return bytes(self._files.cat_file(f"{self._root}/{path}"))
            except FileNotFoundError:
                return None

    def send(self, source: Path, path: str, headers: Headers, sent: Callable[[int], None]) -> None:
        """Puts a file with its headers."""
        with self._told(f"sending {path}"):
            self._files.put_file(
                str(source),
                f"{self._root}/{path}",
                callback=_Told(sent),
                ContentType=headers.type,
                CacheControl=headers.cache,
            )

    def claim(self, path: str, data: bytes) -> bool:
        """Makes a small file where there is none."""
        bucket, _, key = f"{self._root}/{path}".partition("/")
        what = {"Bucket": bucket, "Key": key, "Body": data, "ContentType": "application/json"}
        with self._told(f"writing {path}"):
            try:
                self._files.call_s3("put_object", **what, IfNoneMatch="*")
            except FileExistsError:
                return False
            except OSError as error:
                if error.errno != errno.ENOSYS:
                    raise
                # A service that cannot do this in one step: two that ask within the same moment
                # could both be let through, and would notice before their feeds go.
                if self.read(path) is not None:
                    return False
                self._files.call_s3("put_object", **what)
        return True

    def delete(self, path: str) -> None:
        """Deletes a file."""
        with self._told(f"deleting {path}"), contextlib.suppress(FileNotFoundError):
            self._files.rm_file(f"{self._root}/{path}")

    @contextlib.contextmanager
    def _told(self, doing: str) -> Iterator[None]:
        """Puts what botocore and s3fs raise into our words, without anything secret."""
        where = f"{doing} {'to' if doing == 'connecting' else 'at'} {self.shown}"
        try:
            yield
        except FileNotFoundError:
            raise MeditationError(
                f"{where} failed: there is no bucket '{self._address.host}'",
                mend="make the bucket first, or mend its name",
            ) from None
        except boto.NoCredentialsError:
            raise MeditationError(
                f"{where} failed: no keys were found",
                mend="they are taken from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, from"
                " AWS_PROFILE, or from ~/.aws,\nas the AWS tools do",
            ) from None
        except PermissionError as error:
            raise MeditationError(
                f"{where} is not allowed: {_words(error)}",
                mend="the key needs s3:ListBucket, s3:GetObject, s3:PutObject and s3:DeleteObject"
                " there",
            ) from None
        except _LOST as error:
            raise BrokenConnectionError(f"{where}: {_words(error)}") from None
        except OSError as error:
            kind = BrokenConnectionError if error.errno in _BUSY else MeditationError
            raise kind(f"{where} failed: {_words(error)}") from None
        except (boto.BotoCoreError, boto.ClientError, ValueError) as error:
            raise MeditationError(f"{where} failed: {_words(error)}") from None


class _Told(Callback):  # type: ignore[misc]
    """Tells how many more bytes have gone."""

    def __init__(self, sent: Callable[[int], None]) -> None:
        super().__init__()
        self._sent = sent

    def relative_update(self, inc: int = 1) -> None:
        self._sent(inc)


def _words(error: BaseException) -> str:
    """What an error says, on one line and without keys, should a service repeat them."""
    text = " ".join(str(error).split()) or type(error).__name__
    for name in SECRETS:
        if value := os.environ.get(name):
            text = text.replace(value, "…")
    return text
