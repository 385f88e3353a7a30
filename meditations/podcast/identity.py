"""Who is who for good: the guids of a podcast and of its episodes, kept in `podcast.yaml`.

A directory knows a podcast, and an app knows an episode, by its guid alone. So they are worked out
once and then written down, into the file that goes wherever the project goes.
"""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, Final

from meditations.errors import MeditationError, from_os_error
from meditations.podcast.hosting import feed_of
from meditations.project import CHANNEL
from meditations.script.channel import OWN, Channel, EpisodeEntry, read_channel
from meditations.script.reader import read_settings
from meditations.store import written_whole

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from meditations.project import Project

NAMESPACE: Final = uuid.UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")
"""Of `podcast:guid`: the podcast namespace's own (podcastindex.org, tag `guid`)."""
NOWHERE: Final = "a podcast without a site"


def podcast_guid(feed_url: str) -> str:
    """UUIDv5 of a feed's address without its scheme and without a slash at its end."""
    return str(uuid.uuid5(NAMESPACE, re.sub(r"^\w+://", "", feed_url).rstrip("/")))


def episode_guid(podcast: str, slug: str) -> str:
    """UUIDv5 of a track's name in the podcast's own namespace."""
    return str(uuid.uuid5(uuid.UUID(podcast), slug))


def keep_identities(project: Project, editions: Mapping[str, str]) -> Channel:
    """The channel, with a guid for itself, for each of its editions, and for each episode.

    Where a site is named, new guids are written into `podcast.yaml`, and nothing else in it is
    touched. Without a site nothing was ever published: guids are made up for the listening page
    on this machine, and forgotten.

    Args:
        project: The project.
        editions: The edition of each episode, by the name of its track.

    Raises:
        MeditationError: If the file cannot be read or written.
    """
    channel = read_channel(project)
    guids = {OWN: channel.guid, **channel.guids}
    made = {
        edition: podcast_guid(_address(channel, edition))
        for edition in dict.fromkeys((OWN, *editions.values()))
        if not guids.get(edition)
    }
    guids |= made
    new = {
        slug: episode_guid(str(guids[edition]), slug)
        for slug, edition in editions.items()
        if slug not in channel.episodes
    }
    if channel.site and (new or made):
        _write(project.channel, made, new)
        return read_channel(project)
    entries = {slug: EpisodeEntry(guid=guid) for slug, guid in new.items()}
    return channel.model_copy(
        update={
            "guid": guids.pop(OWN), "guids": guids, "episodes": {**channel.episodes, **entries},
        }
    )  # fmt: skip


def _address(channel: Channel, edition: str) -> str:
    return (channel.site or NOWHERE) + (feed_of(edition) if channel.site or edition else "")


def _write(file: Path, podcasts: Mapping[str, str], episodes: Mapping[str, str]) -> None:
    """Adds guids to the text of `podcast.yaml`, behind everything that its maker wrote."""
    own = podcasts.get(OWN)
    others = [f"  {tag}: {guid}\n" for tag, guid in podcasts.items() if tag != OWN]
    entries = [f"  {slug}: {{guid: {guid}}}\n" for slug, guid in episodes.items()]
    try:
        text = file.read_text("utf-8")
        if own:
            text = text.rstrip("\n") + (
                "\n\n# Written once by the program. Directories and apps know the podcast and its"
                f" episodes\n# by these: leave them as they are.\nguid: {own}\n"
            )
        text = _with_entries(text, "guids", "  de: …", others)
        text = _with_entries(text, "episodes", "  five-senses: {guid: …}", entries)
        with written_whole(file) as beside:
            beside.write_text(text, "utf-8", newline="\n")
            _must_be_read(beside, file, [f"guid: {own}\n"] * bool(own) + others + entries)
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


def _with_entries(text: str, key: str, example: str, lines: list[str]) -> str:
    """The text with entries at the end of those below `key`, which is begun where it is missing."""
    if not lines:
        return text
    below = rf"^{key}:[ \t]*(#.*)?\n((?:[ \t]+.*\n|[ \t]*\n|[ \t]*#.*\n)*)"
    found = re.search(below, text + "\n", re.MULTILINE)
    if found is None:
        if re.search(rf"^{key}:", text, re.MULTILINE):
            raise MeditationError(
                f"the {key} in {CHANNEL} are not written one on a line",
                mend=f"write them as\n{key}:\n{example}",
            )
        return text.rstrip("\n") + f"\n{key}:\n" + "".join(lines)
    end = found.start(2) + len(found[2].rstrip("\n") + "\n" if found[2].strip() else "")
    return text[:end] + "".join(lines) + text[end:]
