"""The words that the program itself says to listeners: whole in each language, in one place."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from string import Formatter
from typing import Final

import pytest
from support.scripts import read, with_steps

import meditations
from meditations.plan import BreathEvent, make_plan
from meditations.wording import MONTHS, has_wording, wording_for

PACKAGE: Final = Path(meditations.__file__).parent
LANGUAGES: Final = sorted(file.stem for file in (PACKAGE / "wording").glob("*.toml"))
ENGLISH: Final = wording_for("en")
TABLES: Final = "|".join(dict.fromkeys(key.partition(".")[0] for key in ENGLISH.texts))
NAMED: Final = re.compile(rf"""["']((?:{TABLES})\.(?!js|css|html)[a-z_]*[a-z])["']""")
IN_SCRIPTS: Final = re.compile(r"""\bword\((?:\w+(?:\.\w+)? \? )?"(\w+)"(?: : "(\w+)")?""")


def fields(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_all_words(language: str) -> None:
    """Every key is there, is not empty, and is filled in with the same things as in English."""
    words = wording_for(language)
    assert words.language == language
    assert list(words.texts) == list(ENGLISH.texts)
    for key, text in words.texts.items():
        assert text.strip(), key
        assert fields(text) == fields(ENGLISH.texts[key]), key
        assert text[-1].isspace() == ENGLISH.texts[key][-1].isspace(), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_and_days_are_written_as_the_language_has_them(language: str) -> None:
    """Twelve months, a sign for decimals, and the voice known by the words that disclose it."""
    words = wording_for(language)
    assert len(words("numbers.months").split()) == MONTHS
    assert words("numbers.decimal") in (".", ",")
    assert words("notes.synthetic_all").startswith(words("notes.voice"))


def test_every_word_is_said_somewhere_and_all_that_is_said_is_there() -> None:
    """No key is left over, and none is missing that a page, a note or a script of a page names."""
    sources = [*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.html")]
    named = {key for file in sources for key in NAMED.findall(file.read_text("utf-8"))}
    for file in PACKAGE.rglob("*.js"):
        found = IN_SCRIPTS.findall(file.read_text("utf-8"))
        named |= {f"player.{key}" for keys in found for key in keys if key}
    of_all = ("notes.unchecked", "page.unchecked", "notes.synthetic", "page.voice", "page.voices")
    named |= {f"{key}_{which}" for key in of_all for which in ("all", "some")}
    named |= {f"whom.{kind}_hurt" for kind in ("two", "night", "anyone")}
    named |= {key for key in ENGLISH.texts if key.startswith("spoken.")}
    named |= {"whom.anyone"}
    assert named == set(ENGLISH.texts)


def test_words_as_they_are_shown() -> None:
    """Days, lengths and sizes in three languages."""
    day = date(2026, 3, 1)
    shown = {
        language: (w.day(day), w.minutes(390_000), w.minutes(45_000), w.megabytes(8_810_000))
        for language in ("en", "de-AT", "es")
        for w in (wording_for(language),)
    }
    assert shown == {
        "en": ("1 March 2026", "6 min", "45 s", "8.8 MB"),
        "de-AT": ("1. März 2026", "6 Min.", "45 s", "8,8 MB"),
        "es": ("1 de marzo de 2026", "6 min", "45 s", "8,8 MB"),
    }
    assert ENGLISH.megabytes(12_300_000) == "12 MB"


def test_a_language_without_words_has_english_ones() -> None:
    """They say that they are English."""
    assert not has_wording("fr")
    assert wording_for("fr").language == "en"
    assert not has_wording("../en")


def test_a_guided_breath_speaks_its_language() -> None:
    """German words in German, and none where the program has none."""
    step = "breathe: {in: 4s, out: 6s, words: 1}"
    said = {
        language: [
            event.said.caption
            for event in make_plan(
                read(with_steps(step, settings=f"language: {language}\n"))
            ).events
            if isinstance(event, BreathEvent) and event.said
        ]
        for language in ("de", "fr")
    }
    assert said == {"de": ["Einatmen.", "Ausatmen."], "fr": []}
