"""What the program itself says to listeners: one file of words for each language, `en.toml`.

Pages, show notes, captions, tags and the words of a guided breath all take theirs from here. A
language without a file has English ones, which say that they are.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from meditations.languages import base

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

FALLBACK: Final = "en"
MONTHS: Final = 12


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one language.

    Attributes:
        language: Of the words, which may be another than was asked for.
        texts: By key, such as `page.play`.
    """

    language: str
    texts: Mapping[str, str]

    def __call__(self, key: str, /, **filled: object) -> str:
        """The words under a key, with what stands in braces filled in."""
        return self.texts[key].format(**filled)

    def below(self, table: str) -> dict[str, str]:
        """The words of one table, by their keys in it."""
        return {
            key.removeprefix(f"{table}."): text
            for key, text in self.texts.items()
            if key.startswith(f"{table}.")
        }

    def minutes(self, ms: int) -> str:
        """A length as people say it: `6 min`, `45 s`."""
        if ms >= 60_000:
            return self("numbers.minutes", n=round(ms / 60_000))
        return self("numbers.seconds", n=round(ms / 1000))

    def megabytes(self, size_bytes: int) -> str:
        """A size as a download shows it: `8.8 MB`."""
        size = size_bytes / 1e6
        return self("numbers.megabytes", n=self.number(size, 1 if size < 9.95 else 0))

    def number(self, value: float, places: int) -> str:
        """A number with this language's sign before its decimals."""
        return f"{value:.{places}f}".replace(".", self("numbers.decimal"))

    def day(self, day: date) -> str:
        """A day with its month as a word."""
        month = self("numbers.months").split()[day.month - 1]
        return self("numbers.day", day=day.day, month=month, year=day.year)


def has_wording(language: str) -> bool:
    """Whether there is a file of words for a language (`de-AT` takes those of `de`)."""
    return _read(base(language)) is not None


def wording_for(language: str) -> Wording:
    """The words for a language; English ones where it has none."""
    found = _read(base(language)) or _read(FALLBACK)
    assert found is not None  # noqa: S101 - it comes with the program
    return found


@cache
def _read(language: str) -> Wording | None:
    file = files("meditations.wording") / f"{language}.toml"
    if not file.is_file():
        return None
    return Wording(language, dict(_flat(tomllib.loads(file.read_text("utf-8")))))


def _flat(table: Mapping[str, object], before: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", str(value)
