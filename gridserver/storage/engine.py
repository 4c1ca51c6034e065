"""The way to PostgreSQL: the pool, transactions that end as a whole, and what may go wrong on the way."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg import errors as pg
from psycopg.types.string import TextLoader
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy import create_engine as sqlalchemy_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from gridserver.errors import CommandFailed, Refused

__all__ = ["Connection", "Engine", "connect", "snapshot", "text", "transaction"]

STATEMENT_LIMIT = "8s"
LOCK_LIMIT = "3s"
IDLE_LIMIT = "10s"

_PASSING = (
    pg.LockNotAvailable,
    pg.QueryCanceled,
    pg.DeadlockDetected,
    pg.SerializationFailure,
    pg.TooManyConnections,
    pg.AdminShutdown,
    pg.CannotConnectNow,
    pg.CrashShutdown,
)
"""What passes by itself: the caller is asked to come again."""


def connect(url: str, *, pool: int = 12, wait: float = 5.0) -> Engine:
    """An engine for ``postgresql://…``. ``wait``: seconds for a free connection, then ``Refused("busy")``.

    All ids come back as text: canonical UUIDs are strings everywhere in this house. Raises ``CommandFailed``
    when the address is none.
    """
    try:
        made = make_url(url).set(drivername="postgresql+psycopg")
    except (ArgumentError, ValueError):
        raise CommandFailed("this is no address of a database: postgresql://user@host:port/name") from None
    engine = sqlalchemy_engine(
        made,
        pool_size=pool,
        max_overflow=0,
        pool_timeout=wait,
        pool_pre_ping=True,
        connect_args={"client_encoding": "UTF8"},
        hide_parameters=True,  # an exception's text must never hold what a person typed
    )
    event.listen(engine, "connect", _speak_text_ids)
    return engine


@contextmanager
def transaction(engine: Engine, *, limits: bool = True) -> Iterator[Connection]:
    """One transaction, committed when the block ends well. ``limits``: no statement or lock waits for ever.

    Raises ``Refused("busy")`` for whatever passes by itself.
    """
    with _busy(), engine.begin() as conn:
        if limits:
            conn.execute(_LIMITS)
        yield conn


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """One consistent picture of everything, for reading only."""
    with _busy(), engine.connect() as conn:
        conn.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with conn.begin():
            yield conn


_LIMITS = text(
    f"SET LOCAL statement_timeout = '{STATEMENT_LIMIT}';"
    f" SET LOCAL lock_timeout = '{LOCK_LIMIT}';"
    f" SET LOCAL idle_in_transaction_session_timeout = '{IDLE_LIMIT}'"
)


def _speak_text_ids(connection: Any, _record: object) -> None:
    connection.adapters.register_loader("uuid", TextLoader)


@contextmanager
def _busy() -> Iterator[None]:
    try:
        yield
    except PoolTimeout:
        raise Refused("busy", retry_after=2) from None
    except DBAPIError as error:
        if isinstance(error.orig, _PASSING) or _is_line_cut(error):
            raise Refused("busy", retry_after=2) from error
        raise


def _is_line_cut(error: DBAPIError) -> bool:
    """PostgreSQL is not there, or went away: class 08, or no code at all."""
    state = getattr(error.orig, "sqlstate", None)
    return isinstance(error, OperationalError) and (state is None or str(state).startswith("08"))


def reason_of(refused: Refused) -> str:
    """Why the database did not answer, as PostgreSQL says it, for an administrator."""
    cause = refused.__cause__
    words = str(getattr(cause, "orig", "") or "").strip().splitlines()
    return f"the database did not answer: {words[0]}" if words else "the database is busy; try again"
