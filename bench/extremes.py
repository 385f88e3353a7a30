"""Twenty scripts that go as far as a script can go, for measuring what comes out."""

from __future__ import annotations

from typing import Final

_HEAD: Final = "title: Extreme\nkind: [general]\n{settings}sections:\n  - title: One\n    script:\n"
_LINES: Final = (
    "You might notice the weight of your hands.",
    "There is nothing to do, and nowhere to be.",
    "Perhaps you hear something far away, and something near.",
    "Whenever you like, you can come back to the sounds around you.",
)


def _script(*steps: str, settings: str = "") -> str:
    body = "".join(f"      - {step}\n" for step in steps)
    return _HEAD.format(settings=settings + ("\n" if settings else "")) + body


def _bed(layers: str) -> str:
    return f"background: {layers}"


_FOUR: Final = "[rain, {sound: wind, with: {gusts: 80 %}}, drone, {sound: night, pan: 60 % right}]"
_LOUD: Final = "{level: -20 dB, lift: 10 dB, sound: fire}"
_ROUNDS: Final = "breathe: {in: 4s, hold: 2s, out: 6s, rest: 1s, times: 20, words: 20, tone: -6 dB}"

EXTREMES: Final[dict[str, str]] = {
    "one word only": _script("Yes.", settings=_bed("none")),
    "one word over a bed": _script("Yes.", settings=_bed("ocean")),
    "only silence": _script("pause: 3 min", settings=_bed("none")),
    "only a bed": _script("pause: 3 min", settings=_bed("rain")),
    "40 min of bed": _script("Good night.", "pause: {time: 40 min, fixed: true}",
                             settings=_bed("ocean")),
    "a bed at -60 dB": _script(*_LINES, settings=_bed("{sound: brown, level: -60 dB, lift: 0 dB}")),
    "a bed as loud as it may be": _script(*_LINES, "pause: 20s", "Yes.", settings=_bed(_LOUD)),
    "four layers": _script(*_LINES, "pause: 20s", "Yes.", settings=_bed(_FOUR)),
    "eight changes of background": _script(
        *(step for name in ("rain", "wind", "fire", "ocean", "stream", "night", "bowls", "drone")
          for step in (f"background: {{sound: {name}, fade: 3s}}", "Now another.", "pause: 8s"))
    ),
    "a whisper": _script(*(f"say: {{text: \"{line}\", volume: -12 dB}}" for line in _LINES)),
    "whisper and voice in turns": _script(
        *(step for line in _LINES
          for step in (f"say: {{text: \"{line}\", volume: -12 dB}}", line))
    ),
    "very slow": _script(*_LINES, settings="voice: {rate: 60}"),
    "very fast": _script(*_LINES, settings="voice: {rate: 300}"),
    "very low and very high": _script(
        *(f"say: {{text: \"{line}\", voice: {{pitch: {pitch}}}}}"
          for line in _LINES for pitch in (0, 99))
    ),
    "one word after the other": _script(
        *(["Yes. [100ms] No. [100ms] Perhaps. [100ms] Now."] * 20), settings="pace: {line: 0s}"
    ),
    "no pauses at all": _script(*_LINES * 8, settings="pace: {line: 0s, sentence: 0s}"),
    "bells as loud as they may be": _script(
        *_LINES, "bell: {sound: bowl, level: 0 dB, times: 2, every: 20s}",
        "bell: {sound: gong, level: -2 dB, every: 20s}",
        "bell: {sound: chime, level: 0 dB, every: 10s}",
        "bell: {sound: woodblock, level: 0 dB, times: 5, every: 2s}", "Yes.",
        settings="bells: {start: gong, end: {sound: bowl, times: 3}}",
    ),
    "breathing with every word and a loud tone": _script("Now breathe.", _ROUNDS, "And rest."),
    "every preset of the voice": _script(
        *(f"say: {{text: \"{line}\", voice: {{chain: {chain}}}}}"
          for line, chain in zip(_LINES, ("plain", "warm", "near", "hall"), strict=True))
    ),
    "shouting letters and signs": _script(
        '"STOP! GO! WHAT? YES!!!"', '"A, B, C: 1, 2, 3; and so on…"', '"Ssssss. Shhhhh. Ffffff."',
        settings=_bed("white"),
    ),
}  # fmt: skip
"""What each goes to the end of, and the script."""
