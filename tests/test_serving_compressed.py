"""Texts go compressed to whoever can read that; sound, pictures and parts go as they are."""

from __future__ import annotations

import gzip
import http.client
from typing import TYPE_CHECKING, Final

import pytest
from support.serving import ask, served

from meditations.serving.compressing import takes_gzip

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from meditations.serving import Server

TEXT: Final = b"A line of words that comes again and again.\n" * 40
SMALL: Final = b"WEBVTT\n"
TEXTS: Final = (
    "index.html", "sw.js", "manifest.webmanifest", "assets/page-0123456789ab.css",
    "assets/icon-0123456789ab.svg", "media/quiet-0123456789ab.vtt",
    "media/quiet-0123456789ab.srt", "media/quiet-0123456789ab.txt",
    "media/quiet-0123456789ab.chapters.json", "feed.xml",
)  # fmt: skip
OTHERS: Final = (
    "media/quiet-0123456789ab.mp3", "images/quiet-0123456789ab.png",
    "images/channel-0123456789ab.jpg",
)  # fmt: skip


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Server]:
    for path in (*TEXTS, *OTHERS):
        file = tmp_path / "podcast" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(TEXT)
    (tmp_path / "podcast" / "media/small-0123456789ab.vtt").write_bytes(SMALL)
    with served(tmp_path / "podcast") as running:
        yield running


def fetch(
    site: Server, path: str, method: str = "GET", **headers: str
) -> tuple[http.client.HTTPResponse, bytes]:
    return ask(site, "/" + path, method, **({"Accept_Encoding": "gzip"} | headers))


@pytest.mark.parametrize("path", TEXTS)
def test_texts_are_compressed(site: Server, path: str) -> None:
    """The same bytes each time, under a tag of their own; HEAD tells the same."""
    answered, got = fetch(site, path)
    assert answered.status == 200
    assert answered.headers["Content-Encoding"] == "gzip"
    assert answered.headers["Vary"] == "Accept-Encoding"
    assert int(answered.headers["Content-Length"]) == len(got) < len(TEXT) / 4
    assert gzip.decompress(got) == TEXT
    assert fetch(site, path)[1] == got
    head, nothing = fetch(site, path, "HEAD")
    assert nothing == b""
    for name in ("Content-Length", "Content-Encoding", "ETag", "Vary", "Content-Type"):
        assert head.headers[name] == answered.headers[name]
    plain, whole = fetch(site, path, Accept_Encoding="identity")
    assert whole == TEXT
    assert plain.headers["Content-Encoding"] is None
    assert plain.headers["Vary"] == "Accept-Encoding"
    assert plain.headers["ETag"] != answered.headers["ETag"]


@pytest.mark.parametrize("path", OTHERS)
def test_sound_and_pictures_are_not(site: Server, path: str) -> None:
    """They would gain nothing, and players want their ranges."""
    answered, got = fetch(site, path)
    assert got == TEXT
    assert answered.headers["Content-Encoding"] is None
    assert answered.headers["Vary"] is None
    assert answered.headers["Accept-Ranges"] == "bytes"


def test_a_text_of_few_bytes_is_not(site: Server) -> None:
    """It would grow."""
    assert fetch(site, "media/small-0123456789ab.vtt")[1] == SMALL


def test_a_part_is_one_of_the_plain_bytes(site: Server) -> None:
    """Also with the compressed file's tag, which gets the whole of the plain one: never a mix."""
    answered, got = fetch(site, "index.html", Range="bytes=3-9")
    assert (answered.status, got) == (206, TEXT[3:10])
    assert answered.headers["Content-Encoding"] is None
    tag = fetch(site, "index.html")[0].headers["ETag"]
    answered, got = fetch(site, "index.html", Range="bytes=3-9", If_Range=tag)
    assert (answered.status, got) == (200, TEXT)


def test_what_is_known_is_not_sent_again(site: Server) -> None:
    """304 for the tag of what would be sent, and for no other's."""
    packed = fetch(site, "index.html")[0].headers["ETag"]
    plain = fetch(site, "index.html", Accept_Encoding="identity")[0].headers["ETag"]
    answered, _ = fetch(site, "index.html", If_None_Match=packed)
    assert answered.status == 304
    assert answered.headers["ETag"] == packed
    assert answered.headers["Vary"] == "Accept-Encoding"
    assert fetch(site, "index.html", If_None_Match=plain)[0].status == 200
    told = {"Accept_Encoding": "identity", "If_None_Match": packed}
    assert fetch(site, "index.html", **told)[0].status == 200


@pytest.mark.parametrize(
    ("header", "takes"),
    [
        ("gzip", True), ("gzip, deflate, br", True), ("br;q=1.0, gzip;q=0.8, *;q=0.1", True),
        ("GZIP", True), ("x-gzip", True), ("*", True), (" gzip ; q=0.001 ", True),
        (None, False), ("", False), ("identity", False), ("br", False), ("gzip;q=0", False),
        ("gzip; q=0.000", False), ("*;q=0", False), ("*, gzip;q=0", False), ("gzipped", False),
        ("gzip;q=much", False), ("gzip;q=2", False),
    ],
)  # fmt: skip
def test_who_takes_gzip_is_read_as_the_rfc_has_it(header: str | None, takes: bool) -> None:
    """Weights count, and what cannot be read means no."""
    assert takes_gzip(header) is takes
