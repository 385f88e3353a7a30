"""Podcasts without sound: real scripts, timelines, sidecars and records; the MP3 is silence.

`write_evenings` makes the one that the listening page is shown with: few episodes, hostile words.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from functools import cache
from itertools import chain, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from meditations.care import review
from meditations.commands.podcast_folder import page_writers
from meditations.podcast.assembling import Podcast, read_podcast
from meditations.podcast.publishing_folder import publish_folder
from meditations.project import Project, original_of
from meditations.script import read_script
from meditations.speech.lengths import estimated_frames
from meditations.store import file_digest
from meditations.timeline.timeline import build_timeline
from meditations.track import cover, sidecars
from meditations.track.care import care_record, surroundings
from meditations.track.palettes import palette_for
from meditations.track.preparing import check_script, named
from meditations.track.record import FORMAT, record_text, review_state, soundbite

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from meditations.script import Script
    from meditations.timeline.timeline import Cue

FRAME: Final = b"\xff\xfb\x94\x00".ljust(384, b"\0")
"""An MP3 frame of 24 ms of silence: 128 kbit/s, 48 kHz."""
CHANNEL: Final[dict[str, Any]] = {
    "title": "Quiet Evenings",
    "description": "Short rests.",
    "author": "A. Maker",
    "site": "https://example.org/quiet/",
    "owner": {"name": "A. Maker", "email": "maker@example.org"},
    "license": "cc-by-4.0",
}
SCRIPT: Final[dict[str, Any]] = {
    "title": "Evening",
    "published": "2026-11-22",
    "sections": [
        {"title": "Arriving", "script": ["Hello, and welcome.", {"pause": "20s"}]},
        {"title": "Coming back", "role": "return", "script": ["Thank you.", {"pause": "20s"}]},
    ],
}

HOSTILE: Final = (
    "“Yes” & <script>alert('no')</script> \"not yet\" 🌊 مرحبا " + "long " * 48 + "ended"
)
"""A title of 300 characters with all that could break a page or a feed."""
SLUGS: Final = ("steady", "hostile", "night")


TONGUES: Final[dict[str, Any]] = {
    "de": {"title": "Ruhige Abende", "description": "Eins.\n\nUnd <mehr>."},
    "es": {"title": "Tardes & <calma>", "description": "Uno.\n\nY <más>."},
}


def write_tongues(root: Path) -> Project:
    """The evenings in three languages: one meditation in all of them, two in some."""
    return write_evenings(
        root, ("steady.de", "steady.es", "hostile.es"), site=CHANNEL["site"], translations=TONGUES
    )


def write_evenings(root: Path, translated: Sequence[str] = (), **channel: Any) -> Project:
    """A project of three episodes of about a minute, one of them full of hostile words."""
    root.mkdir(parents=True, exist_ok=True)
    help_lines = [
        {"name": name, "region": region, "for": ["crisis"], "contact": contact,
         "about": "day & night", "source": "a test", "checked": checked}
        for name, region, contact, checked in (
            ("A Help Line", "worldwide", "help.example.org", "never"),
            ("<b>Lifeline</b>", "Australia", "13 11 14; text 9-8-8", "2026-11-01"),
        )
    ]  # fmt: skip
    _dump(root / "resources.yaml", {"resources": help_lines})
    evenings = {
        "steady": {"title": "Steady", "kind": ["general"], "palette": "moss"},
        "hostile": {"title": HOSTILE, "kind": ["trauma"], "instead": ["steady"]},
        "night": {"title": "Night", "kind": ["sleep"], "instead": ["steady"], "language": "de"},
    }
    about = {"title": "Quiet Evenings", "author": "A & B", "description": "One.\n\nAnd <more>."}
    for slug in translated:
        evenings[slug] = evenings[original_of(slug)]
    scripts = {slug: {**_evening(slug), **differs} for slug, differs in evenings.items()}
    return write_project(root, scripts, {**about, **channel})


def _evening(slug: str) -> dict[str, Any]:
    """A script with nine sentences, each with a silence behind it, in two chapters."""
    said = [(f"Sentence {n} <of> {slug}.", {"pause": "4s"}) for n in range(9)]
    return {
        "summary": f"A <summary> & more of {slug}.",
        "author": "A & B",
        "topics": ["rest"],
        "notes": "The notes.\n\n<img src=x onerror=alert(1)> [x](javascript:alert(1))",
        "content_note": f"Speaks of <things> in {slug}.",
        "resources": ["crisis"],
        "sections": [
            {"title": "Arriving", "role": "welcome", "script": [*chain(*said[:5])]},
            {"title": "Here & <now>", "role": "return", "script": [*chain(*said[5:])]},
        ],
    }


def write_library(root: Path) -> Project:
    """A copy of this project, with tracks of all its scripts."""
    own = Path(__file__).parents[2]
    shutil.copytree(own / "scripts", root / "scripts")
    for name in ("podcast.yaml", "resources.yaml"):
        shutil.copy(own / name, root)
    project = Project(root.resolve())
    make_tracks(project)
    return project


def write_podcast(project: Project) -> Path:
    """The folder `build/podcast/` of a project, made as `build` makes it."""
    folder = project.build / "podcast"
    publish_folder(project, read_scripts(project), project.build / "tracks", folder, page_writers())
    return folder


def write_project(
    root: Path, scripts: Mapping[str, Mapping[str, Any]], channel: Mapping[str, Any] | None = None
) -> Project:
    """A project with these scripts, each as it differs from SCRIPT, and with its tracks."""
    _dump(root / "podcast.yaml", {**CHANNEL, **(channel or {})})
    for name, differs in scripts.items():
        _dump(root / "scripts" / f"{name}.yaml", {**SCRIPT, **differs})
    project = Project(root.resolve())
    make_tracks(project)
    return project


def make_tracks(project: Project) -> None:
    """Tracks of all scripts of a project, in its build/tracks/."""
    folder = project.build / "tracks"
    folder.mkdir(parents=True, exist_ok=True)
    for script in read_scripts(project):
        _make_track(script, project, folder)


def read_scripts(project: Project) -> list[Script]:
    """All scripts of a project."""
    return [read_script(file, project.shown(file)) for file in sorted(project.scripts.glob("*"))]


def podcast_of(project: Project) -> Podcast:
    """What is published of a project."""
    return read_podcast(project, read_scripts(project), project.build / "tracks")


def _dump(file: Path, told: Mapping[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump(dict(told), allow_unicode=True, width=10_000), "utf-8")


@cache
def _picture() -> bytes:
    return cover.cover_png(cover.draw_cover("A Track", "dusk"))


def _make_track(script: Script, project: Project, folder: Path) -> None:
    script = named(script, project)
    plan = check_script(script, project)
    timeline = build_timeline(plan, {said: estimated_frames(said) for said in plan.utterances})
    around = surroundings(project)
    found = review(script, plan, timeline, around)
    length_ms = sidecars.ms(timeline.frames)
    mp3 = FRAME * (length_ms // 24)
    published = script.published
    record = {
        "format": FORMAT, "slug": script.slug, "title": script.title, "summary": script.summary,
        "language": script.language, "kind": list(script.kind), "topics": list(script.topics),
        "author": script.author, "palette": script.palette or palette_for(script.original),
        "published": published.isoformat() if published else None,
        "review": review_state(script),
        "soundbite": soundbite(script, length_ms), "length_ms": length_ms,
        "mp3": {"bytes": len(mp3), "sha256": hashlib.sha256(mp3).hexdigest()},
        "synthetic_voice": True, "sounds": [],
        "chapters": [
            {"title": c.title, "role": c.role, "start_ms": sidecars.ms(c.start_frame),
             "end_ms": sidecars.ms(c.end_frame)}
            for c in timeline.chapters
        ],
        "cues": [
            {"text": c.caption, "start_ms": sidecars.ms(c.start_frame),
             "end_ms": sidecars.ms(c.end_frame), "chapter": c.section,
             "words": _even_words(c), "speaker": c.speaker}
            for c in timeline.cues
        ],
        "script": {"sha256": file_digest(script.source)},
    } | care_record(script, found, around, without_care=bool(found.errors))  # fmt: skip
    texts = {
        ".vtt": sidecars.vtt(timeline, script.language), ".srt": sidecars.srt(timeline),
        ".txt": sidecars.transcript(script, timeline),
        ".chapters.json": sidecars.chapters(timeline, script.title),
        ".json": record_text(record),
    }  # fmt: skip
    for suffix, text in texts.items():
        (folder / (script.slug + suffix)).write_text(text, "utf-8", newline="\n")
    (folder / f"{script.slug}.mp3").write_bytes(mp3)
    (folder / f"{script.slug}.png").write_bytes(_picture())


def _even_words(cue: Cue) -> list[int]:
    """Start and end of each word of a cue, in ms, as if all were of one length."""
    count, start_ms = len(cue.caption.split()), sidecars.ms(cue.start_frame)
    edges = [start_ms + n * sidecars.ms(cue.frames) // count for n in range(count + 1)]
    return [*chain(*pairwise(edges))]


def change_record(project: Project, slug: str, /, **changes: Any) -> None:
    """Changes what the record of a track says."""
    file = project.build / "tracks" / f"{slug}.json"
    file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | changes), "utf-8")
