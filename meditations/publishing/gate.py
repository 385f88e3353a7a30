"""What may be published: not what is dated later, and not what nobody has read with care."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from meditations.errors import MeditationError
from meditations.publishing.upload import guids

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from meditations.podcast.assembling import Podcast
    from meditations.podcast.episodes import Episode

GUARDED: Final = frozenset({"trauma", "partner"})
"""Kinds whose scripts a person reads before anybody hears them (docs/care.md)."""
UNREVIEWED: Final = "is for people who were hurt, and nobody has reviewed its script"


def admit(podcast: Podcast, *, unreviewed: bool) -> Podcast:
    """The podcast as it may be published; what has to wait is told in `withheld`.

    Args:
        podcast: As it was read, without what is dated later.
        unreviewed: Whether tracks that somebody has to review first are let through all the same.
    """
    if unreviewed:
        return podcast
    waiting = [episode.slug for episode in podcast.everything if _has_to_wait(episode)]
    translations = [_without(edition, waiting) for edition in podcast.translations]
    return replace(
        _without(podcast, waiting),
        withheld=(*podcast.withheld, *((slug, UNREVIEWED) for slug in waiting)),
        translations=tuple(edition for edition in translations if edition.episodes),
    )


def _without(podcast: Podcast, slugs: Collection[str]) -> Podcast:
    episodes = tuple(episode for episode in podcast.episodes if episode.slug not in slugs)
    return replace(podcast, episodes=episodes)


def _has_to_wait(episode: Episode) -> bool:
    return episode.reviewed is None and not GUARDED.isdisjoint(episode.kind)


def retired_guids(podcast: Podcast) -> frozenset[str]:
    """The guids of episodes that left the feed on purpose."""
    entries = podcast.channel.episodes.values()
    return frozenset(str(entry.guid) for entry in entries if entry.retired)


def refuse_others(podcast: Podcast, feeds: Mapping[str, bytes], shown: Path) -> None:
    """The feeds that are sent name exactly the episodes that may be published, each in its own.

    Args:
        podcast: What may be published.
        feeds: The feeds that are about to be sent, by path.
        shown: Their folder, for the message.

    Raises:
        MeditationError: If one names another episode, or leaves one out.
    """
    wanted = {edition.feed: edition for edition in podcast.editions}
    for path in sorted({*wanted, *feeds}):
        named = guids(feeds.get(path, b""))
        edition = wanted.get(path)
        admitted = {each.guid: each.slug for each in edition.episodes} if edition else {}
        _refuse_extra(podcast, named - admitted.keys(), shown / path)
        missing = sorted(admitted[guid] for guid in admitted.keys() - named)
        if missing or path not in feeds or edition is None:
            lacks = f"does not name '{missing[0]}' yet" if missing else "is not of this podcast"
            raise _unlike(f"the feed {lacks}", shown / path)


def _refuse_extra(podcast: Podcast, extra: Collection[str], shown: Path) -> None:
    if not extra:
        return
    known = {entry.guid: slug for slug, entry in podcast.channel.episodes.items()}
    reasons = dict(podcast.withheld)
    slug = known.get(min(extra), min(extra))
    why = reasons.get(slug, "is not of this podcast")
    raise _unlike(f"the feed names '{slug}', which {why}", shown)


def _unlike(what: str, shown: Path) -> MeditationError:
    return MeditationError(what, mend="make the feed anew: meditations build", file=shown)
