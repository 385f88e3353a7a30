"""The command line. Commands only check what they are given, call, and print.

Each command is imported when it is called, and what it needs when it runs: `--help` is quick.
"""

from __future__ import annotations

import gc
import importlib
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING, Any, Final

import click

import meditations
from meditations.errors import FaultyScriptError, MeditationError
from meditations.interrupts import Interrupt

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS: Final = {
    "build": "Make tracks from scripts: those named, else all of scripts/.",
    "check": "Read scripts and tell every fault, with file, line and column.",
    "plan": "Show a script's timeline as a table: when, what, how long.",
    "preview": "Hear one line or one section at once.",
    "play": "Play a track in the terminal.",
    "new": "Start a script.",
    "init": "Start a project: a script, the channel, help lines.",
    "record": "List what is to be read aloud for a recorded voice, and what is missing.",
    "inspect": "Decode a finished track and measure it against its record.",
    "publish": "Upload the podcast: media first, the feed last.",
    "voices": "List what can speak here.",
    "sounds": "List what can sound here: backgrounds and bells.",
    "lexicon": "Write how words are said as a lexicon for other programs.",
    "serve": "Serve the page and the feed on this machine.",
    "doctor": "Tell what is installed, what is missing, and how to mend it.",
}
"""Name and short help of every command; each lies in a module of its own."""


STOPPED: Final = 130

SELDOM: Final = 100_000
"""So many new objects between two searches for cycles. Few come up here, all is let go without;
looking for them after each 700, as Python does, took a tenth of the time of a `check`."""


class _Commands(click.Group):
    """Imports a command when it is called; its faults become messages and exit statuses."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"meditations.commands.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from meditations.errors import nearest

            ctx.fail(f"There is no command '{args[0]}'; {nearest(args[0], COMMANDS)}")
        return super().resolve_command(ctx, args)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: meditations build five-senses",
)
@click.version_option(meditations.__version__, prog_name="meditations")
def group() -> None:
    """Guided meditations from a script: spoken offline, mixed, mastered, ready to publish."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command line and exits: 0 done, 1 faulty input, 2 wrong usage, 130 stopped."""
    gc.set_threshold(SELDOM)
    interrupt = Interrupt()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)
    try:
        result: Any = group.main(args=arguments, prog_name="meditations", standalone_mode=False)
    except click.exceptions.Abort:
        _end("Stopped. What was finished is kept.", STOPPED)
    except KeyboardInterrupt:
        _end("Stopped. What was finished is kept.", STOPPED)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except FaultyScriptError as error:
        _end(str(error), 1)
    except MeditationError as error:
        _end(str(error), 1)
    except BrokenPipeError:
        # Whoever read us, `head` say, has seen enough.
        sys.stderr.close()
        sys.exit(0)
    finally:
        # What is left is not searched for cycles as the process ends: 80 ms after a build.
        gc.freeze()
    sys.exit(result if isinstance(result, int) else 0)


def _end(message: str, status: int) -> None:
    click.echo(message, err=True)
    if status == STOPPED:
        # All is tidied up by now. Threads that miss the processes that were ended need not say so,
        # nor be waited for.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        timer = threading.Timer(0.5, os._exit, (STOPPED,))
        timer.daemon = True
        timer.start()
    sys.exit(status)
