"""What the centre sends lies under what waits here, in any order and broken off anywhere."""

import dataclasses

from gridworker.records import KINDS
from gridworker.records.fields import Text
from gridworker.records.row import Stamp
from gridworker.storage import bare, feed
from tests.helpers.notebook import BUCKETS, GRID, LI, MORNING, OTHER_GRID, Notebook, bucket, hash_of, info, name_of

HOUSE = {"head_name": "王建国", "grid": GRID, "address": "马村 1 号"}


def houses(notebook, number, place="grid"):
    return [
        notebook.centre.write("household", {**HOUSE, "household_no": f"{n:04}", "tags": ["low_income"]}, place)
        for n in range(number)
    ]


def cursor(notebook, place="grid"):
    return next(each for each in notebook.store.buckets() if each.id == bucket(place))


def test_rows_of_the_centre_are_shown_with_their_tags_and_counts(notebook):
    rows = houses(notebook, 3)
    received = notebook.give("grid", *rows)
    assert (received.rows, received.put_aside, received.hash_ok) == (3, 0, True)
    assert received.kinds == {"household"}
    assert notebook.ledger.count("household", [("tags", "has", "low_income")]) == 3
    assert notebook.store.totals("household", "households_by_grid", by=("grid",)) == [
        {"grid": GRID, "n": 3, "latest": None}
    ]
    assert cursor(notebook).cursor == notebook.centre.seqs["grid"]


def test_a_newer_version_takes_the_place_of_an_older_one_and_never_the_other_way_round(notebook):
    (old,) = houses(notebook, 1)
    new = notebook.centre.write("household", {**HOUSE, "phone": "13800000001"}, record=old.id)
    notebook.give("grid", new)
    assert notebook.give("grid", old, hash="").kinds == set()
    assert notebook.ledger.get("household", old.id)["phone"] == "13800000001"
    assert notebook.store.get("household", old.id).ver == 2


def test_a_page_that_comes_twice_changes_nothing(notebook):
    page = notebook.centre.page("grid", *houses(notebook, 5))
    notebook.store.receive(page)
    again = notebook.store.receive(page)
    assert again.hash_ok
    assert again.kinds == set()
    assert notebook.ledger.count("household") == 5


def test_what_waits_is_laid_on_the_newer_row(notebook):
    (old,) = houses(notebook, 1)
    notebook.give("grid", old)
    notebook.ledger.save("household", {"phone": "13800000001"}, old.id)
    notebook.give("grid", notebook.centre.write("household", {**HOUSE, "note": "养蜂"}, record=old.id))
    shown = notebook.ledger.get("household", old.id)
    assert (shown["phone"], shown["note"]) == ("13800000001", "养蜂")
    assert notebook.store.get("household", old.id).ver == 2
    assert notebook.store.state_of("household", old.id) == "local"


def test_a_removed_row_is_shown_no_more_and_can_still_be_looked_at(notebook):
    (row,) = houses(notebook, 1)
    notebook.give("grid", row)
    gone = notebook.centre.write("household", HOUSE, record=row.id)
    gone.removed = Stamp(gone.mark, LI, MORNING << 16)
    assert notebook.give("grid", gone).hash_ok
    assert notebook.ledger.get("household", row.id) is None
    assert notebook.ledger.count("household") == 0
    assert notebook.ledger.show("household", row.id).removed
    assert notebook.store.totals("household", "households_by_grid", by=("grid",)) == []


def test_a_row_that_moves_to_another_bucket_arrives_whichever_page_comes_first(notebook, tmp_path, blank):
    for number, order in enumerate((("grid", "other_grid"), ("other_grid", "grid"))):
        (folder := tmp_path / str(number)).mkdir()
        desk = Notebook.open(folder, blank=blank)
        (row,) = houses(desk, 1)
        desk.give("grid", row)
        moved = desk.centre.write("household", HOUSE, "other_grid", record=row.id)
        pages = {
            "grid": desk.centre.page("grid", gone=[("household", row.id, moved.ver, "m")]),
            "other_grid": desk.centre.page("other_grid", moved),
        }
        assert [desk.store.receive(pages[place]).hash_ok for place in order] == [True, True]
        assert desk.store.get("household", row.id).bucket == bucket("other_grid")
        assert cursor(desk).hash == "0" * 32
        desk.store.close()


def test_an_old_farewell_takes_nothing_away_that_came_back_since(notebook):
    (row,) = houses(notebook, 1)
    for note in ("二", "三"):
        notebook.centre.write("household", {**HOUSE, "note": note}, record=row.id)
    notebook.catch_up("grid")
    notebook.give("grid", gone=[("household", row.id, 2, "m"), ("household", row.id, 3, "m")], hash="")
    assert notebook.ledger.get("household", row.id)["note"] == "三"


def test_a_bucket_takes_leave_only_of_what_lies_in_it(notebook):
    (row,) = houses(notebook, 1, "other_grid")
    notebook.catch_up()
    received = notebook.give("grid", gone=[("household", row.id, 9, "m")])
    assert received.hash_ok
    assert notebook.ledger.get("household", row.id) is not None
    assert notebook.give("other_grid").hash_ok


def test_a_row_that_leaves_the_bucket_takes_its_words_and_counts_along_and_leaves_what_was_typed(notebook):
    (row,) = houses(notebook, 1)
    notebook.give("grid", row)
    notebook.ledger.save("household", {"phone": "13800000001"}, row.id)
    del notebook.centre.rows["household", row.id]
    assert notebook.give("grid", gone=[("household", row.id, 5, "d")]).hash_ok
    assert notebook.store.get("household", row.id) is None
    assert notebook.store.search("王建国") == []
    assert [change.value for change in notebook.store.waiting(9)] == ["13800000001"]


def test_rows_of_kinds_that_this_version_does_not_know_are_kept_and_counted(notebook):
    strange = dataclasses.replace(houses(notebook, 1)[0], kind="rental_house")
    del notebook.centre.rows["household", strange.id]
    notebook.centre.rows["rental_house", strange.id] = strange
    received = notebook.give("grid", strange)
    assert received.hash_ok
    assert notebook.ledger.count("household") == 0

    rental = dataclasses.replace(KINDS["household"], name="rental_house")
    notebook.store.close()
    newer = Notebook.open(notebook.path.parent, kinds={**KINDS, "rental_house": rental}, empty=True)
    assert newer.ledger.get("rental_house", strange.id)["head_name"] == "王建国"
    assert cursor(newer).hash == hash_of([strange])
    newer.store.close()


def test_fields_that_this_version_does_not_know_are_kept_and_come_into_their_own_with_the_next(notebook):
    row = notebook.centre.write("household", {**HOUSE, "beehives": "12 箱"})
    notebook.give("grid", row)
    assert notebook.ledger.get("household", row.id)["beehives"] == "12 箱"
    notebook.ledger.save("household", {"phone": "13800000001"}, row.id)
    assert notebook.ledger.get("household", row.id)["beehives"] == "12 箱"

    household = KINDS["household"]
    grown = dataclasses.replace(household, fields=(*household.fields, Text("beehives", "蜂箱", limit=20)))
    notebook.store.close()
    newer = Notebook.open(notebook.path.parent, kinds={**KINDS, "household": grown}, empty=True)
    assert newer.ledger.find("household", [("beehives", "=", "12 箱")])[0]["id"] == row.id
    assert newer.ledger.get("household", row.id)["phone"] == "13800000001"
    newer.store.close()


def test_a_row_of_the_wrong_shape_is_put_aside_and_the_others_go_on(notebook):
    good, bad = houses(notebook, 2)
    bad.fields["members"] = "three"
    worse = notebook.centre.write("visit", {"grid": GRID, "subjects": ["x"]})
    received = notebook.give("grid", good, bad, worse)
    assert (received.rows, received.put_aside, received.hash_ok) == (3, 2, True)
    assert [each["id"] for each in notebook.ledger.find("household")] == [good.id]

    mended = notebook.centre.write("household", {**HOUSE, "members": 3}, record=bad.id)
    assert notebook.give("grid", mended).hash_ok
    assert notebook.ledger.get("household", bad.id)["members"] == 3


def test_a_newer_row_of_the_wrong_shape_leaves_the_older_one_in_its_place(notebook):
    (row,) = houses(notebook, 1)
    notebook.give("grid", row)
    bad = notebook.centre.write("household", {**HOUSE, "members": "three"}, record=row.id)
    received = notebook.give("grid", bad)
    assert (received.put_aside, received.hash_ok) == (1, True)
    assert notebook.ledger.get("household", row.id)["household_no"] == "0000"


def test_what_was_put_aside_is_tried_again_at_the_next_start(notebook):
    (row,) = houses(notebook, 1)
    row.fields["roof"] = "瓦"
    household = KINDS["household"]
    strict = dataclasses.replace(household, fields=(*household.fields, dataclasses.replace(_whole(), name="roof")))
    notebook.store.close()
    strange = Notebook.open(notebook.path.parent, kinds={**KINDS, "household": strict}, empty=True)
    strange.centre = notebook.centre
    assert strange.give("grid", row).put_aside == 1
    strange.store.close()
    mended = Notebook.open(notebook.path.parent, empty=True)
    assert mended.ledger.get("household", row.id)["roof"] == "瓦"
    mended.store.close()


def _whole():
    return KINDS["household"].by_name["members"]


def test_a_bucket_is_not_shown_before_it_is_complete_but_what_was_written_here_is(notebook, tmp_path):
    (folder := tmp_path / "new").mkdir()
    desk = Notebook.open(folder, empty=True)
    desk.store.add_bucket(info("grid"))
    mine = desk.household()
    first, second = desk.centre.write("household", HOUSE), desk.centre.write("household", HOUSE)
    desk.give("grid", first, more=True)
    assert [each["id"] for each in desk.ledger.find("household")] == [mine]
    assert desk.ledger.get("household", first.id) is None
    assert desk.store.search("王建国") == []
    assert desk.store.totals("household", "households_by_grid") == []
    assert desk.give("grid", second).complete
    assert desk.ledger.count("household") == 3
    assert desk.store.totals("household", "households_by_grid")[0]["n"] == 3
    desk.store.close()


def test_a_large_page_is_applied_in_short_transactions_and_can_be_broken_off_between_them(notebook, tmp_path):
    (folder := tmp_path / "new").mkdir()
    desk = Notebook.open(folder, empty=True)
    desk.store.add_bucket(info("grid"))
    rows = houses(desk, 2 * feed.SLICE + 7)
    page = desk.centre.page("grid", *rows)
    half = page.model_copy(update={"rows": page.rows[: feed.SLICE], "more": True, "hash": "", "to": 0})
    desk.store.receive(half)
    received = desk.store.receive(page)
    assert (received.hash_ok, received.complete) == (True, True)
    assert desk.ledger.count("household") == len(rows)
    assert desk.store.totals("household", "households_by_grid")[0]["n"] == len(rows)
    desk.store.close()


def test_rows_that_came_in_a_large_page_are_found_at_once_and_indexed_in_quiet_moments(notebook):
    rows = [
        notebook.centre.write("household", {**HOUSE, "head_name": name, "phone": f"1380000{n:04}"})
        for n, name in enumerate(("王桂英", "李桂英", "赵刚") * 40)
    ]
    notebook.give("grid", *rows)
    assert len(notebook.store.search("桂英", limit=500)) == 80
    assert len(notebook.store.search_ids("household", "桂英")) == 80
    while notebook.store.index_backlog(5):
        pass
    assert len(notebook.store.search("桂英", limit=500)) == 80
    assert len(notebook.store.search("ggy", limit=500)) == 0
    assert len(notebook.store.search("lgy", limit=500)) == 40
    assert notebook.store.search("13800000005")[0].title == "赵刚"


def test_before_they_are_indexed_rows_are_found_by_every_word_as_it_was_typed(notebook):
    parties = {name_of(1): {"name": "欧阳锦绣"}}
    told = {"title": "田埂_100%", "grid": GRID, "dispute_type": "07", "state": "registered", "parties": parties}
    notebook.give("grid", notebook.centre.write("dispute", told))
    for text, found in (("锦绣", 1), ("锦绣 田埂", 1), ("锦绣 水渠", 0), ("%", 1), ("_1", 1), ("x_1", 0), (" ", 0)):
        assert len(notebook.store.search(text)) == found, text
    assert notebook.store.index_backlog(1000) is False
    assert len(notebook.store.search("锦绣 田埂")) == 1


def test_a_bucket_that_does_not_add_up_is_noticed_and_read_again(notebook, logged):
    logged.expect("does not add up")
    rows = houses(notebook, 4)
    received = notebook.give("grid", *rows[:3])
    assert not received.hash_ok
    assert cursor(notebook).state == "stale"
    notebook.store.reset_bucket(bucket("grid"))
    assert (cursor(notebook).state, cursor(notebook).cursor) == ("live", 0)
    assert notebook.give("grid", *rows).hash_ok
    assert notebook.ledger.count("household") == 4


def test_after_a_reset_rows_that_are_not_named_are_gone_and_older_versions_are_taken(notebook):
    kept, lost, newer = houses(notebook, 3)
    notebook.give("grid", kept, lost, newer)
    notebook.give("grid", notebook.centre.write("household", {**HOUSE, "note": "新"}, record=newer.id))
    notebook.ledger.save("household", {"phone": "13800000001"}, kept.id)
    mine = notebook.household()
    # The centre comes back from an older backup: one row was never made, one is older again.
    del notebook.centre.rows["household", lost.id]
    notebook.centre.rows["household", newer.id] = newer
    notebook.give("grid", kept, reset=True, more=True)
    assert notebook.ledger.count("household") == 4  # until the end all of it is shown
    assert notebook.give("grid", newer).hash_ok
    assert notebook.ledger.get("household", lost.id) is None
    assert "note" not in notebook.ledger.get("household", newer.id)
    assert notebook.ledger.get("household", kept.id)["phone"] == "13800000001"
    assert notebook.ledger.get("household", mine)["head_name"] == "陈建国"


def test_after_the_centre_was_restored_the_same_version_with_another_past_is_taken(notebook):
    (row,) = houses(notebook, 1)
    notebook.give("grid", row)
    other = row.copy()
    other.fields["note"], other.writers["note"] = "养蜂", ["another change", LI, MORNING << 16]
    notebook.centre.rows["household", row.id] = other
    notebook.store.reset_bucket(bucket("grid"))
    assert notebook.give("grid", other, reset=True).hash_ok
    assert notebook.ledger.get("household", row.id)["note"] == "养蜂"


def test_after_a_restore_a_record_is_taken_by_the_grid_from_which_it_had_moved(notebook):
    (here,) = houses(notebook, 1)
    moved = notebook.centre.write("household", {**HOUSE, "grid": OTHER_GRID}, "other_grid", record=here.id)
    notebook.give("other_grid", moved)
    notebook.centre.rows["household", here.id] = here  # restored from before it moved
    notebook.store.reset_bucket(bucket("other_grid"))
    assert notebook.give("grid", here).hash_ok
    assert notebook.give("other_grid", reset=True).hash_ok
    assert notebook.store.get("household", here.id).bucket == bucket("grid")
    assert notebook.ledger.count("household") == 1


def test_a_grid_read_anew_from_before_a_record_left_it_does_not_take_it_back(notebook):
    here, stays = houses(notebook, 2)
    moved = notebook.centre.write("household", {**HOUSE, "grid": OTHER_GRID}, "other_grid", record=here.id)
    notebook.give("other_grid", moved)
    notebook.store.reset_bucket(bucket("grid"))
    notebook.give("grid", here, stays, reset=True, more=True)  # as a snapshot of before has it
    gone = [("household", here.id, moved.ver, "m")]
    assert notebook.give("grid", gone=gone).hash_ok
    assert notebook.store.get("household", here.id).bucket == bucket("other_grid")
    assert notebook.give("other_grid").hash_ok


def test_a_reset_that_was_broken_off_starts_again(notebook):
    one, two = houses(notebook, 2)
    notebook.give("grid", one, two)
    notebook.give("grid", one, reset=True, more=True)
    notebook.reopened()
    assert cursor(notebook).naming
    notebook.store.reset_bucket(bucket("grid"))
    assert notebook.give("grid", one, two, reset=True).hash_ok
    assert not cursor(notebook).naming
    assert notebook.ledger.count("household") == 2


def test_a_reading_that_begins_once_more_forgets_what_the_first_beginning_named(notebook):
    left, stays = houses(notebook, 2)
    notebook.give("grid", left, stays)
    notebook.store.reset_bucket(bucket("grid"))
    notebook.give("grid", left, reset=True, more=True)
    del notebook.centre.rows["household", left.id]  # it moved, and the floor of the feed passed this desk
    assert notebook.give("grid", stays, reset=True).hash_ok
    assert notebook.store.get("household", left.id) is None


def test_a_page_of_a_bucket_that_this_desk_does_not_hold_is_passed_over(notebook):
    page = notebook.centre.page("grid", *houses(notebook, 1))
    received = notebook.store.receive(page.model_copy(update={"bucket": name_of(0xFFFF)}))
    assert received.rows == 0
    assert notebook.ledger.count("household") == 0


def test_every_bucket_of_the_notebook_is_empty_and_adds_up(notebook):
    assert {each.hash for each in notebook.store.buckets()} == {"0" * 32}
    assert [each.id for each in notebook.store.buckets()] == [name for name, _ in BUCKETS.values()]


def indexes(desk, kind="household"):
    lines = desk.store._file.db.execute("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL")
    return {name for (name,) in lines} & set(desk.store._file.tables[kind].indexes())


def test_the_indexes_of_a_kind_are_made_in_the_quiet_moment_behind_its_first_load(tmp_path, blank):
    (folder := tmp_path / "new").mkdir()
    desk = Notebook.open(folder, empty=True)
    declared = indexes(desk)
    assert len(declared) == len(KINDS["household"].indexes)
    for place in ("grid", "other_grid"):
        desk.store.add_bucket(info(place))
    desk.give("grid", *houses(desk, 5))
    assert indexes(desk) == set()
    assert indexes(desk, "visit")
    assert desk.ledger.find("household", [("grid", "=", GRID)], ("household_no",), 1)[0]["household_no"] == "0000"
    desk.store.index_backlog(1_000)
    assert indexes(desk) == set(), "another bucket still comes"
    desk.give("other_grid", *houses(desk, 5, "other_grid"))
    assert desk.ledger.find("household", [("grid", "=", GRID)], ("household_no",), 1)[0]["household_no"] == "0000"
    while desk.store.index_backlog(0):
        pass
    assert indexes(desk) == declared
    desk.store.close()


def test_a_kind_that_grows_large_while_it_comes_gets_its_indexes_at_once(tmp_path, monkeypatch, blank):
    monkeypatch.setattr(bare, "MOST", 6)
    (folder := tmp_path / "new").mkdir()
    desk = Notebook.open(folder, empty=True)
    declared = indexes(desk)
    for place in ("grid", "other_grid"):
        desk.store.add_bucket(info(place))
    desk.give("grid", *houses(desk, 5))
    assert indexes(desk) == set()
    desk.give("other_grid", *houses(desk, 5, "other_grid"), more=True)
    assert indexes(desk) == declared
    desk.store.close()


def test_a_first_load_that_was_broken_off_leaves_no_kind_without_its_indexes(tmp_path):
    desk = Notebook.open(tmp_path, empty=True)
    declared = indexes(desk)
    desk.store.add_bucket(info("grid"))
    desk.give("grid", *houses(desk, 5), more=True)
    assert indexes(desk) == set()
    desk.reopened()
    assert indexes(desk) == declared
    desk.give("grid", *houses(desk, 5), hash="")
    assert indexes(desk) == declared
    desk.store.close()


def test_what_a_person_saves_after_a_page_waits_for_the_disk_again(notebook):
    notebook.give("grid", *houses(notebook, 3))
    assert notebook.store._file.db.execute("PRAGMA synchronous").fetchone() == (2,)
