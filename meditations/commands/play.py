"""`meditations play`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from meditations.errors import MeditationError, nearest
from meditations.project import find_project

if TYPE_CHECKING:
    from collections.abc import Sequence

KEYS: Final = {
    "mpv": "Space pauses, the arrows move back and on, 9 and 0 change the volume, q ends.",
    "ffplay": "Ctrl-C ends.",
}


@click.command(epilog="Example: meditations play five-senses --from 2m30s")
@click.argument("track", required=False)
@click.option("--from", "start", metavar="TIME", help="Begin there, for example at 2m30s.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="DIR",
    help="Look for the track in what build --output DIR has made.",
)  # fmt: skip
def command(track: str | None, start: str | None, output: Path | None) -> int:
    """Play a track in the terminal, with mpv or ffplay.

    A TRACK is an MP3, or the name of one in build/tracks/. Without one, the track that was made
    last is played.
    """
    from meditations.commands import STOPPED
    from meditations.programs import find_player, play
    from meditations.quantities import parse_duration

    start_ms = parse_duration(start) if start else 0
    mp3 = _find(track, output)
    player = find_player()
    _tell(mp3, start_ms)
    click.echo(KEYS[player])
    try:
        play(player, mp3, start_ms)
    except KeyboardInterrupt:
        return STOPPED
    return 0


def _find(track: str | None, output: Path | None) -> Path:
    """The MP3 that is meant."""
    if track is not None and Path(track).is_file():
        return Path(track)
    folder = (output or find_project().build) / "tracks"
    made = sorted(folder.glob("*.mp3"))
    if not made:
        raise MeditationError(
            "there is no track here yet", mend="make some: meditations build", file=_shown(folder)
        )
    if track is None:
        return max(made, key=lambda mp3: (mp3.stat().st_mtime_ns, mp3.name))
    return _named(track, made)


def _named(track: str, made: Sequence[Path]) -> Path:
    by_name = {mp3.stem: mp3 for mp3 in made}
    name = Path(track).stem if track.endswith((".mp3", ".yaml", ".yml")) else track
    if name not in by_name:
        raise MeditationError(f"there is no track called '{track}'", mend=nearest(name, by_name))
    return by_name[name]


def _shown(folder: Path) -> Path:
    here = Path.cwd()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder


def _tell(mp3: Path, start_ms: int) -> None:
    """What listeners should know before it sounds."""
    from meditations.quantities import format_duration

    told = _record(mp3)
    if told is None:
        click.echo(mp3.name)
        return
    length_ms = told["length_ms"]
    if start_ms >= length_ms:
        raise MeditationError(
            f"the track lasts {format_duration(length_ms)}",
            mend="begin earlier with --from, or leave it out", file=_shown(mp3),
        )  # fmt: skip
    click.echo(f"{told['title']}, {format_duration(length_ms)}")
    if told.get("content_note"):
        click.echo(str(told["content_note"]).strip())


def _record(mp3: Path) -> dict[str, Any] | None:
    """The record beside a track; None beside any other MP3."""
    from meditations.track.record import read_record

    try:
        return read_record(mp3.with_suffix(".json"))
    except MeditationError:
        return None
