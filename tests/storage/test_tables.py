"""The tables follow the declarations: what is added appears, what is known already stays."""

import dataclasses

import pytest

from gridworker.records import KINDS, upcasts
from gridworker.records import schema as records_schema
from gridworker.records.fields import Flag, Ref, Text, Whole
from gridworker.records.several import Entries, Tags
from gridworker.storage.query import NotAField
from gridworker.storage.tables import KindTable
from tests.helpers.notebook import Notebook, name_of


def again(notebook, **changed):
    """The same store, opened by a program that declares some kinds differently."""
    notebook.store.close()
    return Notebook.open(notebook.path.parent, kinds={**KINDS, **changed}, empty=True)


def grown(kind, *fields, **more):
    return dataclasses.replace(KINDS[kind], fields=(*KINDS[kind].fields, *fields), **more)


def schema(notebook, kind="table"):
    lines = notebook.store._file.db.execute("SELECT name FROM sqlite_schema WHERE type = ?", (kind,))
    return {name for (name,) in lines}


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_what_goes_into_a_row_comes_out_of_it(notebook, kind):
    fields = {field.name: sample(field) for field in kind.fields}
    row = notebook.centre.write(kind.name, fields)
    assert notebook.give("grid", row).put_aside == 0
    shown = notebook.store.get(kind.name, row.id)
    assert (shown.fields, shown.writers) == (fields, row.writers)


def sample(field):
    match field:
        case Entries():
            return {name_of(1): {inner.name: sample(inner) for inner in field.fields}}
        case Tags():
            return sorted(field.choices)[:2]
        case Flag():
            return False
        case _ if field.column == "INTEGER":
            return 7
        case _ if field.type == "any":
            return {"x": [1, "二"]}
        case Ref():
            return name_of(2)
    return "值"


def test_what_waits_is_shown_by_the_name_that_a_new_program_has_for_it(notebook, monkeypatch):
    house = notebook.household(note="养蜂")
    monkeypatch.setattr(records_schema, "SCHEMA", 2)
    monkeypatch.setitem(upcasts.STEPS, ("household", 1), called_remarks)
    fields = [dataclasses.replace(f, name="remarks") if f.name == "note" else f for f in KINDS["household"].fields]
    newer = again(notebook, household=dataclasses.replace(KINDS["household"], fields=tuple(fields)))
    assert newer.ledger.get("household", house)["remarks"] == "养蜂"


def called_remarks(change):
    return change._replace(value={{"note": "remarks"}.get(k, k): v for k, v in change.value.items()})


def test_a_new_field_gets_a_column_and_a_new_index_is_made(notebook):
    house = notebook.household()
    beehives = Whole("beehives", "蜂箱")
    newer = again(notebook, household=grown("household", beehives, indexes=(("grid", "beehives"),)))
    newer.ledger.save("household", {"beehives": 12}, house)
    assert newer.ledger.count("household", [("beehives", ">", 10)]) == 1
    assert "household_by_grid_beehives" in schema(newer, "index")
    assert "household_by_grid_address" not in schema(newer, "index")
    older = again(newer)
    assert older.ledger.get("household", house)["head_name"] == "陈建国"
    with pytest.raises(NotAField):
        older.ledger.find("household", [("beehives", "=", 12)])
    assert "household_by_grid_address" in schema(older, "index")
    older.store.close()


def test_a_new_set_and_a_new_list_are_filled_from_what_was_kept_for_them(notebook):
    fields = {"head_name": "王", "address": "1", "grid": name_of(1), "crops": ["tea"], "bees": {name_of(5): {"n": 3}}}
    row = notebook.centre.write("household", fields)
    notebook.give("grid", row)
    crops = Tags("crops", "作物", choices={"tea": "茶"})
    bees = Entries("bees", "蜂", fields=(Whole("n", "箱"), Ref("keeper", "养蜂人")))
    declared = grown("household", crops, bees, columns=(*KINDS["household"].columns, "crops"))
    newer = again(notebook, household=declared)
    assert newer.ledger.count("household", [("crops", "has", "tea")]) == 1
    assert newer.ledger.count("household", [("bees", "has", ("n", 3))]) == 1
    newer.store.close()


def test_a_list_whose_entries_get_a_new_field_is_told_again(notebook):
    parties = {name_of(1): {"name": "陈", "nickname": "阿陈"}}
    row = notebook.centre.write("dispute", {"title": "田埂", "grid": name_of(1), "parties": parties})
    notebook.give("grid", row)
    dispute = KINDS["dispute"]
    old = dispute.by_name["parties"]
    new = dataclasses.replace(old, fields=(*old.fields, Text("nickname", "小名")))
    fields = tuple(new if field.name == "parties" else field for field in dispute.fields)
    newer = again(notebook, dispute=dataclasses.replace(dispute, fields=fields))
    assert newer.ledger.count("dispute", [("parties", "has", ("nickname", "阿陈"))]) == 1
    newer.store.close()


def test_a_file_list_has_a_table_and_an_index_over_what_the_centre_lacks(notebook):
    assert "visit__photos" in schema(notebook)
    assert "visit__photos_by_sha256" in schema(notebook, "index")


def test_every_kind_has_its_table_and_its_declared_indexes():
    for kind in KINDS.values():
        text = "\n".join(KindTable(kind).statements())
        assert f'CREATE TABLE IF NOT EXISTS "{kind.name}"' in text
        for names in kind.indexes:
            assert f'"{kind.name}_by_{"_".join(names)}"' in text


def test_every_index_names_declared_fields():
    for kind in KINDS.values():
        for names in kind.indexes:
            assert set(names) <= set(kind.by_name), kind.name
        for summary in kind.summaries:
            assert {*summary.by, *summary.where, *filter(None, [summary.latest])} <= set(kind.by_name)
