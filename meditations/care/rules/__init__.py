"""The rules of the care review, each a small unit; their sources are told in docs/care.md."""

from meditations.care.rules import body, course, notes, pairs, sounds, wording
from meditations.care.rules.rule import Rule

RULES: dict[str, Rule] = {
    rule.id: rule
    for rule in sorted(
        (
            rule
            for module in (body, course, notes, pairs, sounds, wording)
            for rule in vars(module).values()
            if isinstance(rule, Rule)
        ),
        key=lambda rule: rule.id,
    )
}
"""All rules by their ids, in order."""

__all__ = ["RULES", "Rule"]
