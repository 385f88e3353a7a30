"""Imported once, where children are forked from: pyttsx3 and its driver, not yet started.

A child forked from here speaks a sentence in about 30 ms; a fresh Python would need 100. Where
espeak-ng is missing the children say so, each in its own message.
"""

import contextlib

from meditations.errors import MeditationError
from meditations.speech import speaking_child

with contextlib.suppress(MeditationError):
    speaking_child.prepare()
