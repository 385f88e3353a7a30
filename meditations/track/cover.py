"""Draws a track's square cover from its title and a palette, or fits a maker's own picture."""

import io
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from textwrap import shorten

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont, ImageOps, UnidentifiedImageError

from meditations.errors import MeditationError
from meditations.track.palettes import PALETTES, Palette, chance_bytes

COVER_PIXELS = 1400
MARGIN = 100  # pixels on every side that no letter enters
JPEG_BYTES = 150_000  # a player reads the whole picture before the first sound
LARGEST_PICTURE = 80_000_000  # pixels: above most cameras', below where Pillow warns of bombs
_BASELINE = COVER_PIXELS - MARGIN - 48  # of the last line; its descenders end at the margin
_TEXT_WIDTH, _TEXT_HEIGHT = COVER_PIXELS - 2 * MARGIN, 640
_LARGEST_TYPE, _SMALL_TYPE = 212, 42
_LINES, _LETTERS = 5, 120  # a longer title ends in an ellipsis
_LEADING, _CAPITAL = 1.08, 0.72  # ems
_WEIGHT = 0.009  # ems of stroke round each letter: the built-in font is thin for a thumbnail
_GAP = 0.13  # ems between the subtitle's capitals: so small, they want air
_HYPHEN = "\u00ad"  # where a word was broken
_GLYPHS = frozenset(map(chr, range(32, 127))) | set("©«°±·»‘’“”…‹›⁄")  # all that the font has
_SPELT: dict[int, str] = str.maketrans(
    {"–": "-", "—": "-", "−": "-", "‐": "-", "‑": "-", "ß": "ss", "æ": "ae", "Æ": "AE"}
    | {"œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "ı": "i"}
)
_STRIP = 100  # rows painted at a time, so that the floats stay in the processor's cache
_RAKE = 24.0  # pixels between the lines on the land
# Haloes round the sun: shift right and down, radius (all in radii of the sun), strength.
_MOTIFS = (
    ((0.0, 0.0, 4.4, 0.18), (0.0, 0.0, 3.1, 0.22), (0.0, 0.0, 2.0, 0.28)),  # a bell
    ((0.0, -1.9, 2.9, 0.22), (0.0, -1.15, 2.15, 0.24), (0.0, -0.5, 1.5, 0.28)),  # a breath
    ((-1.25, 0.0, 2.75, 0.32), (1.25, 0.0, 2.75, 0.32)),  # a meeting
)

Floats = NDArray[np.float32 | np.float64]
Disc = tuple[float, float, float, float, float]  # x, y, radius, strength, its part in the middle


def draw_cover(title: str, palette: str, subtitle: str = "") -> Image.Image:
    """A cover of COVER_PIXELS square in RGB, the same for the same words.

    Letters that the built-in font lacks lose their accent or are left out, a very long title
    ends in an ellipsis, and a title with no letter left is not written.

    Raises:
        MeditationError: no palette has that name.
    """
    if palette not in PALETTES:
        raise MeditationError(f"no palette '{palette}'", mend=f"known here: {', '.join(PALETTES)}")
    lines, size = _set_title(_drawable(title))
    below = shorten(_drawable(subtitle).upper(), 60, placeholder="…")
    small = int(min(_SMALL_TYPE, _TEXT_WIDTH / (_ink(below)[1] / 100 + _GAP * len(below) + 0.1)))
    foot = _BASELINE - (2.4 * _SMALL_TYPE if below else 0)
    top = min(foot - size * (_CAPITAL + _LEADING * (len(lines) - 1)), COVER_PIXELS * 0.78)
    image = _paint(PALETTES[palette], title, top)
    pen, ink = ImageDraw.Draw(image), "#" + PALETTES[palette].ink
    for number, line in enumerate(reversed(lines)):
        # The letter, not the pen, stands on the margin: large type looks ragged otherwise.
        at = (MARGIN + 1 - _ink(line, size)[0], foot - number * size * _LEADING)
        pen.text(at, line, ink, _font(size), anchor="ls", stroke_width=size * _WEIGHT)
    start = MARGIN + 1 - _ink(below, small)[0]
    for letter in below:
        pen.text((start, _BASELINE), letter, ink, _font(small), anchor="ls")
        start += _font(small).getlength(letter) + _GAP * small
    return image


def cover_png(image: Image.Image) -> bytes:
    """The picture as PNG bytes: no clock in them, so the same picture gives the same."""
    held = io.BytesIO()
    image.save(held, "PNG", compress_level=4)
    return held.getvalue()


def cover_jpeg(image: Image.Image) -> bytes:
    """The picture as JPEG bytes, at quality 88 or, above JPEG_BYTES, at less (64 at the least)."""
    for quality in (88, 82, 76, 70, 64):
        held = io.BytesIO()
        image.save(held, "JPEG", quality=quality)
        if held.tell() <= JPEG_BYTES:
            break
    return held.getvalue()


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What the header of a picture says: its format (`PNG`), its pixels, its mode (`RGB`)."""

    format: str
    width: int
    height: int
    mode: str


def picture_facts(data: bytes) -> PictureFacts | None:
    """What the header of a picture says, or None if it is none that podcasts may use."""
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as opened:
            return PictureFacts(str(opened.format), *opened.size, opened.mode)
    except (OSError, ValueError, SyntaxError):
        return None


_PICTURES = f"use a JPEG or PNG picture, best square and of {COVER_PIXELS} pixels or more"


def fit_cover(path: Path) -> Image.Image:
    """A maker's picture turned upright, its middle cut square, at COVER_PIXELS in RGB.

    Raises:
        MeditationError: the file is missing, no picture, broken, or above LARGEST_PICTURE pixels.
    """
    # Named, since Pillow would otherwise try decoders that run other programs.
    formats = ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "AVIF")
    try:
        with Image.open(path, formats=formats) as opened:
            picture = _upright(opened)
    except UnidentifiedImageError:
        raise MeditationError("the cover is no picture", mend=_PICTURES, file=path) from None
    except Exception as error:  # decoders raise nearly anything at a rotten file
        raise MeditationError(
            f"the cover cannot be used: {error}", mend=_PICTURES, file=path
        ) from error
    return ImageOps.fit(picture, (COVER_PIXELS, COVER_PIXELS), Image.Resampling.LANCZOS)


def _upright(picture: Image.Image) -> Image.Image:
    if picture.width * picture.height > LARGEST_PICTURE:
        raise ValueError(f"it has more than {LARGEST_PICTURE:,} pixels")
    picture.draft(None, (2 * COVER_PIXELS, 2 * COVER_PIXELS))  # a large JPEG is read at a part
    ImageOps.exif_transpose(picture, in_place=True)
    if picture.mode[0] in "IF":  # Pillow would clip 16 bits at 255 instead of scaling them
        values = np.nan_to_num(np.asarray(picture).astype(np.float32))
        full = 65535.0 if picture.mode.startswith("I;16") else max(float(values.max()), 1e-9)
        picture = Image.fromarray((np.clip(values / full, 0, 1) * 255).astype(np.uint8))
    elif picture.has_transparency_data:
        paper = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(paper, picture.convert("RGBA"))
    return picture.convert("RGB")


@lru_cache(maxsize=64)
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _drawable(text: str) -> str:
    spelt = unicodedata.normalize("NFKD", text[:600].translate(_SPELT)).replace("...", "…")
    kept = "".join(letter for letter in " ".join(spelt.split()) if letter in _GLYPHS)
    return " ".join(kept.split()) if any(map(str.isalnum, kept)) else ""


@lru_cache(maxsize=4096)
def _ink(line: str, size: int = 100) -> tuple[float, float]:
    """How far from the pen a line seems to begin, and how wide it is from there, in pixels."""
    box = _font(size).getbbox(line, anchor="ls", stroke_width=size * _WEIGHT)
    # Pillow's box begins at the pen. A stem looks level with a curve when it is a little inside.
    blank = 0.6 * (_font(size).getmask(line[:1]).getbbox() or (0,))[0]
    return box[0] + blank, box[2] - box[0] - blank


def _set_title(text: str) -> tuple[tuple[str, ...], int]:
    """The lines of a title and the size of its type in pixels."""
    # One endless word must not make the whole title small.
    broken = re.sub(r"(\S{20})(?=\S{4})", rf"\1{_HYPHEN} ", text)
    text = shorten(broken, _LETTERS, placeholder="…")
    best, size, most = tuple[str, ...](), 1, 0.0
    for width in np.arange(100, _ink(text)[1] + 100, 25).tolist() if text else ():
        lines = _wrapped(text.split(), width)
        lengths = [_ink(line)[1] / 100 for line in lines]
        tall = _TEXT_HEIGHT / (_CAPITAL + _LEADING * (len(lines) - 1))
        fitting = min(_TEXT_WIDTH / max(lengths), tall, _LARGEST_TYPE)
        # Large type first, but full lines and few lines are worth somewhat smaller type.
        worth = fitting * sum(lengths) / max(lengths) / len(lines) / (1 + 0.1 * len(lines))
        if len(lines) <= _LINES and worth > most:
            best, size, most = lines, int(fitting), worth
    while any(_ink(line, size)[1] > _TEXT_WIDTH - 2 for line in best):
        size -= 1  # hinting makes each letter up to half a pixel wider
    return best, size


def _wrapped(words: list[str], width: float) -> tuple[str, ...]:
    lines: list[list[str]] = [[]]
    for word in words:
        line = lines[-1]
        if line and _ink(" ".join([*line, word]))[1] > width:
            kept = len(line)
            while kept > max(1, len(line) - 2) and re.fullmatch("[A-Za-z]{1,3}", line[kept - 1]):
                kept -= 1  # "for", "the", "in" belong with what follows them
            lines[-1:] = [line[:kept], line[kept:]]
        lines[-1].append(word)
    return tuple(" ".join(x).replace(_HYPHEN + " ", "").replace(_HYPHEN, "-") for x in lines)


def _colour(name: str) -> Floats:
    return np.array(list(bytes.fromhex(name)), np.float32).reshape(3, 1, 1)


def _blend(colours: str, at: Floats) -> Floats:
    first, middle, last = map(_colour, colours.split())
    # A Bezier curve through the colours: straight runs would show a band where they meet.
    return first * (1 - at) ** 2 + middle * (2 * at * (1 - at)) + last * at**2


def _paint(palette: Palette, title: str, text_top: float) -> Image.Image:
    # Not from numpy's generator, whose numbers may change with its version.
    chance = iter((np.frombuffer(chance_bytes(title), ">u2") / 65536).tolist()).__next__
    horizon = min(text_top - 210, COVER_PIXELS * 0.54)
    discs = _discs(palette, chance, horizon)
    ridges = _ridges(palette, chance, horizon, text_top)
    pixels = np.empty((COVER_PIXELS, COVER_PIXELS, 3), np.uint8)
    for top in range(0, COVER_PIXELS, _STRIP):
        y = np.arange(top, top + _STRIP, dtype=np.float32).reshape(-1, 1)
        strip = _sky(palette, y, horizon, discs)
        for crest, shade in ridges:
            if crest.min() - 3 < top + _STRIP:
                _lay(strip, y - crest, shade, palette)
        pixels[top : top + _STRIP] = (strip + 0.5).astype(np.uint8).transpose(1, 2, 0)
    return Image.fromarray(pixels)


def _discs(palette: Palette, chance: Callable[[], float], horizon: float) -> list[Disc]:
    radius, x = 132 + 50 * chance(), COVER_PIXELS * (0.36 + 0.36 * chance())
    y = max(horizon - radius * (0.35 + 0.9 * chance()), radius + 80)
    motif = _MOTIFS[int(chance() * len(_MOTIFS))]
    halo = [(x + dx * radius, y + dy * radius, radius * s, a, 0.25) for dx, dy, s, a in motif]
    stars = [
        (COVER_PIXELS * chance(), horizon * chance() ** 1.5, 0.8 + 1.8 * chance() ** 3, 0.8, 1.0)
        for _ in range(palette.stars)
    ]
    return [*stars, *halo, (x, y, radius, 0.97, 1.0)]


def _ridges(
    palette: Palette, chance: Callable[[], float], horizon: float, text: float
) -> list[tuple[Floats, float]]:
    """The row of every crest in every column, and its shade: 0 farthest to 1 nearest."""
    ridges = []
    for shade in (0.0, 0.17, 0.33, 0.5, 0.67, 0.83, 1.0):
        turn = np.linspace(0.0, 2 * np.pi, COVER_PIXELS) * palette.swell * (0.5 + 0.4 * chance())
        turn += 2 * np.pi * chance()
        wave = np.sin(turn + palette.lean * np.cos(turn)) + 0.3 * np.sin(turn * 2.3 + 7 * chance())
        wave *= (30 + 44 * chance()) / palette.swell**0.6
        base = np.interp(shade, (0.0, 0.5, 1.0), (horizon, text - 34, COVER_PIXELS - 20))
        # The middle one stays wholly above the words, to be dark behind all of them.
        crest = base + wave - wave.max() * min(2 * shade, 2 - 2 * shade)
        ridges.append((crest.astype(np.float32), shade))
    return ridges


def _sky(palette: Palette, y: Floats, horizon: float, discs: list[Disc]) -> Floats:
    x = np.arange(COVER_PIXELS, dtype=np.float32).reshape(1, -1)
    light, low = _colour(palette.light), _colour(palette.sky.split()[2])
    column = _blend(palette.sky, np.clip(y / np.float32(horizon + 60), 0, 1))
    sun_x, sun_y, sun_radius = discs[-1][:3]
    away = ((x - sun_x) ** 2 + (y - sun_y) ** 2) / (3.2 * sun_radius) ** 2
    strip = column + (low - column) * (0.55 / (1 + away) ** 2)
    for disc_x, disc_y, radius, strength, core in discs:
        if abs(disc_y - float(y.mean())) <= radius + _STRIP:
            here = slice(max(int(disc_x - radius) - 1, 0), max(int(disc_x + radius) + 2, 0))
            away = np.sqrt((x[:, here] - disc_x) ** 2 + (y - disc_y) ** 2)
            cover = np.clip(radius + 0.5 - away, 0, 1) * strength
            cover *= core + (1 - core) * (away / radius) ** 2
            shine = light if core == 1 else (light + low) / 2
            strip[:, :, here] += (shine - strip[:, :, here]) * cover
    return strip


def _lay(strip: Floats, below: Floats, shade: float, palette: Palette) -> None:
    below = below / np.hypot(1, np.gradient(below[0]))  # measured square to the slope
    top = _blend(palette.land, np.full(1, shade, np.float32))
    haze = np.clip(below / 260, 0, 1) * (0.5 * (1 - shade) ** 3)
    ground = top + (_colour(palette.sky.split()[2]) - top) * haze
    # The farther, the more shows through: the sun goes down into the land as into water.
    strip += (ground - strip) * (np.clip(below + 0.5, 0, 1) * min(0.62 + 0.75 * shade, 0.93))
    if shade >= 0.5:  # lines that follow the crest, like raked sand
        off = np.abs(below - np.round(below / _RAKE) * _RAKE)
        line = np.clip(1.5 - off, 0, 1) * np.clip(1 - below / (6.5 * _RAKE), 0, 1) * (below > 9)
        strip += (_colour(palette.light) - strip) * (line * 0.12)
