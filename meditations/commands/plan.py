"""`meditations plan`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from meditations.project import find_project, find_scripts
from meditations.quantities import FRAMES_PER_MS, format_clock, format_duration
from meditations.sound.specs import BellSpec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meditations.care.pace import Pace
    from meditations.timeline.timeline import Timeline


@click.command(epilog="Example: meditations plan five-senses")
@click.argument("script")
@click.option("--json", "as_json", is_flag=True, help="Tell the timeline as JSON.")
def command(script: str, as_json: bool) -> None:
    """Show a script's timeline as a table: when, what, how long; where the silence goes.

    Below it stands the pace: how fast, how silent, section by section, and where that leaves what
    suits listeners. Nothing is spoken. The lengths of lines that were spoken before are known;
    those of others are estimated and marked with ~.
    """
    from meditations.care.pace import pace_warnings
    from meditations.commands.build import beside
    from meditations.script import read_script
    from meditations.speech.lengths import known_lengths
    from meditations.timeline.timeline import build_timeline
    from meditations.track.preparing import check_script

    project = find_project(beside((script,)))
    file = find_scripts(project, [script])[0]
    read = read_script(file, project.shown(file))
    plan = check_script(read, project)
    lengths, estimated = known_lengths(plan.utterances, project.root)
    timeline = build_timeline(plan, lengths)
    rows = list(_rows(timeline, estimated))
    if as_json:
        told = {
            "slug": read.slug, "length_ms": _ms(timeline.frames), "estimated": bool(estimated),
            "speech_ms": _speech_ms(timeline), "events": rows,
            "chosen": asdict(plan.chosen) if plan.chosen else None,
            "pace": list(map(_pace_told, _paces(timeline))),
            "pace_warnings": pace_warnings(timeline, read.kind),
        }  # fmt: skip
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
        return
    for row in rows:
        click.echo(_line(row))
    if plan.chosen:
        click.echo(f"Engine auto is {plan.chosen.engine}, voice {plan.chosen.voice}.")
    for line in _pace_table(timeline, estimated=bool(estimated)):
        click.echo(line)
    for warning in pace_warnings(timeline, read.kind):
        click.echo(f"Pace: {warning}.")


def _ms(frames: int) -> int:
    return frames // FRAMES_PER_MS


def _speech_ms(timeline: Timeline) -> int:
    return _ms(sum(cue.frames for cue in timeline.cues))


def _rows(timeline: Timeline, estimated: set[Any]) -> list[dict[str, Any]]:
    """Everything in order, silences between it spelt out."""
    rows: list[dict[str, Any]] = []
    position = 0
    chapters = list(timeline.chapters)
    ends = (timeline.frames, timeline.frames, "end", "", False)
    for start, end, what, text, guess in [*sorted(_heard(timeline, estimated)), ends]:
        if start > position:
            rows.append(_row(position, start, "silence", "", False))
        while chapters and (what == "end" or chapters[0].start_frame <= start):
            chapter = chapters.pop(0)
            rows.insert(
                len(rows) if chapter.start_frame >= position else max(len(rows) - 1, 0),
                _row(chapter.start_frame, chapter.end_frame, "section", chapter.title, False),
            )
        if what != "end":
            rows.append(_row(start, end, what, text, guess))
        position = max(position, end)
    return rows


def _heard(timeline: Timeline, estimated: set[Any]) -> Iterator[tuple[int, int, str, str, bool]]:
    """Start, end, kind and words of all that sounds, and whether its length is a guess."""
    for cue in timeline.cues:
        yield cue.start_frame, cue.end_frame, "say", cue.caption, cue.utterance in estimated
    for breath in timeline.breaths:
        end = breath.start_frame + breath.frames
        yield breath.start_frame, end, "breathe", breath.phase, False
    for clip in timeline.clips:
        if isinstance(clip.spec, BellSpec):
            end = clip.start_frame + clip.room_frames
            yield clip.start_frame, end, "bell", clip.spec.sound, False
    for span in timeline.beds:
        yield span.start_frame, span.start_frame, "background", span.spec.sound, False


def _row(start: int, end: int, what: str, text: str, guess: bool) -> dict[str, Any]:
    return {
        "start_ms": _ms(start), "length_ms": _ms(end - start), "what": what, "text": text,
        "estimated": guess,
    }  # fmt: skip


def _line(row: dict[str, Any]) -> str:
    start = format_clock(row["start_ms"])[3:-2]
    length = ("~" if row["estimated"] else "") + f"{row['length_ms'] / 1000:.1f}s"
    if row["what"] == "section":
        return f"\n{start}  {format_duration(row['length_ms']):>8}  {row['text']}"
    text = row["text"] if row["what"] == "say" else f"{row['what']} {row['text']}"
    if row["what"] == "silence":
        text = "·"
    if row["what"] == "background":
        length = ""
    return f"{start}  {length:>8}    {text}"


def _paces(timeline: Timeline) -> list[Pace]:
    """The pace of each section, and last that of the whole, whose title is empty."""
    from meditations.care.pace import section_paces, track_pace

    return [*section_paces(timeline), track_pace(timeline)]


def _pace_told(pace: Pace) -> dict[str, Any]:
    return {
        "title": pace.title,
        "length_ms": pace.length_ms,
        "words": pace.words,
        "spoken_wpm": round(pace.spoken_wpm, 1),
        "over_all_wpm": round(pace.over_all_wpm, 1),
        "silence_percent": round(100 * pace.silence, 1),
        "longest_silence_ms": pace.longest_silence_ms,
    }


def _pace_table(timeline: Timeline, *, estimated: bool) -> Iterator[str]:
    """The pace of each section and of the whole, in columns."""
    yield ""
    yield f"{'':>9}  words  a minute spoken  over all  silence  longest"
    for pace in _paces(timeline):
        length = ("~" if estimated else "") + format_duration(pace.length_ms)
        yield (
            f"{length:>9}  {pace.words:5}  {pace.spoken_wpm:15.0f}  {pace.over_all_wpm:8.0f}"
            f"  {100 * pace.silence:5.0f} %  {pace.longest_silence_ms / 1000:6.1f}s"
            f"  {pace.title or 'in all'}"
        )
