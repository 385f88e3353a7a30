"""Keys and the tones that belong to them."""

from __future__ import annotations

from typing import Final

KEYS: Final = (
    "C", "C#", "Db", "D", "D#", "Eb", "E", "F", "F#", "Gb", "G", "G#", "Ab", "A", "A#", "Bb", "B",
)  # fmt: skip
_SEMITONES: Final = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_SIGNS: Final = {"#": 1, "b": -1}


def key_hz(key: str, lowest_hz: float) -> float:
    """The tone of a key in the octave from `lowest_hz` on, by A = 440 Hz, equally tempered.

    Args:
        key: One of KEYS.
        lowest_hz: The tone is at least this high, and less than an octave above.
    """
    semitone = _SEMITONES[key[0]] + sum(_SIGNS[sign] for sign in key[1:])
    hz = 440.0 * 2 ** ((semitone - 9) / 12)
    while hz >= 2 * lowest_hz:
        hz /= 2
    while hz < lowest_hz:
        hz *= 2
    return hz
