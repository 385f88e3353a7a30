"""The project: the folder that holds `scripts/`, found from any folder inside it."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from meditations.errors import MeditationError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CHANNEL: Final = "podcast.yaml"
SOME_TITLE: Final = "Guided Meditations"
"""Of a podcast, and so the album of its tracks, that nobody has named."""
SCRIPT_SUFFIXES: Final = (".yaml", ".yml")
LONGEST_SLUG: Final = 100


@dataclass(frozen=True, slots=True)
class Project:
    """Where things lie. Files named in a script are looked for from `root`."""

    root: Path

    @property
    def scripts(self) -> Path:
        """The folder of the scripts."""
        return self.root / "scripts"

    @property
    def build(self) -> Path:
        """The folder of what comes out."""
        return self.root / "build"

    @property
    def channel(self) -> Path:
        """The file that says what the podcast is called; it may be missing."""
        return self.root / CHANNEL

    def shown(self, file: Path) -> Path:
        """`file` as messages name it: from the working folder, where it lies below it."""
        for base in (Path.cwd(), self.root):
            if file.is_relative_to(base):
                return file.relative_to(base)
        return file


def find_project(start: Path | None = None) -> Project:
    """The project around `start`, or around the working folder.

    Raises:
        MeditationError: If no folder from there upwards is one.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / CHANNEL).is_file() or (folder / "scripts").is_dir():
            return Project(folder)
    raise MeditationError(
        "this is no project: there is no folder scripts/ here or above",
        mend="start a project: meditations init quiet-evenings\n"
        'or begin with a script: meditations new "A Quiet Evening"',
        file=here,
    )


def project_or_here() -> Project:
    """The project around the working folder; that folder itself where there is none."""
    try:
        return find_project()
    except MeditationError:
        return Project(Path.cwd())


def find_scripts(
    project: Project, named: Sequence[str], faults: list[MeditationError] | None = None
) -> list[Path]:
    """The scripts that a command is about: those named, or all of the project.

    Args:
        project: The project.
        named: Scripts by their files or their slugs; none means all.
        faults: Takes the faults of single scripts, so that the others can be worked on.

    Raises:
        MeditationError: If there is no script at all; and, without `faults`, if one is missing,
            cannot give its name to a track, or would make the same track as another.
    """
    everything = _all_scripts(project)
    found: list[MeditationError] = []
    files = everything
    if named:
        files = list(dict.fromkeys(_named_scripts(named, everything, found)))
    elif not files:
        raise MeditationError(
            "there is no script in this folder yet",
            mend='start one with: meditations new "A Quiet Evening"',
            file=project.shown(project.scripts),
        )
    files = list(_without_collisions(files, everything, project, found))
    if faults is not None:
        faults += found
    elif found:
        raise found[0]
    return files


def track_names(project: Project) -> frozenset[str]:
    """The names of all tracks of a project."""
    return frozenset(_slug_or_stem(file) for file in _all_scripts(project))


def slug_of(file: Path) -> str:
    """The track's name from the script's: ASCII letters, digits and dashes.

    Raises:
        MeditationError: If nothing of the name is left.
    """
    return slugify(file.stem, file)


def slugify(name: str, file: Path | None = None) -> str:
    """A name as ASCII letters, digits and dashes.

    Raises:
        MeditationError: If nothing of the name is left.
    """
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_name.lower()).strip("-")[:LONGEST_SLUG].rstrip("-")
    if not slug:
        raise MeditationError(
            f"no track can be named after '{name}'",
            mend="choose a name with letters from a to z or digits, as in a-quiet-evening.yaml",
            file=file,
        )
    return slug


def _all_scripts(project: Project) -> list[Path]:
    if not project.scripts.is_dir():
        return []
    found = (
        file
        for file in project.scripts.rglob("*")
        if file.suffix.lower() in SCRIPT_SUFFIXES
        and not any(part.startswith(".") for part in file.relative_to(project.scripts).parts)
    )
    return sorted(file for file in found if file.is_file())


def _named_scripts(
    named: Sequence[str], everything: Sequence[Path], faults: list[MeditationError]
) -> Iterator[Path]:
    for name in named:
        try:
            yield _one_script(name, everything)
        except MeditationError as error:
            faults.append(error)


def _one_script(name: str, everything: Sequence[Path]) -> Path:
    path = Path(name)
    if path.is_file():
        return path.resolve()
    if path.suffix.lower() in SCRIPT_SUFFIXES:
        names = [file.name for file in everything]
        mend = nearest(path.name, names) if names else ""
        raise MeditationError("there is no such script", mend=mend, file=path)
    by_name = {_slug_or_stem(file): file for file in everything}
    by_name |= {file.stem: file for file in everything}
    if name in by_name:
        return by_name[name]
    raise MeditationError(
        f"there is no script called '{name}'", mend=nearest(name, by_name) if by_name else ""
    )


def _slug_or_stem(file: Path) -> str:
    try:
        return slug_of(file)
    except MeditationError:
        return file.stem


def _without_collisions(
    files: Sequence[Path],
    everything: Sequence[Path],
    project: Project,
    faults: list[MeditationError],
) -> Iterator[Path]:
    """The scripts that make a track of their own; the others become faults."""
    by_slug: dict[str, set[Path]] = defaultdict(set)
    for file in (*files, *everything):
        by_slug[_slug_or_stem(file)].add(file.resolve())
    for file in files:
        try:
            slug = slugify(file.stem, project.shown(file))
        except MeditationError as error:
            faults.append(error)
            continue
        others = sorted(by_slug[slug] - {file.resolve()})
        if not others:
            yield file
            continue
        faults.append(
            MeditationError(
                f"would make the track '{slug}', and so would {project.shown(others[0])}",
                mend="rename one of the two",
                file=project.shown(file),
            )
        )
