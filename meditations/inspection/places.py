"""Where the record says that something sounds, on the grids of what was measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from meditations.inspection.spans import FINE_MS, FINE_STEPS
from meditations.sound.loudness import STEP_MS, from_lufs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

AFTER_SPEECH_MS: Final = 250
"""So long a room may ring on after a word."""
BEFORE_SPEECH_MS: Final = 100
LEAST_RING_S: Final = 8.0
RING_DB: Final = 50.0
STRIKE_S: Final = 1.0
"""A bell is at its loudest within this time of where it begins."""
SHORTEST_PAUSE_MS: Final = 300
"""What is shorter between two words, without the margins above, is not looked at as a pause."""


@dataclass(frozen=True, slots=True)
class SpokenCue:
    """Speech as the record places it.

    Attributes:
        volume_db: 0, or how much quieter it is on purpose.
        words: Start and end in ms of each word, where they are known.
    """

    start_ms: int
    end_ms: int
    volume_db: float
    text: str
    words: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Places:
    """The record, on grids of 10 and 100 ms.

    Attributes:
        target_lufs: The loudness of what is spoken.
        cues: What is spoken, in order.
        pauses: Start and end of where nobody speaks, in ms, without the margins of speech.
        longest_gap_ms: The longest time without speech, margins included.
        bed: K-weighted mean squares that the backgrounds should have, by 100 ms; None where the
            record does not tell.
        clips: The most that bells and tones may have, for as long as they ring.
        clip_starts_ms: Where bells and tones begin.
    """

    target_lufs: float
    cues: tuple[SpokenCue, ...]
    pauses: tuple[tuple[int, int], ...]
    longest_gap_ms: int
    bed: NDArray[np.float64] | None
    clips: NDArray[np.float64]
    clip_starts_ms: tuple[int, ...]

    def quiet(self, steps: int) -> NDArray[np.bool_]:
        """Which whole 100 ms lie in pauses."""
        mask = np.zeros(steps, np.bool_)
        for start_ms, end_ms in self.pauses:
            mask[-(-start_ms // STEP_MS) : end_ms // STEP_MS] = True
        return mask

    def background(self) -> NDArray[np.float64]:
        """What should sound beside the voice, by 10 ms."""
        both = self.clips if self.bed is None else self.clips + self.bed
        return np.repeat(both, FINE_STEPS)


def read_places(record: Mapping[str, Any], length_ms: int, steps: int) -> Places:
    """The places of `record`, for a track that was found to have `steps` of 100 ms."""
    cues = tuple(map(_cue, record["cues"]))
    target = float(record["loudness"]["target_speech_lufs"])
    gaps = _gaps(cues, length_ms)
    pauses = [
        (start + AFTER_SPEECH_MS * (start > 0), end - BEFORE_SPEECH_MS * (end < length_ms))
        for start, end in gaps
    ]
    bells, tones = record.get("bells", ()), record.get("tones", ())
    clips = [_clip(bell, steps, target, RING_DB) for bell in bells]
    clips += [_clip(tone, steps, target, 0.0) for tone in tones]
    beds = record.get("beds")
    return Places(
        target, cues,
        tuple((a, b) for a, b in pauses if b - a >= SHORTEST_PAUSE_MS),
        max((end - start for start, end in gaps), default=0),
        None if beds is None else sum(
            (_bed(bed, steps, target) for bed in beds), start=np.zeros(steps)
        ),
        sum(clips, start=np.zeros(steps)),
        tuple(sorted(clip["start_ms"] for clip in (*bells, *tones))),
    )  # fmt: skip


def _cue(told: Mapping[str, Any]) -> SpokenCue:
    edges = told.get("words", ())
    words = tuple(zip(edges[::2], edges[1::2], strict=True))
    volume_db = float(told.get("volume_db", 0.0))
    return SpokenCue(told["start_ms"], told["end_ms"], volume_db, told["text"], words)


def _gaps(cues: Sequence[SpokenCue], length_ms: int) -> list[tuple[int, int]]:
    edges = [0, *(edge for cue in cues for edge in (cue.start_ms, cue.end_ms)), length_ms]
    return [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if b > a]


def _bed(bed: Mapping[str, Any], steps: int, target_lufs: float) -> NDArray[np.float64]:
    at_ms = np.arange(steps) * STEP_MS + STEP_MS / 2
    places, decibels = zip(*bed["gain"], strict=True)
    energy = 10 ** (np.interp(at_ms, places, decibels) / 10) * from_lufs(target_lufs)
    if bed["fade_in_ms"]:
        share = np.clip((at_ms - bed["start_ms"]) / bed["fade_in_ms"], 0, 1)
        energy *= np.sin(np.pi / 2 * share) ** 2
    if bed["fade_out_ms"]:
        share = np.clip((bed["end_ms"] - at_ms) / bed["fade_out_ms"], 0, 1)
        energy *= np.sin(np.pi / 2 * share) ** 2
    energy[(at_ms < bed["start_ms"]) | (at_ms >= bed["end_ms"])] = 0.0
    return np.asarray(energy)


def _clip(
    clip: Mapping[str, Any], steps: int, target_lufs: float, decays_db: float
) -> NDArray[np.float64]:
    """How loud a bell or a tone is at most.

    A bell decays by 50 dB and more while it rings, its high partials first: in decibels it lies
    under the straight line from its strike to its end. One cut off by the end of the track rings
    for 8 s as well.
    """
    energy = np.zeros(steps)
    first, last = clip["start_ms"] // STEP_MS, -(-clip["end_ms"] // STEP_MS)
    rings_s = max((clip["end_ms"] - clip["start_ms"]) / 1000, LEAST_RING_S)
    elapsed_s = np.arange(len(energy[first:last])) * STEP_MS / 1000
    decay_db = decays_db * np.maximum(elapsed_s - STRIKE_S, 0.0) / rings_s
    energy[first:last] = from_lufs(target_lufs + float(clip["level_db"])) * 10 ** (-decay_db / 10)
    return energy


def cells(ms: int) -> int:
    """The number of the 10 ms in which a place lies."""
    return ms // FINE_MS
