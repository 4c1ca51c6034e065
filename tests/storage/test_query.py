"""Reading: conditions on declared fields, lists of ids, pages, and how safe each record is."""

import pytest

from gridworker.records import KINDS
from gridworker.storage.query import NotAField, as_condition
from tests.helpers.notebook import GRID, LI, OTHER_GRID, WANG, name_of


@pytest.fixture
def village(notebook):
    for number, (name, group, tags) in enumerate(
        [
            ("陈建国", "上庄", ["low_income", "living_alone"]),
            ("王桂英", "下庄", ["living_alone"]),
            ("李大山", "上庄", []),
            ("赵小梅", None, ["rental"]),
        ]
    ):
        fields = {"household_no": f"{number:03}", "villager_group": group, "tags": tags, "members": number}
        notebook.household(name, **{k: v for k, v in fields.items() if v is not None})
    return notebook


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ([("villager_group", "=", "上庄")], "陈李"),
        ([("villager_group", "!=", "上庄")], "王赵"),
        ([("villager_group", "is_null", None)], "赵"),
        ([("villager_group", "=", None)], "赵"),
        ([("villager_group", "not_null", None)], "陈王李"),
        ([("members", ">=", 2)], "李赵"),
        ([("members", "<", 1)], "陈"),
        ([("household_no", "in", ["001", "003"])], "王赵"),
        ([("head_name", "begins", "李")], "李"),
        ([("tags", "has", "living_alone")], "陈王"),
        ([("tags", "has", "living_alone"), ("villager_group", "=", "上庄")], "陈"),
        ([("grid", "=", OTHER_GRID)], ""),
        ([], "陈王李赵"),
    ],
)
def test_conditions(village, where, names):
    found = village.ledger.find("household", where, ("household_no",))
    assert "".join(each["head_name"][0] for each in found) == names
    assert village.ledger.count("household", where) == len(names)


def test_orders_and_limits(village):
    back = village.ledger.find("household", (), ("-members",), 2)
    assert [each["members"] for each in back] == [3, 2]
    assert [each["head_name"][0] for each in village.ledger.find("household", (), ("-_made", "-_row"))] == list(
        "赵李王陈"
    )


def test_ids_and_pages_keep_the_order_and_leave_out_what_is_gone(village):
    ids = village.ledger.ids("household", (), ("-household_no",))
    assert ids.typecode == "q"
    gone = village.ledger.find("household", [("head_name", "=", "王桂英")])[0]["id"]
    village.ledger.remove("household", gone)
    page = village.ledger.page("household", ids)
    assert [each["head_name"][0] for each in page] == ["赵", "李", "陈"]
    assert page[0]["tags"] == ["rental"]
    assert page[0]["_state"] == "local"
    assert "tags" not in page[1]


def test_entries_are_looked_for_by_what_stands_in_them(notebook):
    house = notebook.household()
    for number in range(3):
        parties = {name_of(number): {"name": "陈建国", "household": house if number else name_of(99)}}
        notebook.ledger.save("dispute", {"title": f"{number}", "grid": GRID, "dispute_type": "02", "parties": parties})
    found = notebook.ledger.find("dispute", [("parties", "has", ("household", house))], ("title",))
    assert [each["title"] for each in found] == ["1", "2"]
    assert found[0]["parties"][name_of(1)]["name"] == "陈建国"
    assert notebook.ledger.count("dispute", [("parties", "has", ("name", "陈建国"))]) == 3


def test_a_set_that_no_list_shows_is_looked_through(notebook):
    house = notebook.household()
    notebook.visit(house, situation=["well"])
    notebook.visit(house, situation=["problem", "help"])
    assert notebook.ledger.count("visit", [("situation", "has", "help")]) == 1


def test_search_keeps_to_the_conditions(village):
    wanted = [("villager_group", "=", "上庄")]
    assert len(village.store.search_ids("household", "马村")) == 4
    rows = village.store.search_ids("household", "马村", wanted, ("-household_no",))
    assert [each["head_name"][0] for each in village.ledger.page("household", rows)] == ["李", "陈"]


@pytest.mark.parametrize(
    ("where", "order"),
    [
        ([("colour", "=", 1)], ()),
        ([("head_name", "like", "x")], ()),
        ([("head_name", "has", "x")], ()),
        ([("head_name; DROP TABLE household", "=", 1)], ()),
        ([], ("colour",)),
        ([], ("-members desc",)),
    ],
)
def test_what_is_not_declared_is_not_asked(notebook, where, order):
    with pytest.raises(NotAField):
        notebook.ledger.find("household", where, order)


def test_conditions_of_the_command_line():
    fields = KINDS["household"].by_name
    assert as_condition(fields, "tags=low_income") == ("tags", "has", "low_income")
    assert as_condition(fields, "head_name=王") == ("head_name", "=", "王")
    assert as_condition(fields, "is_rental=是") == ("is_rental", "=", 1)
    assert as_condition(fields, "phone=") == ("phone", "is_null", None)
    for wrong in ("head_name", "colour=red"):
        with pytest.raises(NotAField):
            as_condition(fields, wrong)


def test_many_by_id(village):
    wanted = [each["id"] for each in village.ledger.find("household", (), ("household_no",))][:2]
    found = village.ledger.many("household", [*wanted, name_of(12345)])
    assert {each["head_name"] for each in found.values()} == {"陈建国", "王桂英"}
    assert set(found) == set(wanted)


def test_a_record_with_an_open_conflict_says_so_until_it_is_settled(notebook):
    house = notebook.household()
    notebook.hand_in(seen=True)
    version = {"value": "13800000002", "by": LI, "at": notebook.now}
    fields = {
        "type": "field",
        "record_kind": "household",
        "record": house,
        "field": "phone",
        "shown_value": "13800000001",
        "shown_by": WANG,
        "others": {name_of(1): version},
        "state": "open",
    }
    notebook.give("grid", notebook.centre.write("conflict", fields))
    assert notebook.store.state_of("household", house) == "conflict"
    assert notebook.ledger.find("household")[0]["_state"] == "conflict"
    notebook.ledger.settle(notebook.ledger.conflicts()[0]["id"], 1)
    assert notebook.store.state_of("household", house) == "local"
    assert notebook.ledger.get("household", house)["phone"] == "13800000002"


def test_a_visit_is_found_by_whom_it_was_mainly_to_and_by_everybody_else(notebook):
    """The first household stands in a field of its own; only the others have a line beside the visit."""
    chen, wang, li = (notebook.household(name) for name in ("陈建国", "王秀英", "李明"))
    both = {
        name_of(1): {"kind": "household", "record": chen, "name": "陈建国"},
        name_of(2): {"kind": "household", "record": wang, "name": "王秀英"},
    }
    visit, other = notebook.visit(chen, subjects=both), notebook.visit(li)
    beside = "SELECT entry FROM visit__subjects"
    assert notebook.store._file.db.execute(beside).fetchall() == [(name_of(2),)]

    def found(field, value):
        return {each["id"] for each in notebook.ledger.find("visit", [("subjects", "has", (field, value))])}

    assert (
        found("record", chen) == found("record", wang) == found("name", "王秀英") == found("name", "陈建国") == {visit}
    )
    assert found("record", li) == {other}
    assert found("kind", "household") == {visit, other}
    notebook.ledger.save("visit", {"subjects": {name_of(1): both[name_of(1)]}}, visit)
    assert found("record", wang) == set()
    assert found("record", chen) == {visit}
    notebook.ledger.remove("visit", visit)
    assert found("record", chen) == set()
