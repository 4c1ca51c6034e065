"""Many rows at once: in one statement among others, or by PostgreSQL's COPY."""

import struct
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import chain, islice

import psycopg
from psycopg.errors import UniqueViolation

from gridserver.errors import Refused
from gridserver.storage.engine import Connection, Sheaf, TextClause, line_of, text
from gridserver.storage.questions import Packed

FEW = 200
"""Lines up to which they go along with other statements; more of them are quicker by themselves."""
_AT_ONCE = 100
"""Lines in one piece."""
_TEXT = 25
"""PostgreSQL's number for the type."""

NOTHING = "~"
"""NULL; no value of ours is that."""


def uuids(ids: Iterable[str]) -> str:
    """Many ids as one parameter for ``CAST(… AS uuid[])``; each was seen to be one."""
    return "{" + ",".join(ids) + "}"


def texts(lines: Sequence[bytes]) -> Packed:
    """Many texts as one parameter for ``CAST(… AS text[])``."""
    if not lines:
        return Packed(struct.pack("!3i", 0, 0, _TEXT))
    sized = chain.from_iterable((_SIZE.pack(len(line)), line) for line in lines)
    return Packed(struct.pack("!5i", 1, 0, _TEXT, len(lines), 1) + b"".join(sized))


def put(sheaf: Sheaf, table: str, columns: Mapping[str, str], lines: Iterable[bytes]) -> None:
    """Puts ``lines`` (values parted by tabs, ``NOTHING`` for NULL, no line end) into the table. ``columns``: name and
    type of each.

    Raises ``Refused("busy")`` when the database is in trouble or somebody else was quicker with the same id.
    """
    coming = iter(lines)
    some = list(islice(coming, FEW + 1))
    if 0 < len(some) <= FEW:
        sheaf.add(_insertion(table, tuple(columns.items())), {"lines": texts(some)})
    elif some:
        sheaf.send()
        copy(sheaf.conn, table, columns, chain(some, coming))


def copy(conn: Connection, table: str, columns: Iterable[str], lines: Iterable[bytes]) -> None:
    """The same at once, however many there are."""
    coming = iter(lines)
    piece = list(islice(coming, _AT_ONCE))
    if not piece:
        return
    statement = _statement(table, tuple(columns))
    try:
        with line_of(conn).cursor() as cursor, cursor.copy(statement) as sink:
            # PostgreSQL takes in one piece while the next is being written here.
            while piece:
                sink.write(_escaped(b"\n".join(piece)) + b"\n")
                piece = list(islice(coming, _AT_ONCE))
    except psycopg.OperationalError as error:
        raise Refused("busy", retry_after=1) from error
    except UniqueViolation as error:
        if error.diag.constraint_name != f"{table}_pkey":
            raise
        raise Refused("busy", retry_after=1) from error


def columns_of(lines: str, columns: Mapping[str, str]) -> str:
    """A query for the columns of such lines, ``lines`` being the name of the parameter."""
    cast = ", ".join(f"CAST(part[{n}] AS {kind}) AS {name}" for n, (name, kind) in enumerate(columns.items(), start=1))
    # Without OFFSET the planner puts the whole expression where each of its columns is asked for.
    parts = f"SELECT string_to_array(line, E'\\t', '{NOTHING}') AS part OFFSET 0"
    return f"SELECT {cast} FROM unnest(CAST(:{lines} AS text[])) AS line, LATERAL ({parts}) AS parts"


def _escaped(lines: bytes) -> bytes:
    """As COPY reads them: JSON is written without control characters, so only backslashes are in the way."""
    return lines.replace(b"\\", b"\\\\") if b"\\" in lines else lines


@cache
def _insertion(table: str, columns: tuple[tuple[str, str], ...]) -> TextClause:
    """The names are our own, all of them."""
    names = ", ".join(name for name, _ in columns)
    return text(f"INSERT INTO {table} ({names}) {columns_of('lines', dict(columns))}")


@cache
def _statement(table: str, columns: tuple[str, ...]) -> bytes:
    return f"COPY {table} ({', '.join(columns)}) FROM STDIN (NULL '{NOTHING}')".encode()


_SIZE = struct.Struct("!i")
