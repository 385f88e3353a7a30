"""ID3 tags by mutagen: title to lyrics, chapters with titles, and the cover."""

from __future__ import annotations

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
    _add_chapters(tags, timeline)
    # No padding: the same tag is the same bytes.
    tags.save(target, v1=0, v2_version=4, padding=lambda _: 0)


def _add_chapters(tags: ID3, timeline: Timeline) -> None:
    names = [f"chp{number}" for number in range(len(timeline.chapters))]
    flags = CTOCFlags.TOP_LEVEL | CTOCFlags.ORDERED
    # Some players show no chapters where the table of contents has no title.
    title = [TIT2(Encoding.UTF8, "Chapters")]
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
