"""事项: what was heard and has to be followed until it is solved and told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from gridworker.errors import GridworkerError, NotAccepted
from gridworker.ledger import NewRecord
from gridworker.records import KINDS
from gridworker.records.kinds.matter import MACHINE, STATES
from gridworker.records.machine import Move
from gridworker.ui.act_undo import undoable
from gridworker.ui.drawer import WIDE
from gridworker.ui.forms.form_drawer import FormDrawer
from gridworker.ui.forms.record_form import Made, Section
from gridworker.ui.page import Frame, Page
from gridworker.ui.page_head import PageHead
from gridworker.ui.pages.home_forms import choice_of
from gridworker.ui.tokens import Tone
from gridworker.ui.widgets import (
    Button,
    Card,
    ChipChoice,
    Column,
    EmptyState,
    IconButton,
    LinkButton,
    ListRow,
    Row,
    RowList,
    Scroll,
    SectionTitle,
    clear,
)
from gridworker.ui.wording import day_of, due_words, moment_words, state_chip
from gridworker.ui.work import Work

ORDER: Final = ("returned", "reported", "accepted", "handling", "done", "confirmed", "withdrawn")
AT_ONCE: Final = 20
SECTIONS: Final[tuple[Section, ...]] = (
    ("", ("title", "content", "event_class", "urgency", "track")),
    ("谁反映的", ("household", ("reporter", "reporter_phone"), ("source", "place"), "wanted")),
    ("", ("photos",)),
    ("办理", ("responsible", ("reply_due", "due"), "steps", "result", "feedback", "satisfaction")),
)


class MattersPage(Page):
    """Groups by state; one row a matter, with what can be done next."""

    key = "matters"
    title = "事项"
    icon = "clipboard_task"
    search_hint = "事项名称、内容、反映人"
    primary = "new"
    primary_words = "登记事项"

    def __init__(self, work: Work) -> None:
        self._work = work
        self._words = ""
        self._more: dict[str, int] = {}

    def build(self, frame: Frame, head: PageHead) -> QWidget:
        """Chips above, groups below."""
        self._frame, self._head = frame, head
        body = QWidget()
        column = Column(body, gap=12)
        self._filter = ChipChoice("筛选", [("open", "在办"), ("mine", "我办理的"), ("late", "已逾期"), ("all", "全部")])
        self._filter.choose("open")
        self._filter.chosen.connect(lambda _: self._load())
        column.addWidget(self._filter)
        self._scroll = Scroll(gap=12)
        column.addWidget(self._scroll, 1)
        return body

    def shown(self) -> None:
        """Show how things stand."""
        self._load()

    def opened(self, target: object) -> None:
        """*target*: the id of a matter; ``new``; or, as a draft names it, ``<id>:<state>`` to go on with a step."""
        record, _, state = str(target).partition(":")
        matter = self._work.ledger.get("matter", record)
        if record == "new":
            self._new()
        elif matter is not None:
            self._edit_or_move({**matter, "id": record}, state)

    def _edit_or_move(self, matter: dict[str, Any], target: str) -> None:
        move = MACHINE.move(str(matter.get("state")), target) if target else None
        if move is None:
            self._edit(matter)
        else:
            self._move_with_form(matter, move)

    def redraw(self, kinds: frozenset[str]) -> None:
        """A matter changed."""
        if "matter" in kinds or "conflict" in kinds:
            self._load()

    def search(self, text: str) -> None:
        """Only what fits the words."""
        self._words = text
        self._load()

    def act(self, act_id: str) -> bool:
        """Ctrl+N."""
        if act_id != "new":
            return False
        self._new()
        return True

    def _load(self) -> None:
        today = self._work.today()
        fitting = [each for each in self._found() if self._fits(each, today)]
        clear(self._scroll.body)
        for state in ORDER:
            matters = [each for each in fitting if each.get("state") == state]
            if matters:
                self._scroll.body.addWidget(self._group(state, matters, today))
        if not fitting:
            self._scroll.body.addWidget(self._empty())
        self._scroll.body.addStretch(1)
        late = sum(1 for each in fitting if self._is_late(each, today))
        self._head.set_context(f"{len(fitting)} 件" + (f"，{late} 件已逾期" if late else ""))

    def _found(self) -> list[dict[str, Any]]:
        ledger = self._work.ledger
        if self._words:
            hits = [hit.id for hit in ledger.search(self._words, ("matter",), 200)]
            return list(ledger.many("matter", hits).values())
        ended = tuple(sorted(MACHINE.ended))
        if self._filter.value() == "all":
            return ledger.find("matter", order=("-reported_at",), limit=500)
        return [each for each in ledger.find("matter", order=("due",)) if each.get("state") not in ended]

    def _fits(self, matter: Mapping[str, Any], today: date) -> bool:
        if self._words or self._filter.value() in ("all", "open"):
            return True
        if self._filter.value() == "late":
            return self._is_late(matter, today)
        me = self._work.ledger.me.person
        return me in (matter.get("responsible"), matter.get("first_receiver"))

    def _is_late(self, matter: Mapping[str, Any], today: date) -> bool:
        due = day_of(matter.get("due"))
        return due is not None and due < today and matter.get("state") not in MACHINE.ended

    def _group(self, state: str, matters: list[dict[str, Any]], today: date) -> QWidget:
        card = Card(margins=(0, 14, 0, 8), gap=6)
        head = Row(margins=(18, 0, 14, 0))
        head.addWidget(SectionTitle(STATES[state], str(len(matters))))
        card.body.addLayout(head)
        rows = RowList()
        shown = AT_ONCE + self._more.get(state, 0)
        for matter in matters[:shown]:
            rows.add(self._row(matter, today))
        card.body.addWidget(rows)
        if len(matters) > shown:
            words = f"显示更多（还有 {len(matters) - shown} 件）"
            card.body.addWidget(LinkButton(words, lambda: self._show_more(state)))
        return card

    def _show_more(self, state: str) -> None:
        self._more[state] = self._more.get(state, 0) + 5 * AT_ONCE
        self._load()

    def _row(self, matter: dict[str, Any], today: date) -> ListRow:
        kind = KINDS["matter"].by_name
        state = str(matter.get("state"))
        tags: list[tuple[str, Tone]] = [(kind["event_class"].shown(matter.get("event_class")), "neutral")]
        if matter.get("urgency") in ("urgent", "grave"):
            tags.append((kind["urgency"].shown(matter["urgency"]), "bad"))
        if matter.get("_state") in ("conflict", "attention"):
            tags.append(state_chip(str(matter["_state"])))
        row = ListRow(
            str(matter.get("title") or ""),
            tags=[tag for tag in tags if tag[0]],
            line=self._about(matter, today),
            due=due_words(day_of(matter.get("due")), today) if state not in MACHINE.ended else None,
            icon_name="clipboard_task",
        )
        row.opened.connect(lambda: self._edit(matter))
        moves = [move for move in MACHINE.moves if state in move.sources]
        if moves:
            act = row.add_act("下一步", lambda: None, icon_name="chevron_right")
            act.clicked.connect(lambda: self._ask_move(act, matter, moves))
        return row

    def _about(self, matter: Mapping[str, Any], today: date) -> str:
        """Who reported it and when; where and by whom it is handled when that is not oneself in one's own grid."""
        ledger = self._work.ledger
        reporter = f"{matter['reporter']}反映" if matter.get("reporter") else ""
        when = moment_words(int(matter["reported_at"]), today) if matter.get("reported_at") else ""
        handler = str(matter.get("responsible") or matter.get("first_receiver") or "")
        who = ledger.names().get(handler, "") if handler != ledger.me.person else ""
        place = ledger.region_path(str(matter.get("grid") or "")) if len(self._grids()) > 1 else ""
        return "　".join(part for part in (reporter, when, place, who and f"办理人 {who}") if part)

    def _grids(self) -> dict[str, str]:
        ledger = self._work.ledger
        return {grid: ledger.region_path(grid) for region in ledger.me.regions for grid in ledger.grids_in(region)}

    def _ask_move(self, button: Button, matter: dict[str, Any], moves: list[Move]) -> None:
        menu = QMenu(button)
        for move in moves:
            entry = QAction(move.title, menu)
            if reason := self._why_not(matter, move):
                entry.setEnabled(False)
                entry.setText(f"{move.title}（{reason}）")
            entry.triggered.connect(lambda _=False, move=move: self._move(matter, move))
            menu.addAction(entry)
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def _why_not(self, matter: Mapping[str, Any], move: Move) -> str:
        if self._work.ledger.me.role not in move.roles:
            return "您的岗位不能办理"
        row = self._work.ledger.row("matter", str(matter["id"])) if move.author_only else None
        return "只有登记人可以办理" if row is not None and row.author != self._work.ledger.me.person else ""

    def _move(self, matter: dict[str, Any], move: Move) -> None:
        missing = [name for name in move.needs if not matter.get(name)]
        if missing:
            self._move_with_form(matter, move)
            return
        self._do(f"已办理：{move.title}", lambda: self._work.ledger.move("matter", str(matter["id"]), move.target))

    def _move_with_form(self, matter: dict[str, Any], move: Move) -> None:
        key = f"matter:{matter['id']}:{move.target}"
        names = {"result": ("result",), "feedback": ("feedback", "satisfaction")}
        fields = tuple(name for need in move.needs for name in names.get(need, (need,)))

        def save(kept: dict[str, Any]) -> Any:
            for name in move.needs:
                if not kept.get(name):
                    title = KINDS["matter"].by_name[name].title
                    raise NotAccepted(f"请填写{title}。", field=name)
            return self._work.ledger.move("matter", str(matter["id"]), move.target, kept, draft=key)

        drawer = FormDrawer(
            self._work,
            self._frame,
            KINDS["matter"],
            move.title,
            draft=key,
            save=save,
            done=f"已办理：{move.title}",
            sections=(("", fields),),
            initial=matter,
            saved_words=move.title,
        )
        self._frame.open_drawer(drawer)

    def _new(self) -> None:
        ledger = self._work.ledger
        first = {"grid": ledger.my_grid(), "source": "resident", "event_class": "service", "urgency": "normal"}
        first |= {"track": "instant", "responsible": ledger.me.person}

        def save(kept: dict[str, Any]) -> Any:
            fields = {**first, **{k: v for k, v in kept.items() if v is not None}}
            if fields.get("household"):
                home = ledger.get("household", str(fields["household"])) or {}
                fields["grid"] = home.get("grid", fields["grid"])
            return ledger.save_together([NewRecord("matter", fields)], draft="matter:new")

        grids = self._grids()
        sections: tuple[Section, ...] = SECTIONS
        editors: dict[str, Made] = {}
        if len(grids) > 1:
            sections = (*SECTIONS[:1], (SECTIONS[1][0], ("grid", *SECTIONS[1][1])), *SECTIONS[2:])
            editors = {"grid": choice_of(grids)}
        drawer = FormDrawer(
            self._work,
            self._frame,
            KINDS["matter"],
            "登记事项",
            draft="matter:new",
            save=save,
            done="已登记事项",
            sections=sections,
            initial=first,
            width=WIDE,
            editors=editors,
        )
        self._frame.open_drawer(drawer)

    def _edit(self, matter: Mapping[str, Any]) -> None:
        record, key, ledger = str(matter["id"]), f"matter:{matter['id']}", self._work.ledger

        def save(kept: dict[str, Any]) -> Any:
            return ledger.save("matter", kept, record, seen=drawer.seen, draft=key)

        drawer = FormDrawer(
            self._work,
            self._frame,
            KINDS["matter"],
            "事项",
            draft=key,
            save=save,
            done="已修改事项",
            sections=SECTIONS,
            initial=matter,
            seen=ledger.row("matter", record),
            width=WIDE,
        )
        if KINDS["matter"].may("remove", ledger.me.role):
            words = f"移到回收站：{matter.get('title') or ''}"
            drawer.head_end.addWidget(IconButton("delete", words, lambda: self._remove(matter)))
        self._frame.open_drawer(drawer)

    def _remove(self, matter: Mapping[str, Any]) -> None:
        record = str(matter["id"])
        words = f"已移到回收站：{matter.get('title') or ''}"
        self._do(words, lambda: self._work.ledger.remove("matter", record))

    def _do(self, words: str, act: Callable[[], Any]) -> None:
        ledger, frame = self._work.ledger, self._frame
        try:
            saved = act()
        except GridworkerError as error:
            frame.say_error(error)
            return
        frame.close_drawer()
        frame.redraw(saved.changed.kinds)
        frame.offer_undo(undoable(ledger, frame, words, saved))

    def _empty(self) -> EmptyState:
        if self._words or self._filter.value() != "open":
            return EmptyState("filter", "没有找到符合的事项。", ways_out=[("看在办的", self._show_open)])
        return EmptyState(
            "clipboard_task",
            "没有在办的事项。",
            "走访时听到的问题，可以在“记走访”里直接转为事项。",
            ways_out=[("登记事项", self._new)],
        )

    def _show_open(self) -> None:
        self._words = ""
        if self._head.search_field is not None:
            self._head.search_field.set_quietly("")
        self._filter.choose("open")
        self._load()
