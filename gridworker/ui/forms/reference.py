"""How a field that points to another record is edited: type a name, pick from what fits."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from gridworker.records.fields import Ref
from gridworker.ui.forms.editors import Editor
from gridworker.ui.references import References
from gridworker.ui.widgets import Column, Elide, LinkButton, Row, SearchField

MOST = 8


class RefEditor(Editor):
    """Shows the record that is chosen; ``换`` opens a field that searches."""

    def __init__(self, field: Ref, references: References) -> None:
        part = QWidget()
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
        self._offers.itemActivated.connect(self._take)
        self._offers.itemClicked.connect(self._take)
        self.setFocusProxy(self._line)
        self._show()

    def value(self) -> str | None:
        return self._record

    def set_value(self, value: Any) -> None:
        self._record = value or None
        self._show()

    def set_wrong(self, wrong: bool) -> None:
        """Outline the field that searches."""
        self._line.set_wrong(wrong)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Down goes into the list, Return takes the first that fits."""
        if watched is self._line and isinstance(event, QKeyEvent) and self._offers.isVisible():
            if event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Down:
                self._offers.setFocus()
                self._offers.setCurrentRow(0)
                return True
            enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            if event.type() == QEvent.Type.KeyPress and enter and not self._line.spelling:
                if (first := self._offers.item(0)) is not None:
                    self._take(first)
                return True
        return super().eventFilter(watched, event)

    def _show(self) -> None:
        chosen = self._record is not None
        self._shown.setText(self._references.title(self._to, self._record) if self._record else "")
        self._shown.setVisible(chosen)
        self._change.setVisible(chosen)
        self._clear.setVisible(chosen and not self.field.required)
        self._line.setVisible(not chosen)
        self._offers.hide()

    def _search(self) -> None:
        self._line.set_quietly("")
        self._line.show()
        self._line.setFocus()

    def _empty(self) -> None:
        self.set_value(None)
        self.changed.emit()

    def _offer(self, text: str) -> None:
        self._offers.clear()
        found = self._references.offers(self._to, text)[:MOST] if text else []
        for record, title, context in found:
            item = QListWidgetItem(f"{title}    {context}" if context else title)
            item.setData(Qt.ItemDataRole.UserRole, record)
            self._offers.addItem(item)
        if text and not found:
            item = QListWidgetItem(self.tr("没有找到，试试少输几个字"))
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            self._offers.addItem(item)
        rows = max(1, self._offers.count())
        height = self._offers.sizeHintForRow(0) if self._offers.count() else 0
        self._offers.setFixedHeight(rows * height + 8)
        self._offers.setVisible(bool(text))

    def _take(self, item: QListWidgetItem) -> None:
        record = item.data(Qt.ItemDataRole.UserRole)
        if record:
            self.set_value(record)
            self.changed.emit()
