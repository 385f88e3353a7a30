"""Voices that are models: the process of a worker's that keeps them loaded and speaks with them.

A model takes a second to load and its noise comes from a generator that moves on with every line.
So each is loaded once in a process of its own, seeded, with no thread of its own, and each line is
spoken by a fork of that: the same line gives the same samples, whatever was said before, and a
model that hangs or crashes takes nothing along.
"""

from __future__ import annotations

import gc
import logging
import shutil
import signal
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol
from uuid import uuid4

import numpy as np

from meditations.errors import MeditationError, SpeechError
from meditations.speech.engine import Recording, WordTime
from meditations.speech.process import CAN_FORK, Speaker, in_a_fork

if TYPE_CHECKING:
    from collections.abc import Hashable
    from multiprocessing.connection import Connection

    from onnxruntime import InferenceSession

SEED: Final = 1
LOADING_S: Final = 120
MOST_LOADED: Final = 3
"""Models that one process keeps; a script with more of them loads some anew."""
_LIGHTER: Final = "is there memory enough, and nothing else at work? build with fewer: --jobs 1"
QUIETEST: Final = 0.001
"""Under this peak nothing was said."""


class Line(Protocol):
    """One utterance for a model. It travels to the process, and knows its library only there."""

    @property
    def model(self) -> Hashable:
        """What has to be loaded: its files and what they hold."""

    @property
    def text(self) -> str:
        """The words, for messages."""

    def load(self) -> Any:
        """The voice, loaded; its session is `seeded_session`."""

    def speak(self, voice: Any) -> Recording:
        """Speaks with that voice.

        Raises:
            SpeechError: If it cannot be spoken.
        """


def speak_line(line: Line, scratch: Path, timeout_s: float) -> Recording:
    """Speaks a line in a child of the process that keeps its model, and verifies what came back.

    Raises:
        SpeechError: If it could not be spoken, crashed, or took longer than `timeout_s`.
    """
    folder = scratch / f"spoken-{uuid4().hex}"  # phonemizer (3.4) leaves libraries in such places
    folder.mkdir()
    target = folder / "sound.npz"
    try:
        told = _asked(line, target, timeout_s)
        if isinstance(told, MeditationError):
            raise told
        return _verified(_read(target), line)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _asked(line: Line, target: Path, timeout_s: float) -> object:
    """What the process told: nothing where all went well, else the fault."""
    for fork in (CAN_FORK, False):  # what cannot be forked on this system may do well alone
        since = time.monotonic()
        request = (line, target, timeout_s, fork)
        told = _SPEAKER.ask(request, LOADING_S + timeout_s, fork=fork)
        if told is not None:
            return told
        if time.monotonic() - since > timeout_s:
            return _refused(line, f"no answer within {timeout_s:.0f} s\n{_LIGHTER}")
    return _refused(line, f"its process ended without a word, twice\n{_LIGHTER}")


def end_neural() -> None:
    """Ends the process, if there is one; the next line starts another."""
    _SPEAKER.end()


def seeded_session(model: str | bytes) -> InferenceSession:
    """A session of onnxruntime on one thread, whose noise is the same in each fresh process.

    onnxruntime (1.32) seeds each of a model's random nodes when the session is made, from
    `set_seed` and the node's number, and moves on with every run: same line, same state, same
    sound. One thread for one line: workers take a core each, and threads do not survive a fork.
    """
    import onnxruntime

    onnxruntime.set_default_logger_severity(4)  # faults come as exceptions
    onnxruntime.set_seed(SEED)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.use_deterministic_compute = True
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _serve(connection: Connection) -> None:
    """Speaks whatever comes over `connection`, until its owner is gone."""
    logging.disable(logging.ERROR)  # Piper and phonemizer warn on the terminal of odd letters
    loaded: dict[Hashable, Any] = {}
    while True:
        try:
            line, target, timeout_s, fork = connection.recv()
        except EOFError:
            return
        tempfile.tempdir = str(target.parent)
        try:
            voice = _load(line, loaded)
        except Exception as error:  # noqa: BLE001 - whatever the library says is what is told
            connection.send(_told(line, error))
            continue
        it = (line, voice, target, timeout_s, connection)
        in_a_fork(lambda it=it: _speak(*it), connection, timeout_s, fork=fork)  # type: ignore[misc]


def _load(line: Line, loaded: dict[Hashable, Any]) -> Any:
    """The line's voice, which is loaded if it is not yet; the oldest makes room for it."""
    if line.model not in loaded:
        while len(loaded) >= MOST_LOADED:
            del loaded[next(iter(loaded))]
        loaded[line.model] = line.load()
        gc.freeze()  # a collection in a child would copy all that it looks at
    return loaded[line.model]


def _speak(line: Line, voice: Any, target: Path, timeout_s: float, sender: Connection) -> None:
    """Speaks into the file `target`, and tells `sender` how it went."""
    if hasattr(signal, "alarm"):
        # The last resort, should whoever waits for this process be gone.
        signal.alarm(int(timeout_s) + 5)
    fault: MeditationError | str = ""
    try:
        recording = line.speak(voice)
        words = [(word.start_s, word.end_s) for word in recording.words or ()]
        with target.open("wb") as file:
            np.savez(
                file, samples=recording.samples.astype(np.float32), rate_hz=recording.rate_hz,
                words=np.array(words), timed=recording.words is not None,
            )  # fmt: skip
    except Exception as error:  # noqa: BLE001 - whatever the library says is what is told
        fault = _told(line, error)
    sender.send(fault)


def _told(line: Line, error: Exception) -> MeditationError:
    if isinstance(error, MeditationError):
        return error
    first = str(error).strip().partition("\n")[0]
    return _refused(line, f"the voice failed: {type(error).__name__}: {first}")


def _refused(line: Line, why: str) -> SpeechError:
    text = line.text if len(line.text) <= 60 else line.text[:59] + "…"
    return SpeechError(f"this could not be spoken: '{text}'", mend=why)


def _read(file: Path) -> Recording:
    try:
        with np.load(file) as kept:
            words = tuple(WordTime(*map(float, word)) for word in kept["words"])
            return Recording(
                kept["samples"], int(kept["rate_hz"]), words if kept["timed"] else None
            )
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise SpeechError(f"the engine left no readable sound ({error})") from None


def _verified(recording: Recording, line: Line) -> Recording:
    """The recording, if something is to be heard in it."""
    if not np.all(np.isfinite(recording.samples)):
        raise _refused(line, "the voice gave what is no sound (NaN): is its file whole?")
    if np.max(np.abs(recording.samples), initial=0.0) < QUIETEST:
        raise _refused(line, "the voice gave silence")
    return recording


_SPEAKER: Final = Speaker(_serve)
