"""The processes that do the work: an interrupt ends them, and is never lost on the way."""

from __future__ import annotations

import contextlib
import signal

import pytest

from meditations.errors import MeditationError
from meditations.workers import Workers


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("becomes", [None, BrokenPipeError, EOFError, MeditationError])
def test_an_interrupt_is_one_whatever_becomes_of_it(
    becomes: type[Exception] | None, number: signal.Signals
) -> None:
    """Ctrl-C while a worker starts comes up as a broken pipe, or not at all: it ends us still."""
    with pytest.raises(KeyboardInterrupt):
        _interrupted(number, becomes)


def _interrupted(number: signal.Signals, becomes: type[Exception] | None) -> None:
    with Workers(1):
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(number)
        if becomes:
            raise becomes("the server of the workers is gone")
