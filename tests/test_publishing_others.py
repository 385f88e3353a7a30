"""Publishing to what else fsspec reaches."""

from __future__ import annotations

import json
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import fsspec
import pytest
from fsspec.registry import _registry
from support.other_places import Share, Store
from support.other_servers import PASSWORD, USER, OtherServer, ftp_server, webdav_server
from support.places import send
from support.publishing import (
    PUBLICATIONS,
    SITE,
    Breaking,
    FolderShelf,
    Reader,
    make_folder,
    publish_process,
)

from meditations.errors import MeditationError
from meditations.publishing.passwords import login_for
from meditations.publishing.target import open_target, read_address
from meditations.publishing.upload import read_upload

SERVERS: Final = {"ftp": ftp_server, "webdav": webdav_server}


def published_through(target: str, shelf: FolderShelf, root: Path, **more: object) -> Reader:
    """A reader that read before, between and after all publications."""
    reader = Reader(shelf)
    for number, tracks in enumerate(PUBLICATIONS, 1):
        send(make_folder(root, tracks, note=str(number)), target, **more)
        reader.read()
    assert not list(shelf.root.rglob("*.part"))
    assert len(reader.feeds) == len(PUBLICATIONS)
    return reader


# What fsspec reaches by a library.


def test_a_store_gets_all_whole_with_type_and_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a store's library can be told of a file it is told; nobody reads a half."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(_registry, "abfs", Store)
    (tmp_path / "box").mkdir()
    target, shelf = "abfs://box/podcast", FolderShelf(tmp_path / "box" / "podcast")
    with Reader(shelf).reading() as reader:
        assert published_through(target, shelf, tmp_path).faults == []
    assert reader.faults == []
    for item in read_upload(tmp_path / "build" / "podcast", SITE).items:
        told = json.loads(Path(f"{item.path.rpartition('/')[2]}.headers").read_text("utf-8"))
        assert told == {"content_type": item.headers.type, "cache_control": item.headers.cache}


def test_a_bucket_that_is_not_there_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where only a look was wanted."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(_registry, "abfs", Store)
    folder = make_folder(tmp_path, PUBLICATIONS[0])
    with pytest.raises(MeditationError, match="there is no such bucket") as caught:
        send(folder, "abfs://mistyped/podcast", dry_run=True)
    assert caught.value.mend


def test_a_place_that_replaces_nothing_gets_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a taken name cannot be moved to, the old file goes first."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(_registry, "smb", Share)
    shelf = FolderShelf(tmp_path / "server" / "podcast")
    assert published_through("smb://server/podcast", shelf, tmp_path).faults == []


def test_a_file_comes_back_where_the_next_cannot_take_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A feed that went aside is there again when the publication ends in an error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(_registry, "smb", Share)
    folder = make_folder(tmp_path, PUBLICATIONS[0])
    send(folder, "smb://server/podcast")
    feed = (folder / "feed.xml").read_bytes()
    refused: list[str] = []

    def refuse(share: Share, path1: str, path2: str, **more: object) -> None:
        if path2.endswith("/feed.xml") and not Path(path2).exists() and not refused:
            refused.append(path2)
            raise PermissionError("not now")
        moves(share, path1, path2, **more)

    moves = Share.mv
    monkeypatch.setattr(Share, "mv", refuse)
    with pytest.raises(MeditationError, match="not now"):
        send(make_folder(tmp_path, PUBLICATIONS[1]), "smb://server/podcast")
    assert refused
    assert Path("server/podcast/feed.xml").read_bytes() == feed


def test_what_would_copy_instead_of_move_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A library that cannot rename would show halves of files."""
    monkeypatch.setitem(_registry, "gdrive", fsspec.AbstractFileSystem)
    with pytest.raises(MeditationError, match="in one step") as caught:
        open_target(read_address("gdrive://folder/podcast"))
    assert "sftp://" in caught.value.mend


# Passwords.


def test_a_password_is_taken_from_netrc_for_its_own_server_and_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No server is told another's password, and no file that others may read is used."""
    monkeypatch.setenv("HOME", str(tmp_path))
    assert login_for("example.org", "") is None
    file = tmp_path / ".netrc"
    file.write_text("machine example.org login me password hunter2\n", "utf-8")
    file.chmod(0o600)
    found = login_for("example.org", "me")
    assert found
    assert (found.user, found.password) == ("me", "hunter2")
    assert "hunter2" not in repr(found)
    assert login_for("example.org", "") == found
    assert login_for("example.org", "another") is None
    assert login_for("example.com", "me") is None
    for text, mode in (("machine example.org hunter2", 0o600), (file.read_text("utf-8"), 0o644)):
        file.write_text(text, "utf-8")
        file.chmod(mode)
        with pytest.raises(MeditationError, match=r"\.netrc") as caught:
            login_for("example.org", "me")
        assert "hunter2" not in str(caught.value)


@pytest.mark.server
@pytest.mark.parametrize("kind", SERVERS)
def test_a_wrong_password_is_told_and_none_is_shown(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """The message says where passwords are taken from; what is printed holds none."""
    server: OtherServer = request.getfixturevalue(kind)
    folder = make_folder(tmp_path, PUBLICATIONS[0])
    netrc = tmp_path / ".netrc"
    netrc.write_text(f"machine 127.0.0.1 login {USER} password {PASSWORD}x\n", "utf-8")
    netrc.chmod(0o600)
    target = f"{kind}://{USER}@127.0.0.1:{server.port}/secrets"
    for home in (server.home, tmp_path):
        with publish_process(folder, target, {"HOME": str(home)}) as run:
            told = run.communicate(timeout=60)[0]
        assert PASSWORD not in told
        assert (run.returncode == 0) == (home == server.home), told
    assert "is not allowed" in told
    assert "~/.netrc" in told


# Servers that speak FTP and WebDAV, and the line to them.


@pytest.mark.server
@pytest.mark.parametrize(("kind", "after"), [("ftp", 1_500), ("webdav", 400_000)])
def test_a_line_that_breaks_is_mended(
    kind: str,
    after: int,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Cut off again and again, the upload still ends well."""
    server: OtherServer = request.getfixturevalue(kind)
    monkeypatch.setenv("HOME", str(server.home))
    folder = make_folder(tmp_path, PUBLICATIONS[1], 1_500_000)
    waits: list[float] = []
    with Breaking(server.port, after, times=4) as line:
        send(folder, f"{kind}://127.0.0.1:{line.port}/broken", wait=waits.append)
    assert line.broken == 4
    assert waits
    reader = Reader(FolderShelf(server.served / "broken"))
    reader.read()
    assert reader.faults == []
    assert reader.feeds == {(folder / "feed.xml").read_bytes()}


@pytest.mark.server
@pytest.mark.parametrize("kind", SERVERS)
def test_of_two_that_begin_in_one_moment_one_has_the_turn(
    kind: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is let through by the server, one of them only goes on."""
    server: OtherServer = request.getfixturevalue(kind)
    monkeypatch.setenv("HOME", str(server.home))
    address = read_address(f"{kind}://127.0.0.1:{server.port}/turns")
    targets = [open_target(address), open_target(address)]
    for target in targets:
        target.connect()
    start = threading.Barrier(2)

    def claim(number: int) -> bool:
        start.wait(timeout=20)
        return targets[number].claim("turn", str(number).encode())

    with ThreadPoolExecutor(2) as threads:
        for _ in range(4):
            assert sorted(threads.map(claim, range(2))) == [False, True]
            targets[0].delete("turn")


@pytest.mark.server
def test_a_server_that_lets_in_few_at_once_gets_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where only two connections are allowed, two do."""
    with ftp_server(tmp_path / "ftp", "--max-cons-per-ip", "2") as server:
        monkeypatch.setenv("HOME", str(server.home))
        waits: list[float] = []
        folder = make_folder(tmp_path, PUBLICATIONS[4])
        plan = send(folder, f"ftp://127.0.0.1:{server.port}/podcast", wait=waits.append)
    assert len(plan.send) > 10
    assert waits == []
    reader = Reader(FolderShelf(server.served / "podcast"))
    reader.read()
    assert reader.faults == []


@pytest.mark.server
def test_a_server_that_replaces_nothing_gets_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows: what is replaced goes aside first, and nothing is left lying there."""
    with ftp_server(tmp_path / "ftp", start="support.refusing_ftp") as server:
        monkeypatch.setenv("HOME", str(server.home))
        shelf = FolderShelf(server.served / "podcast")
        target = f"ftp://127.0.0.1:{server.port}/podcast"
        assert published_through(target, shelf, tmp_path).faults == []
        assert "the name is taken" in (tmp_path / "ftp" / "log").read_text("utf-8")


@pytest.mark.server
def test_ftp_is_encrypted_to_a_server_whose_certificate_is_valid_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A certificate that nobody vouches for ends it before any password goes."""
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    options = ("--tls", "--certfile", str(certificate), "--keyfile", str(key))
    required = ("--tls-control-required", "--tls-data-required")
    with ftp_server(tmp_path / "ftp", *options, *required) as server:
        monkeypatch.setenv("HOME", str(server.home))
        target = f"ftps://{USER}@127.0.0.1:{server.port}/podcast"
        with pytest.raises(MeditationError, match=r"certificate of 127\.0\.0\.1 is not valid"):
            send(make_folder(tmp_path, PUBLICATIONS[0]), target)
        log = tmp_path / "ftp" / "log"
        assert "logged in" not in log.read_text("utf-8")
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        shelf = FolderShelf(server.served / "podcast")
        assert published_through(target, shelf, tmp_path).faults == []
        assert "logged in" in log.read_text("utf-8")


@pytest.mark.server
def test_a_server_that_deletes_before_it_moves_gets_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the RFC has it; no reader meets a half, whatever is missing for a moment."""
    with webdav_server(tmp_path / "webdav", "FilesystemProvider") as server:
        monkeypatch.setenv("HOME", str(server.home))
        shelf = FolderShelf(server.served / "podcast")
        target = f"webdav://127.0.0.1:{server.port}/podcast"
        with Reader(shelf).reading() as reader:
            assert published_through(target, shelf, tmp_path).faults == []
    missing = ("the feed went away", "which is not there")
    assert [fault for fault in reader.faults if not fault.endswith(missing)] == []


@pytest.mark.server
@pytest.mark.parametrize("kind", SERVERS)
def test_a_folder_in_a_place_that_is_not_there_is_told(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a file stands in the way, the message says so and nothing waits."""
    server: OtherServer = request.getfixturevalue(kind)
    monkeypatch.setenv("HOME", str(server.home))
    (server.served / "in-the-way").write_bytes(b"mine")
    waits: list[float] = []
    with pytest.raises(MeditationError, match="failed") as caught:
        send(
            make_folder(tmp_path, PUBLICATIONS[0]),
            f"{kind}://127.0.0.1:{server.port}/in-the-way/podcast",
            wait=waits.append,
        )
    assert caught.value.mend
    assert waits == []
    assert (server.served / "in-the-way").read_bytes() == b"mine"
