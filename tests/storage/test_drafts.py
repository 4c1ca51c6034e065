"""What was typed and not saved is there again after a crash, whatever was typed."""

import pytest


def test_a_draft_is_kept_replaced_and_gone_with_the_saving(notebook):
    notebook.ledger.keep_draft("household:new", "household", "新建住户", {"head_name": "陈"})
    notebook.now += 1000
    notebook.ledger.keep_draft("household:new", "household", "新建住户", {"head_name": "陈建"})
    notebook.reopened()
    (draft,) = notebook.ledger.drafts()
    assert (draft.fields, draft.at, draft.form) == ({"head_name": "陈建"}, notebook.now, "household")
    notebook.ledger.save(
        "household",
        {"head_name": "陈建国", "address": "1", "grid": notebook.ledger.me.regions[0]},
        draft="household:new",
    )
    assert notebook.ledger.drafts() == []
    assert notebook.ledger.draft("household:new") is None


def test_the_latest_draft_comes_first_and_one_can_be_thrown_away(notebook):
    for name in "abc":
        notebook.now += 1
        notebook.ledger.keep_draft(name, "visit", name, {})
    notebook.ledger.drop_draft("b")
    assert [draft.key for draft in notebook.ledger.drafts()] == ["c", "a"]


@pytest.mark.parametrize("text", ["\x00", "a\x00b" * 100, "民" * 20_000, "\ud83d", "\r\n\u2028", "'; DROP TABLE draft"])
def test_whatever_is_typed_is_kept_as_it_is(notebook, text):
    notebook.ledger.keep_draft("visit:1", "visit", "走访", {"text": text, "tags": ["x"], "n": 3, "none": None})
    assert notebook.ledger.draft("visit:1").fields == {"text": text, "tags": ["x"], "n": 3, "none": None}
