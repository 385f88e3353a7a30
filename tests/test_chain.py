"""The voice's chain: what each part does to signals of a known kind, and what files may say."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pytest
import soxr
from hypothesis import given
from hypothesis import strategies as st
from support.tracks import ebur128

from meditations.errors import MeditationError
from meditations.quantities import FRAMES_PER_MS, SAMPLE_RATE_HZ
from meditations.sound import chain_files
from meditations.sound.chain import (
    Chain,
    Compress,
    DeEss,
    HighPass,
    LowShelf,
    Room,
    room_impulse,
    treat,
)
from meditations.sound.chain_files import FOLDER, PRESETS, find_chain, read_chain
from meditations.sound.filters import band, high_pass, in_blocks, low_shelf, response
from meditations.sound.levels import CODEC_LOSS_DB
from meditations.sound.peaks import true_peak_dbtp
from meditations.speech.engine import Recording
from meditations.speech.takes import MARGIN_FRAMES, prepare

if TYPE_CHECKING:
    from numpy.typing import NDArray

SECOND: Final = SAMPLE_RATE_HZ
NOWHERE: Final = Path("/nowhere")
ESS: Final = DeEss(from_hz=5000, to_hz=9000, above_db=-12, most_db=8)


def noise(seconds: float, seed: int = 1, level: float = 0.1) -> NDArray[np.float32]:
    random = np.random.default_rng(seed)
    return random.normal(0, level, round(seconds * 1000) * FRAMES_PER_MS).astype(np.float32)


def tone(hz: float, seconds: float, level: float = 0.2) -> NDArray[np.float32]:
    time = np.arange(round(seconds * 1000) * FRAMES_PER_MS) / SECOND
    return (level * np.sin(2 * np.pi * hz * time)).astype(np.float32)


def speech(seconds: float = 3.0) -> NDArray[np.float32]:
    """Syllables of a buzz, louder and softer, an s behind each fourth of them."""
    time = np.arange(round(seconds * 1000) * FRAMES_PER_MS) / SECOND
    buzz = sum(np.sin(2 * np.pi * 160 * k * time) / k for k in range(1, 24))
    number = (time * 4).astype(int)
    loud = np.where(number % 3 == 0, 0.3, 0.1) * np.sin(np.pi * (time * 4 % 1)) ** 2
    hiss = band_noise(seconds, 5500, 8500) * (number % 4 == 3) * np.sin(np.pi * (time * 4 % 1))
    return np.asarray(loud * buzz + 0.2 * hiss, np.float32)


def band_noise(seconds: float, low_hz: float, high_hz: float) -> NDArray[np.float32]:
    spectrum = np.fft.rfft(noise(seconds, 3, 1.0))
    frequency = np.fft.rfftfreq(round(seconds * 1000) * FRAMES_PER_MS, 1 / SECOND)
    spectrum[(frequency < low_hz) | (frequency > high_hz)] = 0
    found = np.fft.irfft(spectrum)
    return np.asarray(found / np.abs(found).max(), np.float32)


def rms_db(samples: NDArray[np.float32]) -> float:
    return float(10 * np.log10(np.mean(samples.astype(np.float64) ** 2)))


def digest(samples: NDArray[np.float32]) -> str:
    return hashlib.sha256(samples.tobytes()).hexdigest()


def gain_db(chain: Chain, samples: NDArray[np.float32]) -> float:
    """What the chain does to a steady sound, away from its ends."""
    middle = slice(SECOND // 2, len(samples) - SECOND // 2)
    return rms_db(treat(samples, chain)[middle]) - rms_db(samples[middle])


# Filters.


@pytest.mark.parametrize("hz", [20, 35, 70, 140, 1000, 10_000])
def test_high_pass_is_butterworth_s(hz: float) -> None:
    """A tone comes out as the formula of a Butterworth filter of second order has it."""
    wanted = 10 * np.log10((hz / 70) ** 4 / (1 + (hz / 70) ** 4))
    assert gain_db(Chain(HighPass(70)), tone(hz, 2)) == pytest.approx(wanted, abs=0.05)


@pytest.mark.parametrize("shelf_db", [-6, 2, 6])
def test_low_shelf_lifts_what_is_low(shelf_db: float) -> None:
    """All of the gain lies far below the corner, half of it at the corner, none far above."""
    chain = Chain(low_shelf=LowShelf(250, shelf_db))
    for hz, share in ((20, 1), (250, 0.5), (5000, 0)):
        assert gain_db(chain, tone(hz, 2)) == pytest.approx(share * shelf_db, abs=0.1)


def test_blocks_are_what_a_filter_gives_sample_by_sample() -> None:
    """In blocks of the frequency domain comes out what the recursion of the same biquads gives."""
    sound = noise(1.0)
    filters = [high_pass(70), low_shelf(250, 4)]
    wanted = sound.astype(np.float64)
    for b, a in filters:
        passed, x1, x2, y1, y2 = [], 0.0, 0.0, 0.0, 0.0
        for x in wanted:
            y = (b[0] * x + b[1] * x1 + b[2] * x2 - a[1] * y1 - a[2] * y2) / a[0]
            x1, x2, y1, y2 = x, x1, y, y1
            passed.append(y)
        wanted = np.array(passed)
    (found,) = in_blocks(sound, [response(filters, 16_384)], 4_096, 1_024)
    assert np.abs(found - wanted).max() < 1e-6


@given(st.integers(1, 60_000))
def test_blocks_leave_a_sound_of_any_length_as_long_as_it_was(length: int) -> None:
    """Through a filter that does nothing comes the sound itself, whatever the blocks."""
    sound = np.random.default_rng(length).normal(0, 0.1, length).astype(np.float32)
    (found,) = in_blocks(sound, [np.ones(2049, np.complex64)], 700, 300)
    assert found.shape == sound.shape
    assert np.abs(found - sound).max() < 1e-6


def test_a_band_and_its_rest_are_the_whole() -> None:
    """The band delays nothing: taken off a sound it leaves what lies outside, and nothing of it."""
    inside, outside = band_noise(1, 5700, 7900), band_noise(1, 200, 4000)
    (found,) = in_blocks(inside + outside, [band(5000, 9000, 16_384)], 4_096, 1_024)
    middle = slice(SECOND // 8, -SECOND // 8)  # where a sound is cut off it has all frequencies
    assert rms_db((found - inside)[middle]) < rms_db(inside) - 70


# De-esser and compressor.


def test_de_esser_leaves_what_is_not_loud() -> None:
    """A voice whose s lies under the threshold comes out as it was."""
    voice = tone(300, 2) + 0.02 * band_noise(2, 5500, 8500)
    assert rms_db(treat(voice, Chain(de_ess=ESS)) - voice) < rms_db(voice) - 80


@pytest.mark.parametrize(("above_db", "lowered_db"), [(3, 3), (6, 6), (20, 8)])
def test_de_esser_lowers_a_loud_s(above_db: float, lowered_db: float) -> None:
    """What the band has above its threshold is taken off, and never more than the most."""
    low, high = tone(300, 3), band_noise(3, 5700, 8000)
    part = slice(SECOND, 2 * SECOND)
    # The threshold is against the whole voice's level, in which a second of this counts too.
    share = 10 ** ((ESS.above_db + above_db) / 10)
    power = np.mean(low.astype(np.float64) ** 2) * share / (1 - min(share / 3, 0.9))
    high *= np.sqrt(power) / np.std(high)
    high[: part.start] = high[part.stop :] = 0
    treated = treat((low + high).astype(np.float32), Chain(de_ess=ESS))
    found = rms_db((treated - low)[part]) - rms_db(high[part])
    assert found == pytest.approx(-lowered_db, abs=1.0)
    assert rms_db((treated - low)[: SECOND // 2]) < rms_db(low) - 80


def test_de_esser_leaves_other_frequencies_alone() -> None:
    """While an s is lowered, what lies under and over its band is not touched."""
    hiss, under, over = band_noise(2, 5700, 7900), tone(2000, 2, 0.1), tone(14_000, 2, 0.1)
    treated = treat(np.asarray(0.5 * hiss + under + over, np.float32), Chain(de_ess=ESS))
    for hz in (2000, 14_000):
        wave = np.exp(-2j * np.pi * hz * np.arange(SECOND) / SECOND)
        level = 2 * abs(np.mean(treated[SECOND // 2 : SECOND * 3 // 2] * wave))
        assert level == pytest.approx(0.1, rel=0.02)


@pytest.mark.parametrize("ratio", [1.5, 2.0, 4.0])
def test_compressor_brings_loud_and_soft_nearer(ratio: float) -> None:
    """Above the threshold, a difference of 12 dB becomes one of 12 dB divided by the ratio."""
    loud, soft = noise(2, 1, 0.2), noise(2, 2, 0.2 * 10 ** (-12 / 20))
    chain = Chain(compress=Compress(above_db=-20, ratio=ratio, knee_db=0, over_ms=80))
    treated = treat(np.concatenate((loud, soft)), chain)
    halves = treated[SECOND // 2 : 3 * SECOND // 2], treated[5 * SECOND // 2 : 7 * SECOND // 2]
    assert rms_db(halves[0]) - rms_db(halves[1]) == pytest.approx(12 / ratio, abs=0.3)


def test_compressor_leaves_what_is_soft() -> None:
    """Under the threshold and its knee nothing moves."""
    chain = Chain(compress=Compress(above_db=8, ratio=4, knee_db=6, over_ms=80))
    sound = noise(2)
    assert gain_db(chain, sound) == pytest.approx(0, abs=0.01)


def test_a_voice_is_treated_alike_however_loud_its_engine() -> None:
    """Levels count against the voice's own: half as loud in is half as loud out."""
    voice, chain = speech(), find_chain("warm", NOWHERE)
    loud, soft = treat(voice, chain), treat((voice / 2).astype(np.float32), chain)
    assert np.abs(loud / 2 - soft).max() < 1e-5


# Room.


@pytest.mark.parametrize("amount", [5, 10, 40])
def test_room_is_as_strong_and_as_long_as_written(amount: float) -> None:
    """Its answer to a click has the energy that is asked for, and is over when it should be."""
    impulse = room_impulse(Room(amount, 300, 10, 5000))
    assert len(impulse) == 300 * FRAMES_PER_MS
    assert np.linalg.norm(impulse) == pytest.approx(amount / 100)
    assert abs(impulse[-1]) < 1e-8
    before = impulse[: 9 * FRAMES_PER_MS]
    assert np.linalg.norm(before) < 0.05 * np.linalg.norm(impulse)


def test_room_dies_away_evenly() -> None:
    """From one sixth of its length to the next it loses about 10 of its 60 dB; nothing flutters."""
    impulse = room_impulse(Room(20, 600, 6, 5000))
    levels = [rms_db(part) for part in np.split(impulse.astype(np.float32), 12)][2:9]
    assert np.diff(levels) == pytest.approx(-5, abs=2.5)


def test_room_rings_on_behind_the_take_and_ends() -> None:
    """A take with a room is longer by the room's length; without one it is as long as before."""
    voice = speech(1.0)
    for name in PRESETS:
        chain = find_chain(name, NOWHERE)
        treated = treat(voice, chain)
        assert len(treated) == len(voice) + chain.tail_frames
        assert chain.tail_frames == round(chain.room.length_ms) * 48 * (name != "plain")
        if chain.tail_frames:
            assert np.abs(treated[-FRAMES_PER_MS:]).max() < 1e-4


# The whole.


def test_plain_is_the_very_sound() -> None:
    """A chain of which every part is off hands on the samples it was given."""
    voice = speech()
    assert treat(voice, Chain()) is voice
    assert find_chain("plain", NOWHERE) == Chain()


@pytest.mark.parametrize("name", PRESETS)
def test_takes_are_equally_loud_through_any_chain(name: str, tmp_path: Path) -> None:
    """-16 LUFS and at most -3 dBTP, as ffmpeg measures them, and in the place where it was."""
    voice = speech()
    padded = np.pad(voice, SECOND // 4)
    made = prepare(Recording(padded, SECOND), find_chain(name, NOWHERE))
    samples, frames = made.samples, made.speech_frames
    part = samples[MARGIN_FRAMES : MARGIN_FRAMES + frames]
    lufs, _ = ebur128(np.stack((part, part), axis=1), tmp_path)
    assert lufs == pytest.approx(-16.0 + CODEC_LOSS_DB, abs=0.3)
    assert true_peak_dbtp(samples) <= -3.0 + 1e-6
    plain = prepare(Recording(padded, SECOND), Chain())
    assert frames == plain.speech_frames
    size = 2 * len(samples)
    match = np.fft.irfft(np.fft.rfft(samples, size) * np.fft.rfft(plain.samples, size).conj())
    assert min(np.argmax(match), size - np.argmax(match)) <= FRAMES_PER_MS


@pytest.mark.parametrize("volume_db", [-12.0, -4.0, 0.0])
def test_volume_lowers_a_take(volume_db: float, tmp_path: Path) -> None:
    """A softer line is softer by just what is written, its peaks with it."""
    recording = Recording(speech(), SECOND)
    made = prepare(recording, find_chain("warm", NOWHERE), volume_db)
    part = made.samples[MARGIN_FRAMES : MARGIN_FRAMES + made.speech_frames]
    lufs, _ = ebur128(np.stack((part, part), axis=1), tmp_path)
    assert lufs == pytest.approx(-16.0 + CODEC_LOSS_DB + volume_db, abs=0.3)


@pytest.mark.parametrize("name", PRESETS)
def test_half_the_samples_are_the_same_sound(name: str) -> None:
    """A chain at 24 kHz gives what it gives at 48 kHz, 60 dB down and more."""
    voice, chain = speech(), find_chain(name, NOWHERE)
    whole = treat(voice, chain)
    half = treat(soxr.resample(voice, 2, 1, "VHQ"), chain, SECOND // 2)
    assert 2 * len(half) == len(whole)
    found = soxr.resample(half, 1, 2, "VHQ")
    assert rms_db(found - whole) < rms_db(whole) - 60


@pytest.mark.parametrize("rate_hz", [16_000, 22_050, 24_000, 44_100])
def test_a_take_is_the_same_at_any_rate_of_its_engine(rate_hz: int) -> None:
    """At any rate the same sound is the same take: as long, as loud, in the same place."""
    padded, chain = np.pad(band_noise(1, 300, 7000), SECOND // 4), find_chain("warm", NOWHERE)
    wanted = prepare(Recording(padded, SECOND), chain)
    made = prepare(Recording(soxr.resample(padded, SECOND, rate_hz, "VHQ"), rate_hz), chain)
    assert made.speech_frames == pytest.approx(wanted.speech_frames, abs=2 * FRAMES_PER_MS)
    size = min(len(made.samples), len(wanted.samples))
    off = min(
        rms_db(made.samples[by : size - 48 + by] - wanted.samples[48 - by : size - by])
        for by in range(48)
    )
    assert off < rms_db(wanted.samples) - 30


def test_same_samples_in_any_process() -> None:
    """A chain has no memory of what went through before: here and in a fresh process the same."""
    voice = speech()
    for seconds in (0.5, 2.0):
        treat(noise(seconds), find_chain("hall", NOWHERE))
    here = [digest(treat(voice, find_chain(name, NOWHERE))) for name in PRESETS]
    code = (
        "import test_chain as t\n"
        "for name in t.PRESETS: print(t.digest(t.treat(t.speech(), t.find_chain(name, t.NOWHERE))))"
    )
    paths = os.pathsep.join((str(Path(__file__).parent), *sys.path))
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": paths}, check=True,
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout.split() == here


@pytest.mark.parametrize("milliseconds", [1, 7, 30, 81])
@pytest.mark.parametrize("name", PRESETS)
def test_the_shortest_takes_pass(name: str, milliseconds: int) -> None:
    """A take of a few milliseconds, and one of silence, go through unharmed."""
    for sound in (noise(milliseconds / 1000), np.zeros(milliseconds * 48, np.float32)):
        assert np.isfinite(treat(sound, find_chain(name, NOWHERE))).all()


# Files.


def _project(root: Path, text: str) -> Path:
    (root / "chains").mkdir()
    (root / "chains" / "mine.toml").write_text(text, "utf-8")
    return root


@pytest.mark.parametrize("name", PRESETS)
def test_a_copied_preset_is_the_preset(name: str, tmp_path: Path) -> None:
    """A maker's copy gives the same numbers, and each number in it tells its range."""
    (tmp_path / "chains").mkdir()
    shutil.copy(FOLDER / f"{name}.toml", tmp_path / "chains" / "mine.toml")
    assert find_chain("chains/mine.toml", tmp_path) == find_chain(name, tmp_path)
    for part in fields(Chain):
        text = (FOLDER / f"{name}.toml").read_text("utf-8").split(f"[{part.name}]")[1]
        lines = text.split("\n[")[0].splitlines()
        for number in fields(part.default):  # type: ignore[arg-type]
            (place,) = [n for n, line in enumerate(lines) if line.startswith(f"{number.name} = ")]
            told = f"{lines[place - 1]} {lines[place]}"
            for off in (" (off)", " (none)"):
                told = told.replace(off, "")
            assert f"{number.metadata['least']} to {number.metadata['most']}" in told


def test_what_is_left_out_is_off(tmp_path: Path) -> None:
    """A file may hold one part, and one number of it."""
    root = _project(tmp_path, "[room]\namount_percent = 20\n")
    assert find_chain("chains/mine.toml", root) == Chain(room=Room(amount_percent=20))


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("[rom]\namount_percent = 3\n", 1, "'rom' is no part of a chain\n  did you mean 'room'?"),
        ("\n[room]\namount = 3\n", 3, "'amount' is no number of [room]\n  did you mean"),
        ("[room]\nlength_ms = 900\n", 2, "out of range\n  choose from 50 to 600"),
        ("[high_pass]\ncut_hz = 10\n", 2, "choose from 30 to 200, or 0 for none of it"),
        ("[high_pass]\n\ncut_hz = nan\n", 3, "cut_hz = nan is out of range"),
        ("[compress]\nratio = '2'\n", 2, "ratio is no number"),
        ("[compress]\nratio = true\n", 2, "ratio is no number"),
        ("room = 3\n", 1, "its numbers go below it\n  write [room]"),
        ("[[room]]\nlength_ms = 100\n", 0, "its numbers go below it"),
        ("[room\nlength_ms = 100\n", 1, "this is no TOML"),
        ("[room]\nlength_ms = 100\nlength_ms = 100\n", 3, "this is no TOML"),
        ("[room]\nlength_ms = -28 dB\n", 2, "this is no TOML"),
        ("[room]\nlength_ms = 60\ndistance_ms = 40\n", 1, "over half of its length_ms"),
        ("[de_ess]\nfrom_hz = 7000\nto_hz = 8000\n", 1, "narrower than a third of an octave"),
    ],
)
def test_a_faulty_file_is_told_with_its_line(
    text: str, line: int, said: str, tmp_path: Path
) -> None:
    """Unknown parts and numbers, and those out of range, are named where they stand."""
    with pytest.raises(MeditationError) as caught:
        find_chain("chains/mine.toml", _project(tmp_path, text))
    place = f"chains/mine.toml:{line}:" if line else "chains/mine.toml:"
    assert str(caught.value).startswith(place)
    assert said in str(caught.value)


def test_a_file_that_is_no_text_is_a_message(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 are told as such."""
    root = _project(tmp_path, "")
    (root / "chains" / "mine.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(MeditationError, match="no text"):
        find_chain("chains/mine.toml", root)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("wram", "did you mean 'warm'"),
        ("cathedral", "known here: hall, near, plain, warm"),
        ("chains/mien.toml", "did you mean 'chains/mine.toml'"),
        ("../mine.toml", "lies outside the project"),
        ("/etc/hosts.toml", "lies outside the project"),
    ],
)
def test_a_chain_that_is_not_there_is_told_with_what_is(
    name: str, said: str, tmp_path: Path
) -> None:
    """A misspelt name, a missing file, one outside the project: each says how to mend it."""
    with pytest.raises(MeditationError) as caught:
        find_chain(name, _project(tmp_path, ""))
    assert said in str(caught.value)


def test_every_number_of_a_chain_changes_the_sound() -> None:
    """No number in a file is without an effect."""
    voice, chain = speech(), read_chain(chain_files.FOLDER / "warm.toml")
    before = treat(voice, chain)
    changes: dict[str, dict[str, float]] = {
        "high_pass": {"cut_hz": 120}, "low_shelf": {"corner_hz": 400, "gain_db": -3},
        "de_ess": {"from_hz": 7500, "to_hz": 6500, "above_db": -30, "most_db": 2},
        "compress": {"above_db": -12, "ratio": 3, "knee_db": 1, "over_ms": 200},
        "room": {"amount_percent": 20, "length_ms": 300, "distance_ms": 20, "bright_hz": 2000},
    }  # fmt: skip
    assert {part.name for part in fields(Chain)} == set(changes)
    for part, numbers in changes.items():
        old = getattr(chain, part)
        assert {number.name for number in fields(old)} == set(numbers)
        for number, value in numbers.items():
            other = replace(chain, **{part: replace(old, **{number: value})})
            after = treat(voice, other)
            size = min(len(before), len(after))
            assert np.abs(before[:size] - after[:size]).max() > 1e-3, (part, number)
