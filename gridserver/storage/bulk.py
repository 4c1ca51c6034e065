"""Many rows at once: PostgreSQL's COPY, written as the bytes that it reads."""

from collections.abc import Iterable, Sequence
from itertools import islice

import psycopg
from psycopg.errors import UniqueViolation
from psycopg.sql import SQL, Identifier

from gridserver.errors import Refused
from gridserver.storage.engine import Connection

_AT_ONCE = 100
"""Lines in one piece."""

NOTHING = b"\\N"


def escaped(json: bytes) -> bytes:
    """JSON text as a value of COPY: orjson writes no control character raw, so only backslashes are in the way."""
    return json.replace(b"\\", b"\\\\") if b"\\" in json else json


def copy(conn: Connection, table: str, columns: Sequence[str], lines: Iterable[bytes]) -> None:
    """Puts ``lines`` (values parted by tabs, ``NOTHING`` for NULL, no line end) into the table.

    Raises ``Refused("busy")`` when the database is in trouble or somebody else was quicker with the same id.
    """
    coming = iter(lines)
    piece = list(islice(coming, _AT_ONCE))
    if not piece:
        return
    line = conn.connection.driver_connection
    assert isinstance(line, psycopg.Connection)
    statement = SQL("COPY {} ({}) FROM STDIN").format(Identifier(table), SQL(", ").join(map(Identifier, columns)))
    try:
        with line.cursor() as cursor, cursor.copy(statement) as sink:
            # PostgreSQL takes in one piece while the next is being written here.
            while piece:
                sink.write(b"\n".join(piece) + b"\n")
                piece = list(islice(coming, _AT_ONCE))
    except psycopg.OperationalError as error:
        raise Refused("busy", retry_after=1) from error
    except UniqueViolation as error:
        if error.diag.constraint_name != f"{table}_pkey":
            raise
        raise Refused("busy", retry_after=1) from error
