"""The feed: RSS 2.0 with Apple's tags and those of the podcast namespace.

Written with lxml, for no library of feeds writes all of these. The same podcast gives the same
bytes: every date in it comes from the tracks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.utils import format_datetime
from typing import TYPE_CHECKING, Final

from lxml import etree

from meditations.podcast.notes import episode_notes

if TYPE_CHECKING:
    from lxml.etree import _Element

    from meditations.podcast.assembling import Podcast
    from meditations.podcast.episodes import Episode
    from meditations.script.channel import Channel

NAME: Final = "feed.xml"
TYPE: Final = "application/rss+xml"
AI_CONTENT: Final = "ai-content"
"""The purpose by which the namespace marks what a machine has made."""
HERE: Final = "http://localhost/"
"""Stands for the site where nobody has named one; `serve` puts its own address there."""
NAMESPACES: Final = {
    "atom": "http://www.w3.org/2005/Atom",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "podcast": "https://podcastindex.org/namespace/1.0",
}
"""Exactly so: with a slash more or less, readers pass over every tag without a word."""
LONGEST_SOUNDBITE_TITLE: Final = 128
"""Of the podcast namespace; a soundbite without a title is shown with the episode's."""
_NOT_XML = re.compile(r"[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffc\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class _Writing:
    """What the writing of one feed needs: the podcast, and the address of its folder."""

    podcast: Podcast
    base: str
    titles: dict[str, str]

    def url(self, path: str) -> str:
        """The address of a file in the podcast's folder."""
        return self.base + path


def feed_xml(podcast: Podcast, artwork: str, base: str | None = None) -> bytes:
    """The feed.

    Args:
        podcast: What is published.
        artwork: The path of the channel's picture, below the podcast's folder.
        base: The address of that folder, with a slash at its end; by default the channel's site,
            or HERE where it has none.

    Raises:
        MeditationError: If the notes of an episode are too long.
    """
    titles = {episode.slug: episode.title for episode in podcast.episodes}
    writing = _Writing(podcast, base or podcast.channel.site or HERE, titles)
    rss = etree.Element("rss", nsmap=NAMESPACES, version="2.0")
    channel = etree.SubElement(rss, "channel")
    _write_channel(channel, writing, artwork)
    for episode in podcast.episodes:
        _write_item(etree.SubElement(channel, "item"), episode, writing)
    etree.indent(rss)
    return etree.tostring(rss, xml_declaration=True, encoding="UTF-8") + b"\n"


def _add(parent: _Element, name: str, text: str | None = None, /, **attributes: str) -> _Element:
    """A tag below `parent`; `name` is as it stands in the feed: `itunes:image`."""
    space, _, local = name.rpartition(":")
    tag = f"{{{NAMESPACES[space]}}}{local}" if space else local
    clean = {key: _clean(value) for key, value in attributes.items()}
    element = etree.SubElement(parent, tag, clean)
    if text is not None:
        element.text = _clean(text)
    return element


def _clean(text: str) -> str:
    """Text without the few characters that XML cannot hold, or holds and no reader can show."""
    return _NOT_XML.sub("", text)


def _write_channel(channel: _Element, writing: _Writing, artwork: str) -> None:
    podcast, told = writing.podcast, writing.podcast.channel
    _add(channel, "title", told.title)
    _add(channel, "description", told.description)
    _add(channel, "link", writing.base)
    _add(channel, "atom:link", href=writing.url(NAME), rel="self", type=TYPE)
    _add(channel, "language", told.language)
    if told.copyright:
        _add(channel, "copyright", told.copyright)
    if podcast.episodes:
        # The newest date, not the clock's: nothing new, nothing changed.
        newest = max(episode.published for episode in podcast.episodes)
        _add(channel, "pubDate", format_datetime(newest, usegmt=True))
        _add(channel, "lastBuildDate", format_datetime(newest, usegmt=True))
    _add(channel, "generator", "meditations")
    _write_itunes(channel, told, writing.url(artwork))
    _write_podcast(channel, told)
    if any(episode.synthetic != "none" for episode in podcast.episodes):
        _add(channel, "podcast:txt", "true", purpose=AI_CONTENT)


def _write_itunes(channel: _Element, told: Channel, artwork: str) -> None:
    _add(channel, "itunes:author", told.author)
    if told.owner:
        owner = _add(channel, "itunes:owner")
        _add(owner, "itunes:name", told.owner.name)
        _add(owner, "itunes:email", told.owner.email)
    _add(channel, "itunes:image", href=artwork)
    category = channel
    for name in told.category:
        category = _add(category, "itunes:category", text=name)
    _add(channel, "itunes:explicit", _truth(told.explicit))
    _add(channel, "itunes:type", told.type)


def _write_podcast(channel: _Element, told: Channel) -> None:
    if told.guid:
        _add(channel, "podcast:guid", told.guid)
    owner = {"owner": told.owner.email} if told.owner else {}
    _add(channel, "podcast:locked", "yes" if told.locked else "no", **owner)
    _add(channel, "podcast:medium", told.medium)
    if told.license:
        _add(channel, "podcast:license", told.license.lower())
    for person in told.people:
        more = {"href": person.href} if person.href else {}
        _add(channel, "podcast:person", person.name, role=person.role.lower(),
             group=person.group.lower(), **more)  # fmt: skip


def _write_item(item: _Element, episode: Episode, writing: _Writing) -> None:
    podcast = writing.podcast
    _add(item, "title", episode.title)
    _add(item, "link", writing.url(f"listen/{episode.slug}.html"))
    _add(item, "guid", episode.guid, isPermaLink="false")
    _add(item, "pubDate", format_datetime(episode.published, usegmt=True))
    notes = _clean(episode_notes(episode, writing.titles, writing.base))
    _add(item, "description").text = etree.CDATA(notes)
    media = episode.media
    _add(item, "enclosure", url=writing.url(media.path), length=str(media.bytes), type=media.type)
    _add(item, "itunes:duration", str(round(episode.length_ms / 1000)))
    _add(item, "itunes:author", episode.author)
    _add(item, "itunes:image", href=writing.url(episode.image.path))
    _add(item, "itunes:explicit", _truth(podcast.channel.explicit))
    _add(item, "itunes:episodeType", "full")
    if number := podcast.number(episode):
        _add(item, "itunes:episode", str(number))
        _add(item, "podcast:episode", str(number))
    for captions in (episode.vtt, episode.srt):
        _add(item, "podcast:transcript", url=writing.url(captions.path), type=captions.type,
             language=episode.language, rel="captions")  # fmt: skip
    chapters = episode.chapter_file
    _add(item, "podcast:chapters", url=writing.url(chapters.path), type=chapters.type)
    if soundbite := episode.soundbite:
        title = episode.title if len(episode.title) <= LONGEST_SOUNDBITE_TITLE else None
        _add(item, "podcast:soundbite", title, startTime=_seconds(soundbite[0]),
             duration=_seconds(soundbite[1]))  # fmt: skip
    if episode.synthetic != "none":
        _add(item, "podcast:txt", "true", purpose=AI_CONTENT)


def _truth(value: bool) -> str:
    return "true" if value else "false"


def _seconds(ms: int) -> str:
    return f"{ms / 1000:.3f}".rstrip("0").rstrip(".")
