"""The words that rules look for, one file for each language: `words/en.toml`.

Expressions are regular expressions in small letters, for text in small letters. `{name}` in one
stands for an entry of the table `lists`. A rule's table holds:

- `found`: what it looks for,
- `passes`: longer expressions that hold such words and mean no harm; they are covered first,
- `unless_before`: what takes the edge off when it stands before them, in the same clause and at
  most `before_words` words away,
- `unless_beside`: what takes the edge off anywhere in the sentence,
- `found_near`: what it looks for only where something of the list `near` is said close by,
- `cased`: true where capitals matter; its expressions are then read as they stand,
- and further lists that only its rule knows.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER: Final = Path(__file__).with_name("words")
COVER: Final = "\N{FULL BLOCK}"
USUAL_BEFORE_WORDS: Final = 5

_CLAUSE_END: Final = re.compile(r"[,;:.!?…–—]")
_QUOTES: Final = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "\n": " ", "\xa0": " "})


@lru_cache(maxsize=8192)
def _lowered(text: str) -> str:
    """Text in small letters, of the same length, which takes half the time of ignoring case."""
    small = text.lower()
    if len(small) != len(text):  # there are capitals that become two letters
        small = "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
    return small.translate(_QUOTES)


def clauses(text: str) -> list[str]:
    """A sentence in its parts, which commas and other stops divide."""
    return [clause for clause in _CLAUSE_END.split(text) if clause.strip()]


@dataclass(frozen=True)
class RuleWords:
    """The expressions of one rule."""

    table: dict[str, Any]
    lists: dict[str, str]

    def expression(self, name: str) -> re.Pattern[str] | None:
        """All expressions of the list `name` as one, or None where it is empty."""
        if name not in self._made:
            told = self.table.get(name, [])
            parts = "|".join(f"(?:{_filled(part, self.lists)})" for part in told)
            flags = re.IGNORECASE if self.table.get("cased") else 0
            self._made[name] = re.compile(parts, flags) if parts else None
        return self._made[name]

    @cached_property
    def _made(self) -> dict[str, re.Pattern[str] | None]:
        return {}

    def has(self, text: str, name: str) -> bool:
        """Whether an expression of the list `name` is in `text`."""
        expression = self.expression(name)
        return bool(expression and expression.search(self.plain(text)))

    def plain(self, text: str) -> str:
        """Text as the expressions want it: straight quotes, one line; of the same length."""
        return text.translate(_QUOTES) if self.table.get("cased") else _lowered(text)

    def find(self, text: str, name: str = "found") -> Iterator[re.Match[str]]:
        """Where `text`, a sentence, says what the rule looks for and nothing takes the edge off.

        Args:
            text: The sentence.
            name: The list of what is looked for.
        """
        found = self.expression(name)
        if found is None or not found.search(self.plain(text)):
            return  # most sentences by far
        text = self.covered(text)
        beside = self.expression("unless_beside")
        if beside and beside.search(text):
            return
        for match in found.finditer(text):
            if not self._softened(text[: match.start()]):
                yield match

    def covered(self, text: str) -> str:
        """`text` with all that means no harm covered; of the same length."""
        text = self.plain(text)
        passes = self.expression("passes")
        return passes.sub(lambda match: COVER * len(match[0]), text) if passes else text

    def _softened(self, before: str) -> bool:
        """Whether what stands before the words, in their clause, takes the edge off."""
        softening = self.expression("unless_before")
        if softening is None:
            return False
        clause = _CLAUSE_END.split(before)[-1].split()
        words = int(self.table.get("before_words", USUAL_BEFORE_WORDS))
        return bool(softening.search(" ".join(clause[-words:])))


def _filled(expression: str, lists: dict[str, str]) -> str:
    for name, listed in lists.items():
        expression = expression.replace(f"{{{name}}}", f"(?:{listed})")
    return expression


@dataclass(frozen=True)
class Words:
    """The words of one language."""

    language: str
    rules: dict[str, RuleWords]

    def of(self, rule: str) -> RuleWords:
        """The expressions of one rule; without any where the language has none for it."""
        return self.rules.get(rule) or RuleWords({}, {})


@lru_cache(maxsize=8)
def words_for(language: str) -> Words | None:
    """The words of a language (`en-GB` takes those of `en`), or None where there are none."""
    base = language.partition("-")[0].lower()
    file = FOLDER / f"{base}.toml"
    if not file.is_file():
        return None
    told = tomllib.loads(file.read_text("utf-8"))
    lists: dict[str, str] = {}
    for name, listed in told.pop("lists").items():
        lists[name] = "|".join(_filled(part, lists) for part in listed)
    return Words(base, {rule: RuleWords(table, lists) for rule, table in told.items()})
