"""The podcast in several languages: a feed, a list and pages for each, and the ways between."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml
from lxml import etree
from support.podcast import (
    CHANNEL,
    TONGUES,
    podcast_of,
    read_scripts,
    write_podcast,
    write_project,
    write_tongues,
)
from support.serving import ask, served

from meditations.commands.podcast_folder import make_podcast_folder, page_writers
from meditations.commands.upload_progress import PlainProgress
from meditations.errors import FaultyScriptError, MeditationError
from meditations.podcast.feed import NAMESPACES
from meditations.podcast.feed_checks import check_contents
from meditations.podcast.identity import episode_guid, podcast_guid
from meditations.podcast.publishing_folder import contents_of, publishing_contents
from meditations.publishing.gate import admit, refuse_others
from meditations.publishing.local import FolderTarget
from meditations.publishing.publisher import Wishes, publish
from meditations.publishing.staging import staged
from meditations.publishing.target import read_address
from meditations.publishing.upload import read_upload
from meditations.wording import wording_for

if TYPE_CHECKING:
    from pathlib import Path

    from meditations.podcast.assembling import Podcast
    from meditations.project import Project

SITE: Final = CHANNEL["site"]
FEEDS: Final = {"feed.xml": "en", "feed-de.xml": "de", "feed-es.xml": "es"}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return write_tongues(tmp_path_factory.mktemp("tongues"))


@pytest.fixture(scope="module")
def podcast(project: Project) -> Podcast:
    return podcast_of(project)


@pytest.fixture(scope="module")
def folder(project: Project) -> Path:
    return write_podcast(project)


def slugs(podcast: Podcast) -> dict[str, set[str]]:
    return {each.channel.language: {e.slug for e in each.episodes} for each in podcast.editions}


# Which track belongs where.


def test_each_language_has_its_own(podcast: Podcast) -> None:
    """Translations, and what is there in that language alone, stand with the title they go by."""
    assert slugs(podcast) == {
        "en": {"steady", "hostile"},
        "de": {"steady.de", "night"},
        "es": {"steady.es", "hostile.es"},
    }
    titles = [each.channel.title for each in podcast.editions]
    assert titles == ["Quiet Evenings", TONGUES["de"]["title"], TONGUES["es"]["title"]]
    assert {each.feed for each in podcast.editions} == set(FEEDS)
    assert len({each.channel.palette for each in podcast.translations}) == 1


def test_a_language_without_a_name_is_told(tmp_path: Path) -> None:
    """A translation that is published wants to know what the podcast is called in its language."""
    both: dict[str, dict[str, Any]] = {"evening": {}, "evening.fr": {}}
    with pytest.raises(MeditationError, match=r"'evening.fr' is published in Français") as caught:
        podcast_of(write_project(tmp_path, both))
    assert yaml.safe_load(caught.value.mend.partition("\n")[2].replace("…", "x")) == {
        "translations": {"fr": {"title": "x", "description": "x"}}
    }
    undated = {"evening": {}, "evening.fr": {"published": None}}
    assert slugs(podcast_of(write_project(tmp_path, undated))) == {"en": {"evening"}}


def test_what_is_there_in_one_language_alone_stays_with_the_channel(tmp_path: Path) -> None:
    """A meditation in another language that nobody translated needs no feed of its own."""
    alone = {"abend": {"language": "de"}, "evening": {"language": "en-GB"}}
    assert slugs(podcast_of(write_project(tmp_path, alone))) == {"en": {"abend", "evening"}}


@pytest.mark.parametrize(
    ("own", "named", "languages", "wanted"),
    [
        ("de", ["en"], ["en", "de"], {"de": {"x.de"}, "en": {"x"}}),
        ("en", ["pt-BR"], ["en", "pt-br"], {"en": {"x"}, "pt-BR": {"x.pt-br"}}),
        ("en", ["pt-PT", "pt-BR"], ["en", "pt-br"], {"en": {"x"}, "pt-BR": {"x.pt-br"}}),
        ("en", ["de"], ["en", "de-at"], {"en": {"x"}, "de": {"x.de-at"}}),
        ("en-GB", ["en-US"], ["en"], {"en-GB": {"x"}}),
        ("en-GB", ["en-US"], ["en-US", "en-gb"], {"en-GB": {"x.en-gb"}, "en-US": {"x"}}),
    ],
)
def test_a_track_goes_where_its_language_is(
    own: str, named: list[str], languages: list[str], wanted: dict[str, set[str]], tmp_path: Path
) -> None:
    """To the very same language, or to the same one of another country."""
    scripts: dict[str, dict[str, Any]] = {"x": {"language": languages[0]}}
    scripts |= {f"x.{language}": {} for language in languages[1:]}
    told = {tag: {"title": tag, "description": "x"} for tag in named}
    channel = {"language": own, "translations": told}
    assert slugs(podcast_of(write_project(tmp_path, scripts, channel))) == wanted


def test_translations_in_podcast_yaml_are_checked(tmp_path: Path) -> None:
    """A tag that is none, and a title that is missing, are told; so is the own language."""
    for told, message in (
        ({"german": {"title": "x", "description": "x"}}, "is no language"),
        ({"de": {"title": "x"}}, "the key 'description' is missing"),
        ({"en": TONGUES["de"]}, "which is the podcast's own language"),
        ({"de": {"title": "x", "description": "x", "author": "x"}}, "'author' is not known"),
    ):
        with pytest.raises(FaultyScriptError, match=message) as caught:
            podcast_of(write_project(tmp_path, {"x": {}}, {"translations": told}))
        assert caught.value.where.line >= 1


# Who is who for good.


def test_guids_are_kept_for_each_language(tmp_path: Path) -> None:
    """Each podcast has the guid of its feed's address, and its episodes theirs within it."""
    project = write_tongues(tmp_path)
    written = project.channel.read_text("utf-8")
    podcast = podcast_of(project)
    kept = project.channel.read_text("utf-8")
    assert kept.startswith(written.rstrip())
    for each in podcast.editions:
        assert each.channel.guid == podcast_guid(SITE + each.feed)
        for episode in each.episodes:
            assert episode.guid == episode_guid(each.channel.guid, episode.slug)
    told = yaml.safe_load(kept)
    assert told["guids"] == {each.edition: each.channel.guid for each in podcast.translations}
    assert set(told["episodes"]) == {episode.slug for episode in podcast.everything}
    assert podcast_of(project) == podcast
    assert project.channel.read_text("utf-8") == kept
    project.channel.write_text(kept.replace(SITE, "https://elsewhere.example/"), "utf-8")
    again = podcast_of(project)
    assert [each.channel.guid for each in again.editions] == [
        each.channel.guid for each in podcast.editions
    ]


def test_a_language_that_comes_later_gets_its_guid_below_the_others(tmp_path: Path) -> None:
    """What was kept stays as it was, line by line."""
    tongues = {"title": "T", "description": "x"}
    project = write_project(tmp_path, {"x": {}, "x.de": {}}, {"translations": {"de": tongues}})
    podcast_of(project)
    before = project.channel.read_text("utf-8").splitlines()
    more = ["translations:", "  es: {title: T, description: x}"]
    at = before.index("translations:")
    project.channel.write_text("\n".join([*before[:at], *more, *before[at + 1 :], ""]), "utf-8")
    write_project_script(tmp_path, "x.es")
    guids = yaml.safe_load(project.channel.read_text("utf-8"))["guids"]
    podcast_of(project)
    after = yaml.safe_load(project.channel.read_text("utf-8"))
    assert after["guids"].keys() == {"de", "es"}
    assert after["guids"]["de"] == guids["de"]
    assert [line for line in before if line not in project.channel.read_text("utf-8")] == []


def write_project_script(root: Path, name: str) -> None:
    """One more script, and the tracks of all."""
    channel = (root / "podcast.yaml").read_text("utf-8")
    write_project(root, {name: {}})
    (root / "podcast.yaml").write_text(channel, "utf-8")


# The feeds.


def test_each_feed_is_a_podcast_of_its_own(folder: Path, podcast: Podcast) -> None:
    """Language, page, own address, guid, picture, and only its own episodes."""
    pictures = set()
    for each in podcast.editions:
        channel = etree.parse(folder / each.feed).getroot()[0]
        assert channel.findtext("language") == FEEDS[each.feed]
        assert channel.findtext("title") == each.channel.title
        page = str(channel.findtext("link")).removeprefix(SITE)
        assert (page or "index.html") == each.page
        assert (folder / each.page).is_file()
        assert channel.xpath("string(atom:link/@href)", namespaces=NAMESPACES) == SITE + each.feed
        assert channel.findtext("podcast:guid", namespaces=NAMESPACES) == each.channel.guid
        told = {item.findtext("guid") for item in channel.findall("item")}
        assert told == {episode.guid for episode in each.episodes}
        pictures.add(channel.xpath("string(itunes:image/@href)", namespaces=NAMESPACES))
    assert len(pictures) == len(FEEDS)


def test_the_checks_read_every_feed(project: Project) -> None:
    """None has a fault; one that is broken is named with its feed."""
    contents = publishing_contents(
        project, read_scripts(project), project.build / "tracks"
    ).contents
    assert [str(fault) for fault in check_contents(contents).faults] == []
    spoilt = contents.texts["feed-es.xml"].replace(b"audio/mpeg", b"audio/mp3", 1)
    found = check_contents(replace(contents, texts={**contents.texts, "feed-es.xml": spoilt}))
    assert [str(fault).partition(":")[0] for fault in found.faults] == ["feed-es.xml"]


def test_notes_speak_the_language_of_the_track(folder: Path) -> None:
    """Their headings, what is added for safety, and the word on the voice."""
    words = wording_for("es")
    feed = (folder / "feed-es.xml").read_text("utf-8")
    for key in ("notes.before", "safety.danger", "notes.not_therapy", "notes.synthetic_all"):
        assert words(key) in feed
    assert "Before you listen" not in feed
    assert (
        'Otra cosa en su lugar: <a href="https://example.org/quiet/listen/steady-es.html"' in feed
    )


# The pages.


class _Links(HTMLParser):
    """Which pages a page says are the same in other languages, and where its switch leads."""

    def __init__(self) -> None:
        super().__init__()
        self.language = ""
        self.alternates: dict[str, str] = {}
        self.switch: dict[str, str] = {}
        self.podcast = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.language = told["lang"]
        if tag == "link" and told.get("type") == "application/rss+xml":
            self.podcast = told["href"]
        if tag == "link" and "hreflang" in told:
            assert told["rel"] == "alternate"
            self.alternates[told["hreflang"]] = told["href"]
        if tag == "a" and told.get("lang") and told.get("lang") == told.get("hreflang"):
            self.switch[told["hreflang"]] = told["href"]


@pytest.fixture(scope="module")
def links(folder: Path) -> dict[str, _Links]:
    found = {}
    for file in folder.rglob("*.html"):
        reader = _Links()
        reader.feed(file.read_text("utf-8"))
        found[file.relative_to(folder).as_posix()] = reader
    return found


def test_pages_name_each_other(links: dict[str, _Links]) -> None:
    """Each page that is there in several languages names all of them, itself too, and they it."""
    named = defaultdict(set)
    for path, page in links.items():
        tags = {tag: href for tag, href in page.alternates.items() if tag != "x-default"}
        named[frozenset(tags.items())].add(path)
        if tags:
            own = SITE if path == "index.html" else SITE + path
            assert tags[page.language] == own
            assert page.alternates["x-default"] in tags.values()
            first = [tag for tag, href in tags.items() if href == page.alternates["x-default"]]
            assert first == ["en"]
    alone = named.pop(frozenset())
    assert alone == {"listen/night.html"}
    assert {frozenset(paths) for paths in named.values()} == {
        frozenset({"index.html", "index-de.html", "index-es.html"}),
        frozenset({"listen/steady.html", "listen/steady-de.html", "listen/steady-es.html"}),
        frozenset({"listen/hostile.html", "listen/hostile-es.html"}),
    }
    for tags, paths in ((dict(tags), paths) for tags, paths in named.items()):
        assert {href.removeprefix(SITE) or "index.html" for href in tags.values()} == paths


def test_the_switch_leads_to_the_same_page(links: dict[str, _Links]) -> None:
    """From each page to itself in every other language, also from the disk."""
    for path, page in links.items():
        here = PurePosixPath(path).parent
        led = {tag: str(here / href).replace("listen/../", "") for tag, href in page.switch.items()}
        wanted = {
            tag: href.removeprefix(SITE) or "index.html"
            for tag, href in page.alternates.items()
            if tag not in ("x-default", page.language)
        }
        assert {tag: led[tag] for tag in wanted} == wanted


def test_each_page_is_in_one_language(folder: Path, links: dict[str, _Links]) -> None:
    """It says which, names the feed of that language, and none of its words are English ones."""
    languages = {tag: feed for feed, tag in FEEDS.items()}
    for path, page in links.items():
        wanted = next((tag for tag in ("de", "es") if f"-{tag}." in path), "en")
        wanted = "de" if path == "listen/night.html" else wanted
        assert page.language == wanted
        assert PurePosixPath(page.podcast).name == languages[wanted]
        text = (folder / path).read_text("utf-8")
        if wanted != "en":
            other = wording_for("en").texts
            own = wording_for(wanted).texts.values()
            told = [said.partition("{")[0].strip() for said in other.values() if said not in own]
            assert [said for said in told if len(said) > 6 and said in text] == []


def test_dates_and_sizes_are_written_as_the_language_has_them(folder: Path) -> None:
    """A day with its month, and a comma before decimals."""
    german = (folder / "listen" / "steady-de.html").read_text("utf-8")
    assert "Veröffentlicht am <time" in german
    assert "22. November 2026" in german
    assert re.search(r"\d,\d MB", german)
    assert ">0,8<" in german
    assert 'value="0.8"' in german


def test_what_to_choose_instead_is_in_the_same_language(folder: Path) -> None:
    """Where that is there; else it is what the script names, and said to be in another one."""
    spanish = (folder / "listen" / "hostile-es.html").read_text("utf-8")
    assert 'href="steady-es.html"' in spanish
    night = (folder / "listen" / "night.html").read_text("utf-8")
    assert 'href="steady-de.html"' in night


def test_what_is_not_there_in_this_language_is_said_to_be_in_another(tmp_path: Path) -> None:
    """A link to an English meditation on a German page has its language."""
    scripts = {
        "plain": {},
        "hard": {},
        "hard.de": {"instead": ["plain"], "content_note": "Schwer."},
    }
    project = write_project(tmp_path, scripts, {"translations": {"de": TONGUES["de"]}})
    page = (write_podcast(project) / "listen" / "hard-de.html").read_text("utf-8")
    assert '<a href="plain.html" lang="en" dir="auto" hreflang="en">Evening</a>' in page


def test_a_language_without_words_says_that_they_are_english(tmp_path: Path) -> None:
    """A French podcast is French; what the program says in it is marked as English."""
    tongues = {"fr": {"title": "Soirées", "description": "Une."}}
    project = write_project(tmp_path, {"x": {}, "x.fr": {}}, {"translations": tongues})
    page = (write_podcast(project) / "index-fr.html").read_text("utf-8")
    assert '<html lang="en">' in page
    assert '<h1 lang="fr" dir="auto">Soirées</h1>' in page
    assert '<span aria-current="page" lang="fr">Français</span>' in page
    outcome = make_podcast_folder(project, project.build / "tracks", "a test", ())
    assert outcome is not None
    (told,) = outcome.told
    assert told.startswith("The page's own words are English in the podcast in Français")


# Publishing and serving.


def test_feeds_are_sent_last_all_of_them(folder: Path, tmp_path: Path, podcast: Podcast) -> None:
    """Behind the lists and the service worker; and none loses an episode by accident."""
    target = FolderTarget(read_address(str(tmp_path / "served")))
    now = podcast.everything[0].published
    plan = publish(read_upload(folder, SITE), target, Wishes(now), PlainProgress())
    assert [item.path for item in plan.send][-7:] == [
        "index-de.html", "index-es.html", "index.html", "sw.js", *sorted(FEEDS),
    ]  # fmt: skip
    (without,) = [e for e in podcast.translations if e.edition == "de"]
    less = read_upload(folder, SITE)
    less = replace(less, feeds={k: v for k, v in less.feeds.items() if k != without.feed})
    with pytest.raises(MeditationError, match="2 of the episodes that are published now"):
        publish(less, target, Wishes(now), PlainProgress())
    retired = [episode.guid for episode in without.episodes]
    publish(less, target, Wishes(now, retired), PlainProgress())


def test_a_feed_that_names_what_may_not_go_is_refused(folder: Path, podcast: Podcast) -> None:
    """In whichever language; what has to wait for a review takes its language's page with it."""
    feeds = read_upload(folder, SITE).feeds
    refuse_others(podcast, feeds, folder)
    reviewed = admit(podcast, unreviewed=False)
    assert slugs(reviewed) == {"en": {"steady"}, "de": {"steady.de", "night"}, "es": {"steady.es"}}
    with pytest.raises(MeditationError, match=r"names 'hostile.es', which is for people"):
        refuse_others(reviewed, {**feeds, "feed.xml": b""} | {"feed.xml": _less(feeds)}, folder)
    with pytest.raises(MeditationError, match="does not name 'night' yet"):
        refuse_others(podcast, {**feeds, "feed-de.xml": b"<rss/>"}, folder)
    without = replace(podcast, translations=podcast.translations[:1])
    with pytest.raises(MeditationError, match=r"feed-es.xml: the feed names"):
        refuse_others(without, feeds, folder)


def _less(feeds: Any) -> bytes:
    """The English feed without its hostile episode."""
    root = etree.fromstring(feeds["feed.xml"])
    channel = root[0]
    for item in channel.findall("item"):
        if "steady" not in str(item.findtext("link")):
            channel.remove(item)
    return etree.tostring(root)


def test_what_has_to_wait_is_left_out_in_every_language(
    project: Project, folder: Path, podcast: Podcast
) -> None:
    """The folder that is sent instead has the feeds of all languages, without what waits."""
    reviewed = admit(podcast, unreviewed=False)
    with staged(
        reviewed, folder, lambda told: contents_of(told, project, page_writers()).contents
    ) as upload:
        assert sorted(upload.feeds) == sorted(FEEDS)
        assert upload.guids == {episode.guid for episode in reviewed.everything}
    with staged(podcast, folder, None) as upload:
        assert upload.guids == {episode.guid for episode in podcast.everything}


def test_every_feed_is_served_with_this_machine_s_addresses(folder: Path) -> None:
    """So that an app here finds the sounds and the page of its language."""
    with served(folder) as site:
        for feed in FEEDS:
            answered, got = ask(site, f"/{feed}")
            assert answered.status == 200
            assert answered.getheader("Content-Type", "").startswith("application/rss+xml")
            assert SITE.encode() not in got
            assert f'{site.address}{feed}"'.encode() in got
