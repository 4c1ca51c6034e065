"""People get grids, lose them, get them back, change their posts: what they have written arrives, or a person hears."""

import pytest
import requests

from gridserver.storage import chores, dump, meta
from gridserver.storage.embedded import programs
from gridworker.storage import restore
from tests.helpers.centre import PASSWORD, new_id
from tests.helpers.desk_fixtures import GRID, OTHER_GRID, shared
from tests.helpers.open_pages import open_pages

TOWN = "330683106"


@pytest.fixture
def village(founded):
    """A district that every desk knows."""
    return founded


def give(village, name, *, more=(), less=()):
    """An administrator changes what a person is responsible for."""
    with village.centre.staff() as staff:
        for code in more:
            staff.assign(name, code)
        for code in less:
            staff.unassign(name, code)


def a_days_work(desk, village):
    """A household with everything, and an edit of one that was there before; all of it waits."""
    house = village.household(desk)
    save, about = desk.ledger.save, {"household": house}
    made = {
        "household": house,
        "person": save("person", {**about, "name": "陈小红"}).id,
        "key_group_tag": save(
            "key_group_tag", {**about, "tag": "released", "source": "名册", "valid_from": "2026-01-01"}
        ).id,
        "visit": save("visit", {**about, "text": "家中一切正常。"}).id,
        "matter": save("matter", {**about, "title": "路灯不亮"}).id,
        "dispute": save("dispute", {**about, "title": "宅基地边界", "dispute_type": "03"}).id,
    }
    desk.ledger.save("household", {"phone": "13800000001"}, house)
    return made


def has(desk, made):
    """Which of the records are on this desk."""
    return {kind for kind, record in made.items() if desk.store.get(kind, record) is not None}


def buckets(desk):
    return {(bucket.bucket_class, bucket.region, bucket.state) for bucket in desk.store.buckets()}


def test_a_grid_more_comes_whole_and_can_be_written_in_at_once(village, desk):
    wang, zhao = desk("wang"), desk("zhao")
    theirs = village.household(zhao, grid=OTHER_GRID)
    zhao.sync()
    give(village, "wang", more=[OTHER_GRID])
    wang.sync()
    assert wang.renew(), "his desk knows of it without his signing in"
    assert village.centre.regions[OTHER_GRID] in wang.me.regions
    assert wang.ledger.get("household", theirs)["head_name"] == "陈建国"
    wang.ledger.save("visit", {"household": theirs, "text": "第一次上门。"})
    assert (wang.sync().pushed, wang.sync().refused) == (1, 0)
    mine, told = shared(wang, zhao)
    zhao.sync()
    mine, told = shared(wang, zhao)
    assert mine == told


def test_who_is_sent_to_another_grid_hands_in_all_that_waits_and_his_supervisor_hears(village, desk):
    wang, zhao = desk("wang"), desk("zhao")
    village.centre.line.cut = True
    made = a_days_work(wang, village)
    give(village, "wang", more=[OTHER_GRID], less=[GRID])
    village.centre.line.cut = False
    report = wang.sync()
    assert (report.pushed, report.refused, report.conflicts, report.dropped, report.kept_back) == (7, 0, 0, 2, 0)
    assert has(wang, made) == set(), "the old grid has left his desk"
    old = village.centre.regions[GRID]
    assert old not in {region for _, region, _ in buckets(wang)}
    village.centre.clock.move(minutes=20)
    zhao.sync()
    assert has(zhao, made) == made.keys() - {"key_group_tag"}
    [late] = zhao.ledger.late_work()
    assert (late["name"], late["changes"]) == ("wang", 6), "the sensitive one is not for his eyes"
    assert {each.split()[0] for each in late["records"]} == made.keys() - {"key_group_tag"}
    assert zhao.ledger.put_aside() == []


def test_a_grid_taken_and_given_back_between_two_syncs_makes_no_difference(village, desk):
    wang, zhao = desk("wang"), desk("zhao")
    before = buckets(wang)
    village.centre.line.cut = True
    made = a_days_work(wang, village)
    give(village, "wang", less=[GRID])
    give(village, "wang", more=[GRID])
    village.centre.line.cut = False
    report = wang.sync()
    assert (report.pushed, report.refused, report.dropped, report.kept_back) == (7, 0, 0, 0)
    assert buckets(wang) == before
    assert has(wang, made) == made.keys()
    village.centre.clock.move(minutes=20)
    zhao.sync()
    assert zhao.ledger.late_work() == [], "he held it when it came"


def test_a_grid_given_back_after_it_was_let_go_is_there_again_with_what_was_his(village, desk):
    wang = desk("wang")
    made = a_days_work(wang, village)
    wang.sync()
    give(village, "wang", less=[GRID])
    wang.sync()
    assert has(wang, made) == set()
    give(village, "wang", more=[GRID])
    wang.sync()
    assert has(wang, made) == made.keys()
    assert wang.ledger.get("household", made["household"])["phone"] == "13800000001"
    visit = wang.ledger.save("visit", {"household": made["household"], "text": "又回来了。"}).id
    assert (wang.sync().pushed, wang.ledger.waiting_count()) == (1, 0)
    assert wang.store.state_of("visit", visit) == "accepted"


def test_what_is_owed_of_a_lost_grid_comes_back_to_a_centre_restored_from_yesterday(village, desk, database):
    """The desk has not a word of it any more, and cannot read what it hands in."""
    wang, zhao = desk("wang"), desk("zhao")
    with dump.dump(village.centre.engine, database, programs()) as reading:
        pieces, covered = list(reading.pieces), reading.covered
    with village.centre.conn() as conn:
        meta.mark_backup(conn, covered, village.centre.clock())
    made = a_days_work(wang, village)
    wang.sync()
    give(village, "wang", more=[OTHER_GRID], less=[GRID])
    wang.sync()
    assert has(wang, made) == set()
    content = open_pages(wang.opened.entry.path, wang.key)
    assert [record for record in made.values() if record.encode() in content] == []

    dump.restore(database, programs(), pieces, dump.Rebirth(new_id(), village.centre.clock()))
    village.centre.engine.dispose()
    give(village, "wang", more=[OTHER_GRID], less=[GRID])
    zhao.sync()
    assert has(zhao, made) == set(), "yesterday there was nothing"
    village.centre.clock.move(minutes=20)
    wang.sign_in(PASSWORD)
    for each in (wang, zhao, wang, zhao):
        assert each.sync().ok
    assert has(zhao, made) == made.keys() - {"key_group_tag"}
    assert has(wang, made) == set()
    assert zhao.ledger.get("household", made["household"])["phone"] == "13800000001"
    assert wang.store.owed_waiting() == []
    wang.store.requeue_not_durable()
    wang.sync()
    zhao.sync()
    assert zhao.store.get("household", made["household"]).ver == 2, "handed in once more, taken once"


def test_what_is_owed_of_a_lost_grid_comes_back_though_a_later_backup_had_it(village, desk, database):
    """The newest backup is damaged, say: an older one is put back, from before the work."""
    wang, zhao = desk("wang"), desk("zhao")

    def backed_up():
        with dump.dump(village.centre.engine, database, programs()) as reading:
            pieces, covered = list(reading.pieces), reading.covered
        with village.centre.conn() as conn:
            meta.mark_backup(conn, covered, village.centre.clock())
        return pieces

    older = backed_up()
    made = a_days_work(wang, village)
    wang.sync()
    backed_up()
    wang.sync()
    assert wang.store.state_of("household", made["household"]) == "durable"
    give(village, "wang", more=[OTHER_GRID], less=[GRID])
    wang.sync()
    assert has(wang, made) == set()
    village.centre.clock.move(days=20)
    with village.centre.conn() as conn:
        chores.note(conn, "backup", now=1, told={"since": 7})
    wang.sign_in(PASSWORD)
    assert wang.store.meta("backups_since") == 7, "so long it keeps what it owes"
    wang.sync()

    dump.restore(database, programs(), older, dump.Rebirth(new_id(), village.centre.clock()))
    village.centre.engine.dispose()
    give(village, "wang", more=[OTHER_GRID], less=[GRID])
    for each in (wang, zhao):
        each.sign_in(PASSWORD)
    for each in (wang, zhao):
        assert each.sync().ok
    assert has(zhao, made) == made.keys() - {"key_group_tag"}
    assert zhao.ledger.get("household", made["household"])["phone"] == "13800000001"


def test_what_a_store_from_before_writes_in_a_grid_that_is_lost_waits_for_a_person(village, desk, tmp_path):
    """The desk had known better once: nobody else could tell its work from a stranger's."""
    wang, zhao = desk("wang"), desk("zhao")
    copy = tmp_path / "yesterday.db"
    wang.store.backup_to(copy, wang.key)
    give(village, "wang", more=[OTHER_GRID], less=[GRID])
    wang.sync()
    village.household(wang, grid=OTHER_GRID)
    wang.sync()
    wang.close()
    restore.put_back(wang.opened.entry.path, wang.key, copy, tmp_path / "aside")
    wang = village.open(wang)
    house = village.household(wang)
    report = wang.sync()
    assert (report.pushed, report.refused) == (1, 1), "what came along from the store that was replaced, and this"
    [mine] = wang.ledger.outbox(["attention"])
    assert (mine.code, mine.record) == ("out_of_scope", house)
    assert "没有丢" in mine.reason
    village.centre.clock.move(minutes=20)
    zhao.sync()
    [aside] = zhao.ledger.put_aside()
    assert (aside["name"], aside["code"], aside["changes"]) == ("wang", "out_of_scope", 1)


def test_who_becomes_something_else_hands_in_what_he_was_still_allowed_to_write(village, desk):
    wang, li, zhao = desk("wang"), desk("li"), desk("zhao")
    dispute = wang.ledger.save(
        "dispute", {"title": "宅基地边界", "grid": village.centre.regions[GRID], "dispute_type": "03"}
    ).id
    wang.sync()
    li.sync()
    village.centre.line.cut = True
    li.ledger.move("dispute", dispute, "accepted")
    town = village.centre.regions[TOWN]
    case = li.ledger.save(
        "mediation_case", {"title": "宅基地边界", "dispute": dispute, "town": town, "accepted_on": "2026-03-02"}
    ).id
    with village.centre.staff() as staff:
        assert staff.set_role("li", "grid_worker")
        assert not staff.set_role("li", "grid_worker")
    village.centre.line.cut = False
    report = li.sync()
    assert (report.pushed, report.refused, report.conflicts) == (2, 0, 0)
    assert li.renew()
    assert li.me.role == "grid_worker"
    assert "case" not in {bucket_class for bucket_class, *_ in buckets(li)}
    assert "sensitive" in {bucket_class for bucket_class, *_ in buckets(li)}
    village.centre.clock.move(minutes=20)
    zhao.sync()
    assert zhao.ledger.get("mediation_case", case)["title"] == "宅基地边界"
    assert zhao.ledger.get("dispute", dispute)["state"] == "accepted"
    [late] = zhao.ledger.late_work()
    assert (late["name"], late["changes"]) == ("li", 2)
    with pytest.raises(Exception, match="不能"):
        li.ledger.move("dispute", dispute, "mediating")


def test_who_was_not_told_of_his_new_post_yet_hands_in_what_the_old_one_allowed(village, desk, monkeypatch):
    """The line broke right after the rows had come, and before the answer who he is now."""
    wang, li = desk("wang"), desk("li")
    fields = {"title": "宅基地边界", "grid": village.centre.regions[GRID], "dispute_type": "03"}
    dispute = wang.ledger.save("dispute", fields).id
    wang.sync()
    li.sync()
    with village.centre.staff() as staff:
        staff.set_role("li", "grid_worker")
    whole = village.centre.line.send

    def breaks(request, **how):
        if request.url.endswith("/people/v1/refresh"):
            raise requests.ConnectionError("the line broke", request=request)
        return whole(request, **how)

    monkeypatch.setattr(village.centre.line, "send", breaks)
    assert li.sync().ok
    assert not li.renew()
    li.ledger.move("dispute", dispute, "accepted")
    house = village.household(wang)
    wang.sync()
    monkeypatch.undo()
    assert li.sync().refused == 0
    assert li.renew()
    li.ledger.remove("household", house)
    assert li.sync().refused == 0, "and what the new one allows"


def test_what_he_writes_in_the_new_post_is_judged_by_the_new_post(village, desk):
    wang = desk("wang")
    house = village.household(wang)
    wang.sync()
    with village.centre.staff() as staff:
        staff.set_role("wang", "mediator")
    wang.sync()
    wang.renew()
    wang.ledger.save("household", {"phone": "13800000001"}, house)
    assert wang.sync().refused == 0
    with pytest.raises(Exception, match="不能移除"):
        wang.ledger.remove("household", house)


def test_who_is_called_otherwise_is_so_at_once_and_to_everybody(village, desk):
    wang, zhao = desk("wang"), desk("zhao")
    with village.centre.conn() as conn:
        author = village.centre.author_of(conn)
        author.write([author.set(author.row_of("staff_member", wang.me.person), "name", "王小芳")])
    for each in (wang, zhao):
        each.sync()
    assert wang.renew()
    assert not zhao.renew()
    assert (wang.me.name, wang.ledger.me.name) == ("王小芳", "王小芳")
    assert wang.vault.worker("wang").name == "王小芳", "and on the list at the door"
    assert [each.ledger.names()[wang.me.person] for each in (wang, zhao)] == ["王小芳", "王小芳"]
