"""`check --pronunciation`: words that a voice may not say as they are meant."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.scripts import with_steps
from support.tracks import meditations

from meditations.plan import make_plan
from meditations.plan.doubts import Doubt, doubts_of
from meditations.plan.vocabulary import is_common
from meditations.script import read_script
from meditations.script.pronunciation import Lexicon

SCRIPTS = Path(__file__).parents[1] / "scripts"


def doubts(folder: Path, *steps: str, settings: str = "") -> list[Doubt]:
    file = folder / "evening.yaml"
    file.write_text(with_steps(*steps, settings=settings), "utf-8")
    script = read_script(file)
    lexicon = Lexicon(script.pronunciation)
    return doubts_of(make_plan(script, lexicon=lexicon), script.language, lexicon, file)


@pytest.mark.parametrize(
    ("line", "word", "why", "said"),
    [
        ("The Ujjayi breath.", "Ujjayi", "is no common word", "ˈʌdʒeɪi"),
        ("After PTSD.", "PTSD", "may be letters or a word", "pˌiːtˌiːˌɛsdˈiː"),
        ("In the US today.", "US", "otherwise than in small letters", "jˌuːˈɛs"),
        ("It is 2026 now.", "2026", "may be read in several ways", "tˈuː θˈaʊzənd twˈɛnti sˈɪks"),
        ("Rest in Мoscow.", "Мoscow", "letters of two alphabets (Cyrillic, Latin)", None),
        ("Rest, perhaps in Москва.", "Москва", "in another alphabet (Cyrillic)", None),
        ('An (oo)[ipa:"y"] sound.', "oo", "says i for y", ""),
        ("A half-Ujjayi breath.", "Ujjayi", "is no common word", "ˈʌdʒeɪi"),
    ],
)
def test_what_is_doubtful_is_told(
    line: str, word: str, why: str, said: str | None, tmp_path: Path
) -> None:
    """Each with its place, why, and how the voice says it."""
    (doubt,) = doubts(tmp_path, line)
    assert (doubt.word, why in doubt.why) == (word, True), doubt
    assert said is None or doubt.said == said
    text = (tmp_path / "evening.yaml").read_text("utf-8").splitlines()
    assert text[doubt.where.line - 1][doubt.where.column - 1 :].startswith(word)


@pytest.mark.parametrize(
    "line",
    [
        "Your neighbour's woollen colours, organised.",
        "STOP is a word, and so is OK.",
        "You've 5 minutes, and it's 12:30, e.g. now.",
        '(Ujjayi)[sub:"oo-jai-yee"] and (Om)[ipa:"oʊm"].',
    ],
)
def test_what_is_sure_is_not_told(line: str, tmp_path: Path) -> None:
    """British spelling, contractions, figures that are read out, and words under a mark."""
    assert doubts(tmp_path, line) == []


def test_a_word_that_a_maker_has_told_is_not_doubtful(tmp_path: Path) -> None:
    """Be it said as it is written; and what is alike is told once."""
    own = "pronunciation: {Ujjayi: Ujjayi, ptsd: P T S D}\n"
    assert doubts(tmp_path, "Ujjayi, (PTSD).", settings=own) == []
    (doubt,) = doubts(tmp_path, "Ujjayi, Ujjayi.", "And Ujjayi.")
    assert doubt.times == 3


def test_a_voice_of_another_engine_is_not_asked(tmp_path: Path) -> None:
    """How it says a word is not known then; that it may guess is."""
    (doubt,) = doubts(tmp_path, "Ujjayi", settings="voice: {engine: flite, voice: slt}\n")
    assert doubt.said == ""
    assert "Ujjayi: ujjayi" in doubt.mend


@pytest.mark.parametrize(
    ("word", "language", "common"),
    [
        ("Küchenfenster", "de", True), ("Ruheatmung", "de", True), ("Savasana", "de", False),
        ("podrías", "es-MX", True), ("Ujjayi", "es", False), ("mindfulness", "es", False),
            ("centred", "en", True),
        ("practise", "en-gb", True), ("whatever", "xx", True),
    ],
)  # fmt: skip
def test_common_words_are_those_of_the_language(word: str, language: str, common: bool) -> None:
    """With their joined forms and other spellings; without a list all are."""
    assert is_common(word, language) is common


def test_the_command_lists_them(tmp_path: Path) -> None:
    """With places and counts, for people and as JSON; scripts with faults are told as ever."""
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "one.yaml").write_text(with_steps("Ujjayi breath."), "utf-8")

    def told(*options: str) -> tuple[int, str, str]:
        done = meditations(
            "check", "--pronunciation", *options, cwd=tmp_path, cache=tmp_path / "cache"
        )
        return done.returncode, done.stdout, done.stderr

    status, out, err = told()
    assert (status, "1 script read, 1 doubtful word." in out) == (0, True)
    assert "one.yaml:" in err
    assert 'Ujjayi: {ipa: "ˈʌdʒeɪi"}' in err
    (doubt,) = json.loads(told("--json")[1])["doubts"]
    assert (doubt["word"], doubt["times"]) == ("Ujjayi", 1)
    assert told("--feed")[0] == 2
    (tmp_path / "scripts" / "two.yaml").write_text(
        with_steps("Olá, mundo.", settings="language: xx\nvoice: {voice: en-us}\n"), "utf-8"
    )
    assert "no list of words for the language 'xx'" in told()[2]
    (tmp_path / "scripts" / "two.yaml").write_text("title: [\n", "utf-8")
    assert told()[0] == 1


def test_our_own_scripts_hold_no_doubtful_word(tmp_path: Path) -> None:
    """What is new in the English ones is listened to, and then told in the project's words."""
    files = [file for file in SCRIPTS.glob("*.yaml") if read_script(file).language == "en"]
    assert len(files) >= 16
    done = meditations(
        "check", "--pronunciation", *map(str, files), cwd=SCRIPTS.parent, cache=tmp_path
    )
    assert done.returncode == 0
    assert "no doubtful word" in done.stdout, done.stderr
