"""`meditations inspect`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click


@click.command(epilog="Example: meditations inspect build/tracks/five-senses.mp3")
@click.argument("track", type=click.Path(path_type=Path), metavar="TRACK.mp3")
@click.option("--json", "as_json", is_flag=True, help="Tell the findings as JSON.")
def command(track: Path, as_json: bool) -> int:
    """Decode a finished track and measure it against its record.

    The exit status is 1 where the sound is not what the record beside it says, or too loud.
    """
    from meditations.inspection import inspect_track

    findings = inspect_track(track)
    good = all(finding.good for finding in findings)
    if as_json:
        told = {"track": str(track), "good": good, "findings": [asdict(f) for f in findings]}
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        for finding in findings:
            click.echo(
                f"{'ok ' if finding.good else 'NO '} {finding.what:22} {finding.found}"
                + (f"   (wanted: {finding.wanted})" if finding.wanted else "")
            )
        click.echo("The track is as it should be." if good else "The track is not as it should be.")
    return 0 if good else 1
