"""The channel's picture: drawn from its title, or a maker's own, as directories want it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from meditations.errors import MeditationError
from meditations.podcast.episodes import SHORT
from meditations.track import cover
from meditations.track.palettes import palette_for

if TYPE_CHECKING:
    from meditations.project import Project
    from meditations.script.channel import Channel


def channel_artwork(channel: Channel, project: Project) -> tuple[str, bytes]:
    """The path below the podcast's folder, and the picture: a square RGB JPEG of 1,400 pixels.

    Its name holds its digest: directories look again only where the address is another.

    Raises:
        MeditationError: If the maker's picture cannot be used, or there is no such palette.
    """
    try:
        data = _own(channel.cover, project) if channel.cover else _drawn(channel)
    except MeditationError as error:
        raise error.at(channel.where) from None
    return f"images/channel-{hashlib.sha256(data).hexdigest()[:SHORT]}.jpg", data


def _own(name: str, project: Project) -> bytes:
    file = (project.root / name).resolve()
    if not file.is_relative_to(project.root.resolve()):
        raise MeditationError(
            "the cover of the podcast lies outside the project",
            mend="copy it in, and name it from the folder that holds podcast.yaml",
        )
    return cover.cover_jpeg(cover.fit_cover(file))


def _drawn(channel: Channel) -> bytes:
    palette = channel.palette or palette_for(channel.title)
    return cover.cover_jpeg(cover.draw_cover(channel.title, palette))
