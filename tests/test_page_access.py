"""The page for every eye and hand: axe-core, three lights, two sizes, less motion."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from support.browsing import HOSTILE_PAGE, LIST, MARKS, NIGHT, STEADY
from support.podcast import HOSTILE

if TYPE_CHECKING:
    from support.browsing import Visit

    from meditations.serving import Server

pytestmark = MARKS


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("light", ["light", "dark", "night"])
@pytest.mark.parametrize("path", [LIST, STEADY, HOSTILE_PAGE, NIGHT])
def test_axe_finds_nothing(visit: Visit, path: str, light: str, width: int) -> None:
    """No fault of access at any size in any light, with everything opened that can be opened."""
    scheme = "light" if light == "light" else "dark"
    page = visit(
        path, viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
    )
    if light == "night":
        page.click("#night")
    page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
    assert Axe().run(page).response["violations"] == []
    if path != LIST:
        page.keyboard.press("Escape")
        expect(page.locator("#look-title")).to_be_visible()
        assert Axe().run(page).response["violations"] == []


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("light", ["light", "dark"])
def test_axe_finds_nothing_on_any_page_of_our_own(
    visit: Visit, library: Server, light: str, width: int
) -> None:
    """The project's list and each of its meditations."""
    size = {"width": width, "height": 800}
    page = visit(LIST, at=library.address, viewport=size, color_scheme=light)
    found = {LIST: Axe().run(page).response["violations"]}
    for file in sorted(library.folder.glob("listen/*.html")):
        page.goto(f"{library.address}listen/{file.name}")
        found[file.name] = Axe().run(page).response["violations"]
    assert len(found) > 16
    assert {name: faults for name, faults in found.items() if faults} == {}


@pytest.mark.parametrize("path", [LIST, HOSTILE_PAGE])
def test_axe_finds_nothing_without_scripts(visit: Visit, path: str) -> None:
    """Also what is shown where no script runs."""
    page = visit(path, color_scheme="light", viewport={"width": 360, "height": 800})
    page.evaluate("document.documentElement.classList.remove('js')")
    page.evaluate("document.querySelectorAll('audio').forEach((each) => (each.controls = true))")
    assert Axe().run(page).response["violations"] == []


@pytest.mark.parametrize("width", [320, 360, 1440])
def test_nothing_is_wider_than_the_screen(visit: Visit, width: int) -> None:
    """However long a title is, and at 400 % as on a screen of 320 pixels."""
    for path in (LIST, HOSTILE_PAGE):
        page = visit(path, viewport={"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_hostile_words_are_shown_and_never_run(visit: Visit) -> None:
    """Title, cue, notes and help lines stand there letter by letter; no dialog opens."""
    page = visit(HOSTILE_PAGE)
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    expect(page.locator("h1")).to_have_text(HOSTILE)
    assert page.title().startswith(HOSTILE)
    expect(page.locator(".notes")).to_contain_text("<img src=x onerror=alert(1)>")
    assert page.locator("a[href^='javascript:'], .notes img, .region b").count() == 0
    expect(page.locator("#help")).to_contain_text("<b>Lifeline</b>")


def test_the_night_is_remembered(visit: Visit, evening_site: Server) -> None:
    """Dimmed once, every page is dimmed before it is drawn, until it is told otherwise."""
    page = visit(LIST)
    bright = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.click("#night")
    page.goto(evening_site.address + STEADY)
    assert "night" in page.evaluate("document.documentElement.className")
    assert page.get_attribute("#night", "aria-pressed") == "true"
    dim = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dim == "rgb(10, 7, 6)" != bright
    page.click("#night")
    page.reload()
    assert page.get_attribute("#night", "aria-pressed") == "false"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == bright


def test_less_motion_is_no_motion(visit: Visit) -> None:
    """Where the system asks for less of it, nothing moves over time."""
    page = visit(HOSTILE_PAGE, reduced_motion="reduce")
    moving = page.evaluate(
        "() => [...document.querySelectorAll('*')].filter((e) => {"
        " const s = getComputedStyle(e); return s.animationName !== 'none' ||"
        " s.transitionDuration.split(',').some((d) => parseFloat(d) > 0) }).length"
    )
    assert moving == 0
