"""The one module that starts other programs: ffmpeg, from its wheel, players, and what speaks.

An installed ffmpeg is used only where `MEDITATIONS_FFMPEG` names it, so a track is the same on
every machine. A player is whichever is installed: it makes nothing. What speaks is whatever a
script asks for; it runs in a process group of its own, which ends with it.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from meditations.errors import MeditationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from io import BufferedReader
    from typing import BinaryIO

FFMPEG_SETTING: Final = "MEDITATIONS_FFMPEG"


@functools.cache
def ffmpeg() -> Path:
    """The ffmpeg to use.

    Raises:
        MeditationError: If there is none; says how to get it.
    """
    named = os.environ.get(FFMPEG_SETTING)
    if named:
        if not (Path(named).is_file() and os.access(named, os.X_OK)):
            raise MeditationError(
                f"{FFMPEG_SETTING} names no program: {named}",
                mend=f"unset {FFMPEG_SETTING} to use the one that pip installed",
            )
        return Path(named).resolve()
    # Looked for, not imported: that takes 30 ms, and all that is wanted of it is one file.
    package = importlib.util.find_spec("imageio_ffmpeg")
    folders = package.submodule_search_locations if package else None
    found = min(
        (file for f in folders or () for file in Path(f).glob("binaries/ffmpeg-*")), default=None
    )
    if found is None or not os.access(found, os.X_OK):
        raise MeditationError(
            "ffmpeg is not here, and no MP3 can be made without it",
            mend="get it with: pip install --force-reinstall imageio-ffmpeg\n"
            f"or name an installed one: {FFMPEG_SETTING}=/usr/bin/ffmpeg",
        )
    return found


@functools.cache
def ffmpeg_version() -> str:
    """The version that ffmpeg tells of itself, such as `7.0.2-static`."""
    first = run_ffmpeg(["-version"]).split("\n", 1)[0]
    match = re.match(r"ffmpeg version (\S+)", first)
    return match[1] if match else first


def run_ffmpeg(
    arguments: Sequence[str], *, doing: str = "running ffmpeg", timeout_s: float = 600
) -> str:
    """Runs ffmpeg to its end and returns what it printed, standard output before errors.

    Raises:
        MeditationError: If it fails or takes longer than `timeout_s`.
    """
    done = _run(arguments, doing, timeout_s)
    printed = done.stdout.decode("utf-8", "replace") + done.stderr.decode("utf-8", "replace")
    if done.returncode != 0:
        # Without the address that ffmpeg puts in front: it differs from run to run.
        told = re.sub(r"\[[^\]]* @ 0x[0-9a-f]+\] ", "", printed)
        last = [line for line in told.strip().splitlines() if line.strip()][-1:]
        raise MeditationError(f"{doing} failed: {last[0] if last else done.returncode}")
    return printed


@contextlib.contextmanager
def ffmpeg_output(
    arguments: Sequence[str],
    source: BinaryIO,
    *,
    doing: str = "running ffmpeg",
    timeout_s: float = 600,
) -> Iterator[BufferedReader]:
    """What ffmpeg writes to its standard output, to be read while it writes.

    It reads `source` from where that stands. A sound that cannot be decoded to its end gives what
    came before the fault: who asks knows how much there should be.

    Raises:
        MeditationError: If it cannot be started or takes longer than `timeout_s`.
    """
    try:
        running = subprocess.Popen(
            _command(arguments), stdin=source, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            pipesize=_PIPE_BYTES,
        )  # fmt: skip
    except OSError as error:
        raise _not_started(error) from None
    late = threading.Event()

    def end() -> None:
        late.set()
        running.kill()

    watch = threading.Timer(timeout_s, end)
    watch.start()
    try:
        yield cast("BufferedReader", running.stdout)
    finally:
        watch.cancel()
        running.kill()  # it may have more to say than anybody wants to read
        with running:
            pass
    if late.is_set():
        raise _too_slow(doing, timeout_s)


_PIPE_BYTES: Final = 1 << 20
"""A pipe of the system's usual size makes ffmpeg and its reader wake one another too often."""


def _run(
    arguments: Sequence[str], doing: str, timeout_s: float
) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            _command(arguments), capture_output=True, timeout=timeout_s, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise _too_slow(doing, timeout_s) from None
    except OSError as error:
        raise _not_started(error) from None


def _command(arguments: Sequence[str]) -> list[str]:
    return [str(ffmpeg()), "-hide_banner", "-nostdin", *arguments]


def _too_slow(doing: str, timeout_s: float) -> MeditationError:
    return MeditationError(f"{doing}: ffmpeg did not end within {timeout_s:.0f} s")


def _not_started(error: OSError) -> MeditationError:
    return MeditationError(
        f"ffmpeg cannot be started: {error.strerror}",
        mend="see what is wrong with: meditations doctor",
        file=ffmpeg(),
    )


PLAYERS: Final = ("mpv", "ffplay")
"""Players of the terminal, the one with more keys first."""
_ENDING_S: Final = 1.0


def find_player() -> str:
    """The name of the player that is installed.

    Raises:
        MeditationError: If there is none; says how to get one.
    """
    for name in PLAYERS:
        if shutil.which(name):
            return name
    get = {"darwin": "brew install mpv", "win32": "winget install mpv"}
    raise MeditationError(
        "neither mpv nor ffplay is installed, and one of them is needed to play here",
        mend=f"get one with: {get.get(sys.platform, 'sudo apt install mpv')}\n"
        "or hear the page in a browser: meditations serve --open",
    )


def play(player: str, sound: Path, start_ms: int = 0) -> None:
    """Plays a sound in the terminal, to its end or until somebody ends it with the player's keys.

    It may be paused for as long as anybody likes, so this waits without a limit.

    Args:
        player: Of `PLAYERS`.
        sound: A file.
        start_ms: Where to begin.

    Raises:
        MeditationError: If the player fails.
    """
    start, file = f"{start_ms / 1000:.3f}", str(sound.absolute())
    # No window for the cover, and no list of what else is in the file: the captions are enough. A
    # full path is neither an option nor an address of another kind.
    commands = {
        "mpv": [
            "mpv", "--no-video", "--cover-art-auto=no", "--no-resume-playback",
            "--msg-level=cplayer=error,display-tags=no", f"--start={start}", "--", file,
        ],
        "ffplay": [
            "ffplay", "-hide_banner", "-loglevel", "error", "-nostats", "-nodisp", "-autoexit",
            "-ss", start, "-i", f"file:{file}",
        ],
    }  # fmt: skip
    try:
        with subprocess.Popen(commands[player]) as playing:
            try:
                status = playing.wait()
            except KeyboardInterrupt:
                # The terminal has told the player as well: it puts the terminal in order and ends.
                _end(playing)
                raise
    except OSError as error:
        raise MeditationError(f"{player} cannot be started: {error.strerror}") from None
    if status:
        raise MeditationError(
            f"{player} could not play this (status {status})",
            mend="hear the page in a browser instead: meditations serve --open",
            file=sound,
        )


def _end(playing: subprocess.Popen[bytes]) -> None:
    for stop in (playing.terminate, playing.kill):
        try:
            playing.wait(_ENDING_S)
        except subprocess.TimeoutExpired:
            stop()
        else:
            return
    playing.wait(_ENDING_S)


class ProgramTimeoutError(MeditationError):
    """A program was ended because it took too long."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended: its status, what it wrote, and the last it said of faults, in short."""

    status: int
    written: bytes
    told: str


LEFT: Final = "program-{}.group"
"""The mark of a program that runs, in its folder for files in between; the number is its group."""
MOST_WRITTEN_BYTES: Final = 1_000_000_000
"""An hour of sound at the most; one sentence is spoken at a time."""
_LONGEST_TOLD: Final = 200


def run_program(
    command: Sequence[str],
    scratch: Path,
    *,
    folder: Path | None = None,
    given: Path | None = None,
    timeout_s: float = 20,
) -> Ended:
    """Runs an installed program to its end, and ends whatever it started besides.

    Args:
        command: The program, by its name or full path, and its arguments; no shell reads them.
        scratch: A folder for files in between.
        folder: Where it runs; by default here.
        given: The file that is its standard input; by default there is none.
        timeout_s: After this it is ended.

    Raises:
        MeditationError: If it cannot be started.
        ProgramTimeoutError: If it takes longer than `timeout_s`.
    """
    name = Path(command[0]).name
    with contextlib.ExitStack() as open_files:
        # Files, not pipes: nobody waits for a grandchild that keeps one open.
        out, err = (open_files.enter_context(_nameless(scratch)) for _ in range(2))
        source = open_files.enter_context((given or Path(os.devnull)).open("rb"))
        try:
            running = subprocess.Popen(
                list(command), stdin=source, stdout=out, stderr=err, cwd=folder,
                process_group=0 if hasattr(os, "killpg") else None,
            )  # fmt: skip
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise MeditationError(f"{name} cannot be started: {reason}") from None
        mark = scratch / LEFT.format(running.pid)
        try:
            mark.touch()
            _bound(running.pid)
            status = running.wait(timeout_s)
        except subprocess.TimeoutExpired:
            raise ProgramTimeoutError(f"no answer from {name} within {timeout_s:.0f} s") from None
        finally:
            _end_group(running.pid)
            running.kill()
            running.wait()
            mark.unlink(missing_ok=True)
        out.seek(0)
        err.seek(0)
        return Ended(status, out.read(), _last_line(err.read()))


def _bound(pid: int) -> None:
    """Lets a program that has lost its way fill no disk (Linux only)."""
    if sys.platform == "linux":
        import resource

        with contextlib.suppress(OSError):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (MOST_WRITTEN_BYTES, MOST_WRITTEN_BYTES))


def end_programs(scratch: Path) -> None:
    """Ends the programs that a process left behind which was itself ended at once."""
    pattern = LEFT.format("*")
    for mark in scratch.glob(pattern):
        number = mark.stem.partition("-")[2]
        if number.isdigit():
            _end_group(int(number))


def _end_group(leader: int) -> None:
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(leader, signal.SIGKILL)


def _nameless(folder: Path) -> BinaryIO:
    return cast("BinaryIO", tempfile.TemporaryFile(dir=folder))


def _last_line(told: bytes) -> str:
    lines = [line.strip() for line in told.decode("utf-8", "replace").splitlines() if line.strip()]
    last = "".join(char if char.isprintable() else " " for char in lines[-1]) if lines else ""
    return last if len(last) <= _LONGEST_TOLD else last[: _LONGEST_TOLD - 1] + "…"
