"""Imported once, in the process that workers are forked from; imports only, and one group.

Nothing may be started here: a thread or an initialised espeak-ng would not survive the fork. All
that every worker needs is here, and nothing that none does: they wait for it.
"""

import gc
import os

import numpy.fft  # noqa: F401

import meditations.inspection.spans
import meditations.mix.mixer
import meditations.sound.clips
import meditations.speech.pyttsx3_engine
import meditations.speech.takes
import meditations.speech.utterance
import meditations.workers  # noqa: F401
from meditations.speech.speaker import start_speaker

if hasattr(os, "setpgid") and os.getpgrp() != os.getpid():
    os.setpgid(0, 0)  # see meditations.workers

# Workers share what is imported by now for as long as nobody looks for cycles in it.
gc.freeze()


def warm_up() -> None:
    """Starts, in a worker, what its first line would wait for."""
    start_speaker()
