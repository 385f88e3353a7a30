"""Breathing on a grid: the phases of each round, with their words and their tone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from meditations.plan.events import BreathEvent, BreathPhase, SayEvent
from meditations.script.model import Breathe, BreathWords
from meditations.sound.specs import SwellSpec
from meditations.wording import has_wording, wording_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from meditations.errors import Where
    from meditations.script.values import Duration

WORDED_ROUNDS: Final = 2
TONE_FADE_DB: Final = -9.0
"""How much softer the tone of breathing is in its first round, where it fades up."""


def breath_words(breathe: Breathe, language: str) -> dict[BreathPhase, str]:
    """What is said as each phase begins; nothing where neither script nor program has words."""
    words = breathe.say
    if words is None:
        told = wording_for(language).below("spoken") if has_wording(language) else {}
        words = BreathWords.model_validate(told)
    written: tuple[tuple[BreathPhase, str | None], ...] = (
        ("in", words.in_), ("hold", words.hold), ("out", words.out), ("rest", words.rest),
    )  # fmt: skip
    return {phase: text for phase, text in written if text}


def breath_events(
    breathe: Breathe,
    said: Mapping[BreathPhase, SayEvent],
    in_ms: Callable[[Duration], int],
    where: Where,
) -> Iterator[BreathEvent]:
    """All phases of all rounds.

    Args:
        breathe: As the script asks for it.
        said: What is said in a phase, in the rounds that have words.
        in_ms: How long a time of the script is.
        where: Its place.
    """
    phases: tuple[tuple[BreathPhase, Duration], ...] = (
        ("in", breathe.in_), ("hold", breathe.hold), ("out", breathe.out), ("rest", breathe.rest),
    )  # fmt: skip
    swell = SwellSpec(in_ms(breathe.in_), in_ms(breathe.hold), in_ms(breathe.out))
    worded = min(WORDED_ROUNDS if breathe.words is None else breathe.words, breathe.times)
    for number in range(breathe.times):
        for phase, time in phases:
            if not (ms := in_ms(time)):
                continue
            event = BreathEvent(phase, ms, where, said.get(phase) if number < worded else None)
            if phase == "in" and breathe.tone is not None:
                fading = breathe.fade and number < worded
                softer_db = TONE_FADE_DB * (1 - number / worded) if fading else 0.0
                event = replace(event, swell=swell, swell_db=round(breathe.tone + softer_db, 2))
            yield event
