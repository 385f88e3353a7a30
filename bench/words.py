"""How exact word times are: `python -m bench.words` writes bench/WORDS.md.

espeak-ng tells the sample at which each word begins. Against that are held the estimates, which
stand in where an engine tells nothing, and what the records of finished tracks say: the sound of
each word, as espeak-ng gave it, is looked for in the decoded MP3.
"""

from __future__ import annotations

import os
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import soxr

from meditations.programs import run_ffmpeg
from meditations.project import Project
from meditations.quantities import FRAMES_PER_MS, SAMPLE_RATE_HZ
from meditations.script import read_script
from meditations.speech.alignment import align
from meditations.speech.pyttsx3_engine import Pyttsx3Engine
from meditations.track.preparing import check_script

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from bench.place import Place
    from meditations.plan import SayEvent
    from meditations.script.marks import Phrase
    from meditations.speech.engine import Recording
    from meditations.speech.utterance import Utterance

ROOT: Final = Path(__file__).resolve().parents[1]
TARGET: Final = ROOT / "bench" / "WORDS.md"
SEARCH_MS: Final = 400
"""So far around its place in the record the sound of a word is looked for."""
AROUND_MS: Final = 400
"""So much of the sound before and after the beginning of a word is looked for with it."""


@dataclass(frozen=True, slots=True)
class Off:
    """By how much places of words are off, in ms."""

    words: int
    median_ms: float
    most_ms: float
    """95 of 100 are off by no more."""

    @classmethod
    def of(cls, errors_ms: Iterable[float]) -> Off:
        """The figures of these errors."""
        found = np.abs(np.array(list(errors_ms)))
        return cls(len(found), float(np.median(found)), float(np.quantile(found, 0.95)))


def estimate_errors_ms(utterance: Utterance, recording: Recording) -> list[float]:
    """How far estimates lie behind what the engine told; the first word of all is left out."""
    estimates = align(recording.samples, recording.rate_hz, utterance.words)
    told = recording.words or ()
    return [1000 * (e.start_s - t.start_s) for e, t in zip(estimates, told, strict=True)][1:]


def record_errors_ms(
    track: NDArray[np.float32], cue: Mapping[str, Any], phrase: Phrase, recording: Recording
) -> list[float]:
    """How far behind its place in the record each word sounds in a decoded track.

    Args:
        track: Mono, 48 kHz.
        cue: From the record.
        phrase: What is shown in that cue, and what is spoken for it.
        recording: What the engine gave for it.
    """
    told, number = recording.words or (), 0
    starts_s: list[float | None] = []
    for word in phrase.words:
        count = len(word.spoken.split())
        starts_s += [told[number].start_s if count else None] * len(word.caption.split())
        number += count
    voice = soxr.resample(recording.samples, recording.rate_hz, SAMPLE_RATE_HZ, "VHQ")
    errors = []
    for start_s, place_ms in zip(starts_s, cue["words"][::2], strict=True):
        if start_s is None:
            continue
        at = round(start_s * SAMPLE_RATE_HZ)
        piece = voice[max(at - AROUND_MS * FRAMES_PER_MS, 0) : at + AROUND_MS * FRAMES_PER_MS]
        before = min(at, AROUND_MS * FRAMES_PER_MS)
        begin = max((place_ms - SEARCH_MS) * FRAMES_PER_MS - before, 0)
        end = (place_ms + SEARCH_MS) * FRAMES_PER_MS - before + len(piece)
        found_at = begin + _found(track[begin:end], piece) + before
        errors.append(found_at / FRAMES_PER_MS - place_ms)
    return errors


def _found(where: NDArray[np.float32], what: NDArray[np.float32]) -> int:
    """The place at which `what` is most like what is there."""
    size = len(where) + len(what)
    match = np.fft.irfft(np.fft.rfft(where, size) * np.fft.rfft(what, size).conj(), size)
    power = np.concatenate(([0.0], np.cumsum(np.square(where, dtype=np.float64))))
    count = len(where) - len(what) + 1
    energy = power[len(what) : len(what) + count] - power[:count]
    return int(np.argmax(match[:count] / np.sqrt(energy + 1e-9)))


def decoded(mp3: Path, folder: Path) -> NDArray[np.float32]:
    """A track as a player would play it, mono."""
    raw = folder / "decoded.f32"
    run_ffmpeg(["-y", "-i", str(mp3), "-ac", "1", "-f", "f32le", str(raw)])
    return np.fromfile(raw, "<f4")


def main() -> int:
    """Measures all sentences of the scripts, and their finished tracks; writes the file."""
    from bench.place import LIBRARY, open_place
    from bench.process import BenchError

    for name in [name for name in os.environ if name.startswith("MEDITATIONS_")]:
        del os.environ[name]
    # The originals alone, for those are what the default voice says.
    said = {slug: said_in(ROOT / "scripts" / f"{slug}.yaml") for slug in LIBRARY}
    once = list(dict.fromkeys(event.utterance for some in said.values() for event in some))
    with ProcessPoolExecutor(2) as pool:
        recordings = dict(zip(once, pool.map(_speak, once, chunksize=8), strict=True))
    estimates = [e for u, recording in recordings.items() for e in estimate_errors_ms(u, recording)]
    try:
        with open_place() as place:
            finished = list(_in_tracks(place, said, recordings))
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1
    text = _report(Off.of(estimates), Off.of(finished))
    print(text)
    TARGET.write_text(text, "utf-8", newline="\n")
    return 0


def _in_tracks(
    place: Place,
    said: Mapping[str, Sequence[SayEvent]],
    recordings: Mapping[Utterance, Recording],
) -> Iterator[float]:
    from bench.process import run

    for slug, events in said.items():
        print(slug, file=sys.stderr, flush=True)
        run(place.meditations("build", slug, "--output", str(place.output), cores=2))
        track = decoded(place.track(slug, ".mp3"), place.folder)
        for cue, event in zip(place.record(slug)["cues"], events, strict=True):
            yield from record_errors_ms(track, cue, event.phrase, recordings[event.utterance])


def said_in(file: Path, root: Path = ROOT) -> list[SayEvent]:
    """All that is spoken in a script, in order."""
    return list(check_script(read_script(file), Project(root)).said)


def _speak(utterance: Utterance) -> Recording:
    return Pyttsx3Engine().speak(utterance, Path(tempfile.gettempdir()))


def _report(estimates: Off, finished: Off) -> str:
    rows = [
        ("estimates, where an engine tells nothing, against espeak-ng's own times", estimates),
        ("espeak-ng's own times in the record, against the sound in the finished MP3", finished),
    ]
    told = [
        f"| {what} | {off.words:,} | {off.median_ms:.1f} ms | {off.most_ms:.1f} ms |"
        for what, off in rows
    ]
    return "\n".join(
        [
            "# Word times", "",
            "Written by `python -m bench.words`; do not edit.", "",
            "By how much the beginnings of words are off, over every sentence of the scripts, in"
            " the default voice.", "",
            "| | words | median | 95 of 100 within |", "|---|---|---|---|", *told, "",
        ]
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
