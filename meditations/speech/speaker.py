"""The process of a worker's that speaks with pyttsx3: started, but it has never said a word.

See `speaking_child` for why each line gets a child of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from meditations.speech import speaking_child
from meditations.speech.process import Speaker, in_a_fork
from meditations.speech.speaking_child import Answer

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from meditations.speech.utterance import Utterance

WITHOUT_A_WORD: Final = "the speaking process ended without a word, or took too long"


def speak_in_a_child(utterance: Utterance, target: str, patience_s: float) -> Answer:
    """Speaks into the WAV file `target`, in a process of its own.

    Nothing is waited for longer than `patience_s`.
    """
    told = _SPEAKER.ask((utterance, target, patience_s), patience_s)
    return told if isinstance(told, Answer) else Answer(WITHOUT_A_WORD)


def plant_speaker() -> None:
    """Forks off what the speaking processes of all forks of this process will be forked from."""
    _SPEAKER.plant()


def start_speaker() -> None:
    """Starts the process, if there is none, so that it warms up before the first line."""
    _SPEAKER.start()


def end_speaker() -> None:
    """Ends the process, if there is one; the next line starts another."""
    _SPEAKER.end()


def _serve(connection: Connection, speak: speaking_child.Speak) -> None:
    """Speaks whatever comes over `connection`, until its owner is gone."""
    while True:
        try:
            utterance, target, timeout_s = connection.recv()
        except EOFError:
            return
        line = (utterance, target, timeout_s, connection)
        in_a_fork(lambda line=line: speak(*line), connection, timeout_s)  # type: ignore[misc]


_SPEAKER: Final = Speaker(
    _serve, lambda: (speaking_child.speak_and_exit,), speaking_child.prepare_quietly
)
