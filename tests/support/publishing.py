"""Made-up podcasts, servers to publish them to, and a reader that trusts nothing."""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from meditations.podcast.episodes import SHORT, Media
from meditations.podcast.folder import Contents, write_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SITE: Final = "https://podcast.example/meditations/"
TYPES: Final = {
    ".mp3": "audio/mpeg",
    ".vtt": "text/vtt",
    ".srt": "application/x-subrip",
    ".txt": "text/plain",
    ".chapters.json": "application/json+chapters",
    ".png": "image/png",
}
PUBLICATIONS: Final = (
    {"five-senses": 1},
    {"five-senses": 1, "a-kind-hand": 1},  # a new episode
    {"five-senses": 2, "a-kind-hand": 1},  # a track that was made anew
    {"five-senses": 2, "small-joys": 1},  # one gone on purpose, a new one
    {"five-senses": 1, "small-joys": 2, "then-and-now": 1},  # an old track again, and more
)
"""Five publications that differ: the version of each track that is in them."""
RETIRED: Final = frozenset({"guid-a-kind-hand", *(f"guid-track-{n}" for n in range(3))})
"""Guids of tracks that come and go on purpose."""


def make_folder(
    root: Path, tracks: Mapping[str, int], size: int = 200_000, site: str = SITE, note: str = "1"
) -> Path:
    """A podcast's folder below `root` whose tracks are noise of `size` bytes.

    Args:
        root: Where sources and the folder lie.
        tracks: The version of each track, by slug.
        size: Bytes of each MP3.
        site: Where it will be found.
        note: Stands on the page: of equal length, it changes no size.
    """
    media: list[Media] = []
    items = []
    for slug, version in tracks.items():
        files = {suffix: _file(root, slug, version, suffix, size) for suffix in TYPES}
        media += files.values()
        items.append(_item(slug, files, site))
    feed = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel>'
        f"<title>Made up</title><link>{site}</link>{''.join(items)}</channel></rss>\n"
    )
    style = b"body { margin: 0 }"
    hashed = f"assets/style-{hashlib.sha256(style).hexdigest()[:SHORT]}.css"
    links = "".join(f'<a href="listen/{slug}.html">{slug}</a>' for slug in tracks)
    texts = {
        "feed.xml": feed.encode(),
        "index.html": f"<!doctype html><link href={hashed}><p>{note}</p>{links}".encode(),
        hashed: style,
        "sw.js": f"// {note}\n".encode(),
        "manifest.webmanifest": b"{}",
        **{f"listen/{slug}.html": f"<p>{slug} {note}</p>".encode() for slug in tracks},
    }
    folder = root / "build" / "podcast"
    write_folder(folder, Contents(tuple(media), texts))
    return folder


def _file(root: Path, slug: str, version: int, suffix: str, size: int) -> Media:
    source = root / "tracks" / f"{slug}-{version}{suffix}"
    source.parent.mkdir(parents=True, exist_ok=True)
    bytes_ = size if suffix == ".mp3" else 700
    if not source.exists() or source.stat().st_size != bytes_:
        source.write_bytes(random.Random(source.name).randbytes(bytes_))
    digest = hashlib.sha256(source.read_bytes()).hexdigest()[:SHORT]
    folder = "images" if suffix == ".png" else "media"
    return Media(source, f"{folder}/{slug}-{digest}{suffix}", TYPES[suffix], bytes_)


def _item(slug: str, files: Mapping[str, Media], site: str) -> str:
    mp3, image = files[".mp3"], files[".png"]
    others = "".join(
        f'<podcast:transcript url="{site}{file.path}" type="{file.type}"/>'
        for suffix, file in files.items()
        if suffix not in (".mp3", ".png")
    )
    return (
        f'<item><title>{slug}</title><guid isPermaLink="false">guid-{slug}</guid>'
        f'<enclosure url="{site}{mp3.path}" length="{mp3.bytes}" type="audio/mpeg"/>'
        f'<itunes:image href="{site}{image.path}"/><link>{site}listen/{slug}.html</link>'
        f"{others}</item>"
    )


class Shelf(Protocol):
    """What a reader sees of a target."""

    def read(self, path: str) -> bytes | None:
        """The bytes of a file, or None."""


@dataclass(frozen=True)
class FolderShelf:
    """A folder, seen as the web server sees it that serves it."""

    root: Path

    def read(self, path: str) -> bytes | None:
        """The bytes of a file, or None."""
        try:
            return (self.root / path).read_bytes()
        except FileNotFoundError:
            return None


@dataclass(frozen=True)
class WebShelf:
    """A site, read over HTTP."""

    base: str

    def read(self, path: str) -> bytes | None:
        """The bytes of a file, or None."""
        try:
            with urllib.request.urlopen(self.base + path, timeout=20) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                if error.code == 404:
                    return None
            raise


@dataclass
class Reader:
    """Reads the feed and all that it names, again and again, and notes what is not as promised."""

    shelf: Shelf
    site: str = SITE
    reads: int = 0
    faults: list[str] = field(default_factory=list)
    feeds: set[bytes] = field(default_factory=set)
    _stopped: threading.Event = field(default_factory=threading.Event)

    def read(self) -> None:
        """Reads once."""
        feed = self.shelf.read("feed.xml")
        self.reads += 1
        if feed is None:
            if self.feeds:
                self.faults.append("the feed went away")
            return
        self.feeds.add(feed)
        text = feed.decode()
        if not text.endswith("</rss>\n"):
            self.faults.append(f"half a feed of {len(feed)} bytes")
        sizes = dict(re.findall(rf'url="{self.site}([^"]+)" length="(\d+)"', text))
        for path in sorted(set(re.findall(rf"{self.site}([a-z]+/[^\"<]+)", text))):
            data = self.shelf.read(path)
            if data is None:
                self.faults.append(f"the feed names {path}, which is not there")
            elif path in sizes and len(data) != int(sizes[path]):
                self.faults.append(f"{path} has {len(data)} bytes, not {sizes[path]}")
            elif not path.startswith("listen/"):
                named = re.findall(r"-([0-9a-f]{12})\.", path)[-1]
                if not hashlib.sha256(data).hexdigest().startswith(named):
                    self.faults.append(f"{path} holds something else")

    @contextlib.contextmanager
    def reading(self) -> Iterator[Reader]:
        """Reads on in a thread of its own until the end of the block."""

        def work() -> None:
            while not self._stopped.is_set():
                try:
                    self.read()
                except Exception as error:  # noqa: BLE001 - whatever it is, it is a fault
                    self.faults.append(repr(error))

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._stopped.set()
            thread.join(timeout=60)

    def wait_for(self, reads: int) -> None:
        """Waits until so many reads were made in all."""
        deadline = time.monotonic() + 120
        while self.reads < reads and time.monotonic() < deadline:
            time.sleep(0.02)
        assert self.reads >= reads


@dataclass(frozen=True)
class SshServer:
    """A real sshd, our own, that serves this machine's files.

    Attributes:
        port: On which it listens, at 127.0.0.1.
        home: A home folder with a key that it lets in, and with its own key known.
        user: As whom.
    """

    port: int
    home: Path
    user: str

    def target(self, folder: Path) -> str:
        """A folder as a target."""
        return f"sftp://{self.user}@127.0.0.1:{self.port}{folder}"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _key(file: Path) -> str:
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", str(file)],
        check=True, timeout=30,
    )  # fmt: skip
    return file.with_suffix(".pub").read_text("utf-8")


@contextlib.contextmanager
def ssh_server(
    root: Path, port: int | None = None, subsystem: str = "internal-sftp"
) -> Iterator[SshServer]:
    """Starts an sshd as a child and ends it; keys are made at the first start in `root`."""
    root.mkdir(exist_ok=True)
    home, config = root / "home", root / "sshd_config"
    port = port or free_port()
    user = subprocess.run(
        ["id", "-un"], check=True, capture_output=True, text=True, timeout=10
    ).stdout.strip()
    if not (root / "host").exists():
        (home / ".ssh").mkdir(parents=True, mode=0o700)
        host = _key(root / "host")
        (root / "authorized").write_text(_key(home / ".ssh" / "id_ed25519"), "utf-8")
        known = f"[127.0.0.1]:{port} {host}"
        (home / ".ssh" / "known_hosts").write_text(known, "utf-8")
    config.write_text(
        f"ListenAddress 127.0.0.1\nPort {port}\nHostKey {root / 'host'}\n"
        f"AuthorizedKeysFile {root / 'authorized'}\nPidFile none\nUsePAM no\nStrictModes no\n"
        "PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin yes\n"
        f"Subsystem sftp {subsystem}\n",
        "utf-8",
    )
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    with listening(["/usr/sbin/sshd", "-D", "-e", "-f", str(config)], port, root / "log"):
        yield SshServer(port, home, user)


@contextlib.contextmanager
def listening(command: list[str], port: int, log: Path) -> Iterator[None]:
    """Runs a server as a child from when it listens on a port to the end of the block."""
    with log.open("ab") as stream:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream)
    try:
        _await_port(port, child)
        yield
    finally:
        child.terminate()
        child.wait(timeout=20)


def _await_port(port: int, child: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        assert child.poll() is None, "the server ended at once"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise AssertionError("the server does not listen")


@contextlib.contextmanager
def nginx(root: Path) -> Iterator[str]:
    """Starts nginx with the settings of docs/publishing.md, over `root` in the place of /var/www.

    Gives the address of the folder `meditations` below it.
    """
    text = (Path(__file__).parents[2] / "docs" / "publishing.md").read_text("utf-8")
    settings = text.split("```nginx\n")[1].split("```")[0].replace("/var/www", str(root))
    port, own = free_port(), root / "nginx"
    own.mkdir()
    (own / "nginx.conf").write_text(
        f"user {'root' * (os.geteuid() == 0) or 'nobody'};"  # pytest's folders are its own
        f" daemon off; pid {own}/pid; error_log stderr; events {{ }}\n"
        f"http {{ access_log off; client_body_temp_path {own}/a; proxy_temp_path {own}/b;"
        f" fastcgi_temp_path {own}/c; uwsgi_temp_path {own}/d; scgi_temp_path {own}/e;"
        f" server {{ listen 127.0.0.1:{port};\n{settings} }} }}\n",
        "utf-8",
    )
    with listening(["nginx", "-c", str(own / "nginx.conf")], port, own / "log"):
        yield f"http://127.0.0.1:{port}/meditations/"


@contextlib.contextmanager
def s3_server(root: Path) -> Iterator[str]:
    """Starts moto's server, which speaks S3, as a child; its address."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with listening(command, port, root / "log"):
        yield f"http://127.0.0.1:{port}"


def publish_process(
    folder: Path, target: str, environment: Mapping[str, str], *, site: str = SITE
) -> subprocess.Popen[str]:
    """Publishes in a process of its own that can be killed."""
    tests = str(Path(__file__).resolve().parents[1])
    path = os.pathsep.join(filter(None, [tests, os.environ.get("PYTHONPATH")]))
    return subprocess.Popen(
        [sys.executable, "-m", "support.publish_once", str(folder), target, site],
        env={**os.environ, "PYTHONPATH": path, **environment}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


class Breaking:
    """A port in front of a server; connections break after some bytes, a few times.

    Attributes:
        port: On which it listens.
        broken: How many connections it has broken.
        passed: How many bytes have come by, in both directions.
    """

    def __init__(self, port: int, after: int, times: int) -> None:
        self._server = port
        self._after = after
        self._times = times
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.broken = 0
        self.passed = 0

    def __enter__(self) -> Breaking:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client = self._listener.accept()[0]
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._server), 10)
            server.settimeout(None)
            for end in (client, server):  # else each question waits 40 ms for its acknowledgement
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for pair in ((client, server), (server, client)):
                threading.Thread(target=self._pump, args=pair, daemon=True).start()

    def _breaks(self, passed: int) -> bool:
        with self._lock:
            breaks = passed > self._after and self.broken < self._times
            self.broken += breaks
            return breaks

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                passed += len(data)
                self.passed += len(data)
                if self._breaks(passed):
                    break
                sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
