"""Rules about how something is said."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from meditations.care.rules.rule import HURT, NONE, TRAUMA, Rule, found_in, phrases

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meditations.care.findings import Found
    from meditations.care.reading import Reading

_TCTSY: Final = "the invitational language of trauma-sensitive yoga (TCTSY)"
_SAMHSA: Final = "SAMHSA's Concept of Trauma (SMA 14-4884)"
_TRELEAVEN: Final = "D. Treleaven, Trauma-Sensitive Mindfulness, 2018"


def _stillness(reading: Reading) -> Iterator[Found]:
    words = reading.words.of("C19")
    for passage in reading.once:
        if not words.has(reading.around_passage(passage), "leave"):
            yield from found_in(reading, passage, "C19", "demands stillness without leave to move")


def _letting_go(reading: Reading) -> Iterator[Found]:
    words = reading.words.of("C04")
    for section in reading.sections:
        for passage, following in zip_longest(section, section[1:]):
            # "Let your shoulders soften. Or leave them as they are." is a choice.
            if following is None or not words.has(following.text, "choice_after"):
                yield from found_in(reading, passage, "C04", "a bare command to let go")


ORDERS = Rule(
    "C03",
    "Orders",
    why="For someone whose will was once overridden, being told what they must do repeats a little"
    " of it. An order also leaves only two ways: to obey, or to fail.",
    better="offer it: “you might”, “you could”, “if you like”, “would you like to”",
    source=f"{_TCTSY}; choice is one of the six principles of {_SAMHSA}",
    before="You must keep your attention on your hands.",
    after="You could keep some of your attention on your hands.",
    find=phrases("C03", "an order leaves no choice", written=("title", "summary")),
)

LETTING_GO = Rule(
    "C04",
    "Commands to let go",
    why="Tension may be the only protection someone has. Letting go on command can bring on the"
    " very fear that it held back, and whoever cannot let go has failed once more.",
    better="put a choice around it (“if some of it wants to soften, it may”), or leave it out",
    source=f"{_TRELEAVEN}; {_TCTSY}",
    before="Now relax your shoulders and let go.",
    after="Your shoulders might like to drop a little, or to stay as they are.",
    find=_letting_go,
    error_in=HURT,
)

PROMISES = Rule(
    "C05",
    "Promises",
    why="A recording cannot know what it will do for somebody. A promise that fails is taken as"
    " one's own failure, and may keep someone from help that works.",
    better="say what it is and what it may do: “this may help a little, or not today”",
    source="trustworthiness in SAMHSA's Concept of Trauma (SMA 14-4884); unwanted effects are"
    " common (Goldberg and others, PMC8636531)",
    before="This practice will heal your fear of closeness.",
    after="This practice may make a little room beside the fear, or not today.",
    find=phrases("C05", "a promise", written=("title", "summary", "notes", "content_note")),
)

SAFETY_CLAIMS = Rule(
    "C06",
    "Safety as a claim",
    why="Nobody who speaks from a recording knows whether the listener is safe. Whoever is not"
    " hears that the voice does not see them; whoever does not feel it hears that they are wrong.",
    better="let it be found out or wished for: “you might look for what tells you how safe it is"
    " here”, “may I feel safe”",
    source=f"{_TRELEAVEN}; {_SAMHSA}",
    before="You are safe here, and nothing can hurt you.",
    after="You might look around, and see for yourself how safe this place is for now.",
    find=phrases("C06", "claims that the listener is safe", written=("title", "summary")),
    error_in=TRAUMA,
)

DIAGNOSES = Rule(
    "C14",
    "Diagnoses",
    why="A recording has not met the person who listens. A label from a stranger sticks, often"
    " shames, and may be wrong.",
    better="name what may be there, in plain words and as a possibility: “closeness may have"
    " become hard”",
    source=_SAMHSA,
    before="Because you are broken by what happened, trust is hard.",
    after="Trust may have become hard, and there may be good reasons for that.",
    find=phrases("C14", "tells the listener what they have or are",
                 written=("title", "summary", "notes")),
)  # fmt: skip

RECALL = Rule(
    "C16",
    "Recalling what hurt",
    why="Asked to recall it, and with nobody there to help, a listener may be back in the middle of"
    " it. What comes up unasked is another matter; offer a way out for that.",
    better="stay with the present: what is here, what is different now",
    source=f"{_TRELEAVEN}; safety first, in {_SAMHSA}",
    before="Bring to mind a time when you were hurt.",
    after="You could look for one thing in this room that is new since last year.",
    find=phrases("C16", "asks for a memory that may hurt"),
)

PRESSURE = Rule(
    "C17",
    "Pressure to forgive, or to be over it",
    why="Being hurried towards forgiveness or openness serves others, and seldom the one who was"
    " hurt. A guard is there for a reason, and knows more about it than a recording does.",
    better="leave the pace, and whether at all, to the listener; thank the guard in place of"
    " sending it away",
    source=f"{_SAMHSA}; mutuality and choice",
    before="It is time to drop your guard and forgive.",
    after="The guard may stay at its post for as long as it wants to.",
    find=phrases("C17", "presses for something that takes its own time",
                 written=("title", "summary", "notes")),
)  # fmt: skip

DICTATED_FEELINGS = Rule(
    "C18",
    "Feelings dictated",
    why="Many feel nothing, or something else. Whoever is told what they feel learns to distrust"
    " their own feeling, or thinks that they do it wrong.",
    better="ask, or offer several: “perhaps warm, perhaps cool, perhaps nothing much”",
    source=_TCTSY,
    before="You will feel a deep calm spread through you.",
    after="Something may change as you listen, or nothing much.",
    find=phrases("C18", "tells the listener what they feel"),
    error_in=NONE,
)

STILLNESS = Rule(
    "C19",
    "Stillness demanded",
    why="Not being able to move was part of many an injury. Keeping still on command can feel"
    " like being held down.",
    better="give leave to move, every time: “you can move whenever you like”",
    source=f"{_TRELEAVEN}; {_TCTSY}",
    before="Sit perfectly still and don't move.",
    after="You can sit, shift, or get up, whenever you like.",
    find=_stillness,
)

OVERCLAIMS = Rule(
    "C22",
    "Claims beyond what is known",
    why="A claim about the body that no study bears out costs trust, and can frighten.",
    better="say what can be observed, or leave the explanation out",
    source="the library's own rule: facts carry their source, see docs/care.md",
    before="This breath releases the trauma stored in your body.",
    after="A slower breath may be pleasant, or you may prefer your own.",
    find=phrases("C22", "a claim beyond what is known",
                 written=("title", "summary", "notes", "content_note")),
    error_in=NONE,
)  # fmt: skip
