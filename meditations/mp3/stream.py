"""Joining windows into one MP3 of constant bitrate, with a header that gives its exact length.

Layout after ISO/IEC 11172-3 (frames) and the LAME tag's specification (the Info header).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from meditations.errors import MeditationError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from typing import BinaryIO

FRAME_SAMPLES: Final = 1152
FRAME_BYTES: Final = 384
"""At 128 kbit/s and 48 kHz every frame has as many bytes: byte offset and time are one thing."""
FRAME_MS: Final = 24
BITRATE_KBPS: Final = 128
FRAME_HEAD: Final = b"\xff\xfb\x94"
"""MPEG 1, layer III, no checksum; 128 kbit/s, 48 kHz, no padding. The fourth byte varies."""
ENCODER_DELAY: Final = 576
DECODER_DELAY: Final = 529


def frame_count(samples: int) -> int:
    """How many frames hold `samples` together with what encoder and decoder delay."""
    return -(-(samples + ENCODER_DELAY + DECODER_DELAY) // FRAME_SAMPLES)


def check_frames(data: bytes, frames: int, source: str) -> bytes:
    """`data`, made sure to be that many frames.

    Raises:
        MeditationError: If it is not.
    """
    heads = {data[n * FRAME_BYTES :][:3] for n in (0, frames // 2, frames - 1)}
    if len(data) != frames * FRAME_BYTES or heads != {FRAME_HEAD}:
        raise MeditationError(
            f"{source} gave {len(data)} bytes where {frames} MP3 frames belong",
            mend="see what is wrong with: meditations doctor",
        )
    return data


def info_frame(samples: int, sample_frame: bytes) -> bytes:
    """The frame in front that tells players the exact length, and what to leave out.

    Args:
        samples: The length of the sound, per channel.
        sample_frame: Any frame of the stream, for its header bytes.
    """
    total = frame_count(samples)
    padding = total * FRAME_SAMPLES - samples - ENCODER_DELAY
    frame = bytearray(FRAME_BYTES)
    frame[:4] = sample_frame[:4]
    toc = bytes(256 * n // 100 for n in range(100))
    # Flags 15: frames, bytes, table of contents and quality follow.
    size = (total + 1) * FRAME_BYTES
    frame[36:156] = struct.pack(">4sIII100sI", b"Info", 15, total, size, toc, 50)
    # "LAME3.100": with other names decoders do not believe the delay and the padding.
    frame[156:165] = b"LAME3.100"
    frame[165] = 0x01  # revision 0, method 1: constant bitrate
    frame[166] = 170  # low-pass at 17 kHz, in steps of 100 Hz
    frame[176] = BITRATE_KBPS
    frame[177:180] = (ENCODER_DELAY << 12 | padding).to_bytes(3, "big")
    frame[180] = 0b10_0_011_00  # 48 kHz source, settings not unwise, joint stereo
    frame[184:188] = size.to_bytes(4, "big")
    frame[190:192] = _crc16(bytes(frame[:190])).to_bytes(2, "big")
    return bytes(frame)


@dataclass(frozen=True, slots=True)
class Row:
    """MP3 frames one after the other in a file: `mp3_frames` of them, from `first` on."""

    file: Path
    first: int
    mp3_frames: int


def join(samples: int, rows: Iterable[Row], target: BinaryIO) -> None:
    """Writes the header and all frames to `target`.

    Raises:
        MeditationError: If they do not add up to the track.
    """
    written = 0
    for row in rows:
        with row.file.open("rb") as stream:
            stream.seek(row.first * FRAME_BYTES)
            data = stream.read(row.mp3_frames * FRAME_BYTES)
        if not written:
            target.write(info_frame(samples, data[:FRAME_BYTES]))
        target.write(data)
        written += len(data)
    if written != frame_count(samples) * FRAME_BYTES:
        raise MeditationError(
            f"the windows come to {written} bytes where {frame_count(samples)} MP3 frames belong",
            mend="make them anew with: meditations build --force",
        )


def _crc16(data: bytes) -> int:
    """CRC-16 with the polynomial 0x8005, bits reflected, as the LAME tag uses it."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
    return crc
