"""Telephone numbers, which are read digit by digit: somebody may need to dial one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

NUMBER: Final = r"(?<![\w.,:/#@°€£$+-])\+?\d+(?:[ -]\d+)*(?![\w/:+%°€£$]|[.,]\d|[-–]\w| ?[%°€£$])"
"""Groups of digits with blanks or dashes between them, perhaps behind a plus."""
_GAP: Final = r"[\s,:(\"'“‘„¿¡]+"
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
_LEAST_DIGITS, _SURE_DIGITS = 3, 7
_WORDS_BETWEEN: Final = 8


class Telephone:
    """Finds the numbers of a language's telephones.

    `table` holds `telephone`: `before` (words that ask to call), `behind` (words that may follow a
    number and count nothing), `known` (numbers of help lines, whatever stands around them).
    """

    def __init__(self, table: dict[str, Any], digit: Callable[[int], str | None]) -> None:
        """Takes a language's table, and what says a digit in it."""
        told = table["telephone"]
        self._known = frozenset(told["known"])
        before = "|".join(map(re.escape, told["before"]))
        # Nothing but a few words between, which may hold another number: call 988 or 112.
        self._before = re.compile(
            rf"(?i:(?<!\w)(?:{before}))(?:{_GAP}[\w-]+){{0,{_WORDS_BETWEEN}}}{_GAP}$"
        )
        behind = "|".join(map(re.escape, told["behind"]))
        self._behind = re.compile(rf"[\s)]*(?:$|[.,;:!?…)\"'”’–]|(?i:(?:{behind})(?!\w)))")
        self._digit = digit

    def __call__(self, match: re.Match[str]) -> str | None:
        """The number digit by digit; as it is written where that is not sure; None for others."""
        written = match[0]
        if _DATE.fullmatch(written):
            return None
        groups = re.split(r"[ -]", written.lstrip("+"))
        digits = sum(map(len, groups))
        if written in self._known or self._is_sure(match, written, digits, len(groups)):
            return self._said(written, groups)
        # Numbers side by side are one number to somebody; so is a long one without its points.
        side_by_side = " " in written and max(map(len, groups)) > 1
        return (
            written if side_by_side or (len(groups) == 1 and digits > _LEAST_DIGITS + 1) else None
        )

    def _is_sure(self, match: re.Match[str], written: str, digits: int, groups: int) -> bool:
        if written.startswith("+") or (written.startswith("0") and digits >= _SURE_DIGITS):
            return digits >= _SURE_DIGITS
        if "-" in written and digits >= _SURE_DIGITS and max(map(len, written.split("-"))) > 2:
            return True
        asked = digits >= _LEAST_DIGITS and self._before.search(match.string, 0, match.start())
        if not asked:
            return False
        if written.endswith("00") and not written.startswith("0"):
            return False  # call up 100 of them
        return groups > 1 or bool(self._behind.match(match.string, match.end()))

    def _said(self, written: str, groups: list[str]) -> str | None:
        spelled = [" ".join(self._digit(int(one)) or one for one in group) for group in groups]
        return ("plus " if written.startswith("+") else "") + ", ".join(spelled)
