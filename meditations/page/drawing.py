"""The drawn motif: each meditation has a window of its own, with a view of hills at some hour.

It is the land of the covers again, in a few hundred bytes of SVG instead of a picture. Colours
come from the covers' palettes, as classes of the style sheet, so that dark and night can dim them.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from markupsafe import Markup, escape

from meditations.track.palettes import PALETTES

if TYPE_CHECKING:
    from collections.abc import Iterator

WIDTH: Final = 120
HEIGHT: Final = 156
_CRESTS: Final = (88, 104, 120, 138)
_LAYERS: Final = len(_CRESTS)


def window(seed: str, palette: str) -> Markup:
    """A view through an arched window, always the same for the same seed."""
    chance = _chances(seed)
    x, y = 36 + 48 * next(chance), 58 + 22 * next(chance)
    radius = 13 + 6 * next(chance)
    discs = "".join(
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{radius * scale:.0f}"/>' for scale in (3.6, 2.2, 1)
    )
    ridges = "".join(f'<path d="{_ridge(crest, chance)}"/>' for crest in _CRESTS)
    return Markup(  # noqa: S704 (numbers, and a name that is escaped)
        f'<svg class="window {escape(palette)}" viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true">'
        f"{discs}{ridges}</svg>"
    )


def _chances(seed: str) -> Iterator[float]:
    digest = hashlib.shake_256(seed.encode("utf-8", "surrogatepass")).digest(256)
    return (byte / 255 for byte in digest)


def _ridge(crest: float, chance: Iterator[float]) -> str:
    """A hill from edge to edge: two curves that meet without a corner."""
    left, top, right = (crest + 18 * (next(chance) - 0.5) for _ in range(3))
    turn = 34 + 52 * next(chance)
    lean = 12 * (next(chance) - 0.5)
    return (
        f"M0 {left:.0f}C{turn / 2:.0f} {left - lean:.0f} {turn - 22:.0f} {top:.0f} "
        f"{turn:.0f} {top:.0f}S{turn + 30:.0f} {right + lean:.0f} {WIDTH} {right:.0f}V{HEIGHT}H0Z"
    )


def palettes_css() -> str:
    """The colours of every palette, as properties of a class of its name."""
    rules = []
    for name, palette in sorted(PALETTES.items()):
        sky = ",".join(f"#{colour}" for colour in palette.sky.split())
        land = "".join(
            f"--l{layer + 1}:#{_between(palette.land.split(), layer / (_LAYERS - 1))};"
            for layer in range(_LAYERS)
        )
        rules.append(f".{name}{{--sky:linear-gradient({sky} 78%);--light:#{palette.light};{land}}}")
    return "\n".join(rules) + "\n"


def _between(colours: list[str], at: float) -> str:
    """A colour on the straight way through three, `at` from 0 to 1."""
    first = min(int(at * 2), 1)
    share = at * 2 - first
    one, other = bytes.fromhex(colours[first]), bytes.fromhex(colours[first + 1])
    return bytes(round(a + (b - a) * share) for a, b in zip(one, other, strict=True)).hex()
