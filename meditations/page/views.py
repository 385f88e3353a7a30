"""What the templates show: words and numbers, made ready from a podcast. Nothing is written."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Final

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from meditations.podcast.assembling import Podcast
    from meditations.podcast.episodes import Chapter, Cue, Episode, Resource

PARAGRAPH_GAP_MS: Final = 2_500
"""A silence this long ends a paragraph of the words to read along."""
HUSH_MS: Final = 12_000
"""A silence this long is shown."""
STEADYING: Final = frozenset({"trauma", "partner"})
"""Kinds whose pages always show the way to pause and look around."""
_FIGURES: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_CONTACT: Final = re.compile(
    r"(?P<site>\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b(?:/[\w/-]*)?)"
    r"|(?P<number>(?<![\w.+])\+?\d(?:[\d -]*\d)?(?![\w.]))"
)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Words between two silences; `hush_s` is the silence after them where it is long, else 0."""

    cues: tuple[Cue, ...]
    hush_s: int


def groups(episodes: Sequence[Episode]) -> tuple[tuple[str, tuple[Episode, ...]], ...]:
    """The list, by occasion, each with its title; one that nothing is for is left out."""
    sorts = {"For yourself": "", "For two people": "partner", "For the night": "sleep"}
    found = [
        (title, tuple(each for each in episodes if _occasion(each.kind) == kind))
        for title, kind in sorts.items()
    ]
    return tuple((title, some) for title, some in found if some)


def _occasion(kind: Sequence[str]) -> str:
    return next((each for each in ("partner", "sleep") if each in kind), "")


def plainest(episodes: Sequence[Episode]) -> Episode | None:
    """The one that the others name most often as another to choose: for a hard moment."""
    named = Counter(slug for each in episodes for slug in each.instead)
    return next((e for slug, _ in named.most_common() for e in episodes if e.slug == slug), None)


def instead(podcast: Podcast, episode: Episode) -> tuple[Episode, ...]:
    """What is published of the others that a listener may choose in place of this one."""
    known = {each.slug: each for each in podcast.episodes}
    return tuple(known[slug] for slug in episode.instead if slug in known)


def is_steadying(episode: Episode) -> bool:
    """Whether its page always shows the way to pause and look around."""
    return not STEADYING.isdisjoint(episode.kind)


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


def starts(cue: Cue) -> str:
    """When its words begin: hundredths of a second from one to the next, in base 36."""
    places = [cue.start_ms // 10, *(start // 10 for start in cue.words[::2])]
    return " ".join(_base36(after - before) for before, after in pairwise(places))


def _base36(number: int) -> str:
    rest, last = divmod(number, 36)
    return (_base36(rest) if rest else "") + _FIGURES[last]


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


def read_along(episode: Episode) -> tuple[tuple[Chapter, tuple[Paragraph, ...]], ...]:
    """The chapters, each with what is said in it."""
    return tuple(
        (chapter, _paragraphs([cue for cue in episode.cues if cue.chapter == number]))
        for number, chapter in enumerate(episode.chapters)
    )


def _paragraphs(cues: Sequence[Cue]) -> tuple[Paragraph, ...]:
    found: list[Paragraph] = []
    held = list(cues[:1])
    for before, after in pairwise(cues):
        gap = after.start_ms - before.end_ms
        if gap >= PARAGRAPH_GAP_MS:
            hush = gap // 1000 if gap >= HUSH_MS else 0
            found.append(Paragraph(tuple(held), hush))
            held = []
        held.append(after)
    if held:
        found.append(Paragraph(tuple(held), 0))
    return tuple(found)
