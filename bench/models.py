"""`python -m bench.models`: what neural voices cost: the process and its model, speech, the mix.

The tiny voice of the tests shows what is ours: starting the process, forking a child for each line,
handing the sound over. Real voices of Piper, found through MEDITATIONS_VOICES, show the rest.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bench.place import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    from meditations.script import Script
    from meditations.track.sounding import Workshop

SCRIPT: Final = ROOT / "scripts" / "five-senses.yaml"
FIRST: Final = "Hello."


@dataclass(frozen=True, slots=True)
class Cost:
    """What one voice costs, in seconds on one core.

    Attributes:
        voice: Its name.
        ready_s: Until its process has started and loaded the model.
        line_s: One short line after that.
        speech_s: All lines of the script, made into takes.
        sound_s: How long they sound.
        mix_s: The windows, mixed and encoded.
    """

    voice: str
    ready_s: float
    line_s: float
    speech_s: float
    sound_s: float
    mix_s: float


def main() -> int:
    """Measures every voice that is here and prints a table."""
    sys.path.insert(0, str(ROOT / "tests"))
    from support.voice_models import write_piper

    from meditations.speech.piper_engine import PiperEngine

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_piper(root / "voices", "tiny")
        head = (
            "voice",
            "process and model, s",
            "a word, s",
            "all lines, s",
            "sounding, s",
            "mix, s",
        )
        print(f"| {' | '.join(head)} |\n|{'---|' * len(head)}")
        for voice in PiperEngine(root).voices():
            cost = _cost(root, voice.name)
            print(
                f"| {cost.voice} | {cost.ready_s:.2f} | {cost.line_s:.3f} | {cost.speech_s:.1f} "
                f"| {cost.sound_s:.0f} | {cost.mix_s:.1f} |"
            )
    return 0


def _cost(root: Path, voice: str) -> Cost:
    from meditations.script import read_script
    from meditations.speech.neural import end_neural
    from meditations.speech.piper_engine import USUAL_RATE_WPM, PiperEngine
    from meditations.speech.utterance import Manner, Utterance
    from meditations.track.sounding import Stores, Workshop
    from meditations.workers import Workers

    engine = PiperEngine(root)
    hello = Utterance(FIRST, Manner("piper", voice, USUAL_RATE_WPM, 50))
    end_neural()
    since = time.monotonic()
    engine.speak(hello, root)
    first_s = time.monotonic() - since
    line_s = min(_timed(lambda: engine.speak(hello, root)) for _ in range(5))
    end_neural()
    text = SCRIPT.read_text("utf-8")
    (root / "scripts").mkdir(exist_ok=True)
    file = root / "scripts" / SCRIPT.name
    spoken_by = f"voice: {{engine: piper, voice: {voice}}}"
    text = text.replace("voice: {name: gentle}", spoken_by).replace("length: 6 min\n", "")
    file.write_text(text, "utf-8")
    script = read_script(file)
    with Workers(1) as workers, tempfile.TemporaryDirectory() as cache:
        workshop = Workshop(workers, Stores.open(Path(cache)))
        return Cost(voice, first_s - line_s, line_s, *_built(script, root, workshop))


def _built(script: Script, root: Path, workshop: Workshop) -> tuple[float, float, float]:
    """Seconds for all takes, how long they sound, and seconds for all windows."""
    from meditations.plan import make_plan
    from meditations.project import Project
    from meditations.quantities import SAMPLE_RATE_HZ
    from meditations.track.encoding import encoding
    from meditations.track.sounding import Silent, sound

    project = Project(root)
    plan = make_plan(script, root)
    since = time.monotonic()
    sounding, _ = sound(plan, project, workshop, Silent())
    spoken = time.monotonic()
    with encoding(sounding, workshop, Silent()) as encoded:
        encoded.rows()
    mixed = time.monotonic()
    sounds_s = sum(take.speech_frames for take in sounding.takes.values()) / SAMPLE_RATE_HZ
    return spoken - since, sounds_s, mixed - spoken


def _timed(work: Callable[[], object]) -> float:
    since = time.monotonic()
    work()
    return time.monotonic() - since


if __name__ == "__main__":
    sys.exit(main())
