"""Whether somebody speaks: at every cue, in no pause, and when the captions say.

Told by the strength of 300 to 4000 Hz alone. What is spoken lies at -16 LUFS by construction and
backgrounds at least 20 dB below while it sounds, at least 10 dB below in pauses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from meditations.inspection.places import cells
from meditations.inspection.spans import FINE_MS
from meditations.sound.loudness import from_lufs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from meditations.inspection.places import Places

    Floats = NDArray[np.float64]

HEARD_DB: Final = -14.0
"""A cue sounds if its band is at most this far from the loudness of speech…"""
HEARD_OVER_BED_DB: Final = 4.0
"""…and this far over the background. Of 139 cues of two tracks in the default voice the weakest
was at -2.2 dB; a deep voice (flite's rms) has more of its strength below the band: of 40 cues the
weakest was at -8.8 dB, and 15 dB over the background. A background alone lies at -20 dB at most."""
LONGEST_HOLE_MS: Final = 1_500
"""No phrase falls silent for so long, for an inline pause ends a cue; the longest of those 139 was
0.5 s."""
ACTIVE_DB: Final = -22.0
ACTIVE_OVER_BED_DB: Final = 6.0

PAUSE_SPEECH_DB: Final = -12.0
PAUSE_OVER_BED_DB: Final = 10.0
OVER_CLIP_DB: Final = 3.0
SMOOTHED_CELLS: Final = 10
SHORTEST_WORD_CELLS: Final = 12
OVERRUN_CELLS: Final = 30
STEEP_DB: Final = 8.0
"""Words begin within a tenth of a second; waves, wind and pads swell for longer."""
STEEP_CELLS: Final = 15
CLIP_ONSET_MS: Final = 1_000
"""A bell is struck within this time of where it begins."""

LARGEST_LAG_MS: Final = 150
_LAG_CELLS: Final = 60
_SIDE_MS: Final = 100


def silent_cues(band: Floats, places: Places) -> tuple[list[int], list[int]]:
    """Cues at which no speech was found, and those at which it cannot be told: their numbers."""
    background = places.background()
    missing, untold = [], []
    for number, cue in enumerate(places.cues):
        here = slice(cells(cue.start_ms), max(cells(cue.end_ms), cells(cue.start_ms) + 1))
        wanted = from_lufs(places.target_lufs + cue.volume_db)
        beside = float(np.mean(background[here])) if len(background[here]) else 0.0
        if wanted < beside * _times(HEARD_OVER_BED_DB + 2):
            untold.append(number)
            continue
        least = max(wanted * _times(HEARD_DB), beside * _times(HEARD_OVER_BED_DB))
        sound = band[here]
        if not len(sound) or float(np.mean(sound)) < least or _hole_ms(sound, wanted, beside):
            missing.append(number)
    return missing, untold


def silent_words(band: Floats, places: Places) -> tuple[int, list[int]]:
    """How many words were looked at, and where those begin at which nobody is heard, in ms."""
    background = places.background()
    count, missing = 0, []
    for cue in places.cues:
        wanted = from_lufs(places.target_lufs + cue.volume_db)
        for start_ms, end_ms in cue.words:
            if end_ms == start_ms:
                continue  # a dash, say, which nobody speaks
            here = slice(cells(start_ms), cells(end_ms) + 1)
            beside = float(np.mean(background[here])) if len(background[here]) else 0.0
            if wanted < beside * _times(HEARD_OVER_BED_DB + 2):
                continue
            count += 1
            least = max(wanted * _times(ACTIVE_DB), beside * _times(ACTIVE_OVER_BED_DB))
            if float(np.max(band[here], initial=0.0)) < least:
                missing.append(start_ms)
    return count, missing


def _hole_ms(sound: Floats, wanted: float, beside: float) -> int:
    """How long the voice falls silent within a cue, where that is too long; else 0."""
    active = sound > max(wanted * _times(ACTIVE_DB), beside * _times(ACTIVE_OVER_BED_DB))
    at = np.flatnonzero(active)
    edges = np.concatenate(([-1], at, [len(sound)]))
    longest = int(np.diff(edges).max()) * FINE_MS
    return longest if longest > LONGEST_HOLE_MS else 0


def speech_in_pauses(band: Floats, places: Places) -> list[int]:
    """Where somebody speaks in a pause, in ms."""
    smooth = np.convolve(band, np.full(SMOOTHED_CELLS, 1 / SMOOTHED_CELLS), "same")
    limit = _limit(smooth, places)
    found = []
    for start_ms, end_ms in places.pauses:
        first, last = cells(start_ms), min(cells(end_ms), len(smooth))
        loud = smooth[first:last] > limit[first:last]
        edges = np.flatnonzero(np.diff(np.concatenate(([0], loud.view(np.int8), [0]))))
        for begin, end in zip(edges[::2] + first, edges[1::2] + first, strict=True):
            if begin == first and first:  # it went on from before, so nothing is steep
                if end - begin >= OVERRUN_CELLS:
                    found.append(int(begin) * FINE_MS)
            elif end - begin >= SHORTEST_WORD_CELLS and _like_a_word(smooth, int(begin), places):
                found.append(int(begin) * FINE_MS)
    return found


def _limit(smooth: Floats, places: Places) -> Floats:
    """What is louder than this in a pause may be speech."""
    least = from_lufs(places.target_lufs + PAUSE_SPEECH_DB)
    clips = np.repeat(places.clips, len(smooth) // max(len(places.clips), 1))
    if places.bed is None:
        quiet = [smooth[cells(a) : cells(b)] for a, b in places.pauses]
        usual = float(np.quantile(np.concatenate(quiet), 0.5)) if quiet else 0.0
        bed = np.full(len(smooth), usual)
    else:
        bed = np.repeat(places.bed, len(smooth) // len(places.bed))
    return np.maximum(
        least, np.maximum(bed * _times(PAUSE_OVER_BED_DB), clips * _times(OVER_CLIP_DB))
    )


def _like_a_word(smooth: Floats, begin: int, places: Places) -> bool:
    """Whether what becomes loud at `begin` does so as fast as speech, and is no bell."""
    at_ms = begin * FINE_MS
    if any(0 <= at_ms - start + 100 <= CLIP_ONSET_MS for start in places.clip_starts_ms):
        return False
    before = float(smooth[max(begin - STEEP_CELLS // 2, 0)])
    after = float(smooth[begin : begin + STEEP_CELLS - STEEP_CELLS // 2 + 1].max())
    return after > before * _times(STEEP_DB)


def lag_ms(band: Floats, spans: Sequence[tuple[int, int]], places: Places) -> int | None:
    """How much later the speech is heard than `spans` of milliseconds say; None without speech.

    The shift at which most of what sounds like speech lies within them; where several are as
    good, the middle of these.
    """
    background = places.background()[: len(band)]
    quietest = min((cue.volume_db for cue in places.cues), default=0.0)
    least = from_lufs(places.target_lufs + quietest) * _times(ACTIVE_DB)
    active = band > np.maximum(least, background * _times(ACTIVE_OVER_BED_DB))
    if not active.any() or not spans:
        return None
    counts = np.concatenate((np.zeros(_LAG_CELLS), np.cumsum(np.concatenate(([0], active)))))
    counts = np.concatenate((counts, np.full(_LAG_CELLS + 1, counts[-1])))
    starts = np.array([cells(a) for a, _ in spans]) + _LAG_CELLS
    ends = np.array([cells(b) for _, b in spans]) + _LAG_CELLS
    top = len(counts) - 1
    shifts = np.arange(-_LAG_CELLS, _LAG_CELLS + 1)
    inside = np.array(
        [
            (counts[np.clip(ends + s, 0, top)] - counts[np.clip(starts + s, 0, top)]).sum()
            for s in shifts
        ]
    )
    best = shifts[inside >= inside.max() - max(1, 0.001 * inside.max())]
    return round(float(np.mean(best))) * FINE_MS


def amid_speech(band: Floats, at_ms: int, places: Places) -> bool:
    """Whether somebody speaks right before and right after a place, and no cue meets another there.

    A hundred milliseconds on either side: shorter ones may be the silence before a plosive.
    """
    if any(min(abs(at_ms - c.start_ms), abs(at_ms - c.end_ms)) <= _SIDE_MS for c in places.cues):
        return False
    here, side = cells(at_ms), _SIDE_MS // FINE_MS
    before, after = band[max(here - side, 0) : here], band[here : here + side]
    if not len(before) or not len(after):
        return False
    beside = float(places.background()[here])
    least = max(from_lufs(places.target_lufs + ACTIVE_DB), beside * _times(ACTIVE_OVER_BED_DB))
    return float(np.mean(before)) > least and float(np.mean(after)) > least


def _times(db: float) -> float:
    return float(10 ** (db / 10))
