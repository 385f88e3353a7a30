"""`build` and the podcast's folder, with the real command: whole, or as it was."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import mutagen.id3
import pytest
from support.podcast import CHANNEL, change_record, podcast_of, read_scripts, write_project
from support.tracks import meditations

from meditations.errors import MeditationError
from meditations.podcast.assembling import UnfinishedError, read_podcast
from meditations.podcast.hosting import FEED
from meditations.podcast.publishing_folder import publish_folder
from meditations.track.cover import picture_facts
from meditations.track.record import read_record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from meditations.podcast.assembling import Podcast
    from meditations.project import Project

SPOKEN: Final = """
title: {title}
published: 2026-11-22
background: {{sound: brown, fade_in: 1s, fade_out: 1s}}
pace: {{lead_in: 1s}}
sections: [{{title: Only, script: ["Hello there. [1s] This is all."]}}]
"""


def _run(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return meditations(*arguments, cwd=project, cache=project / "cache")


def _write(root: Path, name: str, title: str) -> None:
    file = root / "scripts" / f"{name}.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(SPOKEN.format(title=title), "utf-8")


def _files(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*")) if file.is_file()
    }  # fmt: skip


def test_build_makes_the_podcast_s_folder(tmp_path: Path) -> None:
    """The first build makes feed and media; a track that is stale or broken keeps them whole."""
    told = [f"{key}: {CHANNEL[key]}\n" for key in ("title", "description", "author", "site")]
    (tmp_path / "podcast.yaml").write_text("".join(told), "utf-8")
    _write(tmp_path, "evening", "Evening")
    made = _run(tmp_path, "build", "--without-care")
    assert (made.returncode, "The podcast is in build/podcast/" in made.stdout) == (0, True)
    assert "Hear it as listeners will: meditations serve\n" in made.stdout
    assert "Publish it: meditations publish TARGET" in made.stdout
    folder = tmp_path / "build" / "podcast"
    first = _files(folder)
    assert {Path(name).suffix for name in first} == {
        ".xml", ".mp3", ".vtt", ".srt", ".txt", ".json", ".png", ".jpg",
        ".html", ".css", ".js", ".svg", ".webmanifest",
    }  # fmt: skip
    again = _run(tmp_path, "build", "--without-care", "--json")
    assert json.loads(again.stdout)["podcast"]["status"] == "up to date"
    assert json.loads(again.stdout)["tracks"][0]["status"] == "up to date"

    _write(tmp_path, "evening", "Another Evening")
    _write(tmp_path, "morning", "Morning")
    kept = _run(tmp_path, "build", "morning", "--without-care")
    assert kept.returncode == 0
    assert "stays as it was: scripts/evening.yaml: the track of 'evening' is older" in kept.stderr
    assert _files(folder) == first

    (tmp_path / "scripts" / "morning.yaml").write_text("title: [", "utf-8")
    broken = _run(tmp_path, "build", "--without-care")
    assert broken.returncode == 1
    assert "The podcast stays as it was" in broken.stderr
    assert _files(folder) == first

    _write(tmp_path, "morning", "Morning")
    assert _run(tmp_path, "build", "--without-care").returncode == 0
    assert (folder / FEED).read_bytes().count(b"<item>") == 2
    checked = _run(tmp_path, "check", "--feed", "--json")
    assert (checked.returncode, json.loads(checked.stdout)["episodes"]) == (0, 2)
    next(folder.glob("media/morning-*.mp3")).unlink()
    assert _run(tmp_path, "build", "--without-care").returncode == 0
    assert len(list(folder.glob("media/*.mp3"))) == 2
    (folder / FEED).unlink()
    foreign = _run(tmp_path, "build", "--without-care")
    assert (foreign.returncode, "holds something other" in foreign.stderr) == (1, True)


def test_why_the_folder_is_not_made_is_remembered(tmp_path: Path) -> None:
    """It is told each time, without reading all scripts again, until something has changed."""
    told = [f"{key}: {CHANNEL[key]}\n" for key in ("title", "description", "author", "site")]
    (tmp_path / "podcast.yaml").write_text("".join(told), "utf-8")
    _write(tmp_path, "evening", "Evening")
    _write(tmp_path, "morning", "Morning")
    first = _run(tmp_path, "build", "evening", "--without-care")
    again = _run(tmp_path, "build", "evening", "--without-care")
    for run in (first, again):
        assert "the track of 'morning' is missing" in run.stdout + run.stderr
    loaded = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "meditations", "build", "evening",
         "--without-care"],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60,
        env={**os.environ, "MEDITATIONS_CACHE": str(tmp_path / "cache")},
    ).stderr  # fmt: skip
    assert "meditations.podcast.folder_stamp" in loaded
    assert "meditations.script.model" not in loaded
    _run(tmp_path, "build", "--without-care")
    assert (tmp_path / "build" / "podcast" / FEED).is_file()


def test_tracks_are_tagged_with_what_the_podcast_is_called(tmp_path: Path) -> None:
    """Album and artist are the channel's where the script names none, and follow it."""
    channel = tmp_path / "podcast.yaml"
    channel.write_text("title: >\n  Quiet\n  Evenings\nauthor: A. Maker\ndescription: x\n", "utf-8")
    _write(tmp_path, "evening", "Evening")

    def tagged(*, built: bool = True) -> tuple[str, str]:
        done = _run(tmp_path, "build", "--without-care", "--json")
        (told,) = json.loads(done.stdout)["tracks"]
        assert told["status"] == ("built" if built else "up to date")
        record = read_record(tmp_path / "build" / "tracks" / "evening.json")
        tags = mutagen.id3.ID3(tmp_path / "build" / "tracks" / "evening.mp3")
        assert [tags["TPE1"].text, tags["TALB"].text] == [[record["author"]], [record["album"]]]
        return record["author"], record["album"]

    assert tagged() == ("A. Maker", "Quiet Evenings")
    text = channel.read_text("utf-8")
    channel.write_text(text.replace("description: x", "description: Short rests."), "utf-8")
    assert tagged(built=False) == ("A. Maker", "Quiet Evenings")
    channel.write_text(text.replace("  Evenings", "  Mornings"), "utf-8")
    assert tagged() == ("A. Maker", "Quiet Mornings")
    channel.write_text("title: [", "utf-8")
    assert tagged() == ("Guided Meditations", "Guided Meditations")
    script = tmp_path / "scripts" / "evening.yaml"
    script.write_text(script.read_text("utf-8") + "author: Another\nalbum: Nights\n", "utf-8")
    assert tagged() == ("Another", "Nights")


def test_a_project_without_a_channel_gets_one(tmp_path: Path) -> None:
    """Where there is no podcast.yaml, the first build writes one and says so; the next do not."""
    _write(tmp_path, "evening", "Evening")
    made = _run(tmp_path, "build", "--without-care")
    assert made.returncode == 0
    assert "Wrote podcast.yaml" in made.stdout + made.stderr
    assert "meditations serve" in made.stdout
    assert "meditations publish" not in made.stdout
    assert (tmp_path / "build" / "podcast" / FEED).is_file()
    again = _run(tmp_path, "build", "--without-care")
    assert "Wrote" not in again.stdout + again.stderr


def _publish(project: Project) -> Podcast:
    folder = project.build / "podcast"
    tracks = project.build / "tracks"
    return publish_folder(project, read_scripts(project), tracks, folder, [_page]).podcast


def _page(podcast: Podcast, artworks: Mapping[str, str]) -> dict[str, bytes]:
    return {"index.html": f"{podcast.channel.title} {artworks[podcast.edition]}".encode()}


def test_writers_of_pages_add_their_texts(tmp_path: Path) -> None:
    """What a page writer gives lies in the folder beside the feed, and knows the picture."""
    project = write_project(tmp_path, {"evening": {}})
    _publish(project)
    told = (project.build / "podcast" / "index.html").read_text("utf-8")
    assert told.startswith("Quiet Evenings images/channel-")
    picture = project.build / "podcast" / told.split()[-1]
    facts = picture_facts(picture.read_bytes())
    assert facts is not None
    assert (facts.format, facts.width, facts.height, facts.mode) == ("JPEG", 1400, 1400, "RGB")


def test_a_file_that_cannot_take_guids_stays_as_it_was(tmp_path: Path) -> None:
    """Where guids cannot be added to podcast.yaml, it is left alone, and the lines are told."""
    project = write_project(tmp_path, {"evening": {}})
    file = tmp_path / "podcast.yaml"
    file.write_text(json.dumps(CHANNEL), "utf-8")
    with pytest.raises(MeditationError, match="in which nothing can be added") as caught:
        _publish(project)
    assert "guid: " in caught.value.mend
    assert file.read_text("utf-8") == json.dumps(CHANNEL)


@pytest.mark.parametrize("suffix", [".mp3", ".json", ".vtt", ".chapters.json", ".png"])
def test_a_track_that_is_not_whole_is_not_published(suffix: str, tmp_path: Path) -> None:
    """Where a file of a published track is missing, the folder stays, and the message says how."""
    project = write_project(tmp_path, {"evening": {}})
    _publish(project)
    before = _files(project.build / "podcast")
    (project.build / "tracks" / f"evening{suffix}").unlink()
    with pytest.raises(UnfinishedError, match="missing") as caught:
        _publish(project)
    assert "meditations build evening" in caught.value.mend
    assert _files(project.build / "podcast") == before


@pytest.mark.parametrize("slug", ["../../outside", "/outside", "evening/..", "other", None])
def test_a_record_of_another_name_is_refused(slug: str | None, tmp_path: Path) -> None:
    """Names of files are made of it, and none may lead out of the folder."""
    project = write_project(tmp_path, {"evening": {}})
    change_record(project, "evening", slug=slug)
    with pytest.raises(UnfinishedError, match="that of another track"):
        podcast_of(project)


def test_sound_that_is_not_the_record_s_is_not_published(tmp_path: Path) -> None:
    """A sound file of another length than its record tells stays out of the feed."""
    project = write_project(tmp_path, {"evening": {}})
    file = project.build / "tracks" / "evening.mp3"
    file.write_bytes(file.read_bytes()[:-384])
    with pytest.raises(UnfinishedError, match="not the one that its record tells of"):
        _publish(project)


def test_a_cover_of_one_s_own(tmp_path: Path) -> None:
    """The channel takes a maker's picture, of any size, and none from outside the project."""
    project = write_project(tmp_path, {"evening": {}}, {"cover": "build/tracks/evening.png"})
    _publish(project)
    other = write_project(tmp_path / "other", {"evening": {}}, {"cover": "../podcast.yaml"})
    with pytest.raises(MeditationError, match="outside the project"):
        _publish(other)


def test_what_is_kept_back_is_told(tmp_path: Path) -> None:
    """Sound without credit and what is dated later stay out of the feed, with the reasons."""
    dates = {"now": "2026-01-01", "later": "2026-06-01", "owing": "2026-01-01"}
    project = write_project(tmp_path, {name: {"published": day} for name, day in dates.items()})
    owed = {"sound": "rain.flac", "sha256": "0", "credit": None, "license": None}
    change_record(project, "owing", sounds=[owed])
    podcast = read_podcast(
        project, read_scripts(project), project.build / "tracks", datetime(2026, 3, 1, tzinfo=UTC)
    )
    assert [episode.slug for episode in podcast.episodes] == ["now"]
    assert dict(podcast.withheld) == {
        "later": "is dated 2026-06-01 06:00 UTC", "owing": "rain.flac has no credit: and license:",
    }  # fmt: skip


def test_credits_stand_in_the_notes(tmp_path: Path) -> None:
    """Whom a sound is owed to is told under the episode in which it is heard."""
    project = write_project(tmp_path, {"evening": {}})
    owed = {"sound": "rain.flac", "sha256": "0", "credit": "R. Ain", "license": "CC BY 4.0"}
    change_record(project, "evening", sounds=[owed])
    _publish(project)
    assert b"Sounds: R. Ain (CC BY 4.0)." in (project.build / "podcast" / FEED).read_bytes()


def test_an_episode_goes_only_on_purpose(tmp_path: Path) -> None:
    """One whose script is gone stops the feed until its entry says that it is retired."""
    project = write_project(tmp_path, {"evening": {}, "morning": {}})
    guids = {episode.slug: episode.guid for episode in _publish(project).episodes}
    (tmp_path / "scripts" / "morning.yaml").unlink()
    with pytest.raises(MeditationError, match="the episode 'morning' was published") as caught:
        _publish(project)
    assert f"morning: {{guid: {guids['morning']}, retired: true}}" in caught.value.mend
    file = tmp_path / "podcast.yaml"
    text = file.read_text("utf-8")
    file.write_text(text.replace(f"{guids['morning']}}}", f"{guids['morning']}, retired: true}}"))
    (left,) = _publish(project).episodes
    assert (left.slug, left.guid) == ("evening", guids["evening"])
