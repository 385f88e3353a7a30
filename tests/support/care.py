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

_ENGLISH = Path(__file__).parents[1] / "care"
FOLDERS = {
    "en": _ENGLISH,
    **{folder.name: folder for folder in sorted(_ENGLISH.iterdir()) if folder.is_dir()},
}
"""Where the cases of each language lie."""
CASE = "@case "
"""A case stands where the step that begins so does; the rest of it stands where a case has none."""


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
def _base(language: str) -> dict[str, Any]:
    text = (FOLDERS[language] / "base.yaml").read_text("utf-8")
    told: dict[str, Any] = yaml.load(text, yaml.BaseLoader)
    return told


def case_script(case: str | Mapping[str, Any], language: str = "en") -> dict[str, Any]:
    """The clean script with a case in it.

    Args:
        case: A line of speech, or settings that take the place of the script's. Among these,
            `lines` are the steps that stand where the line of speech would; a setting of None
            is left out.
        language: That of the script.
    """
    settings = dict(case) if not isinstance(case, str) else {"lines": [case]}
    script = copy.deepcopy(_base(language))
    steps = script["sections"][1]["script"]
    place, usual = next((n, s) for n, s in enumerate(steps) if str(s).startswith(CASE))
    lines = settings.pop("lines", [usual.removeprefix(CASE)])
    settings.pop("tracks", None)
    settings.pop("checked", None)
    steps[place : place + 1] = lines
    script |= settings
    return {key: value for key, value in script.items() if value is not None}


def reviewed(case: str | Mapping[str, Any], folder: Path, language: str = "en") -> Review:
    """What the review finds in a case; every line takes as long as is estimated."""
    around = AROUND
    if not isinstance(case, str):
        if "tracks" in case:
            around = Surroundings(frozenset(case["tracks"]), around.resources)
        if case.get("checked") == "never":
            around = Surroundings(around.tracks, {"crisis": (resource(None),)})
    file = folder / "case.yaml"
    file.write_text(
        yaml.safe_dump(case_script(case, language), allow_unicode=True, width=10_000), "utf-8"
    )
    script = read_script(file)
    plan = make_plan(script)
    lengths = {utterance: estimated_frames(utterance) for utterance in plan.utterances}
    return review(script, plan, build_timeline(plan, lengths), around)
