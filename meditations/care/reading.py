"""What rules read: the sentences of a script with their places and times, and its timeline."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from meditations.care.words import Words
from meditations.errors import Where
from meditations.plan.sentences import sentences
from meditations.quantities import FRAMES_PER_MS
from meditations.script.marks import Phrase

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from meditations.plan import Plan
    from meditations.script import Script
    from meditations.script.resources import Resource
    from meditations.timeline.timeline import Timeline

WRITTEN = ("title", "summary", "content_note", "notes")
"""What is read and not heard."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence, spoken or written.

    Attributes:
        text: As it is shown.
        where: The line that it stands in.
        section: The number of its section, from 0; -1 for what is written.
        start_ms: When it is heard.
        end_ms: When it has been heard.
        part: `spoken`, or the setting that holds it.
    """

    text: str
    where: Where
    section: int = -1
    start_ms: int = 0
    end_ms: int = 0
    part: str = "spoken"


@dataclass(frozen=True)
class Surroundings:
    """What lies around a script: the project's other tracks, and its resources.

    Attributes:
        tracks: The names of all tracks of the project.
        resources: Help lines and organisations, by what they are for.
    """

    tracks: frozenset[str] = frozenset()
    resources: Mapping[str, Sequence[Resource]] | None = None


@dataclass(frozen=True)
class Reading:
    """A script as rules read it.

    Attributes:
        script: As it was written.
        plan: What happens in it.
        timeline: When; lengths of lines that nobody has spoken yet are estimates.
        words: What to look for, in its language.
        around: The project.
    """

    script: Script
    plan: Plan
    timeline: Timeline
    words: Words
    around: Surroundings = Surroundings()

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The kinds of the script."""
        return frozenset(self.script.kind)

    @cached_property
    def spoken(self) -> tuple[Passage, ...]:
        """All that is said, in order."""
        return tuple(
            Passage(cue.caption, cue.where, cue.section,
                    cue.start_frame // FRAMES_PER_MS, cue.end_frame // FRAMES_PER_MS)
            for cue in self.timeline.cues
        )  # fmt: skip

    @cached_property
    def once(self) -> tuple[Passage, ...]:
        """All that is said; what a repeat says again is told once."""
        return tuple({(p.text, p.where): p for p in reversed(self.spoken)}.values())[::-1]

    @cached_property
    def written(self) -> tuple[Passage, ...]:
        """Title, summary and notes, in sentences; and the titles of sections."""
        script = self.script
        found = [
            Passage(sentence.caption, script.place(part), part=part)
            for part in WRITTEN
            for paragraph in str(getattr(script, part)).splitlines()
            for sentence in sentences(Phrase.plain(paragraph))
            if sentence.caption
        ]
        found += [
            Passage(section.title, section.where, number, part="title")
            for number, section in enumerate(script.sections)
        ]
        return tuple(found)

    @cached_property
    def sections(self) -> tuple[tuple[Passage, ...], ...]:
        """What is said in each section."""
        return tuple(
            tuple(passage for passage in self.once if passage.section == number)
            for number in range(len(self.script.sections))
        )

    def around_passage(self, passage: Passage, sentences: int = 1) -> str:
        """The text of a passage with that of its neighbours in the section."""
        section = self.sections[passage.section]
        place = section.index(passage)
        return " ".join(p.text for p in section[max(place - sentences, 0) : place + sentences + 1])

    def place_of(self, passage: Passage, words: str) -> Where:
        """Where exactly `words` stand, if the line shows them; else where the passage begins."""
        where = passage.where
        for line in range(max(where.line, 1), min(where.line + 60, len(self._lines) + 1)):
            text = self._lines[line - 1]
            column = text.find(words)
            if column >= 0 and (line > where.line or column + 1 >= where.column):
                return Where(where.file, line, column + 1)
        return where

    @cached_property
    def _lines(self) -> tuple[str, ...]:
        try:
            return tuple(self.script.source.read_text("utf-8").splitlines())
        except (OSError, UnicodeDecodeError):
            return ()

    def silences(self) -> Iterator[tuple[int, int, Passage | None]]:
        """Start and end in ms of every stretch without a word, a breath or a bell.

        With each comes what was said before it. The last one is the tail.
        """
        last: Passage | None = None
        position = 0
        for start, end, passage in [*sorted(self._events(), key=lambda e: e[:2]),
                                    (self.length_ms, self.length_ms, None)]:  # fmt: skip
            if start > position:
                yield position, start, last
            position = max(position, end)
            last = passage or last

    def _events(self) -> Iterator[tuple[int, int, Passage | None]]:
        for passage in self.spoken:
            yield passage.start_ms, passage.end_ms, passage
        for breath in self.timeline.breaths:
            start = breath.start_frame // FRAMES_PER_MS
            yield start, start + breath.frames // FRAMES_PER_MS, None
        for clip in self.timeline.clips:
            start = clip.start_frame // FRAMES_PER_MS
            yield start, start, None

    @cached_property
    def length_ms(self) -> int:
        """How long the track is."""
        return self.timeline.frames // FRAMES_PER_MS
