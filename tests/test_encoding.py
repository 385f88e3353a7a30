"""Encoding windows: many by one ffmpeg, and each as if it had been alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st
from support.tracks import write_script

from meditations.mix.lulls import lulls_of
from meditations.mix.mixer import make_windows, own_part
from meditations.mix.windows import (
    RUN_IN,
    WINDOW_MP3_FRAMES,
    Part,
    Placed,
    Window,
    cut_windows,
)
from meditations.mp3.stream import FRAME_BYTES, FRAME_SAMPLES
from meditations.plan import make_plan
from meditations.project import Project
from meditations.script import read_script
from meditations.track.encoding import MOST_AT_ONCE, SHARES, share_out
from meditations.track.sounding import Silent, Stores, Workshop, sound

if TYPE_CHECKING:
    from pathlib import Path

    from meditations.workers import Workers

LOUD_AND_QUIET = """
    title: Loud and quiet
    sections:
      - title: Silence all around
        script:
          - You might notice your feet.
          - pause: 20s
          - say: {text: "Softly, then.", volume: -12 dB}
          - pause: 12s
      - title: A bed
        script:
          - background: {sound: rain, level: -45 dB}
          - bell: bowl
          - pause: 25s
          - Whatever you find is welcome here.
          - pause: 30s
      - title: Silence again
        script:
          - background: none
          - pause: 40s
          - And here you are.
    """


def test_windows_have_the_same_bytes_alone_and_in_any_company(
    workers: Workers, tmp_path: Path
) -> None:
    """Behind speech, a bell, a faint bed, digital silence: what went before leaves no trace."""
    plan = make_plan(read_script(write_script(tmp_path, LOUD_AND_QUIET)))
    workshop = Workshop(workers, Stores.open(tmp_path / "cache"))
    sounding = sound(plan, Project(tmp_path), workshop, Silent())[0]
    windows = cut_windows(sounding.timeline, sounding.takes, sounding.beds)
    takes = {take.key: take.file for take in sounding.takes.values()}
    beds = {bed.key: bed for bed in sounding.beds.values()}
    store = Stores.open(tmp_path / "cache").windows

    def encoded(*share: Window) -> dict[Window, bytes]:
        files = make_windows({w: w.key("") for w in share}, takes, beds, store)
        return {w: file.read_bytes() for w, file in zip(share, files, strict=True)}

    alone = {window: encoded(window)[window] for window in windows}
    assert len(alone) >= 6
    for turn in range(len(windows)):
        assert encoded(*windows[turn:], *windows[:turn]) == alone
    assert encoded(*windows[::-1]) == alone


@given(st.lists(st.integers(1, WINDOW_MP3_FRAMES), max_size=200))
def test_shares_hold_each_window_once_and_grow_shorter(lengths: list[int]) -> None:
    """No share is too long for memory; the last ones are short, so that workers end together."""
    windows = [
        Window(number, length, (), ()) for number, length in enumerate(sorted(lengths)[::-1])
    ]
    shares = list(share_out(windows))
    assert [window for share in shares for window in share] == windows
    held = [sum(window.kept_frames for window in share) for share in shares]
    assert all(length <= MOST_AT_ONCE for length in held)
    left = sum(lengths)
    for share, length in zip(shares, held, strict=True):
        assert len(share) == 1 or length <= left / SHARES, "somebody would wait for it"
        left -= length


@given(
    st.lists(st.tuples(st.integers(1, 9_000), st.integers(50, 3_000)), min_size=1, max_size=30),
)
@example([(1, 140), (760, 3_000), *[(1, 3_000)] * 8])  # a lull soon after a window begins
def test_frames_left_out_leave_the_rest_in_its_place(talk: list[tuple[int, int]]) -> None:
    """Whatever is left out of a window, what is kept of it is encoded, and there is room for it."""
    frames = 1_012 * FRAME_SAMPLES
    takes, at = [], 0
    for silence_ms, length_ms in talk:
        begin = at + silence_ms * 48
        at = begin + length_ms * 48
        takes.append(Placed("a", begin, at))
    steady = Part("b", 0, 0, frames, ((0, -22.0),), ())
    window = Window(
        frames, WINDOW_MP3_FRAMES, tuple(t for t in takes if t.start_frame < frames), (steady,)
    )
    left_out = tuple((lull.first, lull.end) for lull in lulls_of(window))
    lean = replace(window, left_out=left_out)
    samples = np.arange(frames, dtype=np.int32).repeat(2).reshape(-1, 2)
    heard, kept = own_part(samples, lean, 0)
    assert heard <= frames
    assert heard < frames or not left_out, "leaving out has to gain something"
    for (first, end), found in zip(lean.spans, kept, strict=True):
        begin = found.start // FRAME_BYTES * FRAME_SAMPLES
        until = found.stop // FRAME_BYTES * FRAME_SAMPLES
        wanted = range((RUN_IN + first) * FRAME_SAMPLES, (RUN_IN + end) * FRAME_SAMPLES)
        assert until - begin == len(wanted)
        assert (samples[begin:until, 0] == np.arange(wanted.start, wanted.stop)).all()
