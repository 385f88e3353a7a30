"""A fresh folder for all that a run writes, and the scripts that are built in it.

The project and the package are copied into it, so that neither the user's tracks and stores nor
an edit made meanwhile can meet a measurement.
"""

from __future__ import annotations

import compileall
import contextlib
import itertools
import json
import os
import re
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bench.process import BenchError, Task

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).resolve().parents[1]
TRACK: Final = "rebuilding-safety-in-intimacy"
OTHER: Final = "five-senses"
UTTERANCES: Final = 110
LIBRARY: Final = tuple(
    sorted(file.stem for file in (ROOT / "scripts").glob("*.yaml") if "." not in file.stem)
)
"""All meditations of the project, without their translations."""

_SECTION = re.compile(r"^  - title:", re.MULTILINE)
_LENGTH = re.compile(r"^length:.*\n", re.MULTILINE)
_SPEECH = re.compile(r"^ {6}- (?!\w+:)(.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Place:
    """Where everything lies while the bench runs."""

    folder: Path

    @property
    def project(self) -> Path:
        """The copy of the project."""
        return self.folder / "project"

    @property
    def cache(self) -> Path:
        """The stores of takes and windows."""
        return self.folder / "cache"

    @property
    def output(self) -> Path:
        """Where tracks go."""
        return self.folder / "output"

    def script(self, slug: str) -> Path:
        """The script of that name."""
        return self.project / "scripts" / f"{slug}.yaml"

    def track(self, slug: str, suffix: str) -> Path:
        """A file of a finished track."""
        return self.output / "tracks" / (slug + suffix)

    def record(self, slug: str) -> dict[str, Any]:
        """The record of a finished track."""
        told: dict[str, Any] = json.loads(self.track(slug, ".json").read_text("utf-8"))
        return told

    def environment(self) -> dict[str, str]:
        """The variables of what is started: no setting of the user's, and everything in here."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("MEDITATIONS_")}
        return kept | {
            "MEDITATIONS_CACHE": str(self.cache),
            "PYTHONPATH": str(self.folder / "code"),
            "TMPDIR": str(self.folder / "scratch"),
        }

    def meditations(self, *arguments: str, cores: int, watched: bool = False) -> Task:
        """The command line, as a process."""
        command = [sys.executable, "-m", "meditations", *arguments]
        return Task(command, self.project, self.environment(), cores, watched)

    def empty_stores(self) -> None:
        """Forgets all that was ever made."""
        self.delete_output()
        shutil.rmtree(self.cache, ignore_errors=True)

    def delete_output(self) -> None:
        """Deletes the tracks, but not what they were made from."""
        shutil.rmtree(self.output, ignore_errors=True)


@contextlib.contextmanager
def open_place() -> Iterator[Place]:
    """A place that vanishes in the end."""
    with tempfile.TemporaryDirectory(prefix="meditations-bench-") as name:
        place = Place(Path(name))
        (place.folder / "scratch").mkdir()
        code = place.folder / "code" / "meditations"
        shutil.copytree(ROOT / "meditations", code, ignore=shutil.ignore_patterns("__pycache__"))
        compileall.compile_dir(code, quiet=2)
        for part in ("scripts", "sounds"):  # the originals alone, as when the targets were set
            if (ROOT / part).is_dir():
                translated = shutil.ignore_patterns("*.*.yaml")
                shutil.copytree(ROOT / part, place.project / part, ignore=translated)
        shutil.copy(ROOT / "resources.yaml", place.project)
        yield place


def change_a_word(script: Path) -> None:
    """Changes one word of the line in the middle of a script, as its maker might.

    Raises:
        BenchError: If the script speaks nothing.
    """
    text = script.read_text("utf-8")
    lines = list(_SPEECH.finditer(text))
    if not lines:
        raise BenchError(f"{script.name} has no line to change")
    start, end = lines[len(lines) // 2].span(1)
    words = text[start:end].split(" ")
    # The longest word without a sign on it, so that no mark and no full stop is lost.
    longest = max((word for word in words if word.isalpha()), key=len, default=words[0])
    words[words.index(longest)] = "something" if longest != "something" else "nothing"
    script.write_text(text[:start] + " ".join(words) + text[end:], "utf-8")


def write_long(place: Place, slug: str, times: int, length: str) -> None:
    """Writes a script of the track's sections, over and over, that lasts `length`.

    Each round speaks a little faster, so that no take of another round is used again.
    """
    head, sections = _parts(place, length)
    rounds = []
    for number in range(times):
        voice = f"\n    voice: {{rate: {118 + number}}}"
        rounds += [re.sub(r"^(  - title: .*)$", rf"\1 {number + 1}{voice}", section, count=1,
                          flags=re.MULTILINE) for section in sections]  # fmt: skip
    place.script(slug).write_text(head + "".join(rounds), "utf-8")


def write_short(place: Place, slug: str, share: float, length: str) -> None:
    """Writes a script of the first sections of the track, that lasts `length`."""
    head, sections = _parts(place, length)
    count = max(1, round(len(sections) * share))
    place.script(slug).write_text(head + "".join(sections[:count]), "utf-8")


def write_utterances(place: Place, slug: str, sentences: list[str]) -> None:
    """Writes a script of UTTERANCES different sentences and nothing beneath them.

    Raises:
        BenchError: If there are too few.
    """
    chosen = list(dict.fromkeys(sentences))[:UTTERANCES]
    if len(chosen) < UTTERANCES:
        raise BenchError(f"the scripts have {len(chosen)} sentences of {UTTERANCES}")
    lines = "".join(f"      - {json.dumps(text, ensure_ascii=False)}\n" for text in chosen)
    place.script(slug).write_text(
        "title: Utterances\nkind: [general]\nlanguage: en\nbackground: none\n"
        f"sections:\n  - title: Lines\n    role: practice\n    script:\n{lines}",
        "utf-8",
    )


def _parts(place: Place, length: str) -> tuple[str, list[str]]:
    """The track's settings with another length, and its sections."""
    text = _LENGTH.sub(f"length: {length}\n", place.script(TRACK).read_text("utf-8"))
    starts = [match.start() for match in _SECTION.finditer(text)]
    edges = [*starts, len(text)]
    return text[: starts[0]], [text[a:b] for a, b in itertools.pairwise(edges)]
