"""What is to be published: the files of `build/podcast/`, read and checked before any is sent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from meditations.errors import MeditationError
from meditations.podcast.hosting import FEED, is_feed, is_list
from meditations.publishing.headers import Headers, hash_in, headers_for
from meditations.store import file_digest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

WORKER: Final = "sw.js"
FOLDERS: Final = ("media", "images", "assets", "listen")
"""What lies in these below the site is of this podcast."""
_GUID = re.compile(r"<guid\b[^>]*>\s*([^<\s]+)\s*</guid>")
_ENCLOSURE = re.compile(r"<enclosure\b[^>]*>")
_ATTRIBUTE = re.compile(r"\b(url|length)=[\"']([^\"']*)[\"']")


@dataclass(frozen=True, slots=True)
class Item:
    """A file to be sent.

    Attributes:
        source: Where it lies here.
        path: Where it goes, below the target.
        bytes: Its size.
        digest: The SHA-256 of its bytes; None where the name holds it.
        headers: What a server has to say of it.
    """

    source: Path
    path: str
    bytes: int
    digest: str | None
    headers: Headers

    @property
    def phase(self) -> int:
        """Its turn: nothing is sent before what it names, and the feeds are sent last.

        Media, sidecars and assets come first, then the pages that name them, the lists, which are
        the entrances, the service worker that keeps all of these, and the feed of each language.
        """
        if self.digest is None:
            return 0
        if is_feed(self.path):
            return 4
        return 2 if is_list(self.path) else 3 if self.path == WORKER else 1


@dataclass(frozen=True, slots=True)
class Upload:
    """All that is to be found at the target when a publication is done.

    Attributes:
        items: In the order in which they go.
        feeds: The bytes of the feed of each language, by path.
    """

    items: tuple[Item, ...]
    feeds: Mapping[str, bytes]

    @property
    def guids(self) -> frozenset[str]:
        """The guids of all episodes in all languages."""
        return frozenset[str]().union(*map(guids, self.feeds.values()))


def read_upload(folder: Path, site: str) -> Upload:
    """The files of a podcast's folder, each fit to be sent.

    Args:
        folder: As `write_folder` makes it.
        site: The address of the folder once it is published, with a slash at its end.

    Raises:
        MeditationError: If the folder is not there, holds what it should not, or a feed names
            what is not in it.
    """
    if not (folder / FEED).is_file():
        raise MeditationError(
            "there is nothing to publish: no feed was made yet",
            mend="make it with: meditations build",
            file=folder / FEED,
        )
    items = []
    for file in sorted(folder.rglob("*")):
        if file.is_dir() and not file.is_symlink():
            continue
        path = file.relative_to(folder).as_posix()
        if file.is_symlink() or not file.is_file():
            raise MeditationError(
                "this is no file of its own, so it is not sent",
                mend="build again: the folder is then made anew",
                file=file,
            )
        items.append(_read_item(file, path))
    items.sort(key=lambda item: (item.phase, item.path))
    sizes = {item.path: item.bytes for item in items}
    feeds = {path: (folder / path).read_bytes() for path in sizes if is_feed(path)}
    for path, feed in feeds.items():
        _check_feed(feed, site, sizes, folder / path)
    return Upload(tuple(items), feeds)


def _read_item(file: Path, path: str) -> Item:
    named = hash_in(path)
    size = file.stat().st_size
    if named and not size:
        raise MeditationError("this file is empty", mend="build again", file=file)
    digest = None if named else file_digest(file)
    return Item(file, path, size, digest, headers_for(path))


def check_content(item: Item) -> None:
    """Media is sent only under the name that its content has: it is kept for ever as that.

    Raises:
        MeditationError: If the name is another's, as when a track was changed by hand.
    """
    named = hash_in(item.path)
    if not named or not item.path.startswith(("media/", "images/")):
        return
    if not file_digest(item.source).startswith(named):
        raise MeditationError(
            "this file was changed after the feed was made",
            mend="build again: meditations build",
            file=item.source,
        )


def named_paths(feed: bytes, site: str) -> frozenset[str]:
    """The paths of everything of ours that a feed names, wherever in the feed it stands.

    Addresses are looked for as text, not as elements: the same rule then holds for enclosures,
    images, transcripts, chapters, and links in show notes. What else lies on the site is not ours.
    """
    text = feed.decode("utf-8", "replace")
    ours = rf"((?:{'|'.join(FOLDERS)})/[A-Za-z0-9/._~%+-]+)"
    found = re.findall(re.escape(site) + ours, text)
    return frozenset(unquote(path).rstrip(".") for path in found)


def guids(feed: bytes) -> frozenset[str]:
    """The guids of all episodes of a feed."""
    return frozenset(_GUID.findall(feed.decode("utf-8", "replace")))


def enclosures(feed: bytes, site: str) -> dict[str, int]:
    """Paths of the sound files of a feed, with the sizes that it promises."""
    found = {}
    for element in _ENCLOSURE.findall(feed.decode("utf-8", "replace")):
        told = dict(_ATTRIBUTE.findall(element))
        url, length = told.get("url", ""), told.get("length", "")
        if url.startswith(site) and length.isdigit():
            found[unquote(url.removeprefix(site))] = int(length)
    return found


def _check_feed(feed: bytes, site: str, sizes: Mapping[str, int], shown: Path) -> None:
    told = feed.decode("utf-8", "replace")
    count = len(_ENCLOSURE.findall(told))
    promised = enclosures(feed, site)
    if count != len(promised):
        raise MeditationError(
            f"{count - len(promised)} of {count} episodes are not below {site}, or lie twice in the"
            " feed",
            mend="the feed was made for another site: build again",
            file=shown,
        )
    for path in sorted(named_paths(feed, site)):
        if path not in sizes:
            raise MeditationError(
                f"the feed names {path}, and that is not in the folder",
                mend="build again: meditations build",
                file=shown,
            )
    for path, size in promised.items():
        if sizes.get(path) != size:
            raise MeditationError(
                f"the feed says that {path} has {size:,} bytes; it has {sizes.get(path, 0):,}",
                mend="build again: meditations build",
                file=shown,
            )
