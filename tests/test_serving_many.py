"""Many listeners, slow ones, some who go away; ports and hosts."""

from __future__ import annotations

import contextlib
import http.client
import random
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.serving import BYTES, SOUND, TEXTS, ask, served, write

from meditations.errors import MeditationError
from meditations.serving import Server, handler, server, start_server
from meditations.serving.finding import PATIENCE_S

if TYPE_CHECKING:
    from collections.abc import Iterator


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
