"""Words that light up as they are spoken: in a real browser, in step, and as the listener likes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from support.browsing import HOSTILE_PAGE, MARKS, STEADY, now, play, spoken
from support.podcast import change_record, write_evenings, write_podcast
from support.serving import served

from meditations.page import views
from meditations.podcast.episodes import Cue

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page
    from support.browsing import Visit

    from meditations.podcast.episodes import Episode
    from meditations.project import Project

pytestmark = MARKS

LIT = "(host) => [...document.querySelectorAll(`${host} span span:not(.later)`)].length"
ALL = "(host) => [...document.querySelectorAll(`${host} span span`)].length"
WHOLE = "[...document.querySelectorAll('[data-at]')].map((each) => each.textContent)"


def _in_the_middle_of(page: Page, number: int, cue: Cue, words: int) -> None:
    """Plays a sentence until so many of its words are spoken, and pauses there."""
    page.click(spoken(page, number))
    page.wait_for_function(f"meditations.audio.currentTime > {cue.words[::2][words - 1] / 1000}")
    page.click("#play")
    page.wait_for_timeout(100)


@pytest.mark.parametrize("number", [2, 5])
def test_words_light_up_when_they_are_spoken(visit: Visit, steady: Episode, number: int) -> None:
    """As many as have begun are lit, below the button and among the words; none of them is lost."""
    page, cue = visit(STEADY), steady.cues[number]
    before = page.evaluate(WHOLE)
    _in_the_middle_of(page, number, cue, 2)
    begun = sum(start / 1000 <= now(page) + 0.05 for start in cue.words[::2])
    assert 2 <= begun < len(cue.words) // 2
    for host in ("#said", ".current"):
        assert page.evaluate(LIT, host) == pytest.approx(begun, abs=1)
        assert page.evaluate(ALL, host) == len(cue.words) // 2 == 4
        expect(page.locator(host)).to_have_text(cue.text)
    page.evaluate(f"meditations.seek({cue.start_ms / 1000})")
    expect(page.locator("#said .later")).to_have_count(3)
    page.evaluate(f"meditations.seek({cue.end_ms / 1000 - 0.01})")
    expect(page.locator("#said .later")).to_have_count(0)
    page.evaluate(f"meditations.seek({steady.cues[number + 1].start_ms / 1000})")
    expect(page.locator(".by-word.current")).to_have_text(steady.cues[number + 1].text)
    assert page.evaluate(WHOLE) == before


def test_each_word_changes_once(visit: Visit, steady: Episode) -> None:
    """While a sentence plays, light only grows, word after word; nothing flickers."""
    page, cue = visit(STEADY), steady.cues[1]
    page.evaluate(
        "() => { window.lit = []; const look = () => { const some = [...document"
        ".querySelectorAll('#said span span')].map((each) => !each.classList.contains('later'));"
        " window.lit.push(some); requestAnimationFrame(look); }; look(); }"
    )
    page.click(spoken(page, 1))
    page.wait_for_function(f"meditations.audio.currentTime > {cue.end_ms / 1000 + 0.5}")
    seen: list[list[bool]] = [each for each in page.evaluate("window.lit") if each]
    counts = [sum(each) for each in seen]
    assert counts == sorted(counts)
    assert {1, 2, 3, 4} == set(counts)
    assert all(each == sorted(each, reverse=True) for each in seen)


def test_a_listener_can_have_whole_sentences(visit: Visit, steady: Episode) -> None:
    """The choice takes away the light of the words at once, and is remembered."""
    page, cue = visit(STEADY), steady.cues[2]
    _in_the_middle_of(page, 2, cue, 2)
    expect(page.locator(".current.by-word")).to_have_count(1)
    page.select_option("#by-word", label="by the sentence")
    expect(page.locator(".by-word")).to_have_count(0)
    expect(page.locator(".current")).to_have_text(cue.text)
    page.reload()
    expect(page.locator("#by-word")).to_have_value("sentence")
    page.click(spoken(page, 3))
    expect(page.locator(".current")).to_have_text(steady.cues[3].text)
    expect(page.locator(".by-word")).to_have_count(0)
    page.select_option("#by-word", label="one by one")
    expect(page.locator(".current.by-word")).to_have_count(1)


def test_less_motion_means_whole_sentences(visit: Visit, steady: Episode) -> None:
    """Who asked the system for less motion gets words only by choice, and then without fading."""
    page = visit(STEADY, reduced_motion="reduce")
    expect(page.locator("#by-word")).to_have_value("sentence")
    page.select_option("#by-word", label="one by one")
    _in_the_middle_of(page, 2, steady.cues[2], 1)
    fades = "getComputedStyle(document.querySelector('#said span span')).transitionDuration"
    assert page.evaluate(fades) == "0s"


@pytest.mark.parametrize("light", ["light", "dark", "night"])
@pytest.mark.parametrize("width", [360, 1440])
def test_every_word_can_be_read(visit: Visit, steady: Episode, light: str, width: int) -> None:
    """axe finds no fault, of contrast or else, while half a sentence is lit, in any light."""
    scheme = "light" if light == "light" else "dark"
    page = visit(HOSTILE_PAGE, viewport={"width": width, "height": 800}, color_scheme=scheme)
    if light == "night":
        page.click("#night")
    _in_the_middle_of(page, 2, steady.cues[2], 2)
    expect(page.locator("#said .later")).not_to_have_count(0)
    page.wait_for_timeout(1_000)  # colours have faded in
    assert Axe().run(page).response["violations"] == []


def test_what_is_marked_to_be_copied_stays(visit: Visit, steady: Episode) -> None:
    """A sentence in which somebody has marked words is not taken apart under their hand."""
    page = visit(STEADY)
    page.evaluate("document.getElementById('words').open = true")
    page.evaluate(
        "getSelection().selectAllChildren(document.querySelectorAll('.scroll [data-at]')[2])"
    )
    page.evaluate(f"meditations.seek({steady.cues[2].start_ms / 1000})")
    play(page)
    expect(page.locator("#said.by-word")).to_have_text(steady.cues[2].text)
    assert page.evaluate("String(getSelection())") == steady.cues[2].text
    expect(page.locator(".scroll .by-word")).to_have_count(0)
    page.evaluate(f"meditations.seek({steady.cues[3].start_ms / 1000})")
    expect(page.locator(".scroll .by-word")).to_have_text(steady.cues[3].text)
    page.evaluate("getSelection().selectAllChildren(document.querySelector('.current'))")
    page.evaluate(f"meditations.seek({steady.cues[4].start_ms / 1000})")
    expect(page.locator(".current.by-word")).to_have_text(steady.cues[4].text)
    assert page.evaluate("String(getSelection())") == steady.cues[3].text


def test_without_times_of_words_all_is_as_before(visit: Visit, tmp_path: Path) -> None:
    """Whole sentences are marked, and there is nothing to be set."""
    project = write_evenings(tmp_path)
    _forget_words(project, "steady")
    with served(write_podcast(project)) as site:
        page = visit(STEADY, at=site.address)
        page.click(spoken(page, 2))
        expect(page.locator(".current")).to_have_text("Sentence 2 <of> steady.")
        expect(page.locator("#said")).to_have_text("Sentence 2 <of> steady.")
        assert page.locator("#by-word, [data-words], .by-word").count() == 0


def test_it_works_from_the_disk(visit: Visit, evenings: Project, steady: Episode) -> None:
    """Opened as a file, without any server."""
    page = visit(STEADY, at=(evenings.build / "podcast").as_uri() + "/")
    _in_the_middle_of(page, 2, steady.cues[2], 2)
    expect(page.locator("#said .later")).not_to_have_count(0)
    expect(page.locator(".current.by-word")).to_have_text(steady.cues[2].text)


@pytest.mark.parametrize(
    ("start_ms", "words"),
    [(0, (0,)), (61_234, (61_234, 61_239, 61_500, 99_999)), (5, (9, 9, 700))],
)
def test_times_of_words_come_back_from_the_page(start_ms: int, words: tuple[int, ...]) -> None:
    """To a hundredth of a second, without an error that grows along a sentence."""
    edges = [edge for word in words for edge in (word, word + 3)]
    told = views.starts(Cue("", start_ms, 100_000, 0, edges))
    at, found = start_ms, []
    for more in told.split(" "):
        at += 10 * int(more, 36)
        found.append(at)
    assert found == pytest.approx(words, abs=10)


def _forget_words(project: Project, slug: str) -> None:
    record = json.loads((project.build / "tracks" / f"{slug}.json").read_text("utf-8"))
    change_record(project, slug, cues=[{**cue, "words": []} for cue in record["cues"]])
