"""How words are said: `pronunciation.yaml` of a project, and `pronunciation:` of a script."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import BeforeValidator, StringConstraints, model_validator

from meditations.errors import MeditationError, Where
from meditations.ipa import read_ipa
from meditations.script.marks import Word, speakable
from meditations.script.settings import Settings
from meditations.script.values import Text, given, told

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from meditations.project import Project

_SIBILANTS, _VOICELESS = "szʃʒ", "ptkfθ"
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
    if sound.sub is not None and re.search(r"[\[\]]", sound.sub):
        raise MeditationError(
            f"{given(sound.sub)} holds brackets, which cannot be spoken",
            mend="write letters alone; a pause belongs into the line",
        )
    if sound.ipa is not None:
        read_ipa(sound.ipa)


def check_word(word: str) -> None:
    """Raises a MeditationError for what cannot be a word, or several, of a script."""
    # A full stop may belong to it: U.S.
    if not _WORD.fullmatch(word.removesuffix(".")) or re.search(r"[\[\]()]", word):
        raise MeditationError(
            f"{given(word)} is no word", mend="write it without punctuation before or behind it"
        )


def _read_word(word: str) -> str:
    check_word(word)
    return word


Words = dict[Annotated[str, BeforeValidator(told(_read_word))], Sound]


LANGUAGE: Final = r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$"


class _File(Settings):
    words: Words = {}
    languages: dict[Annotated[str, StringConstraints(pattern=LANGUAGE)], Words] = {}
    lexicons: tuple[Text, ...] = ()


class Lexicon:
    """Words and how they are said.

    A word in small letters stands for itself in any case; one with capitals only as it is
    written. Of several that begin at the same place the longest counts.
    """

    def __init__(self, words: Mapping[str, Sound] | None = None) -> None:
        """Takes words, each with its sound."""
        self._words = {_key(word): sound for word, sound in (words or {}).items()}
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
                last = place + count == len(words)
                if found := self._known(words[place : place + count], is_last=last):
                    yield found
                    place += count
                    break
            else:
                yield words[place]
                place += 1

    def _known(self, words: Sequence[Word], *, is_last: bool = False) -> Word | None:
        if any(is_marked(word) for word in words):
            return None
        text = unicodedata.normalize("NFC", " ".join(word.spoken for word in words))
        core = _WORD.search(text)
        if core is None:
            return None
        stopped = text[core.end() :].startswith(".")
        for said, ending in (
            *([(core[0] + ".", "")] if stopped else []),
            (core[0], ""),
            *((core[0][:-2], core[0][-2:]) for s in ("'s", "’s") if core[0].endswith(s)),
        ):
            key = _key(said)
            sound = self._words.get(key) or self._words.get(tuple(map(str.lower, key)))
            if sound is None:
                continue
            spoken = f"{speakable(sound.sub)}{ending}" if sound.sub else core[0]
            around = (text[: core.start()], text[core.end() :])
            if said.endswith("."):
                # Its own full stop is not spoken, but that of the sentence is.
                around = (around[0], around[1] if is_last else around[1][1:])
            caption = " ".join(word.caption for word in words)
            ipa = _with_s(sound.ipa.strip()) if sound.ipa and ending else (sound.ipa or "").strip()
            return Word(caption, around[0] + spoken + around[1], ipa)
        return None


def _key(word: str) -> tuple[str, ...]:
    """A word, or several, whatever apostrophe was typed and however its accents are stored."""
    return tuple(unicodedata.normalize("NFC", word).replace("’", "'").split())


def _with_s(ipa: str) -> str:
    """The sounds of a word with its English `'s`."""
    last = ipa.rstrip("ː.")[-1:]
    return ipa + ("ɪz" if last in _SIBILANTS else "s" if last in _VOICELESS else "z")


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
    words |= read.words
    for wanted in dict.fromkeys((code.split("-")[0], code)):
        for name, of_language in read.languages.items():
            words |= of_language if name.lower() == wanted else {}
    return words


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
