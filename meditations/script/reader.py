"""From a file to a `Script`: nodes become settings, and every fault gets its place."""

from __future__ import annotations

import re
import types
import typing
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from meditations.errors import FaultyScriptError, MeditationError, Where, nearest
from meditations.project import slug_of
from meditations.script import model
from meditations.script.faults import fault
from meditations.script.settings import Settings
from meditations.script.source import Mapping, Node, Scalar, Sequence, parse
from meditations.script.text import read_text
from meditations.script.values import shortened
from meditations.script.written import PROSE, Written, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_Read = TypeVar("_Read", bound=BaseModel)


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
    root, values = _mapping(file, shown, "a script", "title: A Quiet Evening")
    places = {key.text: value.where for key, value in root.entries}
    beside = {
        "@where": Where(shown), "@source": file, "@slug": slug_of(file), "@places": places,
    }  # fmt: skip
    return _validated(root, values, model.Script, beside)


def read_settings(file: Path, shown: Path, kind: type[_Read], what: str, example: str) -> _Read:
    """A file of settings other than a script, read with the same care.

    Args:
        file: The YAML file.
        shown: Its name in messages.
        kind: What it holds.
        what: What such a file is called.
        example: A line that it may begin with.

    Raises:
        FaultyScriptError: With every fault found, each with line, column, and how to mend it.
        MeditationError: If the file cannot be read at all.
    """
    root, values = _mapping(file, shown, what, example)
    return _validated(root, values, kind, {})


def _mapping(file: Path, shown: Path, what: str, example: str) -> tuple[Mapping, _Values]:
    try:
        written = Written(read_text(file))
        root = parse(written, shown)
    except MeditationError as error:
        raise type(error)(
            error.what, mend=error.mend, where=Where(shown, error.where.line, error.where.column)
        ) from None
    if not isinstance(root, Mapping):
        found = "a list" if isinstance(root, Sequence) else "a single text"
        raise MeditationError(
            f"holds {found} where {what} starts with its settings",
            mend=f"start with a line such as  {example}",
            where=root.where,
        )
    return root, _Values(written)


def _validated(root: Mapping, values: _Values, kind: type[_Read], beside: dict[str, Any]) -> _Read:
    """The settings of `root` as a `kind`, or all of its faults at once."""
    settings = values.settings(root, kind) | beside
    try:
        read = kind.model_validate(settings)
    except ValidationError as error:
        # A list all of whose items are faulty is also told to be too short: one word is enough.
        found = [
            fault(detail, root)
            for detail in error.errors(include_url=False)
            if not (detail["type"] == "too_short" and detail["input"])
        ]
        raise FaultyScriptError([*values.faults, *found]) from None
    if values.faults:
        raise FaultyScriptError(values.faults)
    return read


class _Values:
    """Turns nodes into what pydantic validates, guided by the fields of the models."""

    def __init__(self, written: Written) -> None:
        self._written = written
        self.faults: list[MeditationError] = []

    def settings(self, node: Mapping, kind: type[BaseModel]) -> dict[str, Any]:
        """The values of a mapping; keys that `kind` does not know become faults."""
        fields = {info.alias or name: info for name, info in kind.model_fields.items()}
        known = {name for name in fields if not name.startswith("@") and name != "parts"}
        values: dict[str, Any] = {"@where": node.where} if "@where" in fields else {}
        for key, value in node.entries:
            if key.text not in known:
                self._unknown_key(key, value, known, flow=node.flow)
                continue
            values[key.text] = self._value(key.text, value, fields[key.text].annotation)
        return values

    def _value(self, key: str, node: Node, annotation: Any) -> Any:
        if key == "script":
            return self._steps(node)
        kind = next(_models_in(annotation), None)
        if isinstance(node, Scalar):
            return self._single(key, node, kind)
        if isinstance(node, Mapping):
            table = _table_of(annotation)
            if kind and table is None:
                return self.settings(node, kind)
            return {name.text: self._value(key, value, table) for name, value in node.entries}
        return [
            self.settings(item, kind) if kind and isinstance(item, Mapping) else
            self._single(key, item, kind) if kind and isinstance(item, Scalar) else
            self._value(key, item, None)
            for item in node.items
        ]  # fmt: skip

    def _single(self, key: str, node: Scalar, kind: type[Settings] | None) -> Any:
        if key in PROSE and node.comment:
            self.faults.append(self._dropped(node.comment))
            node = replace(node, text=node.text or "…")  # one fault is enough
        blank = node.empty or (node.plain and node.text == "null")
        if key == "background" and (blank or node.text == "none"):
            # Silence has a word; a blank is told to be a fault.
            return {"sound": ""} if blank else None
        if blank:
            return None
        return {kind.short_for: node.text} if kind and kind.short_for else node.text

    def _dropped(self, comment: Where) -> MeditationError:
        return MeditationError(
            "YAML drops the words from '#' on, as a comment",
            mend=self._written.mended(comment.line) + "\nor move the comment to a line of its own",
            where=comment,
        )

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
            if node.comment:
                raise self._dropped(node.comment)
            if node.empty:
                raise MeditationError(
                    "this step is empty", mend="write some words, or delete the line",
                    where=node.where,
                )  # fmt: skip
            self._refuse_missing_colon(node)
            return {
                "say": {"text": node.text, "@where": _text_place(node)}, "@where": node.where,
            }  # fmt: skip
        if isinstance(node, Sequence):
            if node.flow and len(node.items) == 1 and isinstance(node.items[0], Scalar):
                return {"pause": {"time": node.items[0].text}, "@where": node.where}
            entry = self._written.entry(node.where.line)
            speech = entry.mended() if entry and entry.is_step else "put it into double quotes"
            raise MeditationError(
                "a list stands where a step should be",
                mend=f"for speech, {speech}\nfor a pause, write it as [2s]",
                where=node.where,
            )
        return self._named_step(node)

    def _refuse_missing_colon(self, node: Scalar) -> None:
        match = re.fullmatch(r"pause\s+(\S+|\d\S* breaths?)", node.text)
        if match and node.plain and match[1][0].isdigit():
            raise MeditationError(
                "a ':' is missing behind 'pause': this would be spoken",
                mend=f"for silence, write - pause: {match[1]}\n"
                f"for speech, write it in quotes: - {quoted(node.text)}",
                where=node.where,
            )

    def _named_step(self, node: Mapping) -> dict[str, Any]:
        if not node.entries:
            raise MeditationError("this step is empty", where=node.where)
        key, value = node.entries[0]
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
        entry = self._written.entry(key.where.line)
        # `Breathe: in, and out` is speech, `puase: 2s` is not.
        spoken = " " in key.text.strip() or not key.text.islower() or "did you" not in hint
        if not spoken or not isinstance(value, Scalar):
            return MeditationError(
                f"'{shortened(key.text)}' is no step", mend=hint, where=key.where
            )
        speech = f"write it in quotes: - {quoted(f'{key.text}: {value.text}'.strip())}"
        if entry and entry.is_step:
            speech = entry.mended()
        return MeditationError(
            f"YAML takes the words before ':' for a step, and '{shortened(key.text)}' is none",
            mend=f"for speech, {speech}\nfor a step, {hint}",
            where=key.where,
        )

    def _unknown_key(self, key: Scalar, value: Node, known: set[str], *, flow: bool) -> None:
        mend = nearest(key.text, known)
        if flow and isinstance(value, Scalar) and value.empty:
            mend = "a comma ends the words before it: put words that hold one into double quotes"
        self.faults.append(
            MeditationError(
                f"the key '{shortened(key.text)}' is not known here", mend=mend, where=key.where
            )
        )


def _table_of(annotation: Any) -> Any:
    """What stands behind each name of a table whose names a maker chooses; else None."""
    if typing.get_origin(annotation) is typing.Annotated:
        return _table_of(typing.get_args(annotation)[0])
    if typing.get_origin(annotation) is dict:
        return typing.get_args(annotation)[1]
    return None


def _models_in(annotation: Any) -> Iterator[type[Settings]]:
    """The settings models named anywhere in an annotation, outermost first."""
    if isinstance(annotation, type) and issubclass(annotation, Settings):
        yield annotation
    elif typing.get_origin(annotation) in (typing.Annotated, tuple, typing.Union, types.UnionType):
        for argument in typing.get_args(annotation):
            yield from _models_in(argument)


def _text_place(node: Scalar) -> Where:
    shift = 0 if node.plain else 1
    return Where(node.where.file, node.where.line, node.where.column + shift)
