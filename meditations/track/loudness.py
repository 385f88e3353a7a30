"""The loudness of a track, added up from what its takes and beds were measured to be.

Nothing is decoded: energies of sounds that have nothing to do with one another add.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from meditations.sound.levels import CODEC_LOSS_DB, SPEECH_LUFS
from meditations.sound.loudness import (
    BLOCK_STEPS,
    STEP_FRAMES,
    from_lufs,
    gated_lufs,
    integrated_lufs,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from meditations.sound.beds import PreparedBed
    from meditations.sound.specs import SoundSpec
    from meditations.speech.takes import Take
    from meditations.speech.utterance import Utterance
    from meditations.timeline.beds import BedSpan
    from meditations.timeline.timeline import ClipCue, Timeline


@dataclass(frozen=True, slots=True)
class TrackLoudness:
    """What a listener will hear, in LUFS; None for silence.

    Attributes:
        speech_lufs: What is spoken, joined.
        integrated_lufs: The whole track, gated as BS.1770-4 says.
        speech_share: The share of the track in which somebody speaks.
    """

    speech_lufs: float | None
    integrated_lufs: float | None
    speech_share: float


def track_loudness(
    timeline: Timeline,
    takes: Mapping[Utterance, Take],
    beds: Mapping[SoundSpec, PreparedBed],
) -> TrackLoudness:
    """The loudness of the finished file."""
    steps = -(-timeline.frames // STEP_FRAMES)
    spoken = np.zeros(steps + 2)
    joined = []
    for cue in timeline.cues:
        energies = 2 * np.array(takes[cue.utterance].energies)
        first, offset = divmod(cue.start_frame, STEP_FRAMES)
        share = offset / STEP_FRAMES
        end = min(first + len(energies), steps + 1)
        spoken[first:end] += energies[: end - first] * (1 - share)
        spoken[first + 1 : end + 1] += energies[: end - first] * share
        joined.append(energies)
    sums = np.cumsum(np.concatenate(([0.0], spoken[:steps])))
    blocks = (sums[BLOCK_STEPS:] - sums[:-BLOCK_STEPS]) / BLOCK_STEPS
    starts = np.arange(len(blocks)) * STEP_FRAMES + 2 * STEP_FRAMES  # the middle of each block
    for span in timeline.beds:
        blocks += _bed_energies(span, beds[span.spec], starts)
    for clip in timeline.clips:
        _add_clip(blocks, clip, beds[clip.spec])
    speech = integrated_lufs(np.concatenate(joined)) if joined else float("-inf")
    return TrackLoudness(
        _rounded(speech - CODEC_LOSS_DB),
        _rounded(gated_lufs(blocks) - CODEC_LOSS_DB),
        round(sum(cue.frames for cue in timeline.cues) / max(timeline.frames, 1), 4),
    )


def intended_lufs(timeline: Timeline) -> float:
    """What all that is spoken, joined, shall have: less where lines have a volume of their own."""
    if not any(cue.utterance.manner.volume_db for cue in timeline.cues):
        return SPEECH_LUFS
    joined = [
        np.full(
            -(-cue.frames // STEP_FRAMES), from_lufs(SPEECH_LUFS + cue.utterance.manner.volume_db)
        )
        for cue in timeline.cues
    ]
    return round(integrated_lufs(np.concatenate(joined)), 2)


def _bed_energies(
    span: BedSpan, bed: PreparedBed, frames: NDArray[np.int64]
) -> NDArray[np.float64]:
    places, decibels = zip(*span.gain, strict=True)
    gain_db = np.interp(frames, places, decibels) + SPEECH_LUFS + CODEC_LOSS_DB - bed.lufs
    power = 10 ** (gain_db / 10)
    if span.fade_in_frames:
        share = np.clip((frames - span.start_frame) / span.fade_in_frames, 0, 1)
        power *= np.sin(np.pi / 2 * share) ** 2
    if span.fade_out_frames:
        share = np.clip((span.end_frame - frames) / span.fade_out_frames, 0, 1)
        power *= np.sin(np.pi / 2 * share) ** 2
    power[(frames < span.start_frame) | (frames >= span.end_frame)] = 0.0
    energies = np.array(bed.energies)
    phase = (frames - 2 * STEP_FRAMES) // STEP_FRAMES
    return np.asarray(energies[phase % len(energies)] * power)


def _add_clip(blocks: NDArray[np.float64], cue: ClipCue, clip: PreparedBed) -> None:
    """Adds a clip's blocks at its place, to the 100 ms."""
    gain_db = cue.level_db + SPEECH_LUFS + CODEC_LOSS_DB - clip.lufs
    first = cue.start_frame // STEP_FRAMES
    energies = np.array(clip.energies)[: max(len(blocks) - first, 0)] * 10 ** (gain_db / 10)
    blocks[first : first + len(energies)] += energies


def _rounded(lufs: float) -> float | None:
    return round(lufs, 2) if np.isfinite(lufs) else None
