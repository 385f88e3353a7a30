"""What real servers, and the line to them, may do to a publication."""

from __future__ import annotations

import re
import subprocess
import urllib.error
import urllib.request
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import pytest
from support.places import BUCKET, SECRET, empty_bucket, make_place, s3_client, s3_keys, send
from support.publishing import (
    PUBLICATIONS,
    SITE,
    Breaking,
    FolderShelf,
    Reader,
    SshServer,
    make_folder,
    nginx,
    publish_process,
    ssh_server,
)

from meditations.errors import MeditationError
from meditations.publishing.sftp import PIECE_BYTES
from meditations.publishing.site_checks import check_site
from meditations.publishing.upload import read_upload

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.server

STRANGER: Final = "the key of 127.0.0.1 is not one that is known here"


@pytest.mark.parametrize("kind", ["sftp", "s3"])
def test_a_line_that_breaks_amid_a_file_is_mended(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut off amid a track, again and again, the upload still ends well, and no half is left."""
    place = make_place(kind, request, tmp_path)
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


def test_a_file_goes_on_where_the_line_broke(
    sshd: SshServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over a line that never holds for a whole track it arrives all the same, and only once."""
    size = 12_000_000
    folder = make_folder(tmp_path, PUBLICATIONS[0], size)
    (tmp_path / "served").mkdir()
    with Breaking(sshd.port, 3_000_000, times=100) as line:
        monkeypatch.setenv("HOME", str(_home(sshd, line.port)))
        target = sshd.target(tmp_path / "served").replace(f":{sshd.port}", f":{line.port}")
        send(folder, target, wait=lambda _: None)
    assert line.broken >= 4
    assert line.passed < 1.6 * size
    reader = Reader(FolderShelf(tmp_path / "served"))
    reader.read()
    assert reader.faults == []
    assert not list((tmp_path / "served").rglob("*.part"))


def test_a_run_goes_on_where_an_earlier_one_was_killed(
    sshd: SshServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What lies there of a track is not sent again but for its last piece, which may have holes."""
    monkeypatch.setenv("HOME", str(sshd.home))
    folder = make_folder(tmp_path, PUBLICATIONS[0], 3_000_000)
    track = next((folder / "media").glob("*.mp3"))
    name = sha256(f"media/{track.name}".encode()).hexdigest()[:32]
    part = tmp_path / "served" / "media" / f".{name}.part"
    part.parent.mkdir(parents=True)
    whole = track.read_bytes()
    part.write_bytes(b"\1" + whole[1 : 3 * PIECE_BYTES] + b"\0" * 1_000)
    send(folder, sshd.target(tmp_path / "served"))
    there = (tmp_path / "served" / "media" / track.name).read_bytes()
    assert there[0] == 1  # so it was not sent again
    assert there[1:] == whole[1:]
    (tmp_path / "served" / "media" / track.name).unlink()
    part.write_bytes(b"\0" * 4_000_000)  # whatever this is
    send(folder, sshd.target(tmp_path / "served"))
    assert (tmp_path / "served" / "media" / track.name).read_bytes() == whole


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
        (lambda ssh: (ssh / "known_hosts").unlink(), STRANGER),
        (lambda ssh: _take_another_key(ssh / "known_hosts"), STRANGER),
        (lambda ssh: (ssh / "id_ed25519").unlink(), "127.0.0.1 did not let us in"),
    ],
    ids=["unknown", "another", "no key of ours"],
)
def test_a_stranger_is_not_trusted_and_a_missing_key_is_told(
    spoil: Callable[[Path], object], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server whose key nobody knows gets nothing; without a key of ours the message says so."""
    monkeypatch.setenv("SSH_AUTH_SOCK", "")
    with ssh_server(tmp_path / "sshd") as server:
        spoil(server.home / ".ssh")
        monkeypatch.setenv("HOME", str(server.home))
        with pytest.raises(MeditationError, match=told) as caught:
            send(make_folder(tmp_path, PUBLICATIONS[0]), server.target(tmp_path / "served"))
    assert f"sftp -P {server.port}" in caught.value.mend
    assert not (tmp_path / "served").exists()


def _take_another_key(known: Path) -> None:
    """The server has another key than it had when we met it."""
    with TemporaryDirectory() as folder:
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{folder}/key"],
            check=True, timeout=30,
        )  # fmt: skip
        other = Path(folder, "key.pub").read_text("utf-8")
    known.write_text(f"{known.read_text('utf-8').split()[0]} {other}", "utf-8")


@pytest.mark.parametrize(
    ("target", "told", "tries"),
    [
        ("sftp://me@no-such-host.invalid/www", "no server of the name no-such-host", None),
        ("sftp://me@127.0.0.1:9/www", "connecting to 127.0.0.1: Connection refused", 6),
    ],
)
def test_a_server_that_is_not_there_is_told(
    target: str, told: str, tries: int | None, tmp_path: Path
) -> None:
    """In words that a person understands; only what may come back is waited for."""
    waits: list[float] = []
    with pytest.raises(MeditationError, match=told) as caught:
        send(make_folder(tmp_path, PUBLICATIONS[0]), target, wait=waits.append)
    assert "Errno" not in str(caught.value)
    assert tries is None or len(waits) == tries - 1


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
    empty_bucket(moto)
    client = s3_client(moto)
    for name, value in s3_keys(moto).items():
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
    empty_bucket(moto)
    for name, value in s3_keys(moto).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(MeditationError, match="there is no bucket 'mistyped'"):
        send(make_folder(tmp_path, PUBLICATIONS[0]), "s3://mistyped/podcast")


def test_secrets_are_never_told(moto: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a publication that goes well nor one that fails prints a key."""
    empty_bucket(moto)
    folder = make_folder(tmp_path, PUBLICATIONS[0])
    dead = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    for more in ({}, dead, {"AWS_SECRET_ACCESS_KEY": "", "AWS_EC2_METADATA_DISABLED": "true"}):
        environment = {**s3_keys(moto), "AWS_MAX_ATTEMPTS": "1", **more}
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
    send(make_folder(tmp_path, PUBLICATIONS[4]), str(tmp_path / "meditations"))
    with nginx(tmp_path) as site:
        remarks = check_site(site, read_upload(tmp_path / "build" / "podcast", SITE))
        for path in ("index.html", "feed.xml"):  # the page is light because texts are compressed
            asked = urllib.request.Request(site + path, headers={"Accept-Encoding": "gzip"})
            with urllib.request.urlopen(asked, timeout=20) as answered:
                assert answered.headers["Content-Encoding"] == "gzip"
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(site + ".published.json", timeout=20)
    assert remarks == []
