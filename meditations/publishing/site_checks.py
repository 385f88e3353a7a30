"""After an upload: does the site give what was sent, in the way that podcast apps need?

Only the server can set types and headers where files were sent by SFTP or into a folder, so this
is where a maker learns what is still to be set there (docs/publishing.md tells how).
"""

from __future__ import annotations

import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import meditations
from meditations.publishing.headers import FEED, FOR_EVER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from meditations.publishing.upload import Item, Upload

ANSWER_S: Final = 20
MOST_CHECKED: Final = 3
"""Of each type of file so many are asked for: a server treats its files by type."""
MOST_READ: Final = 16_000_000
"""Bytes of an answer: enough for any feed, and not a whole track where a range is not honoured."""
_NEED_CORS: Final = (".vtt", ".srt", ".chapters.json")


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that a listener could meet on the site.

    Attributes:
        what: What it is, on one line.
        mend: What to do.
        grave: Whether an app fails because of it; otherwise it only works less well.
    """

    what: str
    mend: str
    grave: bool


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    def told(self, name: str) -> str:
        return self.headers.get(name.lower(), "")


def check_site(site: str, upload: Upload) -> list[Remark] | None:
    """Asks the site for the feed and for some files of each type; None if nothing answers.

    Args:
        site: The address of the folder, with a slash at its end.
        upload: What was sent.
    """
    try:
        feed = _ask(site + FEED)
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", None)
        if not isinstance(reason, ssl.SSLCertVerificationError):
            return None
        what = f"the certificate of {site} is refused: {reason.verify_message}"
        mend = "apps refuse it as well: have it renewed, or made for this name"
        return [Remark(what, mend, True)]
    remarks = list(_check_feed(feed, upload.feed, site))
    try:
        for item in _samples(upload.items):
            remarks += _check_item(item, site)
    except (OSError, HTTPException) as error:
        remarks.append(Remark(f"the site stopped answering: {error}", "try again later", True))
    return list(dict.fromkeys(remarks))


def _samples(items: Iterable[Item]) -> Iterator[Item]:
    """A few files of each type."""
    seen: dict[str, int] = {}
    for item in items:
        if item.path == FEED:
            continue
        seen[item.headers.type] = seen.get(item.headers.type, 0) + 1
        if seen[item.headers.type] <= MOST_CHECKED:
            yield item


def _check_feed(answer: _Answer, sent: bytes, site: str) -> Iterator[Remark]:
    if answer.status != 200:
        mend = _mend_status(answer, "does the server serve the folder that was uploaded to there?")
        yield Remark(f"{site}{FEED} is answered with {answer.status}", mend, True)
        return
    if "xml" not in answer.told("content-type"):
        yield _type_remark(FEED, answer, "application/rss+xml")
    if answer.body != sent:
        mend = "a cache may hold it for some minutes; if it stays so, the site is another folder"
        yield Remark(f"{site}{FEED} is not yet the feed that was sent", mend, False)
    if not (answer.told("etag") or answer.told("last-modified")):
        mend = "apps then fetch it whole each time: let the server send ETag or Last-Modified"
        yield Remark("the feed has neither ETag nor Last-Modified", mend, False)


def _mend_status(answer: _Answer, otherwise: str) -> str:
    if answer.status in (401, 403):
        return "the server, or in a bucket everyone, has to be let read what was uploaded"
    return otherwise


def _check_item(item: Item, site: str) -> Iterator[Remark]:
    url = site + quote(item.path)
    head = _ask(url, method="HEAD")
    if head.status != 200:
        mend = "apps ask this before they play" if _ask(url).status == 200 else "send it again"
        mend = _mend_status(head, mend)
        yield Remark(f"HEAD {item.path} is answered with {head.status}", mend, True)
        return
    wanted = item.headers.type.partition(";")[0]
    given = head.told("content-type").partition(";")[0].strip()
    if given != wanted and not (wanted.endswith("javascript") and given.endswith("javascript")):
        yield _type_remark(item.path, head, wanted)
    if item.path.startswith("media/"):
        yield from _check_media(item, url, head)
    if item.headers.cache == FOR_EVER and "immutable" not in head.told("cache-control"):
        mend = "let the server send Cache-Control: " + FOR_EVER
        folder = item.path.partition("/")[0]
        yield Remark(f"what lies in {folder}/ is not said to be immutable", mend, False)


def _check_media(item: Item, url: str, head: _Answer) -> Iterator[Remark]:
    length = head.told("content-length")
    if length and length != str(item.bytes):
        mend = "send it again; a server must not compress sound"
        yield Remark(f"{item.path} has {length} bytes there instead of {item.bytes}", mend, True)
    if item.path.endswith(".mp3"):
        part = _ask(url, ranged="bytes=0-1")
        with item.source.open("rb") as stream:
            wanted = (206, f"bytes 0-1/{item.bytes}", stream.read(2))
        if (part.status, part.told("content-range"), part.body) != wanted:
            mend = "apps cannot seek without, and some do not play: the server has to allow it"
            yield Remark("byte ranges are not answered with 206 and what was asked for", mend, True)
    if item.path.endswith(_NEED_CORS) and not head.told("access-control-allow-origin"):
        mend = "let the server send Access-Control-Allow-Origin: * for media/"
        yield Remark("apps in a browser may not read transcripts and chapters", mend, False)


def _type_remark(path: str, answer: _Answer, wanted: str) -> Remark:
    suffix = path.rpartition("/")[2].partition(".")[2]
    given = answer.told("content-type") or "no type"
    return Remark(
        f".{suffix} is served as {given}", f"let the server say {wanted}", path.endswith(".mp3")
    )


def _ask(url: str, method: str = "GET", ranged: str = "") -> _Answer:
    """One question; an answer that is an error is an answer too.

    Raises:
        OSError: If nothing answers.
    """
    headers = {
        "User-Agent": f"meditations/{meditations.__version__}",
        "Origin": "https://player.example",
        "Accept-Encoding": "identity",
    }
    if ranged:
        headers["Range"] = ranged
    request = urllib.request.Request(url, method=method, headers=headers)  # noqa: S310 - the channel allows http and https only
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_S) as answer:  # noqa: S310
            return _Answer(answer.status, _lower(answer.headers.items()), answer.read(MOST_READ))
    except urllib.error.HTTPError as error:
        with error:
            return _Answer(error.code, _lower(error.headers.items()), b"")


def _lower(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers}
