"""`meditations voices`."""

from __future__ import annotations

import json

import click


@click.command(epilog="Example: meditations voices --language en")
@click.option("--language", metavar="CODE", help="Only voices of this language, such as en or de.")
@click.option("--json", "as_json", is_flag=True, help="Tell the voices as JSON.")
def command(language: str | None, as_json: bool) -> None:
    """List what can speak here: voices by name, then those of each engine.

    A script chooses one by name, as in  voice: gentle  or  voice: {voice: en-us+f5, rate: 118}.
    """
    from dataclasses import asdict

    from meditations.errors import MeditationError
    from meditations.speech.engine import engine_named, engine_names
    from meditations.speech.voices import NAMED

    named = {name: asdict(manner) for name, manner in NAMED.items()
             if language is None or _speaks(manner.voice, language)}  # fmt: skip
    engines: dict[str, list[dict[str, str]]] = {}
    variants: tuple[str, ...] = ()
    for name in engine_names():
        voices = engine_named(name).voices()
        engines[name] = [
            asdict(voice) for voice in voices if language is None or _speaks(voice.name, language)
        ]
    from meditations.speech import espeak

    variants = espeak.variants(espeak.locate())
    if language is not None and not any(engines.values()):
        raise MeditationError(
            f"no voice here speaks '{language}'", mend="see them all with: meditations voices"
        )
    if as_json:
        told = {"named": named, "engines": engines, "espeak_variants": variants}
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
        return
    click.echo("By name:")
    for name, manner in named.items():
        click.echo(f"  {name:10} {manner['voice']}, rate {manner['rate_wpm']}")
    for engine, found in engines.items():
        click.echo(f"\nOf the engine {engine}:")
        for voice in found:
            click.echo(f"  {voice['name']:18} {voice['description']}")
    click.echo("\nBehind any of these a + and one of: " + " ".join(variants))


def _speaks(voice: str, language: str) -> bool:
    wanted = language.lower()
    return voice.lower().split("+")[0] == wanted or voice.lower().startswith(wanted + "-")
