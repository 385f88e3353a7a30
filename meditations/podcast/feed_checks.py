"""What no validator of feeds reports, and what would break an app: held against the files.

Every fault names its episode. `build` checks what it is about to write, and `check --feed` tells.
"""

from __future__ import annotations

import re
import uuid
from collections import Counter
from typing import TYPE_CHECKING, Final

from lxml import etree

from meditations.podcast.categories import CATEGORIES
from meditations.podcast.checking import (
    Check,
    Checked,
    attribute,
    check_description,
    check_explicit,
    check_picture,
    text,
)
from meditations.podcast.feed import HERE, NAME, NAMESPACES
from meditations.podcast.item_checks import check_item

if TYPE_CHECKING:
    from lxml.etree import _Element

    from meditations.podcast.folder import Contents

THE_CHANNEL: Final = "the channel"
_LISTED: Final = re.compile(
    r"cc0-1\.0|cc-pddc|cc-by(-nc)?(-nd|-sa)?-[1-4]\.[05]|gfdl-1\.[123](-only|-or-later)?"
    r"|lal-1\.[23]|arr|pod-v4v-1\.0"
)
"""Of SPDX's list, those that recordings are published under; the last two are the namespace's."""
_LICENSE: Final = re.compile(r"[a-z0-9][a-z0-9.+-]*")


def check_contents(contents: Contents) -> Checked:
    """Everything that is wrong with the feed in `contents`, and with the files that it names.

    Args:
        contents: The podcast's folder, with its feed.
    """
    check = Check(contents)
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
        check_item(check, item)
    _check_twice(check, items)
    return check.checked


def _check_spaces(check: Check, rss: _Element) -> None:
    wanted = set(NAMESPACES.values())
    for element in rss.iter("{*}*"):
        space = etree.QName(element).namespace
        if space and space not in wanted:
            check.fault("the feed", f"has a namespace that no reader knows: {space}")
            return


def _check_channel(check: Check, channel: _Element) -> None:
    for name in ("title", "description", "link", "language", "itunes:author", "podcast:guid",
                 "itunes:type"):  # fmt: skip
        if not text(channel, name):
            check.fault(THE_CHANNEL, f"has no {name}")
    check.base = text(channel, "link")
    check_description(check, THE_CHANNEL, text(channel, "description"))
    check_explicit(check, THE_CHANNEL, channel)
    check_picture(check, THE_CHANNEL, channel)
    _check_category(check, channel)
    if channel.find("podcast:chapters", NAMESPACES) is not None:
        check.fault(THE_CHANNEL, "has chapters, which belong to episodes")
    if attribute(channel, "atom:link[@rel='self']", "href") != check.base + NAME:
        check.fault(THE_CHANNEL, "does not say where the feed itself lies (atom:link)")
    try:
        uuid.UUID(text(channel, "podcast:guid"))
    except ValueError:
        check.fault(THE_CHANNEL, "has a podcast:guid that is no UUID")
    license_ = text(channel, "podcast:license")
    if license_ and not _LICENSE.fullmatch(license_):
        check.fault(
            THE_CHANNEL, f"has a licence that apps do not know by this name: {license_}",
            "write its SPDX name in small letters, as in license: cc-by-4.0",
        )  # fmt: skip
    elif license_ and not _LISTED.fullmatch(license_):
        check.note(
            f"apps may not know the licence {license_}",
            "those of texts and recordings have SPDX names as cc-by-4.0 or cc0-1.0",
        )
    if check.base == HERE:
        check.note(
            "podcast.yaml names no site, so the feed cannot be published yet",
            "write where the folder will be found: site: https://example.org/meditations/",
        )
    if not text(channel, "itunes:owner/itunes:email"):
        check.note(
            "podcast.yaml names no owner, and directories ask by e-mail whose podcast it is",
            "write owner: {name: …, email: name@example.org}; everybody can read it in the feed",
        )


def _check_category(check: Check, channel: _Element) -> None:
    first = channel.find("itunes:category", NAMESPACES)
    if first is None:
        check.fault(THE_CHANNEL, "has no itunes:category")
        return
    name = first.get("text") or ""
    second = attribute(first, "itunes:category", "text")
    if name not in CATEGORIES:
        check.fault(
            THE_CHANNEL, f"has a category that directories do not know: {name}",
            "capitals count: category: [Health & Fitness, Mental Health]",
        )  # fmt: skip
    elif second is not None and second not in CATEGORIES[name]:
        known = ", ".join(CATEGORIES[name]) or "none"
        check.fault(THE_CHANNEL, f"has '{second}' below '{name}'", f"known there: {known}")


def _check_twice(check: Check, items: list[_Element]) -> None:
    """Two episodes share neither their sound nor their guid: apps would show but one."""
    for what, told in (
        ("the sound", [attribute(item, "enclosure", "url") for item in items]),
        ("the guid", [text(item, "guid") for item in items]),
    ):
        for value, count in Counter(told).items():
            if value and count > 1:
                names = " and ".join(
                    f"'{text(item, 'title')}'"
                    for item, each in zip(items, told, strict=True)
                    if each == value
                )
                check.fault(names, f"share {what} {value}")
