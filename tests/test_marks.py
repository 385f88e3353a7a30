"""Marks inside a line: pauses, pronunciations, brackets, and what is never read out."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meditations.script.marks import (
    LONGEST_LINE,
    MarkedPause,
    MarkError,
    Phrase,
    Word,
    parse_marks,
    speakable,
)


def plain(words: str) -> Phrase:
    return Phrase.plain(words)


LINES = {
    "Hello there.": (plain("Hello there."),),
    "Hello. [2s] There.": (plain("Hello."), MarkedPause(2_000), plain("There.")),
    "Hello.[500ms]There.": (plain("Hello."), MarkedPause(500), plain("There.")),
    "[1.5s] Hello. [0s]": (MarkedPause(1_500), plain("Hello."), MarkedPause(0)),
    "Hello [1s] [2s] there": (
        plain("Hello"), MarkedPause(1_000), MarkedPause(2_000), plain("there"),
    ),
    "[2s]": (MarkedPause(2_000),),
    '(Ujjayi)[sub:"oo-jai-yee"] breath': (
        Phrase((Word("Ujjayi", "oo-jai-yee"), Word("breath", "breath"))),
    ),
    'An (Ujjayi)[sub: "oo"], (asana)[sub:"ah"]': (
        Phrase((Word("An", "An"), Word("Ujjayi,", "oo,"), Word("asana", "ah"))),
    ),
    '(A b)[sub:"c"] [1s] d': (Phrase((Word("A b", "c"),)), MarkedPause(1_000), plain("d")),
    'The (Ujjayi)[ipa:"uːˈdʒaːji"].': (
        Phrase((Word("The", "The"), Word("Ujjayi.", "Ujjayi.", "uːˈdʒaːji"))),
    ),
    "Breathe (if you like) now": (plain("Breathe (if you like) now"),),
    "Some (words) [1s] more": (plain("Some (words)"), MarkedPause(1_000), plain("more")),
    r"A \[bracket\] here": (plain("A [bracket] here"),),
    r"\(Ujjayi\)[2s]x": (plain("(Ujjayi)"), MarkedPause(2_000), plain("x")),
    r"\\ and": (Phrase((Word("\\", ""), Word("and", "and"))),),
    "  Hello \n  there ": (plain("Hello there"),),
    "(((a": (plain("(((a"),),
}  # fmt: skip


@pytest.mark.parametrize(("line", "parts"), LINES.items(), ids=LINES)
def test_lines_come_apart_at_their_pauses(
    line: str, parts: tuple[Phrase | MarkedPause, ...]
) -> None:
    """A line is its phrases and pauses in order; captions and speech differ at a `sub` only."""
    assert parse_marks(line) == parts


FAULTS = {
    # line: where the fault is, what is told, how to mend it
    "Hello [whisper] there": (6, "the mark '[whisper]' is not known", "marks are [2s]"),
    "Hello [5] there": (6, "the mark '[5]' is not known", "write a pause as [2s] or [500ms]"),
    "[2 s] there": (0, "the mark '[2 s]' is not known", "write a pause as [2s]"),
    "Hello [2S]": (6, "the mark '[2S]' is not known", "write a pause as [2s]"),
    "Hello [-2s]": (6, "the mark '[-2s]' is not known", "write a pause as [2s]"),
    "Hello [pause]": (6, "the mark '[pause]' is not known", "write a pause as [2s]"),
    "Hello [1m]": (6, "the mark '[1m]' is not known", "write a pause as [2s]"),
    "Hello [99999s]": (6, "'99999s' is longer than ten hours", "write a time as 4s"),
    "Hello []": (6, "the mark '[]' is not known", "marks are [2s]"),
    "Hello [[2s]]": (6, "the mark '[[2s]' is not known", "write a pause as [2s]"),
    "Hello [2s": (6, "the bracket '[' has no partner", "write a pause as [2s]"),
    "Hello 2s] there": (8, "the bracket ']' has no partner", r"\["),
    'Ujjayi[sub:"oo"]': (6, "is not known", 'in parentheses: (word)[sub:"…"]'),
    '(Ujjayi)[sbu:"oo"]': (0, "the mark '[sbu:\"oo\"]' is not known", "did you mean 'sub'?"),
    "(Ujjayi)[sub:oo]": (0, "does not say how the word sounds", "in double quotes"),
    '(Ujjayi)[sub:""]': (0, "does not say how the word sounds", "in double quotes"),
    "(Ujjayi)[sub]": (0, "does not say how the word sounds", "in double quotes"),
    '(Ujjayi)[ipa:""]': (0, "does not say how the word sounds", 'ipa:"uː'),
    "(Ujjayi)[2s]": (0, "the mark '[2s]' is not known", "known here: ipa, sub"),
    "…": (0, "'…' holds nothing that can be spoken", "write words, or a pause"),
    "Hello [2s] ... [1s] there": (10, "'...' holds nothing", "write words, or a pause"),
    "\U0001f642\U0001f642": (0, "holds nothing that can be spoken", "write words"),
    "[2s] [3s]": (0, "'[2s] [3s]' holds nothing that can be spoken", "pause: 2s"),
    "* * *": (0, "'* * *' holds nothing that can be spoken", "write words"),
    '(Word)[sub:"…"]': (0, "'Word' holds nothing that can be spoken", "write words"),
    "": (0, "'' holds nothing that can be spoken", "write words"),
}


@pytest.mark.parametrize(
    ("line", "offset", "what", "mend"),
    [(line, *told) for line, told in FAULTS.items()],
    ids=FAULTS,
)
def test_marks_that_are_not_known_are_told(line: str, offset: int, what: str, mend: str) -> None:
    """A typo in a mark is an error at its place: a listener never hears a bracket read out."""
    with pytest.raises(MarkError) as caught:
        parse_marks(line)
    assert what in caught.value.what
    assert mend in caught.value.mend
    assert caught.value.offset == offset


@pytest.mark.parametrize(("count", "shown"), [(20, "." * 20), (21, "." * 19 + "…")])
def test_long_lines_are_shown_in_short(count: int, shown: str) -> None:
    """A line without words is shown to its twentieth letter."""
    with pytest.raises(MarkError, match=re.escape(f"'{shown}' holds nothing")):
        parse_marks("." * count)


def test_a_line_has_an_end() -> None:
    """A line may have as many characters as the limit says and not one more."""
    assert parse_marks("a" * LONGEST_LINE)
    with pytest.raises(MarkError, match="5,001 characters; 5,000 are the most"):
        parse_marks("a" * (LONGEST_LINE + 1))


@pytest.mark.parametrize(
    ("words", "heard"),
    [
        ("Hello \U0001f642 there", "Hello there"),
        ("Hello\U0001f642there", "Hello there"),
        ("\u263a\ufe0f Hello", "Hello"),
        ("\U0001f468\u200d\U0001f469\u200d\U0001f467 Hello", "Hello"),
        ("1\ufe0f\u20e3 first", "1 first"),
        ("re\u00adlax", "relax"),
        ("\u0928\u092e\u0938\u094d\u200d\u0924\u0947", "\u0928\u092e\u0938\u094d\u0924\u0947"),
        ("*softly* now", "softly now"),
        ("a\tb\nc", "a b c"),
        (
            "caf\u00e9, na\u00efve \u2013 \u201cyes\u201d",
            "caf\u00e9, na\u00efve \u2013 \u201cyes\u201d",
        ),
        ("5 \u20ac or 20 %", "5 \u20ac or 20 %"),
    ],
)
def test_pictures_are_not_spoken(words: str, heard: str) -> None:
    """Emoji fall away, no word falls apart, and all that belongs to words stays."""
    assert speakable(words) == heard


@given(
    st.lists(
        st.one_of(
            st.text(st.sampled_from("ab, ."), min_size=1, max_size=8).map(lambda text: text + "x"),
            st.integers(0, 9_999).map(lambda ms: f"[{ms}ms]"),
        ),
        min_size=1,
    )
)
def test_no_word_and_no_pause_is_lost(pieces: list[str]) -> None:
    """What goes into a line comes out of it: the letters of its words, the sum of its pauses."""
    line = "".join([*pieces, "x"])
    parts = parse_marks(line)
    words = re.sub(r"\[\d+ms\]|\s", "", line)
    shown = "".join(part.caption for part in parts if isinstance(part, Phrase))
    assert shown.replace(" ", "") == words
    pauses = [part.ms for part in parts if isinstance(part, MarkedPause)]
    assert pauses == [int(ms) for ms in re.findall(r"\[(\d+)ms\]", line)]
