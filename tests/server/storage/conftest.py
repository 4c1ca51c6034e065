"""What asks PostgreSQL anything is tried on both: the one that we bring, and the system's."""

import pytest

from tests.helpers.centre import Postgres
from tests.server.conftest import SERVERS, Servers


@pytest.fixture(scope="session", params=SERVERS)
def postgres(request: pytest.FixtureRequest, servers: Servers) -> Postgres:
    """Ours (18), and then the system's."""
    return servers(request.param)
