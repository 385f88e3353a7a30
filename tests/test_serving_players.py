"""Real players and browsers, which jump to any place in a track that is served."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.serving import SOUND, TEXTS, served

from meditations.podcast.episodes import Media
from meditations.podcast.folder import Contents, write_folder
from meditations.programs import ffmpeg

if TYPE_CHECKING:
    from collections.abc import Iterator


def _tone(file: Path) -> None:
    """Sixteen minutes of a tone, by turns a minute low and a minute high."""
    subprocess.run(
        [str(ffmpeg()), "-v", "error", "-f", "lavfi", "-i",
         "aevalsrc=0.1*sin(2*PI*t*if(lt(t\\,60)\\,300\\,900)):s=48000:d=120", "-b:a", "128k",
         "-write_xing", "0", "-id3v2_version", "0", "-write_id3v1", "0", str(file)],
        check=True, timeout=60,
    )  # fmt: skip
    file.write_bytes(file.read_bytes() * 8)


@pytest.fixture
def tone(tmp_path: Path) -> Iterator[str]:
    """The address of a real MP3 of sixteen minutes."""
    source = tmp_path / "tone.mp3"
    _tone(source)
    media = Media(source, SOUND, "audio/mpeg", source.stat().st_size)
    folder = tmp_path / "build" / "podcast"
    write_folder(folder, Contents((media,), TEXTS))
    with served(folder) as running:
        yield running.address + SOUND


def _run(*command: str, **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=True, stdin=subprocess.DEVNULL,
        **more,
    )  # fmt: skip


def test_ffmpeg_seeks_over_http(tone: str) -> None:
    """ffmpeg jumps to a place in the sound without fetching what lies before it."""
    told = _run(str(ffmpeg()), "-v", "trace", "-ss", "940", "-i", tone, "-t", "1", "-f", "null",
                "-")  # fmt: skip
    assert re.search(r"Range: bytes=15\d{6}-", told.stderr)
    assert told.stderr.count("206 Partial Content") >= 2


@pytest.mark.server
def test_ffprobe_reads_the_length_over_http(tone: str) -> None:
    """ffprobe knows how long a track is."""
    told = _run(
        "ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", tone
    )
    assert abs(float(told.stdout) - 960) < 1


@pytest.mark.server
@pytest.mark.parametrize(("start", "high"), [(40, False), (100, True), (880, False), (940, True)])
def test_mpv_seeks_over_http(start: int, high: bool, tone: str, tmp_path: Path) -> None:
    """mpv starts anywhere in a track that it fetches, and plays what is there."""
    out = tmp_path / "heard.wav"
    _run("mpv", "--no-config", "--no-video", f"--start={start}", "--length=1", "--ao=pcm",
         f"--ao-pcm-file={out}", tone)  # fmt: skip
    told = _run(str(ffmpeg()), "-v", "info", "-i", str(out), "-af",
                "lowpass=f=450,lowpass=f=450,astats", "-f", "null", "-")  # fmt: skip
    level = re.search(r"RMS level dB: (-?[\d.]+)", told.stderr)
    assert level is not None
    assert (float(level[1]) < -30) == high


@pytest.mark.server
def test_curl_goes_on_where_it_stopped(tone: str, tmp_path: Path) -> None:
    """curl resumes a download, and the file is whole."""
    whole, part = tmp_path / "whole.mp3", tmp_path / "part.mp3"
    _run("curl", "-sSf", "-o", str(whole), tone)
    part.write_bytes(whole.read_bytes()[:123_456])
    _run("curl", "-sSf", "-C", "-", "-o", str(part), tone)
    assert part.read_bytes() == whole.read_bytes()


@pytest.mark.browser
def test_chromium_seeks_in_a_track(tone: str) -> None:
    """In a real browser the length of a track is known, and any place in it can be jumped to."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playing:
        browser = playing.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"], timeout=30_000
        )
        page = browser.new_page()
        page.goto(tone.removesuffix(SOUND), timeout=20_000)
        reached = page.evaluate(
            """sound => new Promise((done, failed) => {
                 const audio = new Audio(sound);
                 audio.onerror = () => failed(audio.error.message);
                 audio.onloadedmetadata = () => { audio.currentTime = 940; };
                 audio.onseeked = () => done([audio.duration, audio.currentTime]);
                 setTimeout(() => failed("too late"), 15000);
               })""",
            "/" + SOUND,
        )
        browser.close()
    assert abs(reached[0] - 960) < 1
    assert abs(reached[1] - 940) < 0.1
