"""Questions that leave together: answered in their order, in one transaction, all or none."""

from collections.abc import Iterator

import psycopg
import pytest

from gridserver.errors import Refused
from gridserver.storage.bulk import NOTHING, texts
from gridserver.storage.engine import Engine, Question, Sheaf, asked, connect, snapshot, text, together, transaction

SAY = text("SELECT CAST(:word AS text), CAST(:number AS bigint)")
DIVIDE = text("SELECT 1 / CAST(:by AS integer)")
MAKE = text("CREATE TABLE note (id integer PRIMARY KEY, words text)")
WRITE = text("INSERT INTO note (id, words) VALUES (:id, :words)")
ALL = text("SELECT id, words FROM note ORDER BY id")


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    """One connection, so that every question goes over the same."""
    made = connect(database, pool=1)
    with transaction(made) as conn:
        conn.execute(MAKE)
    yield made
    with transaction(made) as conn:
        conn.execute(text("DROP TABLE note"))
    made.dispose()


def test_each_question_gets_its_own_answer(engine: Engine) -> None:
    with transaction(engine) as conn:
        told = together(
            conn,
            Question(SAY, {"word": "姚家湾", "number": 1}),
            Question(ALL, {}),
            Question(SAY, {"word": None, "number": 2**40}),
        )
    assert told == [[("姚家湾", 1)], [], [(None, 2**40)]]


@pytest.mark.parametrize("words", ["", 'a "b" \\ c', "{,}", "NULL", "~", "一\n二\t三"])
def test_a_text_comes_back_as_it_went_whatever_stands_in_it(engine: Engine, words: str) -> None:
    with transaction(engine) as conn:
        one = asked(conn, text("SELECT CAST(:words AS text)"), {"words": words})
        several = asked(conn, text("SELECT * FROM unnest(CAST(:words AS text[]))"), {"words": [words, None, "x"]})
        packed = asked(conn, text("SELECT * FROM unnest(CAST(:words AS text[]))"), {"words": texts([words.encode()])})
    assert (one, several, packed) == ([(words,)], [(words,), (None,), ("x",)], [(words,)])


def test_a_text_with_a_nul_in_it_is_refused_and_not_cut(engine: Engine) -> None:
    with pytest.raises(psycopg.DataError), transaction(engine) as conn:
        asked(conn, SAY, {"word": "a\0b", "number": 1})


def test_when_one_fails_nothing_of_the_transaction_stays_and_the_connection_serves_on(engine: Engine) -> None:
    with transaction(engine) as conn:
        together(conn, Question(WRITE, {"id": 1, "words": "before"}))
    with pytest.raises(psycopg.errors.DivisionByZero), transaction(engine) as conn:
        together(
            conn,
            Question(WRITE, {"id": 2, "words": "along"}),
            Question(DIVIDE, {"by": 0}),
            Question(WRITE, {"id": 3, "words": "behind"}),
        )
    with transaction(engine) as conn:
        assert asked(conn, DIVIDE, {"by": 1}) == [(1,)]
        assert asked(conn, ALL, {}) == [(1, "before")]


def test_what_ends_a_transaction_is_seen_by_others_before_the_block_is_over(engine: Engine, database: str) -> None:
    with transaction(engine) as conn:
        sheaf = Sheaf(conn)
        sheaf.add(WRITE, {"id": 1, "words": "one"})
        assert sheaf.ask(ALL, {}, ends=True) == [(1, "one")]
        with psycopg.connect(database) as other:
            assert other.execute("SELECT words FROM note").fetchall() == [("one",)]


def test_what_ends_a_transaction_and_fails_leaves_nothing(engine: Engine) -> None:
    with pytest.raises(psycopg.errors.DivisionByZero), transaction(engine) as conn:
        together(conn, Question(WRITE, {"id": 1, "words": "one"}), Question(DIVIDE, {"by": 0}), ends=True)
    with transaction(engine) as conn:
        assert together(conn, Question(ALL, {})) == [[]]


def test_a_sheaf_is_written_in_its_order_when_somebody_asks(engine: Engine) -> None:
    with transaction(engine) as conn:
        sheaf = Sheaf(conn)
        sheaf.add(WRITE, {"id": 1, "words": "first"})
        sheaf.add(text("UPDATE note SET words = 'then' WHERE id = :id"), {"id": 1})
        assert asked(conn, ALL, {}) == []
        assert sheaf.ask(ALL, {}) == [(1, "then")]
        sheaf.send()
    with transaction(engine) as conn:
        assert asked(conn, ALL, {}) == [(1, "then")]


def write(engine: Engine, id: int, words: str) -> None:
    """One line, as a push writes it."""
    with transaction(engine) as conn:
        sheaf = Sheaf(conn)
        sheaf.add(WRITE, {"id": id, "words": words})
        sheaf.send()


def test_whoever_comes_second_with_an_id_is_asked_to_come_again(engine: Engine) -> None:
    write(engine, 1, NOTHING)
    with pytest.raises(Refused) as refused:
        write(engine, 1, "again")
    assert refused.value.error == "busy"


def test_in_one_picture_nothing_can_be_written(engine: Engine) -> None:
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction), snapshot(engine, limits=True) as conn:
        asked(conn, WRITE, {"id": 1, "words": "not here"})


def cut_in_the_middle(engine: Engine, database: str) -> None:
    """Somebody ends the connection between two questions of one transaction."""
    with transaction(engine) as conn:
        ((backend,),) = asked(conn, text("SELECT pg_backend_pid()"), {})
        with psycopg.connect(database) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])
        together(conn, Question(SAY, {"word": "a", "number": 1}), Question(ALL, {}))


def test_a_connection_that_was_cut_is_a_busy_centre_and_the_next_one_serves(engine: Engine, database: str) -> None:
    with pytest.raises(Refused) as refused:
        cut_in_the_middle(engine, database)
    assert refused.value.error == "busy"
    with transaction(engine) as conn:
        assert asked(conn, ALL, {}) == []


def test_a_connection_whose_statements_somebody_else_forgot_is_a_busy_centre_once(engine: Engine) -> None:
    with transaction(engine) as conn:
        asked(conn, ALL, {})
    with transaction(engine) as conn:
        conn.execute(text("DEALLOCATE ALL"))
    with pytest.raises(Refused), transaction(engine) as conn:
        asked(conn, ALL, {})
    with transaction(engine) as conn:
        assert asked(conn, ALL, {}) == []
