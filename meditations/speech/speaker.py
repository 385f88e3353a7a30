"""The process of a worker's that speaks: it holds pyttsx3 ready and forks a child for each line.

A fresh Python for each line would cost 100 ms, a fork of the worker 10, for all its arrays; a fork
of this small process costs 2. Where processes cannot be forked, on Windows, it speaks one line
itself and is started anew for the next.
"""

from __future__ import annotations

import atexit
import gc
import multiprocessing
import os
import signal
import threading
import time
from typing import TYPE_CHECKING, Final

from meditations.speech import speaking_child
from meditations.speech.speaking_child import Answer

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from meditations.speech.utterance import Utterance

WITHOUT_A_WORD: Final = "the speaking process ended without a word"
POLL_S: Final = 0.0005
OWN_PATIENCE_S: Final = 10
"""So much longer than for the child is waited for the speaker, which ends a child that hangs."""
_LOCK: Final = threading.Lock()


def speak_in_a_child(utterance: Utterance, target: str, patience_s: float) -> Answer:
    """Speaks into the WAV file `target`, in a process of its own.

    Nothing is waited for longer than `patience_s`.
    """
    with _LOCK:
        speaker = _Speaker.ready()
        told = speaker.ask(utterance, target, patience_s)
        if told is None or not hasattr(os, "fork"):
            end_speaker()
        return Answer(WITHOUT_A_WORD) if told is None else told


def start_speaker() -> None:
    """Starts the process, if there is none, so that it warms up before the first line."""
    with _LOCK:
        _Speaker.ready()


def end_speaker() -> None:
    """Ends the process, if there is one; the next line starts another."""
    speaker, _Speaker.current = _Speaker.current, None
    if speaker is not None:
        speaker.end()


class _Speaker:
    """The owner's side."""

    current: _Speaker | None = None

    @classmethod
    def ready(cls) -> _Speaker:
        if cls.current is None or not cls.current.process.is_alive():
            end_speaker()
            cls.current = cls()
            atexit.register(end_speaker)
        return cls.current

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(
            target=_serve, args=(theirs, speaking_child.speak_and_exit), daemon=True
        )
        self.process.start()
        theirs.close()

    def ask(self, utterance: Utterance, target: str, patience_s: float) -> Answer | None:
        """What the child said, or None where nothing came."""
        try:
            self.connection.send((utterance, target, patience_s))
            if self.connection.poll(patience_s + OWN_PATIENCE_S):
                told = self.connection.recv()
                return told if isinstance(told, Answer) else None
        except (EOFError, OSError):
            pass
        return None

    def end(self) -> None:
        self.connection.close()
        self.process.kill()
        self.process.join(5)


def _serve(connection: Connection, speak: speaking_child.Speak) -> None:
    """Speaks whatever comes over `connection`, until its owner is gone."""
    speaking_child.prepare_quietly()
    gc.freeze()  # a collection in a child would copy all that it looks at
    while True:
        try:
            utterance, target, timeout_s = connection.recv()
        except EOFError:
            return
        child = os.fork() if hasattr(os, "fork") else 0
        if child == 0:
            speak(utterance, target, timeout_s, connection)
            os._exit(0)
        if _ended_badly(child, timeout_s):
            connection.send(Answer(WITHOUT_A_WORD))


def _ended_badly(child: int, timeout_s: float) -> bool:
    """Waits for a child, which is killed where it takes too long; whether it crashed."""
    last_moment = time.monotonic() + timeout_s + 0.5
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status != 0
        if time.monotonic() > last_moment:
            os.kill(child, signal.SIGKILL)
        time.sleep(POLL_S)
