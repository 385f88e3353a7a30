"""The listening page in a real browser: Debian's Chromium, the way a listener uses it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright
from support.page_server import Site, served
from support.podcasts import made_up_podcast, write_page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page

    Visit = Callable[..., Page]

pytestmark = [
    pytest.mark.browser,
    # Playwright leaves its event loop's socket to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

PLAYS = "() => !meditations.audio.paused && meditations.audio.currentTime > 0"
PAUSED = "() => meditations.audio.paused"
OFFLINE_READY = "() => document.documentElement.dataset.offline === 'ready'"
STEADY = "listen/steady.html"
HOSTILE = "listen/hostile.html"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A podcast's folder as it is uploaded."""
    root = tmp_path_factory.mktemp("podcast")
    write_page(made_up_podcast(root / "tracks"), root / "podcast")
    return root / "podcast"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium")
    assert program, "Debian's chromium is not installed: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def site(folder: Path) -> Iterator[Site]:
    with served(folder) as site:
        yield site


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Visit]:
    """Opens a path of the site; a fault on the page's console fails the test at its end."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_page(path: str, at: str | None = None, init: str = "", **options: Any) -> Page:
        context = browser.new_context(**options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
        if init:
            page.add_init_script(init)
        page.goto((at or site.url) + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [fault for fault in faults if "ERR_" not in fault and " 416 " not in fault] == []


def _play(page: Page) -> None:
    page.click("#play")
    page.wait_for_function(PLAYS)


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("light", ["light", "dark", "night"])
@pytest.mark.parametrize("path", ["index.html", STEADY, HOSTILE])
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
    if path == HOSTILE:
        page.click("#steady")
        assert Axe().run(page).response["violations"] == []


@pytest.mark.parametrize("width", [320, 360, 1440])
def test_nothing_is_wider_than_the_screen(visit: Visit, width: int) -> None:
    """However long a title is, and at 400 % as on a screen of 320 pixels."""
    for path in ("index.html", HOSTILE):
        page = visit(path, viewport={"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_first_visit_is_light(visit: Visit, site: Site) -> None:
    """At most 60 KB before the sound, uncompressed, and nothing of the sound before play."""
    page = visit(HOSTILE)
    page.wait_for_function(OFFLINE_READY)
    before = [(path, size) for path, _, size in site.sent]
    assert not [path for path, _ in before if path.endswith(".mp3")]
    fetched = dict(before)  # what the worker keeps comes from the browser's cache on a real site
    assert sum(fetched.values()) <= 60_000, fetched


def test_only_this_site_is_asked(visit: Visit, site: Site) -> None:
    """No font, no counter, no player of anybody else."""
    page = visit("index.html")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(site.url + STEADY)
    _play(page)
    assert asked
    assert [url for url in asked if not url.startswith(site.url)] == []


def test_it_plays_and_the_words_keep_step(visit: Visit) -> None:
    """The sentence that sounds stands below the button and is marked among the words."""
    page = visit(STEADY)
    page.evaluate("document.getElementById('words').open = true")
    page.click("[data-at^='14 ']")
    page.wait_for_function(PLAYS)
    assert page.evaluate("meditations.audio.currentTime") == pytest.approx(14, abs=1.5)
    expect(page.locator(".current")).to_have_text("Sentence 2 <of> steady.")
    expect(page.locator("#said")).to_have_text("Sentence 2 <of> steady.")
    expect(page.locator(".current")).to_be_in_viewport()
    page.click("#play")
    assert page.evaluate(PAUSED)


def test_a_chapter_plays_from_its_start(visit: Visit) -> None:
    """And is marked as the current one."""
    page = visit(STEADY)
    page.click(".parts a[data-from='30']")
    page.wait_for_function(PLAYS)
    assert page.evaluate("meditations.audio.currentTime") == pytest.approx(30, abs=1.5)
    expect(page.locator(".parts a[aria-current]")).to_contain_text("Here & <now>")


def test_nothing_jumps(visit: Visit) -> None:
    """Playing, seeking and messages move nothing; only a sentence gives way to the next."""
    page = visit(STEADY, viewport={"width": 360, "height": 800})
    page.wait_for_timeout(500)  # scripts have taken the place of the browser's own controls
    page.evaluate(
        "() => { window.moved = []; new PerformanceObserver((list) => {"
        " for (const each of list.getEntries()) for (const { node } of each.sources)"
        " if (!node?.parentElement?.closest('#said, .times')) window.moved.push(node?.nodeName); }"
        ").observe({type: 'layout-shift'}); }"
    )
    _play(page)
    page.evaluate("meditations.seek(15)")
    page.wait_for_timeout(700)
    page.evaluate("meditations.seek(45)")
    page.evaluate("meditations.say('It fades out in 20 minutes of playing.')")
    page.wait_for_timeout(700)
    assert page.evaluate("window.moved") == []


def test_it_goes_on_where_it_was_left(visit: Visit, site: Site) -> None:
    """After the page was closed, and says so before it plays."""
    page = visit(STEADY)
    _play(page)
    page.evaluate("meditations.seek(24)")
    page.click("#play")
    page.goto(site.url + "index.html")
    page.goto(site.url + STEADY)
    expect(page.locator("#told")).to_contain_text("It goes on from 0:2")
    _play(page)
    assert page.evaluate("meditations.audio.currentTime") == pytest.approx(24, abs=2)


def test_the_sleep_timer_fades_and_puts_the_place_back(visit: Visit) -> None:
    """The volume falls without a step upwards; afterwards it is whole again."""
    page = visit(STEADY)
    _play(page)
    page.evaluate(
        "() => { window.volumes = []; window.began = meditations.audio.currentTime;"
        " setInterval(() => window.volumes.push(meditations.audio.volume), 50);"
        " meditations.sleep.start(2500, 2000); }"
    )
    page.wait_for_function(PAUSED)
    heard = page.evaluate("window.volumes")
    falling = heard[: heard.index(min(heard)) + 1]
    assert falling == sorted(falling, reverse=True)
    assert len(set(falling)) >= 5
    assert min(heard) < 0.2
    page.wait_for_timeout(100)
    assert page.evaluate("meditations.audio.volume") == 1
    back = page.evaluate("meditations.position()")
    assert back - page.evaluate("window.began") == pytest.approx(0.5, abs=0.6)
    expect(page.locator("#told")).to_contain_text("The sleep timer has ended the sound")


def test_where_the_volume_is_fixed_it_ends_in_a_pause(visit: Visit) -> None:
    """As on iOS: `volume` stays 1, and no sentence is cut off."""
    fixed = (
        "Object.defineProperty(HTMLMediaElement.prototype, 'volume',"
        " {get: () => 1, set: () => {}, configurable: true})"
    )
    page = visit(STEADY, init=fixed)
    page.evaluate("meditations.seek(8)")  # a sentence sounds from 8 s to 10 s
    _play(page)
    page.evaluate("meditations.sleep.start(200)")
    page.wait_for_function(PAUSED)
    assert 10 < page.evaluate("meditations.audio.currentTime") < 13.7


def test_the_sleep_timer_ends_with_a_chapter(visit: Visit) -> None:
    """However fast it plays; the place goes back to where the fade began."""
    page = visit(STEADY)
    page.select_option("#speed", "1.5")
    page.evaluate("meditations.seek(27)")
    _play(page)
    page.select_option("#sleep", "chapter")
    page.wait_for_function(PAUSED)
    assert page.evaluate("meditations.position()") == pytest.approx(27, abs=1)
    assert page.input_value("#sleep") == ""


def test_pausing_and_looking_round(visit: Visit) -> None:
    """One tap pauses and offers what steadies; to go on begins the broken sentence again."""
    page = visit(HOSTILE, viewport={"width": 360, "height": 700})
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(page.locator("#steady")).to_be_in_viewport()
    page.evaluate("meditations.seek(15)")
    page.evaluate("meditations.audio.muted = true")
    page.evaluate("meditations.audio.play()")
    page.wait_for_function(PLAYS)
    page.click("#steady")
    assert page.evaluate(PAUSED)
    expect(page.locator("#look-title")).to_be_visible()
    expect(page.get_by_role("link", name="people who can help")).to_be_visible()
    page.click("#go-on")
    page.wait_for_function(PLAYS)
    assert page.evaluate("meditations.audio.currentTime") == pytest.approx(14, abs=1)
    page.keyboard.press("Escape")
    expect(page.locator("#look-around")).to_be_visible()
    page.click("#stop")
    assert page.evaluate(PAUSED)


def test_the_keyboard_does_everything(visit: Visit) -> None:
    """Space, arrows, Escape; and in a field the keys belong to the field."""
    page = visit(STEADY)
    page.keyboard.press("Space")
    page.wait_for_function(PLAYS)
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => meditations.audio.currentTime >= 15")
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("() => meditations.audio.currentTime < 10")
    page.keyboard.press("Space")
    page.wait_for_function(PAUSED)
    page.evaluate("document.getElementById('words').open = true")
    page.focus(".scroll")
    page.keyboard.press("Enter")
    page.wait_for_function("() => !meditations.audio.paused && meditations.audio.currentTime < 4")
    page.evaluate("meditations.audio.pause()")
    page.focus("#speed")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.getElementById('speed').value") == "1.1"
    assert page.evaluate(PAUSED)


def test_the_lock_screen_knows_the_track(visit: Visit) -> None:
    """Media Session: title, who speaks, cover, and the place."""
    page = visit(STEADY)
    _play(page)
    told = page.evaluate(
        "() => { const m = navigator.mediaSession.metadata;"
        " return [m.title, m.artist, m.album, m.artwork[0].src,"
        " navigator.mediaSession.playbackState] }"
    )
    assert told[:3] == ["Steady", "A & B", "Quiet Evenings"]
    assert told[3].endswith("/images/steady-0123456789ab.png")
    assert told[4] == "playing"


def test_the_night_is_remembered(visit: Visit, site: Site) -> None:
    """Dimmed once, every page is dimmed before it is drawn."""
    page = visit("index.html")
    page.click("#night")
    page.goto(site.url + STEADY)
    assert "night" in page.evaluate("document.documentElement.className")
    assert page.get_attribute("#night", "aria-pressed") == "true"


def test_visited_pages_are_there_without_a_network(visit: Visit, site: Site) -> None:
    """After one visit; the sound is not kept, and the page says so kindly."""
    page = visit(STEADY)
    page.wait_for_function(OFFLINE_READY)
    page.reload()
    page.evaluate("meditations.seek(40)")  # through the worker, which passes ranges on
    _play(page)
    page.wait_for_function("() => meditations.audio.currentTime > 40")
    site.answering = False
    page.reload()
    expect(page.locator("h1")).to_have_text("Steady")
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.controls')).textAlign") == "center"
    )
    page.click("#play")
    expect(page.locator("#told")).to_contain_text("could not be loaded")


def test_sound_is_kept_when_asked_and_answers_ranges(visit: Visit, site: Site) -> None:
    """The whole file, from which any part is answered; and it goes when it is told to go."""
    page = visit(STEADY)
    page.wait_for_function(OFFLINE_READY)
    page.reload()
    page.click("#keep")
    expect(page.locator("#keep")).to_have_text("Remove from this device")
    site.answering = False
    page.reload()
    page.evaluate("meditations.seek(40)")
    _play(page)
    assert page.evaluate("meditations.audio.currentTime") == pytest.approx(40, abs=1.5)
    asked = page.evaluate(
        "async () => { const told = [];"
        " for (const range of ['bytes=10-19', 'bytes=-7', 'bytes=5-', 'bytes=99999999-']) {"
        "  const answer = await fetch(meditations.audio.src, {headers: {Range: range}});"
        "  const size = (await answer.arrayBuffer()).byteLength;"
        "  told.push([answer.status, size, answer.headers.get('Content-Range')]); }"
        " return told }"
    )
    size = next((site.folder / "media").glob("steady-*.mp3")).stat().st_size
    assert asked == [
        [206, 10, f"bytes 10-19/{size}"],
        [206, 7, f"bytes {size - 7}-{size - 1}/{size}"],
        [206, size - 5, f"bytes 5-{size - 1}/{size}"],
        [416, 0, f"bytes */{size}"],
    ]
    site.answering = True
    page.goto(site.url + "index.html")
    listed = page.locator("[data-sound*='steady'] .meta")
    expect(listed).to_contain_text("on this device")
    page.goto(site.url + STEADY)
    page.click("#keep")
    expect(page.locator("#keep")).to_contain_text("Keep on this device")


def test_a_new_publication_takes_the_place_of_the_old(tmp_path: Path, visit: Visit) -> None:
    """Replaced sound goes from the device, and the new page is there without a network."""
    podcast = made_up_podcast(tmp_path / "tracks")
    write_page(podcast, tmp_path / "podcast")
    with served(tmp_path / "podcast") as site:
        page = visit(STEADY, at=site.url)
        page.wait_for_function(OFFLINE_READY)
        page.click("#keep")
        expect(page.locator("#keep")).to_have_text("Remove from this device")
        first = podcast.episodes[0]
        media = replace(first.media, path="media/steady-ba9876543210.mp3")
        mended = replace(first, title="Steadier", media=media)
        write_page(replace(podcast, episodes=(mended, *podcast.episodes[1:])), tmp_path / "podcast")
        page.reload()
        expect(page.locator("h1")).to_have_text("Steadier")
        expect(page.locator("#keep")).to_contain_text("Keep on this device")
        page.wait_for_function(
            "async () => (await (await caches.open('meditations / kept')).keys()).length === 0"
        )
        site.answering = False
        page.reload()
        expect(page.locator("h1")).to_have_text("Steadier")


def test_from_a_file_it_reads_and_plays(visit: Visit, folder: Path) -> None:
    """No server, no worker, no fetch: a folder on a stick is enough."""
    page = visit("index.html", at=folder.as_uri() + "/")
    page.click("text=Steady")
    _play(page)
    expect(page.locator("#keep")).to_be_hidden()
    page.evaluate("document.getElementById('words').open = true")
    expect(page.locator("[data-at^='14 ']")).to_be_visible()


def test_without_scripts_there_is_a_player_and_the_words(visit: Visit) -> None:
    """The browser's own controls, the transcript, the way to pause; and no dead button."""
    page = visit(HOSTILE, java_script_enabled=False)
    expect(page.locator("audio[controls]")).to_be_visible()
    page.click("summary:has-text('The words')")
    expect(page.locator("[data-at^='14 ']")).to_be_visible()
    expect(page.locator("#look-title")).to_be_visible()
    assert page.locator("button:visible").count() == 0


def test_less_motion_is_no_motion(visit: Visit) -> None:
    """Where the system asks for less of it, nothing moves over time."""
    page = visit(HOSTILE, reduced_motion="reduce")
    moving = page.evaluate(
        "() => [...document.querySelectorAll('*')].filter((e) => {"
        " const s = getComputedStyle(e); return s.animationName !== 'none' ||"
        " s.transitionDuration.split(',').some((d) => parseFloat(d) > 0) }).length"
    )
    assert moving == 0
