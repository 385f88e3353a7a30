"""The same sentence in every voice and through every chain, as one page with players."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from string import Template
from typing import TYPE_CHECKING, Final

from meditations.errors import Where, from_os_error
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
    """One player: what a maker writes for it, what is to be known of it, and its file's name."""

    written: str
    about: str
    name: str
    voice: Voice


def samples() -> tuple[tuple[Sample, ...], tuple[Sample, ...]]:
    """Those of the named voices, and those of the chains in the default voice."""
    voices = tuple(
        Sample(
            f"voice: {name}",
            f"{manner.voice}, rate {manner.rate_wpm}, pitch {manner.pitch}",
            f"voice-{name}.mp3",
            Voice(name=name),
        )
        for name, manner in NAMED.items()
    )
    chains = tuple(
        Sample(
            f"voice: {{chain: {chain}}}",
            "the default" if chain == NAMED[DEFAULT].chain else "",
            f"chain-{chain}.mp3",
            Voice(name=DEFAULT, chain=chain),
        )
        for chain in PRESETS
    )
    return voices, chains


def write_samples(folder: Path, project: Project, workshop: Workshop) -> Path:
    """Speaks all samples into `folder`, and writes the page that plays them.

    Nothing outside the folder is needed to hear it, nor a network.

    Returns:
        The page.

    Raises:
        MeditationError: If a voice cannot speak, or the folder cannot be written.
    """
    voices, chains = samples()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for sample in (*voices, *chains):
            build_excerpt(_script(sample.voice), project, folder / sample.name, workshop)
        page = folder / "index.html"
        with written_whole(page) as beside:
            beside.write_text(_page(voices, chains), "utf-8", newline="\n")
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


def _page(voices: Sequence[Sample], chains: Sequence[Sample]) -> str:
    return _PAGE.substitute(
        sentence=escape(SENTENCE),
        default=escape(DEFAULT),
        voices="\n".join(map(_player, voices)),
        chains="\n".join(map(_player, chains)),
    )


def _player(sample: Sample) -> str:
    about = f" <span>{escape(sample.about)}</span>" if sample.about else ""
    return (
        f'<li><p><code id="{escape(sample.name)}">{escape(sample.written)}</code>{about}</p>\n'
        f'<audio controls preload="none" src="{escape(sample.name)}" '
        f'aria-labelledby="{escape(sample.name)}">'
        f'<a href="{escape(sample.name)}">{escape(sample.name)}</a></audio></li>'
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
<blockquote><p>$sentence</p></blockquote>
<p>Above it stands what to write in a script to have it so. All are equally loud.</p>
<h2>By name</h2>
<ul>
$voices
</ul>
<h2>Chains</h2>
<p>What the voice goes through, here in the voice <code>$default</code>.</p>
<ul>
$chains
</ul>
</main>
</body>
</html>
""")
