"""After an upload: what the site is asked, and what is told of its answers."""

from __future__ import annotations

import contextlib
import ssl
import subprocess
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from support.publishing import SITE, make_folder

from meditations.publishing.headers import headers_for
from meditations.publishing.site_checks import check_site
from meditations.publishing.upload import Upload, read_upload

if TYPE_CHECKING:
    from collections.abc import Iterator


TWO: Final = {"five-senses": 1, "then-and-now": 1}


class _Plain(SimpleHTTPRequestHandler):
    """Python's own server: no ranges, types that it guesses, no CORS, no caching."""

    def log_message(self, *_: Any) -> None:
        pass


class _Good(_Plain):
    """A server that does what podcast apps need."""

    def end_headers(self) -> None:
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Cache-Control", headers_for(self.path.strip("/")).cache)
        super().end_headers()

    def guess_type(self, path: Any) -> str:
        return headers_for(self.path.strip("/")).type

    def do_GET(self) -> None:
        if self.headers["Range"] != "bytes=0-1":
            super().do_GET()
            return
        with open(self.translate_path(self.path), "rb") as stream:  # noqa: PTH123
            data = stream.read()
        self.send_response(206)
        self.send_header("Content-Range", f"bytes 0-1/{len(data)}")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(data[:2])


@contextlib.contextmanager
def serving(
    folder: Path, handler: type[_Plain], context: ssl.SSLContext | None = None
) -> Iterator[str]:
    """Serves a folder on this machine; its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder)))
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)


def _uploaded(tmp_path: Path) -> tuple[Path, Upload]:
    folder = make_folder(tmp_path, TWO)
    return folder, read_upload(folder, SITE)


def test_a_good_site_gets_no_remark(tmp_path: Path) -> None:
    """Where types, ranges, caching and CORS are right there is nothing to say."""
    folder, upload = _uploaded(tmp_path)
    with serving(folder, _Good) as site:
        assert check_site(site, upload) == []


def test_a_site_that_apps_fail_on_is_told(tmp_path: Path) -> None:
    """Python's own server ignores ranges, guesses types and allows no player in a browser."""
    folder, upload = _uploaded(tmp_path)
    with serving(folder, _Plain) as site:
        remarks = check_site(site, upload) or []
    told = " | ".join(remark.what for remark in remarks)
    assert "byte ranges are not answered with 206" in told
    assert "may not read transcripts" in told
    assert "immutable" in told
    assert ".srt" in told or ".chapters.json" in told or "chapters.json" in told
    assert any(remark.grave for remark in remarks)
    assert all(remark.mend for remark in remarks)


class _Cutting(_Good):
    """A proxy that says 206 and gives other bytes, as from a file that it keeps compressed."""

    def do_GET(self) -> None:
        if self.headers["Range"] != "bytes=0-1":
            super().do_GET()
            return
        size = Path(self.translate_path(self.path)).stat().st_size
        self.send_response(206)
        self.send_header("Content-Range", f"bytes 0-1/{size}")
        self.send_header("Content-Length", "1")
        self.end_headers()
        self.wfile.write(b"\x1f")


def test_a_site_that_gives_other_bytes_is_told(tmp_path: Path) -> None:
    """A part is looked at, and not only what is said of it."""
    folder, upload = _uploaded(tmp_path)
    with serving(folder, _Cutting) as site:
        remarks = check_site(site, upload) or []
    assert [remark.grave for remark in remarks] == [True]
    assert "byte ranges" in remarks[0].what


class _Locked(_Good):
    """A server that may not read what was uploaded."""

    def send_head(self) -> None:
        self.send_error(403)


def test_a_site_that_may_not_read_is_told(tmp_path: Path) -> None:
    """Where rights are missing it is said so, and nobody is told to send it all again."""
    folder, upload = _uploaded(tmp_path)
    with serving(folder, _Locked) as site:
        remarks = check_site(site, upload) or []
    assert remarks
    assert {remark.grave for remark in remarks} == {True}
    assert all("has to be let read" in remark.mend for remark in remarks)


def test_a_site_with_other_files_is_told(tmp_path: Path) -> None:
    """Missing and cut media are grave; a feed from a cache is only said."""
    folder, upload = _uploaded(tmp_path)
    first, second = sorted((folder / "media").glob("*.mp3"))
    first.unlink()
    second.unlink()
    second.write_bytes(b"short")
    (folder / "feed.xml").write_bytes(b"<rss/>")
    with serving(folder, _Good) as site:
        remarks = check_site(site, upload) or []
    grave = {remark.what: remark.grave for remark in remarks}
    assert grave[f"HEAD media/{first.name} is answered with 404"]
    assert grave[f"media/{second.name} has 5 bytes there instead of 200000"]
    assert not grave[f"{site}feed.xml is not yet the feed that was sent"]


@pytest.mark.server
def test_a_site_with_a_wrong_certificate_is_told(tmp_path: Path) -> None:
    """A certificate that apps refuse is grave, and not the silence of a site that is off."""
    folder, upload = _uploaded(tmp_path)
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-subj", "/CN=127.0.0.1",
         "-keyout", str(key), "-out", str(certificate)],
        check=True, timeout=30, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with serving(folder, _Good, context) as site:
        remarks = check_site(site.replace("http:", "https:"), upload) or []
    assert [remark.grave for remark in remarks] == [True]
    assert "is refused: self" in remarks[0].what


def test_a_site_that_does_not_answer_is_no_fault(tmp_path: Path) -> None:
    """A name that is not yet known, or a server that is off, is told and no more."""
    _, upload = _uploaded(tmp_path)
    assert check_site("http://127.0.0.1:9/", upload) is None
