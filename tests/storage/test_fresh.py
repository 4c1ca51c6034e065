"""What was saved a moment ago is found in every way, before its words are in the index and after."""

import random

import pytest

from gridworker.storage import fresh, search
from gridworker.storage.store import Store
from tests.helpers.notebook import GRID, KEY, Notebook

WANG = {"address": "谷来镇马村12号", "phone": "13812345678", "household_no": "GL-0012"}
WAYS = ("王秀英", "秀英", "wangxiuying", "wxy", "wangxy", "王xy", "马村12号", "138", "5678", "gl-0012", "王 马村")


def waiting(notebook: Notebook, kind: str = "household") -> list[int]:
    """The rows of a kind that are read by a search."""
    upto = search.indexed_up_to(notebook.store._file.db, kind)
    return [row for row in notebook.store.ids(kind) if row > upto]


def found(notebook: Notebook, text: str, kind: str = "household") -> list[int]:
    """The same answer from the list and from the box that looks everywhere, each row once."""
    rows = list(notebook.store.search_ids(kind, text))
    assert [hit.row for hit in notebook.store.search(text, [kind])] == rows[:50]
    return rows


def integrity(notebook: Notebook) -> None:
    notebook.store._file.db.execute("INSERT INTO search_household (search_household) VALUES ('integrity-check')")


@pytest.mark.parametrize("taken_in", [False, True])
def test_a_new_household_is_found_in_every_way_at_once(notebook, taken_in):
    saved = notebook.household("王秀英", **WANG)
    if taken_in:
        with notebook.store._file.writing():
            fresh.gather(notebook.store._file, notebook.store._file.tables["household"])
    assert len(waiting(notebook)) == (0 if taken_in else 1)
    for text in WAYS:
        assert [notebook.store.page("household", [row])[0]["id"] for row in found(notebook, text)] == [saved], text
    assert found(notebook, "王英") == found(notebook, "南山") == []
    (hit,) = notebook.store.search("王秀英")
    assert (hit.kind, hit.id, hit.title, hit.field) == ("household", saved, "王秀英", "head_name")


def test_the_command_line_finds_what_the_window_has_just_saved(notebook):
    other = Store.open(notebook.path, KEY)
    saved = notebook.household("王秀英", **WANG)
    assert [hit.id for hit in other.search("wxy")] == [saved]
    other.close()


def test_a_visit_is_found_by_its_words_and_by_whom_it_was_to(notebook):
    visit = notebook.visit(notebook.household("王秀英"), text="屋后水沟堵了")
    for text in ("水沟", "wxy", "王秀英 水沟"):
        assert [hit.id for hit in notebook.store.search(text, ["visit"])] == [visit]


def test_new_ones_come_before_older_ones_and_a_limit_holds(notebook):
    for number in range(fresh.MOST + 30):
        notebook.household(f"王{number}")
    assert len(waiting(notebook)) == 30
    rows = found(notebook, "王")
    assert rows == sorted(rows, reverse=True)
    assert len(rows) == fresh.MOST + 30
    assert list(notebook.store.search_ids("household", "王", limit=40)) == rows[:40]
    assert [hit.row for hit in notebook.store.search("王", ["household"], limit=40)] == rows[:40]


def test_never_more_wait_than_a_search_can_read(notebook):
    most = 0
    for _ in range(2 * fresh.MOST + 10):
        notebook.household()
        most = max(most, len(waiting(notebook)))
    assert most == fresh.MOST - 1
    integrity(notebook)


def test_what_is_corrected_or_removed_at_once_is_found_by_its_present_words_alone(notebook):
    saved = notebook.household("王秀英", **WANG)
    notebook.ledger.save("household", {"head_name": "汪晓燕"}, saved)
    assert found(notebook, "王秀英") == []
    assert len(found(notebook, "wxy")) == len(found(notebook, "汪晓燕")) == 1
    removed = notebook.ledger.remove("household", saved)
    assert found(notebook, "汪") == []
    notebook.ledger.undo(removed.act)
    assert len(found(notebook, "汪")) == 1


def test_quiet_moments_take_in_what_has_gathered_and_change_no_answer(notebook):
    for number in range(fresh.WORTH_IT - 1):
        notebook.household(f"王{number}", address=f"马村{number}号")
    notebook.store.index_backlog(1_000)
    assert len(waiting(notebook)) == fresh.WORTH_IT - 1
    notebook.household("王秀英", **WANG)
    before = {text: found(notebook, text) for text in ("王", "w", "马村1", "马村12号", "wxy")}
    assert notebook.store.index_backlog(1_000) is False
    assert waiting(notebook) == []
    assert {text: found(notebook, text) for text in before} == before
    integrity(notebook)


def test_a_page_of_the_centre_does_not_hide_what_was_saved_before(notebook):
    mine = notebook.household("王秀英", **WANG)
    theirs = [notebook.centre.write("household", {"head_name": f"陈{n}", "grid": GRID}) for n in range(5)]
    notebook.give("grid", *theirs)
    later = notebook.household("汪晓燕")
    wanted = {mine: notebook.store.ids("household", [("id", "=", mine)])[0]}
    wanted[later] = notebook.store.ids("household", [("id", "=", later)])[0]
    assert found(notebook, "wxy") == [wanted[later], wanted[mine]]
    assert len(notebook.store.search("陈", ["household"])) == 5
    while notebook.store.index_backlog(1_000):
        pass
    assert found(notebook, "wxy") == [wanted[later], wanted[mine]]
    assert len(found(notebook, "chen")) == 5
    integrity(notebook)


def test_a_row_number_that_is_used_again_is_found_by_its_new_words(notebook):
    """The last rows went with their bucket; what comes next takes their numbers."""
    notebook.give(
        "other_grid", *[notebook.centre.write("household", {"head_name": "陈建国"}, "other_grid") for _ in range(3)]
    )
    while notebook.store.index_backlog(1_000):
        pass
    bucket = next(each.id for each in notebook.store.buckets() if each.cursor and each.id.endswith("c2"))
    assert notebook.store.drop_bucket(bucket)
    notebook.household("王秀英")
    assert len(found(notebook, "wxy")) == 1
    assert found(notebook, "cjg") == []


def test_a_store_of_an_older_program_finds_everything_once(notebook):
    notebook.household("王秀英", **WANG)
    db = notebook.store._file.db
    with notebook.store._file.writing():
        for table in notebook.store._file.tables.values():
            fresh.gather(notebook.store._file, table)
    db.execute("ALTER TABLE search_kind DROP COLUMN upto")
    notebook.reopened()
    assert waiting(notebook) == []
    notebook.household("汪晓燕")
    assert len(found(notebook, "wxy")) == 2
    assert len(found(notebook, "王秀英")) == 1


def test_a_day_of_random_acts_is_answered_as_by_an_index_made_at_once(notebook):
    """With characters that are read in one way only: of others the index leaves out the rare readings."""
    chance = random.Random(20_261_128)
    signs = "王李秀英建国马村山12 3南ab"
    made: list[str] = []
    file = notebook.store._file
    for _ in range(260):
        act, text = chance.random(), "".join(chance.choices(signs, k=6)).strip() or "王"
        if act < 0.6 or not made:
            made.append(notebook.household(f"王{text[:2]}", address=text, note=text[::-1]))
        elif act < 0.8:
            notebook.ledger.save("household", {"address": text}, chance.choice(made))
        elif act < 0.95:
            notebook.ledger.remove("household", made.pop(chance.randrange(len(made))))
        elif act < 0.98:
            with file.writing():
                fresh.gather(file, file.tables["household"])
        else:
            notebook.store.index_backlog(1_000)
    assert waiting(notebook)
    texts = [*signs.replace(" ", ""), "王李", "马村1", "w", "wx", "lj", "王 马", "村山南"]
    before = {text: found(notebook, text) for text in texts}
    with file.writing():
        fresh.gather(file, file.tables["household"])
    assert {text: found(notebook, text) for text in texts} == before
    integrity(notebook)
