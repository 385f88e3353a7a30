"""Voices that lie in files: where they are looked for, and how what a file holds is told."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from meditations.errors import MeditationError, from_os_error, nearest
from meditations.store import kept_digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from meditations.speech.engine import Engine
    from meditations.speech.utterance import Utterance

FOLDERS_SETTING: Final = "MEDITATIONS_VOICES"
"""Folders of voices besides the project's own, parted as in PATH."""


def voice_folders(root: Path) -> tuple[Path, ...]:
    """Where voices are looked for, in this order: the project's `voices/`, then the setting's."""
    named = os.environ.get(FOLDERS_SETTING, "").split(os.pathsep)
    folders = [root / "voices", *(Path(name).expanduser() for name in named if name)]
    return tuple(dict.fromkeys(folder.absolute() for folder in folders))


def files_like(root: Path, pattern: str) -> dict[str, Path]:
    """Files in those folders by name, without what `pattern` has behind its `*`.

    Of two with one name the one is taken that is found first.
    """
    suffix = pattern.rpartition("*")[2]
    found: dict[str, Path] = {}
    for folder in voice_folders(root):
        for file in sorted(folder.glob(pattern)):
            if file.is_file() and not file.name.startswith("."):
                found.setdefault(file.name.removesuffix(suffix), file)
    return found


def named_file(name: str, suffix: str, root: Path, kind: str, get: str) -> Path:
    """The file of a voice that a script names.

    Args:
        name: A path from the project's folder, or a name to look for.
        suffix: How the names of such files end.
        root: The project's folder.
        kind: What it is, for messages.
        get: How to get one.

    Raises:
        MeditationError: If there is none, or it lies outside the project.
    """
    if name.endswith(suffix):
        file = (root / name).resolve()
        if not file.is_relative_to(root.resolve()):
            raise MeditationError(
                f"{kind} '{name}' lies outside the project",
                mend=f"copy it into voices/, or let {FOLDERS_SETTING} name its folder, and give "
                f"its name alone: {Path(name).name.removesuffix(suffix)}",
            )
        if file.is_file():
            return file
    here = files_like(root, f"*{suffix}")
    if name in here:
        return here[name]
    mend = nearest(name, here) + "\n" if here else ""
    raise MeditationError(
        f"{kind} '{name}' is not here" if name else f"no {kind.removeprefix('the ')} is named",
        mend=f"{mend}{get}\nlooked for in: {told_folders(root)}",
    )


def told_folders(root: Path) -> str:
    """Where voices are looked for, in words."""
    told = ", ".join(str(folder) for folder in voice_folders(root))
    return told if os.environ.get(FOLDERS_SETTING) else f"{told} ({FOLDERS_SETTING} names more)"


def digests(files: Sequence[Path]) -> str:
    """What the files hold, in 16 hexadecimal digits each.

    Raises:
        MeditationError: If one cannot be read.
    """
    try:
        return " ".join(kept_digest(file)[:16] for file in files)
    except OSError as error:
        raise from_os_error(error, "reading a voice") from None


def files_behind(utterances: Iterable[Utterance], engine_of: Callable[[str], Engine]) -> list[Path]:
    """The files that the sound of `utterances` depends on, each once; a changed one makes it old.

    Args:
        utterances: What is spoken.
        engine_of: Gives an engine by its name.
    """
    found = (engine_of(u.manner.engine).files(u) for u in utterances)
    return list(dict.fromkeys(file for files in found for file in files))
