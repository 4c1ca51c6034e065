"""Two people write in one long text: the sentences of both stay, and what cannot stand together is said."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridworker.records.texts import compared, joint, merged, sentences

MINUTES = "双方到场。甲方陈述：田埂是祖上留下的。乙方表示同意协商；\n下次再议！"

SPLIT = [
    ("", []),
    ("没有标点的一句", ["没有标点的一句"]),
    ("一。二！三？四；五", ["一。", "二！", "三？", "四；", "五"]),
    ("他说：“不行。”又走了。", ["他说：“不行。”", "又走了。"]),
    ("一。\n\n二", ["一。", "\n", "\n", "二"]),
    ("真的吗？！", ["真的吗？！"]),
    ("。。", ["。。"]),
]


@pytest.mark.parametrize(("text", "told"), SPLIT)
def test_a_text_is_taken_apart_at_its_stops(text, told):
    assert sentences(text) == told


# The text that both saw, what one made of it, what the other made of it, and what becomes of both (None: a person
# has to look).
TOGETHER = [
    ("another sentence each", "一。二。三。", "一改。二。三。", "一。二。三改。", "一改。二。三改。"),
    ("neighbouring sentences", "一。二。三。", "一改。二。三。", "一。二改。三。", "一改。二改。三。"),
    ("one adds at the end, one rewrites the beginning", "一。二。", "一。二。三。", "一改。二。", "一改。二。三。"),
    ("one adds before, one adds behind", "一。", "零。一。", "一。二。", "零。一。二。"),
    ("one takes a sentence out, one rewrites another", "一。二。三。", "一。三。", "一。二。三改。", "一。三改。"),
    ("one takes a sentence out, one rewrites its neighbour", "一。二。", "二。", "一。二改。", "二改。"),
    ("one adds behind what the other takes out", "一。二。", "二。", "一。新。二。", "新。二。"),
    ("both the same", "一。二。", "一改。二。", "一改。二。", "一改。二。"),
    ("both the same, and one more", "一。二。三。", "一改。二。三。", "一改。二。三改。", "一改。二。三改。"),
    ("both add the same", "一。", "一。二。", "一。二。", "一。二。"),
    ("a new paragraph each", "一。\n二。", "一。\n一又。\n二。", "一。\n二。\n三。", "一。\n一又。\n二。\n三。"),
    ("only one wrote", "一。二。", "一。二。", "一。二改。", "一。二改。"),
    ("a paragraph without stops", "收废品\n种茶", "收废品\n种茶叶", "收旧货\n种茶", "收旧货\n种茶叶"),
    ("the same sentence anew", "一。二。", "一。二甲。", "一。二乙。", None),
    ("one rewrites what the other takes out", "一。二。", "一。", "一。二改。", None),
    ("both add at the end", "一。", "一。甲。", "一。乙。", None),
    ("both fill in what was empty", "", "甲。", "乙。", None),
    ("one adds in the middle of what the other takes out", "一。二。三。", "三。", "一。新。二。三。", None),
    ("one puts two for one, the other adds right there", "一。二。", "一改。又。二。", "一。新。二。", None),
    ("one clears it, the other rewrites a sentence", "一。二。", "", "一。二改。", None),
]


@pytest.mark.parametrize(("name", "base", "one", "other", "both"), TOGETHER, ids=[t[0] for t in TOGETHER])
def test_what_becomes_of_two_texts(name, base, one, other, both):
    assert merged(base, one, other) == both
    assert merged(base, other, one) == both


JOINT = [
    ("the same sentence anew", "一。二。三。", "一。二甲。三。", "一。二乙。三。", "一。二甲。二乙。三。"),
    ("and another place as well", "一。二。三。", "一。二甲。三。", "一。二乙。三改。", "一。二甲。二乙。三改。"),
    ("both add at the end", "一。", "一。甲。", "一。乙。", "一。甲。乙。"),
    ("without stops", "养猪", "养蜂", "种茶", "养蜂\n种茶"),
    ("taken out and written anew", "一。二。", "一。", "一。二改。", "一。二改。"),
    ("nothing in common", "一。", "甲。乙。", "丙。", "甲。乙。丙。"),
]


@pytest.mark.parametrize(("name", "base", "one", "other", "both"), JOINT, ids=[t[0] for t in JOINT])
def test_both_versions_of_a_sentence_can_stand_one_after_the_other(name, base, one, other, both):
    assert joint(base, one, other) == both


def test_what_differs_is_told_sentence_by_sentence():
    told = compared("一。二甲。\n三。", "一。二乙。\n三。")
    assert told == [("一。", False), ("二甲。", True), ("\n", False), ("三。", False)]


def test_a_text_without_end_is_not_compared_for_ever():
    base = "".join(f"{n % 9}。" for n in range(3000))
    one = "".join(f"{n % 8}。" for n in range(3000))
    assert merged(base, one, base) is None
    assert joint(base, one, "乙") == one + "乙"
    assert all(differs for _, differs in compared(base, one))


def test_a_text_of_eight_thousand_characters_of_which_both_ends_were_rewritten():
    base = [f"第{n}句。" for n in range(1500)]
    one, other = ["开头。", *base[1:-1], "结尾。"], [*base[:700], "中间。", *base[701:]]
    assert merged("".join(base), "".join(one), "".join(other)) == "".join([*one[:700], "中间。", *one[701:]])


@pytest.mark.parametrize("stop", ["。", "a。b。", "\n"])
def test_a_text_of_one_sentence_over_and_over_takes_no_longer(stop):
    base = stop * 600
    assert merged(base, base + "完。", base) == base + "完。"


PIECES = st.sampled_from([f"{sign}{stop}" for sign in string.ascii_letters for stop in "。；！"] + ["\n"])
TEXTS = st.lists(PIECES, max_size=12, unique_by=lambda piece: piece if piece != "\n" else object())


@st.composite
def edited(draw, base):
    """The base with some of its sentences taken out, rewritten, or followed by new ones; and the new ones."""
    mark = draw(st.sampled_from("甲乙"))
    told, new = [], set()
    for place, line in enumerate([*base, ""]):
        what = draw(st.sampled_from(["leave"] * 6 + ["drop", "rewrite", "add"]))
        if what in ("rewrite", "add"):
            new.add(fresh := f"{mark}{place}{draw(st.sampled_from('。；'))}")
            told.append(fresh)
        if what in ("leave", "add"):
            told.append(line)
    return "".join(told), new


@st.composite
def quarrels(draw):
    base = draw(TEXTS)
    one, mine = draw(edited(base))
    other, theirs = draw(edited(base))
    return "".join(base), one, other, mine | theirs


@given(st.text(alphabet="一二。；！？”\n;a", max_size=40))
def test_taken_apart_and_put_together_it_is_the_same(text):
    assert "".join(sentences(text)) == text
    assert merged(text, text, text) == text


@given(quarrels())
@settings(max_examples=300, deadline=None)
def test_nothing_that_anybody_typed_is_lost_and_it_does_not_matter_who_came_first(told):
    base, one, other, new = told
    both = merged(base, one, other)
    assert both == merged(base, other, one)
    if both is not None:
        assert new <= set(sentences(both))
        kept = set(sentences(one)) & set(sentences(other)) & set(sentences(base))
        assert kept <= set(sentences(both)), "what both left alone stays"
        gone = set(sentences(base)) - kept - {"\n"}
        assert not gone & set(sentences(both)), "what one took out does not come back"
    whole = joint(base, one, other)
    assert all(sentence in whole for sentence in new)
    if both is not None:
        assert whole == both


@given(quarrels())
@settings(max_examples=150, deadline=None)
def test_one_who_wrote_nothing_changes_nothing(told):
    base, one, _, _ = told
    assert merged(base, one, base) == one
    assert merged(base, one, one) == one
    assert joint(base, one, base) == one


@given(quarrels())
@settings(max_examples=150, deadline=None)
def test_what_does_not_differ_is_not_marked(told):
    _, one, other, _ = told
    assert "".join(line for line, _ in compared(one, other)) == one
    same = [line for line, differs in compared(one, other) if not differs]
    rest = iter(sentences(other))
    assert all(line in rest for line in same), "they stand in the other in the same order"


def heaviest_told_slowly(base, side):
    """How many characters the best common subsequence holds."""
    rows = [[0] * (len(side) + 1) for _ in range(len(base) + 1)]
    for a, line in enumerate(base):
        for b, other in enumerate(side):
            matched = rows[a][b] + len(line) if line == other else 0
            rows[a + 1][b + 1] = max(rows[a][b + 1], rows[a + 1][b], matched)
    return rows[-1][-1]


@given(st.text(alphabet="甲乙。\n；", max_size=40), st.text(alphabet="甲乙。\n；", max_size=40))
@settings(max_examples=300, deadline=None)
def test_as_much_as_can_be_is_found_to_be_the_same(one, other):
    same = sum(len(line) for line, differs in compared(one, other) if not differs)
    assert same == heaviest_told_slowly(sentences(one), sentences(other))
