"""Words and phonemes: what a voice of phonemes is given, and when each word of it sounds."""

from __future__ import annotations

import itertools
import re
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from meditations.errors import SpeechError
from meditations.speech.engine import WordTime

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from meditations.speech.utterance import Utterance

_PAUSING: Final = ".,;:!?…"
_UNSPOKEN: Final = str.maketrans({"g": "ɡ", "'": "ˈ", ":": "ː", **dict.fromkeys("./|‖‿͜͡-()[]")})
"""Signs that people type for others, and those that show only how sounds hang together."""
MOST_UNREAD: Final = 0.2
"""The share of a line's sounds that a voice may lack: an odd sign, but no word."""
_STRESS: Final = "ˈˌ"
_LENGTH: Final = "ːˑ"
_NEVER_SAME: Final = 3.0
_OTHER: Final = 1.5


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of an utterance: as letters, or as sounds in IPA with the punctuation behind them."""

    text: str
    is_ipa: bool = False


def pieces_of(utterance: Utterance) -> tuple[Piece, ...]:
    """An utterance as words in letters and words in sounds, in order."""
    words, pieces, at = utterance.words, [], 0
    for sounds in utterance.sounds:
        if before := words[at : sounds.first]:
            pieces.append(Piece(" ".join(before)))
        at = sounds.first + sounds.count
        pieces.append(Piece(clean_ipa(sounds.ipa) + _punctuation(words[at - 1]), is_ipa=True))
    if rest := words[at:]:
        pieces.append(Piece(" ".join(rest)))
    return tuple(pieces)


def words_alone(utterance: Utterance) -> tuple[Piece, ...]:
    """Each word of an utterance, as letters or sounds."""
    alone = [Piece(word) for word in utterance.words]
    for sounds in utterance.sounds:
        ipa = clean_ipa(sounds.ipa)
        parts = ipa.split()
        if len(parts) != sounds.count:
            ends = [len(ipa) * part // sounds.count for part in range(sounds.count + 1)]
            parts = [ipa[start:end] for start, end in itertools.pairwise(ends)]
        for number, part in enumerate(parts, sounds.first):
            alone[number] = Piece(part, is_ipa=True)
    return tuple(alone)


def clean_ipa(ipa: str) -> str:
    """IPA without what is no sound: slashes, dots between syllables, ties."""
    return " ".join(unicodedata.normalize("NFD", ipa).translate(_UNSPOKEN).split())


def _punctuation(word: str) -> str:
    found = re.search(rf"[{_PAUSING}]+\W*$", word)
    return found[0][0] if found else ""


@dataclass(frozen=True, slots=True)
class Sounding:
    """A phoneme, and when it sounds, in seconds."""

    phoneme: str
    start_s: float
    end_s: float


def word_times(spoken: Sequence[Sounding], alone: Sequence[str]) -> tuple[WordTime, ...]:
    """When each word sounds.

    A phonemizer runs words together and reads a number as several, so words cannot be counted off.
    The phonemes of each word alone are laid along those of the whole, by the fewest changes.

    Args:
        spoken: The phonemes of the whole, blanks between words included.
        alone: For each word its phonemes alone.

    Returns:
        One for each word, in order, none beginning before the one in front ends. A word that is
        not heard, such as a dash, has no length.
    """
    heard = _merged(spoken)
    owned: list[list[Sounding]] = [[] for _ in alone]
    for sounding, owner in zip(heard, _owners([s.phoneme for s in heard], alone), strict=True):
        if not sounding.phoneme.isspace():
            owned[owner].append(sounding)
    times, at = [], next((s.start_s for s in heard if not s.phoneme.isspace()), 0.0)
    for soundings in owned:
        start = max(at, soundings[0].start_s) if soundings else at
        at = max(start, soundings[-1].end_s) if soundings else at
        times.append(WordTime(start, at))
    return tuple(times)


def _merged(spoken: Sequence[Sounding]) -> list[Sounding]:
    """Sounds and blanks alone; stress goes to the sound behind it, length to the one before."""
    merged: list[Sounding] = []
    start_s: float | None = None
    for sounding in spoken:
        sign = sounding.phoneme
        if _counts(sign):
            merged.append(sounding if start_s is None else replace(sounding, start_s=start_s))
        elif merged and (sign in _LENGTH or unicodedata.combining(sign[0])):
            merged[-1] = replace(merged[-1], end_s=sounding.end_s)
        start_s = sounding.start_s if sign in _STRESS else None
    return merged


def _counts(phoneme: str) -> bool:
    """Whether a sign is a sound or parts words; stress and punctuation come and go."""
    return phoneme.isspace() or (phoneme[0].isalnum() and phoneme not in _STRESS + _LENGTH)


def _owners(heard: Sequence[str], alone: Sequence[str]) -> list[int]:
    """The number of the word that each of `heard` belongs to, never falling."""
    signs: list[tuple[str, int]] = []
    for number, phonemes in enumerate(alone):
        signs += [(sign, number) for sign in phonemes if _counts(sign)]
        signs.append((" ", number))
    # Needleman and Wunsch: the fewest changes from each beginning to each beginning.
    rows = [[float(column) for column in range(len(signs) + 1)]]
    for row, phoneme in enumerate(heard, 1):
        above, now = rows[-1], [float(row)]
        for column, (sign, _) in enumerate(signs, 1):
            same = above[column - 1] + _cost(phoneme, sign)
            now.append(min(same, above[column] + 1, now[-1] + 1))
        rows.append(now)
    owners: list[int] = []
    row, column = len(heard), len(signs)
    while row:
        here = rows[row][column]
        sign, owner = signs[column - 1] if column else ("", 0)
        if column and here == rows[row - 1][column - 1] + _cost(heard[row - 1], sign):
            row, column = row - 1, column - 1
            owners.append(owner)
        elif here == rows[row - 1][column] + 1:
            row -= 1
            owners.append(owner)
        else:
            column -= 1
    return owners[::-1]


def _cost(one: str, other: str) -> float:
    """What it costs to take one sign for the other; a blank is never a sound."""
    if one == other:
        return 0
    return _NEVER_SAME if one.isspace() or other.isspace() else _OTHER


def unknown_sounds(pieces: Iterable[Piece], known: Iterable[str]) -> list[str]:
    """Signs of the IPA given that a voice has no sound for."""
    have = {*known, " ", *_PAUSING}
    return sorted({sign for piece in pieces if piece.is_ipa for sign in piece.text} - have)


def refuse_unread(signs: Sequence[str], known: Sequence[bool], text: str) -> None:
    """Raises a SpeechError where a voice lacks the sounds of a word: it would be left out.

    Args:
        signs: What is to be spoken, phoneme by phoneme.
        known: Whether the voice has a sound for each.
        text: The words, for the message.
    """
    letters = [(sign, has) for sign, has in zip(signs, known, strict=True) if sign[0].isalnum()]
    unread = [sign for sign, has in letters if not has]
    if len(unread) > MOST_UNREAD * len(letters) or not letters:
        told = " ".join(dict.fromkeys(unread)) or "anything"
        raise SpeechError(
            f"the voice has no sound for {told} in '{text}'",
            mend="is it a voice of the script's language?",
        )
