"""The channel: `podcast.yaml`, validated like a script."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import Field, model_validator
from pydantic.functional_validators import AfterValidator, PlainValidator

from meditations.errors import MeditationError, Where
from meditations.languages import TAG, base
from meditations.script.reader import read_settings
from meditations.script.settings import Settings
from meditations.script.values import Boolean, Language, Text, Title, choice, given, told

if TYPE_CHECKING:
    from meditations.project import Project

OWN: Final = ""
"""The edition in the channel's own language; the others go by their tags under `translations:`."""
TYPES: Final = ("episodic", "serial")
MEDIUMS: Final = ("podcast", "music", "audiobook", "course", "newsletter", "blog")
"""Of the podcast namespace, those that a feed of recordings can be."""
LONGEST_DESCRIPTION: Final = 4_000
"""Bytes; Apple's limit for a channel and for an episode."""
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@([A-Za-z0-9-]+\.)+[A-Za-z0-9-]+", re.ASCII)
_ADDRESS = re.compile(
    r"https?://[A-Za-z0-9.-]+(:\d+)?(/([A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?"
)
"""The characters of RFC 3986; others break a feed or a tool that reads it."""


def _read_site(value: Any) -> str:
    """An address with a scheme and a host, of ASCII alone, that ends with a slash."""
    text = str(value).strip()
    if not _ADDRESS.fullmatch(text) or "?" in text:
        raise MeditationError(
            f"{given(value)} is no address of a site",
            mend="write the address of the folder that will hold the feed, in ASCII:"
            " site: https://example.org/meditations/",
        )
    return text.rstrip("/") + "/"


def _read_address(value: Any) -> str:
    text = str(value).strip()
    if not _ADDRESS.fullmatch(text):
        raise MeditationError(
            f"{given(value)} is no address of a page",
            mend="write it as a browser shows it, in ASCII: https://example.org/about",
        )
    return text


def _read_guid(value: Any) -> str:
    text = str(value).strip().lower()
    if not _GUID.fullmatch(text):
        raise MeditationError(
            f"{given(value)} is no guid", mend="leave it as it was written by `meditations build`"
        )
    return text


def _read_email(value: Any) -> str:
    text = str(value).strip()
    if not _EMAIL.fullmatch(text):
        raise MeditationError(f"{given(value)} is no e-mail address", mend="write name@example.org")
    return text


def _read_description(value: Any) -> str:
    text = str(value).strip()
    size = len(text.encode("utf-8"))
    if size > LONGEST_DESCRIPTION:
        raise MeditationError(
            f"this has {size:,} bytes; {LONGEST_DESCRIPTION:,} are the most in a feed",
            mend="write less: directories cut it off",
        )
    return text


def _at_most(most: int) -> AfterValidator:
    def check(text: str) -> str:
        if len(text) > most:
            raise MeditationError(
                f"this has {len(text)} characters; {most} are the most that apps show",
                mend="write fewer words",
            )
        return text

    return AfterValidator(told(check))


Line = Annotated[Title, _at_most(255)]
"""A name in a feed, after PSP-1 of the Podcast Standards Project."""
ShortLine = Annotated[Title, _at_most(128)]
"""A name in a tag of the podcast namespace."""


Site = Annotated[str, PlainValidator(told(_read_site))]
Address = Annotated[str, PlainValidator(told(_read_address))]
Guid = Annotated[str, PlainValidator(told(_read_guid))]
Email = Annotated[str, PlainValidator(told(_read_email))]
Description = Annotated[str, PlainValidator(told(_read_description))]


class Owner(Settings):
    """Whom directories write to."""

    name: Line
    email: Email


class Person(Settings):
    """Somebody who takes part; `role` and `group` are those of the podcast taxonomy."""

    short_for = "name"
    name: ShortLine
    role: ShortLine = "host"
    group: ShortLine = "cast"
    href: Address | None = None


class EpisodeEntry(Settings):
    """What is kept of an episode for good.

    Attributes:
        guid: Never changes, whatever becomes of the track.
        retired: Whether it left the feed on purpose.
    """

    guid: Guid
    retired: Boolean = False


class Translation(Settings):
    """What the podcast is called in another language, which then has a feed and a page."""

    title: Line
    description: Description


def _refuse_own_language(channel: Channel) -> None:
    for tag in channel.translations:
        if tag.lower() == channel.language.lower():
            raise MeditationError(
                f"translations: names '{tag}', which is the podcast's own language",
                mend="its title and description stand at the top of the file: leave it out there",
            )


class Channel(Settings):
    """The podcast as a whole.

    Attributes:
        site: Where the folder `build/podcast/` will be found, with a slash at its end; None where
            nobody has said so yet.
        guid: The podcast's own, worked out once and then kept; None before.
        translations: What it is called in other languages, by their tags.
        guids: Those of the podcast in these languages, each of which directories take for one.
        episodes: What is kept of each episode, by the name of its track.
    """

    title: Line
    description: Description
    site: Site | None = None
    language: Annotated[Text, Field(pattern=TAG)] = "en"
    author: Line
    owner: Owner | None = None
    category: Annotated[tuple[Title, ...], Field(min_length=1, max_length=2)] = (
        "Health & Fitness", "Mental Health",
    )  # fmt: skip
    explicit: Boolean = False
    type: Annotated[Literal["episodic", "serial"], choice(*TYPES)] = "episodic"
    copyright: Line | None = None
    license: ShortLine | None = None
    cover: Text | None = None
    palette: Text | None = None
    locked: Boolean = True
    medium: Annotated[
        Literal["podcast", "music", "audiobook", "course", "newsletter", "blog"], choice(*MEDIUMS)
    ] = "podcast"
    people: tuple[Person, ...] = ()
    translations: dict[Language, Translation] = {}
    guid: Guid | None = None
    guids: dict[Language, Guid] = {}
    episodes: Annotated[dict[str, EpisodeEntry], Field(default_factory=dict)]
    where: Annotated[Where, Field(alias="@where")] = Where()

    @model_validator(mode="after")
    def _translated_elsewhere(self) -> Channel:
        told(_refuse_own_language)(self)
        return self

    def edition(self, language: str) -> str | None:
        """Which edition a track in some language belongs to, by its tag; OWN for the channel's own.

        The edition in the very same language, or in the same one of another country; None where
        there is neither.
        """
        named = {OWN: self.language, **{tag: tag for tag in self.translations}}
        for alike in (str.lower, base):
            for edition, tag in named.items():
                if alike(tag) == alike(language):
                    return edition
        return None

    def title_in(self, language: str) -> str:
        """What the podcast is called in a language; its own title where nobody has said."""
        told = self.translations.get(self.edition(language) or OWN)
        return told.title if told else self.title

    @property
    def feed_url(self) -> str | None:
        """The address of the feed; None without a site."""
        return f"{self.site}feed.xml" if self.site else None


def read_channel(project: Project) -> Channel:
    """The channel of a project.

    Raises:
        MeditationError: If there is none, or it cannot be read, or holds faults.
    """
    file = project.channel
    if not file.is_file():
        raise MeditationError(
            "this project has no podcast.yaml",
            mend="write one with: meditations init",
            file=project.shown(file),
        )
    return read_settings(file, project.shown(file), Channel, "a channel", "title: Quiet Evenings")
