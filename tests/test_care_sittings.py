"""The rules of care on sentences that they were not written for.

`tests/care/` holds sittings: a hundred sentences in English, fifty in another language, half of
which break a rule of errors. They were written without a look at the expressions, and stand as they
fell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml
from support.care import FOLDERS, reviewed

if TYPE_CHECKING:
    from pathlib import Path

SITTINGS: Final = [
    (language, file)
    for language, folder in FOLDERS.items()
    for file in sorted(folder.glob("*sitting.yaml"))
]
LEAST: Final = 0.9


def _errors(text: str, folder: Path, language: str) -> set[str]:
    findings = reviewed(text, folder, language).findings
    return {found.rule for found in findings if found.severity == "error"}


def test_every_language_has_a_sitting() -> None:
    """What finds its own cases may still miss what people write."""
    assert {language for language, _ in SITTINGS} == set(FOLDERS)


@pytest.mark.parametrize(
    ("language", "file"), SITTINGS, ids=[f"{language}-{file.stem}" for language, file in SITTINGS]
)
def test_recall_and_precision_over_all_errors(language: str, file: Path, tmp_path: Path) -> None:
    """At least nine in ten of what is there is found, and nine in ten of what is found is there."""
    told: list[dict[str, Any]] = yaml.load(file.read_text("utf-8"), yaml.CSafeLoader)
    sentences = len({entry["text"] for entry in told})
    assert sentences == len(told) >= (100 if language == "en" else 40)
    hits, missed, false = 0, [], []
    for entry in told:
        wanted, found = set(entry["finds"]), _errors(entry["text"], tmp_path, language)
        hits += len(wanted & found)
        missed += [(rule, entry["text"]) for rule in sorted(wanted - found)]
        false += [(rule, entry["text"]) for rule in sorted(found - wanted)]
    assert hits + len(missed) >= 0.45 * sentences
    assert hits / (hits + len(missed)) >= LEAST, missed
    assert hits / (hits + len(false)) >= LEAST, false
