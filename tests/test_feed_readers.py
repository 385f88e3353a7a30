"""Readers from the world of Node: feedsmith for the feed, webvtt-parser for the captions."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest
from support.podcast import podcast_of, write_project

from meditations.podcast.feed import feed_xml

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


def test_feedsmith_reads_every_tag(readers: Path, tmp_path: Path) -> None:
    """A reader that knows Apple's tags and the podcast namespace finds all that was written."""
    project = write_project(
        tmp_path, {"evening": {"title": "A & <b> \U0001f319", "soundbite": {"from": 5, "for": 15}}},
        {"people": [{"name": "A. Maker", "href": "https://example.org/"}]},
    )  # fmt: skip
    podcast = podcast_of(project)
    feed = tmp_path / "feed.xml"
    feed.write_bytes(feed_xml(podcast, "images/channel.jpg"))
    told = read(readers, "feed.mjs", feed)
    (item,), (episode,) = told["items"], podcast.episodes
    assert told["podcast"]["guid"] == podcast.channel.guid
    assert told["podcast"]["locked"]["value"] is True
    assert told["podcast"]["persons"][0]["href"] == "https://example.org/"
    assert told["itunes"]["categories"] == [
        {"text": "Health & Fitness", "categories": [{"text": "Mental Health"}]}
    ]
    assert told["itunes"]["explicit"] is False
    assert item["title"] == "A & <b> \U0001f319"
    assert item["guid"] == {"value": episode.guid, "isPermaLink": False}
    assert item["enclosures"][0]["length"] == episode.media.bytes
    assert item["itunes"]["duration"] == round(episode.length_ms / 1000)
    assert [t["type"] for t in item["podcast"]["transcripts"]] == [
        "text/vtt", "application/x-subrip",
    ]  # fmt: skip
    assert item["podcast"]["chapters"]["type"] == "application/json+chapters"
    bite = item["podcast"]["soundbites"][0]
    assert (bite["startTime"], bite["duration"]) == (5, 15)


def test_captions_pass_the_reference_parser(readers: Path, tmp_path: Path) -> None:
    """The W3C's parser of WebVTT finds no error, and a voice in every file."""
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
