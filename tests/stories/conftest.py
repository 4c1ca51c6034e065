"""A real centre and real desks for every story."""

from tests.helpers.centre_fixtures import centre, database, portal, postgres
from tests.helpers.desk_fixtures import desk, no_keyring, village

__all__ = ["centre", "database", "desk", "no_keyring", "portal", "postgres", "village"]
