"""What was measured, held against the record and put into words: one function for each matter."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from meditations.inspection import sidecars, speech
from meditations.inspection.clicks import find_clicks
from meditations.inspection.measures import (
    SHORT_TERM_STEPS,
    Measures,
    by_cell,
    loudness_range,
    lufs_curve,
    speech_lufs,
)
from meditations.inspection.places import Places, read_places
from meditations.inspection.quiet import LONGEST_HOLE_MS, find_background, find_silence
from meditations.inspection.report import Finding, Number
from meditations.quantities import FRAMES_PER_MS, format_clock
from meditations.sound.loudness import BLOCK_STEPS, integrated_lufs
from meditations.store import file_digest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

LOUDEST_PEAK_DBTP: Final = -1.5
SPEECH_TOLERANCE_LU: Final = 0.5
SINGLE_WORD_MS: Final = 1_500
WORDS_TOLERANCE_LU: Final = 1.0
"""Where most lines are single words: one alone measures louder than the same in a row."""
WHOLE_TOLERANCE_LU: Final = 1.0
"""Of the whole from what the record adds up over the timeline."""
LARGEST_OFFSET: Final = 0.005
MOST_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Heard:
    """A track, measured, and its record on the same grids."""

    mp3: Path
    record: dict[str, Any]
    measures: Measures
    places: Places
    band: NDArray[np.float64]

    @classmethod
    def of(cls, mp3: Path, record: dict[str, Any], measures: Measures) -> Heard:
        """Puts the record on the grids of what was measured."""
        places = read_places(record, record["length_ms"], len(measures.energies))
        return cls(mp3, record, measures, places, measures.band.astype(np.float64))


@dataclass(slots=True)
class Told:
    """What is told, as it grows."""

    findings: list[Finding] = field(default_factory=list)
    numbers: dict[str, Number | list[Number]] = field(default_factory=dict)

    def finding(self, what: str, found: str, wanted: str, *, good: bool) -> None:
        """Adds one."""
        self.findings.append(Finding(what, found, wanted, bool(good)))


def tell_file(told: Told, heard: Heard, *, laid_out: bool) -> None:
    """The bytes, how they are laid out, and the length."""
    same = file_digest(heard.mp3) == heard.record["mp3"]["sha256"]
    told.finding("bytes", "as in the record" if same else "others", "as in the record", good=same)
    told.finding(
        "stream", "frames of 24 ms, 128 kbit/s" if laid_out else "laid out in another way",
        "frames of 24 ms, 128 kbit/s", good=laid_out,
    )  # fmt: skip
    frames, wanted = heard.measures.frames, heard.record["frames"]
    told.finding(
        "length", format_clock(frames // FRAMES_PER_MS), format_clock(wanted // FRAMES_PER_MS),
        good=frames == wanted,
    )  # fmt: skip
    told.numbers |= {
        "length_ms": frames / FRAMES_PER_MS, "length_frames": frames, "wanted_frames": wanted,
    }  # fmt: skip


def tell_loudness(told: Told, heard: Heard) -> None:
    """What is spoken, the whole, and between what it moves."""
    measures, places = heard.measures, heard.places
    target = places.target_lufs
    lengths_ms = sorted(cue.end_ms - cue.start_ms for cue in places.cues)
    words = bool(lengths_ms) and lengths_ms[len(lengths_ms) // 2] < SINGLE_WORD_MS
    tolerance = WORDS_TOLERANCE_LU if words else SPEECH_TOLERANCE_LU
    spoken = speech_lufs(by_cell(measures), places.cues)
    told.finding(
        "loudness of the speech", _lufs(spoken), f"{target:g} ± {tolerance} LUFS",
        good=not places.cues or abs(spoken - target) <= tolerance,
    )  # fmt: skip
    whole = integrated_lufs(measures.energies)
    summed = heard.record["loudness"].get("integrated_lufs")
    told.finding(
        "loudness of the whole", _lufs(whole),
        "" if summed is None else f"{summed:.1f} ± {WHOLE_TOLERANCE_LU:g} LUFS",
        good=summed is None or abs(whole - summed) <= WHOLE_TOLERANCE_LU,
    )  # fmt: skip
    between = loudness_range(measures.energies)
    told.finding(
        "short-term loudness",
        f"{between[0]:.1f} to {between[1]:.1f} LUFS" if between else "silence", "", good=True,
    )  # fmt: skip
    momentary = lufs_curve(measures.energies, BLOCK_STEPS)
    short = lufs_curve(measures.energies, SHORT_TERM_STEPS)
    low, high = between or (None, None)
    told.numbers |= {
        "speech_lufs": _rounded(spoken),
        "wanted_speech_lufs": target,
        "integrated_lufs": _rounded(whole),
        "wanted_integrated_lufs": _rounded(summed),
        "short_term_low_lufs": _rounded(low),
        "short_term_high_lufs": _rounded(high),
        "loudness_range_lu": None if low is None or high is None else round(high - low, 2),
        "momentary_max_lufs": _rounded(float(momentary.max(initial=-np.inf))),
        "short_term_max_lufs": _rounded(float(short.max(initial=-np.inf))),
    }


def tell_faults(told: Told, heard: Heard) -> None:
    """Peaks, clipping, offset, clicks."""
    measures = heard.measures
    peak = 20 * np.log10(measures.true_peak) if measures.true_peak else -np.inf
    told.finding(
        "true peak", _level(peak, "dBTP"), f"at most {LOUDEST_PEAK_DBTP} dBTP",
        good=peak <= LOUDEST_PEAK_DBTP,
    )  # fmt: skip
    told.finding(
        "clipping", _named(measures.clipped, "place"), "none", good=not measures.clipped
    )  # fmt: skip
    offsets = (measures.sums / max(measures.frames, 1)).tolist()
    worst = max(map(abs, offsets))
    told.finding(
        "offset (DC)", f"{worst:.2%}", f"at most {LARGEST_OFFSET:.1%} of full scale",
        good=worst <= LARGEST_OFFSET,
    )  # fmt: skip
    clicks = find_clicks(measures, heard.places.cues)
    told.finding(
        "clicks",
        _named([jump.at_ms for jump in clicks.anywhere], "click")
        + (", among crackles" if clicks.crackles else ""),
        "none", good=not clicks.anywhere,
    )  # fmt: skip
    count = len(measures.joints)
    found = f"none at {count}" if count else "there are none"
    if clicks.joints_stand_out:
        found = f"they stand out: {clicks.joint_ratio:.1f}, elsewhere {clicks.elsewhere_ratio:.1f}"
    if clicks.at_joints:
        found = _named([jump.at_ms for jump in clicks.at_joints], "click")
    told.finding(
        "clicks at joints", found, "none", good=not clicks.at_joints and not clicks.joints_stand_out
    )
    told.numbers |= {
        "true_peak_dbtp": _rounded(peak),
        "clipped_at_ms": list(measures.clipped),
        "offset_left_share": round(offsets[0], 6),
        "offset_right_share": round(offsets[1], 6),
        "clicks_at_ms": [jump.at_ms for jump in clicks.anywhere],
        "clicks_ratio": [round(jump.ratio, 1) for jump in clicks.anywhere],
        "joints": count,
        "clicks_at_joints_ms": [jump.at_ms for jump in clicks.at_joints],
        "joints_median_ratio": round(clicks.joint_ratio, 2),
        "elsewhere_median_ratio": round(clicks.elsewhere_ratio, 2),
    }


def tell_quiet(told: Told, heard: Heard) -> None:
    """Silences, and the background in the pauses."""
    silence = find_silence(heard.measures, heard.places)
    seconds = f"{silence.length_ms / 1000:.1f} s"
    if silence.length_ms:
        seconds += f" at {format_clock(silence.at_ms)}"
    hole = silence.hole_ms > LONGEST_HOLE_MS
    if hole:
        seconds = (
            f"the background has a hole of {silence.hole_ms / 1000:.1f} s "
            f"at {format_clock(silence.hole_at_ms)}"
        )
    told.finding(
        "longest silence",
        seconds,
        f"at most {silence.allowed_ms / 1000:.1f} s, none in a background",
        good=not hole and silence.length_ms <= silence.allowed_ms,
    )  # fmt: skip
    background = find_background(heard.measures, heard.places)
    told.numbers |= dict.fromkeys(
        ("background_lufs", "wanted_background_lufs", "background_tolerance_db")
    )
    if background is None:
        told.finding("background in pauses", "none is to sound there", "", good=True)
    else:
        told.numbers |= {
            "background_lufs": _rounded(background.found_lufs),
            "wanted_background_lufs": _rounded(background.wanted_lufs),
            "background_tolerance_db": _rounded(background.tolerance_db),
        }
        told.finding(
            "background in pauses", _lufs(background.found_lufs),
            f"{background.wanted_lufs:.1f} ± {background.tolerance_db:.1f} LUFS",
            good=abs(background.difference_db) <= background.tolerance_db,
        )  # fmt: skip
    told.numbers |= {
        "longest_silence_ms": silence.length_ms,
        "longest_silence_at_ms": silence.at_ms,
        "longest_digital_silence_ms": silence.digital_ms,
        "background_hole_ms": silence.hole_ms,
    }


def tell_speech(told: Told, heard: Heard) -> None:
    """Speech at every cue and in no pause."""
    places = heard.places
    missing, untold = speech.silent_cues(heard.band, places)
    starts = [places.cues[number].start_ms for number in missing]
    count = len(places.cues)
    told.finding(
        "speech at every cue",
        f"at {count - len(missing)} of {count}"
        + (f", none at {_clocks(starts)}" if missing else "")
        + (f"; {len(untold)} too quiet to tell" if untold else ""),
        f"at {count} of {count}", good=not missing,
    )  # fmt: skip
    words, unheard = speech.silent_words(heard.band, places)
    if words:
        told.finding(
            "speech at every word",
            f"at {words - len(unheard)} of {words}"
            + (f", none at {_clocks(unheard)}" if unheard else ""),
            "at 99 of 100", good=len(unheard) * 100 <= words,
        )  # fmt: skip
    spoken = speech.speech_in_pauses(heard.band, places)
    pauses = len(places.pauses)
    told.finding(
        "no speech in pauses",
        f"in {pauses} none" if not spoken else f"somebody speaks at {_clocks(spoken)}",
        f"in {pauses} none", good=not spoken,
    )  # fmt: skip
    told.numbers |= {
        "cues": count,
        "cues_missing_at_ms": [*starts],
        "cues_not_told": len(untold),
        "words": words,
        "words_missing_at_ms": [*unheard],
        "pauses": pauses,
        "speech_in_pauses_at_ms": [*spoken],
    }


def tell_sidecars(told: Told, heard: Heard) -> None:
    """Chapters and captions, against the record and against the sound."""
    places, length_ms = heard.places, heard.measures.frames // FRAMES_PER_MS
    chapters = sidecars.read_chapters(heard.mp3)
    fault = sidecars.chapter_fault(chapters, heard.record, length_ms)
    amid = [
        start for start, _, _ in chapters or []
        if start and speech.amid_speech(heard.band, start, places)
    ]  # fmt: skip
    if amid and not fault:
        fault = f"begin amid a word: {_clocks(amid)}"
    told.finding(
        "chapters", fault or f"{len(chapters or [])}, as in the record", "as in the record",
        good=not fault,
    )  # fmt: skip
    captions = sidecars.read_captions(heard.mp3.with_suffix(".vtt"))
    fault = sidecars.caption_fault(captions, places.cues)
    told.finding(
        "captions", fault or f"{len(captions or [])}, as in the record", "as in the record",
        good=not fault,
    )  # fmt: skip
    lag = speech.lag_ms(heard.band, [(a, b) for a, b, _ in captions or []], places)
    told.finding(
        "captions to the sound", "no speech" if lag is None else f"{lag:+d} ms",
        f"within {speech.LARGEST_LAG_MS} ms",
        good=(lag is None and not places.cues) or abs(lag or 0) <= speech.LARGEST_LAG_MS,
    )  # fmt: skip
    told.numbers |= {
        "chapters": len(chapters or []),
        "chapters_amid_speech_at_ms": [*amid],
        "captions": len(captions or []),
        "speech_after_captions_ms": lag,
    }


def _clocks(places_ms: Sequence[int]) -> str:
    named = ", ".join(format_clock(at) for at in places_ms[:MOST_NAMED])
    more = len(places_ms) - MOST_NAMED
    return named + (f" and {more} more" if more > 0 else "")


def _named(places_ms: Sequence[int], noun: str) -> str:
    if not places_ms:
        return "none"
    plural = noun if len(places_ms) == 1 else noun + "s"
    return f"{len(places_ms)} {plural}: {_clocks(places_ms)}"


def _level(value: float, unit: str) -> str:
    return f"{value:.1f} {unit}" if np.isfinite(value) else "silence"


def _lufs(value: float) -> str:
    return _level(value, "LUFS")


def _rounded(value: float | None) -> float | None:
    return round(float(value), 2) if value is not None and np.isfinite(value) else None
