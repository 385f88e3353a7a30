"""ID3 tags by mutagen: title to lyrics, chapters with titles, and the cover."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from mutagen.id3 import (
    APIC,
    CHAP,
    COMM,
    CTOC,
    ID3,
    SYLT,
    TALB,
    TCON,
    TDRC,
    TIT2,
    TLAN,
    TPE1,
    TSSE,
    USLT,
    CTOCFlags,
    Encoding,
    PictureType,
)

from meditations.track.sidecars import ms
from meditations.wording import wording_for

if TYPE_CHECKING:
    from pathlib import Path

    from meditations.script import Script
    from meditations.timeline.timeline import Timeline

# ISO 639-2 names of languages, which ID3 wants, for those that espeak-ng speaks best.
_LANGUAGES: Final = {
    "ar": "ara", "bg": "bul", "ca": "cat", "cs": "ces", "da": "dan", "de": "deu", "el": "ell",
    "en": "eng", "es": "spa", "et": "est", "eu": "eus", "fa": "fas", "fi": "fin", "fr": "fra",
    "ga": "gle", "he": "heb", "hi": "hin", "hr": "hrv", "hu": "hun", "id": "ind", "is": "isl",
    "it": "ita", "ja": "jpn", "ko": "kor", "lt": "lit", "lv": "lav", "nl": "nld", "no": "nor",
    "pl": "pol", "pt": "por", "ro": "ron", "ru": "rus", "sk": "slk", "sl": "slv", "sr": "srp",
    "sv": "swe", "tr": "tur", "uk": "ukr", "vi": "vie", "zh": "zho",
}  # fmt: skip
_HEADER: Final = 10
"""Bytes in the header of a tag, and of each frame in it."""
_MILLISECONDS: Final = 2
_LYRICS: Final = 1


def write_tags(
    target: Path, script: Script, timeline: Timeline, transcript: str, cover_jpeg: bytes
) -> None:
    """Writes the tag into the new file `target`; the sound is appended to it afterwards."""
    language = _LANGUAGES.get(script.language.split("-")[0], "und")
    tags = ID3()
    utf8 = Encoding.UTF8
    tags.add(TIT2(utf8, script.title))
    tags.add(TPE1(utf8, script.author))
    tags.add(TALB(utf8, script.album))
    tags.add(TCON(utf8, "Meditation"))
    tags.add(TLAN(Encoding.LATIN1, language))
    tags.add(TSSE(utf8, "meditations, LAME"))
    if script.published:
        tags.add(TDRC(Encoding.LATIN1, script.published.strftime("%Y-%m-%d")))
    if script.summary:
        tags.add(COMM(utf8, language, "", script.summary))
    tags.add(USLT(utf8, language, "", transcript))
    spoken = [(cue.caption, ms(cue.start_frame)) for cue in timeline.cues]
    tags.add(SYLT(utf8, language, _MILLISECONDS, _LYRICS, "", spoken))
    tags.add(APIC(utf8, "image/jpeg", PictureType.COVER_FRONT, "Cover", cover_jpeg))
    _add_chapters(tags, timeline, wording_for(script.language)("track.chapters"))
    # No padding: the same tag is the same bytes.
    written = io.BytesIO()
    tags.save(written, v1=0, v2_version=4, padding=lambda _: 0)
    target.write_bytes(_chapters_in_order(written.getvalue()))


def _size(raw: bytes) -> int:
    """A size in ID3v2.4: four bytes of seven bits each."""
    return raw[0] << 21 | raw[1] << 14 | raw[2] << 7 | raw[3]


def _chapters_in_order(tag: bytes) -> bytes:
    """The same tag with its chapters last and in the order of time.

    mutagen writes frames of a kind in the order of their lengths, and some players list chapters
    as they find them. Layout after ID3v2.4.0, sections 3.1 and 4, and the chapter addendum.
    """
    frames: list[tuple[int, bytes]] = []
    position = _HEADER
    while position < len(tag):
        end = position + _HEADER + _size(tag[position + 4 : position + 8])
        frame = tag[position:end]
        starts_ms = -1
        if frame.startswith(b"CHAP"):
            name_end = frame.index(b"\0", _HEADER)
            starts_ms = int.from_bytes(frame[name_end + 1 : name_end + 5], "big")
        frames.append((starts_ms, frame))
        position = end
    frames.sort(key=lambda found: found[0])
    return tag[:_HEADER] + b"".join(frame for _, frame in frames)


def _add_chapters(tags: ID3, timeline: Timeline, told: str) -> None:
    names = [f"chp{number}" for number in range(len(timeline.chapters))]
    flags = CTOCFlags.TOP_LEVEL | CTOCFlags.ORDERED
    # Some players show no chapters where the table of contents has no title.
    title = [TIT2(Encoding.UTF8, told)]
    tags.add(CTOC(element_id="toc", flags=flags, child_element_ids=names, sub_frames=title))
    for name, chapter in zip(names, timeline.chapters, strict=True):
        tags.add(
            CHAP(
                element_id=name,
                start_time=ms(chapter.start_frame),
                end_time=ms(chapter.end_frame),
                start_offset=0xFFFFFFFF,
                end_offset=0xFFFFFFFF,
                sub_frames=[TIT2(Encoding.UTF8, chapter.title)],
            )
        )
