"""A made-up pyttsx3 driver in the place of Apple's: how it speaks, and how it fails, is known."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import types
from typing import TYPE_CHECKING, Any

from pyttsx3.voice import Voice

from meditations.programs import ffmpeg
from meditations.speech import system_child

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

VOICES = (
    Voice("com.apple.voice.Zarvox", "Zarvox", ["en_US"]),
    Voice("com.apple.voice.Samantha", "Samantha", ["en_US"]),
    Voice("com.apple.voice.Anna", "Anna", [b"\x05de"]),
    Voice("com.apple.voice.Stereo", "Stereo", [None]),
    Voice("com.apple.voice.Silent", "Silent", None),
    Voice("com.apple.voice.Hangs", "Hangs", ["en-GB"]),
    Voice("com.apple.voice.Crashes", "Crashes", ["en-GB"]),
    Voice("com.apple.voice.Forgets", "Forgets", ["en-GB"]),
    Voice("com.apple.voice.Refuses", "Refuses", ["en-GB"]),
    Voice(None, None, None),
)


class Driver:
    """Says each text as a tone of 10 s for as many words a minute as there are words."""

    def __init__(self, proxy: Any) -> None:
        self._proxy, self._voice, self._rate, self._looping = proxy, VOICES[0].id, 200, False

    def destroy(self) -> None:
        os._exit(3)  # as the real ones now and then do

    def startLoop(self) -> None:  # noqa: N802 - the driver's own names
        self._looping = True
        self._proxy.setBusy(False)
        while self._looping:
            time.sleep(0.001)

    def stop(self) -> None:
        """Nothing is ever cut short."""

    def endLoop(self) -> None:  # noqa: N802
        self._looping = False

    def getProperty(self, name: str) -> Any:  # noqa: N802
        return {"voices": list(VOICES), "voice": self._voice, "rate": self._rate}[name]

    def setProperty(self, name: str, value: Any) -> None:  # noqa: N802
        if name == "voice":
            self._voice, self._rate = value, 200  # the rate is lost, as with Apple's
        elif name == "rate":
            self._rate = value

    def save_to_file(self, text: str, filename: str) -> None:
        name = self._voice.rpartition(".")[2]
        if name == "Hangs":
            time.sleep(60)
        if name == "Crashes":
            os._exit(139)
        if name == "Refuses":
            raise ValueError("the voice is not downloaded")
        if name != "Forgets":
            seconds = 60 * len(text.split()) / self._rate
            level = 0 if name == "Silent" else 0.5
            wave = f"aevalsrc={level}*sin(880*t):s=44100:d={seconds}"
            channels = "2" if name == "Stereo" else "1"
            # AIFF whatever the file is called, with samples of 16 bit, the high byte first.
            subprocess.run(
                [str(ffmpeg()), "-v", "error", "-f", "lavfi", "-i", wave, "-ac", channels,
                 "-f", "aiff", "-y", filename],
                check=True,
            )  # fmt: skip
        self._proxy.notify("finished-utterance", completed=True)
        self._proxy.setBusy(False)


def _install() -> None:
    module = types.ModuleType("pyttsx3.drivers.nsss")
    module.buildDriver = Driver  # type: ignore[attr-defined]
    sys.modules[module.__name__] = module


def list_voices(driver: str, sender: Connection) -> None:
    """As the real one, with the made-up driver."""
    _install()
    system_child.list_voices(driver, sender)


def speak(order: system_child.Order, sender: Connection) -> None:
    """As the real one, with the made-up driver."""
    _install()
    system_child.speak(order, sender)
