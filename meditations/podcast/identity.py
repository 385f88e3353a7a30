"""Who is who for good: the guids of a podcast and of its episodes, kept in `podcast.yaml`.

A directory knows a podcast, and an app knows an episode, by its guid alone. So they are worked out
once and then written down, into the file that goes wherever the project goes.
"""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, Final

from meditations.errors import MeditationError, from_os_error
from meditations.project import CHANNEL
from meditations.script.channel import Channel, read_channel
from meditations.script.reader import read_settings
from meditations.store import written_whole

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from meditations.project import Project

NAMESPACE: Final = uuid.UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")
"""Of `podcast:guid`: the podcast namespace's own (podcastindex.org, tag `guid`)."""
NOWHERE: Final = "a podcast without a site"
_EPISODES: Final = re.compile(
    r"^episodes:[ \t]*(#.*)?\n((?:[ \t]+.*\n|[ \t]*\n|[ \t]*#.*\n)*)", re.MULTILINE
)


def podcast_guid(feed_url: str) -> str:
    """UUIDv5 of a feed's address without its scheme and without a slash at its end."""
    return str(uuid.uuid5(NAMESPACE, re.sub(r"^\w+://", "", feed_url).rstrip("/")))


def episode_guid(podcast: str, slug: str) -> str:
    """UUIDv5 of a track's name in the podcast's own namespace."""
    return str(uuid.uuid5(uuid.UUID(podcast), slug))


def keep_identities(project: Project, slugs: Iterable[str]) -> Channel:
    """The channel, with a guid for itself and for each of these episodes.

    Where a site is named, new guids are written into `podcast.yaml`, and nothing else in it is
    touched. Without a site nothing was ever published: guids are made up for the listening page
    on this machine, and forgotten.

    Raises:
        MeditationError: If the file cannot be read or written.
    """
    channel = read_channel(project)
    guid = channel.guid or podcast_guid(channel.feed_url or NOWHERE)
    new = {slug: episode_guid(guid, slug) for slug in slugs if slug not in channel.episodes}
    if channel.site and (new or not channel.guid):
        _write(project.channel, None if channel.guid else guid, new)
        return read_channel(project)
    told = {slug: {"guid": each} for slug, each in new.items()}
    kept = {slug: entry.model_dump() for slug, entry in channel.episodes.items()}
    return channel.model_copy(
        update={
            "guid": guid,
            "episodes": type(channel)
            .model_validate({**_least(channel), "episodes": {**kept, **told}})
            .episodes,
        }
    )


def _least(channel: Channel) -> dict[str, str]:
    return {
        "title": channel.title, "description": channel.description, "author": channel.author,
    }  # fmt: skip


def _write(file: Path, guid: str | None, episodes: dict[str, str]) -> None:
    """Adds guids to the text of `podcast.yaml`, behind everything that its maker wrote."""
    try:
        text = file.read_text("utf-8")
        lines = [f"  {slug}: {{guid: {each}}}\n" for slug, each in episodes.items()]
        if guid:
            text = text.rstrip("\n") + (
                "\n\n# Written once by the program. Directories and apps know the podcast and its"
                f" episodes\n# by these: leave them as they are.\nguid: {guid}\n"
            )
        if lines:
            text = _with_episodes(text, lines)
        with written_whole(file) as beside:
            beside.write_text(text, "utf-8", newline="\n")
            _must_be_read(beside, file, [f"guid: {guid}\n"] * bool(guid) + lines)
    except OSError as error:
        raise from_os_error(error, f"writing {CHANNEL}") from None


def _must_be_read(written: Path, file: Path, lines: list[str]) -> None:
    """A file that could not be read any more is not put in the place of the maker's own."""
    try:
        read_settings(written, written, Channel, "a channel", "title: Quiet Evenings")
    except MeditationError:
        raise MeditationError(
            f"{CHANNEL} is written in a way in which nothing can be added to it",
            mend="write one setting on a line, as in title: Quiet Evenings; or add yourself:\n"
            + "".join(lines).rstrip("\n"),
            file=file,
        ) from None


def _with_episodes(text: str, lines: list[str]) -> str:
    """The text with entries at the end of its `episodes:`, which is begun where there is none."""
    found = re.search(
        r"^episodes:[ \t]*(#.*)?\n((?:[ \t]+.*\n|[ \t]*\n|[ \t]*#.*\n)*)", text + "\n", re.M
    )
    if found is None:
        if re.search(r"^episodes:", text, re.MULTILINE):
            raise MeditationError(
                f"the episodes in {CHANNEL} are not written one on a line",
                mend="write them as\nepisodes:\n  five-senses: {guid: …}",
            )
        return text.rstrip("\n") + "\nepisodes:\n" + "".join(lines)
    end = found.start(2) + len(found[2].rstrip("\n") + "\n" if found[2].strip() else "")
    return text[:end] + "".join(lines) + text[end:]
