"""Every test of the centre runs on the PostgreSQL that we bring, and on Debian's."""

from collections.abc import Iterator

import anyio.from_thread
import pytest

from gridserver.storage.embedded import programs
from tests.helpers.centre import DEBIANS, Centre, Postgres, running_centre, running_postgres

SERVERS = {"18": programs(), "15": DEBIANS}


@pytest.fixture(scope="session")
def portal() -> Iterator[anyio.from_thread.BlockingPortal]:
    """The event loop in which centres run."""
    with anyio.from_thread.start_blocking_portal() as portal:
        yield portal


@pytest.fixture(scope="session", params=[major for major, place in SERVERS.items() if place.exists()])
def postgres(request: pytest.FixtureRequest) -> Iterator[Postgres]:
    """A PostgreSQL, 18 and then 15."""
    with running_postgres(SERVERS[request.param]) as running:
        yield running


@pytest.fixture
def database(postgres: Postgres) -> Iterator[str]:
    """The address of a database with a new centre's first rows in it."""
    with postgres.database() as url:
        yield url


@pytest.fixture
def centre(database: str, portal: anyio.from_thread.BlockingPortal) -> Iterator[Centre]:
    """A centre with nothing in it."""
    with running_centre(database, portal) as running:
        yield running
