"""Byte ranges and conditions of a request, as RFC 9110 has them (sections 13 and 14)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_RANGE: Final = re.compile(r"bytes[ \t]*=[ \t]*([0-9]*)[ \t]*-[ \t]*([0-9]*)[ \t]*", re.IGNORECASE)
_TAGS: Final = re.compile(r'(W/)?("[^"]*")')
_MOST_DIGITS: Final = 18
"""No file has a size of more digits; Python refuses to read numbers of more than 4,300."""


@dataclass(frozen=True, slots=True)
class ByteRange:
    """A part of a file: its first byte, counted from 0, and the number of bytes, never 0."""

    start: int
    count: int


UNSATISFIABLE: Final = ByteRange(-1, 0)
"""The part that was asked for lies behind the end."""


def asked_range(header: str | None, size: int) -> ByteRange | None:
    """The part of a file that a `Range` header asks for.

    Args:
        header: The header; None where there is none.
        size: Of the file, in bytes.

    Returns:
        The part; `UNSATISFIABLE` where the file has no such bytes; None where all of it is to be
        sent: without the header, where it cannot be read, and where it asks for several parts at
        once, which no player does and a server may answer with the whole.
    """
    found = _RANGE.fullmatch(header.strip()) if header else None
    if found is None:
        return None
    first, last = found[1], found[2]
    if not first:
        return _suffix(last, size)
    start, end = _number(first), _number(last) if last else size - 1
    if last and end < start:
        return None  # not a range at all, says the RFC, and not one that cannot be satisfied
    if start >= size:
        return UNSATISFIABLE
    return ByteRange(start, min(end, size - 1) - start + 1)


def _suffix(last: str, size: int) -> ByteRange | None:
    """The last so many bytes."""
    if not last:
        return None
    if not (wanted := _number(last)):
        return UNSATISFIABLE
    count = min(wanted, size)
    return ByteRange(size - count, count) if count else None  # of an empty file: all of it


def _number(digits: str) -> int:
    stripped = digits.lstrip("0")
    return int(stripped or "0") if len(stripped) <= _MOST_DIGITS else 10**_MOST_DIGITS


def names_tag(header: str, tag: str, *, weakly: bool) -> bool:
    """Whether a list of entity tags, or `*`, names this one; weak tags where that will do."""
    if header.strip() == "*":
        return True
    return any(found[2] == tag and (weakly or not found[1]) for found in _TAGS.finditer(header))


def range_holds(if_range: str | None, tag: str, modified: str | None) -> bool:
    """Whether a part still belongs to the file of which the client has the other parts."""
    if if_range is None:
        return True
    return if_range.strip() in {tag, modified}
