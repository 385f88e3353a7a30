"""Our own checks: every mistake that validators pass over is told, with the episode's name."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest
from support.podcast import read_scripts, write_project

from meditations.podcast.checking import Checked
from meditations.podcast.feed import NAME
from meditations.podcast.feed_checks import check_contents
from meditations.podcast.publishing_folder import publishing_contents

if TYPE_CHECKING:
    from pathlib import Path

    from meditations.podcast.folder import Contents


@pytest.fixture(scope="module")
def contents(tmp_path_factory: pytest.TempPathFactory) -> Contents:
    """A podcast of two episodes, with nothing wrong."""
    scripts: dict[str, dict[str, Any]] = {
        "evening": {"soundbite": {"from": "5s", "for": "15s"}},
        "morning": {"title": "Morning & Light"},
    }
    project = write_project(tmp_path_factory.mktemp("checked"), scripts)
    return publishing_contents(project, read_scripts(project), project.build / "tracks").contents


def spoilt(contents: Contents, pattern: str, by: str) -> Checked:
    """What is found where the first match of `pattern` in the feed is another."""
    feed = contents.texts[NAME].decode()
    changed, count = re.subn(pattern, by, feed, count=1, flags=re.DOTALL)
    assert count == 1, pattern
    return check_contents(replace(contents, texts={**contents.texts, NAME: changed.encode()}))


def test_a_good_feed_has_no_fault(contents: Contents) -> None:
    """What the program writes passes its own checks, and nothing is left to say."""
    checked = check_contents(contents)
    assert (checked.faults, checked.notes) == ([], [])


def test_what_a_publisher_lacks_is_told(tmp_path: Path) -> None:
    """Without a site and an owner there is no fault, and both are told."""
    project = write_project(tmp_path, {"evening": {}}, {"site": None, "owner": None})
    file = tmp_path / "podcast.yaml"
    lines = [line for line in file.read_text("utf-8").splitlines() if ": null" not in line]
    file.write_text("\n".join(lines), "utf-8")
    made = publishing_contents(project, read_scripts(project), project.build / "tracks").contents
    checked = check_contents(made)
    assert checked.faults == []
    assert ["site" in str(note) or "owner" in str(note) for note in checked.notes] == [True, True]


def test_what_apps_cut_or_do_not_know_is_told(tmp_path: Path) -> None:
    """A title over 255 characters and an unlisted licence are no faults, and are told."""
    scripts = {"evening": {"title": "wide " * 60}}
    project = write_project(tmp_path, scripts, {"license": "my-own-licence"})
    made = publishing_contents(project, read_scripts(project), project.build / "tracks").contents
    checked = check_contents(made)
    assert checked.faults == []
    first, second = map(str, checked.notes)
    assert "apps may not know the licence my-own-licence" in first
    assert "title has 299 characters, and apps may cut it at 255" in second


EVENING: Final = "'Morning & Light': "
SPOILT: Final = {
    # what is changed in the feed, into what, and what is told
    "length 0": (r'length="\d+"', 'length="0"', EVENING + "has an enclosure of length '0'"),
    "old length": (r'length="\d+"', 'length="77"', "bytes of sound; the feed says 77"),
    "audio/mp3": ('type="audio/mpeg"', 'type="audio/mp3"', "of type audio/mp3, not audio/mpeg"),
    "no enclosure": (r"<enclosure [^>]*/>", "", EVENING + "has 0 enclosures"),
    "missing sound": (r"media/morning-(\w+)\.mp3", "media/gone.mp3", "the sound is missing"),
    "sound elsewhere": (
        r'(<enclosure url=")https://example.org/quiet/', r"\1https://cdn.test/", "lies elsewhere",
    ),
    "no picture": (r"<itunes:image [^>]*/>", "", "the channel: has no itunes:image"),
    "picture without suffix": (
        r"(<item>.*?<itunes:image href=\"[^\"]*)\.png", r"\1", "without .jpg or .png",
    ),
    "chapters on the channel": (
        "<item>", '<podcast:chapters url="x"/><item>', "the channel: has chapters",
    ),
    "no pubDate": (r"(<item>.*?)<pubDate>.*?</pubDate>", r"\1", EVENING + "has no pubDate"),
    "bad pubDate": (
        r"(<item>.*?<pubDate>).*?</pubDate>", r"\g<1>2026-11-22</pubDate>", "none of RFC 2822",
    ),
    "long description": (
        r"<description>.*?</description>", f"<description>{'x' * 4001}</description>",
        "the channel: has a description of 4,001 bytes",
    ),
    "no guid": (r"<guid .*?</guid>", "", EVENING + "has no guid"),
    "guid as link": ('isPermaLink="false"', 'isPermaLink="true"', "says it is an address"),
    "explicit": ("<itunes:explicit>false", "<itunes:explicit>clean", "neither true nor false"),
    "category": ("Mental Health", "mental health", "has 'mental health' below"),
    "unknown category": (
        "text=\"Health &amp; Fitness\"", 'text="Health"', "directories do not know: Health",
    ),
    "duration": (r"(<itunes:duration>)\d+", r"\g<1>0:54", "which is no number of seconds"),
    "namespace": (
        "https://podcastindex.org/namespace/1.0", "https://podcastindex.org/namespace/1.0/",
        "no reader knows",
    ),
    "podcast guid": (r"(<podcast:guid>)[^<]*", r"\1mine", "no UUID"),
    "licence": ("<podcast:license>cc", "<podcast:license>CC", "a licence that apps do not know"),
    "self": (r'feed\.xml"', 'rss.xml"', "where the feed itself lies"),
    "letters": (r"media/morning-(\w+)\.mp3", "media/m\u00fcsli.mp3", "not one of ASCII alone"),
    "transcript's type": ('type="text/vtt"', 'type="text/plain"', "a transcript .vtt of type"),
    "chapters' type": ("json\\+chapters", "json", "has chapters of type application/json"),
    "short soundbite": ('duration="15"', 'duration="9"', "'Evening': has a soundbite of 9 s"),
    "late soundbite": ('startTime="5"', 'startTime="500"', "does not lie within the track"),
    "no title": (r"(<item>.*?)<title>[^<]*</title>", r"\1", "has no title"),
    "no notes": (r"(<item>.*?)<description>.*?</description>", r"\1", "has no description"),
    "broken": ("</rss>", "", "the feed: cannot be read"),
}  # fmt: skip


@pytest.mark.parametrize("name", SPOILT)
def test_each_mistake_is_told(name: str, contents: Contents) -> None:
    """A mistake in the feed is told in words that name whose it is."""
    pattern, by, told = SPOILT[name]
    found = [str(fault) for fault in spoilt(contents, pattern, by).faults]
    assert any(told in fault for fault in found), found


def test_the_same_sound_twice_is_told(contents: Contents) -> None:
    """Two episodes with one enclosure are told by both their names."""
    feed = contents.texts[NAME].decode()
    sounds = re.findall(r"<enclosure [^>]*/>", feed)
    texts = {**contents.texts, NAME: feed.replace(sounds[1], sounds[0]).encode()}
    found = [str(fault) for fault in check_contents(replace(contents, texts=texts)).faults]
    assert any("'Morning & Light' and 'Evening': share the sound" in fault for fault in found)


VTT: Final = "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n<v A>one\n\n"


@pytest.mark.parametrize(
    ("suffix", "text", "told"),
    [
        (".vtt", VTT + "00:00:01.500 --> 00:00:03.000\ntwo\n", "overlaps the one before"),
        (".vtt", VTT + "00:00:04.000 --> 00:00:03.000\ntwo\n", "ends before it begins"),
        (".vtt", VTT + "00:09:04.000 --> 00:09:05.000\ntwo\n", "behind the end"),
        (".vtt", VTT + f"00:00:04.000 --> 00:00:05.000\n{'x' * 66}\n", "2 lines of 65"),
        (".vtt", VTT + "00:00:04.000 --> 00:00:05.000\n1\n2\n3\n", "2 lines of 65"),
        (".vtt", VTT[8:], "the first line is not WEBVTT"),
        (".srt", f"1\n00:00:01,000 --> 00:00:02,000\n{'x' * 33}\n", "2 lines of 32"),
        (".chapters.json", "{}", "not as apps read it"),
        (".chapters.json", '{"version": "1.0", "chapters": []}', "the version is 1.0"),
        (
            ".chapters.json",
            '{"version": "1.2.0", "chapters": [{"startTime": 0, "title": "a"},'
            ' {"startTime": 0, "title": "b"}]}',
            "do not run forward",
        ),
    ],
)
def test_what_lies_beside_is_checked(
    suffix: str, text: str, told: str, contents: Contents, tmp_path: Path
) -> None:
    """Captions that overlap, run backwards or are too long are told, and so are odd chapters."""
    spoilt = tmp_path / f"spoilt{suffix}"
    spoilt.write_text(text, "utf-8")
    media = tuple(
        replace(m, source=spoilt) if m.path.startswith("media/m") and m.path.endswith(suffix) else m
        for m in contents.media
    )
    found = [str(fault) for fault in check_contents(replace(contents, media=media)).faults]
    assert any(told in fault and "Morning & Light" in fault for fault in found), found
