"""Lulls: their frames are those that encoding the track whole would give, and come from a loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.tracks import write_script

from meditations.mix.lulls import SHORTEST, share_lulls
from meditations.mix.mixer import make_windows
from meditations.mix.windows import cut_windows
from meditations.mp3.stream import FRAME_BYTES
from meditations.plan import make_plan
from meditations.project import Project
from meditations.script import read_script
from meditations.track.sounding import Silent, Stores, Workshop, sound

if TYPE_CHECKING:
    from pathlib import Path

    from meditations.mix.windows import Window
    from meditations.track.sounding import Sounding
    from meditations.workers import Workers

FEW_WORDS = """
    title: Lulls
    background: {background}
    sections:
      - title: One
        script:
          - repeat:
              times: {times}
              script:
                - You might notice your feet.
                - pause: {{time: {pause}, fixed: true}}
    """


def few_words(
    workers: Workers, tmp_path: Path, background: str, times: int = 12, pause: str = "16s"
) -> Sounding:
    """What sounds where few words are spoken, with long pauses, over a background."""
    text = FEW_WORDS.format(background=background, times=times, pause=pause)
    plan = make_plan(read_script(write_script(tmp_path, text)))
    workshop = Workshop(workers, Stores.open(tmp_path / "cache"))
    return sound(plan, Project(tmp_path), workshop, Silent())[0]


@pytest.mark.parametrize(
    "background",
    ["brown", "drone", "{sound: rain, lift: 0 dB}", "[pink, {sound: night, pan: 50 % left}]"],
)
def test_lulls_have_the_bytes_that_encoding_them_in_their_place_gives(
    background: str, workers: Workers, tmp_path: Path
) -> None:
    """With and without lulls the MP3 is the same, byte for byte; with them less is encoded."""
    sounding = few_words(workers, tmp_path, background)
    windows = cut_windows(sounding.timeline, sounding.takes, sounding.beds)
    pieces = share_lulls(windows)
    store = Stores.open(tmp_path / "cache").windows
    takes = {take.key: take.file for take in sounding.takes.values()}
    beds = {bed.key: bed for bed in sounding.beds.values()}
    encoded: dict[Window, bytes] = {}
    for window in dict.fromkeys((*windows, *(piece.window for piece in pieces))):
        (file,) = make_windows({window: window.key("")}, takes, beds, store)
        encoded[window] = file.read_bytes()
    shared = [
        encoded[p.window][p.first * FRAME_BYTES : (p.first + p.mp3_frames) * FRAME_BYTES]
        for p in pieces
    ]
    assert b"".join(shared) == b"".join(encoded[window] for window in windows)
    less = {piece.window: piece.window.kept_frames for piece in pieces}
    assert sum(less.values()) < 0.9 * sum(window.mp3_frames for window in windows)
    assert all(piece.mp3_frames >= SHORTEST or piece.window.left_out for piece in pieces)


def test_where_little_would_be_gained_windows_stay_whole(workers: Workers, tmp_path: Path) -> None:
    """A short track does not bring in a window of the bare background to save half of one."""
    sounding = few_words(workers, tmp_path, "brown", times=3)
    windows = cut_windows(sounding.timeline, sounding.takes, sounding.beds)
    assert [piece.window for piece in share_lulls(windows)] == list(windows)


def test_a_window_that_is_bare_lends_to_lulls(workers: Workers, tmp_path: Path) -> None:
    """Where the track has the bare background anyhow, a single lull takes its frames from there."""
    sounding = few_words(workers, tmp_path, "brown", times=2, pause="110s")
    windows = cut_windows(sounding.timeline, sounding.takes, sounding.beds)
    pieces = share_lulls(windows)
    assert {piece.window.left_out for piece in pieces} > {()}
    assert {p.window for p in pieces if not p.window.left_out} <= set(windows)
