"""What lies beside the MP3: captions, transcript and chapters, all read from the timeline."""

from __future__ import annotations

import html
import json
import textwrap
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any, Final

from meditations.quantities import FRAMES_PER_MS, format_clock
from meditations.track.caption_lines import caption_lines

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from meditations.script import Script
    from meditations.timeline.timeline import Cue, Timeline

VTT_WIDTH: Final = 65
SRT_WIDTH: Final = 32
CAPTION_LINES: Final = 2
SPEAKER: Final = "Synthetic voice"
PERSON: Final = "Recorded voice"


def ms(frame: int) -> int:
    """Milliseconds of a frame; the timeline's places are whole ones."""
    return frame // FRAMES_PER_MS


def captions(timeline: Timeline, width: int) -> Iterator[tuple[int, int, list[str]]]:
    """Captions as start and end in ms and their lines, two of `width` characters at most.

    A sentence that needs more comes as several captions. Each stays until the next, which comes
    with its first word; where words have no times, by its share of the letters.
    """
    for cue in timeline.cues:
        yield from _parts(cue, width)


def speakers(timeline: Timeline, persons: Container[str] = ()) -> list[str]:
    """Who speaks each cue, as listeners are shown: by name, where the script gives one.

    Voices without a name are numbered where there are several of a kind.

    Args:
        timeline: Who speaks when.
        persons: The engines whose voices are people's.
    """
    nameless = dict.fromkeys(_voice(cue) for cue in timeline.cues if not cue.speaker)
    names: dict[tuple[str, str], str] = {}
    for kind in (SPEAKER, PERSON):
        alike = [v for v in nameless if (PERSON if v[0] in persons else SPEAKER) == kind]
        names |= {v: f"{kind} {n}" if len(alike) > 1 else kind for n, v in enumerate(alike, 1)}
    return [cue.speaker or names[_voice(cue)] for cue in timeline.cues]


def _voice(cue: Cue) -> tuple[str, str]:
    return cue.utterance.manner.engine, cue.utterance.manner.voice


def _parts(cue: Cue, width: int) -> Iterator[tuple[int, int, list[str]]]:
    groups = caption_lines(cue.caption, width, CAPTION_LINES)
    start, end = ms(cue.start_frame), ms(cue.end_frame)
    letters = list(accumulate(len("".join(group).replace(" ", "")) for group in groups))
    edges = [start]
    for count in letters[:-1]:  # each caption lasts a millisecond at the least
        edges.append(
            min(max(_at_letter(cue, count), edges[-1] + 1), end - len(groups) + len(edges))
        )
    edges.append(end)
    for group, (begin, until) in zip(groups, pairwise(edges), strict=True):
        yield begin, until, group


def _at_letter(cue: Cue, count: int) -> int:
    """When the word is spoken that begins behind so many letters of a caption, in ms.

    Within a word, and where words have no times, by the share of the letters.
    """
    spans = [(len(word.text.replace(" ", "")), word.start_frame, word.end_frame)
             for word in cue.words]  # fmt: skip
    whole = len(cue.caption.replace(" ", ""))
    if sum(letters for letters, _, _ in spans) != whole:
        spans = [(whole, cue.start_frame, cue.end_frame)]
    for letters, begin, until in spans:
        if count < letters:
            return ms(begin + (until - begin) * count // letters)
        count -= letters
    return ms(cue.end_frame)


def vtt(timeline: Timeline, language: str, persons: Container[str] = ()) -> str:
    """The captions as WebVTT; each says who speaks.

    No time stamps within a caption: not every app is sure to hide them.
    """
    # A blank line must follow the first one, so the language goes into a note.
    blocks = ["WEBVTT", f"NOTE Language: {language}"]
    for cue, speaker in zip(timeline.cues, speakers(timeline, persons), strict=True):
        for start, end, lines in _parts(cue, VTT_WIDTH):
            text = "\n".join(html.escape(line, quote=False) for line in lines)
            times = f"{format_clock(start)} --> {format_clock(end)}"
            blocks.append(f"{times}\n<v {html.escape(speaker, quote=False)}>{text}")
    return "\n\n".join(blocks) + "\n"


def srt(timeline: Timeline) -> str:
    """The captions as SubRip."""
    blocks = [
        f"{number}\n{format_clock(start, separator=',')} --> {format_clock(end, separator=',')}\n"
        + "\n".join(lines)
        for number, (start, end, lines) in enumerate(captions(timeline, SRT_WIDTH), 1)
    ]
    return "\n\n".join(blocks) + "\n"


def transcript(script: Script, timeline: Timeline, persons: Container[str] = ()) -> str:
    """All that is said, as text to read: a heading for each section, a paragraph for each line.

    Where several voices speak, their names stand before what they say.
    """
    paragraphs, names = [script.title], speakers(timeline, persons)
    told = len(set(names)) > 1
    for number, chapter in enumerate(timeline.chapters):
        paragraphs.append(chapter.title + "\n" + "-" * len(chapter.title))
        lines: list[list[str]] = []
        last, speaker = None, None
        for cue, name in zip(timeline.cues, names, strict=True):
            if cue.section != number:
                continue
            if cue.where != last:
                lines.append([])
            if told and name != speaker:
                lines[-1].append(f"{name}:")
            lines[-1].append(cue.caption)
            last, speaker = cue.where, name
        paragraphs += [textwrap.fill(" ".join(said), 80) for said in lines]
    return "\n\n".join(paragraphs) + "\n"


def chapters(timeline: Timeline, title: str) -> str:
    """The chapters as JSON, version 1.2.0 of the podcast namespace's format."""
    told: dict[str, Any] = {
        "version": "1.2.0",
        "title": title,
        "chapters": [
            {
                "startTime": ms(chapter.start_frame) / 1000,
                "endTime": ms(chapter.end_frame) / 1000,
                "title": chapter.title,
            }
            for chapter in timeline.chapters
        ],
    }
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"
