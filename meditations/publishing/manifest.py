"""What is known of a target: a small file there, so that any machine can publish to it.

It tells what came from here (nothing else is ever deleted), the digests of texts, whose names do
not tell what is in them, and since when each file has not been named any more.

The digest of a text is taken out before the text is sent and put back when it was: after a run
that was cut short, a text counts as unknown and is sent again. In the same way a file counts as
unnamed only from when the feed that no longer names it is in its place.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from meditations.errors import MeditationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MANIFEST: Final = ".published.json"
"""Its name begins with a dot: many servers do not show such files, and none need to."""
VERSION: Final = 1
KEPT: Final = timedelta(days=7)
"""How long a file stays when the feed names it no more: somebody may be listening to it, and an
app may know it from an older feed. Nothing younger is deleted either."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is known of a target.

    Attributes:
        ours: Paths of all that was ever sent there and not deleted since.
        digests: SHA-256 of texts that are there for certain, by path.
        unnamed: Since when files of ours are no longer part of what is published, by path.
    """

    ours: frozenset[str] = frozenset()
    digests: Mapping[str, str] = field(default_factory=dict)
    unnamed: Mapping[str, datetime] = field(default_factory=dict)

    def begun(self, published: Iterable[str], sent: Iterable[str]) -> Manifest:
        """As it has to be before anything is sent.

        Args:
            published: Paths of all that is to be there in the end.
            sent: Those of them that are sent now.
        """
        published, sent = frozenset(published), frozenset(sent)
        return Manifest(
            self.ours | published,
            {path: digest for path, digest in self.digests.items() if path not in sent},
            {path: since for path, since in self.unnamed.items() if path not in published},
        )

    def done(self, digests: Mapping[str, str], published: Iterable[str], now: datetime) -> Manifest:
        """As it has to be once the feed is in its place."""
        left = self.ours - frozenset(published)
        return Manifest(
            self.ours, dict(digests), {path: self.unnamed.get(path, now) for path in left}
        )

    def without(self, deleted: Iterable[str]) -> Manifest:
        """When files were deleted."""
        gone = frozenset(deleted)
        unnamed = {path: since for path, since in self.unnamed.items() if path not in gone}
        return replace(self, ours=self.ours - gone, unnamed=unnamed)

    def outdated(self, now: datetime) -> frozenset[str]:
        """Paths that have not been part of what is published for a week."""
        return frozenset(path for path, since in self.unnamed.items() if now - since >= KEPT)

    def to_bytes(self) -> bytes:
        """As it is written."""
        told = {
            "version": VERSION,
            "ours": sorted(self.ours),
            "digests": dict(sorted(self.digests.items())),
            "unnamed": {path: since.isoformat() for path, since in sorted(self.unnamed.items())},
        }
        return (json.dumps(told, indent=1, ensure_ascii=False) + "\n").encode("utf-8")


def read_manifest(data: bytes | None) -> Manifest:
    """The manifest of a target; an empty one where there is none or it is broken.

    Without one nothing is deleted and every text is sent again, so a broken one does no harm.

    Raises:
        MeditationError: If a later version of this program wrote it.
    """
    try:
        told: Any = json.loads(data or b"null")
        if told is None:
            return Manifest()
        if told["version"] > VERSION:
            raise MeditationError(
                f"a newer version of this program has published there ({MANIFEST} is of version"
                f" {told['version']})",
                mend="bring this one up to date first",
            )
        return Manifest(
            frozenset(map(_path, told["ours"])),
            {_path(path): str(digest) for path, digest in told["digests"].items()},
            {
                _path(path): datetime.fromisoformat(since).astimezone(UTC)
                for path, since in told["unnamed"].items()
            },
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return Manifest()


def _path(told: Any) -> str:
    """A path that stays below the target, whatever somebody wrote into the file."""
    if not isinstance(told, str) or not told or told.startswith("/") or "\\" in told:
        raise ValueError(told)
    if any(part in ("", ".", "..") for part in told.split("/")):
        raise ValueError(told)
    return told
