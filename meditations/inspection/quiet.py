"""What sounds where nobody speaks: silences, and the level of the background."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from meditations.inspection.measures import longest_run_ms
from meditations.inspection.spans import FINE_MS
from meditations.sound.loudness import STEP_MS, from_lufs, to_lufs

if TYPE_CHECKING:
    from meditations.inspection.measures import Measures
    from meditations.inspection.places import Places

SILENT_LUFS: Final = -70.0
"""The absolute gate of BS.1770: nothing that is quieter counts as sound."""
SOUNDING_LUFS: Final = -55.0
"""Where the background should be louder than this, silence is a hole in it."""
SLACK_MS: Final = 200
LONGEST_HOLE_MS: Final = 200

PIECE_STEPS: Final = 30
TOLERANCE_DB: Final = 2.0
LARGEST_TOLERANCE_DB: Final = 5.0


@dataclass(frozen=True, slots=True)
class Silence:
    """The longest silence, and how long the longest may be."""

    length_ms: int
    at_ms: int
    digital_ms: int
    hole_ms: int
    hole_at_ms: int
    allowed_ms: int


def find_silence(measures: Measures, places: Places) -> Silence:
    """The longest silence, and the longest hole in a background that should sound."""
    silent = measures.energies < from_lufs(SILENT_LUFS)
    length, at = longest_run_ms(silent, STEP_MS)
    digital, _ = longest_run_ms(measures.peaks == 0, FINE_MS)
    hole, hole_at = 0, 0
    if places.bed is not None:
        hole, hole_at = longest_run_ms(silent & (places.bed > from_lufs(SOUNDING_LUFS)), STEP_MS)
    return Silence(length, at, digital, hole, hole_at, places.longest_gap_ms + SLACK_MS)


@dataclass(frozen=True, slots=True)
class Background:
    """The background where nobody speaks and no bell rings.

    Attributes:
        found_lufs: Its loudness.
        wanted_lufs: What the record makes it.
        tolerance_db: How far apart they may be: more for a bed that comes and goes.
    """

    found_lufs: float
    wanted_lufs: float
    tolerance_db: float

    @property
    def difference_db(self) -> float:
        """How much louder it is than it should be."""
        return self.found_lufs - self.wanted_lufs


def find_background(measures: Measures, places: Places) -> Background | None:
    """The level in the pauses; None where nothing should sound there, or the record is silent."""
    if places.bed is None:
        return None
    steps = len(measures.energies)
    looked_at = (
        places.quiet(steps) & (places.clips[:steps] == 0)
        & (places.bed > from_lufs(SOUNDING_LUFS))
    )  # fmt: skip
    found, wanted = measures.energies[looked_at], places.bed[looked_at]
    if len(found) < PIECE_STEPS // 3:
        return None
    count = max(len(found) // PIECE_STEPS, 1)
    pieces = [
        10 * np.log10((a.sum() + 1e-15) / b.sum())
        for a, b in zip(np.array_split(found, count), np.array_split(wanted, count), strict=True)
    ]
    # A bed of waves is as loud as the record says over minutes, not over three seconds: the mean
    # of few pieces may be off by what pieces differ.
    spread = float(np.std(pieces)) if count > 2 else 2.0
    return Background(
        to_lufs(float(found.mean())),
        to_lufs(float(wanted.mean())),
        min(TOLERANCE_DB + 2 * spread / np.sqrt(count), LARGEST_TOLERANCE_DB),
    )
