"""What is shown is the centre's rows with the outbox laid on them: told again from the start, it is the same."""

from pathlib import Path

import pytest

from gridworker.records import KINDS
from gridworker.records.merge import lay
from gridworker.storage.connection import connect
from tests.helpers.any_day import AnyDay
from tests.helpers.notebook import KEY, Notebook


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    mine = Notebook.open(tmp_path_factory.mktemp("blank"))
    mine.store.close()
    return mine.path


def told_from_the_start(notebook):
    """Every record as it has to be shown: what the centre brought, and on it what lies over it, in order."""
    file = notebook.store._file
    rows = {key: row.copy() for key, row in notebook.brought.items()}
    for change in _laid(file):
        key = change.kind, change.record
        row = rows.get(key)
        if (change.verb == "create") is (row is not None) and change.verb == "create":
            continue
        if row is None and change.verb != "create":
            continue
        if change.verb == "set" and change.path.count("/") == 2 and row.value(change.path.rpartition("/")[0]) is None:
            continue
        if change.verb == "add" and any(stamp.change == change.id for stamp in row.adds(change.path)):
            continue
        rows[key] = lay(KINDS[change.kind], row, change, notebook.ledger.me.person)
    return {key: (row.fields, row.writers, row.removed) for key, row in rows.items()}


def _laid(file):
    from gridworker.storage import outbox

    lines = file.db.execute("SELECT record FROM outbox WHERE laid GROUP BY record ORDER BY min(_row)").fetchall()
    return [change for (record,) in lines for change, _ in outbox.laid_over(file, record)]


def shown(notebook):
    """Every record as the store tells it."""
    found = {}
    for kind, table in notebook.store._file.tables.items():
        for (record,) in notebook.store._file.db.execute(f"SELECT id FROM {table.name}").fetchall():
            row = notebook.store.get(kind, record)
            found[kind, record] = (row.fields, row.writers, row.removed)
    return found


def beside(notebook):
    """What lies beside the rows, told by the tables and told by the rows."""
    db, told, rows = notebook.store._file.db, set(), set()
    for kind, table in notebook.store._file.tables.items():
        for line in notebook.ledger.find(kind):
            for field in table.tags:
                rows |= {(kind, field.name, line["_row"], tag) for tag in line.get(field.name, ())}
            for entries in table.lists:
                led = line.get(entries.found_by, "") if entries.found_by else ""
                listed = line.get(entries.name, {}).items()
                rows |= {(kind, entries.name, line["_row"], n) for n, each in listed if each.get("record", "-") != led}
        for field in (*table.tags, *table.lists):
            column = "tag" if field in table.tags else "entry"
            lines = db.execute(f"SELECT _row, {column} FROM {table.child(field.name)}").fetchall()
            told |= {(kind, field.name, row, each) for row, each in lines}
    return told, rows


@pytest.mark.parametrize("seed", range(6))
def test_told_again_from_the_start_it_is_the_same_after_every_step(tmp_path, blank, seed):
    notebook = Notebook.open(tmp_path, blank=blank)
    days = AnyDay(notebook, seed)
    for step in range(80):
        days.pass_by()
        assert shown(notebook) == told_from_the_start(notebook), step
    told, rows = beside(notebook)
    assert told == rows
    store = notebook.store
    while store.index_backlog(50):
        pass
    for kind in ("household", "visit", "dispute", "matter"):
        for line in notebook.ledger.find(kind):
            words = KINDS[kind].title_of(line).split()[0][:4]
            if kind != "visit":
                assert line["_row"] in store.search_ids(kind, words), (kind, words)
        live = set(notebook.ledger.ids(kind))
        assert set(store.search_ids(kind, "1")) | set(store.search_ids(kind, "陈")) <= live
    store.close()


def test_every_bucket_adds_up_all_the_time(tmp_path, blank):
    notebook = Notebook.open(tmp_path, blank=blank)
    days = AnyDay(notebook, 77)
    for _ in range(120):
        days.pass_by()
    assert {bucket.state for bucket in notebook.store.buckets()} == {"live"}
    assert len(notebook.brought) > 20
    notebook.store.close()


def test_a_copy_that_is_opened_elsewhere_tells_the_same(tmp_path, blank):
    notebook = Notebook.open(tmp_path, blank=blank)
    days = AnyDay(notebook, 5)
    for _ in range(40):
        days.pass_by()
    notebook.store.backup_to(tmp_path / "copy.db", KEY)
    connect(tmp_path / "copy.db", KEY).close()
    before = shown(notebook)
    notebook.store.close()
    (tmp_path / "copy.db").replace(notebook.path)
    notebook.reopened()
    assert shown(notebook) == before
    notebook.store.close()
