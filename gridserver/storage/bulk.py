"""Many rows at once: PostgreSQL's COPY, written as the bytes that it reads."""

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import islice

import psycopg
from psycopg.errors import UniqueViolation

from gridserver.errors import Refused
from gridserver.storage.engine import Connection, line_of

_AT_ONCE = 100
"""Lines in one piece."""

NOTHING = b"\\N"


def uuids(ids: Iterable[str]) -> str:
    """Many ids as one parameter for ``CAST(… AS uuid[])``; each was seen to be one."""
    return "{" + ",".join(ids) + "}"


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
    statement = _statement(table, tuple(columns))
    try:
        with line_of(conn).cursor() as cursor, cursor.copy(statement) as sink:
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


@cache
def _statement(table: str, columns: tuple[str, ...]) -> bytes:
    """The names are our own, all of them."""
    return f"COPY {table} ({', '.join(columns)}) FROM STDIN".encode()
