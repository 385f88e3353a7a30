"""The sixteen meditations and their translations: clean in care and pace, and complete."""

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
from meditations.track.care import surroundings
from meditations.track.preparing import check_script

if TYPE_CHECKING:
    from meditations.script import Script
    from meditations.timeline.timeline import Timeline

ROOT: Final = Path(__file__).parents[1]
FILES: Final = sorted((ROOT / "scripts").glob("*.yaml"))
ORIGINALS: Final = [file for file in FILES if "." not in file.stem]
TRANSLATIONS: Final = [file for file in FILES if "." in file.stem]
"""`<name>.<language>.yaml` is the meditation `<name>` in that language."""
MINUTES: Final = {
    "rebuilding-safety-in-intimacy": 15, "befriending-the-guard": 13, "yes-no-not-yet": 12,
    "five-senses": 6, "noticing-my-window": 10, "breath-is-optional": 7, "a-kind-hand": 12,
    "the-body-at-my-pace": 14, "then-and-now": 9, "my-boundaries": 12, "small-joys-enough": 8,
    "waves-at-night": 31, "side-by-side": 12, "listening-without-fixing": 15,
    "a-menu-of-comfort": 15, "for-the-one-who-supports": 9,
}  # fmt: skip
SHORTEST_SHARED: Final = 4
"""Sentences of fewer words, such as “Yes.”, may stand in several meditations."""
LONGER: Final = 0.1
"""How much longer or shorter a translation may be than its original."""
SYNTHETIC: Final = {
    "de": "Die Stimme ist künstlich.",
    "en": "The voice is synthetic.",
    "es": "La voz es sintética.",
}


def _timeline(script: Script) -> Timeline:
    plan = check_script(script, Project(ROOT))
    return build_timeline(plan, {said: estimated_frames(said) for said in plan.utterances})


def test_all_sixteen_are_there() -> None:
    """Each by the name of its title."""
    assert {file.stem for file in ORIGINALS} == set(MINUTES)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_meditation_passes_the_review_at_its_length_and_pace(file: Path) -> None:
    """Nothing is found but resources that nobody has rung yet; the pace suits listeners."""
    script = read_script(file)
    timeline = _timeline(script)
    around = surroundings(Project(ROOT))
    found = review(script, check_script(script, Project(ROOT)), timeline, around)
    assert [str(told) for told in found.findings if told.rule != "C13w"] == []
    assert {told.rule for told in found.answered} <= {"C21"}
    minutes = MINUTES[file.stem.partition(".")[0]]
    longer = timeline.frames / (minutes * 60 * 48_000) - 1
    assert abs(longer) <= (LONGER if file in TRANSLATIONS else 0)
    assert pace_warnings(timeline, script.kind) == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_stands_beside_it_is_complete(file: Path) -> None:
    """A note on what is in it, somewhere else to go, help, notes; and nobody has reviewed it."""
    script = read_script(file)
    assert script.content_note
    assert "crisis" in script.resources
    assert script.instead or file.stem.startswith("five-senses")
    assert SYNTHETIC[script.language] in script.notes
    assert (script.review, script.reviewed) == ("none", None)


@pytest.mark.parametrize("file", TRANSLATIONS, ids=lambda file: file.stem)
def test_a_translation_has_the_course_of_its_original(file: Path) -> None:
    """The same kinds, sections, help and background, in the language of its name."""
    name, _, language = file.stem.partition(".")
    translated, original = read_script(file), read_script(file.with_name(f"{name}.yaml"))
    assert translated.language == language
    for told in ("kind", "resources", "instead", "published", "palette"):
        assert getattr(translated, told) == getattr(original, told)
    assert [s.role for s in translated.sections] == [s.role for s in original.sections]
    beds = [[span.spec for span in _timeline(s).beds] for s in (translated, original)]
    assert beds[0] == beds[1]


def test_no_meditation_shares_a_sentence_with_another() -> None:
    """Short ones aside, such as a yes or a no."""
    said: dict[str, set[str]] = defaultdict(set)
    for file in FILES:
        for cue in _timeline(read_script(file)).cues:
            words = re.findall(r"[\w']+", cue.caption.lower())
            if len(words) >= SHORTEST_SHARED:
                said[" ".join(words)].add(file.stem)
    assert {text: names for text, names in said.items() if len(names) > 1} == {}
