"""What the law asks of a people's mediation: consent, notice, time limits, a complete file."""

from __future__ import annotations

from datetime import date

import pytest

from gridworker.records.mediation import (
    confirmation_until,
    mediation_due,
    missing_papers,
    months_after,
    provisional_no,
    why_not_accept,
    why_not_agree,
    why_not_hold,
)

WILLING = {"consents": True}


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 3, 2), 1, date(2026, 4, 2)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
    ],
)
def test_a_month_ends_on_the_same_day_or_on_the_months_last(day: date, months: int, then: date) -> None:
    assert months_after(day, months) == then


def test_a_mediation_has_one_month_and_two_when_both_parties_ask() -> None:
    accepted = date(2026, 11, 11)
    assert mediation_due(accepted) == date(2026, 12, 11)
    assert mediation_due(accepted, extended=True) == date(2027, 1, 11)


def test_both_may_ask_the_court_for_confirmation_within_thirty_days() -> None:
    assert confirmation_until(date(2026, 11, 11)) == date(2026, 12, 11)


def test_one_party_alone_cannot_be_mediated() -> None:
    assert "两方" in why_not_accept([WILLING])


def test_who_was_not_asked_yet_must_be_asked() -> None:
    assert "还有 2 方没有确认" in why_not_accept([WILLING, {}, {"consents": None}])


def test_one_refusal_ends_it() -> None:
    assert "第十七条" in why_not_accept([WILLING, {"consents": False}, {}])


def test_a_dispute_in_which_all_consent_is_accepted() -> None:
    assert why_not_accept([WILLING, WILLING]) == ""


def test_the_first_session_waits_until_everybody_knows_his_rights_and_duties() -> None:
    told = {"notified_on": "2026-03-02"}
    assert "还有 1 方" in why_not_hold([told, {}])
    assert why_not_hold([told, told]) == ""


@pytest.mark.parametrize(
    ("case", "field"),
    [
        ({}, "agreement_form"),
        ({"agreement_form": "oral"}, "agreement"),
        ({"agreement_form": "oral", "agreement": "各让一步。"}, "agreed_on"),
        ({"agreement_form": "oral", "agreement": "各让一步。", "agreed_on": "2026-03-02"}, ""),
    ],
)
def test_an_agreement_says_its_form_what_was_agreed_and_when_also_an_oral_one(case: dict[str, str], field: str) -> None:
    where, reason = why_not_agree(case)
    assert where == field
    assert bool(reason) == bool(field)


def test_a_file_with_everything_in_it_lacks_nothing() -> None:
    case = {"agreed_on": "2026-03-02", "agreement": "各让一步。", "return_visit_on": "2026-04-02"}
    assert missing_papers({"summary": "砌墙"}, case, [{"signed": True}]) == []


def test_a_file_says_what_it_lacks() -> None:
    case = {"agreed_on": "2026-03-02"}
    assert missing_papers({}, case, [{"signed": True}, {}]) == [
        "纠纷简要情况",
        "调解记录上各方的签字",
        "协议内容",
        "回访记录",
    ]
    assert missing_papers({"summary": "砌墙"}, {}, []) == ["调解记录"]


def test_two_desks_never_give_the_same_provisional_number() -> None:
    one, other = "01900000-0000-7000-8000-00000000ab12", "01900000-0000-7000-8000-00000000cd34"
    assert provisional_no(one, 7) == "暂-ab12-7"
    assert len({provisional_no(desk, n) for desk in (one, other) for n in (1, 2, 11)}) == 6
