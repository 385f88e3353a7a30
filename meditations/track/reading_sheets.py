"""The sheets that somebody reads aloud from: every line with its number, to print or to scroll."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from string import Template
from typing import TYPE_CHECKING, Final

from meditations.errors import MeditationError, from_os_error
from meditations.plan import BreathEvent, SayEvent, SectionEvent
from meditations.script.recorded_lines import NAME, with_new, write_lines
from meditations.speech.recorded_engine import FOLDER
from meditations.speech.recordings import Recordings, read_recordings, recordings_folder
from meditations.speech.utterance import RECORDED
from meditations.store import written_whole
from meditations.track.preparing import planned

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from meditations.project import Project
    from meditations.script import Script


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One line to be read.

    Attributes:
        number: Its number.
        section: The section in which it is said first.
        words: As they are shown.
        spoken: As they are spoken, where that is something else; or empty.
        file: The name of its recording, or empty where it is still to be read.
    """

    number: int
    section: str
    words: str
    spoken: str
    file: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one script has one folder for.

    Attributes:
        title: Of the script.
        language: Of its words.
        folder: Where the recordings belong.
        file: The sheet.
        lines: What is to be read, in the order of the script.
        unused: Sounds in the folder that belong to no line.
    """

    title: str
    language: str
    folder: str
    file: Path
    lines: tuple[SheetLine, ...]
    unused: tuple[str, ...]

    @property
    def missing(self) -> list[SheetLine]:
        """What is not recorded yet."""
        return [line for line in self.lines if not line.file]


def write_sheets(script: Script, project: Project) -> list[Sheet]:
    """Numbers the lines of a script's recorded voices, and writes a sheet into each folder.

    Raises:
        MeditationError: If a folder lies outside the project, what is in it cannot be read, or it
            cannot be written.
    """
    sheets = []
    for voice, said in _said(script, project).items():
        try:
            folder = recordings_folder(voice, project.root)
        except MeditationError as error:
            raise error.at(next(iter(said.values()))[1].where) from None
        here = read_recordings(folder, project.shown(folder))
        known = here.numbers
        if voice == f"{FOLDER}/{script.slug}":
            # No other script is read from here: what was never read, nor is to be, can go.
            known = {t: n for t, n in known.items() if t in said or n in here.parts}
        numbers = with_new(known, here.last, said)
        lines = tuple(
            _line(numbers[text], section, event, here) for text, (section, event) in said.items()
        )
        sheet = Sheet(
            script.title, script.language, str(project.shown(folder)),
            folder / f"read-{script.slug}.html", lines,
            tuple(file.name for file in here.unused),
        )  # fmt: skip
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise from_os_error(error, "making the folder for recordings") from None
        if numbers != here.numbers or not (folder / NAME).is_file():
            write_lines(folder / NAME, numbers, max(here.last, *numbers.values()))
        with written_whole(sheet.file) as beside:
            beside.write_text(_page(sheet), "utf-8", newline="\n")
        sheets.append(sheet)
    return sheets


def _said(script: Script, project: Project) -> Mapping[str, dict[str, tuple[str, SayEvent]]]:
    """By folder and text: the section in which it is said first, and how."""
    said: dict[str, dict[str, tuple[str, SayEvent]]] = {}
    section = ""
    for event in planned(script, project).events:
        if isinstance(event, SectionEvent):
            section = event.title
        line = event.said if isinstance(event, BreathEvent) else event
        if isinstance(line, SayEvent) and line.utterance.manner.engine == RECORDED:
            texts = said.setdefault(line.utterance.manner.voice, {})
            texts.setdefault(line.utterance.words_to_read, (section, line))
    return said


def _line(number: int, section: str, event: SayEvent, here: Recordings) -> SheetLine:
    spoken, part = event.utterance.text, here.part(event.utterance.words_to_read)
    told = [spoken] if spoken != event.caption else []
    told += [f"/{sounds.ipa}/" for sounds in event.utterance.sounds]
    return SheetLine(
        number, section, event.caption, ", ".join(told), part.file.name if part else ""
    )


def _page(sheet: Sheet) -> str:
    sections: dict[str, list[SheetLine]] = {}
    for line in sheet.lines:
        sections.setdefault(line.section, []).append(line)
    body = "\n".join(
        f'<h2>{escape(title)}</h2>\n<ol lang="{sheet.language}">\n'
        + "\n".join(map(_row, lines))
        + "\n</ol>"
        for title, lines in sections.items()
    )
    return _PAGE.substitute(title=escape(sheet.title), folder=escape(sheet.folder), body=body)


def _row(line: SheetLine) -> str:
    said = f' <span class="said">say: {escape(line.spoken)}</span>' if line.spoken else ""
    done = f' <span class="done">recorded: {escape(line.file)}</span>' if line.file else ""
    mark = ' class="is-done"' if line.file else ""
    return f'<li value="{line.number}"{mark}>{escape(line.words)}{said}{done}</li>'


_PAGE: Final = Template("""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>To read: $title</title>
<style>
:root { color-scheme: light dark; }
body { margin: 0 auto; max-width: 42rem; padding: 2rem 1rem 4rem; line-height: 1.7;
  font: 1.15rem/1.7 Georgia, serif; color: light-dark(#22282b, #e4e7e6);
  background: light-dark(#fbfaf7, #16191b); }
h1, h2 { line-height: 1.25; }
h2 { margin-top: 2.5rem; break-after: avoid; }
ol { padding-left: 3.5rem; }
li { margin: 0 0 1.1rem; break-inside: avoid; }
li::marker { font: 600 .9rem system-ui, sans-serif; }
.said, .done { display: block; font: .85rem system-ui, sans-serif;
  color: light-dark(#4c575b, #a5b0b3); }
.is-done::marker { color: light-dark(#4c575b, #a5b0b3); }
@media print { body { font-size: 12pt; max-width: none; padding: 0; } }
</style>
</head>
<body>
<main>
<h1>$title</h1>
<p>Save each line under its number, as <code>012.wav</code> for line 12, in the folder
<code>$folder</code>. Or read all of it in one go, with two seconds of quiet between the lines, and
mark the lines in Audacity. There is no hurry: a line that went wrong can be read again.</p>
$body
</main>
</body>
</html>
""")
