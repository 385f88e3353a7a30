"""How words are said: `pronunciation.yaml` of a project, and `pronunciation:` of a script."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import BeforeValidator, model_validator

from meditations.errors import MeditationError, Where
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
        told(check_sound)(self)
        return self


def check_sound(sound: Sound) -> None:
    """Raises a MeditationError where it does not say how a word sounds."""
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
            check_word(word)
    return value


def check_word(word: str) -> None:
    """Raises a MeditationError for what cannot be a word, or several, of a script."""
    if not _WORD.fullmatch(word) or re.search(r"[\[\]()]", word):
        raise MeditationError(
            f"{given(word)} is no word", mend="write it without punctuation before or behind it"
        )


Words = Annotated[dict[str, Sound], BeforeValidator(told(_read_words))]


class _File(Settings):
    words: Words = {}
    languages: dict[str, Words] = {}
    lexicons: tuple[Text, ...] = ()


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
        MeditationError: If a file of the project's cannot be read, or holds faults.
    """
    return Lexicon({**project_words(project, language), **own})


def project_words(project: Project, language: str) -> dict[str, Sound]:
    """The words of a project in a language: those of its lexicons, and its own before them.

    Raises:
        MeditationError: If a file cannot be read, or holds faults.
    """
    read = _read(project)
    code = language.lower()
    words: dict[str, Sound] = {}
    if read.lexicons:
        from meditations.script.pls import read_pls  # slow to import

        for file in reversed(_named(read.lexicons, project)):
            lexicon = read_pls(file, project.shown(file))
            words |= lexicon.words if lexicon.is_for(code) else {}
    of_language = read.languages.get(code.split("-")[0], {}) | read.languages.get(code, {})
    return {**words, **read.words, **of_language}


def lexicon_files(project: Project) -> list[Path]:
    """The files that tell how words are said, be they there or not.

    Raises:
        MeditationError: If the project's own cannot be read.
    """
    return [project.root / NAME, *_named(_read(project).lexicons, project)]


def _read(project: Project) -> _File:
    file = project.root / NAME
    if not file.is_file():
        return _File()
    from meditations.script.reader import read_settings

    return read_settings(file, project.shown(file), _File, "a list of words", "words:")


def _named(names: Sequence[str], project: Project) -> list[Path]:
    where = Where(project.shown(project.root / NAME))
    found = []
    for name in names:
        file = (project.root / name).resolve()
        if not file.is_relative_to(project.root.resolve()):
            raise MeditationError(
                f"the lexicon '{name}' lies outside the project",
                mend=f"copy it in, and name the copy: cp '{file}' .",
                where=where,
            )
        if not file.is_file():
            raise MeditationError(
                f"the lexicon '{name}' is not there",
                mend="name a PLS file in the project, or leave it out",
                where=where,
            )
        found.append(file)
    return found
