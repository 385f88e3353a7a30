"""Backgrounds in layers, bells and breathing: what the plan and the timeline make of them."""

from __future__ import annotations

import pytest
from support.scripts import MS_PER_LETTER, fault, read, timed, with_steps

from meditations.errors import MeditationError
from meditations.plan import (
    Bed,
    BedEvent,
    BellEvent,
    BreathEvent,
    SilenceEvent,
    make_plan,
)
from meditations.plan.layers import BED_ALONE_DB
from meditations.quantities import FRAMES_PER_MS
from meditations.sound.specs import BedSpec, BellSpec, SwellSpec
from meditations.timeline.beds import value_at

RAIN, WIND = BedSpec("rain"), BedSpec("wind")
QUIET = "background: none\n"


def beds(*steps: str, settings: str = "") -> list[tuple[Bed, ...]]:
    """The backgrounds after each change."""
    plan = make_plan(read(with_steps(*steps, settings=settings)))
    return [event.beds for event in plan.events if isinstance(event, BedEvent)]


def refusal(*steps: str, settings: str = "") -> str:
    """Why no plan, or no timeline, can be made."""
    with pytest.raises(MeditationError) as caught:
        timed(with_steps(*steps, settings=settings))
    return str(caught.value)


def test_layers_without_a_level_share_the_usual_one() -> None:
    """Two layers that say no level are, together, as loud as one would be."""
    (layers,) = beds("A.", settings="background: [rain, wind]\n")
    assert [layer.spec for layer in layers] == [RAIN, WIND]
    assert sum(10 ** (layer.level_db / 10) for layer in layers) == pytest.approx(10**-2.2, rel=1e-4)


def test_each_layer_has_settings_of_its_own() -> None:
    """Level, lift, place and parameters belong to the layer that names them."""
    (layers,) = beds(
        "A.",
        settings="background: [{sound: rain, level: -30 dB, pan: 40 % left}, "
        "{sound: wind, lift: 0 dB, with: {gusts: 20 %}}]\n",
    )
    assert layers[0] == Bed(RAIN, -30.0, 6.0, -0.4)
    assert layers[1].spec == BedSpec("wind", (("gusts", "20 %"),))
    assert layers[1].lift_db == 0.0


def test_a_change_names_all_that_sounds_from_then_on() -> None:
    """A layer that is named again goes on at its level; one that is not, goes."""
    before, after, none = beds(
        "A.", "background: [rain, {sound: wind, level: -40 dB}]", "background: none",
        settings="background: {sound: rain, level: -33 dB}\n",
    )  # fmt: skip
    assert before == (Bed(RAIN, -33.0, 6.0),)
    assert after == (Bed(RAIN, -33.0, 6.0), Bed(WIND, -40.0, 6.0))
    assert none == ()


def test_a_parameter_alone_changes_the_sound_that_is_there() -> None:
    """`with:` without a sound is another form of the same background."""
    _, after = beds(
        "A.", "background: {with: {density: 80 %}}",
        settings="background: {sound: rain, level: -30 dB, with: {drops: big}}\n",
    )  # fmt: skip
    assert after[0].spec == BedSpec("rain", (("density", "80 %"), ("drops", "big")))
    assert after[0].level_db == -30.0


def test_layers_alone_come_to_the_loudness_of_a_bed_alone() -> None:
    """In a track without a voice the layers together are at -30 LUFS, in their proportion."""
    (layers,) = beds("pause: 10s", settings="background: [rain, {sound: wind, level: -35 dB}]\n")
    assert sum(10 ** (layer.level_db / 10) for layer in layers) == pytest.approx(
        10 ** (BED_ALONE_DB / 10), rel=1e-4
    )
    assert layers[0].level_db - layers[1].level_db == pytest.approx(35 - 25.0103, abs=0.001)


@pytest.mark.parametrize(
    ("step", "settings", "message"),
    [
        ("background: [rain, rain]", "", "asked for twice at once"),
        ("background: [{sound: rain, level: -20 dB}, wind]", "", "-18.8 dB against the voice"),
        ("background: {level: -30 dB}", "background: [rain, wind]\n", "which one is meant?"),
        ("background: [rain, {level: -30 dB}]", "", "which one is meant?"),
        ("background: {level: -30 dB}", QUIET, "there is no background here to change"),
        ("bell: {every: 100ms}", "", "bells 0.1 s apart are out of range\n  choose from 1s to 60s"),
    ],
)
def test_what_cannot_sound(step: str, settings: str, message: str) -> None:
    """What is contradictory or too loud is told at its place."""
    told = refusal("A.", step, settings=settings)
    assert message in told
    assert told.startswith("scripts/evening.yaml:")


def test_more_layers_than_there_are_ears_for() -> None:
    """Nine layers are too many."""
    many = ", ".join(f"a{n}.wav" for n in range(9))
    assert "at most 8 are possible here" in fault(with_steps(f"background: [{many}]"))


def test_a_layer_that_stays_is_not_touched_by_the_others() -> None:
    """One layer goes on while another comes beside it, and goes."""
    timeline = timed(
        with_steps(
            "A.", "pause: 20s", "background: [rain, {sound: wind, fade: 4s}]", "pause: 20s",
            "background: rain", "pause: 20s", "B.",
            settings="background: {sound: rain, level: -30 dB, lift: 0 dB}\n",
        )
    )  # fmt: skip
    rain, wind = timeline.beds
    assert (rain.spec, rain.start_frame, rain.end_frame) == (RAIN, 0, timeline.frames)
    assert wind.spec == WIND
    assert {value_at(rain.gain, frame) for frame in range(0, timeline.frames, 48_000)} == {-30.0}
    assert wind.fade_in_frames == 8_000 * FRAMES_PER_MS
    assert wind.end_frame - wind.start_frame == 28_000 * FRAMES_PER_MS


def test_bells_ring_in_their_own_time() -> None:
    """Each strike takes `every`; nothing is said until the last one has had its time."""
    timeline = timed(with_steps("A.", "bell: {sound: gong, times: 3, every: 4s}", "B."))
    first, second = timeline.cues
    starts = [clip.start_frame for clip in timeline.clips]
    assert starts == [first.end_frame + (2_000 + n * 4_000) * FRAMES_PER_MS for n in range(3)]
    assert second.start_frame == first.end_frame + 14_000 * FRAMES_PER_MS
    assert {clip.spec for clip in timeline.clips} == {BellSpec("gong")}


def test_bells_at_the_beginning_and_at_the_end() -> None:
    """The first bell comes a second after play, the last one before the tail."""
    timeline = timed(
        with_steps("A.", settings="bells: {start: bowl, end: {sound: gong, times: 2, every: 5s}}\n")
    )
    start, *end = timeline.clips
    (cue,) = timeline.cues
    assert start.start_frame == 1_000 * FRAMES_PER_MS
    assert cue.start_frame == (1_000 + 8_000 + 3_000) * FRAMES_PER_MS
    assert [clip.start_frame for clip in end] == [
        cue.end_frame + (8_000 + n * 5_000) * FRAMES_PER_MS for n in (0, 1)
    ]
    assert timeline.frames == end[1].start_frame + (5_000 + 8_000) * FRAMES_PER_MS


def breaths(step: str, settings: str = "") -> list[BreathEvent]:
    plan = make_plan(read(with_steps(step, settings=settings)))
    return [event for event in plan.events if isinstance(event, BreathEvent)]


def test_words_guide_the_first_rounds_and_a_tone_all_of_them() -> None:
    """Words in two rounds; a swell of in, hold and out in each, softer while words are there."""
    found = breaths("breathe: {in: 4s, hold: 2s, out: 6s, rest: 1s, times: 4}")
    assert [(event.phase, event.said.caption if event.said else "") for event in found] == [
        ("in", "Breathing in."), ("hold", "Resting."), ("out", "Breathing out."),
        ("rest", ""),
    ] * 2 + [("in", ""), ("hold", ""), ("out", ""), ("rest", "")] * 2  # fmt: skip
    swells = [event for event in found if event.swell]
    assert {event.swell for event in swells} == {SwellSpec(4_000, 2_000, 6_000)}
    assert [event.phase for event in swells] == ["in"] * 4
    assert [event.swell_db for event in swells] == [-21.0, -16.5, -12.0, -12.0]


@pytest.mark.parametrize(
    ("setting", "words", "levels"),
    [
        ("words: 0", 0, [-12.0, -12.0]),
        ("words: 9", 2, [-21.0, -16.5]),
        ("tone: off", 2, []),
        ("fade: false, tone: -20 dB", 2, [-20.0, -20.0]),
        ("say: {out: Let it go if you like}", 2, [-21.0, -16.5]),
    ],
)
def test_words_tone_and_fade_are_settings(setting: str, words: int, levels: list[float]) -> None:
    """Words can be off or one's own, the tone off or softer, the fade off."""
    found = breaths(f"breathe: {{in: 4s, out: 6s, times: 2, {setting}}}")
    assert len({n for n, event in enumerate(found) if event.said and event.phase == "out"}) == words
    assert [event.swell_db for event in found if event.swell] == levels


def test_words_of_breathing_belong_to_a_language() -> None:
    """In a language that nothing is written for, nobody counts in English."""
    assert not any(event.said for event in breaths("breathe: {in: 4s, out: 6s}", "language: fr\n"))
    own = breaths("breathe: {in: 4s, out: 6s, say: {in: Ein, out: Aus}}", "language: fr\n")
    assert [event.said and event.said.caption for event in own] == ["Ein", "Aus"]


def test_words_begin_with_their_phase_to_the_frame() -> None:
    """Every phase begins where the one before ends, and what is said with it."""
    timeline = timed(
        with_steps("breathe: {in: 4s, hold: 1s, out: 6s, times: 3, words: 3}", settings=QUIET)
    )
    starts = {breath.start_frame: breath for breath in timeline.breaths}
    assert [b.start_frame // FRAMES_PER_MS for b in timeline.breaths] == [
        3_000 + 11_000 * n + at for n in range(3) for at in (0, 4_000, 5_000)
    ]
    assert len(timeline.cues) == 9
    for cue in timeline.cues:
        assert cue.end_frame <= cue.start_frame + starts[cue.start_frame].frames
    assert [clip.start_frame for clip in timeline.clips] == [
        breath.start_frame for breath in timeline.breaths if breath.phase == "in"
    ]


def test_words_that_overrun_their_phase() -> None:
    """What takes longer than its phase is an error that says by how much, and how to mend it."""
    words = "Breathing in as slowly as you like"
    over_ms = MS_PER_LETTER * len(words) - 1_500
    told = refusal(f"breathe: {{in: 1500ms, out: 6s, say: {{in: {words}}}}}")
    assert f"takes {over_ms / 1000:.2f} s longer than 'in', which lasts 1.5 s" in told
    assert "write in: 2.1s or more" in told
    just = "A" * (1_500 // MS_PER_LETTER)
    timed(with_steps(f"breathe: {{in: 1500ms, out: 6s, say: {{in: {just}}}}}"))


def test_bells_are_no_silence() -> None:
    """Speech leaves a gap before a bell and before breathing; a bell has its own behind it."""
    plan = make_plan(
        read(with_steps("A.", "bell: bowl", "B.", "breathe: {in: 4s, out: 6s}", settings=QUIET))
    )
    kinds = [type(event).__name__.removesuffix("Event") for event in plan.events]
    assert kinds[2:9] == ["Say", "Silence", "Bell", "Say", "Silence", "Breath", "Breath"]
    assert [e.ms for e in plan.events[3:8] if isinstance(e, SilenceEvent)] == [2_000, 2_000]
    assert [e.ms for e in plan.events if isinstance(e, BellEvent)] == [8_000]
