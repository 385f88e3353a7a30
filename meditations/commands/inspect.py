"""`meditations inspect`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from meditations.inspection.report import Report


@click.command(
    epilog="Example: meditations inspect build/tracks/five-senses.mp3 --plot five-senses.png"
)
@click.argument("track", type=click.Path(path_type=Path), metavar="TRACK.mp3")
@click.option("--json", "as_json", is_flag=True, help="Tell findings and figures as JSON.")
@click.option(
    "--plot", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.png",
    help="Draw waveform, cues, background and loudness over time.",
)  # fmt: skip
@click.option(
    "-j", "--jobs", type=click.IntRange(1, 256), help="Work with N processes.", metavar="N",
)  # fmt: skip
def command(track: Path, as_json: bool, plot: Path | None, jobs: int | None) -> int:
    """Decode a finished track and measure it against its record.

    The exit status is 1 where the sound is not what the record beside it says, or would hurt to
    hear. docs/inspect.md tells what is measured, and how.
    """
    from meditations.inspection.decoding import refuse_missing
    from meditations.inspection.inspecting import inspect_track
    from meditations.workers import Workers, default_jobs

    refuse_missing(track)
    if plot is not None:
        from meditations.inspection.plot import draw, need_matplotlib

        need_matplotlib()
    with Workers(jobs or default_jobs()) as workers:
        report = inspect_track(track, workers)
    if plot is not None:
        draw(report, plot)
    (_tell_json if as_json else _tell)(report)
    return 0 if report.good else 1


def _tell_json(report: Report) -> None:
    told = {
        "track": str(report.track),
        "good": report.good,
        "findings": [asdict(finding) for finding in report.findings],
        "numbers": report.numbers,
    }
    click.echo(json.dumps(told, ensure_ascii=False, indent=1))


def _tell(report: Report) -> None:
    for finding in report.findings:
        # What was found says in some places that it is what was wanted.
        wanted = "" if finding.wanted in finding.found else f"   (wanted: {finding.wanted})"
        click.echo(f"{'ok ' if finding.good else 'NO '} {finding.what:22}  {finding.found}{wanted}")
    click.echo(
        "The track is as it should be." if report.good else "The track is not as it should be."
    )
