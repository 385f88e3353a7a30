"""A channel to start from: what `podcast.yaml` says before its maker has changed a word.

Nothing here may import what is slow to import: `build` looks here each time.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from meditations.project import SOME_TITLE
from meditations.store import written_whole

if TYPE_CHECKING:
    from pathlib import Path

    from meditations.project import Project

LONGEST_TITLE: Final = 80

CHANNEL: Final = """\
# The channel: what podcast apps and the listening page say of the podcast as a whole.
# Change anything; leave what is written below guid: and episodes:, once the program has put it
# there.
title: {title}
description: |
  Guided meditations, to listen to at your own pace. You can pause, skip or stop at any time.

  The voice is synthetic. This is not therapy and is not offered instead of it. Please do not
  listen while driving. If you are in danger now, call your local emergency number.

# Who makes it: your name, or that of your practice.
author: {title}

# Of the podcast as a whole: en, en-GB, de, …
language: en

# What it is called in other languages, once scripts are translated (a-quiet-evening.de.yaml).
# translations:
#   de: {{title: Ruhige Abende, description: Kurze Pausen am Ende eines Tages.}}

# Where the folder build/podcast/ will be found on the web. Without it the page and the feed are
# made for this computer alone; with it, they can be published.
# site: https://example.org/meditations/

# Whom directories write to, to make sure that the podcast is yours. It stands in the feed, for
# everyone to read.
# owner: {{name: Your Name, email: you@example.org}}

category: [Health & Fitness, Mental Health]
explicit: false

# Or serial, where episodes are to be heard in their order, the first one first.
type: episodic

# Whose the texts and recordings are, and under which licence others may use them.
# copyright: Your Name
# license: cc-by-4.0

# Asks other hosts not to take the podcast over.
locked: true

# Colours of the cover; or a picture of yours, square, 1,400 to 3,000 pixels wide.
palette: dusk
# cover: pictures/cover.jpg
"""


def start_channel(project: Project) -> Path | None:
    """Writes `podcast.yaml` where a project has none; the file, or None where there was one.

    Raises:
        MeditationError: If it cannot be written.
    """
    file = project.channel
    if file.exists():
        return None
    write_new(file, channel_text(title_of(project.root.name)))
    return file


def channel_text(title: str) -> str:
    """The channel of that title."""
    from meditations.script.source import quoted

    return CHANNEL.format(title=quoted(title))


def title_of(folder: str) -> str:
    """A title from the name of a folder: `quiet-evenings` becomes Quiet Evenings."""
    words = re.sub(r"[\W_]+", " ", folder).split()
    title = " ".join(word if word != word.lower() else word.capitalize() for word in words)
    return title[:LONGEST_TITLE].strip() if re.search(r"[^\W\d]{2}", title) else SOME_TITLE


def write_new(file: Path, text: str) -> None:
    """Writes a file whole, or not at all.

    Raises:
        MeditationError: If it cannot be written.
    """
    with written_whole(file) as beside:
        beside.write_text(text, "utf-8", newline="\n")
