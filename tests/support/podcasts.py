"""A made-up podcast for the page: few episodes, hostile words, and sound that can be played."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from markupsafe import escape

from meditations.page import page_texts
from meditations.podcast.assembling import Podcast
from meditations.podcast.episodes import Chapter, Cue, Episode, Media, Resource
from meditations.podcast.folder import Contents, write_folder
from meditations.programs import run_ffmpeg
from meditations.script.channel import Channel

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE: Final = "“Yes” & <script>alert('no')</script> \"not yet\" 🌊 مرحبا " + "long " * 50
SLUGS: Final = ("steady", "hostile", "night")
LENGTH_MS: Final = 60_000
HELP: Final = (
    Resource("A Help Line", "worldwide", "help.example.org", "listens", "never"),
    Resource("<b>Lifeline</b>", "Australia", "13 11 14; text 9-8-8", "day & night", "2026-11-01"),
)


def plain_notes(episode: Episode) -> str:
    """Notes as escaped paragraphs."""
    return "".join(f"<p>{escape(part)}</p>" for part in episode.notes.split("\n\n"))


def made_up_podcast(folder: Path, **channel: Any) -> Podcast:
    """A podcast of three episodes; their files lie in `folder`, a minute of quiet sound each."""
    told = {
        "title": "Quiet Evenings",
        "description": "Two lines.\n\nAnd <more>.",
        "author": "A & B",
    }
    episodes = tuple(_episode(folder, slug) for slug in SLUGS)
    return Podcast(Channel.model_validate({**told, **channel}), episodes)


def write_page(podcast: Podcast, folder: Path) -> None:
    """The podcast's folder, with its page."""
    media = [
        each
        for e in podcast.episodes
        for each in (e.media, e.vtt, e.srt, e.text, e.chapter_file, e.image)
    ]
    texts = {**page_texts(podcast, plain_notes), "feed.xml": b"<rss/>"}
    write_folder(folder, Contents(tuple(media), texts))


def _episode(folder: Path, slug: str) -> Episode:
    folder.mkdir(parents=True, exist_ok=True)
    kind = {"steady": ("general",), "hostile": ("trauma",), "night": ("sleep",)}[slug]
    cues = tuple(
        Cue(f"Sentence {n} <of> {slug}.", at, at + 2000, 0 if at < 30_000 else 1)
        for n, at in enumerate(range(2000, 56_000, 6000))
    )

    def media(suffix: str, kind: str, where: str = "media") -> Media:
        file = folder / f"{slug}{suffix}"
        if suffix == ".mp3":
            _sound(file)
        elif not file.exists():
            file.write_text(slug)
        return Media(file, f"{where}/{slug}-0123456789ab{suffix}", kind, file.stat().st_size)

    return Episode(
        slug=slug,
        guid=f"00000000-0000-5000-8000-{SLUGS.index(slug):012}",
        title=HOSTILE if slug == "hostile" else slug.title(),
        summary=f"A <summary> & more of {slug}.",
        language="de" if slug == "night" else "en",
        author="A & B",
        kind=kind,
        topics=("rest",),
        published=datetime(2026, 11, 22, 6, tzinfo=UTC),
        length_ms=LENGTH_MS,
        notes="The notes.\n\n<img src=x onerror=alert(1)>",
        content_note=f"Speaks of <things> in {slug}.",
        instead=() if slug == "steady" else ("steady",),
        resources=HELP,
        reviewed=None,
        without_care=False,
        chapters=(
            Chapter("Arriving", "welcome", 0, 30_000),
            Chapter("Here & <now>", "return", 30_000, LENGTH_MS),
        ),
        cues=cues,
        media=media(".mp3", "audio/mpeg"),
        vtt=media(".vtt", "text/vtt"),
        srt=media(".srt", "application/x-subrip"),
        text=media(".txt", "text/plain"),
        chapter_file=media(".chapters.json", "application/json+chapters"),
        image=media(".png", "image/png", "images"),
        record={"synthetic_voice": True},
    )


def _sound(file: Path) -> None:
    if not file.exists():
        tone = f"sine=frequency=220:sample_rate=48000:duration={LENGTH_MS / 1000}"
        quiet = ["-af", "volume=-40dB", "-ac", "2", "-b:a", "128k"]
        run_ffmpeg(["-f", "lavfi", "-i", tone, *quiet, str(file)])
