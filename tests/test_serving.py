"""The server, asked over real sockets: what a good web host answers, and what it never gives."""

from __future__ import annotations

import contextlib
import http.client
import os
import random
import re
import socket
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from meditations.errors import MeditationError
from meditations.podcast.episodes import Media
from meditations.podcast.folder import Contents, write_folder
from meditations.programs import ffmpeg
from meditations.serving import Server, handler, server, start_server
from meditations.serving.finding import PATIENCE_S

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET: Final = b"This lies outside of the folder."
SOUND: Final = "media/quiet-0123456789ab.mp3"
BYTES: Final = random.Random(1).randbytes(3_000_000)
TEXTS: Final = {
    "index.html": b"<!doctype html><title>Quiet</title>",
    "listen/quiet.html": b"<!doctype html><title>One</title>",
    "assets/page-0123456789ab.css": b"body { margin: 0 }",
    "media/quiet-0123456789ab.vtt": b"WEBVTT\n",
    "media/quiet-0123456789ab.chapters.json": b"{}",
    "images/empty-0123456789ab.png": b"",
    "feed.xml": b'<rss><channel><atom:link rel="self" href="https://example.org/m/feed.xml"/>'
    b'<enclosure url="https://example.org/m/media/quiet-0123456789ab.mp3"/></channel></rss>',
}


def write(folder: Path, sound: bytes = BYTES, texts: dict[str, bytes] = TEXTS) -> None:
    """The folder as a build makes it."""
    source = folder.parent / f"sound-{len(sound)}.mp3"
    if not source.exists():
        source.write_bytes(sound)
    write_folder(folder, Contents((Media(source, SOUND, "audio/mpeg", len(sound)),), texts))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small podcast, ready to be uploaded."""
    folder = tmp_path / "build" / "podcast"
    folder.parent.mkdir()
    write(folder)
    return folder


@contextlib.contextmanager
def served(folder: Path) -> Iterator[Server]:
    with start_server(folder, "127.0.0.1", 0) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield running
        finally:
            running.shutdown()
            thread.join(10)


@pytest.fixture
def site(folder: Path) -> Iterator[Server]:
    """A server of that folder, at any port."""
    with served(folder) as running:
        yield running


def ask(
    site: Server, path: str, method: str = "GET", **headers: str
) -> tuple[http.client.HTTPResponse, bytes]:
    """Asks with Python's own client; underscores in names of headers stand for dashes."""
    client = http.client.HTTPConnection("127.0.0.1", site.port, timeout=20)
    try:
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        client.request(method, path, headers=told)
        answered = client.getresponse()
        return answered, answered.read()
    finally:
        client.close()


def raw(site: Server, request: bytes, wait_s: float = 10) -> bytes:
    """Sends bytes as they are and reads all that comes, until the server ends the connection."""
    with socket.create_connection(("127.0.0.1", site.port), timeout=wait_s) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        got = b""
        while piece := connection.recv(1 << 16):
            got += piece
        return got


# What a good web host answers.


def test_files_are_served_whole_with_their_types(site: Server) -> None:
    """Every file of the folder comes, byte by byte, and HEAD tells the same without the bytes."""
    for path, data in {**TEXTS, SOUND: BYTES}.items():
        answered, got = ask(site, "/" + path)
        assert answered.status == 200
        assert got == data or path == "feed.xml"
        assert answered.headers["Accept-Ranges"] == "bytes"
        assert answered.headers["X-Content-Type-Options"] == "nosniff"
        head, nothing = ask(site, "/" + path, "HEAD")
        assert nothing == b""
        left_out = {"Date"}
        assert [h for h in head.getheaders() if h[0] not in left_out] == [
            h for h in answered.getheaders() if h[0] not in left_out
        ]
    assert ask(site, "/")[1] == TEXTS["index.html"]


def test_players_get_the_part_that_they_ask_for(site: Server) -> None:
    """206 with the bytes and where they belong; 416 behind the end; of several parts, the whole."""
    answered, got = ask(site, "/" + SOUND, Range="bytes=1000-1999")
    assert (answered.status, got) == (206, BYTES[1000:2000])
    assert answered.headers["Content-Range"] == f"bytes 1000-1999/{len(BYTES)}"
    assert answered.headers["Content-Type"] == "audio/mpeg"
    answered, got = ask(site, "/" + SOUND, Range="bytes=-128")
    assert (answered.status, got) == (206, BYTES[-128:])
    answered, got = ask(site, "/" + SOUND, Range=f"bytes={len(BYTES)}-")
    assert (answered.status, got) == (416, b"")
    assert answered.headers["Content-Range"] == f"bytes */{len(BYTES)}"
    answered, got = ask(site, "/" + SOUND, Range="bytes=0-1,4-5")
    assert (answered.status, got) == (200, BYTES)
    answered, got = ask(site, "/" + SOUND, "HEAD", Range="bytes=0-1")
    assert (answered.status, answered.headers["Content-Length"]) == (200, str(len(BYTES)))
    answered, got = ask(site, "/images/empty-0123456789ab.png", Range="bytes=0-")
    assert answered.status == 416


def test_what_did_not_change_is_not_sent_again(site: Server, folder: Path) -> None:
    """The tag of before gets 304, also after a build that changed nothing of it; else the new."""
    for path in ("/index.html", "/feed.xml", "/" + SOUND):
        first, _ = ask(site, path)
        tag = first.headers["ETag"]
        assert re.fullmatch(r'"[0-9a-f-]+"', tag)
        again, got = ask(site, path, If_None_Match=tag)
        assert (again.status, got, again.headers["ETag"]) == (304, b"", tag)
        if path != "/feed.xml":
            dated = first.headers["Last-Modified"]
            assert ask(site, path, If_Modified_Since=dated)[0].status == 304
    tags = {path: ask(site, path)[0].headers["ETag"] for path in ("/index.html", "/" + SOUND)}
    write(folder, texts={**TEXTS, "index.html": TEXTS["index.html"][::-1]})
    assert ask(site, "/" + SOUND, If_None_Match=tags["/" + SOUND])[0].status == 304
    answered, got = ask(site, "/index.html", If_None_Match=tags["/index.html"])
    assert (answered.status, got) == (200, TEXTS["index.html"][::-1])


def test_parts_of_two_versions_are_never_joined(site: Server, folder: Path) -> None:
    """If-Range with the tag of before gets the whole of what is there now."""
    tag = ask(site, "/index.html")[0].headers["ETag"]
    asked = {"Range": "bytes=5-9", "If_Range": tag}
    assert ask(site, "/index.html", **asked)[0].status == 206
    write(folder, texts={**TEXTS, "index.html": TEXTS["index.html"][::-1]})
    answered, got = ask(site, "/index.html", **asked)
    assert (answered.status, got) == (200, TEXTS["index.html"][::-1])


def test_media_may_be_read_by_players_of_other_sites(site: Server) -> None:
    """Sound, captions and chapters are open to all; feed and pages are not."""
    for path in (SOUND, "media/quiet-0123456789ab.vtt", "media/quiet-0123456789ab.chapters.json"):
        for headers in ({}, {"Range": "bytes=0-1"}, {"Range": "bytes=99999999-"}):
            answered, _ = ask(site, "/" + path, Origin="https://player.example", **headers)
            assert answered.headers["Access-Control-Allow-Origin"] == "*"
            assert "Content-Range" in answered.headers["Access-Control-Expose-Headers"]
    answered, _ = ask(site, "/" + SOUND, "OPTIONS", Origin="https://player.example")
    assert answered.status == 204
    assert "Range" in answered.headers["Access-Control-Allow-Headers"]
    for path in ("/", "/feed.xml", "/listen/quiet.html"):
        assert "Access-Control-Allow-Origin" not in ask(site, path)[0].headers
        assert "Access-Control-Allow-Origin" not in ask(site, path, "OPTIONS")[0].headers


def test_the_feed_names_the_address_that_it_was_asked_by(site: Server) -> None:
    """What the feed names can be fetched from here, whatever this machine was called."""
    for host in (f"127.0.0.1:{site.port}", f"localhost:{site.port}"):
        answered, got = ask(site, "/feed.xml", Host=host)
        assert b"example.org" not in got
        assert f'url="http://{host}/{SOUND}"'.encode() in got
        assert int(answered.headers["Content-Length"]) == len(got)
        part, some = ask(site, "/feed.xml", Host=host, Range="bytes=10-19")
        assert (part.status, some) == (206, got[10:20])


def test_one_connection_serves_many_requests(site: Server) -> None:
    """A client may ask again on the same connection, and before it was answered."""
    asked = f"GET /index.html HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\n\r\n".encode()
    got = raw(site, asked * 50)
    assert got.count(b"HTTP/1.1 200 OK") == 50
    assert got.count(TEXTS["index.html"]) == 50


def test_words_are_told_where_nothing_is(site: Server) -> None:
    """404 and 405 say in plain words where to go; nothing that was asked is repeated."""
    answered, got = ask(site, "/listen/%3Cscript%3E.html")
    assert answered.status == 404
    assert got == b"There is nothing here. The meditations are at /\n"
    assert answered.headers["Content-Type"] == "text/plain; charset=utf-8"
    for method in ("POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"):
        answered, _ = ask(site, "/index.html", method)
        assert (answered.status, answered.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")


# What it never gives.


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


# Many listeners, slow listeners, listeners who go away.


def test_many_readers_at_once_get_their_own_bytes(site: Server) -> None:
    """64 connections with 20 ranges each: every byte is the right one."""

    def read(seed: int) -> int:
        chance = random.Random(seed)
        client = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
        for _ in range(20):
            first = chance.randrange(len(BYTES))
            last = chance.randrange(first, min(first + 200_000, len(BYTES)))
            client.request("GET", "/" + SOUND, headers={"Range": f"bytes={first}-{last}"})
            answered = client.getresponse()
            assert (answered.status, answered.read()) == (206, BYTES[first : last + 1])
        client.close()
        return 20

    with ThreadPoolExecutor(64) as readers:
        assert sum(readers.map(read, range(64))) == 64 * 20


def test_a_build_breaks_no_reader(site: Server, folder: Path) -> None:
    """While the folder is replaced again and again, everything that it always held is found."""
    stopped = threading.Event()

    def read(path: str) -> int:
        count = 0
        while not stopped.is_set():
            answered, got = ask(site, path)
            assert answered.status == 200, (path, answered.status)
            assert len(got) == int(answered.headers["Content-Length"])
            count += 1
        return count

    with ThreadPoolExecutor(3) as readers:
        reading = [readers.submit(read, path) for path in ("/", "/feed.xml", "/" + SOUND)]
        for number in range(100):
            write(folder, texts={**TEXTS, "index.html": b"<!doctype html>%d" % number})
        stopped.set()
        assert min(each.result(30) for each in reading) > 10


def test_a_folder_that_is_gone_is_waited_for_and_then_told(site: Server, folder: Path) -> None:
    """Somebody who asks in between is served when it comes back, and told when it does not."""
    away = folder.with_name("away")
    folder.rename(away)
    timer = threading.Timer(0.3, away.rename, (folder,))
    timer.start()
    assert ask(site, "/")[0].status == 200
    timer.join(5)
    folder.rename(away)
    since = time.monotonic()
    answered, got = ask(site, "/")
    assert PATIENCE_S <= time.monotonic() - since < PATIENCE_S + 2
    assert (answered.status, answered.headers["Retry-After"]) == (503, "5")
    assert b"meditations build" in got


def test_a_paused_player_is_waited_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A player that takes no bytes for a while gets the rest when it goes on."""
    monkeypatch.setattr(handler.Handler, "timeout", 0.2)
    monkeypatch.setattr(handler, "ASKING_TIMEOUT_S", 0.2)
    much = BYTES * 8  # more than the system keeps on the way
    write(folder, much)
    with (
        served(folder) as site,
        socket.create_connection(("127.0.0.1", site.port), timeout=10) as player,
    ):
        player.sendall(f"GET /{SOUND} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        got = bytearray(player.recv(2048))
        time.sleep(1.0)
        while piece := player.recv(1 << 18):
            got += piece
    assert bytes(got).partition(b"\r\n\r\n")[2] == much


def test_idle_connections_make_room(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where every place is taken by somebody who asks for nothing, the next is served soon."""
    monkeypatch.setattr(server, "MOST_AT_ONCE", 4)
    monkeypatch.setattr(handler.Handler, "timeout", 0.5)
    with served(folder) as site, contextlib.ExitStack() as idle:
        for _ in range(6):
            idle.enter_context(socket.create_connection(("127.0.0.1", site.port), timeout=10))
        assert ask(site, "/")[0].status == 200


def test_who_goes_away_is_not_spoken_of(site: Server, capfd: pytest.CaptureFixture[str]) -> None:
    """A listener who leaves in the middle, politely or not, is no fault and no message."""
    for linger in (b"\0" * 8, b"\1\0\0\0\0\0\0\0"):
        for _ in range(5):
            with socket.create_connection(("127.0.0.1", site.port), timeout=10) as leaving:
                leaving.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                leaving.sendall(f"GET /{SOUND} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
                leaving.recv(100)
    assert ask(site, "/")[0].status == 200
    assert capfd.readouterr() == ("", "")


# Ports and hosts.


def test_ports_that_are_taken(site: Server, folder: Path) -> None:
    """The next free port is used where none was asked for; else the message says what to do."""
    with pytest.raises(MeditationError, match=f"port {site.port} is taken") as caught:
        start_server(folder, "127.0.0.1", site.port)
    assert "--port" in caught.value.mend
    with start_server(folder, "127.0.0.1", site.port, tries=20) as second:
        assert site.port < second.port < site.port + 20


@pytest.mark.parametrize("host", ["192.0.2.77", ".", "a b", "-"])
def test_hosts_that_are_not_here(host: str, folder: Path) -> None:
    """An address that is none of this machine's is told in words."""
    with pytest.raises(MeditationError, match="is no address of this machine"):
        start_server(folder, host, 0)


def _here() -> Iterator[str]:
    """Names and numbers of this machine; a container may have none of IPv6."""
    yield from ("localhost", "127.0.0.1", "127.0.0.2")
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6) as trying:
        trying.bind(("::1", 0))
        yield "::1"


@pytest.mark.parametrize("host", list(_here()))
def test_this_machine_alone_by_any_of_its_names(host: str, folder: Path) -> None:
    """Loopback addresses of both kinds are served to this machine alone."""
    with start_server(folder, host, 0) as running:
        assert running.own_machine
        assert running.address.startswith("http://")


def test_the_whole_network_when_told(folder: Path) -> None:
    """With an address that means everywhere, other names are answered, and a real one is shown."""
    with start_server(folder, "0.0.0.0", 0) as running:
        assert not running.own_machine
        assert "0.0.0.0" not in running.address
        thread = threading.Thread(target=running.serve_forever, args=(0.02,))
        thread.start()
        try:
            answered, got = ask(running, "/feed.xml", Host=f"phone.example:{running.port}")
            assert answered.status == 200
            assert f"http://phone.example:{running.port}/{SOUND}".encode() in got
            answered, got = ask(running, "/feed.xml", Host='x"><script>')
            assert (answered.status, b"script" in got) == (200, False)
        finally:
            running.shutdown()
            thread.join(10)


# Real players.


def _tone(file: Path) -> None:
    """Sixteen minutes of a tone, by turns a minute low and a minute high."""
    subprocess.run(
        [str(ffmpeg()), "-v", "error", "-f", "lavfi", "-i",
         "aevalsrc=0.1*sin(2*PI*t*if(lt(t\\,60)\\,300\\,900)):s=48000:d=120", "-b:a", "128k",
         "-write_xing", "0", "-id3v2_version", "0", "-write_id3v1", "0", str(file)],
        check=True, timeout=60,
    )  # fmt: skip
    file.write_bytes(file.read_bytes() * 8)


@pytest.fixture
def tone(tmp_path: Path) -> Iterator[str]:
    """The address of a real MP3 of sixteen minutes."""
    source = tmp_path / "tone.mp3"
    _tone(source)
    media = Media(source, SOUND, "audio/mpeg", source.stat().st_size)
    folder = tmp_path / "build" / "podcast"
    write_folder(folder, Contents((media,), TEXTS))
    with served(folder) as running:
        yield running.address + SOUND


def _run(*command: str, **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=True, stdin=subprocess.DEVNULL,
        **more,
    )  # fmt: skip


def test_ffmpeg_seeks_over_http(tone: str) -> None:
    """ffmpeg jumps to a place in the sound without fetching what lies before it."""
    told = _run(str(ffmpeg()), "-v", "trace", "-ss", "940", "-i", tone, "-t", "1", "-f", "null",
                "-")  # fmt: skip
    assert re.search(r"Range: bytes=15\d{6}-", told.stderr)
    assert told.stderr.count("206 Partial Content") >= 2


@pytest.mark.server
def test_ffprobe_reads_the_length_over_http(tone: str) -> None:
    """ffprobe knows how long a track is."""
    told = _run(
        "ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", tone
    )
    assert abs(float(told.stdout) - 960) < 1


@pytest.mark.server
@pytest.mark.parametrize(("start", "high"), [(40, False), (100, True), (880, False), (940, True)])
def test_mpv_seeks_over_http(start: int, high: bool, tone: str, tmp_path: Path) -> None:
    """mpv starts anywhere in a track that it fetches, and plays what is there."""
    out = tmp_path / "heard.wav"
    _run("mpv", "--no-config", "--no-video", f"--start={start}", "--length=1", "--ao=pcm",
         f"--ao-pcm-file={out}", tone)  # fmt: skip
    told = _run(str(ffmpeg()), "-v", "info", "-i", str(out), "-af",
                "lowpass=f=450,lowpass=f=450,astats", "-f", "null", "-")  # fmt: skip
    level = re.search(r"RMS level dB: (-?[\d.]+)", told.stderr)
    assert level is not None
    assert (float(level[1]) < -30) == high


@pytest.mark.server
def test_curl_goes_on_where_it_stopped(tone: str, tmp_path: Path) -> None:
    """curl resumes a download, and the file is whole."""
    whole, part = tmp_path / "whole.mp3", tmp_path / "part.mp3"
    _run("curl", "-sSf", "-o", str(whole), tone)
    part.write_bytes(whole.read_bytes()[:123_456])
    _run("curl", "-sSf", "-C", "-", "-o", str(part), tone)
    assert part.read_bytes() == whole.read_bytes()


@pytest.mark.browser
def test_chromium_seeks_in_a_track(tone: str) -> None:
    """In a real browser the length of a track is known, and any place in it can be jumped to."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playing:
        browser = playing.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"], timeout=30_000
        )
        page = browser.new_page()
        page.goto(tone.removesuffix(SOUND), timeout=20_000)
        reached = page.evaluate(
            """sound => new Promise((done, failed) => {
                 const audio = new Audio(sound);
                 audio.onerror = () => failed(audio.error.message);
                 audio.onloadedmetadata = () => { audio.currentTime = 940; };
                 audio.onseeked = () => done([audio.duration, audio.currentTime]);
                 setTimeout(() => failed("too late"), 15000);
               })""",
            "/" + SOUND,
        )
        browser.close()
    assert abs(reached[0] - 960) < 1
    assert abs(reached[1] - 940) < 0.1
