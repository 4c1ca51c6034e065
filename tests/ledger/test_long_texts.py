"""A long text in which others write as well: what the desk shows meanwhile, and what is taken back."""

import pytest

from gridworker.errors import NotAllowed
from tests.helpers.notebook import GRID

NOTE = "种茶三亩。独居。"
HOUSE = {"head_name": "王建国", "address": "1", "grid": GRID, "note": NOTE}


@pytest.fixture
def house(notebook):
    """A household that came from the centre."""
    row = notebook.centre.write("household", HOUSE)
    notebook.give("grid", row)
    return row.id


def li_writes(notebook, house, note):
    """Somebody else's text arrives."""
    notebook.centre.write("household", {**HOUSE, "note": note}, record=house)
    notebook.catch_up("grid")


def note(notebook, house):
    return notebook.ledger.get("household", house).get("note")


def test_what_waits_is_shown_together_with_what_came_since(notebook, house):
    notebook.ledger.save("household", {"note": NOTE + "腿脚不便。"}, house)
    li_writes(notebook, house, "种茶五亩。独居。")
    assert note(notebook, house) == "种茶五亩。独居。腿脚不便。"
    notebook.reopened()
    assert note(notebook, house) == "种茶五亩。独居。腿脚不便。"


def test_ones_own_words_stay_in_sight_where_both_wrote_one_sentence(notebook, house):
    notebook.ledger.save("household", {"note": "种茶八亩。独居。"}, house)
    li_writes(notebook, house, "种茶五亩。独居。")
    assert note(notebook, house) == "种茶八亩。独居。"


def test_what_is_written_on_top_of_ones_own_words_that_wait(notebook, house):
    notebook.ledger.save("household", {"note": NOTE + "腿脚不便。"}, house)
    notebook.ledger.save("household", {"note": "独居。腿脚不便。"}, house)
    li_writes(notebook, house, "种茶三亩。独居，有一女。")
    assert note(notebook, house) == "独居，有一女。腿脚不便。"


def test_a_form_that_was_open_for_long_does_not_write_over_what_came_meanwhile(notebook, house):
    seen = notebook.ledger.row("household", house)
    li_writes(notebook, house, "种茶五亩。独居。")
    notebook.ledger.save("household", {"note": NOTE + "腿脚不便。"}, house, seen=seen)
    assert note(notebook, house) == "种茶五亩。独居。腿脚不便。"
    (line,) = notebook.ledger.outbox(["new"])
    assert (line.value, line.before) == (NOTE + "腿脚不便。", NOTE), "what he typed, and what he was looking at"


def test_a_text_that_was_empty_when_the_form_was_opened(notebook):
    row = notebook.centre.write("household", {key: HOUSE[key] for key in ("head_name", "address", "grid")})
    notebook.give("grid", row)
    seen = notebook.ledger.row("household", row.id)
    li_writes(notebook, row.id, "种茶。")
    notebook.ledger.save("household", {"note": "养蜂。"}, row.id, seen=seen)
    assert note(notebook, row.id) == "养蜂。", "the centre will keep both, and ask"


def test_undoing_takes_out_ones_own_sentences_alone(notebook, house):
    saved = notebook.ledger.save("household", {"note": "独居。腿脚不便。"}, house)
    li_writes(notebook, house, "种茶三亩。独居，有一女。")
    undone = notebook.ledger.undo(saved.act)
    assert note(notebook, house) == "种茶三亩。独居，有一女。"
    notebook.ledger.undo(undone.act)
    assert note(notebook, house) == "独居，有一女。腿脚不便。"


def test_undoing_never_goes_over_what_another_made_of_ones_own_sentence(notebook, house):
    saved = notebook.ledger.save("household", {"note": NOTE + "腿脚不便。"}, house)
    notebook.hand_in(seen=True)
    li_writes(notebook, house, NOTE + "腿脚不便，已配轮椅。")
    with pytest.raises(NotAllowed):
        notebook.ledger.undo(saved.act)


def test_a_text_that_was_refused_and_is_handed_in_again_still_knows_what_it_was_written_on(notebook, house):
    notebook.ledger.save("household", {"note": NOTE + "腿脚不便。"}, house)
    notebook.hand_in("refused", code="x", reason="x")
    li_writes(notebook, house, "种茶五亩。独居。")
    (line,) = notebook.ledger.outbox(["attention"])
    notebook.ledger.resend(line.tx)
    assert note(notebook, house) == "种茶五亩。独居。腿脚不便。"
