"""What is sent where some of what was built has to wait: a folder made for this one publication."""

from __future__ import annotations

import contextlib
import shutil
import uuid
from typing import TYPE_CHECKING

from meditations.podcast.folder import write_folder
from meditations.podcast.hosting import is_feed
from meditations.publishing.gate import refuse_others
from meditations.publishing.upload import guids, read_upload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from meditations.podcast.assembling import Podcast
    from meditations.podcast.folder import Contents
    from meditations.publishing.upload import Upload


@contextlib.contextmanager
def staged(
    podcast: Podcast, built: Path, make: Callable[[Podcast], Contents] | None
) -> Iterator[Upload]:
    """What is to be sent: the folder as it was built, if that is what may be published.

    Otherwise a folder is made beside it that holds only what may be, and is gone afterwards; the
    one that was built, which serves for listening here, stays as it is. Media is linked into it.

    Args:
        podcast: What may be published.
        built: The folder that the last build made.
        make: Makes feed and pages of a podcast; without it another folder is refused.

    Raises:
        MeditationError: If what would be sent is not what may be.
    """
    site = str(podcast.channel.site)
    if make is None or _holds(built, podcast):
        upload = read_upload(built, site)
        refuse_others(podcast, upload.feeds, built)
        yield upload
        return
    folder = built.with_name(f".{built.name}-{uuid.uuid4().hex}")
    try:
        write_folder(folder, make(podcast))
        upload = read_upload(folder, site)
        refuse_others(podcast, upload.feeds, built)
        yield upload
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _holds(folder: Path, podcast: Podcast) -> bool:
    """Whether a folder has a feed for each language, and in each what may be published."""
    wanted = {each.feed: {episode.guid for episode in each.episodes} for each in podcast.editions}
    feeds = {file.name: file for file in folder.glob("*.xml") if is_feed(file.name)}
    return feeds.keys() == wanted.keys() and all(
        guids(file.read_bytes()) == wanted[name] for name, file in feeds.items()
    )
