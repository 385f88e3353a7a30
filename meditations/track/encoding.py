"""The windows of a track, encoded by the workers while this process does what is left to do."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from meditations.mix.lulls import share_lulls
from meditations.mix.mixer import encoder_name, make_window
from meditations.mix.windows import cut_windows
from meditations.mp3.stream import FRAME_BYTES, Row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from concurrent.futures import Future
    from pathlib import Path

    from meditations.mix.lulls import Piece
    from meditations.mix.windows import Window
    from meditations.store import Store
    from meditations.track.sounding import Reporter, Sounding, Workshop
    from meditations.workers import Workers


@dataclass(frozen=True, slots=True)
class Encoding:
    """What is kept, and what the workers are at.

    Attributes:
        pieces: Where the MP3 frames of the track are found, in order.
        kept: The files of windows that were encoded before.
        pending: The windows that are encoded anew.
        workers: Who does it.
    """

    pieces: tuple[Piece, ...]
    kept: Mapping[Window, Path]
    pending: Mapping[Window, Future[Path]]
    workers: Workers

    def rows(self, reporter: Reporter) -> list[Row]:
        """The MP3 frames of the track, in order; waits until all windows are encoded.

        Raises:
            MeditationError: If one could not be encoded.
        """
        reporter.stage("mixing", len(self.pending))
        made = self.workers.gather(self.pending, lambda _: reporter.advance(""))
        files = {**self.kept, **made}
        return [Row(files[p.window], p.first, p.mp3_frames) for p in self.pieces]


@contextlib.contextmanager
def encoding(sounding: Sounding, workshop: Workshop) -> Iterator[Encoding]:
    """Has all windows encoded that are not kept; what was not begun is given up with a fault."""
    store, encoder = workshop.stores.windows, encoder_name()
    pieces = share_lulls(cut_windows(sounding.timeline, sounding.takes, sounding.beds))
    keys = {window: window.key(encoder) for window in {piece.window: None for piece in pieces}}
    takes = {take.key: take.file for take in sounding.takes.values()}
    beds = {bed.key: bed for bed in sounding.beds.values()}
    found = {window: _kept_window(store, key, window) for window, key in keys.items()}
    kept = {window: file for window, file in found.items() if file}
    # The longest first, so that none of the workers is left with one at the end.
    missing = sorted(keys.keys() - kept, key=lambda w: (-w.kept_frames, keys[w]))
    pending = {
        window: workshop.workers.submit(
            make_window, window,
            {placed.take_key: takes[placed.take_key] for placed in window.takes},
            {part.bed_key: beds[part.bed_key] for part in window.parts},
            store, keys[window],
        )
        for window in missing
    }  # fmt: skip
    try:
        yield Encoding(pieces, kept, pending, workshop.workers)
    except BaseException:
        for future in pending.values():
            future.cancel()
        raise


def _kept_window(store: Store, key: str, window: Window) -> Path | None:
    found = store.find(key, ".mp3")
    if found and found.stat().st_size == window.kept_frames * FRAME_BYTES:
        return found
    return None
