"""A meditation in other languages: its file, its name, its track, and its original beside it."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from mutagen.id3 import ID3
from support.podcast import SCRIPT

from meditations.commands import main
from meditations.errors import FaultyScriptError, MeditationError
from meditations.languages import canonical, in_name, own_name
from meditations.project import Project, find_scripts, public_name, slug_of
from meditations.script import Script, read_script
from meditations.track.freshness import SUFFIXES, environment
from meditations.track.pipeline import build_track
from meditations.track.record import read_record
from meditations.track.sounding import Stores, Workshop
from meditations.workers import Workers

RESOURCES: Final = """
resources:
  - name: A Line
    region: Austria
    for: [crisis]
    contact: "142"
    source: a test
    checked: never
    translations: {de: {region: Österreich}}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """One meditation in three languages; the working folder is the project's."""
    for name in ("evening", "evening.de", "evening.pt-BR"):
        write(tmp_path, name)
    monkeypatch.chdir(tmp_path)
    return Project(tmp_path.resolve())


def write(root: Path, name: str, **differs: Any) -> None:
    file = root / "scripts" / f"{name}.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(yaml.safe_dump({**SCRIPT, **differs}, allow_unicode=True), "utf-8")


def read(project: Project, name: str) -> Script:
    (file,) = find_scripts(project, [name])
    return read_script(file, project.shown(file))


@pytest.mark.parametrize(
    ("stem", "name", "language", "slug", "public"),
    [
        ("evening", "evening", "", "evening", "evening"),
        ("evening.de", "evening", "de", "evening.de", "evening-de"),
        ("Quiet Evening.DE", "Quiet Evening", "de", "quiet-evening.de", "quiet-evening-de"),
        ("evening.pt_BR", "evening", "pt-br", "evening.pt-br", "evening-pt-br"),
        ("evening.zh-Hant-TW", "evening", "zh-hant-tw", "evening.zh-hant-tw", "evening-zh-hant-tw"),
        ("evening.es-419", "evening", "es-419", "evening.es-419", "evening-es-419"),
        ("evening.old", "evening.old", "", "evening-old", "evening-old"),
        ("1. Evening", "1. Evening", "", "1-evening", "1-evening"),
        ("evening.v2", "evening.v2", "", "evening-v2", "evening-v2"),
        (".de", ".de", "", "de", "de"),
    ],
)
def test_a_file_name_tells_the_language(
    stem: str, name: str, language: str, slug: str, public: str
) -> None:
    """What stands behind the last dot is a language where it is one; all else is the name."""
    assert in_name(stem) == (name, language)
    assert slug_of(Path(f"{stem}.yaml")) == slug
    assert public_name(slug) == public


def test_tags_and_names_of_languages() -> None:
    """Tags are written as BCP 47 has them, and languages are called what they call themselves."""
    tags = ("PT-br", "zh-hant-tw", "de", "es-419")
    assert [canonical(tag) for tag in tags] == ["pt-BR", "zh-Hant-TW", "de", "es-419"]
    assert [own_name(tag) for tag in (*tags, "haw")] == [
        "Português (BR)", "中文 (Hant-TW)", "Deutsch", "Español (419)", "haw"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("named", "file"),
    [
        ("evening", "evening.yaml"),
        ("evening.de", "evening.de.yaml"),
        ("evening.pt-br", "evening.pt-BR.yaml"),
        ("evening.pt-BR", "evening.pt-BR.yaml"),
        ("scripts/evening.de.yaml", "evening.de.yaml"),
    ],
)
def test_each_language_is_named_by_itself(named: str, file: str, project: Project) -> None:
    """A meditation's name means its original; with the language behind a dot, its translation."""
    assert [found.name for found in find_scripts(project, [named])] == [file]
    assert len(find_scripts(project, [])) == 3


def test_the_language_comes_from_the_name(project: Project) -> None:
    """A translation needs no `language:`, and one that says another is told of it."""
    assert (read(project, "evening.pt-br").language, read(project, "evening").language) == (
        "pt-BR", "en",
    )  # fmt: skip
    write(project.root, "evening.de", language="DE".lower())
    script = read(project, "evening.de")
    assert (script.language, script.slug, script.original) == ("de", "evening.de", "evening")
    assert script.is_translation
    assert not read(project, "evening").is_translation
    write(project.root, "evening.de", language="es")
    with pytest.raises(FaultyScriptError, match="the file's name says 'de'") as caught:
        read(project, "evening.de")
    assert caught.value.where.line > 0
    assert "language: de" in str(caught.value)


def test_a_translation_without_its_original_is_told(project: Project) -> None:
    """Where nothing is there to be translated, the message says how such a file is named."""
    write(project.root, "morning.de")
    with pytest.raises(MeditationError, match="there is no script 'morning'") as caught:
        find_scripts(project, ["morning.de"])
    assert "morning-de.yaml" in caught.value.mend
    assert "Deutsch" in caught.value.what
    write(project.root, "morning")
    assert find_scripts(project, ["morning.de"])


def test_names_that_would_meet_in_addresses_are_refused(project: Project) -> None:
    """`evening.de` and `evening-de` would be published under one name."""
    write(project.root, "evening-de")
    with pytest.raises(MeditationError, match="would be published as evening-de"):
        find_scripts(project, ["evening.de"])


def test_check_compares_a_translation_with_its_original(project: Project) -> None:
    """Other sections, roles, kinds and missing notes are told, and are no faults."""
    assert notes_of("evening.de") == []
    sections = [{**SCRIPT["sections"][0], "role": "welcome"}, SCRIPT["sections"][1]]
    write(project.root, "evening.de", sections=sections, kind=["sleep"])
    write(project.root, "evening.pt-BR", sections=sections[1:])
    write(project.root, "evening", content_note="Of the dark.")
    told = notes_of("evening.de")
    assert [what for what in told if "section 1 has the role welcome" in what]
    assert [what for what in told if "kind sleep, and its original of general" in what]
    assert [what for what in told if "has no content_note:" in what]
    assert "has 1 sections, and its original 2" in notes_of("evening.pt-BR")


def notes_of(name: str) -> list[str]:
    with contextlib.redirect_stdout(io.StringIO()) as printed, contextlib.suppress(SystemExit):
        main(["check", name, "--json"])
    told = json.loads(printed.getvalue())
    assert not told["faults"], told
    return [note["what"] for note in told["notes"]]


# Its track.


def test_a_translation_becomes_a_track_in_its_language(tmp_path: Path, workers: Workers) -> None:
    """Named after both; captions, tags and help lines are German, the album is the podcast's."""
    for name in ("evening", "evening.de"):
        write(tmp_path, name, resources=["crisis"], title="Abend", palette=None)
    (tmp_path / "resources.yaml").write_text(RESOURCES, "utf-8")
    channel = {
        "title": "Evenings", "description": "x", "author": "A. Maker",
        "translations": {"de": {"title": "Abende", "description": "x"}},
    }  # fmt: skip
    (tmp_path / "podcast.yaml").write_text(yaml.safe_dump(channel), "utf-8")
    project = Project(tmp_path.resolve())
    workshop = Workshop(workers, Stores.open(tmp_path / "cache"))
    made = {
        name: build_track(
            read(project, name), project, tmp_path / "out", workshop, without_care=True
        )
        for name in ("evening", "evening.de")
    }
    german = made["evening.de"].mp3
    assert german.name == "evening.de.mp3"
    for suffix in SUFFIXES:
        assert (tmp_path / "out" / f"evening.de{suffix}").is_file()
    assert "<v Künstliche Stimme>" in german.with_suffix(".vtt").read_text("utf-8")
    tags = ID3(german)
    tagged = (str(tags["TALB"]), str(tags["TLAN"]), str(tags["CTOC:toc"].sub_frames["TIT2"]))
    assert tagged == ("Abende", "deu", "Kapitel")
    english, told = (read_record(track.mp3.with_suffix(".json")) for track in made.values())
    assert told["resources"][0]["region"] == "Österreich"
    assert [each["region"] for each in english["resources"]] == ["Austria"]
    assert told["resources"][0]["name"] == english["resources"][0]["name"] == "A Line"
    assert told["palette"] == english["palette"]
    assert {voice["voice"].partition("+")[0] for voice in told["voices"]} == {"de"}


def test_only_what_the_podcast_is_called_makes_tracks_stale(project: Project) -> None:
    """Its title in any language does; a guid that the program adds does not."""
    told = "title: A\nauthor: B\ntranslations:\n  de:\n    title: C\n\n    description: x\n"
    project.channel.write_text(told, "utf-8")
    before = environment(project)
    project.channel.write_text(f"{told}\n# Kept.\nguid: 1\nguids:\n  de: 2\nepisodes:\n  a.de: 3\n")
    assert environment(project) == before
    project.channel.write_text(told.replace("title: C", "title: D"), "utf-8")
    assert environment(project) != before
