"""Imported once, in the process that workers are forked from; imports only, one group, one seed.

Nothing else may be started here: a thread would not survive the fork. All that every worker needs
is imported here, and nothing that none does: they wait for it.
"""

import gc
import os

import meditations.speech.utterance
from meditations.speech.speaker import plant_speaker, start_speaker

if hasattr(os, "setpgid") and os.getpgrp() != os.getpid():
    os.setpgid(0, 0)  # see meditations.workers
plant_speaker()  # before what follows makes this process ten times as large

import numpy.fft  # noqa: E402
import numpy.random  # noqa: E402, F401

import meditations.inspection.spans  # noqa: E402
import meditations.mix.mixer  # noqa: E402
import meditations.sound.clips  # noqa: E402
import meditations.speech.pyttsx3_engine  # noqa: E402
import meditations.speech.takes  # noqa: E402
import meditations.workers  # noqa: E402, F401

# Workers share what is imported by now for as long as nobody looks for cycles in it.
gc.freeze()


def warm_up() -> None:
    """Starts, in a worker, what its first line would wait for."""
    start_speaker()
