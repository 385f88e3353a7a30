"""Scripts for the care review: one that is clean, and cases that change parts of it."""

from __future__ import annotations

import copy
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from meditations.care import Review, Surroundings, review
from meditations.errors import Where
from meditations.plan import make_plan
from meditations.script import read_script
from meditations.script.resources import Resource
from meditations.speech.lengths import estimated_frames
from meditations.timeline.timeline import build_timeline

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = Path(__file__).parents[1] / "care"
CASE = "@case"


def resource(checked: date | None = date(2026, 11, 22)) -> Resource:
    """Somebody who can help."""
    told = {
        "name": "A Help Line", "region": "worldwide", "for": ["crisis"], "contact": "by letter",
        "source": "the telephone book", "checked": checked,
        "@where": Where(Path("resources.yaml"), 2, 5),
    }  # fmt: skip
    return Resource.model_validate(told)


AROUND = Surroundings(frozenset({"case", "five-senses", "breath"}), {"crisis": (resource(),)})


@cache
def _base() -> dict[str, Any]:
    told: dict[str, Any] = yaml.load((FOLDER / "base.yaml").read_text("utf-8"), yaml.BaseLoader)
    return told


def case_script(case: str | Mapping[str, Any]) -> dict[str, Any]:
    """The clean script with a case in it.

    Args:
        case: A line of speech, or settings that take the place of the script's. Among these,
            `lines` are the steps that stand where the line of speech would; a setting of None
            is left out.
    """
    settings = dict(case) if not isinstance(case, str) else {"lines": [case]}
    script = copy.deepcopy(_base())
    lines = settings.pop("lines", ["There may be a clock somewhere, or a bird."])
    settings.pop("tracks", None)
    settings.pop("checked", None)
    steps = script["sections"][1]["script"]
    place = steps.index(CASE)
    steps[place : place + 1] = lines
    script |= settings
    return {key: value for key, value in script.items() if value is not None}


def reviewed(case: str | Mapping[str, Any], folder: Path) -> Review:
    """What the review finds in a case; every line takes as long as is estimated."""
    around = AROUND
    if not isinstance(case, str):
        if "tracks" in case:
            around = Surroundings(frozenset(case["tracks"]), around.resources)
        if case.get("checked") == "never":
            around = Surroundings(around.tracks, {"crisis": (resource(None),)})
    file = folder / "case.yaml"
    file.write_text(yaml.safe_dump(case_script(case), allow_unicode=True, width=10_000), "utf-8")
    script = read_script(file)
    plan = make_plan(script)
    lengths = {utterance: estimated_frames(utterance) for utterance in plan.utterances}
    return review(script, plan, build_timeline(plan, lengths), around)
