"""From a podcast to the texts of its listening page: HTML, CSS, JavaScript, icons, manifest."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from meditations.page import views
from meditations.page.drawing import palettes_css, window
from meditations.podcast.episodes import SHORT
from meditations.podcast.hosting import PAGE
from meditations.track.cover import cover_png, draw_cover
from meditations.track.palettes import PALETTES, palette_for
from meditations.wording import wording_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from meditations.podcast.assembling import Podcast
    from meditations.podcast.episodes import Episode
    from meditations.wording import Wording

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
    podcast: Podcast,
    notes_html: Callable[[Episode], str],
    covers: Mapping[str, str] | None = None,
) -> dict[str, bytes]:
    """The texts of the listening page in all its languages, by their path in the folder.

    Args:
        podcast: What is published.
        notes_html: The notes of an episode as HTML that is safe to show. Content note, chapters,
            help lines, review and the word on the voice are shown by the page itself.
        covers: Where the covers of the channel lie in the folder, by edition, for those who share
            the list; the newest episode's by default.

    Returns:
        Bytes by path; the same for the same podcast.
    """
    channel = podcast.channel
    assets = _assets(channel.palette or palette_for(channel.title))
    texts = dict(assets.texts)
    for edition in podcast.editions:
        site = _Site(podcast, edition, assets, (covers or {}).get(edition.edition))
        texts |= site.texts(notes_html)
    texts["sw.js"] = _service_worker(podcast, assets)
    return texts


@dataclass(frozen=True, slots=True)
class _Site:
    """The pages in one language.

    Attributes:
        podcast: The podcast with all its languages.
        edition: The podcast in this one.
        assets: What all pages share.
        cover: Where the channel's cover lies.
    """

    podcast: Podcast
    edition: Podcast
    assets: Assets
    cover: str | None

    def texts(self, notes_html: Callable[[Episode], str]) -> dict[str, bytes]:
        """The list, a page for each episode, and the manifest."""
        edition, episodes = self.edition, self.edition.episodes
        texts = {
            edition.page: self._render(
                "index.html",
                "",
                versions=views.lists(self.podcast, edition),
                groups=views.groups(episodes),
                plainest=views.plainest(episodes),
                synthetic=views.synthetic(episodes),
                regions=views.by_region(r for e in episodes for r in e.resources),
                cover=self.cover or next((e.image.path for e in episodes), None),
            ),
            _manifest_of(edition): _manifest(edition, self.assets),
        }
        for episode in episodes:
            texts[episode.page] = self._render(
                "episode.html",
                "../",
                versions=views.versions(self.podcast, episode),
                episode=episode,
                instead=views.instead(self.podcast, episode),
                steadying=views.is_steadying(episode),
                chapters=views.read_along(episode),
                regions=views.by_region(episode.resources),
                notes=Markup(notes_html(episode)),  # noqa: S704 (sanitised, by contract)
            )
        return texts

    def _render(self, template: str, root: str, **more: Any) -> bytes:
        channel = self.edition.channel
        words = wording_for(channel.language)
        text = _environment().get_template(template).render(
            root=root, channel=channel, edition=self.edition, assets=self.assets.paths,
            manifest=_manifest_of(self.edition), paper=PAPER, site=channel.site, words=words,
            say=partial(_say, words), spoken=words.below("player"), **more,
        )  # fmt: skip
        return text.encode("utf-8")


def _manifest_of(edition: Podcast) -> str:
    return edition.page.replace("index", "manifest").replace(".html", ".webmanifest")


def _say(words: Wording, key: str, /, **filled: object) -> Markup:
    """Words as HTML; what is filled in is escaped, unless it is HTML already."""
    return escape(words.texts[key]).format(**filled)


@cache
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
        address=lambda path: "" if path == PAGE else path,
        clock=views.clock,
        contact=views.contact,
        name=lambda path: path.rpartition("/")[2],
        seconds=views.seconds,
        starts=views.starts,
        unchecked=views.unchecked,
        whom=views.whom,
        window=lambda episode: window(episode.original, episode.record["palette"]),
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


def _manifest(edition: Podcast, assets: Assets) -> bytes:
    channel = edition.channel
    words = wording_for(channel.language)
    told = {
        "name": channel.title,
        "short_name": words("list.short_name") if len(channel.title) > 12 else channel.title,
        "lang": channel.language,
        "start_url": edition.page,
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
    sound = sorted(episode.media.path for episode in podcast.everything)
    filled = _lean(text).decode().replace("/* SHELL */ []", json.dumps(shell, indent=1))
    return filled.replace("/* SOUND */ []", json.dumps(sound, indent=1)).encode("utf-8")
