"""The end of `meditations build`: the podcast's folder, wherever a project has one."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from meditations.errors import FaultyScriptError, MeditationError, Where
from meditations.languages import own_name
from meditations.podcast.folder_stamp import remember, remembered
from meditations.project import find_scripts, slug_of
from meditations.wording import has_wording

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from meditations.podcast.assembling import Podcast
    from meditations.podcast.publishing_folder import PageWriter
    from meditations.project import Project
    from meditations.script import Script


@dataclass(frozen=True, slots=True)
class PodcastOutcome:
    """What came of the podcast's folder.

    Attributes:
        status: `made`, `up to date`, `none` (nothing is published), `kept` (a track is not there
            or not as its script, so the folder stays as it was) or `failed`.
        folder: Where it lies.
        told: What people want to know of it, a line each.
        error: Why it is kept, or what failed.
        has_site: Whether the channel says where it will be found, so that it can be published.
    """

    status: str
    folder: Path
    told: tuple[str, ...] = ()
    error: str = ""
    has_site: bool = False

    def as_json(self) -> dict[str, Any]:
        """For other programs."""
        told = {"status": self.status, "folder": str(self.folder)}
        return told | ({"error": self.error} if self.error else {})


def make_podcast_folder(
    project: Project, tracks: Path, environment: str, failed: Collection[str]
) -> PodcastOutcome | None:
    """Makes the podcast's folder beside that of the tracks; None where there is no podcast.

    Args:
        project: The project.
        tracks: The folder of the tracks.
        environment: A digest of the code and the settings.
        failed: Names of tracks that could not be built just now.
    """
    channel, folder = project.channel, tracks.with_name("podcast")
    if not channel.is_file():
        return None
    cover, site = _quickly(channel, "cover"), _quickly(channel, "site")
    sources = (channel, project.scripts, tracks, *([channel.with_name(cover)] if cover else []))
    note = None if failed else remembered(folder, sources, environment)
    if note is None:
        outcome = _make(project, tracks, folder, failed)
        if outcome.status in ("made", "none", "kept") and not failed:
            remember(folder, sources, environment, outcome.error)
    elif note:
        outcome = PodcastOutcome("kept", folder, error=note)
    else:
        outcome = PodcastOutcome("up to date" if folder.is_dir() else "none", folder)
    return replace(outcome, has_site=site.startswith("http"))


def _make(project: Project, tracks: Path, folder: Path, failed: Collection[str]) -> PodcastOutcome:
    from meditations.podcast.assembling import UnfinishedError

    try:
        if not failed:  # why those are missing is told below
            _refuse_missing(project, tracks)
        from meditations.podcast.publishing_folder import publish_folder

        scripts = _read_all(project)
        if not any(script.published for script in scripts):
            return PodcastOutcome("none", folder)
        for script in scripts:
            if script.published and script.slug in failed:
                return PodcastOutcome("kept", folder, error=f"'{script.slug}' could not be built")
        published = publish_folder(project, scripts, tracks, folder, page_writers())
    except UnfinishedError as error:
        return PodcastOutcome("kept", folder, error=str(error))
    except MeditationError as error:
        return PodcastOutcome("failed", folder, error=str(error))
    told = [f"{slug} is not in the podcast: {why}" for slug, why in published.podcast.withheld]
    told += _without_words(published.podcast)
    return PodcastOutcome("made", folder, tuple(told))


def _without_words(podcast: Podcast) -> list[str]:
    """What a maker has to know of languages that the program itself has no words in."""
    tags = dict.fromkeys(edition.channel.language for edition in podcast.editions)
    return [
        f"The page's own words are English in the podcast in {own_name(tag)}: the program has none"
        " in that language yet (meditations/wording/ holds those that it has)"
        for tag in tags
        if not has_wording(tag)
    ]


def _quickly(file: Path, setting: str) -> str:
    """What a setting of a file says, found without what is slow to import; or nothing."""
    text = file.read_text("utf-8", "replace")
    found = re.search(rf"^{setting}:[ \t]*['\"]?([^'\"#\n]+)", text, re.M)
    return found[1].strip() if found else ""


def page_writers() -> Sequence[PageWriter]:
    """What adds texts beside the feed: the pages."""
    return (_pages,)


def _refuse_missing(project: Project, tracks: Path) -> None:
    """Looks for the tracks before the scripts are read, which takes a tenth of a second.

    So it is each time that one track is built in a project with others. What is found to be
    published here is, whatever else is in its script; the rest is left to those who read it.
    """
    published = [f for f in find_scripts(project, []) if _quickly(f, "published")]
    if not published:
        return  # the channel need not be finished yet
    from meditations.podcast.assembling import refuse_missing
    from meditations.script.channel import read_channel

    episodes = read_channel(project).episodes
    for file in published:
        slug = slug_of(file)
        if not (slug in episodes and episodes[slug].retired):
            refuse_missing(slug, tracks, Where(project.shown(file)))


def _pages(podcast: Podcast, artworks: Mapping[str, str]) -> Mapping[str, bytes]:
    from meditations.page import page_texts
    from meditations.podcast.notes import markdown_html

    return page_texts(podcast, lambda episode: markdown_html(episode.notes), artworks)


def _read_all(project: Project) -> list[Script]:
    """All scripts; one that cannot be read might be published, so nothing is made without it."""
    from meditations.podcast.assembling import UnfinishedError
    from meditations.script import read_script

    read = []
    for file in find_scripts(project, []):
        try:
            read.append(read_script(file, project.shown(file)))
        except FaultyScriptError as error:
            raise UnfinishedError(
                "cannot be read, so nobody knows whether it is published",
                mend=f"see: meditations check {file.stem}", where=error.where,
            ) from None  # fmt: skip
    return read
