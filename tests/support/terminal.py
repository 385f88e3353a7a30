"""The command line as a person has it: in a terminal."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def in_a_terminal(*arguments: str, cwd: Path, cache: Path) -> tuple[int, str]:
    """Runs `meditations` in a terminal of its own; its status, and all that was shown."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "meditations", *arguments],
        cwd=cwd, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        env={**os.environ, "MEDITATIONS_CACHE": str(cache), "TERM": "xterm", "COLUMNS": "120"},
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 1 << 16):
            shown += piece
    except OSError:  # how Linux says that nobody writes to a terminal any more
        pass
    finally:
        os.close(ours)
    return child.wait(timeout=20), shown.decode("utf-8", "replace")
