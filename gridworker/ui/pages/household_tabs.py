"""The parts of a household's file, each a widget made anew when it is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from PySide6.QtWidgets import QWidget

from gridworker.records import KINDS
from gridworker.records.fields import Entries, Privacy
from gridworker.records.identity import masked_id, masked_phone
from gridworker.records.kind import Kind
from gridworker.ui.page import Frame
from gridworker.ui.pages.home_preview import recent_entries
from gridworker.ui.pages.reveal import Reveal
from gridworker.ui.tokens import Tone
from gridworker.ui.widgets import (
    Card,
    Column,
    EmptyState,
    Entry,
    KeyValue,
    Label,
    LinkButton,
    ListRow,
    Row,
    RowList,
    SectionTitle,
    Timeline,
)
from gridworker.ui.wording import day_of, due_words, moment_words, state_chip
from gridworker.ui.work import Work

OVERVIEW: Final = (
    (
        "居住",
        ("address", "villager_group", "registered_address", "residence_match", "members", "present", "living_state"),
    ),
    ("联系", ("phone", "phone2")),
    ("房屋", ("household_kind", "ownership", "is_rental", "floors", "safety_notes")),
    ("帮扶", ("difficulty", "next_visit", "moved_in", "moved_out", "note")),
)
HISTORY_MOST: Final = 60


def overview(work: Work, home: Mapping[str, Any], frame: Frame) -> QWidget:
    """What is known of the household, telephones masked until they are asked for."""
    part, column = _column(gap=16)
    kind = KINDS["household"]
    for heading, names in OVERVIEW:
        pairs = KeyValue(key_width=96)
        for name in names:
            value = home.get(name)
            if value in (None, "", []) and name not in ("phone", "address"):
                continue
            shown = kind.by_name[name].shown(value)
            pairs.put(kind.by_name[name].title, masked_phone(shown) if name.startswith("phone") and shown else shown)
        section = SectionTitle(heading)
        if heading == "联系" and home.get("phone"):
            section.end.addWidget(Reveal(work, frame, "household", home, ("phone", "phone2")))
        column.addWidget(section)
        column.addWidget(pairs)
    return part


def members(work: Work, household: str, edit: Callable[[str], object], add: Callable[[], object]) -> QWidget:
    """Everyone in the household, the head first."""
    part, column = _column(gap=8)
    people = work.ledger.members(household)
    title = SectionTitle("家庭成员", str(len(people)) if people else "")
    title.end.addWidget(LinkButton("添加成员", add, icon_name="person_add"))
    column.addWidget(title)
    if not people:
        column.addWidget(EmptyState("people", "还没有登记家庭成员。", ways_out=[("添加成员", add)]))
        return part
    rows = RowList()
    for person in people:
        rows.add(_member(person, edit, work.today()))
    column.addWidget(rows)
    return part


def _member(person: Mapping[str, Any], edit: Callable[[str], object], today: date) -> ListRow:
    kind = KINDS["person"].by_name
    born = day_of(person.get("birth_date"))
    age = f"{_age(born, today)} 岁" if born else ""
    number = masked_id(str(person["id_number"])) if person.get("id_number") else ""
    phone = masked_phone(str(person["phone"])) if person.get("phone") else ""
    facts = (kind["relation"].shown(person.get("relation")), kind["sex"].shown(person.get("sex")), age, phone, number)
    tags: list[tuple[str, Tone]] = [(kind["tags"].shown([tag]), "info") for tag in person.get("tags") or ()]
    if person.get("died_on"):
        tags.insert(0, ("已故", "neutral"))
    elif person.get("away"):
        tags.insert(0, ("外出", "neutral"))
    row = ListRow(str(person.get("name") or ""), tags=tags, line="　".join(f for f in facts if f), margins=(2, 0, 2, 0))
    row.opened.connect(lambda: edit(str(person["id"])))
    return row


def visits(work: Work, household: str, opened: Callable[[object], object]) -> QWidget:
    """All visits, newest first."""
    part, column = _column(gap=12)
    entries = recent_entries(work, household, 50)
    column.addWidget(SectionTitle("走访", str(len(entries)) if entries else ""))
    if not entries:
        column.addWidget(EmptyState("notebook", "还没有走访记录。"))
        return part
    timeline = Timeline(entries)
    timeline.opened.connect(opened)
    column.addWidget(timeline)
    return part


def matters(work: Work, household: str, frame: Frame) -> QWidget:
    """Disputes and matters in which the household has a part."""
    part, column = _column(gap=12)
    today = work.today()
    found = False
    for kind_name, page in (("dispute", "case"), ("matter", "matters")):
        kind = KINDS[kind_name]
        records = work.ledger.find(kind_name, where=(("household", "=", household),), order=("-reported_at",))
        if not records:
            continue
        found = True
        column.addWidget(SectionTitle(kind.title, str(len(records))))
        rows = RowList()
        for record in records:
            rows.add(_matter(kind, record, today, lambda page=page, record=record: frame.go(page, record["id"])))  # type: ignore[misc]
        column.addWidget(rows)
    if not found:
        column.addWidget(EmptyState("handshake", "这一户没有纠纷和事项。"))
    return part


def _matter(kind: Kind, record: Mapping[str, Any], today: date, opened: Callable[[], object]) -> ListRow:
    machine = kind.machine
    assert machine is not None
    state = str(record.get("state"))
    tone: Tone = machine.tones.get(state, "neutral")  # type: ignore[assignment]
    due = due_words(day_of(record.get("due")), today) if state not in machine.ended else None
    when = moment_words(int(record["reported_at"]), today) if record.get("reported_at") else ""
    row = ListRow(
        kind.title_of(record),
        tags=[(machine.states.get(state, state), tone)],
        line=when,
        due=due,
        icon_name=kind.icon if kind.icon != "task" else "clipboard_task",
        margins=(2, 0, 2, 0),
    )
    row.opened.connect(opened)
    return row


def history(work: Work, kind_name: str, record: str) -> QWidget:
    """Who wrote what and when; what is sensitive is not repeated here."""
    part, column = _column(gap=12)
    kind, today, names = KINDS[kind_name], work.today(), work.ledger.names()
    shown = work.ledger.show(kind_name, record)
    column.addWidget(SectionTitle("历史"))
    if not shown.complete:
        words = "这里是本机知道的修改；更早的历史在中心，联网后可以查看。"
        column.addWidget(Label(words, "second", wrap=True))
    entries = []
    for each in shown.history[:HISTORY_MOST]:
        who = names.get(each.by, "")
        chips: tuple[tuple[str, Tone], ...] = ()
        if each.state:
            chips = (state_chip({"new": "local", "sent": "local", "held": "local"}.get(each.state, each.state)),)
        title = _history_title(kind, each.path, each.verb)
        entries.append(
            Entry(
                f"{title}·{who}" if who else title,
                moment_words(each.at, today),
                _history_text(kind, each.path, each.value),
                chips,
                icon_name="history",
            )
        )
    column.addWidget(Timeline(entries))
    return part


def _history_title(kind: Kind, path: str, verb: str) -> str:
    words = {"create": "新建", "set": "修改", "add": "加标签", "rem": "移除", "move": "办理", "del": "移到回收站"}
    field = kind.field(path) if path else None
    return words.get(verb, "恢复") + (f"“{field.title}”" if field is not None else "")


def _history_text(kind: Kind, path: str, value: Any) -> str:
    field = kind.field(path) if path else None
    if field is None or value is None or isinstance(field, Entries) or isinstance(value, dict):
        return ""
    if field.type == "phone":
        return masked_phone(str(value))
    if field.type == "id_number":
        return masked_id(str(value))
    if field.privacy is Privacy.A:
        return "（敏感内容不在这里显示）"
    if field.type == "tags":
        return field.shown([path.rpartition("/")[2]]) if "/" in path else ""
    return field.shown(value)


def reminders(
    work: Work, household: str, home: Mapping[str, Any], frame: Frame, again: Callable[[], object]
) -> list[QWidget]:
    """What must not be forgotten: sensitive tags (masked), follow-ups, open matters."""
    cards: list[QWidget] = []
    tags = work.ledger.find("key_group_tag", where=(("household", "=", household),))
    card = Card(gap=10)
    card.body.addWidget(SectionTitle("重点提醒"))
    empty = True
    if tags:
        empty = False
        row = Row(gap=8)
        row.addWidget(Label(f"敏感标签 {len(tags)} 项", "strong"), 1)
        row.addWidget(Reveal(work, frame, "household", {"id": household}, (), tags=tags))
        card.body.addLayout(row)
    for visit in work.ledger.follow_ups(household):
        empty = False
        due = due_words(day_of(visit.get("follow_up")), work.today())
        said = f"跟进{f'（{due[0]}）' if due else ''}：{visit.get('promise') or visit.get('text') or ''}"
        card.body.addWidget(Label(said, "second", wrap=True))
    if home.get("safety_notes"):
        empty = False
        card.body.addWidget(Label(f"安全隐患：{home['safety_notes']}", "second", wrap=True))
    if empty:
        card.body.addWidget(Label("没有需要特别提醒的事。", "second"))
    cards.append(card)
    recent = Card(gap=10)
    recent.body.addWidget(SectionTitle("最近走访"))
    entries = recent_entries(work, household, 3)
    recent.body.addWidget(Timeline(entries) if entries else Label("还没有走访记录。", "second"))
    cards.append(recent)
    return cards


def _age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _column(gap: int) -> tuple[QWidget, Column]:
    part = QWidget()
    part.setObjectName("clear")
    return part, Column(part, gap=gap)
