"""Imported once, in the process that workers are forked from; imports only, and one group.

Nothing may be started here: a thread or an initialised espeak-ng would not survive the fork.
"""

import os

import meditations.inspection.spans
import meditations.mix.mixer
import meditations.sound.clips
import meditations.speech.pyttsx3_engine
import meditations.speech.takes  # noqa: F401
from meditations.speech.speaker import start_speaker

if hasattr(os, "setpgid") and os.getpgrp() != os.getpid():
    os.setpgid(0, 0)  # see meditations.workers


def warm_up() -> None:
    """Starts, in a worker, what its first line would wait for."""
    start_speaker()
