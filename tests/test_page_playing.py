"""Listening on the page, in a real browser, the way a listener does it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from support.browsing import HOSTILE_PAGE, LIST, MARKS, PAUSED, PLAYS, STEADY, now, play, spoken

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from support.browsing import Visit

    from meditations.podcast.episodes import Episode
    from meditations.serving import Server

pytestmark = MARKS

VOLUME_IS_FIXED = (
    "Object.defineProperty(HTMLMediaElement.prototype, 'volume',"
    " {get: () => 1, set: () => {}, configurable: true})"
)


def test_a_sentence_plays_from_its_start_and_the_words_keep_step(
    visit: Visit, steady: Episode
) -> None:
    """What sounds stands below the button and is marked among the words."""
    page, cue = visit(STEADY), steady.cues[2]
    page.click(spoken(page, 2))
    page.wait_for_function(PLAYS)
    assert now(page) == pytest.approx(cue.start_ms / 1000, abs=1.5)
    expect(page.locator(".current")).to_have_text("Sentence 2 <of> steady.")
    expect(page.locator("#said")).to_have_text("Sentence 2 <of> steady.")
    expect(page.locator(".current")).to_be_in_viewport()
    page.evaluate(f"meditations.seek({steady.cues[3].start_ms / 1000 - 0.3})")
    expect(page.locator(".current")).to_have_text("Sentence 3 <of> steady.")
    page.click("#play")
    assert page.evaluate(PAUSED)


def test_a_chapter_plays_from_its_start(visit: Visit, steady: Episode) -> None:
    """And is marked as the current one."""
    page, start = visit(STEADY), steady.chapters[1].start_ms / 1000
    page.click(".parts li:nth-child(2) a")
    page.wait_for_function(PLAYS)
    assert now(page) == pytest.approx(start, abs=1.5)
    expect(page.locator(".parts a[aria-current]")).to_contain_text("Here & <now>")
    expect(page.locator("#chapter")).to_have_text("Here & <now>")


def test_any_place_can_be_reached(visit: Visit, steady: Episode) -> None:
    """By the slider, also before anything plays, and by 15 seconds back and on."""
    page, whole = visit(STEADY), steady.length_ms / 1000
    slider = page.locator("#place")
    box = slider.bounding_box()
    assert box is not None
    slider.click(position={"x": box["width"] / 2, "y": box["height"] / 2})
    middle = "|".join(f"0:{whole // 2 + more:02.0f}" for more in (-1, 0, 1))
    expect(page.locator("#gone")).to_have_text(re.compile(middle))
    play(page)
    assert now(page) == pytest.approx(whole / 2, abs=2)
    slider.click(position={"x": box["width"] * 0.8, "y": box["height"] / 2})
    page.wait_for_function(f"() => meditations.audio.currentTime > {whole * 0.75}")
    page.click("#play")
    at = now(page)
    page.click("#back")
    assert now(page) == pytest.approx(at - 15, abs=0.5)
    page.click("#on")
    assert now(page) == pytest.approx(at, abs=0.5)
    page.click("#on")
    page.click("#on")
    assert now(page) < whole  # not over the end, which would count as heard


def test_the_speed_is_heard_and_remembered(visit: Visit, evening_site: Server) -> None:
    """On the next page, too; the pitch of the voice stays."""
    page = visit(STEADY)
    page.select_option("#speed", "1.5")
    play(page)
    took = page.evaluate(
        "async () => { const { audio } = meditations; const wait = (to) => new Promise((done) => {"
        " const id = setInterval(() => audio.currentTime >= to && done(clearInterval(id)), 10) });"
        " await wait(0.5); const at = audio.currentTime, from = performance.now();"
        " await wait(at + 3);"
        " return (audio.currentTime - at) / ((performance.now() - from) / 1000) }"
    )
    assert took == pytest.approx(1.5, abs=0.2)
    page.goto(evening_site.address + HOSTILE_PAGE)
    assert page.input_value("#speed") == "1.5"
    play(page)
    assert page.evaluate("[meditations.audio.playbackRate, meditations.audio.preservesPitch]") == [
        1.5, True,
    ]  # fmt: skip


def test_the_speed_changes_while_it_plays(visit: Visit) -> None:
    """At once, and without a pause."""
    page = visit(STEADY)
    play(page)
    page.select_option("#speed", "0.8")
    assert page.evaluate("[meditations.audio.playbackRate, meditations.audio.paused]") == [
        0.8, False,
    ]  # fmt: skip


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
    play(page)
    page.evaluate("meditations.seek(15)")
    page.wait_for_timeout(700)
    page.evaluate("meditations.seek(45)")
    page.evaluate("meditations.say('It fades out in 20 minutes of playing.')")
    page.wait_for_timeout(700)
    assert page.evaluate("window.moved") == []


def test_it_goes_on_where_it_was_left(visit: Visit, evening_site: Server) -> None:
    """After the page was closed, and says so before it plays."""
    page = visit(STEADY)
    play(page)
    page.evaluate("meditations.seek(24)")
    page.click("#play")
    page.goto(evening_site.address + LIST)
    page.goto(evening_site.address + STEADY)
    expect(page.locator("#told")).to_contain_text("It goes on from 0:2")
    play(page)
    assert now(page) == pytest.approx(24, abs=2)


def test_what_was_heard_to_its_end_begins_anew(visit: Visit, evening_site: Server) -> None:
    """The end is told kindly, and nobody is put back to it."""
    page = visit(STEADY)
    play(page)
    page.evaluate("meditations.audio.currentTime = meditations.audio.duration - 0.6")
    expect(page.locator("#told")).to_contain_text("That was all of it")
    page.goto(evening_site.address + STEADY)
    expect(page.locator("#told")).to_be_empty()
    play(page)
    assert now(page) < 5


def test_the_sleep_timer_fades_and_puts_the_place_back(visit: Visit) -> None:
    """The volume falls without a step upwards; afterwards it is whole again."""
    page = visit(STEADY)
    play(page)
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


def test_the_sleep_timer_counts_minutes_of_playing(visit: Visit) -> None:
    """Those that were chosen, with 20 seconds of fade at their end; a pause does not count."""
    page = visit(STEADY)
    page.clock.install()
    page.reload()
    play(page)
    page.select_option("#sleep", "5")
    expect(page.locator("#told")).to_have_text("It fades out in 5 minutes of playing.")
    page.clock.run_for("02:00")
    page.click("#play")
    page.clock.run_for("30:00")
    page.click("#play")
    page.wait_for_function(PLAYS)
    page.clock.run_for("02:38")
    assert page.evaluate("meditations.audio.volume") == 1
    page.clock.run_for(12_000)
    assert 0 < page.evaluate("meditations.audio.volume") < 0.5
    page.clock.run_for(12_000)
    page.wait_for_function(PAUSED)
    assert page.input_value("#sleep") == ""


def test_where_the_volume_is_fixed_it_ends_in_a_pause(visit: Visit, steady: Episode) -> None:
    """As on iOS: `volume` stays 1, and no sentence is cut off."""
    page = visit(STEADY, init=VOLUME_IS_FIXED)
    begins, ends = steady.cues[1].start_ms / 1000, steady.cues[1].end_ms / 1000
    page.evaluate(f"meditations.seek({begins})")
    play(page)
    page.evaluate("meditations.sleep.start(200)")
    page.wait_for_function(PAUSED)
    assert ends < now(page) < steady.cues[2].start_ms / 1000
    expect(page.locator("#told")).to_contain_text("The sleep timer has ended the sound")


def test_the_sleep_timer_ends_with_a_chapter(visit: Visit, steady: Episode) -> None:
    """However fast it plays; the place goes back to where the fade began."""
    page, until = visit(STEADY), steady.chapters[0].end_ms / 1000
    page.select_option("#speed", "1.5")
    page.evaluate(f"meditations.seek({until - 3})")
    play(page)
    page.select_option("#sleep", "chapter")
    page.wait_for_function(PAUSED)
    assert page.evaluate("meditations.position()") == pytest.approx(until - 3, abs=1)
    assert page.input_value("#sleep") == ""


def test_pausing_and_looking_round(visit: Visit) -> None:
    """One tap pauses and offers what steadies; to go on begins the broken sentence again."""
    page = visit(HOSTILE_PAGE, viewport={"width": 360, "height": 700})
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(page.locator("#steady")).to_be_in_viewport()
    first = page.evaluate("meditations.cues[2].at")
    page.evaluate(f"meditations.seek({first + 1})")
    page.evaluate("meditations.audio.muted = true")
    page.evaluate("meditations.audio.play()")
    page.wait_for_function(PLAYS)
    page.click("#steady")
    assert page.evaluate(PAUSED)
    expect(page.locator("#look-title")).to_be_visible()
    expect(page.get_by_role("link", name="people who can help")).to_be_visible()
    page.click("#go-on")
    page.wait_for_function(PLAYS)
    assert now(page) == pytest.approx(first, abs=1)
    page.keyboard.press("Escape")
    expect(page.locator("#look-around")).to_be_visible()
    page.click("#stop")
    assert page.evaluate(PAUSED)


def test_keys_play_seek_and_pause(visit: Visit) -> None:
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
    page.wait_for_function("() => !meditations.audio.paused && meditations.audio.currentTime < 5")
    page.evaluate("meditations.audio.pause()")
    page.focus("#speed")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.getElementById('speed').value") == "1.1"
    assert page.evaluate(PAUSED)


def test_the_keyboard_alone_reaches_everything(visit: Visit, steady: Episode) -> None:
    """Tab comes to each control in the order of the page, where it can be seen, and Enter works."""
    page = visit(HOSTILE_PAGE)
    expect(page.locator("#keep")).to_be_visible()
    met = _tabbed(page)
    wanted = ["night", "back", "play", "on", "place", "speed", "sleep", "keep", "to-help"]
    controls = [name for name in met if name in wanted]
    assert controls == wanted[:-1]
    assert "steady" in met
    page.focus("#play")
    page.keyboard.press("Enter")
    page.wait_for_function(PLAYS)
    page.focus("#steady")
    page.keyboard.press("Enter")
    expect(page.locator("#look-title")).to_be_visible()
    assert page.evaluate(PAUSED)
    in_dialog = page.evaluate("document.activeElement.closest('dialog') !== null")
    assert in_dialog
    page.keyboard.press("Escape")
    expect(page.locator("#look-title")).to_be_hidden()
    page.focus(".parts li:nth-child(2) a")
    page.keyboard.press("Enter")
    page.wait_for_function("() => !meditations.audio.paused && meditations.audio.currentTime > 30")


def _tabbed(page: Page) -> list[str]:
    """The ids of what Tab comes to; nothing of it lies hidden, and none is without a ring."""
    met: list[str] = []
    for _ in range(60):
        page.keyboard.press("Tab")
        told = page.evaluate(
            "() => { const e = document.activeElement, box = e.getBoundingClientRect();"
            " return [e.id, e === document.body, box.width * box.height > 0,"
            " getComputedStyle(e).outlineStyle !== 'none'] }"
        )
        name, over, seen, ringed = told
        if over:
            break
        assert seen, name
        assert ringed, name
        met.append(name)
    return met


def test_the_lock_screen_knows_the_track_and_moves_in_it(visit: Visit, steady: Episode) -> None:
    """Media Session: title, who speaks, cover, the place; and its buttons do what they say."""
    spy = (
        "window.told = {}; const session = navigator.mediaSession;"
        " session.setActionHandler = (name, does) => (window.told[name] = does);"
        " session.setPositionState = (state) => (window.told.state = state);"
    )
    page = visit(STEADY, init=spy)
    play(page)
    told = page.evaluate(
        "() => { const m = navigator.mediaSession.metadata;"
        " return [m.title, m.artist, m.album, m.artwork[0].src,"
        " navigator.mediaSession.playbackState] }"
    )
    assert told[:3] == ["Steady", "A & B", "Quiet Evenings"]
    assert told[3].endswith(steady.image.path)
    assert told[4] == "playing"
    assert page.evaluate("told.state.duration") == steady.length_ms / 1000
    page.evaluate("told.seekto({seekTime: 20})")
    assert now(page) == pytest.approx(20, abs=1)
    page.evaluate("told.seekbackward({})")
    assert now(page) == pytest.approx(5, abs=1.5)
    page.evaluate("told.seekforward({seekOffset: 40})")
    assert now(page) == pytest.approx(45, abs=2)
    page.evaluate("told.previoustrack()")
    assert now(page) < 5
    page.evaluate("told.nexttrack()")
    assert now(page) == pytest.approx(steady.chapters[1].start_ms / 1000, abs=1.5)
    page.evaluate("told.pause()")
    page.wait_for_function(PAUSED)
    assert page.evaluate("navigator.mediaSession.playbackState") == "paused"
    page.evaluate("told.play()")
    page.wait_for_function(PLAYS)
