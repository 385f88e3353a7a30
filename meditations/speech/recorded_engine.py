"""A person's own voice: each line as it was recorded, cut out, and never under other words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from meditations.errors import MeditationError, SpeechError, nearest
from meditations.sound.sound_files import read_mono
from meditations.speech.engine import Recording, VoiceInfo
from meditations.speech.recordings import Part, Recordings, read_recordings, recordings_folder
from meditations.speech.utterance import RECORDED
from meditations.store import content_key, kept_digest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from meditations.speech.utterance import Manner, Utterance

FALLBACK: Final = "fallback"
RECORD: Final = "see what is to be read: meditations record"
FOLDER: Final = "recordings"
"""Where a project's folders of recordings lie by custom."""
LETTER_S: Final = 0.03
"""Nobody speaks faster than so many seconds a letter: auctioneers come to 0.04."""
STEP_S: Final = 0.01
FAINTEST_DB, LOUDEST_DB = -50.0, -28.0
"""Below the loudest 10 ms; what is noise lies somewhere between, or lower."""
OVER_NOISE_DB: Final = 8.0
SHORTEST_STEPS: Final = 3
"""What sounds for less than 30 ms at an end is a click of a button."""
BEFORE_STEPS, AFTER_STEPS = 6, 12
"""Kept around the words, for consonants that begin or end softly."""


@dataclass(frozen=True, slots=True)
class RecordedEngine:
    """Plays what somebody read: the sound of the line whose words these are."""

    root: Path
    name: str = RECORDED
    usual_rate_wpm: int = 118
    reads_ipa: bool = True
    synthetic: bool = False

    def version(self) -> str:
        """Of how recordings are cut out; they themselves are in `basis`."""
        return "recorded 1"

    def files(self, utterance: Utterance) -> Sequence[Path]:
        """The recording."""
        return (self._part(utterance).file,)

    def basis(self, utterance: Utterance) -> str:
        """The digest of the recording, and where in it the line lies."""
        part = self._part(utterance)
        return content_key([kept_digest(part.file), part.start_s, part.end_s])

    def check(self, manner: Manner) -> None:
        """Makes sure that the folder can be read, and that nothing is asked of it in vain."""
        from meditations.speech.voices import NAMED

        settings = dict(manner.settings)
        for name in settings:
            if name != FALLBACK:
                raise MeditationError(
                    f"the engine {RECORDED} has no setting '{name}'", mend=nearest(name, [FALLBACK])
                )
        if (fallback := settings.get(FALLBACK)) is not None and fallback not in NAMED:
            raise MeditationError(f"no voice is called '{fallback}'", mend=nearest(fallback, NAMED))
        if manner.rate_wpm != self.usual_rate_wpm or manner.pitch != 50:
            what = "pitch" if manner.pitch != 50 else "rate"
            raise MeditationError(
                "a recording is heard as it was spoken",
                mend=f"leave out `{what}:`, and read the line as you want it to be heard",
            )
        if not self._recordings(manner).numbers:
            raise MeditationError(f"there are no recordings in {manner.voice} yet", mend=RECORD)

    def voices(self) -> Sequence[VoiceInfo]:
        """The folders below `recordings/` in which all that was to be read is there."""
        found = []
        for folder in sorted((self.root / FOLDER).glob("*/")):
            name = f"{FOLDER}/{folder.name}"
            try:
                told = read_recordings(folder, Path(name))
            except MeditationError:
                continue
            if told.numbers and set(told.numbers.values()) <= set(told.parts):
                found.append(VoiceInfo(name, "", f"{len(told.numbers)} lines recorded"))
        return found

    def stand_in(self, utterance: Utterance, language: str) -> Utterance:
        """The utterance as the fallback voice says it in a language, where it is not recorded."""
        fallback = dict(utterance.manner.settings).get(FALLBACK)
        if fallback is None or self._recordings(utterance.manner).part(utterance.words_to_read):
            return utterance
        from meditations.speech.voices import named_voices

        named, old = named_voices(language), utterance.manner
        if fallback not in named:
            return utterance  # `check` says so
        manner = replace(named[fallback], volume_db=old.volume_db, chain=old.chain)
        return replace(utterance, manner=manner, shown="")

    def speak(self, utterance: Utterance, scratch: Path) -> Recording:
        """Cuts the line out of its recording."""
        part = self._part(utterance)
        shown = f"{utterance.manner.voice}/{part.file.name}"
        try:
            span = None if part.whole else (part.start_s, part.end_s)
            samples, rate_hz = read_mono(part.file, scratch, span)
            samples = spoken_part(samples, rate_hz)
        except MeditationError as error:
            raise SpeechError(
                f"{shown} holds {error.what}",
                mend=f"record this anew: '{_short(utterance.words_to_read)}'",
            ) from None
        letters = sum(map(str.isalnum, utterance.text))
        if len(samples) / rate_hz < letters * LETTER_S:
            raise SpeechError(
                f"{shown} holds {len(samples) / rate_hz:.1f} s for {letters} letters:"
                f" are these the words '{_short(utterance.words_to_read)}'?",
                mend="give the recording the number of its words, or record these anew",
            )
        return Recording(samples, rate_hz)

    def _part(self, utterance: Utterance) -> Part:
        part = self._recordings(utterance.manner).part(utterance.words_to_read)
        if part is None:
            words = _short(utterance.words_to_read)
            raise SpeechError(
                f"not recorded yet in {utterance.manner.voice}: '{words}'",
                mend=RECORD,
            )
        return part

    def _recordings(self, manner: Manner) -> Recordings:
        return kept_recordings(recordings_folder(manner.voice, self.root), Path(manner.voice))


_KEPT: dict[Path, tuple[object, Recordings]] = {}


def kept_recordings(folder: Path, shown: Path) -> Recordings:
    """What a folder holds, read again only when something in it has changed."""
    state = tuple(
        (file.name, (told := file.stat()).st_size, told.st_mtime_ns)
        for file in (sorted(folder.iterdir()) if folder.is_dir() else ())
    )
    known = _KEPT.get(folder)
    if known is None or known[0] != state:
        known = _KEPT[folder] = (state, read_recordings(folder, shown))
    return known[1]


def spoken_part(samples: NDArray[np.float32], rate_hz: int) -> NDArray[np.float32]:
    """What is spoken of a recording, without the noise, clicks and faint breaths around it.

    Noise is what lies little above the quietest tenth of the recording, at least 28 dB and at
    most 50 dB under its loudest moment. Nothing within the words is changed; around them it fades
    within 60 ms before and 120 ms behind.

    Raises:
        MeditationError: If nothing is heard; says what the recording holds.
    """
    step = round(STEP_S * rate_hz)
    count = len(samples) // step
    blocks = samples[: count * step].reshape(count, step).astype(np.float64)
    power = np.mean(blocks**2, axis=1) if count else np.zeros(1)
    if not np.all(np.isfinite(power)) or float(np.max(power, initial=0.0)) < 1e-8:
        raise MeditationError("silence")
    levels = 10 * np.log10(power + 1e-12)
    loudest, noise = float(np.max(levels)), float(np.percentile(levels, 10))
    threshold = np.clip(noise + OVER_NOISE_DB, loudest + FAINTEST_DB, loudest + LOUDEST_DB)
    heard = np.concatenate(([False], levels > threshold, [False]))
    starts, ends = np.flatnonzero(np.diff(heard.astype(np.int8))).reshape(-1, 2).T
    lasting = ends - starts >= SHORTEST_STEPS
    if not np.any(lasting):
        raise MeditationError("nothing but a click")
    first, last = int(starts[lasting][0]), int(ends[lasting][-1])
    begin, end = max(0, first - BEFORE_STEPS) * step, min((last + AFTER_STEPS) * step, len(samples))
    kept = samples[begin:end].copy()
    lead, trail = first * step - begin, end - last * step
    kept[:lead] *= np.linspace(0.0, 1.0, lead, dtype=np.float32) ** 2
    kept[len(kept) - trail :] *= np.linspace(1.0, 0.0, trail, dtype=np.float32) ** 2
    return kept


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"
