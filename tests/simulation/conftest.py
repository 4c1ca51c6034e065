"""A real centre, for what is held beside it."""

from tests.helpers.centre_fixtures import centre, database, portal, postgres

__all__ = ["centre", "database", "portal", "postgres"]
