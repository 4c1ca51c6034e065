"""A bucket that leaves the desk leaves it whole: rows, words, counts, drafts, log, copies."""

import base64

import orjson

from gridworker.protocol import sealing
from gridworker.storage import owed as owed_boxes
from gridworker.storage import restore
from gridworker.storage.backup import folder_of
from gridworker.storage.store import Store
from tests.helpers.notebook import BUCKETS, GRID, KEY, OTHER_GRID, bucket, standing
from tests.helpers.open_pages import open_pages

SECRET = "欧阳锦绣"
WORDS = ("欧阳", "阳锦", "锦绣")
"""Some of what is looked for in the search index."""
CENTRE = bytes(range(32))
CENTRES_KEY = base64.urlsafe_b64encode(sealing.public_of(CENTRE)).decode().rstrip("=")


def fill(notebook):
    rows = [
        notebook.centre.write(
            "household",
            {"head_name": SECRET, "grid": OTHER_GRID, "address": f"{SECRET}家 {n} 号", "tags": ["rental"]},
            "other_grid",
        )
        for n in range(200)
    ]
    rows.append(
        notebook.centre.write(
            "visit",
            {"grid": OTHER_GRID, "household": rows[0].id, "visitor": "x", "visited_at": 1, "text": SECRET * 20},
            "other_grid",
        )
    )
    notebook.give("other_grid", *rows)
    while notebook.store.index_backlog(50):
        pass
    return rows


def test_nothing_of_a_dropped_bucket_is_left(notebook):
    rows = fill(notebook)
    mine = notebook.household()
    notebook.hand_in(seen=True)
    notebook.ledger.save("household", {"note": SECRET}, rows[1].id)
    notebook.hand_in(seen=True)
    notebook.store.note_standing(standing(last_n=9, durable_n=9))
    notebook.ledger.keep_draft(f"visit:{rows[2].id}", "visit", SECRET, {"text": SECRET})
    notebook.ledger.keep_draft("household:new", "household", "新建", {"head_name": "陈"})
    notebook.store.backup_to(folder_of(notebook.path) / "by-hand-1.db", KEY)

    assert notebook.store.drop_bucket(bucket("other_grid"))
    while notebook.store.tidy():
        pass
    assert notebook.store.search(SECRET) == []
    assert [each["id"] for each in notebook.ledger.find("household")] == [mine]
    assert [draft.key for draft in notebook.ledger.drafts()] == ["household:new"]
    assert notebook.store.totals("household", "households_by_grid", by=("grid",)) == [
        {"grid": GRID, "n": 1, "latest": None}
    ]
    assert bucket("other_grid") not in [each.id for each in notebook.store.buckets()]
    for place in (notebook.path, *folder_of(notebook.path).iterdir()):
        content = open_pages(place, KEY)
        for trace in (SECRET, *WORDS, rows[0].id, bucket("other_grid")):
            assert trace.encode() not in content, (trace, place)
        assert "陈建国".encode() in content


def test_before_it_is_dropped_all_of_it_can_be_read_by_who_has_the_key(notebook):
    rows = fill(notebook)
    content = open_pages(notebook.path, KEY)
    assert content.count(SECRET.encode()) > 400
    assert all(word.encode() in content for word in WORDS)
    assert rows[0].id.encode() in content


def test_a_bucket_is_kept_while_something_of_it_waits(notebook):
    rows = fill(notebook)
    notebook.ledger.save("household", {"phone": "13800000001"}, rows[0].id)
    assert not notebook.store.drop_bucket(bucket("other_grid"))
    assert notebook.ledger.count("household") == 200
    notebook.hand_in("refused")
    assert not notebook.store.drop_bucket(bucket("other_grid"))
    notebook.store.discard(notebook.store.outbox_rows(("attention",))[0].tx, notebook.now)
    assert notebook.store.drop_bucket(bucket("other_grid"))
    assert notebook.ledger.count("household") == 0


def test_what_is_at_the_centre_but_in_no_backup_yet_is_sealed(notebook):
    rows = fill(notebook)
    notebook.ledger.save("household", {"note": SECRET}, rows[0].id)
    notebook.ledger.keep_draft(f"visit:{rows[2].id}", "visit", SECRET, {"text": SECRET})
    notebook.hand_in()
    notebook.store.set_metas({"recovery_key": CENTRES_KEY, "scope": 7})
    notebook.store.set_meta("late_work", [{"name": SECRET, "records": [f"household {rows[0].id}"]}])
    notebook.store.backup_to(folder_of(notebook.path) / "by-hand-1.db", KEY)
    change = notebook.store.own_changes(rows[0].id)[0]
    assert notebook.store.drop_bucket(bucket("other_grid"))
    while notebook.store.tidy():
        pass
    traces = [SECRET, rows[0].id, change.id, change.tx, bucket("other_grid")]
    for place in (notebook.path, *folder_of(notebook.path).iterdir()):
        content = open_pages(place, KEY)
        assert [each for each in traces if each.encode() in content] == [], place
    assert notebook.store.meta("next_n") == 2
    assert notebook.store.owed_waiting() == [], "the centre has it: nobody asks"
    notebook.store.requeue_not_durable()
    [owed] = notebook.store.owed_waiting()
    said = orjson.loads(sealing.open(CENTRE, owed.box))
    assert (said["scope"], said["tx"], said["act"]) == (7, change.tx, change.act)
    assert [(wire["id"], wire["v"]) for wire in said["changes"]] == [(change.id, SECRET)]


def owes_a_note(notebook):
    """A grid is let go, of which the centre has taken a note and no backup holds it."""
    rows = fill(notebook)
    notebook.ledger.save("household", {"note": SECRET}, rows[0].id)
    notebook.hand_in()
    notebook.store.set_meta("recovery_key", CENTRES_KEY)
    assert notebook.store.drop_bucket(bucket("other_grid"))


def owed(notebook):
    """How many boxes lie here."""
    return notebook.store._file.db.execute("SELECT count(*) FROM owed").fetchone()[0]


def test_what_is_owed_is_not_asked_for_by_a_centre_that_has_it_in_its_backup(notebook):
    owes_a_note(notebook)
    notebook.store.requeue_not_durable()
    waiting = notebook.store.owed_waiting()
    notebook.store.owed_handed_in(waiting, ["held"], standing(last_n=1))
    assert notebook.store.owed_waiting() == waiting, "offered once more"
    notebook.store.owed_handed_in(waiting, ["ok"], standing(last_n=1))
    assert notebook.store.owed_waiting() == []
    notebook.store.note_standing(standing(last_n=1, durable_n=1))
    notebook.store.requeue_not_durable()
    assert notebook.store.owed_waiting() == waiting, "handed in again after this backup was taken, perhaps"
    notebook.store.owed_handed_in(waiting, ["ok"], standing(last_n=1))
    notebook.store.note_standing(standing(last_n=2, durable_n=2))
    notebook.store.requeue_not_durable()
    assert notebook.store.owed_waiting() == []
    notebook.store.requeue_not_durable((1, 2))
    assert notebook.store.owed_waiting() == [], "restored, and it has that"
    notebook.store.requeue_not_durable((1, 1))
    assert notebook.store.owed_waiting() == waiting, "an older backup was put back"


def test_what_is_owed_is_kept_for_as_long_as_there_is_a_backup_from_before_it(notebook):
    owes_a_note(notebook)
    store, day = notebook.store, 86_400_000
    store.prune(notebook.now + 400 * day)
    assert owed(notebook) == 1, "no backup holds it"
    store.note_standing(standing(last_n=1, durable_n=1))
    store.prune(notebook.now + 80 * day)
    assert owed(notebook) == 1
    store.set_meta("backups_since", notebook.now - day)
    store.prune(notebook.now + 300 * day)
    assert owed(notebook) == 1, "the oldest backup of the centre is from before"
    store.set_meta("backups_since", notebook.now + 2 * day)
    store.prune(notebook.now + 80 * day)
    assert owed(notebook) == 1, "90 days in any case: backups are moved elsewhere, too"
    store.prune(notebook.now + 100 * day)
    assert owed(notebook) == 0
    assert notebook.store.owed_waiting() == []


def test_what_is_owed_takes_so_much_room_and_what_no_backup_holds_is_never_thrown_away(notebook):
    owes_a_note(notebook)
    file = notebook.store._file
    with file.writing():
        for at in (30, 20, 10):
            file.db.execute("INSERT INTO owed VALUES (NULL, 1, 1, zeroblob(1000), 0, ?, 1)", (at,))
        owed_boxes.prune(file, 0, 99, most=2000)
    found = file.db.execute("SELECT at, durable FROM owed ORDER BY at").fetchall()
    assert [at for at, durable in found if durable] == [20, 30], "the oldest went"
    assert [durable for _, durable in found].count(0) == 1


def test_what_a_person_released_is_owed_under_a_new_number(notebook):
    """Its old number says nothing of the backups that came before a person let it in."""
    rows = fill(notebook)
    notebook.ledger.save("household", {"note": SECRET}, rows[0].id)
    notebook.hand_in()
    notebook.store._file.db.execute("UPDATE outbox SET code = 'released'")
    notebook.store.set_meta("recovery_key", CENTRES_KEY)
    assert notebook.store.drop_bucket(bucket("other_grid"))
    notebook.store.note_standing(standing(last_n=1, durable_n=1))
    assert len(notebook.store.owed_waiting()) == 1


def test_a_centre_without_a_backup_has_taken_it_for_good(notebook):
    rows = fill(notebook)
    notebook.ledger.save("household", {"note": SECRET}, rows[0].id)
    notebook.hand_in()
    notebook.store.note_standing(standing(last_n=1, backup=False))
    assert notebook.store.drop_bucket(bucket("other_grid"))
    assert SECRET.encode() not in open_pages(notebook.path, KEY)
    assert notebook.store.meta("next_n") == 2


def test_own_history_of_a_dropped_bucket_goes_when_it_is_durable(notebook):
    rows = fill(notebook)
    notebook.ledger.save("household", {"note": SECRET}, rows[0].id)
    notebook.hand_in()
    assert notebook.store.drop_bucket(bucket("other_grid"))
    notebook.store.note_standing(standing(last_n=1, durable_n=1))
    while notebook.store.tidy():
        pass
    assert SECRET.encode() not in open_pages(notebook.path, KEY)


def test_a_new_record_that_the_centre_took_just_before_does_not_come_back(notebook):
    """The centre has a backup and gave no key: what it took stays as own history, and lies over no row."""
    house = notebook.household(grid=OTHER_GRID)
    notebook.hand_in()
    assert notebook.store.drop_bucket(bucket("other_grid"))
    assert notebook.store.get("household", house) is None
    assert [change.state for change in notebook.store.own_changes(house)] == ["accepted"]
    notebook.reopened()
    assert notebook.ledger.find("household") == []


def test_a_dropping_that_was_broken_off_shows_nothing_and_goes_on(notebook):
    fill(notebook)
    file = notebook.store._file
    with file.writing():
        file.db.execute("UPDATE bucket SET state = 'dropping' WHERE id = ?", (bucket("other_grid"),))
    assert notebook.ledger.count("household") == 0
    assert notebook.store.search(SECRET) == []
    notebook.reopened()
    while notebook.store.tidy():
        pass
    assert len(notebook.store.buckets()) == len(BUCKETS) - 1


def test_dropping_twice_is_no_harm(notebook):
    assert notebook.store.drop_bucket(bucket("other_grid"))
    assert notebook.store.drop_bucket(bucket("other_grid"))


def test_what_is_owed_comes_along_when_an_older_copy_takes_the_stores_place(notebook, tmp_path):
    rows = fill(notebook)
    notebook.store.backup_to(tmp_path / "older.db", KEY)
    notebook.ledger.save("household", {"note": SECRET}, rows[0].id)
    notebook.hand_in()
    notebook.store.set_meta("recovery_key", CENTRES_KEY)
    assert notebook.store.drop_bucket(bucket("other_grid"))
    notebook.store.close()
    restore.put_back(notebook.path, KEY, tmp_path / "older.db", tmp_path / "aside")
    store = Store.open(notebook.path, KEY)
    assert len(store.owed_waiting()) == 1
    store.close()
