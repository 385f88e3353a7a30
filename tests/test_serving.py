"""The server, asked over real sockets: what a good web host answers."""

from __future__ import annotations

import re
from pathlib import Path

from support.serving import BYTES, SOUND, TEXTS, ask, raw, write

from meditations.serving import Server


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
