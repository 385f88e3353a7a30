"""Chains as files of numbers: the presets that come with the package, and a maker's own."""

from __future__ import annotations

import functools
import re
import shlex
import tomllib
from dataclasses import Field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from meditations.errors import MeditationError, Where, nearest
from meditations.sound.chain import Chain

if TYPE_CHECKING:
    from collections.abc import Iterable

PRESETS: Final = ("plain", "warm", "near", "hall")
FOLDER: Final = Path(__file__).parent / "chains"


def chain_file(name: str, project: Path) -> Path:
    """The file of the chain that a script calls `name`.

    Args:
        name: A preset, or a file of the project's, as in `chains/mine.toml`.
        project: The project's folder.

    Raises:
        MeditationError: If there is none, or it lies outside the project.
    """
    if name in PRESETS:
        return FOLDER / f"{name}.toml"
    if not Path(name).suffix and "/" not in name:
        raise MeditationError(
            f"no chain is called '{name}'",
            mend=nearest(name, PRESETS) + "\nor name a file of your own, as in chains/mine.toml",
        )
    file = (project / name).resolve()
    if not file.is_relative_to(project.resolve()):
        raise MeditationError(
            f"the chain '{name}' lies outside the project",
            mend="copy it in, and name the copy:\n"
            f"mkdir -p chains && cp {shlex.quote(str(file))} chains/\n"
            f"chain: chains/{file.name}",
        )
    if not file.is_file():
        here = [str(p.relative_to(project)) for p in sorted(project.glob("chains/*.toml"))]
        hint = nearest(name, here) if here else (
            "copy one to start from: docs/voices.md says how"
        )  # fmt: skip
        raise MeditationError(f"the chain '{name}' is not there", mend=hint)
    return file


def find_chain(name: str, project: Path) -> Chain:
    """The numbers of the chain that a script calls `name`; see `chain_file`.

    Raises:
        MeditationError: If there is none, or its file holds what is no chain.
    """
    file = chain_file(name, project)
    return _preset(file) if name in PRESETS else read_chain(file, Path(name))


@functools.cache
def _preset(file: Path) -> Chain:
    return read_chain(file)


def read_chain(file: Path, shown_as: Path | None = None) -> Chain:
    """The chain in a file; what the file leaves out is off.

    Args:
        file: TOML, as those in `FOLDER`.
        shown_as: The name of the file in messages; by default `file`.

    Raises:
        MeditationError: If it cannot be read, holds a part or a number that no chain has, or one
            that is out of range; with its line.
    """
    shown = shown_as or file
    try:
        text = file.read_bytes().decode("utf-8")
        told = tomllib.loads(text)
    except OSError as error:
        raise MeditationError(f"the chain cannot be read: {error.strerror}", file=shown) from None
    except UnicodeDecodeError:
        raise MeditationError(
            "the chain is no text", mend="save it as UTF-8 text", file=shown
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise _no_toml(str(error), shown) from None
    return _Reader(text, shown).chain(told)


def _no_toml(message: str, file: Path) -> MeditationError:
    """TOML's own words, with the place that stands at their end."""
    match = re.fullmatch(r"(.*?) \(at (?:line (\d+), column (\d+)|end of document)\)", message)
    what, line, column = match.groups() if match else (message, None, None)
    return MeditationError(
        f"this is no TOML: {what[:1].lower()}{what[1:]}",
        mend="a part is written as [room], a number below it as amount_percent = 10",
        where=Where(file, int(line or 0), int(column or 0)),
    )


class _Reader:
    """Checks what a file says, and knows the line of it."""

    def __init__(self, text: str, file: Path) -> None:
        self._lines = text.splitlines()
        self._file = file

    def chain(self, told: dict[str, Any]) -> Chain:
        parts: dict[str, Any] = {part.name: type(part.default) for part in fields(Chain)}
        found = {}
        for name, numbers in told.items():
            if name not in parts:
                raise self._unknown(name, parts, "part", name)
            if not isinstance(numbers, dict):
                raise MeditationError(
                    f"'{name}' is a part of the chain, and its numbers go below it",
                    mend=f"write [{name}] in a line of its own",
                    where=self._where(name),
                )
            found[name] = parts[name](**self._numbers(name, numbers, fields(parts[name])))
        chain = Chain(**found)
        self._check_pairs(chain)
        return chain

    def _numbers(
        self, part: str, told: dict[str, Any], known: Iterable[Field[Any]]
    ) -> dict[str, float]:
        ranges = {field.name: field.metadata for field in known}
        for name, value in told.items():
            if name not in ranges:
                raise self._unknown(name, ranges, f"number of [{part}]", part, name)
            least, most, off = (ranges[name][key] for key in ("least", "most", "off"))
            choice = f"choose from {least} to {most}" + (", or 0 for none of it" if off else "")
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise MeditationError(
                    f"{name} is no number", mend=choice, where=self._where(part, name)
                )
            if not (least <= value <= most or (off and value == 0)):
                raise MeditationError(
                    f"{name} = {value} is out of range", mend=choice, where=self._where(part, name)
                )
        return {name: float(value) for name, value in told.items()}

    def _check_pairs(self, chain: Chain) -> None:
        if chain.de_ess.from_hz * 1.26 > chain.de_ess.to_hz:  # its edges take a third of an octave
            raise MeditationError(
                "the band of [de_ess] is narrower than a third of an octave",
                mend="choose to_hz at least 1.26 times from_hz",
                where=self._where("de_ess"),
            )
        if chain.room.distance_ms * 2 > chain.room.length_ms:
            raise MeditationError(
                "the room's distance_ms is over half of its length_ms",
                mend="choose a longer room, or a smaller distance",
                where=self._where("room"),
            )

    def _unknown(
        self, name: str, known: Iterable[str], kind: str, part: str, key: str = ""
    ) -> MeditationError:
        return MeditationError(
            f"'{name}' is no {kind} of a chain" if not key else f"'{name}' is no {kind}",
            mend=nearest(name, known),
            where=self._where(part, key),
        )

    def _where(self, part: str, key: str = "") -> Where:
        """The line of a part, or of a key in it; the file alone where it cannot be told."""
        inside = False
        for number, line in enumerate(self._lines, 1):
            if re.match(rf"\s*\[\s*[\"']?{re.escape(part)}[\"']?\s*\]", line):
                if not key:
                    return Where(self._file, number)
                inside = True
            elif re.match(r"\s*\[", line):
                inside = False
            elif re.match(rf"\s*[\"']?{re.escape(key or part)}[\"']?\s*[.=]", line) and (
                inside or not key
            ):
                return Where(self._file, number)
        return Where(self._file)
