"""An interrupt that cannot be lost."""

from __future__ import annotations


class Interrupt:
    """A handler of signals: raises KeyboardInterrupt, and remembers that it did.

    Libraries swallow one that comes up while they are imported, and some callbacks let nothing
    out. Who takes the signal over later looks at `asked`, and stops all the same.
    """

    def __init__(self) -> None:
        self.asked = False

    def __call__(self, number: int, frame: object) -> None:  # noqa: ARG002
        """Is called by the system."""
        self.asked = True
        raise KeyboardInterrupt
