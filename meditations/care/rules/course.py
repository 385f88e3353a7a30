"""Rules about the course of a session: how it begins, how long it is silent, how it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meditations.care.findings import Found
from meditations.care.rules.rule import NONE, TRAUMA, Rule
from meditations.care.words import clauses
from meditations.quantities import FRAMES_PER_MS, format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meditations.care.reading import Passage, Reading

LEAVE_BY_MS = 60_000
SHORTEST_RETURN_MS = 30_000
LEAST_ANCHORS = 2
ANCHORS = ("look", "sound", "feet", "movement", "place")
"""What can lead back; the lists of C10 in the file of words."""
UNANNOUNCED_MS = 60_000
ANNOUNCED_WITHIN_MS = 20_000
"""What is said so shortly before a silence may announce it."""
LONGEST_TRAUMA_MS = 20 * 60_000


def _leave(reading: Reading) -> Iterator[Found]:
    words = reading.words.of("C02")
    for passage in reading.spoken:
        if passage.start_ms < LEAVE_BY_MS and next(words.find(passage.text), None):
            return
    first = reading.spoken[0].where if reading.spoken else reading.script.file
    yield Found("nothing in the first minute says that one may stop or change anything", first)


def _return(reading: Reading) -> Iterator[Found]:
    section, chapter = reading.script.sections[-1], reading.timeline.chapters[-1]
    words = reading.words.of("C10")
    if "sleep" in reading.kinds:
        if not any(words.has(passage.text, "awake") for passage in reading.once):
            yield Found(
                "a track for sleep, and not a word that it is fine to stay awake", section.where,
                better="say somewhere that it is fine to stay awake",
            )  # fmt: skip
        return
    if section.role != "return":
        yield Found(f"ends with '{section.title}', which is no `role: return`", section.where)
        return
    length_ms = (chapter.end_frame - chapter.start_frame) // FRAMES_PER_MS
    if length_ms < SHORTEST_RETURN_MS:
        yield Found(f"the return lasts {format_duration(length_ms)}; 30 s are the least",
                    section.where)  # fmt: skip
    text = " ".join(words.covered(passage.text) for passage in reading.sections[-1])
    named = [anchor for anchor in ANCHORS if words.has(text, anchor)]
    if reading.words.language and len(named) < LEAST_ANCHORS:
        yield Found(
            f"the return names {named[0] if named else 'none'} of look, sound, feet, movement and"
            " place; two are the least", section.where,
        )  # fmt: skip


def _silence(reading: Reading) -> Iterator[Found]:
    asleep = "sleep" in reading.kinds
    most_ms = reading.plan.longest_silence_ms
    for start, end, before in reading.silences():
        length = end - start
        if asleep and end == reading.length_ms:
            continue  # the tail
        where = before.where if before else reading.script.file
        if length > most_ms:
            yield Found(
                f"{format_duration(length)} of silence; {most_ms // 1000} s are the most", where,
                before.text if before else "",
            )  # fmt: skip
        elif length > UNANNOUNCED_MS and not _announced(reading, start):
            yield Found(
                f"{format_duration(length)} of silence that nobody announces", where,
                before.text if before else "",
                better="say before it that it will be quiet for a while",
            )  # fmt: skip


def _announced(reading: Reading, silent_from_ms: int) -> bool:
    """Whether it was said that there will be silence; unknown without words for the language."""
    if not reading.words.language:
        return True
    since_ms = silent_from_ms - ANNOUNCED_WITHIN_MS
    return any(
        _announces(reading, passage)
        for passage in reading.spoken
        if since_ms < passage.end_ms <= silent_from_ms
    )


def _announces(reading: Reading, passage: Passage) -> bool:
    words = reading.words.of("C11")
    return any(
        words.has(clause, "announced") and not words.has(clause, "past")
        for clause in clauses(passage.text)
    )


def _long(reading: Reading) -> Iterator[Found]:
    if reading.length_ms > LONGEST_TRAUMA_MS:
        yield Found(
            f"lasts {format_duration(reading.length_ms)}; 20 min are the most for kind trauma",
            reading.script.place("length"),
        )


LEAVE = Rule(
    "C02",
    "Leave to stop, early",
    why="Whoever knows the way out can stay. It has to be said before anything is asked.",
    better="say within the first minute that one may stop, pause, skip or change anything",
    source="choice, in SAMHSA's Concept of Trauma (SMA 14-4884)",
    before="Hello. Let us begin.",
    after="Hello. You can stop or change anything here, at any time.",
    find=_leave,
    timed=True,
)

RETURN = Rule(
    "C10",
    "A way back",
    why="To end inside, in the middle of something, leaves people adrift. Looking and moving bring"
    " back the room. At night it is the other way round: nobody should have to fall asleep.",
    better="end with a section `role: return` of 30 s and more that names two of look, sound,"
    " feet, movement and place",
    source="orienting (Applied Mindfulness); D. Treleaven, Trauma-Sensitive Mindfulness, 2018",
    before="That is all. Goodbye.",
    after="You might look around, and press your feet against the floor.",
    find=_return,
    timed=True,
)

SILENCE = Rule(
    "C11",
    "Long silence",
    why="Silence without an end in sight leaves people alone with what comes up, or wondering"
    " whether the player has stopped.",
    better="shorten it, or put a sentence into it; one that may be long is announced beforehand",
    source="D. Treleaven, Trauma-Sensitive Mindfulness, 2018; figures: the library's own",
    before="pause: 45s",
    after="pause: 15s",
    find=_silence,
    timed=True,
    needs_words=False,
)

LENGTH = Rule(
    "C21",
    "Length of a trauma track",
    why="Unwanted effects are reported more often from longer sittings, and whoever is getting"
    " worse may not notice in time, or may feel bound to stay to the end.",
    better="keep it to 20 minutes, or make two tracks of it",
    source="A. Cebolla and others, Unwanted effects, PLoS ONE 2017 (PMC5584749)",
    before="length: 35 min",
    after="length: 15 min",
    find=_long,
    timed=True,
    error_in=NONE,
    only_in=TRAUMA,
    needs_words=False,
)
