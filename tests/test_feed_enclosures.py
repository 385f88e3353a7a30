"""What the feed says of its sound is what servers send and players find."""

from __future__ import annotations

import shutil
import subprocess
import sys
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import feedparser
import pytest
from support.feeds import SITE, own_project
from support.podcast import read_scripts
from support.publishing import free_port, listening, nginx

from meditations.commands.podcast_folder import page_writers
from meditations.podcast.publishing_folder import publish_folder
from meditations.project import Project

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.server


@dataclass(frozen=True)
class Told:
    """What a feed says of one episode: where its sound is, how many bytes and seconds it has."""

    url: str
    bytes: int
    type: str
    seconds: int


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project's own sixteen with tracks of silence, and the podcast's folder."""
    project = own_project(tmp_path_factory.mktemp("own"))
    tracks, folder = project.build / "tracks", project.build / "podcast"
    publish_folder(project, read_scripts(project), tracks, folder, page_writers())
    return project


@pytest.fixture(scope="module", params=["serve", "nginx"])
def site(
    request: pytest.FixtureRequest, project: Project, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of the folder, as `meditations serve` serves it and as nginx does."""
    root = tmp_path_factory.mktemp("served")
    if request.param == "nginx":
        shutil.copytree(project.build / "podcast", root / "meditations")
        with nginx(root) as address:
            yield address
        return
    port = free_port()
    command = [sys.executable, "-m", "meditations", "serve", "--port", str(port)]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project.root)
        with listening(command, port, root / "log"):
            yield f"http://127.0.0.1:{port}/"


@pytest.fixture(scope="module")
def told(site: str) -> list[Told]:
    """What the feed that is served says; `serve` puts its own address there, nginx does not."""
    with urllib.request.urlopen(f"{site}feed.xml", timeout=20) as answer:
        read = feedparser.parse(answer.read())
    return [
        Told(
            entry.enclosures[0].href.replace(SITE, site), int(entry.enclosures[0].length),
            entry.enclosures[0].type, int(entry.itunes_duration),
        )
        for entry in read.entries
    ]  # fmt: skip


def ask(url: str, method: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    request = urllib.request.Request(url, method=method, headers=headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()


def test_servers_send_what_the_feed_says(site: str, told: list[Told], project: Project) -> None:
    """HEAD tells the length and the type of the feed, and any part can be had, for each track."""
    assert len(told) >= 16
    for sound in told:
        assert sound.url.startswith(f"{site}media/")
        status, headers, _ = ask(sound.url, "HEAD")
        assert (status, headers["content-length"]) == (200, str(sound.bytes))
        assert headers["content-type"] == sound.type == "audio/mpeg"
        assert headers["accept-ranges"] == "bytes"
        first = sound.bytes // 2
        status, headers, part = ask(sound.url, "GET", Range=f"bytes={first}-{first + 999}")
        assert (status, headers["content-length"]) == (206, "1000")
        assert headers["content-range"] == f"bytes {first}-{first + 999}/{sound.bytes}"
        file = project.build / "podcast" / "media" / Path(sound.url).name
        assert part == file.read_bytes()[first : first + 1000]


def test_players_find_what_the_feed_says(told: list[Told]) -> None:
    """ffprobe finds an MP3 of the feed's length, and mpv starts in the middle, for each track."""
    for sound in told:
        found = subprocess.run(
            ["ffprobe", "-v", "error", "-show_entries", "format=format_name,duration,size",
             "-of", "default=noprint_wrappers=1:nokey=1", sound.url],
            check=True, capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL,
        ).stdout.split()  # fmt: skip
        assert (found[0], int(found[2])) == ("mp3", sound.bytes)
        assert abs(float(found[1]) - sound.seconds) <= 1
        heard = subprocess.run(
            ["mpv", "--no-config", "--no-video", "--ao=null", "--untimed", "--length=0.2",
             f"--start={sound.seconds // 2}", sound.url],
            check=True, capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert "Exiting... (End of file)" in heard.stdout
