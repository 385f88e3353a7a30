"""Faults: how they read, and that they arrive whole from another process."""

from __future__ import annotations

import errno
import pickle
from pathlib import Path

import pytest

from meditations.errors import (
    MOST_TOLD,
    FaultyScriptError,
    MeditationError,
    SpeechError,
    Where,
    from_os_error,
    nearest,
)
from meditations.script.marks import MarkError

PLACE = Where(Path("scripts/a.yaml"), 3, 7)


@pytest.mark.parametrize(
    "fault",
    [
        MeditationError("what", mend="how", where=PLACE),
        SpeechError("what", mend="how"),
        MarkError("what", "how", 12),
        FaultyScriptError([MeditationError("one", where=PLACE), MarkError("two", "how", 1)]),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_faults_survive_the_way_between_processes(fault: MeditationError) -> None:
    """A pickled fault comes back with its type, its message, its place and its attributes."""
    back = pickle.loads(pickle.dumps(fault))
    assert type(back) is type(fault)
    assert str(back) == str(fault)
    assert back.where == fault.where
    assert back.__dict__.keys() == fault.__dict__.keys()


def test_a_place_is_given_once() -> None:
    """A fault without a place takes one and keeps all else; one that has a place keeps it."""
    placed = MarkError("what", "how", 12).at(PLACE)
    assert (type(placed), placed.where, placed.mend, placed.offset) == (MarkError, PLACE, "how", 12)
    assert placed.at(Where(Path("other"), 1, 1)).where == PLACE


def test_message_has_the_place_in_front_and_the_mend_below() -> None:
    """A message reads file:line:column, what is wrong, and each line of the mend indented."""
    fault = MeditationError("what", mend="first\nsecond", where=PLACE)
    assert str(fault) == "scripts/a.yaml:3:7: what\n  first\n  second"
    assert str(MeditationError("what", file=Path("a.yaml"))) == "a.yaml: what"
    assert str(MeditationError("what")) == "what"


def test_faults_of_a_script_are_in_the_order_of_the_file() -> None:
    """However they were found, faults are told from the first line to the last."""
    places = [(9, 1), (2, 8), (2, 3)]
    faults = [MeditationError("x", where=Where(Path("a"), *place)) for place in places]
    told = str(FaultyScriptError(faults)).splitlines()
    assert told == ["a:2:3: x", "a:2:8: x", "a:9:1: x"]


def test_what_mends_several_faults_in_a_row_is_told_once() -> None:
    """Behind the last of them; another one keeps its own."""
    told = [("a", "x\ny"), ("b", "x\ny"), ("c", "z"), ("d", "x\ny")]
    faults = [
        MeditationError(what, mend=mend, where=Where(Path("s"), line))
        for line, (what, mend) in enumerate(told, 1)
    ]
    assert str(FaultyScriptError(faults)).split("\n") == [
        "s:1: a", "s:2: b", "  x", "  y", "s:3: c", "  z", "s:4: d", "  x", "  y",
    ]  # fmt: skip


def test_endless_faults_are_counted() -> None:
    """Beyond a screenful the number of the other faults is told instead of the faults."""
    error = FaultyScriptError(MeditationError(str(n), where=PLACE) for n in range(MOST_TOLD + 1200))
    assert len(str(error).splitlines()) == MOST_TOLD + 1
    assert str(error).endswith("\nand 1,200 more")
    assert len(error.faults) == MOST_TOLD + 1200


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("titel", "did you mean 'title'?"),
        ("TITLE", "did you mean 'title'?"),
        ("Title ", "did you mean 'title'?"),
        ("xyz", "known here: length, title"),
    ],
)
def test_nearest_names_the_near_one_or_all(word: str, hint: str) -> None:
    """A slip names what it is near to, and only that where just the case differs."""
    assert nearest(word, ["title", "length"]) == hint


def test_nearest_offers_no_second_where_one_fits() -> None:
    """A word that differs in case only has one meaning, whatever else is near."""
    assert nearest("Breathe", ["breathe", "breath"]) == "did you mean 'breathe'?"


@pytest.mark.parametrize(
    ("number", "mend"),
    [
        (errno.ENOSPC, "make room on the disk"),
        (errno.EACCES, "--output DIR"),
        (errno.EROFS, "--output DIR"),
        (errno.ENOTDIR, "a file stands where a folder is needed"),
        (errno.EIO, ""),
    ],
)
def test_disk_faults_say_what_helps(number: int, mend: str) -> None:
    """A fault of the disk names the file, the reason, and what its maker can do."""
    fault = from_os_error(OSError(number, "Reason given", "/out/a.mp3"), "writing a.mp3")
    assert str(fault).startswith("/out/a.mp3: writing a.mp3 failed: Reason given")
    assert mend in fault.mend
    assert bool(fault.mend) == bool(mend)
