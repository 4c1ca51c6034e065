"""Brings a database to the tables that this program knows; a newer database is left alone, kindly."""

from pathlib import Path
from typing import TYPE_CHECKING

from gridserver.errors import CommandFailed
from gridserver.storage.engine import Connection, Engine, text, transaction

if TYPE_CHECKING:
    from alembic.config import Config

_STEPS = Path(__file__).parent / "migrations"
_LOCK = 7_302_181_004
"""Advisory lock: one process migrates at a time, the others find it done."""
OLDEST = 15
"""The oldest PostgreSQL major that this is tested on: Debian 12's."""

_SERVER = text("""
    SELECT current_setting('server_version_num')::integer AS version, current_setting('server_encoding') AS encoding
""")


def migrate(engine: Engine) -> None:
    """Takes all steps that are missing, in one transaction. Raises ``CommandFailed`` when the database is newer."""
    with transaction(engine, limits=False) as conn:
        _check_server(conn)
        conn.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        at, known = version(conn), steps()
        if at and at not in known:
            raise CommandFailed(
                f"the database was made by a newer centre (schema {at}); install that version, nothing was changed"
            )
        if at != known[0]:
            from alembic import command  # a third of a second, and hardly ever needed

            config = _config()
            config.attributes["connection"] = conn
            command.upgrade(config, "head")


def steps() -> list[str]:
    """The steps that this program knows, the last one first."""
    return sorted((path.name[:4] for path in (_STEPS / "versions").glob("[0-9]*.py")), reverse=True)


def version(conn: Connection) -> str:
    """The last step that was taken; "" for an empty database."""
    if conn.scalar(text("SELECT to_regclass('schema_version')")) is None:
        return ""
    return str(conn.scalar(text("SELECT version_num FROM schema_version")) or "")


def _check_server(conn: Connection) -> None:
    server = conn.execute(_SERVER).one()
    if server.version < OLDEST * 10_000:
        raise CommandFailed(f"PostgreSQL {OLDEST} or newer is needed; this one is {server.version // 10_000}")
    if server.encoding != "UTF8":
        raise CommandFailed(f"the database must be made with ENCODING 'UTF8'; this one has {server.encoding}")


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_STEPS))
    return config
