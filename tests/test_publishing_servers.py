"""Publishing to real servers: whoever reads meanwhile finds everything whole, whatever happens."""

from __future__ import annotations

import json
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
    s3_server,
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
KILLED: Final = -1.0


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    """A real sshd with a key of its own."""
    with ssh_server(tmp_path_factory.mktemp("sshd")) as server:
        yield server


@pytest.fixture(scope="module")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that speaks S3."""
    with s3_server(tmp_path_factory.mktemp("moto")) as base:
        yield base


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
    """An empty bucket that everyone may read."""
    import boto3

    with urllib.request.urlopen(f"{base}/moto-api/reset", data=b"", timeout=20):
        pass
    client = boto3.client(
        "s3", endpoint_url=base, region_name="us-east-1",
        aws_access_key_id="x", aws_secret_access_key="x",
    )  # fmt: skip
    client.create_bucket(Bucket=BUCKET)
    allow = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}
    allow["Resource"] = f"arn:aws:s3:::{BUCKET}/*"
    client.put_bucket_policy(
        Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    )
    client.close()
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
    folder = _another(tmp_path, 0)
    lasts_s = _publish_until(place, folder, None)
    killed = 0
    with Reader(place.shelf).reading() as reader:
        for number in range(1, 3 * KILLS):
            folder = _another(tmp_path, number)
            killed += _publish_until(place, folder, moments.uniform(0, lasts_s)) == KILLED
            if number % 5 == 0:
                send(folder, place.target)
                assert place.shelf.read("feed.xml") == (folder / "feed.xml").read_bytes()
                assert send(folder, place.target).send == ()
            if killed == KILLS:
                break
        send(folder, place.target)
    assert reader.faults == []
    assert killed == KILLS
    assert place.shelf.read("feed.xml") == (folder / "feed.xml").read_bytes()


def _another(root: Path, number: int) -> Path:
    """A podcast of which nothing was sent yet but its style."""
    tracks = {"five-senses": number, "then-and-now": number // 2, f"track-{number % 3}": number}
    return make_folder(root / str(number), tracks, 1_000_000, note=str(number))


def _publish_until(place: Place, folder: Path, after_s: float | None) -> float:
    """Publishes in another process; how long that took, or `KILLED` where it was killed."""
    with publish_process(folder, place.target, place.environment) as run:
        assert run.stdout is not None
        while not run.stdout.readline().startswith("sending"):
            assert run.poll() is None
        since = time.monotonic()
        if after_s is None:
            told = run.communicate(timeout=60)[0]
            assert run.returncode == 0, told
            return time.monotonic() - since
        time.sleep(after_s)
        run.kill()
        run.communicate(timeout=60)
        return KILLED if run.returncode < 0 else time.monotonic() - since
