"""The windows of a track, encoded by the workers while this process does what is left to do."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from meditations.mix.lulls import share_lulls
from meditations.mix.mixer import encoder_name, make_windows
from meditations.mix.windows import WINDOW_MP3_FRAMES, cut_windows
from meditations.mp3.stream import FRAME_BYTES, Row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from meditations.mix.lulls import Piece
    from meditations.mix.windows import Window
    from meditations.store import Store
    from meditations.track.sounding import Reporter, Sounding, Workshop
    from meditations.workers import Workers

MOST_AT_ONCE: Final = 2 * WINDOW_MP3_FRAMES
"""So many MP3 frames one ffmpeg encodes. With more of them starting it would count for less still,
but a worker would need more memory for a long track than for a short one."""
SHARES: Final = 2
"""No share has more than one in so many of the MP3 frames that are left."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """What is kept, and what the workers are at.

    Attributes:
        pieces: Where the MP3 frames of the track are found, in order.
        kept: The files of windows that were encoded before.
        pending: The windows that are encoded anew, each share of them at once.
        workers: Who does it.
        reporter: Is told of each window that is encoded.
    """

    pieces: tuple[Piece, ...]
    kept: Mapping[Window, Path]
    pending: Mapping[tuple[Window, ...], Future[list[Path]]]
    workers: Workers
    reporter: Reporter

    @property
    def count(self) -> int:
        """How many windows are encoded anew."""
        return sum(map(len, self.pending))

    def rows(self) -> list[Row]:
        """The MP3 frames of the track, in order; waits until all windows are encoded.

        Raises:
            MeditationError: If one could not be encoded.
        """

        def tell(share: tuple[Window, ...]) -> None:
            for _ in share:
                self.reporter.advance("")

        files = dict(self.kept)
        for share, made in self.workers.gather(self.pending, tell).items():
            files |= zip(share, made, strict=True)
        return [Row(files[p.window], p.first, p.mp3_frames) for p in self.pieces]


@contextlib.contextmanager
def encoding(sounding: Sounding, workshop: Workshop, reporter: Reporter) -> Iterator[Encoding]:
    """Has all windows encoded that are not kept; what was not begun is given up with a fault."""
    store, encoder = workshop.stores.windows, encoder_name()
    pieces = share_lulls(cut_windows(sounding.timeline, sounding.takes, sounding.beds))
    keys = {window: window.key(encoder) for window in {piece.window: None for piece in pieces}}
    takes = {take.key: take.file for take in sounding.takes.values()}
    beds = {bed.key: bed for bed in sounding.beds.values()}
    found = {window: _kept_window(store, key, window) for window, key in keys.items()}
    kept = {window: file for window, file in found.items() if file}
    missing = sorted(keys.keys() - kept, key=lambda w: (-w.kept_frames, keys[w]))
    pending = {
        share: workshop.workers.submit(
            make_windows, {window: keys[window] for window in share},
            {placed.take_key: takes[placed.take_key] for w in share for placed in w.takes},
            {part.bed_key: beds[part.bed_key] for w in share for part in w.parts},
            store,
        )
        for share in share_out(missing)
    }  # fmt: skip
    encoded = Encoding(pieces, kept, pending, workshop.workers, reporter)
    reporter.stage("mixing", encoded.count)
    try:
        yield encoded
    except BaseException:
        for future in pending.values():
            future.cancel()
        raise


def share_out(windows: Sequence[Window]) -> Iterator[tuple[Window, ...]]:
    """Windows, the longest first, in shares that grow shorter, so that all workers end together.

    They are the same for any number of workers: with more of them nothing has to come out alike.
    """
    left = sum(window.kept_frames for window in windows)
    share: list[Window] = []
    filled, room = 0, 0
    for window in windows:
        if share and filled + window.kept_frames > room:
            yield tuple(share)
            share, filled = [], 0
        if not share:
            room = min(left // SHARES, MOST_AT_ONCE)
        share.append(window)
        filled += window.kept_frames
        left -= window.kept_frames
    if share:
        yield tuple(share)


def _kept_window(store: Store, key: str, window: Window) -> Path | None:
    found = store.find(key, ".mp3")
    if found and found.stat().st_size == window.kept_frames * FRAME_BYTES:
        return found
    return None
