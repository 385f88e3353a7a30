"""Mixing and encoding windows with pydub. Runs in a worker; the only place that knows pydub.

Everything is 32 bit: pydub's 16-bit gain leaves an offset, and its overlay clips at 16 bit. Its
grid of milliseconds is exact at 48 kHz, where a millisecond is 48 frames.
"""

from __future__ import annotations

import functools
import io
import tempfile
import warnings
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import numpy as np

from meditations.errors import MeditationError
from meditations.mix.windows import LEAN_IN, LEAN_OUT, RUN_IN, RUN_OUT, SETTLING, clipped
from meditations.mp3.stream import BITRATE_KBPS, FRAME_BYTES, FRAME_SAMPLES, check_frames
from meditations.programs import ffmpeg, ffmpeg_version
from meditations.quantities import FRAMES_PER_MS, SAMPLE_RATE_HZ
from meditations.sound.beds import read_bed

with warnings.catch_warnings():
    # pydub 0.25.1 looks for an installed ffmpeg as it is imported; it is given ours below.
    warnings.simplefilter("ignore")
    from pydub import AudioSegment
    from pydub.exceptions import CouldntEncodeError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from meditations.mix.windows import Fade, Part, Window
    from meditations.sound.beds import PreparedBed
    from meditations.store import Store
    from meditations.timeline.beds import Curve

CHANNELS: Final = 2
SAMPLE_BYTES: Final = 4 * CHANNELS
"""Of one sample of both channels."""
MOST: Final = np.float32(1 - 2**-24)
"""The largest 32-bit float under full scale."""
WAV_HEAD_BYTES: Final = 44
"""Of a take's file, as speech/takes.py writes it."""
BLANK_MP3_FRAMES: Final = 4
PIECE_FRAMES: Final = SAMPLE_RATE_HZ
"""Beds are mixed a second at a time: what fits the processor's cache is quick, and small."""
_STEPS: Final = np.repeat(np.arange(FRAMES_PER_MS, dtype=np.float32) / FRAMES_PER_MS, CHANNELS)
"""How far each sample of a millisecond is from its beginning, for each channel."""
LAME_LEVEL: Final = 7
"""LAME's speed: half the time of the default, and the smaller error on this material, see
docs/sound.md. 0 is the slowest."""
LAME_OPTIONS: Final = (
    "-compression_level", str(LAME_LEVEL),
    "-reservoir", "0",  # frames that lean on no other one can be joined
    "-write_xing", "0",  # the joined file gets a header of its own
    "-id3v2_version", "0",
    "-map_metadata", "-1",
)  # fmt: skip


def encoder_name() -> str:
    """All that the bytes of a window depend on besides its content."""
    return f"ffmpeg {ffmpeg_version()} libmp3lame {BITRATE_KBPS}k {' '.join(LAME_OPTIONS)}"


def make_windows(
    keys: Mapping[Window, str],
    takes: Mapping[str, Path],
    beds: Mapping[str, PreparedBed],
    store: Store,
) -> list[Path]:
    """Mixes and encodes windows and keeps the MP3 frames of each.

    One ffmpeg encodes them all, one after the other: starting it takes as long as 4 s of sound.
    What one gives does not depend on what went before it: see `windows.RUN_IN` and `_blank`.

    Args:
        keys: What sounds in each, and under which key it is kept.
        takes: The files of the takes, by key.
        beds: The prepared beds and clips, by key.
        store: Where they are kept.

    Raises:
        MeditationError: If a sound has vanished, the disk is full, or ffmpeg fails.
    """
    kept: dict[Window, list[slice]] = {}

    def fill(samples: NDArray[np.int32]) -> int:
        filled = 0
        for window in keys:
            samples[filled : filled + len(_blank())] = _blank()
            filled += len(_blank())
            room = samples[filled : filled + window.frames]
            _mix_into(room, window, takes, beds)
            heard, kept[window] = own_part(room, window, filled // FRAME_SAMPLES)
            filled += heard
        return filled

    most = sum(len(_blank()) + window.frames for window in keys)
    frames = encode(_filled(most, fill))
    files = []
    for window, key in keys.items():
        wanted = b"".join(frames[span] for span in kept[window])
        check_frames(wanted, window.kept_frames, "ffmpeg")
        files.append(store.keep(key, ".mp3", partial(_write, wanted)))
    return files


@functools.cache
def _blank() -> NDArray[np.int32]:
    """A short noise that is encoded before each window, and thrown away.

    LAME begins each frame where the one before it ended, and passes over digital silence. So what
    follows silence would depend on what sounded before that, in whatever window.
    """
    count = np.arange(BLANK_MP3_FRAMES * FRAME_SAMPLES * CHANNELS, dtype=np.uint32)
    return (count * count * np.uint32(2_654_435_761)).view(np.int32).reshape(-1, CHANNELS) >> 1


def _write(wanted: bytes, beside: Path) -> None:
    beside.write_bytes(wanted)


def own_part(samples: NDArray[np.int32], window: Window, encoded: int) -> tuple[int, list[slice]]:
    """How many of a window's samples are encoded, and which bytes of all that comes out it keeps.

    Samples that are left out are overwritten by those that follow.

    Args:
        samples: Those of the window.
        window: What sounds in them.
        encoded: So many MP3 frames are encoded before it.
    """
    kept = []
    heard = 0
    for first, end in window.spans:
        settled = max(SETTLING - heard // FRAME_SAMPLES, LEAN_IN)
        before = min(settled, first + RUN_IN) if first else RUN_IN
        after = LEAN_OUT if end < window.mp3_frames else RUN_OUT
        part = samples[_place(first - before) : _place(end + after)]
        if window.left_out:
            samples[heard : heard + len(part)] = part
        heard += len(part)
        begin = encoded + before
        kept.append(slice(begin * FRAME_BYTES, (begin + end - first) * FRAME_BYTES))
        encoded += before + end - first + after
    return heard, kept


def mix(window: Window, takes: Mapping[str, Path], beds: Mapping[str, PreparedBed]) -> AudioSegment:
    """The sound of a window, all of it: beds first, speech laid over them."""

    def fill(samples: NDArray[np.int32]) -> int:
        _mix_into(samples, window, takes, beds)
        return window.frames

    return _filled(window.frames, fill)


def _filled(frames: int, fill: Callable[[NDArray[np.int32]], int]) -> AudioSegment:
    """A segment whose samples `fill` writes into an array of `frames`, telling how many they are.

    pydub takes bytes alone. These become bytes where they lie: a copy would double what a worker
    needs at the most.
    """
    memory = io.BytesIO(bytes(frames * SAMPLE_BYTES))
    with memory.getbuffer() as view:
        filled = fill(np.frombuffer(view, "<i4").reshape(-1, CHANNELS))
    memory.truncate(filled * SAMPLE_BYTES)
    return _segment(memory.getvalue())


def _mix_into(
    samples: NDArray[np.int32],
    window: Window,
    takes: Mapping[str, Path],
    beds: Mapping[str, PreparedBed],
) -> None:
    if not window.parts:
        samples[:] = 0
    for begin in range(0, window.frames, PIECE_FRAMES) if window.parts else ():
        piece = samples[begin : begin + PIECE_FRAMES]
        ground = np.zeros(piece.shape, np.float32)
        for part in window.parts:
            _lay(ground, begin, part, beds[part.bed_key])
        piece[:] = _whole_numbers(ground)
    for placed in window.takes:
        _overlay(samples, _read_take(takes[placed.take_key]), placed.start_frame)


def _place(mp3_frame: int) -> int:
    """Where in a window's samples an MP3 frame of it begins, the encoder's delay aside."""
    return (RUN_IN + mp3_frame) * FRAME_SAMPLES


def _overlay(samples: NDArray[np.int32], take: AudioSegment, start_frame: int) -> None:
    """Lays a take over its place. pydub copies all it is given, so it is given no more."""
    begin, end = max(start_frame, 0), min(start_frame + int(take.frame_count()), len(samples))
    if begin >= end:
        return
    if begin > start_frame:
        take = take[(begin - start_frame) // FRAMES_PER_MS :]
    mixed = _segment(samples[begin:end].tobytes()).overlay(take)
    samples[begin:end] = np.frombuffer(mixed.raw_data, "<i4").reshape(-1, CHANNELS)


def encode(segment: AudioSegment) -> bytes:
    """The MP3 frames of a segment, bare: no header, no tag, no bit reservoir."""
    AudioSegment.converter = str(ffmpeg())
    target = Path(tempfile.gettempdir()) / f"window-{uuid4().hex}.mp3"
    try:
        segment.export(
            target, format="mp3", codec="libmp3lame", bitrate=f"{BITRATE_KBPS}k",
            parameters=list(LAME_OPTIONS),
        ).close()  # fmt: skip
        return target.read_bytes()
    except CouldntEncodeError as error:
        last = str(error).strip().splitlines()[-1:]
        raise MeditationError(
            f"ffmpeg could not encode a window: {last[0][:200] if last else 'no reason given'}",
            mend="see what is wrong with: meditations doctor",
        ) from None
    finally:
        target.unlink(missing_ok=True)


def _whole_numbers(samples: NDArray[np.float32]) -> NDArray[np.int32]:
    # In place and in 32-bit floats: their 24 bits are far below what any listener hears.
    np.clip(samples, -1.0, MOST, out=samples)
    np.multiply(samples, np.float32(2**31), out=samples)
    return samples.astype("<i4")


def silence(length_ms: int) -> AudioSegment:
    """Silence in the format of the mix."""
    return _segment(bytes(length_ms * FRAMES_PER_MS * SAMPLE_BYTES))


def _segment(samples: bytes) -> AudioSegment:
    return AudioSegment(data=samples, sample_width=4, frame_rate=SAMPLE_RATE_HZ, channels=CHANNELS)


@functools.lru_cache(maxsize=4)
def _read_take(file: Path) -> AudioSegment:
    # numpy reads it, and puts it on both sides: pydub's own way takes six times as long.
    try:
        mono = np.fromfile(file, "<i4", offset=WAV_HEAD_BYTES)
    except OSError:
        mono = np.zeros(0, "<i4")
    if not len(mono):
        raise MeditationError(
            "a take has vanished from the store while the track was built",
            mend="build again: it will be spoken anew",
            file=file,
        )
    return _segment(np.repeat(mono, CHANNELS).tobytes())


def _lay(ground: NDArray[np.float32], start: int, part: Part, bed: PreparedBed) -> None:
    """Adds a bed to `ground`, which begins at frame `start`, with its gain and its fades."""
    begin, end = max(part.start_frame, start), min(part.end_frame, start + len(ground))
    if begin >= end:
        return
    try:
        sound = read_bed(bed, part.phase_frame + begin, end - begin)
    except OSError:
        raise MeditationError(
            "a background has vanished from the store while the track was built",
            mend="build again: it will be prepared anew",
            file=bed.file,
        ) from None
    sound *= _amplitude(part, begin, end)
    if part.pan:
        # Equal in power: what one side loses the other gains.
        turn = (part.pan + 1) * np.pi / 4
        sound *= np.array([np.cos(turn), np.sin(turn)], np.float32) * np.float32(2**0.5)
    ground[begin - start : end - start] += sound


def _amplitude(part: Part, begin: int, end: int) -> NDArray[np.float32] | np.float32:
    """The factor on a bed: (n, CHANNELS), or one number where nothing changes.

    Worked out once a millisecond, and straight in between: far finer than any fade.
    """
    gain = clipped(part.gain, begin, end)
    fades = [fade for fade in part.fades if not _is_over(fade, begin, end)]
    if len(gain) == 1 and not fades:
        return np.float32(10 ** (gain[0][1] / 20))
    first, last = begin // FRAMES_PER_MS, -(-end // FRAMES_PER_MS)
    frames = np.arange(first, last + 1) * FRAMES_PER_MS
    coarse = 10 ** (_on_curve(gain, frames) / 20)
    for fade in fades:
        share = np.clip((frames - fade.start_frame) / (fade.end_frame - fade.start_frame), 0, 1)
        coarse *= np.sin(np.pi / 2 * (share if fade.rising else 1 - share))
    edges = coarse.astype(np.float32)
    fine = (edges[:-1, None] + np.diff(edges)[:, None] * _STEPS).reshape(-1, CHANNELS)
    cut = begin - first * FRAMES_PER_MS
    return np.asarray(fine[cut : cut + end - begin], np.float32)


def _is_over(fade: Fade, begin: int, end: int) -> bool:
    """Whether a fade leaves the sound between two frames as it is."""
    return fade.end_frame <= begin if fade.rising else fade.start_frame >= end


def _on_curve(curve: Curve, frames: NDArray[np.int64]) -> NDArray[np.float64]:
    places, values = zip(*curve, strict=True)
    return np.asarray(np.interp(frames, places, values))
