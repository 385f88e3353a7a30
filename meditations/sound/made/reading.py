"""Parameters of beds as makers write them, read into numbers and words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from meditations.errors import MeditationError, nearest
from meditations.quantities import parse_duration

if TYPE_CHECKING:
    from collections.abc import Mapping

    from meditations.sound.made.kinds import Made, Parameter

_NUMBER: Final = re.compile(r"([+\-\u2212]?(?:\d+(?:\.\d+)?|\.\d+))\s*(%|[A-Za-z]*)")
_EXAMPLES: Final = {"%": "60 %", "Hz": "6 Hz", "s": "9s", "": "3"}
_SIGNS: Final = str.maketrans({"♯": "#", "♭": "b"})


def read(made: Made, written: Mapping[str, str]) -> dict[str, float | str]:
    """The parameters of a bed, defaults filled in, in the order of its table.

    Raises:
        MeditationError: For a parameter it does not have, and for a value that is none of its.
    """
    known = {parameter.name: parameter for parameter in made.parameters}
    for name in written:
        if name not in known:
            raise MeditationError(
                f"the bed '{made.name}' has no parameter '{_short(name)}'",
                mend=_has(made, name),
            )
    return {
        name: _value(made, parameter, str(written[name])) if name in written else parameter.default
        for name, parameter in known.items()
    }


def _has(made: Made, name: str) -> str:
    names = [parameter.name for parameter in made.parameters]
    if not names:
        return "it has no parameters: leave this out"
    guess = nearest(name, names)
    listed = f"it has: {', '.join(names)}"
    return f"{guess}\n{listed}" if guess.startswith("did you mean") else listed


def _value(made: Made, parameter: Parameter, written: str) -> float | str:
    if parameter.choices:
        return _choice(made, parameter, written)
    number = _seconds(written) if parameter.unit == "s" else _number(parameter, written)
    label = f"'{parameter.name}' of the bed '{made.name}'"
    if number is None:
        raise MeditationError(
            f"{label} is '{_short(written)}', which is no {_noun(parameter)}",
            mend=f"write it as in {parameter.name}: {_EXAMPLES[parameter.unit]}",
        )
    least, most = parameter.least, parameter.most
    if (least is not None and number < least) or (most is not None and number > most):
        raise MeditationError(
            f"{label} is '{_short(written)}', which is out of its range",
            mend=f"it goes from {shown(parameter, least)} to {shown(parameter, most)}",
        )
    return number


def shown(parameter: Parameter, value: float | str | None) -> str:
    """A value as a maker would write it, such as `9s`, `6 Hz`, `60 %`, `3` or `D`."""
    if not isinstance(value, (int, float)):
        return str(value)
    space = "" if parameter.unit in ("s", "") else " "
    return f"{value:g}{space}{parameter.unit}"


def _noun(parameter: Parameter) -> str:
    return {"s": "time", "Hz": "frequency", "%": "share", "": "whole number"}[parameter.unit]


def _choice(made: Made, parameter: Parameter, written: str) -> str:
    wanted = written.strip().translate(_SIGNS).casefold()
    for choice in parameter.choices:
        if choice.casefold() == wanted:
            return choice
    guess = nearest(wanted, parameter.choices)
    if guess.startswith("did you mean"):
        guess += f"\nit can be: {', '.join(parameter.choices)}"
    else:
        guess = f"it can be: {', '.join(parameter.choices)}"
    raise MeditationError(
        f"'{parameter.name}' of the bed '{made.name}' cannot be '{_short(written)}'", mend=guess
    )


def _seconds(written: str) -> float | None:
    negative = written.strip().startswith(("-", "\u2212"))
    try:
        seconds = parse_duration(written.strip().lstrip("-\u2212")) / 1000
    except MeditationError:
        return None
    return -seconds if negative else seconds


def _number(parameter: Parameter, written: str) -> float | None:
    """A number with the unit of the parameter, or with none."""
    match = _NUMBER.fullmatch(written.strip())
    if not match or match[2].casefold() not in ("", parameter.unit.casefold()):
        return None
    number = float(match[1].replace("\u2212", "-"))
    if not parameter.unit and number != int(number):
        return None
    return number


def _short(text: str, width: int = 40) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
