"""Checks of the episodes of a feed: what would break an app, held against the files."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

from meditations.podcast.checking import (
    Check,
    attribute,
    check_description,
    check_explicit,
    check_length,
    check_picture,
    text,
)
from meditations.podcast.feed import AI_CONTENT, NAMESPACES
from meditations.podcast.notes import VOICE
from meditations.podcast.sidecar_checks import caption_faults, chapter_faults

if TYPE_CHECKING:
    from lxml.etree import _Element

TRANSCRIPTS: Final = {".vtt": "text/vtt", ".srt": "application/x-subrip"}
CHAPTERS: Final = "application/json+chapters"
SOUNDBITE_S: Final = (15.0, 120.0)
AUDIO: Final = "audio/mpeg"


def check_item(check: Check, item: _Element) -> None:
    """Everything that is wrong with one episode of a feed."""
    title = text(item, "title")
    name = f"'{title}'" if title else f"the episode {text(item, 'guid')}"
    if not title:
        check.fault(name, "has no title")
    check_length(check, name, item, "title", "itunes:author")
    if not text(item, "guid"):
        check.fault(name, "has no guid")
    elif attribute(item, "guid", "isPermaLink") != "false":
        check.fault(name, "has a guid that says it is an address")
    _check_date(check, name, text(item, "pubDate"))
    description = text(item, "description")
    if not description:
        check.fault(name, "has no description")
    check_description(check, name, description)
    _check_voice(check, name, item, description)
    check_explicit(check, name, item)
    duration = text(item, "itunes:duration")
    if not duration.isdecimal() or int(duration) == 0:
        check.fault(name, f"has the duration '{duration}', which is no number of seconds")
    _check_enclosure(check, name, item)
    check_picture(check, name, item)
    seconds = int(duration) if duration.isdecimal() else 0
    _check_beside(check, name, item, seconds)
    for bite in item.findall("podcast:soundbite", NAMESPACES):
        _check_soundbite(check, name, bite, seconds)


def _check_voice(check: Check, name: str, item: _Element, description: str) -> None:
    """A maker's notes may be older than their own recording of the script."""
    purposes = {told.get("purpose") for told in item.findall("podcast:txt", NAMESPACES)}
    if AI_CONTENT not in purposes and VOICE.lower() in description.lower():
        check.note(
            f"{name}: its notes say that the voice is synthetic, and it is a person's",
            "take that sentence out of `notes:`",
        )


def _check_date(check: Check, name: str, told: str) -> None:
    if not told:
        check.fault(name, "has no pubDate")
        return
    try:
        parsedate_to_datetime(told)
    except ValueError:
        check.fault(name, f"has a pubDate that is none of RFC 2822: {told}")


def _check_enclosure(check: Check, name: str, item: _Element) -> None:
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


def _check_beside(check: Check, name: str, item: _Element, seconds: int) -> None:
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


def _check_soundbite(check: Check, name: str, bite: _Element, seconds: int) -> None:
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
