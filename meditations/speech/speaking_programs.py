"""Installed programs that speak, each as a line of a table: how it is called, and its voices.

A command is a list of arguments that no shell reads. In them stand `{text_file}`, `{out}`,
`{voice}`, `{rate}`, `{pitch}` and, for a program that can do nothing else, `{text}`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from meditations.speech.engine import VoiceInfo

Words = tuple[str, ...]
ReadVoices = Callable[[str], tuple[VoiceInfo, ...]]


@dataclass(frozen=True, slots=True)
class Program:
    """A program that speaks.

    Attributes:
        name: Its name, and the engine's.
        run: The program and its arguments.
        get: How to get it.
        usual_rate_wpm: For the pace of a meditation.
        rates_wpm: The lowest and the highest rate that it takes.
        usual_voice: The voice where a script names none; empty where the script has to.
        version: Arguments with which it tells its version; none where it cannot.
        voices: Arguments with which it lists its voices; none where they are known.
        read_voices: The voices, from what it then says.
        plain: Its text, in which nothing is a command and every sign can be read.
        rate: What stands for `{rate}`, from words a minute and the voice.
    """

    name: str
    run: Words
    get: str
    usual_rate_wpm: int = 118
    rates_wpm: tuple[int, int] = (60, 300)
    usual_voice: str = ""
    version: Words = ()
    voices: Words = ()
    read_voices: ReadVoices = lambda _: ()
    plain: Callable[[str], str] = str
    rate: Callable[[int, str], str] = lambda rate_wpm, _: str(rate_wpm)


def without_marks(text: str) -> str:
    """`text` without what espeak-ng and `say` take for sounds or orders of their own."""
    return re.sub(r"\[(?=\[)|\](?=\])", "", text)


def in_ascii(text: str) -> str:
    """`text` in the letters that flite knows; others come without their marks, or not at all."""
    told = unicodedata.normalize("NFKD", text.translate(_TYPED))
    return " ".join(told.encode("ascii", "ignore").decode("ascii").split())


def _without_tags(text: str) -> str:
    return text.translate({ord(sign): " " for sign in "<>"})


_TYPED: Final = str.maketrans("‘’‚“”„«»–—−", '\'\'\'"""""---')

FLITE_WPM: Final = {"slt": 214, "rms": 187, "awb": 206, "kal": 222, "kal16": 227}
"""How fast flite's voices speak by themselves, see docs/voices.md."""


def _flite_voices(told: str) -> tuple[VoiceInfo, ...]:
    names = told.partition(":")[2].split()
    # awb_time knows the words of a talking clock, and no others.
    return tuple(
        VoiceInfo(name, "en-gb" if name == "awb" else "en-us", _FLITE_ABOUT.get(name, "a voice"))
        for name in sorted(set(names) - {"awb_time"}, key=_best_first)
    )


def _best_first(name: str) -> tuple[int, str]:
    known = list(_FLITE_ABOUT)
    return (known.index(name) if name in known else len(known), name)


_FLITE_ABOUT: Final = {
    "rms": "a man's voice, American; the clearest",
    "slt": "a woman's voice, American",
    "awb": "a man's voice, Scottish",
    "kal16": "a man's voice, American, old",
    "kal": "a man's voice, American, old and coarse",
}


def _stretch(rate_wpm: int, voice: str) -> str:
    return f"{FLITE_WPM.get(voice, 206) / rate_wpm:.4f}"


def _espeak_voices(told: str) -> tuple[VoiceInfo, ...]:
    rows = [line.split() for line in told.splitlines()[1:]]
    found = {
        row[1].lower(): VoiceInfo(row[1].lower(), row[1].lower(), row[3].replace("_", " "))
        for row in reversed(rows)
        if len(row) >= 5 and not row[4].startswith(("mb/", "!v/"))
    }
    return tuple(found[name] for name in sorted(found))


def _say_voices(told: str) -> tuple[VoiceInfo, ...]:
    rows = (re.match(r"(.+?)\s+([a-z]{2,3}[_-]\w+)\s+#\s*(.*)", row) for row in told.splitlines())
    return tuple(VoiceInfo(row[1], row[2].replace("_", "-").lower(), row[3]) for row in rows if row)


def _pico_voices(_: str) -> tuple[VoiceInfo, ...]:
    names = ("de-DE", "en-GB", "en-US", "es-ES", "fr-FR", "it-IT")
    return tuple(VoiceInfo(name, name.lower(), "a woman's voice") for name in names)


def _pico_level(rate_wpm: int, _: str) -> str:
    return str(round(100 * rate_wpm / 165))


FLITE: Final = Program(
    "flite",
    ("flite", "-voice", "{voice}", "--setf", "duration_stretch={rate}", "-f", "{text_file}",
     "-o", "{out}"),
    get="get it with: sudo apt install flite",
    usual_rate_wpm=126,
    usual_voice="rms",
    version=("--version",),
    voices=("-lv",),
    read_voices=_flite_voices,
    plain=in_ascii,
    rate=_stretch,
)  # fmt: skip

ESPEAK_NG: Final = Program(
    "espeak-ng",
    ("espeak-ng", "-b", "1", "-v", "{voice}", "-s", "{rate}", "-p", "{pitch}",
     "-f", "{text_file}", "-w", "{out}"),
    get="get it with: sudo apt install espeak-ng",
    usual_rate_wpm=106,
    rates_wpm=(80, 300),
    usual_voice="en-us+f5",
    version=("--version",),
    voices=("--voices",),
    read_voices=_espeak_voices,
    plain=without_marks,
)  # fmt: skip

SAY: Final = Program(
    "say",
    ("say", "-v", "{voice}", "-r", "{rate}", "--file-format=WAVE", "--data-format=LEF32@48000",
     "-f", "{text_file}", "-o", "{out}"),
    get="it comes with macOS, and with no other system",
    usual_rate_wpm=120,
    voices=("-v", "?"),
    read_voices=_say_voices,
    plain=without_marks,
)  # fmt: skip

PICO2WAVE: Final = Program(
    "pico2wave",
    ("pico2wave", "-l", "{voice}", "-w", "{out}", "<speed level='{rate}'>{text}</speed>"),
    get="get it with: sudo apt install libttspico-utils   (on Debian: of its section non-free)",
    usual_voice="en-GB",
    read_voices=_pico_voices,
    plain=_without_tags,
    rate=_pico_level,
)

OWN: Final = Program("command", (), get="write it: with: {run: …}")
"""A program that the maker names; what is run stands in the script."""
