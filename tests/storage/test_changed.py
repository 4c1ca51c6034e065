"""What the centre sends anew of many records is shown, counted and found at once, as if each had come by itself."""

import random

import orjson
import pytest

from gridworker.records.row import Row
from gridworker.storage import fresh, search, unindexed
from tests.helpers.notebook import GRID, WANG

PEOPLE = ("陈建国", "王秀英", "李小明", "璩靐龘")
WORDS = ("水沟堵了", "路灯坏了", "老人独居", "电线老化", "爨宝寨")


@pytest.fixture
def desk(notebook):
    """A desk with households and diaries that others wrote, all of them in the index."""
    houses = [house(notebook, PEOPLE[number % 3], number) for number in range(30)]
    visits = [visit(notebook, houses[number % 30], WORDS[number % 4], number) for number in range(30)]
    notebook.give("grid", *houses, *visits)
    indexed(notebook)
    return notebook


def house(desk, name, number, **more) -> Row:
    fields = {"head_name": name, "address": f"马村{number}号", "grid": GRID, "tags": ["alone"][: number % 2]}
    return desk.centre.write("household", fields, **more)


def visit(desk, home, text, number) -> Row:
    subjects = {"s": {"kind": "household", "record": home.id, "name": home.fields["head_name"]}}
    fields = {"grid": GRID, "household": home.id, "visitor": WANG, "text": text, "visited_at": number, "met": True}
    return desk.centre.write("visit", {**fields, "subjects": subjects, "state": "submitted"})


def indexed(desk) -> None:
    while desk.store.index_backlog(1_000):
        pass


def anew(desk, kind, change, share=1.0, chance=random) -> list[Row]:
    """The next version of records of the grid: each is what ``change`` makes of its fields."""
    there = [row for row in desk.centre.of("grid") if row.kind == kind and row.removed is None]
    chosen = [row for row in there if chance.random() <= share]
    return [desk.centre.write(kind, {**row.fields, **change(row)}, record=row.id) for row in chosen]


def stale(desk, kind="household") -> frozenset[int]:
    return search.stale(desk.store._file.db, kind)


def found(desk, text, kind="household") -> list[str]:
    """The same from the list and from the box that looks everywhere, each record once."""
    rows = list(desk.store.search_ids(kind, text))
    assert [hit.row for hit in desk.store.search(text, [kind])] == rows[:50]
    return [each["id"] for each in desk.store.page(kind, rows)]


def everything(desk) -> dict[str, list]:
    """What every table says, whatever the order of JSON."""
    db = desk.store._file.db
    names = db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'").fetchall()

    def plain(value):
        return orjson.dumps(orjson.loads(value), option=orjson.OPT_SORT_KEYS) if isinstance(value, bytes) else value

    kept = [name for (name,) in names if name != "meta" and not name.endswith(("_data", "_idx", "_config"))]
    return {
        name: sorted(repr(list(map(plain, line))) for line in db.execute(f'SELECT * FROM "{name}"')) for name in kept
    }


def copied(desk, folder):
    """Another desk with all that this one has; it is closed."""
    folder.mkdir()
    return type(desk).open(folder, blank=desk.path)


def test_together_they_leave_behind_what_they_leave_one_by_one(desk, tmp_path):
    def moved_on(row):
        number = int(row.fields["address"][2:-1])
        gone = {"tags": ["disabled", "alone"][number % 3 :], "phone": f"138{number:08}"} if number % 2 else {}
        return {"head_name": PEOPLE[number % 4], **gone}

    def read(row):
        number = row.fields["visited_at"]
        return {"state": "read" if number % 3 else "returned", "met": number % 2 == 0, "text": WORDS[number % 5]}

    rows = anew(desk, "household", moved_on) + anew(desk, "visit", read)
    page = desk.centre.page("grid", *rows)
    desk.store.close()
    one, together = copied(desk, tmp_path / "one"), copied(desk, tmp_path / "two")
    one.store._file.db.execute("INSERT INTO unknown_row VALUES ('balloon', 'x', 99, 1, '', x'7b7d')")
    assert one.store.receive(page).hash_ok
    one.store._file.db.execute("DELETE FROM unknown_row")
    assert stale(one) == frozenset(), "which came one by one"
    assert together.store.receive(page).hash_ok
    assert len(stale(together)) == 24, "of whom the name is another"
    for each in (one, together):
        indexed(each)
    assert everything(together) == everything(one)
    for each in (one, together):
        each.store.close()


def test_a_new_name_is_found_in_every_way_at_once_and_the_old_one_no_more(desk):
    row = anew(desk, "household", lambda row: {"head_name": "璩靐龘", "note": "爨宝寨赵"})[7]
    desk.give("grid", *[each for each in desk.centre.of("grid") if each.kind == "household" and each.ver > 1])
    assert len(stale(desk)) == 30
    for text in ("璩靐龘", "qu", "爨宝", "璩 马村7号"):
        assert row.id in found(desk, text), text
    assert found(desk, "王秀英") == found(desk, "wxy") == []
    before = {text: found(desk, text) for text in ("璩", "马村", "爨 马村2", "12号")}
    indexed(desk)
    assert stale(desk) == frozenset()
    assert {text: found(desk, text) for text in before} == before
    assert found(desk, "wangxiuying") == []
    desk.store._file.db.execute("INSERT INTO search_household (search_household) VALUES ('integrity-check')")


def test_the_newest_come_first_whether_the_index_knows_them_or_not(desk):
    desk.give("grid", *anew(desk, "household", lambda row: {"note": "高龄"}, 0.4, random.Random(5)))
    desk.household("王秀英", address="马村99号")
    assert 3 < len(stale(desk)) < 27
    rows = list(desk.store.search_ids("household", "马村"))
    assert rows == sorted(rows, reverse=True)
    assert len(rows) == 31
    assert len(desk.store.search("马村", ["household"], limit=12)) == 12


def test_never_more_are_read_than_a_search_can_read(desk, monkeypatch):
    monkeypatch.setattr(fresh, "MOST", 40)
    for turn in range(3):
        desk.give("grid", *anew(desk, "household", lambda row, turn=turn: {"note": f"第{turn}次"}))
        assert len(found(desk, f"第{turn}次")) == 30
        assert len(stale(desk)) <= 40
    assert found(desk, "第0次") == found(desk, "第1次") == []


def test_what_is_removed_or_let_go_meanwhile_leaves_no_word(desk):
    desk.give("grid", *anew(desk, "household", lambda row: {"head_name": "璩靐龘"}))
    gone = desk.centre.of("grid")[0]
    desk.ledger.remove("household", gone.id)
    assert gone.id not in found(desk, "璩靐龘")
    assert len(stale(desk)) == 29
    desk.hand_in(seen=True)
    assert desk.store.drop_bucket(gone.bucket)
    assert stale(desk) == frozenset()
    assert desk.store.search("璩靐龘") == desk.store.search("陈建国") == []
    db = desk.store._file.db
    assert db.execute("SELECT count(*) FROM search_household_doc").fetchone() == (0,)
    db.execute("INSERT INTO search_household (search_household) VALUES ('integrity-check')")


def test_what_waits_here_stays_in_sight_when_others_write_in_the_same_records(desk):
    mine = [row for row in desk.centre.of("grid") if row.kind == "household"][:3]
    for row in mine:
        desk.ledger.save("household", {"phone": "13805751234"}, row.id)
    desk.give("grid", *anew(desk, "household", lambda row: {"members": 5}))
    assert {each["phone"] for each in desk.store.page("household", desk.store.search_ids("household", "13805751234"))}
    shown = desk.ledger.row("household", mine[0].id).fields
    assert (shown["phone"], shown["members"]) == ("13805751234", 5)
    assert desk.store.waiting_count()["new"] == 3


def test_a_page_of_which_one_record_cannot_be_read_brings_the_others(desk):
    rows = anew(desk, "household", lambda row: {"note": "高龄"})
    rows[4].fields["head_name"] = {"no": "text"}
    assert desk.give("grid", *rows).put_aside == 1
    assert len(found(desk, "高龄")) == 29
    assert desk.give("grid", *rows).rows == 30, "which is here already"


def test_words_are_taken_in_a_few_at_a_time_and_none_is_left_out(notebook, monkeypatch):
    monkeypatch.setattr(unindexed, "MOST_WORDS", 40)
    notebook.give("grid", *[house(notebook, PEOPLE[number % 3], number) for number in range(30)])
    rows = "SELECT coalesce(sum(last - first + 1), 0) FROM unindexed"
    left = [30]
    while notebook.store.index_backlog(0):
        left += notebook.store._file.db.execute(rows).fetchone()
    assert left == sorted(set(left), reverse=True)
    assert 5 < len(left) < 30
    assert len(found(notebook, "wxy")) == 10
    assert len(found(notebook, "马村")) == 30
