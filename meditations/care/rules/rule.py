"""What a rule is."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from meditations.care.findings import Found

if TYPE_CHECKING:
    from meditations.care.findings import Severity
    from meditations.care.reading import Passage, Reading

EVERY = frozenset({"trauma", "partner", "sleep", "general"})
TRAUMA = frozenset({"trauma"})
HURT = frozenset({"trauma", "partner"})
PARTNER = frozenset({"partner"})
SLEEP = frozenset({"sleep"})
NONE: frozenset[str] = frozenset()

Find = Callable[["Reading"], Iterable[Found]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
        id: Such as `C07`.
        title: What it is about, in a few words.
        why: Why it matters to a listener.
        better: What to do or say in place of it.
        source: What the rule rests on.
        before: A sentence, or a setting, as it should not be.
        after: The same as it could be.
        find: Finds it.
        error_in: The kinds of scripts in which it is an error; in others it is a warning.
        only_in: The kinds of scripts that it is about at all.
        needs_words: Whether it looks for words, and so needs those of the script's language.
        timed: Whether it reads times, which are estimates until every line was spoken.
    """

    id: str
    title: str
    why: str
    better: str
    source: str
    before: str
    after: str
    find: Find
    error_in: frozenset[str] = EVERY
    only_in: frozenset[str] = EVERY
    needs_words: bool = True
    timed: bool = False

    def severity(self, kinds: frozenset[str]) -> Severity:
        """How much a finding weighs; of several kinds the strictest wins."""
        return "error" if kinds & self.error_in else "warning"

    def explained(self) -> str:
        """All that it has to say, in lines for a terminal."""
        return "\n".join(
            (
                f"{self.id}: {self.title} ({self.weight})",
                *_paragraph("", self.why),
                *_paragraph("Better: ", self.better),
                f"  Before:  {self.before}",
                f"  After:   {self.after}",
                *_paragraph("Source: ", self.source),
                *_paragraph("", f"To keep it, say why: care: {{allow: {{{self.id}: the reason}}}}"),
            )
        )

    @property
    def weight(self) -> str:
        """Where it is an error, where a warning, in words."""
        kinds = sorted(self.only_in)
        about = "" if self.only_in == EVERY else f", only in kind {' and '.join(kinds)}"
        errors = self.error_in & self.only_in
        if not errors:
            return f"a warning{about}"
        if errors == self.only_in:
            return f"an error{about}"
        return f"an error in kind {' and '.join(sorted(errors))}, a warning in others"


def _paragraph(head: str, text: str) -> list[str]:
    return textwrap.wrap(
        head + text, 88, initial_indent="  ", subsequent_indent="  " + " " * len(head)
    )


def phrases(rule: str, what: str, *, written: Iterable[str] = ()) -> Find:
    """A rule that looks for phrases in what is spoken, and in the `written` parts named."""
    parts = frozenset(written)

    def find(reading: Reading) -> Iterable[Found]:
        passages = (*reading.once, *(p for p in reading.written if p.part in parts))
        for passage in passages:
            yield from found_in(reading, passage, rule, what)

    return find


def found_in(reading: Reading, passage: Passage, rule: str, what: str) -> Iterable[Found]:
    """What the words of a rule find in one passage."""
    told = reading.words.of(rule)
    lists = ["found"]
    if passage.section >= 0 and told.expression("found_near"):
        around = reading.around_passage(passage) if passage.part == "spoken" else passage.text
        if told.has(told.covered(around), "near"):
            lists.append("found_near")
    for name in lists:
        for match in told.find(passage.text, name):
            words = passage.text[match.start() : match.end()].strip(" ,")
            yield Found(what, reading.place_of(passage, words), words)
