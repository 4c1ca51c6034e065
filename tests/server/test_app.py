"""How the centre answers when something is wrong with itself, and what its log says of it."""

import io
import logging

import psycopg
import pytest
import requests

from gridserver import logs
from gridserver.app import Crowd, create_app
from gridserver.doors import Ground
from gridserver.storage import questions
from gridserver.storage.engine import connect, text, transaction
from gridworker.protocol.codec import unpack
from tests.helpers.centre import CHEAP, KEYS, MORNING, new_id
from tests.helpers.line import Line


@pytest.fixture
def log(request):
    """What the centre's log holds after the test's acts; the loggers are put back as they were."""
    loggers = [logging.getLogger(name) for name in logs.OURS]
    before = [(each.handlers, each.propagate, each.level) for each in loggers]
    stream = io.StringIO()
    logs.start(stream)
    yield stream
    for each, (handlers, propagate, level) in zip(loggers, before, strict=True):
        each.handlers, each.propagate = handlers, propagate
        each.setLevel(level)


def test_a_bug_is_told_in_the_log_by_its_place_and_not_by_its_words(log):
    def broken(name):
        raise ValueError(f"no such person: {name}")

    try:
        broken("王秀英")
    except ValueError:
        logging.getLogger("gridserver.people").exception("enrol")
    said = log.getvalue()
    assert "ERROR gridserver.people enrol" in said
    assert "in broken" in said
    assert "ValueError" in said
    assert "王秀英" not in said.replace('broken("王秀英")', "")


def test_a_broken_rule_of_the_database_is_told_by_its_code(centre, log):
    from sqlalchemy.exc import IntegrityError

    with pytest.raises(IntegrityError) as caught, centre.conn() as conn:
        conn.execute(
            text("INSERT INTO enrolment_code (hash, account, until) VALUES ('王秀英', :who, 1)"), {"who": new_id()}
        )
    try:
        raise caught.value
    except IntegrityError:
        logging.getLogger("gridserver.people").exception("enrol")
    assert "sqlstate 23503" in log.getvalue()
    assert "Key (account)" not in log.getvalue()


def ground(engine):
    return Ground(engine, KEYS, lambda: MORNING, new_id, bytes, CHEAP)


def test_a_bug_costs_the_desk_a_moment_and_no_work(centre, portal):
    app = create_app(centre.ground)

    @app.get("/broken")
    def broken():
        raise RuntimeError("nobody foresaw this")

    session = requests.Session()
    session.mount("https://", line := Line(app, portal))
    with pytest.raises(RuntimeError, match="nobody foresaw this"):
        session.get("https://centre.test/broken")
    status, headers, body = line.last
    assert status == 500
    assert headers["x-gridworker"] == "1"
    assert unpack(body, compressed=False)["error"] == "broken"


def test_without_its_database_the_centre_asks_desks_to_come_again(portal):
    engine = connect("postgresql://nobody@127.0.0.1:1/none", pool=1, wait=0.1)
    session = requests.Session()
    session.mount("https://", Line(create_app(ground(engine)), portal))
    answer = session.get("https://centre.test/healthz")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "2"
    assert answer.headers["X-Gridworker"] == "1"
    assert unpack(answer.content, compressed=False)["reason"] == "中心暂时忙，请稍后再试。"
    engine.dispose()


def test_when_all_its_lines_are_taken_it_asks_desks_to_come_again(database, portal):
    engine = connect(database, pool=1, wait=0.1)
    session = requests.Session()
    session.mount("https://", Line(create_app(ground(engine)), portal))
    with transaction(engine):
        assert session.get("https://centre.test/healthz").status_code == 503
    assert session.get("https://centre.test/healthz").status_code == 200
    engine.dispose()


def test_a_caller_is_known_by_one_question_to_the_database(centre, monkeypatch):
    centre.district()
    desk = centre.desk("wang", "grid_worker", "330683106211001")
    centre.session(desk).get(centre.address + "/sync/v1/hello")  # notes that it was heard from
    asked, execute, together = [], psycopg.Cursor.execute, questions.together

    def heard(cursor, query, *how, **more):
        asked.append(str(query))
        return execute(cursor, query, *how, **more)

    def heard_together(line, prepared, several, **how):
        several = list(several)
        asked.extend(str(each.statement) for each in several)
        return together(line, prepared, several, **how)

    monkeypatch.setattr(psycopg.Cursor, "execute", heard)
    monkeypatch.setattr(questions, "together", heard_together)
    assert centre.session(desk).get(centre.address + "/sync/v1/hello").status_code == 200
    assert len([question for question in asked if "access_token" in question]) == 1
    assert len(asked) <= 3, asked


def test_who_finds_no_room_is_asked_politely_to_come_again_and_later_the_more_there_are(centre, portal):
    crowded = Line(Crowd(create_app(centre.ground), most=0), portal)
    session = requests.Session()
    session.mount(centre.address, crowded)
    waits = []
    for _ in range(30):
        answer = session.get(f"{centre.address}/sync/v1/hello", stream=True)
        assert answer.status_code == 503
        assert unpack(answer.raw.read(), compressed=False)["error"] == "busy"
        waits.append(int(answer.headers["Retry-After"]))
    assert waits == sorted(waits)
    assert waits[0] >= 5
    assert waits[-1] > waits[0]
    roomy = Line(Crowd(create_app(centre.ground), most=1), portal)
    session.mount(centre.address, roomy)
    assert [session.get(f"{centre.address}/sync/v1/hello").status_code for _ in range(3)] == [200] * 3
