"""Takes: utterances spoken once, trimmed, resampled, levelled, and kept."""

from __future__ import annotations

import json
import tempfile
import wave
from dataclasses import asdict, astuple, dataclass, replace
from functools import lru_cache
from itertools import chain as joined
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import soxr

from meditations.errors import MeditationError, SpeechError, Where
from meditations.quantities import FRAMES_PER_MS, SAMPLE_RATE_HZ
from meditations.sound.chain import Chain, treat
from meditations.sound.filters import HALF_RATE_HZ
from meditations.sound.levels import CODEC_LOSS_DB, SPEECH_LUFS, TAKE_PEAK_DBTP, factor
from meditations.sound.loudness import energies_by_ms, mono_lufs, repeated_lufs, step_energies
from meditations.sound.peaks import by_sample, limiting_gain, peaks_by_ms
from meditations.speech.alignment import align
from meditations.store import Store, content_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from meditations.speech.engine import Engine, Recording
    from meditations.speech.utterance import Utterance

FORMAT: Final = 8
"""Counted up when the work on a take changes, so that takes kept before are made anew."""
MARGIN_MS: Final = 40
MARGIN_FRAMES: Final = MARGIN_MS * FRAMES_PER_MS
"""Kept on either side of the speech, so that no soft consonant is cut."""
SPEECH_SHARE: Final = 0.005
"""What is louder than this share of the loudest sample (-46 dB) is speech."""
EDGE_FADE_MS: Final = 10
TARGET_LUFS: Final = SPEECH_LUFS + CODEC_LOSS_DB
NEAR_ENOUGH_LU: Final = 0.02
MOST_ALONE_LU: Final = 0.35
"""How much louder than the others a take may be measured alone; single words are, by a decibel."""
MOST_ROUNDS: Final = 8
MORE_DB: Final = 2.0
"""What a limiter takes away in loudness, and more gain gives back, is seldom more than this."""


@dataclass(frozen=True, slots=True)
class Take:
    """One utterance, spoken and kept.

    Attributes:
        key: Names the sound; equal keys, equal samples.
        file: WAV, 48 kHz, mono, 32 bit. The speech starts after `MARGIN_FRAMES` and is followed
            by as much again, and by what the room rings on.
        frames: The length of all of it.
        speech_frames: The length of the speech itself; a whole number of milliseconds.
        energies: K-weighted mean squares of one channel for each 100 ms of the speech.
        words: Start and end of each word of the utterance, in ms from the start of the speech.
        words_estimated: Whether those are estimates, because the engine told none.
    """

    key: str
    file: Path
    frames: int
    speech_frames: int
    energies: tuple[float, ...]
    words: tuple[tuple[int, int], ...] = ()
    words_estimated: bool = False


def take_key(utterance: Utterance, made_by: Sequence[str], chain: Chain) -> str:
    """The key of what an utterance will sound like through a chain, whatever its name."""
    manner = utterance.manner
    return content_key(
        ["take", FORMAT, utterance.text, [astuple(sounds) for sounds in utterance.sounds],
         list(made_by), manner.engine, manner.voice, manner.rate_wpm, manner.pitch,
         manner.volume_db, list(manner.settings), _facts(chain)]
    )  # fmt: skip


def made_by(engine: Engine, utterance: Utterance) -> tuple[str, str]:
    """What the sound depends on besides the words: the engine's version, its files.

    Raises:
        MeditationError: If the engine or one of its files is not here.
    """
    return engine_version(engine), engine.basis(utterance)


@lru_cache(maxsize=64)
def _facts(chain: Chain) -> dict[str, Any]:
    return asdict(chain)


def kept_take(store: Store, key: str) -> Take | None:
    """The take of that key, if it is kept whole."""
    sound, facts = store.find(key, ".wav"), store.find(key, ".json")
    if sound is None or facts is None:
        return None
    try:
        told = json.loads(facts.read_text("utf-8"))
        frames, speech_frames = int(told["frames"]), int(told["speech_frames"])
        words = tuple((int(start), int(end)) for start, end in told["words"])
        take = Take(
            key, sound, frames, speech_frames, tuple(told["energies"]), words,
            bool(told["words_estimated"]),
        )  # fmt: skip
        whole = sound.stat().st_size == 44 + 4 * frames
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return take if whole else None


@dataclass(frozen=True, slots=True)
class TakeRequest:
    """A take to be made.

    Attributes:
        utterance: What is said, and how.
        chain: What it goes through.
        key: Under which it is kept.
        where: The place in the script that says it.
    """

    utterance: Utterance
    chain: Chain
    key: str
    where: Where


def make_takes(requests: Sequence[TakeRequest], engine: Engine, store: Store) -> list[Take]:
    """Speaks all of `requests` and keeps the takes. Runs in a worker.

    Raises:
        SpeechError: If one could not be spoken, with its place; silence is never put there.
        MeditationError: If the store cannot be written.
    """
    return [_make_take(request, engine, store) for request in requests]


def _make_take(request: TakeRequest, engine: Engine, store: Store) -> Take:
    utterance = request.utterance
    try:
        recording = engine.speak(utterance, Path(tempfile.gettempdir()))
        words = utterance.words
        if estimated := not _tells_times(recording, len(words)):
            times = align(recording.samples, recording.rate_hz, words)
            recording = replace(recording, words=times)
        made = prepare(recording, request.chain, utterance.manner.volume_db)
    except MeditationError as error:
        raise error.at(request.where) from None
    file = store.keep(request.key, ".wav", lambda beside: _write_wav(beside, made.samples))
    take = Take(
        request.key, file, len(made.samples), made.speech_frames, made.energies, made.words,
        estimated,
    )  # fmt: skip
    kept = ("frames", "speech_frames", "energies", "words", "words_estimated")
    facts = json.dumps({name: getattr(take, name) for name in kept})
    # Written last: a take counts as kept once this is there.
    store.keep(request.key, ".json", lambda beside: beside.write_text(facts, "utf-8"))
    return take


def _tells_times(recording: Recording, count: int) -> bool:
    """Whether an engine told a time for each of so many words, one after the other."""
    if recording.words is None or len(recording.words) != count:
        return False
    edges = joined.from_iterable((word.start_s, word.end_s) for word in recording.words)
    return all(before <= after for before, after in pairwise(edges))


@dataclass(frozen=True, slots=True)
class Prepared:
    """A recording as it will be heard.

    Attributes:
        samples: At 48 kHz, shape (n,), with `MARGIN_FRAMES` on either side of the speech and the
            chain's tail behind it.
        speech_frames: The length of the speech; a whole number of milliseconds.
        energies: Of the speech, see `Take`.
        words: Start and end of each word, see `Take`; empty where the recording tells none.
    """

    samples: NDArray[np.float32]
    speech_frames: int
    energies: tuple[float, ...]
    words: tuple[tuple[int, int], ...]


def prepare(recording: Recording, chain: Chain, volume_db: float = 0.0) -> Prepared:
    """Resamples, trims, treats and levels a recording.

    Where speech begins and ends is found before the chain: a room that rings on is no speech.

    Args:
        recording: As the engine gave it.
        chain: What it goes through.
        volume_db: Its loudness against all other speech, 0 or less.

    Raises:
        SpeechError: If the recording holds no sound.
    """
    # Most voices have nothing above 12 kHz: until they are levelled, half the samples will do.
    rate_hz = HALF_RATE_HZ if recording.rate_hz <= HALF_RATE_HZ else SAMPLE_RATE_HZ
    samples = _resampled(recording.samples, recording.rate_hz, rate_hz)
    samples, first_s, speech_ms = _trimmed(samples, rate_hz)
    samples = treat(samples, chain, rate_hz)
    margin, frames_per_ms = MARGIN_MS * rate_hz // 1000, rate_hz // 1000
    speech = energies_by_ms(samples[margin : margin + speech_ms * frames_per_ms], rate_hz)
    samples = _resampled(samples, rate_hz, SAMPLE_RATE_HZ)
    gain = _levelling_gain(samples, speech, TARGET_LUFS + volume_db)
    energies = step_energies(speech * _power(gain, speech_ms))

    def within_ms(time_s: float) -> int:
        return min(max(round((time_s - first_s) * 1000), 0), speech_ms)

    return Prepared(
        samples * by_sample(gain),
        speech_ms * FRAMES_PER_MS,
        tuple(float(f"{energy:.6g}") for energy in energies),
        tuple((within_ms(w.start_s), within_ms(w.end_s)) for w in recording.words or ()),
    )


def _resampled(samples: NDArray[np.float32], from_hz: int, to_hz: int) -> NDArray[np.float32]:
    """`samples` at another rate: what they have above it, or images of it, are 120 dB down."""
    return samples if from_hz == to_hz else soxr.resample(samples, from_hz, to_hz, "HQ")


def _trimmed(samples: NDArray[np.float32], rate_hz: int) -> tuple[NDArray[np.float32], float, int]:
    """The speech with its margins, where in `samples` it begins, in s, and its length in ms."""
    magnitude = np.abs(samples)
    loudest = float(np.max(magnitude, initial=0.0))
    if loudest <= 0.0 or not np.isfinite(loudest):
        raise SpeechError("the engine gave silence")
    heard = magnitude > SPEECH_SHARE * loudest
    first, last = int(np.argmax(heard)), len(heard) - int(np.argmax(heard[::-1]))
    frames_per_ms = rate_hz // 1000
    margin, speech_ms = MARGIN_MS * frames_per_ms, -(-(last - first) // frames_per_ms)
    frames = speech_ms * frames_per_ms
    padded = np.zeros(frames + 2 * margin, np.float32)
    start, end = max(0, first - margin), min(len(samples), first + frames + margin)
    shift = margin - (first - start)
    padded[shift : shift + end - start] = samples[start:end]
    ramp = np.linspace(0.0, 1.0, EDGE_FADE_MS * frames_per_ms, dtype=np.float32)
    padded[: len(ramp)] *= ramp
    padded[-len(ramp) :] *= ramp[::-1]
    return padded, first / rate_hz, speech_ms


def _levelling_gain(
    samples: NDArray[np.float32], speech: NDArray[np.float64], target_lufs: float
) -> NDArray[np.float64]:
    """What makes a take as loud as every other, its peaks limited.

    Limiting takes loudness away, which more gain gives back, until both are right. In between,
    loudness is told from the energies of the speech and the limiter's gain, which is far slower
    than the weighting's filters: one transform does for all rounds.

    Args:
        samples: The take at 48 kHz, margins included.
        speech: K-weighted mean squares of each millisecond, margins left out.
        target_lufs: How loud.

    Returns:
        Factors at the edges of the milliseconds, to be joined by straight lines.
    """
    gain_db = missing_lu = target_lufs - _lufs(speech)
    most_db, peaks = gain_db - 1, np.zeros(0)
    before: tuple[float, float] | None = None
    gain = np.ones(1)
    for _ in range(MOST_ROUNDS):
        if gain_db > most_db:
            most_db = gain_db + MORE_DB
            peaks = peaks_by_ms(samples, factor(TAKE_PEAK_DBTP - most_db))
        gain = limiting_gain(peaks * factor(gain_db), TAKE_PEAK_DBTP) * factor(gain_db)
        missing_lu = target_lufs - _lufs(speech * _power(gain, len(speech)))
        if abs(missing_lu) < NEAR_ENOUGH_LU:
            break
        slope = 1.0
        if before is not None and before[0] != gain_db:
            # Behind a limiter a decibel more in is less than a decibel more out.
            slope = min(max((before[1] - missing_lu) / (gain_db - before[0]), 0.3), 1.0)
        before = (gain_db, missing_lu)
        gain_db += missing_lu / slope
    return gain


def _lufs(by_ms: NDArray[np.float64]) -> float:
    """The loudness by which a take is levelled: that among other takes, within a bound alone."""
    return max(repeated_lufs(by_ms), mono_lufs(by_ms) - MOST_ALONE_LU)


def _power(gain: NDArray[np.float64], speech_ms: int) -> NDArray[np.float64]:
    """What a gain does to the energy of each millisecond of the speech, margins left out."""
    middle = (gain[:-1] + gain[1:]) / 2
    return np.asarray(middle[MARGIN_MS : MARGIN_MS + speech_ms] ** 2)


def _write_wav(file: Path, samples: NDArray[np.float32]) -> None:
    # Nothing clips: peaks lie 3 dB lower.
    whole = (samples * np.float32(2**31)).astype("<i4")
    with file.open("wb") as stream, wave.open(stream, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(4)
        sound.setframerate(SAMPLE_RATE_HZ)
        sound.writeframesraw(whole.data)


@lru_cache(maxsize=8)
def engine_version(engine: Engine) -> str:
    """An engine's version, asked once."""
    return engine.version()
