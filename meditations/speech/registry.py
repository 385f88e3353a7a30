"""The engines by name: ours, and those that other packages bring as `meditations.engines`."""

from __future__ import annotations

import importlib
from functools import cache
from typing import TYPE_CHECKING, Final

from meditations.errors import MeditationError, nearest

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint
    from pathlib import Path

    from meditations.speech.engine import Engine

GROUP: Final = "meditations.engines"
"""The group of entry points: each names what makes an engine from a project's folder."""

OURS: Final = {
    "pyttsx3": "meditations.speech.pyttsx3_engine:Pyttsx3Engine",
    "recorded": "meditations.speech.recorded_engine:RecordedEngine",
    "flite": "meditations.speech.command_engine:flite",
    "espeak-ng": "meditations.speech.command_engine:espeak_ng",
    "say": "meditations.speech.command_engine:say",
    "pico2wave": "meditations.speech.command_engine:pico2wave",
    "command": "meditations.speech.command_engine:CommandEngine",
    "piper": "meditations.speech.piper_engine:PiperEngine",
    "kokoro": "meditations.speech.kokoro_engine:KokoroEngine",
}


def engine_named(name: str, root: Path) -> Engine:
    """The engine that a script calls `name`, imported now.

    Args:
        name: Its name.
        root: The project's folder, where an engine looks for files that a script names.

    Raises:
        MeditationError: If there is none of that name, or it cannot be imported.
    """
    if name in OURS:
        module, _, attribute = OURS[name].partition(":")
        make = getattr(importlib.import_module(module), attribute)
    elif name in (others := _others()):
        try:
            make = others[name].load()
        except (ImportError, AttributeError) as error:
            raise MeditationError(
                f"the engine '{name}' cannot be imported: {error}",
                mend=f"it comes with the package {_package(others[name])}: install that anew",
            ) from None
    else:
        raise MeditationError(f"no engine is called '{name}'", mend=nearest(name, engine_names()))
    engine: Engine = make(root)
    return engine


def engine_names() -> tuple[str, ...]:
    """The names of all engines, ours first."""
    return (*OURS, *sorted(_others()))


@cache
def _others() -> dict[str, EntryPoint]:
    """What other packages bring; none of them takes the place of one of ours."""
    import importlib.metadata  # slow to import, and seldom asked for

    found = importlib.metadata.entry_points(group=GROUP)
    return {point.name: point for point in found if point.name not in OURS}


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist else point.module
