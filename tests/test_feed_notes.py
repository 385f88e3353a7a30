"""Show notes: safe in any app, short enough for all, and never without what keeps people safe."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.feeds import own_project
from support.podcast import podcast_of, write_project

from meditations.errors import MeditationError
from meditations.podcast.notes import (
    DANGER,
    NOT_THERAPY,
    SYNTHETIC,
    TAGS,
    episode_notes,
    markdown_html,
)  # fmt: skip
from meditations.quantities import format_clock
from meditations.script.channel import LONGEST_DESCRIPTION

if TYPE_CHECKING:
    from pathlib import Path

    from meditations.podcast.episodes import Episode
    from meditations.project import Project

BASE: Final = "https://example.org/quiet/"
FILLER: Final = "Here is a paragraph about light, windows and the sound of a street. " * 8
TIMES: Final = re.compile(r"\d\d:\d\d:\d\d ")
SAFE: Final = (
    "This is not therapy, and is not offered instead of it.",
    "Not while driving.",
    "If you are in danger now, call your local emergency number.",
)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project's own sixteen."""
    return own_project(tmp_path_factory.mktemp("own"))


def episode(root: Path, resources: int = 0, **script: Any) -> Episode:
    if resources:
        told = "".join(
            f"  - {{name: Line {n}, region: {'here' if n % 2 else 'there'}, for: [crisis],"
            f" contact: 0123 {n:03d}, about: 'listens to everybody, day and night', source: x,"
            " checked: never}\n"
            for n in range(resources)
        )
        (root / "resources.yaml").write_text("resources:\n" + told, "utf-8")
        script["resources"] = ["crisis"]
    return podcast_of(write_project(root, {"evening": script})).episodes[0]


def notes(told: Episode, **titles: str) -> str:
    return episode_notes(told, titles, BASE)


@pytest.mark.parametrize(
    "written",
    [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))", "[x](data:text/html,x)", "<javascript:alert(1)>",
        "![x](https://example.org/spy.png)", "<a href='https://x' onclick='y'>z</a>",
        "[x](vbscript:y)", "&lt;script&gt;", "<!-- x -->", "<style>p{}</style>",
        "[x](https://x.org \"onmouseover='y'\")", "[x]( java\tscript:alert(1))",
    ],
)  # fmt: skip
def test_no_html_goes_through(written: str) -> None:
    """HTML in notes is text, and no link leads anywhere but to pages, mail and telephones."""
    made = markdown_html(written)
    assert_clean(made)


def assert_clean(made: str) -> None:
    from lxml import html

    for element in html.fragment_fromstring(made, create_parent="div").iter():
        if element.tag == "div":
            continue
        assert element.tag in TAGS, made
        assert set(element.attrib) <= ({"href"} if element.tag == "a" else set()), made
        if href := element.get("href"):
            scheme = href.partition(":")[0]
            assert scheme in ("http", "https", "mailto", "tel"), made


@given(st.text(st.sampled_from("<>&\"'()[]!`*_#-\n ajsvcript:htps/."), max_size=80))
def test_whatever_is_written_comes_out_clean(written: str) -> None:
    """No string of signs becomes a tag or an address that apps should not obey."""
    assert_clean(markdown_html(written))


def test_markdown_is_shown() -> None:
    """Emphasis, lists and links arrive as such; a heading becomes a line in bold."""
    made = markdown_html("# About\n\nSome *words*, [a page](https://example.org).\n\n- one\n- two")
    assert made == (
        "<p><strong>About</strong></p>\n"
        '<p>Some <em>words</em>, <a href="https://example.org">a page</a>.</p>\n'
        "<ul>\n<li>one</li>\n<li>two</li>\n</ul>"
    )


def test_notes_hold_everything_in_order(tmp_path: Path) -> None:
    """Content note, summary, notes, another track, help, chapters, review and voice, in order."""
    told = episode(
        tmp_path, 2, content_note="Speaks of fear.", summary="A rest.", notes="\n\n".join(SAFE),
        instead=["five", "gone"],
    )  # fmt: skip
    made = notes(told, five="Five & More")
    parts = [
        "<b>Before you listen:</b> Speaks of fear.", "A rest.", *SAFE,
        f'<a href="{BASE}listen/five.html">Five &amp; More</a>', "People who can help",
        "has not yet rung or visited these", "There: Line 0, 0123 000 (listens", "Here: Line 1",
        "00:00:00 Arriving<br>00:00:", SYNTHETIC["all"], "No person has reviewed",
    ]  # fmt: skip
    places = [made.index(part) for part in parts]
    assert places == sorted(places)
    assert "gone" not in made


def test_a_review_is_named(tmp_path: Path) -> None:
    """Where somebody has read the script for care, the notes say who and when."""
    told = episode(tmp_path, reviewed={"by": "Dr. B", "on": "2026-11-20"})
    assert "Read for care by Dr. B, 2026-11-20." in notes(told)
    assert "No person has" not in notes(told)


def test_what_every_track_has_to_say_is_added(tmp_path: Path) -> None:
    """Notes that do not say that this is not therapy, or what to do in danger, get these lines."""
    made = notes(episode(tmp_path, notes="Only words about light."))
    assert NOT_THERAPY in made
    assert DANGER in made
    said = notes(episode(tmp_path / "said", notes="\n\n".join(SAFE)))
    assert NOT_THERAPY + "</p>\n<p>Not while" in said
    assert DANGER not in said


@pytest.mark.parametrize("filler", range(9))
@pytest.mark.parametrize("resources", [0, 12, 22])
def test_long_notes_are_shortened_but_never_what_keeps_people_safe(
    filler: int, resources: int, tmp_path: Path
) -> None:
    """However much is written, 4,000 bytes hold the note, the safety lines and every help line."""
    told = episode(
        tmp_path, resources, content_note="Speaks of fear.", notes="\n\n".join(
            [*[FILLER] * (filler // 2), *SAFE, *[FILLER] * (filler - filler // 2)]
        ),
    )  # fmt: skip
    made = notes(told)
    assert len(made.encode()) <= LONGEST_DESCRIPTION
    for part in ("Speaks of fear.", *SAFE, SYNTHETIC["all"], "No person has reviewed"):
        assert part in made
    for number in range(resources):
        assert f"Line {number}, 0123 {number:03d}" in made
    left_out = made.count("about light") < filler or made.count("listens to everybody") < resources
    if left_out or len(TIMES.findall(made)) < 2:
        assert f'<a href="{BASE}listen/evening.html">All of these notes</a>' in made


def test_nothing_of_the_project_s_own_is_left_out(own: Project) -> None:
    """In all sixteen every word of the notes, every help line and every chapter finds room."""
    podcast = podcast_of(own)
    titles = {episode.slug: episode.title for episode in podcast.episodes}
    for told in podcast.episodes:
        made = unescape(episode_notes(told, titles, podcast.channel.site or ""))
        assert len(made.encode()) <= LONGEST_DESCRIPTION, told.slug
        assert TIMES.findall(made)[0] == "00:00:00 "
        parts = [f"<p>{told.summary}</p>", told.content_note, SYNTHETIC["all"].partition(":")[0]]
        parts += [f"{format_clock(c.start_ms)[:8]} {c.title}" for c in told.chapters]
        parts += [f"{r.name}, {r.contact} ({r.about})" for r in told.resources]
        parts += [unescape(markdown_html(part)) for part in told.notes.split("\n\n")]
        parts += [titles[slug] for slug in told.instead]
        assert [part for part in parts if part not in made] == [], told.slug
        assert "All of these notes" not in made


def test_the_voice_is_disclosed_once(tmp_path: Path) -> None:
    """Notes that say that the voice is synthetic are not told so again, and never lose it."""
    told = episode(tmp_path, notes="\n\n".join(["The voice is\nsynthetic.", *SAFE, *[FILLER] * 9]))
    made = notes(told)
    assert "All of these notes" in made
    assert " ".join(made.split()).count("The voice is synthetic") == 1


def test_chapters_go_before_help(tmp_path: Path) -> None:
    """Where room is short the times of the chapters go first, then what help lines are about."""
    sections = [{"title": f"{n} {'word ' * 9}", "script": ["One."]} for n in range(12)]
    base = episode(tmp_path, 9, sections=sections)
    found = []
    for words in range(0, 500, 5):
        made = notes(replace(base, notes="\n\n".join([*SAFE, "light " * words])))
        times, about = len(TIMES.findall(made)) == 12, "day and night" in made
        found.append((about, times, "…<br>" not in made))
    assert found == sorted(found, reverse=True)
    assert set(found) >= {(True, True, True), (True, True, False), (True, False, True)}


def test_notes_that_cannot_be_shortened_are_told(tmp_path: Path) -> None:
    """Where what must stay is too long, nothing is cut: its maker is told."""
    told = episode(tmp_path, notes="\n\n".join([SAFE[2] + " " + FILLER] * 9))
    with pytest.raises(MeditationError, match="the show notes of 'evening'") as caught:
        notes(told)
    assert "fewer resources" in caught.value.mend


def test_a_language_nobody_here_knows_is_never_cut(tmp_path: Path) -> None:
    """Where the program cannot tell what keeps people safe, it cuts no paragraph."""
    told = episode(tmp_path, language="fi", notes="\n\n".join(["Sanoja. " * 60] * 9))
    with pytest.raises(MeditationError, match="show notes"):
        notes(told)
