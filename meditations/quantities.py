"""Durations and levels as people write them, read and written back.

Inside, time is whole milliseconds or frames and levels are decibels; words and units are only
met here, at the edge.
"""

from __future__ import annotations

import re
from typing import Final

from meditations.errors import MeditationError

FRAMES_PER_MS: Final = 48
"""One millisecond at 48 kHz, exactly: no rounding between pydub's grid and the samples."""
SAMPLE_RATE_HZ: Final = 48_000

LONGEST_MS: Final = 10 * 3600 * 1000
"""No single duration is longer than ten hours; more is a slip of the keyboard."""
LONGEST_TRACK_MS: Final = 24 * 3600 * 1000
"""A track never lasts longer than a day; an MP3's header counts no more than three."""

_UNITS_MS: Final = {
    "ms": 1.0, "millisecond": 1.0, "milliseconds": 1.0,
    "s": 1e3, "sec": 1e3, "secs": 1e3, "second": 1e3, "seconds": 1e3,
    "m": 60e3, "min": 60e3, "mins": 60e3, "minute": 60e3, "minutes": 60e3,
    "h": 3600e3, "hr": 3600e3, "hour": 3600e3, "hours": 3600e3,
}  # fmt: skip
_PART = re.compile(r"(\d+(?:\.\d+)?|\.\d+)\s*([A-Za-z]+)\s*")
_NUMBER = re.compile(r"\d+(?:\.\d+)?|\.\d+")
_LEVEL = re.compile(r"([+\-\u2212]?\d+(?:\.\d+)?)\s*(?:dB|db|DB|LU|lu)")

HOW_DURATIONS = "write a time as 4s, 500ms, 1m30s, 1.5 min, or 3 breaths"


def parse_duration(text: str, breath_ms: int | None = None) -> int:
    """A duration in whole milliseconds.

    Args:
        text: `4s`, `500ms`, `1m30s`, `1.5 min`, `2 h`, `90` (seconds) or `3 breaths`.
        breath_ms: How long one breath is; None where breaths make no sense.

    Raises:
        MeditationError: If it is no duration, is negative, or is over ten hours.
    """
    written = str(text).strip()
    ms = _duration_ms(written, breath_ms)
    if ms is None:
        raise MeditationError(f"'{_short(written)}' is no duration", mend=_duration_hint(written))
    if ms > LONGEST_MS:
        raise MeditationError(f"'{_short(written)}' is longer than ten hours", mend=HOW_DURATIONS)
    return round(ms)


def _duration_ms(written: str, breath_ms: int | None) -> float | None:
    if _NUMBER.fullmatch(written):
        return float(written) * 1e3
    total, position = 0.0, 0
    while match := _PART.match(written, position):
        unit = match[2].lower()
        if unit in ("breath", "breaths") and breath_ms is not None:
            total += float(match[1]) * breath_ms
        elif unit in _UNITS_MS:
            total += float(match[1]) * _UNITS_MS[unit]
        else:
            return None
        position = match.end()
    return total if position and position == len(written) else None


def _duration_hint(written: str) -> str:
    clock = re.fullmatch(r"(?:(\d+):)?(\d{1,2}):(\d{2})", written)
    if clock:
        hours = f"{int(clock[1])}h" if clock[1] else ""
        return f"write it as {hours}{int(clock[2])}m{int(clock[3])}s"
    if written.startswith(("-", "\u2212")):
        return "time only runs forward: leave out the minus sign"
    if re.fullmatch(r"\d+,\d+\s*[A-Za-z]+", written):
        return f"write decimals with a point: {written.replace(',', '.')}"
    return HOW_DURATIONS


def parse_level(text: str) -> float:
    """A level in decibels, from `-24 dB` or `6 dB`.

    Raises:
        MeditationError: If the number or the unit is missing.
    """
    written = str(text).strip()
    match = _LEVEL.fullmatch(written)
    if not match:
        mend = "write a level with its unit, as in -24 dB"
        if re.fullmatch(r"[+\-\u2212]?\d+(\.\d+)?", written):
            mend = f"levels carry their unit: write {written} dB"
        raise MeditationError(f"'{_short(written)}' is no level", mend=mend)
    return float(match[1].replace("\u2212", "-"))


def format_duration(ms: float) -> str:
    """A duration for people: `4s`, `1m 30s`, `1h 02m 03s`; tenths below ten seconds."""
    if ms < 10_000:
        return f"{ms / 1000:.1f}".rstrip("0").rstrip(".") + "s"
    hours, rest = divmod(round(ms / 1000), 3600)
    minutes, seconds = divmod(rest, 60)
    if hours:
        return f"{hours}h {minutes:02d}m {seconds:02d}s"
    return f"{minutes}m {seconds:02d}s" if minutes else f"{seconds}s"


def format_clock(ms: int, *, separator: str = ".", hours: bool = True) -> str:
    """A place in time: `00:01:02.345`, or `1:02` style without hours and milliseconds."""
    seconds, millis = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    if not hours:
        return f"{minutes}:{seconds:02d}"
    hour, minutes = divmod(minutes, 60)
    return f"{hour:02d}:{minutes:02d}:{seconds:02d}{separator}{millis:03d}"


def _short(text: str, width: int = 40) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
