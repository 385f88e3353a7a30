"""The sixteen meditations and their translations: clean in care and pace, complete, distinct."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from meditations.care import review
from meditations.care.pace import pace_warnings
from meditations.project import Project
from meditations.script import read_script
from meditations.speech.lengths import estimated_frames
from meditations.timeline.timeline import build_timeline
from meditations.track.preparing import check_script, surroundings

if TYPE_CHECKING:
    from meditations.script import Script
    from meditations.timeline.timeline import Timeline

ROOT: Final = Path(__file__).parents[1]
FILES: Final = sorted((ROOT / "scripts").glob("*.yaml"))
MINUTES: Final = {
    "rebuilding-safety-in-intimacy": 15, "befriending-the-guard": 13, "yes-no-not-yet": 12,
    "five-senses": 6, "noticing-my-window": 10, "breath-is-optional": 7, "a-kind-hand": 12,
    "the-body-at-my-pace": 14, "then-and-now": 9, "my-boundaries": 12, "small-joys-enough": 8,
    "waves-at-night": 31, "side-by-side": 12, "listening-without-fixing": 15,
    "a-menu-of-comfort": 15, "for-the-one-who-supports": 9,
}  # fmt: skip
TRANSLATED: Final = {"five-senses.de": 6.5, "breath-is-optional.de": 7.5}
"""The minutes of each translation: `<slug>.<language>`; the same words take longer in some."""
SYNTHETIC: Final = {"en": "The voice is synthetic.", "de": "Die Stimme ist künstlich."}
SHORTEST_SHARED: Final = 4
"""Sentences of fewer words, such as “Yes.”, may stand in several meditations."""


def _timeline(script: Script) -> Timeline:
    plan = check_script(script, Project(ROOT))
    return build_timeline(plan, {said: estimated_frames(said) for said in plan.utterances})


def _slug(file: Path) -> str:
    """The meditation's name; `five-senses` for its translation `five-senses.de` as well."""
    return file.stem.partition(".")[0]


def test_all_sixteen_are_there() -> None:
    """Each by the name of its title, and of each translation the original."""
    assert {file.stem for file in FILES} == set(MINUTES) | set(TRANSLATED)
    assert {_slug(file) for file in FILES} == set(MINUTES)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_meditation_passes_the_review_at_its_length_and_pace(file: Path) -> None:
    """Nothing is found but resources that nobody has rung yet; the pace suits listeners."""
    script = read_script(file)
    timeline = _timeline(script)
    around = surroundings(Project(ROOT))
    found = review(script, check_script(script, Project(ROOT)), timeline, around)
    assert [str(told) for told in found.findings if told.rule != "C13w"] == []
    assert {told.rule for told in found.answered} <= {"C21"}
    assert timeline.frames == (MINUTES | TRANSLATED)[file.stem] * 60 * 48_000
    assert pace_warnings(timeline, script.kind) == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_stands_beside_it_is_complete(file: Path) -> None:
    """A note on what is in it, somewhere else to go, help, notes; and nobody has reviewed it."""
    script = read_script(file)
    assert script.content_note
    assert "crisis" in script.resources
    assert script.instead or _slug(file) == "five-senses"
    assert SYNTHETIC[script.language] in script.notes
    assert (script.review, script.reviewed) == ("none", None)


@pytest.mark.parametrize("name", TRANSLATED)
def test_a_translation_is_the_same_meditation(name: str) -> None:
    """In another language: the same sections, roles, bells and settings."""
    slug, _, language = name.partition(".")
    told, own = (read_script(ROOT / "scripts" / f"{stem}.yaml") for stem in (name, slug))
    assert (told.language, own.language) == (language, "en")
    assert [section.role for section in told.sections] == [section.role for section in own.sections]
    for setting in ("kind", "background", "palette", "resources", "instead", "published"):
        assert getattr(told, setting) == getattr(own, setting)


def test_no_meditation_shares_a_sentence_with_another() -> None:
    """Short ones aside, such as a yes or a no."""
    said: dict[str, set[str]] = defaultdict(set)
    for file in FILES:
        for cue in _timeline(read_script(file)).cues:
            words = re.findall(r"[\w']+", cue.caption.lower())
            if len(words) >= SHORTEST_SHARED:
                said[" ".join(words)].add(file.stem)
    assert {text: names for text, names in said.items() if len(names) > 1} == {}
