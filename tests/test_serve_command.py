"""`serve`, `play` and `init` in processes of their own, and the channel that a build writes."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Final

import pytest
from support.tracks import meditations, write_script

from meditations.podcast.starting import start_channel, title_of
from meditations.programs import ffmpeg
from meditations.project import SOME_TITLE, Project
from meditations.script.channel import read_channel
from meditations.track.record import FORMAT

SCRIPT: Final = """
title: A Short One
background: {sound: brown, fade_in: 1s, fade_out: 1s}
sections:
  - title: Only
    script: [Hello there.]
"""
SOUND: Final = os.urandom(20_000_000)
STAND_IN: Final = "#!/bin/sh\nprintf '%s\\n' \"$@\" > {told}\nexit {status}\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose page and feed were built."""
    folder = tmp_path / "build" / "podcast"
    (folder / "media").mkdir(parents=True)
    (tmp_path / "podcast.yaml").touch()
    (folder / "index.html").write_text("<!doctype html><title>Quiet</title>")
    (folder / "feed.xml").write_text("<rss/>")
    (folder / "media" / "long-0123456789ab.mp3").write_bytes(SOUND)
    return tmp_path


class Serving:
    """A running `meditations serve` and the lines that it has printed."""

    def __init__(self, root: Path, *options: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "meditations", "serve", *options],
            cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            start_new_session=True,
        )  # fmt: skip
        self.told = ""
        assert self.process.stdout is not None
        late = threading.Timer(20, self.process.kill)
        late.start()
        while "Ctrl-C" not in self.told and (line := self.process.stdout.readline()):
            self.told += line
        late.cancel()
        found = re.search(r"Page: (http://[^/]+:(\d+)/)", self.told)
        if found is None:
            self.process.kill()
        assert found, (self.told, *self.process.communicate(timeout=5))
        self.address, self.port = found[1], int(found[2])

    def __enter__(self) -> Serving:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate(timeout=10)

    def get(self, path: str) -> tuple[int, bytes]:
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        client.request("GET", path)
        answered = client.getresponse()
        got = answered.read()
        client.close()
        return answered.status, got

    def stop(self, by: int = signal.SIGINT) -> tuple[int, str, str]:
        """Ends it as the terminal does; it must be gone within two seconds."""
        self.process.send_signal(by)
        out, err = self.process.communicate(timeout=2)
        return self.process.returncode, out, err


# serve.


def test_serve_prints_where_page_and_feed_are(project: Path) -> None:
    """The two addresses that are printed lead to the page and to the feed."""
    with Serving(project, "--port", "0") as serving:
        assert f"Feed: {serving.address}feed.xml" in serving.told
        assert serving.get("/")[1] == b"<!doctype html><title>Quiet</title>"
        assert serving.get("/feed.xml") == (200, b"<rss/>")


def test_serve_prints_the_pages_and_feeds_of_all_languages(project: Path) -> None:
    """The podcast's own language first, each page with its feed behind it, and nothing else."""
    folder = project / "build" / "podcast"
    for name in ("feed-de.xml", "index-de.html", "manifest-de.webmanifest", "sw.js"):
        (folder / name).write_text("x")
    with Serving(project, "--port", "0") as serving:
        lines = [line.partition(serving.address) for line in serving.told.splitlines()[:-1]]
        assert [(what, path) for what, _, path in lines] == [
            ("Page: ", ""), ("Feed: ", "feed.xml"),
            ("Page: ", "index-de.html"), ("Feed: ", "feed-de.xml"),
        ]  # fmt: skip


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_it_at_once(by: int, project: Path) -> None:
    """With listeners on the line it ends within two seconds, says so, and gives the port back."""
    with Serving(project, "--port", "0") as serving:
        idle = socket.create_connection(("127.0.0.1", serving.port), timeout=10)
        listening = socket.create_connection(("127.0.0.1", serving.port), timeout=10)
        listening.sendall(b"GET /media/long-0123456789ab.mp3 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        listening.recv(1000)
        status, out, err = serving.stop(by)
        assert (status, err) == (130, "")
        assert "Stopped" in out
        idle.close()
        listening.close()
        with Serving(project, "--port", str(serving.port)) as again:
            assert again.port == serving.port


def test_ctrl_c_right_after_the_start_is_no_traceback(project: Path) -> None:
    """However soon after the addresses were printed it comes, the server ends in order."""
    for delay_s in (0.0, 0.001, 0.003, 0.01, 0.03, 0.1):
        with Serving(project, "--port", "0") as serving:
            time.sleep(delay_s)
            status, _, err = serving.stop()
            assert (status, err) == (130, "")


def test_serve_takes_the_next_port(project: Path) -> None:
    """Without --port a second server finds a port of its own and says which."""
    with Serving(project) as first, Serving(project) as second:
        assert first.port != second.port
        assert f"this is port {second.port}" in second.told
        done = meditations("serve", "--port", str(first.port), cwd=project, cache=project / "cache")
        assert done.returncode == 1
        assert f"port {first.port} is taken" in done.stderr


def test_serve_warns_when_others_can_listen(project: Path) -> None:
    """With --host 0.0.0.0 it is said that the whole network can listen."""
    with Serving(project, "--host", "0.0.0.0", "--port", "0") as serving:
        assert "same network" in serving.told


def test_serve_without_a_page_says_how_to_make_one(tmp_path: Path) -> None:
    """Where nothing was built, and where there is no project, the way on is told."""
    done = meditations("serve", cwd=tmp_path, cache=tmp_path / "cache")
    assert (done.returncode, "meditations init" in done.stderr) == (1, True)
    write_script(tmp_path, SCRIPT)
    done = meditations("serve", cwd=tmp_path, cache=tmp_path / "cache")
    assert done.returncode == 1
    assert "build/podcast: there is no page to serve yet" in done.stderr
    assert "meditations build" in done.stderr


def test_serve_opens_the_page(project: Path, tmp_path: Path) -> None:
    """With --open the system's opener is given the address, and is not waited for."""
    told = tmp_path / "told.txt"
    opener = tmp_path / "bin" / "xdg-open"
    opener.parent.mkdir()
    opener.write_text(STAND_IN.format(told=told, status=0) + "sleep 5\n")
    opener.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{opener.parent}:{os.environ['PATH']}")
        with Serving(project, "--port", "0", "--open") as serving:
            assert serving.get("/")[0] == 200
            until = time.monotonic() + 5
            while not (told.exists() and told.read_text()) and time.monotonic() < until:
                time.sleep(0.02)
            assert told.read_text().strip() == serving.address


# play.


@pytest.fixture
def track(tmp_path: Path) -> Path:
    """A project with two tracks of five seconds; the second is the newer one."""
    write_script(tmp_path, SCRIPT)
    tracks = tmp_path / "build" / "tracks"
    tracks.mkdir(parents=True)
    for number, name in enumerate(("older one", "newer")):
        mp3 = tracks / f"{name}.mp3"
        subprocess.run(
            [str(ffmpeg()), "-v", "error", "-f", "lavfi", "-i", "sine=f=300:d=5", str(mp3)],
            check=True, timeout=60,
        )  # fmt: skip
        os.utime(mp3, (1_000_000 + number, 1_000_000 + number))
        record = {
            "format": FORMAT, "cues": [], "title": name.title(), "length_ms": 5_000,
            "content_note": f"Speaks of {name}.",
        }  # fmt: skip
        mp3.with_suffix(".json").write_text(json.dumps(record))
    return tracks / "newer.mp3"


def _player(folder: Path, name: str, status: int = 0) -> Path:
    """A program in place of a player, which writes down what it is told."""
    told = folder / f"{name}.txt"
    file = folder / "bin" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(STAND_IN.format(told=told, status=status))
    file.chmod(0o755)
    return told


def _play(root: Path, *arguments: str, path: str) -> subprocess.CompletedProcess[str]:
    return meditations("play", *arguments, cwd=root, cache=root / "cache", PATH=path)


@pytest.mark.parametrize("player", ["mpv", "ffplay"])
def test_play_says_what_comes_before_it_sounds(player: str, track: Path, tmp_path: Path) -> None:
    """Title, length and content note are told; the player gets the file, and where to begin."""
    told = _player(tmp_path, player)
    done = _play(tmp_path, "older one", "--from", "2.5s", path=str(tmp_path / "bin"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Older One, 5s\nSpeaks of older one.\n")
    arguments = told.read_text().splitlines()
    assert arguments[-1].removeprefix("file:") == str(track.with_name("older one.mp3"))
    assert any(argument.endswith("2.500") for argument in arguments)


def test_play_without_a_name_plays_the_newest(track: Path, tmp_path: Path) -> None:
    """What was made last is what a maker wants to hear."""
    told = _player(tmp_path, "mpv")
    assert _play(tmp_path, path=str(tmp_path / "bin")).returncode == 0
    assert told.read_text().splitlines()[-1] == str(track)
    by_file = _play(tmp_path, str(track.with_name("older one.mp3")), path=str(tmp_path / "bin"))
    assert by_file.returncode == 0
    assert told.read_text().splitlines()[-1].endswith("older one.mp3")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["newr"], "did you mean 'newer'?"),
        (["newer", "--from", "9s"], "the track lasts 5s"),
        (["newer", "--from", "soon"], "'soon' is no duration"),
        (["--output", "elsewhere"], "there is no track here yet"),
    ],
)
def test_play_tells_what_is_wrong(
    arguments: list[str], said: str, track: Path, tmp_path: Path
) -> None:
    """A name, a time or a folder that is not there is told in words; nothing is started."""
    told = _player(tmp_path, "mpv")
    done = _play(tmp_path, *arguments, path=str(tmp_path / "bin"))
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not told.exists()


def test_play_without_a_player_says_how_to_get_one(track: Path, tmp_path: Path) -> None:
    """Where neither player is installed, and where one fails, there is another way to listen."""
    done = _play(tmp_path, "newer", path="/nowhere")
    assert done.returncode == 1
    assert "neither mpv nor ffplay" in done.stderr
    assert "mpv" in done.stderr.splitlines()[1]
    assert "meditations serve --open" in done.stderr
    _player(tmp_path, "mpv", status=2)
    done = _play(tmp_path, "newer", path=str(tmp_path / "bin"))
    assert (done.returncode, "mpv could not play this" in done.stderr) == (1, True)


@pytest.fixture
def silent_players(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Real players that send their sound nowhere; a folder that holds ffplay alone."""
    (tmp_path / "mpv").mkdir()
    (tmp_path / "mpv" / "mpv.conf").write_text("ao=null\n")
    monkeypatch.setenv("MPV_HOME", str(tmp_path / "mpv"))
    monkeypatch.setenv("SDL_AUDIODRIVER", "dummy")
    only = tmp_path / "only"
    only.mkdir()
    ffplay = shutil.which("ffplay")
    assert ffplay is not None
    (only / "ffplay").symlink_to(ffplay)
    return only


@pytest.mark.server
@pytest.mark.parametrize("player", ["mpv", "ffplay"])
def test_real_players_play(player: str, track: Path, tmp_path: Path, silent_players: Path) -> None:
    """mpv and ffplay play the last three seconds, which takes about as long, and end well."""
    path = os.environ["PATH"] if player == "mpv" else str(silent_players)
    since = time.monotonic()
    done = _play(tmp_path, "newer", "--from", "2s", path=path)
    assert done.returncode == 0, done.stderr
    assert 2.5 < time.monotonic() - since < 10
    assert ("Space pauses" in done.stdout) == (player == "mpv")


@pytest.mark.server
@pytest.mark.parametrize("player", ["mpv", "ffplay"])
def test_ctrl_c_ends_real_players(
    player: str, track: Path, tmp_path: Path, silent_players: Path
) -> None:
    """Ctrl-C, which a terminal sends to both, ends both; so does a signal to ours alone."""
    path = os.environ["PATH"] if player == "mpv" else str(silent_players)
    for both in (True, False):
        playing = subprocess.Popen(
            [sys.executable, "-m", "meditations", "play", "newer"],
            cwd=tmp_path, env={**os.environ, "PATH": path}, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert playing.stdout is not None
        while "ends" not in (line := playing.stdout.readline()):
            assert line, "it ended before it sounded"
        time.sleep(0.5)
        assert playing.poll() is None
        (os.killpg if both else os.kill)(playing.pid, signal.SIGINT)
        _, err = playing.communicate(timeout=8)
        assert playing.returncode == 130
        assert "Traceback" not in err
        with pytest.raises(ProcessLookupError):
            os.killpg(playing.pid, 0)


# init, and the channel.


def test_init_writes_a_project_that_builds(tmp_path: Path) -> None:
    """What init writes has no fault, is reviewed without an error, and becomes a track."""
    done = meditations("init", "my-quiet nights", cwd=tmp_path, cache=tmp_path / "cache")
    assert done.returncode == 0, done.stderr
    root = tmp_path / "my-quiet nights"
    written = {str(f.relative_to(root)) for f in root.rglob("*") if f.is_file()}
    assert written == {
        "podcast.yaml", "resources.yaml", ".gitignore", "scripts/a-quiet-evening.yaml",
    }  # fmt: skip
    assert all(name in done.stdout for name in written)
    assert "cd 'my-quiet nights'" in done.stdout
    assert read_channel(Project(root)).title == "My Quiet Nights"
    checked = json.loads(meditations("check", "--json", cwd=root, cache=tmp_path / "cache").stdout)
    assert checked["faults"] == []
    built = meditations("build", cwd=root, cache=tmp_path / "cache")
    assert built.returncode == 0, built.stderr
    assert (root / "build" / "tracks" / "a-quiet-evening.mp3").is_file()


def test_every_line_of_the_channel_can_be_used(tmp_path: Path) -> None:
    """What stands there as a comment is right as well, once its # is taken away."""
    meditations("init", ".", "--title", 'A "Quiet": #1', cwd=tmp_path, cache=tmp_path / "cache")
    file = tmp_path / "podcast.yaml"
    assert read_channel(Project(tmp_path)).title == 'A "Quiet": #1'
    assert read_channel(Project(tmp_path)).site is None
    text = re.sub(r"^# (?=[a-z]+: )", "", file.read_text("utf-8"), flags=re.MULTILINE)
    file.write_text(text, "utf-8")
    channel = read_channel(Project(tmp_path))
    assert channel.site == "https://example.org/meditations/"
    assert channel.owner is not None
    assert channel.cover == "pictures/cover.jpg"
    assert (channel.category, channel.explicit) == (("Health & Fitness", "Mental Health"), False)


def test_init_leaves_what_is_there(tmp_path: Path) -> None:
    """Files of before stay as they are, a project with scripts gets no other, twice is no harm."""
    write_script(tmp_path, SCRIPT)
    (tmp_path / "resources.yaml").write_text("mine")
    done = meditations("init", cwd=tmp_path, cache=tmp_path / "cache")
    assert done.returncode == 0
    assert "Kept  resources.yaml" in done.stdout
    assert (tmp_path / "resources.yaml").read_text() == "mine"
    assert [f.name for f in (tmp_path / "scripts").iterdir()] == ["evening.yaml"]
    before = (tmp_path / "podcast.yaml").read_text()
    again = meditations("init", "--title", "Other", cwd=tmp_path, cache=tmp_path / "cache")
    assert "Kept  podcast.yaml" in again.stdout
    assert (tmp_path / "podcast.yaml").read_text() == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["file"], "a file stands where a folder is needed"),
        (["--title", "\x07"], "cannot be shown"),
        (["--title", "  "], "or none at all"),
    ],
)
def test_init_tells_what_is_wrong(arguments: list[str], said: str, tmp_path: Path) -> None:
    """A file in the way, or no title, is told; nothing is written."""
    (tmp_path / "file").touch()
    done = meditations("init", *arguments, cwd=tmp_path, cache=tmp_path / "cache")
    assert done.returncode == 1
    assert said in done.stderr
    assert [f.name for f in tmp_path.iterdir()] == ["file"]


def test_the_first_build_writes_the_channel(tmp_path: Path) -> None:
    """A project without podcast.yaml gets one and is told so, once; then it is its maker's."""
    root = tmp_path / "quiet-evenings"
    write_script(root, SCRIPT)
    first = meditations("build", "--without-care", "--json", cwd=root, cache=tmp_path / "cache")
    assert first.returncode == 0, first.stderr
    assert "Wrote podcast.yaml" in first.stderr
    json.loads(first.stdout)
    assert read_channel(Project(root)).title == "Quiet Evenings"
    (root / "podcast.yaml").write_text("title: Mine\n")
    again = meditations("build", "--without-care", cwd=root, cache=tmp_path / "cache")
    assert "podcast.yaml" not in again.stderr
    assert (root / "podcast.yaml").read_text() == "title: Mine\n"
    assert start_channel(Project(root)) is None


@pytest.mark.parametrize(
    ("folder", "title"),
    [
        ("quiet-evenings", "Quiet Evenings"),
        ("My_Podcast v2", "My Podcast V2"),
        ("IFS sittings", "IFS Sittings"),
        ("stille-übungen", "Stille Übungen"),
        ("", SOME_TITLE),
        ("1", SOME_TITLE),
        ("---", SOME_TITLE),
        ("静かな夜", "静かな夜"),
    ],
)
def test_a_title_is_made_from_a_folder(folder: str, title: str) -> None:
    """The name of the folder gives the title, where it is one."""
    assert title_of(folder) == title
