"""Faults that a maker can mend: what is wrong, where, and how to mend it."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self

MOST_TOLD: Final = 50
"""Of more faults than this in one script the rest is only counted: nobody reads further."""


@dataclass(frozen=True)
class Where:
    """A place in a file. `line` and `column` count from 1, as editors do; 0 is unknown."""

    file: Path | None = None
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if self.file is None:
            return ""
        parts = [str(self.file)]
        if self.line:
            parts.append(str(self.line))
            if self.column:
                parts.append(str(self.column))
        return ":".join(parts)


class MeditationError(Exception):
    """A fault with a clear message; the command line prints it without a traceback.

    Attributes:
        what: What is wrong, one line without a full stop.
        mend: How to mend it; may hold several lines, or be empty.
        where: The place in the script or the file concerned.
    """

    def __init__(
        self,
        what: str,
        *,
        mend: str = "",
        where: Where | None = None,
        file: Path | None = None,
    ) -> None:
        super().__init__(what)
        self.what = what
        self.mend = mend
        self.where = where if where is not None else Where(file)

    def __str__(self) -> str:
        place = str(self.where)
        head = f"{place}: {self.what}" if place else self.what
        if not self.mend:
            return head
        return head + "".join(f"\n  {line}" for line in self.mend.splitlines())

    def __reduce__(self) -> tuple[object, ...]:
        # Raised in workers: exceptions are pickled by their positional arguments only, and a
        # child may want others than its base class does.
        return (_rebuild, (type(self), self.args, self.__dict__))

    def at(self, where: Where) -> Self:
        """The same fault, placed; a place that is already known is kept."""
        if self.where.file is not None:
            return self
        return _rebuild(type(self), self.args, {**self.__dict__, "where": where})


_Fault = TypeVar("_Fault", bound=MeditationError)


def _rebuild(kind: type[_Fault], args: tuple[object, ...], state: dict[str, Any]) -> _Fault:
    fault = kind.__new__(kind, *args)
    fault.__dict__.update(state)
    return fault


class SpeechError(MeditationError):
    """A line that could not be spoken; the build of its track ends here."""


class FaultyScriptError(MeditationError):
    """A script with one or several faults, all of them told at once.

    Attributes:
        faults: The faults in the order of the file; never empty.
    """

    def __init__(self, faults: Iterable[MeditationError]) -> None:
        self.faults = tuple(
            sorted(faults, key=lambda fault: (fault.where.line, fault.where.column))
        )
        super().__init__(self.faults[0].what, where=self.faults[0].where)

    def __str__(self) -> str:
        shown = self.faults[:MOST_TOLD]
        # What mends several faults in a row is told behind the last of them.
        told = [
            str(fault) if fault.mend != after else str(fault).partition("\n")[0]
            for fault, after in zip(shown, [*(f.mend for f in shown[1:]), None], strict=True)
        ]
        if more := len(self.faults) - len(told):
            told.append(f"and {more:,} more")
        return "\n".join(told)


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint that names the known word next to `word`, or all of them where none is near."""
    choices = sorted(known)
    lowered = {choice.lower(): choice for choice in reversed(choices)}
    if exact := lowered.get(word.strip().lower()):
        return f"did you mean '{exact}'?"
    close = get_close_matches(word.strip().lower(), lowered, n=3, cutoff=0.6)
    if close:
        names = [f"'{lowered[name]}'" for name in close]
        return "did you mean " + " or ".join(names) + "?"
    return "known here: " + ", ".join(choices)


def from_os_error(error: OSError, doing: str) -> MeditationError:
    """The message for a disk that is full, read-only, or in the way."""
    file = Path(error.filename) if isinstance(error.filename, str) else None
    reason = error.strerror or str(error)
    mends = {
        errno.ENOSPC: "make room on the disk and build again: what is finished is kept",
        errno.EDQUOT: "make room on the disk and build again: what is finished is kept",
        errno.EFBIG: "the system allows no larger file here: choose another folder",
        errno.EACCES: "choose a folder that you may write to, for example --output DIR",
        errno.EPERM: "choose a folder that you may write to, for example --output DIR",
        errno.EROFS: "choose a folder that you may write to, for example --output DIR",
        errno.ENOTDIR: "a file stands where a folder is needed: choose another folder",
        errno.EEXIST: "a file stands where a folder is needed: choose another folder",
        errno.EISDIR: "a folder stands where a file is needed: choose another name",
    }
    return MeditationError(
        f"{doing} failed: {reason}", mend=mends.get(error.errno or 0, ""), file=file
    )
