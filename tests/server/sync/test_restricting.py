"""A case becomes one for named people while a session of it is being written: they lie together, whoever is first."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from gridserver.author import Author
from gridserver.storage import book
from gridserver.storage.engine import Connection, text, transaction
from gridserver.sync import restricting
from tests.helpers.centre import Centre, new_id
from tests.helpers.writer import GRID, TOWN, Writer

Act = Callable[[Connection], object]


@pytest.fixture
def case(centre: Centre) -> tuple[Act, Act]:
    """胡 writes a session of a case that 李 mediates, by the town's bucket; the case is restricted to 李."""
    centre.district()
    li, hu = (Writer.at(centre, name, "mediator", TOWN) for name in ("li", "hu"))
    town, bucket = centre.regions[TOWN], li.bucket("case", TOWN)
    given = {"title": "宅基地", "dispute_type": "03", "grid": centre.regions[GRID]}
    dispute = li.create("dispute", li.bucket("grid", GRID), given).id
    told = {"title": "宅基地", "town": town, "dispute": dispute, "accepted_on": "2026-03-02"}
    case = li.create("mediation_case", bucket, {**told, "mediator": li.desk.person}).id
    session = {"case": case, "dispute": dispute, "town": town, "held_at": 1, "mediator": hu.desk.person}

    def write(conn: Connection) -> None:
        made = hu.hand.create("mediation_session", bucket, {**session, "process": "谈了。", "result": "not_agreed"})
        pushed = book.push(conn, hu.caller, hu.hand.push(hu.caller.epoch, made), centre.clock())
        assert [result.verdict for result in pushed.results] == ["ok"]

    def restrict(conn: Connection) -> None:
        author = Author(conn, centre.clock(), new_id)
        restricting.restrict(author, case, [li.desk.person], centre.regions["330683"])

    return write, restrict


def somebody_waits(centre: Centre) -> bool:
    """For a lock of another transaction."""
    with centre.conn() as conn:
        return bool(conn.scalar(text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")))


@pytest.mark.parametrize("restricted_first", [False, True])
def test_they_lie_together_whoever_is_first(centre: Centre, case: tuple[Act, Act], restricted_first: bool) -> None:
    first, second = reversed(case) if restricted_first else case

    def follow() -> None:
        with transaction(centre.engine) as conn:
            second(conn)

    with ThreadPoolExecutor(1) as lane:
        with transaction(centre.engine) as conn:
            first(conn)
            following = lane.submit(follow)
            while not somebody_waits(centre) and not following.done():
                pass
        following.result()
    with centre.conn() as conn:
        lie = "SELECT count(*) AS n FROM record WHERE kind LIKE 'mediation%' GROUP BY bucket"
        assert [row.n for row in conn.execute(text(lie))] == [2]
