"""Every test of the centre runs on the PostgreSQL that we bring, and on Debian's."""

from collections.abc import Iterator

import pytest

from gridserver.storage.embedded import programs
from tests.helpers.centre import DEBIANS, Postgres, running_postgres
from tests.helpers.centre_fixtures import centre, database, portal

__all__ = ["centre", "database", "portal", "postgres"]

SERVERS = {"18": programs(), "15": DEBIANS}


@pytest.fixture(scope="session", params=[major for major, place in SERVERS.items() if place.exists()])
def postgres(request: pytest.FixtureRequest) -> Iterator[Postgres]:
    """A PostgreSQL, 18 and then 15."""
    with running_postgres(SERVERS[request.param]) as running:
        yield running
