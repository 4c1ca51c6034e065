"""How a case is spoken of: its number, its deadline, its steps, and whether its confidential part is here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, Literal

from gridworker.ledger import Ledger
from gridworker.ui.tokens import Tone
from gridworker.ui.wording import day_of, day_words

Fields = Mapping[str, Any]
Way = tuple[tuple[str, ...], int, bool]
"""Titles of the steps, which of them is the present one, and whether it went wrong there."""

RUNNING: Final = ("accepted", "mediating")
"""States in which the time limit of a mediation runs."""

SOON_DAYS: Final = 7
USUAL: Final = ("登记", "受理", "调解", "达成协议", "回访", "归档")
_PLACE: Final[Mapping[str, int]] = {"registered": 0, "accepted": 1, "mediating": 2, "agreed": 3, "visited": 4}
_ENDED: Final[Mapping[str, tuple[str, bool]]] = {
    "refused": ("不予受理", True),
    "withdrawn": ("当事人撤回", True),
    "transferred": ("移送", False),
}
_UNSETTLED: Final = ("登记", "受理", "调解", "未达成", "归档")

Whereabouts = Literal["here", "none", "coming", "restricted", "elsewhere"]
"""The confidential part: on this desk, not made yet, not downloaded yet, perhaps for named people alone, or not for
this person."""


def number_words(case: Fields | None) -> str:
    """The case's number; until the centre has given it, the provisional one, named as such."""
    if case is None:
        return ""
    if case.get("case_no"):
        return f"案号 {case['case_no']}"
    return f"暂编号 {case['provisional_no']}" if case.get("provisional_no") else "暂未编号"


def deadline(dispute: Fields, today: date) -> tuple[str, Tone] | None:
    """How far the time limit is, while one runs."""
    due = day_of(dispute.get("due"))
    if due is None or dispute.get("state") not in RUNNING:
        return None
    days = (due - today).days
    if days < 0:
        return f"超期 {-days} 天", "bad"
    if days == 0:
        return "今天到期", "warn"
    return f"剩 {days} 天", "warn" if days <= SOON_DAYS else "neutral"


def deadline_note(dispute: Fields, today: date) -> tuple[str, Tone | None]:
    """The same as a sentence with the day; empty when no limit runs."""
    told, due = deadline(dispute, today), day_of(dispute.get("due"))
    if told is None or due is None:
        return "", None
    words = f"调解期限{told[0]}（{day_words(due, today)}）"
    return words, None if told[1] == "neutral" else told[1]


def steps(dispute: Fields, case: Fields | None) -> Way:
    """The way that this dispute goes: the usual one, or the one that it has taken."""
    state = str(dispute.get("state"))
    taken_up = ("登记", "受理") if dispute.get("due") or case is not None else ("登记",)
    if state in _PLACE:
        return USUAL, _PLACE[state], False
    if state == "failed":
        return _UNSETTLED, 3, True
    if state in _ENDED:
        title, wrong = _ENDED[state]
        before = taken_up if state != "refused" else ("登记",)
        return (*before, title, "归档"), len(before), wrong
    return _archived(case, taken_up)


def _archived(case: Fields | None, taken_up: tuple[str, ...]) -> Way:
    if case is None:
        way: tuple[str, ...] = (*taken_up, "办理", "归档")
    elif case.get("agreed_on") or case.get("end_reason") == "agreed":
        way = USUAL
    elif case.get("end_reason") == "withdrawn":
        way = (*taken_up, "当事人撤回", "归档")
    else:
        way = _UNSETTLED
    return way, len(way) - 1, False


def whereabouts(ledger: Ledger, dispute: Fields, case: Fields | None) -> Whereabouts:
    """Where the confidential part of a dispute is, as far as this desk can know."""
    if case is not None:
        return "here"
    if not dispute.get("due"):
        return "none"
    town = ledger.town_of(str(dispute.get("grid") or ""))
    here = ledger.store.bucket_for("case", town) if town else None
    if here is None:
        return "elsewhere"
    is_whole = any(each.id == here and each.state != "loading" for each in ledger.store.buckets())
    return "restricted" if is_whole else "coming"
