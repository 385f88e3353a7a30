"""What runs in a process of its own to speak one utterance with pyttsx3, and then ends.

pyttsx3's sound depends on what the same process said before, and `runAndWait` comes back whether
anything was spoken or not. So every utterance gets a fresh process, and that process ends with
the driver's own word that it has finished.

pyttsx3 2.99 has espeak-ng speak in a thread of espeak-ng's own: a process that has called `init()`
cannot be forked any more, settings meet in two threads, and a fault hangs for ever. Here espeak-ng
is made to speak in the thread that asks. So there is no other, all that is slow to start is started
once, and each line's process is a fork of that: 11 ms instead of 14, and the same sound.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
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


@dataclass(frozen=True, slots=True)
class _Voice:
    """pyttsx3's engine, started, and the espeak-ng that it drives."""

    engine: Any
    library: ctypes.CDLL
    here: espeak.Espeak


@cache
def prepare() -> _Voice:
    """Starts pyttsx3 with espeak-ng, without a thread: this process may be forked.

    Raises:
        MeditationError: If either cannot be had.
    """
    here = espeak.locate()
    library = espeak.load(here)
    try:
        import pyttsx3
        from pyttsx3.drivers import _espeak

        # What the driver asks for as it starts: sound handed over in the thread that asks for it.
        _espeak.AUDIO_OUTPUT_RETRIEVAL = _espeak.AUDIO_OUTPUT_SYNCHRONOUS
        # Always by this one name: init() and init("espeak") are two engines over one callback.
        engine = pyttsx3.init("espeak")
    except (ImportError, OSError, RuntimeError) as error:
        raise MeditationError(
            f"pyttsx3 cannot drive espeak-ng: {error}",
            mend="get both anew with: pip install --force-reinstall pyttsx3 espeakng-loader",
        ) from None
    # Both would otherwise be read for every line: 130 files, 5 ms here and 3 in espeak-ng.
    espeak.languages(here)
    library.espeak_ListVoices(None)
    return _Voice(engine, library, here)


def prepare_quietly() -> None:
    """Prepares what each child will need; where that fails each child says so itself."""
    with contextlib.suppress(MeditationError):
        prepare()


def speak_and_exit(utterance: Utterance, target: str, timeout_s: float, sender: Connection) -> None:
    """Speaks `utterance` into the WAV file `target`, sends `sender` an `Answer`, and exits."""
    if hasattr(signal, "alarm"):
        # The last resort, should whoever waits for this process be gone.
        signal.alarm(int(timeout_s) + 5)

    def tell(answer: Answer) -> None:
        sender.send(answer)
        sender.close()
        # Ending the usual way lets pyttsx3 destroy its engine, which can crash.
        os._exit(0)

    try:
        with contextlib.redirect_stdout(io.StringIO()):  # pyttsx3 prints "Audio saved to …"
            _speak(utterance, target, tell)
    except MeditationError as error:
        tell(Answer(str(error)))
    except Exception as error:  # noqa: BLE001 - whatever went wrong in pyttsx3 is what is told
        tell(Answer(f"{type(error).__name__}: {error}"))


def _speak(utterance: Utterance, target: str, tell: Callable[[Answer], None]) -> None:
    voice = prepare()
    engine, manner = voice.engine, utterance.manner
    events: list[WordEvent] = []
    faults: list[str] = []

    def on_error(name: str | None = None, exception: object = None) -> None:  # noqa: ARG001
        faults.append(str(exception))

    def on_finish(name: str | None = None, completed: bool = True) -> None:  # noqa: ARG001
        # Told here and now: `runAndWait` would sleep for 10 ms.
        tell(Answer("; ".join(faults), tuple(events)))

    def on_fault_in_callback(fault: sys.UnraisableHookArgs) -> None:
        # A disk that is full, say: pyttsx3 raises where nobody can catch it.
        faults.append(str(fault.exc_value))

    sys.unraisablehook = on_fault_in_callback
    engine.connect("error", on_error)
    engine.connect("finished-utterance", on_finish)
    _listen(engine, events)
    voice.library.espeak_ng_SetRandSeed(ctypes.c_long(RANDOM_SEED))
    for name, value in (
        ("rate", int(manner.rate_wpm)),
        ("voice", espeak.own_name(voice.here, manner.voice)),
        ("pitch", int(manner.pitch)),
    ):
        engine.setProperty(name, value)
    engine.proxy.setBusy(False)  # lets the queue run: properties are only queued
    engine.proxy.setBusy(True)
    if not faults:
        if utterance.sounds:
            _read_phonemes()
        engine.save_to_file(utterance.text, str(target))
        engine.runAndWait()
    tell(Answer("; ".join(faults) or "pyttsx3 came back without having spoken"))


def _listen(engine: Any, heard: list[WordEvent]) -> None:
    """Has espeak-ng's word events noted, and its end told to the driver.

    pyttsx3 2.99 tells of words by their place in the text alone. espeak-ng also knows the sample,
    so its callback is taken in between: it notes that, and hands all on to the driver as it came.
    At the end of all espeak-ng gives no samples; the event that the driver waits for then comes
    only from espeak-ng's own thread.
    """
    from pyttsx3.drivers import _espeak

    driver = engine.proxy._driver
    the_end = (_espeak.EVENT * 2)()
    the_end[0].type = _espeak.EVENT_MSG_TERMINATED

    def on_synth(wav: Any, count: int, events: Any) -> int:
        if not wav:
            return int(driver._onSynth(wav, 0, the_end))
        number = 0
        while (event := events[number]).type != _espeak.EVENT_LIST_TERMINATED:
            if event.type == _espeak.EVENT_WORD:
                heard.append(WordEvent(event.text_position - 1, event.sample))
            number += 1
        return int(driver._onSynth(wav, count, events))

    _espeak.SetSynthCallback(on_synth)


def _read_phonemes() -> None:
    """Has espeak-ng take what stands in [[…]] for phonemes, which pyttsx3's driver never asks."""
    from pyttsx3.drivers import _espeak

    synth = _espeak.Synth
    _espeak.Synth = lambda text, flags=0: synth(text, flags=flags | _espeak.PHONEMES)
