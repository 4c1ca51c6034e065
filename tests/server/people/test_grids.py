"""Grids are moved, split and merged: their records go along, old diaries keep the grid of their day."""

import pytest

from gridserver.errors import CommandFailed
from gridserver.people import grids
from gridserver.storage import people, scope
from gridserver.sync import following
from tests.helpers.centre import PASSWORD, new_id
from tests.helpers.hand import household
from tests.helpers.writer import GRID, Writer

VILLAGE, OTHER_VILLAGE, FAR_VILLAGE = "330683106211", "330683106215", "330683107200"
NEXT_GRID, OTHER_GRID = "330683106211002", "330683106215001"


@pytest.fixture
def wang(centre):
    centre.found()
    centre.hire("chen", "grid_worker", NEXT_GRID)
    return Writer(centre, centre.desk_of(centre.hire("wang", "grid_worker", GRID, password=PASSWORD)))


def home(writer, **fields):
    return writer.create("household", writer.bucket("grid", GRID), household(writer.centre.regions[GRID], **fields))


def of_home(writer, kind, house, bucket_class="grid", **fields):
    given = {"grid": writer.centre.regions[GRID], "household": house.id, **fields}
    return writer.create(kind, writer.bucket(bucket_class, GRID), given)


def visit(writer, house):
    return of_home(
        writer, "visit", house, visitor=writer.desk.person, visited_at=writer.centre.clock(), month="2026-03"
    )


def follow(centre):
    return following.follow(centre.engine, centre.clock, new_id)


def merge(centre, source, target):
    with centre.staff() as staff:
        names = grids.merge_grid(staff, source, target)
    follow(centre)
    return names


def test_a_grid_that_is_merged_is_empty_and_its_people_go_on_in_the_other(wang, centre):
    house = home(wang)
    gone = home(wang)
    wang.keep(wang.hand.remove(gone))
    rows = [
        house,
        gone,
        visit(wang, house),
        of_home(wang, "person", house, name="王小红"),
        of_home(wang, "dispute", house, title="宅基地边界", dispute_type="03"),
    ]
    tag = of_home(wang, "key_group_tag", house, "sensitive", tag="released", source="名册", valid_from="2026-01-01")
    assert merge(centre, GRID, NEXT_GRID) == ["wang"]
    assert {wang.row(row.kind, row.id).bucket for row in rows} == {wang.bucket("grid", NEXT_GRID)}
    assert wang.row(tag.kind, tag.id).bucket == wang.bucket("sensitive", NEXT_GRID)
    old, new = centre.regions[GRID], centre.regions[NEXT_GRID]
    assert [wang.row(row.kind, row.id).fields["grid"] for row in rows] == [new, new, old, new, old]
    region = wang.row("region", old)
    assert (region.fields["valid_to"], region.fields["successor"]) == ("2026-03-02", new)
    with centre.conn() as conn:
        assert people.assigned(conn, wang.desk.person) == [new]
        held = {bucket.region for bucket in scope.buckets_of(conn, wang.desk.person)}
    assert new in held
    assert old not in held


def test_what_comes_to_a_merged_grid_afterwards_goes_on_to_where_it_is_now(wang, centre):
    house = home(wang)
    then = wang.caller.scope
    late = wang.hand.create("household", wang.bucket("grid", GRID), household(centre.regions[GRID]))
    edit = wang.hand.set(house, "phone", "13812345678")
    merge(centre, GRID, NEXT_GRID)
    merge(centre, NEXT_GRID, OTHER_GRID)
    assert [result.verdict for result in wang.send(late, edit, scope=then)] == ["ok", "ok"]
    follow(centre)
    assert wang.row("household", late.record).bucket == wang.bucket("grid", OTHER_GRID)
    assert wang.row("household", late.record).fields["grid"] == centre.regions[OTHER_GRID]
    assert wang.row("household", house.id).fields["phone"] == "13812345678"


def test_who_sends_a_household_to_a_grid_that_has_ended_sends_it_to_its_successor(wang, centre):
    house = home(wang)
    move = wang.hand.set(house, "grid", centre.regions[NEXT_GRID])
    merge(centre, NEXT_GRID, OTHER_GRID)
    assert wang.keep(move).verdict == "ok"
    follow(centre)
    assert wang.row("household", house.id).bucket == wang.bucket("grid", OTHER_GRID)


def test_a_grid_is_split_by_villagers_groups_and_by_numbers(wang, centre):
    first = home(wang, villager_group="第一组")
    second = home(wang, villager_group="第二组")
    third = home(wang, household_no="0017")
    diary = visit(wang, second)

    def step():
        with centre.staff() as staff:
            return grids.split_grid(staff.author, GRID, NEXT_GRID, ["第二组"], ["0017"])

    assert (step(), step()) == (2, 0)
    follow(centre)
    where = [wang.row(row.kind, row.id).bucket for row in (first, second, third, diary)]
    stays, goes = wang.bucket("grid", GRID), wang.bucket("grid", NEXT_GRID)
    assert where == [stays, goes, goes, goes]


def test_a_grid_that_is_put_under_another_village_keeps_its_records_and_gets_a_code_of_its_own(wang, centre):
    house = home(wang)
    with centre.staff() as staff:
        code = grids.move_grid(staff.author, GRID, OTHER_VILLAGE)
    assert code == OTHER_VILLAGE + "003"
    assert wang.row("household", house.id).bucket == wang.bucket("grid", GRID)
    with centre.conn() as conn:
        place = people.place_of_code(conn, code)
    assert place.id == centre.regions[GRID]


WRONG = [
    (grids.merge_grid, (GRID, GRID), "two different grids"),
    (grids.merge_grid, (GRID, VILLAGE), "no grid with the code"),
    (grids.merge_grid, ("1", GRID), "no grid with the code"),
    (grids.split_grid, (GRID, NEXT_GRID, [], []), "say which households"),
    (grids.move_grid, (GRID, VILLAGE), "belongs to"),
    (grids.move_grid, (GRID, NEXT_GRID), "no village with the code"),
]


@pytest.mark.parametrize(("act", "words", "reason"), WRONG)
def test_what_cannot_be_is_refused(wang, centre, act, words, reason):
    with pytest.raises(CommandFailed, match=reason), centre.staff() as staff:
        act(staff if act is grids.merge_grid else staff.author, *words)


def test_a_grid_that_was_merged_is_merged_no_more(wang, centre):
    merge(centre, GRID, NEXT_GRID)
    with pytest.raises(CommandFailed, match="merged already"):
        merge(centre, GRID, NEXT_GRID)
    with pytest.raises(CommandFailed, match="merged already"):
        merge(centre, NEXT_GRID, GRID)
