"""Single values as a maker writes them: times, levels, dates, rates, words.

Each reader takes what stands in the YAML and gives the value, or says how to write it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Final

from pydantic import PlainValidator
from pydantic_core import PydanticCustomError

from meditations.errors import MeditationError, nearest
from meditations.languages import TAG, canonical
from meditations.quantities import HOW_DURATIONS, parse_duration, parse_level

RATE_WORDS: Final = {"slowest": 0.75, "slower": 0.87, "faster": 1.12}
"""How much a word changes the rate of the script's voice."""
MOST_BREATHS: Final = 1_000
LONGEST_PHASE_MS: Final = 20_000
LONGEST_TITLE: Final = 300
"""Characters."""
SHORTEST_EXCERPT_MS: Final = 15_000
LONGEST_EXCERPT_MS: Final = 120_000
"""Of a soundbite, by the podcast namespace."""


@dataclass(frozen=True, slots=True)
class Duration:
    """A time as written: fixed milliseconds, or breaths, whose length the script sets."""

    ms: int = 0
    breaths: float = 0.0

    def in_ms(self, breath_ms: int) -> int:
        """Whole milliseconds, where a breath takes `breath_ms`."""
        return self.ms + round(self.breaths * breath_ms)


def _read_language(value: Any) -> str:
    text = str(value).strip()
    if not re.fullmatch(TAG, text):
        raise MeditationError(
            f"{given(value)} is no language", mend="write a code such as de or pt-BR"
        )
    return canonical(text)


def told(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Lets pydantic collect a `MeditationError` beside the other faults of the script."""

    def reading(value: Any) -> Any:
        try:
            return read(value)
        except MeditationError as error:
            raise PydanticCustomError(
                "meditation", "{what}", {"what": error.what, "mend": error.mend, "error": error}
            ) from None

    return reading


def shortened(text: str) -> str:
    """`text`, cut where it is too long for a message."""
    return text if len(text) <= 40 else text[:39] + "…"


def given(value: Any) -> str:
    """What stands in a place where something else is needed."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "settings"
    return "a list" if isinstance(value, list | tuple) else f"'{shortened(str(value))}'"


def _read_duration(value: Any) -> Duration:
    if isinstance(value, Duration):
        return value
    _want_text(value, "a time")
    breaths = re.fullmatch(r"(\d+(?:\.\d+)?)\s*breaths?", value.strip(), re.IGNORECASE)
    if not breaths:
        return Duration(ms=parse_duration(value))
    if float(breaths[1]) > MOST_BREATHS:
        raise MeditationError(
            f"'{shortened(value)}' is more than {MOST_BREATHS:,} breaths", mend=HOW_DURATIONS
        )
    return Duration(breaths=float(breaths[1]))


def _read_phase(value: Any) -> Duration:
    """A part of a breath that cannot be left out."""
    duration = _read_duration(value)
    # A breath takes a second at least, so this is a millisecond at least.
    if not duration.ms and duration.breaths < 0.001:
        raise MeditationError("this takes no time at all", mend="write how long it takes, as in 4s")
    return _read_rest(duration)


def _read_rest(value: Any) -> Duration:
    """A part of a breath that may be left out."""
    duration = _read_duration(value)
    if duration.ms > LONGEST_PHASE_MS or duration.breaths > 1:
        raise MeditationError(
            f"{LONGEST_PHASE_MS // 1000}s are the most for one part of a breath",
            mend="nobody should run out of breath: write for example in: 4s, out: 6s",
        )
    return duration


def _read_breath(value: Any) -> Duration:
    duration = _read_duration(value)
    if duration.breaths or not 1_000 <= duration.ms <= 30_000:
        raise MeditationError("a breath takes from 1s to 30s", mend="write for example: breath: 8s")
    return duration


def _read_moment(value: Any) -> Duration:
    """A place in the finished track, which knows no breaths."""
    duration = _read_duration(value)
    if duration.breaths:
        raise MeditationError(
            "a place in the track is told in minutes and seconds", mend="write it as 1m10s"
        )
    return duration


def _read_excerpt(value: Any) -> Duration:
    """The length of a part that is played on its own; directories take no other."""
    duration = _read_moment(value)
    if not SHORTEST_EXCERPT_MS <= duration.ms <= LONGEST_EXCERPT_MS:
        raise MeditationError(
            f"a soundbite lasts from {SHORTEST_EXCERPT_MS // 1000} to"
            f" {LONGEST_EXCERPT_MS // 1000} seconds",
            mend="write for example: soundbite: {from: 1m10s, for: 30s}",
        )
    return duration


def _read_boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return bool(value == "true")
    raise MeditationError(f"{given(value)} is neither true nor false", mend="write true or false")


def _read_published(value: Any) -> datetime:
    """A day is published at 06:00 UTC; a time says its offset, for no clock is guessed."""
    if isinstance(value, datetime):
        return value
    _want_text(value, "a date")
    mend = "write a day as 2026-11-22, or a time with its offset as 2026-11-22T18:00+01:00"
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            return datetime.combine(date.fromisoformat(value), time(6), UTC)
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is not None:
            moment.astimezone(UTC)  # the feed will want it so
    except (ValueError, OverflowError):
        raise MeditationError(f"{given(value)} is no date", mend=mend) from None
    if moment.tzinfo is None:
        raise MeditationError(f"{given(value)} does not say its offset from UTC", mend=mend)
    return moment


def _read_checked(value: Any) -> date | None:
    """The day on which a person checked something, or None for `never`."""
    if value is None or isinstance(value, date):
        return value
    _want_text(value, "a date")
    if value == "never":
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise MeditationError(
            f"{given(value)} is no day", mend="write never, or the day of the check: 2026-11-22"
        ) from None


def _read_text(value: Any) -> str:
    _want_text(value, "text")
    text = str(value).strip()
    if not text:
        raise MeditationError("this is empty", mend="write some words, or leave the key out")
    return text


def _read_title(value: Any) -> str:
    """Titles stand in one line wherever they are shown."""
    title = " ".join(_read_text(value).split())
    if len(title) > LONGEST_TITLE:
        raise MeditationError(
            f"this has {len(title):,} characters; {LONGEST_TITLE} are the most",
            mend="write a few words, and the rest as summary: or notes:",
        )
    return title


def _read_rate(value: Any) -> float | int:
    """A number is words a minute; a word is a factor on the script's own rate."""
    if isinstance(value, int | float):
        return value
    _want_text(value, "a rate")
    if value in RATE_WORDS:
        return RATE_WORDS[value]
    words = ", ".join(RATE_WORDS)
    if not re.fullmatch(r"\d{1,9}", value):
        raise MeditationError(
            f"{given(value)} is no rate", mend=f"write words a minute, as in 110, or one of {words}"
        )
    if not 60 <= int(value) <= 300:
        raise MeditationError(
            f"a rate of {value} words a minute is out of range", mend="choose from 60 to 300"
        )
    return int(value)


def _read_tone(value: Any) -> float | None:
    """A level, or None where no tone shall sound."""
    if value is None or isinstance(value, float):
        return value
    if value in ("off", "none"):
        return None
    _want_text(value, "a level")
    db = parse_level(value)
    if not -40 <= db <= 0:
        raise MeditationError(
            f"{given(value)} is out of range", mend="choose from -40 dB to 0 dB, or write off"
        )
    return db


def _read_pan(value: Any) -> float:
    """From -1, all to the left, to 1, all to the right; written in per cent and a side."""
    if isinstance(value, float):
        return value
    _want_text(value, "a place")
    found = re.fullmatch(r"(\d{1,3})\s*%\s*(left|right)", value.strip())
    if value.strip() in ("middle", "0"):
        return 0.0
    if not found or int(found[1]) > 100:
        raise MeditationError(
            f"{given(value)} is no place between left and right",
            mend="write for example: pan: 30 % left, or leave it out for the middle",
        )
    return int(found[1]) / (-100 if found[2] == "left" else 100)


def _want_text(value: Any, kind: str) -> None:
    if not isinstance(value, str):
        raise MeditationError(f"{kind} is needed here, not {given(value)}", mend=_HINTS[kind])


def choice(*names: str) -> PlainValidator:
    """One of these words."""

    def read(value: Any) -> str:
        _want_text(value, "one word")
        if value not in names:
            raise MeditationError(f"{given(value)} is not known", mend=nearest(value, names))
        return str(value)

    return PlainValidator(told(read))


def whole(least: int, most: int) -> PlainValidator:
    """A whole number in a range."""

    def read(value: Any) -> int:
        if isinstance(value, int):
            return value
        _want_text(value, "a number")
        if not re.fullmatch(r"[+-]?\d+", value.strip()):
            raise MeditationError(
                f"{given(value)} is no whole number", mend=f"choose from {least} to {most}"
            )
        # A number of thousands of digits is out of any range; Python would not read it.
        number = int(value) if len(value) < 10 else most + 1
        if not least <= number <= most:
            raise MeditationError(
                f"{given(value)} is out of range", mend=f"choose from {least} to {most}"
            )
        return number

    return PlainValidator(told(read))


def level(least_db: int, most_db: int) -> PlainValidator:
    """A level in a range."""

    def read(value: Any) -> float:
        if isinstance(value, float):
            return value
        _want_text(value, "a level")
        db = parse_level(value)
        if not least_db <= db <= most_db:
            raise MeditationError(
                f"{given(value)} is out of range",
                mend=f"choose from {least_db} dB to {most_db} dB",
            )
        return db

    return PlainValidator(told(read))


_HINTS: Final = {
    "a time": "write it as 4s, 1m30s or 3 breaths",
    "a level": "write it as -24 dB",
    "a place": "write it as 30 % left",
    "a date": "write it as 2026-11-22",
    "a rate": "write words a minute, as in 110",
    "a number": "write it as 3",
    "one word": "write one word",
    "text": "write some words, in double quotes if they hold any of : # , [ ] { }",
}

Text = Annotated[str, PlainValidator(told(_read_text))]
Title = Annotated[str, PlainValidator(told(_read_title))]
Time = Annotated[Duration, PlainValidator(told(_read_duration))]
Phase = Annotated[Duration, PlainValidator(told(_read_phase))]
Rest = Annotated[Duration, PlainValidator(told(_read_rest))]
Breath = Annotated[Duration, PlainValidator(told(_read_breath))]
Moment = Annotated[Duration, PlainValidator(told(_read_moment))]
Excerpt = Annotated[Duration, PlainValidator(told(_read_excerpt))]
Level = Annotated[float, level(-60, -20)]
Volume = Annotated[float, level(-12, 0)]
Lift = Annotated[float, level(0, 10)]
BellLevel = Annotated[float, level(-40, 0)]
ToneLevel = Annotated[float | None, PlainValidator(told(_read_tone))]
Pan = Annotated[float, PlainValidator(told(_read_pan))]
Boolean = Annotated[bool, PlainValidator(told(_read_boolean))]
Published = Annotated[datetime, PlainValidator(told(_read_published))]
Language = Annotated[str, PlainValidator(told(_read_language))]
Checked = Annotated[date | None, PlainValidator(told(_read_checked))]
Rate = Annotated[float | int, PlainValidator(told(_read_rate))]
