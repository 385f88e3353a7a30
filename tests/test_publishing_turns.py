"""Two who publish to one target: one after the other, and never a feed that names what is gone."""

from __future__ import annotations

import itertools
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest
from support.publishing import SITE, FolderShelf, Reader, make_folder

from meditations.commands.upload_progress import QUEUED, PlainProgress
from meditations.errors import MeditationError
from meditations.publishing import turn
from meditations.publishing.local import FolderTarget
from meditations.publishing.manifest import KEPT
from meditations.publishing.publisher import Wishes, publish
from meditations.publishing.target import read_address
from meditations.publishing.turn import LOCK
from meditations.publishing.upload import read_upload

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from meditations.publishing.headers import Headers
    from meditations.publishing.planning import Plan

LATER: Final = datetime.now(UTC) + timedelta(days=30)
ONE: Final = {"five-senses": 1}
TWO: Final = {"five-senses": 1, "then-and-now": 1}
ANOTHER: Final = b'{"by": "another machine", "beats": 7}'


def send(folder: Path, target: FolderTarget, now: datetime = LATER) -> Plan:
    """Publishes a made-up folder, out of which a track may go."""
    wishes = Wishes(now, {"guid-then-and-now"})
    return publish(read_upload(folder, SITE), target, wishes, PlainProgress())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder that is published to."""
    return tmp_path / "served"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has a minute here."""
    monkeypatch.setattr(turn, "LOOK_S", 0.02)
    monkeypatch.setattr(turn, "BEAT_S", 0.1)
    monkeypatch.setattr(turn, "GONE_S", 1.0)


@pytest.fixture(params=["one machine", "two machines"])
def machines(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both on one machine, which the system tells apart, or each with a cache of its own."""
    numbers = itertools.count() if request.param == "two machines" else itertools.repeat(0)
    monkeypatch.setattr(turn, "cache_folder", lambda: tmp_path / f"cache-{next(numbers)}")


class _Amid(FolderTarget):
    """A target at which something happens in the middle, once."""

    def __init__(self, root: Path, happens: Callable[[], object]) -> None:
        super().__init__(read_address(str(root)))
        self._happens: Callable[[], object] | None = happens

    def delete(self, path: str) -> None:
        self._once()
        super().delete(path)

    def send(self, source: Path, path: str, headers: Headers, sent: Any) -> None:
        if path == "index.html":
            self._once()
        super().send(source, path, headers, sent)

    def _once(self) -> None:
        happens, self._happens = self._happens, None
        if happens:
            happens()


@pytest.mark.usefixtures("machines")
def test_what_one_deletes_is_not_what_another_names(
    tmp_path: Path, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A track goes, its week over, as another run brings it back: in the end it is there."""
    plain = FolderTarget(read_address(str(root)))
    one, two = make_folder(tmp_path / "1", ONE), make_folder(tmp_path / "2", TWO)
    send(two, plain)
    send(one, plain)
    other = threading.Thread(target=send, args=(two, plain, LATER + KEPT))

    def begin_and_go_on() -> None:
        other.start()
        other.join(2 * turn.GONE_S)  # it would be done by now, were it let

    deleted = send(one, _Amid(root, begin_and_go_on), LATER + KEPT).delete
    assert any("then-and-now" in path for path in deleted)
    other.join(20)
    reader = Reader(FolderShelf(root))
    reader.read()
    assert reader.faults == []
    assert reader.feeds == {(two / "feed.xml").read_bytes()}
    assert capsys.readouterr().err.count(QUEUED) == 1
    assert not (root / LOCK).exists()


def test_what_a_run_elsewhere_left_is_taken_over(
    tmp_path: Path, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another machine lost its power amid an upload: after a while the turn is ours."""
    root.mkdir()
    (root / LOCK).write_bytes(ANOTHER)
    since = time.monotonic()
    send(make_folder(tmp_path, ONE), FolderTarget(read_address(str(root))))
    assert time.monotonic() - since >= turn.GONE_S
    assert QUEUED in capsys.readouterr().err
    assert (root / "feed.xml").is_file()
    assert not (root / LOCK).exists()


def test_what_we_left_ourselves_is_known(tmp_path: Path, root: Path) -> None:
    """A run of this machine was killed: the next one goes on at once."""
    target = FolderTarget(read_address(str(root)))

    def note() -> None:
        (tmp_path / "left").write_bytes((root / LOCK).read_bytes())

    send(make_folder(tmp_path, ONE, note="1"), _Amid(root, note))
    (root / LOCK).write_bytes((tmp_path / "left").read_bytes())
    since = time.monotonic()
    assert send(make_folder(tmp_path, ONE, note="2"), target).send
    assert time.monotonic() - since < turn.GONE_S


def test_who_lost_the_turn_changes_nothing_any_more(tmp_path: Path, root: Path) -> None:
    """A computer slept amid an upload and another has begun: no feed goes, nothing is deleted."""
    target = FolderTarget(read_address(str(root)))
    send(make_folder(tmp_path, ONE, note="1"), target)
    before = (root / "feed.xml").read_bytes()
    folder = make_folder(tmp_path, TWO, note="2")
    with pytest.raises(MeditationError, match="somebody else has begun") as caught:
        send(folder, _Amid(root, lambda: (root / LOCK).write_bytes(ANOTHER)))
    assert caught.value.mend
    assert (root / "feed.xml").read_bytes() == before
    assert (root / LOCK).read_bytes() == ANOTHER


def test_a_turn_is_given_back_when_something_is_wrong(tmp_path: Path, root: Path) -> None:
    """Who is refused does not keep others waiting."""
    target = FolderTarget(read_address(str(root)))
    send(make_folder(tmp_path, TWO), target)
    upload = read_upload(make_folder(tmp_path, ONE), SITE)
    with pytest.raises(MeditationError, match="would vanish"):
        publish(upload, target, Wishes(LATER), PlainProgress())
    assert not (root / LOCK).exists()
