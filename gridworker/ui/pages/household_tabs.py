"""The parts of a household's file, each a widget made anew when it is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from PySide6.QtWidgets import QWidget

from gridworker.records import KINDS
from gridworker.records.fields import Privacy
from gridworker.records.identity import masked_id, masked_phone
from gridworker.records.kind import Kind
from gridworker.records.several import Entries
from gridworker.ui.page import Frame
from gridworker.ui.pages.home_preview import recent_entries
from gridworker.ui.pages.reveal import Reveal
from gridworker.ui.tokens import Tone
from gridworker.ui.widgets import (
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
KEY_WIDTH: Final = 122
"""As wide as the longest title, so that the values of all sections stand in one line."""
HISTORY_MOST: Final = 60
MOST_VISITS: Final = 50

Fields = Mapping[str, Any]


def overview(
    work: Work, home: Fields, frame: Frame, edit: Callable[[], object], *, whole: bool, show: Callable[[], object]
) -> QWidget:
    """What is known of the household; telephones are masked unless *whole*. *show* is called after a reason."""
    part, column = _column(gap=18)
    kind = KINDS["household"].by_name
    for heading, names in OVERVIEW:
        filled = [name for name in names if home.get(name) not in (None, "", [])]
        if not filled:
            continue
        section = SectionTitle(heading)
        if heading == "联系" and not whole:
            section.end.addWidget(Reveal(work, frame, "household", str(home["id"]), show, words="显示号码"))
        pairs = KeyValue(key_width=KEY_WIDTH)
        for name in filled:
            shown = kind[name].shown(home[name])
            masked = name.startswith("phone") and not whole
            pairs.put(kind[name].title, masked_phone(shown) if masked else shown)
        group, inside = _column(gap=8)
        inside.addWidget(section)
        inside.addWidget(pairs)
        column.addWidget(group)
    missing = [kind[name].title for name in ("phone", "members", "household_kind") if home.get(name) in (None, "")]
    if missing:
        column.addWidget(_missing(missing, edit))
    return part


def _missing(titles: list[str], edit: Callable[[], object]) -> QWidget:
    line, row = _column(gap=2)
    row.addWidget(Label(f"还没有登记：{'、'.join(titles)}", "second", wrap=True))
    link = LinkButton("现在补上", edit, icon_name="edit")
    row.addWidget(_at_left(link))
    return line


def _at_left(widget: QWidget) -> QWidget:
    holder = QWidget()
    holder.setObjectName("clear")
    row = Row(holder)
    row.addWidget(widget)
    row.addStretch(1)
    return holder


def members(
    work: Work, household: str, edit: Callable[[str], object] | None, add: Callable[[], object] | None
) -> QWidget:
    """Everyone in the household, the head first; *edit* and *add* only for who may."""
    part, column = _column(gap=8)
    people = work.ledger.members(household)
    title = SectionTitle("家庭成员", f"{len(people)} 人" if people else "")
    if add is not None:
        title.end.addWidget(LinkButton("添加成员", add, icon_name="person_add"))
    column.addWidget(title)
    if not people:
        ways = [("添加成员", add)] if add is not None else []
        column.addWidget(EmptyState("people", "还没有登记家庭成员。", ways_out=ways))
        return part
    rows = RowList()
    for person in people:
        rows.add(_member(person, edit, work.today()))
    column.addWidget(rows)
    return part


def _member(person: Fields, edit: Callable[[str], object] | None, today: date) -> ListRow:
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
    if person.get("_state") in ("conflict", "attention"):
        tags.insert(0, state_chip(str(person["_state"])))
    row = ListRow(str(person.get("name") or ""), tags=tags, line="　".join(f for f in facts if f), margins=(2, 0, 2, 0))
    if edit is not None:
        row.opened.connect(lambda: edit(str(person["id"])))
        row.add_act("修改", lambda: edit(str(person["id"])), icon_name="edit")
    return row


def visits(
    work: Work, household: str, opened: Callable[[object], object], write: Callable[[], object] | None
) -> QWidget:
    """All visits, newest first."""
    part, column = _column(gap=12)
    entries = recent_entries(work, household, MOST_VISITS)
    count = f"{len(entries)} 次" if len(entries) < MOST_VISITS else f"最近 {MOST_VISITS} 次"
    column.addWidget(SectionTitle("走访", count if entries else ""))
    if not entries:
        ways = [("记走访", write)] if write is not None else []
        column.addWidget(EmptyState("notebook", "还没有走访记录。", ways_out=ways))
        return part
    timeline = Timeline(entries)
    timeline.opened.connect(opened)
    column.addWidget(timeline)
    return part


def matters(work: Work, household: str, frame: Frame, register: Callable[[], object]) -> QWidget:
    """Disputes and matters in which the household has a part."""
    part, column = _column(gap=12)
    today = work.today()
    found = False
    for kind_name, page in (("dispute", "case"), ("matter", "matters")):
        kind = KINDS[kind_name]
        records = _about(work, kind_name, household)
        if not records:
            continue
        found = True
        column.addWidget(SectionTitle(kind.title, f"{len(records)} 件"))
        rows = RowList()
        for record in records:
            rows.add(_matter(kind, record, today, lambda page=page, record=record: frame.go(page, record["id"])))  # type: ignore[misc]
        column.addWidget(rows)
    if not found:
        ways = [("登记纠纷", register)]
        column.addWidget(EmptyState("handshake", "这一户没有纠纷和事项。", ways_out=ways))
    return part


def _about(work: Work, kind: str, household: str) -> list[dict[str, Any]]:
    """Records that name the household, or of which it is a party; the latest first."""
    ledger = work.ledger
    found = ledger.find(kind, where=(("household", "in", ledger.alike("household", household)),))
    if kind == "dispute":
        for each in ledger.alike("household", household):
            found += ledger.find(kind, where=(("parties", "has", ("household", each)),))
    distinct = {str(each["id"]): each for each in found}
    return sorted(distinct.values(), key=lambda each: int(each.get("reported_at") or 0), reverse=True)


def _matter(kind: Kind, record: Fields, today: date, opened: Callable[[], object]) -> ListRow:
    machine = kind.machine
    assert machine is not None, "disputes and matters are moved along"
    state = str(record.get("state"))
    tone: Tone = machine.tones.get(state, "neutral")  # type: ignore[assignment]
    due = due_words(day_of(record.get("due")), today) if state not in machine.ended else None
    when = f"{moment_words(int(record['reported_at']), today)} 登记" if record.get("reported_at") else ""
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
            chips = (state_chip({"new": "local", "held": "local"}.get(each.state, each.state)),)
        title = _history_title(kind, each.path, each.verb)
        entries.append(
            Entry(
                f"{title}·{who}" if who else title,
                moment_words(each.at, today),
                _history_text(work, kind, each.path, each.value),
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


def _history_text(work: Work, kind: Kind, path: str, value: Any) -> str:
    field = kind.field(path) if path else None
    if field is None or value is None or isinstance(field, Entries) or isinstance(value, dict):
        return ""
    if kind.moves and path == kind.home_field:
        return f"迁到{work.ledger.region_path(str(value)) or '范围以外的网格'}"
    if field.type == "phone":
        return masked_phone(str(value))
    if field.type == "id_number":
        return masked_id(str(value))
    if field.privacy is Privacy.A:
        return "（敏感内容不在这里显示）"
    if field.type == "tags":
        return field.shown([path.rpartition("/")[2]]) if "/" in path else ""
    return field.shown(value)


def _age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _column(*, gap: int) -> tuple[QWidget, Column]:
    part = QWidget()
    part.setObjectName("clear")
    return part, Column(part, gap=gap)
