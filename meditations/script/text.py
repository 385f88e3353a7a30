"""The text of a script file, before YAML sees it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from meditations.errors import MeditationError, Where

if TYPE_CHECKING:
    from pathlib import Path

LARGEST_BYTES: Final = 500_000
"""Eight hours of speech without a pause are 350 kB."""

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
# YAML 1.1 breaks a line at these too, and editors do not: a line would end where none is seen.
_UNSEEN_BREAKS: Final = dict.fromkeys((0x85, 0x2028, 0x2029), " ")


def read_text(file: Path) -> str:
    """The text of a script file, in UTF-8.

    Raises:
        MeditationError: If the file is missing, not UTF-8, empty, or holds control characters.
    """
    try:
        raw = file.read_bytes()
    except FileNotFoundError:
        raise MeditationError("there is no such file", file=file) from None
    except IsADirectoryError:
        raise MeditationError("this is a folder, not a script", file=file) from None
    except OSError as error:
        raise MeditationError(f"cannot be read: {error.strerror}", file=file) from None
    if len(raw) > LARGEST_BYTES:
        raise MeditationError(
            f"is over {LARGEST_BYTES // 1000} kB; no meditation is that long",
            mend="is it the right file? if it is, make two tracks of it",
            file=file,
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode()
        line = before.count("\n") + 1
        column = len(before) - before.rfind("\n")
        raise MeditationError(
            "is not UTF-8 text",
            mend="save the file with the encoding UTF-8",
            where=Where(file, line, column),
        ) from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if found := CONTROL.search(text):
        line = text.count("\n", 0, found.start()) + 1
        column = found.start() - text.rfind("\n", 0, found.start())
        raise control_character(found[0], Where(file, line, column))
    if not text.strip():
        raise MeditationError(
            "is empty", mend='start one with: meditations new "A Title"', file=file
        )
    return text.translate(_UNSEEN_BREAKS)


def control_character(char: str, where: Where) -> MeditationError:
    """The fault of a character that no text needs."""
    return MeditationError(
        f"holds the control character U+{ord(char):04X}",
        mend="delete it: it cannot be seen, and it cannot be spoken",
        where=where,
    )
