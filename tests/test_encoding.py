"""Encoding windows: many by one ffmpeg, and each as if it had been alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from support.tracks import write_script

from meditations.mix.mixer import make_windows
from meditations.mix.windows import WINDOW_MP3_FRAMES, Window, cut_windows
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
