"""What validators complain of in a feed, as one table: each tag, where, how often, holding what.

The rules are those of RSS 2.0 (rssboard.org), Apple's guide, PSP-1 (Podcast Standards Project), the
podcast namespace's pages, and those that the W3C's validator applies to them (github.com,
w3c/feedvalidator, `itunes.py`, `channel.py`, `item.py`, `validators.py`), in words of our own. The
validator itself is in no index of packages, so it was run by hand; this table stands in for it.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from email.utils import format_datetime, parsedate_to_datetime
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final

from lxml import etree

from meditations.podcast.categories import CATEGORIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from lxml.etree import _Element

MANY: Final = 10_000
PREFIXES: Final = {
    "http://www.w3.org/2005/Atom": "atom:",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes:",
    "https://podcastindex.org/namespace/1.0": "podcast:",
}
MEDIUMS: Final = (
    "podcast", "music", "video", "film", "audiobook", "newsletter", "blog", "publisher", "course",
    "mixed",
)  # fmt: skip
APPLE_SHOWS: Final = {"p", "ol", "ul", "li", "a", "b", "i", "strong", "em", "br"}
_NOT_SHOWN: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd-\uffff]")
_URL: Final = re.compile(
    r"https?://[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?/([A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-F]{2})*",
    re.IGNORECASE,
)


def url(text: str) -> bool:
    """A whole address on the web: a full host name, and only characters that RFC 3986 has."""
    return _URL.fullmatch(text) is not None


def words(most: int) -> Callable[[str], bool]:
    """Text of one to so many characters."""
    return lambda text: 1 <= len(text) <= most


def one_of(*values: str) -> Callable[[str], bool]:
    return lambda text: text in values


def like(pattern: str) -> Callable[[str], bool]:
    return lambda text: re.fullmatch(pattern, text) is not None


def picture(text: str) -> bool:
    return url(text) and text.endswith((".jpg", ".png"))


def sound(text: str) -> bool:
    """An address whose suffix Apple takes."""
    return url(text) and text.rpartition(".")[2] in ("mp3", "m4a", "mov", "mp4", "m4v")


def date(text: str) -> bool:
    """RFC 822 with the four digits of RFC 2822; the day of the week is that of the date."""
    try:
        read = parsedate_to_datetime(text)
    except ValueError:
        return False
    return read.year >= 1990 and format_datetime(read, usegmt=text.endswith("GMT")) == text


def uuid5(text: str) -> bool:
    try:
        return uuid.UUID(text).version == 5 and text == text.lower()
    except ValueError:
        return False


def harmless(text: str) -> bool:
    """HTML of the tags that Apple shows, closed in order, with whole addresses and no handlers."""
    reader = _Html()
    reader.feed(text)
    reader.close()
    return not reader.faults and not reader.open and 1 <= len(text.encode()) <= 4_000


class _Html(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in APPLE_SHOWS:
            self.faults.append(tag)
        for name, value in attrs:
            good = tag == "a" and name == "href"
            if not good or not re.match(r"(https?://|mailto:|tel:)\S+$", value or ""):
                self.faults.append(f"{tag} {name}={value}")
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"/{tag}")

    def handle_comment(self, data: str) -> None:
        self.faults.append("a comment")


@dataclass(frozen=True)
class Tag:
    """How often a tag comes below its parent, what it holds, and what its attributes hold.

    An attribute whose name ends with `?` may be left out.
    """

    least: int
    most: int
    holds: Callable[[str], bool] | None = None
    has: Mapping[str, Callable[[str], bool]] = field(default_factory=dict)


LINE: Final = words(255)
LONG_LINE: Final = words(300)
"""PSP-1 has 255 for a title; ours may have 300, and `check --feed` says so."""
TRUTH: Final = one_of("true", "false")
LANGUAGE: Final = like(r"[a-z]{2}(-[A-Za-z0-9]{2,8})*")
EMAIL: Final = like(r"[\w.!#$%&'*+/=?^`{|}~-]+@([A-Za-z0-9-]+\.)+[A-Za-z0-9-]+")
SECONDS: Final = like(r"\d+(\.\d{1,3})?")
NUMBER: Final = like(r"[1-9]\d*")
DISCLOSED: Final = Tag(0, MANY, words(4_000), {"purpose": words(128)})

TAGS: Final[Mapping[str, Tag]] = {
    "rss": Tag(1, 1, has={"version": one_of("2.0")}),
    "rss/channel": Tag(1, 1),
    "channel/title": Tag(1, 1, LONG_LINE),
    "channel/description": Tag(1, 1, lambda text: 1 <= len(text.encode()) <= 4_000),
    "channel/link": Tag(1, 1, url),
    "channel/atom:link": Tag(
        1, 1, has={"href": url, "rel": one_of("self"), "type": one_of("application/rss+xml")}
    ),
    "channel/language": Tag(1, 1, LANGUAGE),
    "channel/copyright": Tag(0, 1, LINE),
    "channel/pubDate": Tag(0, 1, date),
    "channel/lastBuildDate": Tag(0, 1, date),
    "channel/generator": Tag(0, 1, LINE),
    "channel/itunes:author": Tag(1, 1, LINE),
    "channel/itunes:owner": Tag(1, 1),
    "itunes:owner/itunes:name": Tag(1, 1, LINE),
    "itunes:owner/itunes:email": Tag(1, 1, EMAIL),
    "channel/itunes:image": Tag(1, 1, has={"href": picture}),
    "channel/itunes:category": Tag(1, 3, has={"text": one_of(*CATEGORIES)}),
    "itunes:category/itunes:category": Tag(
        0, 1, has={"text": one_of(*(name for below in CATEGORIES.values() for name in below))}
    ),
    "channel/itunes:explicit": Tag(1, 1, TRUTH),
    "channel/itunes:type": Tag(1, 1, one_of("episodic", "serial")),
    "channel/podcast:guid": Tag(1, 1, uuid5),
    "channel/podcast:locked": Tag(1, 1, one_of("yes", "no"), {"owner?": EMAIL}),
    "channel/podcast:medium": Tag(1, 1, one_of(*MEDIUMS)),
    "channel/podcast:license": Tag(0, 1, like(r"[a-z0-9][a-z0-9.+-]{0,127}")),
    "channel/podcast:person": Tag(
        0, MANY, words(128), {"role": words(128), "group": words(128), "href?": url}
    ),
    "channel/podcast:txt": DISCLOSED,
    "channel/item": Tag(0, MANY),
    "item/title": Tag(1, 1, LONG_LINE),
    "item/link": Tag(1, 1, url),
    "item/guid": Tag(1, 1, uuid5, {"isPermaLink": one_of("false")}),
    "item/pubDate": Tag(1, 1, date),
    "item/description": Tag(1, 1, harmless),
    "item/enclosure": Tag(
        1, 1, has={"url": sound, "length": NUMBER, "type": one_of("audio/mpeg")}
    ),
    "item/itunes:duration": Tag(1, 1, NUMBER),
    "item/itunes:author": Tag(0, 1, LINE),
    "item/itunes:image": Tag(1, 1, has={"href": picture}),
    "item/itunes:explicit": Tag(1, 1, TRUTH),
    "item/itunes:episodeType": Tag(1, 1, one_of("full", "trailer", "bonus")),
    "item/itunes:episode": Tag(0, 1, NUMBER),
    "item/podcast:episode": Tag(0, 1, NUMBER),
    "item/podcast:transcript": Tag(
        1, MANY,
        has={
            "url": url, "type": one_of("text/vtt", "application/x-subrip"),
            "language": LANGUAGE, "rel": one_of("captions"),
        },
    ),
    "item/podcast:chapters": Tag(
        1, 1, has={"url": url, "type": one_of("application/json+chapters")}
    ),
    "item/podcast:soundbite": Tag(
        0, MANY, lambda text: len(text) <= 128, {"startTime": SECONDS, "duration": SECONDS}
    ),
    "item/podcast:txt": DISCLOSED,
}  # fmt: skip


def complaints(feed: bytes, address: str) -> list[str]:
    """What a validator would complain of in a feed that is found at `address`."""
    rss = etree.fromstring(feed, etree.XMLParser(resolve_entities=False))
    told = [] if feed.startswith(b"<?xml version='1.0' encoding='UTF-8'?>") else ["no UTF-8 named"]
    told += _complaints(rss, _name(rss))
    told += _across(rss, address)
    return told


def _name(element: _Element) -> str:
    name = etree.QName(element)
    return PREFIXES.get(name.namespace or "", name.namespace or "") + name.localname


def _complaints(element: _Element, path: str) -> Iterator[str]:
    tag = TAGS.get(path)
    if tag is None:
        yield f"{path} is not known there"
        return
    text = element.text or ""
    below = [f"{_name(element)}/{_name(child)}" for child in element]
    if tag.holds:
        if not tag.holds(text):
            yield f"{path} holds {text[:60]!r}"
        if below:
            yield f"{path} holds tags"
    elif text.strip():
        yield f"{path} holds words"
    if text != text.strip() and not below:
        yield f"{path} has space around it"
    for name in {key.rstrip("?") for key in tag.has} | set(map(str, element.attrib)):
        held = element.get(name)
        holds = tag.has.get(name) or tag.has.get(f"{name}?")
        if held is None and name in tag.has:
            yield f"{path} has no {name}"
        elif held is not None and (holds is None or not holds(held)):
            yield f"{path} has {name}={held[:60]!r}"
    for told in (text, *map(str, element.attrib.values())):
        if _NOT_SHOWN.search(told):
            yield f"{path} has characters that cannot be shown"
    for known, rule in TAGS.items():
        if known.startswith(f"{_name(element)}/"):
            count = below.count(known)
            if not rule.least <= count <= rule.most:
                yield f"{known} is there {count} times"
    for child, where in zip(element, below, strict=True):
        yield from _complaints(child, where)


def _across(rss: _Element, address: str) -> Iterator[str]:
    """What no tag shows by itself."""
    own = [link.get("href") for link in rss.iter("{http://www.w3.org/2005/Atom}link")]
    if own != [address]:
        yield f"the feed says that it is at {own}"
    for name in ("guid", "enclosure", "link"):
        told = [e.get("url") or e.text for e in rss.findall(f"channel/item/{name}")]
        if len(set(told)) < len(told):
            yield f"item/{name} comes twice"
    newest = rss.findtext("channel/lastBuildDate", "")
    for dated in (item.text or "" for item in rss.findall("channel/item/pubDate")):
        dates = [parsedate_to_datetime(text) for text in (newest, dated) if date(text)]
        if dates != sorted(dates, reverse=True):
            yield f"item/pubDate is after lastBuildDate: {dated}"
