"""Publishing to real servers: whoever reads meanwhile finds everything whole, whatever happens."""

from __future__ import annotations

import random
import time
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from support.publishing import (
    PUBLICATIONS,
    RETIRED,
    FolderShelf,
    Reader,
    Shelf,
    SshServer,
    WebShelf,
    make_folder,
    publish_process,
    ssh_server,
)

from meditations.commands.upload_progress import PlainProgress
from meditations.publishing.publisher import Wishes, publish
from meditations.publishing.target import open_target, read_address
from meditations.publishing.upload import read_upload

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from meditations.publishing.planning import Plan

pytestmark = pytest.mark.server

BUCKET: Final = "quiet-evenings"
SECRET: Final = "not-to-be-seen-0123456789"
READS: Final = 200
KILLS: Final = 30


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    """A real sshd with a key of its own."""
    with ssh_server(tmp_path_factory.mktemp("sshd")) as server:
        yield server


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    """The address of a server that speaks S3."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@dataclass(frozen=True)
class Place:
    """A target, what a reader sees of it, and the environment in which it can be reached."""

    target: str
    shelf: Shelf
    environment: Mapping[str, str]


@pytest.fixture(params=["folder", "sftp", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Each kind of target, empty."""
    made = _place(request, tmp_path)
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    return made


def _place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    served = tmp_path / "served"
    if request.param == "folder":
        return Place(str(served), FolderShelf(served), {})
    if request.param == "sftp":
        server: SshServer = request.getfixturevalue("sshd")
        served.mkdir()
        home = {"HOME": str(server.home), "SSH_AUTH_SOCK": ""}
        return Place(server.target(served / "podcast"), FolderShelf(served / "podcast"), home)
    base: str = request.getfixturevalue("moto")
    return Place(f"s3://{BUCKET}/podcast", _bucket(base), _keys(base))


def _bucket(base: str) -> WebShelf:
    for path, method in (("/moto-api/reset", "POST"), (f"/{BUCKET}", "PUT")):
        urllib.request.urlopen(
            urllib.request.Request(base + path, method=method), timeout=20
        ).close()
    return WebShelf(f"{base}/{BUCKET}/podcast/")


def _keys(base: str) -> dict[str, str]:
    return {
        "AWS_ACCESS_KEY_ID": "AKIATESTTESTTEST",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": base,
    }


def send(folder: Path, target: str, **more: Any) -> Plan:
    """Publishes a made-up folder from within this process."""
    from support.publishing import SITE

    upload = read_upload(folder, SITE)
    wishes = Wishes(datetime.now(UTC), RETIRED, **more)
    return publish(upload, open_target(read_address(target)), wishes, PlainProgress())


def test_readers_find_everything_whole_through_five_publications(
    place: Place, tmp_path: Path
) -> None:
    """Of 200 reads and more while five publications go by, none finds anything missing."""
    with Reader(place.shelf).reading() as reader:
        for number, tracks in enumerate(PUBLICATIONS, 1):
            send(make_folder(tmp_path, tracks, note=str(number)), place.target)
            reader.wait_for(number * READS // len(PUBLICATIONS))
    assert reader.faults == []
    assert reader.reads >= READS
    assert len(reader.feeds) == len(PUBLICATIONS)
    assert place.shelf.read("index.html") is not None


def test_a_killed_run_leaves_a_whole_podcast_and_the_next_goes_on(
    place: Place, tmp_path: Path
) -> None:
    """Killed at 30 random moments, no reader sees a promise broken, and a rerun completes."""
    moments = random.Random(7)
    folders = [
        make_folder(tmp_path / str(number), tracks, 2_000_000, note=str(number))
        for number, tracks in enumerate(PUBLICATIONS)
    ]
    send(folders[0], place.target)
    lasted_s, killed = 0.4, 0
    with Reader(place.shelf).reading() as reader:
        for number in range(KILLS):
            folder = folders[1 + number % (len(folders) - 1)]
            run = publish_process(folder, place.target, place.environment)
            assert run.stdout is not None
            for line in run.stdout:
                if line.startswith("sending"):
                    break
            time.sleep(moments.uniform(0, lasted_s))
            run.kill()
            told = run.stdout.read()
            killed += run.wait(timeout=60) == -9
            if number % 5 == 4:
                before = time.monotonic()
                send(folder, place.target)
                lasted_s = max(time.monotonic() - before, 0.1)
                assert place.shelf.read("feed.xml") == (folder / "feed.xml").read_bytes()
                assert send(folder, place.target).send == (), told
    assert reader.faults == []
    assert killed >= KILLS // 2
