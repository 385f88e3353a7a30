"""Debian's Chromium on the made-up podcast, as `serve` gives it; a fault on any page is a failure.

The fixtures are known to all tests (see `conftest.py`); Playwright is imported by none but them.
"""

from __future__ import annotations

import gc
import shutil
from typing import TYPE_CHECKING, Any, Final

import pytest

from support.podcast import podcast_of, write_evenings, write_library, write_podcast
from support.serving import served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Page, Request

    from meditations.podcast.episodes import Episode
    from meditations.project import Project
    from meditations.serving import Server

    Visit = Callable[..., Page]

MARKS: Final = [
    pytest.mark.browser,
    # Playwright leaves its event loop's socket to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
PLAYS: Final = "() => !meditations.audio.paused && meditations.audio.currentTime > 0"
PAUSED: Final = "() => meditations.audio.paused"
OFFLINE_READY: Final = "() => document.documentElement.dataset.offline === 'ready'"
LIST: Final = "index.html"
STEADY: Final = "listen/steady.html"
HOSTILE_PAGE: Final = "listen/hostile.html"
NIGHT: Final = "listen/night.html"
# What Chromium says on the console where a test takes the network away, or asks beyond the end.
EXPECTED: Final = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "status of 416")


@pytest.fixture(scope="session")
def evenings(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with the made-up podcast, whose folder is made."""
    project = write_evenings(tmp_path_factory.mktemp("evenings"))
    write_podcast(project)
    return project


@pytest.fixture(scope="session")
def steady(evenings: Project) -> Episode:
    """The episode that most tests play."""
    return next(each for each in podcast_of(evenings).episodes if each.slug == "steady")


@pytest.fixture(scope="session")
def evening_site(evenings: Project) -> Iterator[Server]:
    with served(evenings.build / "podcast") as running:
        yield running


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The project's own podcast, without its sound."""
    project = write_library(tmp_path_factory.mktemp("library"))
    with served(write_podcast(project)) as running:
        yield running


@pytest.fixture(scope="module")  # as long as it runs, no other event loop can
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium")
    assert program, "Debian's chromium is not installed: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()
    # What Playwright leaves to the garbage collector is collected where MARKS allow for it.
    del browser, playwright
    gc.collect()


@pytest.fixture
def visit(browser: Browser, evening_site: Server) -> Iterator[Visit]:
    """Opens a path of the site.

    At the test's end, an error on any page's console fails it, and so does any request, of a page
    or of a worker, to anybody but the site.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []
    asked: list[str] = []
    sites = [evening_site.address]

    def open_page(
        path: str, at: str | None = None, init: str = "",
        requests: list[Request] | None = None, **options: Any,
    ) -> Page:  # fmt: skip
        def note(request: Request) -> None:
            asked.append(request.url)
            if requests is not None:
                requests.append(request)

        context = browser.new_context(**options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        sites.append(at or evening_site.address)
        context.on("request", note)
        context.on("weberror", lambda error: faults.append(str(error.error)))
        context.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
        page = context.new_page()
        if init:
            page.add_init_script(init)
        page.goto((at or evening_site.address) + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [fault for fault in faults if not any(known in fault for known in EXPECTED)] == []
    assert [url for url in asked if not url.startswith((*sites, "blob:", "data:"))] == []


def play(page: Page) -> None:
    """Presses the large button and waits for the sound."""
    page.click("#play")
    page.wait_for_function(PLAYS)


def now(page: Page) -> float:
    """The place in the track, in seconds."""
    return float(page.evaluate("meditations.audio.currentTime"))


def spoken(page: Page, number: int) -> str:
    """Where to click for a sentence of the words, counted from 0."""
    page.evaluate("document.getElementById('words').open = true")
    return f".scroll [data-at] >> nth={number}"
