"""Words that a voice may not say as they are meant, with how it says them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from meditations.errors import MeditationError, Where
from meditations.plan.reading_out import left_as_written
from meditations.plan.vocabulary import is_common
from meditations.script.pronunciation import NAME, is_marked
from meditations.speech import espeak_spelling

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from meditations.plan.events import Plan, SayEvent
    from meditations.script.marks import Word
    from meditations.script.pronunciation import Lexicon

_PIECE: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_CORE: Final = re.compile(r"\w(?:.*[\w%°])?", re.DOTALL)
_BY_ESPEAK: Final = frozenset(("pyttsx3", "espeak-ng"))
_LINES_LOOKED_AT: Final = 60
_MOST_INITIALS: Final = 6


@dataclass(frozen=True, slots=True)
class Doubt:
    """A word that may come out wrong; what is alike is told once.

    Attributes:
        word: As it is written.
        why: What is doubtful about it.
        said: How the voice says it, in the International Phonetic Alphabet; empty if not known.
        mend: What to write to have it said otherwise.
        where: Its first place.
        times: How often it is said.
    """

    word: str
    why: str
    said: str
    mend: str
    where: Where
    times: int = 1

    def __str__(self) -> str:
        said = f"; the voice says {self.said}" if self.said else ""
        times = f" ({self.times} times)" if self.times > 1 else ""
        return str(MeditationError(f"'{self.word}' {self.why}{said}{times}", mend=self.mend,
                                   where=self.where))  # fmt: skip


def doubts_of(plan: Plan, language: str, lexicon: Lexicon, source: Path) -> list[Doubt]:
    """What is doubtful in a plan, in the order of first use.

    Args:
        plan: What is said.
        language: The code of its language.
        lexicon: Words that a maker has told how to say; they are never doubtful.
        source: The script's file, to find the columns of words.

    Raises:
        MeditationError: If espeak-ng is not here and its voices are asked for.
    """
    lines = source.read_text("utf-8").splitlines()
    first: dict[tuple[str, str], Doubt] = {}
    times: Counter[tuple[str, str]] = Counter()
    alphabet = _usual_alphabet(plan)
    for event in plan.said:
        looker = _Looker(event, language, alphabet)
        for word in event.phrase.words:
            if lexicon.knows(word):
                continue
            for text, why, mend in looker.doubts(word):
                key = (text, why)
                times[key] += 1
                if key not in first:
                    said = looker.heard(text) if not word.ipa else ""
                    place = _place(text, event.where, lines)
                    first[key] = Doubt(text, why, said, mend or _mend(text, said), place)
    return [
        Doubt(doubt.word, doubt.why, doubt.said, doubt.mend, doubt.where, times[key])
        for key, doubt in first.items()
    ]


def _mend(word: str, said: str) -> str:
    how = f'{{ipa: "{said}"}}' if said and "(" not in said else word.lower()
    return f"to have it said otherwise, change this under `words:` in {NAME}:  {word}: {how}"


class _Looker:
    """What is doubtful for the voice of one line."""

    def __init__(self, event: SayEvent, language: str, alphabet: str) -> None:
        manner = event.utterance.manner
        self._voice = manner.voice if manner.engine in _BY_ESPEAK else ""
        self._language, self._alphabet = language, alphabet
        if ":" in self._voice:  # one of the system's
            self._voice = ""

    def heard(self, text: str) -> str:
        return espeak_spelling.heard(text, self._voice) if self._voice else ""

    def doubts(self, word: Word) -> Iterator[tuple[str, str, str]]:
        """Each with what is said, why it is doubtful, and how to mend it, if not as usual."""
        if word.ipa:
            yield from self._sounds(word)
        elif left_as_written((word,)):
            core = _CORE.search(word.caption)
            yield (core[0] if core else word.caption, "may be read in several ways",
                   "write it in words")  # fmt: skip
        elif not is_marked(word):
            for piece in _PIECE.findall(word.caption):
                if why := self._strange_letters(piece):
                    yield piece, why, "write it in the letters of the language"
                elif why := self._why(piece):
                    yield piece, why, ""

    def _sounds(self, word: Word) -> Iterator[tuple[str, str, str]]:
        if not self._voice:
            return
        replaced = espeak_spelling.spelled(word.ipa, self._voice).replaced
        if replaced:
            told = ", ".join(f"{near} for {sound}" for sound, near in replaced)
            core = _CORE.search(word.caption)
            yield (core[0] if core else word.caption,
                   f"holds sounds that this voice has not, and says {told}",
                   "choose the sounds that are near by yourself, if these will not do")  # fmt: skip

    def _strange_letters(self, piece: str) -> str:
        alphabets = {_alphabet(letter) for letter in piece} - {""}
        if len(alphabets) > 1:
            return f"mixes letters of two alphabets ({', '.join(sorted(alphabets))})"
        if alphabets - {self._alphabet}:
            return f"is written in another alphabet ({alphabets.pop()})"
        return ""

    def _why(self, piece: str) -> str:
        common = is_common(piece, self._language)
        if piece.isupper() and 1 < len(piece) <= _MOST_INITIALS:
            if not common:
                return "may be letters or a word"
            if self._voice and self.heard(piece) != self.heard(piece.lower()):
                return "is said otherwise than in small letters"
        if self._voice and "(" in self.heard(piece):
            return "is said as a word of another language"
        return "" if common else "is no common word of this language, so a voice may guess"


def _usual_alphabet(plan: Plan) -> str:
    letters: Counter[str] = Counter()
    for event in plan.said:
        letters.update(_alphabet(letter) for letter in event.caption)
    del letters[""]
    return letters.most_common(1)[0][0] if letters else ""


def _alphabet(letter: str) -> str:
    if not letter.isalpha():
        return ""
    name = unicodedata.name(letter, "").partition(" ")[0].capitalize()
    # Japanese is written in three of them.
    return "Cjk" if name in ("Hiragana", "Katakana", "Cjk") else name


def _place(word: str, where: Where, lines: Sequence[str]) -> Where:
    """Where a word stands in the file, from the beginning of its line of speech on."""
    whole = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)")
    for number in range(max(where.line, 1), min(where.line + _LINES_LOOKED_AT, len(lines) + 1)):
        start = where.column - 1 if number == where.line and where.column else 0
        if found := whole.search(lines[number - 1], start):
            return Where(where.file, number, found.start() + 1)
    return where
