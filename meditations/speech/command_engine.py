"""Any program that speaks: those of the table by their names, and a maker's own as `command`."""

from __future__ import annotations

import platform
import re
import shutil
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import numpy as np

from meditations.errors import MeditationError, SpeechError, from_os_error, nearest
from meditations.programs import ProgramTimeoutError, run_program
from meditations.sound.sound_files import read_mono
from meditations.speech.engine import Recording, VoiceInfo
from meditations.speech.own_commands import (
    EXAMPLE,
    PLACES,
    SETTINGS,
    filled,
    own_command,
    own_program,
    patience_s,
    takes,
)
from meditations.speech.pyttsx3_engine import SHORTEST_SHARE, expected_s
from meditations.speech.speaking_programs import (
    ESPEAK_NG,
    FLITE,
    OWN,
    PICO2WAVE,
    SAY,
    Program,
)
from meditations.store import content_key, kept_digest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meditations.speech.utterance import Manner, Utterance

TRIES: Final = 3
PATIENCE_S: Final = 20
FASTEST_WPM: Final = 300
QUIETEST_PEAK: Final = 0.003
"""A sound whose loudest sample lies under this (-50 dB) holds no voice."""


@dataclass(frozen=True, slots=True)
class _Call:
    """A program, what it is given, and how long it may take for a short sentence."""

    file: Path
    arguments: tuple[str, ...]
    patience_s: float


@dataclass(frozen=True, slots=True)
class CommandEngine:
    """Starts a program for each utterance, and verifies what came back."""

    root: Path
    name: str = OWN.name
    reads_ipa: bool = False
    synthetic: bool = True
    tries: int = TRIES

    @property
    def program(self) -> Program:
        """Its line of the table; what travels to the workers is only its name."""
        return PRESETS.get(self.name, OWN)

    @property
    def usual_rate_wpm(self) -> int:
        """The rate of its voices where a script sets none."""
        return self.program.usual_rate_wpm

    def version(self) -> str:
        """What the program tells of itself, and the digest of its file."""
        if not self.program.run:
            return "command 1"
        file = _found(self.program)
        return f"{self.name} {_told_version(self.program, file)}, {kept_digest(file)[:12]}"

    def files(self, utterance: Utterance) -> Sequence[Path]:
        """The program, and the files that a maker's own command names."""
        call = self._call(utterance.manner)
        fixed = [word for word in call.arguments if not takes([word], *PLACES)]
        named = [self.root / word.rpartition("=")[2] for word in fixed]
        return (call.file, *(file for file in named if file.is_file()))

    def basis(self, utterance: Utterance) -> str:
        """A digest of them for a maker's own, with its `version`; else `version()` tells all."""
        if self.program.run:
            return ""
        told = dict(utterance.manner.settings).get("version", "")
        return content_key([[kept_digest(file) for file in self.files(utterance)], told])

    def check(self, manner: Manner) -> None:
        """Makes sure that the program is here, may run, and takes voice, rate and pitch."""
        settings = dict(manner.settings)
        known = () if self.program.run else SETTINGS
        for name in settings:
            if name not in known:
                mend = nearest(name, known) if known else "leave out `with:`"
                raise MeditationError(f"the engine {self.name} has no setting '{name}'", mend=mend)
        run = self._run(manner)[0]
        if self.program.run:
            self._check_voice(manner, _found(self.program))
        elif manner.voice and (manner.voice.startswith("-") or not takes(run, "voice")):
            raise MeditationError(
                f"this command takes no voice '{manner.voice}'",
                mend="write {voice} where it belongs in `run:`, or leave out `voice:`",
            )
        self._check_manner(manner, run)

    def _check_voice(self, manner: Manner, file: Path) -> None:
        voice = manner.voice or self.program.usual_voice
        names = [one.name for one in _voices(self.program, file)]
        # espeak-ng goes on in silence without a variant that it does not know.
        base, plus, variant = voice.partition("+") if self.program is ESPEAK_NG else (voice, "", "")
        if plus and variant not in (variants := _variants(self.program, file)):
            raise MeditationError(
                f"espeak-ng has no variant '{variant}'", mend=nearest(variant, variants)
            )
        if base not in names:
            what = f"{self.name} has no voice '{base}'" if base else f"{self.name} needs a voice"
            raise MeditationError(
                what, mend=nearest(base, names) + "\nsee them all with: meditations voices"
            )

    def _check_manner(self, manner: Manner, run: Sequence[str]) -> None:
        least, most = self.program.rates_wpm
        if not least <= manner.rate_wpm <= most:
            raise MeditationError(
                f"{self.name} cannot speak {manner.rate_wpm} words a minute",
                mend=f"choose from {least} to {most}",
            )
        for name, value, usual in (
            ("rate", manner.rate_wpm, self.usual_rate_wpm),
            ("pitch", manner.pitch, 50),
        ):
            if value != usual and not takes(run, name):
                who = self.name if self.program.run else "this command"
                own = (
                    "" if self.program.run else f"write {{{name}}} where it belongs in `run:`, or "
                )
                raise MeditationError(
                    f"{who} cannot change its {name}", mend=f"{own}leave out `{name}:`"
                )

    def voices(self) -> Sequence[VoiceInfo]:
        """The program's voices; none where it is not installed, or a maker's own."""
        try:
            return _voices(self.program, _found(self.program)) if self.program.run else ()
        except MeditationError:
            return ()

    def speak(self, utterance: Utterance, scratch: Path) -> Recording:
        """Runs the program, up to three times, and verifies the sound that it left."""
        text = self.program.plain(utterance.text)
        if not any(map(str.isalnum, text)):
            raise SpeechError(
                f"{self.name} has no letters for '{_short(utterance.text)}'",
                mend="choose another voice for these words",
            )
        call = self._call(utterance.manner)
        utterance = replace(utterance, text=text)
        faults: list[str] = []
        while len(faults) < self.tries:
            try:
                return self._spoken(call, utterance, scratch)
            except ProgramTimeoutError as error:
                faults.append(error.what)  # nobody waits as long once more
                break
            except OSError as error:
                raise from_os_error(error, f"speaking with {self.name}") from None
            except MeditationError as error:
                faults.append(error.what)
        raise SpeechError(
            f"this could not be spoken: '{_short(utterance.text)}'",
            mend="\n".join(f"try {n}: {fault}" for n, fault in enumerate(faults, 1))
            + "\nsee what is wrong with: meditations doctor",
        )

    def _call(self, manner: Manner) -> _Call:
        """The program that is called; raises a MeditationError where that cannot be."""
        run, settings = self._run(manner)
        if self.program.run:
            return _Call(_found(self.program), run[1:], PATIENCE_S)
        return _Call(own_program(run[0], self.root), run[1:], patience_s(settings))

    def _spoken(self, call: _Call, utterance: Utterance, scratch: Path) -> Recording:
        manner, stem = utterance.manner, f"spoken-{uuid4().hex}"
        text_file, out = scratch / f"{stem}.txt", scratch / f"{stem}.wav"
        voice = manner.voice or self.program.usual_voice
        values = {
            "text_file": str(text_file), "out": str(out), "voice": voice, "text": utterance.text,
            "rate": self.program.rate(manner.rate_wpm, voice), "pitch": str(manner.pitch),
        }  # fmt: skip
        given = None if takes(call.arguments, "text_file", "text") else text_file
        try:
            text_file.write_text(utterance.text + "\n", "utf-8")
            ended = run_program(
                [str(call.file), *(filled(word, values) for word in call.arguments)], scratch,
                folder=self.root, given=given,
                timeout_s=call.patience_s + expected_s(utterance.text, manner.rate_wpm) / 5,
            )  # fmt: skip
            told = f": {ended.told}" if ended.told else ""
            if ended.status != 0:
                raise SpeechError(f"{call.file.name} ended with status {ended.status}{told}")
            if not takes(call.arguments, "out"):
                out.write_bytes(ended.written)
            if not out.is_file() or not out.stat().st_size:
                raise SpeechError(f"{call.file.name} left no sound{told}")
            rate_wpm = manner.rate_wpm if takes(call.arguments, "rate") else FASTEST_WPM
            return _verified(out, utterance, scratch, rate_wpm)
        finally:
            text_file.unlink(missing_ok=True)
            out.unlink(missing_ok=True)

    def _run(self, manner: Manner) -> tuple[tuple[str, ...], dict[str, str]]:
        """The words of the command, and a maker's settings."""
        if self.program.run:
            return self.program.run, {}
        if "run" not in dict(manner.settings):
            raise _nothing_to_run(manner)
        return own_command(manner, self.root)


def _nothing_to_run(manner: Manner) -> MeditationError:
    name, _, voice = manner.voice.partition("/")
    mend = f"write it as with: {{run: {EXAMPLE}}}"
    if name in PRESETS:
        told = f", voice: {voice}" if voice else ""
        mend = f"{name} is an engine by itself: voice: {{engine: {name}{told}}}"
    return MeditationError("the engine command needs to know what to run", mend=mend)


def flite(root: Path) -> CommandEngine:
    """The engine `flite`."""
    return CommandEngine(root, FLITE.name)


def espeak_ng(root: Path) -> CommandEngine:
    """The engine `espeak-ng`, an installed program."""
    return CommandEngine(root, ESPEAK_NG.name)


def say(root: Path) -> CommandEngine:
    """The engine `say`, of macOS."""
    return CommandEngine(root, SAY.name)


def pico2wave(root: Path) -> CommandEngine:
    """The engine `pico2wave`."""
    return CommandEngine(root, PICO2WAVE.name)


PRESETS: Final = {one.name: one for one in (FLITE, ESPEAK_NG, SAY, PICO2WAVE)}


def _found(program: Program) -> Path:
    """The file of a program of the table.

    Raises:
        MeditationError: If it is not installed.
    """
    found = shutil.which(program.run[0])
    if found is None:
        raise MeditationError(f"{program.name} is not installed", mend=program.get)
    return Path(found).resolve()


def _asked(file: Path, arguments: Sequence[str]) -> str:
    import tempfile

    with tempfile.TemporaryDirectory() as scratch:
        ended = run_program([str(file), *arguments], Path(scratch))
    return ended.written.decode("utf-8", "replace") or ended.told


@lru_cache(maxsize=8)
def _told_version(program: Program, file: Path) -> str:
    if not program.version:
        return platform.mac_ver()[0] or "of an unknown version"
    told = re.search(r"\d+(\.\d+)+\S*", _asked(file, program.version))
    return told[0] if told else "of an unknown version"


@lru_cache(maxsize=8)
def _voices(program: Program, file: Path) -> tuple[VoiceInfo, ...]:
    return program.read_voices(_asked(file, program.voices) if program.voices else "")


@lru_cache(maxsize=2)
def _variants(program: Program, file: Path) -> tuple[str, ...]:
    told = _asked(file, (*program.voices[:-1], f"{program.voices[-1]}=variant"))
    return tuple(sorted(set(re.findall(r"!v/(\S+)", told))))


def _verified(file: Path, utterance: Utterance, scratch: Path, rate_wpm: int) -> Recording:
    """The samples of `file`, which must be whole, sounding, and long enough for the text."""
    try:
        samples, rate_hz = read_mono(file, scratch)
    except MeditationError as error:
        raise SpeechError(f"the program left {error.what}") from None
    if (
        not np.all(np.isfinite(samples))
        or float(np.max(np.abs(samples), initial=0)) < QUIETEST_PEAK
    ):
        raise SpeechError("the program gave silence")
    shortest_s = SHORTEST_SHARE * expected_s(utterance.text, rate_wpm)
    if utterance.text.isascii() and len(samples) / rate_hz < shortest_s:
        raise SpeechError(
            f"the program gave {len(samples) / rate_hz:.2f} s"
            f" where at least {shortest_s:.2f} s belong"
        )
    return Recording(np.clip(samples, -1, 1), rate_hz)


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"
