"""Figures, dates, times, units and abbreviations become words, where it is sure which."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meditations.plan.reading_out import left_as_written, read_out
from meditations.plan.sentences import sentences
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
        "It is No. 5, e.g. Dr. Who & Mrs. X.": (
            "It is number five, for example Doctor Who and Missis X."
        ),
        "No. 3 more.": "No. three more.",
        "5 4 3, and 5*3": "five four three, and 5 3",
        "Wait approx. 5 min. Then rest.": "Wait approximately five minutes. Then rest.",
        "a 10-minute rest, a 3-year-old": "a ten-minute rest, a three-year-old",
        "the 3rd of March 2024, May 2020": (
            "the third of March, twenty twenty-four, May twenty twenty"
        ),
        "On May 5 we walk 3 miles.": "On May fifth we walk three miles.",
        "March 3 steps on": "March three steps on",
        "£5.50 and £1.25": "five pounds fifty and one pound twenty-five",
        "24:00 or 0:00": "midnight or midnight",
        "It costs $5 or 1 €.": "It costs five dollars or one euro.",
        "(3)": "(three)",
        "Step 1: rest.": "Step one: rest.",
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
        "5–10 Sek.": "fünf bis zehn Sekunden.",
        "Die Nr. 5. Nr. 6 auch.": "Die Nummer fünf. Nummer sechs auch.",
        "am 3. Tag im 19. Jahrhundert": "am dritten Tag im neunzehnten Jahrhundert",
        "2,50 €": "zwei Euro fünfzig",
        "10-minütig": "zehn-minütig",
        "2½": "zwei ein halb",
    },
    "es": {
        "3 respiraciones": "tres respiraciones",
        "a las 12:30": "a las doce y treinta",
        "el 1 de mayo de 2026": "el primero de mayo de dos mil veintiséis",
        "1 h, 1 min, 5 min": "una hora, un minuto, cinco minutos",
        "el 50 %, p. ej.": "el cincuenta por ciento, por ejemplo.",
        "la 1ª y el 2º": "la primera y el segundo",
        "1,5": "uno coma cinco",
        "1,50 €": "un euro con cincuenta",
    },
    "fr": {"3 respirations": "trois respirations"},
}
"""What is written, and what is said."""
LEFT = {
    "en": ["2026", "24/7", "1/2", "007", "B2B", "v1.2.3", "9-1-1x", "2026-13-40", "3x", "25:70",
           "10-5", "#1", "a@b.org", "the 1990s", "the '90s", "the 60s", "7-11", "1.000", "6.30",
           "$1.5 million", "£5.00", "24:30", "10 000 things"],
    "de": ["1 Atemzug", "21 Tage sind 1 Anfang", "12.30", "Der 2. Atemzug"],
    "es": ["21 días", "1 vez"],
    "fr": ["le 3114", "01 45 39 40 00", "en 1999"],
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


@pytest.mark.parametrize(
    ("language", "written", "spoken"),
    [
        ("en", "Call 988.", "Call nine eight eight."),
        ("en", "call or text 988, or 911 and 112", "call or text nine eight eight, or nine one one"
         " and one one two"),
        ("en", "Text HOME to 741741.", "Text HOME to seven four one seven four one."),
        ("en", "Call 000, or \"112\".", "Call zero zero zero, or \"one one two\"."),
        ("en", "Dial 116 123.", "Dial one one six, one two three."),
        ("en", "the 988 Lifeline", "the nine eight eight Lifeline"),
        ("en", "0800 111 222", "zero eight zero zero, one one one, two two two"),
        ("en", "1-800-273-8255", "one, eight zero zero, two seven three, eight two five five"),
        ("en", "+44 20 7946 0958", "plus four four, two zero, seven nine four six, zero nine five"
         " eight"),
        ("de", "Ruf die 116 123 an.", "Ruf die eins eins sechs, eins zwei drei an."),
        ("de", "unter 0800 111 0 111", "unter null acht null null, eins eins eins, null, eins eins"
         " eins"),
        ("es", "Llama al 024, o al 112.", "Llama al cero dos cuatro, o al uno uno dos."),
        ("en", "Call to mind 3 things in 120 seconds.", "Call to mind three things in one hundred"
         " and twenty seconds."),
        ("en", "Call up 100 or 200 of them.", "Call up one hundred or two hundred of them."),
        ("en", "116 124", "116 124"),
        ("en", "123456", "123456"),
    ],
)  # fmt: skip
def test_telephones_are_read_digit_by_digit(language: str, written: str, spoken: str) -> None:
    """Somebody may need to dial it; what only looks like one is left, or counted."""
    assert said(written, language) == spoken


@pytest.mark.parametrize(
    ("language", "written", "sentences_"),
    [
        ("en", "Wait approx. 5 min. Then rest, e.g. A.", 2),
        ("de", "Das ist z. B. Ruhe, d. h. Stille, bzw. Frieden. Am 22. November 2026.", 2),
        ("de", "Die Nr. 5. Am 3. Tag, der 2. Atemzug.", 2),
        ("es", "Es p. ej. Ana, o el Sr. López. El núm. 5.", 2),
    ],
)
def test_the_full_stop_of_an_abbreviation_ends_no_sentence(
    language: str, written: str, sentences_: int
) -> None:
    """But the last one of a sentence does, and the voice is given it."""
    words = read_out(Phrase.plain(written).words, language)
    found = list(sentences(Phrase(words)))
    assert len(found) == sentences_, [phrase.spoken for phrase in found]
    assert all(phrase.spoken.endswith(".") for phrase in found)


def test_marks_go_before() -> None:
    """What a maker has said stays so."""
    (phrase,) = parse_marks('(3)[sub:"a few"] and 4 and (5)[ipa:"faɪv"].')
    assert Phrase(read_out(phrase.words, "en")).spoken == "a few and four and 5."  # type: ignore[union-attr]


def test_words_know_what_is_spoken_for_them() -> None:
    """Each word that is shown keeps its own part of what is spoken."""
    words = read_out(Phrase.plain("Rest, at 12:30, for 5 min.").words, "en")
    assert [(word.caption, word.spoken) for word in words] == [
        ("Rest,", "Rest,"), ("at", "at"), ("12:30,", "twelve thirty,"), ("for", "for"),
        ("5 min.", "five minutes."),
    ]  # fmt: skip


@given(
    st.text(st.sampled_from('019 .,:-–%½kmDr.am$€/()+"call'), max_size=18),
    st.sampled_from(["en", "de", "es", "fr"]),
)
def test_nothing_is_lost(text: str, language: str) -> None:
    """Whatever is written: the captions together are what went in, and sentences are whole."""
    words = Phrase.plain(text).words
    read = Phrase(read_out(words, language))
    assert read.caption == Phrase(words).caption
    if any(map(str.isalnum, read.spoken)):
        assert " ".join(part.caption for part in sentences(read)) == read.caption
