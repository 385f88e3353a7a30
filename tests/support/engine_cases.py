"""What the suite of every engine needs to know of each: how to make it ready, and how to break it.

To add one: a `Case` in `CASES`, whose functions lay what it needs into a project's folder.
"""

from __future__ import annotations

import os
import shutil
import time
import wave
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from meditations import programs
from meditations.script.recorded_lines import write_lines
from meditations.sound import sound_files
from meditations.speech import (
    command_engine,
    kokoro_engine,
    piper_engine,
    pyttsx3_engine,
    speaker,
    speaking_child,
)
from meditations.speech.kokoro_engine import KokoroEngine
from meditations.speech.kokoro_line import KokoroLine
from meditations.speech.neural import end_neural
from meditations.speech.piper_engine import PiperEngine
from meditations.speech.piper_line import PiperLine
from meditations.speech.pyttsx3_engine import Pyttsx3Engine
from meditations.speech.recorded_engine import RecordedEngine
from meditations.speech.registry import engine_named
from meditations.speech.utterance import Manner
from support.voice_models import write_kokoro, write_piper

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from meditations.speech.engine import Engine, Recording

    Make = Callable[[Path], Engine]
    Break = Callable[[Path, pytest.MonkeyPatch], Engine]

WELCOME = "Hello, and welcome to these twelve quiet minutes."
SAID = (WELCOME, "At 12:30, 50 % — of the end.", "No")
HOSTILE = [
    "<break time='10s'/> Hello & <b>goodbye</b>.",
    "[[h@'loU]] and {{braces}} and %s %d \\n $HOME `id`",
    "-f /etc/passwd --stdin",
    "One. Two! Three? Four… Five; six: seven.",
    "\"Quotes\", 'more quotes', «and» “others”.",
    "Zero\u200bwidth, naïve café, Ünïcödé, Привет, 你好.",
    "3 breaths at 12:30 on 2026-11-22, 50 % of 1,000.5.",
    "a",
    "No",
    "Breathe through thought, though through the strength of length.",
]
"""Text that is markup, an option, a format or another script to somebody: words like any others."""


@dataclass(frozen=True)
class Case:
    """One engine.

    Attributes:
        manner: A voice of it that `make` makes ready, at its usual rate.
        make: Makes the engine ready in a project's folder.
        hangs: The engine, made to take for ever, with as little patience as can be.
        crashes: The engine, whose process dies.
        missing: The engine, where what it needs is not here.
        mend: What the message for that must hold.
        changed: The engine, with another version, or another model under the same name.
        end: Ends its processes, so that the next line starts them anew.
        words: Whether it tells when each word sounds.
        server: Whether it needs a program that `.ci/run` installs.
        told: What a line that could not be spoken is told with.
        changes_rate: Whether it speaks slower where it is asked to.
    """

    manner: Manner
    make: Make
    hangs: Break
    crashes: Break
    missing: Break
    mend: str
    changed: Break
    end: Callable[[], None] = lambda: None
    words: bool = False
    server: bool = False
    told: str = "could not be spoken"
    changes_rate: bool = True


def crash(*given: object) -> None:
    """Ends the process that it is called in, as a fault in a library does."""
    os._exit(139)


def hang(*given: object) -> None:
    """Takes longer than anybody waits."""
    time.sleep(60)


class CrashingPiperLine(PiperLine):
    """A line at which the process dies."""

    def speak(self, voice: object) -> Recording:
        os.abort()


class CrashingKokoroLine(KokoroLine):
    """A line at whose model the process dies."""

    def load(self) -> object:
        os.abort()


def _pyttsx3_hangs(root: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setattr(speaking_child, "speak_and_exit", hang)
    monkeypatch.setattr(pyttsx3_engine, "timeout_s", lambda utterance: 0.3)
    return Pyttsx3Engine(root, tries=1)


def _pyttsx3_crashes(root: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setattr(speaking_child, "speak_and_exit", crash)
    return Pyttsx3Engine(root)


def _pyttsx3_missing(root: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setenv("MEDITATIONS_ESPEAK", "/nowhere/libespeak-ng.so")
    return Pyttsx3Engine(root)


def _other_version(make: Make) -> Break:
    def changed(root: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
        monkeypatch.setattr("importlib.metadata.version", lambda name: "99.9")
        return make(root)

    return changed


def _piper(root: Path) -> Engine:
    write_piper(root / "voices", "en_US-tiny-medium")
    return PiperEngine(root)


def _piper_hangs(root: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    write_piper(root / "voices", "en_US-tiny-medium", slow=True)
    monkeypatch.setattr(piper_engine, "SLOWEST_TIMES", 0)
    return PiperEngine(root, patience_s=0.3)


def _piper_crashes(root: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setattr(piper_engine, "PiperLine", CrashingPiperLine)
    return _piper(root)


def _piper_changed(root: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    write_piper(root / "voices", "en_US-tiny-medium", speakers=("anna", "ben"))
    return PiperEngine(root)


def _kokoro(root: Path) -> Engine:
    write_kokoro(root / "voices")
    return KokoroEngine(root)


def _kokoro_hangs(root: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    write_kokoro(root / "voices", slow=True)
    monkeypatch.setattr(kokoro_engine, "SLOWEST_TIMES", 0)
    return KokoroEngine(root, patience_s=0.3)


def _kokoro_crashes(root: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setattr(kokoro_engine, "KokoroLine", CrashingKokoroLine)
    return _kokoro(root)


def _kokoro_changed(root: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    write_kokoro(root / "voices", voices={"af_heart": 1.0})
    return KokoroEngine(root)


def _stand_in(name: str, does: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Another program under the name of one that is installed, found before it."""
    folder = root / "stand-ins"
    folder.mkdir()
    file = folder / name
    file.write_text(f"#!/bin/sh\n{does.format(program=shutil.which(name))}\n")
    file.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(command_engine, "PATIENCE_S", 0.3)
    return engine_named(name, root)


def _program_case(name: str, voice: str, rate_wpm: int) -> Case:
    """A program of the table, as Debian brings it."""

    def standing_in(does: str) -> Break:
        return lambda root, monkeypatch: _stand_in(name, does, root, monkeypatch)

    def missing(root: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
        monkeypatch.setenv("PATH", str(root))
        return engine_named(name, root)

    return Case(
        manner=Manner(name, voice, rate_wpm, 50),
        make=lambda root: engine_named(name, root),
        hangs=standing_in("sleep 60"),
        crashes=standing_in("kill -ABRT $$"),
        missing=missing,
        mend=f"sudo apt install {name}",
        changed=standing_in('exec {program} "$@"'),
        server=True,
    )


READ_ALOUD = (
    *SAID, *HOSTILE, "This is sentence one, as ever.", "This is sentence two, as ever.", "Slower.",
)  # fmt: skip
"""All that the suite says: somebody has to read it."""
FOLDER = "recordings/suite"


def _recorded(root: Path, rate_hz: int = 44_100) -> Engine:
    """Each line as a buzz of 60 ms a letter, in a file of its own."""
    folder = root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    texts = list(dict.fromkeys(READ_ALOUD))
    write_lines(folder / "lines.yaml", {t: n for n, t in enumerate(texts, 1)}, len(texts))
    for number, text in enumerate(texts, 1):
        count = round(rate_hz * max(0.2, 0.06 * sum(map(str.isalnum, text))))
        buzz = 0.3 * np.sign(np.sin(2 * np.pi * (90 + number) * np.arange(count) / rate_hz))
        with wave.open(str(folder / f"{number:03d}.wav"), "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(rate_hz)
            sound.writeframes((buzz * 32767).astype("<i2").tobytes())
    return RecordedEngine(root)


def _recorded_with(does: str) -> Break:
    """Another ffmpeg, which decodes no recording."""

    def broken(root: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
        file = root / "ffmpeg"
        file.write_text(f"#!/bin/sh\n{does}\n")
        file.chmod(0o755)
        monkeypatch.setenv("MEDITATIONS_FFMPEG", str(file))
        monkeypatch.setattr(sound_files, "DECODING_S", 0.3)
        programs.ffmpeg.cache_clear()
        return _recorded(root)

    return broken


def _recorded_changed(root: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    return _recorded(root, 48_000)


CASES = {
    "pyttsx3": Case(
        manner=Manner("pyttsx3", "en-us+f5", 106, 45),
        make=Pyttsx3Engine,
        hangs=_pyttsx3_hangs,
        crashes=_pyttsx3_crashes,
        missing=_pyttsx3_missing,
        mend="unset MEDITATIONS_ESPEAK",
        changed=_other_version(Pyttsx3Engine),
        end=speaker.end_speaker,
    ),
    "piper": Case(
        manner=Manner("piper", "en_US-tiny-medium", 120, 50),
        make=_piper,
        hangs=_piper_hangs,
        crashes=_piper_crashes,
        missing=lambda root, monkeypatch: PiperEngine(root),
        mend="python -m piper.download_voices",
        changed=_piper_changed,
        end=end_neural,
        words=True,
    ),
    "kokoro": Case(
        manner=Manner("kokoro", "af_heart", 120, 50),
        make=_kokoro,
        hangs=_kokoro_hangs,
        crashes=_kokoro_crashes,
        missing=lambda root, monkeypatch: KokoroEngine(root),
        mend="curl -LO https://",
        changed=_kokoro_changed,
        end=end_neural,
        words=True,
    ),
    "recorded": Case(
        manner=Manner("recorded", FOLDER, 118, 50),
        make=_recorded,
        hangs=_recorded_with("exec sleep 60"),
        crashes=_recorded_with("kill -ABRT $$"),
        missing=lambda root, monkeypatch: RecordedEngine(root),
        mend="meditations record",
        changed=_recorded_changed,
        end=programs.ffmpeg.cache_clear,
        told="holds no readable sound",
        changes_rate=False,
    ),
    "flite": _program_case("flite", "rms", 126),
    "espeak-ng": _program_case("espeak-ng", "en-us+f5", 106),
}


def slower(case: Case) -> Manner:
    """The same voice at a slower rate, where it has one."""
    rate_wpm = case.manner.rate_wpm
    return replace(case.manner, rate_wpm=round(rate_wpm * 0.8) if case.changes_rate else rate_wpm)
