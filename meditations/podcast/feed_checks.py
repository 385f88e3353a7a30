"""What no validator of feeds reports, and what would break an app: held against the files.

Every fault names its episode. `build` checks what it is about to write, and `check --feed` tells.
"""

from __future__ import annotations

import re
import uuid
from collections import Counter
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from lxml import etree

from meditations.errors import MeditationError
from meditations.podcast.categories import CATEGORIES
from meditations.podcast.feed import HERE, NAME, NAMESPACES
from meditations.podcast.sidecar_checks import caption_faults, chapter_faults
from meditations.script.channel import LONGEST_DESCRIPTION
from meditations.track.cover import picture_facts

if TYPE_CHECKING:
    from lxml.etree import _Element

    from meditations.podcast.folder import Contents

LEAST_PIXELS: Final = 1_400
MOST_PIXELS: Final = 3_000
PICTURES: Final = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG"}
TRANSCRIPTS: Final = {".vtt": "text/vtt", ".srt": "application/x-subrip"}
CHAPTERS: Final = "application/json+chapters"
SOUNDBITE_S: Final = (15.0, 120.0)
AUDIO: Final = "audio/mpeg"
THE_CHANNEL: Final = "the channel"
_LICENSE: Final = re.compile(r"[a-z0-9][a-z0-9.+-]*")


@dataclass
class Checked:
    """What was found.

    Attributes:
        faults: What has to be mended before anything is published.
        notes: What somebody who publishes wants to know.
    """

    faults: list[MeditationError] = field(default_factory=list)
    notes: list[MeditationError] = field(default_factory=list)


@dataclass(frozen=True)
class _File:
    """A file of the podcast's folder: how long it is, and its bytes where they are asked for."""

    bytes: int
    read: Any


class _Check:
    """One reading of one feed."""

    def __init__(self, contents: Contents) -> None:
        self.checked = Checked()
        self.base = ""
        self.files = {
            media.path: _File(media.bytes, media.source.read_bytes) for media in contents.media
        } | {path: _File(len(d), lambda d=d: d) for path, d in contents.texts.items()}

    def fault(self, item: str, what: str, mend: str = "") -> None:
        self.checked.faults.append(MeditationError(f"{item}: {what}", mend=mend))

    def note(self, what: str, mend: str = "") -> None:
        self.checked.notes.append(MeditationError(what, mend=mend))

    def file(self, item: str, what: str, url: str | None) -> tuple[str, _File] | None:
        """The file that an address in the feed leads to, which has to be one of the folder's."""
        if not url:
            self.fault(item, f"{what} has no address")
        elif not re.fullmatch(r"https?://[!-~]+", url):
            self.fault(item, f"the address of {what} is not one of ASCII alone: {url}")
        elif not url.startswith(self.base):
            self.fault(item, f"{what} lies elsewhere: {url}")
        elif (path := url.removeprefix(self.base)) not in self.files:
            self.fault(item, f"{what} is missing: {path}")
        else:
            return path, self.files[path]
        return None


def check_contents(contents: Contents) -> Checked:
    """Everything that is wrong with the feed in `contents`, and with the files that it names.

    Args:
        contents: The podcast's folder, with its feed.
    """
    check = _Check(contents)
    try:
        rss = etree.fromstring(contents.texts[NAME], etree.XMLParser(resolve_entities=False))
    except (KeyError, etree.XMLSyntaxError) as error:
        check.fault("the feed", f"cannot be read: {error}")
        return check.checked
    _check_spaces(check, rss)
    channel = rss.find("channel")
    if channel is None:
        check.fault("the feed", "has no channel")
        return check.checked
    _check_channel(check, channel)
    items = channel.findall("item")
    for item in items:
        _check_item(check, item)
    _check_twice(check, items)
    return check.checked


def _text(parent: _Element, name: str) -> str:
    return (parent.findtext(name, "", NAMESPACES) or "").strip()


def _attribute(parent: _Element, name: str, attribute: str) -> str | None:
    found = parent.find(name, NAMESPACES)
    return None if found is None else found.get(attribute)


def _check_spaces(check: _Check, rss: _Element) -> None:
    wanted = set(NAMESPACES.values())
    for element in rss.iter("{*}*"):
        space = etree.QName(element).namespace
        if space and space not in wanted:
            check.fault("the feed", f"has a namespace that no reader knows: {space}")
            return


def _check_channel(check: _Check, channel: _Element) -> None:
    for name in ("title", "description", "link", "language", "itunes:author", "podcast:guid",
                 "itunes:type"):  # fmt: skip
        if not _text(channel, name):
            check.fault(THE_CHANNEL, f"has no {name}")
    check.base = _text(channel, "link")
    _check_description(check, THE_CHANNEL, _text(channel, "description"))
    _check_explicit(check, THE_CHANNEL, channel)
    _check_picture(check, THE_CHANNEL, channel)
    _check_category(check, channel)
    if channel.find("podcast:chapters", NAMESPACES) is not None:
        check.fault(THE_CHANNEL, "has chapters, which belong to episodes")
    if _attribute(channel, "atom:link[@rel='self']", "href") != check.base + NAME:
        check.fault(THE_CHANNEL, "does not say where the feed itself lies (atom:link)")
    try:
        uuid.UUID(_text(channel, "podcast:guid"))
    except ValueError:
        check.fault(THE_CHANNEL, "has a podcast:guid that is no UUID")
    license_ = _text(channel, "podcast:license")
    if license_ and not _LICENSE.fullmatch(license_):
        check.fault(
            THE_CHANNEL, f"has a licence that apps do not know by this name: {license_}",
            "write its SPDX name in small letters, as in license: cc-by-4.0",
        )  # fmt: skip
    if check.base == HERE:
        check.note(
            "podcast.yaml names no site, so the feed cannot be published yet",
            "write where the folder will be found: site: https://example.org/meditations/",
        )
    if not _text(channel, "itunes:owner/itunes:email"):
        check.note(
            "podcast.yaml names no owner, and directories ask by e-mail whose podcast it is",
            "write owner: {name: …, email: name@example.org}; everybody can read it in the feed",
        )


def _check_description(check: _Check, item: str, told: str) -> None:
    if (size := len(told.encode())) > LONGEST_DESCRIPTION:
        check.fault(
            item, f"has a description of {size:,} bytes; {LONGEST_DESCRIPTION:,} are the most"
        )


def _check_explicit(check: _Check, item: str, element: _Element) -> None:
    if (told := _text(element, "itunes:explicit")) not in ("true", "false"):
        check.fault(item, f"says itunes:explicit '{told}', which is neither true nor false")


def _check_category(check: _Check, channel: _Element) -> None:
    first = channel.find("itunes:category", NAMESPACES)
    if first is None:
        check.fault(THE_CHANNEL, "has no itunes:category")
        return
    name = first.get("text") or ""
    second = _attribute(first, "itunes:category", "text")
    if name not in CATEGORIES:
        check.fault(
            THE_CHANNEL, f"has a category that directories do not know: {name}",
            "capitals count: category: [Health & Fitness, Mental Health]",
        )  # fmt: skip
    elif second is not None and second not in CATEGORIES[name]:
        known = ", ".join(CATEGORIES[name]) or "none"
        check.fault(THE_CHANNEL, f"has '{second}' below '{name}'", f"known there: {known}")


def _check_picture(check: _Check, item: str, element: _Element) -> None:
    url = _attribute(element, "itunes:image", "href")
    if url is None:
        check.fault(item, "has no itunes:image")
        return
    found = check.file(item, "the picture", url)
    suffix = re.search(r"\.[a-z]+$", urlsplit(url).path)
    if not suffix or suffix[0] not in PICTURES:
        check.fault(item, f"has a picture without .jpg or .png at the end of its name: {url}")
    elif found is not None:
        facts = picture_facts(found[1].read())
        if facts is None or facts.format != PICTURES[suffix[0]]:
            check.fault(item, f"has a picture that is no {PICTURES[suffix[0]]}: {found[0]}")
        elif (
            facts.mode != "RGB"
            or facts.width != facts.height
            or not (LEAST_PIXELS <= facts.width <= MOST_PIXELS)
        ):
            check.fault(
                item,
                f"has a picture of {facts.width} by {facts.height} pixels in {facts.mode}",
                f"square, {LEAST_PIXELS:,} to {MOST_PIXELS:,} pixels, RGB",
            )


def _check_item(check: _Check, item: _Element) -> None:
    title = _text(item, "title")
    name = f"'{title}'" if title else f"the episode {_text(item, 'guid')}"
    if not title:
        check.fault(name, "has no title")
    if not _text(item, "guid"):
        check.fault(name, "has no guid")
    elif _attribute(item, "guid", "isPermaLink") != "false":
        check.fault(name, "has a guid that says it is an address")
    _check_date(check, name, _text(item, "pubDate"))
    description = _text(item, "description")
    if not description:
        check.fault(name, "has no description")
    _check_description(check, name, description)
    _check_explicit(check, name, item)
    duration = _text(item, "itunes:duration")
    if not duration.isdecimal() or int(duration) == 0:
        check.fault(name, f"has the duration '{duration}', which is no number of seconds")
    _check_enclosure(check, name, item)
    _check_picture(check, name, item)
    seconds = int(duration) if duration.isdecimal() else 0
    _check_beside(check, name, item, seconds)
    for bite in item.findall("podcast:soundbite", NAMESPACES):
        _check_soundbite(check, name, bite, seconds)


def _check_date(check: _Check, name: str, told: str) -> None:
    if not told:
        check.fault(name, "has no pubDate")
        return
    try:
        parsedate_to_datetime(told)
    except ValueError:
        check.fault(name, f"has a pubDate that is none of RFC 2822: {told}")


def _check_enclosure(check: _Check, name: str, item: _Element) -> None:
    enclosures = item.findall("enclosure")
    if len(enclosures) != 1:
        check.fault(name, f"has {len(enclosures)} enclosures instead of one")
    for enclosure in enclosures:
        if enclosure.get("type") != AUDIO:
            check.fault(name, f"has an enclosure of type {enclosure.get('type')}, not {AUDIO}")
        length = enclosure.get("length") or ""
        found = check.file(name, "the sound", enclosure.get("url"))
        if not length.isdecimal() or int(length) == 0:
            check.fault(name, f"has an enclosure of length '{length}'")
        elif found is not None and found[1].bytes != int(length):
            check.fault(name, f"has {found[1].bytes:,} bytes of sound; the feed says {length}")


def _check_beside(check: _Check, name: str, item: _Element, seconds: int) -> None:
    """Transcripts and chapters: there, of the right type, and well-formed."""
    for tag in item.findall("podcast:transcript", NAMESPACES):
        if (found := check.file(name, "the transcript", tag.get("url"))) is None:
            continue
        suffix = found[0][-4:]
        if tag.get("type") != TRANSCRIPTS.get(suffix):
            check.fault(name, f"has a transcript {suffix} of type {tag.get('type')}")
        for what in caption_faults(found[1].read(), suffix, seconds):
            check.fault(name, f"in its transcript {suffix}, {what}")
    for tag in item.findall("podcast:chapters", NAMESPACES):
        if tag.get("type") != CHAPTERS:
            check.fault(name, f"has chapters of type {tag.get('type')}, not {CHAPTERS}")
        if found := check.file(name, "the file of its chapters", tag.get("url")):
            for what in chapter_faults(found[1].read(), seconds):
                check.fault(name, f"in its chapters, {what}")


def _check_soundbite(check: _Check, name: str, bite: _Element, seconds: int) -> None:
    try:
        start, length = float(bite.get("startTime", "")), float(bite.get("duration", ""))
    except ValueError:
        check.fault(name, "has a soundbite without times")
        return
    least, most = SOUNDBITE_S
    if not least <= length <= most:
        check.fault(name, f"has a soundbite of {length:g} s; {least:g} to {most:g} are possible")
    if start < 0 or start + length > seconds + 1:
        check.fault(name, "has a soundbite that does not lie within the track")


def _check_twice(check: _Check, items: list[_Element]) -> None:
    """Two episodes share neither their sound nor their guid: apps would show but one."""
    for what, told in (
        ("the sound", [_attribute(item, "enclosure", "url") for item in items]),
        ("the guid", [_text(item, "guid") for item in items]),
    ):
        for value, count in Counter(told).items():
            if value and count > 1:
                names = " and ".join(
                    f"'{_text(item, 'title')}'"
                    for item, each in zip(items, told, strict=True)
                    if each == value
                )
                check.fault(names, f"share {what} {value}")
