"""From a file to a `Script`: nodes become settings, and every fault gets its place."""

from __future__ import annotations

import types
import typing
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ValidationError

from meditations.errors import FaultyScriptError, MeditationError, Where, nearest
from meditations.project import slug_of
from meditations.script import model
from meditations.script.marks import MarkError
from meditations.script.source import Mapping, Node, Scalar, Sequence, parse, quoted, read_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pydantic_core import ErrorDetails

LATER: Final = {"bell": "bells"}
"""Steps of the format that this version does not play yet."""


def read_script(file: Path, shown_as: Path | None = None) -> model.Script:
    """The script in `file`, validated.

    Args:
        file: The YAML file.
        shown_as: The name of the file in messages; by default `file`.

    Raises:
        FaultyScriptError: With every fault found, each with line, column, and how to mend it.
        MeditationError: If the file cannot be read at all.
    """
    shown = shown_as or file
    try:
        text = read_text(file)
        root = parse(text, shown)
    except MeditationError as error:
        raise type(error)(
            error.what, mend=error.mend, where=Where(shown, error.where.line, error.where.column)
        ) from None
    if not isinstance(root, Mapping):
        what = "a list" if isinstance(root, Sequence) else "a single text"
        raise MeditationError(
            f"holds {what} where a script starts with its settings",
            mend="start with a line such as  title: A Quiet Evening",
            where=root.where,
        )
    values = _Values()
    settings = values.settings(root, model.Script)
    settings |= {"@where": Where(shown), "@source": file, "@slug": slug_of(file)}
    try:
        script = model.Script.model_validate(settings)
    except ValidationError as error:
        # A list all of whose items are faulty is also told to be too short: one word is enough.
        found = [
            _fault(detail, root)
            for detail in error.errors(include_url=False)
            if not (detail["type"] == "too_short" and detail["input"])
        ]
        raise FaultyScriptError([*values.faults, *found]) from None
    if values.faults:
        raise FaultyScriptError(values.faults)
    return script


class _Values:
    """Turns nodes into what pydantic validates, guided by the fields of the models."""

    def __init__(self) -> None:
        self.faults: list[MeditationError] = []

    def settings(self, node: Mapping, kind: type[BaseModel]) -> dict[str, Any]:
        """The values of a mapping; keys that `kind` does not know become faults."""
        fields = {info.alias or name: info for name, info in kind.model_fields.items()}
        known = {name for name in fields if not name.startswith("@") and name != "parts"}
        values: dict[str, Any] = {"@where": node.where} if "@where" in fields else {}
        for key, value in node.entries:
            if key.text not in known:
                self._unknown_key(key, known)
                continue
            values[key.text] = self._value(key.text, value, fields[key.text].annotation)
        return values

    def _value(self, key: str, node: Node, annotation: Any) -> Any:
        if key == "script":
            return self._steps(node)
        kind = next(_models_in(annotation), None)
        if isinstance(node, Scalar):
            if node.plain and node.text in ("", "~", "null"):
                return None
            if kind and key == "background" and node.text == "none" and kind is model.Background:
                return None
            return {kind.short_for: node.text} if kind and kind.short_for else node.text
        if isinstance(node, Mapping):
            if kind:
                return self.settings(node, kind)
            return {name.text: self._value("", value, None) for name, value in node.entries}
        return [
            self.settings(item, kind) if kind and isinstance(item, Mapping) else
            self._value("", item, None)
            for item in node.items
        ]  # fmt: skip

    def _steps(self, node: Node) -> Any:
        if not isinstance(node, Sequence):
            return self._value("", node, None)
        steps = []
        for item in node.items:
            try:
                steps.append(self._step(item))
            except MeditationError as error:
                self.faults.append(error)
                # Its place is held, so that the faults of later steps keep their lines.
                steps.append({"pause": {"time": "1s"}, "@where": item.where})
        return steps

    def _step(self, node: Node) -> dict[str, Any]:
        if isinstance(node, Scalar):
            if node.plain and node.text in ("", "~"):
                raise MeditationError(
                    "this step is empty", mend="write some words, or delete the line",
                    where=node.where,
                )  # fmt: skip
            return {
                "say": {"text": node.text, "@where": _text_place(node)}, "@where": node.where,
            }  # fmt: skip
        if isinstance(node, Sequence):
            if node.flow and len(node.items) == 1 and isinstance(node.items[0], Scalar):
                return {"pause": {"time": node.items[0].text}, "@where": node.where}
            raise MeditationError(
                "a list stands where a step should be",
                mend="write speech as plain text, and a pause as [2s]",
                where=node.where,
            )
        return self._named_step(node)

    def _named_step(self, node: Mapping) -> dict[str, Any]:
        if not node.entries:
            raise MeditationError("this step is empty", where=node.where)
        key, value = node.entries[0]
        if key.text in LATER:
            raise MeditationError(
                f"'{key.text}' is not played yet: {LATER[key.text]} come in a later version",
                mend="leave this step out for now",
                where=key.where,
            )
        if key.text not in model.STEPS:
            raise self._no_step(key, value)
        if len(node.entries) > 1:
            extra = node.entries[1][0]
            raise MeditationError(
                f"a step has one key, and '{extra.text}' is a second one",
                mend=f"indent '{extra.text}' under '{key.text}', or start a new step with '- '",
                where=extra.where,
            )
        kind = model.STEPS[key.text]
        inner = self._value(key.text, value, kind.model_fields[key.text].annotation)
        if key.text == "say" and isinstance(inner, dict):
            place = value if isinstance(value, Scalar) else value.get("text") if isinstance(
                value, Mapping) else None  # fmt: skip
            inner["@where"] = _text_place(place) if isinstance(place, Scalar) else node.where
        return {key.text: inner, "@where": node.where}

    def _no_step(self, key: Scalar, value: Node) -> MeditationError:
        hint = nearest(key.text, model.STEPS)
        looks_spoken = " " in key.text.strip() or not hint.startswith("did you mean")
        if looks_spoken and isinstance(value, Scalar):
            line = f"{key.text}: {value.text}".strip()
            return MeditationError(
                f"YAML takes the words before ':' for a step, and '{_short(key.text)}' is none",
                mend=f"for speech, write it in quotes: - {quoted(line)}\nfor a step, {hint}",
                where=key.where,
            )
        return MeditationError(f"'{_short(key.text)}' is no step", mend=hint, where=key.where)

    def _unknown_key(self, key: Scalar, known: set[str]) -> None:
        self.faults.append(
            MeditationError(
                f"the key '{_short(key.text)}' is not known here",
                mend=nearest(key.text, known),
                where=key.where,
            )
        )


def _models_in(annotation: Any) -> Iterator[type[model._Settings]]:
    """The settings models named anywhere in an annotation, outermost first."""
    if isinstance(annotation, type) and issubclass(annotation, model._Settings):
        yield annotation
    elif typing.get_origin(annotation) in (typing.Annotated, tuple, typing.Union, types.UnionType):
        for argument in typing.get_args(annotation):
            yield from _models_in(argument)


def _text_place(node: Scalar) -> Where:
    shift = 0 if node.plain else 1
    return Where(node.where.file, node.where.line, node.where.column + shift)


def _fault(detail: ErrorDetails, root: Mapping) -> MeditationError:
    node, rest = _find(root, detail["loc"])
    context = detail.get("ctx", {})
    error = context.get("error")
    where = node.where
    if isinstance(error, MarkError) and isinstance(node, Scalar) and "\n" not in node.text:
        shift = 0 if node.plain else 1
        where = Where(where.file, where.line, where.column + shift + error.offset)
    key = str(rest[-1]) if rest else ""
    what, mend = _in_words(detail, key)
    return MeditationError(what, mend=mend, where=where)


def _find(root: Mapping, loc: tuple[int | str, ...]) -> tuple[Node, tuple[int | str, ...]]:
    """The node at pydantic's location, whose tags of unions are passed over."""
    node: Node = root
    last = 0
    for position, part in enumerate(loc):
        inner: Node | None = None
        if isinstance(node, Mapping) and isinstance(part, str):
            inner = node.get(part)
        elif isinstance(node, Sequence) and isinstance(part, int) and part < len(node.items):
            inner = node.items[part]
        if inner is not None:
            node, last = inner, position + 1
    return node, loc[last:]


def _in_words(detail: ErrorDetails, key: str) -> tuple[str, str]:
    """pydantic's fault in the maker's words."""
    context = detail.get("ctx", {})
    match detail["type"]:
        case "meditation":
            return str(context["what"]), str(context["mend"])
        case "missing":
            return f"the key '{key}' is missing", f"add a line  {key}: …"
        case "too_short":
            return "at least one is needed here", "add a line below that starts with '- '"
        case "greater_than_equal" | "less_than_equal":
            limit = context.get("ge", context.get("le"))
            bound = "not under" if "ge" in context else "not over"
            return f"{_given(detail)} is out of range", f"choose a value {bound} {limit:g}"
        case "int_parsing" | "int_type" | "int_from_float":
            return f"{_given(detail)} is no whole number", "write a number such as 3"
        case "tuple_type" | "list_type":
            return f"a list is needed here, not {_given(detail)}", "write each on a line with '- '"
        case "model_type" | "model_attributes_type" | "dict_type":
            return f"settings are needed here, not {_given(detail)}", "write  key: value"
        case "string_pattern_mismatch":
            return f"{_given(detail)} is no language", "write a code such as en or pt-BR"
        case _:
            return detail["msg"], ""


def _given(detail: ErrorDetails) -> str:
    value = detail["input"]
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "settings"
    if isinstance(value, list | tuple):
        return "a list"
    return f"'{_short(str(value))}'"


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
