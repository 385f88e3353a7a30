"""The colours of covers and of the page. Drawing is elsewhere: it is slow to import."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours ("rrggbb") and the lie of the land in one family of covers."""

    sky: str  # three colours: zenith, middle, horizon
    light: str  # the sun or moon
    land: str  # three colours: farthest, middle, nearest
    swell: float = 1.0  # how many crests cross the cover: hills 1, waves 2
    lean: float = 0.0  # how far crests lean or point, as dunes do
    stars: int = 0
    ink: str = "fff6ea"


PALETTES: Mapping[str, Palette] = {
    "dawn": Palette("86a5cf f6bdb0 ffe4b8", "fff4dc", "e2a097 7a3b63 332143"),
    "dusk": Palette("232c60 ad5f93 fbb07a", "ffdfae", "b4647c 502d6a 1a1a3b", 1.0, 0.0, 24),
    "moss": Palette("7fa99c bfd3a2 f0e8b6", "fffbe6", "98b180 26603f 102b28"),
    "sea": Palette("5aa6bf aedcd9 f7efda", "fffaea", "7ab9be 085979 0a2a4a", 2.2, 0.25),
    "sand": Palette("bfa58f e8c192 f6d9a6", "fffaf0", "d6a06b 854122 40201d", 0.85, 0.6),
    "night": Palette("0a1130 1d3064 5f7fb6", "f4f1e4", "46639b 1c2f5e 0a1230", 2.2, 0.25, 70),
    "plum": Palette("513a70 bd83ad f8d2c8", "fff0e4", "a9729f 592963 261138"),
    "ember": Palette("5e2236 d9603c fdc873", "ffebc0", "c8583a 742230 290f1f", 0.85, 0.6),
}


def palette_for(slug: str) -> str:
    """The palette of a track whose script names none: always the same for the same slug."""
    # The highest of one hash a name: a palette added later takes few slugs from the others.
    return max(PALETTES, key=lambda name: chance_bytes(f"{slug}/{name}"))


def chance_bytes(text: str) -> bytes:
    """What chance there is in a cover: for ever the same for the same words."""
    return hashlib.shake_256(text.encode("utf-8", "surrogatepass")).digest(1024)
