"""What a publication does and refuses: what goes and when, what is deleted, what breaks."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest
from support.publishing import RETIRED, SITE, FolderShelf, Reader, make_folder

from meditations.commands.upload_progress import PlainProgress
from meditations.errors import MeditationError
from meditations.publishing import patience as patiences
from meditations.publishing.local import FolderTarget
from meditations.publishing.manifest import KEPT, MANIFEST, Manifest, read_manifest
from meditations.publishing.patience import Patience
from meditations.publishing.planning import Held, make_plan
from meditations.publishing.publisher import Wishes, publish
from meditations.publishing.target import BrokenConnectionError, read_address
from meditations.publishing.turn import LOCK
from meditations.publishing.upload import check_content, named_paths, read_upload

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from meditations.publishing.headers import Headers
    from meditations.publishing.planning import Plan

NOW: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY: Final = timedelta(days=1)
ONE: Final = {"five-senses": 1}
TWO: Final = {"five-senses": 1, "then-and-now": 1}


def send(folder: Path, target: FolderTarget, now: datetime = NOW, **more: Any) -> Plan:
    """Publishes a made-up folder."""
    retired = {*RETIRED, "guid-then-and-now"}
    wishes = Wishes(now, retired, **more)
    return publish(read_upload(folder, SITE), target, wishes, PlainProgress())


@pytest.fixture
def target(tmp_path: Path) -> FolderTarget:
    """An empty folder to publish to."""
    return FolderTarget(read_address(str(tmp_path / "served")))


def files(target: FolderTarget) -> set[str]:
    """The paths of all files at a target."""
    found = (file for file in target.root.rglob("*") if file.is_file())
    return {file.relative_to(target.root).as_posix() for file in found}


def sent(plan: Plan) -> list[str]:
    """The paths that were sent, in order."""
    return [item.path for item in plan.send]


# What goes, and in which order.


def test_media_goes_first_and_the_feed_last(tmp_path: Path, target: FolderTarget) -> None:
    """Nothing goes before what it names: media, pages, the entrance, the worker, the feed."""
    order = sent(send(make_folder(tmp_path, TWO), target))
    hashed = [path for path in order if path.split("/")[0] in ("media", "images", "assets")]
    assert order[: len(hashed)] == hashed
    assert order[-3:] == ["index.html", "sw.js", "feed.xml"]
    assert files(target) == {*order, MANIFEST}


def test_only_what_changed_is_sent(tmp_path: Path, target: FolderTarget) -> None:
    """Nothing when nothing changed; a text of the same size when its words did; a new track."""
    folder = make_folder(tmp_path, ONE, note="1")
    send(folder, target)
    assert sent(send(folder, target)) == []
    folder = make_folder(tmp_path, ONE, note="2")
    assert sent(send(folder, target)) == ["listen/five-senses.html", "index.html", "sw.js"]
    again = sent(send(make_folder(tmp_path, TWO, note="2"), target))
    assert "feed.xml" in again
    assert not any("five-senses" in path for path in again)


def test_a_text_that_was_sent_by_halves_is_sent_again(tmp_path: Path, target: FolderTarget) -> None:
    """A digest counts only from when the text is there: cut short, gone back to, it is sent."""
    folder = make_folder(tmp_path, ONE, note="1")
    send(folder, target)
    stubborn = _Stubborn(target, "sw.js")
    with pytest.raises(MeditationError, match="stubborn"):
        send(make_folder(tmp_path, ONE, note="2"), stubborn)
    folder = make_folder(tmp_path, ONE, note="1")
    assert "index.html" in sent(send(folder, target))
    assert (target.root / "index.html").read_bytes() == (folder / "index.html").read_bytes()


class _Stubborn(FolderTarget):
    """A target that does not take one file."""

    def __init__(self, target: FolderTarget, path: str) -> None:
        super().__init__(read_address(str(target.root)))
        self._path = path

    def send(self, source: Path, path: str, headers: Headers, sent: Callable[[int], None]) -> None:
        if path == self._path:
            raise MeditationError("stubborn")
        super().send(source, path, headers, sent)


def test_a_dry_run_touches_nothing(tmp_path: Path, target: FolderTarget) -> None:
    """It tells what would go, and leaves the target as it was."""
    plan = send(make_folder(tmp_path, ONE), target, dry_run=True)
    assert "feed.xml" in sent(plan)
    assert not target.root.exists()


def test_a_reader_would_notice_a_feed_that_came_first(tmp_path: Path, target: FolderTarget) -> None:
    """The reader of these tests is not fooled: feed first, and it finds media missing."""
    folder = make_folder(tmp_path, ONE)
    target.root.mkdir()
    (target.root / "feed.xml").write_bytes((folder / "feed.xml").read_bytes())
    reader = Reader(FolderShelf(target.root))
    reader.read()
    assert len(reader.faults) == 7


# What is deleted, and when.


def test_what_is_no_longer_named_stays_for_a_week(tmp_path: Path, target: FolderTarget) -> None:
    """A track that left the feed can be heard for seven days more, and then goes."""
    send(make_folder(tmp_path, TWO), target)
    left = {path for path in files(target) if "then-and-now" in path}
    folder = make_folder(tmp_path, ONE)
    later = datetime.now(UTC) + 30 * DAY  # the files themselves were written today
    assert send(folder, target, later).waiting == len(left)
    assert send(folder, target, later + KEPT - timedelta(seconds=1)).delete == ()
    assert left <= files(target)
    assert set(send(folder, target, later + KEPT).delete) == left
    assert not left & files(target)
    assert send(folder, target, later + 2 * KEPT).delete == ()


def test_what_comes_back_counts_anew(tmp_path: Path, target: FolderTarget) -> None:
    """A track that left, came back and left again has its whole week from the second time on."""
    later = datetime.now(UTC) + 30 * DAY
    for number, tracks in enumerate((TWO, ONE, TWO, ONE)):
        send(make_folder(tmp_path, tracks), target, later + 3 * number * DAY)
    assert send(make_folder(tmp_path, ONE), target, later + 15 * DAY).delete == ()
    assert send(make_folder(tmp_path, ONE), target, later + 16 * DAY).delete != ()


def test_nothing_younger_than_a_week_is_deleted(tmp_path: Path) -> None:
    """Whatever the manifest says, a file that was written this week stays."""
    upload = read_upload(make_folder(tmp_path, ONE), SITE)
    old = "media/old-0123456789ab.mp3"
    manifest = Manifest(frozenset({old}), {}, {old: NOW - 30 * DAY})
    for age, deleted in ((6 * DAY, ()), (8 * DAY, (old,))):
        assert make_plan(upload, {old: Held(1, NOW - age)}, manifest, NOW).delete == deleted


def test_what_is_not_ours_is_never_deleted(tmp_path: Path, target: FolderTarget) -> None:
    """Files of somebody else lie at the target untouched, whatever they are called."""
    others = ["CNAME", "media/mine-0123456789ab.mp3", "blog/index.html"]
    for path in others:
        (target.root / path).parent.mkdir(parents=True, exist_ok=True)
        (target.root / path).write_bytes(b"mine")
    later = datetime.now(UTC) + 30 * DAY
    for number, tracks in enumerate((TWO, ONE, ONE)):
        send(make_folder(tmp_path, tracks), target, later + number * 10 * DAY)
    assert set(others) <= files(target)


def test_what_a_killed_run_left_goes_after_a_week(tmp_path: Path, target: FolderTarget) -> None:
    """Halves that nobody can see are cleared away, but not those of a run that is under way."""
    part = target.root / "media" / f".{'0' * 32}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"half")
    folder = make_folder(tmp_path, ONE)
    assert send(folder, target, datetime.now(UTC) + 6 * DAY).delete == ()
    assert send(folder, target, datetime.now(UTC) + 8 * DAY).delete == (f"media/{part.name}",)
    assert not part.exists()


# The manifest.


def test_a_manifest_is_read_as_it_was_written() -> None:
    """Nothing of it is lost on the way."""
    manifest = Manifest(frozenset({"a", "media/b"}), {"a": "00"}, {"media/b": NOW})
    assert read_manifest(manifest.to_bytes()) == manifest


@pytest.mark.parametrize(
    "data",
    [
        None,
        b"",
        b"<html>",
        b"[]",
        b'{"version": 1}',
        b'{"version": 1, "ours": ["../secret"], "digests": {}, "unnamed": {}}',
        b'{"version": 1, "ours": ["/etc/passwd"], "digests": {}, "unnamed": {}}',
        b'{"version": 1, "ours": ["a\\\\..\\\\b"], "digests": {}, "unnamed": {}}',
    ],
)
def test_a_broken_manifest_deletes_nothing(data: bytes | None) -> None:
    """What cannot be read, or points outside, counts as no manifest: nothing is ours then."""
    assert read_manifest(data) == Manifest()


def test_a_later_manifest_is_left_alone() -> None:
    """What a newer version wrote is not overwritten by an older one."""
    with pytest.raises(MeditationError, match="a newer version"):
        read_manifest(b'{"version": 2}')


# What is refused before anything is sent.


def _spoil_size(folder: Path) -> None:
    feed = folder / "feed.xml"
    feed.write_bytes(feed.read_bytes().replace(b'length="200000"', b'length="199999"'))


def _spoil_name(folder: Path) -> None:
    next(iter((folder / "media").glob("*.vtt"))).unlink()


def _spoil_site(folder: Path) -> None:
    feed = folder / "feed.xml"
    feed.write_bytes(feed.read_bytes().replace(SITE.encode(), b"http://localhost/"))


def _spoil_link(folder: Path) -> None:
    (folder / "media" / "passwd.txt").symlink_to("/etc/passwd")


def _spoil_type(folder: Path) -> None:
    (folder / "notes.docx").write_bytes(b"x")


def _spoil_empty(folder: Path) -> None:
    file = next(iter((folder / "media").glob("*.vtt")))
    file.unlink()
    file.touch()


def _spoil_feed(folder: Path) -> None:
    (folder / "feed.xml").unlink()


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (_spoil_size, "has 199,999 bytes; it has 200,000"),
        (_spoil_name, "that is not in the folder"),
        (_spoil_site, "1 of 1 episodes are not below"),
        (_spoil_link, "no file of its own"),
        (_spoil_type, "nobody knows the type of notes.docx"),
        (_spoil_empty, "this file is empty"),
        (_spoil_feed, "no feed was made yet"),
    ],
)
def test_a_folder_that_would_break_a_promise_is_not_sent(
    spoil: Callable[[Path], None], told: str, tmp_path: Path
) -> None:
    """A wrong length, a missing file, another site's feed: told before anything goes."""
    folder = make_folder(tmp_path, ONE)
    spoil(folder)
    with pytest.raises(MeditationError, match=told):
        read_upload(folder, SITE)


def test_media_goes_only_under_the_name_of_its_content(tmp_path: Path) -> None:
    """A track that was changed after the feed was made would be kept for ever as another."""
    upload = read_upload(make_folder(tmp_path, ONE), SITE)
    item = next(item for item in upload.items if item.path.endswith(".mp3"))
    check_content(item)
    changed = tmp_path / "changed.mp3"
    changed.write_bytes(b"something else")
    with pytest.raises(MeditationError, match="was changed after the feed was made"):
        check_content(replace(item, source=changed))


def test_an_episode_does_not_vanish_by_accident(tmp_path: Path, target: FolderTarget) -> None:
    """A feed without an episode that is published now is refused, unless it is retired."""
    send(make_folder(tmp_path, TWO), target)
    upload = read_upload(make_folder(tmp_path, ONE), SITE)
    with pytest.raises(MeditationError, match="would vanish: guid-then-and-now"):
        publish(upload, target, Wishes(NOW), PlainProgress())


def test_what_else_lies_on_the_site_may_be_linked() -> None:
    """Show notes may name pages of the site that are not of the podcast."""
    feed = f'<a href="{SITE}about.html"/><a href="{SITE}listen/x.html#t=3">'.encode()
    assert named_paths(feed, SITE) == {"listen/x.html"}


# Broken connections.


class _Flaky(FolderTarget):
    """A target whose connection breaks at first."""

    def __init__(self, target: FolderTarget, breaks: int) -> None:
        super().__init__(read_address(str(target.root)))
        self.connections = 0
        self._left = breaks
        self._lock = threading.Lock()

    def connect(self) -> None:
        self.connections += 1

    def send(self, source: Path, path: str, headers: Headers, sent: Callable[[int], None]) -> None:
        with self._lock:
            self._left -= 1
            breaks = self._left >= 0
        if breaks:
            sent(10)
            raise BrokenConnectionError("the line went dead")
        super().send(source, path, headers, sent)


def test_a_broken_connection_is_tried_again_after_longer_and_longer(
    tmp_path: Path, target: FolderTarget
) -> None:
    """Each try waits twice as long as the one before it, over a new connection."""
    waits: list[float] = []
    flaky = _Flaky(target, 4)  # the manifest, which goes alone
    send(make_folder(tmp_path, ONE), flaky, wait=waits.append)
    assert waits == list(patiences.WAITS_S[:4])
    assert flaky.connections == 5
    assert "feed.xml" in files(target)


def test_a_connection_that_stays_broken_is_told(tmp_path: Path, target: FolderTarget) -> None:
    """After half a minute the message says what broke; nothing is left half."""
    with pytest.raises(BrokenConnectionError, match="the line went dead"):
        send(make_folder(tmp_path, ONE), _Flaky(target, 99), wait=lambda _: None)
    assert files(target) == {LOCK}


def test_who_stops_does_not_wait(target: FolderTarget) -> None:
    """Once stopped, a broken connection is told at once."""
    patience = Patience(target, lambda *_: None)
    patience.stop()

    def act() -> None:
        raise BrokenConnectionError("gone")

    with pytest.raises(BrokenConnectionError, match="gone"):
        patience.keep_trying(act)
