"""docs/care.md tells every rule as the program does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from meditations.care import RULES

if TYPE_CHECKING:
    from meditations.care import Rule

PAGE: Final = (Path(__file__).parents[1] / "docs" / "care.md").read_text("utf-8")


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_the_page_tells_the_rule(rule: Rule) -> None:
    """Its title, weight, why, better wording, source, and the sentence before and after."""
    section = PAGE.partition(f"### {rule.id}: {rule.title}\n")[2].partition("\n### ")[0]
    for told in (rule.why, rule.better, rule.source, rule.before, rule.after):
        assert told in section
    assert f"| {rule.title} | {rule.weight} |" in PAGE
