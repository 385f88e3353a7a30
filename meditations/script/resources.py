"""Help lines and organisations: `resources.yaml`, one file for all scripts of a project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from meditations.errors import Where
from meditations.script.reader import read_settings
from meditations.script.settings import Settings
from meditations.script.values import Checked, Text, Title

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from meditations.project import Project
    from meditations.script.model import Script

NAME = "resources.yaml"


class Resource(Settings):
    """Somebody who can help.

    Attributes:
        name: Who.
        region: Where they help: a country, or `worldwide`.
        purposes: What they are for, in the words that scripts use.
        contact: A number, an address, or both, as they are written.
        about: What they do, in a few words.
        source: Where this was found.
        checked: The day on which a person rang or visited; None for never.
        language: The one of the scripts that name it, such as `de`; empty for scripts in any.
    """

    name: Title
    region: Title
    purposes: Annotated[tuple[Text, ...], Field(alias="for", min_length=1)]
    contact: Title
    about: Text = ""
    source: Title
    checked: Checked
    language: Annotated[Text, Field(pattern=r"^([a-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$")] = ""
    where: Annotated[Where, Field(alias="@where")] = Where()


class _Resources(Settings):
    resources: Annotated[tuple[Resource, ...], Field(min_length=1)]


def read_resources(project: Project) -> dict[str, tuple[Resource, ...]]:
    """The resources of a project by what they are for; empty where it has no such file.

    Raises:
        MeditationError: If the file cannot be read, or holds faults.
    """
    file = project.root / NAME
    if not file.is_file():
        return {}
    read = read_settings(file, project.shown(file), _Resources, "a list of resources", "resources:")
    by_purpose: dict[str, tuple[Resource, ...]] = {}
    for resource in read.resources:
        for purpose in resource.purposes:
            by_purpose[purpose] = (*by_purpose.get(purpose, ()), resource)
    return by_purpose


def asked_for(
    script: Script, known: Mapping[str, Sequence[Resource]] | None, purpose: str | None = None
) -> tuple[Resource, ...]:
    """The resources that a script asks for, each once, in the order of the file.

    Those for scripts in another language are left out: the notes have room for few.

    Args:
        script: Which asks.
        known: The resources of its project, by what they are for.
        purpose: Only those for this one of its purposes.
    """
    purposes = script.resources if purpose is None else (purpose,)
    language = _base(script.language)
    asked = (each for name in purposes for each in (known or {}).get(name, ()))
    fitting = (each for each in asked if _base(each.language) in ("", language))
    return tuple(sorted(dict.fromkeys(fitting), key=lambda each: each.where.line))


def _base(language: str) -> str:
    return language.partition("-")[0]
