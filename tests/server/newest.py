"""For tests of what comes in before any SQL is asked: they need a PostgreSQL, and one is enough."""

import pytest

from tests.helpers.centre import Postgres


@pytest.fixture(scope="session")
def postgres(servers) -> Postgres:
    """The one that we bring."""
    return servers("ours")
