"""The page without a network, from a file, without scripts; and how much comes over the wire."""

from __future__ import annotations

import http.client
import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from support.browsing import (
    LIST,
    MARKS,
    NIGHT,
    OFFLINE_READY,
    STEADY,
    now,
    play,
    spoken,
)
from support.podcast import make_tracks, write_evenings, write_podcast
from support.serving import served

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page, Request
    from support.browsing import Visit

    from meditations.podcast.episodes import Episode
    from meditations.project import Project
    from meditations.serving import Server

pytestmark = MARKS

KEPT = "Remove from this device"
NOT_KEPT = "Keep on this device"


def _installed(page: Page) -> None:
    """Waits for the worker of a first visit, and visits once more, through it."""
    page.wait_for_function(OFFLINE_READY)
    page.reload()


def _kept_after(page: Page, wanted: int) -> int:
    """How many tracks the device keeps, as soon as it is `wanted`, or after five seconds."""
    return int(
        page.evaluate(
            "async (wanted) => { const kept = await caches.open('meditations / kept');"
            " for (let n = 0; n < 100 && (await kept.keys()).length !== wanted; n++)"
            " await new Promise((done) => setTimeout(done, 50));"
            " return (await kept.keys()).length }",
            wanted,
        )
    )


def _cut(page: Page) -> None:
    """Takes the network away, and what the browser itself happens to have kept."""
    page.context.new_cdp_session(page).send("Network.clearBrowserCache")
    page.context.set_offline(True)


def test_visited_pages_are_there_without_a_network(visit: Visit, evening_site: Server) -> None:
    """After one visit; the sound is not kept, and the page says so kindly."""
    page = visit(STEADY)
    _installed(page)
    page.evaluate("meditations.seek(40)")  # through the worker, which passes ranges on
    play(page)
    page.wait_for_function("() => meditations.audio.currentTime > 40")
    _cut(page)
    page.reload()
    expect(page.locator("h1")).to_have_text("Steady")
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.controls')).textAlign") == "center"
    )
    page.click("#play")
    expect(page.locator("#told")).to_contain_text(re.compile("You are offline|could not be loaded"))


def test_one_visit_is_enough(visit: Visit, evening_site: Server) -> None:
    """Not a second one: what was seen once, the list as well as a page, is kept."""
    page = visit(LIST)
    page.wait_for_function(OFFLINE_READY)
    page.click(".meditations >> text=Night")
    page.wait_for_function(OFFLINE_READY)
    _cut(page)
    page.goto(evening_site.address)
    expect(page.locator("h1")).to_have_text("Quiet Evenings")
    page.goto(evening_site.address + NIGHT)
    expect(page.locator("h1")).to_have_text("Night")


def test_sound_is_kept_when_asked_and_answers_ranges(
    visit: Visit, evening_site: Server, steady: Episode
) -> None:
    """The whole file, from which any part is answered; and it goes when it is told to go."""
    page = visit(STEADY)
    _installed(page)
    page.click("#keep")
    expect(page.locator("#keep")).to_have_text(KEPT)
    _cut(page)
    page.reload()
    page.evaluate("meditations.seek(40)")
    play(page)
    assert now(page) == pytest.approx(40, abs=1.5)
    asked = page.evaluate(
        "async () => { const told = [];"
        " for (const range of ['bytes=10-19', 'bytes=-7', 'bytes=5-', 'bytes=99999999-']) {"
        "  const answer = await fetch(meditations.audio.src, {headers: {Range: range}});"
        "  const size = (await answer.arrayBuffer()).byteLength;"
        "  told.push([answer.status, size, answer.headers.get('Content-Range')]); }"
        " return told }"
    )
    size = steady.media.bytes
    assert asked == [
        [206, 10, f"bytes 10-19/{size}"],
        [206, 7, f"bytes {size - 7}-{size - 1}/{size}"],
        [206, size - 5, f"bytes 5-{size - 1}/{size}"],
        [416, 0, f"bytes */{size}"],
    ]
    page.context.set_offline(False)
    page.goto(evening_site.address + LIST)
    expect(page.locator("[data-sound*='steady'] .meta")).to_contain_text("on this device")
    page.goto(evening_site.address + STEADY)
    page.click("#keep")
    expect(page.locator("#keep")).to_contain_text(NOT_KEPT)


def test_a_new_publication_takes_the_place_of_the_old(tmp_path: Path, visit: Visit) -> None:
    """Replaced sound goes from the device, and the new page is there without a network."""
    project = write_evenings(tmp_path)
    with served(write_podcast(project)) as site:
        page = visit(STEADY, at=site.address)
        page.wait_for_function(OFFLINE_READY)
        page.click("#keep")
        expect(page.locator("#keep")).to_have_text(KEPT)
        assert _kept_after(page, 1) == 1
        script = project.scripts / "steady.yaml"
        told = script.read_text("utf-8").replace("title: Steady", "title: Steadier")
        script.write_text(told.replace("Sentence 8", "One more, the ninth"), "utf-8")
        make_tracks(project)
        write_podcast(project)
        page.reload()
        expect(page.locator("h1")).to_have_text("Steadier")
        expect(page.locator("#keep")).to_contain_text(NOT_KEPT)
        assert _kept_after(page, 0) == 0
        _cut(page)
        page.reload()
        expect(page.locator("h1")).to_have_text("Steadier")


def test_the_first_visit_is_light(visit: Visit, library: Server) -> None:
    """At most 60 KB over the wire before the sound, headers and all, even of the heaviest page."""
    heaviest = max(library.folder.glob("listen/*.html"), key=lambda page: page.stat().st_size)
    icon = next(library.folder.glob("assets/icon-192-*.png"))
    for path in (LIST, f"listen/{heaviest.name}"):
        requests: list[Request] = []
        page = visit(path, at=library.address, requests=requests)
        page.wait_for_function(OFFLINE_READY)
        page.wait_for_load_state("networkidle")
        asked = {each.url.removeprefix(library.address) for each in requests}
        assert not [path for path in asked if path.startswith(("media/", "images/"))]
        # The worker itself, manifest and icon are fetched behind the page's back.
        unseen = ("sw.js", "manifest.webmanifest", f"assets/{icon.name}")
        wire = sum(map(_wire_bytes, requests)) + sum(_wire_bytes_of(library, p) for p in unseen)
        assert 10_000 < wire <= 60_000, path


def _wire_bytes(request: Request) -> int:
    """What came with a request; of a body from a cache the browser counts less than nothing."""
    told = request.sizes()
    return max(0, told["responseBodySize"] + told["responseHeadersSize"])


def _wire_bytes_of(site: Server, path: str) -> int:
    client = http.client.HTTPConnection("127.0.0.1", site.port, timeout=20)
    client.request("GET", "/" + path, headers={"Accept-Encoding": "gzip"})
    answered = client.getresponse()
    told = len(str(answered.headers)) + len(answered.read())
    client.close()
    return told


def test_from_a_file_it_reads_and_plays(visit: Visit, evenings: Project) -> None:
    """No server, no worker, no fetch: a folder on a stick is enough."""
    page = visit(LIST, at=(evenings.build / "podcast").as_uri() + "/")
    page.click(".meditations >> text=Steady")
    play(page)
    expect(page.locator("#keep")).to_be_hidden()
    page.click(spoken(page, 2))
    expect(page.locator("#said")).to_have_text("Sentence 2 <of> steady.")
    page.click("#night")
    page.click("text=All meditations")
    expect(page.locator("h1")).to_have_text("Quiet Evenings")


def test_without_scripts_there_is_a_player_and_the_words(
    visit: Visit, evening_site: Server
) -> None:
    """The browser's own controls, the transcript, the way to pause; and no dead button."""
    page = visit(LIST, java_script_enabled=False)
    assert page.locator("button:visible").count() == 0
    page.click("text=“Yes” &")
    expect(page.locator("audio[controls]")).to_be_visible()
    page.click("summary:has-text('The words')")
    expect(page.get_by_text("Sentence 2 <of> hostile.")).to_be_visible()
    expect(page.locator("#look-title")).to_be_visible()
    assert page.locator("button:visible, select:visible, input:visible").count() == 0
    page.click("#steady")
    assert page.url.endswith("#look-around")
    expect(page.locator("#look-title")).to_be_in_viewport()
    page.click(".parts li:nth-child(2) a")  # leads to the chapter's words
    assert page.url.endswith("#chapter-1")
