"""Fixtures, and the rule that nothing is skipped where it counts."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from support.other_servers import OtherServer, ftp_server, webdav_server
from support.publishing import SshServer, s3_server, ssh_server
from support.serving import served, write

from meditations.workers import Workers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from meditations.serving import Server

pytest_plugins = ["support.browsing"]

# The same examples in every run: what fails in CI fails here.
settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same")


@pytest.fixture(scope="session")
def workers() -> Iterator[Workers]:
    """Processes that tests share; starting them is half the time of a small build."""
    with Workers(2) as pool:
        yield pool


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the user's own cache."""
    monkeypatch.setenv("MEDITATIONS_CACHE", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture(scope="session")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    """A real sshd with a key of its own."""
    with ssh_server(tmp_path_factory.mktemp("sshd")) as server:
        yield server


@pytest.fixture(scope="session")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that speaks S3."""
    with s3_server(tmp_path_factory.mktemp("moto")) as base:
        yield base


@pytest.fixture(scope="session")
def ftp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OtherServer]:
    """A server that speaks FTP."""
    with ftp_server(tmp_path_factory.mktemp("ftp")) as server:
        yield server


@pytest.fixture(scope="session")
def webdav(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OtherServer]:
    """A server that speaks WebDAV, and moves files in one step."""
    with webdav_server(tmp_path_factory.mktemp("webdav")) as server:
        yield server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small podcast, ready to be uploaded."""
    folder = tmp_path / "build" / "podcast"
    folder.parent.mkdir()
    write(folder)
    return folder


@pytest.fixture
def site(folder: Path) -> Iterator[Server]:
    """A server of that folder, at any port."""
    with served(folder) as running:
        yield running


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a skipped test is a failed one: what was not run is not known."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
