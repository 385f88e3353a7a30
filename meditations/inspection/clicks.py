"""Clicks: what stands out for less than a millisecond, at the joints of windows and anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meditations.inspection.measures import Measures
    from meditations.inspection.places import SpokenCue
    from meditations.inspection.spans import Jump

QUIET_RATIO: Final = 4.0
"""Where nobody speaks: noise, waves, pads and bells stay under 2.5, drops on leaves under 3.6."""
SPEECH_RATIO: Final = 7.0
"""Where somebody speaks: plosives of espeak-ng reach 4.6 (139 cues)."""
PULSES_MS: Final = 30
FEWEST_PULSES: Final = 2
"""A deep voice is a train of sharp pulses, 10 ms apart: each stands out as a click would (up to
10), but a click has no such neighbours."""
NEAR_SPEECH_MS: Final = 150
CRACKLES_A_MINUTE: Final = 6.0
"""So many, and they are the sound of a fire: then a click is what stands out among them."""
FEWEST_CRACKLES: Final = 8
OVER_CRACKLES: Final = 3.0
JOINT_MS: Final = 40
LARGEST_JOINT_RATIO: Final = 1.5
"""How much more than elsewhere the middle one of all joints may stand out."""
FEWEST_JOINTS: Final = 5


@dataclass(frozen=True, slots=True)
class Clicks:
    """What was found.

    Attributes:
        anywhere: Clicks, in order.
        at_joints: Those of them that lie where windows were joined.
        crackles: Whether short cracks belong to what sounds here.
        joint_ratio: How far the middle one of all joints stands out; 0 without joints.
        elsewhere_ratio: The same of all other places.
    """

    anywhere: tuple[Jump, ...]
    at_joints: tuple[Jump, ...]
    crackles: bool
    joint_ratio: float
    elsewhere_ratio: float

    @property
    def joints_stand_out(self) -> bool:
        """Whether the joints as such can be told from the rest."""
        return self.joint_ratio > LARGEST_JOINT_RATIO * self.elsewhere_ratio


def _is_pulse(jump: Jump, others: Sequence[Jump]) -> bool:
    """Whether a jump is one of a train, as the pulses of a deep voice are."""
    alike = [
        other for other in others
        if 0 < abs(other.at_ms - jump.at_ms) <= PULSES_MS and other.size > jump.size / 2
    ]  # fmt: skip
    return len(alike) >= FEWEST_PULSES


def find_clicks(measures: Measures, cues: Sequence[SpokenCue]) -> Clicks:
    """The clicks among all jumps that were noted."""
    spoken = [(c.start_ms - NEAR_SPEECH_MS, c.end_ms + NEAR_SPEECH_MS) for c in cues]
    starts = np.array([start for start, _ in spoken] or [0])
    ends = np.array([end for _, end in spoken] or [0])
    inside: list[Jump] = []
    outside: list[Jump] = []
    for jump in measures.jumps:
        near = int(np.searchsorted(starts, jump.at_ms, "right")) - 1
        if near >= 0 and jump.at_ms < ends[near]:
            inside.append(jump)
        else:
            outside.append(jump)
    minutes = max(len(measures.energies) / 600 - float((ends - starts).sum()) / 60_000, 0.1)
    crackles = len(outside) >= max(FEWEST_CRACKLES, CRACKLES_A_MINUTE * minutes)
    size = OVER_CRACKLES * float(np.quantile([j.size for j in outside], 0.9)) if crackles else 0.0
    found = [j for j in outside if j.ratio > QUIET_RATIO and j.size > size]
    found += [
        j for j in inside
        if j.ratio > SPEECH_RATIO and j.size > size and not _is_pulse(j, inside)
    ]  # fmt: skip
    found.sort(key=lambda jump: jump.at_ms)
    joints = np.array([at for at, _ in measures.joints])
    at_joints = [j for j in found if len(joints) and np.abs(joints - j.at_ms).min() <= JOINT_MS]
    usual = 0.0
    if len(joints) >= FEWEST_JOINTS:
        usual = float(np.median([ratio for _, ratio in measures.joints]))
    return Clicks(
        tuple(found), tuple(at_joints), crackles, usual, float(np.median(measures.ratios))
    )
