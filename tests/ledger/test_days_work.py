"""What a day at the desk asks for: visits, matters, coverage, reviews, history, audit."""

import pytest

from gridworker.errors import NotAccepted, NotAllowed, NotFound
from gridworker.ledger import days
from gridworker.ledger.audit import seal_of
from tests.helpers.notebook import (
    COUNTY,
    DAY,
    GRID,
    LI,
    MORNING,
    OTHER_GRID,
    TODAY,
    TOWN,
    WANG,
    ZHAO,
    Notebook,
    name_of,
)


@pytest.fixture
def supervisor(tmp_path, blank):
    (tmp_path / "zhao").mkdir()
    desk = Notebook.open(tmp_path / "zhao", "supervisor", blank=blank)
    yield desk
    desk.store.close()


def diary(notebook, **told):
    """A diary of somebody else, brought by the centre."""
    usual = {"grid": GRID, "visitor": WANG, "visited_at": MORNING, "mode": "home", "state": "submitted", "text": "走访"}
    row = notebook.centre.write("visit", {**usual, **told}, by=told.get("visitor", WANG))
    notebook.catch_up("grid")
    return row.id


# ---------------------------------------------------------------------- coverage


def test_coverage_tells_of_each_grid_how_many_households_were_met(notebook):
    one, two, three = (notebook.household(name) for name in "甲乙丙")
    for household, at in ((one, 0), (one, 1), (two, 2), (two, 70), (three, 100)):
        notebook.visit(household, at=MORNING - at * DAY)
    notebook.visit(three, at=MORNING - DAY, met=False)
    (grid,) = notebook.ledger.coverage("2026-02-01", TODAY, [GRID])
    assert (grid.grid, grid.households, grid.visited, grid.visits) == (GRID, 3, 2, 4)
    assert round(grid.share, 2) == 0.67
    (past,) = notebook.ledger.coverage("2025-11-01", "2025-12-31", [GRID])
    assert (past.visited, past.visits) == (2, 2)
    by_default = {each.grid: each.visited for each in notebook.ledger.coverage("2026-03-01", TODAY)}
    assert by_default == {GRID: 1, OTHER_GRID: 0}
    assert notebook.ledger.coverage("2026-03-01", TODAY, [OTHER_GRID])[0].share == 0.0


def test_coverage_to_today_agrees_with_a_count_over_the_visits(notebook):
    houses = [notebook.household(f"陈{n}") for n in range(12)]
    for number in range(60):
        notebook.visit(houses[number * 5 % 12], at=MORNING - number * 4 * DAY, met=number % 3 > 0)
    for first in ("2026-02-20", "2026-01-01", "2025-07-01"):
        start, end = days.start_of(first), days.start_of(days.plus(TODAY, 1))
        quick = notebook.store.coverage(start, end, [GRID], to_now=True)[0]
        slow = notebook.store.coverage(start, end, [GRID], to_now=False)[0]
        assert (quick.households, quick.visits) == (slow.households, slow.visits)


def test_each_worker_has_his_own_count(notebook):
    house = notebook.household()
    notebook.visit(house)
    notebook.visit(house, met=False)
    diary(notebook, visitor=LI, household=name_of(5))
    lines = notebook.ledger.coverage_by_worker(TODAY, TODAY, [WANG, LI, ZHAO])
    assert {each.worker: (each.visits, each.met, each.households) for each in lines} == {
        WANG: (2, 1, 1),
        LI: (1, 1, 1),
        ZHAO: (0, 0, 0),
    }


def test_the_week_begins_on_monday_in_china(notebook):
    house, other = notebook.household("甲"), notebook.household("乙")
    sunday_late = days.start_of(TODAY) - 1
    notebook.visit(house, at=sunday_late)
    notebook.visit(house, at=sunday_late + 1)
    notebook.visit(other, at=MORNING + 2 * DAY)
    notebook.visit(other, at=MORNING + 2 * DAY, met=False)
    assert notebook.ledger.week(TODAY) == [1, 0, 1, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("moment", "day"),
    [(0, "1970-01-01"), (days.start_of("2026-03-02"), "2026-03-02"), (days.start_of("2026-03-02") - 1, "2026-03-01")],
)
def test_a_day_is_chinas_day(moment, day):
    assert days.day_of(moment) == day
    assert days.between("2026-02-27", "2026-03-02") == 3
    assert days.monday_of("2026-03-08") == "2026-03-02"


# ---------------------------------------------------------------------- visits and matters


def test_the_visits_and_members_of_a_household(notebook):
    house, other = notebook.household("甲"), notebook.household("乙")
    first = notebook.visit(house, at=MORNING - DAY)
    second = notebook.visit(house)
    both = notebook.ledger.save(
        "visit",
        {"subjects": [{"kind": "household", "record": other}, {"kind": "household", "record": house}]},
    ).id
    notebook.visit(other)
    assert {each["id"] for each in notebook.ledger.visits_of(house)} == {first, second, both}
    assert notebook.ledger.visits_of(house)[-1]["id"] == first
    for name, relation in (("子", "20"), ("户主", "02"), ("妻", "12")):
        notebook.ledger.save("person", {"name": name, "household": house, "relation": relation})
    assert [each["name"] for each in notebook.ledger.members(house)] == ["户主", "妻", "子"]


def test_open_matters_and_follow_ups(notebook):
    house = notebook.household()
    late = notebook.ledger.save("matter", {"title": "水管", "grid": GRID, "due": "2026-03-09"}).id
    done = notebook.ledger.save("matter", {"title": "路灯", "grid": GRID, "due": "2026-03-01"}).id
    notebook.ledger.move("matter", done, "done", {"result": "已修"})
    assert [each["id"] for each in notebook.ledger.open_matters()] == [late]
    visit = notebook.visit(house, promise="送米", follow_up="2026-03-05")
    assert notebook.ledger.follow_ups(until=TODAY) == []
    assert [each["id"] for each in notebook.ledger.follow_ups(house)] == [visit]
    notebook.ledger.save("visit", {"follow_up_done": True}, visit)
    assert notebook.ledger.follow_ups() == []


# ---------------------------------------------------------------------- review


def test_a_diary_is_given_back_with_what_is_missing_and_handed_in_again(supervisor, notebook):
    visit = diary(supervisor)
    with pytest.raises(NotAccepted) as refused:
        supervisor.ledger.review(visit, "returned")
    assert "需要补充什么" in str(refused.value)
    saved = supervisor.ledger.review(visit, "returned", comment="请写明老人身体情况")
    assert saved.changed.kinds == {"review", "visit"}
    assert supervisor.ledger.get("visit", visit)["state"] == "returned"
    (review,) = supervisor.ledger.reviews_of(visit)
    assert (review["reviewer"], review["worker"], review["grid"]) == (ZHAO, WANG, GRID)

    mine = diary(notebook, state="returned")
    notebook.centre.write("review", {**{k: v for k, v in review.items() if k[0] != "_" and k != "id"}, "visit": mine})
    notebook.catch_up("grid")
    ((returned, why),) = notebook.ledger.returned_to_me()
    assert (returned["id"], why["comment"]) == (mine, "请写明老人身体情况")
    notebook.ledger.move("visit", mine, "submitted", {"text": "老人身体尚好"})
    assert notebook.ledger.returned_to_me() == []


def test_a_diary_that_was_read_can_be_praised_again_and_given_back(supervisor):
    visit = diary(supervisor)
    supervisor.ledger.review(visit, "read", level="good", comment="写得细")
    supervisor.ledger.review(visit, "read", level="excellent")
    supervisor.ledger.review(visit, "returned", comment="补充日期")
    assert supervisor.ledger.get("visit", visit)["state"] == "returned"
    assert [each["act"] for each in supervisor.ledger.reviews_of(visit)] == ["returned", "read", "read"]


def test_a_grid_worker_reviews_nobody(notebook):
    with pytest.raises(NotAllowed):
        notebook.ledger.review(notebook.visit(notebook.household()), "read")
    with pytest.raises(NotFound):
        notebook.ledger.review(name_of(1), "read")


# ---------------------------------------------------------------------- history


def test_the_history_tells_who_wrote_what_and_whether_something_is_missing(notebook):
    row = notebook.centre.write("household", {"head_name": "王", "address": "1", "grid": GRID, "phone": "13800000001"})
    notebook.catch_up("grid")
    notebook.now += 1000
    notebook.ledger.save("household", {"phone": "13800000002"}, row.id)
    shown = notebook.ledger.show("household", row.id)
    assert (shown.state, shown.removed, shown.complete) == ("local", False, True)
    edit, made = shown.history
    assert (edit.path, edit.value, edit.before, edit.by, edit.state) == (
        "phone",
        "13800000002",
        "13800000001",
        WANG,
        "new",
    )
    assert (made.path, made.verb, made.by, made.at) == ("", "create", LI, MORNING)
    for note in ("养蜂", "种茶"):
        notebook.centre.write("household", {**row.fields, "note": note}, record=row.id)
    notebook.catch_up("grid")
    assert not notebook.ledger.show("household", row.id).complete


def test_the_history_of_tags_entries_and_removal(notebook):
    house = notebook.household(tags=["rental"])
    notebook.ledger.save("household", {"tags": ["veteran"]}, house)
    notebook.ledger.remove("household", house)
    notebook.hand_in(seen=True)
    shown = notebook.ledger.show("household", house)
    assert shown.removed
    assert {(each.verb, each.path) for each in shown.history} == {
        ("create", ""),
        ("add", "tags/veteran"),
        ("rem", "tags/rental"),
        ("del", ""),
    }


# ---------------------------------------------------------------------- audit, names


def test_each_entry_of_the_audit_bears_the_seal_of_the_one_before(notebook):
    house = notebook.household()
    for number in range(4):
        notebook.now += number
        notebook.ledger.audit("reveal", record_kind="household", record=house, reason="联系本人")
    entries = notebook.ledger.find("audit", order=("_made", "_row"))
    assert [each.get("previous") for each in entries] == [None, *map(seal_of, entries[:-1])]
    assert notebook.ledger.audit_broken() == []
    assert entries[0]["person"] == WANG
    notebook.hand_in(seen=True)
    assert notebook.ledger.audit_broken() == []

    file = notebook.store._file
    with file.writing():
        file.db.execute("UPDATE audit SET reason = 'x' WHERE id = ?", (entries[1]["id"],))
    assert notebook.ledger.audit_broken() == [entries[2]["id"]]
    with file.writing():
        file.db.execute("DELETE FROM audit WHERE id = ?", (entries[1]["id"],))
    assert notebook.ledger.audit_broken() == [entries[2]["id"]]


def test_an_entry_of_the_audit_is_never_altered(notebook):
    entry = notebook.ledger.audit("export", reason="上报").id
    for act in (
        lambda: notebook.ledger.save("audit", {"reason": "x"}, entry),
        lambda: notebook.ledger.remove("audit", entry),
        lambda: notebook.ledger.undo(notebook.store.last_acts(1)[0]),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_before_enrolment_there_is_no_place_for_an_audit(tmp_path):
    desk = Notebook.open(tmp_path, empty=True)
    assert desk.ledger.audit("lock").id == ""
    desk.store.close()


def test_places_and_people_have_names(notebook):
    tree = (
        (TOWN, "town", "谷来镇", COUNTY),
        (name_of(0xA9), "village", "马村村民委员会", TOWN),
        (GRID, "grid", "第2网格", name_of(0xA9)),
        (OTHER_GRID, "grid", "第3网格", name_of(0xA9)),
    )
    notebook.centre.write("region", {"code": "0", "name": "嵊州市", "level": "county"}, "reference", record=COUNTY)
    for number, (record, level, name, parent) in enumerate(tree, 1):
        fields = {"code": str(number), "name": name, "level": level, "parent": parent}
        notebook.centre.write("region", fields, "reference", record=record)
    post = {"name": "李明", "user": "li", "role": "grid_worker", "regions": {name_of(1): {"region": GRID}}}
    notebook.centre.write("staff_member", post, "reference", record=LI)
    notebook.catch_up("reference")
    ledger = notebook.ledger
    assert ledger.region_path(GRID) == "谷来镇·马村·第2网格"
    assert (ledger.town_of(GRID), ledger.grids_in(TOWN), ledger.my_grid()) == (TOWN, [GRID, OTHER_GRID], GRID)
    assert ledger.names() == {LI: "李明", WANG: "王芳"}
    assert ledger.workers_of(GRID) == ["李明"]
    assert ledger.grid_workers() == {LI: "李明"}
