"""The right side of a case: parties, what is known of it, where it belongs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gridworker.records import KINDS
from gridworker.records.identity import masked_phone
from gridworker.records.kinds.dispute import PARTY_ROLES
from gridworker.ui.tokens import Tone
from gridworker.ui.widgets import Avatar, Card, Chip, Column, Elide, KeyValue, Label, LinkButton, Row, SectionTitle

Fields = Mapping[str, Any]


def parties_card(parties: Mapping[str, Fields], edit: Callable[[], object] | None) -> Card:
    """Who is at odds, telephones masked."""
    card = Card(gap=12)
    title = SectionTitle("当事人", str(len(parties)) if parties else "")
    if edit is not None:
        title.end.addWidget(LinkButton("添加或修改", edit, icon_name="edit"))
    card.body.addWidget(title)
    for _, party in sorted(parties.items()):
        card.body.addLayout(_party(party))
    if not parties:
        card.body.addWidget(Label("还没有登记当事人。", "second", wrap=True))
    return card


def _party(party: Fields) -> Row:
    row = Row(gap=12)
    name = str(party.get("name", ""))
    row.addWidget(Avatar(name))
    words = Column(gap=1)
    words.addWidget(Elide(name, "strong"))
    phone = masked_phone(str(party["phone"])) if party.get("phone") else ""
    line = "·".join(part for part in (str(party.get("address") or ""), phone) if part)
    if line:
        words.addWidget(Elide(line, "hint2"))
    row.addLayout(words, 1)
    if party.get("role"):
        row.addWidget(Chip(PARTY_ROLES.get(str(party["role"]), ""), "neutral"))
    if party.get("consents") is False:
        row.addWidget(Chip("不同意调解", "bad"))
    elif party.get("notified_on"):
        row.addWidget(Chip("已告知", "ok"))
    return row


def facts_card(dispute: Fields, case: Fields | None, names: Mapping[str, str], area: str) -> Card:
    """Who handles it and what it is about."""
    card = Card(gap=10)
    card.body.addWidget(SectionTitle("案件信息"))
    pairs = KeyValue()
    kind = KINDS["dispute"].by_name
    pairs.put("调解员", names.get(str((case or dispute).get("mediator") or ""), ""))
    pairs.put("来源", kind["source"].shown(dispute.get("source")))
    pairs.put("网格", area)
    pairs.put("地点", str(dispute.get("place") or ""))
    pairs.put("人数规模", f"{dispute.get('people') or ''} 人·{kind['scale'].shown(dispute.get('scale'))}")
    risk = kind["risk"].shown(dispute.get("risk"))
    sign = "有激化迹象" if dispute.get("escalating") else "无激化迹象"
    tone: Tone | None = "bad" if dispute.get("escalating") or dispute.get("risk") == "high" else None
    pairs.put("风险", f"{risk}·{sign}", tone=tone)
    if case is not None:
        pairs.put("涉及金额", KINDS["mediation_case"].by_name["amount"].shown(case.get("amount")))
        pairs.put("履行期限", str(case.get("performance_due") or ""))
    card.body.addWidget(pairs)
    return card


def agreement_card(case: Fields) -> Card | None:
    """What was agreed; None before."""
    if not case.get("agreement"):
        return None
    card = Card(gap=8)
    form = KINDS["mediation_case"].by_name["agreement_form"].shown(case.get("agreement_form"))
    card.body.addWidget(SectionTitle("协议", form))
    card.body.addWidget(Label(str(case["agreement"]), "second", wrap=True))
    if case.get("performance"):
        card.body.addWidget(Label(f"履行：{case['performance']}", "second", wrap=True))
    return card


def confidential_card() -> Card:
    """For whoever may not see the case: that there is more, and why it is not here (人民调解法 15)."""
    card = Card(gap=8)
    card.body.addWidget(SectionTitle("调解过程"))
    words = "调解记录、证据和协议由镇调解委员会保管，只有调解员和督导能看。您可以看到办到了哪一步。"
    card.body.addWidget(Label(words, "second", wrap=True))
    return card
