"""The rules of care on sentences that they were not written for.

`tests/care/` holds sittings of a hundred sentences each, half of which break a rule of errors; they
were written without a look at the expressions, and stand as they fell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml
from support.care import FOLDER, reviewed

if TYPE_CHECKING:
    from pathlib import Path

SITTINGS: Final = ("second-sitting", "third-sitting")
LEAST: Final = 0.9


def _errors(text: str, folder: Path) -> set[str]:
    return {found.rule for found in reviewed(text, folder).findings if found.severity == "error"}


@pytest.mark.parametrize("name", SITTINGS)
def test_recall_and_precision_over_all_errors(name: str, tmp_path: Path) -> None:
    """At least nine in ten of what is there is found, and nine in ten of what is found is there."""
    told: list[dict[str, Any]] = yaml.load((FOLDER / f"{name}.yaml").read_text(), yaml.CSafeLoader)
    assert len({entry["text"] for entry in told}) == 100
    hits, missed, false = 0, [], []
    for entry in told:
        wanted, found = set(entry["finds"]), _errors(entry["text"], tmp_path)
        hits += len(wanted & found)
        missed += [(rule, entry["text"]) for rule in sorted(wanted - found)]
        false += [(rule, entry["text"]) for rule in sorted(found - wanted)]
    assert hits >= 45
    assert hits / (hits + len(missed)) >= LEAST, missed
    assert hits / (hits + len(false)) >= LEAST, false
