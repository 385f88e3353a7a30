"""How well voices and chains are understood: `python -m bench.recognise` writes bench/VOICES.md.

An offline recogniser that knows nothing of this project (pocketsphinx, whose package brings its
English model) listens to every line of the scripts, and its word errors are counted. It is far
from a person: only differences between two ways of speaking the same lines are of use.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import re
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import soxr

from meditations.plan import BreathEvent, Plan, SayEvent, SilenceEvent, make_plan
from meditations.quantities import SAMPLE_RATE_HZ
from meditations.script import read_script
from meditations.sound.chain import Chain
from meditations.sound.chain_files import PRESETS, find_chain
from meditations.speech.pyttsx3_engine import Pyttsx3Engine
from meditations.speech.registry import engine_named
from meditations.speech.takes import made_by, prepare, take_key
from meditations.speech.utterance import Manner, Utterance
from meditations.speech.voices import DEFAULT, NAMED
from meditations.store import Store, cache_folder, content_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ROOT: Final = Path(__file__).parents[1]
TARGET: Final = ROOT / "bench" / "VOICES.md"
HEARS_HZ: Final = 16_000
SAME_PASSAGE_MS: Final = 1_000
"""A shorter gap belongs to the passage around it, and counts for its pace."""
VARIANTS: Final = (
    "f1", "f2", "f3", "f4", "f5", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "Alex",
    "Alicia", "Andrea", "Andy", "Annie", "Denis", "Gene", "Hugo", "Jacky", "Lee", "Mario",
    "Michael", "Reed", "adam", "anika", "aunty", "belinda", "benjamin", "caleb", "david",
    "edward", "ian", "iven3", "john", "klatt", "klatt2", "klatt4", "klatt6", "linda", "max",
    "paul", "quincy", "rob", "robert", "shelby", "steph", "victor", "zac",
)  # fmt: skip
"""The variants of espeak-ng that are meant as people, whoever made them."""
VOICES: Final = (
    "en-us",
    *(f"en-us+{variant}" for variant in VARIANTS),
    "en-gb+f5",
    "en-gb-x-rp+f5",
    "en-gb-scotland+f5",
)
RATES: Final = (90, 98, 106, 114, 122, 130)
PITCHES: Final = (30, 38, 45, 52, 60)
FEWEST, FEW, SOME, ALL = 24, 12, 3, 1
"""Each twelfth line to sort out the voices that are hard to understand, each third for the rates
and pitches of the best, all of them for what counts."""
MIDDLE, BEST = 10, 2
"""So many voices are heard in full, and at other rates and pitches."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of all lines in one manner, in one chain.

    Attributes:
        words: How many were spoken.
        errors: Words that were put in, left out, or taken for others.
        pace_wpm: Words a minute, gaps under a second counted in.
    """

    manner: Manner
    words: int
    errors: int
    pace_wpm: float

    @property
    def percent(self) -> float:
        """The word error rate."""
        return 100 * self.errors / self.words


def words_of(text: str) -> list[str]:
    """The words of a text as a recogniser writes them."""
    plain = text.lower().replace("’", "'").replace("-", " ")
    return re.findall(r"[a-z]+(?:'[a-z]+)*", plain)


def word_errors(said: Sequence[str], heard: Sequence[str]) -> int:
    """The fewest words to be put in, left out or exchanged (Levenshtein's distance)."""
    before = list(range(len(heard) + 1))
    for number, word in enumerate(said, 1):
        now = [number]
        for place, other in enumerate(heard, 1):
            now.append(min(before[place] + 1, now[-1] + 1, before[place - 1] + (word != other)))
        before = now
    return before[-1]


@lru_cache(maxsize=1)
def _decoder() -> Any:
    try:
        from pocketsphinx import Decoder
    except ImportError:
        sys.exit("the recogniser is missing; get it with: pip install 'meditations[bench]'")
    return Decoder(samprate=HEARS_HZ, loglevel="FATAL")


def _understood(samples: np.ndarray[Any, Any]) -> list[str]:
    """The words that are understood in a take."""
    lower = soxr.resample(samples, SAMPLE_RATE_HZ, HEARS_HZ, "VHQ")
    whole = (np.clip(lower, -1, 1) * 32_767).astype("<i2")
    decoder = _decoder()
    decoder.reinit_feat()  # what it heard before is to count for nothing
    decoder.start_utt()
    decoder.process_raw(whole.tobytes(), full_utt=True)
    decoder.end_utt()
    found = decoder.hyp()
    return words_of(found.hypstr) if found else []


def _listen(utterance: Utterance) -> int:
    """Word errors; kept, for it takes a while. Runs in a worker."""
    engine = engine_named(utterance.manner.engine, ROOT)
    chain = find_chain(utterance.manner.chain, ROOT)
    store = Store(cache_folder() / "heard")
    key = content_key([take_key(utterance, made_by(engine, utterance), chain), _recogniser()])
    kept = store.find(key, ".json")
    if kept is None:
        recording = engine.speak(utterance, Path(tempfile.gettempdir()))
        samples = prepare(recording, chain).samples
        errors = word_errors(words_of(utterance.text), _understood(samples))
        kept = store.keep(key, ".json", lambda beside: beside.write_text(json.dumps([errors])))
    return int(json.loads(kept.read_text("utf-8"))[0])


def _length(utterance: Utterance) -> int:
    """How many frames it takes, whatever it goes through. Runs in a worker."""
    engine = engine_named(utterance.manner.engine, ROOT)
    recording = engine.speak(utterance, Path(tempfile.gettempdir()))
    return prepare(recording, Chain()).speech_frames


def _recogniser() -> str:
    return f"pocketsphinx {importlib.metadata.version('pocketsphinx')}"


class Listener:
    """Listens to the lines of some scripts, in any manner."""

    def __init__(self, plans: Sequence[Plan], pool: ProcessPoolExecutor) -> None:
        self._plans = plans
        self._pool = pool
        self._texts = list(dict.fromkeys(u.text for plan in plans for u in plan.utterances))

    def hear(self, manners: Iterable[Manner], every: int) -> list[Heard]:
        """Each `every`-th line, in each manner."""
        texts = self._texts[::every]
        submit = self._pool.submit
        pending = {
            manner: (
                [submit(_listen, Utterance(text, manner)) for text in texts],
                [submit(_length, Utterance(text, manner)) for text in self._texts],
            )
            for manner in dict.fromkeys(manners)
        }
        heard = []
        for manner, (errors, lengths) in pending.items():
            words = sum(len(words_of(text)) for text in texts)
            frames = [length.result() for length in lengths]
            pace = self._pace(dict(zip(self._texts, frames, strict=True)))
            heard.append(Heard(manner, words, sum(one.result() for one in errors), pace))
            told = f"{heard[-1].percent:.1f} % of {words} words, {pace:.0f} a minute"
            print(f"{manner.voice} {manner.rate_wpm} {manner.pitch} {manner.chain}: {told}",
                  file=sys.stderr, flush=True)  # fmt: skip
        return heard

    def _pace(self, frames: dict[str, int]) -> float:
        """Words a minute over all that is spoken, and the short gaps in it."""
        words, ms = 0, 0.0
        for plan in self._plans:
            gap_ms, begun = 0, False
            for event in plan.events:
                if isinstance(event, SilenceEvent | BreathEvent):
                    gap_ms += event.ms
                elif isinstance(event, SayEvent):
                    words += len(words_of(event.utterance.text))
                    ms += frames[event.utterance.text] * 1000 / SAMPLE_RATE_HZ
                    ms += gap_ms if begun and gap_ms < SAME_PASSAGE_MS else 0
                    gap_ms, begun = 0, True
        return 60_000 * words / ms


def main() -> None:
    """Listens, and writes the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--only", nargs="+", metavar="ENGINE:VOICE@RATE", default=[],
        help="hear each 24th line in these alone, and write nothing",
    )  # fmt: skip
    options = parser.parse_args()
    scripts = [read_script(file) for file in sorted((ROOT / "scripts").glob("*.yaml"))]
    plans = [make_plan(script) for script in scripts if script.language == "en"]
    with ProcessPoolExecutor(options.jobs) as pool:
        if options.only:
            Listener(plans, pool).hear(map(_asked, options.only), FEWEST)
            return
        text = _report(Listener(plans, pool))
    TARGET.write_text(text, "utf-8", newline="\n")
    print(text)


def _asked(told: str) -> Manner:
    """A voice at a rate, without a chain, from `flite:rms@126`."""
    engine, _, rest = told.partition(":")
    voice, _, rate = rest.rpartition("@")
    return Manner(engine, voice, int(rate), 50, chain="plain")


def _report(listener: Listener) -> str:
    default = replace(NAMED[DEFAULT], chain="plain")
    few = listener.hear((replace(default, voice=voice) for voice in VOICES), FEW)
    few.sort(key=lambda heard: heard.errors)
    middle = listener.hear((heard.manner for heard in few[:MIDDLE]), ALL)
    middle.sort(key=lambda heard: heard.errors)
    best = [heard.manner for heard in middle[:BEST]]
    rates = listener.hear((replace(m, rate_wpm=r) for m in best for r in RATES), SOME)
    pitches = listener.hear((replace(m, pitch=p) for m in best for p in PITCHES), SOME)
    chains = listener.hear((replace(default, chain=chain) for chain in PRESETS), ALL)
    named = {
        name: listener.hear((replace(manner, chain=chain) for chain in PRESETS), SOME)
        for name, manner in NAMED.items()
    }
    manner = f"rate {default.rate_wpm}, pitch {default.pitch}, chain `plain`"
    parts = (
        "# How well the voices are understood\n\nWritten by `python -m bench.recognise`; do not "
        "edit.",
        f"The recogniser is {_recogniser()} with the English model in its package, the voices are "
        f"those of {Pyttsx3Engine().version()}.\n" + _ABOUT,
        f"## The default voice, through each chain\n\nWord errors in percent of "
        f"{chains[0].words:,} words; behind them, how many words more or fewer than with `plain`.",
        _table(_NAMED_HEAD, _rows({DEFAULT: chains})),
        f"## The named voices\n\nThe same over {named[DEFAULT][0].words} words.",
        _table(_NAMED_HEAD, _rows(named)),
        f"## The voices best understood\n\nAll lines; {manner}.",
        _table(("voice", "word errors, %", "words a minute"), map(_row, middle)),
        f"## Their rates\n\nWord errors in percent (words a minute) at these rates, over "
        f"{rates[0].words} words.",
        _grid(rates, best, RATES),
        f"## Their pitches\n\nThe same at these pitches, at rate {default.rate_wpm}.",
        _grid(pitches, best, PITCHES),
        f"## All voices\n\nOver {few[0].words} words only, enough to leave out those that are "
        f"hard to understand; {manner}.",
        _table(("voice", "word errors, %", "words a minute"), map(_row, few)),
        _REPEAT,
    )
    return "\n\n".join(parts) + "\n"


_NAMED_HEAD: Final = ("name", "voice", "rate", "pitch", "words a minute", *PRESETS)


def _rows(named: dict[str, list[Heard]]) -> Iterable[Sequence[str]]:
    for name, (plain, *others) in named.items():
        manner = plain.manner
        yield (
            name, f"`{manner.voice}`", str(manner.rate_wpm), str(manner.pitch),
            f"{plain.pace_wpm:.0f}", f"{plain.percent:.1f}",
            *(f"{h.percent:.1f} ({h.errors - plain.errors:+d})" for h in others),
        )  # fmt: skip


def _row(heard: Heard) -> Sequence[str]:
    return f"`{heard.manner.voice}`", f"{heard.percent:.1f}", f"{heard.pace_wpm:.0f}"


def _grid(heard: Sequence[Heard], manners: Sequence[Manner], columns: Sequence[int]) -> str:
    cells = iter(heard)
    rows = []
    for manner in manners:
        row = [next(cells) for _ in columns]
        rows.append((f"`{manner.voice}`", *(f"{h.percent:.1f} ({h.pace_wpm:.0f})" for h in row)))
    return _table(("voice", *map(str, columns)), rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


_ABOUT: Final = """\
It hears each sentence alone, as a take sounds in the track, and knows nothing of meditations. A
word error is a word put in, left out, or taken for another. A person understands far more: what
the figures tell is which of two ways of speaking the same words is clearer, and a difference of a
percent or two tells nothing. Words a minute are those of a listener: over all lines, the gaps
under a second within a passage counted in."""

_REPEAT: Final = """\
## How to repeat it

`pip install 'meditations[bench]'`, then `python -m bench.recognise`. It takes half an hour on 4
cores the first time; what was heard once is kept in the cache."""


if __name__ == "__main__":
    main()
