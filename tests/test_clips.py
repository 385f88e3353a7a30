"""Bells and tones in the store, in windows, and in a finished track."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pytest
from support.engines import ToneEngine
from support.tracks import Sound, build, ebur128, hear

from meditations.errors import MeditationError, Where
from meditations.mix.windows import WINDOW_FRAMES, Window, cut_windows
from meditations.quantities import FRAMES_PER_MS, SAMPLE_RATE_HZ
from meditations.sound.beds import PreparedBed, kept_bed
from meditations.sound.clips import find_clip, prepare_clip
from meditations.sound.specs import BedSpec, BellSpec, SoundSpec, SwellSpec
from meditations.store import Store
from meditations.timeline.beds import BedSpan
from meditations.timeline.timeline import ClipCue, Timeline

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from meditations.workers import Workers

BOWL: Final = BellSpec("bowl")


def _write(file: Path, samples: NDArray[np.float64]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(SAMPLE_RATE_HZ)
        sound.writeframes((samples * 32_000).astype("<i2").tobytes())


def _tone(seconds: float, silence: float = 0.0) -> NDArray[np.float64]:
    ring = np.arange(int(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    still = np.zeros(int(silence * SAMPLE_RATE_HZ))
    return np.concatenate((still, np.sin(2 * np.pi * 440 * ring) * np.exp(-3 * ring), still))


@pytest.mark.parametrize(
    "spec", [BOWL, BellSpec("gong", "A2"), BellSpec("woodblock", "", 120), SwellSpec(4000, 0, 6000)]
)
def test_clips_are_kept_and_measured(spec: BellSpec | SwellSpec, tmp_path: Path) -> None:
    """A clip is kept whole; its loudness is that of its loudest 400 ms, as ffmpeg tells it.

    One whose peak is far above that counts as louder.
    """
    store = Store(tmp_path / "store")
    source = find_clip(spec, tmp_path)
    clip = prepare_clip(source, store)
    assert kept_bed(store, source.key()) == clip
    samples = np.fromfile(clip.file, "<f4").reshape(-1, 2)
    assert len(samples) == clip.period_frames
    # Said over and over at its loudest, it would integrate to that.
    momentary = max(
        ebur128(np.tile(samples[start : start + 19_200], (25, 1)), tmp_path)[0]
        for start in range(0, max(len(samples) - 19_200, 1), 9_600)
    )
    peak = ebur128(samples, tmp_path)[1]
    assert clip.lufs == pytest.approx(max(momentary, peak - 10.0), abs=0.5)


def test_clips_have_keys_of_their_own(tmp_path: Path) -> None:
    """Whatever changes the sound changes the key."""
    _write(tmp_path / "sounds" / "a.wav", _tone(1.0))
    specs: list[BellSpec | SwellSpec] = [
        BOWL, BellSpec("gong"), BellSpec("bowl", "A3"), BellSpec("bowl", "", 100),
        SwellSpec(4000, 0, 6000), SwellSpec(4000, 1000, 6000), BellSpec("sounds/a.wav"),
    ]  # fmt: skip
    keys = [find_clip(spec, tmp_path).key() for spec in specs]
    assert len(set(keys)) == len(keys)
    _write(tmp_path / "sounds" / "a.wav", _tone(1.1))
    assert find_clip(specs[-1], tmp_path).key() not in keys


def test_a_bell_from_a_file_is_cut_and_softened(tmp_path: Path) -> None:
    """Silence around it goes; it comes up over 80 ms and ends in silence."""
    _write(tmp_path / "sounds" / "a.wav", _tone(1.5, silence=0.7))
    clip = prepare_clip(find_clip(BellSpec("sounds/a.wav"), tmp_path), Store(tmp_path / "store"))
    samples = np.fromfile(clip.file, "<f4").reshape(-1, 2)
    assert 1.4 < len(samples) / SAMPLE_RATE_HZ < 1.52
    envelope = np.abs(samples[:, 0]).reshape(-1, FRAMES_PER_MS).max(axis=1)
    assert envelope[0] < 0.01
    assert 60 < int(np.argmax(envelope)) < 110
    assert envelope[-1] < 0.001


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (BellSpec("bowel"), "no bell is called 'bowel'\n  did you mean 'bowl'?"),
        (BellSpec("bowl", "", 5), "a bell cannot take 5 ms to come up"),
        (BellSpec("bowl", "purple"), "purple"),
        (BellSpec("sounds/none.wav"), "the bell 'sounds/none.wav' is not there"),
        (BellSpec("../bell.wav"), "lies outside the project"),
        (BellSpec("sounds/a.wav", "A3"), "the pitch of a bell from a file cannot be changed"),
        (BellSpec("sounds/text.wav"), "cannot be read as sound"),
        (BellSpec("sounds/still.wav"), "is silent"),
    ],
)
def test_bells_that_cannot_ring(spec: BellSpec, message: str, tmp_path: Path) -> None:
    """Each fault has its message."""
    _write(tmp_path / "sounds" / "a.wav", _tone(1.0))
    _write(tmp_path / "sounds" / "still.wav", np.zeros(48_000))
    (tmp_path / "sounds" / "text.wav").write_text("not a sound at all")
    with pytest.raises(MeditationError) as caught:
        prepare_clip(find_clip(spec, tmp_path), Store(tmp_path / "store"))
    assert message in str(caught.value)


def _cut(clip_ms: int, length_ms: int, frames: int) -> tuple[Window, ...]:
    """Windows of a track in which one bell of `frames` is struck at `clip_ms`."""
    sounds: dict[SoundSpec, PreparedBed] = {
        BOWL: PreparedBed("bowl", Path("bowl"), frames, -20.0, ())
    }
    clip = ClipCue(BOWL, clip_ms * FRAMES_PER_MS, -8.0, 0, Where())
    timeline = Timeline(length_ms * FRAMES_PER_MS, (), (), (), (), (clip,))
    return cut_windows(timeline, {}, sounds)


def test_a_bell_rings_on_in_the_next_window() -> None:
    """Every window that a ring touches holds its part, at the right place of the sound."""
    ring = 12 * SAMPLE_RATE_HZ
    first, second, third = _cut(20_000, 60_000, ring)
    begin = -8 * 1152
    (part,) = first.parts
    assert part.start_frame == 20_000 * FRAMES_PER_MS - begin
    assert part.phase_frame + part.start_frame == 0
    assert part.end_frame <= first.frames
    (part,) = second.parts
    assert part.start_frame == 0
    assert part.phase_frame == WINDOW_FRAMES + begin - 20_000 * FRAMES_PER_MS
    assert part.phase_frame + part.end_frame == ring
    assert not part.fades
    assert third.parts == ()


def test_a_bell_that_outlasts_the_track_fades_with_it() -> None:
    """What still rings at the end of the track is faded out, not cut off."""
    (window,) = _cut(5_000, 10_000, 30 * SAMPLE_RATE_HZ)
    (part,) = window.parts
    (fade,) = part.fades
    assert not fade.rising
    assert fade.end_frame == part.end_frame == (10_000 * FRAMES_PER_MS) + 8 * 1152
    assert fade.end_frame - fade.start_frame == 2_000 * FRAMES_PER_MS


def test_a_sound_at_one_side() -> None:
    """A layer's place goes into its windows, and makes them others."""
    sounds: dict[SoundSpec, PreparedBed] = {
        BedSpec("a"): PreparedBed("a", Path("a"), 3 * WINDOW_FRAMES, -20.0, ())
    }
    keys = set()
    for pan in (0.0, -1.0, 0.5):
        span = BedSpan(BedSpec("a"), 0, 480_000, 0, 0, ((0, -22.0),), pan)
        (window,) = cut_windows(Timeline(480_000, (), (), (), (span,)), {}, sounds)
        assert window.parts[0].pan == pan
        keys.add(window.key("encoder"))
    assert len(keys) == 3


TEXT: Final = """
    title: Bells
    background: none
    pace: {lead_in: 2s, tail: 4s}
    sections:
      - title: One
        script:
          - Hello there.
          - bell: {sound: bowl, times: 2, every: 6s, level: -10 dB}
          - breathe: {in: 3s, hold: 1s, out: 4s, times: 3, words: 1, tone: -15 dB}
          - bell: {sound: sounds/tick.wav, every: 2s, credit: A Maker, license: CC0}
          - The end.
    """


@pytest.fixture(scope="module")
def heard(workers: Workers, tmp_path_factory: pytest.TempPathFactory) -> Sound:
    root = tmp_path_factory.mktemp("bells")
    _write(root / "sounds" / "tick.wav", _tone(1.0))
    return hear(build(root, TEXT, workers, {"pyttsx3": ToneEngine()}).mp3)


def _span(heard: Sound, start_ms: int, end_ms: int) -> NDArray[np.float64]:
    return heard.samples[start_ms * FRAMES_PER_MS : end_ms * FRAMES_PER_MS]


def test_bells_sound_where_the_record_says(heard: Sound) -> None:
    """Before a strike it is quiet; after its onset it is as loud as was asked for."""
    bells = heard.record["bells"]
    assert [bell["sound"] for bell in bells] == ["bowl", "bowl", "sounds/tick.wav"]
    first = bells[0]
    before = _span(heard, first["start_ms"] - 500, first["start_ms"] - 150)
    assert np.abs(before).max() < 1e-3
    assert bells[1]["start_ms"] - first["start_ms"] == 6_000


def test_the_loudest_moment_of_a_bell_is_its_level(heard: Sound, tmp_path: Path) -> None:
    """-10 dB against the voice is a loudest moment of -26 LUFS in the finished file."""
    start = heard.record["bells"][0]["start_ms"]
    moments = [
        ebur128(np.tile(_span(heard, at, at + 400), (25, 1)), tmp_path)[0]
        for at in range(start, start + 1_500, 100)
    ]
    assert max(moments) == pytest.approx(-26.0, abs=0.5)


def test_breath_tones_rise_with_the_breath_and_sink(heard: Sound) -> None:
    """In the round without words the tone is loudest as the in-breath ends."""
    tones = heard.record["tones"]
    assert [tone["level_db"] for tone in tones] == [-24.0, -15.0, -15.0]
    start = tones[1]["start_ms"]
    levels = [
        float(np.sqrt(np.mean(_span(heard, start + at, start + at + 200) ** 2)))
        for at in range(0, 8_000, 200)
    ]
    top = int(np.argmax(levels)) * 200
    assert 2_400 <= top <= 4_200
    assert levels[0] < 0.2 * max(levels)
    assert levels[-1] < 0.1 * max(levels)


def test_a_bell_from_a_file_longer_than_its_time(workers: Workers, tmp_path: Path) -> None:
    """A file that sounds on into the next word is an error with its place and a remedy."""
    _write(tmp_path / "sounds" / "tick.wav", _tone(2.5))
    with pytest.raises(MeditationError) as caught:
        build(tmp_path, TEXT, workers, {"pyttsx3": ToneEngine()})
    assert "the bell sounds for" in str(caught.value)
    assert "evening.yaml:11:" in str(caught.value)


def test_credits_are_written_beside_the_tracks(workers: Workers, tmp_path: Path) -> None:
    """A file's credit is in the record; one without is told, so that it is not published."""
    _write(tmp_path / "sounds" / "tick.wav", _tone(1.0))
    built = build(tmp_path, TEXT, workers, {"pyttsx3": ToneEngine()})
    assert built.uncredited == ()
    (told,) = [s for s in hear(built.mp3).record["sounds"] if s["sha256"]]
    assert (told["credit"], told["license"]) == ("A Maker", "CC0")
    again = build(
        tmp_path, TEXT.replace(", credit: A Maker", ""), workers, {"pyttsx3": ToneEngine()}
    )
    assert again.uncredited == ("sounds/tick.wav",)


def test_bells_that_add_up_to_too_much(workers: Workers, tmp_path: Path) -> None:
    """Strikes that ring into one another beyond full scale are refused, with a remedy."""
    _write(tmp_path / "sounds" / "tick.wav", _tone(1.0))
    text = TEXT.replace("times: 2, every: 6s, level: -10 dB", "times: 20, every: 1s, level: 0 dB")
    with pytest.raises(MeditationError) as caught:
        build(tmp_path, text, workers, {"pyttsx3": ToneEngine()})
    assert "this bell, with what sounds around it, is" in str(caught.value)
    assert "evening.yaml:9:" in str(caught.value)


def test_bells_as_loud_as_they_may_be_stay_under_the_limit(
    workers: Workers, tmp_path: Path
) -> None:
    """What is not refused does not come over -1.5 dBTP, struck often or under words."""
    for name, bell in {
        "often": "{sound: bowl, times: 8, every: 2s, level: -11 dB}",
        "loud": "{sound: gong, times: 1, every: 2s, level: -8 dB}",
        "wood": "{sound: woodblock, times: 4, every: 1s, level: 0 dB}",
    }.items():
        text = TEXT.replace("{sound: bowl, times: 2, every: 6s, level: -10 dB}", bell)
        text = text.replace("background: none", "background: {sound: brown, level: -20 dB}")
        text = text.replace("          - breathe", "          - And on.\n          - breathe")
        _write(tmp_path / name / "sounds" / "tick.wav", _tone(1.0))
        sound = hear(build(tmp_path / name, text, workers, {"pyttsx3": ToneEngine()}).mp3)
        assert ebur128(sound.samples, tmp_path)[1] <= -1.5
