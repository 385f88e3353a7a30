"""The rule about tracks for two: consent before anything, and again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meditations.care.findings import Found
from meditations.care.rules.rule import PARTNER, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meditations.care.reading import Reading


def _consent(reading: Reading) -> Iterator[Found]:
    script, words = reading.script, reading.words.of("C15")
    first = script.sections[0]
    if not any(words.has(passage.text, "signal") for passage in reading.sections[0]):
        yield Found("sets up no signal to pause", first.where,
                    better="agree in the welcome on a word or a sign that means pause")  # fmt: skip
    for section, passages in zip(script.sections[1:], reading.sections[1:], strict=True):
        if section.role == "practice" and not any(words.has(p.text, "asks") for p in passages):
            yield Found(
                f"the section '{section.title}' does not ask again", section.where,
                better="ask both in it, for example: Is this still all right for both of you?",
            )  # fmt: skip
    if not words.has(script.notes, "fear"):
        yield Found(
            "the notes do not speak of fear and abuse", script.place("notes"),
            better="say that it is not for two where one is afraid of the other, and what is",
        )  # fmt: skip
    yield from _touch(reading)


def _touch(reading: Reading) -> Iterator[Found]:
    words = reading.words.of("C15")
    touches = [p for p in reading.once if next(words.find(p.text), None)]
    if not touches:
        return
    if not any(words.has(passage.text, "without") for passage in reading.once):
        yield Found("touch, and no way to take part without it", touches[0].where,
                    touches[0].text,
                    better="describe a way without touch that is as good")  # fmt: skip
    before = reading.once[: reading.once.index(touches[0]) + 1]
    if not any(words.has(passage.text, "consent") for passage in before):
        yield Found("touch, before anybody was asked", touches[0].where, touches[0].text,
                    better="ask first, for example: Would a hand be welcome?")  # fmt: skip


CONSENT = Rule(
    "C15",
    "Consent between two",
    why="A track for two can become pressure on one of them. Asking, a signal to pause, a way"
    " without touch and a word about fear leave both of them free.",
    better="ask before the first touch and in each section; agree on a signal; say in the notes"
    " who it is not for",
    source="SAMHSA's Concept of Trauma (SMA 14-4884): mutuality and choice",
    before="Take your partner's hand.",
    after="One of you might ask, would a hand be welcome? No answer is a no.",
    find=_consent,
    only_in=PARTNER,
)
