"""A process that plants a seed, is served by what comes of it, and tells of it on stdout."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING

from meditations.speech.process import Speaker

if TYPE_CHECKING:
    from multiprocessing.connection import Connection


def _tell_who(connection: Connection) -> None:
    while True:
        try:
            connection.recv()
        except EOFError:
            return
        connection.send((os.getpid(), os.getppid()))


def main() -> None:
    """Asks twice, with another process each time; then once more, without the seed."""
    speaker = Speaker(_tell_who)
    speaker.plant()
    told = [speaker.ask((), 10)]
    speaker.end()
    told.append(speaker.ask((), 10))
    os.kill(told[0][1], signal.SIGKILL)
    speaker.end()
    told += [speaker.ask((), 10), speaker.ask((), 10)]
    print(json.dumps([os.getpid(), told]), flush=True)
    # Whoever reads this to its end waits for all that have inherited it.
    speaker.end()
    speaker.plant()
    speaker.ask((), 10)
    os._exit(0)


if __name__ == "__main__":
    main()
