"""Every test of the centre runs on the PostgreSQL that we bring, and on the system's."""

import functools
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from gridserver.storage.embedded import programs
from tests.helpers.centre import THE_SYSTEMS, Postgres, running_postgres
from tests.helpers.centre_fixtures import centre, database, portal

__all__ = ["centre", "database", "portal", "postgres"]

SERVERS = {"ours": programs(), "the system's": THE_SYSTEMS}

Servers = Callable[[str], Postgres]


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """PostgreSQL by whose it is; each is started when it is first asked for."""
    with ExitStack() as stack:
        yield functools.cache(lambda major: stack.enter_context(running_postgres(SERVERS[major])))


@pytest.fixture(scope="session", params=SERVERS)
def postgres(request: pytest.FixtureRequest, servers: Servers) -> Postgres:
    """A PostgreSQL, ours (18) and then the system's."""
    return servers(request.param)
