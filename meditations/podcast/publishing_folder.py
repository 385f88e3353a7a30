"""From finished tracks to the folder `build/podcast/`: feed, media, pictures, and the pages.

Whatever is at fault with one published track, the folder stays as it was: listeners keep what
they have, whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from meditations.errors import FaultyScriptError, MeditationError
from meditations.podcast.artwork import channel_artwork
from meditations.podcast.assembling import Podcast, read_podcast
from meditations.podcast.feed import feed_xml
from meditations.podcast.feed_checks import check_contents
from meditations.podcast.folder import Contents, write_folder
from meditations.podcast.hosting import FEED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from meditations.project import Project
    from meditations.script import Script

PageWriter = Callable[[Podcast, Mapping[str, str]], Mapping[str, bytes]]
"""Takes the podcast and the path of its picture in each edition; gives bytes of texts, by path."""


@dataclass(frozen=True, slots=True)
class Published:
    """What a folder holds, or would hold.

    Attributes:
        podcast: The channel and its episodes, and those that were kept back.
        contents: Every file.
    """

    podcast: Podcast
    contents: Contents


def publishing_contents(
    project: Project,
    scripts: Sequence[Script],
    tracks: Path,
    writers: Sequence[PageWriter] = (),
    as_of: datetime | None = None,
) -> Published:
    """Everything that is to be published, not yet written.

    Args:
        project: The project, with its `podcast.yaml`.
        scripts: All scripts of it.
        tracks: The folder of the tracks.
        writers: What adds the pages.
        as_of: What is dated later than this stays out; everything by default.

    Raises:
        UnfinishedError: If a published track is missing or older than its script.
        MeditationError: If an episode vanished, a picture cannot be used, or notes are too long.
    """
    return contents_of(read_podcast(project, scripts, tracks, as_of), project, writers)


def contents_of(
    podcast: Podcast, project: Project, writers: Sequence[PageWriter] = ()
) -> Published:
    """Everything of a podcast that was read already, not yet written.

    Raises:
        MeditationError: If a picture cannot be used, or notes are too long.
    """
    titles = {episode.slug: episode.title for episode in podcast.everything}
    texts: dict[str, bytes] = {}
    artworks: dict[str, str] = {}
    for edition in podcast.editions:
        artwork, picture = channel_artwork(edition.channel, project)
        artworks[edition.edition] = artwork
        texts |= {artwork: picture, edition.feed: feed_xml(edition, artwork, titles=titles)}
    for write in writers:
        texts |= write(podcast, artworks)
    media = tuple(
        file
        for e in podcast.everything
        for file in (e.media, e.vtt, e.srt, e.text, e.chapter_file, e.image)
    )
    return Published(podcast, Contents(media, texts))


def publish_folder(
    project: Project,
    scripts: Sequence[Script],
    tracks: Path,
    folder: Path,
    writers: Sequence[PageWriter] = (),
) -> Published:
    """Makes `folder` hold all that is published; where anything is at fault, it stays as it was.

    Raises:
        FaultyScriptError: With all that is wrong with the feed.
        MeditationError: As `publishing_contents` does, or if the folder cannot be written.
    """
    _refuse_foreign(folder)
    published = publishing_contents(project, scripts, tracks, writers)
    if faults := check_contents(published.contents).faults:
        raise FaultyScriptError(faults)
    write_folder(folder, published.contents)
    return published


def _refuse_foreign(folder: Path) -> None:
    """The folder is made anew as a whole: one that holds something else is left alone."""
    if folder.is_dir() and any(folder.iterdir()) and not (folder / FEED).is_file():
        raise MeditationError(
            f"the folder {folder.name} holds something other than a podcast",
            mend="move it away, or choose another with --output DIR",
            file=folder,
        )
