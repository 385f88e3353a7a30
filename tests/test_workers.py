"""The processes that do the work: an interrupt ends them, and is never lost on the way."""

from __future__ import annotations

import contextlib
import signal

import pytest

from meditations.errors import MeditationError
from meditations.interrupts import Interrupt
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


def test_an_interrupt_before_the_workers_is_not_forgotten() -> None:
    """One that an import swallowed comes up again as soon as there is something to stop."""
    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, Interrupt())
    try:
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt), Workers(1):
            pytest.fail("the workers were started all the same")
    finally:
        signal.signal(signal.SIGINT, before)


def test_an_interrupt_waits_until_what_is_half_made_can_be_tidied_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One that comes while the workers start comes up when they have, and ends them."""
    ended = []

    def start() -> None:
        signal.raise_signal(signal.SIGINT)
        ended.append("started")

    monkeypatch.setattr("meditations.workers._start_server", start)
    with pytest.raises(KeyboardInterrupt), Workers(1):
        pytest.fail("nobody stopped")
    assert ended == ["started"]
