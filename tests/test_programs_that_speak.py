"""Programs that speak: Debian's own for real, and a maker's, which may do anything wrong."""

from __future__ import annotations

import hashlib
import os
import pickle
import re
import signal
import stat
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pytest
from support.tracks import meditations, write_script

from meditations import programs
from meditations.errors import MeditationError, SpeechError
from meditations.speech.command_engine import PRESETS, CommandEngine, flite
from meditations.speech.own_commands import ALLOWED
from meditations.speech.registry import engine_named
from meditations.speech.speaking_programs import FLITE_WPM, in_ascii, without_marks
from meditations.speech.utterance import Manner, Utterance

if TYPE_CHECKING:
    from meditations.speech.engine import Recording

SENTENCE: Final = "This is a sentence of ordinary length, which takes a while."

SPEAKER: Final = '''
"""A program that speaks: noise of 60 ms a letter, into --out or to its standard output."""
import argparse, random, struct, sys, wave
options = argparse.ArgumentParser()
options.add_argument("--out", default="-")
options.add_argument("--rate", type=int, default=120)
options.add_argument("--text")
options.add_argument("--channels", type=int, default=1)
options.add_argument("--width", type=int, default=2)
options.add_argument("--hz", type=int, default=16000)
options.add_argument("file", nargs="?")
told = options.parse_args()
text = told.text if told.text is not None else open(told.file or 0, encoding="utf-8").read()
letters = sum(map(str.isalnum, text))
count = int(letters * 0.09 * 120 / told.rate * told.hz) * told.channels
noise = random.Random(text.strip())
low = {1: lambda v: bytes([128 + (v >> 9)]), 2: lambda v: struct.pack("<h", v),
       3: lambda v: struct.pack("<i", v << 8)[:3], 4: lambda v: struct.pack("<i", v << 16)}
raw = b"".join(low[told.width](noise.randint(-9000, 9000)) for _ in range(count))
sound = wave.open(sys.stdout.buffer if told.out == "-" else told.out, "wb")
sound.setnchannels(told.channels); sound.setsampwidth(told.width); sound.setframerate(told.hz)
sound.writeframesraw(raw)
if told.out != "-": sound.close()
'''


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a program `tools/speak`, which may run."""
    write_program(tmp_path, SPEAKER)
    monkeypatch.setenv(ALLOWED, str(tmp_path / "tools" / "speak"))
    (tmp_path / "between").mkdir()
    return tmp_path


def write_program(root: Path, text: str, name: str = "tools/speak") -> Path:
    """A program of Python's in the project."""
    file = root / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!{sys.executable} -S\n{textwrap.dedent(text)}", "utf-8")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return file


def manner(
    run: str, voice: str = "", rate_wpm: int = 118, settings: dict[str, str] | None = None
) -> Manner:
    told = tuple(sorted({"run": run, **(settings or {})}.items()))
    return Manner("command", voice, rate_wpm, 50, settings=told)


def say(root: Path, text: str, run: str, **more: str) -> Recording:
    """Speaks with the project's program; nothing is left in between."""
    asked = manner(run, settings=more)
    engine = CommandEngine(root)
    engine.check(asked)
    try:
        return engine.speak(Utterance(text, asked), root / "between")
    finally:
        assert list((root / "between").iterdir()) == []


@pytest.mark.parametrize(
    "run",
    [
        "tools/speak --out {out} {text_file}",
        "tools/speak --out {out}",
        "tools/speak {text_file}",
        "tools/speak",
        "tools/speak --out={out} --text={text}",
        "tools/speak --out '{out}' --text {text}",
    ],
)
def test_text_and_sound_go_whichever_way_a_program_wants(project: Path, run: str) -> None:
    """File, argument or standard input; file or standard output: the samples are the same."""
    heard = say(project, SENTENCE, run)
    letters = sum(map(str.isalnum, SENTENCE))
    assert (heard.rate_hz, len(heard.samples)) == (16_000, int(letters * 0.09 * 16_000))
    assert heard.samples.dtype == np.float32
    assert np.array_equal(heard.samples, say(project, SENTENCE, "tools/speak").samples)


@pytest.mark.parametrize("width", [1, 2, 3, 4])
@pytest.mark.parametrize(("channels", "hz"), [(1, 8_000), (2, 44_100)])
def test_any_wav_is_read(project: Path, width: int, channels: int, hz: int) -> None:
    """Of any width, mono or stereo, of any rate from 8 kHz: one channel, at its own rate."""
    run = f"tools/speak --out {{out}} --width {width} --channels {channels} --hz {hz}"
    heard = say(project, "Hello there, and welcome.", run)
    assert heard.rate_hz == hz
    assert len(heard.samples) == int(20 * 0.09 * hz)
    assert 0.1 < float(np.max(np.abs(heard.samples))) < 0.5


def test_rate_reaches_the_program(project: Path) -> None:
    """Twice as fast is half as long."""
    run = "tools/speak --rate {rate} --out {out}"
    slow, fast = (
        CommandEngine(project).speak(
            Utterance(SENTENCE, manner(run, rate_wpm=rate)), project / "between"
        )
        for rate in (100, 200)
    )
    assert len(slow.samples) == pytest.approx(2 * len(fast.samples), abs=2)


@pytest.mark.parametrize("text", ["--out=/tmp/evil.wav hello", "-h", "$(id); `id` && id | id > x"])
@pytest.mark.parametrize("run", ["tools/speak --text {text}", "tools/speak --text={text}"])
def test_text_is_never_an_option_nor_read_by_a_shell(project: Path, text: str, run: str) -> None:
    """Whatever it holds, it is words."""
    before = {file for file in project.rglob("*") if file.is_file()}
    heard = say(project, text, run)
    assert len(heard.samples) == int(sum(map(str.isalnum, text)) * 0.09 * 16_000)
    assert {file for file in project.rglob("*") if file.is_file()} == before
    assert not Path("/tmp/evil.wav").exists()


@pytest.mark.parametrize(
    ("run", "voice", "what", "mend"),
    [
        ("ls", "", "the program 'ls' may not run here yet", f"export {ALLOWED}="),
        ("tools/none", "", "the program 'tools/none' is not here", "as in tools/speak"),
        ("tools/speak 'open", "", "cannot be read", "a quote that opens has to close"),
        ("{voice} x", "", "the program itself cannot be filled in", "first word"),
        ("tools/speak {txt_file}", "", "'{txt_file}' stands for nothing", "'text_file'"),
        ("tools/speak {out}", "anna", "takes no voice 'anna'", "write {voice}"),
        ("tools/speak -v {voice}", "-o", "takes no voice '-o'", "leave out `voice:`"),
    ],
)  # fmt: skip
def test_a_command_that_cannot_run_is_told(
    project: Path, run: str, voice: str, what: str, mend: str
) -> None:
    """By `check`, with what to write."""
    with pytest.raises(MeditationError) as caught:
        CommandEngine(project).check(manner(run, voice))
    assert what in caught.value.what
    assert mend in caught.value.mend


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"settings": ()}, "needs to know what to run"),
        ({"settings": (("run", "tools/speak"), ("spead", "2"))}, "has no setting 'spead'"),
        ({"settings": (("patience", "ages"), ("run", "tools/speak"))}, "is no number of seconds"),
        ({"rate_wpm": 200}, "this command cannot change its rate"),
        ({"pitch": 40}, "this command cannot change its pitch"),
    ],
)
def test_settings_that_would_be_lost_are_told(
    project: Path, changed: dict[str, object], what: str
) -> None:
    """What the command would not hear of is an error, not silence."""
    with pytest.raises(MeditationError, match=what):
        CommandEngine(project).check(replace(manner("tools/speak {out}"), **changed))  # type: ignore[arg-type]


def test_a_script_alone_starts_no_program(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs a script decides what may run: without that `speak` starts nothing either."""
    write_program(project, "open('ran', 'w')")
    for allowed in ("", "tools/speak", "/elsewhere/tools/speak", "speak"):
        monkeypatch.setenv(ALLOWED, allowed)
        with pytest.raises(MeditationError, match="may not run here yet") as caught:
            CommandEngine(project).speak(Utterance("Hello.", manner("tools/speak")), project)
        assert str(project / "tools" / "speak") in caught.value.mend
    assert not (project / "ran").exists()


GOES_WRONG: Final = {
    "import sys; sys.exit('the model is gone')": "ended with status 1: the model is gone",
    "import os; os.abort()": "ended with status -6",
    "pass": "left no sound",
    "open({out!r}, 'w').write('no sound at all')": "no readable sound",
    "import wave; w = wave.open({out!r}, 'wb'); w.setparams((1, 2, 16000, 0, 'NONE', ''));"
    "w.writeframes(bytes(64000))": "gave silence",
    "import wave, random; w = wave.open({out!r}, 'wb'); w.setparams((1, 2, 16000, 0, 'NONE', ''));"
    "w.writeframes(random.Random(1).randbytes(9000))": "belong",
    "import wave, random; w = wave.open({out!r}, 'wb'); w.setparams((1, 2, 16000, 0, 'NONE', ''));"
    "w.writeframes(random.Random(1).randbytes(320000)); w.close();"
    "import os; os.truncate({out!r}, 40000)": "cut off",
    "import wave, random; w = wave.open({out!r}, 'wb'); w.setparams((1, 2, 4000, 0, 'NONE', ''));"
    "w.writeframes(random.Random(1).randbytes(320000))": "4,000 Hz",
}


@pytest.mark.parametrize("program", GOES_WRONG, ids=list(GOES_WRONG.values()))
def test_what_goes_wrong_is_tried_again_and_then_told(project: Path, program: str) -> None:
    """A fault, a crash, no sound, silence, half a sound: noticed three times, with its words."""
    write_program(project, "import sys\n" + program.replace("{out!r}", "sys.argv[1]"))
    with pytest.raises(SpeechError) as caught:
        say(project, SENTENCE, "tools/speak {out}")
    assert caught.value.mend.count(GOES_WRONG[program]) == 3


def test_a_program_that_hangs_is_ended_with_all_that_it_started(project: Path) -> None:
    """After its patience, once; its own children too."""
    write_program(
        project,
        """
        import subprocess, sys
        child = subprocess.Popen(["sleep", "60"])
        open("child", "w").write(str(child.pid))
        child.wait()
        """,
    )
    since = time.monotonic()
    with pytest.raises(SpeechError) as caught:
        say(project, "Hello.", "tools/speak {out}", patience="1")
    assert time.monotonic() - since < 5
    assert caught.value.mend.count("no answer from speak within 1") == 1
    assert _gone(int((project / "child").read_text()))


def test_a_program_that_writes_without_end_fills_no_disk(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is ended at a gigabyte; here sooner."""
    monkeypatch.setattr(programs, "MOST_WRITTEN_BYTES", 3_000_000)
    write_program(
        project,
        "import sys, time\ntime.sleep(0.2)\nwhile True: sys.stdout.buffer.write(bytes(1 << 20))",
    )
    with pytest.raises(SpeechError) as caught:
        say(project, "Hello.", "tools/speak", patience="20")
    assert caught.value.mend.count("ended with status") == 3


def _gone(pid: int) -> bool:
    """Whether a process has ended, within a second."""
    for _ in range(50):
        state = Path(f"/proc/{pid}/stat")
        if not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_what_ends_a_build_ends_the_program(project: Path, number: int) -> None:
    """Ctrl-C, and even a killed build: no program goes on speaking for nobody."""
    write_program(
        project, "import os, time; open('pid', 'w').write(str(os.getpid())); time.sleep(60)"
    )
    write_script(
        project,
        """
        title: A Short One
        voice: {engine: command, with: {run: "tools/speak {out}"}}
        sections: [{title: Only, script: [Hello there.]}]
        """,
    )
    building = subprocess.Popen(
        [sys.executable, "-m", "meditations", "build", "--without-care"], cwd=project,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        env={**os.environ, "MEDITATIONS_CACHE": str(project / "cache")},
    )  # fmt: skip
    told = project / "pid"
    for _ in range(1000):
        if told.exists() and told.read_text():
            break
        time.sleep(0.01)
    building.send_signal(number)
    building.wait(5)
    assert _gone(int(told.read_text()))


def test_basis_follows_program_files_and_version(project: Path) -> None:
    """Another program, another model that the command names, another `version:`: another take."""
    (project / "model.bin").write_bytes(b"one")
    engine, run = CommandEngine(project), "tools/speak {out} --model=model.bin"
    found = [engine.basis(Utterance("Hello.", manner(run)))]
    assert found == [engine.basis(Utterance("Hello.", manner(run)))]
    found.append(engine.basis(Utterance("Hello.", manner(run, settings={"version": "2"}))))
    (project / "model.bin").write_bytes(b"two")
    found.append(engine.basis(Utterance("Hello.", manner(run))))
    write_program(project, "pass")
    found.append(engine.basis(Utterance("Hello.", manner(run))))
    assert len(set(found)) == 4


def test_engines_travel(project: Path) -> None:
    """To the workers and back they are the same."""
    for name in (*PRESETS, "command"):
        engine = engine_named(name, project)
        assert pickle.loads(pickle.dumps(engine)) == engine
        assert engine.name == name
        assert hash(engine) == hash(engine_named(name, project))


def test_a_program_that_is_not_installed_is_told(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the command that gets it; it then has no voices."""
    monkeypatch.setenv("PATH", str(project))
    engine = flite(project)
    assert engine.voices() == ()
    for call in (engine.version, lambda: engine.check(Manner("flite", "slt", 118, 50))):
        with pytest.raises(MeditationError, match="flite is not installed") as caught:
            call()
        assert caught.value.mend == "get it with: sudo apt install flite"


def test_presets_of_other_systems_are_called_as_their_manuals_say(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`say` and `pico2wave` get voice, rate and words, which hold no order of their own."""
    stand_in = """
        import sys, os, shutil
        if sys.argv[1:] == ["-v", "?"]:
            print("Anna                de_DE    # Hallo!\\nEddy (English (UK)) en_GB    # Hello!")
            sys.exit()
        with open(os.path.join(os.path.dirname(__file__), "called"), "w") as told:
            print(*sys.argv[1:], sep="\\n", file=told)
            if "-f" in sys.argv:
                print(open(sys.argv[sys.argv.index("-f") + 1]).read(), file=told)
        out = sys.argv[sys.argv.index("-o" if "-o" in sys.argv else "-w") + 1]
        os.execv(os.path.join(os.path.dirname(__file__), "speak"),
                 ["speak", "--out", out, "--text", "hello hello hello"])
        """
    for name in ("say", "pico2wave"):
        write_program(project, stand_in, f"tools/{name}")
    monkeypatch.setenv("PATH", f"{project / 'tools'}{os.pathsep}{os.environ['PATH']}")
    hostile = "[[rate 900]] <volume level='500'>-o x"
    told = {}
    for name, voice in (("say", "Eddy (English (UK))"), ("pico2wave", "en-GB")):
        engine = engine_named(name, project)
        asked = Manner(name, voice, 132, 50)
        engine.check(asked)
        assert voice in [one.name for one in engine.voices()]
        engine.speak(Utterance(hostile, asked), project / "between")
        told[name] = (project / "tools" / "called").read_text().splitlines()
    assert told["say"][:4] == ["-v", "Eddy (English (UK))", "-r", "132"]
    assert told["say"][4:6] == ["--file-format=WAVE", "--data-format=LEF32@48000"]
    assert "[rate 900] <volume level='500'>-o x" in told["say"]
    assert told["pico2wave"][:3] == ["-l", "en-GB", "-w"]
    assert told["pico2wave"][4:] == [
        "<speed level='80'>[[rate 900]]  volume level='500' -o x</speed>"
    ]
    with pytest.raises(MeditationError, match="say needs a voice"):
        engine_named("say", project).check(Manner("say", "", 120, 50))


def test_text_is_made_plain() -> None:
    """Typographic signs, accents and other programs' orders become what a program can read."""
    assert in_ascii("It’s “naïve” – café… 你好") == 'It\'s "naive" - cafe...'
    assert without_marks("[[[h@'loU]]] and [one]") == "[h@'loU] and [one]"


# What follows needs programs that Debian brings: .ci/run installs them.


def _digest(recording: Recording) -> str:
    return hashlib.sha256(recording.samples.tobytes()).hexdigest()


@pytest.mark.server
def test_flite_is_what_the_table_says(tmp_path: Path) -> None:
    """Its voices are listed without the talking clock, and each speaks, as fast as it is asked."""
    engine = flite(tmp_path)
    assert "2." in engine.version()
    assert {voice.name for voice in engine.voices()} == set(FLITE_WPM)
    text = "You might notice the places where the chair is holding you, and stay there."
    for voice in FLITE_WPM:
        lengths = []
        for rate_wpm in (100, 150):
            asked = Manner("flite", voice, rate_wpm, 50)
            engine.check(asked)
            heard = engine.speak(Utterance(text, asked), tmp_path)
            lengths.append(len(heard.samples) / heard.rate_hz)
        assert lengths[0] / lengths[1] == pytest.approx(1.5, abs=0.02)
        assert 14 / lengths[0] * 60 == pytest.approx(100, rel=0.25)
    assert not list(tmp_path.iterdir())


@pytest.mark.server
@pytest.mark.parametrize(
    ("name", "voice", "what", "mend"),
    [
        ("flite", "nobody", "flite has no voice 'nobody'", "known here: awb, kal, kal16, rms, slt"),
        ("flite", "http://example.org/a.flitevox", "flite has no voice", "known here"),
        ("espeak-ng", "en-uk", "espeak-ng has no voice 'en-uk'", "en-us"),
        ("espeak-ng", "en-us+f9", "espeak-ng has no variant 'f9'", "f5"),
        ("command", "flite/slt", "needs to know what to run", "{engine: flite, voice: slt}"),
    ],
)
def test_unknown_voices_are_told(
    name: str, voice: str, what: str, mend: str, tmp_path: Path
) -> None:
    """Both programs would speak in another voice, without a word."""
    with pytest.raises(MeditationError) as caught:
        engine_named(name, tmp_path).check(Manner(name, voice, 118, 50))
    assert what in caught.value.what
    assert mend in caught.value.mend


@pytest.mark.server
def test_flite_refuses_what_it_cannot_do(tmp_path: Path) -> None:
    """It has no pitch to set, and no letters but English ones."""
    with pytest.raises(MeditationError, match="flite cannot change its pitch"):
        flite(tmp_path).check(Manner("flite", "slt", 118, 40))
    with pytest.raises(SpeechError, match="flite has no letters for"):
        flite(tmp_path).speak(Utterance("Привет", Manner("flite", "slt", 118, 50)), tmp_path)


@pytest.mark.server
def test_a_track_spoken_by_flite(tmp_path: Path) -> None:
    """From script to MP3, every cue of a deep voice heard; the record names engine and version."""
    import json

    write_script(
        tmp_path,
        """
        title: A Short One
        voice: {engine: flite, voice: rms}
        sections: [{title: Only, script: ["Hello there, and welcome. [1s] We are nearly done."]}]
        """,
    )
    done = meditations("build", "--without-care", cwd=tmp_path, cache=tmp_path / "cache")
    assert "1 built." in done.stdout, done.stderr
    record = json.loads((tmp_path / "build/tracks/evening.json").read_text())
    assert record["versions"]["engines"]["flite"].startswith("flite 2.")
    assert record["synthetic_voice"] is True
    assert [voice["voice"] for voice in record["voices"]] == ["rms"]


def test_what_is_not_installed_is_no_fault(project: Path) -> None:
    """`doctor` and `voices` say how to get it, and that the machine is well."""
    write_script(project, "title: A\nsections: [{title: B, script: [Hello.]}]\n")
    path = str(project / "tools")
    done = meditations("doctor", cwd=project, cache=project / "cache", PATH=path)
    assert done.returncode == 0, done.stdout
    assert "All is well." in done.stdout
    assert (
        " -  engine flite     flite is not installed\n    get it with: sudo apt install flite\n"
        in done.stdout
    )
    assert f"voice files      looked for in {project.resolve() / 'voices'} (" in done.stdout
    listed = meditations("voices", cwd=project, cache=project / "cache", PATH=path).stdout
    assert re.search(r"^  flite +get it with: sudo apt install flite$", listed, re.MULTILINE)
    assert "Of the engine flite:" not in listed
