"""What is measured: builds in all their kinds, one LAME, and the afternoon script.

Each of them is checked for having done what it is measured for.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bench.place import LIBRARY, OTHER, TRACK, UTTERANCES, Place, change_a_word, write_utterances
from bench.process import BenchError, Run, Task, run

if TYPE_CHECKING:
    from collections.abc import Iterator

LINES: Final = "utterances"
NOISE_S: Final = 60


@dataclass(frozen=True, slots=True)
class Stages:
    """Seconds of a build by its stages, told from its progress lines."""

    start: float
    speaking: float
    mixing: float
    end: float


@dataclass(slots=True)
class Contest:
    """The contenders, in a place.

    Attributes:
        place: Where they run.
        minutes: How long the track is.
        facts: What the runs told besides their time, for the report.
        digests: The files of every clean build of the track, as one digest each.
    """

    place: Place
    minutes: float = 0.0
    facts: dict[str, str] = field(default_factory=dict)
    digests: set[str] = field(default_factory=set)

    def prepare(self) -> None:
        """Builds once, untimed, and makes from the track what the others are given.

        It also leaves everything in the system's file cache that the first run would pay for.
        """
        place = self.place
        self.build(TRACK, OTHER)
        record, other = place.record(TRACK), place.record(OTHER)
        self.minutes = record["length_ms"] / 60_000
        self.facts["track"] = f"{self.minutes:g} min, {len(record['cues'])} utterances"
        self._write_pcm()
        self._write_noise()
        self._write_lines(record)
        sentences = [cue["text"] for told in (record, other) for cue in told["cues"]]
        write_utterances(place, LINES, sentences)

    def build(self, *slugs: str) -> None:
        """Builds tracks, untimed, with what is kept."""
        output = str(self.place.output)
        run(self.place.meditations("build", *slugs, "--output", output, cores=4))

    def cold(self, cores: int) -> Run:
        """A build with nothing kept."""
        self.place.empty_stores()
        done, told = self._build(TRACK, cores)
        self._expect(told["status"] == "built" and told["lines_spoken"] > 0, "cold build", told)
        # The picture, the texts and the record, which holds the digest of the MP3.
        files = sorted((self.place.output / "tracks").glob(f"{TRACK}.*"))
        content = b"".join(hashlib.sha256(file.read_bytes()).digest() for file in files)
        self.digests.add(hashlib.sha256(content).hexdigest())
        self.facts["windows"] = f"{told['windows_encoded']} windows"
        return done

    def warm(self) -> Run:
        """A build whose output was deleted; takes and windows are kept."""
        self.place.delete_output()
        done, told = self._build(TRACK, 4)
        nothing = told["status"] == "built" and told["lines_spoken"] + told["windows_encoded"] == 0
        self._expect(nothing, "warm build", told)
        return done

    def nothing(self) -> Run:
        """A build of what is up to date."""
        done, told = self._build(TRACK, 4)
        self._expect(told["status"] == "up to date", "nothing to do", told)
        return done

    def one_line(self) -> Run:
        """A build after a word was changed."""
        script = self.place.script(TRACK)
        before = script.read_bytes()
        change_a_word(script)
        try:
            done, told = self._build(TRACK, 4)
        finally:
            script.write_bytes(before)
        few = told["status"] == "built" and 1 <= told["lines_spoken"] <= 3
        self._expect(few, "one line changed", told)
        self.facts["one line"] = (
            f"{told['lines_spoken']} line spoken, {told['windows_encoded']} windows encoded"
        )
        return done

    def utterances(self) -> Run:
        """A cold build of UTTERANCES sentences, of which the speech is of interest."""
        self.place.empty_stores()
        done, told = self._build(LINES, 4)
        self._expect(told["lines_spoken"] == UTTERANCES, "utterances", told)
        return done

    def memory(self, slug: str) -> tuple[Run, float]:
        """A cold build with 4 jobs, watched; and the length of the track in minutes."""
        self.place.empty_stores()
        done, told = self._build(slug, 4, watched=True)
        self._expect(told["status"] == "built", "memory", told)
        return done, told["length_ms"] / 60_000

    def library(self) -> Run:
        """A build of all meditations with nothing kept, measuring included."""
        self.place.empty_stores()
        done = run(
            self.place.meditations(
                "build", *LIBRARY, "--output", str(self.place.output), "--json", cores=4
            )
        )
        told = json.loads(done.output)["tracks"]
        built = [track for track in told if track["status"] == "built"]
        self._expect(len(built) == len(LIBRARY), "the library", told)
        minutes = sum(track["length_ms"] for track in built) / 60_000
        self.facts["the library"] = f"{len(built)} tracks, {minutes:.0f} min"
        return done

    def lame_over_library(self) -> Run:
        """One ffmpeg over the sound of all meditations, with one thread for LAME."""
        sound, target = self.place.folder / "library.s16", self.place.folder / "lame.mp3"
        with sound.open("wb") as whole:
            for slug in LIBRARY:
                part = self.place.folder / "part.s16"
                run(self._ffmpeg("-i", str(self.place.track(slug, ".mp3")), "-map", "0:a:0",
                                 "-f", "s16le", str(part), cores=4))  # fmt: skip
                with part.open("rb") as stream:
                    shutil.copyfileobj(stream, whole, 1 << 22)
                part.unlink()
        done = run(self._ffmpeg("-f", "s16le", "-ar", "48000", "-ac", "2", "-i", str(sound),
                                "-c:a", "libmp3lame", "-b:a", "128k", "-threads", "1",
                                str(target), cores=4))  # fmt: skip
        wanted, size = sound.stat().st_size / 4 / 48_000 * 16_000, target.stat().st_size
        self._expect(abs(size / wanted - 1) < 0.01, "LAME over the library", f"{size} bytes")
        sound.unlink()
        return done

    def check(self) -> Run:
        """A check of all meditations, no line of which was ever spoken."""
        self.place.empty_stores()
        done = run(self.place.meditations("check", *LIBRARY, cores=4))
        self._expect(f"{len(LIBRARY)} scripts read" in done.output, "check", done.output)
        return done

    def help(self) -> Run:
        """`meditations --help`."""
        done = run(self.place.meditations("--help", cores=4))
        self._expect("Usage" in done.output, "help", done.output)
        return done

    def lame(self, cores: int, level: int | None = None) -> Run:
        """One ffmpeg over the whole track's sound, with one thread for LAME."""
        target = self.place.folder / "lame.mp3"
        target.unlink(missing_ok=True)
        speed = [] if level is None else ["-compression_level", str(level)]
        done = run(self._ffmpeg("-i", str(self._pcm), "-c:a", "libmp3lame", "-b:a", "128k", *speed,
                                "-threads", "1", str(target), cores=cores))  # fmt: skip
        wanted = (self._pcm.stat().st_size / 4 / 48_000) * 16_000
        size = target.stat().st_size
        self._expect(abs(size / wanted - 1) < 0.01, "LAME", f"{size} bytes")
        return done

    def afternoon(self) -> Run:
        """The afternoon script, with the same lines and pauses."""
        target = self.place.folder / "afternoon.mp3"
        target.unlink(missing_ok=True)
        script = Path(__file__).with_name("afternoon.py")
        done = run(
            Task([sys.executable, str(script), str(self._lines), str(self._noise), str(target)],
                 self.place.folder, self.place.environment(), 4)
        )  # fmt: skip
        minutes = target.stat().st_size / 16_000 / 60
        wanted = self._pcm.stat().st_size / 4 / 48_000 / 60
        # Its track is some seconds longer: each line ends with a quarter of a second of nothing.
        self._expect(0.95 < minutes / wanted < 1.1, "afternoon script", f"{minutes:.2f} min")
        retries = sum("once more" in line for _, line in done.told)
        self.facts["afternoon"] = f"{minutes:.2f} min, {retries} lines tried again"
        return done

    @property
    def _pcm(self) -> Path:
        return self.place.folder / "track.wav"

    @property
    def _noise(self) -> Path:
        return self.place.folder / "brown.wav"

    @property
    def _lines(self) -> Path:
        return self.place.folder / "lines.json"

    def _build(self, slug: str, cores: int, *, watched: bool = False) -> tuple[Run, dict[str, Any]]:
        done = run(
            self.place.meditations(
                "build", f"scripts/{slug}.yaml", "--output", str(self.place.output),
                "--jobs", str(cores), "--json", *self._care(slug), cores=cores, watched=watched,
            )
        )  # fmt: skip
        told: dict[str, Any] = json.loads(done.output)["tracks"][0]
        return done, told

    def _care(self, slug: str) -> list[str]:
        """What is made up for the bench is no meditation, and would not pass for one."""
        return [] if slug in LIBRARY else ["--without-care"]

    def _expect(self, held: bool, what: str, told: object) -> None:
        if not held:
            raise BenchError(f"{what}: this is not what was to be measured: {told}")

    def _ffmpeg(self, *arguments: str, cores: int) -> Task:
        from meditations.programs import ffmpeg

        command = [str(ffmpeg()), "-v", "error", "-nostdin", "-y", *arguments]
        return Task(command, self.place.folder, self.place.environment(), cores)

    def _write_pcm(self) -> None:
        source = str(self.place.track(TRACK, ".mp3"))
        run(self._ffmpeg("-i", source, "-map", "0:a:0", "-c:a", "pcm_s16le", "-ar", "48000",
                         "-ac", "2", str(self._pcm), cores=4))  # fmt: skip

    def _write_noise(self) -> None:
        noise = f"anoisesrc=color=brown:amplitude=0.3:sample_rate=48000:duration={NOISE_S}:seed="
        run(self._ffmpeg("-f", "lavfi", "-i", noise + "1", "-f", "lavfi", "-i", noise + "2",
                         "-filter_complex", "amerge=inputs=2", "-c:a", "pcm_s16le",
                         str(self._noise), cores=4))  # fmt: skip

    def _write_lines(self, record: dict[str, Any]) -> None:
        lines = [[pause, text] for pause, text in _lines_of(record)]
        voice = record["voices"][0]
        given = {"rate": voice["rate_wpm"], "voice": voice["voice"], "lines": lines}
        self._lines.write_text(json.dumps(given), "utf-8")


def stages(done: Run) -> Stages:
    """The stages of a build.

    Raises:
        BenchError: If its progress lines do not tell them.
    """
    at: dict[str, float] = {}
    for seconds, line in done.told:
        for word in ("speaking", "mixing", "made in"):
            if re.search(rf": .*\b{word}\b", line):
                at.setdefault(word, seconds)
    if len(at) != 3:
        raise BenchError("the build did not tell its stages")
    return Stages(
        at["speaking"], at["mixing"] - at["speaking"], at["made in"] - at["mixing"],
        done.seconds - at["made in"],
    )  # fmt: skip


def _lines_of(record: dict[str, Any]) -> Iterator[tuple[int, str]]:
    """Each pause of a track with the line after it."""
    position = 0
    for cue in record["cues"]:
        yield cue["start_ms"] - position, cue["text"]
        position = cue["end_ms"]
    yield record["length_ms"] - position, ""
