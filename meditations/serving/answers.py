"""What is answered to a request for a file: status, headers, and which of its bytes."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from meditations.podcast.hosting import cache_of, open_to_all, type_of
from meditations.serving.compressing import is_text
from meditations.serving.ranges import UNSATISFIABLE, asked_range, names_tag, range_holds

if TYPE_CHECKING:
    from email.message import Message

EXPOSED: Final = "Accept-Ranges, Content-Length, Content-Range, ETag, Last-Modified"
"""What a page of another site may read, besides the bytes."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a file as it is sent.

    Attributes:
        path: Below the folder.
        bytes: How many are sent.
        tag: Its entity tag.
        modified: When it was last changed.
        compressed: Whether it is sent as gzip.
    """

    path: str
    bytes: int
    tag: str
    modified: str
    compressed: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered.

    Attributes:
        status: The status.
        headers: Names and values, in order.
        start: The first byte of the file that is sent.
        count: How many are sent; 0 where there is no body.
    """

    status: HTTPStatus
    headers: tuple[tuple[str, str], ...]
    start: int = 0
    count: int = 0


def answer(facts: Facts, asked: Message, *, head: bool) -> Answer:
    """The answer to a GET, or, where `head`, to a HEAD.

    The order of the conditions is that of RFC 9110, section 13.2.2.
    """
    kept = _kept(facts)
    match, none_match = asked.get("If-Match"), asked.get("If-None-Match")
    if match is not None and not names_tag(match, facts.tag, weakly=False):
        return Answer(HTTPStatus.PRECONDITION_FAILED, (*kept, ("Content-Length", "0")))
    if none_match is not None:
        if names_tag(none_match, facts.tag, weakly=True):
            return Answer(HTTPStatus.NOT_MODIFIED, kept)
    elif asked.get("If-Modified-Since", "").strip() == facts.modified:
        return Answer(HTTPStatus.NOT_MODIFIED, kept)
    part = None
    # A range means something to GET only.
    if not head and range_holds(asked.get("If-Range"), facts.tag, facts.modified):
        part = asked_range(asked.get("Range"), facts.bytes)
    if part is None:
        told = (*_of(facts), ("Content-Length", str(facts.bytes)))
        return Answer(HTTPStatus.OK, told, 0, 0 if head else facts.bytes)
    if part == UNSATISFIABLE:
        told = (("Content-Range", f"bytes */{facts.bytes}"), ("Content-Length", "0"))
        return Answer(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, (*_of(facts), *told))
    last = part.start + part.count - 1
    told = (
        ("Content-Range", f"bytes {part.start}-{last}/{facts.bytes}"),
        ("Content-Length", str(part.count)),
    )
    return Answer(HTTPStatus.PARTIAL_CONTENT, (*_of(facts), *told), part.start, part.count)


def _kept(facts: Facts) -> tuple[tuple[str, str], ...]:
    """What a cache keeps beside a file, and may learn anew without its bytes."""
    headers = [
        ("ETag", facts.tag),
        ("Last-Modified", facts.modified),
        ("Cache-Control", cache_of(facts.path)),
    ]
    if is_text(facts.path):
        headers.append(("Vary", "Accept-Encoding"))
    if open_to_all(facts.path):
        headers += [
            ("Access-Control-Allow-Origin", "*"),
            ("Access-Control-Expose-Headers", EXPOSED),
        ]
    return tuple(headers)


def _of(facts: Facts) -> tuple[tuple[str, str], ...]:
    # Of a compressed file nobody gets a part: it would be one of the compressed bytes.
    how = ("Content-Encoding", "gzip") if facts.compressed else ("Accept-Ranges", "bytes")
    return (
        ("Content-Type", type_of(facts.path)),
        how,
        ("X-Content-Type-Options", "nosniff"),
        *_kept(facts),
    )


def preflight(path: str) -> Answer:
    """The answer to OPTIONS, with which a browser asks whether a page of another site may read."""
    headers: tuple[tuple[str, str], ...] = (("Allow", "GET, HEAD, OPTIONS"),)
    if open_to_all(path):
        headers += (
            ("Access-Control-Allow-Origin", "*"),
            ("Access-Control-Allow-Methods", "GET, HEAD"),
            ("Access-Control-Allow-Headers", "Range, If-Range, If-None-Match, If-Modified-Since"),
            ("Access-Control-Max-Age", "86400"),
        )
    return Answer(HTTPStatus.NO_CONTENT, headers)
