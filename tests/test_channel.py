"""The channel: what cannot stand in a feed is refused where it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from meditations.errors import FaultyScriptError
from meditations.project import Project
from meditations.script.channel import read_channel

if TYPE_CHECKING:
    from pathlib import Path

    from meditations.script.channel import Channel


def channel(root: Path, **told: Any) -> Channel:
    least = {"title": "Quiet", "description": "x", "author": "A. Maker"}
    (root / "podcast.yaml").write_text(
        yaml.safe_dump({**least, **told}, allow_unicode=True), "utf-8"
    )
    return read_channel(Project(root))


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"site": "example.org"}, "no address of a site"),
        ({"site": "https://example.org/m\u00fcsli/"}, "in ASCII"),
        ({"site": 'https://example.org/a"b/'}, "no address of a site"),
        ({"site": "https://example.org/<b>/"}, "no address of a site"),
        ({"site": "https://example.org/#here/"}, "no address of a site"),
        ({"site": "https://example.org/?page=1"}, "no address of a site"),
        ({"site": "javascript:alert(1)"}, "no address of a site"),
        ({"people": [{"name": "A", "href": "javascript:alert(1)"}]}, "no address of a page"),
        ({"people": [{"name": "A", "href": "/about"}]}, "no address of a page"),
        ({"people": [{"name": "a" * 129}]}, "this has 129 characters; 128 are the most"),
        ({"title": "a" * 256}, "this has 256 characters; 255 are the most"),
        ({"owner": {"name": "A", "email": "maker at example.org"}}, "no e-mail address"),
        ({"owner": {"name": "A", "email": "<maker@example.org>"}}, "no e-mail address"),
        ({"owner": {"name": "A", "email": "m\u00e4ker@example.org"}}, "no e-mail address"),
        ({"medium": "radio"}, "radio"),
        ({"description": "\u00e4" * 2_001}, "4,000 are the most in a feed"),
        ({"guid": "mine"}, "is no guid"),
        ({"language": "english"}, "language"),
    ],
)  # fmt: skip
def test_what_no_feed_can_hold_is_refused(
    told: dict[str, Any], message: str, tmp_path: Path
) -> None:
    """The message says which line of podcast.yaml it is, and what to write there."""
    with pytest.raises(FaultyScriptError) as caught:
        channel(tmp_path, **told)
    assert message in str(caught.value)
    assert "podcast.yaml:" in str(caught.value)


def test_what_a_feed_can_hold_is_taken(tmp_path: Path) -> None:
    """Addresses end with a slash; e-mail and pages may be of any usual form."""
    told = channel(
        tmp_path, site="https://example.org/~me/a%20b", medium="music",
        owner={"name": "A", "email": "first.last+tag@mail.example.org"},
        people=[{"name": "A", "href": "https://example.org/who?id=1"}],
    )  # fmt: skip
    assert told.feed_url == "https://example.org/~me/a%20b/feed.xml"
    assert told.people[0].href == "https://example.org/who?id=1"
