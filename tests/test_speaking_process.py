"""The processes that speak: where they come from, and that none is left."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from meditations.speech import speaker
from meditations.speech.pyttsx3_engine import Pyttsx3Engine
from meditations.speech.utterance import Utterance
from meditations.speech.voices import NAMED
from meditations.workers import Workers

if TYPE_CHECKING:
    from pathlib import Path


def test_all_come_of_one_seed_and_fresh_ones_where_it_is_gone() -> None:
    """A seed gives a new process each time; one that crashed is done without; none outlives us."""
    around = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "support.seed"]
    done = subprocess.run(command, env=around, capture_output=True, timeout=30, check=True)
    us, ((first, seed), (second, same), _, (third, parent)) = json.loads(done.stdout)
    assert len({us, first, second, third, seed}) == 5
    assert seed == same
    assert parent == us
    assert not done.stderr


def test_a_worker_speaks_as_we_do(tmp_path: Path) -> None:
    """What comes of the seed gives the same sound as a process that was started for it."""
    utterance = Utterance("You might notice what is holding you.", NAMED["gentle"])
    with Workers(1) as workers:
        theirs = workers.result(workers.submit(Pyttsx3Engine().speak, utterance, tmp_path))
    ours = Pyttsx3Engine().speak(utterance, tmp_path)
    speaker.end_speaker()
    assert theirs.samples.tobytes() == ours.samples.tobytes()
    assert theirs.words == ours.words
