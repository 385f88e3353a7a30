"""Windows: pure pieces of a timeline, kept by what sounds in them and not by where they lie."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.scripts import bed

from meditations.errors import Where
from meditations.mix.lulls import share_lulls
from meditations.mix.windows import (
    LEAN_IN,
    LEAN_OUT,
    RUN_IN,
    RUN_OUT,
    WINDOW_FRAMES,
    WINDOW_MP3_FRAMES,
    Part,
    Window,
    clipped,
    cut_windows,
)
from meditations.mp3.stream import FRAME_SAMPLES, frame_count
from meditations.plan import Bed, BedEvent
from meditations.quantities import FRAMES_PER_MS
from meditations.sound.beds import PreparedBed
from meditations.sound.levels import CODEC_LOSS_DB, SPEECH_LUFS
from meditations.sound.specs import BedSpec, SoundSpec
from meditations.speech.takes import MARGIN_FRAMES, Take
from meditations.speech.utterance import Manner, Utterance
from meditations.timeline.beds import BedSpan, lay_beds, value_at
from meditations.timeline.timeline import Cue, Timeline

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PERIOD: Final = 3 * WINDOW_FRAMES
BEDS: Final[dict[SoundSpec, PreparedBed]] = {
    BedSpec("a"): PreparedBed("bed a", Path("a"), PERIOD, -20.0, ()),
    BedSpec("b"): PreparedBed("bed b", Path("b"), 100_003, -30.0, ()),
}
MANNER: Final = Manner("made up", "nobody", 100, 50)


def frames(seconds: float) -> int:
    return round(seconds * 1000) * FRAMES_PER_MS


def room(text: str) -> int:
    """How long a take rings on: another time for each number, none for words."""
    return int(text) * 7 % 5 * 4_800 if text.isdigit() else 0


def take(cue: Cue) -> Take:
    length = cue.frames + 2 * MARGIN_FRAMES + room(cue.utterance.text)
    return Take(f"take {cue.utterance.text}", Path("t"), length, cue.frames, ())


def track(
    length_s: float,
    spoken: Sequence[tuple[float, float, str]] = (),
    changes: Sequence[tuple[float, Bed | None, float]] = (),
    last_fade_s: float = 8,
) -> Timeline:
    """A timeline of words (start, length, text) over backgrounds (start, bed, fade), in seconds."""
    cues = tuple(
        Cue(Utterance(text, MANNER), text, frames(start), frames(length), 0, Where())
        for start, length, text in spoken
    )
    events = [
        (frames(start), BedEvent((bed,) if bed else (), round(fade * 1000)))
        for start, bed, fade in changes
    ]
    beds = lay_beds(
        events, [(c.start_frame, c.end_frame) for c in cues], frames(length_s), frames(last_fade_s)
    )
    return Timeline(frames(length_s), cues, (), (), beds)


def cut(timeline: Timeline) -> tuple[Window, ...]:
    return cut_windows(timeline, {cue.utterance: take(cue) for cue in timeline.cues}, BEDS)


def keys(timeline: Timeline) -> list[str]:
    return [window.key("encoder") for window in cut(timeline)]


def begin(number: int) -> int:
    """The frame of the track at which a window's samples begin, run-in included."""
    return (number * WINDOW_MP3_FRAMES - RUN_IN) * FRAME_SAMPLES


# What a window holds.


@given(st.integers(0, 400 * 48_000))
def test_windows_add_up_to_all_mp3_frames(length: int) -> None:
    """Together the windows keep each MP3 frame of the track once; all but the last are full."""
    windows = cut(Timeline(length, (), (), (), ()))
    assert sum(window.mp3_frames for window in windows) == frame_count(length)
    assert all(window.mp3_frames == WINDOW_MP3_FRAMES for window in windows[:-1])
    for window in windows:
        assert window.frames == (RUN_IN + window.mp3_frames + RUN_OUT) * FRAME_SAMPLES


@given(
    st.lists(
        st.tuples(st.integers(0, 40_000), st.integers(50, 300) | st.integers(50, 30_000)),
        min_size=1,
        max_size=12,
    )
)
def test_each_take_sounds_in_every_window_that_it_touches(talk: list[tuple[int, int]]) -> None:
    """A take lies in all windows that hold any of it, margins and room too, at its own place."""
    spoken, end = [], 0
    for number, (silence, length) in enumerate(talk):
        spoken.append(((end + silence) / 1000, length / 1000, str(number)))
        end += silence + length
    timeline = track(end / 1000 + 1, spoken)
    for number, window in enumerate(cut(timeline)):
        wanted = [
            (f"take {cue.utterance.text}", cue.start_frame - MARGIN_FRAMES - begin(number))
            for cue in timeline.cues
            if cue.end_frame + MARGIN_FRAMES + room(cue.utterance.text) > begin(number)
            and cue.start_frame - MARGIN_FRAMES < begin(number) + window.frames
        ]
        assert [(placed.take_key, placed.start_frame) for placed in window.takes] == wanted


@given(
    st.lists(st.tuples(st.integers(0, 60_000), st.integers(50, 9_000)), min_size=1, max_size=20),
    st.sampled_from([0.0, 6.0]),
)
def test_lulls_and_windows_add_up_to_the_track(talk: list[tuple[int, int]], lift_db: float) -> None:
    """Each MP3 frame of the track is found once; in a lull nobody speaks, and nothing changes."""
    spoken, end = [], 0
    for number, (silence, length) in enumerate(talk):
        spoken.append(((end + silence) / 1000, length / 1000, str(number)))
        end += silence + length
    level = Bed(BedSpec("a"), -22.0, lift_db)
    timeline = track(end / 1000 + 30, spoken, [(0, level, 2)])
    windows = cut(timeline)
    at = 0
    for piece in share_lulls(windows):
        number, first = divmod(at, WINDOW_MP3_FRAMES)
        at += piece.mp3_frames
        own = windows[number]
        assert first + piece.mp3_frames <= own.mp3_frames
        if replace(piece.window, left_out=()) == own:
            continue
        (bare,) = piece.window.parts
        assert not piece.window.takes
        assert piece.first == first
        assert bare.phase_frame == own.parts[0].phase_frame
        heard_from = (first + RUN_IN - LEAN_IN) * FRAME_SAMPLES
        heard_to = (first + piece.mp3_frames + RUN_IN + LEAN_OUT) * FRAME_SAMPLES
        assert all(
            placed.end_frame <= heard_from or placed.start_frame >= heard_to for placed in own.takes
        )
        gains = {value_at(own.parts[0].gain, f) for f in range(heard_from, heard_to, 480)}
        assert gains == {value_at(bare.gain, 0)}
    assert at == frame_count(timeline.frames)


def test_takes_at_the_very_border() -> None:
    """A take belongs to a window if one sample of it does, its margins counted."""
    edge = begin(1) + MARGIN_FRAMES  # the first frame of a cue whose margin begins with window 1
    last = begin(0) + (RUN_IN + WINDOW_MP3_FRAMES + RUN_OUT) * FRAME_SAMPLES + MARGIN_FRAMES
    wanted = {
        "margin ends before window 1": (edge - 2 * MARGIN_FRAMES - 4_800, {0}),
        "margin ends in window 1": (edge - 2 * MARGIN_FRAMES - 4_800 + 1, {0, 1}),
        "margin begins in window 0": (last - 1, {0, 1}),
        "margin begins behind window 0": (last, {1}),
    }
    for start, windows in wanted.values():
        cue = Cue(Utterance("x", MANNER), "x", start, 4_800, 0, Where())
        found = cut(Timeline(frames(60), (cue,), (), (), ()))
        assert {n for n, window in enumerate(found) if window.takes} == windows


def test_backgrounds_at_the_very_border() -> None:
    """A background belongs to a window, and a fade to it, if one sample of them does."""
    first, end = begin(1), begin(0) + cut(track(60))[0].frames
    level = ((0, -22.0),)
    for span, windows, fades in (
        (BedSpan(BedSpec("a"), 0, first, 0, 0, level), {0}, set()),
        (BedSpan(BedSpec("a"), 0, first + 1, 0, 1, level), {0, 1}, {0, 1}),
        (BedSpan(BedSpec("a"), end - 1, frames(60), 1, 0, level), {0, 1, 2}, {0, 1}),
        (BedSpan(BedSpec("a"), end, frames(60), 1, 0, level), {1, 2}, {1}),
        (BedSpan(BedSpec("a"), 0, frames(60), first, 0, level), {0, 1, 2}, {0}),
        (BedSpan(BedSpec("a"), 0, frames(60), 0, frames(60) - end, level), {0, 1, 2}, {1, 2}),
    ):
        found = cut(Timeline(frames(60), (), (), (), (span,)))
        assert {n for n, window in enumerate(found) if window.parts} == windows
        assert {n for n, w in enumerate(found) if w.parts and w.parts[0].fades} == fades


def _fades(parts: Sequence[tuple[int, int, bool]], frame: int) -> float:
    power = 1.0
    for start, end, rising in parts:
        share = min(max((frame - start) / (end - start), 0.0), 1.0)
        power *= math.sin(math.pi / 2 * (share if rising else 1 - share))
    return power


def _of_span(span: BedSpan, frame: int) -> tuple[float, float]:
    fades = [
        (span.start_frame, span.start_frame + span.fade_in_frames, True),
        (span.end_frame - span.fade_out_frames, span.end_frame, False),
    ]
    level = value_at(span.gain, frame) + SPEECH_LUFS + CODEC_LOSS_DB - BEDS[span.spec].lufs
    return level, _fades([fade for fade in fades if fade[0] < fade[1]], frame)


def _of_part(part: Part, frame: int) -> tuple[float, float]:
    fades = [(fade.start_frame, fade.end_frame, fade.rising) for fade in part.fades]
    return value_at(part.gain, frame), _fades(fades, frame)


SOUNDS: Final = (
    bed("a", -22, 6),
    bed("b", -30, 0),
    bed("a", -40, 3),
    None,
)


@given(
    st.lists(
        st.tuples(st.integers(0, 90), st.sampled_from(SOUNDS), st.integers(0, 30)), max_size=4
    ),
    st.lists(st.tuples(st.integers(0, 12), st.integers(1, 6)), max_size=6),
)
def test_a_background_sounds_in_windows_as_in_the_whole(
    changes: list[tuple[int, Bed | None, int]], talk: list[tuple[int, int]]
) -> None:
    """At every place a window has the loops, the gains and the fades of the whole timeline."""
    spoken, end = [], 3
    for silence, length in talk:
        spoken.append((end + silence, length, "x"))
        end += silence + length
    timeline = track(100, spoken, sorted(changes, key=lambda change: change[0]))
    for number, window in enumerate(cut(timeline)):
        for place in range(0, window.frames, 50_021):
            frame = begin(number) + place
            spans = [s for s in timeline.beds if s.start_frame <= frame < s.end_frame]
            parts = [p for p in window.parts if p.start_frame <= place < p.end_frame]
            assert [part.bed_key for part in parts] == [BEDS[span.spec].key for span in spans]
            for span, part in zip(spans, parts, strict=True):
                assert _of_part(part, place) == pytest.approx(_of_span(span, frame), abs=1e-5)
                period = BEDS[span.spec].period_frames
                assert (part.phase_frame + place) % period == frame % period


def test_what_is_level_is_one_point() -> None:
    """Where a gain does not move within a window, nothing of the rest of its curve is told."""
    curve = ((0, -22.0), (1_000, -22.0), (2_000, -16.0), (3_000, -16.0), (4_000, -22.0))
    assert clipped(curve, 100, 900) == ((100, -22.0),)
    assert clipped(curve, 2_000, 3_000) == ((2_000, -16.0),)
    assert clipped(curve, 5_000, 9_000) == ((5_000, -22.0),)
    assert clipped(curve, -500, -1) == ((-500, -22.0),)
    assert clipped(curve, 1_200, 1_800) == ((1_000, -22.0), (2_000, -16.0))
    assert clipped(curve, 2_500, 3_500) == curve[2:]
    assert clipped(((7, 1.0),), 0, 10) == ((0, 1.0),)


# Keys.


def test_keys_do_not_depend_on_the_place() -> None:
    """The same sounds some whole loops later, with more before them, have the same keys."""
    talk = [(22.0, 1.0, "zero"), (30.0, 4.0, "one"), (45.0, 3.0, "two"), (60.0, 5.0, "three")]
    early = track(240, talk, [(0, bed("a", -22, 6), 2)])
    shift = PERIOD / 48_000
    before = [(5.0, 3.0, "before"), (9.0, 3.0, "it")]
    late = track(
        240 + shift,
        [*before, *((start + shift, length, text) for start, length, text in talk)],
        [(0, bed("a", -22, 6), 2)],
    )
    assert keys(early)[1:] == keys(late)[1 + PERIOD // WINDOW_FRAMES :]
    assert len(set(keys(early)[:3])) == 3


def test_a_long_tail_repeats_its_windows() -> None:
    """Eight hours of background need no more windows than one loop, its beginning and its end."""
    timeline = track(8 * 3600, [(5.0, 3.0, "Good night.")], [(0, bed("a", -22, 6), 12)], 60)
    found = keys(timeline)
    assert len(found) > 1_000
    assert len(set(found)) <= 3 + 3 + 4
    assert set(found[3:6]) == set(found[600:603])


def test_silence_repeats_its_windows() -> None:
    """Windows in which nothing sounds are all one."""
    assert len(set(keys(track(3600))[:-1])) == 1


EDITS: Final[dict[str, tuple[Callable[[Timeline], Timeline], set[int]]]] = {
    "other words": (
        lambda t: replace(t, cues=(*t.cues[:1], _said(t.cues[1], "other"), *t.cues[2:])), {2},
    ),
    "words across a border": (
        lambda t: replace(t, cues=(*t.cues[:2], _said(t.cues[2], "other"))), {3, 4},
    ),
    "words in the run-in of the next": (
        lambda t: replace(t, cues=(_said(t.cues[0], "other"), *t.cues[1:])), {0, 1},
    ),
}  # fmt: skip


def _said(cue: Cue, text: str) -> Cue:
    return replace(cue, utterance=Utterance(text, MANNER))


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_changes_only_the_windows_that_it_touches(edit: str) -> None:
    """Other words of the same length change no key but those of the windows where they sound."""
    timeline = track(
        150, [(23.0, 0.9, "one"), (60.0, 5.0, "two"), (94.0, 5.0, "three")],
        [(0, bed("a", -22, 6), 12), (120, bed("b", -30, 0), 8)],
    )  # fmt: skip
    change, touched = EDITS[edit]
    pairs = zip(keys(timeline), keys(change(timeline)), strict=True)
    assert {number for number, (old, new) in enumerate(pairs) if old != new} == touched


def test_a_change_of_background_leaves_the_windows_before_it() -> None:
    """Another background from some place on changes no key before that place."""
    talk = [(10.0, 3.0, "one"), (100.0, 3.0, "two")]
    one = keys(track(200, talk, [(0, bed("a", -22, 6), 12)]))
    two = keys(track(200, talk, [(0, bed("a", -22, 6), 12), (130, bed("b", -22, 6), 8)]))
    border = frames(130) // WINDOW_FRAMES
    assert one[:border] == two[:border]
    assert not set(one[border:]) & set(two[border:])


@pytest.mark.parametrize(
    "change",
    [
        {"spoken": [(5.001, 3.0, "one")]},
        {"spoken": [(5.0, 3.0, "two")]},
        {"changes": [(0, bed("a", -23, 6), 12)]},
        {"changes": [(0, bed("b", -22, 6), 12)]},
        {"changes": [(0, bed("a", -22, 6), 11)]},
        {"last_fade_s": 9},
        {"length_s": 20.1},
    ],
    ids=str,
)
def test_keys_tell_apart_what_sounds_different(change: dict[str, object]) -> None:
    """A word a millisecond later, another level, another fade: each is another window."""
    track_of: dict[str, object] = {
        "length_s": 20, "spoken": [(5.0, 3.0, "one")], "changes": [(0, bed("a", -22, 6), 12)],
    }  # fmt: skip
    assert keys(track(**track_of)) != keys(track(**{**track_of, **change}))  # type: ignore[arg-type]


def test_keys_name_the_encoder() -> None:
    """Another encoder, or another setting of it, makes another entry of the same window."""
    (window,) = cut(track(10))
    assert window.key("one") != window.key("two")
    assert window.key("one") == cut(track(10))[0].key("one")
