"""Beds from files: any format, trimmed, looped, measured as they are heard, or a clear message."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import numpy as np
import pytest
from support import signals
from support.signals import RATE_HZ, level_db, read_raw, write_sound
from support.tracks import ebur128

from meditations.errors import MeditationError
from meditations.mix.mixer import LAME_OPTIONS
from meditations.mix.windows import WINDOW_FRAMES
from meditations.mp3.stream import BITRATE_KBPS
from meditations.programs import ffmpeg
from meditations.sound import ends, file_beds, loops
from meditations.sound.file_beds import measure_bed, write_loop
from meditations.sound.levels import CODEC_LOSS_DB, factor
from meditations.sound.loudness import gated_lufs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from support.signals import Sound

    from meditations.workers import Workers

AAC = ("-c:a", "aac", "-b:a", "160k")


def _looped(file: Path, raw: Path) -> Sound:
    period = write_loop(f"sounds/{file.name}", file, raw, WINDOW_FRAMES)
    sound = read_raw(raw)
    assert len(sound) == period
    return sound


def _refused(file: Path, raw: Path) -> str:
    """The message about a file that is refused; it names the file and says how to mend it."""
    with pytest.raises(MeditationError) as caught:
        write_loop(f"sounds/{file.name}", file, raw, WINDOW_FRAMES)
    assert f"'sounds/{file.name}'" in caught.value.what
    assert caught.value.mend
    return caught.value.what


@pytest.mark.parametrize(
    ("name", "rate_hz", "channels", "options"),
    [
        ("8 bit.wav", 22_050, 1, ["-c:a", "pcm_u8"]),
        ("24 bit.wav", 44_100, 2, ["-c:a", "pcm_s24le"]),
        ("float.wav", 96_000, 2, ["-c:a", "pcm_f32le"]),
        ("surround.flac", 48_000, 6, []),
        ("quad.wav", 48_000, 4, []),
        ("fine.flac", 192_000, 2, []),
        ("mono.mp3", 44_100, 1, ["-b:a", "128k"]),
        ("variable.mp3", 48_000, 2, ["-q:a", "3"]),
        ("headless.mp3", 48_000, 2, ["-q:a", "3", "-write_xing", "0"]),
        ("vorbis.ogg", 32_000, 2, ["-c:a", "libvorbis"]),
        ("opus.ogg", 48_000, 1, ["-c:a", "libopus"]),
        ("aac.m4a", 44_100, 2, [*AAC]),
        ("lossless.m4a", 48_000, 2, ["-c:a", "alac"]),
        ("plain.aiff", 44_100, 2, []),
    ],
)
def test_any_format_rate_and_number_of_channels(
    name: str, rate_hz: int, channels: int, options: list[str], tmp_path: Path
) -> None:
    """Six seconds of a chord come out as five and more, both sides alike, nothing clipped."""
    time_s = np.arange(6 * rate_hz) / rate_hz
    mono = 0.3 * np.sum([np.sin(2 * np.pi * hz * time_s) for hz in (220.5, 331.3, 447.9)], axis=0)
    sound = mono if channels == 1 else np.repeat(mono[:, None], channels, axis=1)
    file = write_sound(tmp_path / name, sound, *options, rate_hz=rate_hz)
    looped = _looped(file, tmp_path / "loop.f32")
    assert 3 * RATE_HZ <= len(looped) <= 5.3 * RATE_HZ
    assert np.abs(looped[:, 0] - looped[:, 1]).max() < 0.05
    power = np.square(np.abs(np.fft.rfft(looped[:, 0] * np.hanning(len(looped)))))
    at = np.arange(len(power)) * RATE_HZ / len(looped)
    tones = sum(power[np.abs(at - hz) < 4].sum() for hz in (220.5, 331.3, 447.9))
    assert tones > 0.99 * power.sum()


def test_a_picture_in_the_file_does_not_matter(tmp_path: Path) -> None:
    """Covers inside MP3 and M4A files are passed over; so are the pictures of a film."""
    from mutagen.id3 import APIC, ID3
    from mutagen.mp4 import MP4, MP4Cover

    picture = tmp_path / "cover.png"
    made = ["-f", "lavfi", "-i", "testsrc=s=64x64:d=6:r=5"]
    command = [str(ffmpeg()), "-v", "error", *made]
    subprocess.run([*command, "-frames:v", "1", str(picture)], check=True)
    mp3 = write_sound(tmp_path / "a.mp3", signals.tone(6.0))
    tag = ID3()
    tag.add(APIC(mime="image/png", type=3, data=picture.read_bytes()))
    tag.save(mp3)
    m4a = write_sound(tmp_path / "b.m4a", signals.tone(6.0), *AAC)
    tags = MP4(m4a)
    tags["covr"] = [MP4Cover(picture.read_bytes(), MP4Cover.FORMAT_PNG)]
    tags.save()
    film = tmp_path / "c.mp4"
    subprocess.run([*command, "-i", str(mp3), "-map", "0:v", "-map", "1:a", str(film)], check=True)
    for file in (mp3, m4a, film):
        assert len(_looped(file, tmp_path / "loop.f32")) > 4 * RATE_HZ


def test_mono_comes_from_both_sides(tmp_path: Path) -> None:
    """One channel becomes two that are the same."""
    file = write_sound(tmp_path / "mono.wav", signals.noise(3.0)[:, 0])
    looped = _looped(file, tmp_path / "loop.f32")
    assert np.array_equal(looped[:, 0], looped[:, 1])


def test_silence_at_both_ends_is_cut_off(tmp_path: Path) -> None:
    """Neither digital silence nor hiss 60 dB under the sound is part of the loop."""
    hush = 1e-3 * signals.noise(1.5)
    none = np.zeros((RATE_HZ, 2))
    sound = np.concatenate((none, hush, signals.noise(6.0), hush, none))
    looped = _looped(
        write_sound(tmp_path / "hush.wav", sound, "-c:a", "pcm_s24le"), tmp_path / "loop.f32"
    )
    assert 3 * RATE_HZ <= len(looped) <= 5.3 * RATE_HZ
    steps = looped[: len(looped) // 480 * 480].reshape(-1, 480, 2)
    assert min(map(level_db, steps)) > -23


def test_an_offset_is_taken_out(tmp_path: Path) -> None:
    """What lies under all that sounds would only take away room."""
    file = write_sound(tmp_path / "offset.wav", 0.3 * signals.noise(4.0) + 0.4, "-c:a", "pcm_f32le")
    assert np.abs(_looped(file, tmp_path / "loop.f32").mean(axis=0)).max() < 1e-3


def test_the_same_file_gives_the_same_bytes(workers: Workers, tmp_path: Path) -> None:
    """Here or in a worker, the first time or the second."""
    file = write_sound(tmp_path / "rain.flac", signals.drone_in_rain(9.0), rate_hz=44_100)
    made = []
    for n in range(2):
        _looped(file, tmp_path / f"{n}.f32")
        made.append((tmp_path / f"{n}.f32").read_bytes())
    raw = tmp_path / "worker.f32"
    workers.result(workers.submit(write_loop, "rain", file, raw, WINDOW_FRAMES))
    assert made[0] == made[1] == raw.read_bytes()


def test_a_long_sound_is_never_held_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only its ends are read in one piece; the size of all other pieces changes nothing."""
    sound = np.concatenate((np.zeros((RATE_HZ // 2, 2)), signals.noise(58.0)))
    file = write_sound(tmp_path / "long.wav", sound)
    whole = _looped(file, tmp_path / "a.f32")
    largest = 0
    read = np.fromfile

    def counted(*given: Any) -> Any:
        nonlocal largest
        found = read(*given)
        largest = max(largest, len(found) // 2)
        return found

    monkeypatch.setattr(np, "fromfile", counted)
    monkeypatch.setattr(file_beds, "BLOCK_FRAMES", 7 * ends.LEVEL_FRAMES)
    monkeypatch.setattr(loops, "COPY_FRAMES", 12_345)
    write_loop("long", file, tmp_path / "b.f32", WINDOW_FRAMES)
    assert largest <= loops.REACH_FRAMES + loops.LONGEST_FADE_FRAMES
    monkeypatch.undo()
    assert np.array_equal(whole, read_raw(tmp_path / "b.f32"))


def test_of_a_long_file_the_beginning_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes after the first hour is not decoded."""
    monkeypatch.setattr(file_beds, "_READING", ("-t", "4", *file_beds._READING[2:]))
    monkeypatch.setattr(file_beds, "LONGEST_S", 4)
    file = write_sound(tmp_path / "long.flac", signals.noise(9.0))
    assert len(_looped(file, tmp_path / "loop.f32")) <= 4 * RATE_HZ


def test_one_level_means_the_same_for_every_bed(tmp_path: Path) -> None:
    """Beds brought to one level are within 0.3 LU of each other when LAME is through with them."""
    beds: dict[str, Callable[[float], Sound]] = {
        "white": signals.noise,
        "pink": lambda s: signals.noise(s, 3),
        "brown": lambda s: signals.noise(s, 6),
        "tone": signals.tone,
        "drone in rain": signals.drone_in_rain,
        "one white for both": lambda s: signals.stereo(signals.noise(s)[:, 0]),
    }
    heard = {}
    for name, make in beds.items():
        raw, mp3 = tmp_path / "bed.f32", tmp_path / "bed.mp3"
        sound = make(10.0)
        sound.astype("<f4").tofile(raw)
        gain_db = -30.0 + CODEC_LOSS_DB - gated_lufs(np.array(measure_bed(raw)))
        write_sound(mp3, sound * factor(gain_db), "-b:a", f"{BITRATE_KBPS}k", *LAME_OPTIONS)
        subprocess.run(
            [str(ffmpeg()), "-v", "error", "-i", str(mp3), "-f", "f32le", "-y", str(raw)],
            check=True,
        )
        heard[name] = gated_lufs(_momentary(raw, tmp_path))
    assert max(heard.values()) - min(heard.values()) <= 0.3, heard
    assert all(lufs == pytest.approx(-30.0, abs=0.3) for lufs in heard.values()), heard


def _momentary(raw: Path, folder: Path) -> Sound:
    """Energies of blocks by ffmpeg's ebur128, of the sound as it is."""
    told = subprocess.run(
        [str(ffmpeg()), "-v", "error", "-f", "f32le", "-ar", str(RATE_HZ), "-ac", "2", "-i", raw,
         "-af", "ebur128=metadata=1,ametadata=print:key=lavfi.r128.M:file=-", "-f", "null", "-"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    lufs = [float(line.split("=")[1]) for line in told.splitlines() if "=" in line]
    return np.asarray(10 ** ((np.array(lufs[3:]) + 0.691) / 10))


def test_a_loop_is_measured_around_its_end(tmp_path: Path) -> None:
    """There is one figure for each 100 ms, the last ones reach into the beginning."""
    raw = tmp_path / "bed.f32"
    sound = signals.noise(3.0)
    sound[: RATE_HZ // 2] *= 0.01
    sound.astype("<f4").tofile(raw)
    energies = np.array(measure_bed(raw))
    assert len(energies) == 30
    assert energies[29] < 0.4 * energies[26]  # 300 of its 400 ms are of the quiet beginning
    steady = gated_lufs(energies[6:26])
    assert ebur128(sound[RATE_HZ // 2 :], tmp_path)[0] == pytest.approx(steady, abs=2.0)


def _made(name: str, folder: Path) -> Path:
    """A file with something wrong, by its name."""
    file = folder / name
    sound = signals.noise(8.0)
    if name in ("folder.wav", "gone.wav"):
        if name == "folder.wav":
            file.mkdir()
    elif name == "text.mp3":
        file.write_text("Breathe in. Breathe out.\n" * 200, "utf-8")
    elif name == "list.wav":
        file.write_text("ffconcat version 1.0\nfile other.wav\n", "utf-8")
        write_sound(folder / "other.wav", sound)
    elif name == "film.mp4":
        made = ["-f", "lavfi", "-i", "testsrc=s=64x64:d=2:r=5", str(file)]
        subprocess.run([str(ffmpeg()), "-v", "error", *made], check=True)
    elif name == "protected.m4a":
        write_sound(file, sound, *AAC)
        held = bytearray(file.read_bytes().replace(b"mp4a", b"drms"))
        at = held.index(b"mdat") + 4
        held[at : at + 60_000] = np.random.default_rng(1).bytes(60_000)
        file.write_bytes(held)
    elif name == "odd.wav":
        held = bytearray(write_sound(file, sound).read_bytes())
        held[20:22] = b"\x99\x99"
        file.write_bytes(held)
    elif name == "nine.wav":
        write_sound(file, np.repeat(sound[:, :1], 9, axis=1))
    elif name.startswith("cut"):
        options = [*AAC, "-movflags", "faststart"] if name.endswith("m4a") else []
        held = bytearray(write_sound(file, sound, *options).read_bytes())
        file.write_bytes(held[: len(held) * 6 // 10])
    elif name == "silent.flac":
        write_sound(file, 0 * sound)
    elif name == "short.wav":
        write_sound(file, sound[: int(0.4 * RATE_HZ)])
    elif name == "blip.wav":
        nothing = np.zeros((2 * RATE_HZ, 2))
        write_sound(file, np.concatenate((nothing, sound[: int(0.4 * RATE_HZ)], nothing)))
    elif name == "nan.wav":
        sound[1000] = np.nan
        write_sound(file, sound, "-c:a", "pcm_f32le")
    return file


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("folder.wav", "is a folder"),
        ("gone.wav", "has vanished"),
        ("text.mp3", "cannot be read as sound"),
        ("list.wav", "cannot be read as sound"),
        ("film.mp4", "holds no sound"),
        ("protected.m4a", "copy-protected"),
        ("odd.wav", "coded in a way"),
        ("nine.wav", "9 channels"),
        ("cut.wav", "is cut off"),
        ("cut.flac", "is cut off"),
        ("cut.mp3", "is cut off"),
        ("cut.m4a", "is cut off"),
        ("silent.flac", "is silent"),
        ("short.wav", "lasts 0.40 s, too short to loop"),
        ("blip.wav", "without the silence around it"),
        ("nan.wav", "no numbers"),
    ],
)
def test_what_cannot_be_a_bed_is_said_clearly(name: str, told: str, tmp_path: Path) -> None:
    """One message that names the file, says what is wrong, and how to mend it."""
    assert told in _refused(_made(name, tmp_path), tmp_path / "loop.f32")


def test_a_file_that_vanishes_while_it_is_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Gone between two looks at it: the message says so."""
    file = write_sound(tmp_path / "rain.wav", signals.noise(1.0))

    def gone(*_: object, **__: object) -> str:
        file.unlink()
        raise MeditationError("decoding failed: No such file or directory")

    monkeypatch.setattr(file_beds, "_resampler", lambda: "anull")
    monkeypatch.setattr(file_beds, "run_ffmpeg", gone)
    assert "has vanished" in _refused(file, tmp_path / "loop.f32")


def test_a_full_disk_is_no_fault_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is sent to mend a file that is whole."""
    file = write_sound(tmp_path / "rain.wav", signals.noise(1.0))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(file_beds, "close_loop", full)
    assert "No space left" in _refused(file, tmp_path / "loop.f32")


def test_a_wav_from_a_pipe_is_whole(tmp_path: Path) -> None:
    """Its header cannot know how long it is, and tells of 4 GB; it is not taken for cut off."""
    file = write_sound(tmp_path / "whole.wav", signals.noise(3.0))
    held = bytearray(file.read_bytes())
    held[4:8] = b"\xff\xff\xff\xff"
    data = held.index(b"data") + 4
    held[data : data + 4] = b"\xff\xff\xff\xff"
    file.write_bytes(held)
    assert len(_looped(file, tmp_path / "loop.f32")) > 1.5 * RATE_HZ


def test_without_soxr_the_other_resampler_is_as_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tone at 44.1 kHz stays one tone: all else is 80 dB under it."""
    time_s = np.arange(4 * 44_100) / 44_100
    file = write_sound(
        tmp_path / "tone.wav", 0.5 * np.sin(2 * np.pi * 9_000 * time_s),
        "-c:a", "pcm_f32le", rate_hz=44_100,
    )  # fmt: skip
    chosen = file_beds._resampler()
    assert "soxr" in chosen
    with monkeypatch.context() as patch:
        patch.setattr(file_beds, "run_ffmpeg", lambda *_, **__: "--disable-libsoxr")
        file_beds._resampler.cache_clear()
        other = file_beds._resampler()
    file_beds._resampler.cache_clear()
    assert "soxr" not in other
    for resampler in (chosen, other):
        monkeypatch.setattr(file_beds, "_resampler", lambda r=resampler: r)
        raw = tmp_path / "tone.f32"
        file_beds._decode("tone", file, raw)
        sound = read_raw(raw)[RATE_HZ : 3 * RATE_HZ, 0]
        power = np.square(np.abs(np.fft.rfft(sound * np.blackman(len(sound)))))
        at = np.arange(len(power)) / 2
        rest = power[np.abs(at - 9_000) > 10].sum()
        assert 10 * np.log10(rest / power.sum()) < -80
