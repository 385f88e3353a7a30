"""Findings as SARIF 2.1.0 (OASIS, 2020), which code hosts show beside the lines concerned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import meditations
from meditations.care.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meditations.care.findings import Finding
    from meditations.care.rules import Rule
    from meditations.errors import MeditationError, Where

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
FAULT: Final = "format"
"""The rule id of a fault of the format."""


def sarif_log(findings: Sequence[Finding], faults: Sequence[MeditationError]) -> dict[str, Any]:
    """A log with one run, ready for JSON.

    Args:
        findings: Of the care review.
        faults: Of the format.
    """
    results = [
        _result(FAULT, "error", fault.where, "\n".join(filter(None, [fault.what, fault.mend])))
        for fault in faults
    ]
    results += [
        _result(finding.rule, finding.severity, finding.where, _message(finding))
        for finding in findings
    ]
    driver = {
        "name": "meditations",
        "version": meditations.__version__,
        "rules": [
            {
                "id": FAULT,
                "shortDescription": {"text": "What the script cannot say"},
                "defaultConfiguration": {"level": "error"},
            },
            *map(_rule, RULES.values()),
        ],
    }
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _message(finding: Finding) -> str:
    words = f": “{finding.words}”" if finding.words else ""
    return f"{finding.what}{words}\n{finding.better}"


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {"text": f"{rule.better}\nBefore: {rule.before}\nAfter: {rule.after}"},
        "defaultConfiguration": {"level": "error" if rule.error_in else "warning"},
        "properties": {"source": rule.source},
    }


def _result(rule: str, level: str, where: Where, text: str) -> dict[str, Any]:
    told: dict[str, Any] = {"ruleId": rule, "level": level, "message": {"text": text}}
    if where.file:
        place: dict[str, Any] = {"artifactLocation": {"uri": where.file.as_posix()}}
        if where.line:
            place["region"] = {"startLine": where.line, "startColumn": max(where.column, 1)}
        told["locations"] = [{"physicalLocation": place}]
    return told
