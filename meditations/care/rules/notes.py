"""Rules about what stands beside a track: what it holds, where else to turn, who can help."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from meditations.care.findings import Found
from meditations.care.rules.rule import HURT, NONE, Rule, found_in
from meditations.errors import nearest
from meditations.script.resources import asked_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meditations.care.reading import Passage, Reading
    from meditations.errors import Where

SHORTEST_NOTE: Final = 5
LONGEST_NOTE: Final = 40
NEEDED: Final = {
    "therapy": "that this is not therapy, nor instead of it",
    "driving": "not to listen while driving",
    "danger": "what to do in danger now",
}
"""What notes have to say; the lists of C13 in the file of words."""


def _content(reading: Reading) -> Iterator[Found]:
    sensitive = _sensitive(reading)
    yield from _alternatives(reading, sensitive)
    if sensitive is None:
        return
    where, told = sensitive
    note = reading.script.content_note
    count = len(note.split())
    better = "write before it what it speaks of: content_note: with 5 to 40 plain words"
    if not note:
        yield Found("speaks of something that can hurt, and no content_note says so beforehand",
                    where, told, better=better)  # fmt: skip
    elif not SHORTEST_NOTE <= count <= LONGEST_NOTE:
        yield Found(f"the content_note has {count} words; 5 to 40 are enough and not too many",
                    reading.script.place("content_note"), better=better)  # fmt: skip
    elif _alarms(reading, note):
        yield Found("the content_note alarms, where it should only tell",
                    reading.script.place("content_note"), note, better=better)  # fmt: skip


def _alarms(reading: Reading, note: str) -> bool:
    """Whether a note frightens; "nothing graphic" does not."""
    words = reading.words.of("C12")
    calm = words.expression("calm")
    return words.has(calm.sub("", words.plain(note)) if calm else note, "alarming")


def _sensitive(reading: Reading) -> tuple[Where, str] | None:
    """Where a sensitive word stands first, and the word."""
    titles = [p for p in reading.written if p.part in ("title", "summary")]
    for passage in (*reading.once, *titles):
        for found in found_in(reading, passage, "C12", ""):
            return found.where, found.words
    for topic in reading.script.topics:
        if next(reading.words.of("C12").find(topic), None):
            return reading.script.place("topics"), topic
    return None


def _alternatives(reading: Reading, sensitive: tuple[Where, str] | None) -> Iterator[Found]:
    script, tracks = reading.script, reading.around.tracks
    others = tracks - {script.slug}
    for name in script.instead:
        if name == script.slug or (tracks and name not in tracks):
            yield Found(
                f"instead: names '{name}', which is no other track of this project",
                script.place("instead"), name,
                better=nearest(name, others) if others else "leave it out",
            )  # fmt: skip
    if sensitive and not script.instead:
        yield Found(
            "speaks of something that can hurt, and names no other track to choose",
            sensitive[0], sensitive[1], None if others else "warning",
            "name one that is easier: instead: [five-senses]",
        )  # fmt: skip


def _help(reading: Reading) -> Iterator[Found]:
    script, words = reading.script, reading.words.of("C13")
    where = script.place("notes")
    if reading.kinds & HURT:
        for name, needed in NEEDED.items():
            if not words.has(script.notes, name):
                yield Found(f"the notes do not say {needed}", where)
        if not script.resources and not words.has(script.notes, "resources"):
            yield Found("names no help lines or organisations", where,
                        better="name what listeners may need: resources: [crisis]")  # fmt: skip
    yield from _unknown_resources(reading)
    for passage in reading.once:
        yield from _spoken_contact(reading, passage)


def _spoken_contact(reading: Reading, passage: Passage) -> Iterator[Found]:
    for found in found_in(reading, passage, "C13", "a number or an address is spoken"):
        yield Found(found.what, found.where, found.words,
                    better="put it into the notes: nobody writes it down in the dark")  # fmt: skip


def _unknown_resources(reading: Reading) -> Iterator[Found]:
    known = reading.around.resources
    for purpose in reading.script.resources:
        if not asked_for(reading.script, known, purpose):
            yield Found(
                f"resources: asks for '{purpose}', and resources.yaml has none for it",
                reading.script.place("resources"), purpose,
                better=nearest(purpose, known) if known else
                "write a resources.yaml beside scripts/: see docs/care.md",
            )  # fmt: skip


def _unchecked(reading: Reading) -> Iterator[Found]:
    asked = asked_for(reading.script, reading.around.resources)
    unchecked = [resource for resource in asked if resource.checked is None]
    if unchecked:
        first, others = unchecked[0], len(unchecked) - 1
        more = f" and {others} more were" if others else " was"
        yield Found(f"{first.name}{more} never checked by a person", first.where)


CONTENT = Rule(
    "C12",
    "What can hurt is told beforehand",
    why="Whoever knows what is coming can decide, and choose something else tonight.",
    better="write a content_note: of 5 to 40 plain words, and instead: with an easier track",
    source="transparency and choice, in SAMHSA's Concept of Trauma (SMA 14-4884)",
    before="This is for anyone living after betrayal.",
    after="content_note: Speaks in general words about betrayal. It describes no events.",
    find=_content,
)

HELP = Rule(
    "C13",
    "Where help is",
    why="A track can stir up what it cannot hold. The way to somebody who can has to be at hand,"
    " in writing. A number that is only spoken is gone before anyone has found a pencil.",
    better="let the notes say it in plain words, and name help lines with resources:",
    source="SAMHSA's Concept of Trauma (SMA 14-4884)",
    before="Enjoy this track.",
    after="This is not therapy. Not while driving. If you are in danger now, call your local"
    " emergency number.",
    find=_help,
)

UNCHECKED = Rule(
    "C13w",
    "Resources nobody has checked",
    why="It takes courage to ring for help. A number that no longer answers is worse than none.",
    better="ring or visit each, and write the date: checked: 2026-11-22",
    source="the library's own rule",
    before="checked: never",
    after="checked: 2026-11-22",
    find=_unchecked,
    error_in=NONE,
    needs_words=False,
)
