"""The law's rules of a people's mediation: consent, notice, time limits, what ends it."""

import calendar
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

JUDICIAL_CONFIRMATION_DAYS = 30
"""Days from the agreement's effect in which both parties may apply together (人民调解法 33)."""


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def mediation_due(accepted_on: date, *, extended: bool = False) -> date:
    """One calendar month from acceptance, two when both parties ask (司法部令第75号 33; 宁波市人民调解条例 27)."""
    return months_after(accepted_on, 2 if extended else 1)


def why_not_accept(parties: Iterable[Mapping[str, Any]]) -> str:
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


def why_not_hold(parties: Iterable[Mapping[str, Any]]) -> str:
    """Why the first session cannot be recorded yet, in Chinese (人民调解法 23, 24: rights and duties are told)."""
    untold = [party for party in parties if not party.get("notified_on")]
    if untold:
        return f"还有 {len(untold)} 方没有登记“已告知权利义务”。请先告知并登记，再记录调解。"
    return ""


def provisional_no(device: str, number: int) -> str:
    """What stands on paper until the centre gives the number: ``暂-ab12-7``; unique without a network."""
    return f"暂-{device.replace('-', '')[-4:]}-{number}"
