"""The fields of 记走访 in the order in which one tells a visit: who, how, when, what, and what follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QWidget

from gridworker.records import KINDS
from gridworker.records.fields import Moment
from gridworker.records.files import Files
from gridworker.records.kinds.visit import MODES
from gridworker.ui.forms.dates import MomentEditor
from gridworker.ui.forms.files import FilesEditor
from gridworker.ui.forms.record_form import RecordForm
from gridworker.ui.forms.sight import bring_into_sight
from gridworker.ui.pages.visit_extras import HeardBox, SubjectsBox
from gridworker.ui.preferences import WELL, phrases
from gridworker.ui.widgets import (
    Check,
    ChipChoice,
    Column,
    DateChoice,
    FormRow,
    Label,
    LinkButton,
    PhraseChips,
    Row,
    SegmentedChoice,
    TextBox,
)
from gridworker.ui.wording import moment_words
from gridworker.ui.work import Work

FIRST_MODES: Final[Mapping[str, str]] = {"home": "home", "phone": "call", "met": "people", "came": "building_home"}
"""The ways that are always in sight, with their icons; the rest stands behind 其他."""
OTHER: Final = "other"
OTHER_MODES: Final = tuple((key, words) for key, words in MODES.items() if key not in FIRST_MODES)
MORE: Final = (
    ("", ("met_whom", "purposes", "nature", "place")),
    ("检查和处置", ("safety", "hazard", "handled", "solved", "promise")),
    ("其他", ("tag_proposals", "companions")),
)
SELDOM: Final = tuple(name for _, names in MORE for name in names)
USUAL_FOLLOW_UP_DAYS: Final = 7
AHEAD_MS: Final = 15 * 60_000
"""A clock may be off by this much before a visit lies in the future."""
_SAYS_SOMETHING: Final = ("text", "handled", "hazard", "_heard", "photos")
_NOTHING: Final[tuple[Any, ...]] = (None, "", [], {})
_SITUATIONS: Final[Mapping[str, str]] = {
    words: tag for tag, words in (("well", WELL), ("unwell", "身体不适"), ("problem", "反映问题"), ("help", "需要帮助"))
}


class VisitFields(QWidget):
    """What is entered of one visit. ``changed`` follows every act of the person."""

    changed = Signal()
    paused = Signal()

    def __init__(self, work: Work, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("clear")
        self._work = work
        self._at = work.now()
        self._own_time = False
        self._tags: set[str] = set()
        self._seldom: dict[str, Any] = {}
        self._more: RecordForm | None = None
        self._quiet = False
        self._photos: Any = None
        self._column = Column(self, gap=14)
        self.subjects = SubjectsBox(work)
        self._column.addWidget(self.subjects)
        self._add_mode()
        self._add_time()
        self._add_text()
        self._add_follow_up()
        self._add_files()
        self.heard = HeardBox(lambda: (self.subjects.first_name(), self.text()))
        self._column.addWidget(self.heard)
        self._add_more()
        for part in (self.subjects, self.heard):
            part.changed.connect(self._edited)

    # ------------------------------------------------------------------ what stands on it

    def _add_mode(self) -> None:
        options = [(key, MODES[key], icon_name) for key, icon_name in FIRST_MODES.items()]
        self._mode = SegmentedChoice("方式", [*options, (OTHER, "其他", "")])
        self._other_mode = ChipChoice("其他方式", OTHER_MODES)
        self._other_mode.hide()
        self._mode.chosen.connect(self._mode_chosen)
        self._other_mode.chosen.connect(lambda _: self._edited())
        self._column.addWidget(FormRow("方式", self._mode))
        self._column.addWidget(self._other_mode)

    def _add_time(self) -> None:
        row = Row(gap=10)
        row.addWidget(Label("时间", "field"))
        row.addStretch(1)
        self._when = Label("", "second")
        field = KINDS["visit"].by_name["visited_at"]
        assert isinstance(field, Moment), "a visit has a time"
        self._when_edit = MomentEditor(field, self._work.now)
        self._when_edit.hide()
        self._when_edit.changed.connect(self._time_edited)
        self._when_link = LinkButton("改", self._change_time)
        self._when_link.setAccessibleName("改走访时间")
        for part in (self._when, self._when_edit, self._when_link):
            row.addWidget(part)
        self._column.addLayout(row)
        self._when_wrong = Label("", "hint", wrap=True)
        self._when_wrong.set_tone("bad")
        self._when_wrong.hide()
        self._column.addWidget(self._when_wrong)

    def _add_text(self) -> None:
        self._text = TextBox("看到什么、听到什么、做了什么", name="情况", least=4, most=10)
        self._text.textChanged.connect(self._edited)
        self._text.paused.connect(self.paused)
        self._text_row = FormRow("情况", self._text)
        self._column.addWidget(self._text_row)
        self._phrases = PhraseChips(phrases(self._work.preferences))
        self._phrases.picked.connect(self._phrase)
        self._column.addWidget(self._phrases)

    def _add_follow_up(self) -> None:
        row = Row(gap=24)
        self._follow = Check("需要跟进")
        self._follow.toggled.connect(self._follow_toggled)
        self._missed = Check("没有见到人（未遇）")
        self._missed.toggled.connect(lambda _: self._edited())
        row.addWidget(self._follow)
        row.addWidget(self._missed)
        row.addStretch(1)
        self._column.addLayout(row)
        self._follow_day = DateChoice(self._work.today())
        self._follow_day.changed.connect(lambda _: self._edited())
        self._follow_day.hide()
        self._column.addWidget(self._follow_day)

    def _add_files(self) -> None:
        """Photos may be pasted and dropped where one writes, too."""
        self._files: FilesEditor | None = None
        if self._work.references.album is None:
            return
        field = KINDS["visit"].by_name["photos"]
        assert isinstance(field, Files), "a visit has photos"
        self._files = FilesEditor(field, self._work.references)
        self._files.changed.connect(self._edited)
        self._files_row = FormRow(field.title, self._files)
        self._column.addWidget(self._files_row)
        self._text.takes_files = True
        self._text.brought.connect(self._files.take)

    def _add_more(self) -> None:
        row = Row(gap=0)
        self._more_link = LinkButton("更多：目的、安全检查、现场处置…", self._unfold, icon_name="chevron_down")
        row.addWidget(self._more_link)
        row.addStretch(1)
        self._column.addLayout(row)

    # ------------------------------------------------------------------ showing and telling

    def show_fields(self, fields: Mapping[str, Any]) -> None:
        """Show a visit, or what a draft of one kept."""
        self._quiet = True
        self.subjects.set_subjects(fields.get("subjects") or {})
        self._show_mode(str(fields.get("mode") or "home"))
        self._at = int(fields.get("visited_at") or self._work.now())
        self._own_time = bool(fields.get("_own_time"))
        self._when_edit.set_value(self._at)
        self._when.setText(moment_words(self._at, self._work.today()))
        self._tags = set(fields.get("situation") or ())
        self._text.set_text(str(fields.get("text") or ""))
        self._text.moveCursor(QTextCursor.MoveOperation.End)
        self._missed.setChecked(fields.get("met") is False)
        self._show_follow_up(fields.get("follow_up"))
        self.heard.set_lines(fields.get("_heard") or [])
        self._photos = fields.get("photos")
        if self._files is not None:
            self._files.set_value(self._photos)
        self._seldom = {name: fields.get(name) for name in SELDOM}
        if self._more is not None:
            self._more.set_values(self._seldom)
        elif any(value not in _NOTHING for name, value in self._seldom.items() if name != "nature"):
            self._show_more()
        self._quiet = False

    def show_households(self, households: Sequence[str]) -> None:
        """Begin with these households."""
        self.subjects.set_households(households)

    def values(self) -> dict[str, Any]:
        """What is entered, unchecked, without what is empty: what a draft keeps."""
        day = self._follow_day.value()
        entered = {
            "subjects": self.subjects.subjects(),
            "mode": self.mode(),
            "visited_at": self._at,
            "met": not self._missed.isChecked(),
            "text": self.text(),
            "situation": self._situation(),
            "follow_up": day.isoformat() if self._follow.isChecked() and day is not None else None,
            "_heard": self.heard.lines(),
            "photos": self._photos if self._files is None else self._files.value(),
            "_own_time": self._own_time or None,
            **(self._seldom if self._more is None else self._more.values()),
        }
        return {name: value for name, value in entered.items() if value not in _NOTHING}

    def text(self) -> str:
        """What is written."""
        return self._text.text().strip()

    def mode(self) -> str:
        """The way."""
        shown = self._mode.value()
        return self._other_mode.value() if shown == OTHER else shown or "home"

    def own_time(self) -> int | None:
        """The time that was set by hand, ms UTC; None when it is simply now."""
        return self._at if self._own_time else None

    def first_field(self) -> QWidget:
        """Where typing begins: the household when there is none yet, else the text."""
        return self._text if self.subjects.subjects() else self.subjects.field()

    def checked(self) -> bool:
        """Whether it can be saved; if not, it is said at the field."""
        if reason := self.subjects.unpicked():
            return self._say_wrong("subjects", reason)
        if not self.subjects.subjects():
            return self._say_wrong("subjects", "请选择走访的住户。")
        if self._at > self._work.now() + AHEAD_MS:
            return self._say_wrong("visited_at", "走访时间还没到，请核对日期和时间。")
        values = self.values()
        if not any(name in values for name in _SAYS_SOMETHING) and values.get("met", True):
            return self._say_wrong("text", f"请写一句情况，或者点下面的“{WELL}”。")
        if self.heard.untitled():
            return False
        if self._files is not None and (faults := self._files.faults()):
            return self._say_wrong("photos", faults[0][1])
        return self._more is None or self._more.checked() is not None

    def show_wrong(self, path: str, reason: str) -> bool:
        """Say *reason* at the field of *path*; False when it stands nowhere here."""
        name = path.partition("/")[0]
        if name in ("subjects", "visited_at", "text", "title") or (name == "photos" and self._files is not None):
            self._say_wrong(name, reason)
            return True
        return name in SELDOM and self._show_more().show_wrong(path, reason)

    # ------------------------------------------------------------------ inside

    def _unfold(self) -> None:
        self._show_more().focus_on(SELDOM[0])

    def _show_more(self) -> RecordForm:
        """Unfold what is filled in seldom; it is built only then."""
        if self._more is None:
            self._more = RecordForm(KINDS["visit"], self._work.references, MORE)
            self._more.set_values(self._seldom)
            self._more.changed.connect(self._edited)
            self._column.addWidget(self._more)
            self._more_link.hide()
        return self._more

    def _say_wrong(self, name: str, reason: str) -> bool:
        if name == "subjects":
            self.subjects.set_wrong(reason)
        elif name == "title":
            self.heard.set_wrong(reason)
        elif name == "visited_at":
            self._when_wrong.setText(reason)
            self._when_wrong.show()
            self._change_time()
        elif name == "photos":
            self._files_row.set_wrong(reason)
            bring_into_sight(self._files_row)
        else:
            self._text_row.set_wrong(reason)
            self._text.setFocus()
            bring_into_sight(self._text_row)
        return False

    def _show_mode(self, mode: str) -> None:
        if mode in FIRST_MODES:
            self._mode.choose(mode)
        else:
            self._mode.choose(OTHER)
            self._other_mode.choose(mode)
        self._other_mode.setHidden(mode in FIRST_MODES)

    def _mode_chosen(self, mode: str) -> None:
        if mode == OTHER and not self._other_mode.value():
            self._other_mode.choose(OTHER_MODES[0][0])
        self._other_mode.setHidden(mode != OTHER)
        self._edited()

    def _change_time(self) -> None:
        self._when.hide()
        self._when_link.hide()
        self._when_edit.show()
        self._when_edit.focus_on("")

    def _time_edited(self) -> None:
        self._at = self._when_edit.value() or self._work.now()
        self._own_time = True
        self._when_wrong.hide()
        self._edited()

    def _phrase(self, phrase: str) -> None:
        if phrase in _SITUATIONS:
            self._tags.add(_SITUATIONS[phrase])
        before = self._text.text()
        if phrase not in before:
            joined = not before or before.endswith(("。", "，", "\n"))
            self._text.insert(phrase if joined else f"，{phrase}")
        self._edited()

    def _situation(self) -> list[str]:
        """The tags of the phrases that still stand in the text; that all is well may be typed as well."""
        text = self.text()
        words = {tag: phrase for phrase, tag in _SITUATIONS.items()}
        found = {tag for tag in self._tags if tag not in words or words[tag] in text}
        return sorted(found | ({"well"} if text.rstrip("。") == WELL else set()))

    def _show_follow_up(self, day: str | None) -> None:
        self._follow.setChecked(bool(day))
        self._follow_day.set_value(date.fromisoformat(day) if day else None)
        self._follow_day.setHidden(not day)

    def _follow_toggled(self, on: bool) -> None:
        self._follow_day.setHidden(not on)
        if on and self._follow_day.value() is None:
            self._follow_day.set_value(date.fromordinal(self._work.today().toordinal() + USUAL_FOLLOW_UP_DAYS))
        self._edited()

    def _edited(self) -> None:
        if self._quiet:
            return
        self._text_row.set_wrong("")
        if self._files is not None:
            self._files_row.set_wrong("")
        self.changed.emit()
