"""The International Phonetic Alphabet: its signs, what they stand for, and how near they are.

After the chart of the International Phonetic Association, revised to 2020.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Final

from meditations.errors import MeditationError

# Bilabial, labiodental, dental, alveolar, postalveolar, retroflex, alveolopalatal, palatal, velar,
# uvular, pharyngeal, glottal: how far back in the mouth, as the ear has it.
_PLACES: Final = (0.0, 0.7, 2.4, 3.0, 3.8, 3.6, 4.6, 6.0, 7.5, 8.3, 9.5, 10.5)
# Each place holds a voiceless sign and a voiced one; - stands where there is none.
_CONSONANTS: Final = {
    "stop": "pb -- -- td -- ʈɖ -- cɟ kɡ qɢ -- ʔ-",
    "implosive": "-ɓ -- -- -ɗ -- -- -- -ʄ -ɠ -ʛ -- --",
    "click": "ʘ- -- ǀ- ǃ- ǁ- -- -- ǂ- -- -- -- --",
    "nasal": "-m -ɱ -- -n -- -ɳ -- -ɲ -ŋ -ɴ -- --",
    "trill": "-ʙ -- -- -r -- -- -- -- -- -ʀ -- --",
    "tap": "-- -ⱱ -- -ɾ -ɺ -ɽ -- -- -- -- -- --",
    "fricative": "ɸβ fv θð sz ʃʒ ʂʐ ɕʑ çʝ xɣ χʁ ħʕ hɦ",
    "lateral fricative": "-- -- -- ɬɮ -- -- -- -- ɧ- -- -- --",
    "approximant": "ʍw -ʋ -- -ɹ -- -ɻ -ɥ -j -ɰ -- -- --",
    "lateral": "-- -- -- -l -- -ɭ -- -ʎ -ɫ -ʟ -- --",
}
# From front to back, and from close to open; unrounded before rounded.
_VOWELS: Final = ("iy ɨʉ ɯu", "ɪʏ ᵻᵿ -ʊ", "eø ɘɵ ɤo", "-- ə- --", "ɛœ ɜɞ ʌɔ", "æ- ɐ- --",
                  "aɶ -- ɑɒ")  # fmt: skip
_OPEN: Final = 5
_MANNERS: Final = {
    frozenset(pair): distance
    for pair, distance in {
        ("stop", "implosive"): 1, ("stop", "click"): 3, ("stop", "fricative"): 3,
        ("fricative", "approximant"): 3, ("fricative", "lateral fricative"): 2,
        ("lateral", "lateral fricative"): 3, ("lateral", "approximant"): 4, ("trill", "tap"): 1,
        ("trill", "approximant"): 2, ("tap", "approximant"): 2, ("trill", "fricative"): 4,
        ("tap", "lateral"): 3, ("stop", "tap"): 4,
    }.items()
}  # fmt: skip
_FAR: Final = 6.0
_RHOTICS: Final = frozenset("rɾɹɻʀʁɽ")
_CLEAR_AND_DARK: Final = frozenset("lɫ")
_ONE_FOR_TWO: Final = {
    "g": "ɡ", "ʤ": "dʒ", "ʧ": "tʃ", "ʦ": "ts", "ʣ": "dz", "ʨ": "tɕ", "ʥ": "dʑ", "ɚ": "ə˞",
    "ɝ": "ɜ˞", "c\u0327": "ç", "ʼ": "", "ꞵ": "β", "ᵊ": "ə",
}  # fmt: skip
PRIMARY, SECONDARY, BREAK, WORD = "ˈ", "ˌ", ".", " "
_BETWEEN: Final = frozenset((PRIMARY, SECONDARY, BREAK, WORD))
_LONG, _NASAL, _SYLLABIC, _RHOTIC, _OFF = "ː", "\u0303", ("\u0329", "\u030d"), "˞", "\u032f"
# What only a narrow transcription shows, and what joins signs: no engine hears it.
_FINE: Final = frozenset("ʰʱʲʷˠˤⁿˡˑ̆‿|‖ꜛꜜ↗↘˥˦˧˨˩\u035c\u0361\u203f") | frozenset(
    chr(code) for code in range(0x300, 0x36F)
)
_SLIPS: Final = {
    "'": "the stress is written ˈ, before its syllable",
    "’": "the stress is written ˈ, before its syllable",
    ",": "a lighter stress is written ˌ, before its syllable",
    ":": "a long sound is written ː",
    "/": "leave out the strokes around it",
}


@dataclass(frozen=True, slots=True)
class Segment:
    """One sound.

    Attributes:
        sign: Its sign, without what follows it.
        long: Whether it is held.
        nasal: Whether a vowel goes through the nose.
        syllabic: Whether a consonant is a syllable by itself.
        rhotic: Whether a vowel has the colour of an r.
        gliding: Whether a vowel is the second part of a diphthong, for sure.
    """

    sign: str
    long: bool = False
    nasal: bool = False
    syllabic: bool = False
    rhotic: bool = False
    gliding: bool = False

    @property
    def is_vowel(self) -> bool:
        """Whether it is a vowel; its place on the chart says so."""
        return self.sign in _chart()[1]

    def __str__(self) -> str:
        return (self.sign + _NASAL * self.nasal + _RHOTIC * self.rhotic
                + _SYLLABIC[0] * self.syllabic + _LONG * self.long)  # fmt: skip


Sound = Segment | str
"""A segment, or one of `PRIMARY`, `SECONDARY`, `BREAK` and `WORD`."""


def read_ipa(text: str) -> tuple[Sound, ...]:
    """The sounds of a transcription, in order.

    Raises:
        MeditationError: If a sign is not of this alphabet, or there is no sound at all.
    """
    consonants, vowels = _chart()
    found: list[Sound] = []
    for sign in in_single_signs(text):
        if sign in consonants or sign in vowels:
            found.append(Segment(sign))
        elif sign in _BETWEEN:
            found.append(sign)
        elif not _changed(found, sign):
            raise MeditationError(
                f"'{sign}' is no sign of the International Phonetic Alphabet",
                mend=_SLIPS.get(sign, "")
                or "copy the sounds from a dictionary that gives them, such as Wiktionary",
            )
    if not any(isinstance(sound, Segment) for sound in found):
        raise MeditationError("there is no sound in it", mend='write sounds, as in "uːˈdʒaːji"')
    return tuple(found)


def in_single_signs(text: str) -> str:
    """A transcription without signs that stand for two, blanks made one."""
    plain = unicodedata.normalize("NFD", " ".join(text.split()))
    for one, two in _ONE_FOR_TWO.items():
        plain = plain.replace(one, two)
    return plain


def _changed(found: list[Sound], sign: str) -> bool:
    """Takes a sign that says more about the one before it; whether it is one."""
    last = found[-1] if found else None
    if sign not in (_LONG, _RHOTIC) and sign not in _FINE:
        return False
    if isinstance(last, Segment):
        found[-1] = Segment(
            last.sign,
            last.long or sign == _LONG,
            last.nasal or sign == _NASAL,
            last.syllabic or sign in _SYLLABIC,
            last.rhotic or sign == _RHOTIC,
            last.gliding or sign == _OFF,
        )
    return True


@cache
def _chart() -> tuple[dict[str, tuple[str, float, bool]], dict[str, tuple[int, int, bool]]]:
    """Consonants by manner, place and voice; vowels by height, backness and rounding."""
    consonants = {
        sign: (manner, place, voiced)
        for manner, row in _CONSONANTS.items()
        for place, pair in zip(_PLACES, row.split(), strict=True)
        for voiced, sign in ((False, pair[0]), (True, pair[-1]))
        if sign != "-" and len(pair) == 2
    }
    vowels = {
        sign: (height, back, rounded)
        for height, row in enumerate(_VOWELS)
        for back, pair in enumerate(row.split())
        for rounded, sign in ((False, pair[0]), (True, pair[-1]))
        if sign != "-"
    }
    return consonants, vowels


def distance(one: Segment, other: Segment) -> float:
    """How far two sounds lie apart: 0 for the same, under 3 where one can stand for the other."""
    consonants, vowels = _chart()
    apart = 0.9 * (one.long != other.long) + 0.7 * (one.nasal != other.nasal)
    apart += 0.8 * (one.rhotic != other.rhotic)
    if one.sign == other.sign:
        return apart + 1.5 * (one.syllabic != other.syllabic)
    if one.is_vowel != other.is_vowel:
        return 4 * _FAR
    if one.is_vowel:
        (high, back, rounded), (high2, back2, rounded2) = vowels[one.sign], vowels[other.sign]
        # The tongue has less room to move in an open mouth.
        across = abs(back - back2) * (0.4 if min(high, high2) >= _OPEN else 1.0)
        return apart + 0.7 * abs(high - high2) + across + 0.8 * (rounded != rounded2)
    (manner, place, voiced), (manner2, place2, voiced2) = (
        consonants[one.sign], consonants[other.sign],
    )  # fmt: skip
    for kin in (_RHOTICS, _CLEAR_AND_DARK):
        if {one.sign, other.sign} <= kin:
            return apart + 0.5 + 0.1 * abs(place - place2)
    apart += 0 if manner == manner2 else _MANNERS.get(frozenset((manner, manner2)), _FAR)
    return apart + 0.8 * abs(place - place2) + 1.2 * (voiced != voiced2)
