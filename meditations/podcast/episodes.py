"""Episodes: what the feed and the page tell of each track, read from its record alone."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from meditations.errors import MeditationError
from meditations.podcast.hosting import page_of, type_of
from meditations.project import original_of, public_name
from meditations.store import file_digest
from meditations.track.record import read_record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

SHORT: Final = 12
"""Characters of a digest that go into the name of a file."""
PLAIN: Final = (
    "slug", "title", "summary", "language", "author", "length_ms", "notes", "content_note",
)  # fmt: skip
LISTS: Final = ("kind", "topics", "instead")
"""What an episode takes from its record as it stands there."""
FILES: Final = {
    "media": (".mp3", "media"),
    "vtt": (".vtt", "media"),
    "srt": (".srt", "media"),
    "text": (".txt", "media"),
    "chapter_file": (".chapters.json", "media"),
    "image": (".png", "images"),
}
"""The suffix of each file of an episode, and its folder below that of the podcast."""


@dataclass(frozen=True, slots=True)
class Resource:
    """Somebody who can help; `checked` is a day, or `never`."""

    name: str
    region: str
    contact: str
    about: str
    checked: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter, in milliseconds from the start."""

    title: str
    role: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Cue:
    """What is said, in milliseconds from the start; `chapter` counts from 0.

    `words` are start and end of each of its words, in turns; empty where they are not known.
    `speaker` is who says it, where the script gives a name.
    """

    text: str
    start_ms: int
    end_ms: int
    chapter: int
    words: Sequence[int] = ()
    speaker: str = ""


T = TypeVar("T", Resource, Chapter, Cue)


@dataclass(frozen=True, slots=True)
class Media:
    """A file to be uploaded.

    Attributes:
        source: Where it lies now.
        path: Where it goes, below the folder of the podcast; its name holds its digest.
        type: Its MIME type.
        bytes: Its size.
    """

    source: Path
    path: str
    type: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Episode:
    """A published track.

    Attributes:
        slug: The name of the track, and of its page.
        guid: For good.
        published: When it appears.
        kind: Of the script.
        instead: Names of tracks to choose in place of it.
        notes: As its maker wrote them, in Markdown.
        reviewed: Who has read it for care and when, or None.
        without_care: Whether it was built whatever the care review found.
        media: The MP3.
        vtt: Captions.
        srt: Captions.
        text: The transcript.
        chapter_file: The chapters as JSON.
        image: The cover.
        record: All else.
        soundbite: Start and length in milliseconds of a part that apps may play on its own.
    """

    slug: str
    guid: str
    title: str
    summary: str
    language: str
    author: str
    kind: tuple[str, ...]
    topics: tuple[str, ...]
    published: datetime
    length_ms: int
    notes: str
    content_note: str
    instead: tuple[str, ...]
    resources: tuple[Resource, ...]
    reviewed: str | None
    without_care: bool
    chapters: tuple[Chapter, ...]
    cues: tuple[Cue, ...]
    media: Media
    vtt: Media
    srt: Media
    text: Media
    chapter_file: Media
    image: Media
    record: Mapping[str, Any]
    soundbite: tuple[int, int] | None = None

    @property
    def original(self) -> str:
        """The name of the track of which this is a translation; its own where it is none."""
        return original_of(self.slug)

    @property
    def page(self) -> str:
        """Where its page lies in the folder of the podcast."""
        return page_of(self.slug)

    @property
    def synthetic(self) -> str:
        """Whether its voices are made by a machine: `all`, `some` or `none` of them."""
        if not self.record.get("synthetic_voice", True):
            return "none"
        voices = self.record.get("voices", ())
        return "all" if all(voice.get("synthetic", True) for voice in voices) else "some"


def read_episode(mp3: Path, guid: str) -> Episode:
    """The episode that a finished track makes.

    Args:
        mp3: The track; its record and sidecars lie beside it.
        guid: For good.

    Raises:
        MeditationError: If the record is missing, of another version or of another track.
        ValueError: If the track has no date.
    """
    told = read_record(mp3.with_suffix(".json"))
    if told["slug"] != mp3.stem:  # paths are made of it: `../` would lead out of the folder
        raise MeditationError(
            f"the record beside {mp3.name} is that of another track",
            mend="build the track again", file=mp3.with_suffix(".json"),
        )  # fmt: skip
    if not told["published"]:
        raise ValueError(f"{told['slug']} has no date of publication")
    review, bite = told["review"], told.get("soundbite")
    plain: dict[str, Any] = {name: told[name] for name in PLAIN}
    lists: dict[str, Any] = {name: tuple(told[name]) for name in LISTS}
    files: dict[str, Any] = {name: _media(mp3, told, *file) for name, file in FILES.items()}
    return Episode(
        **plain, **lists, **files,
        guid=guid,
        published=datetime.fromisoformat(told["published"]).astimezone(UTC),
        resources=_each(Resource, told["resources"]),
        reviewed=None if review == "none" else f"{review['by']}, {review['on'][:10]}",
        without_care=told["care"]["without_care"],
        chapters=_each(Chapter, told["chapters"]),
        cues=_each(Cue, told["cues"]),
        record=told,
        soundbite=(bite["start_ms"], bite["length_ms"]) if bite else None,
    )  # fmt: skip


def _each(kind: type[T], told: Iterable[Mapping[str, Any]]) -> tuple[T, ...]:
    """The parts of a record that an episode keeps, each with the fields of its kind."""
    names = [field.name for field in fields(kind)]
    return tuple(kind(**{name: each[name] for name in names}) for each in told)


def _media(mp3: Path, told: Mapping[str, Any], suffix: str, folder: str) -> Media:
    source = mp3.with_name(mp3.stem + suffix)
    digest = told["mp3"]["sha256"] if suffix == ".mp3" else file_digest(source)
    path = f"{folder}/{public_name(mp3.stem)}-{digest[:SHORT]}{suffix}"
    return Media(source, path, type_of(path).partition(";")[0], source.stat().st_size)
