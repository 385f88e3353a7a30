"""The rule about tracks for two: consent before anything, and again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meditations.care.findings import Found
from meditations.care.rules.rule import PARTNER, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from meditations.care.reading import Passage, Reading
    from meditations.care.words import RuleWords


def _consent(reading: Reading) -> Iterator[Found]:
    script, words = reading.script, reading.words.of("C15")
    first = script.sections[0]
    if not any(_says(words, p, "signal", "no_signal") for p in reading.sections[0]):
        yield Found("sets up no signal to pause", first.where,
                    better="agree in the welcome on a word or a sign that means pause")  # fmt: skip
    for section, passages in zip(script.sections[1:], reading.sections[1:], strict=True):
        if section.role == "practice" and not any(
            _says(words, p, "asks", "not_asks") for p in passages
        ):
            yield Found(
                f"the section '{section.title}' does not ask again", section.where,
                better="ask both in it, for example: Is this still all right for both of you?",
            )  # fmt: skip
    notes = [p for p in reading.written if p.part == "notes"]
    if not any(_says(words, p, "fear", "no_fear") for p in notes):
        yield Found(
            "the notes do not speak of fear and abuse", script.place("notes"),
            better="say that it is not for two where one is afraid of the other, and what is",
        )  # fmt: skip
    yield from _touch(reading)


def _touch(reading: Reading) -> Iterator[Found]:
    words, said = reading.words.of("C15"), reading.once
    place = next((n for n, p in enumerate(said) if next(words.find(p.text), None)), None)
    if place is None:
        return
    first = said[place]
    if not any(_says(words, p, "without", "only_touch") for p in said):
        yield Found("touch, and no way to take part without it", first.where, first.text,
                    better="describe a way without touch that is as good")  # fmt: skip
    if not _asked(words, said, place):
        yield Found("touch, before anybody was asked", first.where, first.text,
                    better="ask first, for example: Would a hand be welcome?")  # fmt: skip


def _asked(words: RuleWords, said: Sequence[Passage], place: int) -> bool:
    """Whether consent is asked for before the first touch, at `place`.

    A question that names no touch counts where it stands right beside it: before it, or after
    it if it was only an offer.
    """
    beside = said[max(place - 1, 0) : place + 1]
    if words.has(said[place].text, "offers"):
        beside = (*beside, *said[place + 1 : place + 2])
    earlier = [p for p in said[:place] if words.has(p.text, "near_touch")]
    return any(_says(words, p, "consent", "no_consent") for p in (*beside, *earlier))


def _says(words: RuleWords, passage: Passage, what: str, unless: str) -> bool:
    """Whether a passage has an expression of one list and none of another."""
    return words.has(passage.text, what) and not words.has(passage.text, unless)


CONSENT = Rule(
    "C15",
    "Consent between two",
    why="A track for two can become pressure on one of them. Asking, a signal to pause, a way"
    " without touch and a word about fear leave both of them free.",
    better="ask before the first touch and in each section; agree on a signal; describe a way"
    " without touch; say in the notes who it is not for",
    source="SAMHSA's Concept of Trauma (SMA 14-4884): mutuality and choice",
    before="Take your partner's hand.",
    after="One of you might ask, would a hand be welcome? After a no, or no answer, you could sit"
    " side by side, without touch.",
    find=_consent,
    only_in=PARTNER,
)
