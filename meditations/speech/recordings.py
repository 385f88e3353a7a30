"""A folder of recordings: which sound, or which part of one, belongs to which line.

A line is a file of its own whose name begins with the line's number (`005.wav`, `005 again.m4a`),
or a part of a longer file beside which lies an Audacity label track or a cue sheet of its name
(`evening.wav`, `evening.txt`). A file of its own goes before a part of a longer one: that is how
a line is read anew.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from meditations.errors import MeditationError, Where
from meditations.script.recorded_lines import NAME, read_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SOUNDS: Final = (
    ".wav", ".flac", ".mp3", ".ogg", ".oga", ".opus", ".m4a", ".aac", ".aif", ".aiff", ".caf",
    ".wma", ".amr", ".3gp", ".mp4", ".webm",
)  # fmt: skip
"""How the names of recordings end."""
LABELS, CUES = ".txt", ".cue"
CUE_FRAMES: Final = 75
"""A cue sheet counts in frames of a compact disc."""
_NUMBERED: Final = re.compile(r"(\d{1,5})(?!\d)")
_LABEL_NUMBER: Final = re.compile(r"(?:sound|line|label|track|s)?\W*(\d{1,5})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """Where a line is heard: a file, and from when until when in it, in seconds.

    `end_s` is None for the end of the file.
    """

    file: Path
    start_s: float = 0.0
    end_s: float | None = None

    @property
    def whole(self) -> bool:
        """Whether it is all of the file."""
        return self.start_s == 0.0 and self.end_s is None


@dataclass(frozen=True, slots=True)
class Recordings:
    """What a folder holds.

    Attributes:
        numbers: The number of each text that was ever to be read.
        last: The highest number that was ever given.
        parts: Where each number is heard.
        unused: Sounds that belong to no line.
    """

    numbers: Mapping[str, int]
    last: int = 0
    parts: Mapping[int, Part] = field(default_factory=dict)
    unused: tuple[Path, ...] = ()

    def part(self, text: str) -> Part | None:
        """Where these words are heard, or None where they were not recorded."""
        return self.parts.get(self.numbers.get(_plain(text), 0))


def recordings_folder(name: str, root: Path) -> Path:
    """The folder that a script calls `name`.

    Raises:
        MeditationError: If it does not lie in the project.
    """
    folder = (root / name).resolve()
    if not name or folder == root.resolve() or not folder.is_relative_to(root.resolve()):
        raise MeditationError(
            f"'{name}' is no folder in the project" if name else "no folder of recordings is named",
            mend="name a folder for them: voice: {engine: recorded, voice: recordings/evening}\n"
            "then see what is to be read: meditations record",
        )
    return folder


def read_recordings(folder: Path, shown: Path) -> Recordings:
    """What the folder holds; nothing where it is not there yet.

    Args:
        folder: Where the recordings lie.
        shown: Its name in messages.

    Raises:
        MeditationError: If its `lines.yaml` is missing or faulty, a label track or cue sheet
            cannot be read, or a line is there twice.
    """
    sounds = sorted(_sounds(folder)) if folder.is_dir() else []
    if not (folder / NAME).is_file():
        if sounds:
            raise MeditationError(
                f"there are recordings in {shown}, and no {NAME} that says which words they hold",
                mend=f"put {NAME} back, or move the recordings out, number the lines with"
                " `meditations record`, and rename them by that",
            )
        return Recordings({})
    numbers, last = read_lines(folder / NAME, shown / NAME)
    parts: dict[int, Part] = {}
    own: dict[int, Path] = {}
    unused = []
    for file in sounds:
        sheet = next((s for s in map(file.with_suffix, (LABELS, CUES)) if s.is_file()), None)
        number = _NUMBERED.match(file.name)
        if sheet is not None:
            spoken = _labels if sheet.suffix == LABELS else _cues
            for line, part in spoken(sheet, file, shown / sheet.name, numbers):
                if line in parts:
                    raise _twice(line, parts[line].file, file)
                parts[line] = part
        elif number and int(number[1]) in numbers.values():
            line = int(number[1])
            if line in own:
                raise _twice(line, own[line], file)
            own[line] = file
        else:
            unused.append(file)
    parts |= {line: Part(file) for line, file in own.items()}
    return Recordings(numbers, last, parts, tuple(unused))


def _sounds(folder: Path) -> Iterator[Path]:
    for file in folder.iterdir():
        if file.suffix.lower() in SOUNDS and not file.name.startswith(".") and file.is_file():
            yield file


def _twice(line: int, one: Path, other: Path) -> MeditationError:
    names = one.name if one == other else f"{one.name} and {other.name}"
    return MeditationError(
        f"line {line} is there twice, in {names}",
        mend="keep the one that you like better, and move the other out of the folder",
    )


Spoken = tuple[int, Part]


def _labels(sheet: Path, file: Path, shown: Path, numbers: Mapping[str, int]) -> Iterator[Spoken]:
    """The parts of a label track as Audacity exports it: start, end, and a number or words."""
    rows: list[tuple[float, float, str, int]] = []
    for count, row in enumerate(_text(sheet, shown).splitlines(), 1):
        if not row.strip() or row.startswith("\\"):  # the second line of a spectral label
            continue
        columns = [*row.split("\t", 2), "", ""]
        try:
            start_s, end_s = (float(column.replace(",", ".")) for column in columns[:2])
        except ValueError:
            start_s, end_s = -1.0, -1.0
        if not 0 <= start_s <= end_s < 1e6:
            raise MeditationError(
                "this is no label: a start and an end in seconds are needed, parted by tabs",
                mend="export it anew in Audacity: File, Export, Export Labels",
                where=Where(shown, count),
            )
        rows.append((start_s, end_s, columns[2].strip(), count))
    rows.sort()
    nexts: list[float | None] = [*(row[0] for row in rows[1:]), None]
    for (start_s, end_s, told, count), next_s in zip(rows, nexts, strict=True):
        end = next_s if start_s == end_s else end_s  # a label of one moment lasts until the next
        yield _line(told, numbers, Where(shown, count)), Part(file, start_s, end)


def _cues(sheet: Path, file: Path, shown: Path, numbers: Mapping[str, int]) -> Iterator[Spoken]:
    """The parts of a cue sheet: each track lasts until the next one begins."""
    tracks: list[tuple[str, str, float, int]] = []
    number, title = "", ""
    for count, row in enumerate(_text(sheet, shown).splitlines(), 1):
        words = row.strip().split(None, 2)
        match [word.upper() for word in words[:1]]:
            case ["TRACK"]:
                number, title = words[1], ""
            case ["TITLE"]:
                title = row.strip()[5:].strip().strip('"')
            case ["INDEX"] if words[1] == "01":
                time = re.fullmatch(r"(\d{1,4}):([0-5]\d):(\d\d)", words[-1])
                if not time or not number or int(time[3]) >= CUE_FRAMES:
                    raise MeditationError(
                        "this is no place in a cue sheet",
                        mend="write it as INDEX 01 minutes:seconds:frames, as in INDEX 01 02:07:30",
                        where=Where(shown, count),
                    )
                start_s = int(time[1]) * 60 + int(time[2]) + int(time[3]) / CUE_FRAMES
                tracks.append((number, title, start_s, count))
    ends = [*(start_s for _, _, start_s, _ in tracks[1:]), None]
    for (number, title, start_s, count), end_s in zip(tracks, ends, strict=True):
        yield _line(title or number, numbers, Where(shown, count)), Part(file, start_s, end_s)


def _line(told: str, numbers: Mapping[str, int], where: Where) -> int:
    """The number of the line that a label means: by its words, their beginning, or its number."""
    plain = _plain(told).casefold().rstrip(".…")
    alike = [number for text, number in numbers.items() if text.casefold().startswith(plain)]
    if plain and not plain.isdigit() and len(alike) == 1:
        return alike[0]
    exact = [number for text, number in numbers.items() if text.casefold() == told.casefold()]
    number = _LABEL_NUMBER.match(told)
    found = exact[0] if exact else int(number[1]) if number else 0
    if found not in numbers.values():
        raise MeditationError(
            f"no line is meant by '{told[:40]}'",
            mend="write the line's number, or its first words; `meditations record` lists both",
            where=where,
        )
    return found


def _text(sheet: Path, shown: Path) -> str:
    try:
        return sheet.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise MeditationError(f"cannot be read as text: {error}", file=shown) from None


def _plain(text: str) -> str:
    return " ".join(text.split())
