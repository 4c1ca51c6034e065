"""What is typed becomes what is kept, or is refused with the remedy."""

import pytest

from gridworker.records import KINDS
from gridworker.records.change import Change, Verb
from gridworker.records.fields import Choice, Day, Field, Flag, IdNumber, Moment, Money, Name, Phone, Ref, Text, Whole
from gridworker.records.identity import birth_date, check_digit, masked_id, masked_phone, sex
from gridworker.records.several import Entries, Tags
from gridworker.records.wrong import Wrong

FIRST = "33068319500101123"
NUMBER = FIRST + check_digit(FIRST)
ID = "01900000-0000-7000-8000-000000000001"

KEPT = [
    (Text("f", "文字"), "  谷来镇\t马村 ", "谷来镇\t马村"),
    (Text("f", "文字"), "一\r\n二", "一 二"),
    (Text("f", "文字", lines=True), "一\r\n二\r三", "一\n二\n三"),
    (Text("f", "文字"), "e\u0301", "é"),
    (Text("f", "文字"), "   ", None),
    (Name("f", "姓名"), "王 桂 英", "王桂英"),
    (Name("f", "姓名"), "买买提•艾力", "买买提·艾力"),
    (Name("f", "姓名"), "John Smith", "John Smith"),
    (Phone("f", "电话"), "138 0000-0001", "13800000001"),
    (Phone("f", "电话"), "+8613800000001", "13800000001"),
    (Phone("f", "电话"), "0575－83012345", "057583012345"),
    (Phone("f", "电话"), "110", "110"),
    (IdNumber("f", "证号"), NUMBER.lower().replace("1950", " 1950 "), NUMBER),
    (IdNumber("f", "证号"), "330683500101123", "330683500101123"),
    (Choice("f", "选择", choices={"a": "甲"}), "a", "a"),
    (Whole("f", "人口"), "12", 12),
    (Whole("f", "人口"), 3.0, 3),
    (Money("f", "金额"), 1_250, 1_250),
    (Flag("f", "是否"), 1, True),
    (Flag("f", "是否"), False, False),
    (Day("f", "日期"), "2024-02-29", "2024-02-29"),
    (Moment("f", "时间"), 1_772_414_040_000, 1_772_414_040_000),
    (Ref("f", "住户"), ID, ID),
    (Tags("f", "标签", choices={"b": "乙", "a": "甲"}), ("b", "a", "b"), ["a", "b"]),
    (Tags("f", "标签", choices={}), None, []),
    (Entries("f", "名单", fields=(Name("name", "姓名", required=True),)), None, {}),
    *[(field, "", None) for field in (Text("f", "文字"), Day("f", "日期"), Whole("f", "数"), Flag("f", "是否"))],
]

REFUSED = [
    (Text("f", "文字", limit=3), "四个字啊", "最多 3 个字"),
    (Text("f", "文字"), 7, "文字"),
    (Phone("f", "电话"), "1380000", "11 位"),
    (Phone("f", "电话"), "电话忘了", "数字"),
    (IdNumber("f", "证号"), NUMBER[:-1] + "0123456789X"["0123456789X".index(NUMBER[-1]) - 1], "校验位"),
    (IdNumber("f", "证号"), "33068319501301123X", "出生日期"),
    (IdNumber("f", "证号"), "330683501301123", "出生日期"),
    (IdNumber("f", "证号"), "3306", "18 位"),
    (IdNumber("f", "证号"), 330683195001011230, "文字"),
    (Choice("f", "选择", choices={"a": "甲"}), "b", "甲"),
    (Whole("f", "人口", most=99), 100, "0 到 99"),
    (Whole("f", "人口"), True, "整数"),
    (Whole("f", "人口"), 1.5, "整数"),
    (Whole("f", "人口"), float("nan"), "整数"),
    (Flag("f", "是否"), "yes", "是"),
    (Day("f", "日期"), "2025-02-29", "没有这一天"),
    (Day("f", "日期"), "20250228", "没有这一天"),
    (Day("f", "日期"), "0026-03-02", "年份"),
    (Moment("f", "时间"), "2026", "时间格式"),
    (Moment("f", "时间"), 10**15, "年份"),
    (Ref("f", "住户"), "王家", "列表"),
    (Ref("f", "住户"), ID + "\n", "列表"),
    (Tags("f", "标签", choices={"a": "甲"}), ["x", "y"], "2 个标签"),
    (Tags("f", "标签", choices={"a": "甲"}), "a", "一组"),
    (Entries("f", "名单"), [], "名单"),
    (Entries("f", "名单"), {"one": {}}, "编号"),
    (Entries("f", "名单"), {ID: 7}, "条目"),
    (Entries("f", "名单", most=0), {ID: {}}, "最多"),
    (Entries("f", "名单", fields=(Name("name", "姓名", required=True),)), {ID: {}}, "请填写姓名"),
    (Field("f", "什么"), 1, "不能直接填写"),
]


def names(cases):
    return [f"{type(field).__name__}-{number}" for number, (field, *_) in enumerate(cases)]


@pytest.mark.parametrize(("field", "typed", "kept"), KEPT, ids=names(KEPT))
def test_what_is_kept_of_what_is_typed(field, typed, kept):
    assert field.clean(typed) == kept
    assert field.clean(field.clean(typed)) == kept


@pytest.mark.parametrize(("field", "typed", "words"), REFUSED, ids=names(REFUSED))
def test_what_is_refused_and_why(field, typed, words):
    with pytest.raises(Wrong) as wrong:
        field.clean(typed)
    assert words in wrong.value.reason
    assert wrong.value.reason.startswith(field.title)


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        (Money("f", "金额"), 125_000, "1,250 元"),
        (Money("f", "金额"), 125_050, "1,250.50 元"),
        (Flag("f", "是否"), True, "是"),
        (Flag("f", "是否"), None, ""),
        (Choice("f", "选择", choices={"a": "甲"}), "a", "甲"),
        (Choice("f", "选择", choices={"a": "甲"}), "new", "new"),
        (Tags("f", "标签", choices={"a": "甲"}), ["a", "new"], "甲、new"),
        (Whole("f", "数"), 7, "7"),
        (Text("f", "文字"), None, ""),
    ],
)
def test_how_a_value_reads(field, value, shown):
    assert field.shown(value) == shown


def test_an_entry_keeps_what_this_version_does_not_know():
    field = Entries("f", "名单", fields=(Name("name", "姓名"),))
    assert field.clean({ID: {"name": " 陈 ", "nickname": "阿陈"}}) == {ID: {"name": "陈", "nickname": "阿陈"}}


# ---------------------------------------------------------------------- citizens' numbers


def test_a_citizens_number_tells_birthday_and_sex_and_is_masked():
    assert birth_date(NUMBER).isoformat() == "1950-01-01"
    assert birth_date("330683500101123").isoformat() == "1950-01-01"
    assert (birth_date("93068319500101123X"), birth_date("1")) == (None, None)
    assert (sex(NUMBER), sex(NUMBER[:16] + "4" + NUMBER[17:]), sex("1")) == ("1", "2", None)
    assert sex("330683500101123") == "1"
    assert masked_id(NUMBER) == f"330683********{NUMBER[-4:]}"
    assert masked_id("123") == "123"
    assert (masked_phone("13800005678"), masked_phone("110"), masked_phone("1")) == ("138****5678", "*10", "1")


def test_sex_and_birthday_must_not_contradict_the_number():
    person = {"name": "陈", "household": ID, "grid": ID, "id_number": NUMBER}
    KINDS["person"].clean({**person, "birth_date": "1950-01-01", "sex": "1"})
    for wrong in ({"birth_date": "1951-01-01"}, {"sex": "2"}):
        with pytest.raises(Wrong):
            KINDS["person"].clean({**person, **wrong})


# ---------------------------------------------------------------------- changes on the wire


WIRE = {"n": 1, "id": ID, "k": "set", "e": "household", "i": ID, "b": ID, "h": 1, "t": 1, "p": "phone", "v": "1"}


def test_a_change_travels_as_it_was_made():
    change = Change(ID, Verb.SET, "household", ID, ID, 1, 1, "phone", "1", n=1, tx=ID, act=ID)
    assert change.to_wire() == WIRE
    assert Change.from_wire(WIRE, ID, ID) == change


@pytest.mark.parametrize(
    "broken",
    [
        {"id": "x"},
        {"i": None},
        {"b": 7},
        {"k": "steal"},
        {"e": "x" * 201},
        {"p": 7},
        {"w": "x" * 201},
        {"h": -1},
        {"t": "now"},
        {"n": 2**63},
        {"n": None},
        {"k": "create"},
    ],
    ids=str,
)
def test_a_change_of_the_wrong_shape_is_refused(broken):
    with pytest.raises(Wrong):
        Change.from_wire({**WIRE, **broken}, ID, ID)
    for missing in ("n", "id", "k", "e", "i", "b", "h", "t"):
        with pytest.raises(Wrong):
            Change.from_wire({name: value for name, value in WIRE.items() if name != missing}, ID, ID)
