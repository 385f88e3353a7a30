"""`meditations serve`."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from meditations.errors import MeditationError
from meditations.project import find_project

if TYPE_CHECKING:
    from meditations.serving import Server

FIRST_PORT: Final = 8000
PORTS_TRIED: Final = 20


@click.command(epilog="Example: meditations serve --open")
@click.option(
    "--host", default="127.0.0.1", metavar="ADDRESS",
    help="Listen at this address; 0.0.0.0 lets others in this network listen as well.",
)  # fmt: skip
@click.option(
    "--port", type=click.IntRange(0, 65_535), metavar="N",
    help=f"Listen at this port, 0 for any that is free; {FIRST_PORT} or the next free by default.",
)  # fmt: skip
@click.option("--open", "opened", is_flag=True, help="Open the page in the browser.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="DIR",
    help="Serve what build --output DIR has made.",
)  # fmt: skip
def command(host: str, port: int | None, opened: bool, output: Path | None) -> int:
    """Serve the page and the feed on this machine, until Ctrl-C.

    It answers as a good web host does, so what works here works there. The feed is served with this
    machine's address in the place of its site. A build replaces what is served: load the page anew
    to see it.
    """
    from meditations.commands import STOPPED
    from meditations.podcast.hosting import PAGE
    from meditations.serving import start_server

    folder = (output or find_project().build) / "podcast"
    if not (folder / PAGE).is_file():
        raise MeditationError(
            "there is no page to serve yet", mend="make it: meditations build", file=_shown(folder)
        )
    tries = PORTS_TRIED if port is None else 1
    with start_server(folder, host, FIRST_PORT if port is None else port, tries) as server:
        try:
            _tell(server, wanted=port)
            if opened:
                # In a thread: a browser of the terminal would be waited for, and wait for us.
                threading.Thread(target=click.launch, args=(server.address,), daemon=True).start()
            server.serve_forever()
        except KeyboardInterrupt:
            click.echo("\nStopped. Nothing is served any more.")
    return STOPPED


def _shown(folder: Path) -> Path:
    here = Path.cwd()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder


def _tell(server: Server, wanted: int | None) -> None:
    from meditations.podcast.hosting import FEED, PAGE, is_feed, list_beside

    if wanted is None and server.port != FIRST_PORT:
        click.echo(f"Port {FIRST_PORT} is in use; this is port {server.port}.")
    feeds = [file.name for file in server.folder.glob("*.xml") if is_feed(file.name)]
    # The podcast's own language first, then each with its page and its feed together.
    for feed in sorted(feeds, key=lambda name: (name != FEED, name)):
        page = list_beside(feed)
        click.echo(f"Page: {server.address}{'' if page == PAGE else page}")
        click.echo(f"Feed: {server.address}{feed}")
    if not server.own_machine:
        click.echo(
            "Whoever is in the same network can open these, also what is not published yet.\n"
            "On other devices nothing can be kept for listening offline: browsers want https for"
            " that, which the published page will have."
        )
    click.echo("Stop with Ctrl-C.")
