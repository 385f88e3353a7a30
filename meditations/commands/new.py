"""`meditations new`."""

from __future__ import annotations

from typing import Final

import click

from meditations.errors import MeditationError, from_os_error
from meditations.project import project_or_here, slugify

TEMPLATE: Final = """\
# {file}: a script to start from. Change any line, then hear it:
#   meditations build {slug}
title: {title}
summary: One or two sentences for the podcast app.
kind: [general]             # trauma, partner, sleep, general: decides how strict `check` is
# content_note: What listeners should know before they press play, in 5 to 40 plain words.
# instead: [another-track]   # what to choose in place of this one
# resources: [crisis]        # which help lines of resources.yaml belong to it
# published: 2026-01-31     # without a date it is built, but not in the feed
# length: 8 min             # the pauses stretch or shrink until it lasts exactly this
voice: gentle
background: {{sound: brown, level: -22 dB, lift: 6 dB}}
pace: {{breath: 8s}}          # what `pause: 1 breath` means here
notes: |
  For the show notes: what this is, and what it is not.
sections:
  - title: Arriving
    role: welcome
    script:
      - Hello, and welcome. [2s] You can stop or change anything here, at any time.
      - pause: 6s
      - Let your eyes be as open as you like. You might look around, slowly.
      - pause: 1 breath

  - title: Listening
    script:
      - Perhaps there is one sound that you can hear from where you are.
      - pause: 10s
      - If another sound comes, you could follow it for a while, or stay with the first.
      - pause: 2 breaths

  - title: Coming back
    role: return
    script:
      - This is nearly the end. You may want to move your hands, or feel where your feet are.
      - pause: 8s
      - Look at one thing in the room that you like. [3s] Thank you for taking this time.
"""


@click.command(epilog='Example: meditations new "A Quiet Evening"')
@click.argument("title")
def command(title: str) -> None:
    """Start a script: writes scripts/<name>.yaml, ready to be built."""
    from meditations.store import written_whole

    title = " ".join(title.split())
    if not title.isprintable():
        raise MeditationError("the title holds characters that cannot be shown")
    slug = slugify(title)
    project = project_or_here()
    target = project.scripts / f"{slug}.yaml"
    if target.exists() or target.with_suffix(".yml").exists():
        raise MeditationError(
            "there is a script of that name already", mend="choose another title",
            file=project.shown(target),
        )  # fmt: skip
    text = script_text(title, slug)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise from_os_error(error, "making the folder scripts/") from None
    with written_whole(target) as beside:
        beside.write_text(text, "utf-8", newline="\n")
    click.echo(f"Wrote {project.shown(target)}")
    click.echo(f"Look at it with: meditations check {slug}; hear it: meditations build {slug}")


def script_text(title: str, slug: str) -> str:
    """A script to start from, as it is written to `scripts/<slug>.yaml`."""
    from meditations.script.source import quoted

    return TEMPLATE.format(title=quoted(title), slug=slug, file=f"{slug}.yaml")
