"""An open conflict is shown to those nearest to it; after a week to the supervisor too."""

import pytest

from gridworker.records.conflicts import conflict_of
from gridworker.records.merge import Clash, ClashType, Version
from tests.helpers.notebook import COUNTY, DAY, GRID, LI, MORNING, WANG, Notebook, name_of

CHEN = name_of(0xB9)
HOUSE = {"head_name": "王建国", "head": name_of(0x77), "address": "1", "grid": GRID, "phone": "13800000001"}
VISIT = {"grid": GRID, "visitor": CHEN, "visited_at": MORNING, "mode": "home", "state": "submitted", "text": "好。"}
DISPUTE = {"title": "田埂", "grid": GRID, "dispute_type": "07", "state": "registered"}


@pytest.fixture
def desk_of(tmp_path, blank):
    """The desk of somebody of a role; the grid has its grid worker."""
    opened = []

    def make(role, workers=True):
        notebook = Notebook.open(tmp_path, role, blank=blank)
        opened.append(notebook)
        if workers:
            told = {"name": "王芳", "role": "grid_worker", "county": COUNTY, "regions": {name_of(1): {"region": GRID}}}
            notebook.give("reference", notebook.centre.write("staff_member", told, "reference", record=WANG))
        return notebook

    yield make
    for notebook in opened:
        notebook.store.close()


def quarrel(notebook, kind, fields, path, by=(WANG, CHEN), clash_type=ClashType.FIELD):
    """Two people changed one thing."""
    row = notebook.centre.write(kind, fields)
    shown, other = (Version("1", one, MORNING << 16, name_of(n)) for n, one in enumerate(by))
    told = conflict_of(Clash(clash_type, path, shown, other), kind, row.id, None, notebook.centre.new_id())
    notebook.centre.write("conflict", told, at=notebook.now)
    notebook.catch_up("grid")


def asked(notebook):
    told = notebook.ledger.contested()
    assert [each.id for each in told] == [each["id"] for each in notebook.ledger.conflicts()]
    assert notebook.ledger.conflict_count() == len(told)
    return len(told)


# Who is asked at once about what: grid worker, mediator, supervisor.
NEAREST = [
    ("a telephone", "household", HOUSE, "phone", ClashType.FIELD, (True, False, False)),
    ("a name, which is guarded", "household", HOUSE, "head_name", ClashType.FIELD, (True, False, True)),
    ("two records of one household", "household", HOUSE, "household_no", ClashType.DUPLICATE, (True, False, True)),
    ("a record that points nowhere", "household", HOUSE, "head", ClashType.ORPHAN, (True, False, True)),
    ("a step of a dispute", "dispute", DISPUTE, "state", ClashType.MOVE, (True, True, False)),
    ("what only its author changes", "visit", VISIT, "visited_at", ClashType.DUPLICATE, (False, False, False)),
    ("a removal", "household", HOUSE, "", ClashType.DEL_VS_EDIT, (True, False, False)),
]


@pytest.mark.parametrize(("name", "kind", "fields", "path", "clash", "who"), NEAREST, ids=[n[0] for n in NEAREST])
@pytest.mark.parametrize("place", range(3), ids=["grid_worker", "mediator", "supervisor"])
def test_those_nearest_to_it_are_asked_at_once(desk_of, name, kind, fields, path, clash, who, place):
    notebook = desk_of(("grid_worker", "mediator", "supervisor")[place])
    quarrel(notebook, kind, fields, path, by=(CHEN, CHEN), clash_type=clash)
    assert asked(notebook) == who[place]
    if kind == "visit":
        quarrel(notebook, kind, fields, path, by=(notebook.ledger.me.person, CHEN), clash_type=clash)
        assert asked(notebook) == 1, "who wrote it"


def test_who_wrote_one_of_the_versions_is_always_asked(desk_of):
    notebook = desk_of("mediator")
    quarrel(notebook, "household", HOUSE, "phone", by=(CHEN, LI))
    assert asked(notebook) == 1


@pytest.mark.parametrize(("kind", "fields"), [("household", HOUSE), ("visit", VISIT)])
def test_after_a_week_the_supervisor_is_asked_as_well(desk_of, kind, fields):
    notebook = desk_of("supervisor")
    quarrel(notebook, kind, fields, "phone", by=(CHEN, CHEN))
    notebook.now += 7 * DAY - 1
    assert asked(notebook) == 0
    notebook.now += 1
    assert asked(notebook) == 1
    assert notebook.ledger.contested()[0].made == MORNING


def test_where_no_grid_worker_is_the_supervisor_is_asked_at_once(desk_of):
    notebook = desk_of("supervisor", workers=False)
    quarrel(notebook, "household", HOUSE, "phone")
    assert asked(notebook) == 1


def test_on_the_record_itself_everybody_sees_it(desk_of):
    notebook = desk_of("supervisor")
    quarrel(notebook, "household", HOUSE, "phone")
    (household,) = notebook.ledger.find("household")
    assert len(notebook.ledger.contested(record=household["id"])) == 1
    assert len(notebook.ledger.contested(state=None)) == 1


def test_two_records_of_which_one_was_removed_are_no_question_any_more(desk_of):
    notebook = desk_of("grid_worker")
    one, other = (notebook.centre.write("household", HOUSE) for _ in range(2))
    sides = (Version(row.id, CHEN, MORNING << 16, name_of(n)) for n, row in enumerate((one, other)))
    told = conflict_of(Clash(ClashType.DUPLICATE, "household_no", *sides), "household", one.id, None, name_of(5))
    notebook.centre.write("conflict", told)
    notebook.catch_up("grid")
    assert asked(notebook) == 1
    saved = notebook.ledger.remove("household", other.id)
    assert asked(notebook) == 0
    notebook.ledger.undo(saved.act)
    assert asked(notebook) == 1
    notebook.ledger.remove("household", one.id)
    assert asked(notebook) == 0


def test_what_was_pointed_at_and_came_back_is_no_question_any_more(desk_of):
    notebook = desk_of("grid_worker")
    house = notebook.centre.write("household", HOUSE)
    notebook.catch_up("grid")
    notebook.ledger.remove("household", house.id)
    person = notebook.centre.write("person", {"name": "王小明", "grid": GRID, "household": house.id})
    sides = Version(house.id, CHEN, MORNING << 16, name_of(1)), Version(None, WANG, MORNING << 16, name_of(2))
    told = conflict_of(Clash(ClashType.ORPHAN, "household", *sides), "person", person.id, None, name_of(5))
    notebook.centre.write("conflict", told)
    notebook.catch_up("grid")
    assert asked(notebook) == 1
    notebook.ledger.restore("household", house.id)
    assert asked(notebook) == 0
    (conflict,) = notebook.ledger.contested(state=None)
    assert conflict.state == "open"
