"""Every sort of conflict about every sort of field is told in a person's words."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from gridworker.ledger.conflicts import ALL, SHOWN, Conflict, Version
from gridworker.records import KINDS
from gridworker.records.fields import Field, Flag, Merge, Moment, Ref, Whole
from gridworker.records.files import Files
from gridworker.records.merge import CLASH_TITLES, ClashType
from gridworker.records.several import Entries, Tags
from gridworker.ui.pages import conflict_words as say
from gridworker.ui.pages.record_words import record_words
from tests.helpers.notebook import LI, MORNING, WANG, name_of

ENTRY = name_of(7)
NUMBER = "110101199001011237"
RECORDS = {name_of(1): "王桂英　马村3号", name_of(2): "王桂瑛　马村5号"}
READERS = say.Readers(
    WANG, {WANG: "王芳", LI: "李明"}, date(2026, 3, 2), lambda kinds, record: RECORDS.get(record, "不在您的范围内")
)


def conflict(kind: str, field: str, shown: Any, other: Any, sort: ClashType = ClashType.FIELD, **more: Any) -> Conflict:
    """李明's version is shown, 王芳's stands beside it; 王芳 reads."""
    told = {
        "id": name_of(9),
        "type": sort,
        "kind": kind,
        "record": name_of(1),
        "field": field,
        "field_title": "",
        "title": "王桂英",
        "base": None,
        "shown": Version(0, shown, LI, MORNING),
        "others": (Version(1, other, WANG, MORNING + 60_000),),
        "state": "open",
        "by": "",
        "made": MORNING,
    }
    return Conflict(**(told | more))


def told(about: Conflict) -> list[tuple[Any, str, str]]:
    """What may be chosen: what is kept then, the title, the words."""
    return [(option.keep, option.title, option.words) for option in say.options(about, READERS)]


OURS, THEIRS = "我改的　今天 09:15", "李明改的　今天 09:14"

# kind, field, the shown value and what is said of it, the other value and what is said of it
VALUES = [
    ("household", "phone", "13805750001", "13805750001", None, "（空）"),
    ("household", "members", 3, "3", 4, "4"),
    ("household", "is_rental", True, "是", False, "否"),
    ("household", "household_kind", "family", "家庭户", "rental", "租住户"),
    ("household", "next_visit", "2026-03-09", "2026-03-09", None, "（空）"),
    ("household", "head", name_of(1), "王桂英　马村3号", name_of(3), "不在您的范围内"),
    ("person", "id_number", NUMBER, NUMBER, None, "（空）"),
    ("visit", "visited_at", MORNING, "2026-03-02 09:14", MORNING + 3_600_000, "2026-03-02 10:14"),
    ("mediation_case", "amount", 80_000, "800 元", 80_050, "800.50 元"),
    (
        "dispute",
        f"parties/{ENTRY}",
        {"name": "马小燕", "role": "applicant", "person": name_of(1)},
        "马小燕·申请人",
        {"name": "马晓燕"},
        "马晓燕",
    ),
    ("dispute", f"parties/{ENTRY}/phone", "13805750001", "13805750001", "13905750002", "13905750002"),
    ("visit", f"photos/{ENTRY}", {"sha256": "a" * 64, "caption": "门锁"}, "一份照片或文件　门锁", {}, "一份照片或文件"),
    ("matter", f"steps/{ENTRY}", {"at": MORNING, "text": "已报修"}, "2026-03-02 09:14·已报修", {"text": "x"}, "x"),
]


@pytest.mark.parametrize(("kind", "field", "shown", "said", "other", "other_said"), VALUES, ids=[v[1] for v in VALUES])
def test_two_values(kind: str, field: str, shown: Any, said: str, other: Any, other_said: str) -> None:
    assert told(conflict(kind, field, shown, other)) == [(SHOWN, THEIRS, said), (1, OURS, other_said)]


def test_no_field_of_any_kind_is_told_as_a_number_of_the_database() -> None:
    for kind in KINDS.values():
        for field in kind.fields:
            value = _some(field)
            words = say.words(conflict(kind.name, field.name, value, value), Version(0, value, LI, MORNING))
            assert words, (kind.name, field.name)
            assert str(MORNING) not in words, (kind.name, field.name)
            assert ENTRY not in words, (kind.name, field.name)
            assert "a" * 64 not in words, (kind.name, field.name)
            assert "{" not in words, (kind.name, field.name)


def _some(field: Field) -> Any:
    choices = getattr(field, "choices", None)
    if isinstance(field, Files):
        return {"sha256": "a" * 64, "taken_at": MORNING, "stored": 7}
    if isinstance(field, Entries):
        return {each.name: _some(each) for each in field.fields}
    if isinstance(field, Tags):
        return [next(iter(choices or ("x",)))]
    if choices:
        return next(iter(choices))
    if isinstance(field, Flag):
        return True
    if isinstance(field, Moment):
        return MORNING
    return ENTRY if isinstance(field, Ref) else 3 if isinstance(field, Whole) else "王"


def test_of_a_guarded_value_it_is_said_that_the_first_stands() -> None:
    assert say.explained(conflict("household", "head_name", "王桂英", "王桂瑛")) == say.GUARDED
    assert say.explained(conflict("household", "phone", "1", "2")) == say.EXPLAINED[ClashType.FIELD]


def test_of_two_long_texts_the_sentences_that_differ_are_marked_and_both_may_stay() -> None:
    about = conflict("household", "note", "独居。养蜂。", "独居。种茶。", ClashType.TEXT, base="独居。养猪。\n有一女。")
    theirs, ours, both = say.options(about, READERS)
    assert list(theirs.sentences) == [("独居。", False), ("养蜂。", True)]
    assert list(ours.sentences) == [("独居。", False), ("种茶。", True)]
    assert (both.keep, both.title, both.alone) == (ALL, "两份都留", True)
    assert "养蜂。种茶。" in both.words
    assert say.base_words(about) == "独居。养猪。 有一女。"
    cleared = conflict("household", "note", None, "种茶。", ClashType.TEXT)
    assert told(cleared) == [(SHOWN, THEIRS, "（空）"), (1, OURS, "种茶。")]


OTHERS = [
    (
        "a step",
        conflict("dispute", "state", "refused", "withdrawn", ClashType.MOVE),
        [(SHOWN, "李明办理的　今天 09:14", "办理为：不予受理"), (1, "我办理的　今天 09:15", "办理为：已撤回")],
    ),
    (
        "a removal of what another edited",
        conflict("household", "", None, None, ClashType.DEL_VS_EDIT),
        [(SHOWN, THEIRS, "保留这条记录"), (1, "我移除的　今天 09:15", "移除这条记录")],
    ),
    (
        "an entry taken out that another edited",
        conflict("dispute", f"parties/{ENTRY}", {"name": "马小燕"}, None, ClashType.DEL_VS_EDIT),
        [(SHOWN, THEIRS, "保留：马小燕"), (1, "我移除的　今天 09:15", "移除这一项")],
    ),
    (
        "an edit of what was removed",
        conflict("household", "phone", None, "13805750001", ClashType.EDIT_ON_DELETED),
        [(SHOWN, "李明移除的　今天 09:14", "已移除"), (1, OURS, "13805750001")],
    ),
    (
        "a tag on what was removed",
        conflict("household", "tags", None, {"add": "low_income"}, ClashType.EDIT_ON_DELETED),
        [(SHOWN, "李明移除的　今天 09:14", "已移除"), (1, OURS, "加上：低保")],
    ),
    (
        "what points at a removed record",
        conflict("person", "household", name_of(2), None, ClashType.ORPHAN),
        [
            (SHOWN, "李明填写的　今天 09:14", "就这样留着，仍指向：王桂瑛　马村5号"),
            (1, "我移除的　今天 09:15", "恢复：王桂瑛　马村5号"),
        ],
    ),
    (
        "what points at a record that never came",
        conflict(
            "person", "household", name_of(3), None, ClashType.ORPHAN, others=(Version(1, None, name_of(5), MORNING),)
        ),
        [(SHOWN, "李明填写的　今天 09:14", "就这样留着，仍指向：不在您的范围内")],
    ),
    (
        "two records of one household",
        conflict("household", "household_no", name_of(1), name_of(2), ClashType.DUPLICATE),
        [
            (SHOWN, "不是同一个", "两份都留着，以后不再问。"),
            (1, "是同一个，留这一份", "王桂英　马村3号\n李明登记的　今天 09:14"),
            (2, "是同一个，留这一份", "王桂瑛　马村5号\n我登记的　今天 09:15"),
        ],
    ),
]


def test_a_diary_that_was_perhaps_written_twice() -> None:
    about = conflict("visit", "visited_at", name_of(1), name_of(2), ClashType.DUPLICATE)
    assert [title for _, title, _ in told(about)] == ["是两次走访", "记了两次，留这一条", "记了两次，留这一条"]
    assert say.explained(about) == say.TWICE
    assert record_words("visit", {"text": "家里都好。\n下次再来", "visited_at": MORNING}) == (
        "家里都好。　2026-03-02 09:14"
    )


@pytest.mark.parametrize(("name", "about", "said"), OTHERS, ids=[each[0] for each in OTHERS])
def test_what_is_no_value_against_a_value(name: str, about: Conflict, said: list[tuple[Any, str, str]]) -> None:
    assert told(about) == said
    assert say.explained(about)


def test_every_sort_of_conflict_has_a_title_and_is_explained() -> None:
    assert set(CLASH_TITLES) == set(say.EXPLAINED) == set(ClashType)
    fixed = KINDS["visit"].by_name["household"]
    assert fixed.merge is Merge.FIXED
    about = conflict("visit", "household", name_of(2), None, ClashType.ORPHAN)
    assert say.explained(about) == say.LEFT_ALONE


def test_a_record_is_told_from_its_like_without_its_numbers_in_full() -> None:
    fields = {"name": "王小明", "id_number": NUMBER, "phone": "13805750001", "birth_date": "1990-01-01"}
    assert record_words("person", fields) == "王小明　110101********1237　1990-01-01　138****0001"


@pytest.mark.parametrize(("days", "said"), [(0, ""), (6, ""), (7, "已等 7 天"), (40, "已等 40 天")])
def test_what_nobody_decided_for_a_week_says_so(days: int, said: str) -> None:
    about = conflict("household", "phone", "1", "2", made=MORNING - days * 86_400_000)
    assert say.waited([about], READERS.today) == said
