"""The feed with the addresses of this machine, so that an app here finds what the feed names."""

from __future__ import annotations

import html
import re
from typing import Final

_LINK: Final = re.compile(rb"<(?:[A-Za-z][\w.-]*:)?link\s[^>]*>")
_SELF: Final = re.compile(rb"""\srel\s*=\s*["']self["']""")
_HREF: Final = re.compile(rb"""\shref\s*=\s*["']([^"']+/)feed(?:-[a-z0-9-]+)?\.xml["']""")
_OURS: Final = (
    rb"(?=(?:assets|images|listen|media)/"
    rb"""|(?:feed(?:-[a-z0-9-]+)?\.xml|index(?:-[a-z0-9-]+)?\.html)?["'<])"""
)
"""What follows the site where it is one of our addresses, and not a word about another."""


def site_of(feed: bytes) -> bytes | None:
    """The address of the folder that a feed names as its own, as it is escaped in XML."""
    for link in _LINK.findall(feed):
        found = _HREF.search(link)
        if found and _SELF.search(link):
            return found[1]
    return None


def with_site(feed: bytes, address: str) -> bytes:
    """The feed with `address`, which ends with a slash, in the place of its site.

    Addresses of the feed, the page and its files change; guids and words do not. A feed that names
    no address of its own stays as it is.
    """
    site = site_of(feed)
    if site is None:
        return feed
    here = html.escape(address).encode("ascii")
    return re.sub(re.escape(site) + _OURS, lambda _: here, feed)
