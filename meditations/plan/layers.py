"""Backgrounds in layers: what a script's settings and changes come to."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from meditations.errors import MeditationError, Where
from meditations.plan.events import USUAL_LIFT_DB, Bed, BedEvent, Event
from meditations.sound.specs import BedSpec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from meditations.script.model import Background, BackgroundChange

LOUDEST_BEDS_DB: Final = -20.0
"""All layers together, against the voice while it speaks (rule C20)."""
BED_ALONE_DB: Final = -14.0
"""Against the voice's -16 LUFS: a track of bed alone is -30 LUFS."""


def first_beds(layers: Sequence[Background], where: Where) -> tuple[Bed, ...]:
    """The layers that a track begins with.

    Raises:
        MeditationError: If they are too loud together, or one is there twice.
    """
    # Layers that say no level share the usual one, so that together they are as loud.
    usual_db = Bed.usual_level_db(len(layers))
    beds = tuple(
        Bed(
            _spec(layer.sound, layer.with_),
            usual_db if layer.level is None else layer.level,
            USUAL_LIFT_DB if layer.lift is None else layer.lift,
            layer.pan or 0.0,
            layer.credit,
            layer.license,
        )
        for layer in layers
    )
    return _checked(beds, where)


def changed_beds(
    layers: Sequence[BackgroundChange], before: Sequence[Bed], where: Where
) -> tuple[Bed, ...]:
    """The layers after a change, which names all that sounds from there on.

    Raises:
        MeditationError: If nothing sounds that could be changed, if it does not say which layer
            is meant, if the layers are too loud together, or one is there twice.
    """
    nameless = not all(layer.sound for layer in layers)
    if nameless and not before:
        raise MeditationError(
            "there is no background here to change",
            mend="say which one shall sound: background: {sound: brown}",
            where=where,
        )
    if nameless and (len(before) > 1 or len(layers) > 1):
        raise MeditationError(
            "several backgrounds sound here: which one is meant?",
            mend="name the sound of every layer that shall sound from here on",
            where=where,
        )
    same = before[0] if len(before) == 1 and len(layers) == 1 else None
    return _checked(tuple(_changed(layer, before, same, len(layers)) for layer in layers), where)


def _checked(beds: tuple[Bed, ...], where: Where) -> tuple[Bed, ...]:
    if len({bed.spec for bed in beds}) < len(beds):
        raise MeditationError(
            "the same background is asked for twice at once",
            mend="leave one of them out, or give them different settings: with: {…}",
            where=where,
        )
    together_db = _together_db(beds)
    if together_db > LOUDEST_BEDS_DB + 0.05:
        raise MeditationError(
            f"the layers of the background together are {together_db:.1f} dB against the voice;"
            f" {LOUDEST_BEDS_DB:.0f} dB are the most",
            mend=f"lower each by {together_db - LOUDEST_BEDS_DB:.1f} dB, or leave their levels out",
            where=where,
        )
    return beds


def _together_db(beds: Sequence[Bed]) -> float:
    """The level of all layers together: sounds that have nothing to do with one another add up."""
    power = sum(10 ** (bed.level_db / 10) for bed in beds)
    return 10 * math.log10(power) if power else -math.inf


def alone(event: Event) -> Event:
    """A bed under no voice is the sound itself: it is not held down, and nothing lifts it."""
    if not isinstance(event, BedEvent) or not event.beds:
        return event
    loudest_db = _together_db(event.beds)
    beds = (
        replace(bed, level_db=round(bed.level_db - loudest_db + BED_ALONE_DB, 4), lift_db=0.0)
        for bed in event.beds
    )
    return replace(event, beds=tuple(beds))


def _spec(sound: str, settings: Mapping[str, str]) -> BedSpec:
    return BedSpec(sound, tuple(sorted(settings.items())))


def _changed(layer: BackgroundChange, before: Sequence[Bed], same: Bed | None, layers: int) -> Bed:
    """A layer after a change: what it does not say stays as it was."""
    spec = _spec(layer.sound, layer.with_) if layer.sound else None
    if spec is None and same is not None:
        written = dict(same.spec.settings) | layer.with_
        spec = _spec(same.spec.sound, written)
    assert spec is not None  # noqa: S101 - the caller has refused everything else
    old = next((bed for bed in before if bed.spec == spec), same)
    files = old if old and old.spec.sound == spec.sound else None
    return Bed(
        spec,
        layer.level if layer.level is not None
        else old.level_db if old else Bed.usual_level_db(layers),
        layer.lift if layer.lift is not None else old.lift_db if old else USUAL_LIFT_DB,
        layer.pan if layer.pan is not None else old.pan if old else 0.0,
        layer.credit or (files.credit if files else ""),
        layer.license or (files.license if files else ""),
    )  # fmt: skip
