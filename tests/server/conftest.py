"""The tests of the centre run on the PostgreSQL that we bring, those of what asks it on the system's too."""

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


@pytest.fixture(scope="session")
def postgres(servers: Servers) -> Postgres:
    """Ours (18); what asks it anything (``storage``) is tried on both."""
    return servers("ours")
