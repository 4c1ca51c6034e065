"""What waits to be sent, what the centre gave back, and how the last syncs went."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtWidgets import QWidget

from gridworker.records import KINDS
from gridworker.ui.pages import sync_words
from gridworker.ui.tokens import Tone
from gridworker.ui.widgets import (
    Card,
    Column,
    EmptyState,
    IconLabel,
    KeyValue,
    Label,
    LinkButton,
    ListRow,
    Row,
    RowList,
    SectionTitle,
    TintButton,
)
from gridworker.ui.wording import moment_words
from gridworker.ui.work import Work

if TYPE_CHECKING:
    from gridworker.storage.own_changes import OutboxRow

VERBS: Final[Mapping[str, str]] = {
    "create": "新建",
    "set": "修改",
    "add": "加标签",
    "rem": "去掉一项",
    "move": "办理",
    "del": "移除",
    "restore": "恢复",
}
ICONS: Final[Mapping[str, str]] = {
    "household": "home_person",
    "person": "person",
    "visit": "notebook",
    "matter": "clipboard_task",
    "dispute": "handshake",
    "mediation_case": "handshake",
    "mediation_session": "handshake",
    "review": "book_open",
    "conflict": "branch_compare",
    "key_group_tag": "tag",
    "audit": "shield_lock",
}

Group = list["OutboxRow"]


def title_of(work: Work, line: OutboxRow) -> str:
    """``走访：王桂英家里都好``."""
    kind = KINDS.get(line.kind)
    if kind is None:
        return "新版本的资料"
    fields = work.ledger.any_fields(line.kind, line.record)
    if fields is None and line.verb == "create":  # it was refused: nothing of it stands in the ledger
        fields = line.value
    title = kind.title_of(fields or {})
    return kind.title if title == kind.title else f"{kind.title}：{title}"


def grouped(lines: Sequence[OutboxRow]) -> list[Group]:
    """The changes of one record in one act belong together."""
    groups: dict[tuple[str, str], Group] = {}
    for line in lines:
        groups.setdefault((line.tx, line.record), []).append(line)
    return list(groups.values())


def what_was_done(group: Group, today: date) -> str:
    """``修改联系电话、住址·今天 10:32``."""
    first = group[0]
    kind, verb = KINDS.get(first.kind), VERBS.get(first.verb, "修改")
    titles: list[str] = []
    for line in group:
        field = kind.field(line.path) if kind is not None and line.path else None
        if field is not None and line.verb in ("set", "add", "rem") and field.title not in titles:
            titles.append(field.title)
    named = "、".join(titles[:3]) + ("等" if len(titles) > 3 else "")
    return f"{verb}{named}·{moment_words(first.made_at, today)}"


def waiting_card(work: Work, lines: Sequence[OutboxRow], most: int, open_it: Callable[[OutboxRow], object]) -> Card:
    """One row for each record, oldest first."""
    groups = grouped(lines)
    card = Card(margins=(0, 14, 0, 8), gap=6)
    card.body.addLayout(_titled("待上传", len(groups)))
    if not groups:
        refused = work.ledger.store.waiting_count().get("attention", 0)
        rest = "除了被退回的，您保存的内容都已经到了中心。" if refused else "您保存的内容都已经到了中心。"
        card.body.addWidget(EmptyState("cloud_checkmark", "没有等待上传的内容。", rest))
        return card
    rows = RowList()
    for group in groups[:most]:
        first = group[0]
        line = what_was_done(group, work.today())
        row = ListRow(
            title_of(work, first),
            line=line,
            due=sync_words.chip_of(first.state, first.code),
            icon_name=ICONS.get(first.kind, "document"),
            height=60,
        )
        row.opened.connect(lambda first=first: open_it(first))
        rows.add(row)
    card.body.addWidget(rows)
    held = dict.fromkeys(sync_words.why_held(group[0].code) for group in groups if group[0].state == "held")
    for why in held:
        card.body.addLayout(_indented(f"“{why.chip}”：{why.do}"))
    if len(groups) > most:
        card.body.addLayout(_indented(f"还有 {len(groups) - most} 项，会按先后上传。"))
    return card


def refused_card(
    work: Work,
    lines: Sequence[OutboxRow],
    most: int,
    open_it: Callable[[OutboxRow], object],
    resend: Callable[[str], object],
    give_up: Callable[[str, str], object],
    repair: Callable[[OutboxRow], object],
) -> Card:
    """Each with its whole reason and what can be done about it."""
    groups = grouped(lines)
    card = Card(margins=(0, 14, 0, 8), gap=8)
    card.body.addLayout(_titled("被退回", len(groups)))
    card.body.addLayout(_indented("中心没有接受这些修改，原因写在下面。内容都还在本机，可以改好再交，或者放弃。"))
    rows = RowList()
    for group in groups[:most]:
        rows.add(_refused(work, group, open_it, resend, give_up, repair))
    card.body.addWidget(rows)
    return card


def _refused(
    work: Work,
    group: Group,
    open_it: Callable[[OutboxRow], object],
    resend: Callable[[str], object],
    give_up: Callable[[str, str], object],
    repair: Callable[[OutboxRow], object],
) -> QWidget:
    first, title = group[0], title_of(work, group[0])
    box = QWidget()
    box.setObjectName("clear")
    row = Row(box, margins=(18, 10, 14, 10), gap=12)
    row.addWidget(IconLabel("warning", "bad", 24))
    words = Column(gap=2)
    words.addWidget(Label(title, "strong", wrap=True))
    why = sync_words.why_back(first.code)
    words.addWidget(Label(first.reason or f"{why.chip}（原因代码：{first.code}）", "body", tone="bad", wrap=True))
    words.addWidget(Label(why.do, "second", wrap=True))
    words.addWidget(Label(what_was_done(group, work.today()), "hint2", wrap=True))
    row.addLayout(words, 1)
    makes = first.verb == "create" and first.kind in KINDS
    acts: tuple[tuple[str, Callable[[], object]], ...] = (
        ("修改后再交", lambda: repair(first)) if makes else ("打开记录", lambda: open_it(first)),
        ("放弃", lambda: give_up(first.tx, title)),
    )
    for caption, run in acts:
        link = LinkButton(caption, run)
        link.setAccessibleName(f"{caption}：{title}")
        row.addWidget(link)
    again = TintButton("再交一次", lambda: resend(first.tx))
    again.setAccessibleName(f"再交一次：{title}")
    row.addWidget(again)
    return box


def history_card(lines: Sequence[Mapping[str, Any]], today: date) -> Card:
    """When, how much, and how it ended."""
    card = Card(margins=(18, 14, 18, 14), gap=8)
    card.body.addWidget(SectionTitle("最近的同步"))
    for each in lines:
        counts = [f"上传 {each.get('pushed', 0):,}", f"下载 {each.get('pulled', 0):,}"]
        counts += [f"需要核对 {each['conflicts']}"] if each.get("conflicts") else []
        counts += [f"被退回 {each['refused']}"] if each.get("refused") else []
        tone: Tone | None = None if each.get("ok", True) else "warn"
        pair = KeyValue(key_width=110)
        pair.put(moment_words(int(each["at"]), today), f"{each['result']}·{'·'.join(counts)}", tone=tone)
        card.body.addWidget(pair)
    return card


def _titled(words: str, count: int) -> Row:
    row = Row(margins=(18, 0, 14, 0))
    row.addWidget(SectionTitle(words, f"{count:,}" if count else ""))
    return row


def _indented(words: str) -> Row:
    row = Row(margins=(18, 0, 18, 4))
    row.addWidget(Label(words, "second", wrap=True), 1)
    return row
