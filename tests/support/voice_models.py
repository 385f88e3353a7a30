"""Tiny voices with the inputs, outputs and files of real ones, whose lengths one can count.

Each phoneme is a tone of its own that lasts a known number of frames; a little noise is laid over
it, drawn as real models draw theirs. What runs them is the real Piper, Kokoro and onnxruntime.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import onnx
import onnx.numpy_helper
import onnx.parser

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

HOP: Final = 256
PIPER_RATE_HZ: Final = 22_050
SOUND_FRAMES: Final = 6
BLANK_FRAMES: Final = 2
MARK_FRAMES: Final = 4
EDGE_FRAMES: Final = 8
"""Of silence in front of a sentence and behind it, as real voices have."""
LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"

# The names of inputs and outputs, and where noise comes in, are those of Piper's exported VITS.
_PIPER: Final = """
<ir_version: 8, opset_import: ["": 15]>
voice (int64[1, N] input, int64[1] input_lengths, float[3] scales{sid})
 => (float[1, 1, 1, S] output)
<float[256] frames, float[256] loud, float[256] pitch, float[256] wave,
 int64 zero = {{0}}, int64 one = {{1}}, int64 two = {{2}}, int64[1] first = {{0}},
 int64[1] second = {{1}}, int64[1] flat = {{-1}}, int64[4] shape = {{1, 1, 1, -1}},
 float hop = {{256.0}}, float quarter = {{0.25}}, float soft = {{0.05}}>
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
  w_ceil = Ceil (w)
  ends = CumSum (w_ceil, zero)
  sum = ReduceSum <keepdims = 0> (w_ceil)
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
  {speaker}
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
  {slow}
  output = Reshape (spoken, shape)
}}
"""

_SLOW: Final = """
  many = Constant <value_int = 4000000000000> ()
  yes = Constant <value = bool {1}> ()
  spoken = Loop (many, yes, sounds) <body = again (int64 turn, bool on, float[F, H] was)
    => (bool still, float[F, H] now) { still = Identity (on)
       turned = Sin (was)
       now = Add (turned, was) }>
"""


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
    tables = {"frames": _table(ids, frames_of), "loud": _table(ids, lambda p: _loud(p, like)),
              "pitch": np.arange(256, dtype=np.float32) % 37 + 3,
              "wave": np.arange(256, dtype=np.float32) * np.float32(2 * np.pi / HOP)}  # fmt: skip
    text = _PIPER.format(
        sid=", int64[1] sid" if like.speakers else "",
        slow=_SLOW if like.slow else "spoken = Identity (sounds)",
        speaker="sid_f = Cast <to = 1> (sid)\n  voiced = Add (frame_pitch, sid_f)"
        if like.speakers else "voiced = Identity (frame_pitch)",
    )  # fmt: skip
    if not like.aligned:
        # A voice whose lengths cannot be found: Piper looks for the one node of this kind.
        text = text.replace(
            "w_ceil = Ceil (w)", "low = Neg (w)\n floor = Floor (low)\n w_ceil = Neg (floor)"
        )
    model = folder / f"{name}.onnx"
    _write(text, tables, model)
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


def _loud(phoneme: str, like: TinyPiper) -> float:
    return 0.4 if (phoneme.isalnum() or phoneme == "ː") and not like.deaf else 0.0


def _table(
    ids: Mapping[str, Sequence[int]], of: object
) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    table = np.zeros(256, np.float32)
    for phoneme, numbers in ids.items():
        table[numbers[0]] = of(phoneme)  # type: ignore[operator]
    return table


def _write(
    text: str, tables: Mapping[str, np.ndarray[tuple[int, ...], np.dtype[np.float32]]], file: Path
) -> None:
    model = onnx.parser.parse_model(text)
    for tensor in model.graph.initializer:
        if tensor.name in tables:
            tensor.CopyFrom(onnx.numpy_helper.from_array(tables[tensor.name], tensor.name))
    have = {tensor.name for tensor in model.graph.initializer}
    for name, table in tables.items():
        if name not in have:
            model.graph.initializer.append(onnx.numpy_helper.from_array(table, name))
    onnx.save(model, str(file))
