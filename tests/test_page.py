"""The texts of the listening page: what they tell, and that nothing in them can break or lie."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pytest
from support.podcast import HOSTILE, SLUGS, podcast_of, write_evenings

from meditations.page import page_texts, views
from meditations.podcast.notes import markdown_html
from meditations.track.palettes import palette_for
from meditations.wording import wording_for

if TYPE_CHECKING:
    from pathlib import Path

    from meditations.podcast.assembling import Podcast

VOID = {"meta", "link", "br", "input", "img", "path", "circle"}


class _Reader(HTMLParser):
    """Elements, links and words of a page; an element that is not closed is a fault."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []
        self.ids: list[str] = []
        self.attributes: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.attributes += told
        self.addresses += [value for name in ("href", "src") if (value := told.get(name))]
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def _read(data: bytes) -> _Reader:
    reader = _Reader()
    reader.feed(data.decode("utf-8"))
    reader.close()
    assert reader.open == []
    return reader


def pages(podcast: Podcast) -> dict[str, bytes]:
    return page_texts(podcast, lambda episode: markdown_html(episode.notes))


@pytest.fixture(scope="module")
def podcast(tmp_path_factory: pytest.TempPathFactory) -> Podcast:
    return podcast_of(write_evenings(tmp_path_factory.mktemp("made-up")))


@pytest.fixture(scope="module")
def texts(podcast: Podcast) -> dict[str, bytes]:
    return pages(podcast)


def test_there_is_a_list_and_a_page_for_each(texts: dict[str, bytes]) -> None:
    """The paths that the folder of a podcast has, and assets named by their content."""
    assert {"index.html", "sw.js", "manifest.webmanifest"} < set(texts)
    assert {f"listen/{slug}.html" for slug in SLUGS} < set(texts)
    others = [path for path in texts if "/" in path and not path.startswith("listen/")]
    assert all(re.fullmatch(r"assets/[\w-]+-[0-9a-f]{12}\.(css|js|svg|png)", p) for p in others)


def test_the_same_podcast_gives_the_same_bytes(podcast: Podcast, texts: dict[str, bytes]) -> None:
    """Nothing comes from the clock or from chance."""
    assert pages(podcast) == texts


def test_every_link_leads_somewhere(podcast: Podcast, texts: dict[str, bytes]) -> None:
    """Files of the folder, places on the page, or an address elsewhere that a person follows."""
    there = set(texts) | {"feed.xml"}
    there |= {m.path for e in podcast.episodes for m in (e.media, e.text, e.image)}
    for path, data in texts.items():
        if not path.endswith(".html"):
            continue
        page = _read(data)
        for address in page.addresses:
            if re.match(r"https?:|tel:", address):
                continue
            name, _, place = address.partition("#")
            assert not place or place in page.ids
            parts: list[str] = []
            for part in (PurePosixPath(path).parent / name).parts if name else ():
                parts = parts[:-1] if part == ".." else [*parts, part]
            assert not name or "/".join(parts) in there, f"{path}: {address}"


def test_no_address_of_others_is_requested(texts: dict[str, bytes]) -> None:
    """Styles and scripts name no host; links of the page to others are only followed by people."""
    for path, data in texts.items():
        if path.endswith((".css", ".js")):
            assert not re.search(rb"https?://[a-z]", data.replace(b"http://www.w3.org", b"")), path
        elif path.endswith(".html"):
            assert not re.search(rb'src="https?:', data)


def test_the_drawing_has_the_colours_of_the_cover(texts: dict[str, bytes]) -> None:
    """The palette that the script names, or the one that its name gets; in the list as well."""
    for slug, palette in (("steady", "moss"), ("night", palette_for("night"))):
        assert f'<svg class="window {palette}"' in texts[f"listen/{slug}.html"].decode()
        assert f'<svg class="window {palette}"' in texts["index.html"].decode()
        assert f".{palette}{{--sky:" in b"".join(texts.values()).decode("utf-8", "ignore")


def test_hostile_words_stay_words(texts: dict[str, bytes]) -> None:
    """Markup in a title, a cue, a note or a help line is shown, and never becomes an element."""
    page = _read(texts["listen/hostile.html"])
    assert HOSTILE.strip() in page.words
    assert "Sentence 3 <of> hostile." in page.words
    assert "<b>Lifeline</b>" in page.words
    assert not any(name.startswith("on") for name in page.attributes)
    assert b"<script>alert" not in b"".join(texts.values())


def test_what_must_be_known_comes_before_play(texts: dict[str, bytes]) -> None:
    """Length, whom it is for and the content note, in the list and above the player."""
    index = _read(texts["index.html"]).words
    for word in ("1 min · For anyone", "Speaks of <things> in steady.", "For the night"):
        assert word in index
    page = texts["listen/hostile.html"].decode()
    assert page.index("Speaks of &lt;things&gt;") < page.index("<audio")


@pytest.mark.parametrize(("slug", "steadying"), [("hostile", True), ("steady", False)])
def test_a_gentle_way_to_stop_is_always_there(
    texts: dict[str, bytes], slug: str, steadying: bool
) -> None:
    """Pages of kind trauma or partner show it all the time."""
    assert (b'id="steady"' in texts[f"listen/{slug}.html"]) is steadying


def test_each_page_says_that_the_voice_is_synthetic_and_nobody_reviewed(
    texts: dict[str, bytes],
) -> None:
    """Nothing is left to be guessed."""
    words = _read(texts["listen/steady.html"]).words
    assert "The voice in this recording is synthetic." in words
    assert "Nobody has yet read its text for care" in words
    assert "This is not therapy" in words


def test_words_in_another_language_say_so(texts: dict[str, bytes]) -> None:
    """A screen reader speaks German as German, and the buttons as English."""
    page = texts["listen/night.html"].decode()
    assert '<html lang="en">' in page
    assert re.search(r'<h1 lang="de" dir="auto">Night</h1>', page)


def test_a_site_gives_addresses_for_sharing(tmp_path: Path) -> None:
    """OpenGraph wants whole addresses: with a site they are told, without one left out."""
    podcast = podcast_of(write_evenings(tmp_path, site="https://example.org/quiet"))
    page = pages(podcast)["listen/steady.html"].decode()
    assert 'property="og:image" content="https://example.org/quiet/images/steady-' in page
    assert '<link rel="canonical" href="https://example.org/quiet/listen/steady.html">' in page


def test_no_episode_is_no_fault(podcast: Podcast) -> None:
    """A podcast that has only begun has a page too."""
    from dataclasses import replace

    texts = pages(replace(podcast, episodes=()))
    assert "Nothing is published yet." in _read(texts["index.html"]).words


@pytest.mark.parametrize(
    ("told", "links"),
    [
        ("116 123; samaritans.org", ["tel:116123", "https://samaritans.org"]),
        ("call or text 988; 988lifeline.org", ["tel:988", "https://988lifeline.org"]),
        ("call or text 9-8-8; 988.ca", ["tel:988", "https://988.ca"]),
        ("0808 500 2222; 247sexualabusesupport.org.uk",
         ["tel:08085002222", "https://247sexualabusesupport.org.uk"]),
        ("1-800-799-7233", ["tel:18007997233"]),
        ("024", ["tel:024"]),
        ("at the desk <here>", []),
    ],
)  # fmt: skip
def test_numbers_and_addresses_of_help_can_be_tapped(told: str, links: list[str]) -> None:
    """On a phone a number is dialled by a tap; the words stay as they were."""
    made = views.contact(told)
    assert re.findall(r'href="([^"]+)"', made) == links
    assert made.striptags() == told or "<" in told


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (("partner", "trauma"), "For two people, hurt or not"),
        (("sleep",), "For the night"),
        (("general", "trauma"), "For anyone, hurt or not"),
        (("trauma",), "For people who were hurt"),
    ],
)
def test_whom_it_is_for_is_told_in_words(kind: tuple[str, ...], words: str) -> None:
    """From the kinds of the script."""
    assert wording_for("en")(views.whom(kind)) == words


def test_two_voices_have_their_names_where_they_begin(podcast: Podcast) -> None:
    """Who reads along sees who speaks, each time that somebody else begins; one voice has none."""
    episode = next(each for each in podcast.episodes if each.slug == "steady")
    names = ("Anna", "Anna", "Ben & <Co>", "Anna")

    def page(speakers: tuple[str, ...]) -> str:
        cues = tuple(
            replace(cue, speaker=speakers[n % len(speakers)]) for n, cue in enumerate(episode.cues)
        )
        changed = replace(podcast, episodes=(replace(episode, cues=cues),))
        return pages(changed)["listen/steady.html"].decode()

    two = page(names)
    assert "<p><b>Anna:</b> <span data-at" in two
    assert "<p><b>Ben &amp; &lt;Co&gt;:</b> <span data-at" in two
    said = re.findall("<b>(Anna|Ben)", two)
    assert len(said) > 2
    assert "<b>" not in page(("Anna",))
