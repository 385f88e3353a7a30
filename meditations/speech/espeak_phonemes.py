"""What espeak-ng makes of words and of its own phonemes, told by the library and its data.

It translates in this process and never speaks here: without a thread, so that it goes with
whatever else the process does.
"""

from __future__ import annotations

import ctypes
import struct
import threading
from dataclasses import dataclass
from functools import cache
from typing import Final

from meditations.errors import MeditationError
from meditations.speech import espeak

_SYNCHRONOUS, _DO_NOT_EXIT = 2, 0x8000
_UTF8, _PHONEMES_TOO = 1, 0x100
_IPA, _PARTED = 2, ord("|") << 8
_NO_SOUND: Final = frozenset((0, 1, 9, 15))
"""Types of phonemes that are pauses, stresses, parts of others, or gone."""
_VOWEL: Final = 2
_LOCK: Final = threading.Lock()


@dataclass(frozen=True, slots=True)
class Phoneme:
    """One phoneme of a voice.

    Attributes:
        name: As espeak-ng writes it.
        is_vowel: Whether it carries a stress.
        is_own: Whether it belongs to the language, and not to all of them.
    """

    name: str
    is_vowel: bool
    is_own: bool


def told(text: str, base: str, *, parted: bool = False) -> str:
    """What espeak-ng says for `text`, in IPA; what stands in [[…]] it takes for phonemes.

    Args:
        text: Words.
        base: The voice's name without its variant, as espeak-ng writes it.
        parted: Whether a | stands between phonemes.

    Raises:
        MeditationError: If espeak-ng is not here, or has no such voice.
    """
    with _LOCK:
        return _translator().told(text, base, _IPA | (_PARTED if parted else 0))


def phonemes_of(base: str) -> list[Phoneme]:
    """The phonemes of a voice, those of its dialect first.

    After espeak-ng's `phontab`: a count of tables; for each its count of phonemes, the number of
    the table it builds on, 2 bytes, a name of 32; then 16 bytes for each phoneme.

    Raises:
        MeditationError: If there is no such voice.
    """
    here = espeak.locate()
    wanted = espeak.phoneme_table(here, base)
    raw = (espeak.data_folder(here) / "phontab").read_bytes()
    tables: list[tuple[str, int, dict[int, tuple[str, int]]]] = []
    at = 4
    for _ in range(raw[0]):
        count, includes, name = raw[at], raw[at + 1], raw[at + 4 : at + 36]
        at += 36
        rows = {}
        for place in range(at, at + 16 * count, 16):
            mnemonic, _, _, code, kind = struct.unpack_from("<4sIHBB", raw, place)
            rows[code] = (mnemonic.rstrip(b"\0").decode("latin-1"), kind)
        at += 16 * count
        tables.append((name.split(b"\0")[0].decode("latin-1"), includes, rows))
    language, *_ = wanted.split("-")
    found: dict[int, tuple[str, int, bool]] = {}
    number = next((n for n, (name_, *_) in enumerate(tables) if name_ == wanted), -1)
    while number >= 0:
        table, includes, rows = tables[number]
        is_own = table.split("-")[0] == language
        for code, (mnemonic, kind) in rows.items():
            # A dialect's table builds on its language's, and that on what all have.
            found.setdefault(code, (mnemonic, kind, is_own))
        number = includes - 1
    return [
        Phoneme(mnemonic, kind == _VOWEL, is_own)
        for mnemonic, kind, is_own in found.values()
        if mnemonic and kind not in _NO_SOUND
    ]


class _Translator:
    """The library in this process; one voice at a time."""

    def __init__(self) -> None:
        self._library = espeak.load(espeak.locate())
        if self._library.espeak_Initialize(_SYNCHRONOUS, 0, None, _DO_NOT_EXIT) < 0:
            raise MeditationError(
                "espeak-ng cannot be started", mend="see what is wrong with: meditations doctor"
            )
        self._translate = self._library.espeak_TextToPhonemes
        self._translate.restype = ctypes.c_char_p
        self._translate.argtypes = [ctypes.POINTER(ctypes.c_char_p), ctypes.c_int, ctypes.c_int]
        kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
        self._silent = kind(lambda *_: 0)
        self._library.espeak_SetSynthCallback(self._silent)
        self._base = ""

    def told(self, text: str, base: str, mode: int) -> str:
        """`text` in phonemes, sentence by sentence."""
        self._set_voice(base)
        rest = ctypes.c_char_p(text.encode())
        found = []
        while rest.value:
            said = self._translate(ctypes.byref(rest), _UTF8, mode)
            found.append((said or b"").decode("utf-8", "replace"))
        return " ".join(found)

    def _set_voice(self, base: str) -> None:
        if base == self._base:
            return
        if self._library.espeak_SetVoiceByName(base.encode()) != 0:
            raise MeditationError(f"espeak-ng has no voice '{base}'")
        if not self._base:
            # It takes [[…]] for phonemes from the first text on that was spoken so.
            size, flags = ctypes.c_size_t(2), ctypes.c_uint(_UTF8 | _PHONEMES_TOO)
            self._library.espeak_Synth(b"a", size, 0, 1, 0, flags, None, None)
        self._base = base


@cache
def _translator() -> _Translator:
    return _Translator()
