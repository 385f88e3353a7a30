"""How words are said: `pronunciation.yaml` of a project, and `pronunciation:` of a script."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import BeforeValidator, model_validator

from meditations.errors import MeditationError
from meditations.script.ipa import read_ipa
from meditations.script.marks import Word, speakable
from meditations.script.settings import Settings
from meditations.script.values import Text, given, told

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from meditations.project import Project

NAME: Final = "pronunciation.yaml"
_EXAMPLE: Final = "Ujjayi: oo-jai-yee"
_WORD: Final = re.compile(r"[^\W_](?:.*[^\W_])?", re.DOTALL)
"""A word without the punctuation around it."""


class Sound(Settings):
    """How a word is said: other words in its place, or its sounds; one of the two."""

    short_for = "sub"
    sub: Text | None = None
    ipa: Text | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Sound:
        told(_check_sound)(self)
        return self


def _check_sound(sound: Sound) -> None:
    if (sound.sub is None) == (sound.ipa is None):
        raise MeditationError(
            "this does not say how the word sounds",
            mend=f'write it in letters, as in  {_EXAMPLE}  or as sounds: {{ipa: "uːˈdʒaːji"}}',
        )
    if sound.sub is not None and not any(map(str.isalnum, speakable(sound.sub))):
        raise MeditationError(
            f"{given(sound.sub)} holds nothing that can be spoken",
            mend=f"write it in letters, as in  {_EXAMPLE}",
        )
    if sound.ipa is not None:
        read_ipa(sound.ipa)


def _read_words(value: Any) -> Any:
    if isinstance(value, dict):
        for word in value:
            if not _WORD.fullmatch(word) or re.search(r"[\[\]()]", word):
                raise MeditationError(
                    f"{given(word)} is no word",
                    mend="write it without punctuation before or behind it",
                )
    return value


Words = Annotated[dict[str, Sound], BeforeValidator(told(_read_words))]


class _File(Settings):
    words: Words = {}
    languages: dict[str, Words] = {}


class Lexicon:
    """Words and how they are said.

    A word in small letters stands for itself in any case; one with capitals only as it is
    written. Of several that begin at the same place the longest counts.
    """

    def __init__(self, words: Mapping[str, Sound] | None = None) -> None:
        """Takes words, each with its sound."""
        self._words = {tuple(word.split()): sound for word, sound in (words or {}).items()}
        self._longest = max(map(len, self._words), default=0)

    def applied(self, words: Sequence[Word]) -> tuple[Word, ...]:
        """The words as they are said; what carries a mark stays as it is, and so do captions."""
        return tuple(self._said(words))

    def knows(self, word: Word) -> bool:
        """Whether a maker has told how a word is said, be it as it is written."""
        return self._known((word,)) is not None

    def _said(self, words: Sequence[Word]) -> Iterator[Word]:
        place = 0
        while place < len(words):
            for count in range(min(self._longest, len(words) - place), 0, -1):
                if found := self._known(words[place : place + count]):
                    yield found
                    place += count
                    break
            else:
                yield words[place]
                place += 1

    def _known(self, words: Sequence[Word]) -> Word | None:
        if any(is_marked(word) for word in words):
            return None
        text = " ".join(word.spoken for word in words)
        core = _WORD.search(text)
        if core is None:
            return None
        for said, ending in (
            (core[0], ""),
            *((core[0][:-2], core[0][-2:]) for s in ("'s", "’s") if core[0].endswith(s)),
        ):
            key = tuple(said.split())
            sound = self._words.get(key) or self._words.get(tuple(map(str.lower, key)))
            if sound is None or (ending and sound.ipa):
                continue
            spoken = f"{speakable(sound.sub)}{ending}" if sound.sub else core[0]
            around = (text[: core.start()], text[core.end() :])
            caption = " ".join(word.caption for word in words)
            return Word(caption, around[0] + spoken + around[1], (sound.ipa or "").strip())
        return None


def is_marked(word: Word) -> bool:
    """Whether something else already says how a word sounds."""
    return bool(word.ipa) or word.spoken != speakable(word.caption)


def read_lexicon(project: Project, language: str, own: Mapping[str, Sound]) -> Lexicon:
    """The words of a project in a language, and those of a script, which go before them.

    Raises:
        MeditationError: If the project's file cannot be read, or holds faults.
    """
    file = lexicon_file(project)
    if file is None:
        return Lexicon(own)
    from meditations.script.reader import read_settings

    read = read_settings(file, project.shown(file), _File, "a list of words", "words:")
    code = language.lower()
    of_language = read.languages.get(code.split("-")[0], {}) | read.languages.get(code, {})
    return Lexicon({**read.words, **of_language, **own})


def lexicon_file(project: Project) -> Path | None:
    """The project's `pronunciation.yaml`, if it has one."""
    file = project.root / NAME
    return file if file.is_file() else None
