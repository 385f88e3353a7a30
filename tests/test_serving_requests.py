"""What a request asks for: paths, ranges and conditions, and the feed with another site."""

from __future__ import annotations

from email.message import Message

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meditations.podcast.hosting import ASK_AGAIN, FOR_EVER, cache_of, type_of
from meditations.serving.addresses import is_loopback, path_parts, web_address
from meditations.serving.answers import Facts, answer
from meditations.serving.local_feed import site_of, with_site
from meditations.serving.ranges import UNSATISFIABLE, ByteRange, asked_range

FACTS = Facts("media/a-0123456789ab.mp3", 1_000, '"tag"', "Mon, 23 Nov 2026 05:00:00 GMT")


@pytest.mark.parametrize(
    ("target", "parts"),
    [
        ("/", ("index.html",)),
        ("/listen/", ("listen", "index.html")),
        ("/listen/a.html?from=120#t", ("listen", "a.html")),
        ("/media%2Fa.mp3", ("media", "a.mp3")),
        ("/caf%C3%A9.html", ("café.html",)),
        ("http://127.0.0.1:8000/feed.xml", ("feed.xml",)),
        ("http://127.0.0.1:8000", ("index.html",)),
        ("/?a=/../b", ("index.html",)),
    ],
)
def test_paths_are_read(target: str, parts: tuple[str, ...]) -> None:
    """A path leads through folders to a file, whatever stands before and behind it."""
    assert path_parts(target) == parts


@pytest.mark.parametrize(
    "target",
    [
        "", "*", "feed.xml", "//feed.xml", "/listen//a.html", "/./feed.xml", "/../feed.xml",
        "/listen/../feed.xml", "/%2e%2e/feed.xml", "/%2E%2e%2Ffeed.xml", "/..%2ffeed.xml",
        "/.%00./feed.xml", "/feed.xml%00.html", "/..\\feed.xml", "/..%5Cfeed.xml", "/c:/feed.xml",
        "/C%3A%5Cfeed.xml", "/feed.xml::$DATA", "/.hidden", "/listen/.git/config",
        "/%c0%ae%c0%ae/x",
        "/%ff", "/%", "/%2", "/%zz", "/%u002e", "/a\nb", "/a%0d%0aSet-Cookie:x", "/\x7f",
        "/" + "a" * 256, "/%E2%80%AEgpj.exe", "file:///etc/passwd", "/~root/" + "\u00ff",
    ],
)  # fmt: skip
def test_paths_that_could_lead_elsewhere_are_none(target: str) -> None:
    """Nothing that one system reads in another way than the next is looked for at all."""
    assert path_parts(target) is None


@given(st.text(max_size=60))
def test_no_path_leads_out(text: str) -> None:
    """Whatever is asked, no part of the path leads up, is hidden, or holds a separator."""
    for part in path_parts("/" + text) or ():
        assert part
        assert not part.startswith(".")
        assert not set(part) & set("/\\\0:")


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-", ByteRange(0, 1_000)),
        ("bytes=0-0", ByteRange(0, 1)),
        ("bytes=999-", ByteRange(999, 1)),
        ("bytes=200-299", ByteRange(200, 100)),
        ("bytes=200-99999", ByteRange(200, 800)),
        ("bytes=-1", ByteRange(999, 1)),
        ("bytes=-5000", ByteRange(0, 1_000)),
        ("Bytes = 0 - 9", ByteRange(0, 10)),
        ("bytes=0-" + "9" * 5_000, ByteRange(0, 1_000)),
        ("bytes=1000-", UNSATISFIABLE),
        ("bytes=" + "9" * 5_000 + "-", UNSATISFIABLE),
        ("bytes=-0", UNSATISFIABLE),
        ("bytes=9-5", None),
        ("bytes=-", None),
        ("bytes=", None),
        ("bytes=0-1,5-6", None),
        ("bytes=a-b", None),
        ("bytes=+1-5", None),
        ("bytes=１-５", None),
        ("chapters=1-2", None),
        ("", None),
        (None, None),
    ],
)
def test_ranges_are_read(header: str | None, part: ByteRange | None) -> None:
    """One part is sent as asked, one behind the end refused, all else answered with the whole."""
    assert asked_range(header, 1_000) == part


@given(st.integers(0, 40), st.integers(0, 60), st.integers(0, 60))
def test_a_range_is_a_slice(size: int, first: int, last: int) -> None:
    """A range gives the bytes that Python's slices give."""
    data = bytes(range(size))
    for header, expected in (
        (f"bytes={first}-{last}", data[first : last + 1]),
        (f"bytes={first}-", data[first:]),
        (f"bytes=-{last}", data[-last:] if last else b""),
    ):
        part = asked_range(header, size)
        if part is None:
            assert last < first or not size
        elif part == UNSATISFIABLE:
            assert expected == b""
        else:
            assert data[part.start : part.start + part.count] == expected != b""


def _status(**headers: str) -> int:
    asked = Message()
    for name, value in headers.items():
        asked[name.replace("_", "-")] = value
    return answer(FACTS, asked, head=False).status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"If_None_Match": '"tag"'}, 304),
        ({"If_None_Match": 'W/"tag"'}, 304),
        ({"If_None_Match": '"other", "tag"'}, 304),
        ({"If_None_Match": "*"}, 304),
        ({"If_None_Match": '"other"'}, 200),
        ({"If_None_Match": "tag"}, 200),
        ({"If_Modified_Since": FACTS.modified}, 304),
        ({"If_Modified_Since": "Mon, 23 Nov 2026 04:59:59 GMT"}, 200),
        ({"If_Modified_Since": "yesterday"}, 200),
        ({"If_None_Match": '"other"', "If_Modified_Since": FACTS.modified}, 200),
        ({"Range": "bytes=5-9", "If_None_Match": '"tag"'}, 304),
        ({"Range": "bytes=5-9"}, 206),
        ({"Range": "bytes=5-9", "If_Range": '"tag"'}, 206),
        ({"Range": "bytes=5-9", "If_Range": FACTS.modified}, 206),
        ({"Range": "bytes=5-9", "If_Range": 'W/"tag"'}, 200),
        ({"Range": "bytes=5-9", "If_Range": '"older"'}, 200),
        ({"Range": "bytes=5000-", "If_Range": '"older"'}, 200),
        ({"Range": "bytes=5000-"}, 416),
        ({"If_Match": '"tag"'}, 200),
        ({"If_Match": '"other"'}, 412),
        ({"If_Match": 'W/"tag"'}, 412),
    ],
)
def test_conditions_hold_as_the_standard_has_them(headers: dict[str, str], status: int) -> None:
    """Tags before dates, conditions before ranges; weak tags never join parts of a file."""
    assert _status(**headers) == status


@pytest.mark.parametrize(
    ("path", "kind", "cache"),
    [
        ("feed.xml", "application/rss+xml; charset=utf-8", ASK_AGAIN),
        ("index.html", "text/html; charset=utf-8", ASK_AGAIN),
        ("sw.js", "text/javascript; charset=utf-8", ASK_AGAIN),
        ("manifest.webmanifest", "application/manifest+json", ASK_AGAIN),
        ("assets/page-0123456789ab.css", "text/css; charset=utf-8", FOR_EVER),
        ("media/a-b-0123456789ab.mp3", "audio/mpeg", FOR_EVER),
        ("media/a-b-0123456789ab.vtt", "text/vtt; charset=utf-8", FOR_EVER),
        ("media/a-b-0123456789ab.srt", "application/x-subrip; charset=utf-8", FOR_EVER),
        ("media/a-b-0123456789ab.chapters.json", "application/json+chapters", FOR_EVER),
        ("images/a-0123456789ab.png", "image/png", FOR_EVER),
        ("media/five-senses.mp3", "audio/mpeg", ASK_AGAIN),
        ("listen/face-deadbeef00.html", "text/html; charset=utf-8", ASK_AGAIN),
        ("odd", "application/octet-stream", ASK_AGAIN),
    ],
)
def test_types_and_cache_headers(path: str, kind: str, cache: str) -> None:
    """Each file has its type; only what has its digest in its name is kept for ever."""
    assert (type_of(path), cache_of(path)) == (kind, cache)


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("127.0.0.1", True), ("127.0.0.1:8000", True), ("localhost:8000", True),
        ("LOCALHOST.", True), ("[::1]:8000", True), ("::1", True), ("a.localhost", True),
        ("192.168.0.4:8000", False), ("evil.example", False), ("localhost.evil.example", False),
        ("127.0.0.1.evil.example", False), ("127.0.0.1@evil", False), ("", False), ("a b", False),
    ],
)  # fmt: skip
def test_this_machine_is_known_by_its_names(host: str, own: bool) -> None:
    """Only names that always mean this machine do."""
    assert is_loopback(host) == own


def test_addresses_are_written_as_browsers_do() -> None:
    """IPv6 stands in brackets, and the port of the web is left out."""
    assert web_address("::1", 8000) == "http://[::1]:8000/"
    assert web_address("127.0.0.1", 80) == "http://127.0.0.1/"


def _feed(site: str) -> bytes:
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<rss xmlns:atom="http://www.w3.org/2005/Atom" version="2.0"><channel>
<atom:link type="text/html" rel="alternate" href="https://else.example/feed.xml"/>
<atom:link href="{site}feed.xml" rel="self" type="application/rss+xml"/>
<link>{site}</link>
<item><guid isPermaLink="false">1d3f</guid><link>{site}listen/a.html</link>
<enclosure url="{site}media/a-0123456789ab.mp3" length="5" type="audio/mpeg"/>
<description>&lt;a href="{site}listen/a.html"&gt;page&lt;/a&gt; {site}other/ {site}. x{site}
</description></item></channel></rss>""".encode()


@pytest.mark.parametrize(
    "site",
    ["http://localhost/", "https://example.org/meditations/", "https://example.org/a&amp;b/"],
)
def test_the_feed_names_this_machine(site: str) -> None:
    """Addresses of the feed, its page and its files change; words and others' addresses do not."""
    here = "http://127.0.0.1:8000/"
    feed = _feed(site)
    assert site_of(feed) == site.encode()
    local = with_site(feed, here).decode()
    assert f'<atom:link href="{here}feed.xml" rel="self"' in local
    assert f"<link>{here}</link>" in local
    assert f'<enclosure url="{here}media/a-0123456789ab.mp3"' in local
    assert f"{site}other/ {site}. " in local
    assert 'rel="alternate" href="https://else.example/feed.xml"' in local
    assert len(local) - len(feed) == 5 * (len(here) - len(site))


def test_a_feed_without_an_address_stays_as_it_is() -> None:
    """Where a feed does not say where it lies, nothing in it is touched."""
    feed = b"<rss><channel><link>https://example.org/</link></channel></rss>"
    assert with_site(feed, "http://127.0.0.1/") == feed
