"""The rooms of the package: who may import whom, and who alone knows what."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Final

import pytest

import meditations

PACKAGE: Final = Path(meditations.__file__).parent

ROOMS: Final = (
    {"errors", "interrupts"},
    {"ipa", "languages", "quantities"},
    {"wording"},
    {"store", "programs", "project", "workers"},
    {"script"},
    {"sound"},
    {"speech"},
    {"plan"},
    {"timeline"},
    {"care"},
    {"mp3"},
    {"mix"},
    {"track"},
    {"inspection"},
    {"worker_setup"},
    {"podcast"},
    {"page"},
    {"serving", "publishing"},
    {"commands"},
    {"__main__"},
)
"""From the bottom to the top: a room imports its own and those further down."""

ALONE: Final = {
    "pyttsx3": {"speech"},
    "espeakng_loader": {"speech"},
    "kokoro_onnx": {"speech"},
    "onnx": {"speech"},
    "onnxruntime": {"speech"},
    "phonemizer": {"speech"},
    "piper": {"speech"},
    "pydub": {"mix"},
    "subprocess": {"programs"},
    "yaml": {"script"},
    "pydantic": {"script"},
    "click": {"commands"},
    "rich": {"commands"},
    "PIL": {"track"},
    "jinja2": {"page"},
    "matplotlib": {"inspection"},
    "multiprocessing": {"workers", "speech"},
    "mutagen": {"track", "inspection", "sound"},
    "aiohttp": {"publishing"},
    "asyncssh": {"publishing"},
    "botocore": {"publishing"},
    "fsspec": {"publishing"},
    "lxml": {"podcast", "script"},
    "markdown_it": {"podcast"},
    "nh3": {"podcast"},
    "s3fs": {"publishing"},
    "spellchecker": {"plan"},
    "sshfs": {"publishing"},
}
"""Which room alone knows a library."""

FILES: Final = sorted(PACKAGE.rglob("*.py"))


def _room(file: Path) -> str:
    first = file.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def _imports(file: Path) -> set[str]:
    """Full names of everything imported anywhere in a file, types included."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: imports are written in full"
            module = node.module or ""
            found |= {f"{module}.{alias.name}" for alias in node.names}
    return found


def test_every_module_has_a_room() -> None:
    """The list of rooms is the list of what is in the package."""
    assert {_room(file) for file in FILES} - {"__init__"} == set().union(*ROOMS)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_imports_run_one_way(file: Path) -> None:
    """No module imports a room further up, not even for a type."""
    heights = {name: height for height, names in enumerate(ROOMS) for name in names}
    height = heights.get(_room(file), -1)
    for name in _imports(file):
        parts = name.split(".")
        if parts[0] == "meditations" and len(parts) > 1 and parts[1] in heights:
            assert heights[parts[1]] <= height, f"{file.name} imports {name}"


@pytest.mark.parametrize("library", ALONE)
def test_one_room_alone_knows_a_library(library: str) -> None:
    """pydub is known to the mix alone, other programs are started in one module, and so on."""
    knowing = {
        _room(file) for file in FILES if any(n.split(".")[0] == library for n in _imports(file))
    }
    assert knowing == ALONE[library]


def test_files_stay_readable() -> None:
    """A file over 400 lines hides the way."""
    assert [f.name for f in FILES if len(f.read_text("utf-8").splitlines()) > 400] == []
