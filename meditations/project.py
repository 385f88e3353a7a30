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
    from collections.abc import Sequence

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
        if (folder / "podcast.yaml").is_file() or (folder / "scripts").is_dir():
            return Project(folder)
    raise MeditationError(
        "this is no project: there is no folder scripts/ here or above",
        mend='start with a script: mkdir scripts && meditations new "A Quiet Evening"',
        file=here,
    )


def find_scripts(project: Project, named: Sequence[str]) -> list[Path]:
    """The scripts that a command is about: those named, or all of the project.

    A script is named by its file or by its slug.

    Raises:
        MeditationError: If there is none, one is missing, or two would make the same track.
    """
    everything = _all_scripts(project)
    files = [_one_script(name, everything) for name in named] if named else everything
    if not files:
        raise MeditationError(
            "there is no script in this folder yet",
            mend='start one with: meditations new "A Quiet Evening"',
            file=project.shown(project.scripts),
        )
    files = list(dict.fromkeys(files))
    _refuse_collisions([*files, *everything], project)
    return files


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


def _one_script(name: str, everything: Sequence[Path]) -> Path:
    path = Path(name)
    if path.exists() or path.suffix.lower() in SCRIPT_SUFFIXES:
        if not path.is_file():
            names = [file.name for file in everything]
            mend = nearest(path.name, names) if names else ""
            raise MeditationError("there is no such script", mend=mend, file=path)
        return path.resolve()
    for file in everything:
        if name in (file.stem, slug_of(file)):
            return file
    slugs = [slug_of(file) for file in everything]
    raise MeditationError(
        f"there is no script called '{name}'",
        mend=nearest(name, slugs) if slugs else "",
    )


def _refuse_collisions(files: Sequence[Path], project: Project) -> None:
    by_slug: dict[str, set[Path]] = defaultdict(set)
    for file in files:
        by_slug[slug_of(file)].add(file.resolve())
    for slug, same in sorted(by_slug.items()):
        if len(same) > 1:
            first, second = sorted(same)[:2]
            raise MeditationError(
                f"would make the track '{slug}', and so would {project.shown(second)}",
                mend="rename one of the two",
                file=project.shown(first),
            )
