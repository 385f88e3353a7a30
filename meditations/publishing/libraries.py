"""What libraries tell: how far a file is, what went wrong, and what must not be repeated."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING, Any, Final

from fsspec.callbacks import Callback
from fsspec.config import conf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_ENVIRONMENT: Final = (
    *("AZURE_STORAGE_ACCOUNT_KEY", "AZURE_STORAGE_SAS_TOKEN", "AZURE_STORAGE_CONNECTION_STRING"),
    *("AZURE_CLIENT_SECRET", "AZURE_STORAGE_CLIENT_SECRET"),
)
"""Where libraries look for secrets; Google's have only the names of files there."""
BUSY: Final = frozenset({408, 423, 425, 429, 500, 502, 503, 504})
NOT_LET: Final = frozenset({401, 403})


class Told(Callback):  # type: ignore[misc]
    """Tells how many more bytes have gone, whether a library counts steps or the whole."""

    def __init__(self, sent: Callable[[int], None]) -> None:
        super().__init__()
        self._sent = sent
        self._gone = 0

    def relative_update(self, inc: int = 1) -> None:
        """So many more have gone."""
        self._gone += inc
        self._sent(inc)

    def absolute_update(self, value: int) -> None:
        """So many have gone in all."""
        self.relative_update(value - self._gone)

    def rest(self, size: int) -> None:
        """All have gone, whatever was counted."""
        self.absolute_update(size)


def secrets_of(protocols: Iterable[str]) -> Iterator[str]:
    """Whatever the environment and fsspec's settings hold for some protocols."""
    for held in filter(None, map(os.environ.get, _ENVIRONMENT)):
        yield held
        yield from (part.partition("=")[2] for part in held.split(";") if "Key=" in part)
    for protocol in protocols:
        for value in conf.get(protocol, {}).values():
            yield from (each for each in _leaves(value) if len(each) > 3)


def _leaves(value: Any) -> Iterator[str]:
    """The texts in a setting, however deep."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for each in value:
            yield from _leaves(each)
    elif isinstance(value, str):
        yield value


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error, and what led to it."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def status_of(error: BaseException) -> int:
    """The HTTP status that an error stands for, or 0."""
    for name in ("status_code", "status", "code"):
        value = getattr(error, name, None)
        if str(value).isdecimal():
            return int(str(value))
    # gcsfs 2026.10 leaves only the word of 403.
    return 403 if isinstance(error, OSError) and str(error).startswith("Forbidden") else 0


def is_lost(error: BaseException) -> bool:
    """Whether an error tells of a connection that broke, in any library's words."""
    if isinstance(error, ConnectionError | TimeoutError | EOFError | socket.gaierror):
        return True
    library = type(error).__module__.partition(".")[0]
    name = type(error).__name__
    if library in ("aiohttp", "httpx", "httpcore", "requests", "urllib3"):
        return True
    return library in ("azure", "google") and name in (
        "ServiceRequestError", "ServiceResponseError", "IncompleteReadError", "TransportError",
    )  # fmt: skip
