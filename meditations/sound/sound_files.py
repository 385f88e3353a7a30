"""Sound files of any kind: what they promise in their headers, and their samples as one channel."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import numpy as np

from meditations.errors import MeditationError
from meditations.programs import run_ffmpeg

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

FORMATS: Final = "WAV, FLAC, MP3, OGG or M4A"
NO_PLAYLIST: Final = (
    "-format_whitelist", "wav,w64,flac,mp3,ogg,mov,aiff,au,aac,caf,matroska,avi,mpegts,asf,amr",
)  # fmt: skip
"""Lets ffmpeg read sounds, and never a playlist, which names further files."""
LOWEST_RATE_HZ: Final = 8_000
DECODING_S: Final = 120.0
"""How long decoding may take: an hour of sound takes some ten seconds."""
CUT_SHARE, CUT_S = 0.98, 0.2
"""What ends so much sooner than its header says is cut off."""
_NO_LENGTH: Final = 0x7FFFF000
"""A WAV file that tells of this many bytes or more was written without knowing its length."""
_AU_HEAD: Final = struct.Struct(">4s5I")
_SEEKS_EXACTLY: Final = (".wav", ".flac", ".aif", ".aiff", ".aifc", ".caf", ".au")


def read_mono(
    file: Path, scratch: Path, span_s: tuple[float, float | None] | None = None
) -> tuple[NDArray[np.float32], int]:
    """The samples of a sound file, its channels mixed to one, and its rate in Hz.

    Args:
        file: Of any format that ffmpeg reads, of any rate from 8 kHz and number of channels.
        scratch: A folder for a file in between.
        span_s: From when until when, in seconds, None for its end; all of it by default.

    Raises:
        MeditationError: If it is no sound, cannot be decoded, or ends before its header, or the
            span, says. Without the name of the file.
    """
    raw = scratch / f"decoded-{uuid4().hex}.au"
    # Of a coded sound only decoding tells where a moment lies.
    before: list[str] = []
    behind: list[str] = []
    if span_s:
        start = ["-ss", f"{span_s[0]:.6f}"]
        if span_s[1] is not None:
            start += ["-t", f"{span_s[1] - span_s[0]:.6f}"]
        (before if file.suffix.lower() in _SEEKS_EXACTLY else behind).extend(start)
    strict = [] if is_endless_wav(file) else ["-xerror"]
    fault = ""
    try:
        run_ffmpeg(
            ["-v", "error", *strict, *NO_PLAYLIST, *before, "-i", f"file:{file}", *behind,
             "-map", "0:a:0", "-ac", "1", "-c:a", "pcm_f32be", "-f", "au", "-y", f"file:{raw}"],
            doing="decoding", timeout_s=DECODING_S,
        )  # fmt: skip
    except MeditationError as error:
        fault = error.what.removeprefix("decoding failed: ").replace(f"file:{file}", file.name)
    try:
        with raw.open("rb") as stream:
            _, offset, _, _, rate_hz, _ = _AU_HEAD.unpack(stream.read(_AU_HEAD.size))
            stream.seek(offset)
            samples = np.frombuffer(stream.read(), ">f4").astype(np.float32)
    except (OSError, ValueError, struct.error) as error:
        raise MeditationError(f"no readable sound ({fault or error})") from None
    finally:
        raw.unlink(missing_ok=True)
    if fault:
        raise MeditationError(
            f"a sound that is cut off or damaged after {len(samples) / rate_hz:.1f} s"
        )
    if rate_hz < LOWEST_RATE_HZ:
        raise MeditationError(f"a sound of {rate_hz:,} Hz, where 8,000 are the least")
    promised = promised_s(file) if span_s is None else (span_s[1] or span_s[0]) - span_s[0]
    if len(samples) / rate_hz < promised * CUT_SHARE - CUT_S:
        raise MeditationError(
            f"a sound that is cut off: {len(samples) / rate_hz:.1f} s of {promised:.1f} s are there"
        )
    return samples, rate_hz


def is_endless_wav(file: Path) -> bool:
    """Whether it was written into a pipe, by a program that could not say how long it would be."""
    try:
        with file.open("rb") as stream:
            head = stream.read(12)
    except OSError:
        return False
    told = int.from_bytes(head[4:8], "little")
    return head[:4] == b"RIFF" and head[8:] == b"WAVE" and told >= _NO_LENGTH


def promised_s(file: Path) -> float:
    """How long a file says that it is; 0 where it says nothing, or nothing to rely on."""
    if is_endless_wav(file):
        return 0.0
    import mutagen
    from mutagen.aac import AAC
    from mutagen.mp3 import MP3, BitrateMode

    try:
        told = mutagen.File(file)
        if told is None:
            return 0.0
        promised = float(told.info.length)
    except (mutagen.MutagenError, AttributeError, TypeError, ValueError, ArithmeticError):
        return 0.0
    # Without a header of its own the length of these is guessed from the first frames.
    if isinstance(told, AAC):
        return 0.0
    mode = getattr(told.info, "bitrate_mode", None)
    return 0.0 if isinstance(told, MP3) and mode == BitrateMode.UNKNOWN else promised
