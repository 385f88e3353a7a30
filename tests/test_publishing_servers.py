"""Publishing to real servers: whoever reads meanwhile finds everything whole, whatever happens."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from support.publishing import (
    PUBLICATIONS,
    RETIRED,
    SITE,
    Breaking,
    FolderShelf,
    Reader,
    Shelf,
    SshServer,
    WebShelf,
    free_port,
    listening,
    make_folder,
    publish_process,
    s3_server,
    ssh_server,
)

from meditations.commands.upload_progress import PlainProgress
from meditations.errors import MeditationError
from meditations.publishing.publisher import Wishes, publish
from meditations.publishing.site_checks import check_site
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
    with urllib.request.urlopen(f"{base}/moto-api/reset", data=b"", timeout=20):
        pass
    client = _client(base)
    client.create_bucket(Bucket=BUCKET)
    allow = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}
    allow["Resource"] = f"arn:aws:s3:::{BUCKET}/*"
    client.put_bucket_policy(
        Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    )
    client.close()
    return WebShelf(f"{base}/{BUCKET}/podcast/")


def _client(base: str) -> Any:
    import boto3

    return boto3.client(
        "s3", endpoint_url=base, region_name="us-east-1",
        aws_access_key_id="x", aws_secret_access_key="x",
    )  # fmt: skip


def _keys(base: str) -> dict[str, str]:
    return {
        "AWS_ACCESS_KEY_ID": "AKIATESTTESTTEST",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": base,
    }


def send(folder: Path, target: str, **more: Any) -> Plan:
    """Publishes a made-up folder from within this process."""
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


# What a server may do to us.


@pytest.mark.parametrize("kind", ["sftp", "s3"])
def test_a_line_that_breaks_amid_a_file_is_mended(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut off amid a track, again and again, the upload still ends well, and no half is left."""
    request.param = kind
    place = _place(request, tmp_path)
    served = tmp_path / "served"
    port = int(re.findall(r":(\d+)", place.environment.get("AWS_ENDPOINT_URL", place.target))[0])
    folder = make_folder(tmp_path, PUBLICATIONS[1], 1_500_000)
    with Breaking(port, 400_000, times=4) as line:
        for name, value in place.environment.items():
            monkeypatch.setenv(name, value.replace(f":{port}", f":{line.port}"))
        if kind == "sftp":
            monkeypatch.setenv("HOME", str(_home(request.getfixturevalue("sshd"), line.port)))
        waits: list[float] = []
        send(folder, place.target.replace(f":{port}", f":{line.port}"), wait=waits.append)
    assert line.broken == 4
    assert waits or kind == "s3"  # s3fs tries again by itself as well
    reader = Reader(place.shelf)
    reader.read()
    assert reader.faults == []
    assert list(served.rglob("*.mp3")) or kind == "s3"


def _home(server: SshServer, port: int) -> Path:
    """The home folder, with the server's key known at another port too."""
    known = server.home / ".ssh" / "known_hosts"
    line = known.read_text("utf-8").splitlines()[0]
    with known.open("a", encoding="utf-8") as stream:
        stream.write(line.replace(f":{server.port} ", f":{port} ") + "\n")
    return server.home


def test_a_server_without_posix_rename_gets_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing can be put into another's place in one step, it takes two."""
    command = "/usr/lib/openssh/sftp-server -P posix-rename"
    served = tmp_path / "served"
    served.mkdir()
    monkeypatch.setenv("SSH_AUTH_SOCK", "")
    with ssh_server(tmp_path / "sshd", subsystem=command) as server:
        monkeypatch.setenv("HOME", str(server.home))
        for number, tracks in enumerate(PUBLICATIONS[:3]):
            folder = make_folder(tmp_path, tracks, note=str(number))
            send(folder, server.target(served))
            assert (served / "feed.xml").read_bytes() == (folder / "feed.xml").read_bytes()
    assert not list(served.rglob("*.part"))


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        ("known_hosts", "nobody here knows the key of 127.0.0.1"),
        ("id_ed25519", "127.0.0.1 did not let us in"),
    ],
)
def test_a_stranger_is_not_trusted_and_a_missing_key_is_told(
    spoil: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server whose key nobody knows gets nothing; without a key of ours the message says so."""
    monkeypatch.setenv("SSH_AUTH_SOCK", "")
    with ssh_server(tmp_path / "sshd") as server:
        (server.home / ".ssh" / spoil).unlink()
        monkeypatch.setenv("HOME", str(server.home))
        with pytest.raises(MeditationError, match=told) as caught:
            send(make_folder(tmp_path, PUBLICATIONS[0]), server.target(tmp_path / "served"))
    assert f"sftp -P {server.port}" in caught.value.mend
    assert not (tmp_path / "served").exists()


def test_a_folder_that_may_not_be_written_is_told(
    sshd: SshServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a file stands in the way of a folder, the message says where and what to see to."""
    monkeypatch.setenv("HOME", str(sshd.home))
    (tmp_path / "served").write_text("in the way", "utf-8")
    with pytest.raises(MeditationError, match="failed") as caught:
        send(make_folder(tmp_path, PUBLICATIONS[0]), sshd.target(tmp_path / "served"))
    assert caught.value.mend


def test_s3_is_told_each_type_and_how_long_it_may_be_kept(
    moto: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A browser gets the headers that were set, not those that a library guesses."""
    _bucket(moto)
    client = _client(moto)
    for name, value in _keys(moto).items():
        monkeypatch.setenv(name, value)
    upload = read_upload(make_folder(tmp_path, PUBLICATIONS[1]), SITE)
    send(tmp_path / "build" / "podcast", f"s3://{BUCKET}/podcast")
    for item in upload.items:
        told = client.head_object(Bucket=BUCKET, Key=f"podcast/{item.path}")
        assert told["ContentType"] == item.headers.type
        assert told["CacheControl"] == item.headers.cache
        assert told["ContentLength"] == item.bytes
    client.close()


def test_a_bucket_that_is_not_there_is_told(
    moto: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No bucket is made by accident, and the message names it."""
    _bucket(moto)
    for name, value in _keys(moto).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(MeditationError, match="there is no bucket 'mistyped'"):
        send(make_folder(tmp_path, PUBLICATIONS[0]), "s3://mistyped/podcast")


def test_secrets_are_never_told(moto: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a publication that goes well nor one that fails prints a key."""
    _bucket(moto)
    folder = make_folder(tmp_path, PUBLICATIONS[0])
    dead = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    for more in ({}, dead, {"AWS_SECRET_ACCESS_KEY": "", "AWS_EC2_METADATA_DISABLED": "true"}):
        environment = {**_keys(moto), "AWS_MAX_ATTEMPTS": "1", **more}
        with publish_process(folder, f"s3://{BUCKET}/podcast", environment) as run:
            try:
                told = run.communicate(timeout=8)[0]
            except subprocess.TimeoutExpired:  # it is patient with a server that does not answer
                run.kill()
                told = run.communicate(timeout=20)[0]
        assert told
        assert SECRET not in told
        assert "AKIATESTTESTTEST" not in told


def test_nginx_as_the_docs_set_it_up_gets_no_remark(tmp_path: Path) -> None:
    """Who copies the settings from docs/publishing.md has a server that apps get along with."""
    text = (Path(__file__).parents[1] / "docs" / "publishing.md").read_text("utf-8")
    settings = text.split("```nginx\n")[1].split("```")[0].replace("/var/www", str(tmp_path))
    port = free_port()
    (tmp_path / "nginx.conf").write_text(
        f"user {'root' * (os.geteuid() == 0) or 'nobody'};"  # pytest's folders are its own
        f" daemon off; pid {tmp_path}/pid; error_log stderr; events {{ }}\n"
        f"http {{ access_log off; client_body_temp_path {tmp_path}/a; proxy_temp_path {tmp_path}/b;"
        f" fastcgi_temp_path {tmp_path}/c; uwsgi_temp_path {tmp_path}/d;"
        f" scgi_temp_path {tmp_path}/e; server {{ listen 127.0.0.1:{port};\n{settings} }} }}\n",
        "utf-8",
    )
    send(make_folder(tmp_path, PUBLICATIONS[4]), str(tmp_path / "meditations"))
    with listening(["nginx", "-c", str(tmp_path / "nginx.conf")], port, tmp_path / "log"):
        site = f"http://127.0.0.1:{port}/meditations/"
        remarks = check_site(site, read_upload(tmp_path / "build" / "podcast", SITE))
        for path in ("index.html", "feed.xml"):  # the page is light because texts are compressed
            asked = urllib.request.Request(site + path, headers={"Accept-Encoding": "gzip"})
            with urllib.request.urlopen(asked, timeout=20) as answered:
                assert answered.headers["Content-Encoding"] == "gzip"
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(site + ".published.json", timeout=20)
    assert remarks == []
