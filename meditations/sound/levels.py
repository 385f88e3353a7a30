"""The levels that everything is brought to, and decibels as factors."""

from __future__ import annotations

from typing import Final

SPEECH_LUFS: Final = -16.0
"""The loudness of what is spoken, in the finished file: the podcast directories' own figure."""
CODEC_LOSS_DB: Final = 0.455
"""LAME turns the sound down by this at 128 kbit/s, so everything is mixed that much higher."""
TAKE_PEAK_DBTP: Final = -3.0
"""The true peak of a take; leaves 1.5 dB for the bed beneath it and for the codec."""


def factor(db: float) -> float:
    """The amplitude factor of a gain in decibels."""
    return float(10 ** (db / 20))
