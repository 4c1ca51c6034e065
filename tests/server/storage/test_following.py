"""A household moves to another grid: all that is its own goes after it, in small steps, whatever comes between."""

import pytest

from gridserver.author import Author
from gridserver.storage import rows, stragglers
from gridserver.sync import following
from gridworker.records.change import Verb
from gridworker.records.merge import seen_of
from gridworker.records.references import BELONGING
from gridworker.records.row import Row
from tests.helpers.centre import new_id
from tests.helpers.hand import household
from tests.helpers.replica import Copy
from tests.helpers.writer import GRID, TOWN, Writer

NEXT_GRID, OTHER_GRID, FAR = "330683106211002", "330683106215001", "330683107200001"


@pytest.fixture
def wang(centre):
    centre.district()
    return Writer.at(centre, "wang", "grid_worker", GRID)


@pytest.fixture
def li(wang):
    return Writer.at(wang.centre, "li", "grid_worker", NEXT_GRID)


@pytest.fixture
def zhao(wang):
    return Writer.at(wang.centre, "zhao", "supervisor", TOWN)


def home(writer: Writer, code: str = GRID, **fields) -> Row:
    return writer.create("household", writer.bucket("grid", code), household(writer.centre.regions[code], **fields))


def of_home(writer: Writer, kind: str, house: Row, bucket_class: str = "grid", code: str = GRID, **fields) -> Row:
    """One more record of the household."""
    given = {"grid": writer.centre.regions[code], "household": house.id, **fields}
    return writer.create(kind, writer.bucket(bucket_class, code), given)


def visit(writer: Writer, house: Row, code: str = GRID, **fields) -> Row:
    given = {"visitor": writer.desk.person, "visited_at": writer.centre.clock(), "month": "2026-03", **fields}
    return of_home(writer, "visit", house, code=code, **given)


def move(writer: Writer, house: Row, code: str):
    """The person takes the household to another grid."""
    return writer.set(writer.row("household", house.id), "grid", writer.centre.regions[code])


def follow(writer: Writer, most: int = following.STEP) -> list[int]:
    """Lets everything go after what moved; how many went in each step."""
    steps = []
    while True:
        with writer.centre.conn() as conn:
            left = stragglers.first_left(conn)
            if left is None:
                return steps
            steps.append(following.step(Author(conn, writer.centre.clock(), new_id), left, most))


def place(writer: Writer, row: Row) -> str:
    return writer.row(row.kind, row.id).bucket


def test_it_is_not_removed_over_a_member_who_is_still_on_his_way(wang, li, zhao):
    house = home(wang)
    of_home(wang, "person", house, name="王小明")
    assert move(zhao, house, NEXT_GRID).verdict == "ok"
    moved = li.row("household", house.id)
    removal = li.hand.change(Verb.DEL, "household", house.id, moved.bucket, seen={**seen_of(moved), BELONGING: []})
    (result,) = li.send(removal)
    assert result.verdict == "conflict"
    assert li.row("household", house.id).removed is None


def test_who_is_on_his_way_to_a_household_that_went_into_another_meanwhile_comes_to_that_one(wang, li, zhao):
    house, stays = home(wang), home(wang)
    other = home(li, NEXT_GRID)
    member = of_home(li, "person", other, code=NEXT_GRID, name="王小明")
    with wang.centre.conn() as conn:
        assert stragglers.first_left(conn) is None
    zhao.set(member, "household", house.id)  # a household of the other grid, which he is to follow
    wang.set(house, "same_as", stays.id)
    removal = wang.hand.change(
        Verb.DEL, "household", house.id, house.bucket, seen=seen_of(wang.row("household", house.id))
    )
    assert wang.keep(removal).verdict == "ok"
    follow(wang)
    here = wang.row("person", member.id)
    assert (here.bucket, here.fields["household"]) == (house.bucket, stays.id)


def test_all_that_belongs_to_a_household_goes_after_it(wang, li, zhao):
    house = home(wang)
    other = home(wang)
    person = of_home(wang, "person", house, name="王小红", relation="02")
    tag = of_home(
        wang,
        "key_group_tag",
        house,
        "sensitive",
        tag="released",
        person=person.id,
        source="名册",
        valid_from="2026-01-01",
    )
    diary = visit(wang, house)
    said = {"visit": diary.id, "grid": diary.fields["grid"], "worker": wang.desk.person, "reviewer": zhao.desk.person}
    review = zhao.create(
        "review", zhao.bucket("grid", GRID), {**said, "reviewed_at": wang.centre.clock(), "act": "read"}
    )
    going_on = of_home(wang, "matter", house, title="修路灯")
    done = of_home(wang, "matter", house, title="办证")
    wang.keep(wang.hand.move(done, "done"))
    quarrel = of_home(wang, "dispute", house, title="宅基地边界", dispute_type="03")
    neighbour = of_home(wang, "person", other, name="邻居", relation="02")
    his, hers = Copy(), Copy()
    his.sync(wang)

    assert move(wang, house, NEXT_GRID).verdict == "ok"
    assert follow(wang) == [3, 2, 0], "first what is the household's, then what is theirs"
    his.sync(wang)
    hers.sync(li)
    new, sensitive = wang.bucket("grid", NEXT_GRID), wang.bucket("sensitive", NEXT_GRID)
    followed = {(row.kind, row.id) for row in (house, person, diary, review, going_on)}
    assert set(hers.rows[new]) == followed
    assert set(hers.rows[sensitive]) == {("key_group_tag", tag.id)}
    stayed = {(row.kind, row.id) for row in (other, done, quarrel, neighbour)}
    assert set(his.rows[wang.bucket("grid", GRID)]) == stayed, (
        "what was settled, and the quarrel, stay where they arose"
    )
    here, there = wang.centre.regions[GRID], wang.centre.regions[NEXT_GRID]
    assert [wang.row(row.kind, row.id).fields["grid"] for row in (person, tag)] == [there, there]
    assert [wang.row(row.kind, row.id).fields["grid"] for row in (diary, going_on)] == [here, here], "as it was then"


def test_it_goes_in_small_steps_and_on_where_it_was_broken_off(wang):
    house = home(wang)
    diaries = [visit(wang, house) for _ in range(7)]
    move(wang, house, NEXT_GRID)
    with wang.centre.conn() as conn:
        left = stragglers.first_left(conn)
        assert following.step(Author(conn, wang.centre.clock(), new_id), left, 3) == 3
    assert len({place(wang, each) for each in diaries}) == 2, "half of it is there"
    assert follow(wang, 3) == [3, 1, 0]
    assert {place(wang, each) for each in diaries} == {wang.bucket("grid", NEXT_GRID)}
    assert follow(wang) == []


def test_what_was_written_about_it_meanwhile_goes_after_it_too(wang, zhao):
    house = home(wang)
    person = of_home(wang, "person", house, name="王小红", relation="02")
    edit = wang.hand.set(person, "phone", "13812345678")
    move(zhao, house, NEXT_GRID)
    follow(wang)
    assert wang.keep(edit).verdict == "ok"
    late = visit(wang, house)
    assert place(wang, late) == wang.bucket("grid", GRID), "it was made where the household lay"
    follow(wang)
    assert {place(wang, each) for each in (late, person)} == {wang.bucket("grid", NEXT_GRID)}
    assert wang.row("person", person.id).fields["phone"] == "13812345678"


def test_a_household_that_moves_twice_is_caught_up_with(wang, li):
    house = home(wang)
    diary = visit(wang, house)
    move(wang, house, NEXT_GRID)
    assert move(li, house, OTHER_GRID).verdict == "ok"
    follow(wang)
    assert place(wang, diary) == wang.bucket("grid", OTHER_GRID)


def test_a_household_that_comes_back_brings_everything_back(wang, li):
    house = home(wang)
    diary = visit(wang, house)
    copy = Copy()
    copy.sync(wang)
    move(wang, house, NEXT_GRID)
    follow(wang)
    copy.sync(wang, most=1)
    move(li, house, GRID)
    follow(wang)
    copy.sync(wang, most=1)
    assert set(copy.rows[wang.bucket("grid", GRID)]) == {("household", house.id), ("visit", diary.id)}


def test_somebody_who_joins_another_household_lies_where_that_lies(wang, zhao):
    old, new = home(wang), home(wang)
    person = of_home(wang, "person", old, name="王小红", relation="02")
    move(wang, new, NEXT_GRID)
    follow(wang)
    zhao.set(person, "household", new.id)
    follow(wang)
    assert place(wang, person) == wang.bucket("grid", NEXT_GRID)


def test_a_removed_member_goes_along_and_can_be_brought_back(wang, li):
    house = home(wang)
    person = of_home(wang, "person", house, name="王小红", relation="02")
    wang.keep(wang.hand.remove(person))
    move(wang, house, NEXT_GRID)
    follow(wang)
    assert place(wang, person) == wang.bucket("grid", NEXT_GRID)
    assert li.keep(li.hand.restore(li.row("person", person.id))).verdict == "ok"


def test_what_is_done_in_the_same_breath_as_the_move_is_taken(wang):
    house = home(wang)
    away = wang.hand.set(house, "grid", wang.centre.regions[NEXT_GRID])
    address = wang.hand.set(house, "address", "新屋 1 号")
    after = wang.hand.set(house, "phone", "13812345678")
    assert [each.verdict for each in wang.send(wang.hand.group(away, address), after)] == ["ok", "ok"]
    back = wang.hand.change(Verb.SET, "household", house.id, house.bucket, path="grid", value=house.fields["grid"])
    assert wang.keep(back._replace(parent=away.id)).verdict == "ok", "and taken back before anybody pulled"
    assert place(wang, house) == wang.bucket("grid", GRID)


def test_of_two_moves_the_first_stands_and_the_other_waits_for_a_person(wang, zhao):
    house = home(wang)
    one = wang.hand.set(house, "grid", wang.centre.regions[NEXT_GRID])
    other = zhao.hand.set(house, "grid", wang.centre.regions[OTHER_GRID])
    assert wang.keep(one).verdict == "ok"
    assert zhao.keep(other).verdict == "conflict"
    (conflict,) = zhao.conflicts(house.id)
    assert conflict.bucket == place(zhao, house) == wang.bucket("grid", NEXT_GRID)
    choice = zhao.hand.set(zhao.row("household", house.id), "grid", wang.centre.regions[OTHER_GRID])
    (settled,) = zhao.send(zhao.settle(conflict, house, "swapped", choice))
    assert settled.verdict == "ok"
    (conflict,) = zhao.conflicts(house.id)
    assert conflict.bucket == place(zhao, house) == wang.bucket("grid", OTHER_GRID)


@pytest.mark.parametrize("kind", ["person", "visit", "matter", "key_group_tag"])
def test_nobody_takes_away_a_part_of_a_household(wang, kind):
    house = home(wang)
    row = visit(wang, house) if kind == "visit" else of_home(wang, kind, house, *_more(kind)[0], **_more(kind)[1])
    result = wang.set(row, "grid", wang.centre.regions[NEXT_GRID])
    assert (result.verdict, result.code) == ("refused", "not_allowed")
    change = wang.hand.change(Verb.HOME, row.kind, row.id, row.bucket, value=wang.centre.regions[NEXT_GRID])
    assert wang.keep(change).code == "not_allowed"
    assert place(wang, row) == row.bucket


def _more(kind: str):
    if kind == "key_group_tag":
        return ("sensitive",), {"tag": "released", "source": "名册", "valid_from": "2026-01-01"}
    return (), {"person": {"name": "王小红"}, "matter": {"title": "修路灯"}}[kind]


def test_a_household_goes_to_a_grid_of_its_own_county_and_nowhere_else(wang):
    wang.centre.grow(
        [
            ("county", "330600", ""),
            ("town", "330600100", "330600"),
            ("village", "330600100200", "330600100"),
            ("grid", "330600100200001", "330600100200"),
        ]
    )
    house = home(wang)
    for target in (wang.centre.regions["330600100200001"], wang.centre.regions[TOWN], new_id(), wang.desk.person, 7):
        (result,) = wang.send(wang.hand.set(house, "grid", target))
        assert result.verdict == "refused", target
    assert move(wang, house, FAR).verdict == "ok", "another town is no other county"


def test_a_mediator_moves_no_household(wang):
    he = Writer.at(wang.centre, "he", "mediator", TOWN)
    house = home(wang)
    assert move(he, house, NEXT_GRID).code == "not_allowed"


def test_a_text_that_postgresql_cannot_unpack_does_not_hold_the_others_up(wang):
    house = home(wang)
    row = visit(wang, house)
    with wang.centre.conn() as conn:
        found = rows.read(conn, [row.id], []).rows["visit", row.id]
        author = Author(conn, wang.centre.clock(), new_id)
        author.write([author.set(found, "newer_field", "a\\0b".replace("\\0", chr(0)))])
    other = visit(wang, house)
    move(wang, house, NEXT_GRID)
    follow(wang)
    assert {place(wang, each) for each in (row, other)} == {wang.bucket("grid", NEXT_GRID)}


def test_a_conflict_is_settled_in_the_same_breath_as_the_move(wang, zhao):
    house = home(wang)
    one, other = wang.hand.set(house, "head_name", "王建军"), zhao.hand.set(house, "head_name", "王建民")
    wang.keep(one)
    zhao.keep(other)
    (conflict,) = wang.conflicts(house.id)
    away = wang.hand.set(wang.row("household", house.id), "grid", wang.centre.regions[NEXT_GRID])
    assert [each.verdict for each in wang.send(away, wang.settle(conflict, house, "kept"))] == ["ok", "ok"]
    (conflict,) = wang.conflicts(house.id)
    assert (conflict.bucket, conflict.fields["state"]) == (wang.bucket("grid", NEXT_GRID), "kept")
