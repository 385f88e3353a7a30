"""The plan: the flat list of what happens in a track, in order."""

from meditations.plan.events import (
    Bed,
    BedEvent,
    BellEvent,
    BreathEvent,
    BreathPhase,
    Event,
    Plan,
    SayEvent,
    SectionEvent,
    SilenceEvent,
)
from meditations.plan.planner import longest_silence_ms, make_plan

__all__ = [
    "Bed",
    "BedEvent",
    "BellEvent",
    "BreathEvent",
    "BreathPhase",
    "Event",
    "Plan",
    "SayEvent",
    "SectionEvent",
    "SilenceEvent",
    "longest_silence_ms",
    "make_plan",
]
