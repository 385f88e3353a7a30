"""Targets as they are written, and what a folder, a server and a bucket may do to us."""

from __future__ import annotations

import resource
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from support.publishing import SITE, make_folder

from meditations.commands.upload_progress import PlainProgress
from meditations.errors import MeditationError
from meditations.publishing.headers import ASK_AGAIN, FOR_EVER, SOON, headers_for
from meditations.publishing.publisher import Wishes, publish
from meditations.publishing.target import open_target, read_address
from meditations.publishing.upload import read_upload

if TYPE_CHECKING:
    from pathlib import Path


def send(root: Path, target: Path) -> None:
    """Publishes a made-up folder to a folder."""
    upload = read_upload(make_folder(root, {"five-senses": 1}), SITE)
    opened = open_target(read_address(str(target)))
    publish(upload, opened, Wishes(datetime.now(UTC)), PlainProgress())


# Targets as they are written.


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/srv/www", "/srv/www"),
        ("sftp://example.org/var/www/", "sftp://example.org/var/www"),
        ("sftp://me@example.org:2222/var/www", "sftp://me@example.org:2222/var/www"),
        ("sftp://me@example.org/~/public", "sftp://me@example.org/~/public"),
        ("s3://bucket", "s3://bucket"),
        ("s3://bucket/a/b/", "s3://bucket/a/b"),
        (" sftp://example.org/var/www/ \n", "sftp://example.org/var/www"),
        ("s3://bucket/stille übungen", "s3://bucket/stille übungen"),
        ("ftp://me@example.org:2121/www/", "ftp://me@example.org:2121/www"),
        ("ftps://example.org", "ftps://example.org"),
        ("WebDAVs://example.org/dav/me", "webdavs://example.org/dav/me"),
        ("gs://bucket/a/", "gs://bucket/a"),
        ("abfs://box@me.dfs.core.windows.net/a", "abfs://box@me.dfs.core.windows.net/a"),
        ("C:\\www", "C:\\www"),
        ("/srv/a folder ", "/srv/a folder "),
        ("./me@here:x", "./me@here:x"),
    ],
)
def test_targets_are_read_as_they_are_written(text: str, shown: str) -> None:
    """A folder, a server's folder from its root or from home, a bucket."""
    assert str(read_address(text)) == shown
    assert read_address(shown) == read_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "sftp://me:hunter2@example.org/www",
        "s3://key:hunter2@bucket/x",
        "sftp://me:hun@ter2@example.org/www",
        "ftp://me:hunter2@example.org/www",
        "sftp://me:hunter2@[bad/www",
        "webdavs://me:hunter2@example.org/www",
        "abfs://box/www?sig=hunter2",
        "https://hunter2@example.org/www",
        "github://me:hunter2@example",
        "zip://hunter2.zip",
        "memory://hunter2",
        "file:///srv/hunter2",
        "ssh://hunter2@example.org/www",
        "s3a://hunter2",
        "gopher://hunter2",
        "sftp://example.org",
        "sftp://example.org/a/../../etc",
        "s3://bucket:99/hunter2",
        " ",
        "me@example.org:/var/www/hunter2",
        "sftp:/me@example.org/hunter2",
        "s3:bucket/hunter2",
    ],
)
def test_a_target_that_cannot_be_or_holds_a_secret_is_refused(text: str) -> None:
    """The message says what to write, and never repeats a password."""
    with pytest.raises(MeditationError) as caught:
        read_address(text)
    assert caught.value.mend
    assert "hunter2" not in str(caught.value)
    assert "ter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("protocol", "library", "package"),
    [
        ("sftp", "sshfs", "'meditations[sftp]'"),
        ("s3", "s3fs", "'meditations[s3]'"),
        ("gs", "gcsfs", "'meditations[gs]'"),
        ("abfs", "adlfs", "'meditations[abfs]'"),
        ("webdavs", "webdav4.fsspec", "'meditations[webdav]'"),
        ("oss", "ossfs", "ossfs"),
        ("smb", "smbprotocol", "smbprotocol"),
    ],
)
def test_a_missing_library_is_told_with_what_gets_it(
    protocol: str, library: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who never installed it reads the command that does."""
    monkeypatch.setitem(sys.modules, library, None)
    module = "webdav" if protocol == "webdavs" else protocol
    monkeypatch.delitem(sys.modules, f"meditations.publishing.{module}", raising=False)
    with pytest.raises(MeditationError) as caught:
        open_target(read_address(f"{protocol}://example/folder"))
    assert caught.value.mend == f"get it with: pip install {package}"


# A folder, and what a disk may do to us.


def test_a_folder_in_a_place_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    """A mistyped name, or a disk that is not mounted, is told; one new folder is made."""
    with pytest.raises(MeditationError, match=r"there is no folder .*no-such-disk") as caught:
        send(tmp_path, tmp_path / "no-such-disk" / "www")
    assert caught.value.mend
    assert not (tmp_path / "no-such-disk").exists()
    send(tmp_path, tmp_path / "www")
    assert (tmp_path / "www" / "feed.xml").is_file()


def test_a_disk_that_is_full_is_told(tmp_path: Path) -> None:
    """The message names the target and not our own file; no half is left, and no feed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    folder = make_folder(tmp_path, {"five-senses": 1})
    resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, hard))  # the MP3 has 200,000
    try:
        with pytest.raises(MeditationError, match=r"writing media/.*mp3 at .*www failed") as caught:
            send(tmp_path, tmp_path / "www")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert str(folder) not in str(caught.value)
    assert "--output" not in caught.value.mend
    assert not (tmp_path / "www" / "feed.xml").exists()
    assert not list((tmp_path / "www").rglob("*.part"))
    send(tmp_path, tmp_path / "www")
    assert (tmp_path / "www" / "feed.xml").is_file()


def test_something_in_the_way_is_told(tmp_path: Path) -> None:
    """A file where a folder is needed stays as it is."""
    (tmp_path / "www").mkdir()
    (tmp_path / "www" / "media").write_bytes(b"mine")
    with pytest.raises(MeditationError, match="media") as caught:
        send(tmp_path, tmp_path / "www")
    assert "in the way" in caught.value.mend
    assert (tmp_path / "www" / "media").read_bytes() == b"mine"


# Types and headers.


@pytest.mark.parametrize(
    ("path", "kind", "cache"),
    [
        ("feed.xml", "application/rss+xml; charset=utf-8", SOON),
        ("index.html", "text/html; charset=utf-8", ASK_AGAIN),
        ("sw.js", "text/javascript; charset=utf-8", ASK_AGAIN),
        ("manifest.webmanifest", "application/manifest+json", ASK_AGAIN),
        ("listen/cafe-deadbeef.html", "text/html; charset=utf-8", ASK_AGAIN),
        ("media/a-0123456789ab.mp3", "audio/mpeg", FOR_EVER),
        ("media/a-0123456789ab.vtt", "text/vtt; charset=utf-8", FOR_EVER),
        ("media/a-0123456789ab.srt", "application/x-subrip; charset=utf-8", FOR_EVER),
        ("media/a-0123456789ab.chapters.json", "application/json+chapters", FOR_EVER),
        ("images/channel-0123456789ab.jpg", "image/jpeg", FOR_EVER),
        ("assets/style-0123456789ab.css", "text/css; charset=utf-8", FOR_EVER),
        ("media/a.mp3", "audio/mpeg", ASK_AGAIN),
    ],
)
def test_each_file_has_its_type_and_its_time(path: str, kind: str, cache: str) -> None:
    """Types are set, not guessed; only what carries its hash is kept for ever."""
    assert (headers_for(path).type, headers_for(path).cache) == (kind, cache)
