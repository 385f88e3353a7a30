"""From finished tracks to a podcast: what is published, in the order of the feed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from meditations.errors import MeditationError
from meditations.podcast.editions import choosing_alike, editions_of, in_language
from meditations.podcast.episodes import Episode, read_episode
from meditations.podcast.hosting import feed_of, list_of
from meditations.podcast.identity import keep_identities
from meditations.script.channel import OWN, read_channel
from meditations.store import file_digest
from meditations.track.credits import uncredited
from meditations.track.record import read_record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meditations.errors import Where
    from meditations.project import Project
    from meditations.script import Script
    from meditations.script.channel import Channel


class UnfinishedError(MeditationError):
    """A track that is to be published is not there, or not what its script says now."""


@dataclass(frozen=True, slots=True)
class Podcast:
    """All that is published in one language, and, with the channel's own, in the others.

    Attributes:
        channel: The podcast as a whole, as it is called in this language; it has its guid.
        episodes: Newest first; of a serial channel by number, the first first.
        withheld: Names of tracks that have a date and are kept back, with the reasons.
        edition: The language, as it stands under `translations:`; empty for the channel's own.
        translations: The podcast in other languages, in the order of `podcast.yaml`.
    """

    channel: Channel
    episodes: tuple[Episode, ...]
    withheld: tuple[tuple[str, str], ...] = ()
    edition: str = OWN
    translations: tuple[Podcast, ...] = ()

    @property
    def editions(self) -> tuple[Podcast, ...]:
        """The podcast in each of its languages, the channel's own first."""
        return (self, *self.translations)

    @property
    def everything(self) -> tuple[Episode, ...]:
        """All episodes in all languages."""
        return tuple(episode for edition in self.editions for episode in edition.episodes)

    @property
    def feed(self) -> str:
        """The path of its feed."""
        return feed_of(self.edition)

    @property
    def page(self) -> str:
        """The path of its list of meditations."""
        return list_of(self.edition)

    def number(self, episode: Episode) -> int | None:
        """The number of an episode, from 1, where the channel is serial."""
        if self.channel.type != "serial":
            return None
        return self.episodes.index(episode) + 1


def read_podcast(
    project: Project, scripts: Sequence[Script], tracks: Path, as_of: datetime | None = None
) -> Podcast:
    """The podcast that finished tracks make.

    Args:
        project: The project, with its `podcast.yaml`.
        scripts: All scripts of it.
        tracks: The folder of the tracks.
        as_of: What is dated later than this stays out; everything by default.

    Raises:
        UnfinishedError: If a published track is missing or older than its script.
        MeditationError: If an episode vanished that was never retired, or `podcast.yaml` is at
            fault.
    """
    dated = [script for script in scripts if script.published]
    edition_of = editions_of(dated, read_channel(project))
    channel = keep_identities(project, edition_of)
    _refuse_vanished(channel, set(edition_of))
    episodes: dict[str, list[Episode]] = {edition: [] for edition in (OWN, *channel.translations)}
    withheld: list[tuple[str, str]] = []
    for script in dated:
        if channel.episodes[script.slug].retired:
            continue
        episode = _finished(script, tracks, channel.episodes[script.slug].guid)
        if as_of is not None and episode.published > as_of.astimezone(UTC):
            withheld.append((script.slug, f"is dated {episode.published:%Y-%m-%d %H:%M} UTC"))
        elif owed := uncredited(episode.record):
            withheld.append((script.slug, f"{owed[0]} has no credit: and license:"))
        else:
            episodes[edition_of[script.slug]].append(episode)
    translations = [
        Podcast(in_language(channel, edition), _in_order(some, channel), (), edition)
        for edition, some in episodes.items()
        if edition != OWN and some
    ]
    own = _in_order(episodes[OWN], channel)
    return Podcast(channel, own, tuple(withheld), OWN, tuple(translations))


def _in_order(episodes: Sequence[Episode], channel: Channel) -> tuple[Episode, ...]:
    newest_first = channel.type != "serial"
    return choosing_alike(
        sorted(episodes, key=lambda e: (e.published, e.slug), reverse=newest_first)
    )


def refuse_missing(slug: str, tracks: Path, where: Where) -> Path:
    """The sound of a track, which is there.

    Raises:
        UnfinishedError: If it is not.
    """
    mp3 = tracks / f"{slug}.mp3"
    if not mp3.is_file():
        raise UnfinishedError(
            f"the track of '{slug}' is missing",
            mend=f"build it: meditations build {slug}", where=where,
        )  # fmt: skip
    return mp3


def _finished(script: Script, tracks: Path, guid: str) -> Episode:
    """The episode of a script whose track is there, whole, and as the script says now."""
    mend = f"build it: meditations build {script.slug}"
    mp3 = refuse_missing(script.slug, tracks, script.file)
    try:
        # The script first: one that got its date just now has a record without any.
        told = read_record(mp3.with_suffix(".json"))
        if told["script"]["sha256"] != file_digest(script.source):
            raise UnfinishedError(
                f"the track of '{script.slug}' is older than its script",
                mend=mend, where=script.file,
            )  # fmt: skip
        episode = read_episode(mp3, guid)
    except OSError as error:
        missing = Path(str(error.filename)).name
        raise UnfinishedError(
            f"{missing} is missing", mend=f"{mend} --force", where=script.file
        ) from None
    except MeditationError as error:
        raise UnfinishedError(error.what, mend=mend, where=script.file) from None
    if told["mp3"]["bytes"] != episode.media.bytes:
        raise UnfinishedError(
            f"the track of '{script.slug}' is not the one that its record tells of",
            mend=f"{mend} --force", where=script.file,
        )  # fmt: skip
    return episode


def _refuse_vanished(channel: Channel, slugs: set[str]) -> None:
    """An episode that was published does not go away by accident."""
    for slug, entry in channel.episodes.items():
        if slug not in slugs and not entry.retired:
            raise MeditationError(
                f"the episode '{slug}' was published, and its script is gone or has no date",
                mend=f"bring it back, or take it out on purpose: under episodes: in podcast.yaml,"
                f"\n  {slug}: {{guid: {entry.guid}, retired: true}}",
                where=channel.where,
            )
