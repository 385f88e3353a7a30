"""Whose turn it is: of two who publish to one target, the second waits until the first is done.

Two at once would each go by what the other is just changing: one could delete a track, its week
being over, that the other's feed has just begun to name again.

A small file at the target, `.publishing.json`, says who is at work there. It is made only where
there is none, and its owner writes it anew every few seconds. One that does not change any more
was left by a run that was cut short, and is taken over: after a while where it is another
machine's, at once where it is our own. No clocks are compared.
"""

from __future__ import annotations

import contextlib
import json
import tempfile
import threading
import time
import uuid
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from meditations.errors import MeditationError
from meditations.publishing.headers import ASK_AGAIN, Headers
from meditations.publishing.target import BrokenConnectionError
from meditations.store import cache_folder, content_key

try:
    import fcntl
except ImportError:  # on Windows: what a run there left behind is then waited for
    fcntl = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from meditations.publishing.patience import Patience
    from meditations.publishing.target import Target

LOCK: Final = ".publishing.json"
BEAT_S: Final = 10.0
"""So often its owner writes it."""
GONE_S: Final = 60.0
"""An owner who has not written for so long is gone: a broken line is mended in half a minute."""
LOOK_S: Final = 1.0
HEADERS: Final = Headers("application/json", ASK_AGAIN)


class Turn:
    """The turn of one publication, from when it was taken until it is given back."""

    def __init__(self, target: Target, patience: Patience, mark: str) -> None:
        self._target = target
        self._patience = patience
        self._mark = mark
        self._beats = 0
        self._over = threading.Event()
        self._beating = threading.Thread(target=self._beat, name="turn", daemon=True)

    def take(self, queued: Callable[[], None]) -> None:
        """Returns when it is ours; `queued` is called once if somebody else is at work.

        Raises:
            MeditationError: If the target cannot be written.
        """
        seen, since = b"", time.monotonic()
        while not self._patience.keep_trying(lambda: self._target.claim(LOCK, self._told())):
            there = self._read()
            if there is None:
                continue
            if _owner(there) == self._mark:
                self._patience.keep_trying(self._write)
                break
            if there != seen:
                if not seen:
                    queued()
                seen, since = there, time.monotonic()
            elif time.monotonic() - since > GONE_S:
                self._patience.keep_trying(self._write)
                time.sleep(LOOK_S)  # another may have waited as long as we have
                if self._is_ours():
                    break
            time.sleep(LOOK_S)
        self._beating.start()

    def check(self) -> None:
        """Makes sure that it is still ours: before what could harm another's publication.

        Raises:
            MeditationError: If another run has taken it over, as after a long sleep.
        """
        if not self._is_ours():
            raise MeditationError(
                "somebody else has begun to publish there, for nothing was heard of this run",
                mend="publish again: what has arrived is not sent twice",
            )

    def give_back(self) -> None:
        """Lets the next one begin; nothing where it was never ours."""
        self._over.set()
        if self._beating.ident is None:
            return
        if self._beating.is_alive():
            self._beating.join(BEAT_S)
        if not self._beating.is_alive():
            with contextlib.suppress(MeditationError):
                if _owner(self._target.read(LOCK)) == self._mark:
                    self._target.delete(LOCK)

    def stop(self) -> None:
        """Writes no more; what was not given back stays behind, and is taken over some time."""
        self._over.set()

    def _beat(self) -> None:
        while not self._over.wait(BEAT_S):
            # A broken connection is mended by those who send.
            with contextlib.suppress(MeditationError):
                if _owner(self._target.read(LOCK)) != self._mark:
                    return
                self._write()

    def _is_ours(self) -> bool:
        return _owner(self._read()) == self._mark

    def _read(self) -> bytes | None:
        return self._patience.keep_trying(lambda: self._target.read(LOCK))

    def _told(self) -> bytes:
        self._beats += 1
        return json.dumps({"by": self._mark, "beats": self._beats}).encode("ascii")

    def _write(self) -> None:
        with tempfile.TemporaryDirectory(prefix="meditations-") as folder:
            file = Path(folder) / "turn"
            file.write_bytes(self._told())
            self._target.send(file, LOCK, HEADERS, lambda _: None)


def _owner(told: bytes | None) -> str | None:
    """Whose turn a file says that it is; None where nobody can tell."""
    try:
        return str(json.loads(told or b"{}")["by"])
    except (ValueError, KeyError, TypeError):
        return None


@contextlib.contextmanager
def taken(target: Target, patience: Patience, queued: Callable[[], None]) -> Iterator[Turn]:
    """Our turn, for as long as the block lasts.

    Nobody who pressed Ctrl-C, or whose connection is broken, waits until it is given back: the
    next run on this machine knows it for its own.

    Raises:
        MeditationError: If the target cannot be written.
    """
    with _mark(target.shown, queued) as mark:
        turn = Turn(target, patience, mark)
        try:
            turn.take(queued)
            yield turn
        except BrokenConnectionError:
            raise
        except MeditationError:
            turn.give_back()
            raise
        else:
            turn.give_back()
        finally:
            turn.stop()


@contextlib.contextmanager
def _mark(shown: str, queued: Callable[[], None]) -> Iterator[str]:
    """What this machine signs with; only one run at a time has it, and the system sees to that."""
    with contextlib.ExitStack() as held:
        mark = uuid.uuid4().hex
        with contextlib.suppress(OSError):
            file = cache_folder() / "publishing" / content_key(shown)[:32]
            file.parent.mkdir(parents=True, exist_ok=True)
            stream = held.enter_context(file.open("a+", encoding="ascii"))
            _lock(stream, queued)
            stream.seek(0)
            if kept := stream.read(64):
                mark = kept
            else:
                stream.write(mark)
                stream.flush()
        # Somebody may have copied the folder, to another machine or into an image.
        yield content_key([mark, uuid.getnode()])[:32]


def _lock(stream: IO[str], queued: Callable[[], None]) -> None:
    """Waits until nobody else on this machine has the file; ends with the process at the latest.

    Raises:
        OSError: If nobody can have it alone.
    """
    if fcntl is None:
        raise OSError
    told = False
    while True:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        if not told:
            queued()
        told = True
        time.sleep(LOOK_S / 4)
