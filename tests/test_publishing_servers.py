"""Publishing to real servers: whoever reads meanwhile finds everything whole, whatever happens."""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Final

import pytest
from support.places import Place, make_place, send
from support.publishing import (
    PUBLICATIONS,
    Reader,
    make_folder,
    publish_process,
)

from meditations.publishing.turn import LOCK

pytestmark = pytest.mark.server

READS: Final = 200
KILLS: Final = 30
FEWER: Final = 10
"""Where a publication takes its time, and the way is that of another."""
KILLED: Final = -1.0


@pytest.fixture(params=["folder", "sftp", "s3", "ftp", "webdav"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Each kind of target, empty."""
    made = make_place(request.param, request, tmp_path)
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    return made


def test_readers_find_everything_whole_through_five_publications(
    place: Place, tmp_path: Path
) -> None:
    """Of 200 reads and more while five publications go by, none finds anything missing."""
    with Reader(place.shelf).reading() as reader:
        for number, tracks in enumerate(PUBLICATIONS, 1):
            send(make_folder(tmp_path, tracks, note=str(number)), place.target)
            # Twice more at least: what is read just now may have begun with the feed before.
            reader.wait_for(max(number * READS // len(PUBLICATIONS), reader.reads + 2))
    assert reader.faults == []
    assert reader.reads >= READS
    assert len(reader.feeds) == len(PUBLICATIONS)
    assert place.shelf.read("index.html") is not None


def test_a_killed_run_leaves_a_whole_podcast_and_the_next_goes_on(
    place: Place, tmp_path: Path
) -> None:
    """Killed at random moments, no reader sees a promise broken, and a rerun completes."""
    moments = random.Random(7)
    kills = FEWER if place.target.startswith(("ftp", "webdav")) else KILLS
    folder = _another(tmp_path, 0)
    lasts_s = _publish_until(place, folder, None)
    killed = 0
    with Reader(place.shelf).reading() as reader:
        for number in range(1, 3 * kills):
            folder = _another(tmp_path, number)
            killed += _publish_until(place, folder, moments.uniform(0, lasts_s)) == KILLED
            if number % 5 == 0:
                send(folder, place.target)
                assert place.shelf.read("feed.xml") == (folder / "feed.xml").read_bytes()
                assert send(folder, place.target).send == ()
            if killed == kills:
                break
        send(folder, place.target)
    assert reader.faults == []
    assert killed == kills
    assert place.shelf.read("feed.xml") == (folder / "feed.xml").read_bytes()


def _another(root: Path, number: int) -> Path:
    """A podcast of which nothing was sent yet but its style."""
    tracks = {"five-senses": number, "then-and-now": number // 2, f"track-{number % 3}": number}
    return make_folder(root / str(number), tracks, 1_000_000, note=str(number))


def _publish_until(place: Place, folder: Path, after_s: float | None) -> float:
    """Publishes in another process; how long that took, or `KILLED` where it was killed."""
    with publish_process(folder, place.target, place.environment) as run:
        assert run.stdout is not None
        while not run.stdout.readline().startswith("sending"):
            assert run.poll() is None
        since = time.monotonic()
        if after_s is None:
            told = run.communicate(timeout=60)[0]
            assert run.returncode == 0, told
            return time.monotonic() - since
        time.sleep(after_s)
        run.kill()
        run.communicate(timeout=60)
        return KILLED if run.returncode < 0 else time.monotonic() - since


def test_two_at_once_go_one_after_the_other(place: Place, tmp_path: Path) -> None:
    """Two machines publish at one moment, again and again: each feed that is seen is whole."""
    with Reader(place.shelf).reading() as reader:
        for number in range(3):
            folders = [_another(tmp_path / "a", number), _another(tmp_path / "b", number + 3)]
            runs = [
                publish_process(
                    folder, place.target,
                    {**place.environment, "MEDITATIONS_CACHE": str(tmp_path / machine / "cache")},
                )
                for folder, machine in zip(folders, "ab", strict=True)
            ]  # fmt: skip
            for run in runs:
                told = run.communicate(timeout=60)[0]
                assert run.returncode == 0, told
            feeds = {(folder / "feed.xml").read_bytes() for folder in folders}
            assert place.shelf.read("feed.xml") in feeds
            assert place.shelf.read(LOCK) is None
    assert reader.faults == []
    assert reader.reads > 10
    assert len(reader.feeds) > 3
