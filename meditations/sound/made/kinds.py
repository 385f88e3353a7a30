"""What a bed made here is: its name, its parameters, and the function that renders it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Values: TypeAlias = Mapping[str, float | str]
"""Parameters as `read_parameters` gives them: numbers in their unit, words as in `choices`."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something about a bed that a maker may set.

    Attributes:
        name: As it is written in the script.
        default: A number in `unit`, or one of `choices`.
        meaning: What it does, in a maker's words.
        unit: `s`, `Hz`, `%`, or nothing for a plain number or a word.
        least: The smallest number allowed.
        most: The largest number allowed.
        choices: The words allowed; empty for a number.
    """

    name: str
    default: float | str
    meaning: str
    unit: str = ""
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """A bed made here.

    Attributes:
        name: As the script writes it.
        summary: What it sounds like, in one line.
        windows: Its period in windows of 24 s.
        parameters: What a maker may set; may be empty.
        make: Renders it: `make(values, frames, seed)` gives samples of shape (frames, 2).
        warning: What a maker has to know and to tell listeners; mostly nothing.
    """

    name: str
    summary: str
    windows: int
    parameters: tuple[Parameter, ...]
    make: Callable[..., NDArray[np.float32]]
    warning: str = ""
