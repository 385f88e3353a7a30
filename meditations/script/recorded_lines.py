"""Which number belongs to which words of recordings: `lines.yaml` in their folder.

A number is given once and stays with its words: what was recorded under it is never played under
others.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field

from meditations.errors import MeditationError
from meditations.script.reader import read_settings
from meditations.script.settings import Settings
from meditations.script.source import quoted
from meditations.script.values import Text, whole
from meditations.store import written_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

NAME: Final = "lines.yaml"
MOST_LINES: Final = 99_999
_HEAD: Final = """\
# Which number belongs to which words. Kept by `meditations record`: please leave it as it is, and
# with the recordings. A line that is changed in the script gets a new number.
"""


class _Lines(Settings):
    last: Annotated[int, whole(0, MOST_LINES)]
    lines: Annotated[dict[str, Text], Field(default_factory=dict)]


def read_lines(file: Path, shown: Path) -> tuple[dict[str, int], int]:
    """The number of each text, and the highest number that was ever given.

    Raises:
        MeditationError: If the file cannot be read, or holds what is no number.
    """
    read = read_settings(file, shown, _Lines, "a list of lines", "last: 0")
    numbers: dict[str, int] = {}
    for number, text in read.lines.items():
        if not re.fullmatch(r"[1-9]\d{0,4}", number) or int(number) > read.last:
            raise MeditationError(
                f"'{number}' is no number that was given to a line",
                mend="put lines.yaml back as `meditations record` wrote it",
                file=shown,
            )
        numbers[text] = int(number)
    return numbers, read.last


def with_new(numbers: Mapping[str, int], last: int, texts: Iterable[str]) -> dict[str, int]:
    """Numbers for all `texts`: those that they have, and new ones behind `last`."""
    found = dict(numbers)
    for text in texts:
        if text not in found:
            last += 1
            found[text] = last
    return found


def write_lines(file: Path, numbers: Mapping[str, int], last: int) -> None:
    """Writes `lines.yaml`.

    Raises:
        MeditationError: If it cannot be written.
    """
    rows = "".join(
        f"  {number}: {quoted(text)}\n"
        for text, number in sorted(numbers.items(), key=lambda pair: pair[1])
    )
    with written_whole(file) as beside:
        beside.write_text(f"{_HEAD}last: {last}\nlines:{' {}' if not rows else ''}\n{rows}",
                          "utf-8", newline="\n")  # fmt: skip
