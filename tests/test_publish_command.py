"""`meditations publish`, in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import pytest
from support.publishing import make_folder
from support.terminal import in_a_terminal
from support.tracks import meditations

from meditations.errors import MeditationError
from meditations.podcast.assembling import Podcast, read_podcast
from meditations.podcast.folder import Contents
from meditations.podcast.identity import episode_guid, podcast_guid
from meditations.project import Project, find_scripts
from meditations.publishing.gate import admit
from meditations.publishing.staging import staged
from meditations.publishing.upload import guids
from meditations.script import read_script

if TYPE_CHECKING:
    from pathlib import Path

SITE: Final = "http://127.0.0.1:9/quiet/"
"""Nobody answers there."""
CHANNEL: Final = f"title: Quiet Evenings\ndescription: Made up.\nauthor: A\nsite: {SITE}\n"
SCRIPT: Final = """
title: A Short One
kind: [KIND]
published: DATE
background: {sound: brown, fade_in: 1s, fade_out: 1s}
pace: {lead_in: 1s}
sections:
  - title: Only
    script:
      - Hello there. [1s] This is all.
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with two finished tracks: one for everyone, one for people who were hurt."""
    root = tmp_path_factory.mktemp("project")
    (root / "scripts").mkdir()
    (root / "podcast.yaml").write_text(CHANNEL, "utf-8")
    for slug, kind, date in (
        ("five-senses", "general", "2026-01-02"),
        ("then-and-now", "trauma", "2026-01-03"),
        ("small-joys", "general", "2999-01-01"),
    ):
        text = textwrap.dedent(SCRIPT).replace("KIND", kind).replace("DATE", date)
        (root / "scripts" / f"{slug}.yaml").write_text(text, "utf-8")
    done = meditations("build", "--without-care", cwd=root, cache=root / "cache")
    assert (root / "build/tracks/then-and-now.mp3").is_file(), done.stderr
    return root


def _feed(root: Path, *slugs: str) -> None:
    """The folder as a build would make it, with the guids that these tracks have."""
    folder = make_folder(root, dict.fromkeys(slugs, 1), 5_000, site=SITE)
    feed = (folder / "feed.xml").read_text("utf-8")
    for slug in slugs:
        guid = episode_guid(podcast_guid(f"{SITE}feed.xml"), slug)
        feed = feed.replace(f">guid-{slug}<", f">{guid}<")
    (folder / "feed.xml").write_text(feed, "utf-8")


def run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Publishes from a project."""
    return meditations("publish", *arguments, cwd=root, cache=root / "cache")


def test_what_nobody_reviewed_and_what_is_dated_later_stays(built: Path, tmp_path: Path) -> None:
    """Both are named with the reason; the rest is sent; a site that is not there yet is told."""
    _feed(built, "five-senses")
    done = run(built, str(tmp_path / "served"))
    assert done.returncode == 0, done.stderr
    assert "then-and-now stays here: it is for people who were hurt" in done.stderr
    assert "small-joys stays here: it is dated 2999-01-01 06:00 UTC" in done.stderr
    assert f"{SITE} does not answer" in done.stderr
    assert "five-senses" in (tmp_path / "served" / "feed.xml").read_text("utf-8")


def test_a_dry_run_tells_all_and_sends_nothing(built: Path, tmp_path: Path) -> None:
    """Each file with its size and type, in the order in which they would go."""
    _feed(built, "five-senses")
    done = run(built, str(tmp_path / "served"), "--dry-run")
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.splitlines() if line.startswith("send ")]
    assert "audio/mpeg" in done.stdout
    assert "feed.xml" in lines[-1]
    assert "sending" not in done.stderr
    assert not (tmp_path / "served").exists()


def test_unreviewed_tracks_go_when_asked(built: Path, tmp_path: Path) -> None:
    """With --unreviewed the maker has decided; --as-of lets later dates in."""
    _feed(built, "five-senses", "then-and-now", "small-joys")
    target = str(tmp_path / "served")
    done = run(built, target, "--unreviewed", "--as-of", "2999-01-01", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["withheld"] == []
    assert told["site_answers"] is False
    assert told["sent"][-1] == "feed.xml"


def test_a_feed_that_names_what_has_to_wait_is_not_sent(built: Path, tmp_path: Path) -> None:
    """Whatever lies in the folder: nothing that nobody reviewed goes by accident."""
    _feed(built, "five-senses", "then-and-now")
    done = run(built, str(tmp_path / "served"))
    served = tmp_path / "served" / "feed.xml"
    assert "then-and-now" not in (served.read_text("utf-8") if served.exists() else "")
    assert "nobody has reviewed its script" in done.stderr


def test_what_has_to_wait_is_left_out_where_the_feed_can_be_made_anew(built: Path) -> None:
    """The folder that was built stays; one without what has to wait is made, sent and removed."""
    _feed(built, "five-senses", "then-and-now")
    folder = built / "build" / "podcast"
    before = (folder / "feed.xml").read_bytes()
    podcast = _podcast(built)

    def make(admitted: Podcast) -> Contents:
        _feed(built / "again", *(episode.slug for episode in admitted.episodes))
        made = built / "again" / "build" / "podcast"
        files = (file for file in made.rglob("*") if file.is_file())
        return Contents((), {f.relative_to(made).as_posix(): f.read_bytes() for f in files})

    with staged(podcast, folder, make) as upload:
        assert guids(upload.feed) == {episode.guid for episode in podcast.episodes}
        assert "then-and-now" not in upload.feed.decode()
    assert (folder / "feed.xml").read_bytes() == before
    assert [left for left in folder.parent.iterdir() if left.name.startswith(".podcast-")] == []
    with (
        pytest.raises(MeditationError, match="nobody has reviewed"),
        staged(podcast, folder, None),
    ):
        pass


def _podcast(root: Path) -> Podcast:
    """What may be published of a project."""
    project = Project(root.resolve())
    scripts = [read_script(file) for file in find_scripts(project, ())]
    read = read_podcast(project, scripts, project.build / "tracks", datetime.now(UTC))
    return admit(read, unreviewed=False)


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (["build/podcast"], 1, "the project itself lies there"),
        (["."], 1, "the project itself lies there"),
        (["sftp://me:hunter2@example.org/x"], 1, "holds a password"),
        (["gopher://example.org"], 1, "nothing can be published by 'gopher://'"),
        (["x", "--as-of", "soon"], 2, "write a day"),
        (["x", "--as-of", "2026-11-22T10:00"], 2, "with its offset"),
        ([], 2, "Missing argument"),
    ],
)
def test_what_cannot_be_is_told(arguments: list[str], status: int, told: str, built: Path) -> None:
    """In words, with the exit status of the case, and never with a password."""
    _feed(built, "five-senses")
    done = run(built, *arguments)
    assert done.returncode == status, done.stderr
    assert told in done.stderr
    assert "hunter2" not in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


def test_a_podcast_without_a_site_is_not_published(built: Path, tmp_path: Path) -> None:
    """A feed needs full addresses, so the message asks for the site."""
    channel = built / "podcast.yaml"
    before = channel.read_text("utf-8")
    channel.write_text(before.replace(f"site: {SITE}\n", ""), "utf-8")
    try:
        done = run(built, str(tmp_path / "served"))
    finally:
        channel.write_text(before, "utf-8")
    assert done.returncode == 1
    assert "nothing says yet where the podcast will be found" in done.stderr


def test_a_podcast_without_an_episode_is_not_published(built: Path, tmp_path: Path) -> None:
    """Directories refuse an empty feed, so the message says how a track becomes an episode."""
    root = tmp_path / "project"
    (root / "scripts").mkdir(parents=True)
    (root / "podcast.yaml").write_text(CHANNEL, "utf-8")
    draft = (built / "scripts" / "five-senses.yaml").read_text("utf-8")
    text = draft.replace("published: 2026-01-02\n", "")
    (root / "scripts" / "five-senses.yaml").write_text(text, "utf-8")
    done = run(root, str(tmp_path / "served"))
    assert done.returncode == 1
    assert "there is no episode yet" in done.stderr
    assert "published: " in done.stderr
    assert not (tmp_path / "served").exists()


def test_a_second_time_there_is_nothing_to_send(built: Path, tmp_path: Path) -> None:
    """In a terminal too, where bars show how far it is, the outcome is told in a line."""
    _feed(built, "five-senses")
    target, cache = str(tmp_path / "served"), tmp_path / "cache"
    status, shown = in_a_terminal("publish", target, cwd=built, cache=cache)
    assert status == 0, shown
    assert "12 files sent" in shown
    status, shown = in_a_terminal("publish", target, cwd=built, cache=cache)
    assert status == 0, shown
    assert "served: nothing has changed, 12 there already." in shown


def test_a_stopped_upload_ends_at_once(built: Path, tmp_path: Path) -> None:
    """Ctrl-C while a server is being waited for: said in a line, status 130, no traceback."""
    _feed(built, "five-senses")
    dead = {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_ACCESS_KEY_ID": "AKIATEST",
        "AWS_SECRET_ACCESS_KEY": "not-to-be-seen", "AWS_MAX_ATTEMPTS": "1",
        "AWS_DEFAULT_REGION": "us-east-1", "MEDITATIONS_CACHE": str(tmp_path),
    }  # fmt: skip
    with subprocess.Popen(
        [sys.executable, "-m", "meditations", "publish", "s3://quiet-evenings/podcast"],
        cwd=built, env={**os.environ, **dead}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as run_:  # fmt: skip
        assert run_.stderr is not None
        told = ""
        while "trying again in 1 s" not in told:
            line = run_.stderr.readline()
            assert line, told
            told += line
        run_.send_signal(signal.SIGINT)
        since = time.monotonic()
        told += "".join(run_.communicate(timeout=20))
    assert run_.returncode == 130, told
    assert time.monotonic() - since < 5
    assert "Stopped." in told
    assert "Traceback" not in told
    assert "not-to-be-seen" not in told
