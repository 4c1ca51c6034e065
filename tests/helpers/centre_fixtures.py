"""Fixtures for tests that need a centre: import them into a ``conftest.py`` beside the tests."""

from collections.abc import Iterator
from pathlib import Path

import anyio.from_thread
import pytest

from gridserver.storage.embedded import programs
from tests.helpers.centre import Centre, Postgres, running_centre, running_postgres


@pytest.fixture(scope="session")
def portal() -> Iterator[anyio.from_thread.BlockingPortal]:
    """The event loop in which centres run."""
    with anyio.from_thread.start_blocking_portal() as portal:
        yield portal


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The PostgreSQL that we bring."""
    with running_postgres(programs()) as running:
        yield running


@pytest.fixture
def database(postgres: Postgres) -> Iterator[str]:
    """The address of a database with a new centre's first rows in it."""
    with postgres.database() as url:
        yield url


@pytest.fixture
def centre(database: str, postgres: Postgres, portal: anyio.from_thread.BlockingPortal, tmp_path: Path) -> Centre:
    """A centre with nothing in it."""
    return running_centre(postgres.engine, portal, tmp_path / "centre")
