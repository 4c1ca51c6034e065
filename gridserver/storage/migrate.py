"""Brings a database to the tables that this program knows; a newer database is left alone, kindly."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from gridserver.errors import CommandFailed
from gridserver.storage.engine import Connection, Engine, text, transaction

_LOCK = 7_302_181_004
"""Advisory lock: one process migrates at a time, the others find it done."""


def migrate(engine: Engine) -> None:
    """Takes all steps that are missing, in one transaction. Raises ``CommandFailed`` when the database is newer."""
    with transaction(engine, limits=False) as conn:
        conn.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        config = _config(conn)
        steps = ScriptDirectory.from_config(config)
        at = version(conn)
        if at and at not in {step.revision for step in steps.walk_revisions()}:
            raise CommandFailed(
                f"the database was made by a newer centre (schema {at}); install that version, nothing was changed"
            )
        if at != steps.get_current_head():
            command.upgrade(config, "head")


def version(conn: Connection) -> str:
    """The last step that was taken; "" for an empty database."""
    if conn.scalar(text("SELECT to_regclass('schema_version')")) is None:
        return ""
    return str(conn.scalar(text("SELECT version_num FROM schema_version")) or "")


def _config(conn: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = conn
    return config
