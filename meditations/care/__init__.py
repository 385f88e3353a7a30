"""The care review: what in a script could harm a listener, found before it is spoken."""

from meditations.care.findings import CareError, Finding, Severity
from meditations.care.review import Review, Surroundings, review
from meditations.care.rules import RULES, Rule

__all__ = [
    "RULES",
    "CareError",
    "Finding",
    "Review",
    "Rule",
    "Severity",
    "Surroundings",
    "review",
]
