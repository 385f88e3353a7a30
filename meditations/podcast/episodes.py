"""Episodes: what the feed and the page tell of each track, read from its record alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from meditations.errors import MeditationError
from meditations.store import file_digest
from meditations.track.record import read_record

if TYPE_CHECKING:
    from collections.abc import Mapping

SHORT: Final = 12
"""Characters of a digest that go into the name of a file."""


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
    """What is said, in milliseconds from the start; `chapter` counts from 0."""

    text: str
    start_ms: int
    end_ms: int
    chapter: int


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
    slug = mp3.stem
    if told["slug"] != slug:  # names of files are made of it: `../` would lead out of the folder
        raise MeditationError(
            f"the record beside {mp3.name} is that of another track",
            mend="build the track again", file=mp3.with_suffix(".json"),
        )  # fmt: skip
    if not told["published"]:
        raise ValueError(f"{slug} has no date of publication")
    review = told["review"]

    def media(suffix: str, folder: str, kind: str) -> Media:
        source = mp3.with_suffix("").with_name(slug + suffix)
        digest = told["mp3"]["sha256"] if suffix == ".mp3" else file_digest(source)
        name = f"{folder}/{slug}-{digest[:SHORT]}{suffix}"
        return Media(source, name, kind, source.stat().st_size)

    return Episode(
        slug=slug,
        guid=guid,
        title=told["title"],
        summary=told["summary"],
        language=told["language"],
        author=told["author"],
        kind=tuple(told["kind"]),
        topics=tuple(told["topics"]),
        published=datetime.fromisoformat(told["published"]).astimezone(UTC),
        length_ms=told["length_ms"],
        notes=told["notes"],
        content_note=told["content_note"],
        instead=tuple(told["instead"]),
        resources=tuple(
            Resource(r["name"], r["region"], r["contact"], r["about"], r["checked"])
            for r in told["resources"]
        ),
        reviewed=None if review == "none" else f"{review['by']}, {review['on'][:10]}",
        without_care=told["care"]["without_care"],
        chapters=tuple(
            Chapter(c["title"], c["role"], c["start_ms"], c["end_ms"]) for c in told["chapters"]
        ),
        cues=tuple(Cue(c["text"], c["start_ms"], c["end_ms"], c["chapter"]) for c in told["cues"]),
        media=media(".mp3", "media", "audio/mpeg"),
        vtt=media(".vtt", "media", "text/vtt"),
        srt=media(".srt", "media", "application/x-subrip"),
        text=media(".txt", "media", "text/plain"),
        chapter_file=media(".chapters.json", "media", "application/json+chapters"),
        image=media(".png", "images", "image/png"),
        record=told,
        soundbite=_soundbite(told),
    )


def _soundbite(told: Mapping[str, Any]) -> tuple[int, int] | None:
    bite = told.get("soundbite")
    return (bite["start_ms"], bite["length_ms"]) if bite else None
