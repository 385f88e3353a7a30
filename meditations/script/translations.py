"""A translation beside its original: what is told to the maker where the two differ in shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meditations.errors import MeditationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meditations.script.model import Script


def differences(script: Script, original: Script) -> Iterator[MeditationError]:
    """Where a translation has another shape than its original; each may be meant.

    Words are not compared: a good translation is free. But the parts, what they are for, and what
    keeps people safe are the same in each language, or a listener gets less.
    """
    yield from _sections(script, original)
    if script.kind != original.kind:
        yield MeditationError(
            f"is of kind {', '.join(script.kind)}, and its original of {', '.join(original.kind)}",
            mend="the review for care looks at what its kinds ask for",
            where=script.place("kind"),
        )
    for setting in ("content_note", "resources"):
        if getattr(original, setting) and not getattr(script, setting):
            yield MeditationError(
                f"has no {setting}:, and its original has",
                mend="say it in this language too, or know why not",
                where=script.file,
            )


def _sections(script: Script, original: Script) -> Iterator[MeditationError]:
    here, there = script.sections, original.sections
    if len(here) != len(there):
        yield MeditationError(
            f"has {len(here)} sections, and its original {len(there)}",
            mend=f"look at both: {original.file}",
            where=script.place("sections"),
        )
        return
    for number, (one, other) in enumerate(zip(here, there, strict=True), 1):
        if one.role != other.role:
            yield MeditationError(
                f"section {number} has the role {one.role}, and in its original {other.role}",
                mend=f"look at both: {other.where}",
                where=one.where,
            )
