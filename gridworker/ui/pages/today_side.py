"""The cards at the right of 今日."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gridworker.records import KINDS
from gridworker.ui.page import Frame
from gridworker.ui.sync_control import SyncControl
from gridworker.ui.tokens import Tone
from gridworker.ui.widgets import (
    Card,
    CheckRow,
    Elide,
    IconButton,
    IconLabel,
    Label,
    LinkButton,
    ListRow,
    ProgressStrip,
    Row,
    RowList,
    SectionTitle,
    TintButton,
)
from gridworker.ui.wording import day_of, due_words, moment_words, shortened, subject_names
from gridworker.ui.work import Work

MOST = 5
MOST_TASKS = 4


def returned_card(work: Work, edit: Callable[[str], object]) -> Card | None:
    """Diaries that a supervisor sent back, with his words; None when there are none."""
    returned = work.ledger.returned_to_me()
    if not returned:
        return None
    card = Card(margins=(0, 14, 0, 6), gap=4)
    head = Row(margins=(18, 0, 14, 0))
    head.addWidget(SectionTitle("退回补充", str(len(returned))))
    card.body.addLayout(head)
    rows = RowList()
    names = work.ledger.names()
    for visit, review in returned[:MOST]:
        who = names.get(str(review.get("reviewer")), "") if review else ""
        line = "：".join(part for part in (who, str((review or {}).get("comment") or "")) if part)
        row = ListRow(
            subject_names(visit) or "走访日记",
            line=line,
            due=("退回补充", "warn"),
            icon_name="arrow_reply",
            icon_tone="warn",
        )
        row.add_act("去补充", lambda visit=visit: edit(str(visit["id"])))  # type: ignore[misc]
        row.opened.connect(lambda visit=visit: edit(str(visit["id"])))
        rows.add(row)
    card.body.addWidget(rows)
    return card


def drafts_card(work: Work, resume: Callable[[str], object], drop: Callable[[str], object]) -> Card | None:
    """What was begun and not finished; None when there is nothing."""
    drafts = work.ledger.drafts()
    if not drafts:
        return None
    card = Card(margins=(0, 14, 0, 6), gap=4)
    head = Row(margins=(18, 0, 14, 0))
    head.addWidget(SectionTitle(f"{len(drafts)} 篇没写完"))
    card.body.addLayout(head)
    rows = RowList()
    for draft in drafts[:MOST]:
        row = ListRow(
            draft.title,
            line=f"草稿·{moment_words(draft.at, work.today())}",
            icon_name="edit",
            icon_tone="primary",
        )
        # A side act hides where the row is narrow, and here it always is.
        row.add_end(IconButton("delete", f"丢弃草稿：{draft.title}", lambda key=draft.key: drop(key)))  # type: ignore[misc]
        row.add_act("接着写", lambda key=draft.key: resume(key))  # type: ignore[misc]
        row.opened.connect(lambda key=draft.key: resume(key))
        rows.add(row)
    card.body.addWidget(rows)
    return card


def tasks_card(work: Work, frame: Frame, tick: Callable[[str], object]) -> Card:
    """Follow-ups that are due and matters that wait for me."""
    card = Card(margins=(18, 14, 14, 12), gap=8)
    title = SectionTitle("我的任务")
    title.end.addWidget(LinkButton("全部事项", lambda: frame.go("matters")))
    card.body.addWidget(title)
    today = work.today()
    follow_ups = work.ledger.follow_ups(until=today.isoformat())
    for visit in follow_ups[:MOST_TASKS]:
        words = str(visit.get("promise") or visit.get("text") or "上次走访的事")
        due = due_words(day_of(visit.get("follow_up")), today)
        line = "·".join(part for part in (due[0] if due else "", subject_names(visit)) if part)
        row = CheckRow(f"跟进：{shortened(words, 40)}", line)
        row.ticked.connect(lambda _on, visit=visit: tick(str(visit["id"])))
        card.body.addWidget(row)
    matters = work.ledger.open_matters()
    for matter in matters[: max(0, MOST_TASKS - len(follow_ups))]:
        due = due_words(day_of(matter.get("due")), today)
        tone: Tone = due[1] if due else "neutral"
        row_ = ListRow(
            str(matter.get("title") or ""),
            line=_heard_from(matter),
            due=(due[0], tone) if due else None,
            icon_name="clipboard_task",
            height=60,
            margins=(0, 0, 0, 0),
        )
        row_.opened.connect(lambda matter=matter: frame.go("matters", matter["id"]))
        card.body.addWidget(row_)
    if not follow_ups and not matters:
        card.body.addWidget(Label("没有到期的跟进，也没有在办的事项。", "second", wrap=True))
    return card


def _heard_from(matter: Mapping[str, Any]) -> str:
    """``马建国反映·民生服务``."""
    reporter = f"{matter['reporter']}反映" if matter.get("reporter") else ""
    sort = KINDS["matter"].by_name["event_class"].shown(matter.get("event_class"))
    return "·".join(part for part in (reporter, sort) if part)


def sync_card(work: Work, control: SyncControl, frame: Frame) -> Card:
    """How the sync stands, in two lines, with the one thing to do about it."""
    view, ledger = control.view, work.ledger
    card = Card(gap=10)
    head = Row(gap=8)
    icon_name, tone, words = "cloud_checkmark", "ok", "都已同步"
    waiting, conflicts = ledger.waiting_count(), ledger.conflict_count()
    if view.running:
        icon_name, tone, words = "cloud_sync", "primary", "正在同步"
    elif view.error is not None:
        icon_name, tone, words = (
            ("cloud_off", "text2", "离线") if view.offline else ("cloud_error", "bad", view.error.title)
        )
    elif waiting:
        icon_name, tone, words = "cloud_arrow_up", "primary", f"{waiting} 处修改待上传"
    head.addWidget(IconLabel(icon_name, tone))
    head.addWidget(Elide(words, "h2"), 1)
    head.addWidget(LinkButton("取消", control.cancel) if view.running else LinkButton("立即同步", control.ask))
    card.body.addLayout(head)
    if view.running:
        strip = ProgressStrip()
        strip.show_progress(view.done, view.total, view.words)
        card.body.addWidget(strip)
    elif view.error is not None:
        card.body.addWidget(Label(view.error.remedy, "second", wrap=True))
    else:
        last = ledger.last_success()
        said = f"上次成功 {moment_words(last, work.today())}" if last else "还没有同步过"
        card.body.addWidget(Label(said, "second", wrap=True))
    if conflicts:
        row = Row(gap=8)
        row.addWidget(IconLabel("branch_compare", "warn"))
        row.addWidget(Elide(f"{conflicts} 处两边都改过，请您核对", "body"), 1)
        row.addWidget(TintButton("去处理", lambda: frame.go("sync")))
        card.body.addLayout(row)
    return card
