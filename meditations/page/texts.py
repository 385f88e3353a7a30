"""From a podcast to the texts of its listening page: HTML, CSS, JavaScript, icons, manifest."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from meditations.page import views
from meditations.page.drawing import palettes_css, window
from meditations.podcast.episodes import SHORT
from meditations.track.cover import PALETTES, cover_png, draw_cover, palette_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from meditations.podcast.assembling import Podcast
    from meditations.podcast.episodes import Episode

SCRIPTS: Final = ("light", "player", "words", "sleep", "keep")
ICONS_PX: Final = (180, 192, 512)
PAPER: Final = {"light": "#f6f1e9", "dark": "#16172a"}
"""The colour of the browser's own bars; the same as in page.css."""


@dataclass(frozen=True, slots=True)
class Assets:
    """What all pages share: `texts` by path, and the path of each by its plain name."""

    texts: Mapping[str, bytes]
    paths: Mapping[str, str]


def page_texts(
    podcast: Podcast, notes_html: Callable[[Episode], str], cover: str | None = None
) -> dict[str, bytes]:
    """The texts of the listening page, by their path in the folder of the podcast.

    Args:
        podcast: What is published.
        notes_html: The notes of an episode as HTML that is safe to show. Content note, chapters,
            help lines, review and the word on the voice are shown by the page itself.
        cover: Where the channel's own cover lies in the folder, for those who share the list; the
            newest episode's by default.

    Returns:
        Bytes by path; the same for the same podcast.
    """
    channel = podcast.channel
    assets = _assets(channel.palette or palette_for(channel.title))
    environment = _environment()
    common = {"channel": channel, "assets": assets.paths, "paper": PAPER, "site": channel.site}

    def render(template: str, root: str, **more: Any) -> bytes:
        text = environment.get_template(template).render(root=root, **common, **more)
        return text.encode("utf-8")

    texts = dict(assets.texts)
    texts["index.html"] = render(
        "index.html",
        "",
        groups=views.groups(podcast.episodes),
        plainest=views.plainest(podcast.episodes),
        synthetic=views.synthetic(podcast.episodes),
        regions=views.by_region(r for e in podcast.episodes for r in e.resources),
        cover=cover or next((e.image.path for e in podcast.episodes), None),
    )
    for episode in podcast.episodes:
        texts[f"listen/{episode.slug}.html"] = render(
            "episode.html",
            "../",
            episode=episode,
            instead=views.instead(podcast, episode),
            steadying=views.is_steadying(episode),
            chapters=views.read_along(episode),
            regions=views.by_region(episode.resources),
            notes=Markup(notes_html(episode)),  # noqa: S704 (sanitised, by contract)
        )
    texts["manifest.webmanifest"] = _manifest(podcast, assets)
    texts["sw.js"] = _service_worker(podcast, assets)
    return texts


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("meditations.page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        clock=views.clock,
        contact=views.contact,
        megabytes=views.megabytes,
        minutes=views.in_minutes,
        seconds=views.seconds,
        starts=views.starts,
        unchecked=views.unchecked,
        whom=views.whom,
        window=lambda episode: window(episode.slug, episode.record["palette"]),
    )
    return environment


def _assets(palette: str) -> Assets:
    """What is read once and then kept by browsers for ever: the names hold the digests."""
    folder = files("meditations.page") / "assets"
    made = {"page.css": _close((folder / "page.css").read_text("utf-8") + palettes_css())}
    for name in SCRIPTS:
        made[f"{name}.js"] = _lean((folder / f"{name}.js").read_text("utf-8"))
    made["icon.svg"] = (folder / "icon.svg").read_bytes()
    picture = draw_cover("", palette if palette in PALETTES else "dusk")
    for pixels in ICONS_PX:
        # A table of colours is enough at this size, and a third of the bytes.
        made[f"icon-{pixels}.png"] = cover_png(picture.resize((pixels, pixels)).quantize(256))
    paths = {}
    for name, data in made.items():
        stem, suffix = name.rsplit(".", 1)
        paths[name] = f"assets/{stem}-{hashlib.sha256(data).hexdigest()[:SHORT]}.{suffix}"
    return Assets({paths[name]: data for name, data in made.items()}, paths)


def _lean(text: str) -> bytes:
    """Without indents and without comments that stand on lines of their own: a fifth less."""
    bare = re.sub(r"(?ms)^[ \t]*/\*.*?\*/[ \t]*\n", "", text)
    return re.sub(r"(?m)^[ \t]+|^\n", "", bare).encode("utf-8")


def _close(css: str) -> bytes:
    """A style sheet without the spaces that only people need."""
    return re.sub(
        rb" ?\{\n?|[:,] |;?\n?\}|;[ \n]", lambda m: m[0].strip(b" ;\n") or b";", _lean(css)
    )


def _manifest(podcast: Podcast, assets: Assets) -> bytes:
    channel = podcast.channel
    told = {
        "name": channel.title,
        "short_name": "Meditations" if len(channel.title) > 12 else channel.title,
        "lang": channel.language,
        "start_url": "index.html",
        "scope": "./",
        "display": "standalone",
        "background_color": PAPER["dark"],
        "theme_color": PAPER["dark"],
        "icons": [
            {
                "src": assets.paths[f"icon-{pixels}.png"],
                "sizes": f"{pixels}x{pixels}",
                "type": "image/png",
            }
            for pixels in ICONS_PX[1:]
        ],
    }
    return (json.dumps(told, indent=1, ensure_ascii=False) + "\n").encode("utf-8")


def _service_worker(podcast: Podcast, assets: Assets) -> bytes:
    """The worker, with the list of what the pages need and of the sound that is published."""
    text = (files("meditations.page") / "assets" / "sw.js").read_text("utf-8")
    shell = sorted(path for path in assets.texts if not path.endswith(".png"))
    sound = sorted(episode.media.path for episode in podcast.episodes)
    filled = _lean(text).decode().replace("/* SHELL */ []", json.dumps(shell, indent=1))
    return filled.replace("/* SOUND */ []", json.dumps(sound, indent=1)).encode("utf-8")
