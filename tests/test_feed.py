"""The feed: what readers of podcasts find in it, whatever a maker writes."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import feedparser
import podcastparser
import pytest
from lxml import etree
from support.feeds import SHOWN, SITE, hostile_project, own_project
from support.podcast import change_record, podcast_of, write_project

from meditations.podcast.feed import NAMESPACES, feed_xml
from meditations.podcast.identity import podcast_guid
from meditations.project import Project

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml.etree import _Element

ROOT: Final = Path(__file__).parents[1]
GOLDEN: Final = ROOT / "tests" / "golden" / "small-feed.xml"
QUIET: Final = "https://example.org/quiet/"
PICTURE: Final = "images/channel-0123456789ab.jpg"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project's own sixteen, with tracks of silence."""
    return own_project(tmp_path_factory.mktemp("own"))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Titles that break what is careless."""
    return hostile_project(tmp_path_factory.mktemp("hostile"))


def feed(project: Project, base: str | None = None) -> bytes:
    return feed_xml(podcast_of(project), PICTURE, base)


def items(xml: bytes) -> list[_Element]:
    return etree.fromstring(xml).findall("channel/item")


def small(root: Path, channel: Mapping[str, Any] | None = None, **script: Any) -> Project:
    return write_project(root, {"evening": script}, channel)


# What readers find.


def test_feedparser_reads_the_project_s_own(own: Project) -> None:
    """feedparser finds nothing to complain of, and for each episode its sound and its length."""
    podcast = podcast_of(own)
    read = feedparser.parse(feed(own))
    assert not read.bozo
    assert read.version == "rss20"
    assert len(read.entries) == len(podcast.episodes) >= 16
    for entry, episode in zip(read.entries, podcast.episodes, strict=True):
        assert (entry.title, entry.id) == (episode.title, episode.guid)
        assert entry.guidislink is False
        assert [(e.href, e.length, e.type) for e in entry.enclosures] == [
            (SITE + episode.media.path, str(episode.media.bytes), "audio/mpeg")
        ]
        assert entry.published_parsed[:4] == (2026, 11, 22, 6)
        assert entry.itunes_duration == str(round(episode.length_ms / 1000))


def test_podcastparser_reads_the_project_s_own(own: Project) -> None:
    """gPodder's parser finds every episode with its notes, its picture and its chapters."""
    podcast = podcast_of(own)
    read = podcastparser.parse(f"{SITE}feed.xml", io.BytesIO(feed(own)))
    assert read["title"] == podcast.channel.title
    assert read["cover_url"] == SITE + PICTURE
    assert [e["guid"] for e in read["episodes"]] == [e.guid for e in podcast.episodes]
    for entry, episode in zip(read["episodes"], podcast.episodes, strict=True):
        assert entry["total_time"] == round(episode.length_ms / 1000)
        assert entry["enclosures"][0]["file_size"] == episode.media.bytes
        assert entry["episode_art_url"] == SITE + episode.image.path
        assert entry["description_html"].startswith("<p><b>Before you listen:")


def test_hostile_titles_arrive_as_they_were_written(hostile: Project) -> None:
    """Whatever stands in a title, readers show just that, and no tag of it is obeyed."""
    xml = feed(hostile)
    titles = {item.findtext("title") for item in items(xml)}
    assert titles == set(SHOWN.values())
    read = feedparser.parse(xml)
    assert not read.bozo
    assert len(read.entries) == len(SHOWN)
    for item in items(xml):
        notes = item.findtext("description") or ""
        assert "<script" not in notes
        assert len(notes.encode()) <= 4_000
    xml.decode("utf-8")
    again = podcastparser.parse(f"{QUIET}feed.xml", io.BytesIO(xml))
    assert {episode["title"] for episode in again["episodes"]} == titles
    assert len({episode["guid"] for episode in again["episodes"]}) == len(SHOWN)


def test_characters_that_xml_cannot_hold_are_left_out(tmp_path: Path) -> None:
    """A control character in a record costs that character, not the feed."""
    project = small(tmp_path)
    change_record(project, "evening", title="Eve\x0bning\ufffe")
    assert items(feed(project))[0].findtext("title") == "Evening"


# What has to stand in it.


def test_the_feed_of_a_small_podcast(tmp_path: Path) -> None:
    """A small feed, byte for byte; what changes it on purpose changes the golden file too."""
    project = small(
        tmp_path, {"people": [{"name": "A. Maker"}], "copyright": "CC BY 4.0"},
        summary="A rest.", content_note="Speaks of the night.",
        notes="Not while driving.\n\n- one\n- two", soundbite={"from": "5s", "for": "15s"},
    )  # fmt: skip
    # The digest of the cover is its encoder's own.
    made = re.sub(r"(images/evening)-[0-9a-f]{12}", r"\1-0123456789ab", feed(project).decode())
    assert made == GOLDEN.read_text("utf-8")


def test_the_same_podcast_gives_the_same_bytes(own: Project) -> None:
    """Nothing of the clock or the machine stands in a feed."""
    assert feed(own) == feed(own)


def test_namespaces_are_exact(own: Project) -> None:
    """The addresses of the namespaces are those that readers know, to the slash."""
    assert etree.fromstring(feed(own)).nsmap == NAMESPACES
    assert NAMESPACES["podcast"] == "https://podcastindex.org/namespace/1.0"
    assert NAMESPACES["itunes"] == "http://www.itunes.com/dtds/podcast-1.0.dtd"


def test_a_base_takes_the_place_of_the_site(tmp_path: Path) -> None:
    """With another base every address in the feed is below it."""
    project = small(tmp_path)
    here = "http://127.0.0.1:8000/"
    assert feed(project, here) == feed(project).replace(
        b"https://example.org/quiet/", here.encode()
    )


@pytest.mark.parametrize("kind", ["serial", "episodic"])
def test_a_serial_is_numbered_from_its_first(kind: str, tmp_path: Path) -> None:
    """A serial begins with its first episode, number 1; others with the newest, unnumbered."""
    dates = {"one": "2026-01-01", "two": "2026-02-01", "three": "2026-03-01"}
    scripts = {name: {"title": name, "published": day} for name, day in dates.items()}
    found = [
        (item.findtext("title"), item.findtext("itunes:episode", None, NAMESPACES))
        for item in items(feed(write_project(tmp_path, scripts, {"type": kind})))
    ]
    if kind == "serial":
        assert found == [("one", "1"), ("two", "2"), ("three", "3")]
    else:
        assert found == [("three", None), ("two", None), ("one", None)]


def test_the_guid_is_worked_out_once(tmp_path: Path) -> None:
    """The podcast's guid is that of its first address, and stays when the site moves."""
    project = small(tmp_path)
    first = podcast_of(project).channel.guid
    assert first == podcast_guid("https://example.org/quiet/feed.xml")
    file = tmp_path / "podcast.yaml"
    file.write_text(file.read_text("utf-8").replace("example.org/quiet", "example.net"), "utf-8")
    xml = etree.fromstring(feed(project))
    assert xml.findtext("channel/podcast:guid", None, NAMESPACES) == first
    assert xml.findtext("channel/link") == "https://example.net/"


def test_replaced_sound_keeps_its_guid(tmp_path: Path) -> None:
    """Sound that changed has another address; the episode is the same."""
    project = small(tmp_path)
    before = items(feed(project))[0]
    file = project.build / "tracks" / "evening.mp3"
    file.write_bytes(file.read_bytes()[:-384])
    change_record(project, "evening", mp3={"bytes": file.stat().st_size, "sha256": "0" * 64})
    after = items(feed(project))[0]
    assert before.findtext("guid") == after.findtext("guid")
    old, new = (item.find("enclosure") for item in (before, after))
    assert old is not None
    assert new is not None
    assert old.get("url") != new.get("url")
    assert new.get("length") == str(file.stat().st_size)
