"""The background makes room for the voice: shown on both, rendered apart, and on the curve."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pytest
from support.scripts import lengths
from support.tracks import ebur128, write_script

from meditations.mix.mixer import mix
from meditations.mix.windows import RUN_IN, cut_windows
from meditations.mp3.stream import FRAME_SAMPLES
from meditations.plan import make_plan
from meditations.project import Project
from meditations.quantities import FRAMES_PER_MS
from meditations.script import read_script
from meditations.timeline.beds import PAUSE_MS, READY_MS, value_at
from meditations.timeline.timeline import build_timeline
from meditations.track.sounding import Silent, Stores, Workshop, sound

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from meditations.timeline.beds import BedSpan
    from meditations.timeline.timeline import Timeline
    from meditations.track.sounding import Sounding
    from meditations.workers import Workers

SCRIPTS: Final = sorted((Path(__file__).parents[1] / "scripts").glob("*.yaml"))
TEXT: Final = """
    title: Room
    background: {background}
    pace: {{lead_in: 14s}}
    sections:
      - title: One
        script:
          - You might notice the weight of your hands, and of your feet.
          - pause: 6s
          - There is nothing to do. [4s] Perhaps you hear something far away.
          - And something near.
    """


def rendered_apart(sounding: Sounding, *, voice: bool) -> NDArray[np.float32]:
    """The mix of a whole track with the voice alone, or with all that is not the voice."""
    files = {take.key: take.file for take in sounding.takes.values()}
    beds = {bed.key: bed for bed in sounding.beds.values()}
    pieces = []
    for window in cut_windows(sounding.timeline, sounding.takes, sounding.beds):
        alone = replace(window, parts=()) if voice else replace(window, takes=())
        samples = np.frombuffer(mix(alone, files, beds).raw_data, "<i4").reshape(-1, 2)
        kept = samples[RUN_IN * FRAME_SAMPLES :][: window.mp3_frames * FRAME_SAMPLES]
        pieces.append(kept.astype(np.float32) / np.float32(2**31))
    return np.concatenate(pieces)


@pytest.mark.parametrize(
    ("background", "apart_db"),
    [
        ("brown", 22.0),
        ("{sound: ocean, level: -20 dB, lift: 10 dB}", 20.0),
        ("[rain, {sound: wind, with: {gusts: 90 %}}, drone, night]", 22.0),
    ],
)
def test_the_background_lies_20_db_under_the_voice_while_it_speaks(
    background: str, apart_db: float, workers: Workers, tmp_path: Path
) -> None:
    """Where anybody speaks, the background alone is as far under the voice alone as was asked."""
    script = read_script(write_script(tmp_path, TEXT.format(background=background)))
    workshop = Workshop(workers, Stores.open(tmp_path / "cache"))
    sounding, _ = sound(make_plan(script), Project(tmp_path), workshop, Silent())
    voice, bed = (rendered_apart(sounding, voice=which) for which in (True, False))
    spans = [slice(cue.start_frame, cue.end_frame) for cue in sounding.timeline.cues]
    loud, soft = (
        ebur128(np.concatenate([whole[span] for span in spans]), tmp_path)[0]
        for whole in (voice, bed)
    )
    assert loud - soft >= 20.0
    # A bed that swells is not everywhere as loud as on the whole.
    assert loud - soft == pytest.approx(apart_db, abs=1.5)


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda file: file.stem)
def test_it_goes_down_before_the_word_and_up_after_it(file: Path) -> None:
    """Between two words the background rises at most once and then falls at most once.

    It is down 0.8 s before a word, and does not move before the last sound of one has passed.
    """
    plan = make_plan(read_script(file))
    timeline = build_timeline(plan, lengths(plan))
    for span in timeline.beds:
        assert _times_risen(span, timeline) > 5


def _times_risen(span: BedSpan, timeline: Timeline) -> int:
    """In how many gaps a background rises; in none in any other way than it should."""
    spoken = [(cue.start_frame, cue.end_frame) for cue in timeline.cues]
    down = value_at(span.gain, spoken[0][0])
    risen = 0
    for (start, end), (after, _) in itertools.pairwise(spoken):
        for frame in (start, (start + end) // 2, end):
            assert value_at(span.gain, frame) == down
        steps = np.arange(end, after + 1, 10 * FRAMES_PER_MS)
        moves = np.sign(np.diff([value_at(span.gain, int(frame)) for frame in steps]))
        turns = [int(move) for move, _ in itertools.groupby(moves[moves != 0])]
        assert turns in ([], [1, -1])
        risen += bool(turns)
        if after - end < PAUSE_MS * FRAMES_PER_MS:
            assert not turns
        if turns:
            assert value_at(span.gain, after - READY_MS * FRAMES_PER_MS) == down
    return risen
