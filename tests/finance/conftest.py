"""Databases for the tests of applications: SQLite in a file, and a real MariaDB server."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from imgrec_tf.finance import applications

KEY = bytes(range(32))
# How long an example takes says nothing here, and on a busy machine it fails tests that are right.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator:
    """A running server of this test session's own; skips where none is installed, except in CI."""
    from mariadb_server import MISSING, MariaDBServer

    if MariaDBServer.program() is None:
        if os.environ.get("CI"):
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    server = MariaDBServer()
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(params=["sqlite", "mariadb"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'applications.db'}"
    return request.getfixturevalue("mariadb_server").url(f"test_{uuid.uuid4().hex[:12]}")


@pytest.fixture
def store(url: str) -> Iterator[applications.ApplicationStore]:
    """An empty store whose clock ticks a second with every look."""
    made = applications.ApplicationStore(url, key=KEY, now=Clock())
    yield made
    made.close()


class Clock:
    """Tells 2026-01-01 00:00:01, :02 and so on."""

    def __init__(self):
        self.seconds = 0

    def __call__(self) -> str:
        self.seconds += 1
        minutes, seconds = divmod(self.seconds, 60)
        return f"2026-01-01T{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}+00:00"
