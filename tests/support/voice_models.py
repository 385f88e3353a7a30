"""Tiny voices with the inputs, outputs and files of real ones, whose lengths one can count.

Each phoneme is a tone of its own that lasts a known number of frames; a little noise is laid over
it, drawn as real models draw theirs. What runs them is the real Piper, Kokoro and onnxruntime.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import onnx
import onnx.numpy_helper
import onnx.parser

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Table = NDArray[np.float32]

HOP: Final = 256
PIPER_RATE_HZ: Final = 22_050
SOUND_FRAMES: Final = 6
BLANK_FRAMES: Final = 2
MARK_FRAMES: Final = 4
EDGE_FRAMES: Final = 8
"""Of silence in front of a sentence and behind it, as real voices have."""

# What each model does: numbers of phonemes become frames, and each frame a tone with some noise.
_TABLES: Final = """
<int64 zero = {0}, int64 one = {1}, int64 two = {2}, int64[1] first = {0}, int64[1] second = {1},
 int64[1] flat = {-1}, int64[4] shape = {1, 1, 1, -1}, float quarter = {0.25}, float soft = {0.05}>
"""
_FRAMES: Final = """
  ends = CumSum (lasting, zero)
  sum = ReduceSum <keepdims = 0> (lasting)
  total = Cast <to = 7> (sum)
  places = Range (zero, total, one)
  places_f = Cast <to = 1> (places)
  column = Unsqueeze (places_f, second)
  row = Unsqueeze (ends, first)
  past = GreaterOrEqual (column, row)
  past_i = Cast <to = 7> (past)
  index = ReduceSum <keepdims = 0> (past_i, second)
  frame_ids = Gather (ids, index)
  frame_loud = Gather (loud, frame_ids)
  frame_pitch = Gather (pitch, frame_ids)
"""
_TONES: Final = """
  pitch_column = Unsqueeze (voiced, second)
  loud_column = Unsqueeze (frame_loud, second)
  wave_row = Unsqueeze (wave, first)
  phase = Mul (pitch_column, wave_row)
  tone = Sin (phase)
  random = RandomNormalLike (tone)
  quiet = Mul (random, soft)
  noise = Mul (quiet, noise_scale)
  both = Add (tone, noise)
  sounds = Mul (both, loud_column)
"""
# The names of inputs and outputs, and where noise comes in, are those of Piper's exported VITS.
_PIPER: Final = """<ir_version: 8, opset_import: ["": 15]>
voice (int64[1, N] input, int64[1] input_lengths, float[3] scales{sid})
 => (float[1, 1, 1, S] output)
{tables}
{{
  noise_scale = Gather (scales, zero)
  length_scale = Gather (scales, one)
  noise_w = Gather (scales, two)
  ids = Reshape (input, flat)
  own = Gather (frames, ids)
  random_w = RandomNormalLike (own)
  positive_w = Abs (random_w)
  quarter_w = Mul (positive_w, quarter)
  wide_w = Mul (quarter_w, noise_w)
  one_more = Mul (wide_w, own)
  scaled = Mul (own, length_scale)
  w = Add (scaled, one_more)
  {ceil}
  {frames}
  {speaker}
  {tones}
  {spoken}
  output = Reshape (spoken, shape)
}}
"""
_CEIL: Final = "lasting = Ceil (w)"
_UNFOUND_CEIL: Final = "low = Neg (w)\n floor = Floor (low)\n lasting = Neg (floor)"
"""Piper finds lengths by the one node of that kind."""
_SPEAKER: Final = "sid_f = Cast <to = 1> (sid)\n  voiced = Add (frame_pitch, sid_f)"
# Those of Kokoro's exported model; `duration` is of the newer exports.
_KOKORO: Final = """<ir_version: 8, opset_import: ["": 15]>
kokoro (int64[1, N] tokens, float[1, 256] style, {speed}[1] speed)
 => (float[S] audio{duration})
{tables}
{{
  ids = Reshape (tokens, flat)
  own = Gather (frames, ids)
  speed_f = Cast <to = 1> (speed)
  noise_scale = Cast <to = 1> (second)
  w = Div (own, speed_f)
  lasting = Ceil (w)
  duration = Cast <to = 7> (lasting)
  {frames}
  styles = Reshape (style, flat)
  higher = Gather (styles, zero)
  voiced = Add (frame_pitch, higher)
  {tones}
  {spoken}
  audio = Reshape (spoken, flat)
}}
"""
_SPOKEN: Final = "spoken = Identity (sounds)"
_SLOW: Final = """
  many = Constant <value_int = 4000000000000> ()
  yes = Constant <value = bool {1}> ()
  spoken = Loop (many, yes, sounds) <body = again (int64 turn, bool on, float[F, H] was)
    => (bool still, float[F, H] now) { still = Identity (on)
       turned = Sin (was)
       now = Add (turned, was) }>
"""


def write_kokoro(
    folder: Path,
    name: str = "kokoro-tiny",
    *,
    voices: Mapping[str, float] = MappingProxyType({"af_heart": 0.0, "af_bella": 2.0}),
    timed: bool = True,
    whole_speeds: bool = False,
    slow: bool = False,
    deaf: bool = False,
) -> Path:
    """Writes a model of Kokoro with its voices, and gives the model's file.

    Args:
        folder: Where.
        name: Of the model.
        voices: Their names, and how many steps higher than the first each speaks.
        timed: Whether the model tells how long each sound lasts.
        whole_speeds: Whether its speed is a whole number, as that of some exports is.
        slow: Whether it takes for ever.
        deaf: Whether it gives silence.
    """
    from kokoro_onnx.config import DEFAULT_VOCAB

    folder.mkdir(parents=True, exist_ok=True)
    ids = {"$": [0], **{phoneme: [number] for phoneme, number in DEFAULT_VOCAB.items()}}
    text = _KOKORO.format(
        tables=_TABLES,
        speed="int32" if whole_speeds else "float",
        duration=", int64[N] duration" if timed else "",
        frames=_FRAMES,
        tones=_TONES,
        spoken=_SLOW if slow else _SPOKEN,
    )
    _write(text, _tables(ids, deaf=deaf), folder / f"{name}.onnx")
    styles: dict[str, Any] = {}
    for voice, higher in voices.items():
        styles[voice] = np.zeros((510, 1, 256), np.float32)
        styles[voice][:, :, 0] = higher
    with (folder / "voices-tiny.bin").open("wb") as file:
        np.savez(file, **styles)
    return folder / f"{name}.onnx"


def piper_ids() -> dict[str, list[int]]:
    """The numbers of phonemes that Piper's own voices have."""
    from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP

    return {phoneme: list(ids) for phoneme, ids in DEFAULT_PHONEME_ID_MAP.items()}


def frames_of(phoneme: str) -> int:
    """How many frames a phoneme lasts at a length scale of 1; the pads between last none."""
    if phoneme in "^$":
        return EDGE_FRAMES
    if phoneme in "_ˈˌ":
        return 0
    if phoneme == " ":
        return BLANK_FRAMES
    return SOUND_FRAMES if phoneme.isalnum() or phoneme == "ː" else MARK_FRAMES


def expected_samples(phonemes: Sequence[str], length_scale: float) -> int:
    """The exact length of a sentence without noise."""
    scale = np.float32(length_scale)
    counts = [math.ceil(np.float32(frames_of(p)) * scale) for p in ("^", *phonemes, "$")]
    return HOP * sum(counts)


@dataclass(frozen=True)
class TinyPiper:
    """What a tiny voice of Piper is like.

    Attributes:
        kind: `espeak`, or `text`, where each letter is a phoneme.
        speakers: Their names; none means one voice.
        aligned: Whether the model can tell its lengths, as all exported ones can.
        slow: Whether it takes for ever.
        deaf: Whether it gives silence.
        language: Its code.
    """

    kind: str = "espeak"
    speakers: tuple[str, ...] = ()
    aligned: bool = True
    slow: bool = False
    deaf: bool = False
    language: str = "en_US"


def write_piper(folder: Path, name: str, **traits: Any) -> Path:
    """Writes the two files of a voice, of the traits of `TinyPiper`, and gives the model's."""
    like = TinyPiper(**traits)
    folder.mkdir(parents=True, exist_ok=True)
    ids = piper_ids()
    text = _PIPER.format(
        tables=_TABLES,
        sid=", int64[1] sid" if like.speakers else "",
        ceil=_CEIL if like.aligned else _UNFOUND_CEIL,
        frames=_FRAMES,
        speaker=_SPEAKER if like.speakers else "voiced = Identity (frame_pitch)",
        tones=_TONES,
        spoken=_SLOW if like.slow else _SPOKEN,
    )
    model = folder / f"{name}.onnx"
    _write(text, _tables(ids, deaf=like.deaf), model)
    code = like.language
    settings = {
        "audio": {"sample_rate": PIPER_RATE_HZ, "quality": "medium"},
        "espeak": {"voice": "en-us" if code == "en_US" else code[:2]},
        "inference": {"noise_scale": 0.667, "length_scale": 1, "noise_w": 0.8},
        "phoneme_type": like.kind,
        "phoneme_map": {},
        "phoneme_id_map": ids,
        "num_symbols": 256,
        "num_speakers": max(1, len(like.speakers)),
        "speaker_id_map": {speaker: number for number, speaker in enumerate(like.speakers)},
        "piper_version": "1.0.0",
        "language": {"code": code, "family": code[:2], "name_english": "English"},
        "dataset": name,
    }
    model.with_name(f"{name}.onnx.json").write_text(json.dumps(settings), "utf-8")
    return model


def _tables(ids: Mapping[str, Sequence[int]], *, deaf: bool) -> dict[str, Table]:
    """What each number of a phoneme stands for: frames, loudness and pitch; and a turn."""
    frames, loud = np.zeros(256, np.float32), np.zeros(256, np.float32)
    for phoneme, numbers in ids.items():
        frames[numbers[0]] = frames_of(phoneme)
        if (phoneme.isalnum() or phoneme == "ː") and not deaf:
            loud[numbers[0]] = 0.4
    steps = np.arange(256, dtype=np.float32)
    turn = np.float32(2 * np.pi / HOP)
    return {"frames": frames, "loud": loud, "pitch": steps % 37 + 3, "wave": steps * turn}


def _write(text: str, tables: Mapping[str, Table], file: Path) -> None:
    model = onnx.parser.parse_model(text)
    for name, table in tables.items():
        model.graph.initializer.append(onnx.numpy_helper.from_array(table, name))
    onnx.save(model, str(file))
