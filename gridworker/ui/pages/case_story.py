"""What happened in a dispute, as entries of a timeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from gridworker.records import KINDS
from gridworker.records.kinds.mediation_session import RESULTS
from gridworker.ui.civil import china_day
from gridworker.ui.pages.case_session import RESULT_TONES
from gridworker.ui.pages.case_words import RUNNING
from gridworker.ui.tokens import Tone
from gridworker.ui.widgets import Entry
from gridworker.ui.wording import day_of, day_words, moment_words, state_chip

Fields = Mapping[str, Any]

SESSIONS = ("mediation_session", "appointment")
"""Keys of entries that belong to the sessions."""


def story(
    dispute: Fields,
    case: Fields | None,
    sessions: Sequence[Fields],
    visits: Sequence[Fields],
    names: Mapping[str, str],
    today: date,
) -> list[Entry]:
    """Newest first, the next appointment on top. *names*: person id to name."""
    dated: list[tuple[int, Entry]] = []
    if dispute.get("next_at") and dispute.get("state") in RUNNING:
        number = len(sessions) + 1 if case is not None else 0
        dated.append((2**62, _planned(int(dispute["next_at"]), number, today)))
    dated += [(int(each["held_at"]), _session(each, names, today)) for each in sessions]
    dated += [(int(each["visited_at"]), _visit(each, names, today)) for each in visits]
    if case is not None:
        dated += _milestones(case, today)
    registered = int(dispute.get("reported_at") or 0)
    dated.append((registered, _registered(dispute, names, today)))
    return [entry for _, entry in sorted(dated, key=lambda pair: pair[0], reverse=True)]


def _planned(at: int, number: int, today: date) -> Entry:
    """*number* 0: how many sessions there were is not for this reader."""
    late = china_day(at) < today
    return Entry(
        f"已约：第 {number} 次调解" if number else "已约调解",
        moment_words(at, today),
        chips=(("约定的日子已经过了", "warn") if late else ("尚未进行", "neutral"),),
        icon_name="calendar_clock",
        tone="violet",
        key=("appointment", ""),
    )


def _session(session: Fields, names: Mapping[str, str], today: date) -> Entry:
    result = str(session.get("result", ""))
    chips: list[tuple[str, Tone]] = [(RESULTS.get(result, ""), RESULT_TONES.get(result, "neutral"))]
    if session.get("divergence"):
        chips.append((f"分歧：{session['divergence']}", "warn"))
    if session.get("signed"):
        chips.append(("各方已签字", "ok"))
    if session.get("addenda"):
        chips.append((f"补充 {len(session['addenda'])} 条", "neutral"))
    chips.append(state_chip(str(session.get("_state", "local"))))
    who = names.get(str(session.get("mediator")), "")
    return Entry(
        f"第 {session.get('number', 1)} 次调解" + (f"·{who}" if who else ""),
        moment_words(int(session["held_at"]), today),
        str(session.get("process", "")),
        tuple(chip for chip in chips if chip[0]),
        icon_name="handshake",
        tone="primary",
        key=("mediation_session", session["id"]),
    )


def _visit(visit: Fields, names: Mapping[str, str], today: date) -> Entry:
    who = names.get(str(visit.get("visitor")), "")
    return Entry(
        "走访" + (f"·{who}" if who else ""),
        moment_words(int(visit["visited_at"]), today),
        str(visit.get("text") or ""),
        icon_name="notebook",
        tone="ok",
        key=("visit", visit["id"]),
    )


def _milestones(case: Fields, today: date) -> list[tuple[int, Entry]]:
    kind = KINDS["mediation_case"]
    lines = (
        ("closed_on", "结案", "archive", "neutral", kind.by_name["end_reason"].shown(case.get("end_reason"))),
        ("return_visit_on", "回访", "person_feedback", "ok", str(case.get("return_visit") or "")),
        ("agreed_on", "达成协议", "document", "ok", kind.by_name["agreement_form"].shown(case.get("agreement_form"))),
        ("accepted_on", "受理", "person_circle", "info", "当事人同意调解，已受理。"),
    )
    found = []
    for order, (field, title, icon_name, tone, text) in enumerate(lines):
        day = day_of(case.get(field))
        if day is not None:
            # A milestone has a day only: it stands after whatever happened on that day before it.
            at = (day.toordinal() - date(1970, 1, 1).toordinal()) * 86_400_000 + 57_000_000 - order
            found.append((at, Entry(title, day_words(day, today), text, icon_name=icon_name, tone=tone)))  # type: ignore[arg-type]
    return found


def _registered(dispute: Fields, names: Mapping[str, str], today: date) -> Entry:
    source = KINDS["dispute"].by_name["source"].shown(dispute.get("source"))
    who = names.get(str(dispute.get("reporter")), "")
    at = dispute.get("reported_at")
    return Entry(
        "登记" + (f"·{source}" if source else ""),
        moment_words(int(at), today) if at else "",
        (f"{who}：" if who else "") + str(dispute.get("summary") or ""),
        icon_name="flag",
    )
