"""Questions to PostgreSQL that leave together and come back together: a push asks a dozen, and most of what one costs
is its journey. Each is prepared once a connection.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import count
from typing import Any, NamedTuple

import psycopg
from psycopg import abc, errors, generators, pq
from psycopg.abc import PQGen
from psycopg.adapt import Transformer
from psycopg.pq.abc import PGconn, PGresult
from sqlalchemy import TextClause

Lines = list[tuple[Any, ...]]


class Packed(bytes):
    """A value as PostgreSQL reads it in binary."""


class Question(NamedTuple):
    """A statement and what it is about."""

    statement: TextClause
    values: Mapping[str, Any]


def together(
    line: psycopg.Connection, prepared: dict[str, bytes], questions: Iterable[Question], *, ends: bool = False
) -> list[Lines]:
    """What the questions bring, in their order, all in the transaction at hand, which is begun if there is none, and
    committed if it ``ends`` with them. ``prepared``: the names of statements on this connection; new ones are added.

    Raises the ``psycopg.Error`` of the first that fails; those behind it were not asked.
    """
    ready = [(_words(each.statement), each.values) for each in questions]
    asked = [(words, [_value(values[name]) for name in names]) for (words, names), values in ready]
    wire = line.pgconn
    begins = wire.transaction_status == pq.TransactionStatus.IDLE and not line.autocommit
    learned: dict[str, bytes] = {}
    is_answer = []
    wire.enter_pipeline_mode()
    if begins:
        wire.send_query_params(_begin(line), None)
        is_answer.append(False)
    for words, values in asked:
        name = prepared.get(words) or learned.get(words)
        if name is None:
            name = learned[words] = b"gridworker_%d" % next(_NUMBERS)
            wire.send_prepare(name, words.encode())
            is_answer.append(False)
        wire.send_query_prepared(name, values, [isinstance(each, Packed) for each in values])
        is_answer.append(True)
    if ends:
        wire.send_query_params(b"COMMIT", None)
        is_answer.append(False)
    wire.pipeline_sync()
    results = line.wait(_exchanged(wire, len(is_answer)))
    prepared |= learned
    answers = [each for each, wanted in zip(results, is_answer, strict=True) if wanted]
    reader: abc.Transformer = Transformer(line)
    return [_lines(reader, each) for each in answers]


def _exchanged(wire: PGconn, expected: int) -> PQGen[list[PGresult]]:
    """Sends what is written and reads one result for each command; raises the first error, when nothing is on its way
    any more."""
    yield from generators.send(wire)
    results: list[PGresult] = []
    wrong: PGresult | None = None
    for _ in range(expected + 1):  # the last one says that it was the last
        came = yield from generators.fetch_many(wire)
        results += came
        failed = [each for each in came if each.status == pq.ExecStatus.FATAL_ERROR]
        wrong = wrong or next(iter(failed), None)
        if not came or wire.status != pq.ConnStatus.OK:
            break
    is_whole = wire.status == pq.ConnStatus.OK and len(results) == expected + 1
    if is_whole:
        wire.exit_pipeline_mode()
    if wrong is not None:
        raise errors.error_from_result(wrong)
    if not is_whole:
        raise psycopg.OperationalError("the connection to the database was cut")
    return results[:-1]


def _lines(reader: abc.Transformer, result: PGresult) -> Lines:
    if not result.ntuples:
        return []
    reader.set_pgresult(result)
    return reader.load_rows(0, result.ntuples, tuple)


def _begin(line: psycopg.Connection) -> bytes:
    words = "BEGIN"
    if line.isolation_level is not None:
        words += f" ISOLATION LEVEL {line.isolation_level.name.replace('_', ' ')}"
    if line.read_only is not None:
        words += " READ ONLY" if line.read_only else " READ WRITE"
    return words.encode()


@cache
def _words(statement: TextClause) -> tuple[str, Sequence[str]]:
    """The statement as PostgreSQL reads it, and the names of its values in their order."""
    names: list[str] = []

    def place(found: re.Match[str]) -> str:
        if found[1] not in names:
            names.append(found[1])
        return f"${names.index(found[1]) + 1}"

    return _NAME.sub(place, statement.text), names


def _value(value: Any) -> bytes | None:
    """As PostgreSQL reads it."""
    match value:
        case None:
            return None
        case Packed():
            return value
        case bytes():
            return b"\\x" + value.hex().encode()
        case str():
            return _text(value)
        case list() | tuple():
            return b"{" + b",".join([_element(each) for each in value]) + b"}"
    return str(value).encode()


def _text(value: str) -> bytes:
    said = value.encode()
    if b"\0" in said:  # what follows would be cut off in silence
        raise psycopg.DataError("PostgreSQL keeps no text with a NUL in it")
    return said


def _element(value: Any) -> bytes:
    if isinstance(value, str):
        return b'"' + _text(value).replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
    return b"NULL" if value is None else str(value).encode()


_NAME = re.compile(r"(?<![:\w\\]):(\w+)(?!:)")
_NUMBERS = count(1)
"""No name is given twice: whether a statement that failed was prepared before that is not known."""
