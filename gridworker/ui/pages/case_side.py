"""The right side of a case: how it stands, parties, what is known of it, the agreement."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from gridworker.records import KINDS
from gridworker.records.identity import masked_phone
from gridworker.records.kind import Role
from gridworker.records.kinds.dispute import MACHINE, PARTY_ROLES, STATES
from gridworker.records.kinds.mediation_case import PANEL_ROLES
from gridworker.records.mediation import confirmation_until
from gridworker.ui.album import Album
from gridworker.ui.forms.files import FileStrip
from gridworker.ui.pages.case_words import RUNNING, Whereabouts
from gridworker.ui.tokens import Tone
from gridworker.ui.widgets import (
    Avatar,
    Banner,
    Card,
    Chip,
    Column,
    Elide,
    IconButton,
    KeyValue,
    Label,
    LinkButton,
    Row,
    SectionTitle,
    TintButton,
)
from gridworker.ui.wording import day_of, day_words, moment_words

Fields = Mapping[str, Any]


def tone_of(state: str) -> Tone:
    """The colour of a dispute's state."""
    tone: Tone = MACHINE.tones.get(state, "neutral")  # type: ignore[assignment]
    return tone


def standing_card(dispute: Fields, today: date) -> Card:
    """What everybody who reported a dispute may know: where it stands, when it goes on, what came of it."""
    card = Card(gap=10)
    card.body.addWidget(SectionTitle("办理情况"))
    pairs = KeyValue()
    state = str(dispute.get("state"))
    pairs.put("现在", STATES.get(state, state))
    if dispute.get("next_at") and state in RUNNING:
        pairs.put("下次调解", moment_words(int(dispute["next_at"]), today))
    pairs.put("结果", str(dispute.get("outcome") or "还没有结果"))
    card.body.addWidget(pairs)
    return card


def whereabouts_card(where: Whereabouts, role: str, sync: Callable[[], object]) -> Card | None:
    """Why the sessions are not to be seen here; None when there are none yet (人民调解法 15)."""
    if where == "none":
        return None
    card = Card(gap=8)
    card.body.addWidget(SectionTitle("调解过程"))
    if where == "coming":
        words = "这件纠纷的案件还没有下载到本机。同步以后，当事人的详细情况、调解记录和协议会出现在这里。"
    elif role == Role.GRID_WORKER:
        words = "调解记录、证据和协议由镇调解委员会保管，只有调解员和督导能看。您可以看到办到了哪一步。"
    elif where == "restricted":
        words = "这个案件不在您的范围内，可能限定了由指定的人办理。您可以看到办到了哪一步；需要参加的，请联系督导。"
    else:
        words = "这个乡镇的案件不在您的范围内。您可以看到办到了哪一步；要看调解记录，请联系管理员分配。"
    card.body.addWidget(Label(words, "second", wrap=True))
    if where == "coming":
        row = Row(gap=0)
        row.addWidget(TintButton("立即同步", sync, icon_name="arrow_sync"))
        row.addStretch(1)
        card.body.addLayout(row)
    return card


def parties_card(
    parties: Mapping[str, Fields], edit: Callable[[], object], call: Callable[[Fields], object], *, told: bool
) -> Card:
    """Who is at odds, telephones masked; *call* shows one in full. *told*: rights and duties must be known to all."""
    card = Card(gap=12)
    title = SectionTitle("当事人", str(len(parties)) if parties else "")
    title.end.addWidget(LinkButton("修改", edit, icon_name="edit"))
    card.body.addWidget(title)
    for _, party in sorted(parties.items()):
        card.body.addLayout(_party(party, call, told))
    if not parties:
        card.body.addWidget(Label("还没有登记当事人。", "second", wrap=True))
    return card


def _party(party: Fields, call: Callable[[Fields], object], told: bool) -> Row:
    row = Row(gap=10)
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
        row.addWidget(Chip("不同意", "bad"))
    elif told and not party.get("notified_on"):
        row.addWidget(Chip("还没告知", "warn"))
    if phone:
        row.addWidget(IconButton("call", f"查看电话：{name}", lambda: call(party)))
    return row


def facts_card(dispute: Fields, case: Fields | None, names: Mapping[str, str], area: str) -> Card:
    """Who handles it and what it is about."""
    card = Card(gap=10)
    card.body.addWidget(SectionTitle("案件信息" if case is not None else "登记信息"))
    pairs = KeyValue()
    kind = KINDS["dispute"].by_name
    pairs.put("调解员", names.get(str((case or dispute).get("mediator") or ""), "") or "还没有")
    pairs.put("来源", kind["source"].shown(dispute.get("source")))
    pairs.put("网格", area)
    pairs.put("地点", str(dispute.get("place") or ""))
    scale = kind["scale"].shown(dispute.get("scale"))
    pairs.put(
        "规模", "·".join(part for part in (f"{dispute['people']} 人" if dispute.get("people") else "", scale) if part)
    )
    risk = kind["risk"].shown(dispute.get("risk"))
    sign = "有激化迹象" if dispute.get("escalating") else "无激化迹象"
    tone: Tone | None = "bad" if dispute.get("escalating") or dispute.get("risk") == "high" else None
    pairs.put("风险", "·".join(part for part in (risk, sign) if part), tone=tone)
    if dispute.get("police_report"):
        pairs.put("报告公安", str(dispute["police_report"]))
    if case is not None and dispute.get("outcome"):
        pairs.put("结果", str(dispute["outcome"]))
    card.body.addWidget(pairs)
    return card


def case_card(case: Fields, names: Mapping[str, str], edit: Callable[[], object]) -> Card:
    """The confidential facts."""
    card = Card(gap=10)
    title = SectionTitle("案情")
    title.end.addWidget(LinkButton("修改", edit, icon_name="edit"))
    card.body.addWidget(title)
    kind = KINDS["mediation_case"].by_name
    pairs = KeyValue()
    pairs.put("受理方式", kind["case_source"].shown(case.get("case_source")))
    if case.get("delegated_by"):
        pairs.put("移送单位", str(case["delegated_by"]))
    for name in ("facts", "claims", "disputed", "amount"):
        if case.get(name) is not None:
            pairs.put(
                {"facts": "事实", "claims": "请求", "disputed": "焦点"}.get(name, "金额"), kind[name].shown(case[name])
            )
    panel = [_member(member, names) for _, member in sorted((case.get("panel") or {}).items())]
    if panel:
        pairs.put("调解组", "、".join(panel))
    card.body.addWidget(pairs)
    return card


def _member(member: Fields, names: Mapping[str, str]) -> str:
    name = str(member.get("name") or names.get(str(member.get("staff")), ""))
    part = PANEL_ROLES.get(str(member.get("role")), "")
    return f"{name}（{part}）" if part else name


def agreement_card(case: Fields, today: date, edit: Callable[[], object]) -> Card | None:
    """What was agreed; None before."""
    if not case.get("agreement"):
        return None
    card = Card(gap=8)
    form = KINDS["mediation_case"].by_name["agreement_form"].shown(case.get("agreement_form"))
    title = SectionTitle("协议", form)
    title.end.addWidget(LinkButton("修改", edit, icon_name="edit"))
    card.body.addWidget(title)
    card.body.addWidget(Label(str(case["agreement"]), "second", wrap=True))
    pairs = KeyValue()
    agreed, until = day_of(case.get("agreed_on")), day_of(case.get("performance_due"))
    if agreed is not None:
        pairs.put("签订", day_words(agreed, today))
    if case.get("performance"):
        pairs.put("履行方式", str(case["performance"]))
    if until is not None:
        late = not case.get("performed") and until < today
        words = "，已履行" if case.get("performed") else "，已过期" if late else ""
        pairs.put("履行期限", day_words(until, today) + words, tone="bad" if late else None)
    last = confirmation_until(agreed) if agreed is not None else None
    if last is not None and last >= today:
        pairs.put("司法确认", f"{day_words(last, today)}前，双方可以共同申请")
    card.body.addWidget(pairs)
    return card


def agreement_wanted_card(write: Callable[[], object]) -> Banner:
    """Agreed, and nobody has written down on what."""
    banner = Banner("warn")
    words = Column(gap=2)
    words.addWidget(Label("还没有登记协议内容", "strong", wrap=True))
    words.addWidget(Label("书面协议和口头协议都要登记。", "second", wrap=True))
    banner.body.addLayout(words, 1)
    banner.body.addWidget(TintButton("登记协议", write))
    return banner


def files_card(album: Album, files: Mapping[str, Fields]) -> Card:
    """Photos, papers and evidence, to be looked at."""
    card = Card(gap=10)
    card.body.addWidget(SectionTitle("照片、文件和证据", str(len(files))))
    strip = FileStrip(album)
    strip.show_entries(files)
    card.body.addWidget(strip)
    return card
