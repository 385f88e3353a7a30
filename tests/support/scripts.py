"""Scripts given as text, read and timed without anything being spoken."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from meditations.errors import FaultyScriptError, MeditationError
from meditations.plan import Bed, Plan, make_plan
from meditations.quantities import FRAMES_PER_MS
from meditations.script import Script, read_script
from meditations.script.marks import Phrase
from meditations.script.model import RepeatStep, SayStep
from meditations.sound.specs import BedSpec
from meditations.timeline.timeline import Timeline, build_timeline

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from meditations.script.model import Step
    from meditations.speech.utterance import Utterance

SHOWN: Final = Path("scripts/evening.yaml")
HEAD: Final = "title: Evening\nsections:\n  - title: Only\n    script:\n"
FIRST_STEP: Final = HEAD.count("\n") + 1
"""The line of the first step of a script made by `with_steps`."""
STEP_COLUMN: Final = 9
MS_PER_LETTER: Final = 60


def bed(sound: str, level_db: float, lift_db: float) -> Bed:
    """A background without settings, in the middle."""
    return Bed(BedSpec(sound), level_db, lift_db)


def with_steps(*steps: str, settings: str = "") -> str:
    """A script whose one section holds these steps, written as they are behind their dashes."""
    return settings + HEAD + "".join(f"      - {step}\n" for step in steps)


def with_setting(setting: str) -> str:
    """A script of one line, with this setting in line 2."""
    return f"title: Evening\n{setting}\nsections: [{{title: Only, script: [Hello]}}]\n"


def read(text: str | bytes) -> Script:
    """The script, read from a file as any other."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / SHOWN.name
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_script(file, SHOWN)


def faults(text: str | bytes) -> list[str]:
    """The messages of all faults, from their line on: `5:9: this step is empty…`."""
    try:
        read(text)
    except FaultyScriptError as error:
        return [_told(fault) for fault in error.faults]
    except MeditationError as error:
        return [_told(error)]
    return []


def fault(text: str | bytes) -> str:
    """The message of the one fault."""
    found = faults(text)
    assert len(found) == 1, found
    return found[0]


def _told(fault: MeditationError) -> str:
    told = str(fault)
    assert told.startswith(f"{SHOWN}:"), told
    return told.removeprefix(f"{SHOWN}:").strip()


def captions(script: Script) -> list[str]:
    """All words of a script, phrase by phrase."""

    def of(steps: Sequence[Step]) -> Iterator[str]:
        for step in steps:
            if isinstance(step, SayStep):
                yield from (part.caption for part in step.say.parts if isinstance(part, Phrase))
            elif isinstance(step, RepeatStep):
                yield from of(step.repeat.script)

    return [caption for section in script.sections for caption in of(section.script)]


def lengths(plan: Plan) -> dict[Utterance, int]:
    """Made-up lengths of all utterances, in frames: 60 ms a letter."""
    return {
        utterance: MS_PER_LETTER * len(utterance.text) * FRAMES_PER_MS
        for utterance in plan.utterances
    }


def timed(text: str) -> Timeline:
    """The timeline of a script, with made-up lengths."""
    plan = make_plan(read(text))
    return build_timeline(plan, lengths(plan))
