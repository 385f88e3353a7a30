"""What was made once and is kept by its content: takes, beds, windows.

A key names everything that a thing depends on, so an entry is never stale; it is there, whole, or
it is not. Entries are written beside their place and renamed, so a full disk or a killed process
leaves no half of one.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from meditations.errors import MeditationError, from_os_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CACHE_SETTING: Final = "MEDITATIONS_CACHE"
LIMIT_SETTING: Final = "MEDITATIONS_CACHE_LIMIT_MB"
DEFAULT_LIMIT_MB: Final = 4_000
STORES: Final = ("takes", "beds", "windows", "stamps")
"""The folders of all that is kept; the stamps tell which tracks are up to date."""
_ENTRY = re.compile(r"[0-9a-f]{64}\.\w+")
_UNFINISHED = re.compile(r"\.[0-9a-f]{32}\.\w+")


def cache_folder() -> Path:
    """Where the stores lie: `MEDITATIONS_CACHE`, or the user's own cache folder."""
    named = os.environ.get(CACHE_SETTING)
    if named:
        return Path(named).expanduser().resolve()
    import platformdirs

    return Path(platformdirs.user_cache_dir("meditations", appauthor=False))


def content_key(content: Any) -> str:
    """A key for anything that JSON can hold: equal contents, equal keys."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def file_digest(file: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal digits."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def kept_digest(file: Path) -> str:
    """The same, asked again only where size or time of the file are others: some are large."""
    stat = file.stat()
    return _digest_of(file, stat.st_size, stat.st_mtime_ns)


@functools.lru_cache(maxsize=1024)
def _digest_of(file: Path, size: int, mtime_ns: int) -> str:  # noqa: ARG001 - they are the key
    return file_digest(file)


@dataclass(frozen=True, slots=True)
class Store:
    """A folder of entries.

    Attributes:
        folder: Where they lie.
        fresh: True where nothing kept is to be used, but everything made anew and then kept.
    """

    folder: Path
    fresh: bool = False

    def path(self, key: str, suffix: str) -> Path:
        """Where the entry lies, or would."""
        # 16 folders: making one takes longer than finding a file among many.
        return self.folder / key[:1] / (key + suffix)

    def find(self, key: str, suffix: str) -> Path | None:
        """The entry, if it is kept; its use is noted for `prune`."""
        entry = self.path(key, suffix)
        if self.fresh:
            return None
        try:
            os.utime(entry)
        except OSError:
            return None
        return entry

    def keep(self, key: str, suffix: str, write: Callable[[Path], object]) -> Path:
        """Keeps what `write` writes into the file that it is given.

        Raises:
            MeditationError: If the disk is full or the folder cannot be written.
        """
        entry = self.path(key, suffix)
        try:
            entry.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise from_os_error(error, "keeping what was made") from None
        with written_whole(entry) as beside:
            write(beside)
        return entry


@contextlib.contextmanager
def written_whole(target: Path) -> Iterator[Path]:
    """A file beside `target` that takes its place when all went well, and else vanishes.

    Raises:
        MeditationError: If the disk is full or the folder cannot be written.
    """
    # The suffix stays: pydub and others look at it. The dot keeps it out of listings.
    beside = target.with_name(f".{uuid4().hex}{target.suffix}")
    try:
        yield beside
        beside.replace(target)
    except OSError as error:
        raise from_os_error(error, f"writing {target.name}") from None
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)


def prune(folder: Path, limit_bytes: int | None = None) -> int:
    """Deletes the entries that were used longest ago until the rest fits; returns bytes freed.

    Files in between that a killed build left behind go too, when they are a day old. Nothing else
    is touched: somebody may have named a folder that holds more than the stores.

    Raises:
        MeditationError: If the limit that the environment sets is no number.
    """
    if limit_bytes is None:
        limit_bytes = _limit_bytes()
    found: list[tuple[float, int, Path]] = []
    freed = 0
    for file in (file for name in STORES for file in (folder / name).rglob("*")):
        with contextlib.suppress(OSError):
            if not file.is_file():
                continue
            stat = file.stat()
            if _ENTRY.fullmatch(file.name):
                found.append((stat.st_mtime, stat.st_size, file))
            elif _UNFINISHED.fullmatch(file.name) and stat.st_mtime < time.time() - 86_400:
                file.unlink()
                freed += stat.st_size
    total = sum(size for _, size, _ in found)
    for _, size, file in sorted(found):
        if total <= limit_bytes:
            break
        with contextlib.suppress(OSError):
            file.unlink()
            total -= size
            freed += size
    return freed


def _limit_bytes() -> int:
    written = os.environ.get(LIMIT_SETTING) or str(DEFAULT_LIMIT_MB)
    if not re.fullmatch(r"\d{1,12}", written):
        raise MeditationError(
            f"{LIMIT_SETTING} is '{written}', and that is no number of megabytes",
            mend=f"set it to a whole number, as in {LIMIT_SETTING}={DEFAULT_LIMIT_MB}",
        )
    return int(written) * 1_000_000
