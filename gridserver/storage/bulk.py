"""Many rows at once: PostgreSQL's COPY, written as the bytes that it reads."""

from collections.abc import Iterable, Sequence

import psycopg
from psycopg.errors import UniqueViolation
from psycopg.sql import SQL, Identifier

from gridserver.errors import Refused
from gridserver.storage.engine import Connection

NOTHING = b"\\N"


def escaped(json: bytes) -> bytes:
    """JSON text as a value of COPY: orjson writes no control character raw, so only backslashes are in the way."""
    return json.replace(b"\\", b"\\\\") if b"\\" in json else json


def copy(conn: Connection, table: str, columns: Sequence[str], lines: Iterable[bytes]) -> None:
    """Puts ``lines`` (values parted by tabs, ``NOTHING`` for NULL, no line end) into the table.

    Raises ``Refused("busy")`` when the database is in trouble or somebody else was quicker with the same id.
    """
    data = b"\n".join(lines)
    if not data:
        return
    line = conn.connection.driver_connection
    assert isinstance(line, psycopg.Connection)
    statement = SQL("COPY {} ({}) FROM STDIN").format(Identifier(table), SQL(", ").join(map(Identifier, columns)))
    try:
        with line.cursor() as cursor, cursor.copy(statement) as sink:
            sink.write(data)
    except psycopg.OperationalError as error:
        raise Refused("busy", retry_after=1) from error
    except UniqueViolation as error:
        if error.diag.constraint_name != f"{table}_pkey":
            raise
        raise Refused("busy", retry_after=1) from error
