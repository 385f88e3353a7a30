"""What the checks of channel and episodes have in common, and a place for what they find."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from meditations.errors import MeditationError
from meditations.podcast.feed import NAMESPACES
from meditations.script.channel import LONGEST_DESCRIPTION
from meditations.track.cover import picture_facts

if TYPE_CHECKING:
    from lxml.etree import _Element

    from meditations.podcast.folder import Contents

LONGEST_NAME: Final = 255
"""Characters; PSP-1 of the Podcast Standards Project has this for whatever it names no other."""
LEAST_PIXELS: Final = 1_400
MOST_PIXELS: Final = 3_000
PICTURES: Final = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG"}


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


class Check:
    """One reading of one feed."""

    def __init__(self, contents: Contents) -> None:
        self.checked = Checked()
        self.base = ""
        self.files = {
            media.path: _File(media.bytes, media.source.read_bytes) for media in contents.media
        } | {path: _File(len(d), lambda d=d: d) for path, d in contents.texts.items()}

    def fault(self, item: str, what: str, mend: str = "") -> None:
        """What has to be mended, with the name of the episode, or the channel, that it is about."""
        self.checked.faults.append(MeditationError(f"{item}: {what}", mend=mend))

    def note(self, what: str, mend: str = "") -> None:
        """What a publisher wants to know."""
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


def text(parent: _Element, name: str) -> str:
    """What the tag of that name holds, without space around it; empty where there is none."""
    return (parent.findtext(name, "", NAMESPACES) or "").strip()


def attribute(parent: _Element, name: str, key: str) -> str | None:
    """An attribute of the tag of that name, or None."""
    found = parent.find(name, NAMESPACES)
    return None if found is None else found.get(key)


def check_length(check: Check, item: str, element: _Element, *names: str) -> None:
    """Names are as short as apps show them; longer ones are cut there, which is no fault."""
    for name in names:
        if (size := len(text(element, name))) > LONGEST_NAME:
            check.note(
                f"{item}: {name} has {size} characters, and apps may cut it at {LONGEST_NAME}"
            )


def check_description(check: Check, item: str, told: str) -> None:
    """A description is short enough for every directory."""
    if (size := len(told.encode())) > LONGEST_DESCRIPTION:
        check.fault(
            item, f"has a description of {size:,} bytes; {LONGEST_DESCRIPTION:,} are the most"
        )


def check_explicit(check: Check, item: str, element: _Element) -> None:
    """Whether it is for children is told in the one way that directories read."""
    if (told := text(element, "itunes:explicit")) not in ("true", "false"):
        check.fault(item, f"says itunes:explicit '{told}', which is neither true nor false")


def check_picture(check: Check, item: str, element: _Element) -> None:
    """The picture is there, and of the kind, size and colours that directories take."""
    url = attribute(element, "itunes:image", "href")
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
