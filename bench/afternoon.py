"""The afternoon script: what somebody writes who wants a guided meditation by tonight.

Not part of the project: it is what the project is compared with. It does what the examples of
pyttsx3 and pydub show, line by line, with the one loop that everybody adds after the first try,
because `runAndWait` comes back before the file is there.

    python afternoon.py LINES.json BACKGROUND.wav OUTPUT.mp3

LINES.json holds a list of [milliseconds of silence, line], the last line empty, and the voice.
"""

import ctypes
import json
import os
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import espeakng_loader
import imageio_ffmpeg

# No espeak-ng and no ffmpeg are installed here; these two lines take those that pip brought.
os.environ["ESPEAK_DATA_PATH"] = espeakng_loader.get_data_path()
ctypes.CDLL(espeakng_loader.get_library_path())

import pyttsx3  # noqa: E402

warnings.simplefilter("ignore")  # pydub complains that no ffmpeg is installed
from pydub import AudioSegment  # noqa: E402

AudioSegment.converter = imageio_ffmpeg.get_ffmpeg_exe()


def speak(engine: Any, text: str, wav: Path) -> AudioSegment:
    """Speaks a line into a file and reads it, as soon as it is really there."""
    for _ in range(5):
        engine.save_to_file(text, str(wav))
        engine.runAndWait()
        give_up = time.monotonic() + 3
        while time.monotonic() < give_up:
            if wav.exists() and wav.stat().st_size > 1000:
                return AudioSegment.from_wav(str(wav))
            time.sleep(0.01)
        print("no sound, once more:", text, file=sys.stderr)
    raise RuntimeError(f"could not speak: {text}")


def main() -> None:
    """Speaks, joins, lays the background beneath, and exports."""
    given = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    engine = pyttsx3.init()
    engine.setProperty("rate", given["rate"])
    engine.setProperty("voice", given["voice"])

    track = AudioSegment.empty()
    with tempfile.TemporaryDirectory() as folder:
        for number, (pause_ms, text) in enumerate(given["lines"]):
            track += AudioSegment.silent(duration=pause_ms)
            if text:
                track += speak(engine, text, Path(folder) / f"{number}.wav")

    background = AudioSegment.from_wav(sys.argv[2]) - 18
    mixed = track.overlay(background, loop=True)
    mixed.export(sys.argv[3], format="mp3", bitrate="128k")


if __name__ == "__main__":
    main()
