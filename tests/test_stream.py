"""The MP3 stream: frames that are counted, and a header that gives the exact length."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import Any, Final

import mutagen.mp3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meditations.errors import MeditationError
from meditations.mp3.stream import (
    BITRATE_KBPS,
    DECODER_DELAY,
    ENCODER_DELAY,
    FRAME_BYTES,
    FRAME_HEAD,
    FRAME_MS,
    FRAME_SAMPLES,
    Row,
    check_frames,
    frame_count,
    info_frame,
    join,
)

EMPTY: Final = FRAME_HEAD + b"\x44" + bytes(FRAME_BYTES - 4)
"""A frame of joint stereo that holds nothing."""
LONGEST: Final = 24 * 3600 * 48_000


def test_a_frame_is_a_whole_number_of_bytes_and_of_milliseconds() -> None:
    """At 128 kbit/s and 48 kHz place in the file and place in time are one thing."""
    assert FRAME_BYTES * 8 * 48_000 == BITRATE_KBPS * 1000 * FRAME_SAMPLES
    assert FRAME_MS * 48 == FRAME_SAMPLES


@given(st.integers(0, LONGEST))
def test_frames_hold_the_sound_and_the_delays(samples: int) -> None:
    """As few frames as hold every sample behind the delays of encoder and decoder."""
    held = frame_count(samples) * FRAME_SAMPLES
    needed = samples + ENCODER_DELAY + DECODER_DELAY
    assert needed <= held < needed + FRAME_SAMPLES


@pytest.mark.parametrize(("samples", "frames"), [(0, 1), (47, 1), (48, 2), (1_199, 2), (1_200, 3)])
def test_frame_count(samples: int, frames: int) -> None:
    """The count steps where one more sample needs one more frame."""
    assert frame_count(samples) == frames


@given(st.integers(0, LONGEST))
def test_the_header_tells_the_exact_length(samples: int) -> None:
    """Frames, delay and padding, read as players read them, give back the number of samples."""
    frame = info_frame(samples, EMPTY)
    assert len(frame) == FRAME_BYTES
    assert frame[:4] == EMPTY[:4]
    mark, flags, total, size = struct.unpack(">4sIII", frame[36:52])
    assert (mark, flags) == (b"Info", 0b1111)
    assert size == (total + 1) * FRAME_BYTES
    assert frame[156:165] == b"LAME3.100"
    delays = int.from_bytes(frame[177:180], "big")
    delay, padding = delays >> 12, delays & 0xFFF
    assert delay == ENCODER_DELAY
    assert total * FRAME_SAMPLES - delay - padding == samples
    assert padding >= DECODER_DELAY
    assert int.from_bytes(frame[184:188], "big") == size


def test_the_header_s_other_fields() -> None:
    """Constant bitrate, its rate, the source's rate and the channels stand where LAME puts them."""
    frame = info_frame(48_000, EMPTY)
    assert frame[165] == 0x01  # tag revision 0, method 1: constant bitrate
    assert frame[166] == 170  # low-pass at 17 kHz
    assert frame[176] == BITRATE_KBPS
    assert frame[180] >> 6 == 2  # 48 kHz
    assert frame[180] >> 2 & 0b111 == 3  # joint stereo
    assert not any(frame[4:36])
    assert not any(frame[192:])


def test_the_table_of_contents_is_linear() -> None:
    """At constant bitrate a hundredth of the time is a hundredth of the bytes, in 256 steps."""
    contents = info_frame(10 * 48_000, EMPTY)[52:152]
    assert all(abs(place - 2.56 * n) < 1 for n, place in enumerate(contents))
    assert contents[0] == 0
    assert sorted(contents) == list(contents)


@pytest.mark.parametrize("samples", [0, 48_000, 30_016 * 48])
def test_the_header_checks_itself(samples: int) -> None:
    """The tag's checksum is CRC-16 (ARC) over what stands before it."""
    frame = info_frame(samples, EMPTY)
    register = 0
    for bit in (byte >> shift & 1 for byte in frame[:190] for shift in range(8)):
        register = register >> 1 ^ (0xA001 if (register ^ bit) & 1 else 0)
    assert int.from_bytes(frame[190:192], "big") == register


def stream(tmp_path: Path, *frames: int) -> list[Row]:
    """Rows of so many frames, each in a file that holds another one before and behind it."""
    rows = []
    for number, count in enumerate(frames):
        rows.append(Row(tmp_path / f"{number}.mp3", 1, count))
        rows[-1].file.write_bytes(EMPTY[:-1] + b"x" + EMPTY * count + EMPTY[:-1] + b"y")
    return rows


def test_a_joined_stream_is_read_by_others(tmp_path: Path) -> None:
    """mutagen reads the exact length, a constant bitrate, the rate and the channels."""
    samples = 10 * 48_000 + 17
    target = io.BytesIO()
    join(samples, stream(tmp_path, 300, frame_count(samples) - 300), target)
    assert len(target.getvalue()) == (frame_count(samples) + 1) * FRAME_BYTES
    target.seek(0)
    info: Any = mutagen.mp3.MP3(target).info
    assert info.length == pytest.approx(samples / 48_000, abs=1e-6)
    assert (info.bitrate, info.sample_rate, info.channels) == (128_000, 48_000, 2)
    assert info.bitrate_mode == mutagen.mp3.BitrateMode.CBR


def test_windows_follow_the_header_in_order(tmp_path: Path) -> None:
    """Behind the header stand the frames of all rows, and nothing else of their files."""
    one, other, last = (EMPTY[:-1] + letter for letter in (b"a", b"b", b"c"))
    first, second = tmp_path / "first.mp3", tmp_path / "second.mp3"
    first.write_bytes(one + other)
    second.write_bytes(one + last)
    target = io.BytesIO()
    join(48, [Row(first, 1, 1), Row(second, 1, 1)], target)
    assert target.getvalue() == info_frame(48, EMPTY) + other + last


@pytest.mark.parametrize("frames", [(), (1,), (2, 1)])
def test_windows_that_do_not_add_up_are_refused(frames: tuple[int, ...], tmp_path: Path) -> None:
    """A missing or superfluous window is an error, never a track that is cut off."""
    with pytest.raises(MeditationError, match="where 2 MP3 frames belong"):
        join(48, stream(tmp_path, *frames), io.BytesIO())


def test_whole_frames_pass_the_check() -> None:
    """What is as many frames as it should be is given back."""
    assert check_frames(EMPTY * 3, 3, "it") == EMPTY * 3


@pytest.mark.parametrize(
    "data",
    [
        b"", EMPTY * 2, EMPTY * 4, (EMPTY * 3)[:-1], b"x" + EMPTY * 3, bytes(3 * FRAME_BYTES),
        EMPTY * 2 + bytes(FRAME_BYTES), EMPTY + bytes(FRAME_BYTES) + EMPTY,
        b"\xff\xfb\x90\x44" + EMPTY[4:] + EMPTY * 2,
    ],
    ids=range(9),
)  # fmt: skip
def test_other_bytes_do_not_pass_the_check(data: bytes) -> None:
    """Too few, too many, shifted, or frames of another kind: none of it is taken for frames."""
    with pytest.raises(MeditationError, match=r"it gave \d+ bytes where 3 MP3 frames belong"):
        check_frames(data, 3, "it")
