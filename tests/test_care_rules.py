"""Every rule of the care review finds what it must, and passes what means no harm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml
from support.care import FOLDER, reviewed

from meditations.care import RULES

if TYPE_CHECKING:
    from pathlib import Path

CASES: Final[dict[str, dict[str, list[Any]]]] = {
    rule: yaml.load((FOLDER / f"{rule}.yaml").read_text("utf-8"), yaml.CSafeLoader)
    for rule in RULES
    if (FOLDER / f"{rule}.yaml").is_file()
}


def _params(which: str) -> list[Any]:
    return [
        pytest.param(rule, case, id=f"{rule}-{number}")
        for rule, cases in CASES.items()
        for number, case in enumerate(cases[which], 1)
    ]


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_its_cases(rule: str) -> None:
    """At least twelve that must be found and twelve that must pass, none of them twice."""
    for which in ("found", "passes"):
        told = [str(case) for case in CASES[rule][which]]
        assert len(set(told)) == len(told) >= 12


@pytest.mark.parametrize(("rule", "case"), _params("found"))
def test_what_must_be_found(rule: str, case: Any, tmp_path: Path) -> None:
    """The rule finds it."""
    assert rule in {finding.rule for finding in reviewed(case, tmp_path).findings}


@pytest.mark.parametrize(("rule", "case"), _params("passes"))
def test_what_must_pass(rule: str, case: Any, tmp_path: Path) -> None:
    """The rule does not find it."""
    found = [finding for finding in reviewed(case, tmp_path).findings if finding.rule == rule]
    assert not found, str(found[0])


@pytest.mark.parametrize("kind", ["trauma", "partner", "general", "sleep"])
def test_the_clean_script_is_clean(kind: str, tmp_path: Path) -> None:
    """What cases are put into holds nothing to be found."""
    assert reviewed({"kind": [kind]}, tmp_path).findings == ()


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_rules_explain_themselves(rule: Any) -> None:
    """Each says why, what is better, what it rests on, with an example before and after."""
    for told in (rule.title, rule.why, rule.better, rule.source, rule.before, rule.after):
        assert len(told) > 5
