"""The script as a maker writes it, validated: every setting with its range and its default."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PlainValidator,
    Tag,
    model_validator,
)
from pydantic_core import PydanticCustomError

from meditations.errors import MeditationError, Where, nearest
from meditations.quantities import parse_duration, parse_level
from meditations.script.marks import MarkedPause, Phrase, parse_marks

KINDS: Final = ("trauma", "partner", "sleep", "general")
ROLES: Final = ("welcome", "practice", "return", "sleep")
RATE_WORDS: Final = {"slowest": 0.75, "slower": 0.87, "faster": 1.12}
"""How much a word changes the rate of the script's voice."""


@dataclass(frozen=True, slots=True)
class Duration:
    """A time as written: fixed milliseconds, or breaths, whose length the script sets."""

    ms: int = 0
    breaths: float = 0.0

    def in_ms(self, breath_ms: int) -> int:
        """Whole milliseconds, where a breath takes `breath_ms`."""
        return self.ms + round(self.breaths * breath_ms)


def _told(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Lets pydantic collect a `MeditationError` beside the other faults of the script."""

    def reading(value: Any) -> Any:
        try:
            return read(value)
        except MeditationError as error:
            raise PydanticCustomError(
                "meditation", "{what}", {"what": error.what, "mend": error.mend, "error": error}
            ) from None

    return reading


def _read_duration(value: Any) -> Duration:
    if isinstance(value, Duration):
        return value
    _want_text(value, "a duration")
    breaths = re.fullmatch(r"(\d+(?:\.\d+)?)\s*breaths?", value.strip(), re.IGNORECASE)
    if breaths and float(breaths[1]) <= 1000:
        return Duration(breaths=float(breaths[1]))
    return Duration(ms=parse_duration(value))


def _read_level(value: Any) -> float:
    if isinstance(value, float):
        return value
    _want_text(value, "a level")
    return parse_level(value)


def _read_boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return bool(value == "true")
    raise MeditationError(f"'{value}' is neither true nor false", mend="write true or false")


def _read_published(value: Any) -> datetime:
    """A day is published at 06:00 UTC; a time says its offset, for no clock is guessed."""
    if isinstance(value, datetime):
        return value
    _want_text(value, "a date")
    mend = "write a day as 2026-11-22, or a time with its offset as 2026-11-22T18:00+01:00"
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            return datetime.combine(date.fromisoformat(value), time(6), UTC)
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise MeditationError(f"'{value}' is no date", mend=mend) from None
    if moment.tzinfo is None:
        raise MeditationError(f"'{value}' does not say its offset from UTC", mend=mend)
    return moment


def _read_text(value: Any) -> str:
    _want_text(value, "text")
    text = str(value).strip()
    if not text:
        raise MeditationError("this is empty", mend="write some words, or leave the key out")
    return text


def _read_rate(value: Any) -> float | int:
    """A number is words a minute; a word is a factor on the script's own rate."""
    if isinstance(value, int | float):
        return value
    _want_text(value, "a rate")
    if value in RATE_WORDS:
        return RATE_WORDS[value]
    if not value.isdigit():
        raise MeditationError(
            f"'{value}' is no rate", mend="write words a minute, as in 110, or slower, or faster"
        )
    if not 60 <= int(value) <= 300:
        raise MeditationError(
            f"a rate of {value} words a minute is out of range", mend="choose from 60 to 300"
        )
    return int(value)


def _want_text(value: Any, kind: str) -> None:
    if not isinstance(value, str):
        what = "nothing" if value is None else "a list" if isinstance(value, list) else "settings"
        raise MeditationError(f"{kind} is needed here, not {what}")


def _choice(*names: str) -> PlainValidator:
    def read(value: Any) -> str:
        _want_text(value, "one word")
        if value not in names:
            raise MeditationError(f"'{value}' is not known", mend=nearest(value, names))
        return str(value)

    return PlainValidator(_told(read))


Text = Annotated[str, PlainValidator(_told(_read_text))]
Time = Annotated[Duration, PlainValidator(_told(_read_duration))]
Level = Annotated[float, BeforeValidator(_told(_read_level))]
Boolean = Annotated[bool, PlainValidator(_told(_read_boolean))]
Published = Annotated[datetime, PlainValidator(_told(_read_published))]
Rate = Annotated[float | int, PlainValidator(_told(_read_rate))]


class _Settings(BaseModel):
    """Frozen; a key that is not known is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    short_for: ClassVar[str] = ""
    """The key that a single value stands for, where the long form is not written out."""


class Voice(_Settings):
    """Who speaks: a named voice, or an engine with its own voice; rate and pitch on top."""

    short_for = "name"
    name: Text | None = None
    engine: Text | None = None
    voice: Text | None = None
    rate: Rate | None = None
    pitch: Annotated[int, Field(ge=0, le=99)] | None = None


class Background(_Settings):
    """What sounds under the voice; `none` ends it.

    Levels are decibels against the voice while it speaks; `lift` is added in longer pauses.
    """

    short_for = "sound"
    sound: Text = "brown"
    level: Annotated[Level, Field(ge=-60, le=-20)] = -22.0
    lift: Annotated[Level, Field(ge=0, le=10)] = 6.0
    fade_in: Time = Duration(ms=12_000)
    fade_out: Time = Duration(ms=8_000)


class BackgroundChange(_Settings):
    """A change of background along the script; what is not given stays as it was."""

    short_for = "sound"
    sound: Text | None = None
    level: Annotated[Level, Field(ge=-60, le=-20)] | None = None
    lift: Annotated[Level, Field(ge=0, le=10)] | None = None
    fade: Time = Duration(ms=8_000)


class Pace(_Settings):
    """The silences that nobody has to write: see CARE's pace table in docs/writing.md."""

    breath: Time = Duration(ms=8_000)
    sentence: Time = Duration(ms=800)
    line: Time = Duration(ms=2_000)
    section: Time = Duration(ms=8_000)
    lead_in: Time = Duration(ms=3_000)
    tail: Time | None = None

    @model_validator(mode="after")
    def _breath_is_a_time(self) -> Pace:
        if self.breath.breaths or not 1_000 <= self.breath.ms <= 30_000:
            raise PydanticCustomError(
                "meditation",
                "{what}",
                {"what": "a breath takes between 1s and 30s", "mend": "write breath: 8s"},
            )
        return self


class Say(_Settings):
    """One line of speech, with its inline marks read."""

    short_for = "text"
    text: Text
    rate: Rate | None = None
    voice: Text | None = None
    where: Annotated[Where, Field(alias="@where")] = Where()
    parts: tuple[Phrase | MarkedPause, ...] = ()

    @model_validator(mode="after")
    def _read_marks(self) -> Say:
        parts = _told(parse_marks)(self.text)
        object.__setattr__(self, "parts", parts)
        return self


class Pause(_Settings):
    """Silence; a fixed one never stretches with the length of the track."""

    short_for = "time"
    time: Time
    fixed: Boolean = False


class Breathe(_Settings):
    """Breathing on a grid that never stretches: in, hold, out, rest, so many times."""

    in_: Annotated[Time, Field(alias="in")]
    hold: Time = Duration()
    out: Time
    rest: Time = Duration()
    times: Annotated[int, Field(ge=1, le=200)] = 1


class Repeat(_Settings):
    """Steps that come several times."""

    times: Annotated[int, Field(ge=1, le=100)]
    script: Annotated[tuple[Step, ...], Field(min_length=1)]


class _Step(_Settings):
    where: Annotated[Where, Field(alias="@where")] = Where()


class SayStep(_Step):
    """Speech."""

    say: Say


class PauseStep(_Step):
    """Silence."""

    pause: Pause


class BreatheStep(_Step):
    """Breathing."""

    breathe: Breathe


class BackgroundStep(_Step):
    """Another background, or none, from here on."""

    background: BackgroundChange


class RepeatStep(_Step):
    """Steps again and again."""

    repeat: Repeat


STEPS: Final[dict[str, type[_Step]]] = {
    "say": SayStep,
    "pause": PauseStep,
    "breathe": BreatheStep,
    "background": BackgroundStep,
    "repeat": RepeatStep,
}


def _step_name(value: Any) -> str:
    if isinstance(value, dict):
        return next((key for key in value if not key.startswith("@")), "")
    return next(name for name, kind in STEPS.items() if isinstance(value, kind))


Step = Annotated[
    Annotated[SayStep, Tag("say")]
    | Annotated[PauseStep, Tag("pause")]
    | Annotated[BreatheStep, Tag("breathe")]
    | Annotated[BackgroundStep, Tag("background")]
    | Annotated[RepeatStep, Tag("repeat")],
    Discriminator(_step_name),
]


class Section(_Settings):
    """A part of the meditation; it becomes a chapter."""

    title: Text
    role: Annotated[Literal["welcome", "practice", "return", "sleep"], _choice(*ROLES)] = "practice"
    voice: Voice | None = None
    script: Annotated[tuple[Step, ...], Field(min_length=1)]
    where: Annotated[Where, Field(alias="@where")] = Where()


class Reviewed(_Settings):
    """Who has read the script for care, and when."""

    by: Text
    on: Published


class Care(_Settings):
    """Answers to the care review: rule and reason."""

    allow: dict[str, Text] = {}


Kind = Annotated[Literal["trauma", "partner", "sleep", "general"], _choice(*KINDS)]


class Script(_Settings):
    """One meditation, as its maker wrote it.

    Attributes:
        file: Where it was read from, as messages name it.
        source: The file itself.
        slug: The name of its track: lower case letters, digits and dashes.
    """

    file: Annotated[Where, Field(alias="@where")]
    source: Annotated[Path, Field(alias="@source")]
    slug: Annotated[str, Field(alias="@slug")]
    title: Text
    summary: Text = ""
    kind: Annotated[tuple[Kind, ...], Field(min_length=1)] = ("general",)
    topics: tuple[Text, ...] = ()
    language: Annotated[Text, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] = "en"
    author: Text = "Guided Meditations"
    album: Text = "Guided Meditations"
    published: Published | None = None
    length: Time | None = None
    voice: Voice = Voice(name="gentle")
    background: Background | None = Background()
    pace: Pace = Pace()
    cover: Text | None = None
    palette: Text | None = None
    notes: Text = ""
    review: Annotated[Literal["none"], _choice("none")] | None = None
    reviewed: Reviewed | None = None
    care: Care = Care()
    sections: Annotated[tuple[Section, ...], Field(min_length=1)]
