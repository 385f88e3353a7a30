"""Draws docs/page-list.png and docs/page-phone.png from what `build` made of this project.

`python -m bench.pictures.page`, after `meditations build`. Needs playwright and chromium.
"""

from __future__ import annotations

import io
import shutil
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PIL import Image
from playwright.sync_api import sync_playwright

from meditations.serving import start_server

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, ViewportSize

PROJECT: Final = Path(__file__).parents[2]
PHONE: Final[ViewportSize] = {"width": 360, "height": 800}
GAP_PIXELS: Final = 20
TRACK: Final = "listen/waves-at-night.html"
SCROLLED_PIXELS: Final = 160
PLAYED: Final = 0.1043
"""How far the track on the pictures has come, as a share of its length: amid a sentence."""


def draw_list(browser: Browser, site: str) -> None:
    """The list on a wide screen, by day."""
    page = browser.new_page(viewport={"width": 1440, "height": 900}, color_scheme="light")
    page.goto(site)
    page.screenshot(path=PROJECT / "docs" / "page-list.png")


def draw_phone(browser: Browser, site: str) -> None:
    """A meditation by day, in the evening and dimmed, and with its way to stop opened."""
    shots = [_playing(browser, site, light).screenshot() for light in ("light", "dark", "night")]
    stopped = _playing(browser, site, "light")
    stopped.click("#steady")
    shots.append(stopped.screenshot())
    step = PHONE["width"] + GAP_PIXELS
    picture = Image.new("RGB", (step * len(shots) - GAP_PIXELS, PHONE["height"]), "white")
    for number, shot in enumerate(shots):
        picture.paste(Image.open(io.BytesIO(shot)), (number * step, 0))
    picture.save(PROJECT / "docs" / "page-phone.png", optimize=True)


def _playing(browser: Browser, site: str, light: str) -> Page:
    page = browser.new_page(
        viewport=PHONE,
        color_scheme="light" if light == "light" else "dark",
        reduced_motion="reduce",
    )
    page.goto(site + TRACK)
    page.select_option("#by-word", "word")
    if light == "night":
        page.click("#night")
    page.click("#play")
    page.wait_for_function("() => meditations.audio.currentTime > 0")
    page.evaluate(f"meditations.seek({PLAYED} * meditations.audio.duration)")
    page.wait_for_timeout(500)
    page.evaluate(f"scrollTo(0, {SCROLLED_PIXELS})")
    page.mouse.move(0, 0)
    return page


def main(folder: Path) -> None:
    """Draws both from the podcast in this folder."""
    with start_server(folder, "127.0.0.1", 0) as server, sync_playwright() as playwright:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        draw_list(browser, server.address)
        draw_phone(browser, server.address)
        browser.close()
        server.shutdown()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else PROJECT / "build" / "podcast")
