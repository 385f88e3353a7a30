"""Podcasts whose feeds are held to the rules: the project's own, and one of hostile words."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, Final

from meditations.project import Project
from support.podcast import change_record, make_tracks, write_project

ROOT: Final = Path(__file__).parents[2]
SITE: Final = "https://podcasts.example.org/guided-meditations/"
"""Of a usual length: links in show notes take room as well."""
OWNER: Final = "owner: {name: A. Maker, email: maker@example.org}"
HOSTILE: Final = {
    "ampersand": "Rock & Roll &amp; &lt;b&gt;",
    "markup": "<script>alert(1)</script> ]]> <![CDATA[",
    "quotes": "\"Yes\" and 'no' “quoted”",
    "emoji": "Night \U0001f319\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "hebrew": "\u202b\u05e9\u05dc\u05d5\u05dd Evening \u0645\u0633\u0627\u0621",
    "long": "wide " * 60,
}
CONTROL: Final = "Bell\x07, next line\x85, C1\x80\x9f and none\ufffe."
"""Comes into a record by another way than YAML, which refuses these; none of them is shown."""
SHOWN: Final = {
    **{name: " ".join(title.split()) for name, title in HOSTILE.items()},
    "control": "Bell, next line, C1 and none.",
}
NOTES: Final = (
    "<img src=x onerror=alert(1)> and [here](javascript:alert(1)), <javascript:alert(2)>,"
    " <a href='javascript:3' onclick=x>there</a>, [a page](https://example.org/?a=1&b=%C3%A4),"
    " [mail](mailto:a@example.org) </script> ]]>"
)


def own_project(root: Path) -> Project:
    """The project's own sixteen, with tracks of silence; the channel has a site and an owner."""
    shutil.copytree(ROOT / "scripts", root / "scripts")
    shutil.copy(ROOT / "resources.yaml", root)
    lines = (ROOT / "podcast.yaml").read_text("utf-8").splitlines()
    told = [line for line in lines if not line.startswith("# site:")]
    (root / "podcast.yaml").write_text("\n".join([*told, f"site: {SITE}", OWNER, ""]), "utf-8")
    project = Project(root.resolve())
    make_tracks(project)
    return project


def hostile_project(root: Path) -> Project:
    """Words that break what is careless, wherever a maker can write any."""
    bites = {"ampersand": {"soundbite": {"from": 5, "for": 15}}}
    bites["long"] = bites["ampersand"]
    scripts: dict[str, dict[str, Any]] = {
        name: {
            "title": title, "summary": title, "content_note": title, "author": title[:100],
            "notes": f"{title}\n\n{NOTES}", "published": f"2026-11-{day:02}", **bites.get(name, {}),
        }
        for day, (name, title) in enumerate({**HOSTILE, "control": "Control"}.items(), 1)
    }  # fmt: skip
    people = [{"name": HOSTILE["ampersand"], "href": "https://example.org/?a=1&b"}]
    people.append({"name": HOSTILE["hebrew"], "role": "Guest", "group": "Cast"})
    channel = {
        "title": HOSTILE["markup"], "description": "\n\n".join(HOSTILE.values()),
        "author": HOSTILE["quotes"], "copyright": HOSTILE["emoji"], "people": people,
        "owner": {"name": HOSTILE["ampersand"], "email": "a+b@example.org"}, "type": "serial",
        "language": "pt-BR",
    }  # fmt: skip
    project = write_project(root, scripts, channel)
    change_record(project, "control", title=CONTROL, summary=CONTROL, notes=CONTROL)
    return project
