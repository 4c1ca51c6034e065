"""A real centre and real desks for every story."""

from tests.helpers.centre_fixtures import centre, database, portal, postgres
from tests.helpers.desk_fixtures import desk, founded, no_keyring, village

__all__ = ["centre", "database", "desk", "founded", "no_keyring", "portal", "postgres", "village"]
