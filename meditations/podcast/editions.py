"""The podcast in several languages: which track belongs to which, and what each is called.

The channel's own language has the feed and the page that a podcast always has. Every other that
`podcast.yaml` names under `translations:` has its own: directories take each for a podcast.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from meditations.errors import MeditationError
from meditations.languages import own_name
from meditations.project import original_of
from meditations.script.channel import OWN
from meditations.track.palettes import palette_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from meditations.podcast.episodes import Episode
    from meditations.script import Script
    from meditations.script.channel import Channel


def editions_of(scripts: Iterable[Script], channel: Channel) -> dict[str, str]:
    """The edition of each track, by the track's name.

    What is in a language that the podcast has no edition in belongs to the channel's own, as long
    as it is there in that language alone.

    Raises:
        MeditationError: If a meditation is there in several languages, and `podcast.yaml` does not
            say what the podcast is called in one of them.
    """
    found = [(script, channel.edition(script.language)) for script in scripts]
    in_own = {script.original for script, edition in found if edition == OWN}
    for script, edition in found:
        if edition is None and (script.is_translation or script.original in in_own):
            raise _unnamed(script, channel)
    return {script.slug: edition or OWN for script, edition in found}


def _unnamed(script: Script, channel: Channel) -> MeditationError:
    tag = script.language
    return MeditationError(
        f"'{script.slug}' is published in {own_name(tag)}, and podcast.yaml does not say what the"
        " podcast is called in that language",
        mend=f"add to podcast.yaml:\ntranslations:\n  {tag}:\n    title: …\n    description: …",
        where=channel.where,
    )


def in_language(channel: Channel, edition: str) -> Channel:
    """The channel as it is called in one of its editions, with the guid of that one."""
    if edition == OWN:
        return channel
    told = channel.translations[edition]
    return channel.model_copy(
        update={
            "title": told.title,
            "description": told.description,
            "language": edition,
            "guid": channel.guids[edition],
            # The same colours in each language.
            "palette": channel.palette or palette_for(channel.title),
        }
    )


def choosing_alike(episodes: Sequence[Episode]) -> tuple[Episode, ...]:
    """The episodes of one edition, each naming others to choose by their tracks in this edition.

    What is not there in this language stays what the script says.
    """
    here = {each.slug for each in episodes}
    versions = {each.original: each.slug for each in reversed(episodes)}
    return tuple(
        replace(
            each,
            instead=tuple(
                dict.fromkeys(
                    slug if slug in here else versions.get(original_of(slug), slug)
                    for slug in each.instead
                )
            ),
        )
        for each in episodes
    )
