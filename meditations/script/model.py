"""The script as a maker writes it, validated: every setting with its range and its default."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    model_validator,
)

from meditations.errors import Where
from meditations.script.marks import MarkedPause, Phrase, parse_marks
from meditations.script.pronunciation import Words
from meditations.script.settings import Settings
from meditations.script.values import (
    BellLevel,
    Boolean,
    Breath,
    Excerpt,
    Level,
    Lift,
    Moment,
    Pan,
    Phase,
    Published,
    Rate,
    Rest,
    Text,
    Time,
    Title,
    ToneLevel,
    Volume,
    choice,
    told,
    whole,
)
from meditations.script.values import Duration as Duration  # noqa: PLC0414 - also known from here

KINDS: Final = ("trauma", "partner", "sleep", "general")
ROLES: Final = ("welcome", "practice", "return", "sleep")

Pitch = Annotated[int, whole(0, 99)]


class Voice(Settings):
    """Who speaks: a named voice, or an engine with its own voice; the manner on top.

    `volume` is decibels against all other speech; `chain` what the voice goes through; `with`
    holds the engine's own settings.
    """

    short_for = "name"
    name: Text | None = None
    engine: Text | None = None
    voice: Text | None = None
    rate: Rate | None = None
    pitch: Pitch | None = None
    volume: Volume | None = None
    chain: Text | None = None
    with_: Annotated[dict[str, Text], Field(alias="with")] = {}


class CastVoice(Voice):
    """A voice that a script gives a name of its own; `as` is what listeners are shown."""

    as_: Annotated[Title | None, Field(alias="as")] = None


class _Layer(Settings):
    """A sound under the voice.

    Levels are decibels against the voice while it speaks; `lift` is added in longer pauses.
    `with` holds the sound's own parameters. A sound file carries its credit and its licence.
    """

    short_for = "sound"
    level: Level | None = None
    lift: Lift | None = None
    pan: Pan | None = None
    with_: Annotated[dict[str, Text], Field(alias="with")] = {}
    credit: Text = ""
    license: Text = ""


class Background(_Layer):
    """What sounds under the voice from the beginning, or one layer of it."""

    sound: Text = "brown"
    fade_in: Time = Duration(ms=12_000)
    fade_out: Time = Duration(ms=8_000)


class BackgroundChange(_Layer):
    """A change of background along the script, or one layer of it.

    What is not given stays as it was.
    """

    sound: Text | None = None
    fade: Time = Duration(ms=8_000)


def _as_layers(value: Any) -> Any:
    """One background as the only layer; none at all as no layer."""
    if value is None:
        return ()
    return value if isinstance(value, list | tuple) else (value,)


MOST_LAYERS: Final = 8
Layers = Annotated[
    tuple[Background, ...], BeforeValidator(_as_layers), Field(max_length=MOST_LAYERS)
]
ChangedLayers = Annotated[
    tuple[BackgroundChange, ...], BeforeValidator(_as_layers), Field(max_length=MOST_LAYERS)
]


class Bell(Settings):
    """A bell: how many times, how far apart, how loud against the voice."""

    short_for = "sound"
    sound: Text = "bowl"
    times: Annotated[int, whole(1, 108)] = 1
    every: Time | None = None
    level: BellLevel = -8.0
    pitch: Text | None = None
    onset: Time | None = None
    credit: Text = ""
    license: Text = ""


class Bells(Settings):
    """The bells at the beginning and at the end of a track."""

    start: Bell | None = None
    end: Bell | None = None


class Pace(Settings):
    """The silences that nobody has to write: see docs/script.md."""

    breath: Breath = Duration(ms=8_000)
    sentence: Time = Duration(ms=800)
    line: Time = Duration(ms=2_000)
    section: Time = Duration(ms=8_000)
    lead_in: Time = Duration(ms=3_000)
    tail: Time | None = None


class Say(Settings):
    """One line of speech, with its inline marks read."""

    short_for = "text"
    text: Text
    rate: Rate | None = None
    pitch: Pitch | None = None
    volume: Volume | None = None
    voice: Voice | None = None
    chain: Text | None = None
    where: Annotated[Where, Field(alias="@where")] = Where()
    parts: tuple[Phrase | MarkedPause, ...] = ()

    @model_validator(mode="after")
    def _read_marks(self) -> Say:
        parts = told(parse_marks)(self.text)
        object.__setattr__(self, "parts", parts)
        return self


class Pause(Settings):
    """Silence; a fixed one never stretches with the length of the track."""

    short_for = "time"
    time: Time
    fixed: Boolean = False


class BreathWords(Settings):
    """What is said as each part of a breath begins; what is left out is not said."""

    in_: Annotated[Text | None, Field(alias="in")] = None
    hold: Text | None = None
    out: Text | None = None
    rest: Text | None = None


class Breathe(Settings):
    """Breathing on a grid that never stretches: in, hold, out, rest, so many times.

    Words guide the first rounds, a tone that rises and sinks guides all of them; with `fade` the
    tone comes up while words are still there.
    """

    in_: Annotated[Phase, Field(alias="in")]
    hold: Rest = Duration()
    out: Phase
    rest: Rest = Duration()
    times: Annotated[int, whole(1, 200)] = 1
    words: Annotated[int, whole(0, 200)] | None = None
    say: BreathWords | None = None
    tone: ToneLevel = -12.0
    fade: Boolean = True


class Repeat(Settings):
    """Steps that come several times."""

    times: Annotated[int, whole(1, 100)]
    script: Annotated[tuple[Step, ...], Field(min_length=1)]


class _Step(Settings):
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

    background: ChangedLayers


class BellStep(_Step):
    """A bell."""

    bell: Bell


class RepeatStep(_Step):
    """Steps again and again."""

    repeat: Repeat


STEPS: Final[dict[str, type[_Step]]] = {
    "say": SayStep,
    "pause": PauseStep,
    "breathe": BreatheStep,
    "background": BackgroundStep,
    "bell": BellStep,
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
    | Annotated[BellStep, Tag("bell")]
    | Annotated[RepeatStep, Tag("repeat")],
    Discriminator(_step_name),
]


class Section(Settings):
    """A part of the meditation; it becomes a chapter."""

    title: Title
    role: Annotated[Literal["welcome", "practice", "return", "sleep"], choice(*ROLES)] = "practice"
    voice: Voice | None = None
    script: Annotated[tuple[Step, ...], Field(min_length=1)]
    where: Annotated[Where, Field(alias="@where")] = Where()


class Reviewed(Settings):
    """Who has read the script for care, and when."""

    by: Text
    on: Published


class Care(Settings):
    """Answers to the care review: rule and reason."""

    allow: dict[str, Text] = {}


class Soundbite(Settings):
    """A part that apps may play on its own: where it begins, and how long it lasts."""

    from_: Annotated[Moment, Field(alias="from")]
    for_: Annotated[Excerpt, Field(alias="for")]


Kind = Annotated[Literal["trauma", "partner", "sleep", "general"], choice(*KINDS)]


class Script(Settings):
    """One meditation, as its maker wrote it.

    Attributes:
        file: Where it was read from, as messages name it.
        source: The file itself.
        slug: The name of its track: lower case letters, digits and dashes.
        places: Where the value of each setting stands.
        content_note: What listeners should know before they press play.
        instead: Slugs of tracks to choose in place of this one.
        voices: Voices that speak in it, by the names that it gives them.
        pronunciation: How words of it are said.
        resources: Which help lines and organisations of `resources.yaml` belong to it, by what
            they are for.
    """

    file: Annotated[Where, Field(alias="@where")]
    source: Annotated[Path, Field(alias="@source")]
    slug: Annotated[str, Field(alias="@slug")]
    places: Annotated[dict[str, Where], Field(alias="@places")] = {}
    title: Title
    summary: Text = ""
    kind: Annotated[tuple[Kind, ...], Field(min_length=1)] = ("general",)
    topics: tuple[Text, ...] = ()
    language: Annotated[Text, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] = "en"
    author: Title | None = None
    album: Title | None = None
    published: Published | None = None
    length: Time | None = None
    voice: Voice = Voice(name="gentle")
    voices: dict[str, CastVoice] = {}
    background: Layers = (Background(),)
    bells: Bells = Bells()
    pace: Pace = Pace()
    cover: Text | None = None
    palette: Text | None = None
    notes: Text = ""
    content_note: Text = ""
    instead: tuple[Text, ...] = ()
    resources: tuple[Text, ...] = ()
    review: Annotated[Literal["none"], choice("none")] | None = None
    reviewed: Reviewed | None = None
    care: Care = Care()
    soundbite: Soundbite | None = None
    pronunciation: Words = {}
    sections: Annotated[tuple[Section, ...], Field(min_length=1)]

    def place(self, setting: str) -> Where:
        """Where the value of a setting stands; the script itself where it is left out."""
        return self.places.get(setting, self.file)
