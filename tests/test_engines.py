"""Engines by name: ours, and those that other packages bring."""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.engines import ToneEngine
from support.scripts import read, with_steps

from meditations.errors import MeditationError
from meditations.plan import make_plan
from meditations.project import Project
from meditations.speech import registry
from meditations.speech.registry import engine_named, engine_names
from meditations.track.preparing import check_script

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def brought(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As if a package had brought the engines `tone` and `gone`, and a `pyttsx3` of its own."""
    found = [
        EntryPoint("tone", "support.engines:ToneEngine", registry.GROUP),
        EntryPoint("gone", "no_such_module:Engine", registry.GROUP),
        EntryPoint("pyttsx3", "support.engines:BrokenEngine", registry.GROUP),
    ]
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: found)
    registry._others.cache_clear()
    yield
    registry._others.cache_clear()


@pytest.mark.usefixtures("brought")
def test_another_package_can_bring_an_engine() -> None:
    """An entry point names an engine; it never takes the place of one of ours."""
    assert engine_names()[-2:] == ("gone", "tone")
    assert isinstance(engine_named("tone", Path()), ToneEngine)
    assert engine_named("pyttsx3", Path()).version().startswith("pyttsx3")


@pytest.mark.usefixtures("brought")
@pytest.mark.parametrize(
    ("name", "what", "mend"),
    [
        ("tune", "no engine is called 'tune'", "did you mean 'tone'?"),
        ("gone", "the engine 'gone' cannot be imported", "install that anew"),
    ],
)
def test_an_engine_that_is_not_there_is_told(name: str, what: str, mend: str) -> None:
    """An unknown name tells near ones; an engine that is broken tells its package."""
    with pytest.raises(MeditationError) as caught:
        engine_named(name, Path())
    assert what in caught.value.what
    assert mend in caught.value.mend


@pytest.mark.usefixtures("brought")
def test_another_engine_has_its_own_rate_voice_and_settings() -> None:
    """Where a script changes the engine, rate and pitch of the voice before do not go with it."""
    told = "voice: {name: low, engine: tone, with: {b: two, a: 1}}\n"
    (said,) = make_plan(read(with_steps("Hello", settings=told))).utterances
    assert (said.manner.engine, said.manner.voice) == ("tone", "")
    assert (said.manner.rate_wpm, said.manner.pitch) == (118, 50)
    assert said.manner.settings == (("a", "1"), ("b", "two"))


def test_sounds_are_for_engines_that_read_them(tmp_path: Path) -> None:
    """An `ipa` mark reaches the voice with its words counted, or is refused at its place."""
    script = read(with_steps('Now (two words)[ipa:"tuː wɜːdz"], (Om)[ipa:"oʊm"].'))
    (said,) = make_plan(script).utterances
    assert [(s.first, s.count, s.ipa) for s in said.sounds] == [(1, 2, "tuː wɜːdz"), (3, 1, "oʊm")]
    assert said.words == ["Now", "two", "words,", "Om."]
    project = Project(tmp_path)
    mute, reader = ToneEngine(), replace(ToneEngine(), reads_ipa=True)
    check_script(script, project, {"pyttsx3": reader})
    with pytest.raises(MeditationError, match="cannot read the sounds that `ipa` gives for 'two'"):
        check_script(script, project, {"pyttsx3": mute})
