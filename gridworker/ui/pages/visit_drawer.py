"""记走访: one visit written down as quickly as on paper; its draft survives whatever happens."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from PySide6.QtWidgets import QWidget

from gridworker.errors import GridworkerError, NotAccepted
from gridworker.ledger import NewRecord
from gridworker.records import KINDS
from gridworker.records.codes import DUTIES
from gridworker.records.kinds.visit import MODES, SAFETY_CHECKS
from gridworker.ui.drawer import Drawer
from gridworker.ui.civil import china_now
from gridworker.ui.forms.dates import MomentEditor
from gridworker.ui.icons import IconLabel
from gridworker.ui.page import Frame
from gridworker.ui.pages.visit_extras import HeardBox, SubjectsBox
from gridworker.ui.undo import Undoable
from gridworker.ui.widgets import (
    Check,
    ChipChoice,
    Column,
    DateChoice,
    Elide,
    FormRow,
    Label,
    LinkButton,
    PhraseChips,
    PrimaryButton,
    QuietButton,
    Row,
    SegmentedChoice,
    TextBox,
)
from gridworker.ui.wording import moment_words
from gridworker.ui.work import Work

FIRST_MODES: Final = (("home", "home"), ("phone", "call"), ("met", "people"), ("came", "building_home"))
PHRASES: Final = ("一切正常", "身体不适", "反映问题", "需要帮助", "已提醒用火用电安全", "家中无人，邻居转告")
WELL: Final = "一切正常"
DRAFT: Final = "visit:new"


class VisitDrawer(Drawer):
    """Household, way, time, what was found, what follows. ``next_home`` gives the household after this one."""

    def __init__(
        self,
        work: Work,
        frame: Frame,
        households: Sequence[str] = (),
        *,
        record: str | None = None,
        next_home: Callable[[str], str | None] | None = None,
        saved: Callable[[], object] | None = None,
    ) -> None:
        super().__init__("记走访" if record is None else "修改走访")
        self._work, self._frame, self._record = work, frame, record
        self._next_home, self._saved = next_home, saved
        self._key = DRAFT if record is None else f"visit:{record}"
        self._seen = work.ledger.row("visit", record) if record else None
        self._finished = False
        self._build()
        self._begin(tuple(households))
        self.submitted.connect(self.submit)
        self.keep.connect(self.keep_draft)
        self.closed.connect(self._closing)

    # ------------------------------------------------------------------ what stands on it

    def _build(self) -> None:
        self._subjects = SubjectsBox(self._work)
        self._subjects.changed.connect(self._edited)
        self.body.addWidget(self._subjects)
        self._mode = SegmentedChoice("方式", [(key, MODES[key], icon_name) for key, icon_name in FIRST_MODES])
        self._mode.chosen.connect(lambda _: self._edited())
        self.body.addWidget(FormRow("方式", self._mode))
        self.body.addLayout(self._time_row())
        self._text = TextBox("看到什么、听到什么、做了什么", name="情况", least=4, most=10)
        self._text.paused.connect(self.keep_draft)
        self._text_row = FormRow("情况", self._text)
        self.body.addWidget(self._text_row)
        phrases = self._work.preferences.get("phrases", list(PHRASES))
        self._phrases = PhraseChips(phrases)
        self._phrases.picked.connect(self._phrase)
        self.body.addWidget(self._phrases)
        self.body.addWidget(self._follow_row())
        self._heard = HeardBox()
        self._heard.changed.connect(self._edited)
        self.body.addWidget(self._heard)
        self._more_link = LinkButton("更多：目的、安全检查、现场处置…", self._show_more, icon_name="chevron_down")
        self.body.addWidget(self._more_link)
        self._more = self._more_part()
        self._more.hide()
        self.body.addWidget(self._more)
        self.body.addStretch(1)
        self._build_foot()

    def _time_row(self) -> Row:
        row = Row(gap=10)
        row.addWidget(Label("时间", "field"))
        row.addStretch(1)
        self._when = Label("", "second")
        self._when_edit = MomentEditor(KINDS["visit"].by_name["visited_at"], self._work.now)  # type: ignore[arg-type]
        self._when_edit.hide()
        self._when_edit.changed.connect(self._edited)
        self._when_link = LinkButton("改", self._change_time)
        self._when_link.setAccessibleName("改走访时间")
        for part in (self._when, self._when_edit, self._when_link):
            row.addWidget(part)
        return row

    def _follow_row(self) -> QWidget:
        part = QWidget()
        part.setObjectName("clear")
        row = Row(part, gap=8)
        self._follow = Check("需要跟进")
        self._follow.toggled.connect(self._follow_toggled)
        self._follow_day = DateChoice(self._work.today())
        self._follow_day.changed.connect(lambda _: self._edited())
        self._follow_day.hide()
        row.addWidget(self._follow)
        row.addStretch(1)
        row.addWidget(self._follow_day)
        return part

    def _more_part(self) -> QWidget:
        part = QWidget()
        part.setObjectName("clear")
        column = Column(part, gap=14)
        self._met = Check("没有见到人（未遇）")
        self._purposes = ChipChoice("目的", list(DUTIES.items()), many=True)
        self._safety = ChipChoice("安全检查", list(SAFETY_CHECKS.items()), many=True)
        self._handled = TextBox("当场做了什么", name="现场处置", least=2, most=5)
        self._promise = TextBox("答应了什么，什么时候办", name="承诺事项", least=1, most=3)
        self._met.toggled.connect(lambda _: self._edited())
        for choice in (self._purposes, self._safety):
            choice.chosen.connect(lambda _: self._edited())
        for box in (self._handled, self._promise):
            box.paused.connect(self.keep_draft)
        column.addWidget(self._met)
        column.addWidget(FormRow("目的", self._purposes))
        column.addWidget(FormRow("安全检查", self._safety))
        column.addWidget(FormRow("现场处置", self._handled))
        column.addWidget(FormRow("承诺事项", self._promise))
        return part

    def _build_foot(self) -> None:
        self._mark = IconLabel("checkmark_circle", "ok", 20)
        self._told = Elide("", "hint2")
        told = Row(gap=6)
        told.addWidget(self._mark)
        told.addWidget(self._told, 1)
        self.foot.addLayout(told, 1)
        if self._record is None:
            self._again = QuietButton("保存，记下一户", self.submit_and_go_on)
            self.foot.addWidget(self._again)
        self.foot.addWidget(PrimaryButton("保存", self.submit, icon_name="checkmark"))
        self._tell("")

    # ------------------------------------------------------------------ filling

    def _begin(self, households: tuple[str, ...]) -> None:
        ledger = self._work.ledger
        draft = ledger.draft(self._key)
        if self._seen is not None:
            self._show(self._seen.fields)
        else:
            self._show({"mode": "home", "visited_at": self._work.now()})
            self._subjects.set_households(households)
        if draft is not None and self._fits(draft.fields, households):
            self._show(draft.fields)
            self._tell("已恢复没写完的内容")
        self._untouched = self.values()

    def _fits(self, fields: Mapping[str, Any], households: tuple[str, ...]) -> bool:
        """A draft for another household waits until that one, or none in particular, is opened."""
        return not households or set(households) <= set(_households(fields))

    def _show(self, fields: Mapping[str, Any]) -> None:
        self._subjects.set_subjects(fields.get("subjects") or {})
        self._mode.choose(str(fields.get("mode") or "home") if fields.get("mode") in dict(FIRST_MODES) else "home")
        self._at = int(fields.get("visited_at") or self._work.now())
        self._when_edit.set_value(self._at)
        self._when.setText(moment_words(self._at, self._work.today()))
        self._text.set_text(str(fields.get("text") or ""))
        follow = fields.get("follow_up")
        self._follow.setChecked(bool(follow))
        self._follow_day.setVisible(bool(follow))
        self._follow_day.set_value(date.fromisoformat(follow) if follow else None)
        self._met.setChecked(fields.get("met") is False)
        self._purposes.set_values(frozenset(fields.get("purposes") or ()))
        self._safety.set_values(frozenset(fields.get("safety") or ()))
        self._handled.set_text(str(fields.get("handled") or ""))
        self._promise.set_text(str(fields.get("promise") or ""))
        self._heard.set_lines(fields.get("_heard") or [])
        if any(fields.get(name) for name in ("purposes", "safety", "handled", "promise")) or fields.get("met") is False:
            self._show_more()

    def values(self) -> dict[str, Any]:
        """What is entered, unchecked: what a draft keeps."""
        text = self._text.text().strip()
        day = self._follow_day.value()
        entered = {
            "subjects": self._subjects.subjects(),
            "mode": self._mode.value() or "home",
            "visited_at": self._when_edit.value() if self._when_edit.isVisible() else self._at,
            "met": not self._met.isChecked(),
            "text": text,
            "situation": ["well"] if WELL in text else [],
            "follow_up": day.isoformat() if self._follow.isChecked() and day is not None else None,
            "purposes": sorted(self._purposes.values()),
            "safety": sorted(self._safety.values()),
            "handled": self._handled.text().strip(),
            "promise": self._promise.text().strip(),
            "_heard": self._heard.lines(),
        }
        return {name: value for name, value in entered.items() if value not in (None, "", [], {})}

    def first_field(self) -> QWidget | None:
        """Where typing begins: the household when there is none yet, else the text."""
        return self._text if self._subjects.subjects() else self._subjects.field()

    # ------------------------------------------------------------------ acting

    def _phrase(self, phrase: str) -> None:
        if phrase in self._text.text():
            return
        before = self._text.text()
        self._text.insert(phrase if not before or before.endswith(("。", "，", "\n")) else f"，{phrase}")
        self._edited()

    def _follow_toggled(self, on: bool) -> None:
        self._follow_day.setVisible(on)
        if on and self._follow_day.value() is None:
            self._follow_day.set_value(date.fromordinal(self._work.today().toordinal() + 7))
        self._edited()

    def _change_time(self) -> None:
        self._when.hide()
        self._when_link.hide()
        self._when_edit.show()
        self._when_edit.setFocus()

    def _show_more(self) -> None:
        self._more.show()
        self._more_link.hide()

    def _edited(self) -> None:
        self._text_row.set_wrong("")
        self._text.textChanged.emit()

    def keep_draft(self) -> None:
        """Keep what is entered now, unless nothing was changed."""
        values = self.values()
        if self._finished or values == self._untouched:
            return
        try:
            self._work.ledger.keep_draft(self._key, "visit", self._draft_title(values), values)
        except GridworkerError as error:
            self._frame.say_error(error, self.keep_draft)
            return
        self._tell(f"草稿已自动保存 {china_now(self._work.now()):%H:%M}")

    def _draft_title(self, values: Mapping[str, Any]) -> str:
        names = [str(each.get("name") or "") for each in (values.get("subjects") or {}).values()]
        return "走访：" + ("、".join(name for name in names if name) or "还没选住户")

    def submit(self) -> None:
        """Save and close."""
        if self._save():
            self._frame.close_drawer()

    def submit_and_go_on(self) -> None:
        """Save and begin with the next due household, the same way and time."""
        here = next(iter(_households(self.values())), "")
        mode = self._mode.value()
        if not self._save():
            return
        following = self._next_home(here) if self._next_home is not None and here else None
        again = VisitDrawer(
            self._work,
            self._frame,
            (following,) if following else (),
            next_home=self._next_home,
            saved=self._saved,
        )
        again._mode.choose(mode or "home")
        self._frame.open_drawer(again)

    def _save(self) -> bool:
        values = self.values()
        heard = values.pop("_heard", [])
        if not values.get("subjects"):
            self._subjects.set_wrong("请选择走访的住户。")
            return False
        try:
            saved = self._write(values, heard)
        except NotAccepted as error:
            self._text_row.set_wrong(error.remedy)
            return False
        except GridworkerError as error:
            self._frame.say_error(error, self.submit)
            return False
        self._finished = True
        self._frame.redraw(saved.changed.kinds | {"draft"})
        self._offer_undo(saved, values, heard)
        if self._saved is not None:
            self._saved()
        return True

    def _write(self, values: dict[str, Any], heard: list[dict[str, Any]]) -> Any:
        ledger = self._work.ledger
        if self._record is not None:
            cleared = {n: None for n in ("follow_up", "handled", "promise", "text") if n not in values}
            return ledger.save("visit", values | cleared, self._record, seen=self._seen, draft=self._key)
        household = next(iter(_households(values)), None)
        visit = self._work.references.new_id()
        grid = (ledger.get("household", household) or {}).get("grid") if household else None
        parts = [NewRecord("visit", values | {"household": household, "grid": grid}, visit)]
        for line in heard:
            parts.append(NewRecord(line["kind"], _heard_fields(line, visit, household, grid, values)))
        return ledger.save_together(parts, draft=self._key)

    def _offer_undo(self, saved: Any, values: Mapping[str, Any], heard: list[dict[str, Any]]) -> None:
        frame, ledger = self._frame, self._work.ledger
        names = "、".join(str(each.get("name") or "") for each in values["subjects"].values())
        more = f"，并转为 {len(heard)} 件事项或纠纷" if heard else ""
        words = f"已记走访：{names}{more}"
        frame.offer_undo(Undoable(words, lambda: frame.redraw(ledger.undo(saved.act).changed.kinds)))

    def _tell(self, words: str) -> None:
        self._told.setText(words)
        self._mark.setVisible(bool(words))

    def _closing(self) -> None:
        if not self._finished:
            self.keep_draft()
            self._frame.redraw(frozenset({"draft"}))


def _households(fields: Mapping[str, Any]) -> list[str]:
    subjects = fields.get("subjects") or {}
    return [str(subjects[entry]["record"]) for entry in sorted(subjects) if subjects[entry].get("kind") == "household"]


def _heard_fields(
    line: Mapping[str, Any], visit: str, household: str | None, grid: str | None, values: Mapping[str, Any]
) -> dict[str, Any]:
    """What is known already is carried over."""
    fields: dict[str, Any] = {
        "title": line["title"],
        "visit": visit,
        "household": household,
        "grid": grid,
        "source": "visit",
        "reported_at": values["visited_at"],
    }
    if line["kind"] == "dispute":
        fields |= {"dispute_type": line.get("dispute_type") or "99", "summary": values.get("text")}
    else:
        fields |= {"content": values.get("text")}
    return fields
