"""What can sound besides the voice, as a script asks for it; each is found, made and kept by this.

Equal specs are the same sound: it is prepared once, wherever it is used.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class BedSpec:
    """A background.

    Attributes:
        sound: The name of a bed made here, or a sound file of the project's.
        settings: Its parameters as written, sorted by name.
    """

    sound: str
    settings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class BellSpec:
    """A bell, struck once.

    Attributes:
        sound: The name of a bell made here, or a sound file of the project's.
        pitch: As written, such as `A3` or `220 Hz`; empty for the bell's own.
        onset_ms: How long it takes to come up; None for the bell's own.
    """

    sound: str
    pitch: str = ""
    onset_ms: int | None = None


@dataclass(frozen=True, slots=True, order=True)
class SwellSpec:
    """A tone that rises with an in-breath, stays for a hold, and sinks with the out-breath."""

    in_ms: int
    hold_ms: int
    out_ms: int


ClipSpec = BellSpec | SwellSpec
"""A short sound that is played once, at its place."""
SoundSpec = BedSpec | ClipSpec
