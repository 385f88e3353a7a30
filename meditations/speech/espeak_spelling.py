"""Sounds in the International Phonetic Alphabet, as espeak-ng's own notation, and back.

Which notation a voice has for which sound is asked of espeak-ng itself: each of its phonemes is
put between others, and what comes back in IPA is noted. So every voice has its table, whatever
the version of espeak-ng.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Final

from meditations.errors import MeditationError
from meditations.ipa import (
    BREAK,
    PRIMARY,
    WORD,
    Segment,
    distance,
    in_single_signs,
    read_ipa,
)
from meditations.speech import espeak
from meditations.speech.espeak_phonemes import Phoneme, phonemes_of, told

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from meditations.speech.utterance import Utterance

FORMAT: Final = 1
"""Counted up when the same sounds come to be given in another way: part of their takes' keys."""
_AROUND: Final = {
    True: ((4, "t|'", "|t"), (3, "t|", "|t"), (2, "t|'", ""), (1, "'a|t|", "")),
    False: (
        (4, "@|", "|'@"),
        (3, "'@|", "|@"),
        (1, "'@|", ""),
        (1, "", "|'@"),
        (1, "'@|t|", "|@"),
        (1, "'@|", "|t"),
    ),
}
"""What a vowel, or a consonant, is put between to hear it, the most telling first."""
_TELLING, _ALL = 4, 16
_UNSTRESSED: Final = str.maketrans("", "", "ˈˌ")
_KIRSHENBAUM: Final = str.maketrans("@3AEIOUVQDTSZNCWY:", "əɜɑɛɪɔʊʌɣðθʃʒŋçœøː")
"""What a phoneme's name means, where it means what it seems to."""
_FOUND_AS: Final = 4
"""Signs that one phoneme may stand for at the most, as in `aɪɚ`."""
_NEAR_DIPHTHONG: Final = 3.0
_TWO_RS: Final = frozenset(("an", "ca", "es", "eu", "pap", "pt"))
"""Languages in which a rolled r and a tapped one make two words."""
_WEAK: Final = "əɐ"

Segments = tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Spelling:
    """Sounds as a voice of espeak-ng is given them.

    Attributes:
        phonemes: In its own notation, without brackets.
        replaced: Sounds that this voice has not, each with what stands for it.
    """

    phonemes: str
    replaced: tuple[tuple[str, str], ...]


def spelled(ipa: str, voice: str) -> Spelling:
    """Sounds in the notation of a voice, the nearest where it lacks one.

    Args:
        ipa: The sounds.
        voice: The voice as a script names it, such as `en-us+f5`.

    Raises:
        MeditationError: If a sign is not of this alphabet, or espeak-ng is not here.
    """
    sounds = _stressed(read_ipa(ipa))
    usual, strict = _tables(_base(voice))
    found = _spelled(sounds, usual)
    # Between others a phoneme may change: an English t becomes a tap. Some never do.
    return found if _heard_as(found, ipa, voice) else _spelled(sounds, strict)


def _heard_as(spelling: Spelling, ipa: str, voice: str) -> bool:
    said = told(f"[[{spelling.phonemes}]]", _base(voice))
    return _segments(said) == _segments(ipa)


def _segments(ipa: str) -> Segments | None:
    try:
        return tuple(_plain(sound) for sound in read_ipa(ipa) if isinstance(sound, Segment))
    except MeditationError:
        return None


def _spelled(sounds: Sequence[Segment | str], table: _Table) -> Spelling:
    words: list[list[str]] = [[]]
    replaced: list[tuple[str, str]] = []
    stress = ""
    parts = list(_parts(sounds))
    for number, part in enumerate(parts):
        if isinstance(part, str):
            if part == WORD:
                words.append([])
            else:
                stress = "'" if part == PRIMARY else ","
            continue
        behind = next((other for other in parts[number + 1 :] if isinstance(other, tuple)), ())
        done = 0
        while done < len(part):
            count, phoneme, heard_as = table.best(part[done:], behind[:1])
            meant = part[done : done + count]
            if [one.sign for one in heard_as] != [one.sign for one in meant]:
                replaced.append(("".join(map(str, meant)), "".join(map(str, heard_as))))
            # It counts for the vowel, wherever in the syllable it is written.
            takes_stress = phoneme in table.vowels
            words[-1].append((stress if takes_stress else "") + phoneme)
            stress = "" if takes_stress else stress
            done += count
    phonemes = " ".join("|".join(word) for word in words if word)
    return Spelling(phonemes, tuple(dict.fromkeys(replaced)))


def given(utterance: Utterance) -> Utterance:
    """An utterance as espeak-ng is given it: its sounds as phonemes within the text.

    Where it can be, each of the utterance's words is still one between blanks.

    Raises:
        MeditationError: As `spelled`.
    """
    if not utterance.sounds:
        return utterance
    # Who writes brackets means brackets; without phonemes espeak-ng takes them so.
    words = [re.sub(r"\[(?=\[)|\](?=\])", "", word) for word in utterance.words]
    for sounds in reversed(utterance.sounds):
        under = words[sounds.first : sounds.first + sounds.count]
        before = re.match(r"[^\w\[\]]*", under[0])
        behind = re.search(r"[^\w\[\]]*$", under[-1])
        told_ = spelled(sounds.ipa, utterance.manner.voice).phonemes.split(" ")
        joined = (" " if len(told_) == sounds.count else "||").join(told_)
        around = (before[0] if before else "", behind[0] if behind else "")
        words[sounds.first : sounds.first + sounds.count] = [f"{around[0]}[[{joined}]]{around[1]}"]
    return replace(utterance, text=" ".join(words))


def heard(text: str, voice: str) -> str:
    """How a voice of espeak-ng says `text`, in the International Phonetic Alphabet.

    Raises:
        MeditationError: If espeak-ng is not here, or has no such voice.
    """
    plain = text.replace("[", " ").replace("]", " ")
    return " ".join(told(plain, _base(voice)).split())


def _base(voice: str) -> str:
    return espeak.own_name(espeak.locate(), voice.partition("+")[0])


def _stressed(sounds: tuple[Segment | str, ...]) -> tuple[Segment | str, ...]:
    """A word of one full vowel, or one diphthong, has its stress, written or not."""
    if any(isinstance(sound, str) and sound != BREAK for sound in sounds):
        return sounds
    vowels = [sound for sound in sounds if isinstance(sound, Segment) and sound.is_vowel]
    two = tuple(vowels[:2])
    is_one = len(vowels) == 1 or (len(vowels) == 2 and _is_diphthong(two))
    return (PRIMARY, *sounds) if is_one and vowels[0].sign not in _WEAK else sounds


def _parts(sounds: Sequence[Segment | str]) -> Iterator[Segments | str]:
    """Runs of segments, and the marks between them."""
    run: list[Segment] = []
    for sound in sounds:
        if isinstance(sound, Segment):
            run.append(sound)
            continue
        yield tuple(run)
        run = []
        if sound != BREAK:
            yield sound
    yield tuple(run)


@dataclass(frozen=True, slots=True)
class _Table:
    """The phonemes of a voice.

    Attributes:
        known: Mnemonics by the sounds that they stand for.
        vowels: Those mnemonics that carry a stress.
    """

    known: dict[Segments, str]
    vowels: frozenset[str]

    def best(self, segments: Segments, behind: Segments) -> tuple[int, str, Segments]:
        """How many of `segments` the first phoneme stands for, which it is, and how it sounds.

        Args:
            segments: What is to be said; a stress stands after them, or the end.
            behind: The segment after that.
        """
        plain = tuple(_plain(segment) for segment in segments[:_FOUND_AS])
        for count in range(len(plain), 1, -1):
            found = self.known.get(plain[:count])
            # A vowel that brings its r or l along leaves it to a vowel that follows.
            following = segments[count : count + 1] or behind
            leaves = plain[0].is_vowel and not plain[count - 1].is_vowel
            if found and not (leaves and following and following[0].is_vowel):
                return count, found, plain[:count]
        if _is_diphthong(segments):
            near = min(self._of(2), key=lambda key: sum(map(distance, plain, key)), default=())
            if near and sum(map(distance, plain, near)) < _NEAR_DIPHTHONG:
                return 2, self.known[near], near
        nearest = min(self._of(1), key=lambda key: distance(plain[0], key[0]))
        return 1, self.known[nearest], nearest

    def _of(self, count: int) -> list[Segments]:
        return [key for key in self.known if len(key) == count and key[-1].is_vowel >= (count > 1)]


def _plain(segment: Segment) -> Segment:
    return Segment(segment.sign, segment.long, segment.nasal, segment.syllabic, segment.rhotic)


def _is_diphthong(segments: Segments) -> bool:
    two = segments[:2]
    if len(two) < 2 or not all(segment.is_vowel for segment in two) or two[0].long:
        return False
    return any(segment.gliding for segment in two) or two[1].sign in "ɪʊ"


@cache
def _tables(base: str) -> tuple[_Table, _Table]:
    """The phonemes of a voice by their sounds: the usual ones, and those that stay what they are.

    Of several for one sound the plainest is the usual.
    """
    phonemes = phonemes_of(base)
    found: dict[Segments, list[tuple[int, Phoneme]]] = defaultdict(list)
    for phoneme in phonemes:
        for sounds, weight in _sounds_of(phoneme, base).items():
            found[sounds].append((weight, phoneme))
    vowels = frozenset(phoneme.name for phoneme in phonemes if phoneme.is_vowel)
    own_rs: set[Segments] = set()
    if base.partition("-")[0] not in _TWO_RS:
        # Dictionaries write the r of a language in many ways; its voice has one.
        own_rs = {key for key, several in found.items() if "r" in {one.name for _, one in several}}
        own_rs |= {(Segment(sign),) for sign in "rɹɻʁʀ"} if own_rs else set()
    usual, strict = (
        {sounds: _truest(sounds, several, telling) for sounds, several in found.items()}
        | dict.fromkeys(own_rs, "r")
        for telling in (_TELLING, _ALL)
    )
    return _Table(usual, vowels), _Table(strict, vowels)


def _truest(sounds: Segments, several: list[tuple[int, Phoneme]], telling: int) -> str:
    written = "".join(map(str, sounds))

    def order(one: tuple[int, Phoneme]) -> tuple[object, ...]:
        weight, phoneme = one
        as_named = phoneme.name.translate(_KIRSHENBAUM) == written
        return (
            -min(weight, telling), not as_named, len(phoneme.name), not phoneme.is_own,
            phoneme.name,
        )  # fmt: skip

    return min(several, key=order)[1].name


def _sounds_of(phoneme: Phoneme, base: str) -> dict[Segments, int]:
    """What a phoneme sounds like between others, with how telling each is."""
    found: dict[Segments, int] = defaultdict(int)
    for weight, before, behind in _AROUND[phoneme.is_vowel]:
        said = told(f"[[{before}{phoneme.name}{behind}]]", base, parted=True)
        parts = [part for part in said.replace(" ", "|").split("|") if part.strip("ˈˌ")]
        first = len([part for part in before.split("|") if part.strip("'")])
        middle = "".join(parts[first : len(parts) - bool(behind)]).translate(_UNSTRESSED)
        segments = _segments(middle)
        # What only a narrow transcription shows is another sound than that without.
        if segments and "".join(map(str, segments)) == in_single_signs(middle):
            found[segments] += weight
    return found
