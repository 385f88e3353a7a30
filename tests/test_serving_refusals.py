"""What the server never gives, whoever asks, and however."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path
from typing import Final

import pytest
from support.serving import ask, raw, served

from meditations.serving import Server

SECRET: Final = b"This lies outside of the folder."


@pytest.fixture
def hostile(folder: Path) -> Path:
    """Ways out of the folder, laid by somebody who could write into it."""
    secret = folder.parent / "secret.txt"
    secret.write_bytes(SECRET)
    (folder / "link.txt").symlink_to(secret)
    (folder / "way").symlink_to(folder.parent)
    (folder / "listen" / "up").symlink_to("../..")
    (folder / "same.html").symlink_to("index.html")
    (folder / ".hidden").write_bytes(SECRET)
    (folder / "back\\slash.txt").write_bytes(SECRET)
    os.mkfifo(folder / "pipe")
    return folder


WAYS: Final = [
    "/../secret.txt", "/listen/../../secret.txt", "/%2e%2e/secret.txt", "/%2E%2E%2Fsecret.txt",
    "/..%2fsecret.txt", "/.%2e/secret.txt", "/%252e%252e/secret.txt", "/..%5csecret.txt",
    "/..\\secret.txt", "/%c0%ae%c0%ae/secret.txt", "/%uff0e%uff0e/secret.txt",
    "//../secret.txt", "///secret.txt", "/./../secret.txt", "/index.html/../../secret.txt",
    "/link.txt", "/way/secret.txt", "/way/podcast/index.html", "/listen/up/secret.txt",
    "/same.html", "/.hidden", "/%2ehidden", "/back\\slash.txt", "/back%5Cslash.txt", "/pipe",
    "/secret.txt%00.html", "/index.html%00", "/index.html%0a", "/listen", "/media/", "/media",
    "/index.html/", "/etc/passwd", "//etc/passwd", "/%2fetc%2fpasswd", "/C:/secret.txt",
    "http://127.0.0.1/../secret.txt", "file:///etc/passwd", "../secret.txt", "secret.txt",
    "/" + "../" * 200 + "etc/passwd", "/" + "a/" * 4_000, "/" + "%2e" * 3_000, "/\xff\xfe", "/\x01",
]  # fmt: skip


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way[:40].encode("unicode_escape").decode())
def test_nothing_outside_of_the_folder_is_given(way: str, hostile: Path) -> None:
    """No way out is found: neither upwards, nor by a link, nor by what names mean elsewhere."""
    with served(hostile) as site:
        host = f"\r\nHost: 127.0.0.1:{site.port}\r\nConnection: close\r\n\r\n"
        got = raw(site, f"GET {way} HTTP/1.1{host}".encode("latin-1"))
        assert re.match(rb"HTTP/1.1 40[04] ", got), got[:80]
        assert SECRET not in got
        assert b"root:" not in got
        assert ask(site, "/")[0].status == 200


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\r\n\r\n",
        b"\0" * 5_000,
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.x\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost 127.0.0.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nodd\r\nContent-Length: 5\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 500 + b"\r\n",
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nA: " + b"a" * 70_000,
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)),
        b"GET / HTTP/1.1\r\nHos",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET " + b" " * 1_000 + b"\r\n\r\n",
    ],
    ids=range(16),
)
def test_what_is_no_request_harms_nothing(
    request_bytes: bytes, site: Server, capfd: pytest.CaptureFixture[str]
) -> None:
    """Rubbish is refused or dropped, without a word here, and the next listener is served."""
    with contextlib.suppress(ConnectionError):
        assert b"200 OK" not in raw(site, request_bytes)[:20]
    assert ask(site, "/")[0].status == 200
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("carried", ["Content-Length: 38", "Transfer-Encoding: chunked"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
def test_what_a_request_carries_is_no_request(carried: str, method: str, site: Server) -> None:
    """The body of a request is not read as the next request."""
    inner = b"GET /feed.xml HTTP/1.1\r\nHost: localhost\r\n\r\n"
    outer = f"{method} /index.html HTTP/1.1\r\nHost: localhost\r\n{carried}\r\n\r\n".encode()
    got = raw(site, outer + inner)
    assert got.count(b"HTTP/1.1 ") == 1
    assert b"<rss" not in got


def test_other_names_for_this_machine_are_refused(site: Server) -> None:
    """A page on the web that gives this machine a name of its own cannot read what is here."""
    for host in (
        "evil.example",
        f"evil.example:{site.port}",
        "127.0.0.1.evil.example",
        "192.0.2.1",
    ):
        for method in ("GET", "HEAD", "OPTIONS", "POST"):
            answered, got = ask(site, "/feed.xml", method, Host=host)
            assert answered.status == 421
            assert b"<rss" not in got
    assert b"200 OK" in raw(site, b"GET / HTTP/1.0\r\n\r\n")
