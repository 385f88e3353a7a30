"""Rules about eyes, breath and body."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meditations.care.findings import Found
from meditations.care.rules.rule import TRAUMA, Rule, found_in
from meditations.plan import BreathEvent, SectionEvent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meditations.care.reading import Reading
    from meditations.errors import Where

LONGEST_HOLD_MS = 7_000
LONGEST_CYCLE_MS = 20_000
LEAST_MENTIONS = 2


def _eyes(reading: Reading) -> Iterator[Found]:
    words = reading.words.of("C01")
    for passage in reading.once:
        if words.has(words.covered(reading.around_passage(passage)), "open"):
            continue
        yield from found_in(reading, passage, "C01", "closed eyes without a choice of open ones")


def _breath_alone(reading: Reading) -> Iterator[Found]:
    words = reading.words.of("C07")
    breath = words.expression("found")
    steps = _breathing_steps(reading)
    for number, section in enumerate(reading.sections):
        text = " ".join(words.covered(passage.text) for passage in section)
        mentions = [
            p for p in section for _ in (breath.finditer(words.covered(p.text)) if breath else ())
        ]
        count = len(mentions) + len(steps.get(number, ()))
        if count < LEAST_MENTIONS or words.has(text, "anchors"):
            continue
        title = reading.script.sections[number].title
        first = mentions[0] if mentions else None
        yield Found(
            f"the section '{title}' speaks of the breath {count} times and of nothing else to"
            " hold on to",
            first.where if first else steps[number][0],
            first.text if first else "",
        )


def _breathing_steps(reading: Reading) -> dict[int, list[Where]]:
    """The steps of breathing in each section."""
    steps: dict[int, list[Where]] = {}
    section = -1
    for event in reading.plan.events:
        if isinstance(event, SectionEvent):
            section += 1
        elif isinstance(event, BreathEvent):
            places = steps.setdefault(section, [])
            if event.where not in places:
                places.append(event.where)
    return steps


def _holding(reading: Reading) -> Iterator[Found]:
    words = reading.words.of("C08")
    for passage in reading.once:
        optional = words.has(reading.around_passage(passage), "optional")
        if not optional:
            what = "holding the breath, and not a word that it is optional"
        elif words.has(passage.text, "long"):
            what = "a long hold; 7 s are the most"
        else:
            continue
        yield from found_in(reading, passage, "C08", what)
    yield from _long_breaths(reading)


def _long_breaths(reading: Reading) -> Iterator[Found]:
    words = reading.words.of("C08")
    for number, breaths in _breaths(reading).items():
        optional = words.has(" ".join(p.text for p in reading.sections[number]), "optional")
        for where, phases in breaths.items():
            held = max(phases.get("hold", 0), phases.get("rest", 0))
            cycle = sum(phases.values())
            if held > LONGEST_HOLD_MS:
                yield Found(f"a hold of {held / 1000:g} s; 7 s are the most", where)
            elif phases.get("hold") and not optional:
                yield Found("a held breath, and not a word that it is optional", where)
            if cycle > LONGEST_CYCLE_MS:
                yield Found(f"a breath of {cycle / 1000:g} s; 20 s are the most", where)


def _breaths(reading: Reading) -> dict[int, dict[Where, dict[str, int]]]:
    """The phases of one round of each breathing step, by section and place."""
    found: dict[int, dict[Where, dict[str, int]]] = {}
    section = 0
    for event in reading.plan.events:
        if isinstance(event, SectionEvent):
            section += 1
        elif isinstance(event, BreathEvent):
            phases = found.setdefault(section - 1, {}).setdefault(event.where, {})
            phases[event.phase] = event.ms
    return found


def _areas(reading: Reading) -> Iterator[Found]:
    words = reading.words.of("C09")
    for passage in reading.once:
        yield from found_in(reading, passage, "C09", "a part of the body that may be guarded")
        with_choice = words.has(reading.around_passage(passage), "choice")
        if with_choice:
            continue
        for match in words.find(passage.text, "lesser"):
            told = passage.text[match.start() : match.end()]
            yield Found(
                "a part of the body that may be guarded, without a choice",
                reading.place_of(passage, told), told, severity="warning",
            )  # fmt: skip


EYES = Rule(
    "C01",
    "Closed eyes without a choice",
    why="With closed eyes one cannot see who comes in. For many who were hurt, open eyes are what"
    " makes listening possible at all.",
    better="offer open eyes in the same breath: “eyes open, lowered, or closed, as you prefer”",
    source="D. Treleaven, Trauma-Sensitive Mindfulness, 2018; orienting (Applied Mindfulness)",
    before="Close your eyes.",
    after="You can leave your eyes open, lower your gaze, or close them.",
    find=_eyes,
)

BREATH_ALONE = Rule(
    "C07",
    "Breath as the only anchor",
    why="Attention to the breath can bring on panic where breath was once taken away. Another"
    " anchor has to be there to turn to.",
    better="name another anchor in the same section: a sound, the hands, the feet, something seen",
    source="D. Treleaven, Trauma-Sensitive Mindfulness, 2018",
    before="Follow your breath. Breathe in, and breathe out.",
    after="You could follow your breath for a while, or the sounds around you, or your hands.",
    find=_breath_alone,
    only_in=TRAUMA,
)

HOLDING = Rule(
    "C08",
    "Held and long breaths",
    why="A held breath is part of freezing. Long holds and slow cycles make dizzy or afraid.",
    better="leave the hold out, or say that it is optional; holds up to 7 s, cycles up to 20 s",
    source="D. Treleaven, Trauma-Sensitive Mindfulness, 2018; limits: the library's own",
    before="Hold your breath for eight counts.",
    after="There may be a small pause after the breath in. It is optional.",
    find=_holding,
    error_in=TRAUMA,
)

AREAS = Rule(
    "C09",
    "Parts of the body that may be guarded",
    why="To turn to these parts, unasked, can bring back what was done to them.",
    better="stay with hands, feet, face or shoulders; or let the listener choose the place",
    source="D. Treleaven, Trauma-Sensitive Mindfulness, 2018; trauma-sensitive yoga (TCTSY)",
    before="Bring your awareness into your pelvis.",
    after="You could visit your hands, your feet, or a place of your own choice.",
    find=_areas,
)
