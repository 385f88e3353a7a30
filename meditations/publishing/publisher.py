"""A publication: media first, then the pages, the feed last; whoever reads finds all whole.

A feed at the target never names what is not there: what it names was sent before it, and what it
no longer names stays for a week. A run that is cut short at any moment leaves that true, and the
next run goes on from there. Of two at once the second waits until the first is done.
"""

from __future__ import annotations

import tempfile
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from meditations.publishing.headers import ASK_AGAIN, FEED, Headers
from meditations.publishing.manifest import MANIFEST, Manifest, read_manifest
from meditations.publishing.patience import Patience
from meditations.publishing.planning import Plan, digests, make_plan, refuse_vanished
from meditations.publishing.turn import Turn, taken
from meditations.publishing.upload import FOLDERS, check_content

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

    from meditations.publishing.target import Target
    from meditations.publishing.upload import Item, Upload

AT_ONCE: Final = 4
"""Files that go at the same time: small ones then do not wait for one answer after another."""


class Reporter(Protocol):
    """Is told how a publication goes; its methods may be called from several threads."""

    def begin(self, plan: Plan) -> None:
        """What is going to be done."""

    def advance(self, path: str, more_bytes: int) -> None:
        """More of a file has gone; less than none where it has to go again."""

    def sent(self, item: Item) -> None:
        """A file is in its place."""

    def deleted(self, path: str) -> None:
        """A file was deleted."""

    def queued(self) -> None:
        """Somebody else is publishing to the same target, and is waited for."""

    def waiting(self, why: str, wait_s: float) -> None:
        """A connection broke, and is tried again after a while."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """How to publish.

    Attributes:
        now: The time; deletions and the week before them count by it.
        retired: Guids of episodes that left on purpose.
        dry_run: Whether only to tell what would be done.
        wait: Waits so many seconds before another try.
    """

    now: datetime
    retired: Collection[str] = ()
    dry_run: bool = False
    wait: Callable[[float], object] | None = None


def publish(upload: Upload, target: Target, wishes: Wishes, reporter: Reporter) -> Plan:
    """Brings a target up to date and returns what that took.

    Raises:
        MeditationError: If it could not be finished; what is at the target is whole all the same.
    """
    patience = Patience(target, reporter.waiting, wishes.wait)
    if wishes.dry_run:
        return _look(upload, target, wishes, patience)[0]
    with taken(target, patience, reporter.queued) as turn:
        plan, manifest = _look(upload, target, wishes, patience)
        reporter.begin(plan)
        _Run(target, patience, reporter, turn).bring(upload, plan, manifest, wishes.now)
    return plan


def _look(
    upload: Upload, target: Target, wishes: Wishes, patience: Patience
) -> tuple[Plan, Manifest]:
    """What there is to do, and what is known of the target before it is done."""
    manifest = read_manifest(patience.keep_trying(lambda: target.read(MANIFEST)))
    held = patience.keep_trying(lambda: target.held(_folders(upload, manifest)))
    refuse_vanished(patience.keep_trying(lambda: target.read(FEED)), upload, wishes.retired)
    return make_plan(upload, held, manifest, wishes.now), manifest


def _folders(upload: Upload, manifest: Manifest) -> list[str]:
    """The folders that are looked into; whatever else lies at the target is left alone."""
    paths = {item.path for item in upload.items} | manifest.ours
    return sorted({path.partition("/")[0] for path in paths if "/" in path} | set(FOLDERS))


@dataclass(frozen=True, slots=True)
class _Run:
    """One publication under way."""

    target: Target
    patience: Patience
    reporter: Reporter
    turn: Turn

    def bring(self, upload: Upload, plan: Plan, manifest: Manifest, now: datetime) -> None:
        """Does what was planned."""
        published = [item.path for item in upload.items]
        if plan.send:
            begun = manifest.begun(published, (item.path for item in plan.send))
            self.remember(begun, unless=manifest)
            for phase in plan.phases():
                if phase[0].digest is not None:  # what has a hash in its name is in nobody's way
                    self.turn.check()
                self.send(phase)
        else:
            begun = manifest.begun(published, ())
        self.turn.check()
        for path in plan.delete:
            self.patience.keep_trying(lambda path=path: self.target.delete(path))  # type: ignore[misc]
            self.reporter.deleted(path)
        done = begun.done(digests(upload), published, now).without(plan.delete)
        self.remember(done, unless=manifest if not plan.send else begun)

    def remember(self, manifest: Manifest, unless: Manifest) -> None:
        """Puts a manifest into its place, unless it is there already."""
        if manifest == unless:
            return
        with tempfile.TemporaryDirectory(prefix="meditations-") as folder:
            file = Path(folder) / "manifest"
            file.write_bytes(manifest.to_bytes())
            headers = Headers("application/json", ASK_AGAIN)
            self.patience.keep_trying(
                lambda: self.target.send(file, MANIFEST, headers, lambda _: None)
            )

    def send(self, items: tuple[Item, ...]) -> None:
        """Sends files, several at once; returns when all of them are in their places."""
        threads = ThreadPoolExecutor(AT_ONCE, "publish")
        try:
            tasks = [threads.submit(self._send_one, item) for item in items]
            wait(tasks, return_when=FIRST_EXCEPTION)
            # One that failed tells so at once; the others were only on their way.
            for task in sorted(tasks, key=lambda task: not (task.done() and task.exception())):
                task.result()
        except Exception:
            self.patience.stop()
            # What is on its way arrives first: nothing of ours is to move in another's turn.
            threads.shutdown(cancel_futures=True)
            raise
        except BaseException:
            self.patience.stop()
            threads.shutdown(wait=False, cancel_futures=True)
            raise
        threads.shutdown()

    def _send_one(self, item: Item) -> None:
        check_content(item)

        def once() -> None:
            gone = 0

            def sent(more_bytes: int) -> None:
                nonlocal gone
                gone += more_bytes
                self.reporter.advance(item.path, more_bytes)

            try:
                self.target.send(item.source, item.path, item.headers, sent)
            except BaseException:
                self.reporter.advance(item.path, -gone)
                raise

        self.patience.keep_trying(once)
        self.reporter.sent(item)
