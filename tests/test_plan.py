"""The plan: what happens in which order, with the silences that nobody wrote."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.scripts import SHOWN, bed, read, with_setting, with_steps

from meditations.errors import MeditationError, Where
from meditations.plan import (
    BedEvent,
    BreathEvent,
    Plan,
    SayEvent,
    SectionEvent,
    SilenceEvent,
    longest_silence_ms,
    make_plan,
)
from meditations.plan.layers import BED_ALONE_DB
from meditations.plan.sentences import sentences
from meditations.script.marks import Phrase, parse_marks

PACE: Final = (
    "background: none\n"
    "pace: {breath: 5s, sentence: 1ms, line: 2ms, section: 3ms, lead_in: 4ms, tail: 5ms}\n"
)
TWO_SECTIONS: Final = (
    "    script:\n      - {first}\n  - title: Two\n    script:\n      - {second}\n"
)


def plan(*steps: str, settings: str = PACE) -> Plan:
    return make_plan(read(with_steps(*steps, settings=settings)))


def told(made: Plan) -> list[object]:
    """A plan in short: words, silences in ms (fixed ones below zero), phases, sections, beds."""
    short: list[object] = []
    for event in made.events:
        match event:
            case SayEvent():
                short.append(event.caption)
            case SilenceEvent():
                short.append(event.ms if event.elastic else -event.ms)
            case BreathEvent():
                short.append((event.phase, event.ms))
            case SectionEvent():
                short.append([event.title])
            case BedEvent():
                short.extend(event.beds or [None])
    return short


@pytest.mark.parametrize(
    ("steps", "between"),
    [
        (("A.", "B."), ["A.", 2, "B."]),
        (("Ah. So.",), ["Ah.", -1, "So."]),
        (("A. [7ms] B.",), ["A.", 7, "B."]),
        (("A. [7ms]", "B."), ["A.", 7, "B."]),
        (("A.", '"[7ms] B."'), ["A.", 7, "B."]),
        (("A.", "[7ms]", "B."), ["A.", 7, "B."]),
        (("A.", '"[7ms]"', "B."), ["A.", 7, "B."]),
        (("A.", "pause: 7ms", "pause: 8ms", "B."), ["A.", 7, 8, "B."]),
        (("A.", "pause: {time: 7ms, fixed: true}", "B."), ["A.", -7, "B."]),
        (("A.", "pause: 2 breaths", "B."), ["A.", 10_000, "B."]),
        (("A.", "pause: 0", "B."), ["A.", 0, "B."]),
        (
            ("A.", "breathe: {in: 1s, out: 2s}", "B."),
            ["A.", 2, ("in", 1_000), ("out", 2_000), "B."],
        ),
        (
            ("breathe: {in: 1s, hold: 1 breath, out: 2s, rest: 3s, times: 2}",),
            [("in", 1_000), ("hold", 5_000), ("out", 2_000), ("rest", 3_000)] * 2,
        ),
        (("A.", "repeat: {times: 2, script: [B.]}", "C."), ["A.", 2, "B.", 2, "B.", 2, "C."]),
        (("A.", "background: rain", "B."), ["A.", bed("rain", -22, 6), 2, "B."]),
    ],
    ids=range(15),
)
def test_silences_that_nobody_wrote(steps: tuple[str, ...], between: list[object]) -> None:
    """Lines and sentences lie apart by the pace, unless a silence is written between them."""
    assert told(plan(*steps)) == [-4, ["Only"], *between, -5]


@pytest.mark.parametrize(
    ("first", "second", "between"),
    [
        ("A.", "B.", ["A.", 3, ["Two"], "B."]),
        ("A. [7ms]", "B.", ["A.", 7, ["Two"], "B."]),
        ("A.", '"[7ms] B."', ["A.", 3, ["Two"], 7, "B."]),
        ("background: rain", "B.", [bed("rain", -22, 6), ["Two"], "B."]),
    ],
)
def test_silence_between_sections(first: str, second: str, between: list[object]) -> None:
    """Sections lie apart by the pace, where the first ends with speech."""
    script = with_steps("X", settings=PACE).replace(
        "    script:\n      - X\n", TWO_SECTIONS.format(first=first, second=second)
    )
    assert told(make_plan(read(script))) == [-4, ["Only"], *between, -5]


@pytest.mark.parametrize(
    ("background", "tail_ms"),
    [("none", 2_000), ("brown", 8_000), ("{fade_out: 30s}", 30_000), ("{sound: none}", 2_000)],
)
def test_the_tail_is_as_long_as_the_fade(background: str, tail_ms: int) -> None:
    """Without a tail in the pace the track goes on until its background is gone."""
    made = plan("A.", settings=f"background: {background}\n")
    assert made.events[-1] == SilenceEvent(tail_ms, elastic=False)


def test_the_tail_is_short_where_the_background_ended_before() -> None:
    """A background that ends along the script leaves no long tail."""
    made = plan("A.", "background: none", settings="")
    assert made.events[-1] == SilenceEvent(2_000, elastic=False)


def test_voices_and_rates() -> None:
    """A rate in words a minute is meant as it is, a word is a share of what holds there."""
    script = with_steps(
        "A", "say: {text: B, rate: slower}", "say: {text: C, rate: 90}",
        "say: {text: D, voice: clear}",
        settings="voice: {voice: en-gb, rate: 100, pitch: 30}\n",
    )  # fmt: skip
    script += (
        "  - title: Two\n    voice: {rate: slowest}\n    script: [E, {say: {text: F, rate: 80}}]\n"
    )
    script += "  - title: Three\n    script: [G]\n"
    manners = {u.text: u.manner for u in make_plan(read(script)).utterances}
    rates = {text: (manner.voice, manner.rate_wpm) for text, manner in manners.items()}
    assert rates == {
        "A": ("en-gb", 100), "B": ("en-gb", 87), "C": ("en-gb", 90), "D": ("en-us+f5", 130),
        "E": ("en-gb", 75), "F": ("en-gb", 80), "G": ("en-gb", 100),
    }  # fmt: skip
    assert manners["E"].pitch == 30


def test_each_utterance_is_planned_once() -> None:
    """Words that are said several times in the same manner are one utterance."""
    made = plan("repeat: {times: 3, script: [A.]}", "A.", "say: {text: A., rate: 90}")
    assert [utterance.text for utterance in made.utterances] == ["A.", "A."]
    assert sum(isinstance(event, SayEvent) for event in made.events) == 5


def test_changes_keep_what_they_leave_out() -> None:
    """A change of background keeps the sound, the level and the lift that it does not name."""
    made = plan(
        "A.", "background: {level: -30 dB}", "background: {sound: rain, fade: 1s}",
        "background: {lift: 0 dB}", "background: none", "background: sea",
        settings="background: {sound: brown, level: -24 dB, lift: 3 dB, fade_in: 2s}\n",
    )  # fmt: skip
    beds = [
        ((*event.beds, None)[0], event.fade_ms)
        for event in made.events
        if isinstance(event, BedEvent)
    ]
    assert beds == [
        (bed("brown", -24, 3), 2_000), (bed("brown", -30, 3), 8_000), (bed("rain", -30, 3), 1_000),
        (bed("rain", -30, 0), 8_000), (None, 8_000), (bed("sea", -22, 6), 8_000),
    ]  # fmt: skip


def test_a_bed_alone_is_not_held_down() -> None:
    """A track in which nobody speaks has its background at -30 LUFS, without lifts."""
    made = plan("pause: 10s", "background: rain", settings="")
    beds = [event.beds[0] for event in made.events if isinstance(event, BedEvent)]
    assert beds == [bed("brown", BED_ALONE_DB, 0), bed("rain", BED_ALONE_DB, 0)]


def test_length_and_place() -> None:
    """A plan knows the length that is wanted, in breaths too, and where it is written."""
    made = make_plan(read(with_setting("length: 10 breaths")))
    assert (made.length_ms, made.where) == (80_000, Where(SHOWN, 2, 9))
    assert make_plan(read(with_steps("A"))).length_ms is None


@pytest.mark.parametrize(
    ("kinds", "ms"),
    [
        (("general",), 90_000), (("sleep",), 90_000), (("trauma",), 30_000), (("partner",), 30_000),
        (("general", "trauma"), 30_000), (("sleep", "trauma"), 90_000),
    ],
)  # fmt: skip
def test_kinds_limit_silence(kinds: tuple[str, ...], ms: int) -> None:
    """The strictest kind decides how long a silence may get; but sleep has limits of its own."""
    assert longest_silence_ms(kinds) == ms
    script = with_steps("A", settings=f"kind: [{', '.join(kinds)}]\n")
    assert make_plan(read(script)).longest_silence_ms == ms


REFUSED: Final = {
    "voice: gentel": ("2:8", "no voice is called 'gentel'\n  did you mean 'gentle'?"),
    "voice: {name: nobody}": (
        "2:8",
        "no voice is called 'nobody'\n  known here: calm, clear, gentle, low",
    ),
}


@pytest.mark.parametrize(("setting", "place", "message"), [(s, *t) for s, t in REFUSED.items()])
def test_unknown_voices_are_told_at_their_place(setting: str, place: str, message: str) -> None:
    """A voice that nobody has is told with line, column, and the voices near it."""
    with pytest.raises(MeditationError) as caught:
        make_plan(read(with_setting(setting)))
    assert str(caught.value) == f"{SHOWN}:{place}: {message}"


STEPS_REFUSED: Final = {
    "say: {text: A, voice: gentel}": ("7:21", "did you mean 'gentle'?"),
    "word " * 250: ("7:9", "a sentence of 1,249 characters is too long to be spoken at once"),
    "background: {level: -30 dB}": ("7:9", "there is no background here to change"),
}


@pytest.mark.parametrize(("step", "place", "message"), [(s, *t) for s, t in STEPS_REFUSED.items()])
def test_steps_that_cannot_be_planned(step: str, place: str, message: str) -> None:
    """What only the plan can know is told at the step, too."""
    with pytest.raises(MeditationError) as caught:
        plan(step)
    assert str(caught.value).startswith(f"{SHOWN}:{place}: ")
    assert message in str(caught.value)


def test_repeats_multiply_up_to_a_limit() -> None:
    """Repeats within repeats end with a message, not with the memory."""
    with pytest.raises(MeditationError, match="comes to more than 20,000 events") as caught:
        plan("repeat: {times: 100, script: [{repeat: {times: 100, script: [A, B]}}]}")
    assert "lower their `times:`" in caught.value.mend


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One. Two? Three! Four… Five", ["One.", "Two?", "Three!", "Four…", "Five"]),
        ("Dr. Who meets Mrs. X. Then, e.g. Ann", ["Dr. Who meets Mrs. X. Then, e.g. Ann"]),
        ("It is I. You may go.", ["It is I.", "You may go."]),
        ("wait... and go on", ["wait... and go on"]),
        ("“Yes.” She said so. (No.) 5 is odd.", ["“Yes.”", "She said so.", "(No.)", "5 is odd."]),
        ("In 3.5 minutes. Then", ["In 3.5 minutes.", "Then"]),
        ("Hello. … There", ["Hello. …", "There"]),
        ("Hello there. !", ["Hello there. !"]),
        ("Été. École. Ça va.", ["Été.", "École.", "Ça va."]),
        ("no end", ["no end"]),
    ],
)
def test_sentences(text: str, parts: list[str]) -> None:
    """A line comes apart at its full stops, and not at those of abbreviations and numbers."""
    assert [phrase.caption for phrase in sentences(Phrase.plain(text))] == parts


def test_words_under_one_mark_stay_together() -> None:
    """A full stop inside a mark ends no sentence, nor does one that is only spoken."""
    (line,) = parse_marks('(See A. Then go)[sub:"Look. Then go"] in. (It)[sub:"Now. It"] rains.')
    assert [(part.caption, part.spoken) for part in sentences(line)] == [  # type: ignore[arg-type]
        ("See A. Then go in.", "Look. Then go in."), ("It rains.", "Now. It rains."),
    ]  # fmt: skip


@given(st.text(st.sampled_from("aB. !?…\"'”()"), max_size=30))
def test_sentences_lose_nothing(text: str) -> None:
    """Sentences, joined by blanks, are the words that went in."""
    words = " ".join(text.split())
    parts = list(sentences(Phrase.plain(words)))
    assert " ".join(part.caption for part in parts) == words
    if any(map(str.isalnum, words)):
        assert all(any(map(str.isalnum, part.spoken)) for part in parts)
