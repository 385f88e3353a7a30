"""Covers: what a drawn one must look like, and what a maker's own picture must survive."""

import io
import struct
import time
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from meditations.errors import MeditationError
from meditations.track import cover
from meditations.track.palettes import PALETTES, palette_for

LONG = "A Meditation for Rebuilding Safety in Intimacy"
TITLES = (LONG, "Five Senses", "Waves at Night", "Yes, No, Not Yet")
HOSTILE = {
    "empty": "",
    "spaces": " \t\n ",
    "300 letters": ("breathing in and out " * 15)[:300],
    "300 capitals": "W" * 300,
    "one long word": "Donaudampfschifffahrtsgesellschaft" * 2 + "kapitaenswitwe",
    "many small words": "i a " * 75,
    "emoji": "Calm \U0001f600\U0001f9d8\u200d\u2640\ufe0f now",
    "newlines": "One\nTwo\r\nThree\u2028Four",
    "right to left": "\u202eשלום עולם\u202c مرحبا",
    "chinese": "冥想与呼吸",
    "mixed": "呼吸 Breath: 瞑想",
    "zero and surrogate": "Be\x00ing\ud800 here",
    "accents": "Ça va, Łódź, Größe — ½ naïve œuvre",
    "overhang": "jÅj_[fjf]_gjpqy",
    "100,000 letters": "om " * 33_333,
}


def pixels(image: Image.Image) -> NDArray[np.int16]:
    return np.asarray(image, dtype=np.int16)


def unwritten(monkeypatch: pytest.MonkeyPatch, *words: str) -> Image.Image:
    """The same cover with its letters left out."""
    with monkeypatch.context() as patch:
        patch.setattr(ImageDraw.ImageDraw, "text", lambda *_, **__: None)
        return cover.draw_cover(*words)


def luminance(colours: NDArray[np.int16]) -> NDArray[np.float64]:
    """WCAG relative luminance of colours from 0 to 255."""
    part = colours / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ np.array([0.2126, 0.7152, 0.0722]))


def saved(path: Path, image: Image.Image, **options: Any) -> Path:
    image.save(path, **options)
    return path


# --- Palettes ------------------------------------------------------------------------------------


def test_palette_for_is_steady() -> None:
    """A slug keeps its palette for ever, in any process."""
    assert [palette_for(slug) for slug in ("five-senses", "waves", "")] == [
        "dawn",
        "dawn",
        "sea",
    ]


def test_palette_for_uses_all() -> None:
    """Every palette comes up, none for more than a third of many slugs."""
    found = [palette_for(f"track-{number}") for number in range(400)]
    counts = [found.count(name) for name in PALETTES]
    assert min(counts) > 0
    assert max(counts) < 400 / 3


def test_unknown_palette() -> None:
    """A palette that is not there is named, with those that are."""
    with pytest.raises(MeditationError, match="beige"):
        cover.draw_cover("Five Senses", "beige")


# --- Drawing -------------------------------------------------------------------------------------


@pytest.mark.parametrize("palette", PALETTES)
def test_contrast(palette: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Title and subtitle stand at 4.5:1 or more against every pixel behind and next to them."""
    ink = luminance(np.array(list(bytes.fromhex(PALETTES[palette].ink)), np.int16))
    for title in (*TITLES, "Rest", HOSTILE["300 letters"]):
        words = (title, palette, "Twelve minutes")
        behind = pixels(unwritten(monkeypatch, *words))
        letters = np.any(pixels(cover.draw_cover(*words)) != behind, axis=2)
        near = np.any([np.roll(letters, step, axis) for step in (-8, 8) for axis in (0, 1)], axis=0)
        brightest = luminance(behind[near | letters]).max()
        assert (ink + 0.05) / (brightest + 0.05) >= 4.5, title


@pytest.mark.parametrize("title", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_words(title: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any title and subtitle can be drawn, and no letter enters the margins."""
    drawn = pixels(cover.draw_cover(title, "sea", title))
    written = np.any(drawn != pixels(unwritten(monkeypatch, title, "sea", title)), axis=2)
    written[cover.MARGIN : -cover.MARGIN, cover.MARGIN : -cover.MARGIN] = False
    assert not written.any()


@pytest.mark.parametrize("title", ["", "\n", "冥想", "\U0001f600", "。、!?"])
def test_no_letters_left(title: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A title of which the font can draw no letter leaves the picture unwritten."""
    assert cover.draw_cover(title, "moss") == unwritten(monkeypatch, title, "moss")


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        (LONG, ["A Meditation", "for Rebuilding", "Safety in Intimacy"]),
        ("Waves at Night", ["Waves", "at Night"]),
        ("Five Senses", ["Five Senses"]),
        ("Été à Łódź", ["Ete a Lodz"]),
    ],
)
def test_lines(title: str, lines: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A title is set in few full lines, none ending on a small word, its accents left off."""
    set_lines: list[str] = []
    monkeypatch.setattr(ImageDraw.ImageDraw, "text", lambda *all_, **_: set_lines.append(all_[2]))
    cover.draw_cover(title, "dawn")
    assert set_lines[::-1] == lines


@pytest.mark.parametrize("title", HOSTILE.values(), ids=HOSTILE.keys())
def test_five_lines_at_most(title: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No title takes more than five lines."""
    set_lines: list[str] = []
    monkeypatch.setattr(ImageDraw.ImageDraw, "text", lambda *all_, **_: set_lines.append(all_[2]))
    cover.draw_cover(title, "dawn")
    assert len(set_lines) <= 5


@pytest.mark.parametrize("title", TITLES)
def test_thumbnail(title: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """At 60 pixels the title is still seen: some of it at 2.5:1 or more against its ground."""
    small = (60, 60)
    drawn = luminance(pixels(cover.draw_cover(title, "moss").resize(small)))
    behind = luminance(pixels(unwritten(monkeypatch, title, "moss").resize(small)))
    assert (((drawn + 0.05) / (behind + 0.05)) >= 2.5).sum() >= 20


def test_glyphs_are_in_the_font() -> None:
    """Every letter taken to be in the built-in font has a shape there."""
    font = ImageFont.load_default(40)
    missing = bytes(font.getmask("\uffff"))
    assert [letter for letter in cover._GLYPHS if bytes(font.getmask(letter)) == missing] == []


def test_siblings_differ() -> None:
    """Covers of one palette share a mean colour, but no two pictures are the same."""
    drawn = [pixels(cover.draw_cover(f"Part {number}", "dusk")) for number in "12345"]
    means = np.array([each.mean(axis=(0, 1)) for each in drawn])
    assert np.ptp(means, axis=0).max() < 30
    for number, each in enumerate(drawn[1:], 1):
        assert all(np.abs(each - other).mean() > 2 for other in drawn[:number])


def test_no_bands() -> None:
    """Down the edge of the sky, but for discs, colours go by steps too small to be seen."""
    for palette in ("dawn", "moss", "plum"):
        column = pixels(cover.draw_cover("Five Senses", palette))[:350, 2]
        steps = np.abs(np.diff(column, axis=0)).max(axis=1)
        assert (steps > 2).sum() <= 12


# --- Files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("palette", PALETTES)
def test_file_sizes(palette: str) -> None:
    """The PNG is 400 KB or less and the JPEG 150 KB or less, and both are square and RGB."""
    for title in TITLES:
        png = cover.cover_png(cover.draw_cover(title, palette, "Twelve minutes"))
        image = Image.open(io.BytesIO(png))
        jpeg = cover.cover_jpeg(image)
        assert len(png) <= 400_000, title
        assert len(jpeg) <= 150_000, title
        for opened in (image, Image.open(io.BytesIO(jpeg))):
            assert (opened.size, opened.mode) == ((1400, 1400), "RGB")


def test_png_is_steady() -> None:
    """The same words give the same bytes, of pixels alone: no clock and no other metadata."""
    png = cover.cover_png(cover.draw_cover("Five Senses", "moss"))
    assert png == cover.cover_png(cover.draw_cover("Five Senses", "moss"))
    assert set(Image.open(io.BytesIO(png)).info) == set()


def test_jpeg_of_a_busy_picture() -> None:
    """A picture too busy for the limit at full quality is made smaller, and still opens."""
    noise = np.random.default_rng(1).integers(0, 256, (350, 350, 3), dtype=np.uint8)
    busy = Image.fromarray(noise).resize((1400, 1400), Image.Resampling.BICUBIC)
    plain = io.BytesIO()
    busy.save(plain, "JPEG", quality=88)
    assert len(cover.cover_jpeg(busy)) < plain.tell()


def test_speed() -> None:
    """A cover, its PNG and its JPEG take 0.4 s of one core at the most, once the font is read."""
    spent = []
    for title in TITLES:
        start = time.process_time()
        image = cover.draw_cover(title, "night", "Twelve minutes")
        image.save(io.BytesIO(), "PNG", compress_level=6)
        cover.cover_jpeg(image)
        spent.append(time.process_time() - start)
    assert min(spent) <= 0.4


# --- A maker's own picture -----------------------------------------------------------------------


def halves(width: int, height: int) -> Image.Image:
    """Red on the left half, blue on the right."""
    colours = np.zeros((height, width, 3), np.uint8)
    colours[:, : width // 2, 0] = colours[:, width // 2 :, 2] = 255
    return Image.fromarray(colours)


def test_fit_cuts_the_middle(tmp_path: Path) -> None:
    """A wide picture loses as much on the left as on the right."""
    fitted = cover.fit_cover(saved(tmp_path / "wide.png", halves(900, 300)))
    assert (fitted.size, fitted.mode) == ((1400, 1400), "RGB")
    assert fitted.getpixel((650, 700)) == (255, 0, 0)
    assert fitted.getpixel((750, 700)) == (0, 0, 255)


def test_fit_turns_upright(tmp_path: Path) -> None:
    """A picture whose EXIF says that it lies on its side is stood up."""
    exif = Image.Exif()
    exif[0x0112] = 6  # the top of the scene is at the right
    fitted = cover.fit_cover(saved(tmp_path / "turned.png", halves(300, 300), exif=exif))
    assert fitted.getpixel((700, 300)) == (255, 0, 0)
    assert fitted.getpixel((700, 1100)) == (0, 0, 255)


def test_fit_shrinks_a_large_jpeg(tmp_path: Path) -> None:
    """A JPEG far above the cover's size keeps its whole square."""
    fitted = cover.fit_cover(saved(tmp_path / "large.jpg", halves(6000, 6000)))
    red, _, blue = pixels(fitted)[700, [30, 1370]].T
    assert (red > 240).tolist() == [True, False]
    assert (blue > 240).tolist() == [False, True]


@pytest.mark.parametrize("dtype", [np.uint16, np.int32, np.float32])
def test_fit_scales_deep_greys(tmp_path: Path, dtype: type) -> None:
    """A picture of more than 8 bits keeps its greys instead of being burnt out."""
    ramp: NDArray[Any] = np.tile(np.linspace(0, 65535, 400).astype(dtype), (400, 1))
    fitted = pixels(cover.fit_cover(saved(tmp_path / "deep.tif", Image.fromarray(ramp))))
    assert fitted[700, 700] == pytest.approx([127, 127, 127], abs=3)
    assert fitted[700, 5, 0] < 5
    assert fitted[700, 1395, 0] > 250


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "YCbCr"])
def test_fit_takes_any_mode(tmp_path: Path, mode: str) -> None:
    """Every kind of picture comes out as RGB, a white one white."""
    white = Image.new("RGB", (200, 160), "white").convert(mode)
    fitted = cover.fit_cover(saved(tmp_path / "any.tif", white))
    assert fitted.mode == "RGB"
    assert pixels(fitted).min() >= 250


def test_fit_lays_clear_parts_on_white(tmp_path: Path) -> None:
    """What is see-through in a picture becomes white, whatever colour hides there."""
    clear = Image.new("RGBA", (300, 300), (200, 0, 0, 0))
    clear.paste((0, 0, 200, 255), (0, 0, 300, 150))
    fitted = cover.fit_cover(saved(tmp_path / "clear.png", clear))
    assert fitted.getpixel((700, 300)) == (0, 0, 200)
    assert fitted.getpixel((700, 1100)) == (255, 255, 255)


def bomb() -> bytes:
    """A PNG of a few bytes that says it has 3600 million pixels."""
    head = b"IHDR" + struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    body = b"IDAT" + zlib.compress(bytes(100))
    chunks = [
        struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in (head, body)
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def large() -> bytes:
    """A black picture of 84 million pixels in a few bytes, under Pillow's own limit."""
    held = io.BytesIO()
    Image.new("1", (12_000, 7_000)).save(held, "PNG")
    return held.getvalue()


def cut_off() -> bytes:
    """The first half of a JPEG."""
    held = io.BytesIO()
    halves(600, 600).save(held, "JPEG")
    return held.getvalue()[: held.tell() // 2]


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(
    "content",
    [b"", b"not a picture", b"%!PS-Adobe-3.0 EPSF-3.0\n", b"<svg/>", bomb(), large(), cut_off()],
    ids=["empty", "text", "postscript", "svg", "bomb", "large", "cut off"],
)
def test_fit_refuses(tmp_path: Path, content: bytes) -> None:
    """A file that is no whole picture of a sane size is refused, named, with a mend."""
    path = tmp_path / "picture.png"
    path.write_bytes(content)
    with pytest.raises(MeditationError) as caught:
        cover.fit_cover(path)
    assert str(path) in str(caught.value)
    assert caught.value.mend


def test_fit_refuses_what_is_not_there(tmp_path: Path) -> None:
    """A missing file and a folder are refused like a bad picture."""
    for path in (tmp_path / "none.png", tmp_path):
        with pytest.raises(MeditationError):
            cover.fit_cover(path)
