"""Transcripts and chapters as apps read them: in order, within the track, short enough lines."""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING, Final

from meditations.track.sidecars import CAPTION_LINES, SRT_WIDTH, VTT_WIDTH

if TYPE_CHECKING:
    from collections.abc import Iterator

VERSION: Final = "1.2.0"
_TIMES = re.compile(
    r"(\d\d+):([0-5]\d):([0-5]\d)[.,](\d{3}) --> (\d\d+):([0-5]\d):([0-5]\d)[.,](\d{3})"
)
_TAG = re.compile(r"</?[vic][^>]*>")


def caption_faults(data: bytes, suffix: str, seconds: int) -> Iterator[str]:
    """What is wrong with captions.

    Args:
        data: The file.
        suffix: `.vtt` or `.srt`.
        seconds: The length of the track.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError:
        yield "letters are not UTF-8"
        return
    if suffix == ".vtt" and not text.startswith("WEBVTT\n"):
        yield "the first line is not WEBVTT"
    width, last = (VTT_WIDTH if suffix == ".vtt" else SRT_WIDTH), 0
    for block in re.split(r"\n{2,}", text.strip()):
        lines = block.split("\n")
        place = next((n for n, line in enumerate(lines) if _TIMES.fullmatch(line)), None)
        if place is None:
            continue
        times = lines[place]
        start, end = _ms(times)
        if end <= start:
            yield f"a caption ends before it begins: {times}"
        if start < last:
            yield f"a caption overlaps the one before it: {times}"
        if end > (seconds + 1) * 1000:
            yield f"a caption lies behind the end of the track: {times}"
        last = max(last, end)
        shown = lines[place + 1 :]
        if suffix == ".vtt":
            shown = [html.unescape(_TAG.sub("", line)) for line in shown]
        if len(shown) > CAPTION_LINES or any(len(line) > width for line in shown):
            yield f"a caption is over {CAPTION_LINES} lines of {width} characters: {times}"


def _ms(times: str) -> tuple[int, int]:
    found = _TIMES.fullmatch(times)
    assert found is not None  # noqa: S101 - asked for by the caller
    hours, minutes, seconds, ms, *end = map(int, found.groups())
    return (
        ((hours * 60 + minutes) * 60 + seconds) * 1000 + ms,
        ((end[0] * 60 + end[1]) * 60 + end[2]) * 1000 + end[3],
    )


def chapter_faults(data: bytes, seconds: int) -> Iterator[str]:
    """What is wrong with a file of chapters; `seconds` is the length of the track."""
    try:
        told = json.loads(data)
        version = told["version"]
        starts = [float(chapter["startTime"]) for chapter in told["chapters"]]
        titles = [chapter["title"] for chapter in told["chapters"]]
    except (ValueError, KeyError, TypeError):
        yield "the file is not as apps read it"
        return
    if version != VERSION:
        yield f"the version is {version}, not {VERSION}"
    if not starts or starts[0] != 0:
        yield "the first does not begin with the track"
    if starts != sorted(set(starts)) or any(start > seconds for start in starts):
        yield "the times do not run forward within the track"
    if not all(titles):
        yield "one has no title"
