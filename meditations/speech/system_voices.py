"""The voices of macOS and of Windows, through pyttsx3's own drivers for them.

A script names one with its driver before it: `nsss:Samantha`, `sapi5:Microsoft Zira Desktop`.
Each line is spoken in a fresh process, never a forked one: Apple's frameworks do not survive a
fork, and both drivers keep an event loop that has to be ended with its process.
"""

from __future__ import annotations

import multiprocessing
import platform
import sys
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import numpy as np

from meditations.errors import MeditationError, SpeechError, nearest
from meditations.sound.sound_files import read_mono
from meditations.speech import system_child
from meditations.speech.engine import Recording, VoiceInfo

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from numpy.typing import NDArray

    from meditations.speech.utterance import Utterance

DRIVERS: Final = {"nsss": "macOS", "sapi5": "Windows"}
"""pyttsx3's names for its drivers, and where each is at home."""
PREFERRED: Final = ("Samantha", "Ava", "Zira", "Hazel", "Anna", "Katja", "Mónica", "Helena")
"""Calm voices that come with the systems; among the others some are jokes."""
LISTING_S: Final = 20.0
_HERE: Final = {"darwin": "nsss", "win32": "sapi5"}


def driver_of(voice: str) -> str:
    """The driver that a voice's name begins with, or empty for one of espeak-ng's."""
    driver, colon, _ = voice.partition(":")
    return driver if colon and driver in DRIVERS else ""


def system_voices() -> tuple[VoiceInfo, ...]:
    """The voices of this system, the best to begin with first; none on Linux."""
    driver = _HERE.get(sys.platform)
    if driver is None:
        return ()
    return tuple(
        VoiceInfo(f"{driver}:{name}", language, f"of {DRIVERS[driver]}")
        for name, language in _listed(driver)
    )


def check_voice(voice: str) -> None:
    """Makes sure that a system's voice is here.

    Raises:
        MeditationError: If it is another system's, or has no such voice.
    """
    driver, _, name = voice.partition(":")
    if _HERE.get(sys.platform) != driver:
        raise MeditationError(
            f"'{voice}' is a voice of {DRIVERS[driver]}, and this is {platform.system()}",
            mend="choose one from: meditations voices",
        )
    names = [known for known, _ in _listed(driver)]
    if name.lower() not in {known.lower() for known in names}:
        raise MeditationError(
            f"{DRIVERS[driver]} has no voice '{name}'",
            mend=nearest(name, names) + "\nsee them all with: meditations voices",
        )


def basis(voice: str) -> str:
    """What the sound of a system's voice depends on: the system's version."""
    return f"{driver_of(voice)}, {platform.system()} {platform.version()}"


def speak(utterance: Utterance, scratch: Path, timeout_s: float) -> Recording:
    """Speaks once, in a process of its own.

    Raises:
        SpeechError: If no whole sound came within `timeout_s`.
    """
    driver, _, name = utterance.manner.voice.partition(":")
    # NSSpeechSynthesizer writes AIFF whatever the name says, SAPI writes WAV.
    target = scratch / f"spoken-{uuid4().hex}{'.aiff' if driver == 'nsss' else '.wav'}"
    try:
        order = system_child.Order(
            driver, name, utterance.manner.rate_wpm, _plain(utterance.text), str(target)
        )
        told = _asked(system_child.speak, order, timeout_s)
        if told:
            raise SpeechError(str(told))
        samples, rate_hz = _read(target, scratch)
    finally:
        target.unlink(missing_ok=True)
    if not np.any(np.abs(samples) > 0.01):
        raise SpeechError("the engine gave silence")
    return Recording(samples, rate_hz)


def _read(file: Path, scratch: Path) -> tuple[NDArray[np.float32], int]:
    try:
        return read_mono(file, scratch)
    except MeditationError as error:
        raise SpeechError(f"the engine gave {error.what}") from None


@lru_cache(maxsize=2)
def _listed(driver: str) -> tuple[tuple[str, str], ...]:
    """Names and languages, the system's own choice and the preferred ones first."""
    try:
        found = _asked(system_child.list_voices, driver, LISTING_S)
    except SpeechError as error:
        raise MeditationError(
            f"the voices of {DRIVERS[driver]} cannot be listed: {error.what}",
            mend="choose a voice of espeak-ng, such as: voice: gentle",
        ) from None
    if isinstance(found, str):
        raise MeditationError(
            f"pyttsx3 cannot drive the voices of {DRIVERS[driver]}: {found}",
            mend="get what it needs with: pip install --force-reinstall pyttsx3",
        )

    def rank(voice: tuple[str, str, bool]) -> tuple[bool, int, str]:
        place = next((n for n, known in enumerate(PREFERRED) if known in voice[0]), len(PREFERRED))
        return not voice[2], place, voice[0]

    return tuple((name, language) for name, language, _ in sorted(found, key=rank))


def _asked(task: system_child.Task, argument: object, timeout_s: float) -> Any:
    """What a task says, run in a fresh process that is ended with it.

    Raises:
        SpeechError: If it says nothing within `timeout_s`.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=task, args=(argument, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        if not ours.poll(timeout_s):
            raise SpeechError(f"no answer within {timeout_s:g} s")
        return ours.recv()
    except (EOFError, OSError):
        raise SpeechError("the speaking process ended without a word") from None
    finally:
        process.kill()
        process.join(5)
        ours.close()


def _plain(text: str) -> str:
    """Without what NSSpeechSynthesizer takes for commands, such as `[[slnc 500]]`."""
    return text.replace("[[", "[ [").replace("]]", "] ]")
