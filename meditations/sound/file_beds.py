"""Beds from files: decoded, trimmed of silence, closed to a loop, and measured as they are heard.

A file may be an hour long, which is 1.4 GB of samples: it goes from ffmpeg to the disk, and from
there through here in pieces of a few seconds. Only its two ends are held whole (`loops.py`).
"""

from __future__ import annotations

import functools
import os
import re
from typing import TYPE_CHECKING, Final

import numpy as np

from meditations.errors import MeditationError, from_os_error
from meditations.programs import run_ffmpeg
from meditations.quantities import SAMPLE_RATE_HZ
from meditations.sound.ends import CHANNELS, FRAME_BYTES, LEVEL_FRAMES
from meditations.sound.loops import close_loop, find_loop
from meditations.sound.loudness import BLOCK_STEPS, STEP_FRAMES, from_lufs
from meditations.sound.sound_files import (
    CUT_S,
    CUT_SHARE,
    FORMATS,
    NO_PLAYLIST,
    is_endless_wav,
    promised_s,
)

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

LONGEST_S: Final = 3600
"""Of a longer file the first hour is used; it then loops."""
SHORTEST_S: Final = 0.5
BLOCK_FRAMES: Final = 10 * SAMPLE_RATE_HZ
"""Sound is read in pieces of 10 s (3.8 MB)."""
TRIM_DB: Final = -50.0
"""What is so far under the sound's own level, at either end, is silence."""
SILENCE_DBFS: Final = -90.0
"""And so is what lies under this, whatever the sound: the last bit of 16."""
RUMBLE_HZ: Final = 8.0
"""What lies lower is nothing that sounds: wind on the microphone, an offset."""
CODEC_CUTOFF_HZ: Final = 17_000
"""Beds are measured without what lies over this: LAME leaves it out at 128 kbit/s.

It cuts at 16.5 kHz, but takes a little less from noise than from tones in what it keeps. With
this figure noises from brown to violet, tones and mixtures come out alike within 0.3 LU; without
it within 3 LU (docs/file-beds.md).
"""

_READING: Final = ("-t", str(LONGEST_S), *NO_PLAYLIST)
"""How a file is read: the first hour, and never as a playlist, which names further files."""
_ANOTHER: Final = "put a fresh copy of it into sounds/, or name another"
_VANISHED: Final = "put it back, leave it there while the track is built, and build again"


def write_loop(name: str, file: Path, raw: Path, window_frames: int) -> int:
    """Decodes a sound file, cuts silence off both its ends, and closes it to a loop.

    Args:
        name: How the script calls it, for messages.
        file: Of any rate and number of channels.
        raw: Where the loop is written: 32-bit floats, interleaved stereo, 48 kHz, no header.
        window_frames: A loop of which a few fit a few windows is taken where it costs little.

    Returns:
        The length of the loop in frames.

    Raises:
        MeditationError: If the file is gone, is no sound, cannot be decoded, is cut off, silent,
            or too short to loop; or if the disk is full. It names the file, and how to mend it.
    """
    try:
        return _write_loop(name, file, raw, window_frames)
    except OSError as error:
        raise from_os_error(error, f"preparing the background '{name}'") from None


def _write_loop(name: str, file: Path, raw: Path, window_frames: int) -> int:
    _decode(name, file, raw)
    levels = _levels(name, raw)
    _refuse_truncated(name, file, raw.stat().st_size // FRAME_BYTES)
    first, last = _sounding(levels)
    if first == last:
        raise MeditationError(f"the background '{name}' is silent", mend=_ANOTHER)
    seconds = (last - first) * LEVEL_FRAMES / SAMPLE_RATE_HZ
    if seconds < SHORTEST_S:
        trimmed = " without the silence around it" if last - first < len(levels) else ""
        raise MeditationError(
            f"the background '{name}' lasts {seconds:.2f} s{trimmed}, too short to loop",
            mend=f"choose one of {SHORTEST_S:g} s and more; a minute and more is better",
        )
    first_frame = first * LEVEL_FRAMES
    loop = find_loop(raw, first_frame, levels[first:last], window_frames)
    close_loop(raw, first_frame, loop)
    return loop.period_frames


def measure_bed(raw: Path) -> tuple[float, ...]:
    """How loud a loop will be heard, after the codec: one figure for each 100 ms of it.

    Each is the K-weighted mean square (BS.1770-4, both channels added) of 400 ms from there on,
    around the end of the loop where need be. Measured by ffmpeg's ebur128.
    """
    steps = max(round(raw.stat().st_size / FRAME_BYTES / STEP_FRAMES), 1)
    told = run_ffmpeg(
        ["-v", "error", "-f", "f32le", "-ar", str(SAMPLE_RATE_HZ), "-ac", str(CHANNELS),
         "-stream_loop", "-1", "-t", f"{(steps + BLOCK_STEPS) / 10:.1f}", "-i", f"file:{raw}",
         "-af", f"firequalizer=gain='if(lt(f,{CODEC_CUTOFF_HZ}),0,-90)':delay=0.005,"
         "ebur128=metadata=1,ametadata=print:key=lavfi.r128.M:file=-", "-f", "null", "-"],
        doing="measuring the background",
    )  # fmt: skip
    momentary = [float(value) for value in _MOMENTARY.findall(told)][BLOCK_STEPS - 1 :][:steps]
    return tuple(float(f"{from_lufs(lufs):.5g}") if lufs > -120 else 0.0 for lufs in momentary)


_MOMENTARY: Final = re.compile(r"lavfi\.r128\.M=(-?[\d.]+|-?inf|nan)")


def _decode(name: str, file: Path, raw: Path) -> None:
    if not file.is_file():
        what = "is a folder" if file.is_dir() else "has vanished while the track was built"
        mend = f"name a sound file in it ({FORMATS})" if file.is_dir() else _VANISHED
        raise MeditationError(f"the background '{name}' {what}", mend=mend)
    # One that was written into a pipe always ends too early for what it says.
    strict = [] if is_endless_wav(file) else ["-xerror"]
    try:
        run_ffmpeg(
            ["-v", "error", *strict, *_READING, "-i", f"file:{file}", "-map", "0:a:0",
             "-af", f"{_resampler()},"
             f"aformat=sample_fmts=flt:channel_layouts=stereo,highpass=f={RUMBLE_HZ}:r=f64",
             "-f", "f32le", "-y", f"file:{raw}"],
            doing="decoding",
        )  # fmt: skip
    except MeditationError as error:
        decoded_s = raw.stat().st_size / FRAME_BYTES / SAMPLE_RATE_HZ if raw.exists() else 0.0
        raise _undecoded(name, file, error.what, decoded_s) from None


@functools.cache
def _resampler() -> str:
    """The better of ffmpeg's two resamplers, where it was built with it."""
    if "--enable-libsoxr" in run_ffmpeg(["-buildconf"]):
        return f"aresample={SAMPLE_RATE_HZ}:resampler=soxr"
    return f"aresample={SAMPLE_RATE_HZ}:filter_size=64:cutoff=0.97"


def _undecoded(name: str, file: Path, told: str, decoded_s: float) -> MeditationError:
    """Why a file could not be decoded."""
    if not file.is_file():
        what, mend = "has vanished while the track was built", _VANISHED
    elif not os.access(file, os.R_OK):
        what, mend = "may not be read", "give yourself permission to read the file"
    elif "No space left" in told:
        what = "does not fit on the disk while it is worked on"
        mend = "make room on the disk, or set TMPDIR to a folder with more, and build again"
    else:
        what, mend = _why_not(file)
        if not what:
            mend, what = _ANOTHER, "cannot be read as sound"
            if decoded_s:
                what = f"is cut off or damaged after {decoded_s:.1f} s"
    return MeditationError(f"the background '{name}' {what}", mend=mend)


def _why_not(file: Path) -> tuple[str, str]:
    """What ffmpeg says of the file that explains why it cannot be decoded, and how to mend it."""
    try:
        told = run_ffmpeg(
            ["-v", "info", *_READING, "-i", f"file:{file}", "-t", "0", "-map", "0",
             "-c", "copy", "-f", "null", "-"],
        )  # fmt: skip
    except MeditationError:
        mend = (
            f"choose a sound file: {FORMATS}\nif it is one, it is damaged: get a fresh copy of it"
        )
        return "cannot be read as sound", mend
    sound = re.search(r"Stream #0:\d+.*: Audio: (.*)", told)
    if sound is None:
        return "holds no sound, only pictures", f"choose a sound file: {FORMATS}"
    if re.match(r"none\b|unknown\b", sound[1]) or "drms" in sound[1]:
        what = "is coded in a way that cannot be read here; it may be copy-protected"
        return what, f"export it anew as {FORMATS}"
    if channels := re.search(r"\b(\d+) channels", sound[1]):
        what = f"has {channels[1]} channels that do not say what is left and what is right"
        return what, "mix it down to stereo first"
    return "", ""


def _refuse_truncated(name: str, file: Path, frames: int) -> None:
    """A header that promises more than there is: decoders say nothing of it."""
    whole_s, here_s = min(promised_s(file), LONGEST_S), frames / SAMPLE_RATE_HZ
    if here_s < whole_s * CUT_SHARE - CUT_S:
        raise MeditationError(
            f"the background '{name}' is cut off: {here_s:.1f} s of {whole_s:.1f} s are there",
            mend=_ANOTHER,
        )


def _levels(name: str, raw: Path) -> NDArray[np.float64]:
    """Mean squares of a sound, both channels added, for each whole 10 ms of it."""
    found = [np.empty(0)]
    with raw.open("rb") as stream:
        while len(block := np.fromfile(stream, "<f4", BLOCK_FRAMES * CHANNELS)):
            whole = len(block) // (LEVEL_FRAMES * CHANNELS) * LEVEL_FRAMES * CHANNELS
            pieces = block[:whole].reshape(-1, LEVEL_FRAMES * CHANNELS)
            sums = np.einsum("ij,ij->i", pieces, pieces)
            found.append(sums.astype(np.float64) / LEVEL_FRAMES)
    levels = np.concatenate(found)
    if not np.isfinite(levels).all():
        raise MeditationError(
            f"the background '{name}' is damaged: some of its samples are no numbers",
            mend=_ANOTHER,
        )
    return levels


def _sounding(levels: NDArray[np.float64]) -> tuple[int, int]:
    """Where a sound begins and ends, in steps of 10 ms; the same twice for silence."""
    floor = 2 * 10 ** (SILENCE_DBFS / 10)
    loud = levels[levels > floor]
    if not len(loud):
        return 0, 0
    level = float(np.mean(loud[loud >= 0.1 * np.mean(loud)]))
    sounding = np.flatnonzero(levels > max(floor, level * 10 ** (TRIM_DB / 10)))
    return int(sounding[0]), int(sounding[-1]) + 1
