"""Another try where a connection broke: after a while, and then after a longer while."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final, TypeVar

from meditations.publishing.target import BrokenConnectionError

if TYPE_CHECKING:
    from collections.abc import Callable

    from meditations.publishing.target import Target

WAITS_S: Final = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Half a minute in all: a router that starts anew is waited for, a server that is gone is not."""

UNMADE: Final = 0
"""The number of a connection that could not be made."""

_Result = TypeVar("_Result")


class Patience:
    """Tries what a target does again, over a new connection, for as long as that may help.

    Several threads may do so at once; one of them connects anew for all.
    """

    def __init__(
        self,
        target: Target,
        waiting: Callable[[str, float], None],
        wait: Callable[[float], object] | None = None,
    ) -> None:
        """Keeps what it needs.

        Args:
            target: What may break.
            waiting: Is told why and for how many seconds is being waited.
            wait: Waits so many seconds; by default until `stop`, at most.
        """
        self._target = target
        self._waiting = waiting
        self._stopped = threading.Event()
        self._wait = wait or self._stopped.wait
        self._lock = threading.Lock()
        self._whole = False
        self._made = 0

    def keep_trying(self, act: Callable[[], _Result]) -> _Result:
        """What `act` returns, in the end; where each try gets further, after any number of them.

        Raises:
            BrokenConnectionError: If it broke each time.
            MeditationError: If it fails in a way that no further try would mend.
        """
        waits = iter(WAITS_S)
        while True:
            used = UNMADE
            try:
                used = self._connected()
                return act()
            except BrokenConnectionError as error:
                news = self._give_up(used)
                waits = iter(WAITS_S) if error.gained else waits
                wait_s = next(waits, None)
                if wait_s is None or self._stopped.is_set():
                    raise
                if news:
                    self._waiting(error.what, wait_s)
                self._wait(wait_s)

    def stop(self) -> None:
        """Lets nobody wait any longer: what breaks from now on is not tried again."""
        self._stopped.set()

    def _connected(self) -> int:
        """The number of the connection in use, which is made where there is none."""
        with self._lock:
            if not self._whole:
                self._target.connect()
                self._made += 1
                self._whole = True
            return self._made

    def _give_up(self, used: int) -> bool:
        """Counts a connection as broken; whether that is news, and not told by another thread."""
        with self._lock:
            news = used == UNMADE or (self._whole and used == self._made)
            if used == self._made:
                self._whole = False
            return news
