"""The law's rules of a people's mediation: consent, notice, time limits, what an agreement and a file must hold."""

import calendar
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

JUDICIAL_CONFIRMATION_DAYS = 30
"""Days from the agreement's effect in which both parties may apply together (人民调解法 33)."""

OTHER_WAYS = "请告知当事人：可以依法通过仲裁、行政、司法等途径维护自己的权利（人民调解法第二十六条）。"
"""What the parties are told when a mediation ends without an agreement."""

Fields = Mapping[str, Any]


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def mediation_due(accepted_on: date, *, extended: bool = False) -> date:
    """One calendar month from acceptance, two when both parties ask (司法部令第75号 33; 宁波市人民调解条例 27)."""
    return months_after(accepted_on, 2 if extended else 1)


def confirmation_until(agreed_on: date) -> date:
    """The last day on which both parties may apply together for judicial confirmation (人民调解法 33)."""
    return agreed_on + timedelta(days=JUDICIAL_CONFIRMATION_DAYS)


def why_not_accept(parties: Iterable[Fields]) -> str:
    """Why a dispute cannot be accepted yet, in Chinese; "" when it can (人民调解法 3 and 17)."""
    known = list(parties)
    if len(known) < 2:
        return "至少要登记两方当事人，才能受理。"
    refusing = [party for party in known if party.get("consents") is False]
    if refusing:
        return "有一方明确拒绝调解，不能受理（人民调解法第十七条）。可以办理“不予受理”，并告知其他解决途径。"
    asked = [party for party in known if party.get("consents") is not True]
    if asked:
        return f"还有 {len(asked)} 方没有确认同意调解。请逐一征得同意后再受理（人民调解法第三条）。"
    return ""


def why_not_hold(parties: Iterable[Fields]) -> str:
    """Why the first session cannot be recorded yet, in Chinese (人民调解法 23, 24: rights and duties are told)."""
    untold = [party for party in parties if not party.get("notified_on")]
    if untold:
        return f"还有 {len(untold)} 方没有登记“已告知权利义务”。请先告知并登记，再记录调解。"
    return ""


def why_not_agree(case: Fields) -> tuple[str, str]:
    """The field in the way of registering an agreement, and why, in Chinese; both "" when nothing is.

    An oral agreement is noted down as well (人民调解法 28, 29).
    """
    if not case.get("agreement_form"):
        return "agreement_form", "请选择书面协议还是口头协议。"
    if not case.get("agreement"):
        return "agreement", "请写明协议内容；口头协议也要把内容记下来（人民调解法第二十八条）。"
    return ("", "") if case.get("agreed_on") else ("agreed_on", "请填写协议日期。")


def missing_papers(dispute: Fields, case: Fields, sessions: Iterable[Fields]) -> list[str]:
    """What a complete file still lacks, in Chinese (人民调解法 27: registration, record of the work, agreement)."""
    held = list(sessions)
    agreed = bool(case.get("agreed_on"))
    wanted = (
        (bool(dispute.get("summary") or case.get("facts")), "纠纷简要情况"),
        (bool(held), "调解记录"),
        (all(each.get("signed") for each in held), "调解记录上各方的签字"),
        (not agreed or bool(case.get("agreement")), "协议内容"),
        (not agreed or bool(case.get("return_visit_on")), "回访记录"),
    )
    return [words for there, words in wanted if not there]


def provisional_no(device: str, number: int) -> str:
    """What stands on paper until the centre gives the number: ``暂-ab12-7``; unique without a network."""
    return f"暂-{device.replace('-', '')[-4:]}-{number}"
