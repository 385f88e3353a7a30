"""The same words in several voices, as one page with players to choose by ear."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from string import Template
from typing import TYPE_CHECKING, Final

from meditations.errors import MeditationError, Where, from_os_error
from meditations.script.model import Script, Voice
from meditations.sound.chain_files import PRESETS
from meditations.speech.voices import DEFAULT, NAMED
from meditations.store import written_whole
from meditations.track.pipeline import build_excerpt

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from meditations.project import Project
    from meditations.track.sounding import Workshop

SENTENCE: Final = (
    "Hello, and welcome. You can stop or change anything here, at any time. "
    "Perhaps begin with your feet, and with whatever is holding you, just as it is."
)
"""Has the sounds that tell voices apart: s and sh, soft vowels, and words that begin softly."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One player.

    Attributes:
        written: What a maker writes for it.
        about: What is to be known of it, or empty.
        name: Its file's name.
        script: What it says, and how.
    """

    written: str
    about: str
    name: str
    script: Script


@dataclass(frozen=True, slots=True)
class Group:
    """Samples under one heading, with a sentence above them, or none."""

    heading: str
    lead: str
    samples: tuple[Sample, ...]


def own_samples() -> tuple[Group, ...]:
    """Those of the named voices, and those of the chains in the default voice."""
    voices = tuple(
        Sample(
            f"voice: {name}",
            f"{manner.voice}, rate {manner.rate_wpm}, pitch {manner.pitch}",
            f"voice-{name}.mp3",
            _script(Voice(name=name)),
        )
        for name, manner in NAMED.items()
    )
    chains = tuple(
        Sample(
            f"voice: {{chain: {chain}}}",
            "the default" if chain == NAMED[DEFAULT].chain else "",
            f"chain-{chain}.mp3",
            _script(Voice(name=DEFAULT, chain=chain)),
        )
        for chain in PRESETS
    )
    through = f"What the voice goes through, here in the voice {DEFAULT}."
    return Group("By name", "", voices), Group("Chains", through, chains)


def write_samples(
    folder: Path, said: str, groups: Sequence[Group], project: Project, workshop: Workshop
) -> Path:
    """Speaks all samples into `folder`, and writes the page that plays them.

    Nothing outside the folder is needed to hear it, nor a network. A voice that cannot speak here
    is shown with the reason in place of a player, as long as another can.

    Args:
        folder: Where; made if it is missing.
        said: The words that all of them say.
        groups: The samples.
        project: Where voices and chains may lie.
        workshop: Workers, stores, engines.

    Returns:
        The page.

    Raises:
        MeditationError: If no voice can speak, or the folder cannot be written.
    """
    faults: dict[str, MeditationError] = {}
    samples = [sample for group in groups for sample in group.samples]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for sample in samples:
            try:
                build_excerpt(sample.script, project, folder / sample.name, workshop)
            except MeditationError as error:
                faults[sample.name] = error
        if len(faults) == len(samples):
            raise faults[samples[0].name]
        page = folder / "index.html"
        with written_whole(page) as beside:
            beside.write_text(_page(said, groups, faults), "utf-8", newline="\n")
    except OSError as error:
        raise from_os_error(error, "writing the samples") from None
    return page


def _script(voice: Voice) -> Script:
    """A script that says the sentence and nothing else."""
    return Script.model_validate(
        {
            "@where": Where(), "@source": "samples", "@slug": "samples", "title": "Samples",
            "voice": voice, "background": None, "pace": {"lead_in": "200ms", "tail": "600ms"},
            "sections": [{"title": "Sample", "script": [{"say": {"text": SENTENCE}}]}],
        }
    )  # fmt: skip


def _page(said: str, groups: Sequence[Group], faults: dict[str, MeditationError]) -> str:
    parts = []
    for group in groups:
        lead = f"<p>{escape(group.lead)}</p>\n" if group.lead else ""
        players = "\n".join(_player(s, faults.get(s.name)) for s in group.samples)
        parts.append(f"<h2>{escape(group.heading)}</h2>\n{lead}<ul>\n{players}\n</ul>")
    return _PAGE.substitute(said=escape(said), groups="\n".join(parts))


def _player(sample: Sample, fault: MeditationError | None) -> str:
    name = escape(sample.name)
    about = f" <span>{escape(sample.about)}</span>" if sample.about else ""
    heading = f'<li><p><code id="{name}">{escape(sample.written)}</code>{about}</p>\n'
    if fault is not None:
        mend = f"<br>{escape(fault.mend)}" if fault.mend else ""
        return f"{heading}<p>Cannot speak here: {escape(fault.what)}{mend}</p></li>"
    return (
        f'{heading}<audio controls preload="none" src="{name}" aria-labelledby="{name}">'
        f'<a href="{name}">{name}</a></audio></li>'
    )


_PAGE: Final = Template("""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Voices</title>
<style>
:root { color-scheme: light dark; }
body { margin: 0 auto; max-width: 40rem; padding: 2rem 1rem 4rem; line-height: 1.6;
  font-family: system-ui, sans-serif; color: light-dark(#22282b, #e4e7e6);
  background: light-dark(#fbfaf7, #16191b); }
h1 { line-height: 1.2; }
h2 { margin-top: 3rem; }
blockquote { margin: 1.5rem 0; padding-left: 1rem;
  border-left: 3px solid light-dark(#8aa39b, #5f7a72); }
ul { list-style: none; padding: 0; }
li { margin: 1.5rem 0; }
p { margin: 0 0 .5rem; }
span { color: light-dark(#556064, #a5b0b3); }
code { font-size: 1.05em; font-weight: 600; }
audio { width: 100%; }
</style>
</head>
<body>
<main>
<h1>Voices</h1>
<p>Each player speaks the same words:</p>
<blockquote><p>$said</p></blockquote>
<p>Above it stands what to write in a script to have it so. All are equally loud.</p>
$groups
</main>
</body>
</html>
""")
