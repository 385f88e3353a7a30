"""Every rule of the care review finds what it must, and passes what means no harm.

In every language whose words there are; rules that need none are tried once, in English.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml
from support.care import FOLDERS, reviewed

from meditations.care import RULES
from meditations.care.words import FOLDER

if TYPE_CHECKING:
    from pathlib import Path

    from meditations.care import Rule

CASES: Final[dict[tuple[str, str], dict[str, list[Any]]]] = {
    (language, rule): yaml.load((folder / f"{rule}.yaml").read_text("utf-8"), yaml.CSafeLoader)
    for language, folder in FOLDERS.items()
    for rule in RULES
    if (folder / f"{rule}.yaml").is_file()
}


def _params(which: str) -> list[Any]:
    return [
        pytest.param(language, rule, case, id=f"{language}-{rule}-{number}")
        for (language, rule), cases in CASES.items()
        for number, case in enumerate(cases[which], 1)
    ]


def test_every_language_has_its_cases() -> None:
    """Words that nobody has tried are found or passed by chance."""
    assert set(FOLDERS) == {file.stem for file in FOLDER.glob("*.toml")}


@pytest.mark.parametrize("language", FOLDERS)
@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_every_rule_has_its_cases(rule: Rule, language: str) -> None:
    """At least twelve that must be found and twelve that must pass, none of them twice."""
    if not rule.needs_words:
        language = "en"
    for which in ("found", "passes"):
        told = [str(case) for case in CASES[language, rule.id][which]]
        assert len(set(told)) == len(told) >= 12


@pytest.mark.parametrize(("language", "rule", "case"), _params("found"))
def test_what_must_be_found(language: str, rule: str, case: Any, tmp_path: Path) -> None:
    """The rule finds it."""
    assert rule in {finding.rule for finding in reviewed(case, tmp_path, language).findings}


@pytest.mark.parametrize(("language", "rule", "case"), _params("passes"))
def test_what_must_pass(language: str, rule: str, case: Any, tmp_path: Path) -> None:
    """The rule does not find it."""
    review = reviewed(case, tmp_path, language)
    found = [finding for finding in review.findings if finding.rule == rule]
    assert not found, str(found[0])


@pytest.mark.parametrize("language", FOLDERS)
@pytest.mark.parametrize("kind", ["trauma", "partner", "general", "sleep"])
def test_the_clean_script_is_clean(kind: str, language: str, tmp_path: Path) -> None:
    """What cases are put into holds nothing to be found."""
    assert reviewed({"kind": [kind]}, tmp_path, language).findings == ()


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_rules_explain_themselves(rule: Any) -> None:
    """Each says why, what is better, what it rests on, with an example before and after."""
    for told in (rule.title, rule.why, rule.better, rule.source, rule.before, rule.after):
        assert len(told) > 5
