"""What the centre did not take is looked at by a person there, and its author hears of it by himself."""

import argparse

import pytest

from gridserver.cli import quarantine
from gridserver.cli.world import World
from gridserver.errors import CommandFailed
from gridserver.storage import chores
from gridworker.errors import NotAccepted
from tests.helpers.centre import KEYS


@pytest.fixture
def operator(village):
    """An administrator at the centre's console."""

    def act(step, **words):
        world = World(village.centre.engine, "", KEYS)
        return quarantine.run(world, argparse.Namespace(step=step, **words)).document

    return act


@pytest.fixture
def wang(village, desk):
    """A worker whose household came back, since the centre had him down for something else that day."""
    wang = desk("wang")
    wang.household = village.household(wang, "陈建国")
    role(village, "mediator")
    assert wang.sync().refused == 1
    return wang


def role(village, name):
    with village.centre.conn() as conn:
        conn.exec_driver_sql(f"UPDATE account SET role = '{name}' WHERE login = 'wang'")


def waiting(operator):
    return operator("list", code="")["groups"]


def standing(desk):
    return desk.store.state_of("household", desk.household)


def test_what_is_released_is_taken_and_its_author_sees_it_at_his_next_sync(village, desk, wang, operator):
    zhao = desk("zhao")
    visit = wang.ledger.save("visit", {"grid": wang.me.regions[0], "household": wang.household, "text": "走访"}).id
    assert wang.sync().held == 1, "it speaks of a household that the centre has not"
    (group,) = waiting(operator)
    assert (group["login"], group["code"], group["kinds"]) == ("wang", "not_allowed", ["household"])
    assert operator("show", id=group["id"])["group"]["changes"][0]["v"]["head_name"] == "陈建国"
    with pytest.raises(CommandFailed, match="still not taken"):
        operator("release", id=group["id"])
    role(village, "grid_worker")
    assert operator("release", id=group["id"])["verdict"] == "ok"
    assert waiting(operator) == []
    assert wang.sync().ok
    assert standing(wang) == "accepted"
    assert wang.store.outbox_rows(["attention"]) == []
    assert wang.sync().ok
    assert wang.store.state_of("visit", visit) == "accepted", "what spoke of it goes through by itself"
    zhao.sync()
    assert zhao.ledger.get("household", wang.household)["head_name"] == "陈建国"
    assert wang.ledger.get("household", wang.household)["head_name"] == "陈建国"


def test_a_released_group_is_called_safe_only_by_a_backup_made_after_it(village, wang, operator):
    centre = village.centre

    def back_up():
        from gridserver.storage import meta

        with centre.conn() as conn:
            meta.mark_backup(conn, meta.marks(conn), centre.clock())
            chores.note(conn, "backup", now=centre.clock())

    back_up()
    role(village, "grid_worker")
    import time

    with centre.conn() as conn:
        conn.exec_driver_sql(f"UPDATE chore SET at = {time.time_ns() // 1_000_000 - 3_600_000}")
    operator("release", id=waiting(operator)[0]["id"])
    wang.sync()
    wang.sync()
    assert standing(wang) == "accepted", "the backup has its number, and not what became of it"
    with centre.conn() as conn:
        conn.exec_driver_sql(f"UPDATE chore SET at = {time.time_ns() // 1_000_000 + 3_600_000}")
    wang.sync()
    assert standing(wang) == "durable"
    assert wang.store.came_back(9) == [], "nothing is left to ask for"


def test_a_rejected_group_tells_its_author_why_and_he_can_repair_and_resend(village, wang, operator):
    group = waiting(operator)[0]["id"]
    operator("reject", id=group, reason="请先与社区核对门牌号")
    role(village, "grid_worker")
    wang.sync()
    (line,) = wang.store.outbox_rows(["attention"])
    assert (line.code, line.reason) == ("rejected", "请先与社区核对门牌号")
    with pytest.raises(CommandFailed, match="no group with this number waits"):
        operator("release", id=group)
    wang.ledger.resend(line.tx)
    assert wang.sync().pushed == 1
    assert standing(wang) == "accepted"


def test_what_was_refused_when_it_was_new_is_repaired_and_keeps_its_place(village, desk, wang, operator):
    visit = wang.ledger.save("visit", {"grid": wang.me.regions[0], "household": wang.household, "text": "走访"}).id
    wang.sync()
    assert wang.ledger.get("household", wang.household) is None, "the centre has it not"
    operator("reject", id=waiting(operator)[0]["id"], reason="门牌号写错了")
    role(village, "grid_worker")
    wang.sync()
    (line,) = wang.store.outbox_rows(["attention"])
    with pytest.raises(NotAccepted):
        wang.ledger.repair(line.tx, line.record, {"head_name": None})
    assert len(wang.store.outbox_rows(["attention"])) == 1, "nothing is given up for nothing"
    saved = wang.ledger.repair(line.tx, line.record, {"address": "马村4号"})
    assert saved.id == wang.household, "what speaks of it finds it"
    assert wang.ledger.get("household", wang.household)["address"] == "马村4号"
    wang.sync()
    wang.sync()
    assert standing(wang) == "accepted"
    assert wang.store.state_of("visit", visit) == "accepted"
    assert wang.store.outbox_rows(["attention"]) == []
    zhao = desk("zhao")
    assert zhao.ledger.get("household", wang.household)["address"] == "马村4号"


def test_after_a_fix_everything_that_waited_for_one_reason_is_tried_again(village, wang, operator):
    others = [village.household(wang, f"王{sign}") for sign in "一二三"]
    wang.sync()
    assert operator("reprocess", code="not_allowed") == {"tried": 4, "taken": 0, "left": 4}
    role(village, "grid_worker")
    assert operator("reprocess", code="another")["tried"] == 0
    assert operator("reprocess", code="not_allowed") == {"tried": 4, "taken": 4, "left": 0}
    wang.sync()
    assert {wang.store.state_of("household", each) for each in [wang.household, *others]} == {"accepted"}


def test_nobody_elses_groups_are_told_and_a_sync_with_nothing_refused_asks_for_none(village, desk, wang, operator):
    tx = wang.store.outbox_rows(["attention"])[0].tx
    role(village, "grid_worker")
    operator("release", id=waiting(operator)[0]["id"])
    from gridserver.storage import quarantine as aside

    zhao = desk("zhao")
    with village.centre.conn() as conn:
        assert aside.since_heard(conn, zhao.me.person, [tx, "no id"], 0) == []
        assert len(aside.since_heard(conn, wang.me.person, [tx, "no id"], 0)) == 1
    assert zhao.store.came_back(9) == []
