"""What one publication has to do: what to send, what is there already, what may go. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from meditations.errors import MeditationError
from meditations.publishing.manifest import KEPT, MANIFEST
from meditations.publishing.target import PART
from meditations.publishing.upload import guids

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime

    from meditations.publishing.manifest import Manifest
    from meditations.publishing.upload import Item, Upload


@dataclass(frozen=True, slots=True)
class Held:
    """A file at the target: its size in bytes, and when it was written, where that is known."""

    bytes: int
    modified: datetime | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What one publication does.

    Attributes:
        send: In their order, the feed last.
        kept: How many files are there already.
        delete: What has not been named for a week.
        waiting: How many files wait for their week to be over.
    """

    send: tuple[Item, ...]
    kept: int
    delete: tuple[str, ...]
    waiting: int

    @property
    def bytes(self) -> int:
        """How much is to be sent."""
        return sum(item.bytes for item in self.send)

    def phases(self) -> Iterable[tuple[Item, ...]]:
        """What is sent together; each phase only when the one before it is there."""
        for phase in sorted({item.phase for item in self.send}):
            yield tuple(item for item in self.send if item.phase == phase)


def make_plan(upload: Upload, held: Mapping[str, Held], manifest: Manifest, now: datetime) -> Plan:
    """The way from what a target holds to what is to be there."""
    send = tuple(item for item in upload.items if not _is_there(item, held, manifest))
    published = {item.path for item in upload.items}
    left = manifest.ours - published
    delete = sorted(
        path
        for path in (manifest.outdated(now) & left) | _halves(held)
        if path != MANIFEST and _is_old(held.get(path), now)
    )
    waiting = sum(path in held for path in left.difference(delete))
    return Plan(send, len(upload.items) - len(send), tuple(delete), waiting)


def _is_there(item: Item, held: Mapping[str, Held], manifest: Manifest) -> bool:
    there = held.get(item.path)
    if there is None or there.bytes != item.bytes:
        return False
    # What carries its hash in its name was moved to that name when it was whole.
    return item.digest is None or manifest.digests.get(item.path) == item.digest


def _halves(held: Mapping[str, Held]) -> set[str]:
    """What runs that were killed left behind; their names are taken by nothing else."""
    return {
        path
        for path, there in held.items()
        if PART.fullmatch(path.rpartition("/")[2]) and there.modified is not None
    }


def _is_old(held: Held | None, now: datetime) -> bool:
    """Whether a file has lain there for a week; one that is gone already has."""
    return held is None or held.modified is None or now - held.modified >= KEPT


def refuse_vanished(
    there: Iterable[bytes | None], upload: Upload, retired: Collection[str]
) -> None:
    """No episode leaves the feeds by accident: apps would forget where somebody stopped.

    Args:
        there: The feeds that are published now; None is one that is not.
        upload: What is to be published.
        retired: Guids of episodes that left on purpose.

    Raises:
        MeditationError: If an episode of a published feed is in none of the new ones.
    """
    known = frozenset[str]().union(*(guids(feed or b"") for feed in there))
    vanished = known - upload.guids - frozenset(retired)
    if vanished:
        raise MeditationError(
            f"{len(vanished)} of the episodes that are published now would vanish:"
            f" {', '.join(sorted(vanished))}",
            mend="bring them back (the guids stand in podcast.yaml under episodes:), or take them"
            " out on purpose\nwith retired: true; one that is waiting for a review is sent with"
            " --unreviewed",
        )


def digests(upload: Upload) -> dict[str, str]:
    """The digests of all texts, by path."""
    return {item.path: item.digest for item in upload.items if item.digest is not None}
