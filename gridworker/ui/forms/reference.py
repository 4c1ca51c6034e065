"""How a field that points to another record is edited: type a name, pick from what fits."""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from gridworker.records.fields import Ref
from gridworker.ui.forms.editors import Editor, Fault
from gridworker.ui.references import References
from gridworker.ui.theme import px
from gridworker.ui.widgets import Column, Elide, LinkButton, Row, SearchField

MOST: Final = 8
_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class RefEditor(Editor):
    """Shows the record that is chosen; ``换`` opens a field that searches."""

    tells_hint = True

    def __init__(self, field: Ref, references: References) -> None:
        part = QWidget()
        part.setObjectName("clear")
        super().__init__(field, part)
        self._to = field.to
        self._references = references
        self._record: str | None = None
        self._shown = Elide("")
        self._change = LinkButton(self.tr("换"), self._search)
        self._change.setAccessibleName(f"{field.title}：{self.tr('换')}")
        self._clear = LinkButton(self.tr("清除"), self._empty)
        self._clear.setAccessibleName(f"{field.title}：{self.tr('清除')}")
        self._line = SearchField(field.hint or self.tr("姓名、拼音首字母、地址或电话"), name=field.title)
        self._offers = QListWidget()
        self._offers.setAccessibleName(f"{field.title}：{self.tr('可选项')}")
        self._offers.setObjectName("offers")
        self._offers.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._offers.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._offers.hide()
        column = Column(part, gap=4)
        head = Row(gap=8)
        head.addWidget(self._shown, 1)
        head.addWidget(self._change)
        head.addWidget(self._clear)
        column.addLayout(head)
        column.addWidget(self._line)
        column.addWidget(self._offers)
        self._line.searched.connect(self._offer)
        self._line.installEventFilter(self)
        self._offers.installEventFilter(self)
        self._offers.itemActivated.connect(self._take)
        self._offers.itemClicked.connect(self._take)
        self.setFocusProxy(self._line)
        self._show_chosen()

    def value(self) -> str | None:
        return self._record

    def set_value(self, value: Any) -> None:
        self._record = value or None
        self._line.set_quietly("")
        self._show_chosen()

    def faults(self) -> list[Fault]:
        if self._line.isVisibleTo(self) and self._line.text().strip():
            return [("", f"{self.field.title}：请从列表里选一条，或者清空输入的字。")]
        return []

    def set_wrong(self, wrong: bool) -> None:
        """Outline the field that searches."""
        self._line.set_wrong(wrong)

    def focus_on(self, path: str) -> QWidget:
        target = self._change if self._line.isHidden() else self._line
        target.setFocus()
        return target

    def rescale(self) -> None:
        """Take the size in use."""
        self._fit_offers()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Down goes into the list and Up comes back; Return takes the first that fits."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if watched is self._line:
                return self._pressed_in_line(event)
            if watched is self._offers and event.key() == Qt.Key.Key_Up and self._offers.currentRow() <= 0:
                self._line.setFocus()
                return True
        return super().eventFilter(watched, event)

    def _pressed_in_line(self, event: QKeyEvent) -> bool:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier or self._line.spelling:
            return False
        if event.key() == Qt.Key.Key_Down and not self._offers.isHidden():
            self._offers.setFocus()
            self._offers.setCurrentRow(0)
            return True
        if event.key() in _ENTER and self._line.text().strip():
            self._line.search_now()
            if (first := self._offers.item(0)) is not None:
                self._take(first)
            return True
        return False

    def _show_chosen(self) -> None:
        chosen = self._record is not None
        self._shown.setText(self._references.title(self._to, self._record) if self._record else "")
        # A widget without a parent must not be shown, so what is to be seen is only unhidden here.
        self._shown.setHidden(not chosen)
        self._change.setHidden(not chosen)
        self._clear.setHidden(not chosen or self.field.required)
        self._line.setHidden(chosen)
        self._offers.hide()

    def _search(self) -> None:
        self._line.set_quietly("")
        self._line.show()
        self._line.setFocus()

    def _empty(self) -> None:
        self.set_value(None)
        self._line.setFocus()
        self.changed.emit()

    def _offer(self, text: str) -> None:
        self._offers.clear()
        found = self._references.offers(self._to, text)[:MOST] if text else []
        for record, title, context in found:
            item = QListWidgetItem(f"{title}　{context}" if context else title)
            item.setData(Qt.ItemDataRole.UserRole, record)
            self._offers.addItem(item)
        if text and not found:
            item = QListWidgetItem(self.tr("没有找到，试试少输几个字"))
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            self._offers.addItem(item)
        self._offers.setVisible(bool(text))
        self._fit_offers()

    def _fit_offers(self) -> None:
        rows = max(1, self._offers.count())
        height = self._offers.sizeHintForRow(0) if self._offers.count() else 0
        self._offers.setFixedHeight(rows * height + px(8))

    def _take(self, item: QListWidgetItem) -> None:
        record = item.data(Qt.ItemDataRole.UserRole)
        if record:
            self.set_value(record)
            self.changed.emit()
