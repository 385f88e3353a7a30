"""Inspecting a track: decode, measure, hold against the record beside it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from meditations.inspection import findings
from meditations.inspection.decoding import open_source, refuse_missing
from meditations.inspection.measures import SHORT_TERM_STEPS, lufs_curve, measure_track
from meditations.inspection.report import Curves, Report
from meditations.sound.loudness import BLOCK_STEPS
from meditations.track.record import read_record

if TYPE_CHECKING:
    from meditations.workers import Workers


def inspect_track(mp3: Path, workers: Workers | None = None) -> Report:
    """Decodes `mp3` and holds it against the record beside it.

    Args:
        mp3: The track; its record, its captions lie beside it.
        workers: Who measures its spans; None for this process alone. The figures are the same.

    Raises:
        MeditationError: If there is no such track, it cannot be decoded, or it has no record.
    """
    refuse_missing(mp3)
    record = read_record(mp3.with_suffix(".json"))
    with tempfile.TemporaryDirectory(prefix="meditations-") as scratch:
        source, laid_out = open_source(mp3, Path(scratch))
        measures = measure_track(source, workers)
    heard = findings.Heard.of(mp3, record, measures)
    told = findings.Told()
    findings.tell_file(told, heard, laid_out=laid_out)
    findings.tell_loudness(told, heard)
    findings.tell_faults(told, heard)
    findings.tell_quiet(told, heard)
    findings.tell_speech(told, heard)
    findings.tell_sidecars(told, heard)
    bed = heard.places.bed
    curves = Curves(
        measures.peaks,
        lufs_curve(measures.energies, BLOCK_STEPS),
        lufs_curve(measures.energies, SHORT_TERM_STEPS),
        None if bed is None else lufs_curve(bed, 1),
        record,
    )
    return Report(mp3, tuple(told.findings), told.numbers, curves)
