"""What is seen at a glance to be clean is just what a close look leaves as it is."""

from hypothesis import given, settings
from hypothesis import strategies as st

from gridworker.records import KINDS

FIELDS = sorted(
    {(type(field).__name__, kind.name, field.name) for kind in KINDS.values() for field in kind.fields},
)
ONE_OF_EACH = {sort: KINDS[kind].by_name[name] for sort, kind, name in FIELDS}

signs = st.one_of(st.characters(), st.sampled_from(" \n\r\t·•・\u3000é\u0301ﬁ一王Ａ１-"))
values = st.one_of(
    st.text(signs, max_size=8),
    st.sampled_from(["13800000001", "0575-83000000", "330683198001011234", "2026-02-30", "2026-03-02", "home", ""]),
    st.sampled_from(["01900000-0000-7000-8000-00000000aaaa", "01900000-0000-7000-8000-00000000AAAA"]),
    st.sampled_from(sorted({c for f in ONE_OF_EACH.values() for c in getattr(f, "choices", {})})),
    st.integers(-(2**70), 2**70),
    st.integers(-5, 50),
    st.booleans(),
    st.floats(),
    st.none(),
    st.lists(st.text(max_size=3), max_size=3),
)


@settings(max_examples=300, deadline=None)
@given(value=values)
def test_no_field_takes_at_a_glance_what_it_would_put_in_order(value):
    for field in ONE_OF_EACH.values():
        if field.is_clean(value):
            kept = field.clean(value)
            assert (type(kept), kept) == (type(value), value)


def test_what_people_write_is_taken_at_a_glance():
    visit = KINDS["visit"].by_name
    assert visit["text"].is_clean("王芳家的老人一个人在家，米和药都还够。")
    assert not visit["text"].is_clean("字" * (visit["text"].limit + 1))
    assert not visit["text"].is_clean("末尾有空格 ")
    assert visit["met_whom"].is_clean("陈建国")
    assert not visit["met_whom"].is_clean("陈 建国")
    assert not visit["mode"].is_clean("飞")
    assert not visit["met"].is_clean(1)
