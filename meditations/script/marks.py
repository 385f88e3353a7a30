r"""Inline marks in speech, after Speech Markdown: `[2s]`, `[500ms]`, `(Ujjayi)[sub:"oo-jai-yee"]`.

`(Ujjayi)[ipa:"uːˈdʒaːji"]` gives the sounds themselves, for the voices that can read them.

A mark that is not known, or not closed, is an error: a listener must never hear a bracket read out.
A bracket that is meant as a bracket is written `\[`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from meditations.errors import MeditationError, nearest
from meditations.ipa import read_ipa
from meditations.quantities import parse_duration

LONGEST_LINE: Final = 5_000
"""Characters in one line of speech; ten minutes without a pause are no meditation."""

PRONUNCIATIONS: Final = {
    "sub": '(Ujjayi)[sub:"oo-jai-yee"]',
    "ipa": '(Ujjayi)[ipa:"uːˈdʒaːji"]',
}
"""The marks that say how a word sounds, each with an example."""

_LITERAL: Final = r"a bracket that is meant as one as \[ (between double quotes: \\[)"
_PAUSE = re.compile(r"\d+(?:\.\d+)?(?:ms|s)")
_MARK = re.compile(r'(?P<name>[A-Za-z]\w*)(?::\s*(?P<value>"[^"]*"|[^"\]]*))?')
_TOKEN = re.compile(
    r"\\(?P<escaped>[\[\]()\\])"
    r"|\((?P<words>[^()\[\]]*)\)\[(?P<about>[^\]]*)\]"
    r"|\[(?P<mark>[^\]]*)\]"
    r"|(?P<stray>[\[\]])"
    r"|(?P<text>[^\\\[\]()]+|.)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word, or words under one mark: as they are shown, and as they are given to the voice.

    Attributes:
        caption: As shown.
        spoken: As spoken; one word, several, or none.
        ipa: The sounds of it in the International Phonetic Alphabet, or empty.
    """

    caption: str
    spoken: str
    ipa: str = ""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words between two pauses."""

    words: tuple[Word, ...]

    @classmethod
    def plain(cls, text: str) -> Phrase:
        """Words that are spoken as they are written, whatever marks they hold."""
        return cls(tuple(Word(word, speakable(word)) for word in text.split()))

    @property
    def caption(self) -> str:
        """As it is shown."""
        return " ".join(word.caption for word in self.words if word.caption)

    @property
    def spoken(self) -> str:
        """As it is given to the voice."""
        return " ".join(word.spoken for word in self.words if word.spoken)


@dataclass(frozen=True, slots=True)
class MarkedPause:
    """A pause written into a line."""

    ms: int


class MarkError(MeditationError):
    """A fault in a mark.

    Attributes:
        offset: Where in the line's text the mark starts, in characters from 0.
    """

    def __init__(self, what: str, mend: str, offset: int) -> None:
        super().__init__(what, mend=mend)
        self.offset = offset


def parse_marks(text: str) -> tuple[Phrase | MarkedPause, ...]:
    """A line of speech as phrases and pauses, in order; words keep the white space of one blank.

    Raises:
        MarkError: If a mark is unknown or broken, a phrase holds nothing that can be spoken,
            or the line is over `LONGEST_LINE` characters.
    """
    if len(text) > LONGEST_LINE:
        raise MarkError(
            f"this line has {len(text):,} characters; {LONGEST_LINE:,} are the most",
            "split it into lines of a few sentences, with pauses between them",
            0,
        )
    parts: list[Phrase | MarkedPause] = []
    words, start = _Words(), 0
    for token in _TOKEN.finditer(text):
        if token["stray"]:
            raise MarkError(
                f"the bracket '{token['stray']}' has no partner",
                f"write a pause as [2s], and {_LITERAL}",
                token.start(),
            )
        if token["mark"] is not None:
            ms = _pause_ms(token["mark"], token.start())
            _add_phrase(parts, words.ended(), start)
            parts.append(MarkedPause(ms))
            words, start = _Words(), token.end()
        elif token["about"] is not None:
            words.add_marked(token["words"], *_pronounced(token["about"], token.start()))
        else:
            words.add(token["escaped"] or token["text"])
    _add_phrase(parts, words.ended(), start)
    if not any(isinstance(part, Phrase) for part in parts):
        _refuse_silent(text, 0)
    return tuple(parts)


class _Words:
    """Words as they come together, piece by piece; blanks part them, except under a mark."""

    def __init__(self) -> None:
        self._done: list[Word] = []
        self._open = Word("", "")

    def add(self, text: str) -> None:
        """Adds text that is spoken as it is written."""
        for piece in re.split(r"(\s+)", text):
            if piece.isspace():
                self._close()
            else:
                self._grow(piece, piece, "")

    def add_marked(self, caption: str, spoken: str, ipa: str) -> None:
        """Adds words under a mark, which stay together."""
        self._grow(" ".join(caption.split()), spoken or caption, ipa)

    def ended(self) -> tuple[Word, ...]:
        """All words."""
        self._close()
        return tuple(self._done)

    def _grow(self, caption: str, spoken: str, ipa: str) -> None:
        now = self._open
        self._open = Word(now.caption + caption, now.spoken + spoken, now.ipa or ipa)

    def _close(self) -> None:
        word, self._open = self._open, Word("", "")
        if word.caption or word.spoken:
            self._done.append(Word(word.caption, speakable(word.spoken), word.ipa))


def _add_phrase(parts: list[Phrase | MarkedPause], words: tuple[Word, ...], offset: int) -> None:
    phrase = Phrase(words)
    if not phrase.caption:
        return
    if not any(char.isalnum() for char in phrase.spoken):
        _refuse_silent(phrase.caption, offset)
    parts.append(phrase)


def _refuse_silent(text: str, offset: int) -> None:
    if _PAUSE.fullmatch(text.strip().strip("[]")):
        return
    shown = text if len(text) <= 20 else text[:19] + "…"
    raise MarkError(
        f"'{shown}' holds nothing that can be spoken",
        "write words, or a pause as [2s] or as a step of its own: pause: 2s",
        offset,
    )


def speakable(text: str) -> str:
    """`text` without what a voice would read out by name: emoji and other pictures."""
    plain = _BETWEEN_DIGITS.sub(" ", text).translate(_NO_EMPHASIS)
    kept = (char if char.isspace() else _heard(char) for char in plain)
    return " ".join("".join(kept).split())


def _heard(char: str) -> str:
    kind = unicodedata.category(char)
    # A soft hyphen or a joiner stands within a word, which must not fall apart.
    if kind == "Cf" or char in _PICTURE_SELECTORS:
        return ""
    return " " if kind in _UNSPOKEN and char != "°" else char


# A voice reads an asterisk out by its name; who writes *softly* means another thing.
_NO_EMPHASIS: Final = dict.fromkeys(map(ord, "*_~`^|<>\\"))
# But 5*3 is not 53.
_BETWEEN_DIGITS: Final = re.compile(r"(?<=\d)[*_~`^|<>\\]+(?=\d)")
_UNSPOKEN: Final = {"So", "Sk", "Cs", "Co", "Cn", "Cc"}
_PICTURE_SELECTORS: Final = "\ufe0e\ufe0f\u20e3"


def _pause_ms(mark: str, offset: int) -> int:
    if _PAUSE.fullmatch(mark):
        try:
            return parse_duration(mark)
        except MeditationError as error:
            raise MarkError(error.what, error.mend, offset) from None
    name = _MARK.fullmatch(mark)
    known = name["name"].lower() if name else ""
    if known in PRONUNCIATIONS:
        mend = f'write the word before it in parentheses: (word)[{known}:"…"]'
    elif known in ("pause", "break", "silence") or re.search(r"\d", mark):
        mend = "write a pause as [2s] or [500ms]"
    else:
        mend = f'marks are [2s], [500ms] and (word)[sub:"…"]\nwrite {_LITERAL}'
    raise MarkError(f"the mark '[{mark}]' is not known", mend, offset)


def _pronounced(mark: str, offset: int) -> tuple[str, str]:
    """What a mark behind words says: other words to speak, or their sounds."""
    match = _MARK.fullmatch(mark.strip())
    name = match["name"] if match else ""
    value = (match["value"] or "") if match else ""
    if name not in PRONUNCIATIONS:
        raise MarkError(
            f"the mark '[{mark}]' is not known", nearest(name or mark, PRONUNCIATIONS), offset
        )
    if not (value.startswith('"') and len(value) > 2):
        raise MarkError(
            f"the mark '[{mark}]' does not say how the word sounds",
            f"write it in double quotes: {PRONUNCIATIONS[name]}",
            offset,
        )
    told = value[1:-1].strip()
    if name == "sub":
        return told, ""
    try:
        read_ipa(told)
    except MeditationError as error:
        raise MarkError(error.what, error.mend, offset) from None
    return "", told
