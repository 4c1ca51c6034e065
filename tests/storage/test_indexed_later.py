"""A visit stands in every list and every count from the moment it is saved, before the indexes know it and after."""

import random

import pytest

from gridworker.storage import fresh
from gridworker.storage.store import Store
from tests.helpers.notebook import DAY, GRID, KEY, LI, MORNING, OTHER_GRID, WANG, Notebook

HOUSES = [f"01900000-0000-7000-8000-0000000e{number:04x}" for number in range(6)]
UNLISTED = "SELECT count(*) FROM visit WHERE _new = 1"


def unlisted(notebook: Notebook) -> int:
    """How many visits the indexes do not know."""
    return int(notebook.store._file.db.execute(UNLISTED).fetchone()[0])


def visits(notebook: Notebook) -> list[dict]:
    """Every visit that is shown, read row by row."""
    rows = [row for (row,) in notebook.store._file.db.execute("SELECT _row FROM visit ORDER BY _row")]
    return notebook.store.page("visit", rows)


def agree(notebook: Notebook) -> None:
    """Lists and counts say what a look at each single visit says."""
    store, shown = notebook.store, visits(notebook)
    for where, fits in (
        ((), lambda v: True),
        ((("visitor", "=", WANG),), lambda v: v["visitor"] == WANG),
        ((("grid", "in", [GRID]), ("met", "!=", False)), lambda v: v["grid"] == GRID and v.get("met") is not False),
        ((("household", "=", HOUSES[0]),), lambda v: v.get("household") == HOUSES[0]),
        ((("subjects", "has", ("record", HOUSES[1])),), lambda v: HOUSES[1] in _pointed_at(v)),
    ):
        wanted = sorted((v for v in shown if fits(v)), key=lambda v: (-v["visited_at"], v["_row"]))
        times = [v["visited_at"] for v in wanted]
        assert [v["visited_at"] for v in store.find("visit", where, ("-visited_at",))] == times
        assert [v["visited_at"] for v in store.find("visit", where, ("-visited_at",), 5)] == times[:5]
        assert {*store.ids("visit", where)} == {v["_row"] for v in wanted}
        assert len(store.ids("visit", where, ("visited_at",), 4)) == min(4, len(wanted))
        assert store.count("visit", where) == len(wanted)
    first, end = MORNING - 5 * DAY, MORNING + 5 * DAY
    during = [v for v in shown if first <= v["visited_at"] < end]
    by_grid = {each.id: each.visits for each in store.coverage(first, end, [GRID, OTHER_GRID], to_now=False)}
    assert by_grid == {grid: sum(v["grid"] == grid for v in during) for grid in (GRID, OTHER_GRID)}
    for each in store.coverage_by_worker(first, end, [WANG, LI]):
        mine = [v for v in during if v["visitor"] == each.id]
        met = [v for v in mine if v.get("met") is not False]
        assert (each.visits, each.met) == (len(mine), len(met))
        assert each.households == len({v["household"] for v in met if v.get("household")})
    assert sum(store.visits_by_day(WANG, first, end).values()) == sum(v["visitor"] == WANG for v in during)
    missed = [v for v in shown if v.get("household") == HOUSES[0] and v.get("met") is False and v["visited_at"] > first]
    assert store.visit_attempts({HOUSES[0]: first}).get(HOUSES[0], 0) == len(missed)


def _pointed_at(visit: dict) -> set[str]:
    return {each.get("record") for each in (visit.get("subjects") or {}).values()} | {visit.get("household")}


@pytest.fixture
def houses(notebook: Notebook) -> Notebook:
    """A desk with six households of its grid."""
    rows = [
        notebook.centre.write("household", {"head_name": f"陈{n}", "grid": GRID}, record=house)
        for n, house in enumerate(HOUSES)
    ]
    notebook.give("grid", *rows)
    return notebook


def test_weeks_of_visits_are_listed_and_counted_as_one_by_one(houses):
    chance = random.Random(20_261_129)
    made: list[str] = []
    for step in range(230):
        act = chance.random()
        if act < 0.7 or not made:
            met = {} if chance.random() < 0.7 else {"met": False}
            at = MORNING + chance.randrange(-20, 20) * DAY + step
            made.append(houses.visit(chance.choice(HOUSES), at=at, text=f"走访{step}", **met))
        elif act < 0.85:
            houses.ledger.save("visit", {"visited_at": MORNING - chance.randrange(30) * DAY}, chance.choice(made))
        elif act < 0.9:
            houses.ledger.remove("visit", made.pop(chance.randrange(len(made))))
        elif act < 0.95:
            theirs = {"grid": GRID, "household": chance.choice(HOUSES), "visitor": LI, "visited_at": MORNING + step}
            houses.give("grid", houses.centre.write("visit", theirs))
        else:
            houses.store.index_backlog(1_000)
        if step % 23 == 0:
            agree(houses)
    assert unlisted(houses)
    agree(houses)
    with houses.store._file.writing():
        fresh.gather(houses.store._file, houses.store._file.tables["visit"])
    assert not unlisted(houses)
    agree(houses)


def test_the_command_line_lists_what_the_window_has_just_saved(houses):
    other = Store.open(houses.path, KEY)
    houses.visit(HOUSES[0])
    assert other.count("visit", [("household", "=", HOUSES[0])]) == 1
    other.close()


def test_a_visit_that_takes_the_number_of_a_dropped_one_is_listed(houses):
    theirs = [
        houses.centre.write("visit", {"grid": OTHER_GRID, "visitor": LI, "visited_at": MORNING}, "other_grid")
        for _ in range(3)
    ]
    houses.give("other_grid", *theirs)
    bucket = next(each.id for each in houses.store.buckets() if each.id.endswith("c2"))
    assert houses.store.drop_bucket(bucket)
    houses.visit(HOUSES[0])
    agree(houses)
    assert not unlisted(houses)


def test_an_index_that_is_made_anew_leaves_no_visit_out(houses):
    houses.visit(HOUSES[0])
    houses.store._file.db.execute("UPDATE search_kind SET shape = 'of an older program' WHERE kind = 'visit'")
    houses.reopened()
    agree(houses)
    assert len(houses.store.ids("visit")) == 1


def test_a_store_of_an_older_program_lists_its_visits_by_the_new_indexes(houses):
    houses.visit(HOUSES[0])
    db = houses.store._file.db
    with houses.store._file.writing():
        fresh.gather(houses.store._file, houses.store._file.tables["visit"])
        names = [n for (n,) in db.execute("SELECT name FROM sqlite_schema WHERE name GLOB 'visit_by_*'").fetchall()]
        for name in names:
            (made_by,) = db.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (name,)).fetchone()
            db.execute(f'DROP INDEX "{name}"')
            db.execute(made_by.replace(" AND _new IS NULL", ""))
        db.execute("ALTER TABLE visit DROP COLUMN _new")
        db.execute("DELETE FROM meta WHERE k = 'catalogue'")
    houses.reopened()
    houses.visit(HOUSES[1])
    agree(houses)
    (made_by,) = houses.store._file.db.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (names[0],)).fetchone()
    assert "_new IS NULL" in made_by


@pytest.mark.parametrize(
    "where",
    [
        (("visitor", "=", WANG),),
        (("household", "=", HOUSES[0]),),
        (("grid", "in", [GRID]),),
        (("subjects", "has", ("record", HOUSES[0])),),
    ],
)
def test_no_list_of_visits_reads_them_all(houses, where):
    """What a county's desk would feel."""
    asked = []
    houses.store._file.db.set_trace_callback(asked.append)
    houses.store.ids("visit", where, ("-visited_at",))
    houses.store._file.db.set_trace_callback(None)
    (text,) = [each for each in asked if "json_group_array" in each]
    plan = [line[3] for line in houses.store._file.db.execute(f"EXPLAIN QUERY PLAN {text}")]
    assert any(line.startswith("SEARCH visit ") for line in plan)
    assert not [line for line in plan if line.startswith("SCAN visit")]
