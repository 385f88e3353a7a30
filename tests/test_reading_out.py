"""Figures, dates, times, units and abbreviations become words, where it is sure which."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meditations.plan.reading_out import left_as_written, read_out
from meditations.script.marks import Phrase, parse_marks

SAID = {
    "en": {
        "3 breaths, then 12 more.": "three breaths, then twelve more.",
        "5-4-3-2-1": "five, four, three, two, one",
        "At 12:30, or 7:05, or 9:00.": "At twelve thirty, or seven oh five, or nine o'clock.",
        "At 3.30 pm or 11 a.m. today": "At three thirty p m or eleven a m today",
        "On 2026-11-22, perhaps.": "On November twenty-second, twenty twenty-six, perhaps.",
        "On 22 November 2026 or May 1st": (
            "On the twenty-second of November, twenty twenty-six or May first"
        ),
        "the 22nd November": "the twenty-second of November",
        "in 1999 and since 2005": "in nineteen ninety-nine and since two thousand and five",
        "50 % or 12.5%": "fifty per cent or twelve point five per cent",
        "5 km, 1 min, 20 °C and -3 °C": (
            "five kilometres, one minute, twenty degrees Celsius and minus three degrees Celsius"
        ),
        "1,000.5": "one thousand point five",
        "5-10 minutes, 3–4 s": "five to ten minutes, three to four seconds",
        "the 1st and the 23rd": "the first and the twenty-third",
        "2½ hours, or ½.": "two and a half hours, or a half.",
        "No. 5, e.g. Dr. Who & Mrs. X.": ("number five, for example Doctor Who and Missis X."),
        "It costs $5 or 1 €.": "It costs five dollars or one euro.",
        "(3)": "(three)",
    },
    "de": {
        "3 Atemzüge, dann 12.": "drei Atemzüge, dann zwölf.",
        "um 12:30 Uhr, um 1 Uhr": "um zwölf Uhr dreißig, um ein Uhr",
        "am 22. November 2026": "am zweiundzwanzigsten November zweitausendsechsundzwanzig",
        "der 1. Mai": "der erste Mai",
        "seit 1999": "seit neunzehnhundertneunundneunzig",
        "1 min, 1 km, 5 min": "eine Minute, ein Kilometer, fünf Minuten",
        "1.000,5": "eintausend Komma fünf",
        "z. B. 50 %, d.h. ca. 3": "zum Beispiel fünfzig Prozent, das heißt circa drei",
        "5–10 Sek.": "fünf bis zehn Sekunden",
        "2½": "zwei ein halb",
    },
    "es": {
        "3 respiraciones": "tres respiraciones",
        "a las 12:30": "a las doce y treinta",
        "el 1 de mayo de 2026": "el primero de mayo de dos mil veintiséis",
        "1 h, 1 min, 5 min": "una hora, un minuto, cinco minutos",
        "el 50 %, p. ej.": "el cincuenta por ciento, por ejemplo",
        "la 1ª y el 2º": "la primera y el segundo",
        "1,5": "uno punto cinco",
    },
    "fr": {"3 respirations": "trois respirations"},
}
"""What is written, and what is said."""
LEFT = {
    "en": ["2026", "24/7", "1/2", "007", "B2B", "v1.2.3", "9-1-1x", "2026-13-40", "3x", "25:70",
           "10-5", "#1", "a@b.org"],
    "de": ["1 Atemzug", "21 Tage sind 1 Anfang", "12.30"],
    "es": ["21 días", "1 vez"],
    "xx": ["3 of them"],
}  # fmt: skip
"""What may mean several things."""


def said(text: str, language: str) -> str:
    return Phrase(read_out(Phrase.plain(text).words, language)).spoken


@pytest.mark.parametrize(
    ("language", "written", "spoken"),
    [(language, *pair) for language, pairs in SAID.items() for pair in pairs.items()],
)
def test_what_is_sure_is_read_out(language: str, written: str, spoken: str) -> None:
    """Each in the words of its language; the caption stays as it is written."""
    assert said(written, language) == spoken
    assert Phrase(read_out(Phrase.plain(written).words, language)).caption == written


@pytest.mark.parametrize(
    ("language", "written"), [(code, text) for code, texts in LEFT.items() for text in texts]
)
def test_what_is_not_sure_stays(language: str, written: str) -> None:
    """No guess is spoken; the voice reads it in its own way, and the check lists it."""
    assert said(written, language) == written
    assert left_as_written(Phrase.plain(written).words)


def test_marks_go_before() -> None:
    """What a maker has said stays so."""
    (phrase,) = parse_marks('(3)[sub:"a few"] and 4 and (5)[ipa:"faɪv"].')
    assert Phrase(read_out(phrase.words, "en")).spoken == "a few and four and 5."  # type: ignore[union-attr]


def test_words_know_what_is_spoken_for_them() -> None:
    """Each word that is shown keeps its own part of what is spoken."""
    words = read_out(Phrase.plain("Rest, at 12:30, for 5 min.").words, "en")
    assert [(word.caption, word.spoken) for word in words] == [
        ("Rest,", "Rest,"), ("at", "at"), ("12:30,", "twelve thirty,"), ("for", "for"),
        ("5 min.", "five minutes"),
    ]  # fmt: skip


@given(st.text(st.sampled_from("019 .,:-–%½kmDr.am$/()"), max_size=16))
def test_nothing_is_lost(text: str) -> None:
    """Whatever is written: the captions together are what went in."""
    words = Phrase.plain(text).words
    assert Phrase(read_out(words, "en")).caption == Phrase(words).caption
