"""News: each desk gets what it may see, all of it, in order, and nothing else."""

import random

import pytest

from gridserver.author import Author
from gridserver.errors import Refused
from gridserver.storage import book, feed, people, scope
from gridserver.storage.engine import snapshot, text
from gridworker.protocol.codec import pack
from gridworker.protocol.sync import Clock, Pull, vector_of
from tests.helpers.centre import Centre, new_id
from tests.helpers.hand import household, page_rows
from tests.helpers.replica import Copy
from tests.helpers.writer import GRID, Writer

NEXT_GRID = "330683106211002"


@pytest.fixture
def wang(centre: Centre) -> Writer:
    """A grid worker of the first grid."""
    centre.district()
    return Writer.at(centre, "wang", "grid_worker", GRID)


def houses(writer: Writer, count: int, code: str = GRID, **fields) -> list[str]:
    """So many households, taken by the centre; returns their ids."""
    grid = writer.centre.regions[code]
    made = [
        writer.hand.create("household", writer.bucket("grid", code), household(grid, **fields)) for _ in range(count)
    ]
    assert {result.verdict for result in writer.send(*made)} == {"ok"}
    return [change.record for change in made]


def test_a_new_desk_gets_its_buckets_and_all_rows_at_once(wang):
    made = houses(wang, 3)
    answer = wang.pull()
    classes = {info.bucket_class for info in answer.add}
    assert classes == {"grid", "sensitive", "reference", "user"}
    assert [row.id for row in page_rows(answer.pages, wang.bucket("grid", GRID))] == made
    assert all(page.reset and not page.more for page in answer.pages)
    assert {page.bucket for page in answer.pages} == {info.id for info in answer.add}


def test_nothing_new_is_a_short_answer(wang):
    houses(wang, 3)
    copy = Copy()
    copy.sync(wang)
    answer = wang.pull(copy.cursors)
    assert (answer.add, answer.drop, answer.pages, answer.more) == ([], [], [], False)


def test_a_change_comes_alone_and_only_once_however_often_the_row_was_written(wang):
    made = houses(wang, 3)
    copy = Copy()
    copy.sync(wang)
    for number in range(4):
        wang.set(wang.row("household", made[1]), "members", number)
    (page,) = wang.pull(copy.cursors).pages
    assert ([row["i"] for row in page.rows], page.reset, page.to) == ([made[1]], False, 7)


@pytest.mark.parametrize("most", [1, 2, 3, 7, 2000])
def test_pages_of_any_size_lead_to_the_same_rows(wang, most):
    houses(wang, 8)
    wang.create("household", wang.bucket("grid", GRID), household(wang.centre.regions[GRID]))
    copy = Copy()
    copy.sync(wang, most)
    assert len(copy.rows[wang.bucket("grid", GRID)]) == 9


def test_an_answer_ends_when_it_has_enough_text_and_a_giant_row_still_comes(wang):
    made = houses(wang, 400, note="长" * 1000)
    wang.set(wang.row("household", made[7]), "plan_of_the_house", "x" * 2 * feed.MOST_TEXT)
    copy = Copy()
    assert copy.sync(wang) == 2
    assert len(copy.rows[wang.bucket("grid", GRID)]) == 400


def test_rows_written_while_a_desk_is_still_loading_are_not_missed(wang):
    made = houses(wang, 6)
    copy = Copy()
    copy.take(wang.pull(copy.cursors, 3))
    wang.set(wang.row("household", made[0]), "members", 3)
    wang.set(wang.row("household", made[5]), "members", 4)
    copy.sync(wang, 3)
    here = copy.rows[wang.bucket("grid", GRID)]
    assert (len(here), here["household", made[0]].fields["members"]) == (6, 3)


def test_a_removed_record_stays_in_the_feed_as_a_tombstone(wang):
    (made,) = houses(wang, 1)
    wang.keep(wang.hand.remove(wang.row("household", made)))
    copy = Copy()
    copy.sync(wang)
    assert copy.rows[wang.bucket("grid", GRID)]["household", made].removed.by == wang.desk.person


@pytest.mark.parametrize("cursor", [99, 3])
def test_a_cursor_that_cannot_be_means_from_the_beginning(wang, cursor):
    made = houses(wang, 4)
    with wang.centre.conn() as conn:
        conn.execute(text("UPDATE bucket_head SET floor_seq = 4"))
    (page,) = wang.pull({**cursors_of(wang), wang.bucket("grid", GRID): cursor}).pages
    assert page.reset
    assert [row["i"] for row in page.rows] == made


def test_a_reading_from_the_beginning_passes_the_floor_and_begins_again_when_it_rises(wang):
    made = houses(wang, 6)
    grid = wang.bucket("grid", GRID)
    with wang.centre.conn() as conn:
        conn.execute(text("UPDATE bucket_head SET floor_seq = 5"))
    others = {bucket: seq for bucket, seq in cursors_of(wang).items() if bucket != grid}
    (first,) = wang.pull(others, most=2).pages
    assert (first.reset, first.more, first.to, first.floor) == (True, True, 2, 5)
    (second,) = wang.pull({**others, grid: 2}, floors={grid: 5}).pages
    assert [row["i"] for row in first.rows + second.rows] == made
    assert not second.reset
    (again,) = wang.pull({**others, grid: 2}, floors={grid: 4}).pages
    assert again.reset


def cursors_of(writer: Writer) -> dict[str, int]:
    """Where a desk stands that has everything."""
    copy = Copy()
    copy.sync(writer)
    return copy.cursors


def test_who_gets_another_grid_gets_its_rows_and_who_loses_it_lets_them_go(wang):
    li = Writer.at(wang.centre, "li", "grid_worker", NEXT_GRID)
    (theirs,) = houses(li, 1, NEXT_GRID)
    copy = Copy()
    copy.sync(wang)
    before = wang.caller.scope
    with wang.centre.conn() as conn:
        people.assign(conn, wang.desk.person, wang.centre.regions[NEXT_GRID], wang.centre.clock())
        scope.regrant(conn, wang.desk.person)
    answer = wang.pull(copy.cursors)
    assert answer.standing.scope > before
    copy.take(answer)
    assert ("household", theirs) in copy.rows[wang.bucket("grid", NEXT_GRID)]
    with wang.centre.conn() as conn:
        people.unassign(conn, wang.desk.person, wang.centre.regions[NEXT_GRID])
        scope.regrant(conn, wang.desk.person)
    answer = wang.pull(copy.cursors)
    assert set(answer.drop) == {wang.bucket("grid", NEXT_GRID), wang.bucket("sensitive", NEXT_GRID)}
    assert answer.pages == []


def test_no_cursor_opens_a_bucket_that_is_not_ones_own(wang):
    li = Writer.at(wang.centre, "li", "grid_worker", NEXT_GRID)
    houses(li, 2, NEXT_GRID)
    foreign = wang.bucket("grid", NEXT_GRID)
    answer = wang.pull({foreign: 0, "nonsense": 7})
    assert foreign not in {page.bucket for page in answer.pages}
    assert sorted(answer.drop) == sorted([foreign, "nonsense"])


def test_a_household_that_moves_leaves_one_feed_and_enters_the_other(wang):
    li = Writer.at(wang.centre, "li", "grid_worker", NEXT_GRID)
    (made,) = houses(wang, 1, phone="13800000000")
    row = wang.row("household", made)
    li_too = Writer.at(wang.centre, "zhao", "grid_worker", GRID)
    wang.set(row, "head_name", "王建军")
    li_too.set(row, "head_name", "王建民")
    his, hers = Copy(), Copy()
    his.sync(wang)
    hers.sync(li)
    stale = wang.hand.set(wang.row("household", made), "members", 2)
    move(wang, made, NEXT_GRID)
    his.sync(wang)
    hers.sync(li)
    old, new = wang.bucket("grid", GRID), wang.bucket("grid", NEXT_GRID)
    assert his.rows[old] == {}
    assert {kind for kind, _ in hers.rows[new]} == {"household", "conflict"}, "what is open about it goes along"
    (result,) = wang.send(stale)
    assert result.verdict == "ok", "written where it lay when he wrote"
    hers.sync(li)
    assert hers.rows[new]["household", made].fields["members"] == 2
    move(wang, made, GRID)
    his.sync(wang)
    hers.sync(li)
    assert (len(his.rows[old]), hers.rows[new]) == (2, {})


def move(writer: Writer, record: str, code: str) -> None:
    """The centre moves a household to another grid."""
    with writer.centre.conn() as conn:
        author = Author(conn, writer.centre.clock(), new_id)
        row = author.row_of("household", record)
        assert row is not None
        author.write([author.set(row, "grid", writer.centre.regions[code])])


def test_a_desk_that_moved_with_a_household_keeps_it_whatever_comes_first(wang):
    with wang.centre.conn() as conn:
        people.assign(conn, wang.desk.person, wang.centre.regions[NEXT_GRID], wang.centre.clock())
        scope.regrant(conn, wang.desk.person)
    made = houses(wang, 5)
    copy = Copy()
    copy.sync(wang)
    for record in made[:3]:
        move(wang, record, NEXT_GRID)
    copy.sync(wang, most=1)
    assert len(copy.rows[wang.bucket("grid", GRID)]) == 2
    assert len(copy.rows[wang.bucket("grid", NEXT_GRID)]) == 3


def test_the_sum_over_a_bucket_is_right_after_any_day(wang):
    dice = random.Random(7)
    li = Writer.at(wang.centre, "li", "grid_worker", GRID, NEXT_GRID)
    made = houses(wang, 6)
    copies = {wang: Copy(), li: Copy()}
    for _ in range(40):
        writer = dice.choice([wang, li])
        row = writer.row("household", dice.choice(made))
        act = dice.randrange(5)
        if act == 0 and row.removed is None:
            writer.keep(writer.hand.remove(row))
        elif act == 1 and row.removed is not None:
            writer.keep(writer.hand.restore(row))
        elif act == 2 and row.removed is None:
            move(wang, row.id, dice.choice([GRID, NEXT_GRID]))
        else:
            writer.set(row, "members", dice.randrange(50))
        copies[writer].sync(writer, dice.choice([1, 2, 2000]))
    for writer, copy in copies.items():
        copy.sync(writer)
    assert copies[wang].rows[wang.bucket("grid", GRID)] == copies[li].rows[wang.bucket("grid", GRID)]


def pulled(writer: Writer, **more) -> book.Pulled:
    """The answer as the door gets it."""
    caller = writer.caller
    asked = {"epoch": caller.epoch, "incarnation": 1, "schema_version": 1, "scope": 1, "cursors": {}}
    message = Pull.model_validate({**asked, "clock": Clock(wall=writer.centre.clock()), **more})
    with snapshot(writer.centre.engine) as conn:
        answer = book.pull(conn, caller, message, writer.centre.clock())
    with writer.centre.conn() as conn:
        book.remember(conn, writer.desk.device, answer)
    return answer


def test_a_county_desk_with_nothing_new_says_and_hears_less_than_250_bytes(wang):
    zhang = Writer.at(wang.centre, "zhang", "supervisor", "330683")
    with wang.centre.conn() as conn:
        for statement in (
            """INSERT INTO bucket (id, class, region)
               SELECT gen_random_uuid(), 'grid', gen_random_uuid() FROM generate_series(1, 1724)""",
            f"""INSERT INTO bucket_grant (account, bucket, from_version)
                SELECT '{zhang.desk.person}', id, 1 FROM bucket WHERE class = 'grid' ON CONFLICT DO NOTHING""",
        ):
            conn.execute(text(statement))
    first = pulled(zhang)
    assert len(first.pages.cursors) >= 1724
    vector = vector_of(first.pages.cursors)
    asked = Pull(
        epoch=zhang.caller.epoch,
        incarnation=1,
        schema_version=1,
        scope=2,
        clock=Clock(wall=1),
        cursors={},
        vector=vector,
    )
    again = pulled(zhang, vector=vector)
    assert again.pages.pages == []
    assert len(pack(again.message())[0]) < 200
    assert len(pack(asked.model_dump(mode="json"))[0]) < 250


def test_a_vector_that_is_not_remembered_is_asked_for_in_full(wang):
    houses(wang, 1)
    first = pulled(wang)
    vector = vector_of(first.pages.cursors)
    houses(wang, 1)
    second = pulled(wang, vector=vector)
    assert [page["to"] for page in second.pages.pages] == [2]
    with pytest.raises(Refused, match="vector"):
        pulled(wang, vector=vector)
    assert pulled(wang, vector=vector_of(second.pages.cursors)).pages.pages == []


@pytest.mark.parametrize("vector", ["x", "a\0b", "0" * 31, "f" * 64])
def test_a_vector_that_is_none_is_not_remembered(wang, vector):
    with pytest.raises(Refused, match="vector"):
        pulled(wang, vector=vector)


def test_another_epoch_is_told_so(wang):
    with pytest.raises(Refused, match="epoch"):
        pulled(wang, epoch=new_id())
