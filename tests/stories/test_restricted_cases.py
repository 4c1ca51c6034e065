"""One case for named people: it goes to a bucket of their own, and nobody else has any of it any more."""

import argparse

import pytest

from gridserver.cli.commands import _Hand, _restrict_case
from gridserver.errors import CommandFailed
from gridserver.storage import dump, meta, scope
from gridserver.storage.embedded import programs
from gridworker.cli.commands import run
from gridworker.cli.parser import parsed
from gridworker.errors import NotAllowed, NotFound
from tests.helpers.centre import PASSWORD, new_id
from tests.helpers.desk_fixtures import GRID
from tests.helpers.open_pages import open_pages

TOWN = "330683106"
SECRET = "双方另有一笔三万元的借款。"


@pytest.fixture
def village(founded):
    """A town with two mediators."""
    founded.centre.hire("hu", "mediator", TOWN)
    return founded


@pytest.fixture
def people(village, desk):
    """Everybody at one desk of his own."""
    return {name: desk(name) for name in ("li", "hu", "zhao")}


@pytest.fixture
def case(village, people):
    """李 mediates; 胡 and the supervisor hold the town's cases as well, and all of them have read it."""
    li, hu, zhao = people.values()
    grid, town = village.centre.regions[GRID], village.centre.regions[TOWN]
    dispute = zhao.ledger.save("dispute", {"title": "宅基地边界", "dispute_type": "03", "grid": grid}).id
    zhao.sync()
    li.sync()
    told = {"title": "宅基地边界", "dispute": dispute, "town": town, "accepted_on": "2026-03-02", "facts": SECRET}
    made = li.ledger.save("mediation_case", told).id
    session(li, made, "第一次调解。")
    for each in (li, hu, zhao):
        each.sync()
    assert all(each.ledger.get("mediation_case", made) for each in (li, hu, zhao))
    return made


def session(desk, case, words):
    given = {"case": case, "process": words, "result": "not_agreed"}
    return desk.ledger.save("mediation_session", given).id


def has(desk, case):
    """Whether the case, and how many of its sessions, are on a desk."""
    return desk.ledger.get("mediation_case", case) is not None, desk.ledger.count("mediation_session")


def readable(desk, words):
    """Whether the key opens these words anywhere in the store, its log or its backups."""
    return words.encode() in open_pages(desk.opened.entry.path, desk.key)


def test_named_people_have_it_others_lose_all_of_it_and_who_comes_later_never_had_it(village, people, desk, case):
    li, hu, zhao = people.values()
    for each in (li, hu, zhao):
        assert has(each, case) == (True, 1)
    assert readable(hu, SECRET)
    for each in (li, hu):
        each.ledger.keep_draft(f"case:{case}", "case", "案件", {"facts": SECRET})
    told = li.restrict(case, [zhao.me.person])
    assert set(told.people) == {li.me.person, zhao.me.person}
    for each in (li, hu, zhao):
        each.sync()
    assert [has(each, case) for each in (li, zhao, hu)] == [(True, 1), (True, 1), (False, 0)]
    for each in (li, hu):
        each.store.tidy()
    assert not readable(hu, SECRET)
    assert [len(each.ledger.drafts()) for each in (li, hu)] == [1, 0]
    assert li.store.own_changes(case), "who is named keeps what he wrote"
    assert hu.ledger.search("借款") == []
    assert {each["staff"] for each in zhao.ledger.get("mediation_case", case)["readers"].values()} == set(told.people)
    later = desk("hu")
    assert has(later, case) == (False, 0)
    assert not readable(later, SECRET)


def test_what_is_written_in_it_from_then_on_reaches_nobody_else(village, people, case):
    li, hu, zhao = people.values()
    li.restrict(case, [zhao.me.person])
    unaware = session(li, case, "他还不知道已经限定。")
    li.sync()
    aware = session(li, case, "已经限定以后。")
    assert li.store.get("mediation_session", aware).bucket == li.store.get("mediation_case", case).bucket
    li.sync()
    zhao.sync()
    hu.sync()
    assert zhao.ledger.get("mediation_session", unaware)
    assert zhao.ledger.get("mediation_session", aware)
    assert has(hu, case) == (False, 0)
    with pytest.raises(NotFound):
        hu.history("mediation_case", case)


def test_what_somebody_wrote_who_had_not_heard_of_it_is_kept_and_leaves_no_trace_with_him(village, people, case):
    li, hu, zhao = people.values()
    note = "胡调解员补充：对方愿意让步。"
    li.restrict(case, [zhao.me.person])
    hu.ledger.save("mediation_case", {"note": note}, case)
    late = session(hu, case, "胡调解员记的一次。")
    hu.ledger.save("mediation_session", {"place": "村委会"}, late)
    assert hu.sync().refused == 0
    zhao.sync()
    assert zhao.ledger.get("mediation_case", case)["note"] == note
    assert zhao.ledger.get("mediation_session", late)["place"] == "村委会"
    hu.sync()
    hu.store.tidy()
    assert has(hu, case) == (False, 0)
    assert not readable(hu, note)
    assert not readable(hu, "胡调解员记的一次。")
    assert hu.ledger.store.own_changes(case) == hu.ledger.store.own_changes(late) == []


def test_a_name_more_and_a_name_less_and_in_the_end_everybody_again(village, people, case):
    li, hu, zhao = people.values()
    words = "赵督导写的意见。"
    zhao.ledger.save("mediation_case", {"note": words}, case)
    zhao.sync()
    li.restrict(case, [zhao.me.person])
    zhao.sync()
    assert readable(zhao, words)
    li.restrict(case, [hu.me.person])
    for each in (li, hu, zhao):
        each.sync()
    assert [has(each, case) for each in (li, hu, zhao)] == [(True, 1), (True, 1), (False, 0)]
    zhao.store.tidy()
    assert not readable(zhao, words)
    assert zhao.store.own_changes(case) == []
    assert li.restrict(case, []).people == []
    for each in (li, hu, zhao):
        each.sync()
    assert [has(each, case) for each in (li, hu, zhao)] == [(True, 1)] * 3
    assert "readers" not in hu.ledger.get("mediation_case", case)
    assert not [each for each in li.store.buckets() if each.record], "the bucket of its own is let go"


def test_only_who_is_in_charge_or_a_supervisor_may_say_so_and_who_leaves_his_post_has_it_no_longer(
    village, people, case
):
    li, hu, zhao = people.values()
    with pytest.raises(NotAllowed, match="主办调解员"):
        hu.restrict(case, [hu.me.person])
    with pytest.raises(NotAllowed, match="不在本县"):
        li.restrict(case, [case])
    zhao.restrict(case, [zhao.me.person])
    for each in (li, hu):
        with pytest.raises(NotFound):
            each.restrict(case, [each.me.person])
    with village.centre.conn() as conn:
        assert [each for each in scope.buckets_of(conn, zhao.me.person) if each.record == case]
        conn.exec_driver_sql("UPDATE account SET active = false WHERE login = 'zhao'")
        scope.regrant(conn)
        assert scope.buckets_of(conn, zhao.me.person) == []


def test_a_removed_one_is_brought_back_before_others_see_it_again(people, case):
    li, hu, zhao = people.values()
    zhao.restrict(case, [hu.me.person])
    zhao.sync()
    removed = zhao.ledger.remove("mediation_case", case)
    zhao.sync()
    with pytest.raises(NotAllowed, match="已经删除"):
        zhao.restrict(case, [])
    zhao.ledger.undo(removed.act)
    zhao.sync()
    zhao.restrict(case, [])
    li.sync()
    assert has(li, case) == (True, 1)


def test_what_was_written_in_it_comes_back_to_a_centre_restored_from_before_it(village, people, case, database):
    """The case is with the town again, as all that the centre itself had made is lost; nobody's words are."""
    li, _, zhao = people.values()
    with dump.dump(village.centre.engine, database, programs()) as reading:
        pieces, covered = list(reading.pieces), reading.covered
    with village.centre.conn() as conn:
        meta.mark_backup(conn, covered, village.centre.clock())
    li.restrict(case, [zhao.me.person])
    for each in (li, zhao):
        each.sync()
    late = session(li, case, "限定以后记的。")
    li.ledger.save("mediation_case", {"note": "限定以后改的。"}, case)
    li.sync()
    dump.restore(database, programs(), pieces, dump.Rebirth(new_id(), village.centre.clock()))
    village.centre.engine.dispose()
    village.centre.clock.move(minutes=20)
    for each in (li, zhao):
        each.sign_in(PASSWORD)
    told = [each.sync() for each in (li, zhao, li, zhao)]
    assert [each.refused for each in told] == [0, 0, 0, 0]
    for each in (li, zhao):
        assert each.ledger.get("mediation_session", late)["process"] == "限定以后记的。"
        assert each.ledger.get("mediation_case", case)["note"] == "限定以后改的。"


def test_from_the_command_line_of_a_desk_and_of_the_centre(village, people, case, monkeypatch):
    li, hu, zhao = people.values()
    monkeypatch.setenv("GRIDWORKER_PASSWORD", PASSWORD)

    def say(desk, *words):
        asked = parsed(["--home", str(desk.machine.home), "--user", desk.user, *words])
        return run(asked, lambda home: desk.machine)

    assert say(li, "cases", "restrict", case, "--to", "zhao").lines == ["只有这些人能查看：li、zhao"]
    with pytest.raises(NotFound, match="没有登录名"):
        say(li, "cases", "restrict", case, "--to", "nobody")
    hu.sync()
    assert has(hu, case) == (False, 0)
    with village.centre.conn() as conn:
        hand = _Hand(conn, None)
        assert "2 people" in _restrict_case(hand, argparse.Namespace(case=case, to=["zhao", "hu"], lift=False)).lines[0]
        for wrong in ({"to": [], "lift": False}, {"to": ["nobody"], "lift": False}, {"to": ["wang"], "lift": False}):
            with pytest.raises(CommandFailed):
                _restrict_case(hand, argparse.Namespace(case=case, **wrong))
    for each in (li, hu, zhao):
        each.sync()
    assert [has(each, case)[0] for each in (li, hu, zhao)] == [False, True, True]
    assert say(zhao, "cases", "lift", case).lines == ["已取消限定"]
    li.sync()
    assert has(li, case) == (True, 1)


def test_what_a_named_person_made_before_he_heard_that_it_was_lifted_is_taken(village, people, case):
    li, hu, zhao = people.values()
    li.restrict(case, [zhao.me.person])
    for each in (li, hu, zhao):
        each.sync()
    made = session(zhao, case, "他还不知道已经取消限定。")
    assert zhao.store.get("mediation_session", made).bucket == zhao.store.get("mediation_case", case).bucket
    li.restrict(case, [])
    assert zhao.sync().refused == 0
    hu.sync()
    assert hu.ledger.get("mediation_session", made)["process"] == "他还不知道已经取消限定。"


def test_who_comes_first_to_a_restored_centre_waits_for_what_he_had_written_on(village, people, case, database):
    """Work on a session, and the settling of a conflict, of which this centre has not heard yet."""
    li, hu, zhao = people.values()
    with dump.dump(village.centre.engine, database, programs()) as reading:
        pieces, covered = list(reading.pieces), reading.covered
    with village.centre.conn() as conn:
        meta.mark_backup(conn, covered, village.centre.clock())
    li.restrict(case, [zhao.me.person, hu.me.person])
    for each in people.values():
        each.sync()
    late = session(li, case, "限定以后记的。")
    for each in (li, zhao):
        each.ledger.save("mediation_case", {"title": f"{each.user}记的案由"}, case)
    for each in people.values():
        each.sync()
    for each in (zhao, hu):
        each.sync()
    hu.ledger.save("mediation_session", {"place": "村委会"}, late)
    [conflict] = hu.ledger.find("conflict", [("state", "=", "open")])
    hu.ledger.settle(conflict["id"])
    hu.sync()
    dump.restore(database, programs(), pieces, dump.Rebirth(new_id(), village.centre.clock()))
    village.centre.engine.dispose()
    village.centre.clock.move(minutes=20)
    for each in people.values():
        each.sign_in(PASSWORD)
    told = [each.sync() for each in (hu, li, zhao, hu, hu)]
    assert [each.refused for each in told] == [0] * 5
    assert told[0].held, "the session, and the conflict, are still at the other desks"
    assert hu.ledger.outbox(["held", "attention"]) == []
    for each in (li, zhao):
        each.sync()
        assert each.ledger.get("mediation_session", late)["place"] == "村委会"
        assert each.ledger.find("conflict", [("state", "=", "open")]) == []
