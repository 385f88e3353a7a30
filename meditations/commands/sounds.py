"""`meditations sounds`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from meditations.errors import MeditationError, nearest

if TYPE_CHECKING:
    from meditations.sound.made import Made, Parameter


@click.command(epilog="Example: meditations sounds ocean")
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Tell them as JSON.")
def command(name: str | None, as_json: bool) -> None:
    """List what can sound under the voice and between words; with a NAME, all about one.

    Backgrounds are written as `background: ocean`, bells as `- bell: bowl`.
    """
    from meditations.sound import bells, made

    names = [*made.KINDS, *bells.KINDS]
    if name is not None and name not in names:
        raise MeditationError(f"nothing here is called '{name}'", mend=nearest(name, names))
    told = [_bed(kind) for kind in made.KINDS.values()] + [
        {
            "name": bell.name, "kind": "bell", "summary": bell.summary,
            "pitch_hz": bell.pitch_hz, "least_hz": bell.least_hz, "most_hz": bell.most_hz,
        }
        for bell in bells.KINDS.values()
    ]  # fmt: skip
    chosen = [sound for sound in told if name in (None, sound["name"])]
    if as_json:
        click.echo(json.dumps(chosen, ensure_ascii=False, indent=1))
        return
    if name is not None:
        click.echo("\n".join(_whole(chosen[0])))
        return
    for kind, title in (("background", "Backgrounds"), ("bell", "Bells")):
        click.echo(f"{title}:")
        for sound in chosen:
            if sound["kind"] == kind:
                click.echo(f"  {sound['name']:<12} {sound['summary']}")
    click.echo("All about one: meditations sounds NAME")


def _bed(kind: Made) -> dict[str, Any]:
    return {
        "name": kind.name, "kind": "background", "summary": kind.summary,
        "parameters": [_parameter(parameter) for parameter in kind.parameters],
        "warning": kind.warning,
    }  # fmt: skip


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name, "default": parameter.default, "unit": parameter.unit,
        "meaning": parameter.meaning, "least": parameter.least, "most": parameter.most,
        "choices": list(parameter.choices),
    }  # fmt: skip


def _whole(sound: dict[str, Any]) -> list[str]:
    """All about one sound, with a line that can be pasted into a script."""
    lines = [sound["name"], f"  {sound['summary']}", ""]
    if sound["kind"] == "bell":
        lines.append(
            f"  pitch      from {sound['least_hz']:g} to {sound['most_hz']:g} Hz;"
            f" its own is {sound['pitch_hz']:g} Hz"
        )
        return [*lines, "", f"  - bell: {{sound: {sound['name']}, times: 3, every: 6s}}"]
    example = ""
    for parameter in sound["parameters"]:
        unit = f" {parameter['unit']}" if parameter["unit"] else ""
        default = parameter["default"]
        shown = f"{default:g}{unit}" if isinstance(default, float | int) else default
        if parameter["choices"]:
            span = ", ".join(parameter["choices"])
        else:
            span = f"{parameter['least']:g} to {parameter['most']:g}{unit}"
        lines.append(f"  {parameter['name']:<10} {parameter['meaning']} ({span}; {shown})")
        example = example or f", with: {{{parameter['name']}: {shown}}}"
    lines += ["", f"  background: {{sound: {sound['name']}{example}}}"]
    return [*lines, "", f"  {sound['warning']}"] if sound["warning"] else lines
