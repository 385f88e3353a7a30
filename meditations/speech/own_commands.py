"""A maker's own command for speech: its words, what stands in them, and whether it may run."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

from meditations.errors import MeditationError, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from meditations.speech.utterance import Manner

ALLOWED: Final = "MEDITATIONS_PROGRAMS"
"""Names the programs that scripts may start besides those of the table: whoever runs a script
decides that, not whoever wrote it."""
OWN_PATIENCE_S: Final = 120
EXAMPLE: Final = "my-speaker --rate {rate} --out {out} {text_file}"
_PLACE: Final = re.compile(r"\{([a-z_]+)\}")
PLACES: Final = ("text_file", "out", "voice", "rate", "pitch", "text")
SETTINGS: Final = ("run", "version", "patience")


def own_command(manner: Manner, root: Path) -> tuple[tuple[str, ...], dict[str, str]]:
    """The words of a maker's own command, which may run here, and all settings.

    Args:
        manner: Its settings hold `run`.
        root: The project's folder.

    Raises:
        MeditationError: If the command cannot be read, its program may not run or is not here, or
            a setting makes no sense.
    """
    settings = dict(manner.settings)
    words = _words(settings["run"])
    own_program(words[0], root)
    patience_s(settings)
    return words, settings


def _words(run: str) -> tuple[str, ...]:
    """The words of a command; they are never given to a shell.

    Raises:
        MeditationError: If a quote is open, or a placeholder is not known, or stands in the place
            of the program.
    """
    try:
        words = tuple(shlex.split(run))
    except ValueError:
        words = ()
    if not words:
        raise MeditationError(
            f"the command '{run[:60]}' cannot be read",
            mend="write a program and what it is given; a quote that opens has to close",
        )
    for place in _PLACE.findall(run):
        if place not in PLACES:
            raise MeditationError(f"'{{{place}}}' stands for nothing", mend=nearest(place, PLACES))
    if _PLACE.search(words[0]):
        raise MeditationError(
            "the program itself cannot be filled in", mend="write its name as the first word"
        )
    return words


def takes(run: Sequence[str], *places: str) -> bool:
    """Whether a command has a place for one of these."""
    return any(place in places for word in run for place in _PLACE.findall(word))


def filled(word: str, values: Mapping[str, str]) -> str:
    """A word of a command, with what its placeholders stand for."""
    filled = _PLACE.sub(lambda place: values.get(place[1], place[0]), word)
    # What is spoken is never an option, however it begins.
    return f" {filled}" if word.startswith("{text}") else filled


def own_program(word: str, root: Path) -> Path:
    """The file of a maker's own program, which whoever runs this has allowed.

    Raises:
        MeditationError: If it is not allowed, or not here.
    """
    found = shutil.which(str(root / word)) if "/" in word else shutil.which(word)
    if found is None:
        raise MeditationError(
            f"the program '{word}' is not here",
            mend="install it, or write its path from the project's folder, as in tools/speak",
        )
    file = Path(found).absolute()
    allowed = [one for one in os.environ.get(ALLOWED, "").split(os.pathsep) if one]
    # A path in one project is another program than the same path in the next.
    names = {str(file), str(file.resolve()), word if "/" not in word else ""}
    if names.isdisjoint(allowed):
        name = str(file) if "/" in word else word
        raise MeditationError(
            f"the program '{word}' may not run here yet",
            mend="a script that starts a program can do whatever that program can;"
            f" if you trust it:\nexport {ALLOWED}={shlex.quote(os.pathsep.join([*allowed, name]))}",
        )
    return file


def patience_s(settings: Mapping[str, str]) -> float:
    """How long a maker lets the program take for one sentence.

    Raises:
        MeditationError: If that is no number of seconds.
    """
    written = settings.get("patience", str(OWN_PATIENCE_S))
    seconds = re.fullmatch(r"(\d{1,4})\s*s?", written)
    if not seconds or not 1 <= int(seconds[1]) <= 3600:
        raise MeditationError(
            f"a patience of '{written[:40]}' is no number of seconds",
            mend="choose from 1 to 3600: how long the program may take for one sentence",
        )
    return int(seconds[1])
