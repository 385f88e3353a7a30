"""YAML eats no words: what it would take for a sign of its own is speech, or is told.

The heart of it is one round: a line that cannot be read, the line that the message prints, and
that line in the script again, now read as what its maker meant.
"""

from __future__ import annotations

import re
from typing import Final

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from support.scripts import (
    FIRST_STEP,
    STEP_COLUMN,
    captions,
    fault,
    faults,
    read,
    with_setting,
    with_steps,
)

from meditations.errors import MeditationError
from meditations.quantities import parse_duration
from meditations.script import model, source, text
from meditations.script.model import PauseStep, SayStep
from meditations.script.settings import Settings
from meditations.script.values import Duration
from meditations.script.written import PROSE, SETTINGS, Written, quoted

PLACE: Final = f"{FIRST_STEP}:{STEP_COLUMN}: "


@pytest.fixture(params=["CSafeLoader", "SafeLoader"], autouse=True)
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both of PyYAML's parsers: the one in C is not there on every machine."""
    monkeypatch.setattr(source, "_Loader", getattr(yaml, request.param))


def mended(message: str) -> str:
    """The line that a message prints as it should be written."""
    found = re.search(r"write it in quotes(?:, in one line instead of \d+)?: (.*)", message)
    assert found, message
    return found[1]


# What YAML reads as something else than text.


@pytest.mark.parametrize("word", ["No", "no", "Yes", "On", "off", "y", "null", "True", "false"])
def test_words_that_yaml_takes_for_values_are_speech(word: str) -> None:
    """`- No` is speech, and so is every other word that YAML 1.1 takes for a value."""
    assert captions(read(with_steps(word))) == [word]


@pytest.mark.parametrize("written", ["12:30", "1:30:00", "190:20:30"])
def test_nothing_is_sexagesimal(written: str) -> None:
    """`12:30` is no number of minutes: as speech it is spoken, as a time it is refused."""
    assert captions(read(with_steps(written))) == [written]
    assert f"'{written}' is no duration" in fault(with_steps(f"pause: {written}"))


@pytest.mark.parametrize(
    "written", ["0x10", "1_000", "1e3", ".inf", "007", "2026-11-22", "+1", "="]
)
def test_no_number_is_changed(written: str) -> None:
    """Numbers and dates in speech stay as they were written."""
    words = f"{written} is it"
    assert captions(read(with_steps(words))) == [words]
    if written != "=":
        assert captions(read(with_steps(written))) == [written]


@pytest.mark.parametrize("written", ["yes", "no", "on", "off", "True", "y", "1", "0"])
def test_only_true_and_false_are_booleans(written: str) -> None:
    """No other word than `true` and `false` says yes or no to a setting."""
    message = fault(with_steps(f"pause: {{time: 2s, fixed: {written}}}"))
    assert f"'{written}' is neither true nor false" in message


@pytest.mark.parametrize(("written", "value"), [("true", True), ("false", False)])
def test_true_and_false_are_booleans(written: str, value: bool) -> None:
    """`true` and `false` are what they say."""
    (step,) = read(with_steps(f"pause: {{time: 2s, fixed: {written}}}")).sections[0].script
    assert isinstance(step, PauseStep)
    assert step.pause.fixed is value


def test_a_mark_alone_is_a_pause() -> None:
    """`- [2s]` is a pause of two seconds, not a list."""
    (step,) = read(with_steps("[2s]")).sections[0].script
    assert isinstance(step, PauseStep)
    assert step.pause.time == Duration(ms=2_000)


@pytest.mark.parametrize("key", ["title", "summary", "sections", "kind"])
def test_a_key_given_twice_is_an_error(key: str) -> None:
    """The second of two equal keys is refused, and the message names the line of the first."""
    message = fault(with_setting("kind: [general]\nsummary: One.") + f"{key}: two\n")
    assert message.startswith("5:1: ")
    first = {"title": 1, "kind": 2, "summary": 3, "sections": 4}[key]
    assert f"'{key}' is given twice\n  keep one of them; the first is in line {first}" in message


def test_a_key_given_twice_within_a_step_is_an_error() -> None:
    """Also within braces, deep in a script, the last of two equal keys does not win in silence."""
    message = fault(with_steps("pause: {time: 2s, time: 3s}"))
    assert message.startswith(f"{FIRST_STEP}:27: the key 'time' is given twice")


# Comments behind words.

COMMENTED: Final = {
    "one word": ("Track #1", 15),
    "words": ("Breathe in # slowly", 20),
    "behind a mark": ("Hello. [2s] # wait", 21),
    "two signs": ("Number #1 of # all", 16),
    "from the first word on": ("#1 is calm", 9),
    "behind say": ("say: Track #1", 20),
}


@pytest.mark.parametrize(("step", "column"), COMMENTED.values(), ids=COMMENTED)
def test_a_comment_behind_speech_is_an_error(step: str, column: int) -> None:
    """An unquoted ` #` behind speech is refused at its place, and the words are shown whole."""
    message = fault(with_steps(step, "Then on."))
    assert message.startswith(f"{FIRST_STEP}:{column}: YAML drops the words from '#' on")
    said = read(with_steps(mended(message)[2:], "Then on.")).sections[0].script[0]
    assert isinstance(said, SayStep)
    assert said.say.text == step.removeprefix("say: ")


@pytest.mark.parametrize("key", ["title", "summary", "notes", "author", "album"])
def test_a_comment_behind_words_of_a_setting_is_an_error(key: str) -> None:
    """Words of a setting are not cut at ` #` either."""
    script = with_setting("kind: [general]").replace("title: Evening\n", "")
    others = "" if key == "title" else "title: Evening\n"
    message = fault(f"{key}: Track #1\n{others}{script}")
    assert message.startswith(f"1:{len(key) + 9}: YAML drops")
    assert mended(message) == f'{key}: "Track #1"'


@pytest.mark.parametrize(
    "setting",
    [
        "kind: [trauma]            # one or several",
        "published: 2026-11-22     # absent: built, but not in the feed",
        "length: 12 min            # optional",
        "voice: {name: gentle}     # or: engine",
        "background: {sound: brown, level: -24 dB} # -24 is quiet",
        "pace: {breath: 8s}        # slow",
        "# a line of its own",
        'summary: "Quoted words"   # are whole',
    ],
)
def test_comments_behind_settings_are_allowed(setting: str) -> None:
    """Where no words are lost, a comment may stand, as in DESIGN's own example."""
    assert faults(with_setting(setting)) == []


ATTACHED: Final = {
    "single quotes": "'Yes'#1 and",
    "double quotes": '"Yes"#1 and',
    "bracket": "[2s]#1 and",
    "brace": "{pause: 2s}#1 and",
}


@pytest.mark.parametrize("step", ATTACHED.values(), ids=ATTACHED)
def test_a_comment_without_a_space_is_an_error(step: str) -> None:
    """PyYAML drops what follows `#` right behind a quote or a bracket: that is told as well."""
    message = fault(with_steps(step, "Next."))
    assert message.startswith(f"{FIRST_STEP}:{STEP_COLUMN + step.index('#')}: YAML drops the words")
    if not step.startswith("{"):
        assert mended(message) == f"- {quoted(step)}"


def test_comments_between_steps_are_allowed() -> None:
    """A comment on a line of its own, or behind a pause or quotes, drops nothing."""
    steps = ['"Hello there." # quoted', "pause: 3 breaths # slow", "[2s] # a mark", "End"]
    script = with_steps(*steps).replace("      - End", "      # the last one\n      - End")
    assert captions(read(script)) == ["Hello there.", "End"]


# Lines that must be quoted: the message prints the line, and the line is then read as meant.

SIGNS: Final = {
    "bracket": "[2s] Hello there",
    "brackets": "[1s] wait [2s]",
    "double quotes": '"Yes" is an answer',
    "double quotes twice": '"Yes", she said, "of course"',
    "single quotes": "'Yes' is an answer",
    "apostrophe": "'Tis a quiet evening",
    "apostrophes": "'Tis what it's called",
    "asterisk": "*softly* now",
    "asterisk, one word": "*softly",
    "ampersand": "&and then",
    "ampersand alone": "& then",
    "exclamation mark": "!important thing",
    "exclamation mark apart": "! now",
    "handle": "!a!b c",
    "brace": "{softly} look around",
    "brace alone": "{softly}",
    "brace left open": "{softly now",
    "brace and colon": "{softly: now}",
    "at": "@home now",
    "at apart": "@ ease now",
    "percent": "%100 of it",
    "percent apart": "% of the time",
    "backtick": "`so` it is",
    "bar": "| bar",
    "greater": "> more",
    "comma": ", and then",
    "closing bracket": "} then",
    "question mark": "? what is it",
    "question mark and at": "? @home",
    "colon first": ": then",
    "colon": "Remember: you can stop",
    "colon twice": "Remember: breathe: or not",
    "colon, capital of a step": "Breathe: in, and out",
    "colon, several words": "One more thing: rest",
    "colon and quotes": 'Note this: "yes" is an answer',
    "colon in quotes": 'You may say "yes: now" here',
    "colon at the end": "Now listen:",
    "colon behind say": "say: Remember: you can stop",
    "quote behind say": 'say: "Yes" is an answer',
    "colon behind a step's name": "title: of the song",
    "quote that never closes": '"A line',
}
NEIGHBOURS: Final = {
    "alone": ((), ()),
    "between": (("Before.", "pause: 3s"), ("After that.", "It's done, isn't it?")),
}


@pytest.mark.parametrize(("before", "after"), NEIGHBOURS.values(), ids=NEIGHBOURS)
@pytest.mark.parametrize("step", SIGNS.values(), ids=SIGNS)
def test_the_mended_line_says_what_was_meant(
    step: str, before: tuple[str, ...], after: tuple[str, ...]
) -> None:
    """A line that YAML misreads is printed as it should be; pasted back, it has every word."""
    message = fault(with_steps(*before, step, *after))
    if "sign of its own" in message:
        assert f"after '{step[0]}'" in message
    line, _, rest = message.partition(":")
    assert int(line) == FIRST_STEP + len(before)
    assert int(rest.partition(":")[0]) in {9, 10, 11, 14}  # at the words, or at what is wrong

    again = read(with_steps(*before, mended(message)[2:], *after)).sections[0].script
    said = again[len(before)]
    assert isinstance(said, SayStep)
    meant = step.removeprefix("say: ")
    if meant.startswith('"A '):
        meant = meant[1:]  # a quote that was never closed
    assert said.say.text == meant
    assert len(again) == len(before) + 1 + len(after)


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("[softly now", "the bracket '[' has no partner"),
        ("[softly] now", "the mark '[softly]' is not known"),
        ("[", "the bracket '[' has no partner"),
        ("{", "holds nothing that can be spoken"),
    ],
)
def test_the_mended_line_may_hold_another_fault(step: str, told: str) -> None:
    """Once YAML reads the line, what is wrong with its words is told in its turn."""
    message = fault(with_steps("Before.", step, "It's after."))
    assert message.startswith("6:9: YAML cannot read this line as words")
    assert mended(message) == f"- {quoted(step)}"
    assert told in fault(with_steps(mended(message)[2:]))


@pytest.mark.parametrize("key", ["title", "summary", "notes", "author", "album"])
@pytest.mark.parametrize("words", ["Safety: a start", "[Almost] there", "'Tis late", "@ ease"])
def test_the_mended_setting_says_what_was_meant(key: str, words: str) -> None:
    """Words of a setting that YAML misreads are printed as they should be, too."""
    settings = {"title": "Evening", key: words}
    wrong = "".join(f"{name}: {value}\n" for name, value in settings.items())
    tail = "sections: [{title: Only, script: [It's here]}]\n"
    message = fault(wrong + tail)
    right = "".join(
        (mended(message) if name == key else f"{name}: {value}") + "\n"
        for name, value in settings.items()
    )
    assert getattr(read(right + tail), key) == words


def test_the_mended_title_of_a_section_says_what_was_meant() -> None:
    """The title behind a section's dash is mended without the settings below it."""
    script = with_steps("Hello").replace("title: Only\n", "title: Only: this\n    role: return\n")
    message = fault(script)
    assert message.startswith("3:12: ")
    again = read(script.replace("- title: Only: this", mended(message)))
    assert (again.sections[0].title, again.sections[0].role) == ("Only: this", "return")


def test_a_line_that_runs_on_is_mended_whole() -> None:
    """Where the words run over several lines, all of them are printed as one."""
    steps = ("*Softly* now, let it\n        go, and\n        then: rest", "After.")
    message = fault(with_steps(*steps))
    assert "in one line instead of 3" in message
    assert captions(read(with_steps(mended(message)[2:], "After."))) == [
        "*Softly* now, let it go, and then: rest", "After."
    ]  # fmt: skip


def test_a_colon_in_a_later_line_is_found_at_the_beginning() -> None:
    """A colon in the second line of a step is told with the whole step."""
    message = fault(with_steps("Hello there\n        remember: rest"))
    assert message.startswith(PLACE)
    assert captions(read(with_steps(mended(message)[2:]))) == ["Hello there remember: rest"]


def test_a_quote_that_closes_further_down_swallows_no_line() -> None:
    """An apostrophe at the start of a line does not take in the lines down to the next one."""
    message = fault(with_steps("'Tis a quiet evening.", "Rest.", "This is yours'"))
    assert message.startswith(f"{PLACE}the quote that opens here closes only in line 7")
    assert mended(message) == '- "\'Tis a quiet evening."'


def test_a_quote_that_never_closes_is_told_where_it_opens() -> None:
    """An open quote is told at its own line, not at the end of the file, and closed."""
    message = fault(with_steps("Before.", '"Hello there.', "After."))
    assert message.startswith(f"{FIRST_STEP + 1}:{STEP_COLUMN}: ")
    assert mended(message) == '- "Hello there."'


def test_quotes_around_the_whole_are_not_doubled() -> None:
    """A backslash that YAML does not know is mended within the quotes that are there."""
    message = fault(with_steps('"She said \\"yes\\" \\(to me)."'))
    assert mended(message) == r'- "She said \"yes\" \\(to me)."'
    assert captions(read(with_steps(mended(message)[2:]))) == ['She said "yes" (to me).']


@pytest.mark.parametrize(
    "step", ['"Whole."', "'It''s whole.'", '"Whole: so." # yes', "'Whole.' # yes", "[2s]", "Hello."]
)
def test_a_good_line_is_not_blamed_for_the_next(step: str) -> None:
    """What is wrong with a line is told there, whatever stands in the line above it."""
    script = with_steps(step) + "     - less deep\n"
    assert fault(script).startswith(
        "6:6: YAML cannot read this: this line does not fit those above"
    )


def test_a_quoted_line_may_run_on() -> None:
    """Words in quotes may go on in deeper lines, with blank lines between."""
    step = '"Hello there,\n        and\n\n        welcome."'
    assert captions(read(with_steps(step, "Next."))) == ["Hello there, and welcome.", "Next."]


@pytest.mark.parametrize("sign", ["|", ">", "|-", ">-"])
def test_a_block_of_words_is_read_as_it_is(sign: str) -> None:
    """In a block nothing is a sign: quotes, colons, number signs, dashes."""
    step = f"{sign}\n        'Tis: a #1\n        - quiet evening"
    assert captions(read(with_steps(step, "Next."))) == ["'Tis: a #1 - quiet evening", "Next."]


def test_a_step_that_lies_too_deep_is_told() -> None:
    """A dash under the words above it would make both lines one: that is an error."""
    message = fault(with_steps("Hello.\n        - And welcome.", "Next."))
    assert message.startswith("6:9: YAML reads this line as part of the one above it")
    assert "under the '-' of line 5" in message


def test_a_dash_without_a_space_is_told() -> None:
    """`-pause: 3s` is no step, and the message adds the space."""
    message = fault(with_steps("Hello.").replace("\n      - Hello", "\n      - a\n      -Hello"))
    assert message == "6:7: a space is missing behind '-'\n  write it as: - Hello."


def test_a_pause_without_its_colon_is_not_spoken() -> None:
    """`- pause 3s` is not read out: the message shows both ways to write what was meant."""
    message = fault(with_steps("pause 3s"))
    assert "- pause: 3s" in message
    assert captions(read(with_steps(mended(message)[2:]))) == ["pause 3s"]
    assert captions(read(with_steps("pause here, if you like"))) == ["pause here, if you like"]


def test_a_comma_in_braces_is_told() -> None:
    """Words in braces end at a comma: what follows is no setting, and quotes are the remedy."""
    message = fault(with_steps("say: {text: Hello, my friend, rate: slower}"))
    assert message.startswith("5:28: the key 'my friend' is not known here")
    assert "put words that hold one into double quotes" in message


@pytest.mark.parametrize("step", ["[a, b]", "[[2s]]", "[2s, 3s]", "- Hello", "[]"])
def test_a_list_is_no_step(step: str) -> None:
    """A list where a step should be is an error, unless it is one pause."""
    message = fault(with_steps(step))
    assert message.startswith(f"{PLACE}a list stands where a step should be\n  for speech, ")
    if step.startswith("["):
        assert mended(message) == f"- {quoted(step)}"
    else:
        assert "put it into double quotes" in message


@pytest.mark.parametrize("step", ["", "~", '""', "''", '"  "', "{}"])
def test_an_empty_step_is_told(step: str) -> None:
    """A dash with nothing behind it is told, not passed over."""
    assert "is empty" in fault(with_steps(step, "Hello"))


# What cannot be read at all.

UNREADABLE: Final[dict[str, tuple[str | bytes, str]]] = {
    "empty": ("", "is empty"),
    "blank": (" \n\n", "is empty"),
    "comments": ("# nothing\n", "holds nothing but comments"),
    "a list": ("- Hello\n", "1:1: holds a list where a script starts"),
    "a text": ("Hello\n", "1:1: holds a single text where a script starts"),
    "two documents": ("title: a\n---\ntitle: b\n", "2:1: holds a second document"),
    "not UTF-8": (b"title: a\nsummary: caf\xe9\n", "2:13: is not UTF-8 text"),
    "not UTF-8 behind letters": ("title: café\nnotes: ü".encode() + b"\xff", "2:9: is not UTF-8"),
    "not UTF-8 behind a mark": (b"\xef\xbb\xbftitle: caf\xe9", "1:11: is not UTF-8 text"),
    "UTF-16": ("title: a\n".encode("utf-16"), "1:1: is not UTF-8 text"),
    "NUL": (with_steps("Hel\0lo"), "5:12: holds the control character U+0000"),
    "bell": (with_steps("Hel\alo"), "5:12: holds the control character U+0007"),
    "delete": (with_steps("Hel\x7flo"), "5:12: holds the control character U+007F"),
    "NUL as an escape": (with_steps('"Hel\\0lo"'), "5:9: holds the control character U+0000"),
    "bell as an escape": (with_setting('summary: "\\a"'), "2:10: holds the control character"),
    "tab before a dash": ("title: a\nsections:\n\t- title: b\n", "3:1: a tab stands"),
    "tab behind a dash": (with_steps("\tHello"), ": a tab stands where YAML needs spaces"),
    "tab before a key": ("title: a\n\tsummary: b\n", "2:1: a tab stands"),
    "deep brackets": ("a: " + "[" * 5_000, "is nested more than 24 deep"),
    "deep braces": ("{a: " * 500, "is nested more than 24 deep"),
    "deep steps": (with_steps("- " * 100 + "a"), "is nested more than 24 deep"),
    "alias bomb": ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "1:4: YAML takes the words"),
    "merge": (with_setting("voice: &v {rate: 90}\npace: {<<: *v}"), "2:8: YAML takes the words"),
    "tag": (with_setting("voice: !!python/object:os.system x"), "2:8: YAML takes the words"),
    "list as a key": ("title: a\n? [b, c]\n: d\n", "2:3: a list or a setting stands where a key"),
    "bracket left open": (
        "title: a\nkind: [sleep\nlength: 3 min\n",
        "2:7: YAML cannot read this: a br",
    ),
    "brace left open": (
        "title: a\nvoice: {rate: 90\nlength: 3s\n",
        "2:8: YAML cannot read this: a br",
    ),
    "quote left open": ('title: a\nlength: "3 min\n', "2:9: YAML cannot read this: a quote that"),
    "unknown escape": ('title: a\nlength: "3 \\m"\n', "2:9: YAML cannot read this: a \\ in double"),
    "sign": ("title: a\nlength: @3\n", "2:9: YAML cannot read this: a sign stands here"),
    "colons": ("title: a\nlength: 3: 4\n", "2:10: YAML cannot read this: a ': ' stands"),
    "less deep": (with_steps("a").replace("    script", "  script"), "4:3: YAML cannot read this"),
    "no colon": ("title: a\nsummary\nlength: 3s\n", "2:1: YAML cannot read this: there is no ': '"),
    "too large": ("# " + "x" * text.LARGEST_BYTES, "is over 500 kB"),
}


@pytest.mark.parametrize(("script", "message"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_told_at_its_place(script: str | bytes, message: str) -> None:
    """Each way to break a script is told in words of its own, at its place."""
    found = fault(script)
    assert message in found
    assert "<" not in found  # no word of PyYAML's: <block end>, <scalar>
    assert "context" not in found


@pytest.mark.parametrize("char", ["\u2028", "\u2029", "\x85"])
def test_unseen_line_breaks_break_nothing(char: str) -> None:
    """Separators that come with pasted text are spaces: YAML alone would end the line there."""
    script = with_steps(f"Hello{char}there.", "[2x]")
    assert fault(script).startswith("6:")
    assert captions(read(script.replace("[2x]", "Next."))) == ["Hello there.", "Next."]


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_of_other_systems(end: str) -> None:
    """Files from Windows and from old Macs read alike, with the same lines in messages."""
    assert captions(read(with_steps("Hello", "There").replace("\n", end))) == ["Hello", "There"]
    assert fault(with_steps("Hello", "…").replace("\n", end)).startswith("6:9: ")


def test_a_byte_order_mark_is_no_character() -> None:
    """The mark that some editors write at the beginning belongs to no key."""
    assert read(b"\xef\xbb\xbf" + with_steps("Hello").encode()).title == "Evening"


def test_all_faults_of_a_long_script_are_found() -> None:
    """However many lines are at fault, each is told."""
    assert len(faults(with_steps(*["."] * 2_000))) == 2_000


def test_long_scripts_are_not_deep() -> None:
    """Many lists and settings beside one another are no nesting."""
    assert len(read(with_steps(*["pause: {time: 2s}"] * 100)).sections[0].script) == 100


@pytest.mark.parametrize(
    ("deep", "what"), [(24, "holds a list where"), (25, "is nested more than")]
)
def test_nesting_has_an_end(deep: int, what: str) -> None:
    """As many lists within lists as the limit says are parsed, one more is not."""
    assert what in fault("[" * deep + "]" * deep)


@pytest.mark.parametrize(("size", "message"), [(0, "holds nothing but"), (1, "is over 500 kB")])
def test_a_file_has_an_end(size: int, message: str) -> None:
    """A file may be as large as the limit says, and not one byte larger."""
    assert message in fault("#" * (text.LARGEST_BYTES + size))


# Quoting, and what it must know of the format.


@given(
    st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters="\ufeff"))
)
def test_quoted_text_reads_as_it_was(words: str) -> None:
    """Whatever the words are, in the quotes that messages print YAML reads them unchanged."""
    assert yaml.safe_load(quoted(words)) == words


@given(st.text(st.sampled_from("ab 2[]{}'\"*&!@%:#-?,|>`\\.()"), min_size=1, max_size=12))
def test_no_line_is_lost_in_silence(words: str) -> None:
    """Any line of signs is read with all its words, or refused: nothing in it goes missing."""
    line = " ".join(words.split())
    try:
        steps = read(with_steps(line, "Next.")).sections[0].script
    except MeditationError:
        return
    assert len(steps) == 2
    step = steps[0]
    if isinstance(step, PauseStep):
        assert step.pause.time.ms == parse_duration(re.sub(r"\].*", "", line).strip("[\"' "))
        return
    assert isinstance(step, SayStep)
    without_comment = re.sub(r"(['\"]) #.*", r"\1", line)  # behind quotes there may be one
    assert _letters(step.say.text) in {_letters(line), _letters(without_comment)}


def _letters(words: str) -> str:
    return re.sub(r"[^ab2]", "", words)


def test_every_key_of_the_format_is_known_to_the_mending() -> None:
    """What tells keys from words knows each key of the format, and no key on both sides."""
    kinds = [
        value for value in vars(model).values()
        if isinstance(value, type) and issubclass(value, Settings)
    ]  # fmt: skip
    keys = {info.alias or name for kind in kinds for name, info in kind.model_fields.items()}
    missing = {key for key in keys if not key.startswith("@")} - {"parts"} - PROSE - SETTINGS
    assert missing == set()
    assert set() == PROSE & SETTINGS


def test_an_entry_ends_with_its_lines() -> None:
    """A line below the words, and a setting among them, belong to no entry."""
    written = Written("title: a\nother: b\n- say: c\n  d\n\n  e\n  rate: f\ng\n")
    entry = written.entry(6)
    assert entry is not None
    assert (entry.head, entry.text, entry.line, entry.lines) == ("- say:", "c d e", 3, 4)
    assert [written.entry(n) is None for n in (2, 7, 8, 99)] == [True] * 4
    assert [written.line(n) for n in (0, 1, 8, 9, 10)] == ["", "title: a", "g", "", ""]
