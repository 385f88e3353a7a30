"""Real servers that speak FTP and WebDAV, our own, for one user with one password."""

from __future__ import annotations

import contextlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from support.publishing import free_port, listening

if TYPE_CHECKING:
    from collections.abc import Iterator

USER: Final = "me"
PASSWORD: Final = "not-to-be-seen-9876543210"


@dataclass(frozen=True)
class OtherServer:
    """A server of a folder.

    Attributes:
        port: On which it listens, at 127.0.0.1.
        served: The folder.
        home: A home folder whose `.netrc` holds user and password.
    """

    port: int
    served: Path
    home: Path


@contextlib.contextmanager
def ftp_server(root: Path, *more: str, start: str = "pyftpdlib.__main__") -> Iterator[OtherServer]:
    """Starts pyftpdlib as a child; `more` are options of its command."""
    server = _server(root)
    command = [
        *_python(start, "main"), "-i", "127.0.0.1", "-p", str(server.port), "-w",
        "-d", str(server.served), "-u", USER, "-P", PASSWORD, *more,
    ]  # fmt: skip
    with listening(command, server.port, root / "log"):
        yield server


@contextlib.contextmanager
def webdav_server(root: Path, provider: str = "Renaming") -> Iterator[OtherServer]:
    """Starts wsgidav as a child."""
    server = _server(root)
    module = {"Renaming": "support.renaming_dav"}.get(provider, "wsgidav.fs_dav_provider")
    files = {"class": f"{module}.{provider}", "args": [str(server.served)]}
    settings = root / "wsgidav.json"
    told = {
        "host": "127.0.0.1",
        "port": server.port,
        "provider_mapping": {"/": files},
        "http_authenticator": {"accept_basic": True, "default_to_digest": False},
        "simple_dc": {"user_mapping": {"*": {USER: {"password": PASSWORD}}}},
    }
    settings.write_text(json.dumps(told), "utf-8")
    command = [*_python("wsgidav.server.server_cli", "run"), "--config", str(settings)]
    with listening(command, server.port, root / "log"):
        yield server


def _python(module: str, function: str) -> list[str]:
    """A command that finds what is ours as well; a server's own looks into its folder alone."""
    tests = str(Path(__file__).parents[1])
    path = f"import sys; sys.path.insert(0, {tests!r})"
    return [sys.executable, "-c", f"{path}; from {module} import {function}; {function}()"]


def _server(root: Path) -> OtherServer:
    server = OtherServer(free_port(), root / "served", root / "home")
    server.served.mkdir(parents=True)
    server.home.mkdir()
    netrc = server.home / ".netrc"
    netrc.write_text(f"machine 127.0.0.1 login {USER} password {PASSWORD}\n", "utf-8")
    netrc.chmod(0o600)
    return server
