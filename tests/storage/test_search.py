"""Somebody is looked for with whatever of them is remembered."""

from pathlib import Path

import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from gridworker.records import KINDS
from gridworker.records.fields import Searched
from gridworker.storage import search

HOUSEHOLD, PERSON, DISPUTE = KINDS["household"], KINDS["person"], KINDS["dispute"]
KEY = "ab" * 32

HOUSEHOLDS = {
    1: {"head_name": "王秀英", "address": "谷来镇马村12号", "phone": "13812345678", "household_no": "GL-0012"},
    2: {"head_name": "汪晓燕", "address": "谷来镇马村112号", "phone": "15700001381"},
    3: {"head_name": "陈建国", "address": "谷来镇下马村3号", "living_state": "独居，儿子在慈溪做水电"},
    4: {"head_name": "單秀英", "address": "三界镇 蔣鎮村 5 弄 A 座 101", "phone": "057583141234"},
    5: {"head_name": "曾国强", "address": "三界镇南山村8号", "note": "门口有WiFi信号塔"},
}
WANG = {"head_name": "王秀英", "address": "谷来镇马村12号", "phone": "13812345678"}


def opened(path: Path | str = ":memory:", key: str = KEY) -> sqlcipher.Connection:
    db = sqlcipher.connect(str(path), isolation_level=None)
    if key:
        db.execute(f"PRAGMA key = \"x'{key}'\"")
    db.execute("PRAGMA secure_delete = ON")
    search.create(db, KINDS.values())
    return db


def record(row: int) -> str:
    return f"01900000-0000-7000-8000-{row:012d}"


def keep(db: sqlcipher.Connection, households: dict[int, dict], kind=HOUSEHOLD) -> None:
    search.index_many(db, kind, [(row, record(row), fields) for row, fields in households.items()])


@pytest.fixture
def db() -> sqlcipher.Connection:
    db = opened()
    keep(db, HOUSEHOLDS)
    return db


@pytest.mark.parametrize(
    ("typed", "rows"),
    [
        ("王秀英", {1}),
        ("秀英", {1, 4}),
        ("王", {1}),
        ("王英", set()),
        ("wangxiuying", {1}),
        ("wangx", {1, 2}),
        ("wang", {1, 2}),
        ("w", {1, 2, 5}),  # the w of WiFi too
        ("wa", {1, 2}),
        ("wxy", {1, 2}),
        ("wx", {1, 2}),
        ("WXY", {1, 2}),
        ("wangxy", {1, 2}),
        ("wxiuying", {1}),
        ("王xy", {1}),
        ("王xiu", {1}),
        ("王秀y", {1}),
        ("汪xy", {2}),
        ("w秀英", {1}),
        ("xiuying", set()),
    ],
)
def test_a_name_is_found_by_any_piece_of_it_written_or_spoken(db, typed, rows):
    assert set(search.search_ids(db, "household", typed)) == rows
    assert {hit.row for hit in search.search(db, typed, ["household"])} == rows


@pytest.mark.parametrize(
    ("typed", "rows"),
    [
        ("马村", {1, 2, 3}),
        ("马村12号", {1}),
        ("马村1", {1, 2}),
        ("马村 12号", {1, 2}),  # two words: 112号 holds 12号
        ("镇马村", {1, 2}),
        ("谷来马村", set()),
        ("蒋镇村5弄", {4}),
        ("蒋镇村", {4}),
        ("蔣鎮村", {4}),
        ("a座101", {4}),
        ("Ａ座１０１", {4}),
        ("wifi", {5}),
        ("WiFi信号", {5}),
        ("水电", {3}),
    ],
)
def test_a_place_is_found_by_any_part_of_it_in_either_script(db, typed, rows):
    assert set(search.search_ids(db, "household", typed)) == rows
    assert {hit.row for hit in search.search(db, typed, ["household"])} == rows


@pytest.mark.parametrize(
    ("typed", "rows"),
    [
        ("1", {1, 2, 4}),  # a telephone's beginning, or somewhere in an address
        ("138", {1}),
        ("1381", {1, 2}),  # a beginning, or the last four
        ("13812345678", {1}),
        ("5678", {1}),
        ("2345", set()),
        ("0575", {4}),
        ("gl-0012", {1}),
        ("0012", {1}),
    ],
)
def test_a_number_is_found_by_its_beginning_and_its_last_four(db, typed, rows):
    assert set(search.search_ids(db, "household", typed)) == rows
    assert {hit.row for hit in search.search(db, typed, ["household"])} == rows


def test_a_citizens_number_is_found_by_any_beginning():
    db = opened()
    keep(db, {7: {"name": "裘国平", "id_number": "33068319651201123X"}}, PERSON)
    number = "33068319651201123X"
    for length in range(1, len(number) + 1):
        assert search.search_ids(db, "person", number[:length]) == [7]
    assert search.search_ids(db, "person", "123x") == [7]
    assert search.search_ids(db, "person", "3306831966") == []


def test_every_word_has_to_be_answered_by_some_field(db):
    assert search.search_ids(db, "household", "秀英 1381") == [1]
    assert search.search_ids(db, "household", "马村 wxy") == [2, 1]
    assert search.search_ids(db, "household", "秀英 南山") == []


def test_surnames_are_read_as_surnames(db):
    for typed in ("shanxiuying", "danxiuying", "sxy", "单秀英", "單秀英"):
        assert search.search_ids(db, "household", typed) == [4]
    assert search.search_ids(db, "household", "zengguoqiang") == [5]


def test_the_newest_come_first_and_a_limit_holds(db):
    assert search.search_ids(db, "household", "马村") == [3, 2, 1]
    assert search.search_ids(db, "household", "马村", 2) == [3, 2]
    assert [hit.row for hit in search.search(db, "马村", limit=2)] == [3, 2]


def test_a_hit_says_which_record_it_is_and_where_the_word_stands(db):
    (hit,) = search.search(db, "水电")
    assert hit == search.Hit("household", record(3), "陈建国", 3, "living_state")


def test_a_dispute_is_found_by_the_people_who_quarrel():
    db = opened()
    parties = {record(91): {"name": "应小虎", "phone": "13957500000"}, record(92): {"name": "竺大妹"}}
    keep(db, {3: {"title": "屋后排水沟", "parties": parties}}, DISPUTE)
    for typed in ("应小虎", "yxh", "竺", "1395", "排水"):
        assert [hit.row for hit in search.search(db, typed)] == [3]
    (hit,) = search.search(db, "竺大妹")
    assert (hit.field, hit.title) == ("parties/name", "屋后排水沟")


def test_kinds_come_in_the_order_asked_and_none_starves_another():
    db = opened()
    keep(db, {row: {"name": f"王{sign}"} for row, sign in enumerate("甲乙丙丁戊己庚辛", 1)}, PERSON)
    keep(db, {1: WANG})
    hits = search.search(db, "王", ["person", "household"], limit=4)
    assert [(hit.kind, hit.row) for hit in hits] == [
        ("person", 8),
        ("person", 7),
        ("person", 6),
        ("household", 1),
    ]


def test_what_is_corrected_is_found_by_the_new_words_alone(db):
    search.index(db, HOUSEHOLD, 1, record(1), {**WANG, "head_name": "王秀珍", "phone": "13900000000"})
    assert search.search_ids(db, "household", "王秀英") == []
    assert search.search_ids(db, "household", "5678") == []
    assert search.search_ids(db, "household", "wxz 139 马村12号") == [1]
    (hit,) = search.search(db, "王秀珍")
    assert hit.title == "王秀珍"


def test_nothing_typed_and_signs_alone_find_nothing(db):
    for typed in ("", "   ", "，。*\"'", '" OR "', "\x00"):
        assert search.search(db, typed) == []
        assert search.search_ids(db, "household", typed) == []


def test_a_page_of_text_in_the_search_box_is_no_harm(db):
    assert search.search(db, "谷来镇马村" * 4_000) == []
    assert search.search(db, "王 " * 10_000)[0].row == 1


def test_a_false_likeness_of_pairs_is_looked_at_twice():
    db = opened()
    keep(db, {1: {"head_name": "甲", "note": "马村南山，后面是村马村南，山村"}})
    assert search.search_ids(db, "household", "南山村马") == []


def test_index_and_second_look_agree_on_every_name(db):
    """A record that the index gives must not be dropped by the look at its fields."""
    names = ["尉迟敬德", "欧阳娜娜", "覃长青", "乾隆", "吕布", "阿依古丽·买买提", "万俟雪", "乐嘉", "朴国昌"]
    keep(db, {row: {"head_name": name} for row, name in enumerate(names, 100)})
    pure = "yuchijingde ycjd wcjd oynn ql lvbu mqx ylj aygl yuejia lejia"
    mixed = "qczq qincq qinchang moqix 阿依古丽买买提 piaogc 乾l lüb"
    for typed in (*pure.split(), *mixed.split()):
        ids = search.search_ids(db, "household", typed)
        assert [hit.row for hit in search.search(db, typed, ["household"])] == ids
    assert search.search_ids(db, "household", "lüb") == search.search_ids(db, "household", "lvbu") == [104]
    assert search.search_ids(db, "household", "ycjd") == [100]
    assert search.search_ids(db, "household", "阿依古丽买买提") == [105]


def test_all_that_is_declared_as_searched_is_searched():
    """Each searched field of each kind, one at a time."""
    db = opened()
    sample = {Searched.NUMBER: "98765432", Searched.NAME: "璩美英", Searched.TEXT: "竹筏", Searched.ADDRESS: "竹筏弄"}
    tried = 0
    for kind in KINDS.values():
        for field in kind.searched_fields:
            search.index(db, kind, 1, record(1), {field.name: sample[field.searched]})
            assert [hit.field for hit in search.search(db, sample[field.searched], [kind.name])] == [field.name]
            tried += 1
        search.index(db, kind, 1, record(1), None)
    assert tried > 30
    assert search.search(db, "竹筏") == []


def test_an_index_of_another_shape_is_made_anew(tmp_path):
    db = opened(tmp_path / "store.db")
    keep(db, {1: WANG})
    assert search.create(db, KINDS.values()) == frozenset()
    db.execute("UPDATE search_kind SET shape = 'as an older program made it' WHERE kind = 'household'")
    assert search.create(db, KINDS.values()) == {"household"}
    assert search.search(db, "王秀英") == []
    keep(db, {1: WANG})
    assert [hit.row for hit in search.search(db, "王秀英")] == [1]


def test_an_act_that_is_taken_back_leaves_nothing_in_the_index(db):
    db.execute("BEGIN IMMEDIATE")
    search.index(db, HOUSEHOLD, 9, record(9), {"head_name": "周进财"})
    search.index(db, HOUSEHOLD, 1, record(1), None)
    db.execute("ROLLBACK")
    assert search.search_ids(db, "household", "周进财") == []
    assert search.search_ids(db, "household", "王秀英") == [1]


def test_tidying_changes_no_answer(db):
    for row in range(200, 260):
        search.index(db, HOUSEHOLD, row, record(row), {"head_name": f"王{row}", "address": f"马村{row}号"})
    before = search.search_ids(db, "household", "马村")
    rounds = 0
    while search.tidy(db, 20):
        rounds += 1
    assert rounds >= 1
    assert search.search_ids(db, "household", "马村") == before
    db.execute("INSERT INTO search_household (search_household) VALUES ('integrity-check')")
