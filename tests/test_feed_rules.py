"""The feed held to what validators complain of; the table is in `support/feed_rules.py`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pytest
from support.feed_rules import TAGS, complaints
from support.feeds import ROOT, SITE, hostile_project, own_project
from support.podcast import podcast_of, write_project

from meditations.podcast.feed import feed_xml

if TYPE_CHECKING:
    from pathlib import Path

    from meditations.project import Project

QUIET: Final = "https://example.org/quiet/"


def feed(project: Project) -> bytes:
    return feed_xml(podcast_of(project), "images/channel-0123456789ab.jpg")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The feed of a serial with people, a soundbite, and words that break what is careless."""
    return feed(hostile_project(tmp_path_factory.mktemp("hostile")))


def test_validators_have_no_complaint_of_the_project_s_own(tmp_path: Path) -> None:
    """Every tag of the sixteen episodes is known, in its place, and holds what it should."""
    assert complaints(feed(own_project(tmp_path)), f"{SITE}feed.xml") == []


def test_validators_have_no_complaint_of_hostile_words(hostile: bytes) -> None:
    """Whatever a maker writes, the feed stays one that validators pass."""
    assert complaints(hostile, f"{QUIET}feed.xml") == []


def test_validators_have_no_complaint_of_a_podcast_without_episodes(tmp_path: Path) -> None:
    """A podcast of which nothing is published yet has a valid feed."""
    told = feed(write_project(tmp_path, {"evening": {"published": None}}))
    assert complaints(told, f"{QUIET}feed.xml") == []


def test_the_docs_name_every_tag() -> None:
    """The table in docs/podcast.md holds each tag that a feed may have."""
    text = (ROOT / "docs" / "podcast.md").read_text("utf-8")
    told = set(re.findall(r"[`][a-z:A-Z]+", text.partition("## Tags")[2]))
    tags = {path.partition("/")[2] for path in TAGS} - {"", "channel", "item"}
    parts = {"itunes:name", "itunes:email"}
    assert {f"`{tag}" for tag in tags - parts} <= told


SPOILT: Final = {
    # what is changed in the feed, into what, and what is complained of
    "version": ('version="2.0"', 'version="2.1"', "rss has version='2.1'"),
    "encoding": ("encoding='UTF-8'", "encoding='utf8'", "no UTF-8 named"),
    "unknown tag": ("<language>", "<lang>x</lang><language>", "channel/lang is not known there"),
    "tag of another's": ("<item>", "<item><itunes:owner/>", "item/itunes:owner is not known"),
    "old category": ('text="Mental Health"', 'text="Self-Help"', "text='Self-Help'"),
    "two titles": ("<title>", "<title>More</title><title>", "channel/title is there 2 times"),
    "no link": (r"<link>[^<]*</link>", "", "channel/link is there 0 times"),
    "relative address": (
        '<itunes:image href="https://example.org', '<itunes:image href="', "image has href=",
    ),
    "host without a dot": ("<link>https://example.org", "<link>https://nas", "channel/link holds"),
    "space in an address": (r"media/quotes", "media/quo tes", "item/enclosure has url="),
    "sound of another kind": (r"\.mp3", ".ogg", "item/enclosure has url="),
    "unknown length": (r'length="\d+"', 'length="-1"', "item/enclosure has length='-1'"),
    "no MIME type": ('type="audio/mpeg"', 'type="mp3"', "item/enclosure has type='mp3'"),
    "second sound": ("(<enclosure [^>]*>)", r"\1\1", "item/enclosure is there 2 times"),
    "weekday": (r"<pubDate>\w+,", "<pubDate>Mon,", "channel/pubDate holds 'Mon, "),
    "short year": (r"(<pubDate>\w+, \d+ \w+) 20", r"\1 ", "channel/pubDate holds"),
    "time zone": ("GMT</lastBuildDate>", "CET</lastBuildDate>", "channel/lastBuildDate holds"),
    "newer than the feed": (
        "<lastBuildDate>.*?</", "<lastBuildDate>Sun, 01 Nov 2026 06:00:00 GMT</", "is after last",
    ),
    "language": ("<language>pt-BR", "<language>Portuguese", "channel/language holds 'Portuguese'"),
    "owner without mail": (r"<itunes:email>.*?</itunes:email>", "", "email is there 0 times"),
    "e-mail": ("a.b@example.org</", "a.b at example.org</", "itunes:owner/itunes:email holds"),
    "explicit": ("<itunes:explicit>false", "<itunes:explicit>clean", "explicit holds 'clean'"),
    "type": ("<itunes:type>serial", "<itunes:type>Serial", "channel/itunes:type holds 'Serial'"),
    "episode 0": ("<itunes:episode>1", "<itunes:episode>0", "item/itunes:episode holds '0'"),
    "duration": (r"(<itunes:duration>)\d+", r"\g<1>00:54", "item/itunes:duration holds '00:54'"),
    "short guid": (r"(<guid [^>]*>)[^<]*", r"\g<1>17", "item/guid holds '17'"),
    "guid as address": ('isPermaLink="false"', 'isPermaLink="no"', "guid has isPermaLink='no'"),
    "script in notes": ("<p><b>Before", "<script>1</script><p><b>Before", "description holds"),
    "handler in notes": ("<p><b>Before", "<p onclick='x'><b>Before", "item/description holds"),
    "relative link in notes": (r'<a href="https://example.org/\?', '<a href="/?', "tion holds"),
    "open tag in notes": ("</b> Rock", " Rock", "item/description holds"),
    "tags in a title": ("<title>Rock", "<title><b>R</b>ock", "item/title holds tags"),
    "space around": ("<title>Rock", "<title> Rock", "item/title has space around it"),
    "not to be shown": ("<title>Rock", "<title>Rock\x80", "item/title has characters"),
    "long author": ("<itunes:author>", f"<itunes:author>{'x' * 256}", "itunes:author holds"),
    "elsewhere": ("feed.xml", "rss.xml", "the feed says that it is at"),
    "podcast's guid": (r"(<podcast:guid>........-....-)5", r"\g<1>4", "podcast:guid holds"),
    "locked": ("<podcast:locked ([^>]*)>yes", r"<podcast:locked \1>true", "locked holds 'true'"),
    "medium": ("<podcast:medium>podcast", "<podcast:medium>radio", "medium holds 'radio'"),
    "licence": ("<podcast:license>cc", "<podcast:license>CC", "channel/podcast:license holds"),
    "person": (r"(<podcast:person [^>]*>)[^<]*", r"\1", "channel/podcast:person holds ''"),
    "person's page": (r'href="https://example.org/\?a', 'href="javascript:a', "person has href="),
    "transcript": ("text/vtt", "text/plain", "item/podcast:transcript has type='text/plain'"),
    "chapters": ("json\\+chapters", "json", "item/podcast:chapters has type="),
    "soundbite": ('startTime="5"', 'startTime="0:05"', "soundbite has startTime='0:05'"),
}  # fmt: skip


@pytest.mark.parametrize("name", SPOILT)
def test_each_complaint_can_be_made(name: str, hostile: bytes) -> None:
    """The table is one that can fail: each mistake that validators tell is found."""
    pattern, by, told = SPOILT[name]
    changed, count = re.subn(pattern, by, hostile.decode(), count=1, flags=re.DOTALL)
    assert count == 1
    found = complaints(changed.encode(), f"{QUIET}feed.xml")
    assert any(told in complaint for complaint in found), found


@pytest.mark.parametrize("name", ["guid", "enclosure", "link"])
def test_what_comes_twice_is_complained_of(name: str, hostile: bytes) -> None:
    """No two episodes share their guid, their sound or their page."""
    first, second = re.findall(rf"<{name}[ >].*?(?:/>|</{name}>)", hostile.decode())[-2:]
    twice = hostile.decode().replace(second, first).encode()
    assert f"item/{name} comes twice" in complaints(twice, f"{QUIET}feed.xml")
