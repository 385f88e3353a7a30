"""Decoding any part of a track alone, to the sample.

A track of this project is a row of frames of 384 bytes that lean on nothing before them but the
decoder's own memory, so a part is decoded by itself after a run-in. Another MP3 is decoded whole
first, and its parts are read from there.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from meditations.errors import MeditationError
from meditations.mp3.stream import (
    DECODER_DELAY,
    ENCODER_DELAY,
    FRAME_BYTES,
    FRAME_HEAD,
    FRAME_SAMPLES,
)
from meditations.programs import ffmpeg_output, run_ffmpeg
from meditations.quantities import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BufferedReader
    from pathlib import Path

    from numpy.typing import NDArray

CHANNELS: Final = 2
SAMPLE_BYTES: Final = 2 * CHANNELS
"""16 bit, as most players decode; what is over full scale is clipped as it is there."""
DELAY: Final = ENCODER_DELAY + DECODER_DELAY
RUN_IN: Final = 2
"""Frames decoded and thrown away: after one, the decoder gives the same samples as one that came
from the start (tried on frames all over two tracks)."""
_RAW: Final = ("-f", "s16le", "-ar", str(SAMPLE_RATE_HZ), "-ac", str(CHANNELS))


@dataclass(frozen=True, slots=True)
class Source:
    """Where a track's sound is decoded from.

    Attributes:
        file: The MP3, or its samples where it had to be decoded whole.
        start_byte: Where the first frame lies that sounds.
        mp3_frames: How many there are; 0 where the file holds samples.
        frames: Samples per channel that there should be, by the header.
    """

    file: Path
    start_byte: int
    mp3_frames: int
    frames: int


def open_source(mp3: Path, scratch: Path) -> tuple[Source, bool]:
    """How to decode `mp3`, and whether it is laid out as the tracks of this project.

    Raises:
        MeditationError: If it is no sound that can be decoded.
    """
    found = _laid_out(mp3)
    if found:
        return found, True
    raw = scratch / "sound.s16"
    run_ffmpeg(
        ["-v", "error", "-i", f"file:{mp3}", "-map", "0:a:0", *_RAW, "-y", str(raw)],
        doing=f"decoding {mp3.name}",
    )
    return Source(raw, 0, 0, raw.stat().st_size // SAMPLE_BYTES), False


def tag_bytes(head: bytes) -> int:
    """The size of the ID3 tag that a file begins with, its header included; 0 without one."""
    if len(head) < 10 or not head.startswith(b"ID3"):
        return 0
    return 10 + (head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9])


def _laid_out(mp3: Path) -> Source | None:
    """The frames of a track with an Info header and constant bitrate, without a gap."""
    with mp3.open("rb") as stream:
        tag = tag_bytes(stream.read(10))
        stream.seek(tag)
        body = np.fromfile(stream, np.uint8)
    count = len(body) // FRAME_BYTES
    rows = body[: count * FRAME_BYTES].reshape(-1, FRAME_BYTES)
    if count < 2 or len(body) % FRAME_BYTES or bytes(rows[0, 36:40]) != b"Info":
        return None
    if (rows[:, : len(FRAME_HEAD)] != np.frombuffer(FRAME_HEAD, np.uint8)).any():
        return None
    total = int.from_bytes(bytes(rows[0, 44:48]), "big")
    delays = int.from_bytes(bytes(rows[0, 177:180]), "big")
    samples = total * FRAME_SAMPLES - (delays >> 12) - (delays & 0xFFF)
    return Source(mp3, tag + FRAME_BYTES, count - 1, samples) if samples > 0 else None


Reader = Callable[["NDArray[np.int16]"], int]
"""Fills an array of shape (n, 2) with the samples that come next, and tells how many there were."""


@contextlib.contextmanager
def decoded(source: Source, first: int, last: int) -> Iterator[Reader]:
    """What reads the samples from `first` up to `last` in order, as much at a time as one likes.

    Raises:
        MeditationError: If ffmpeg cannot be started, or does not end.
    """
    with source.file.open("rb") as stream:
        if not source.mp3_frames:
            stream.seek(first * SAMPLE_BYTES)
            yield partial(_fill, stream)
            return
        begin = max((first + DELAY) // FRAME_SAMPLES - RUN_IN, 0)
        end = min(-(-(last + DELAY) // FRAME_SAMPLES), source.mp3_frames)
        stream.seek(source.start_byte + begin * FRAME_BYTES)
        # The plain way hands each frame of 24 ms through six threads. A source filter decodes in
        # one, and what it gives is passed on a second at a time: a third of the time.
        graph = (
            f"amovie=pipe\\\\:0:f=mp3,atrim=end_sample={max(end - begin, 0) * FRAME_SAMPLES},"
            "aformat=sample_fmts=s16:channel_layouts=stereo,asetnsamples=n=48000:p=0"
        )
        arguments = ["-v", "error", "-f", "lavfi", "-i", graph, "-c", "copy", "-f", "s16le", "-"]
        with ffmpeg_output(arguments, stream, doing="decoding") as sound:
            sound.read((first + DELAY - begin * FRAME_SAMPLES) * SAMPLE_BYTES)
            yield partial(_fill, sound)


def _fill(stream: BufferedReader, samples: NDArray[np.int16]) -> int:
    into: Any = samples.reshape(-1).view(np.uint8)
    return stream.readinto(into) // SAMPLE_BYTES


def refuse_missing(mp3: Path) -> None:
    """Says that a track is not there.

    Raises:
        MeditationError: If it is not.
    """
    if not mp3.is_file():
        raise MeditationError(
            "there is no such track", mend="build it with: meditations build", file=mp3
        )
