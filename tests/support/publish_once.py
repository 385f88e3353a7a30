"""Publishes a folder as `meditations publish` does, in a process that tests may kill."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from meditations.commands.upload_progress import PlainProgress
from meditations.publishing.publisher import Wishes, publish
from meditations.publishing.target import open_target, read_address
from meditations.publishing.upload import read_upload
from support.publishing import RETIRED


def main(folder: str, target: str, site: str) -> None:
    """Publishes once."""
    upload = read_upload(Path(folder), site)
    opened = open_target(read_address(target))
    publish(upload, opened, Wishes(datetime.now(UTC), RETIRED), PlainProgress())


if __name__ == "__main__":
    main(*sys.argv[1:])
