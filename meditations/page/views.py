"""What the templates show: words and numbers, made ready from a podcast. Nothing is written."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Final

from markupsafe import Markup, escape

from meditations.languages import canonical, own_name

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
class Version:
    """A page in some language: its path in the folder, and whether it is the one at hand."""

    language: str
    name: str
    path: str
    here: bool


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Words of one speaker between two silences.

    Attributes:
        cues: The words.
        hush_s: The silence after them where it is long, else 0.
        speaker: Who begins to speak here, where several do; else empty.
    """

    cues: tuple[Cue, ...]
    hush_s: int
    speaker: str = ""


def groups(episodes: Sequence[Episode]) -> tuple[tuple[str, tuple[Episode, ...]], ...]:
    """The list by occasion, each with the key of its title; one that nothing is for is left out."""
    sorts = {"whom.yourself": "", "whom.two": "partner", "whom.night": "sleep"}
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


def lists(podcast: Podcast, edition: Podcast) -> tuple[Version, ...]:
    """The list of meditations in each language, the channel's own first; none where it is alone."""
    return _together(
        Version(canonical(tag), own_name(tag), each.page, each is edition)
        for each in podcast.editions
        for tag in (each.channel.language,)
    )


def versions(podcast: Podcast, episode: Episode) -> tuple[Version, ...]:
    """A meditation in each language, in the order of the lists; none where there is but one."""
    return _together(
        Version(canonical(each.language), own_name(each.language), each.page, each is episode)
        for each in podcast.everything
        if each.original == episode.original
    )


def _together(found: Iterable[Version]) -> tuple[Version, ...]:
    each = tuple(found)
    return each if len(each) > 1 else ()


def instead(podcast: Podcast, episode: Episode) -> tuple[Episode, ...]:
    """What is published of the others that a listener may choose in place of this one."""
    known = {each.slug: each for each in podcast.everything}
    return tuple(known[slug] for slug in episode.instead if slug in known)


def is_steadying(episode: Episode) -> bool:
    """Whether its page always shows the way to pause and look around."""
    return not STEADYING.isdisjoint(episode.kind)


def synthetic(episodes: Iterable[Episode]) -> str:
    """Whether the voices of episodes are made by a machine: `all`, `some` or `none` of them."""
    kinds = {episode.synthetic for episode in episodes}
    return kinds.pop() if len(kinds) == 1 else "some" if kinds else "none"


def whom(kind: Sequence[str]) -> str:
    """Who a meditation is for, by the key of its words."""
    hurt = "_hurt" if "trauma" in kind else ""
    for each, words in (("partner", "two"), ("sleep", "night"), ("general", "anyone")):
        if each in kind:
            return f"whom.{words}{hurt}"
    return "whom.hurt"


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


def clock(ms: int) -> str:
    """A time from the start: `1:05`, `1:02:05`."""
    minutes, seconds = divmod(ms // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


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
    """The chapters, each with what is said in it; where several speak, with their names."""
    found = []
    several = len({cue.speaker for cue in episode.cues}) > 1
    for number, chapter in enumerate(episode.chapters):
        said = _paragraphs([cue for cue in episode.cues if cue.chapter == number])
        found.append((chapter, _with_names(said) if several else said))
    return tuple(found)


def _with_names(paragraphs: Sequence[Paragraph]) -> tuple[Paragraph, ...]:
    """Each paragraph at which somebody else begins, and the first, with the name."""
    before = [None, *(paragraph.cues[0].speaker for paragraph in paragraphs)]
    return tuple(
        replace(paragraph, speaker=now) if (now := paragraph.cues[0].speaker) != last else paragraph
        for paragraph, last in zip(paragraphs, before, strict=False)
    )


def _paragraphs(cues: Sequence[Cue]) -> tuple[Paragraph, ...]:
    found: list[Paragraph] = []
    held = list(cues[:1])
    for before, after in pairwise(cues):
        gap = after.start_ms - before.end_ms
        if gap >= PARAGRAPH_GAP_MS or before.speaker != after.speaker:
            hush = gap // 1000 if gap >= HUSH_MS else 0
            found.append(Paragraph(tuple(held), hush))
            held = []
        held.append(after)
    if held:
        found.append(Paragraph(tuple(held), 0))
    return tuple(found)
