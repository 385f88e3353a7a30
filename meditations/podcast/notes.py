"""Show notes: what an app shows under an episode, as a little HTML that any app can show.

What a maker writes is Markdown, and it stays text: HTML in it is shown, not obeyed. What keeps
people safe (the content note, where to find help, what this is not) is never shortened away.
"""

from __future__ import annotations

import html
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Final

from meditations.care.words import words_for
from meditations.errors import MeditationError
from meditations.quantities import format_clock
from meditations.script.channel import LONGEST_DESCRIPTION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from markdown_it import MarkdownIt

    from meditations.podcast.episodes import Episode, Resource

TAGS: Final = frozenset({"p", "br", "b", "strong", "em", "ul", "ol", "li", "a"})
"""What the directories' apps show; they leave all else out."""
SCHEMES: Final = frozenset({"http", "https", "mailto", "tel"})
SAFETY_LISTS: Final = {
    "C13": ("therapy", "driving", "danger", "resources"),
    "C15": ("fear",),
}
"""Lists of the care review by which a paragraph that keeps people safe is known."""
SHORT_TITLE: Final = 24
DANGER: Final = (
    "If you are in danger now, or might harm yourself or someone else, call your local emergency"
    " number."
)
NOT_THERAPY: Final = "This is not therapy, and is not offered instead of it."
VOICE: Final = "The voice is synthetic"
SYNTHETIC: Final = {
    "all": f"{VOICE}: a computer program speaks, not a person.",
    "some": "Some of the voices are synthetic: there a computer program speaks, not a person.",
}


@dataclass(frozen=True, slots=True)
class _Notes:
    """The parts of the notes of one episode, in their order; each is HTML or empty.

    Attributes:
        before: What is told before anything else: the content note.
        summary: What it is about.
        maker: The maker's own paragraphs, each with whether it keeps somebody safe.
        help: Other tracks, and whom to turn to.
        chapters: When each chapter begins.
        end: Credits, the review, the voice.
        more: A link to all of it, where something is left out.
    """

    before: str
    summary: str
    maker: tuple[tuple[str, bool], ...]
    help: str
    chapters: str
    end: str
    more: str = ""

    def __str__(self) -> str:
        maker = [text for text, _ in self.maker]
        parts = (self.before, self.summary, *maker, self.more, self.help, self.chapters, self.end)
        return "\n".join(part for part in parts if part)


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False, "breaks": False})


def markdown_html(text: str) -> str:
    """A maker's Markdown as clean HTML of few tags; HTML in it is shown as it was written."""
    import nh3

    rendered = _markdown().render(text)
    for heading in range(1, 7):  # apps show no headings, but their words shall stand apart
        rendered = rendered.replace(f"<h{heading}>", "<p><strong>")
        rendered = rendered.replace(f"</h{heading}>", "</strong></p>")
    cleaned = nh3.clean(
        rendered, tags=set(TAGS), attributes={"*": set(), "a": {"href"}}, url_schemes=set(SCHEMES),
        link_rel=None,
    )  # fmt: skip
    return cleaned.strip()


def episode_notes(episode: Episode, titles: Mapping[str, str], base: str) -> str:
    """The description of an episode, in HTML of at most LONGEST_DESCRIPTION bytes.

    Where it would be longer, a link leads to all of it, and the chapters are shortened first, then
    the summary and the chapters left out, then what is said about each help line, then the
    maker's paragraphs that are not about safety. What keeps people safe stays whole.

    Args:
        episode: What it is about.
        titles: The titles of all that is published, by the names of their tracks.
        base: The address of the podcast, with a slash at its end.

    Raises:
        MeditationError: If what must stay is longer than that.
    """
    whole = _whole(episode, titles, base)
    for notes in _ever_shorter(whole, episode, titles, base):
        told = str(notes)
        if len(told.encode()) <= LONGEST_DESCRIPTION:
            return told
    raise MeditationError(
        f"the show notes of '{episode.slug}' are over {LONGEST_DESCRIPTION:,} bytes with nothing"
        " left that could be shortened",
        mend="write shorter notes:, or name fewer resources:",
    )


def _ever_shorter(
    whole: _Notes, episode: Episode, titles: Mapping[str, str], base: str
) -> Iterator[_Notes]:
    yield whole
    # What is left out is one tap away.
    more = f"<p>{_link('All of these notes', _page(base, episode.slug))}</p>"
    notes = replace(whole, more=more)
    short = _chapters(episode, SHORT_TITLE)
    for told in (whole.help, _help(episode, titles, base, about=False)):
        # What is said about a help line matters more than when a chapter begins, and both matter
        # more than the summary, which every app has shown already.
        for chapters, summary in (
            (whole.chapters, whole.summary), (short, whole.summary), (short, ""),
            ("", whole.summary), ("", ""),
        ):  # fmt: skip
            yield (notes := replace(notes, help=told, chapters=chapters, summary=summary))
    for number in reversed(range(len(whole.maker))):
        if not whole.maker[number][1]:
            left = (*notes.maker[:number], *notes.maker[number + 1 :])
            yield (notes := replace(notes, maker=left))


def _whole(episode: Episode, titles: Mapping[str, str], base: str) -> _Notes:
    content, summary = _text(episode.content_note), _text(episode.summary)
    return _Notes(
        before=f"<p><b>Before you listen:</b> {content}</p>" if content else "",
        summary=f"<p>{summary}</p>" if summary else "",
        maker=_maker(episode),
        help=_help(episode, titles, base, about=True),
        chapters=_chapters(episode),
        end=_end(episode),
    )


def _maker(episode: Episode) -> tuple[tuple[str, bool], ...]:
    """The maker's paragraphs; what every track has to say is added where they do not say it."""
    paragraphs = [part for part in episode.notes.split("\n\n") if part.strip()]
    # A list or a quotation may run over blank lines: then it is better not to be cut apart.
    if "\n".join(map(markdown_html, paragraphs)).split() == markdown_html(episode.notes).split():
        pieces = paragraphs
    else:
        pieces = [episode.notes]
    told = [(markdown_html(piece), _is_safety(piece, episode.language)) for piece in pieces]
    for name, line in (("therapy", NOT_THERAPY), ("danger", DANGER)):
        if not _says(episode.notes, episode.language, "C13", name):
            told.append((f"<p>{_text(line)}</p>", True))
    return tuple(told)


def _is_safety(text: str, language: str) -> bool:
    if words_for(language) is None:
        return True  # nobody here can tell: it stays
    return VOICE.lower() in _plain(text) or any(
        _says(text, language, rule, name) for rule, names in SAFETY_LISTS.items() for name in names
    )


def _says(text: str, language: str, rule: str, name: str) -> bool:
    words = words_for(language)
    return words is not None and words.of(rule).has(text, name)


def _help(episode: Episode, titles: Mapping[str, str], base: str, *, about: bool) -> str:
    told = []
    others = [slug for slug in episode.instead if slug in titles]
    if others:
        links = " or ".join(_link(titles[slug], _page(base, slug)) for slug in others)
        told.append(f"<p>Something else instead: {links}</p>")
    if episode.resources:
        lines = [_region(name, those, about=about) for name, those in _by_region(episode)]
        head = "<b>People who can help</b>"
        if unchecked := sum(r.checked == "never" for r in episode.resources):
            which = "these" if unchecked == len(episode.resources) else "some of these"
            head += f" (the publisher has not yet rung or visited {which})"
        told.append(f"<p>{'<br>'.join((head, *lines))}</p>")
    return "\n".join(told)


def _by_region(episode: Episode) -> Iterator[tuple[str, list[Resource]]]:
    regions = dict.fromkeys(resource.region for resource in episode.resources)
    for region in regions:
        yield region, [r for r in episode.resources if r.region == region]


def _region(region: str, resources: list[Resource], *, about: bool) -> str:
    said = [
        f"{r.name}, {r.contact}" + (f" ({r.about})" if about and r.about else "")
        for r in resources
    ]  # fmt: skip
    return f"{_text(region[:1].upper() + region[1:])}: {_text('; '.join(said))}"


def _chapters(episode: Episode, longest: int | None = None) -> str:
    """When each chapter begins, from 00:00:00, as apps that make links of times want it."""

    def title(text: str) -> str:
        return text if longest is None or len(text) <= longest else text[: longest - 1] + "…"

    lines = [
        f"{format_clock(c.start_ms).partition('.')[0]} {_text(title(c.title))}"
        for c in episode.chapters
    ]
    return f"<p>{'<br>'.join(lines)}</p>" if lines else ""


def _end(episode: Episode) -> str:
    told = []
    owed = [s for s in episode.record["sounds"] if s["sha256"] and s["credit"]]
    if owed:
        credits = "; ".join(f"{sound['credit']} ({sound['license']})" for sound in owed)
        told.append(f"Sounds: {credits}.")
    told_already = episode.synthetic == "all" and VOICE.lower() in _plain(episode.notes)
    if episode.synthetic in SYNTHETIC and not told_already:
        told.append(SYNTHETIC[episode.synthetic])
    if episode.reviewed:
        told.append(f"Read for care by {episode.reviewed}.")
    else:
        told.append("No person has reviewed this script for care yet.")
    if episode.without_care:
        told.append("The program's own care review found faults that are not mended.")
    return f"<p>{_text(' '.join(told))}</p>"


def _plain(text: str) -> str:
    return " ".join(text.lower().split())


def _text(text: str) -> str:
    return html.escape(" ".join(text.split()), quote=False)


def _link(text: str, address: str) -> str:
    return f'<a href="{html.escape(address)}">{_text(text)}</a>'


def _page(base: str, slug: str) -> str:
    return f"{base}listen/{slug}.html"
