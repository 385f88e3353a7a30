"""What runs in a process of its own to speak one utterance with pyttsx3, and then ends.

pyttsx3's sound depends on what the same process said before, its `runAndWait` does not wait, and
a fault in its callback hangs for ever. So every utterance gets a fresh process, forked from one
that has imported the driver but never called `init()` (a fork after `init()` hangs), and that
process waits for the driver's own word that it has finished.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from meditations.errors import MeditationError
from meditations.speech import espeak

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from meditations.speech.utterance import Utterance

Speak = Callable[["Utterance", str, float, "Connection"], None]

RANDOM_SEED: Final = 1
"""espeak-ng seeds its noise with the second of the clock; a fixed seed gives the same bytes."""


@dataclass(frozen=True, slots=True)
class WordEvent:
    """A word of the text begins to sound.

    Attributes:
        position: Where it stands in the text, in characters from 0.
        frame: The first sample of it.
    """

    position: int
    frame: int


@dataclass(frozen=True, slots=True)
class Answer:
    """How it went.

    Attributes:
        fault: What went wrong, or an empty text.
        events: The words that the voice told of, in the order in which they sound.
    """

    fault: str = ""
    events: tuple[WordEvent, ...] = ()


def prepare() -> ctypes.CDLL:
    """Loads espeak-ng and imports the driver, without starting it.

    Raises:
        MeditationError: If either cannot be had.
    """
    library = espeak.load(espeak.locate())
    try:
        import pyttsx3.drivers.espeak  # noqa: F401
    except (ImportError, OSError, RuntimeError) as error:
        raise MeditationError(
            f"pyttsx3 cannot drive espeak-ng: {error}",
            mend="get both anew with: pip install --force-reinstall pyttsx3 espeakng-loader",
        ) from None
    return library


def prepare_quietly() -> None:
    """Prepares what each child will need; where that fails each child says so itself."""
    with contextlib.suppress(MeditationError):
        prepare()
        espeak.languages(espeak.locate())


def speak_and_exit(utterance: Utterance, target: str, timeout_s: float, sender: Connection) -> None:
    """Speaks `utterance` into the WAV file `target`, sends `sender` an `Answer`, and exits."""
    if hasattr(signal, "alarm"):
        # The last resort, should whoever waits for this process be gone.
        signal.alarm(int(timeout_s) + 5)
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # pyttsx3 prints "Audio saved to …"
            told = _speak(utterance, target, timeout_s)
    except MeditationError as error:
        told = Answer(str(error))
    except Exception as error:  # noqa: BLE001 - whatever went wrong in pyttsx3 is what is told
        told = Answer(f"{type(error).__name__}: {error}")
    sender.send(told)
    sender.close()
    # Ending the usual way lets pyttsx3 destroy its engine, which can crash.
    os._exit(0)


def _speak(utterance: Utterance, target: str, timeout_s: float) -> Answer:
    library = prepare()
    import pyttsx3

    finished = threading.Event()
    faults: list[str] = []

    def on_error(name: str | None = None, exception: object = None) -> None:  # noqa: ARG001
        faults.append(str(exception))
        finished.set()

    def on_finish(name: str | None = None, completed: bool = True) -> None:  # noqa: ARG001
        finished.set()

    def on_fault_in_callback(fault: sys.UnraisableHookArgs) -> None:
        # A disk that is full, say: pyttsx3 raises where nobody can catch it, and waits for ever.
        faults.append(str(fault.exc_value))
        finished.set()

    sys.unraisablehook = on_fault_in_callback
    # Always by this one name: init() and init("espeak") are two engines over one callback.
    engine = pyttsx3.init("espeak")
    engine.connect("error", on_error)
    engine.connect("finished-utterance", on_finish)
    events = _listen_for_words(engine)
    library.espeak_ng_SetRandSeed(ctypes.c_long(RANDOM_SEED))
    manner = utterance.manner
    deadline = time.monotonic() + timeout_s
    # espeak-ng sets rate and pitch in a thread of its own and the voice in this one. Where the
    # two meet, a line is now and then spoken at the driver's 200 words a minute, without an
    # error. So each is done before the next begins, and rate comes before voice.
    for name, value in (
        ("rate", int(manner.rate_wpm)),
        ("voice", espeak.own_name(espeak.locate(), manner.voice)),
        ("pitch", int(manner.pitch)),
    ):
        _wait_until_idle(library, deadline)
        engine.setProperty(name, value)
        engine.proxy.setBusy(False)  # lets the queue run: properties are only queued
        engine.proxy.setBusy(True)
    _wait_until_idle(library, deadline)
    if not faults:
        if utterance.sounds:
            _read_phonemes()
        engine.save_to_file(utterance.text, str(target))
        # It may come back before the synthesis has begun, or sleep on after it has ended: what
        # counts is the driver's word that it has finished.
        threading.Thread(target=engine.runAndWait, daemon=True).start()
        if not finished.wait(max(0.0, deadline - time.monotonic())):
            return Answer(f"no answer within {timeout_s:.0f} s")
    return Answer("; ".join(faults), tuple(events))


def _listen_for_words(engine: Any) -> list[WordEvent]:
    """Has espeak-ng's word events noted in the list that is returned.

    pyttsx3 2.99 tells of words by their place in the text alone. espeak-ng also knows the sample,
    so its callback is taken in between: it notes that, and hands all on to the driver as it came.
    """
    from pyttsx3.drivers import _espeak

    driver, heard = engine.proxy._driver, []

    def on_synth(wav: Any, count: int, events: Any) -> int:
        number = 0
        while (event := events[number]).type != _espeak.EVENT_LIST_TERMINATED:
            if event.type == _espeak.EVENT_WORD:
                heard.append(WordEvent(event.text_position - 1, event.sample))
            number += 1
        return int(driver._onSynth(wav, count, events))

    _espeak.SetSynthCallback(on_synth)
    return heard


def _read_phonemes() -> None:
    """Has espeak-ng take what stands in [[…]] for phonemes, which pyttsx3's driver never asks."""
    from pyttsx3.drivers import _espeak

    synth = _espeak.Synth
    _espeak.Synth = lambda text, flags=0: synth(text, flags=flags | _espeak.PHONEMES)


def _wait_until_idle(library: ctypes.CDLL, deadline: float) -> None:
    while library.espeak_IsPlaying():
        if time.monotonic() > deadline:
            raise MeditationError("espeak-ng does not take its settings")
        time.sleep(0.0005)
