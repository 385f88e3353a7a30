"""Rules about what sounds beside the voice: nothing may cover it, and nothing may startle."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from meditations.care.findings import Found
from meditations.care.rules.rule import NONE, SLEEP, Rule
from meditations.plan import BedEvent
from meditations.quantities import FRAMES_PER_MS
from meditations.sound.bells import KINDS
from meditations.sound.clips import FILE_ONSET_MS
from meditations.sound.specs import BellSpec, SwellSpec
from meditations.timeline.beds import value_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from meditations.care.reading import Reading
    from meditations.plan import Bed
    from meditations.timeline.beds import BedSpan
    from meditations.timeline.timeline import ClipCue

BELOW_VOICE_DB: Final = 20.0
SLACK_DB: Final = 0.05
SOFT_ONSET_MS: Final = 80
MOST_RISE_DB: Final = 12.0
RISE_WITHIN_MS: Final = 50
ONSET_DB: Final = 20.0
"""A bell's onset is the time in which it rises by its last 20 dB (docs/bells.md)."""
FIRST_WORD_MS: Final = 1_000
SHORTEST_LAST_FADE_MS: Final = 60_000
RISING_DB: Final = 0.5


def _covering(reading: Reading) -> Iterator[Found]:
    turns = _turns(reading)
    for cue in reading.timeline.cues:
        voice_db = cue.utterance.manner.volume_db
        within = turns[bisect_right(turns, cue.start_frame) : bisect_right(turns, cue.end_frame)]
        loudest = max(
            _beds_db(reading, frame) for frame in (cue.start_frame, *within, cue.end_frame)
        )
        if voice_db - loudest < BELOW_VOICE_DB - SLACK_DB:
            yield Found(
                f"the background is {voice_db - loudest:.1f} dB under the voice;"
                f" {BELOW_VOICE_DB:.0f} dB are the least", cue.where, cue.caption,
                better="lower the background, or speak this line no softer",
            )  # fmt: skip
            break
    for found in _louder_bells(reading):
        yield replace(found, severity="warning")


def _louder_bells(reading: Reading) -> Iterator[Found]:
    for clip, _ in _struck(reading):
        voice_db = _voice_near(reading, clip.start_frame)
        if clip.level_db > voice_db + SLACK_DB:
            yield Found(
                f"a bell {clip.level_db - voice_db:.1f} dB louder than the voice around it",
                clip.where, better=f"level: {voice_db:g} dB or less",
            )  # fmt: skip


def _turns(reading: Reading) -> list[int]:
    """The frames at which the background may begin to grow or to sink, in order."""
    turns = {frame for span in reading.timeline.beds for frame, _ in span.gain}
    for span in reading.timeline.beds:
        turns.add(span.start_frame + span.fade_in_frames)
        turns.add(span.end_frame - span.fade_out_frames)
    return sorted(turns)


def _startling(reading: Reading) -> Iterator[Found]:
    cues = reading.timeline.cues
    if cues and cues[0].start_frame < FIRST_WORD_MS * FRAMES_PER_MS:
        yield Found("the first word comes within a second of pressing play", cues[0].where,
                    better="begin with a little more time: pace: {lead_in: 3s}")  # fmt: skip
    for clip, spec in _struck(reading):
        onset = _onset_ms(spec)
        if onset >= SOFT_ONSET_MS:
            continue
        rise = min(ONSET_DB * RISE_WITHIN_MS / onset,
                   clip.level_db - _beds_db(reading, clip.start_frame))  # fmt: skip
        if rise > MOST_RISE_DB:
            yield Found(
                f"a bell that rises by {rise:.0f} dB within {RISE_WITHIN_MS} ms", clip.where,
                better=f"let it come softly: onset: {SOFT_ONSET_MS}ms or more, or lower it",
            )  # fmt: skip
    yield from _louder_bells(reading)
    yield from _sudden_backgrounds(reading)


def _sudden_backgrounds(reading: Reading) -> Iterator[Found]:
    before: tuple[Bed, ...] = ()
    for event in reading.plan.events:
        if not isinstance(event, BedEvent):
            continue
        if event.fade_ms < SOFT_ONSET_MS and _rise_db(before, event.beds) > MOST_RISE_DB:
            yield Found(
                f"a background that is there within {event.fade_ms} ms", event.where,
                better="let it come slowly: fade: 8s",
            )  # fmt: skip
        before = event.beds


def _rise_db(before: Sequence[Bed], after: Sequence[Bed]) -> float:
    """How far a change rises at the most above what goes on sounding through it."""
    if not after:
        return -math.inf
    old = {(bed.spec, bed.pan): bed for bed in before}
    rises = []
    for lifted in (0.0, 1.0):
        new = {(bed.spec, bed.pan): bed.level_db + lifted * bed.lift_db for bed in after}
        stays = [
            min(level, old[layer].level_db + lifted * old[layer].lift_db)
            for layer, level in new.items()
            if layer in old
        ]
        rises.append(_together_db(new.values()) - _together_db(stays))
    return max(rises)


def _night(reading: Reading) -> Iterator[Found]:
    timeline = reading.timeline
    if not timeline.cues:
        return
    last = timeline.cues[-1]
    for clip, _ in _struck(reading):
        if clip.start_frame >= last.end_frame:
            yield Found("a bell after the last words", clip.where, better="leave it out")
    yield from _late_tones(reading, last.end_frame)
    after = [span for span in timeline.beds if span.end_frame > last.end_frame]
    for span in after:
        if _rises_after(span, last.end_frame):
            yield Found(
                "the background rises after the last words", reading.script.place("background"),
                better="leave it as it is, or let it sink: lift: 0 dB, and no change after that",
            )  # fmt: skip
            break
    end = max((span.end_frame for span in after), default=0)
    fades = [span.fade_out_frames // FRAMES_PER_MS for span in after if span.end_frame == end]
    if fades and min(fades) < SHORTEST_LAST_FADE_MS:
        yield Found(
            "the last fade is shorter than a minute", reading.script.place("background"),
            better="let it go slowly: background: {…, fade_out: 90s}",
        )  # fmt: skip


def _late_tones(reading: Reading, frame: int) -> Iterator[Found]:
    """Breathing with a tone that begins after `frame`; one that only goes on is none."""
    tones = [clip for clip in reading.timeline.clips if isinstance(clip.spec, SwellSpec)]
    known = {clip.where for clip in tones if clip.start_frame < frame}
    for clip in tones:
        if clip.where not in known:
            known.add(clip.where)
            yield Found("a tone that begins after the last words", clip.where,
                        better="leave it out, or breathe without it: tone: off")  # fmt: skip


def _struck(reading: Reading) -> Iterator[tuple[ClipCue, BellSpec]]:
    """All bells, and what they are."""
    for clip in reading.timeline.clips:
        if isinstance(clip.spec, BellSpec):
            yield clip, clip.spec


def _onset_ms(spec: BellSpec) -> int:
    """How softly a bell begins; that of a sound file is softened as well."""
    own = KINDS[spec.sound].onset_ms if spec.sound in KINDS else FILE_ONSET_MS
    return own if spec.onset_ms is None else spec.onset_ms


def _voice_near(reading: Reading, frame: int) -> float:
    """The volume of what is said last before a frame, or first after it."""
    cues = reading.timeline.cues
    if not cues:
        return 0.0
    place = bisect_right([cue.start_frame for cue in cues], frame)
    return min(cue.utterance.manner.volume_db for cue in cues[max(place - 1, 0) : place + 1])


def _beds_db(reading: Reading, frame: int) -> float:
    """The level of all backgrounds together at a frame, against the voice."""
    return _together_db(_gain_db(span, frame) for span in reading.timeline.beds)


def _together_db(levels: Iterable[float]) -> float:
    power = sum(10 ** (level / 10) for level in levels)
    return 10 * math.log10(power) if power > 0 else -math.inf


def _gain_db(span: BedSpan, frame: int) -> float:
    """The level of one background, its fades included; they are even in power."""
    if not span.start_frame <= frame < span.end_frame:
        return -math.inf
    into, left = frame - span.start_frame, span.end_frame - frame
    share = min(
        1.0,
        into / span.fade_in_frames if span.fade_in_frames else 1.0,
        left / span.fade_out_frames if span.fade_out_frames else 1.0,
    )
    return value_at(span.gain, frame) + 10 * math.log10(share) if share > 0 else -math.inf


def _rises_after(span: BedSpan, frame: int) -> bool:
    """Whether a background comes, or grows louder, after a frame."""
    if span.start_frame >= frame or span.start_frame + span.fade_in_frames > frame:
        return True
    here = value_at(span.gain, frame)
    return any(db > here + RISING_DB for point, db in span.gain if point > frame)


COVERING = Rule(
    "C20",
    "A background that covers the voice",
    why="Whoever has to strain to understand cannot rest, and through a hearing aid a background"
    " drowns words sooner.",
    better="keep the background 20 dB and more under the voice, soft lines included",
    source="W3C technique G56: 20 dB between speech and background",
    before="background: {sound: rain, level: -21 dB}, and a line with volume: -4 dB",
    after="background: {sound: rain, level: -26 dB}, and a line with volume: -4 dB",
    find=_covering,
    needs_words=False,
)

STARTLING = Rule(
    "C23",
    "What startles",
    why="A startled body is on guard for minutes. Nothing here may come out of nowhere.",
    better="let everything come softly: onsets of 80 ms and more, slow fades, a second before the"
    " first word",
    source="T. D. Blumenthal, Psychophysiology 25, 1988: the slower a sound rises, the less often"
    " and the less strongly it startles; figures: the library's own",
    before="bell: {sound: woodblock, onset: 20ms, level: 0 dB}",
    after="bell: {sound: bowl, level: -10 dB}",
    find=_startling,
    error_in=NONE,
    needs_words=False,
)

NIGHT = Rule(
    "C24",
    "Nothing wakes a sleeper",
    why="Whoever has fallen asleep must not be called back, and whoever has not should not wait"
    " for something to come.",
    better="after the last words nothing new, nothing louder, and a fade of a minute and more",
    source="the library's own rule",
    before="background: {sound: ocean, fade_out: 8s}",
    after="background: {sound: ocean, fade_out: 90s}",
    find=_night,
    only_in=SLEEP,
    needs_words=False,
)
