"""What the suite of every engine needs to know of each: how to make it ready, and how to break it.

To add one: a `Case` in `CASES`, whose functions lay what it needs into a project's folder.
"""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

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
    "flite": _program_case("flite", "rms", 126),
    "espeak-ng": _program_case("espeak-ng", "en-us+f5", 106),
}


def slower(manner: Manner) -> Manner:
    """The same voice at a slower rate."""
    return replace(manner, rate_wpm=round(manner.rate_wpm * 0.8))
