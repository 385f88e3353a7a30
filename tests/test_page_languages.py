"""The pages in several languages, in a real browser: the way between them, and what they say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from support.browsing import LIST, MARKS, PAUSED, STEADY, play
from support.podcast import write_podcast, write_tongues
from support.serving import served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.browsing import Visit

    from meditations.serving import Server

pytestmark = MARKS
ABOVE = (
    "document.querySelector('.top').getBoundingClientRect().bottom"
    " <= document.querySelector('h1').getBoundingClientRect().top"
)
"""However many lines the switch needs, it stays above the title."""
GERMAN = "listen/steady-de.html"
SPANISH = "listen/steady-es.html"


@pytest.fixture(scope="module")
def tongues(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The evenings in three languages."""
    with served(write_podcast(write_tongues(tmp_path_factory.mktemp("tongues")))) as running:
        yield running


def test_the_switch_leads_there_and_back(visit: Visit, tongues: Server) -> None:
    """From the English list to the German one, to a page of it, and to that page in Spanish."""
    page = visit(LIST, at=tongues.address)
    page.get_by_role("navigation", name="Languages").get_by_role("link", name="Deutsch").click()
    expect(page.locator("h1")).to_have_text("Ruhige Abende")
    assert page.evaluate("document.documentElement.lang") == "de"
    page.click(".meditations a[href='listen/steady-de.html']")
    expect(page).to_have_url(tongues.address + GERMAN)
    page.get_by_role("navigation", name="Sprachen").get_by_role("link", name="Español").click()
    expect(page).to_have_url(tongues.address + SPANISH)
    here = page.get_by_role("navigation", name="Idiomas").locator("[aria-current=page]")
    expect(here).to_have_text("Español")
    page.click("text=Todas las meditaciones")
    expect(page).to_have_url(f"{tongues.address}index-es.html")


def test_what_is_there_in_one_language_has_no_switch(visit: Visit, tongues: Server) -> None:
    """A meditation that nobody translated leads nowhere else."""
    page = visit("listen/night.html", at=tongues.address)
    assert page.locator(".tongues").count() == 0


def test_the_page_speaks_its_language_while_it_plays(visit: Visit, tongues: Server) -> None:
    """Buttons, places, the timer, keeping, resuming: all said in German."""
    page = visit(GERMAN, at=tongues.address)
    expect(page.locator("#keep")).to_have_text(
        re.compile(r"^Auf diesem Gerät behalten \(\d,\d MB\)$")
    )
    expect(page.locator("#play")).to_have_accessible_name("Abspielen")
    play(page)
    expect(page.locator("#play")).to_have_accessible_name("Anhalten")
    assert " von 1:" in str(page.get_attribute("#place", "aria-valuetext"))
    page.select_option("#sleep", "chapter")
    expect(page.locator("#told")).to_have_text("Es endet mit diesem Kapitel.")
    page.evaluate("meditations.seek(24)")
    page.click("#play")
    page.wait_for_function(PAUSED)
    page.click("#keep")
    expect(page.locator("#keep")).to_have_text("Von diesem Gerät entfernen")
    expect(page.locator("#told")).to_have_text(
        "Die Aufnahme liegt auf diesem Gerät und spielt ohne Netz."
    )
    page.reload()
    expect(page.locator("#told")).to_contain_text("Es geht bei 0:2")
    page.goto(f"{tongues.address}index-de.html")
    expect(page.locator("[data-sound*='steady'] .meta")).to_contain_text("auf diesem Gerät")
    manifest = page.evaluate("document.querySelector('link[rel=manifest]').href")
    assert manifest == f"{tongues.address}manifest-de.webmanifest"
    assert page.request.get(manifest).json()["start_url"] == "index-de.html"


def test_pages_in_each_language_are_there_without_a_network(visit: Visit, tongues: Server) -> None:
    """One service worker keeps them all, each as it was visited."""
    page = visit("index-de.html", at=tongues.address)
    page.wait_for_function("() => document.documentElement.dataset.offline === 'ready'")
    page.goto(tongues.address + SPANISH)
    page.wait_for_function("() => document.documentElement.dataset.offline === 'ready'")
    page.context.set_offline(True)
    page.goto(f"{tongues.address}index-de.html")
    expect(page.locator("h1")).to_have_text("Ruhige Abende")
    page.goto(tongues.address + SPANISH)
    assert page.evaluate("document.documentElement.lang") == "es"


@pytest.mark.parametrize("width", [320, 1440])
@pytest.mark.parametrize("light", ["light", "dark"])
def test_axe_finds_nothing_in_any_language(
    visit: Visit, tongues: Server, light: str, width: int
) -> None:
    """Lists and pages, with the switch on them; nothing is wider than the screen."""
    size = {"width": width, "height": 800}
    page = visit(LIST, at=tongues.address, viewport=size, color_scheme=light)
    found = {}
    for path in (LIST, "index-de.html", "index-es.html", STEADY, GERMAN, SPANISH):
        page.goto(tongues.address + path)
        found[path] = Axe().run(page).response["violations"]
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(ABOVE), path
    assert {path: faults for path, faults in found.items() if faults} == {}
