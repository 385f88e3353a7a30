"""Chapters in the tag and captions beside the track, held against the record."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from meditations.inspection.places import SpokenCue

Chapter = tuple[int, int, str]
Caption = tuple[int, int, str]

_TIMES = re.compile(
    r"(?:(\d+):)?(\d\d):(\d\d)\.(\d{3})[ \t]+-->[ \t]+(?:(\d+):)?(\d\d):(\d\d)\.(\d{3})"
)
_VOICE_TAG = re.compile(r"</?v\b[^>]*>")


def read_chapters(mp3: Path) -> list[Chapter] | None:
    """Start and end in ms and title of the chapters in the tag, in order; None without a tag."""
    from mutagen.id3 import ID3
    from mutagen.mp3 import HeaderNotFoundError

    try:
        tags = ID3(mp3)
    except HeaderNotFoundError:
        return None
    found = []
    for chapter in tags.getall("CHAP"):
        title = chapter.sub_frames.get("TIT2")
        found.append((chapter.start_time, chapter.end_time, "" if title is None else str(title)))
    return sorted(found)


def chapter_fault(
    found: Sequence[Chapter] | None, record: Mapping[str, Any], length_ms: int
) -> str:
    """What is wrong with the chapters; nothing if they are as the record says."""
    if found is None:
        return "there is no tag"
    wanted = [(c["start_ms"], c["end_ms"], c["title"]) for c in record["chapters"]]
    if len(found) != len(wanted):
        return f"{len(found)} instead of {len(wanted)}"
    for number, (here, there) in enumerate(zip(found, wanted, strict=True), 1):
        if here[2] != there[2]:
            return f"chapter {number} is called '{here[2]}', not '{there[2]}'"
        if here[:2] != there[:2]:
            return (
                f"chapter {number} lies at {here[0]} to {here[1]} ms, not {there[0]} to {there[1]}"
            )
    edges = [0, *(edge for chapter in found for edge in chapter[:2]), length_ms]
    if any(end != start for end, start in zip(edges[::2], edges[1::2], strict=True)):
        return "they do not cover the track from end to end"
    return ""


def read_captions(vtt: Path) -> list[Caption] | None:
    """Start and end in ms and words of the captions of a WebVTT file; None if it is none."""
    try:
        blocks = re.split(r"\n{2,}", vtt.read_text("utf-8").replace("\r\n", "\n").strip())
    except (OSError, UnicodeDecodeError):
        return None
    if not blocks[0].startswith("WEBVTT"):
        return None
    found = []
    for block in blocks[1:]:
        lines = block.split("\n")
        for number, line in enumerate(lines[:2]):
            if times := _TIMES.match(line):
                words = " ".join(" ".join(lines[number + 1 :]).split())
                words = _VOICE_TAG.sub("", words)
                found.append((_ms(*times.groups()[:4]), _ms(*times.groups()[4:]),
                              html.unescape(words)))  # fmt: skip
    return found


def _ms(hours: str | None, minutes: str, seconds: str, millis: str) -> int:
    return ((int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(millis)


def caption_fault(found: Sequence[Caption] | None, cues: Sequence[SpokenCue]) -> str:
    """What is wrong with the captions; nothing if they say what is spoken, when it is.

    A long cue comes as several captions that follow one another.
    """
    if found is None:
        return "there are none that can be read"
    position = 0
    for cue in cues:
        words: list[str] = []
        starts = found[position][0] if position < len(found) else None
        while position < len(found) and found[position][0] < cue.end_ms:
            words.append(found[position][2])
            position += 1
        if not words or found[position - 1][1] != cue.end_ms or starts != cue.start_ms:
            place = "there is none" if not words else f"it lies at {starts} ms"
            return f"for the words at {cue.start_ms} ms {place}"
        if "".join("".join(words).split()) != "".join(cue.text.split()):
            return f"at {cue.start_ms} ms the words are others"
    return "" if position == len(found) else f"{len(found) - position} too many"
