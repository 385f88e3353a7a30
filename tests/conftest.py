"""Fixtures, and the rule that nothing is skipped where it counts."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from meditations.workers import Workers

if TYPE_CHECKING:
    from collections.abc import Iterator

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


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a skipped test is a failed one: what was not run is not known."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
