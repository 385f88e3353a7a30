"""What runs in a process of its own to drive the voices of macOS or Windows with pyttsx3."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

Task = Callable[..., None]


def list_voices(driver: str, sender: Connection) -> None:
    """Tells `sender` each voice as name, language and whether it is the system's choice.

    What is told is a text instead where that fails.
    """
    _tell(sender, driver, _voices)


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be spoken: by which driver and voice, how fast, into which file."""

    driver: str
    voice: str
    rate_wpm: int
    text: str
    target: str


def speak(order: Order, sender: Connection) -> None:
    """Speaks into a file, and tells `sender` what went wrong, or an empty text."""
    _tell(sender, order.driver, lambda engine: _speak(engine, order))


def _tell(sender: Connection, driver: str, task: Callable[[Any], Any]) -> None:
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # the drivers print
            import pyttsx3

            engine = pyttsx3.init(driver)
            told = task(engine)
    except BaseException as error:  # noqa: BLE001 - whatever went wrong is what is told
        told = f"{type(error).__name__}: {error}"
    sender.send(told)
    sender.close()
    # Ending the usual way lets pyttsx3 destroy its engine, which can crash.
    os._exit(0)


def _voices(engine: Any) -> list[tuple[str, str, bool]]:
    chosen = engine.getProperty("voice")
    return [
        (voice.name, _language(voice.languages), voice.id == chosen)
        for voice in engine.getProperty("voices")
        if voice.name
    ]


def _language(told: list[Any] | None) -> str:
    """Drivers tell `en_US`, `en-US`, bytes, or nothing at all."""
    first = (told or [""])[0] or ""
    if isinstance(first, bytes):
        first = first.decode("ascii", "ignore")
    return str(first).strip("\x05").replace("_", "-").lower()


def _speak(engine: Any, order: Order) -> str:
    faults: list[str] = []
    engine.connect("error", lambda name, exception: faults.append(str(exception)))  # noqa: ARG005
    wanted = order.voice.lower()
    ids = [v.id for v in engine.getProperty("voices") if v.name and v.name.lower() == wanted]
    if not ids:
        return f"there is no voice '{order.voice}'"
    # Both are queued, in this order: to set a voice sets its rate back.
    engine.setProperty("voice", ids[0])
    engine.setProperty("rate", order.rate_wpm)
    engine.save_to_file(order.text, order.target)
    # In the main thread, where the event loops of both systems have to run.
    engine.runAndWait()
    return "; ".join(faults)
