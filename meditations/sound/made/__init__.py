"""Beds made here: sounds to lie under a voice, made from numbers alone.

Each is a pure function of its parameters, its length and a seed, periodic without a seam, and
named for what it sounds like. How each is made, and what it was compared with: docs/beds.md.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from meditations.errors import MeditationError, nearest
from meditations.sound.made.air import FIRE, WIND
from meditations.sound.made.beats import BINAURAL, ISOCHRONIC
from meditations.sound.made.bowls import BOWLS_MADE
from meditations.sound.made.drone import DRONE
from meditations.sound.made.kinds import Made, Parameter
from meditations.sound.made.night import NIGHT
from meditations.sound.made.noises import BROWN, PINK, WHITE
from meditations.sound.made.ocean import OCEAN
from meditations.sound.made.reading import read, shown
from meditations.sound.made.shaping import STEP_FRAMES
from meditations.sound.made.water import RAIN, STREAM

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

__all__ = ["KINDS", "Made", "Parameter", "read_parameters", "render", "shown"]

KINDS: Final[Mapping[str, Made]] = MappingProxyType(
    {
        made.name: made
        for made in (BROWN, PINK, WHITE, RAIN, OCEAN, STREAM, WIND, NIGHT, FIRE, DRONE, BOWLS_MADE,
                     BINAURAL, ISOCHRONIC)
    }
)  # fmt: skip
"""All beds made here, in the order in which they are listed to a maker."""


def read_parameters(kind: str, written: Mapping[str, str]) -> dict[str, float | str]:
    """The parameters of a bed from texts such as `{"key": "D", "waves": "9s", "beat": "6 Hz"}`.

    Args:
        kind: A name in KINDS.
        written: What the script sets; what it leaves out has its default.

    Returns:
        All parameters of the bed, numbers in their unit (60 % is 60.0), in the table's order.

    Raises:
        MeditationError: For an unknown bed or parameter (naming the nearest), and for a value
            that is out of its range or no value at all.
    """
    return read(_known(kind), written)


def render(
    kind: str, parameters: Mapping[str, float | str], frames: int, seed: int = 1
) -> NDArray[np.float32]:
    """A bed of `frames` samples, periodic: its last sample leads into its first.

    Args:
        kind: A name in KINDS.
        parameters: As `read_parameters` gives them; all of them.
        frames: The period, a whole number of 40 ms (1,920 frames) and at least 2 s.
        seed: Another one gives another rain of the same kind.

    Returns:
        48 kHz, shape (frames, 2), finite, not levelled: its mean square is about 0.01 whatever
        the kind, and its peak stays under 1.

    Raises:
        MeditationError: For an unknown bed.
        ValueError: If `frames` is not such a length.
    """
    if frames % STEP_FRAMES or frames < 50 * STEP_FRAMES:
        raise ValueError(f"a bed lasts a whole number of {STEP_FRAMES} frames, not {frames}")
    sound: NDArray[np.float32] = _known(kind).make(parameters, frames, seed)
    return sound


def _known(kind: str) -> Made:
    if kind not in KINDS:
        raise MeditationError(f"no bed is called '{kind}'", mend=nearest(kind, KINDS))
    return KINDS[kind]
