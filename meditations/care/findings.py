"""What a rule found, and how much it weighs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from meditations.errors import MeditationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meditations.errors import Where

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule comes back with.

    Attributes:
        what: What is wrong, one line without a full stop.
        where: The place in the script.
        words: The words that it is about, as they were written; empty where it is about none.
        severity: Where it is not that of the rule.
        better: Where there is a better wording than the rule's own.
    """

    what: str
    where: Where
    words: str = ""
    severity: Severity | None = None
    better: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a reviewer is told.

    Attributes:
        rule: The rule's id, such as `C07`.
        severity: An error stops the track.
        where: File, line and column.
        what: What is wrong, one line without a full stop.
        words: The words that it is about; may be empty.
        better: How it could be said or done.
        answer: The reason that the script gives for leaving it so; empty where it gives none.
        estimated: Whether it rests on lengths of lines that nobody has spoken yet.
    """

    rule: str
    severity: Severity
    where: Where
    what: str
    words: str
    better: str
    answer: str = ""
    estimated: bool = False

    def __str__(self) -> str:
        about = "~" if self.estimated else ""
        head = f"{self.where}: {self.severity} {self.rule}: {about}{self.what}"
        if self.words and self.words not in self.what:
            head += f": “{_short(self.words)}”"
        if self.answer:
            return f"{head}\n  answered in the script: {self.answer}"
        return f"{head}\n  {self.better}"


class CareError(MeditationError):
    """A script that the care review stops.

    Attributes:
        findings: The errors, at least one.
    """

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        count = len(self.findings)
        super().__init__(
            f"the care review found {count} error" + "s" * (count > 1),
            mend="mend them, answer them in the script (care: {allow: {C09: the reason}}), or build"
            " without\nthe review, which the record then says: meditations build --without-care",
            where=self.findings[0].where,
        )

    def __str__(self) -> str:
        return "\n".join([*map(str, self.findings), f"{self.what}: {self.mend}"])


def _short(words: str) -> str:
    return words if len(words) <= 100 else words[:99] + "…"
