"""`meditations voices`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from meditations.project import project_or_here


@click.command(epilog="Example: meditations voices --sample")
@click.option("--language", metavar="CODE", help="Only voices of this language, such as en or de.")
@click.option(
    "--sample", is_flag=False, flag_value="", metavar="[DIR]",
    help="Speak the same words in every voice and chain, as a page to listen to, into DIR "
    "(build/voices where none is given).",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Tell the voices as JSON.")
def command(language: str | None, sample: str | None, as_json: bool) -> None:
    """List what can speak here: voices by name, chains, then the voices of each engine.

    A script chooses one by name, as in  voice: gentle  or  voice: {voice: en-us+f5, rate: 118}.
    """
    if sample is not None:
        if language is not None or as_json:
            raise click.UsageError("--sample stands alone.")
        _sample(Path(sample).absolute() if sample else None)
        return
    from dataclasses import asdict

    from meditations.errors import MeditationError
    from meditations.sound.chain_files import PRESETS
    from meditations.speech.readiness import readiness
    from meditations.speech.registry import engine_names
    from meditations.speech.voices import DEFAULT, NAMED, named_voices

    named = {name: asdict(manner) for name, manner in named_voices(language or "en").items()}
    from meditations.speech import espeak

    variants = espeak.variants(espeak.locate())
    here = [readiness(name, project_or_here().root) for name in engine_names()]
    engines = {
        one.name: [
            asdict(voice)
            for voice in one.voices
            if language is None or any(_speaks(v, language) for v in (voice.name, voice.language))
        ]
        for one in here
        if one.ready
    }
    not_ready = {one.name: _one_line(one.mend) for one in here if not one.ready}
    if language is not None and not any(engines.values()):
        raise MeditationError(
            f"no voice here speaks '{language}'", mend="see them all with: meditations voices"
        )
    if as_json:
        told = {
            "named": named, "chains": PRESETS, "engines": engines, "espeak_variants": variants,
            "not_ready": not_ready,
        }  # fmt: skip
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
        return
    click.echo("By name" + (f", in {language}:" if language else ":"))
    for name, manner in named.items():
        manners = f"{manner['voice']}, rate {manner['rate_wpm']}, pitch {manner['pitch']}"
        click.echo(f"  {name:10} {manners}")
    click.echo("\nChains, what a voice goes through: " + ", ".join(PRESETS))
    for engine, found in engines.items():
        click.echo(f"\nOf the engine {engine}:")
        for voice in found:
            click.echo(f"  {voice['name']:18} {voice['description']}")
        if engine == NAMED[DEFAULT].engine:
            click.echo("  Behind any of these a + and one of: " + " ".join(variants))
    if not_ready:
        click.echo("\nOther engines, and how to get them:")
    for engine, mend in not_ready.items():
        click.echo(f"  {engine:18} {mend}")


def _sample(folder: Path | None) -> None:
    """Writes the samples, and says where to listen."""
    from meditations.track.samples import SENTENCE, own_samples, write_samples
    from meditations.track.sounding import Stores, Workshop
    from meditations.workers import Workers, default_jobs

    project = project_or_here()  # samples can be heard before there is a project
    with Workers(min(default_jobs(), 4)) as workers:
        workshop = Workshop(workers, Stores.open())
        target = folder or project.build / "voices"
        page = write_samples(target, SENTENCE, own_samples(), project, workshop)
    click.echo(f"Listen to them in a browser: {page.as_uri()}")
    if sys.stdout.isatty():
        click.launch(str(page))


def _one_line(mend: str) -> str:
    """The beginning of what mends something, whole enough to be of use."""
    first, *rest = mend.splitlines()
    return f"{first} {rest[0].strip()}" if rest and first.endswith((":", " in")) else first


def _speaks(voice: str, language: str) -> bool:
    wanted = language.lower()
    return voice.lower().split("+")[0] == wanted or voice.lower().startswith(wanted + "-")
