"""Readers from the world of Node: feedsmith for the feed, webvtt-parser for the captions."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any, Final

import pytest
from lxml import etree
from support.feeds import hostile_project, own_project
from support.podcast import podcast_of, write_project

from meditations.podcast.feed import feed_xml
from meditations.project import Project

READERS: Final = Path(__file__).with_name("readers")
pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def readers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The two readers, installed at the versions that their lock file names."""
    folder = tmp_path_factory.mktemp("readers")
    for file in READERS.glob("*.*"):
        shutil.copy(file, folder)
    subprocess.run(
        ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
        cwd=folder, check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    return folder


def read(readers: Path, script: str, *files: Path) -> Any:
    told = subprocess.run(
        ["node", script, *map(str, files)],
        cwd=readers, check=True, capture_output=True, text=True, timeout=60,
    ).stdout  # fmt: skip
    return json.loads(told)


@pytest.fixture(scope="module", params=["own", "hostile"])
def project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project's own sixteen, and a podcast of hostile words."""
    make = {"own": own_project, "hostile": hostile_project}[request.param]
    return make(tmp_path_factory.mktemp(request.param))


def tags(xml: bytes) -> Counter[tuple[str, ...]]:
    """Every tag of a feed with its parent, its attributes and its words, and how often it comes."""
    found: Counter[tuple[str, ...]] = Counter()
    for element in etree.fromstring(xml).iter("*"):
        parent = element.getparent()
        words = (element.text or "").strip()
        if element.tag.endswith("}explicit"):
            # feedsmith 3.0.1 reads true and false, and writes the yes and no of former times.
            words = {"no": "false", "yes": "true"}.get(words, words)
        attributes = sorted(f"{name!s}={value!s}" for name, value in element.attrib.items())
        found["" if parent is None else parent.tag, element.tag, words, *attributes] += 1
    return found


def test_feedsmith_keeps_every_tag(readers: Path, project: Project, tmp_path: Path) -> None:
    """What a reader takes in and writes anew holds every tag, attribute and word of ours."""
    feed = tmp_path / "feed.xml"
    feed.write_bytes(feed_xml(podcast_of(project), "images/channel.jpg"))
    told = read(readers, "feed.mjs", feed)
    assert told["told"] == told["again"]
    assert tags(told["written"].encode()) == tags(feed.read_bytes())


def test_feedsmith_understands_what_it_reads(
    readers: Path, project: Project, tmp_path: Path
) -> None:
    """A reader that knows Apple's tags and the podcast namespace finds what they are there for."""
    podcast = podcast_of(project)
    feed = tmp_path / "feed.xml"
    feed.write_bytes(feed_xml(podcast, "images/channel.jpg"))
    told = read(readers, "feed.mjs", feed)["told"]
    assert told["podcast"]["guid"] == podcast.channel.guid
    assert told["podcast"]["locked"]["value"] is True
    assert told["itunes"]["categories"] == [
        {"text": "Health & Fitness", "categories": [{"text": "Mental Health"}]}
    ]
    assert told["itunes"]["explicit"] is False
    for item, episode in zip(told["items"], podcast.episodes, strict=True):
        assert item["guid"] == {"value": episode.guid, "isPermaLink": False}
        assert item["enclosures"][0]["length"] == episode.media.bytes
        assert item["itunes"]["duration"] == round(episode.length_ms / 1000)
        assert [t["type"] for t in item["podcast"]["transcripts"]] == [
            "text/vtt", "application/x-subrip",
        ]  # fmt: skip
        assert item["podcast"]["chapters"]["type"] == "application/json+chapters"
    people = [person["display"] for person in told["podcast"].get("persons", [])]
    assert people == [person.name for person in podcast.channel.people]
    bites = [bite for item in told["items"] for bite in item["podcast"].get("soundbites", [])]
    assert {(bite["startTime"], bite["duration"]) for bite in bites} <= {(5, 15)}
    assert len(bites) == sum(episode.soundbite is not None for episode in podcast.episodes)


def test_captions_pass_the_reference_parser(readers: Path, project: Project) -> None:
    """The W3C's parser of WebVTT finds no error, and a voice in every file."""
    files = sorted((project.build / "tracks").glob("*.vtt"))
    told = read(readers, "captions.mjs", *files)
    assert [entry["errors"] for entry in told] == [[] for _ in files]
    assert all(entry["cues"] and entry["voices"] == ["Synthetic voice"] for entry in told)


def test_hostile_captions_pass_the_reference_parser(readers: Path, tmp_path: Path) -> None:
    """Signs of WebVTT's own in what is spoken are words to its parser."""
    lines = [
        "One & <two> --> three.",
        "word " * 60,
        "“Yes”; no, not yet: \u05e9\u05dc\u05d5\u05dd.",
    ]
    scripts = {
        f"s{n}": {"sections": [{"title": "Only", "script": [line]}]} for n, line in enumerate(lines)
    }
    project = write_project(tmp_path, scripts)
    told = read(readers, "captions.mjs", *sorted((project.build / "tracks").glob("*.vtt")))
    assert [entry["errors"] for entry in told] == [[], [], []]
    assert all(entry["cues"] and entry["voices"] == ["Synthetic voice"] for entry in told)
