"""Times and levels as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meditations.errors import MeditationError
from meditations.quantities import (
    LONGEST_MS,
    format_clock,
    format_duration,
    parse_duration,
    parse_level,
)

DURATIONS = {
    "4s": 4_000,
    "500ms": 500,
    "1m30s": 90_000,
    "1.5 min": 90_000,
    "90": 90_000,
    ".5": 500,
    "0": 0,
    "2 h": 7_200_000,
    "1h 02m 03s": 3_723_000,
    "4 Seconds": 4_000,
    " 4s ": 4_000,
    "3 breaths": 24_000,
    "1 breath": 8_000,
    "0.5 breaths": 4_000,
    "10h": LONGEST_MS,
    "1 ms": 1,
    "0.4ms": 0,
}

NO_DURATIONS = {
    "": "write a time as 4s",
    "soon": "write a time as 4s",
    "-3s": "leave out the minus sign",
    "\u22123s": "leave out the minus sign",
    "12:30": "write it as 12m30s",
    "1:02:03": "write it as 1h2m3s",
    "1,5 s": "write decimals with a point: 1.5 s",
    "5 bananas": "write a time as 4s",
    "1h30": "write a time as 4s",
    "4s and more": "write a time as 4s",
    "1e3": "write a time as 4s",
    "0x10": "write a time as 4s",
    "nan": "write a time as 4s",
    "inf": "write a time as 4s",
    "s": "write a time as 4s",
    "1_000": "write a time as 4s",
}


@pytest.mark.parametrize(("written", "ms"), DURATIONS.items())
def test_durations_read_as_people_write_them(written: str, ms: int) -> None:
    """Every way of writing a time gives its milliseconds."""
    assert parse_duration(written, breath_ms=8_000) == ms


@pytest.mark.parametrize(("written", "mend"), NO_DURATIONS.items())
def test_nonsense_is_no_duration(written: str, mend: str) -> None:
    """What is no time is an error that says how to write one."""
    with pytest.raises(MeditationError, match="is no duration") as caught:
        parse_duration(written)
    assert mend in caught.value.mend


@pytest.mark.parametrize("written", ["10000 h", "10h 1ms", "9" * 400, "9" * 400 + "s"])
def test_absurd_durations_are_refused(written: str) -> None:
    """Nothing is longer than ten hours, however many digits it has."""
    with pytest.raises(MeditationError, match="longer than ten hours") as caught:
        parse_duration(written)
    assert len(caught.value.what) < 100


def test_breaths_need_a_length() -> None:
    """Where no breath has a length, breaths are no time."""
    with pytest.raises(MeditationError, match="is no duration"):
        parse_duration("3 breaths")


@given(st.integers(0, LONGEST_MS // 1000 - 1))
def test_formatted_seconds_read_back(seconds: int) -> None:
    """A whole number of seconds, written for people, reads as the same time."""
    assert parse_duration(format_duration(seconds * 1000)) == seconds * 1000


@pytest.mark.parametrize(
    ("ms", "written"),
    [
        (0, "0s"), (100, "0.1s"), (4_000, "4s"), (9_940, "9.9s"), (9_960, "10s"),
        (59_600, "1m 00s"), (90_000, "1m 30s"), (3_599_600, "1h 00m 00s"),
        (3_723_000, "1h 02m 03s"),
    ],
)  # fmt: skip
def test_durations_are_written_short(ms: int, written: str) -> None:
    """Tenths are told below ten seconds only, and rounding carries over to minutes and hours."""
    assert format_duration(ms) == written


@pytest.mark.parametrize(
    ("written", "db"),
    [("-24 dB", -24.0), ("\u221224 dB", -24.0), ("6dB", 6.0), ("+1.5 dB", 1.5), ("-22 LU", -22.0)],
)
def test_levels_carry_their_unit(written: str, db: float) -> None:
    """A number with dB or LU is a level, also with a typographic minus."""
    assert parse_level(written) == db


@pytest.mark.parametrize(
    ("written", "mend"),
    [
        ("-24", "write -24 dB"),
        ("loud", "as in -24 dB"),
        ("-24 dBm", "as in -24 dB"),
        ("", "as in -24 dB"),
        ("nan dB", "as in -24 dB"),
        ("1e9 dB", "as in -24 dB"),
    ],
)
def test_levels_without_a_unit_are_refused(written: str, mend: str) -> None:
    """A number without its unit, or no number, says how a level is written."""
    with pytest.raises(MeditationError, match="is no level") as caught:
        parse_level(written)
    assert mend in caught.value.mend


def test_clock() -> None:
    """A place in time has two digits for each part, and three for milliseconds."""
    assert format_clock(3_723_045) == "01:02:03.045"
    assert format_clock(45, separator=",") == "00:00:00,045"
    assert format_clock(62_999, hours=False) == "1:02"
    assert format_clock(4_500_000, hours=False) == "75:00"
