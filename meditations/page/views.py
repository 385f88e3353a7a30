"""What the templates show: words and numbers, made ready from a podcast. Nothing is written."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Final

from markupsafe import Markup, escape

from meditations.page.drawing import palette_of, window

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from meditations.podcast.assembling import Podcast
    from meditations.podcast.episodes import Cue, Episode, Resource

PARAGRAPH_GAP_MS: Final = 2_500
"""A silence this long ends a paragraph of the words to read along."""
HUSH_MS: Final = 12_000
"""A silence this long is shown."""
STEADYING: Final = frozenset({"trauma", "partner"})
"""Kinds whose pages always show the way to pause and look around."""
_CONTACT: Final = re.compile(
    r"(?P<site>\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b(?:/[\w/-]*)?)"
    r"|(?P<number>(?<![\w.+])\+?\d(?:[\d -]*\d)?(?![\w.]))"
)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Words between two silences; `hush_s` is the silence after them where it is long, else 0."""

    start_ms: int
    cues: tuple[Cue, ...]
    hush_s: int


@dataclass(frozen=True, slots=True)
class ChapterView:
    """A chapter with what is said in it."""

    number: int
    title: str
    start_ms: int
    end_ms: int
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True)
class EpisodeView:
    """A meditation, as the pages show it."""

    episode: Episode
    length: str
    whom: str
    window: Markup
    palette: str
    steadying: bool
    chapters: tuple[ChapterView, ...]
    instead: tuple[Episode, ...]
    regions: tuple[tuple[str, tuple[Resource, ...]], ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Meditations for the same occasion."""

    title: str
    episodes: tuple[EpisodeView, ...]


def episode_view(podcast: Podcast, episode: Episode) -> EpisodeView:
    """All that the page of an episode shows."""
    palette = palette_of(episode)
    known = {each.slug: each for each in podcast.episodes}
    return EpisodeView(
        episode=episode,
        length=in_minutes(episode.length_ms),
        whom=whom(episode.kind),
        window=window(episode.slug, palette),
        palette=palette,
        steadying=not STEADYING.isdisjoint(episode.kind),
        chapters=_chapters(episode),
        instead=tuple(known[slug] for slug in episode.instead if slug in known),
        regions=by_region(episode.resources),
    )


def groups(views: Sequence[EpisodeView]) -> tuple[Group, ...]:
    """The list, by occasion; one that nothing is for is left out."""
    sorts = {"For yourself": "", "For two people": "partner", "For the night": "sleep"}
    found = [
        Group(title, tuple(view for view in views if _occasion(view.episode.kind) == kind))
        for title, kind in sorts.items()
    ]
    return tuple(group for group in found if group.episodes)


def _occasion(kind: Sequence[str]) -> str:
    return next((each for each in ("partner", "sleep") if each in kind), "")


def plainest(views: Sequence[EpisodeView]) -> EpisodeView | None:
    """The one that the others name most often as another to choose: for a hard moment."""
    named = Counter(slug for view in views for slug in view.episode.instead)
    return next(
        (v for slug, _ in named.most_common() for v in views if v.episode.slug == slug), None
    )


def synthetic(episodes: Iterable[Episode]) -> str:
    """Whether the voices of episodes are made by a machine: `all`, `some` or `none` of them."""
    kinds = {episode.synthetic for episode in episodes}
    return kinds.pop() if len(kinds) == 1 else "some" if kinds else "none"


def whom(kind: Sequence[str]) -> str:
    """Who a meditation is for."""
    if "partner" in kind:
        return "For two people" + (", hurt or not" if "trauma" in kind else "")
    if "sleep" in kind:
        return "For the night" + (", hurt or not" if "trauma" in kind else "")
    if "general" in kind:
        return "For anyone" + (", hurt or not" if "trauma" in kind else "")
    return "For people who were hurt"


def by_region(resources: Iterable[Resource]) -> tuple[tuple[str, tuple[Resource, ...]], ...]:
    """Help lines by region, in their maker's order; each is told once."""
    once = dict.fromkeys(resources)
    regions = list(dict.fromkeys(each.region for each in once))
    ordered = sorted(once, key=lambda each: regions.index(each.region))
    return tuple((region, tuple(some)) for region, some in groupby(ordered, lambda r: r.region))


def unchecked(regions: Iterable[tuple[str, Sequence[Resource]]]) -> str:
    """Whether `all`, `some` or none (empty) of the help lines were never checked by a person."""
    never = [each.checked == "never" for _, some in regions for each in some]
    return ("all" if all(never) else "some") if any(never) else ""


def in_minutes(ms: int) -> str:
    """A length as people say it: `6 min`, `45 s`."""
    return f"{round(ms / 60_000)} min" if ms >= 60_000 else f"{round(ms / 1000)} s"


def clock(ms: int) -> str:
    """A time from the start: `1:05`, `1:02:05`."""
    minutes, seconds = divmod(ms // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def megabytes(size_bytes: int) -> str:
    """A size as a download shows it: `8.8 MB`."""
    return f"{size_bytes / 1e6:.1f} MB" if size_bytes < 9.95e6 else f"{size_bytes / 1e6:.0f} MB"


def seconds(ms: int) -> str:
    """Seconds without needless zeros, for the scripts."""
    return f"{ms / 1000:.3f}".rstrip("0").rstrip(".")


def contact(text: str) -> Markup:
    """A contact with its numbers and addresses to be tapped."""
    parts, end = [], 0
    for found in _CONTACT.finditer(text):
        parts.append(escape(text[end : found.start()]))
        if found["site"]:
            link = f"https://{found['site']}"
        else:
            link = "tel:" + re.sub(r"[ -]", "", found["number"])
        parts.append(Markup('<a href="{}">{}</a>').format(link, found[0]))
        end = found.end()
    return Markup().join([*parts, escape(text[end:])])


def _chapters(episode: Episode) -> tuple[ChapterView, ...]:
    views = []
    for number, chapter in enumerate(episode.chapters):
        cues = [cue for cue in episode.cues if cue.chapter == number]
        views.append(
            ChapterView(
                number, chapter.title, chapter.start_ms, chapter.end_ms, _paragraphs(cues)
            )
        )  # fmt: skip
    return tuple(views)


def _paragraphs(cues: Sequence[Cue]) -> tuple[Paragraph, ...]:
    found: list[Paragraph] = []
    held = list(cues[:1])
    for before, after in pairwise(cues):
        gap = after.start_ms - before.end_ms
        if gap >= PARAGRAPH_GAP_MS:
            hush = gap // 1000 if gap >= HUSH_MS else 0
            found.append(Paragraph(held[0].start_ms, tuple(held), hush))
            held = []
        held.append(after)
    if held:
        found.append(Paragraph(held[0].start_ms, tuple(held), 0))
    return tuple(found)
