"""The espeak-ng that pyttsx3 drives: which library, which data, which voices.

The wheel espeakng-loader brings both, the same on every machine. An installed espeak-ng is used
only where `MEDITATIONS_ESPEAK` names its library.
"""

from __future__ import annotations

import ctypes
import functools
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from meditations.errors import MeditationError

LIBRARY_SETTING: Final = "MEDITATIONS_ESPEAK"


@dataclass(frozen=True, slots=True)
class Espeak:
    """A library and its data folder; `data` is None where the library knows its own."""

    library: Path
    data: Path | None


def locate() -> Espeak:
    """The espeak-ng to use.

    Raises:
        MeditationError: If there is none; says how to get it.
    """
    named = os.environ.get(LIBRARY_SETTING)
    if named:
        if not Path(named).is_file():
            raise MeditationError(
                f"{LIBRARY_SETTING} names no espeak-ng library: {named}",
                mend=f"unset {LIBRARY_SETTING} to use the one that pip installed",
            )
        return Espeak(Path(named).resolve(), None)
    try:
        import espeakng_loader

        found = Espeak(
            Path(espeakng_loader.get_library_path()), Path(espeakng_loader.get_data_path())
        )
    except (ImportError, RuntimeError):
        found = None
    if found is None or not found.library.is_file():
        raise MeditationError(
            "espeak-ng is not here, and nothing can be spoken without it",
            mend="get it with: pip install --force-reinstall espeakng-loader",
        )
    return found


def load(espeak: Espeak) -> ctypes.CDLL:
    """Loads the library so that pyttsx3's driver finds this one and no other.

    The driver asks the system for `libespeak-ng.so.1`. That is the library's own name, so once
    it is loaded by its full path the system gives it again.

    Raises:
        MeditationError: If it cannot be loaded.
    """
    if espeak.data is not None:
        os.environ["ESPEAK_DATA_PATH"] = str(espeak.data)
    try:
        return ctypes.CDLL(str(espeak.library))
    except OSError as error:
        raise MeditationError(
            f"espeak-ng cannot be loaded: {error}",
            mend="get a fresh one with: pip install --force-reinstall espeakng-loader",
        ) from None


@functools.cache
def version(espeak: Espeak) -> str:
    """espeak-ng's version, from the library itself."""
    info = load(espeak).espeak_Info
    info.restype = ctypes.c_char_p
    told: bytes = info(ctypes.byref(ctypes.c_char_p()))
    return told.decode("ascii", "replace").split()[0]


@functools.cache
def data_folder(espeak: Espeak) -> Path:
    """The folder with espeak-ng's voices."""
    if espeak.data is not None:
        return espeak.data
    path = ctypes.c_char_p()
    info = load(espeak).espeak_Info
    info.restype = ctypes.c_char_p
    info(ctypes.byref(path))
    return Path((path.value or b"").decode())


@dataclass(frozen=True, slots=True)
class Language:
    """A voice that may stand before a `+`: `name` is what espeak-ng takes, others mean the same.

    `phonemes` is the table of its sounds.
    """

    name: str
    described: str
    phonemes: str = ""


@functools.cache
def languages(espeak: Espeak) -> dict[str, Language]:
    """The voices that may stand before a `+`, by name and by language code, in lower case.

    espeak-ng itself takes only the names of its files: `en-gb` is there under `en`.
    """
    found: dict[str, Language] = {}
    codes: dict[str, Language] = {}
    for file in sorted((data_folder(espeak) / "lang").rglob("*")):
        if not file.is_file():
            continue
        described, phonemes = file.stem, ""
        lines = [line.partition(" ") for line in file.read_text("utf-8").splitlines()]
        for key, _, rest in lines:
            if key == "name":
                described = rest.strip()
            elif key == "phonemes":
                phonemes = rest.strip()
            elif key == "language":
                phonemes = phonemes or rest.split()[0].split("-")[0]
        language = Language(file.name.lower(), described, phonemes)
        found[language.name] = language
        for key, _, rest in lines:
            if key == "language":
                codes.setdefault(rest.split()[0].lower(), language)
    return codes | found


def own_name(espeak: Espeak, voice: str) -> str:
    """`voice` as espeak-ng takes it: a language code becomes the name of its voice."""
    base, plus, variant = voice.partition("+")
    language = languages(espeak).get(base.lower())
    return f"{language.name}{plus}{variant}" if language else voice


def phoneme_table(espeak: Espeak, base: str) -> str:
    """The name of the table that holds the sounds of a voice.

    Raises:
        MeditationError: If there is no such voice.
    """
    language = languages(espeak).get(base.lower())
    if language is None:
        raise MeditationError(f"espeak-ng has no voice '{base}'")
    return language.phonemes


@functools.cache
def variants(espeak: Espeak) -> tuple[str, ...]:
    """The variants that may stand after a `+`, such as `f5`; their case counts."""
    folder = data_folder(espeak) / "voices" / "!v"
    return tuple(sorted(file.name for file in folder.iterdir() if file.is_file()))
