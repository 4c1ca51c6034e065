"""Two people write in one long text at one centre: what stands, what the ledger keeps, what a restored centre knows."""

import orjson
import pytest

from gridserver.storage import past
from gridserver.storage.engine import text
from gridworker.records import schema, upcasts
from gridworker.records.row import Row
from tests.helpers.centre import Centre
from tests.helpers.hand import household
from tests.helpers.writer import GRID, TOWN, Writer

NOTE = "种茶三亩。独居。"


@pytest.fixture
def wang(centre: Centre) -> Writer:
    """A grid worker of the first grid."""
    centre.district()
    return Writer.at(centre, "wang", "grid_worker", GRID)


@pytest.fixture
def li(wang: Writer) -> Writer:
    """His colleague in the same grid; her clock is half a minute ahead."""
    li = Writer.at(wang.centre, "li", "grid_worker", GRID)
    li.hand.now += 30_000
    return li


@pytest.fixture
def home(wang: Writer) -> Row:
    """A household that both have before their eyes."""
    return wang.create("household", wang.bucket("grid", GRID), household(wang.centre.regions[GRID], note=NOTE))


def test_sentences_of_two_stand_in_one_text_and_nobody_is_asked(wang, li, home):
    assert wang.set(home, "note", "种茶五亩。独居。").verdict == "ok"
    assert li.set(home, "note", NOTE + "女儿周末来。").verdict == "ok"
    row = wang.row("household", home.id)
    assert row.fields["note"] == "种茶五亩。独居。女儿周末来。"
    assert wang.conflicts(home.id) == []
    assert row.ver == home.ver + 3, "two changes, and what was made of them"


def test_what_was_made_of_them_stands_in_the_history_and_is_what_the_next_one_saw(wang, li, home):
    wang.set(home, "note", "种茶五亩。独居。")
    li.set(home, "note", NOTE + "女儿周末来。")
    row = wang.row("household", home.id)
    with wang.centre.conn() as conn:
        told = past.history_of(conn, "household", home.id)
    assert next(each.value for each in told if each.path == "note") == row.fields["note"]
    assert {"种茶五亩。独居。", NOTE + "女儿周末来。"} <= {each.value for each in told if each.path == "note"}
    assert told[0].change == row.writer("note").change
    wang.set(row, "note", "种茶五亩。独居。女儿周末来。腿脚不便。")
    assert li.set(row, "note", "种茶五亩。女儿周末来。").verdict == "ok", "both saw the text of both"
    assert wang.row("household", home.id).fields["note"] == "种茶五亩。女儿周末来。腿脚不便。"


def test_a_text_that_a_former_program_wrote_by_another_name_is_known_when_two_write_on_in_it(
    wang, li, home, monkeypatch
):
    monkeypatch.setattr(schema, "SCHEMA", 2)
    monkeypatch.setitem(upcasts.STEPS, ("household", 1), called_note)
    assert wang.set(home, "remark", NOTE + "腿脚不便。").verdict == "ok"
    row = wang.row("household", home.id)
    assert row.fields["note"] == NOTE + "腿脚不便。"
    wang.set(row, "note", NOTE + "腿脚不便。养蜂。")
    assert li.set(row, "note", "种茶五亩。独居。腿脚不便。").verdict == "ok"
    assert wang.row("household", home.id).fields["note"] == "种茶五亩。独居。腿脚不便。养蜂。"
    assert wang.conflicts(home.id) == []


def called_note(change):
    return change._replace(path="note") if change.path == "remark" else change


def test_what_one_wrote_three_times_without_a_line_meets_what_the_other_wrote_once(wang, li, home):
    li.set(home, "note", NOTE + "女儿周末来。")
    first = wang.hand.set(home, "note", "种茶四亩。独居。")
    second = wang.hand.set(home, "note", "种茶五亩。独居。", parent=first.id)
    third = wang.hand.set(home, "note", "种茶五亩，养蜂。独居。", parent=second.id)
    assert [result.verdict for result in wang.send(first, second, third)] == ["ok", "ok", "ok"]
    assert wang.row("household", home.id).fields["note"] == "种茶五亩，养蜂。独居。女儿周末来。"


def test_the_same_sentence_written_twice_is_for_a_person(wang, li, home):
    wang.set(home, "note", "种茶五亩。独居。")
    result = li.set(home, "note", "种茶八亩。独居。")
    (conflict,) = wang.conflicts(home.id)
    assert (result.verdict, conflict.fields["type"], conflict.fields["base"]) == ("conflict", "text", NOTE)
    assert conflict.fields["shown_value"] == wang.row("household", home.id).fields["note"] == "种茶八亩。独居。"
    (other,) = conflict.fields["others"].values()
    assert other["value"] == "种茶五亩。独居。"


def test_a_third_who_wrote_elsewhere_joins_in_and_the_conflict_shows_it(wang, li, home):
    wang.set(home, "note", "种茶五亩。独居。")
    li.set(home, "note", "种茶八亩。独居。")
    zhao = Writer.at(wang.centre, "zhao", "grid_worker", GRID)
    assert zhao.set(home, "note", NOTE + "女儿周末来。").verdict == "ok"
    (conflict,) = wang.conflicts(home.id)
    assert conflict.fields["shown_value"] == "种茶八亩。独居。女儿周末来。"
    assert conflict.fields["shown_change"] == wang.row("household", home.id).writer("note").change


def test_a_centre_that_lost_what_somebody_saw_keeps_both_texts(wang, li, home):
    wang.set(home, "note", "种茶五亩。独居。")
    seen = wang.row("household", home.id)
    wang.set(seen, "note", "种茶五亩。独居。腿脚不便。")
    with wang.centre.conn() as conn:
        conn.execute(text(f"DELETE FROM change WHERE id = '{seen.writer('note').change}'"))
    assert li.set(seen, "note", "种茶六亩。独居。").verdict == "conflict"
    (conflict,) = wang.conflicts(home.id)
    assert "base" not in conflict.fields
    kept = {conflict.fields["shown_value"], *(each["value"] for each in conflict.fields["others"].values())}
    assert kept == {"种茶五亩。独居。腿脚不便。", "种茶六亩。独居。"}


def test_the_same_two_texts_make_the_same_change_after_the_centre_was_restored(wang, li, home):
    wang.set(home, "note", "种茶五亩。独居。")
    late = li.hand.group(li.hand.set(home, "note", NOTE + "女儿周末来。"))
    stood = wang.row("household", home.id)
    li.send(late)
    first = wang.row("household", home.id)
    with wang.centre.conn() as conn:
        for statement in (
            f"DELETE FROM change WHERE id IN ('{late.changes[0]['id']}', '{first.mark}')",
            f"UPDATE device SET last_n = 0 WHERE id = '{li.desk.device}'",
        ):
            conn.execute(text(statement))
        wire = stood.to_wire()
        conn.execute(
            text("UPDATE record SET wire = :wire WHERE id = :id"),
            {"wire": orjson.dumps(wire).decode(), "id": home.id},
        )
    li.send(late)
    assert wang.row("household", home.id) == first


def test_minutes_of_two_mediators(wang):
    he, zhou = (Writer.at(wang.centre, name, "mediator", TOWN) for name in ("he", "zhou"))
    dispute = wang.create(
        "dispute",
        wang.bucket("grid", GRID),
        {"title": "宅基地边界", "grid": wang.centre.regions[GRID], "dispute_type": "03"},
    )
    town, case_bucket = wang.centre.regions[TOWN], he.bucket("case", TOWN)
    case = he.create(
        "mediation_case",
        case_bucket,
        {
            "title": "宅基地边界",
            "dispute": dispute.id,
            "town": town,
            "accepted_on": "2026-03-02",
            "mediator": he.desk.person,
            "agreement": "一、以老墙基为界。\n二、三日内拆除。",
        },
    )
    he.set(case, "agreement", "一、以老墙基中线为界。\n二、三日内拆除。")
    assert zhou.set(case, "agreement", "一、以老墙基为界。\n二、七日内拆除。").verdict == "ok"
    assert he.row("mediation_case", case.id).fields["agreement"] == "一、以老墙基中线为界。\n二、七日内拆除。"
