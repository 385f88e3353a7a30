"""Pronunciation lexicons of other programs: PLS 1.0, read and written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.scripts import with_steps
from support.tracks import meditations

from meditations.errors import MeditationError
from meditations.project import Project
from meditations.script.pls import pls_text, read_pls
from meditations.script.pronunciation import NAME, Sound, project_words

if TYPE_CHECKING:
    from subprocess import CompletedProcess

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<lexicon version="1.0" xmlns="http://www.w3.org/2005/01/pronunciation-lexicon"\n'
    '  xmlns:x="urn:of-another" alphabet="ipa" xml:lang="en-US">\n'
)
LEXICON = (
    HEAD
    + """  <meta name="author" content="A. Maker"/>
  <metadata><x:note>of another</x:note></metadata>
  <!-- words -->
  <lexeme><grapheme>Ujjayi</grapheme><grapheme>ujjayi breath</grapheme>
    <phoneme>uːˈdʒaːji</phoneme></lexeme>
  <lexeme><grapheme>PTSD</grapheme><alias>P T S D</alias></lexeme>
  <lexeme role="x:noun"><grapheme>om</grapheme>
    <phoneme alphabet="x-sampa">oUm</phoneme><phoneme>ɒm</phoneme>
    <phoneme prefer="true">oʊm</phoneme><example>Say om.</example></lexeme>
  <lexeme><grapheme>om</grapheme><alias>not this</alias></lexeme>
</lexicon>
"""
)


def written(folder: Path, text: str | bytes, name: str = "words.pls") -> Path:
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def sounds(words: dict[str, Sound]) -> dict[str, tuple[str | None, str | None]]:
    return {word: (sound.sub, sound.ipa) for word, sound in words.items()}


def test_a_lexicon_is_read(tmp_path: Path) -> None:
    """Graphemes share a lexeme; the preferred way counts, the first lexeme, and only IPA."""
    lexicon = read_pls(written(tmp_path, LEXICON), Path("words.pls"))
    assert lexicon.language == "en-US"
    assert sounds(lexicon.words) == {
        "Ujjayi": (None, "uːˈdʒaːji"), "ujjayi breath": (None, "uːˈdʒaːji"),
        "PTSD": ("P T S D", None), "om": (None, "oʊm"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("language", "is_for"),
    [("en", True), ("en-US", True), ("EN-us", True), ("en-GB", False), ("de", False)],
)
def test_a_lexicon_is_for_its_language(language: str, is_for: bool, tmp_path: Path) -> None:
    """One of a dialect serves scripts that name no other."""
    lexicon = read_pls(written(tmp_path, LEXICON), Path("words.pls"))
    assert lexicon.is_for(language) is is_for


def test_a_project_names_its_lexicons_and_goes_before_them(tmp_path: Path) -> None:
    """Its own words count first, then the lexicons in their order, each for its language."""
    written(tmp_path, LEXICON)
    second = LEXICON.replace("P T S D", "other").replace(">om<", ">aum<")
    written(tmp_path, second, "second.pls")
    written(tmp_path, LEXICON.replace("en-US", "de").replace(">om<", ">ohm<"), "de.pls")
    told = "words: {Ujjayi: own}\nlexicons: [words.pls, second.pls, de.pls]\n"
    written(tmp_path, told, NAME)
    words = sounds(project_words(Project(tmp_path), "en"))
    assert words["Ujjayi"] == ("own", None)
    assert words["PTSD"] == ("P T S D", None)
    assert {"om", "aum"} <= set(words)
    assert "ohm" not in words
    assert set(sounds(project_words(Project(tmp_path), "de-AT"))) >= {"ohm", "Ujjayi"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEAD, ": is no XML: "),
        ("<html/>", "words.pls: is no pronunciation lexicon"),
        (LEXICON.replace('version="1.0" xmlns', 'version="2.0" xmlns'), "version '2.0'"),
        (LEXICON.replace(' xml:lang="en-US"', ""), "words.pls:3: does not say its language"),
        (LEXICON.replace("<grapheme>PTSD</grapheme>", ""), "words.pls:9: a lexeme needs a"),
        (LEXICON.replace("PTSD", "(PTSD)"), "words.pls:9: '(PTSD)' is no word"),
        (LEXICON.replace("uːˈ", "u:'"), "words.pls:8: ':' is no sign"),
        (LEXICON.replace("P T S D", "…"), "holds nothing that can be spoken"),
        (LEXICON.replace("alias>", "alais>"), "<alais> is not known in <lexeme>"),
        (LEXICON.replace('alphabet="ipa"', 'alphabet="x-sampa"'), "alphabet 'x-sampa'"),
    ],
)
def test_faults_have_their_line(text: str, told: str, tmp_path: Path) -> None:
    """What is no lexicon says so; all faults of its words are told at once."""
    with pytest.raises(MeditationError) as caught:
        read_pls(written(tmp_path, text), Path("words.pls"))
    assert told in str(caught.value)
    both = LEXICON.replace("P T S D", "…").replace("uːˈ", "u:'")
    with pytest.raises(MeditationError) as caught:
        read_pls(written(tmp_path, both), Path("words.pls"))
    assert "words.pls:8" in str(caught.value)
    assert "words.pls:9" in str(caught.value)


def test_a_lexicon_opens_no_other_file(tmp_path: Path) -> None:
    """Nothing that a DOCTYPE could ask for is read or made large."""
    secret = written(tmp_path, "secret", "secret.txt")
    for inside in (
        f'<!ENTITY e SYSTEM "{secret.as_uri()}">',
        '<!ENTITY a "lol"><!ENTITY e "&a;&a;&a;&a;&a;&a;&a;&a;">',
        '<!ENTITY % d SYSTEM "http://127.0.0.1:9/d.dtd"> %d;',
    ):
        hostile = LEXICON.replace("<lexicon", f"<!DOCTYPE lexicon [{inside}]><lexicon", 1)
        for text in (hostile, hostile.replace("P T S D", "&e;")):
            with pytest.raises(MeditationError, match=r"DOCTYPE|no XML"):
                read_pls(written(tmp_path, text), Path("words.pls"))


@pytest.mark.parametrize(
    ("name", "told"),
    [("none.pls", "is not there"), ("../out.pls", "lies outside the project")],
)
def test_a_lexicon_lies_in_the_project(name: str, told: str, tmp_path: Path) -> None:
    """What is missing or elsewhere is told with the place that names it."""
    root = tmp_path / "project"
    root.mkdir()
    written(tmp_path, LEXICON, "out.pls")
    written(root, f"lexicons: [{name}]\n", NAME)
    with pytest.raises(MeditationError, match=told) as caught:
        project_words(Project(root), "en")
    assert str(caught.value).startswith(NAME)


WORDS = st.text(st.sampled_from("aÄß字&<>\"'é9 -"), min_size=1, max_size=8).filter(
    lambda text: text[0].isalnum() and text[-1].isalnum() and "  " not in text
)


@given(st.dictionaries(WORDS, st.tuples(WORDS, st.booleans()), max_size=5))
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, told: dict[str, tuple[str, bool]]
) -> None:
    """Word for word, whatever the letters."""
    words = {
        word: Sound(ipa="oʊm") if as_ipa else Sound(sub=sub) for word, (sub, as_ipa) in told.items()
    }
    file = written(tmp_path_factory.mktemp("pls"), pls_text(words, "pt-BR"))
    read = read_pls(file, file)
    assert read.language == "pt-BR"
    assert sounds(read.words) == sounds(words)


def test_the_command_writes_what_the_project_says(tmp_path: Path) -> None:
    """To the standard output or a file; and a lexicon that changes makes its track anew."""

    def run(*arguments: str) -> CompletedProcess[str]:
        done = meditations(*arguments, cwd=tmp_path, cache=tmp_path / "cache", CI="true")
        assert done.returncode == 0, done.stderr
        return done

    (tmp_path / "scripts").mkdir()
    steps = with_steps("The PTSD word.", "Another line.", settings="background: none\n")
    written(tmp_path / "scripts", steps, "evening.yaml")
    written(tmp_path, LEXICON)
    written(tmp_path, "words: {Om: aum}\nlexicons: [words.pls]\n", NAME)
    out = run("lexicon").stdout
    assert "<grapheme>Om</grapheme>" in out
    assert "<alias>P T S D</alias>" in out
    run("lexicon", "--language", "de", "-o", "out.pls")
    lexicon = read_pls(tmp_path / "out.pls", Path("out.pls"))
    assert (lexicon.language, set(lexicon.words)) == ("de", {"Om"})
    assert "2 lines spoken" in run("build", "--without-care").stderr
    assert "spoken" not in run("build", "--without-care").stderr
    written(tmp_path, LEXICON.replace("P T S D", "pee tee ess dee"))
    assert "1 line spoken" in run("build", "--without-care").stderr
