"""`python -m bench.sounds`: beds, seams and extremes, measured; writes bench/SOUNDS.md.

Loudness and peaks are told by ffmpeg's ebur128, which shares no code with what is measured.
"""

from __future__ import annotations

import json
import os
import re
import sys
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from bench.extremes import EXTREMES
from bench.place import ROOT, TRACK, Place, open_place
from bench.process import BenchError, Run, Task, run

if TYPE_CHECKING:
    from collections.abc import Iterator

RESULTS: Final = ROOT / "bench" / "SOUNDS.md"
ROUNDS: Final = 3
PLAIN: Final = "brown"
FILES: Final = {
    "a WAV file": ("wav", "pink", ()),
    "a FLAC file": ("flac", "brown", ()),
    "an MP3 file": ("mp3", "pink", ("-b:a", "192k")),
    "an Ogg file": ("ogg", "pink", ("-c:a", "libvorbis")),
    "an M4A file": ("m4a", "pink", ("-c:a", "aac")),
}
"""Beds from files: suffix, colour of the noise in them, and how ffmpeg encodes them."""


@dataclass(frozen=True, slots=True)
class BedFigures:
    """What was measured of one bed."""

    name: str
    ratios: list[float]
    largest_mb: float
    together_mb: float
    report: dict[str, Any]
    seam: tuple[float, float]


def main() -> int:
    """Measures everything, prints it, and writes the file."""
    for name in [name for name in os.environ if name.startswith("MEDITATIONS_")]:
        del os.environ[name]
    try:
        with open_place() as place:
            text = _measure(place)
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1
    print(text)
    RESULTS.write_text(text, "utf-8", newline="\n")
    return 0


def _measure(place: Place) -> str:
    from bench.seams import seam_figures

    _write_files(place)
    beds = [_bed_name(name) for name in _made(place)] + [
        (name, f"sounds/noise.{suffix}") for name, (suffix, _, _) in FILES.items()
    ]
    seconds = _times(place, [sound for _, sound in beds])
    figures = []
    for name, sound in beds:
        print(name, file=sys.stderr, flush=True)
        build = _cold(place, sound, watched=True)
        peak = build.memory
        _write(place, "long", f"title: Long\nbackground: {_layer(sound)}\nsections:\n"
               "  - title: One\n    script: [Good evening., {pause: {time: 10 min, fixed: true}},"
               " The end.]\n")  # fmt: skip
        _build(place, "long")
        mp3 = place.track("long", ".mp3")
        figures.append(
            BedFigures(
                name,
                [own / plain for own, plain in zip(seconds[sound], seconds[PLAIN], strict=True)],
                peak.process_mb if peak else 0.0,
                peak.together_mb if peak else 0.0,
                _inspect(place, "long"),
                seam_figures(mp3, place, _period_ms(place, sound)),
            )
        )
    extremes = list(_extremes(place))
    return _report(figures, extremes)


def _bed_name(name: str) -> tuple[str, str]:
    return name, name


def _made(place: Place) -> list[str]:
    told = json.loads(run(place.meditations("sounds", "--json", cores=4)).output)
    return [sound["name"] for sound in told if sound["kind"] == "background"]


def _layer(sound: str) -> str:
    owed = ", credit: the bench, license: CC0" if "/" in sound else ""
    return f"{{sound: {sound}{owed}}}"


def _write_files(place: Place) -> None:
    from meditations.programs import ffmpeg

    folder = place.project / "sounds"
    folder.mkdir(exist_ok=True)
    for suffix, colour, options in FILES.values():
        run(
            Task(
                [str(ffmpeg()), "-v", "error", "-y", "-f", "lavfi", "-i",
                 f"anoisesrc=color={colour}:amplitude=0.3:sample_rate=44100:duration=95:seed=3",
                 *options, str(folder / f"noise.{suffix}")],
                place.folder, place.environment(), 4,
            )
        )  # fmt: skip


def _times(place: Place, sounds: list[str]) -> dict[str, list[float]]:
    """Seconds of cold builds of the track over each bed, round by round."""
    seconds: dict[str, list[float]] = {sound: [] for sound in sounds}
    for number in range(ROUNDS):
        print(f"builds, round {number + 1} of {ROUNDS}", file=sys.stderr, flush=True)
        for sound in sounds:
            seconds[sound].append(_cold(place, sound).seconds)
    return seconds


def _cold(place: Place, sound: str, *, watched: bool = False) -> Run:
    text = (ROOT / "scripts" / f"{TRACK}.yaml").read_text("utf-8")
    text = re.sub(r"^background:.*\n", f"background: {_layer(sound)}\n", text, flags=re.MULTILINE)
    _write(place, "over", text)
    place.empty_stores()
    return _build(place, "over", watched=watched)


def _write(place: Place, slug: str, text: str) -> None:
    place.script(slug).write_text(text, "utf-8")


def _build(place: Place, slug: str, *, watched: bool = False) -> Run:
    output = str(place.output)
    return run(place.meditations("build", slug, "--output", output, cores=4, watched=watched))


def _inspect(place: Place, slug: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(
        run(place.meditations("inspect", str(place.track(slug, ".mp3")), "--json", cores=4)).output
    )
    return told


def _period_ms(place: Place, sound: str) -> int:
    """The loop of a bed, from what is kept of it."""
    lengths = {
        json.loads(file.read_text("utf-8"))["period_frames"] // 48
        for file in (place.cache / "beds").rglob("*.json")
    }
    if len(lengths) != 1:
        raise BenchError(f"{sound}: {len(lengths)} beds are kept")
    return int(lengths.pop())


def _extremes(place: Place) -> Iterator[tuple[str, dict[str, Any], float | None, float | None]]:
    """Each extreme: its name, what inspect told, and ffmpeg's loudness and true peak."""
    for number, (name, text) in enumerate(EXTREMES.items()):
        print(name, file=sys.stderr, flush=True)
        slug = f"extreme-{number}"
        _write(place, slug, text)
        _build(place, slug)
        lufs, peak = _ebur128(place, slug)
        yield name, _inspect(place, slug), lufs, peak


def _ebur128(place: Place, slug: str) -> tuple[float | None, float | None]:
    from meditations.programs import ffmpeg

    mp3 = str(place.track(slug, ".mp3"))
    done = run(
        Task(
            [str(ffmpeg()), "-nostats", "-i", mp3, "-map", "0:a:0", "-af",
             "ebur128=peak=true:framelog=quiet", "-f", "null", "-"],
            place.folder, place.environment(), 4,
        )
    )  # fmt: skip
    told = "\n".join(line for _, line in done.told)
    lufs = re.findall(r"^\s+I:\s+(-?[\d.]+) LUFS", told, re.MULTILINE)
    peak = re.findall(r"^\s+Peak:\s+(-?[\d.]+) dBFS", told, re.MULTILINE)
    loud = float(lufs[-1]) if lufs else None
    return (loud if loud is None or loud > -70 else None), float(peak[-1]) if peak else None


def _report(
    beds: list[BedFigures],
    extremes: list[tuple[str, dict[str, Any], float | None, float | None]],
) -> str:
    plain = next(bed for bed in beds if bed.name == PLAIN)
    lines = [
        "# Beds, seams and extremes",
        "",
        "Written by `python -m bench.sounds`; do not edit.",
        "",
        f"## A cold build of the 15-minute track over each bed, {ROUNDS} rounds on 4 cores",
        "",
        f"Time against `{PLAIN}` in the same round (median, lowest to highest; to reach: 1.25 at"
        " most), and memory: the largest process, and all together (PSS). Then a track of ten"
        " minutes: what `inspect` says, and the seam of the loop: how far spectrum and envelope"
        " step there, against the 99th percentile of a thousand other places (under 1 it is not"
        " to be told from them).",
        "",
        "| bed | time | largest, MB | together, MB | inspect | clicks | spectrum | envelope |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for bed in beds:
        clicks = next(f for f in bed.report["findings"] if "click" in f["what"])
        lines.append(
            f"| {bed.name} | {median(bed.ratios):.2f} ({min(bed.ratios):.2f} to"
            f" {max(bed.ratios):.2f}) | {bed.largest_mb:.0f} | {bed.together_mb:.0f} |"
            f" {_verdict(bed.report)} | {clicks['found']} | {bed.seam[0]:.2f} |"
            f" {bed.seam[1]:.2f} |"
        )
    lines += [
        "",
        f"Highest ratio: {max(median(bed.ratios) for bed in beds):.2f}; memory of the largest"
        f" process against `{PLAIN}`: {max(b.largest_mb for b in beds) / plain.largest_mb:.2f}.",
        "",
        "## Extremes",
        "",
        "Whole and peak by ffmpeg's ebur128 over the finished file, speech by `inspect`. To reach:"
        " speech -16 LUFS ± 0.5 (what is meant to be quieter counts as much louder), peak -1.5"
        " dBTP at most.",
        "",
        "| script | speech, LUFS | whole, LUFS | true peak, dBTP | inspect |",
        "|---|---|---|---|---|",
    ]
    for name, report, lufs, peak in extremes:
        speech = next((f["found"] for f in report["findings"] if "speech" in f["what"]), "")
        lines.append(f"| {name} | {speech} | {_told(lufs)} | {_told(peak)} | {_verdict(report)} |")
    return "\n".join(lines) + "\n"


def _verdict(report: dict[str, Any]) -> str:
    bad = [finding["what"] for finding in report["findings"] if not finding["good"]]
    return "good" if not bad else "NOT: " + ", ".join(bad)


def _told(value: float | None) -> str:
    return "silence" if value is None else f"{value:.1f}"


if __name__ == "__main__":
    sys.exit(main())
