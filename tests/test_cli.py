"""The command line, in processes of its own: what goes wrong is told in words."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import numpy as np
import pytest
from support.terminal import in_a_terminal
from support.tracks import meditations, write_script

from meditations.commands import COMMANDS
from meditations.programs import ffmpeg
from meditations.sound import bells, made

GOOD: Final = """
title: A Short One
background: {sound: brown, fade_in: 1s, fade_out: 1s}
pace: {lead_in: 1s}
sections:
  - title: Only
    script:
      - Hello there. [1s] This is all.
"""


def build(root: Path) -> subprocess.CompletedProcess[str]:
    """Builds the project at `root`; what is tested here is not what its scripts say."""
    return meditations("build", "--without-care", cwd=root, cache=root / "cache")


def _with(line: str) -> str:
    return GOOD.replace("      - Hello there. [1s] This is all.\n", f"      - {line}\n")


BAD: Final[dict[str, tuple[str | bytes, str]]] = {
    # name: what the file holds, what the message must say
    "broken": ("title: [unclosed\nsections: -", "broken.yaml:"),
    "tabs": ("title: x\nsections:\n\t- title: y", "tabs.yaml:3:1: a tab"),
    "empty": ("", "empty.yaml: is empty"),
    "comments": ("# nothing here\n", "comments.yaml: holds nothing but comments"),
    "list": ("- a\n- b\n", "list.yaml:1:1: holds a list"),
    "latin": ("title: Caf\xe9\n".encode("latin-1"), "latin.yaml:1:11: is not UTF-8"),
    "nul": (GOOD.replace("Hello", "Hel\0lo"), "nul.yaml:8:12: holds the control character U+0000"),
    "key": (GOOD.replace("title: A", "titel: A", 1), "did you mean 'title'?"),
    "type": (GOOD.replace("title: A Short One", "title: {a: b}"), "type.yaml:2:8: text is needed"),
    "negative": (_with("pause: -3s"), "negative.yaml:8:16: '-3s' is no duration"),
    "absurd": (_with("pause: 10000 h"), "absurd.yaml:8:16: '10000 h' is longer than ten hours"),
    "nonsense": (_with("pause: soon"), "nonsense.yaml:8:16: 'soon' is no duration"),
    "loud": (GOOD.replace("sound: brown", "sound: brown, level: 3 dB"), "'3 dB' is out of range"),
    "alias": ("a: &a [x]\nb: [*a, *a, *a]\n", "alias.yaml:1:4: YAML takes the words after '&'"),
    "deep": ("[" * 5_000, "deep.yaml:1:25: is nested more than 24 deep"),
    "twice": (GOOD + "title: Again\n", "the key 'title' is given twice"),
    "dots": (_with('"... !?"'), "dots.yaml:8:10: '... !?' holds nothing that can be spoken"),
    "emoji": (_with("🙂🙂"), "emoji.yaml:8:9: '🙂🙂' holds nothing that can be spoken"),
    "endless": (_with("word " * 20_000), "endless.yaml:8:9: this line has 99,999 characters"),
    "sentence": (_with("and on " * 300), "sentence of 2,099 characters is too long"),
    "bomb": (
        _with("repeat: {times: 100, script: [{repeat: {times: 100, script: [a, b, c]}}]}"),
        "comes to more than 20,000 events",
    ),
    "nobody": (GOOD + "voice: {voice: en-uz}\n", "espeak-ng has no voice 'en-uz'"),
    "unnamed": (GOOD + "voice: gental\n", "did you mean 'gentle'?"),
    "engine": (GOOD + "voice: {engine: pytsx3}\n", "did you mean 'pyttsx3'?"),
    "missing": (GOOD.replace("brown", "sounds/none.wav"), "'sounds/none.wav' is not there"),
    "outside": (GOOD.replace("brown", "../../etc/hosts.wav"), "lies outside the project"),
    "emptybed": (GOOD.replace("brown", "sounds/empty.wav"), "is an empty file"),
    "textbed": (GOOD.replace("brown", "sounds/text.mp3"), "cannot be read as sound"),
    "cutbed": (GOOD.replace("brown", "sounds/cut.wav"), "is cut off"),
    "silentbed": (GOOD.replace("brown", "sounds/silent.wav"), "is silent"),
    "shortbed": (GOOD.replace("brown", "sounds/short.wav"), "too short to loop"),
    "length": (GOOD + "length: 3 h\n", "length: 3h 00m 00s cannot be reached"),
    "palette": (GOOD + "palette: dwan\n", "did you mean 'dawn'?"),
    "nocover": (GOOD + "cover: pictures/none.png\n", "the cover 'pictures/none.png' is not there"),
    "badcover": (GOOD + "cover: sounds/text.mp3\n", "the cover is no picture"),
}


def _sound(file: Path, seconds: float, *, level: float = 0.1) -> None:
    noise = np.random.default_rng(1).uniform(-level, level, int(48_000 * seconds))
    raw = (noise * 32_767).astype("<i2").tobytes()
    subprocess.run(
        [str(ffmpeg()), "-v", "error", "-f", "s16le", "-ar", "48000", "-ac", "1", "-i", "-",
         "-y", str(file)],
        input=raw, check=True,
    )  # fmt: skip


@pytest.fixture(scope="module")
def outcome(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """One call that builds all of `BAD` and one good script."""
    root = tmp_path_factory.mktemp("bad")
    for name, (content, _) in BAD.items():
        file = write_script(root, "", name)
        file.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    write_script(root, GOOD, "good")
    sounds = root / "sounds"
    sounds.mkdir()
    (sounds / "empty.wav").touch()
    (sounds / "text.mp3").write_text("This is no sound. " * 200)
    _sound(sounds / "cut.wav", 10)
    os.truncate(sounds / "cut.wav", 200_000)
    _sound(sounds / "silent.wav", 3, level=0.0)
    _sound(sounds / "short.wav", 0.1)
    return root, meditations("build", "--without-care", cwd=root, cache=root / "cache")


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_told_and_makes_nothing(
    name: str, outcome: tuple[Path, subprocess.CompletedProcess[str]]
) -> None:
    """Each fault has its message, with the file, and leaves no file behind."""
    root, done = outcome
    assert BAD[name][1] in done.stderr
    assert f"{name}.yaml" in done.stderr
    assert not list((root / "build").rglob(f"*{name}*"))


def test_other_scripts_of_the_same_call_are_built(
    outcome: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    """The good script's track is there; status 1, no traceback, nothing half-written."""
    root, done = outcome
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert f"1 built, {len(BAD)} failed." in done.stdout
    made = {file.name for file in (root / "build").rglob("*") if file.is_file()}
    assert made == {
        "good.mp3", "good.json", "good.vtt", "good.srt", "good.txt", "good.png",
        "good.chapters.json",
    }  # fmt: skip


def test_check_tells_the_same_faults(
    outcome: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    """`check --json` names file, line and column of what the format forbids."""
    root, _ = outcome
    done = meditations("check", "--json", cwd=root, cache=root / "cache")
    assert done.returncode == 1
    faults = json.loads(done.stdout)["faults"]
    places = {Path(f["file"]).stem: (f["line"], f["column"]) for f in faults if f["file"]}
    assert places["negative"] == (8, 16)
    assert places["dots"] == (8, 10)
    assert "good" not in places


def test_colliding_names_are_an_error(tmp_path: Path) -> None:
    """Two scripts that would make the same track are both named."""
    write_script(tmp_path, GOOD, "A Quiet Evening")
    write_script(tmp_path, GOOD, "a-quiet-evening")
    done = meditations("build", "--without-care", cwd=tmp_path, cache=tmp_path / "cache")
    assert done.returncode == 1
    assert "A Quiet Evening.yaml" in done.stderr
    assert "a-quiet-evening.yaml" in done.stderr


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"MEDITATIONS_FFMPEG": "/nowhere/ffmpeg"}, "names no program"),
        ({"MEDITATIONS_ESPEAK": "/nowhere/libespeak-ng.so"}, "names no espeak-ng"),
        ({"MEDITATIONS_CACHE": "/dev/null/cache"}, "a file stands where a folder is needed"),
    ],
)
def test_a_missing_program_is_a_message(
    settings: dict[str, str], said: str, tmp_path: Path
) -> None:
    """No ffmpeg, no espeak-ng, no cache: what to do is said, by `build` and by `doctor`."""
    write_script(tmp_path, GOOD)
    cache = Path(settings.get("MEDITATIONS_CACHE", tmp_path / "cache"))
    others = {key: value for key, value in settings.items() if key != "MEDITATIONS_CACHE"}
    for command in ("build", "doctor"):
        done = meditations(command, cwd=tmp_path, cache=cache, **others)
        assert done.returncode == 1
        assert said in done.stdout + done.stderr
        assert "Traceback" not in done.stderr


def test_output_that_cannot_be_written(tmp_path: Path) -> None:
    """A file where the output folder should be is told before anything is spoken."""
    write_script(tmp_path, GOOD)
    (tmp_path / "out").write_text("in the way")
    done = meditations("build", "--output", "out", cwd=tmp_path, cache=tmp_path / "cache")
    assert done.returncode == 1
    assert "making the output folder failed" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("limit_bytes", [60_000, 200_000, 450_000])
def test_a_full_disk_leaves_what_was_there(limit_bytes: int, tmp_path: Path) -> None:
    """When no more can be written, the message says so; the track of before is untouched."""
    write_script(tmp_path, GOOD)
    assert build(tmp_path).returncode == 0
    tracks = tmp_path / "build" / "tracks"
    before = {file.name: file.read_bytes() for file in tracks.iterdir()}
    write_script(tmp_path, GOOD.replace("This is all", "This is quite another ending"))
    done = subprocess.run(
        [sys.executable, "-m", "meditations", "build", "--without-care"],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60,
        env={**os.environ, "MEDITATIONS_CACHE": str(tmp_path / "cache")},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes)),
    )  # fmt: skip
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "File too large" in done.stderr
    assert {file.name: file.read_bytes() for file in tracks.iterdir()} == before


def test_a_build_in_a_terminal_shows_how_far_it_is(tmp_path: Path) -> None:
    """Where a person looks on there is a bar with the track's name, and at the end a line."""
    write_script(tmp_path, GOOD)
    status, shown = in_a_terminal("build", "--without-care", cwd=tmp_path, cache=tmp_path / "c")
    assert status == 0, shown
    assert re.search(r"evening .*━.* speaking", shown)
    assert re.search(r"evening: [\d.]+s, made in", shown)
    assert "Traceback" not in shown


def _children_of(group: int) -> list[str]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
            command = (stat.parent / "cmdline").read_text()
        except OSError:
            continue
        if fields[0] != "Z" and int(fields[3]) == group:
            found.append(command)
    return found


@pytest.mark.parametrize("delay_s", [0.0, 0.1, 0.3, 1.0, 2.0])
def test_ctrl_c_stops_at_once_and_leaves_nothing(delay_s: float, tmp_path: Path) -> None:
    """Within a second: status 130, no half file, no process, no folder of in-between files."""
    lines = "\n".join(f"      - This is sentence number {n}, said slowly." for n in range(150))
    write_script(tmp_path, GOOD.replace("      - Hello there. [1s] This is all.", lines))
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    running = subprocess.Popen(
        [sys.executable, "-m", "meditations", "build", "--without-care"],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
        env={**os.environ, "MEDITATIONS_CACHE": str(tmp_path / "c"), "TMPDIR": str(scratch)},
    )  # fmt: skip
    while not list(scratch.iterdir()) and running.poll() is None:
        time.sleep(0.005)  # until it has begun to start its workers
    time.sleep(delay_s)
    running.send_signal(signal.SIGINT)
    since = time.monotonic()
    _, told = running.communicate(timeout=20)
    assert time.monotonic() - since < 1.0
    # Python ends by SIGINT itself where the interrupt fell into an exec(): 130 to a shell, too.
    assert running.returncode in {130, -signal.SIGINT}
    assert "Traceback" not in told
    time.sleep(0.3)
    assert not _children_of(running.pid)
    assert not list((tmp_path / "build").rglob("*.*"))
    assert not list(scratch.iterdir())


def test_nothing_to_do_says_so(tmp_path: Path) -> None:
    """A second build makes nothing; a touched output, or another script, makes it again."""
    script = write_script(tmp_path, GOOD)
    assert "1 built." in build(tmp_path).stdout
    assert "1 up to date." in build(tmp_path).stdout
    os.utime(script)
    assert "1 up to date." in build(tmp_path).stdout
    (tmp_path / "build" / "tracks" / "evening.vtt").write_text("harmed")
    assert "1 built." in build(tmp_path).stdout
    script.write_text(script.read_text().replace("all.", "all of it."))
    done = build(tmp_path)
    assert "1 built." in done.stdout
    assert "speaking 1 line" in done.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command: str, tmp_path: Path) -> None:
    """`--help` says what it does and shows a call."""
    done = meditations(command, "--help", cwd=tmp_path, cache=tmp_path)
    assert done.returncode == 0
    assert f"Example: meditations {command}" in done.stdout


def test_wrong_usage_is_status_2(tmp_path: Path) -> None:
    """An unknown command names the nearest one."""
    done = meditations("biuld", cwd=tmp_path, cache=tmp_path)
    assert done.returncode == 2
    assert "did you mean 'build'?" in done.stderr


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    """`--help` and an idle `build` do without what is slow to import."""
    write_script(tmp_path, GOOD)
    cache = tmp_path / "cache"
    build(tmp_path)
    for arguments in (["--help"], ["build", "--without-care"]):
        program = (
            "import sys; from meditations.commands import main\n"
            f"try: main({arguments!r})\n"
            "finally: print(*sorted(sys.modules), file=sys.stderr)"
        )
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True,
            check=True, env={**os.environ, "MEDITATIONS_CACHE": str(cache)},
        )  # fmt: skip
        loaded = set(done.stderr.split())
        assert not loaded & {"numpy", "pydantic", "pydub", "pyttsx3", "rich", "mutagen", "yaml"}


def test_new_plan_preview_inspect_voices(tmp_path: Path) -> None:
    """From nothing to a measured track by commands alone, as a maker would go."""
    cache = tmp_path / "cache"

    def run(*arguments: str) -> str:
        done = meditations(*arguments, cwd=tmp_path, cache=cache)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "scripts/it-s-9-o-clock.yaml" in run("new", "It's 9 o'clock: \"Rest\" #1").replace(
        "-rest-1", ""
    )
    assert "1 script read, no fault." in run("check")
    assert "~" in run("plan", "it-s-9-o-clock-rest-1")
    run("build")
    plan = json.loads(run("plan", "it-s-9-o-clock-rest-1", "--json"))
    assert not plan["estimated"]
    record = json.loads((tmp_path / "build/tracks/it-s-9-o-clock-rest-1.json").read_text())
    assert record["title"] == "It's 9 o'clock: \"Rest\" #1"
    assert plan["length_ms"] == record["length_ms"]
    said = [(e["start_ms"], e["text"]) for e in plan["events"] if e["what"] == "say"]
    assert said == [(cue["start_ms"], cue["text"]) for cue in record["cues"]]
    inspected = json.loads(run("inspect", "build/tracks/it-s-9-o-clock-rest-1.mp3", "--json"))
    assert inspected["good"]
    run("preview", "it-s-9-o-clock-rest-1", "--line", "20", "-o", "line.mp3")
    run("preview", "it-s-9-o-clock-rest-1", "--section", "Listening", "--voice", "en-us+m3")
    assert (tmp_path / "line.mp3").stat().st_size > 10_000
    assert "en-us" in run("voices", "--language", "en")


def test_inspect_finds_a_harmed_track(tmp_path: Path) -> None:
    """A track that lost its end no longer is what its record says: status 1."""
    write_script(tmp_path, GOOD)
    meditations("build", "--without-care", cwd=tmp_path, cache=tmp_path / "cache")
    mp3 = tmp_path / "build" / "tracks" / "evening.mp3"
    os.truncate(mp3, mp3.stat().st_size - 40 * 384)
    done = meditations("inspect", str(mp3), cwd=tmp_path, cache=tmp_path / "cache")
    assert done.returncode == 1
    assert "NO  length" in done.stdout


def test_check_tells_what_a_maker_has_to_know(tmp_path: Path) -> None:
    """A background that listeners need to be told about is noted, once, and is no fault."""
    write_script(
        tmp_path,
        """
        title: Tones
        background: binaural
        sections:
          - title: One
            script: [Hello., {background: {level: -30 dB}}, Yes.]
        """,
    )
    done = meditations("check", cwd=tmp_path, cache=tmp_path / "cache")
    assert done.stderr.count("To know: scripts/evening.yaml:3:13: Binaural tones") == 1
    told = json.loads(meditations("check", "--json", cwd=tmp_path, cache=tmp_path / "c").stdout)
    assert [note["line"] for note in told["notes"]] == [3]


def test_sounds_lists_what_can_sound(tmp_path: Path) -> None:
    """Beds and bells in a list; all about one, with a line that can be pasted into a script."""
    listed = meditations("sounds", cwd=tmp_path, cache=tmp_path / "cache").stdout
    assert all(name in listed for name in (*made.KINDS, *bells.KINDS))
    for name in made.KINDS:
        told = meditations("sounds", name, cwd=tmp_path, cache=tmp_path / "cache").stdout
        (line,) = [row.strip() for row in told.splitlines() if "background:" in row]
        write_script(tmp_path, f"title: A\n{line}\nsections: [{{title: B, script: [Hello]}}]\n")
        found = meditations("check", "--json", cwd=tmp_path, cache=tmp_path / "cache").stdout
        assert json.loads(found)["faults"] == []
    known = json.loads(meditations("sounds", "--json", cwd=tmp_path, cache=tmp_path / "c").stdout)
    assert {sound["kind"] for sound in known} == {"background", "bell"}
    wrong = meditations("sounds", "oceen", cwd=tmp_path, cache=tmp_path / "cache")
    assert (wrong.returncode, "did you mean 'ocean'?" in wrong.stderr) == (1, True)


def test_plan_shows_all_that_sounds(tmp_path: Path) -> None:
    """Bells, breaths and backgrounds have rows of their own, in order."""
    write_script(
        tmp_path,
        """
        title: All
        background: [rain, wind]
        sections:
          - title: One
            script: [Hello., {bell: gong}, {breathe: {in: 4s, out: 6s}}, {background: none}, Bye.]
        """,
    )
    done = meditations("plan", "evening", "--json", cwd=tmp_path, cache=tmp_path / "cache")
    rows = json.loads(done.stdout)["events"]
    told = [(row["what"], row["text"]) for row in rows if row["what"] != "silence"]
    assert told[:4] == [
        ("section", "One"), ("background", "rain"), ("background", "wind"), ("say", "Hello."),
    ]  # fmt: skip
    assert ("bell", "gong") in told
    assert [text for what, text in told if what == "breathe"] == ["in", "out"]
    shown = meditations("plan", "evening", cwd=tmp_path, cache=tmp_path / "cache").stdout
    assert "bell gong" in shown
    assert "background rain" in shown
