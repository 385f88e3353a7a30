"""Whether all that sounds at once stays under full scale, worked out before anything is mixed.

There is no limiter over the whole track: takes, beds and bells are at their level by construction.
Beds cannot come near the limit, but bells can, when they are struck often and loud: each strike
rings on under the next one, and under the words after it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from meditations.errors import MeditationError
from meditations.sound.levels import CODEC_LOSS_DB, SPEECH_LUFS, TAKE_PEAK_DBTP
from meditations.sound.loudness import STEP_FRAMES
from meditations.sound.specs import BellSpec
from meditations.timeline.beds import value_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from meditations.sound.beds import PreparedBed
    from meditations.sound.specs import SoundSpec
    from meditations.timeline.timeline import ClipCue, Timeline

LOUDEST_DBTP: Final = -1.0
"""What peaks may come to if all of them meet, which they hardly ever do; before the codec's loss.
The finished file is to stay under -1.5 dBTP, and the codec turns down by 0.455 dB."""


def check_headroom(timeline: Timeline, sounds: Mapping[SoundSpec, PreparedBed]) -> None:
    """Makes sure that bells do not add up, with words and background, to more than there is room.

    Raises:
        MeditationError: With the place of the bell that is loudest where it is too much.
    """
    if not timeline.clips:
        return
    steps = -(-timeline.frames // STEP_FRAMES) + 1
    others = np.zeros(steps)
    for cue in timeline.cues:
        others[_steps(cue.start_frame, cue.end_frame)] = 10 ** (TAKE_PEAK_DBTP / 20)
    for span in timeline.beds:
        bed = sounds[span.spec]
        here = _steps(span.start_frame, span.end_frame)
        frames = np.arange(steps)[here] * STEP_FRAMES
        gain_db = np.array([value_at(span.gain, int(frame)) for frame in frames])
        others[here] += bed.peak * 10 ** ((gain_db + _base_db(bed)) / 20)
    rings = [(clip, *_ring(clip, sounds[clip.spec], steps)) for clip in timeline.clips]
    together = others.copy()
    for _, first, peaks in rings:
        together[first : first + len(peaks)] += peaks
    worst = int(np.argmax(np.where(together > others, together, 0.0)))
    over_db = 20 * np.log10(max(together[worst], 1e-9)) - LOUDEST_DBTP
    if over_db <= 0 or together[worst] <= others[worst]:
        return
    loudest, _, _ = max(
        (ring for ring in rings if 0 <= worst - ring[1] < len(ring[2])),
        key=lambda ring: float(ring[2][worst - ring[1]]),
    )
    bell = isinstance(loudest.spec, BellSpec)
    kind, setting = ("bell", "its level") if bell else ("tone", "tone:")
    raise MeditationError(
        f"at {worst // 10} s this {kind}, with what sounds around it, is"
        f" {max(over_db, 0.1):.1f} dB too loud",
        mend=f"lower {setting} by {max(4 * over_db, 1.0):.0f} dB"
        + (", or give it longer: every: …" if bell else ""),
        where=loudest.where,
    )


def _ring(cue: ClipCue, clip: PreparedBed, steps: int) -> tuple[int, NDArray[np.float64]]:
    """Where a clip begins, in steps of 100 ms, and its peak in each step as it dies away."""
    energies = np.array(clip.energies)
    loudest = float(energies.max(initial=0.0)) or 1.0
    # A block of 400 ms ends up to three steps after what is loudest in it.
    reach = np.array([energies[max(n - 3, 0) : n + 1].max() for n in range(len(energies))])
    peaks = clip.peak * np.sqrt(reach / loudest) * 10 ** ((cue.level_db + _base_db(clip)) / 20)
    first = cue.start_frame // STEP_FRAMES
    return first, peaks[: max(steps - first, 0)]


def _base_db(sound: PreparedBed) -> float:
    return SPEECH_LUFS + CODEC_LOSS_DB - sound.lufs


def _steps(start_frame: int, end_frame: int) -> slice:
    return slice(start_frame // STEP_FRAMES, -(-end_frame // STEP_FRAMES))
