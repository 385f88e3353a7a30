"""What the record says of care: what is told beforehand, who can help, what the review found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from meditations.care import Surroundings
from meditations.project import track_names
from meditations.script.resources import asked_for, read_resources

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from meditations.care import Finding, Review
    from meditations.project import Project
    from meditations.script import Script
    from meditations.script.resources import Resource


def surroundings(project: Project) -> Surroundings:
    """What the care review has to know of the project around a script.

    Raises:
        MeditationError: If its resources cannot be read.
    """
    return Surroundings(track_names(project), read_resources(project))


def care_record(
    script: Script, review: Review, around: Surroundings, *, without_care: bool
) -> dict[str, Any]:
    """The part of the record that is about care, ready for JSON.

    Args:
        script: What was written.
        review: What the care review found.
        around: The project, with its resources.
        without_care: Whether it was built whatever the review found.
    """
    return {
        "notes": script.notes,
        "content_note": script.content_note,
        "instead": list(script.instead),
        "resources": [
            _told(each.in_language(script.language)) for each in asked_for(script, around.resources)
        ],
        "care": {
            "words_read": review.words_read,
            "without_care": without_care,
            "found": list(_findings(review.findings)),
            "answered": list(_findings(review.answered)),
        },
    }


def _told(resource: Resource) -> dict[str, Any]:
    return {
        "name": resource.name,
        "region": resource.region,
        "for": list(resource.purposes),
        "contact": resource.contact,
        "about": resource.about,
        "source": resource.source,
        "checked": resource.checked.isoformat() if resource.checked else "never",
    }


def _findings(findings: Iterable[Finding]) -> Iterator[dict[str, Any]]:
    for finding in findings:
        told = {
            "rule": finding.rule, "severity": finding.severity, "line": finding.where.line,
            "what": finding.what, "words": finding.words,
        }  # fmt: skip
        yield told | ({"answer": finding.answer} if finding.answer else {})
