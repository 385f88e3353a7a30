"""The pace of a session: how fast, how silent, how long; and where it leaves what suits listeners.

The ranges are those of the library's own table, see docs/care.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from meditations.quantities import FRAMES_PER_MS, format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from meditations.timeline.timeline import Chapter, Cue, Timeline

WITHIN_PASSAGE_MS: Final = 1_000
"""A gap shorter than this belongs to a passage: it is heard as speech."""
SPOKEN_WPM: Final = (105.0, 125.0)
OVER_ALL_WPM: Final = (55.0, 75.0)
SILENCE: Final = (0.35, 0.55)
BETWEEN_SECTIONS_MS: Final = (8_000, 12_000)
TRAUMA_MS: Final = (6 * 60_000, 15 * 60_000)
SLEEP_MS: Final = (20 * 60_000, 30 * 60_000)
SLEEP_TAIL_MS: Final = 5 * 60_000
LEAST_WORDS: Final = 40
"""A section of fewer words is too short to have a pace."""


@dataclass(frozen=True, slots=True)
class Pace:
    """The pace of a track, or of one of its sections.

    Attributes:
        title: The section's; empty for the whole track.
        length_ms: How long it is.
        words: How many are spoken.
        speech_ms: How long passages take, gaps of under a second within them counted in.
        longest_silence_ms: Between two words; before the first and behind the last as well.
    """

    title: str
    length_ms: int
    words: int
    speech_ms: int
    longest_silence_ms: int

    @property
    def spoken_wpm(self) -> float:
        """Words a minute while somebody speaks."""
        return 60_000 * self.words / self.speech_ms if self.speech_ms else 0.0

    @property
    def over_all_wpm(self) -> float:
        """Words a minute over all."""
        return 60_000 * self.words / self.length_ms if self.length_ms else 0.0

    @property
    def silence(self) -> float:
        """The share of time in which nobody speaks, from 0 to 1."""
        return 1 - self.speech_ms / self.length_ms if self.length_ms else 0.0


def track_pace(timeline: Timeline) -> Pace:
    """The pace of a whole track."""
    return _pace("", 0, timeline.frames, timeline.cues)


def section_paces(timeline: Timeline) -> list[Pace]:
    """The pace of each section."""
    return [
        _pace(chapter.title, chapter.start_frame, chapter.end_frame, _cues_of(number, timeline))
        for number, chapter in enumerate(timeline.chapters)
    ]


def _cues_of(section: int, timeline: Timeline) -> list[Cue]:
    return [cue for cue in timeline.cues if cue.section == section]


def _pace(title: str, start: int, end: int, cues: Sequence[Cue]) -> Pace:
    passages: list[list[int]] = []
    for cue in cues:
        if passages and cue.start_frame - passages[-1][1] < WITHIN_PASSAGE_MS * FRAMES_PER_MS:
            passages[-1][1] = max(passages[-1][1], cue.end_frame)
        else:
            passages.append([cue.start_frame, cue.end_frame])
    edges = [start, *(edge for passage in passages for edge in passage), end]
    silences = [after - before for before, after in zip(edges[::2], edges[1::2], strict=True)]
    return Pace(
        title,
        (end - start) // FRAMES_PER_MS,
        sum(len(cue.caption.split()) for cue in cues),
        sum(last - first for first, last in passages) // FRAMES_PER_MS,
        max(silences, default=0) // FRAMES_PER_MS,
    )


def pace_warnings(timeline: Timeline, kinds: Sequence[str]) -> list[str]:
    """Where a track leaves the table of the pace, in words."""
    if not timeline.cues:
        return []
    told = [*_rates(_judged(timeline, kinds)), *_gaps(timeline), *_lengths(timeline, kinds)]
    for section in section_paces(timeline):
        low, high = SPOKEN_WPM
        if section.words >= LEAST_WORDS and not 0.9 * low <= section.spoken_wpm <= 1.1 * high:
            told.append(
                f"'{section.title}' is spoken at {section.spoken_wpm:.0f} words a minute;"
                f" {low:.0f} to {high:.0f} suit listeners"
            )
    return told


def _judged(timeline: Timeline, kinds: Sequence[str]) -> Pace:
    """What is measured against the table: of a track for sleep, all but where it sinks away."""
    if "sleep" not in kinds:
        return track_pace(timeline)
    awake = [number for number, chapter in enumerate(timeline.chapters) if chapter.role != "sleep"]
    end = max((timeline.chapters[number].end_frame for number in awake), default=timeline.frames)
    return _pace("", 0, end, [cue for cue in timeline.cues if cue.start_frame < end])


def _rates(pace: Pace) -> Iterator[str]:
    for value, (low, high), what in (
        (pace.spoken_wpm, SPOKEN_WPM, "words a minute while speaking"),
        (pace.over_all_wpm, OVER_ALL_WPM, "words a minute over all"),
        (100 * pace.silence, (100 * SILENCE[0], 100 * SILENCE[1]), "% of silence"),
    ):
        if not low <= round(value) <= high:
            yield f"{value:.0f} {what}; {low:.0f} to {high:.0f} suit listeners"


def _gaps(timeline: Timeline) -> Iterator[str]:
    low, high = BETWEEN_SECTIONS_MS
    for number in range(1, len(timeline.chapters)):
        before, after = _cues_of(number - 1, timeline), _cues_of(number, timeline)
        if not before or not after or _filled(timeline, before[-1], after[0]):
            continue
        gap_ms = (after[0].start_frame - before[-1].end_frame) // FRAMES_PER_MS
        if not low - 500 <= gap_ms <= 2 * high:
            yield (
                f"{format_duration(gap_ms)} before '{_chapter(timeline, number).title}';"
                f" {low // 1000} to {high // 1000} s suit a change of section"
            )


def _filled(timeline: Timeline, before: Cue, after: Cue) -> bool:
    """Whether a bell or a breath sounds between two cues."""
    starts = [clip.start_frame for clip in timeline.clips]
    starts += [breath.start_frame for breath in timeline.breaths]
    return any(before.end_frame <= start < after.start_frame for start in starts)


def _chapter(timeline: Timeline, number: int) -> Chapter:
    return timeline.chapters[number]


def _lengths(timeline: Timeline, kinds: Sequence[str]) -> Iterator[str]:
    length_ms = timeline.frames // FRAMES_PER_MS
    tail_ms = (timeline.frames - timeline.cues[-1].end_frame) // FRAMES_PER_MS
    if "sleep" in kinds:
        if tail_ms < SLEEP_TAIL_MS:
            yield f"a tail of {format_duration(tail_ms)}; 5 min and more suit a track for sleep"
        yield from _outside(length_ms - tail_ms, SLEEP_MS, "of guidance", "sleep")
    elif "trauma" in kinds:
        yield from _outside(length_ms, TRAUMA_MS, "in all", "trauma")


def _outside(value_ms: int, bounds_ms: tuple[int, int], what: str, kind: str) -> Iterator[str]:
    low, high = bounds_ms
    if not low <= value_ms <= high:
        yield (
            f"{format_duration(value_ms)} {what}; {low // 60_000} to {high // 60_000} min suit"
            f" kind {kind}"
        )
