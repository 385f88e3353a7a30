"""How words are said: the project's words, the script's, and the marks in a line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.scripts import faults, read, with_steps
from support.tracks import meditations

from meditations.errors import MeditationError
from meditations.plan import make_plan
from meditations.project import Project
from meditations.script.marks import Phrase
from meditations.script.pronunciation import NAME, read_lexicon
from meditations.track.preparing import check_script

if TYPE_CHECKING:
    from meditations.speech.utterance import Utterance

WORDS = """
words:
  Ujjayi: oo-jai-yee
  savasana: {ipa: "ʃɐˈvaːsənɐ"}
  Los Angeles: lohs an-jeh-les
  los: loss
  SOS: S O S
  don't: doughnt
  U.S.: you ess
  café: kaff-ay
languages:
  de: {Ujjayi: u-dschai-ji}
  de-at: {los: lohs}
"""


def project(folder: Path, words: str = WORDS) -> Project:
    (folder / NAME).write_text(words, "utf-8")
    return Project(folder)


def spoken(line: str, folder: Path, settings: str = "") -> Utterance:
    script = read(with_steps(line, settings=settings))
    lexicon = read_lexicon(project(folder), script.language, script.pronunciation)
    (utterance,) = make_plan(script, folder, lexicon).utterances
    return utterance


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Now Ujjayi, and (Ujjayi).", "Now oo-jai-yee, and (oo-jai-yee)."),
        ("Ujjayi's breath", "oo-jai-yee's breath"),
        ("ujjayi and UJJAYI", "ujjayi and UJJAYI"),
        ("Los Angeles, LOS, Losing", "lohs an-jeh-les, loss, Losing"),
        ("sos SOS", "sos S O S"),
        ('(Ujjayi)[sub:"oo"] Ujjayi', "oo oo-jai-yee"),
        ("Ujjayi-like Ujjayi2", "Ujjayi-like Ujjayi2"),
        ("I don’t, I don't.", "I doughnt, I doughnt."),
        ("The U.S. today, in the U.S.", "The you ess today, in the you ess."),
        ("Cafe\u0301 caf\u00e9", "kaff-ay kaff-ay"),
    ],
)
def test_words_are_said_as_the_project_tells(line: str, said: str, tmp_path: Path) -> None:
    """Whole words; small letters mean any case; the longest counts; a mark goes before."""
    assert spoken(line, tmp_path).text == said


def test_sounds_reach_the_voice(tmp_path: Path) -> None:
    """IPA is given for the word that it belongs to, in any case of its letters."""
    said = spoken("Savasana, then rest.", tmp_path)
    assert said.text == "Savasana, then rest."
    assert [(s.first, s.count, s.ipa) for s in said.sounds] == [(0, 1, "ʃɐˈvaːsənɐ")]
    (of_it,) = spoken("A savasana's end.", tmp_path).sounds
    assert of_it.ipa == "ʃɐˈvaːsənɐz"


def test_a_script_goes_before_its_project_and_a_language_before_all(tmp_path: Path) -> None:
    """The nearest counts: the script's own words, then those of its language, then all."""
    own = "pronunciation: {Ujjayi: own}\n"
    assert spoken("Ujjayi", tmp_path, own).text == "own"
    assert spoken("Ujjayi los", tmp_path, "language: de\n").text == "u-dschai-ji loss"
    assert spoken("Ujjayi los", tmp_path, "language: de-AT\n").text == "u-dschai-ji lohs"
    (tmp_path / "upper").mkdir()
    words = "languages: {DE: {los: lohs}, de-AT: {om: aum}}"
    said = read_lexicon(project(tmp_path / "upper", words), "de-at", {})
    assert [word.spoken for word in said.applied(Phrase.plain("los om").words)] == ["lohs", "aum"]


def test_captions_stay_as_they_are_written(tmp_path: Path) -> None:
    """Who reads along sees the word itself."""
    script = read(with_steps("Los Angeles, at 12:30."))
    lexicon = read_lexicon(project(tmp_path), "en", {})
    (event,) = make_plan(script, tmp_path, lexicon).said
    assert event.caption == "Los Angeles, at 12:30."
    assert event.utterance.text == "lohs an-jeh-les, at twelve thirty."


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("words:\n  Ujjayi: \n", "a value is missing here"),
        ("words:\n  Ujjayi: {sub: a, ipa: b}\n", "this does not say how the word sounds"),
        ("words:\n  Ujjayi: {sup: a}\n", "'sup' is not known"),
        ("words:\n  Ujjayi: …\n", "holds nothing that can be spoken"),
        ("words:\n  '(Om)': a\n", "'(Om)' is no word"),
        ('words: {Om: "[2s]"}\n', "holds brackets"),
        ("languages: {Deutsch: {Om: a}}\n", "'Deutsch' is no language"),
        ("wrods: {Om: a}\n", "'wrods' is not known"),
        ("words: {Om: a, Om: b}\n", "the key 'Om' is given twice"),
    ],
)
def test_faults_have_their_place(words: str, told: str, tmp_path: Path) -> None:
    """The file is validated like a script."""
    with pytest.raises(MeditationError) as caught:
        read_lexicon(project(tmp_path, words), "en", {})
    message = str(caught.value)
    assert told in message
    assert message.startswith(f"{NAME}:")
    inside = (
        words.replace("languages:", "wrods:")
        .replace("words:", "pronunciation:")
        .replace("wrods:", "pronounciation:")
    )
    assert faults(with_steps("Hello", settings=inside))


def test_each_faulty_word_has_its_own_place(tmp_path: Path) -> None:
    """All are told at once, each in its line."""
    words = 'words:\n  b: c\n  (d): e\n  f: {ipa: "x:"}\nlanguages:\n  en: {"[x]": a}\n'
    with pytest.raises(MeditationError) as caught:
        read_lexicon(project(tmp_path, words), "en", {})
    told = [line for line in str(caught.value).splitlines() if line.startswith(NAME)]
    assert [line.split(": ")[0] for line in told] == [
        f"{NAME}:3:3", f"{NAME}:4:6", f"{NAME}:6:8",
    ]  # fmt: skip


def test_check_and_build_read_the_project_s_words(tmp_path: Path) -> None:
    """What stands in the file reaches the plan that everything is made from."""
    script = read(with_steps("Ujjayi"))
    (utterance,) = check_script(script, project(tmp_path)).utterances
    assert utterance.text == "oo-jai-yee"


def test_a_file_that_comes_or_changes_makes_the_track_anew(tmp_path: Path) -> None:
    """A track is up to date only as long as its words are, and only their lines are spoken."""
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "evening.yaml").write_text(
        with_steps("Ujjayi breath.", "Another line.", settings="background: none\n"), "utf-8"
    )

    def built() -> str:
        done = meditations(
            "build", "--without-care", cwd=tmp_path, cache=tmp_path / "cache", CI="true"
        )
        assert done.returncode == 0, done.stderr
        return done.stderr

    assert "2 lines spoken" in built()
    assert "spoken" not in built()
    project(tmp_path)
    assert "1 line spoken" in built()
    assert "spoken" not in built()
    project(tmp_path, WORDS.replace("oo-jai-yee", "oo-jay-ee"))
    assert "1 line spoken" in built()
