"""The way to PostgreSQL: the pool, transactions that end as a whole, and what may go wrong on the way."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import errors as pg
from psycopg.types.string import TextLoader
from sqlalchemy import Connection, Engine, TextClause, event, text
from sqlalchemy import create_engine as sqlalchemy_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from gridserver.errors import CommandFailed, Refused
from gridserver.storage import questions
from gridserver.storage.questions import Lines, Question

__all__ = [
    "Connection",
    "Engine",
    "Lines",
    "Question",
    "Sheaf",
    "TextClause",
    "asked",
    "connect",
    "done",
    "line_of",
    "snapshot",
    "text",
    "together",
    "transaction",
]

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
    pg.InvalidSqlStatementName,
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
        # Statements are prepared by ``questions`` alone: what the library prepares it forgets at every rollback, and
        # all others along with it.
        connect_args={"client_encoding": "UTF8", "prepare_threshold": None},
        hide_parameters=True,  # an exception's text must never hold what a person typed
    )
    event.listen(engine, "connect", _make_ready)
    event.listen(engine, "checkin", _note_use)
    event.listen(engine, "checkout", _look_whether_it_lives)
    return engine


@contextmanager
def transaction(engine: Engine, *, limits: bool = True) -> Iterator[Connection]:
    """One transaction, committed when the block ends well. ``limits``: no statement or lock waits for ever.

    Raises ``Refused("busy")`` for whatever passes by itself.
    """
    with _busy(), engine.begin() as conn:
        if not limits:
            conn.execute(_NO_LIMITS)
        yield conn


@contextmanager
def snapshot(engine: Engine, *, limits: bool = False) -> Iterator[Connection]:
    """One consistent picture of everything, for reading only; without ``limits`` it may take its time."""
    with _busy(), engine.connect() as conn:
        conn.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with conn.begin():
            if not limits:
                conn.execute(_NO_LIMITS)
            yield conn


def together(conn: Connection, *several: Question, ends: bool = False) -> list[Lines]:
    """What several questions bring that need not wait for each other, as plain lines: one journey for all. ``ends``:
    with them the transaction is committed, and nothing more is asked in it."""
    prepared = conn.info.setdefault(_PREPARED, {})
    try:
        return questions.together(line_of(conn), prepared, several, ends=ends)
    except pg.InvalidSqlStatementName:
        prepared.clear()
        raise


def asked(conn: Connection, statement: TextClause, values: Mapping[str, Any]) -> Lines:
    """What a question of every request brings: a tenth of the price of ``conn.execute``."""
    return together(conn, Question(statement, values))[0]


def done(conn: Connection, statement: TextClause, values: Mapping[str, Any]) -> None:
    """The same for what brings nothing."""
    together(conn, Question(statement, values))


class Sheaf:
    """What is to be written, gathered until somebody needs an answer."""

    def __init__(self, conn: Connection) -> None:
        self.conn = conn
        self._gathered: list[Question] = []

    def add(self, statement: TextClause, values: Mapping[str, Any]) -> None:
        """It is done with the next sending, after what was added before."""
        self._gathered.append(Question(statement, values))

    def ask(self, statement: TextClause, values: Mapping[str, Any], *, ends: bool = False) -> Lines:
        """Sends all that was gathered, and this behind it; what this brings. ``ends``: see ``together``."""
        self.add(statement, values)
        return self._send(ends=ends)[-1]

    def send(self) -> None:
        """Sends all that was gathered."""
        if self._gathered:
            self._send()

    def _send(self, *, ends: bool = False) -> list[Lines]:
        gathered, self._gathered = self._gathered, []
        try:
            return together(self.conn, *gathered, ends=ends)
        except pg.UniqueViolation as error:
            if not (error.diag.constraint_name or "").endswith("_pkey"):
                raise
            raise Refused("busy", retry_after=1) from error  # somebody else was quicker with the same id


def line_of(conn: Connection) -> psycopg.Connection:
    """The connection itself, in the transaction that is open on it."""
    line = conn.connection.driver_connection
    assert isinstance(line, psycopg.Connection)
    return line


_PREPARED = "prepared"
_LIMITS = (
    f"SET statement_timeout = '{STATEMENT_LIMIT}'; SET lock_timeout = '{LOCK_LIMIT}';"
    f" SET idle_in_transaction_session_timeout = '{IDLE_LIMIT}'"
)
_NO_LIMITS = text(
    "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0"
)
_UNUSED = 5.0
"""Seconds after which a connection is asked whether it is still there, before anything is done with it. One that went
away sooner tells so by an error, the caller is asked to come again, and the pool forgets the others as well."""


def _make_ready(connection: Any, _record: object) -> None:
    """A new connection: its ids are text, and nothing that is done with it waits for ever."""
    connection.adapters.register_loader("uuid", TextLoader)
    connection.execute(_LIMITS)
    connection.commit()


def _note_use(_connection: Any, record: Any) -> None:
    record.info["used"] = time.monotonic()


def _look_whether_it_lives(connection: Any, record: Any, _proxy: object) -> None:
    if time.monotonic() - record.info.get("used", 0.0) < _UNUSED:
        return
    try:
        connection.execute("")
        connection.rollback()
    except psycopg.Error:
        raise DisconnectionError from None


@contextmanager
def _busy() -> Iterator[None]:
    try:
        yield
    except PoolTimeout:
        raise Refused("busy", retry_after=2) from None
    except DBAPIError as error:
        if isinstance(error.orig, psycopg.Error) and _passes(error.orig):
            raise Refused("busy", retry_after=2) from error
        raise
    except psycopg.Error as error:
        # Of a line that broke the rollback has told the pool, which then gives nobody another one of before.
        if _passes(error):
            raise Refused("busy", retry_after=2) from error
        raise


def _passes(error: psycopg.Error) -> bool:
    return isinstance(error, _PASSING) or _is_line_cut(error)


def _is_line_cut(error: psycopg.Error) -> bool:
    """PostgreSQL is not there, or went away: class 08, or no code at all."""
    state = error.sqlstate
    return isinstance(error, psycopg.OperationalError) and (state is None or state.startswith("08"))


def reason_of(refused: Refused) -> str:
    """Why the database did not answer, as PostgreSQL says it, for an administrator."""
    cause = refused.__cause__
    words = str(getattr(cause, "orig", cause) or "").strip().splitlines()
    return f"the database did not answer: {words[0]}" if words else "the database is busy; try again"
