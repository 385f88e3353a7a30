"""Imported once, in the process that workers are forked from; imports only, and one group.

Nothing may be started here: a thread or an initialised espeak-ng would not survive the fork.
"""

import os

# Arrays here are short; threads of a linear algebra library would only cost memory.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import meditations.mix.mixer  # noqa: E402
import meditations.speech.pyttsx3_engine  # noqa: E402
import meditations.speech.takes  # noqa: E402, F401

if hasattr(os, "setpgid") and os.getpgrp() != os.getpid():
    os.setpgid(0, 0)  # see meditations.workers
