"""What all settings of a maker's have in common."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class Settings(BaseModel):
    """Frozen; a key that is not known is an error."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, arbitrary_types_allowed=True, defer_build=True
    )

    short_for: ClassVar[str] = ""
    """The key that a single value stands for, where the long form is not written out."""
