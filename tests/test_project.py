"""The project: found from anywhere within it, its scripts named by file or by slug."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meditations.errors import MeditationError
from meditations.project import (
    LONGEST_SLUG,
    Project,
    find_project,
    find_scripts,
    slug_of,
    slugify,
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with some scripts; the working folder is its own."""
    for name in ("five-senses", "Waves at Night", "sub/deep", ".hidden", "sub/.git/x", "sub/notes"):
        file = tmp_path / "scripts" / f"{name}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    (tmp_path / "scripts/sub/notes.yaml").rename(tmp_path / "scripts/sub/notes.txt")
    (tmp_path / "scripts/short.YML").touch()
    (tmp_path / "scripts/folder.yaml").mkdir()
    monkeypatch.chdir(tmp_path)
    return Project(tmp_path.resolve())


def names(files: list[Path]) -> list[str]:
    return [file.name for file in files]


# Finding the project.


@pytest.mark.parametrize("inside", [".", "scripts", "scripts/sub", "build/tracks"])
def test_a_project_is_found_from_any_folder_inside_it(inside: str, project: Project) -> None:
    """From whichever folder of a project, its root is found."""
    folder = project.root / inside
    folder.mkdir(parents=True, exist_ok=True)
    assert find_project(folder) == project
    assert find_project() == project
    assert (project.scripts, project.build) == (project.root / "scripts", project.root / "build")


def test_a_channel_makes_a_project(tmp_path: Path) -> None:
    """`podcast.yaml` alone marks a project, and the nearest one counts."""
    inner = tmp_path / "scripts" / "inner"
    inner.mkdir(parents=True)
    (inner / "podcast.yaml").touch()
    assert find_project(inner).root == inner.resolve()
    assert find_project(inner.parent).root == tmp_path.resolve()


def test_outside_of_projects_the_way_in_is_told(tmp_path: Path) -> None:
    """Where there is no project, the message says how to start one."""
    with pytest.raises(MeditationError, match="this is no project") as caught:
        find_project(tmp_path)
    assert "meditations new" in caught.value.mend


def test_files_are_shown_from_the_working_folder(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Messages name files as somebody in this folder would type them."""
    file = project.scripts / "sub" / "deep.yaml"
    assert project.shown(file) == Path("scripts/sub/deep.yaml")
    monkeypatch.chdir(project.scripts / "sub")
    assert project.shown(file) == Path("deep.yaml")
    monkeypatch.chdir(project.root.parent)
    assert project.shown(file) == Path(project.root.name, "scripts/sub/deep.yaml")
    assert project.shown(Path("/elsewhere/x")) == Path("/elsewhere/x")


# Finding scripts.


def test_all_scripts_are_found_in_order(project: Project) -> None:
    """Without names all YAML files are meant, in folders too, but nothing that is hidden."""
    found = find_scripts(project, [])
    assert names(found) == ["Waves at Night.yaml", "five-senses.yaml", "short.YML", "deep.yaml"]


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("five-senses", "five-senses.yaml"),
        ("scripts/five-senses.yaml", "five-senses.yaml"),
        ("deep", "deep.yaml"),
        ("waves-at-night", "Waves at Night.yaml"),
        ("Waves at Night", "Waves at Night.yaml"),
        ("short", "short.YML"),
        ("scripts/sub/notes.txt", "notes.txt"),
    ],
)
def test_scripts_are_named_by_file_or_slug(name: str, file: str, project: Project) -> None:
    """A script is found by its file, by its name, and by the name of its track."""
    assert names(find_scripts(project, [name])) == [file]


def test_a_folder_of_the_same_name_is_not_in_the_way(project: Project) -> None:
    """Where a folder here has a script's name, the script is still found."""
    (project.root / "five-senses").mkdir()
    assert names(find_scripts(project, ["five-senses"])) == ["five-senses.yaml"]


def test_a_script_named_twice_is_one(project: Project) -> None:
    """However often and in whichever way it is named, a script is worked on once, in its place."""
    named = ["deep", "five-senses", "scripts/five-senses.yaml", "deep"]
    assert names(find_scripts(project, named)) == ["deep.yaml", "five-senses.yaml"]


@pytest.mark.parametrize(
    ("name", "what", "mend"),
    [
        ("five-sense", "there is no script called 'five-sense'", "did you mean 'five-senses'"),
        ("scripts/five-sense.yaml", "there is no such script", "did you mean 'five-senses.yaml'?"),
        ("scripts/folder.yaml", "there is no such script", ""),
        ("scripts", "there is no script called 'scripts'", ""),
        ("", "there is no script called ''", "known here: "),
    ],
)
def test_a_script_that_is_missing_is_told(
    name: str, what: str, mend: str, project: Project
) -> None:
    """A name that nothing has is told, with those near it."""
    with pytest.raises(MeditationError, match=what) as caught:
        find_scripts(project, [name])
    assert mend in caught.value.mend


def test_a_project_without_scripts_says_how_to_start(tmp_path: Path) -> None:
    """An empty folder of scripts, or none, leads to `new`."""
    for _ in range(2):
        with pytest.raises(
            MeditationError, match="there is no script in this folder yet"
        ) as caught:
            find_scripts(Project(tmp_path), [])
        assert "meditations new" in caught.value.mend
        (tmp_path / "scripts").mkdir(exist_ok=True)


# Names of tracks.


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("five-senses", "five-senses"),
        ("Five  Senses!", "five-senses"),
        ("_Été à Łódź_", "ete-a-odz"),
        ("1. Safety & Intimacy", "1-safety-intimacy"),
        ("\uff26\uff55\uff4c\uff4c \u2167", "full-viii"),
        ("a" * 99 + " b", "a" * 99),
        ("a" * 300, "a" * LONGEST_SLUG),
        ("呼吸 breath", "breath"),
    ],
)
def test_slugs(name: str, slug: str) -> None:
    """A name becomes small ASCII letters, digits and dashes, of a length that disks take."""
    assert slugify(name) == slug
    assert slug_of(Path("folder") / f"{name}.yaml") == slug


@pytest.mark.parametrize("name", ["", "---", "呼吸", "\U0001f642", "!?"])
def test_a_name_without_letters_makes_no_track(name: str) -> None:
    """Where nothing is left of a name, the message says what a name needs."""
    with pytest.raises(MeditationError, match="no track can be named after") as caught:
        slugify(name, Path("x.yaml"))
    assert "letters from a to z" in caught.value.mend


@given(st.text())
def test_slugs_are_safe_and_stay_as_they_are(name: str) -> None:
    """Whatever the name, its slug is safe in paths and links, and its own slug."""
    try:
        slug = slugify(name)
    except MeditationError:
        return
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not slug.startswith("-")
    assert not slug.endswith("-")
    assert "--" not in slug
    assert slugify(slug) == slug


def test_two_scripts_of_one_track_are_refused(project: Project) -> None:
    """Two scripts whose tracks would have one name are told by both their names."""
    (project.scripts / "Five Senses.yml").touch()
    with pytest.raises(MeditationError) as caught:
        find_scripts(project, ["five-senses"])
    assert str(caught.value).startswith(
        "scripts/five-senses.yaml: would make the track 'five-senses',"
        " and so would scripts/Five Senses.yml"
    )


def test_a_script_elsewhere_must_not_take_the_name_of_one_here(project: Project) -> None:
    """A script outside of `scripts/` collides like any other."""
    (project.root / "five-senses.yaml").touch()
    with pytest.raises(MeditationError, match="would make the track 'five-senses'"):
        find_scripts(project, ["five-senses.yaml"])


def test_a_collision_of_others_is_not_in_the_way(project: Project) -> None:
    """Who names one script is not held up by two others."""
    (project.scripts / "Five Senses.yml").touch()
    (project.scripts / "\U0001f642.yaml").touch()
    assert names(find_scripts(project, ["deep"])) == ["deep.yaml"]


def test_faults_of_some_scripts_leave_the_others(project: Project) -> None:
    """Where faults are taken, the scripts that have none are found all the same."""
    (project.scripts / "Five Senses.yml").touch()
    (project.scripts / "\U0001f642.yaml").touch()
    faults: list[MeditationError] = []
    found = find_scripts(project, [], faults)
    assert names(found) == ["Waves at Night.yaml", "short.YML", "deep.yaml"]
    told = sorted(str(fault).splitlines()[0] for fault in faults)
    assert [line.split(": ")[0] for line in told] == [
        "scripts/Five Senses.yml", "scripts/five-senses.yaml", "scripts/\U0001f642.yaml"
    ]  # fmt: skip
    faults.clear()
    assert names(find_scripts(project, ["deep", "nobody"], faults)) == ["deep.yaml"]
    assert [fault.what for fault in faults] == ["there is no script called 'nobody'"]


def test_a_link_to_a_script_is_no_collision(project: Project) -> None:
    """One file that is reached in two ways makes one track."""
    (project.root / "five-senses.yaml").symlink_to(project.scripts / "five-senses.yaml")
    assert names(find_scripts(project, ["five-senses.yaml"])) == ["five-senses.yaml"]
