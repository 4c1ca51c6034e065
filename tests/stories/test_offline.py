"""A worker's day without a line."""

import pytest

from gridworker.errors import CentreUnreachable, NotAllowed
from gridworker.sync import enrol
from tests.helpers.centre import PASSWORD
from tests.helpers.desk_fixtures import GRID, OTHER_GRID, shared


def test_what_is_saved_offline_is_seen_at_once_and_sent_later(village, desk):
    wang, zhao = desk("wang"), desk("zhao")
    village.centre.line.cut = True
    household = village.household(wang, "陈建国", phone="13800000001")
    visit = wang.ledger.save("visit", {"grid": wang.me.regions[0], "household": household, "text": "家中一切正常。"}).id
    assert wang.ledger.get("household", household)["head_name"] == "陈建国"
    assert wang.store.state_of("visit", visit) == "local"
    assert [hit.id for hit in wang.ledger.search("chenjianguo", ["household"])] == [household]
    with pytest.raises(CentreUnreachable):
        wang.sync()
    assert wang.store.waiting_count() == {"new": 2}
    assert wang.store.sync_log(1)[0]["code"] == "CentreUnreachable"

    village.centre.line.cut = False
    report = wang.sync()
    assert (report.pushed, report.refused, report.conflicts) == (2, 0, 0)
    assert wang.store.state_of("visit", visit) == "accepted"
    zhao.sync()
    assert zhao.ledger.get("visit", visit)["text"] == "家中一切正常。"
    mine, theirs = shared(wang, zhao)
    assert mine == theirs


def test_the_program_is_closed_and_opened_again_without_a_line_and_nothing_is_gone(village, desk):
    wang = desk("wang")
    village.centre.line.cut = True
    household = village.household(wang)
    wang.ledger.keep_draft("visit:new", "visit", "记走访", {"text": "写到一半"})
    wang = village.open(wang)
    assert wang.ledger.get("household", household)["head_name"] == "陈建国"
    assert wang.ledger.draft("visit:new").fields == {"text": "写到一半"}
    village.centre.line.cut = False
    assert wang.sync().pushed == 1


def test_whoever_begins_without_any_centre_keeps_his_drafts_and_saves_them_once_he_is_enrolled(village):
    """先不联网: drafts and preferences, no records; the store is taken over by the enrolment."""
    machine = village.machine()
    opened = enrol.begin_offline(machine, "wang", "before the line", "王芳")
    before = village.start(machine, opened)
    assert not before.is_enrolled
    before.ledger.keep_draft("household:new", "household", "新住户", {"head_name": "陈建国"})
    before.store.set_meta("preference.look", [1.4, "dark"])
    with pytest.raises(NotAllowed):
        village.household(before)
    before.close()

    wang = village.desk("wang", machine, local_password="before the line")
    assert wang.is_enrolled
    assert [each.user for each in machine.vault.workers()] == ["wang"]
    assert wang.store.meta("preference.look") == [1.4, "dark"]
    draft = wang.ledger.draft("household:new")
    village.household(wang, **{"name": draft.fields["head_name"]})
    assert wang.sync().pushed == 1


def test_unsent_work_of_a_worker_who_was_moved_to_another_grid_still_arrives(village, desk):
    wang, zhao = desk("wang"), desk("zhao")
    village.centre.line.cut = True
    household = village.household(wang)
    with village.centre.staff() as staff:
        staff.assign("wang", OTHER_GRID)
        staff.unassign("wang", GRID)
    village.centre.line.cut = False
    report = wang.sync()
    assert (report.pushed, report.refused, report.dropped, report.kept_back) == (1, 0, 2, 0)
    assert wang.store.get("household", household) is None, "the old grid has left his desk"
    assert wang.store.bucket_for("grid", village.centre.regions[OTHER_GRID]) is not None
    zhao.sync()
    assert zhao.ledger.get("household", household)["head_name"] == "陈建国"


def test_a_password_that_was_reset_opens_the_desk_and_no_unsent_work_is_lost(village, desk):
    wang = desk("wang")
    household = village.household(wang)
    with village.centre.staff() as staff:
        staff.reset_password("wang", "a new password 2026")
    wang = village.open(wang, "a new password 2026")
    assert wang.ledger.get("household", household) is not None
    wang.sign_in("a new password 2026")
    assert wang.sync().pushed == 1
    village.centre.line.cut = True
    wang = village.open(wang, "a new password 2026")
    assert wang.ledger.get("household", household) is not None, "the new one opens it without a line, too"


def test_a_worker_changes_his_password_and_the_old_one_opens_nothing(village, desk):
    wang = desk("wang")
    wang.change_password(PASSWORD, "another password 9")
    wang = village.open(wang, "another password 9")
    wang.sign_in("another password 9")
    with pytest.raises(Exception, match="密码不对"):
        village.open(wang, PASSWORD)
