"""What pydantic finds, in the maker's words and at its place in the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from meditations.errors import MeditationError, Where
from meditations.script.marks import MarkError
from meditations.script.source import Mapping, Node, Scalar, Sequence
from meditations.script.values import given

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

EXAMPLES: Final = {
    "allow": "allow: {C09: the reason}",
    "background": "background: brown",
    "bell": "bell: bowl",
    "bells": "bells: {start: bowl, end: {sound: bowl, times: 3}}",
    "breathe": "breathe: {in: 4s, out: 6s, times: 4}",
    "care": "care: {allow: {C09: the reason}}",
    "pace": "pace: {breath: 8s, line: 2s}",
    "pause": "pause: 5s",
    "repeat": "repeat: {times: 3, script: [ … ]}",
    "reviewed": "reviewed: {by: a name, on: 2026-11-22}",
    "say": "say: Welcome.",
    "sections": "- title: Welcome",
    "voice": "voice: gentle",
    "with": "with: {density: 40 %}",
}
"""How each setting that is no single value is written."""


def fault(detail: ErrorDetails, root: Mapping) -> MeditationError:
    """One of pydantic's faults, where `root` is what it found it in."""
    node, rest = _find(root, detail["loc"])
    error = detail.get("ctx", {}).get("error")
    if isinstance(error, MarkError) and isinstance(node, Mapping):
        node = node.get("text") or node
    where = node.where
    if isinstance(error, MarkError) and isinstance(node, Scalar) and node.one_line:
        column = where.column + (0 if node.plain else 1) + error.offset
        where = Where(where.file, where.line, column)
    keys = [part for part in detail["loc"] if isinstance(part, str)]
    what, mend = _in_words(detail, str(rest[-1]) if rest else keys[-1] if keys else "")
    return MeditationError(what, mend=mend, where=where)


def _find(root: Mapping, loc: tuple[int | str, ...]) -> tuple[Node, tuple[int | str, ...]]:
    """The node at pydantic's location, whose tags of unions are passed over."""
    node: Node = root
    last = 0
    for position, part in enumerate(loc):
        inner: Node | None = None
        if isinstance(node, Mapping) and isinstance(part, str):
            inner = node.get(part)
            if loc[position + 1 :] == ("[key]",):  # of a table whose keys a maker chooses
                inner = next((name for name, _ in node.entries if name.text == part), inner)
        elif isinstance(node, Sequence) and isinstance(part, int) and part < len(node.items):
            inner = node.items[part]
        if inner is not None:
            node, last = inner, position + 1
    return node, loc[last:]


def _in_words(detail: ErrorDetails, key: str) -> tuple[str, str]:
    """What is wrong, and how to mend it; `key` is the key concerned."""
    context, value = detail.get("ctx", {}), detail["input"]
    match detail["type"]:
        case "meditation":
            return str(context["what"]), str(context["mend"])
        case "missing":
            return f"the key '{key}' is missing", f"add a line  {key}: …"
        case "too_long":
            return f"at most {context['max_length']} are possible here", "take some away"
        case "too_short":
            return "at least one is needed here", "add a line below that starts with '- '"
        case "tuple_type" | "list_type":
            mend = "write each on a line of its own that starts with '- '"
            if isinstance(value, str) and key in ("kind", "topics"):
                mend = f"write it in square brackets: {key}: [{value}]"
            return f"a list is needed here, not {given(value)}", mend
        case "model_type" | "model_attributes_type" | "dict_type":
            example = EXAMPLES.get(key, "key: value")
            what = (
                "a value is missing here" if value is None else f"{given(value)} cannot stand here"
            )
            return what, f"write it as in this example: {example}"
        case "string_pattern_mismatch":
            return f"{given(value)} is no language", "write a code such as en or pt-BR"
        case _:
            return detail["msg"], ""
