"""The review of one script."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from meditations.care.findings import Finding
from meditations.care.reading import Reading, Surroundings
from meditations.care.rules import RULES
from meditations.care.words import Words, words_for
from meditations.errors import MeditationError, nearest

if TYPE_CHECKING:
    from meditations.plan import Plan
    from meditations.script import Script
    from meditations.timeline.timeline import Timeline

__all__ = ["Review", "Surroundings", "review"]


@dataclass(frozen=True, slots=True)
class Review:
    """What came of it.

    Attributes:
        findings: What was found and not answered in the script, in the order of the file.
        answered: What was found, with the answers that the script gives.
        words_read: False where there are no words for the script's language, so that only what
            needs none was looked at.
    """

    findings: tuple[Finding, ...]
    answered: tuple[Finding, ...] = ()
    words_read: bool = True

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What stops the track."""
        return tuple(finding for finding in self.findings if finding.severity == "error")


def review(
    script: Script,
    plan: Plan,
    timeline: Timeline,
    around: Surroundings | None = None,
    *,
    estimated: bool = False,
) -> Review:
    """Reads a script for care.

    Args:
        script: What was written.
        plan: What happens in it.
        timeline: When it happens; where lines were not spoken yet, with estimated lengths.
        around: The project that it belongs to.
        estimated: Whether the timeline rests on estimates.

    Raises:
        MeditationError: If the script answers a rule that there is not.
    """
    _check_answers(script)
    words = words_for(script.language)
    reading = Reading(script, plan, timeline, words or Words("", {}), around or Surroundings())
    open_: list[Finding] = []
    answered: list[Finding] = []
    for rule in RULES.values():
        if not (rule.only_in & reading.kinds) or (rule.needs_words and words is None):
            continue
        answer = script.care.allow.get(rule.id, "")
        for found in dict.fromkeys(rule.find(reading)):
            finding = Finding(
                rule.id, found.severity or rule.severity(reading.kinds), found.where, found.what,
                found.words, found.better or rule.better, answer, estimated and rule.timed,
            )  # fmt: skip
            (answered if answer else open_).append(finding)
    return Review(_in_order(open_), _in_order(answered), words is not None)


def _in_order(findings: list[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda f: (f.where.line, f.where.column, f.rule)))


def _check_answers(script: Script) -> None:
    for name in script.care.allow:
        if name not in RULES:
            raise MeditationError(
                f"care: {{allow: …}} answers the rule '{name}', which does not exist",
                mend=nearest(name, RULES) + "\nread one with: meditations check --explain C07",
                where=script.place("care"),
            )
