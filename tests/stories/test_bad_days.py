"""Bad days: whatever happens on the way, the worker is told in words and nothing that he wrote is lost."""

import shutil
from dataclasses import replace

import pytest

from gridserver.storage import dump, meta
from gridserver.storage.embedded import programs
from gridworker.errors import (
    BrokenAnswer,
    CentreUnreachable,
    DeviceRevoked,
    GridworkerError,
    NotAccepted,
    NotTheCentre,
    ProxyInTheWay,
    SignInNeeded,
    SignInRefused,
    StoreBusy,
    WeakPassword,
    WrongPassword,
)
from gridworker.protocol.sync import BucketInfo
from gridworker.sync import enrol
from gridworker.sync.centre import Centre
from tests.helpers.bad_line import answer, listening
from tests.helpers.centre import PASSWORD, new_id
from tests.helpers.desk_fixtures import GRID, OTHER_GRID, Village, shared


def at_the_centre(village: Village, kind: str = "household") -> set[str]:
    """Ids of the records of a kind that the centre has."""
    with village.centre.conn() as conn:
        return {str(row[0]) for row in conn.exec_driver_sql(f"SELECT id FROM record WHERE kind = '{kind}'")}


# ------------------------------------------------------------------ the line


@pytest.mark.parametrize("requests", range(3))
def test_the_line_is_cut_after_so_many_requests_and_the_next_sync_goes_on_from_there(village, desk, requests):
    wang, zhao = desk("wang"), desk("zhao")
    saved = {village.household(wang, f"陈建国{number}") for number in range(9)}
    wang.store.set_meta("batch", [3, 4096, 50])
    village.line.cut_after = requests
    with pytest.raises(CentreUnreachable):
        wang.sync()
    village.line.cut_after = None
    wang.sync()
    zhao.sync()
    assert at_the_centre(village) == saved
    mine, theirs = shared(wang, zhao)
    assert mine == theirs


@pytest.mark.parametrize("lost", range(1, 5))
def test_a_lost_answer_makes_nothing_twice(village, desk, lost):
    wang, zhao = desk("wang"), desk("zhao")
    saved = {village.household(wang, f"陈建国{number}") for number in range(4)}
    village.centre.line.lose_answers = lost
    for _ in range(lost):
        with pytest.raises(CentreUnreachable):
            wang.sync()
    wang.sync()
    zhao.sync()
    assert at_the_centre(village) == saved
    assert zhao.ledger.count("household") == 4
    mine, theirs = shared(wang, zhao)
    assert mine == theirs


@pytest.mark.parametrize("bytes_that_come", [0, 1, 20, 60, 120])
def test_a_truncated_answer_is_asked_for_again(village, desk, bytes_that_come):
    wang = desk("wang")
    household = village.household(wang)
    village.centre.line.cut_answers_after = bytes_that_come
    with pytest.raises(BrokenAnswer):
        wang.sync()
    assert wang.store.sync_log(1)[0]["code"] == "BrokenAnswer"
    village.centre.line.cut_answers_after = None
    assert wang.sync().ok
    assert at_the_centre(village) == {household}
    assert wang.store.state_of("household", household) == "accepted"


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (answer(200, b"<html>login</html>", Content_Type="text/html"), ProxyInTheWay),
        (answer(302, Location="http://10.0.0.1/"), ProxyInTheWay),
        (answer(404, b"nginx"), NotTheCentre),
    ],
)
def test_somebody_else_answers_and_the_worker_is_told_and_the_work_stays(village, desk, reply, error):
    wang = desk("wang")
    household = village.household(wang)
    with listening(lambda _: reply) as port:
        wang.store.set_meta("centre", f"http://127.0.0.1:{port}")
        elsewhere = village.start(replace(wang.machine, connect=Centre), wang.opened)
        with pytest.raises(error) as raised:
            elsewhere.sync()
    assert raised.value.remedy
    assert wang.store.waiting_count() == {"new": 1}
    wang.store.set_meta("centre", village.centre.address)
    assert wang.sync().pushed == 1
    assert at_the_centre(village) == {household}


# ------------------------------------------------------------------ coming in


@pytest.mark.parametrize("wrong", ["user", "password", "code"])
def test_a_wrong_name_password_or_code_is_refused_and_leaves_nothing_behind(village, wrong):
    machine = village.machine()
    right = enrol.Application("wang", PASSWORD, village.centre.enrolment_code("wang"), village.centre.address)
    other = {"user": "nobody", "password": "not the password", "code": village.centre.enrolment_code("zhao")}
    with pytest.raises(SignInRefused):
        enrol.enrol(machine, replace(right, **{wrong: other[wrong]}))
    assert machine.vault.workers() == []
    desk = village.start(machine, enrol.enrol(machine, right))
    assert desk.sync().ok


def test_what_is_no_code_or_the_code_of_another_centre_is_told_before_a_password_is_sent(village):
    right = village.centre.enrolment_code("wang")
    signs = right.replace("-", "")
    false = signs[:20] + ("0" if signs[20] != "0" else "1") + signs[21:]
    for code in ("abc", false):
        village.centre.line.served.clear()
        with pytest.raises(NotAccepted) as raised:
            enrol.enrol(village.machine(), enrol.Application("wang", PASSWORD, code, village.centre.address))
        assert raised.value.field == "code"
        assert not any("enrol" in asked for asked in village.centre.line.served)


def test_a_password_too_weak_for_a_machine_without_keyring_costs_no_code(village, no_keyring):
    village.centre.account("sun", "grid_worker", GRID, password="short pw1")
    code = village.centre.enrolment_code("sun")
    with pytest.raises(WeakPassword):
        enrol.enrol(village.machine(), enrol.Application("sun", "short pw1", code, village.centre.address))
    assert not any("enrol" in asked for asked in village.centre.line.served)


def test_an_enrolment_whose_answer_was_lost_is_simply_repeated_with_the_same_code(village):
    machine = village.machine()
    asked = enrol.Application("wang", PASSWORD, village.centre.enrolment_code("wang"), village.centre.address)
    village.line.lose_next = "/people/v1/enrol"
    with pytest.raises(CentreUnreachable):
        enrol.enrol(machine, asked)
    desk = village.start(machine, enrol.enrol(machine, asked))
    assert desk.sync().ok
    with village.centre.conn() as conn:
        assert conn.exec_driver_sql("SELECT count(*) FROM device WHERE account = %s", (desk.me.person,)).scalar() == 1
    assert list((machine.home / "enrolling").iterdir()) == []


def test_a_strangers_token_is_worth_nothing_and_the_password_brings_a_new_one(village, desk):
    wang = desk("wang")
    village.household(wang)
    wang.store.set_meta("tokens", {"access": "made up", "access_until": 10**15, "refresh": "made up"})
    with pytest.raises(SignInNeeded):
        wang.sync()
    wang.sign_in(PASSWORD)
    assert wang.sync().pushed == 1


def test_tokens_run_out_overnight_and_nobody_notices(village, desk):
    wang = desk("wang")
    village.household(wang)
    village.centre.clock.move(hours=12)
    assert wang.sync().pushed == 1


def test_the_centres_token_of_another_device_does_not_open_this_one(village, desk):
    """Refreshing needs the key inside the store: stolen tokens die with their quarter of an hour."""
    wang, zhao = desk("wang"), desk("zhao")
    stolen = zhao.store.meta("tokens")
    wang.store.set_meta("tokens", stolen | {"access": "run out"})
    with pytest.raises(SignInNeeded):
        wang.sync()


def test_a_wrong_password_opens_nothing_here_and_nothing_there(village, desk):
    wang = desk("wang")
    with pytest.raises(WrongPassword):
        village.open(wang, "not the password")
    village.centre.line.cut = True
    with pytest.raises(GridworkerError):
        village.open(wang, "not the password")
    assert village.open(wang).is_enrolled


def test_a_device_that_was_cut_off_hands_in_what_it_holds_and_reads_no_more(village, desk):
    wang, zhao = desk("wang"), desk("zhao")
    household = village.household(wang)
    with village.centre.staff() as staff:
        staff.revoke_device(wang.store.meta("device"))
    with pytest.raises(DeviceRevoked):
        wang.sync()
    [row] = wang.store.outbox_rows()
    assert (row.state, row.record) == ("attention", household)
    assert row.reason
    zhao.sync()
    assert zhao.ledger.get("household", household) is None, "it waits for a supervisor's eyes"


def test_a_new_code_brings_a_cut_off_desk_back_with_all_its_work(village, desk):
    wang = desk("wang")
    first = village.household(wang, "陈建国")
    wang.sync()
    second = village.household(wang, "王秀英")
    with village.centre.staff() as staff:
        staff.revoke_device(wang.store.meta("device"))
    wang.close()
    wang = village.desk("wang", wang.machine)
    assert at_the_centre(village) == {first, second}
    assert wang.store.waiting_count() == {"accepted": 2}


def test_a_store_that_no_centre_knows_says_so_wherever_a_centre_is_needed(village):
    machine = village.machine()
    alone = village.start(machine, enrol.begin_offline(machine, "wang", "before the line"))
    for act in (alone.sync, lambda: alone.sign_in("before the line"), lambda: enrol.recover(machine, "wang", "x" * 12)):
        with pytest.raises(SignInNeeded) as raised:
            act()
        assert "登记" in raised.value.remedy
    alone.change_password("before the line", "after the line")
    assert village.open(alone, "after the line").me.user == "wang"


def test_the_centre_moves_to_another_address_and_a_false_one_is_told_by_its_keys(village, desk):
    wang = desk("wang")
    wang.move_centre("https://moved.test")
    village.household(wang)
    assert wang.sync().pushed == 1
    centre_key = wang.store.meta("centre_key")
    wang.store.set_meta("centre_key", "another")
    with pytest.raises(NotTheCentre):
        wang.move_centre("https://false.test")
    wang.store.set_meta("centre_key", centre_key)
    assert wang.store.meta("centre") == "https://moved.test"


def test_the_full_history_of_a_record_is_fetched_while_there_is_a_line(village, desk):
    wang, zhao = desk("wang"), desk("zhao")
    household = village.household(wang, phone="13800000001")
    wang.ledger.save("household", {"phone": "13900000002"}, household)
    wang.sync()
    zhao.sync()
    told = zhao.history("household", household).entries
    assert [(each.verb, each.path, each.by) for each in told] == [
        ("set", "phone", wang.me.person),
        ("create", "", wang.me.person),
    ]
    village.centre.line.cut = True
    with pytest.raises(CentreUnreachable):
        zhao.history("household", household)


# ------------------------------------------------------------------ where one may not write


def test_another_grids_record_is_put_aside_with_the_reason_and_the_rest_goes_through(village, desk):
    village.centre.account("chen", "grid_worker", OTHER_GRID)
    wang, chen, zhao = desk("wang"), desk("chen"), desk("zhao")
    bucket = wang.store.bucket_for("grid", village.centre.regions[GRID])
    # A program that was tampered with offers a grid that its worker never had.
    chen.store.add_bucket(BucketInfo(id=bucket, bucket_class="grid", region=village.centre.regions[GRID]))
    stray = village.household(chen, "陈建国", GRID)
    own = village.household(chen, "王秀英", OTHER_GRID)
    report = chen.sync()
    assert (report.pushed, report.refused) == (1, 1)
    [row] = chen.store.outbox_rows()
    assert (row.state, row.record, row.code) == ("attention", stray, "out_of_scope")
    assert "督导" in row.reason
    assert at_the_centre(village) == {own}
    wang.sync()
    zhao.sync()
    assert wang.ledger.get("household", stray) is None
    assert zhao.ledger.get("household", own) is not None


def test_one_refused_record_holds_up_nothing_but_what_speaks_of_it(village, desk):
    wang = desk("wang")
    bad = village.household(wang, "陈建国")
    visit = wang.ledger.save("visit", {"grid": wang.me.regions[0], "household": bad, "text": "走访"}).id
    good = village.household(wang, "王秀英")
    with village.centre.conn() as conn:  # a rule that only the centre has yet
        conn.exec_driver_sql("UPDATE account SET role = 'mediator' WHERE login = 'wang'")
    report = wang.sync()
    assert report.ok
    assert report.refused == 2, "a mediator makes no household"
    assert report.held == 1
    with village.centre.conn() as conn:
        conn.exec_driver_sql("UPDATE account SET role = 'grid_worker' WHERE login = 'wang'")
    for tx in {row.tx for row in wang.store.outbox_rows(["attention"])}:
        wang.store.resend(tx, wang.machine.now(), wang.machine.new_id)
    until = wang.sync()
    assert until.refused == 0
    wang.sync()
    assert at_the_centre(village) == {bad, good}
    assert at_the_centre(village, "visit") == {visit}


# ------------------------------------------------------------------ restored from a backup


def backed_up(village: Village, database: str) -> list[bytes]:
    """What ``centre backup`` does: a dump, then the marks of what it covers."""
    with dump.dump(village.centre.engine, database, programs()) as reading:
        pieces = list(reading.pieces)
        covered = reading.covered
    with village.centre.conn() as conn:
        meta.mark_backup(conn, covered, village.centre.clock())
    return pieces


def test_a_restored_centre_gets_the_lost_changes_back_from_the_desks(village, desk, database):
    wang, zhao = desk("wang"), desk("zhao")
    before = village.household(wang, "陈建国")
    wang.sync()
    pieces = backed_up(village, database)
    wang.sync()
    zhao.sync()
    assert wang.store.state_of("household", before) == "durable"

    after = village.household(wang, "王秀英")
    wang.ledger.save("household", {"phone": "13800000001"}, before)
    zhao.ledger.save("household", {"living_state": "独居"}, before)
    for each in (wang, zhao, wang):
        each.sync()
    assert wang.store.state_of("household", after) == "accepted"

    dump.restore(database, programs(), pieces, dump.Rebirth(new_id(), village.centre.clock()))
    village.centre.engine.dispose()
    assert at_the_centre(village) == {before}
    for each in (zhao, wang, zhao, wang):
        assert each.sync().ok
    assert at_the_centre(village) == {before, after}
    fields = zhao.ledger.get("household", before)
    assert (fields["phone"], fields["living_state"]) == ("13800000001", "独居")
    assert wang.ledger.conflicts() == []
    mine, theirs = shared(wang, zhao)
    assert mine == theirs


def test_a_desk_that_the_backup_does_not_know_yet_brings_everything_back_with_a_new_code(village, desk, database):
    pieces = backed_up(village, database)
    wang = desk("wang")
    safe = village.household(wang, "陈建国")
    wang.sync()
    backed_up(village, database)  # a younger one, which is lost with the centre
    wang.sync()
    assert wang.store.state_of("household", safe) == "durable"
    late = village.household(wang, "王秀英")
    wang.sync()
    dump.restore(database, programs(), pieces, dump.Rebirth(new_id(), village.centre.clock()))
    village.centre.engine.dispose()
    with pytest.raises(SignInNeeded):
        wang.sync()
    wang.close()
    wang = village.desk("wang", wang.machine)
    assert at_the_centre(village) == {safe, late}
    zhao = desk("zhao")
    mine, theirs = shared(wang, zhao)
    assert mine == theirs


def test_an_old_copy_of_a_store_is_recognised_and_goes_on_under_a_life_of_its_own(village, desk, tmp_path):
    wang, zhao = desk("wang"), desk("zhao")
    saved = {village.household(wang, "陈建国")}
    wang.sync()
    wang.close()
    copy = tmp_path / "yesterday"
    shutil.copy(wang.store.path, copy)
    wang = village.open(wang)
    saved |= {village.household(wang, name) for name in ("王秀英", "汪晓燕")}
    wang.sync()
    wang.close()

    shutil.copy(copy, wang.store.path)
    wang = village.open(wang)
    assert wang.ledger.count("household") == 1
    saved.add(village.household(wang, "单秀英"))
    assert wang.sync().ok
    assert wang.store.meta("incarnation") == 2
    assert at_the_centre(village) == saved
    assert wang.ledger.count("household") == 4
    zhao.sync()
    mine, theirs = shared(wang, zhao)
    assert mine == theirs


def test_two_copies_of_one_store_do_not_swallow_each_others_work(village, desk, tmp_path):
    """A laptop's disk was cloned: both go on, each sync under a new life; the administrator sees one device."""
    first = desk("wang")
    first.close()
    clone = village.machine(tmp_path / "clone")
    shutil.copytree(first.machine.home, clone.home)
    first = village.open(first)
    second = village.start(clone, enrol.unlock(clone, "wang", PASSWORD))
    saved = set()
    for name in ("陈建国", "王秀英", "汪晓燕"):
        for each in (first, second):
            saved.add(village.household(each, name))
            assert each.sync().ok
    assert at_the_centre(village) == saved
    first.sync()
    assert first.ledger.count("household") == len(saved)


# ------------------------------------------------------------------ two programs, one store


def test_while_one_program_syncs_another_says_so_and_saving_goes_on(village, desk):
    wang = desk("wang")
    with wang.vault.sync_lock("wang").take():
        with pytest.raises(StoreBusy) as raised:
            wang.sync()
        village.household(wang)
    assert "同步" in raised.value.remedy
    assert wang.sync().pushed == 1


def test_what_is_saved_in_the_middle_of_a_sync_is_numbered_behind_it_and_sent(village, desk):
    wang = desk("wang")
    first = village.household(wang, "陈建国")
    second = []

    def meanwhile(done: int, total: int, words: str) -> None:
        if not second:
            second.append(village.household(wang, "王秀英"))

    report = wang.sync(meanwhile)
    assert report.pushed == 2, "the outbox is pushed until it is empty"
    assert at_the_centre(village) == {first, *second}


def test_a_person_cancels_and_what_was_done_stays(village, desk):
    wang = desk("wang")
    for number in range(6):
        village.household(wang, f"陈建国{number}")
    wang.store.set_meta("batch", [2, 4096, 50])
    asked = iter([False] * 4 + [True] * 100)
    with pytest.raises(GridworkerError, match="已取消"):
        wang.sync(cancelled=lambda: next(asked))
    assert 0 < len(at_the_centre(village)) < 6
    assert wang.sync().ok
    assert len(at_the_centre(village)) == 6
