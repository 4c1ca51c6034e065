"""What becomes of the other connections of a pool when the lines break."""

import socket

import psycopg
import pytest

from gridserver.errors import Refused
from gridserver.storage.engine import Connection, asked, connect, line_of, text, transaction

ONE = text("SELECT 1")


def cut(line: psycopg.Connection) -> None:
    with socket.socket(fileno=socket.dup(line.fileno())) as end:
        end.shutdown(socket.SHUT_RDWR)


def asked_over_a_cut(conn: Connection) -> None:
    cut(line_of(conn))
    asked(conn, ONE, {})


@pytest.fixture
def engine(database):
    engine = connect(database, pool=3)
    yield engine
    engine.dispose()


def test_whoever_works_while_another_line_breaks_goes_on_and_his_own_is_closed_in_the_end(engine):
    with transaction(engine) as other:
        working = line_of(other)
        with pytest.raises(Refused), transaction(engine) as broken:
            asked_over_a_cut(broken)
        assert asked(other, ONE, {}) == [(1,)]
    engine.dispose()
    assert working.closed


def test_a_line_that_broke_with_another_is_not_given_to_anybody(engine):
    with transaction(engine) as first, transaction(engine) as second:
        lines = [line_of(first), line_of(second)]
    for line in lines:
        cut(line)
    with pytest.raises(Refused), transaction(engine) as conn:
        asked(conn, ONE, {})
    with transaction(engine) as first, transaction(engine) as second:
        assert asked(first, ONE, {}) == asked(second, ONE, {}) == [(1,)]
