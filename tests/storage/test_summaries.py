"""Counts beside the rows are what a count over the rows would give, after whatever was done."""

import dataclasses

import pytest

from gridworker.records import KINDS
from gridworker.storage import fresh
from tests.helpers.any_day import AnyDay
from tests.helpers.notebook import WANG, Notebook, bucket


def counted(notebook, kind, summary):
    """What the rows say."""
    groups = {}
    for fields in notebook.ledger.find(kind):
        if any(fields.get(name) not in allowed for name, allowed in summary.where.items()):
            continue
        key = tuple(str(fields.get(name, "")) for name in summary.by)
        n, latest = groups.get(key, (0, None))
        value = fields.get(summary.latest) if summary.latest else None
        groups[key] = (n + 1, max((each for each in (latest, value) if each is not None), default=None))
    return groups


def agree(notebook):
    for kind in KINDS.values():
        for summary in kind.summaries:
            told = {
                tuple(line[name] for name in summary.by): (line["n"], line["latest"])
                for line in notebook.store.totals(kind.name, summary.name, by=summary.by)
            }
            assert told == counted(notebook, kind.name, summary), summary.name


def take_in(notebook):
    """What a quiet moment does once enough has gathered."""
    file = notebook.store._file
    with file.writing():
        for table in file.tables.values():
            fresh.gather(file, table)


@pytest.mark.parametrize("seed", range(4))
def test_after_any_acts_the_counts_agree_with_the_rows(notebook, seed):
    days = AnyDay(notebook, seed)
    for number in range(120):
        days.pass_by()
        if number % 50 == 30:
            take_in(notebook)
            agree(notebook)
    agree(notebook)
    notebook.reopened()
    agree(notebook)
    take_in(notebook)
    agree(notebook)


def test_a_household_is_met_at_once_whatever_becomes_of_its_newest_visit(notebook):
    """Its visit is counted later, corrected, removed and brought back; the latest meeting is right all the time."""
    house = notebook.household()
    notebook.visit(house, visited_at=1_000)
    take_in(notebook)

    def last():
        (line,) = notebook.store.totals("visit", "visits_by_household", by=("household",))
        return line["n"], line["latest"]

    newest = notebook.visit(house, visited_at=2_000)
    assert last() == (2, 2_000)
    notebook.ledger.save("visit", {"visited_at": 3_000}, newest)
    assert last() == (2, 3_000)
    removed = notebook.ledger.remove("visit", newest)
    assert last() == (1, 1_000)
    take_in(notebook)
    notebook.ledger.undo(removed.act)
    assert last() == (2, 3_000)
    notebook.ledger.save("visit", {"met": False}, newest)
    assert last() == (1, 1_000)
    take_in(notebook)
    notebook.ledger.save("visit", {"met": True}, newest)
    later = notebook.visit(house, visited_at=4_000)
    notebook.ledger.save("visit", {"met": False}, newest)
    assert last() == (2, 4_000)
    notebook.ledger.remove("visit", later)
    assert last() == (1, 1_000)


def test_counts_are_made_anew_when_a_kind_counts_differently(notebook):
    notebook.visit(notebook.household())
    notebook.store.close()
    visit = KINDS["visit"]
    other = dataclasses.replace(visit, summaries=(dataclasses.replace(visit.summaries[0], by=("visitor",)),))
    changed = Notebook.open(notebook.path.parent, kinds={**KINDS, "visit": other}, empty=True)
    (line,) = changed.store.totals("visit", "visits_by_household", by=("visitor",))
    assert (line["visitor"], line["n"]) == (WANG, 1)
    changed.store.close()


def test_a_summary_is_asked_only_for_what_it_counts(notebook):
    with pytest.raises(KeyError):
        notebook.store.totals("visit", "visits_by_household", by=("month",))


def test_a_bucket_is_left_out_while_it_is_not_shown(notebook):
    notebook.household()
    file = notebook.store._file
    with file.writing():
        file.db.execute("UPDATE bucket SET state = 'dropping' WHERE id = ?", (bucket("grid"),))
    assert notebook.store.totals("household", "households_by_grid") == []
