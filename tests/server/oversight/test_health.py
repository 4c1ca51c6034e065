"""How the centre stands: figures that follow what happened, sums counted again, and who may look."""

import json
import logging
import re
from dataclasses import replace

import pytest
import requests

from gridserver import logs
from gridserver.app import create_app
from gridserver.oversight import rounds
from gridserver.oversight.metrics import exposition
from gridserver.settings import Watch
from gridserver.storage import chores
from gridserver.storage.engine import snapshot, text
from gridserver.storage.health import health
from tests.helpers.hand import household
from tests.helpers.line import Line
from tests.helpers.writer import GRID, Writer


@pytest.fixture
def wang(centre):
    centre.district()
    return Writer.at(centre, "wang", "grid_worker", GRID)


def house(writer, **fields):
    grid = writer.centre.regions[GRID]
    return writer.hand.create("household", writer.bucket("grid", GRID), household(grid, **fields))


def look(centre):
    with snapshot(centre.engine) as conn:
        return health(conn, centre.clock())


def test_a_new_centre_lacks_a_backup_and_nothing_else(centre):
    found = look(centre)
    assert found.alarms == ["no_backup"]
    assert (found.desks.active, found.quarantine.open, found.conflicts.changes) == (0, 0, 0)
    assert found.database_bytes > 1_000_000


def test_a_desk_not_heard_from_for_three_days_is_named(wang):
    wang.centre.desk("li", "mediator", "330683106")
    with wang.centre.conn() as conn:
        conn.execute(
            text("UPDATE device SET seen_at = :at WHERE id = CAST(:id AS uuid)"),
            {"at": wang.centre.clock(), "id": wang.desk.device},
        )
    assert look(wang.centre).desks.silent == 0
    wang.centre.clock.move(days=3, hours=1)
    found = look(wang.centre).desks
    assert (found.active, found.silent, found.never) == (2, 2, 1)
    assert found.longest_silent[-1].device == wang.desk.device


def test_what_a_desk_still_holds_is_known_when_the_line_breaks_after_the_first_piece(wang):
    push = wang.hand.push(wang.caller.epoch, house(wang))
    sent = push.model_copy(update={"highest": 41})
    answer = wang.centre.session(wang.desk).post(wang.centre.address + "/sync/v1/push", data=sent.model_dump_json())
    assert answer.status_code == 200
    found = look(wang.centre)
    assert (found.waiting.desks, found.waiting.changes, found.waiting.oldest) == (1, 40, wang.centre.clock())
    wang.centre.clock.move(days=1, hours=1)
    assert "desks_hold_work" in look(wang.centre).alarms
    rest = wang.hand.push(wang.caller.epoch, house(wang)).model_copy(update={"highest": 2})
    wang.centre.session(wang.desk).post(wang.centre.address + "/sync/v1/push", data=rest.model_dump_json())
    assert look(wang.centre).waiting.changes == 0


def test_refused_and_held_groups_and_conflicts_are_counted(wang):
    refused = house(wang)._replace(value={"head_name": "王建国"})
    after = house(wang)._replace(kind="hut")
    taken = house(wang)
    assert [each.verdict for each in wang.send(refused, after, taken)] == ["refused", "held", "ok"]
    row = wang.row("household", taken.record)
    wang.set(row, "phone", "13800000001")
    assert wang.set(row, "phone", "13800000002").verdict == "conflict"
    found = look(wang.centre)
    assert (found.quarantine.open, found.quarantine.by_code) == (1, {"bucket": 1})
    assert (found.held.groups, found.held.oldest) == (1, wang.centre.clock())
    assert found.conflicts.open == 1
    assert found.conflicts.per_thousand == round(1000 / found.conflicts.changes, 2)
    wang.centre.clock.move(days=2)
    assert {"quarantine_waits", "held_long"} <= set(look(wang.centre).alarms)


def test_sums_counted_again_agree_whatever_was_written_moved_and_removed(wang):
    rows = [wang.create("household", wang.bucket("grid", GRID), household(wang.centre.regions[GRID])) for _ in "123"]
    wang.set(rows[0], "phone", "13800000001")
    wang.keep(wang.hand.remove(rows[1]))
    assert rounds.count_again(wang.centre.engine, wang.centre.clock) == []
    sums = look(wang.centre).sums
    assert (sums.checked, sums.wrong) == (sums.buckets, [])
    assert sums.oldest == wang.centre.clock()


DAMAGE = {
    "a row is gone": "DELETE FROM record WHERE kind = 'household'",
    "a row is older": """UPDATE record SET wire = replace(wire, '"v":1,', '"v":9,') WHERE kind = 'household'""",
    "the head is another": "UPDATE bucket_head SET set_hash = repeat('1', 32) WHERE entries > 0",
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_sum_that_does_not_add_up_is_told_loudly_and_nothing_is_mended(wang, logged, damage):
    logged.expect("does not add up")
    wang.create("household", wang.bucket("grid", GRID), household(wang.centre.regions[GRID]))
    with wang.centre.conn() as conn:
        conn.exec_driver_sql(damage)
        before = conn.execute(text("SELECT bucket, set_hash FROM bucket_head ORDER BY bucket")).all()
    (wrong,) = rounds.count_again(wang.centre.engine, wang.centre.clock)
    assert wrong.bucket == wang.bucket("grid", GRID)
    found = look(wang.centre)
    assert found.sums.wrong == [wrong.bucket]
    assert "hash_mismatch" in found.alarms
    assert not found.document()["ok"]
    with wang.centre.conn() as conn:
        assert conn.execute(text("SELECT bucket, set_hash FROM bucket_head ORDER BY bucket")).all() == before


def asked(centre, portal, path, watch=None, **headers):
    ground = replace(centre.ground, watch=watch or Watch())
    session = requests.Session()
    session.mount("https://", Line(create_app(ground), portal))
    return session.get(centre.address + path, headers=headers)


def test_this_machine_and_whoever_has_the_token_see_the_figures_and_nobody_else(centre, portal):
    token = Watch("secret", from_here=False)
    assert asked(centre, portal, "/metrics").status_code == 200
    assert asked(centre, portal, "/metrics", token, Authorization="Bearer secret").status_code == 200
    assert asked(centre, portal, "/metrics", token, Authorization="Bearer another").status_code == 401
    assert asked(centre, portal, "/metrics", token).status_code == 401
    assert asked(centre, portal, "/metrics", **{"X-Forwarded-For": "203.0.113.9"}).status_code == 401
    assert asked(centre, portal, "/healthz", token).json() == {"ok": True}
    assert asked(centre, portal, "/healthz").json()["alarms"] == ["no_backup"]


LINE = re.compile(r'gridworker_[a-z_]+(\{[a-z_]+="([^"\\\n]|\\.)*"(,[a-z_]+="([^"\\\n]|\\.)*")*\})? -?\d+(\.\d+)?$')


def test_the_figures_are_written_as_prometheus_reads_them(wang):
    wang.send(house(wang)._replace(value={"head_name": "王建国"}))
    with wang.centre.conn() as conn:
        chores.note(conn, "drill", now=wang.centre.clock(), ok=False)
        conn.execute(text("""UPDATE quarantine SET code = 'an "odd"' || chr(10) || '\\one'"""))
    told = exposition(look(wang.centre))
    assert told.endswith("\n")
    helped, typed = set(), set()
    for line in told.splitlines():
        if line.startswith("# HELP "):
            assert line.split()[2] not in helped, "a family is told in one piece"
            helped.add(line.split()[2])
        elif line.startswith("# TYPE "):
            typed.add(line.split()[2])
            assert line.endswith(" gauge")
        else:
            assert LINE.match(line), line
            assert re.split(r"[{ ]", line)[0] in helped
    assert helped == typed
    assert "gridworker_quarantine_open 1\n" in told
    assert 'gridworker_quarantine_open_by_code{code="an \\"odd\\"\\n\\\\one"} 1\n' in told
    assert 'gridworker_round_ok{round="drill"} 0\n' in told
    assert "gridworker_backup_age_seconds -1\n" in told


def test_each_request_leaves_one_line_with_ids_and_counts_and_no_word_of_anybody(wang, capsys):
    logger = logging.getLogger("gridserver")
    before = logger.handlers, logger.propagate, logger.level
    logs.start(structured=True)
    try:
        push = wang.hand.push(wang.caller.epoch, house(wang, head_name="王秀英", phone="13812345678"))
        address = wang.centre.address + "/sync/v1/push"
        wang.centre.session(wang.desk).post(address, data=push.model_dump_json())
        wang.centre.session(wang.desk).post(address, data=push.model_copy(update={"epoch": "x"}).model_dump_json())
    finally:
        logger.handlers, logger.propagate, logger.level = before
    said = capsys.readouterr().err
    first, second = (json.loads(line) for line in said.splitlines() if '"request"' in line)
    assert (first["route"], first["device"], first["status"]) == ("/sync/v1/push", wang.desk.device, 200)
    assert (first["groups"], first["aside"]) == (1, 0)
    assert (second["code"], second["status"]) == ("epoch", 409)
    assert first["request"] != second["request"]
    assert first["ms"] >= 0
    for private in "王秀英", "13812345678", "127.0.0.1", wang.desk.token:
        assert private not in said
