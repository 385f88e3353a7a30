"""What bells ring in: the modes of a bowl, a tube, a gong and a temple block, from measurements."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True)
class Mode:
    """One way in which a body swings: a pair of sines that decay, almost of one frequency.

    Attributes:
        hz: Its frequency; in `BODIES` the ratio to the bell's pitch.
        level_db: How loud it is at the strike.
        t60_s: How long it takes to fall by 60 dB.
        beat_hz: How far the two sines are apart.
        second: The share of the second sine, 0 to 0.5: how deep the beat is.
        apart: By how much the second sine's phase differs between the ears, in radians.
        steeper: By how much faster than the lowest mode, in decibels, it rises into the strike.
        held_back: The share of it that comes only after the strike, 0 to 1.
        bloom_s: The time constant in which that share comes.
    """

    hz: float
    level_db: float
    t60_s: float
    beat_hz: float = 0.0
    second: float = 0.0
    apart: float = 0.0
    steeper: float = 1.0
    held_back: float = 0.0
    bloom_s: float = 1.0

    def at(self, pitch_hz: float, own_hz: float) -> Mode:
        """The same mode of a bell of another pitch: a smaller one decays faster."""
        smaller = (pitch_hz / own_hz) ** 0.5
        return replace(
            self,
            hz=self.hz * pitch_hz,
            t60_s=self.t60_s / smaller,
            beat_hz=self.beat_hz * smaller,
        )


@cache
def _bowl() -> tuple[Mode, ...]:
    """A singing bowl of 18 cm under a soft mallet.

    Its modes at 221, 614, 1145, 1804, 2577 and 3456 Hz stand in the Csound manual's table of
    modal frequencies. On bowls, their pairs of modes and their beat: Inácio, Henrique and Antunes
    (The Dynamics of Tibetan Singing Bowls, Acta Acustica united with Acustica 92, 2006). Such
    bowls ring for 10 to 25 s, in their higher modes shorter.
    """
    return (
        Mode(1.0, 0.0, 20.0, 0.55, 0.24, 1.7),
        Mode(2.78, -7.0, 12.0, 1.10, 0.32, 1.9, 1.1),
        Mode(5.18, -17.0, 6.5, 1.70, 0.36, 2.0, 1.25),
        Mode(8.16, -26.0, 3.8, 2.30, 0.38, 2.0, 1.4),
        Mode(11.66, -34.0, 2.4, 2.90, 0.40, 2.0, 1.55),
        Mode(15.64, -42.0, 1.6, 3.50, 0.40, 2.0, 1.7),
    )


@cache
def _chime() -> tuple[Mode, ...]:
    """A tube hung at the nodes of its lowest mode, struck with felt.

    A bar free at both ends rings at 3.0112² : 5² : 7² : 9² : 11² (Fletcher and Rossing 1998). The
    long tubes of an orchestra are heard an octave below their fourth mode, for modes 4 to 6 lie
    near 2 : 3 : 4 (Rossing, Science of Percussion Instruments, 2000). Short ones, hung at 22.4 %
    of their length and struck in the middle as wind chimes are, are heard at their lowest.
    """
    ratios = [(n / 3.0112) ** 2 for n in (3.0112, 5, 7, 9, 11)]
    levels_db = (0.0, -12.0, -23.0, -33.0, -42.0)
    t60s_s = (8.0, 4.5, 2.4, 1.3, 0.8)
    return tuple(
        Mode(ratio, level, t60, 0.4 + 0.35 * n, 0.22 + 0.03 * n, 1.8, 1.0 + 0.12 * n)
        for n, (ratio, level, t60) in enumerate(zip(ratios, levels_db, t60s_s, strict=True))
    )


@cache
def _gong() -> tuple[Mode, ...]:
    """A large gong with a boss, struck softly in the middle.

    Two symmetrical modes, almost an octave apart, give it its pitch (Krueger, Gee and Grimshaw,
    2010, on a Balinese gong ageng; see Physics Today 63 (9), page 19). Above them lie many more,
    about evenly spaced as a plate's are; they get their energy from the low ones, and only
    gradually (Fletcher and Rossing 1998, on gongs and tam-tams).
    """
    low = (
        Mode(1.0, 0.0, 22.0, 0.45, 0.25, 1.7),
        Mode(1.99, -3.0, 17.0, 0.80, 0.30, 1.8, 1.05, 0.2, 0.25),
        Mode(2.76, -11.0, 13.0, 0.70, 0.35, 1.9, 1.1, 0.4, 0.35),
    )
    places = np.random.default_rng(20).uniform(-0.5, 0.5, (44, 3))
    high = []
    for n, (shift, wobble, spread) in enumerate(places.tolist()):
        ratio = 3.5 + 0.5 * (n + shift) + 0.006 * n * n
        octaves = float(np.log2(ratio / 3.5))
        high.append(
            Mode(
                hz=ratio,
                level_db=-15.0 - 7.0 * octaves + 6.0 * wobble,
                t60_s=11.0 / (ratio / 3.5) ** 0.8,
                beat_hz=1.0 + spread,
                second=0.4,
                apart=2.0,
                steeper=1.12,
                held_back=0.9,
                bloom_s=0.3 + 0.12 * octaves,
            )
        )
    return (*low, *high)


@cache
def _woodblock() -> tuple[Mode, ...]:
    """A temple block (mokugyo), struck with a soft stick.

    Its spectrum has two peaks close together, on the average of 176 blocks at 1 : 1.15 (The
    acoustics of Japanese wooden drums called "mokugyo", Journal of the Acoustical Society of
    America 117, 2005, pages 2247 to 2258), and a third near 2.6 (155, 177 and 402 Hz on one of
    37 cm: Acoustic Characteristics of Mokugyo, CiNii 110003284044).
    """
    return (
        Mode(1.0, 0.0, 0.36, steeper=1.0),
        Mode(1.15, -11.0, 0.32, steeper=1.5),
        Mode(2.6, -17.0, 0.17, 3.0, 0.3, 1.5, 1.6),
    )


BODIES: Final[Mapping[str, Callable[[], tuple[Mode, ...]]]] = MappingProxyType(
    {"bowl": _bowl, "chime": _chime, "gong": _gong, "woodblock": _woodblock}
)
