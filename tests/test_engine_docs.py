"""The engine in docs/engines.md, as a package of somebody else's."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

import pytest
from support.tracks import hear, meditations, write_script

PAGE: Final = Path(__file__).parents[1] / "docs" / "engines.md"


@pytest.fixture
def installed(tmp_path: Path) -> str:
    """Installs what the page shows, as pip would; gives the path to import it from."""
    text = PAGE.read_text("utf-8")
    (program,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    (names,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    (point,) = re.findall(r'^(\w+) = "(\w+):(\w+)"$', names, re.MULTILINE)
    (group,) = re.findall(r'\[project\.entry-points\."(.*)"\]', names)
    site = tmp_path / "site"
    facts = site / "humming-1.0.dist-info"
    facts.mkdir(parents=True)
    (site / f"{point[1]}.py").write_text(program, "utf-8")
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: humming\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text(f"[{group}]\n{point[0]} = {point[1]}:{point[2]}\n")
    return os.pathsep.join(filter(None, [str(site), os.environ.get("PYTHONPATH")]))


def test_the_engine_of_the_page_builds_a_track(tmp_path: Path, installed: str) -> None:
    """Copied from the page it speaks: checked, listed, built, and named in the record."""
    script = """
        title: A Short One
        background: none
        voice: {engine: hum, voice: tenor, chain: plain}
        sections: [{title: Only, script: [Four words in all.]}]
        """
    write_script(tmp_path, script)
    told = {"cwd": tmp_path, "cache": tmp_path / "cache", "PYTHONPATH": installed}
    done = meditations("build", "--without-care", **told)  # type: ignore[arg-type]
    assert "1 built." in done.stdout, done.stderr
    record = hear(tmp_path / "build/tracks/evening.mp3").record
    assert record["versions"]["engines"] == {"hum": "hum 1"}
    (cue,) = record["cues"]
    assert cue["end_ms"] - cue["start_ms"] == pytest.approx(4 * 60_000 / 110, abs=10)
    listed = meditations("voices", **told).stdout  # type: ignore[arg-type]
    assert "Of the engine hum:\n  alto " in listed
    assert re.search(r"^ok  engine hum +hum 1; 2 voices: alto, tenor$",
                     meditations("doctor", **told).stdout, re.MULTILINE)  # type: ignore[arg-type]  # fmt: skip
    write_script(tmp_path, script.replace("tenor", "tennor"))
    failed = meditations("check", **told).stderr  # type: ignore[arg-type]
    assert "nobody hums as 'tennor'\n  voice: alto" in failed
