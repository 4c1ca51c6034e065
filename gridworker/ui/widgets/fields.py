"""Fields to type in: a search field that waits, a text box that grows, a labelled row."""

from __future__ import annotations

from typing import Final, Literal

from PySide6.QtCore import QEvent, QMimeData, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QInputMethodEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QSizePolicy, QWidget

from gridworker.ui.icons import paint_icon
from gridworker.ui.style import mark
from gridworker.ui.theme import px
from gridworker.ui.widgets.boxes import Column, Row
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.text import Label

TYPING_PAUSE_MS: Final = 120
_WINDOW_KEYS: Final = frozenset(
    {
        Qt.Key.Key_K,
        Qt.Key.Key_E,
        Qt.Key.Key_N,
        Qt.Key.Key_P,
        Qt.Key.Key_F,
        Qt.Key.Key_D,
        Qt.Key.Key_L,
        Qt.Key.Key_S,
    }
)


def leave_to_window(event: QEvent) -> bool:
    """Whether this asks if a text field wants one of the window's keys: it does not.

    On Linux text fields would otherwise take Ctrl+K, Ctrl+E and others as Emacs does.
    """
    if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
        return False
    control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
    if not (control and event.key() in _WINDOW_KEYS):
        return False
    event.ignore()
    return True


class Line(QLineEdit):
    """A one-line field that knows when a Chinese word is still being spelled."""

    def __init__(self, hint: str = "", *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spelling = False
        self.setPlaceholderText(hint)
        self.setAccessibleName(name or hint)

    @property
    def spelling(self) -> bool:
        """Whether the input method holds letters that are not yet text."""
        return self._spelling

    def event(self, event: QEvent) -> bool:
        """The window's keys stay the window's."""
        return False if leave_to_window(event) else super().event(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Remember whether a word is half spelled."""
        self._spelling = bool(event.preeditString())
        super().inputMethodEvent(event)

    def set_wrong(self, wrong: bool) -> None:
        """Outline in red what cannot be saved."""
        mark(self, wrong=wrong)


class SearchField(Line):
    """Type to search: ``searched`` comes 120 ms after the last key and never mid-word."""

    searched = Signal(str)

    def __init__(self, hint: str = "", *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(hint, name=name or hint, parent=parent)
        self._told = ""
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(TYPING_PAUSE_MS)
        self._pause.timeout.connect(self._tell)
        self._empty = Button("", self.clear, kind="clear", icon_name="dismiss_circle")
        self._empty.setParent(self)
        self._empty.setAccessibleName(self.tr("清空"))
        self._empty.setToolTip(self.tr("清空（Esc）"))
        self._empty.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._empty.setCursor(Qt.CursorShape.ArrowCursor)
        self._empty.hide()
        self.textChanged.connect(self._changed)
        self.rescale()

    def _changed(self) -> None:
        self._empty.setVisible(bool(self.text()))
        self._pause.start()

    def rescale(self) -> None:
        """Take the size in use."""
        self.setTextMargins(px(26), 0, px(26), 0)
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the cross at the right end."""
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        side = px(30)
        top = (self.height() - side) // 2
        self._empty.setGeometry(self.width() - side - px(5), top, side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The field with its glass."""
        super().paintEvent(event)
        painter = QPainter(self)
        side = px(20)
        top = (self.height() - side) // 2
        paint_icon(painter, QRectF(px(12), top, side, side), "search", "text2")

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Letters being spelled are no search yet; what was waiting waits on."""
        super().inputMethodEvent(event)
        if self.spelling:
            self._pause.stop()
        elif self.text() != self._told:
            self._pause.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return searches at once; Escape empties a field that has text."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not self.spelling:
            self._tell()
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            event.accept()
            return
        super().keyPressEvent(event)

    def set_quietly(self, text: str) -> None:
        """Show *text* without searching."""
        self._told = text.strip()
        self.setText(text)
        self._pause.stop()

    def search_now(self) -> None:
        """Do not wait for the pause."""
        self._tell()

    def _tell(self) -> None:
        self._pause.stop()
        text = self.text().strip()
        if not self.spelling and text != self._told:
            self._told = text
            self.searched.emit(text)


class TextBox(QPlainTextEdit):
    """Several lines that grow with what is written, between *least* and *most* lines.

    ``paused`` comes one second after the last key and when the field is left: save the draft.
    """

    paused = Signal()
    brought = Signal(object)
    """A picture or files (``QMimeData``) were pasted or dropped here, where ``takes_files`` says that they may be."""
    takes_files = False

    def __init__(
        self,
        hint: str = "",
        *,
        name: str = "",
        least: int = 3,
        most: int = 12,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._least, self._most = least, most
        self.setPlaceholderText(hint)
        self.setAccessibleName(name or hint)
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(1000)
        self._pause.timeout.connect(self.paused)
        self.textChanged.connect(self._pause.start)
        self.document().documentLayout().documentSizeChanged.connect(self._grow)
        self._grow()

    def event(self, event: QEvent) -> bool:
        """The window's keys stay the window's."""
        return False if leave_to_window(event) else super().event(event)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Text, and where they are taken pictures and files."""
        return self._brings_files(source) or super().canInsertFromMimeData(source)

    def _brings_files(self, source: QMimeData) -> bool:
        is_picture = source.hasImage() and not source.hasText()
        return self.takes_files and (is_picture or any(url.isLocalFile() for url in source.urls()))

    def text(self) -> str:
        """What is written."""
        return self.toPlainText()

    def set_text(self, text: str) -> None:
        """Write *text*, replacing what stands there."""
        self.setPlainText(text)
        self._pause.stop()

    def set_lines(self, least: int, most: int) -> None:
        """Other bounds for its growth."""
        self._least, self._most = least, most
        self._grow()

    def insert(self, phrase: str) -> None:
        """Write *phrase* at the cursor, as typing would, so that it can be undone."""
        self.insertPlainText(phrase)
        self.setFocus()

    def set_wrong(self, wrong: bool) -> None:
        """Outline in red what cannot be saved."""
        mark(self, wrong=wrong)

    def rescale(self) -> None:
        """Take the size in use."""
        self._grow()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Leaving the field is a pause too."""
        super().focusOutEvent(event)
        if self._pause.isActive():
            self._pause.stop()
            self.paused.emit()

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Paste words only; files are handed on: the path of one is nothing that anybody wants to have written."""
        if self._brings_files(source):
            self.brought.emit(source)
            return
        if source.hasText():
            self.insertPlainText(source.text())

    def changeEvent(self, event: QEvent) -> None:
        """Another face, another height."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._grow()

    def _grow(self) -> None:
        # A plain text document counts its height in lines, not in pixels.
        lines = max(self._least, min(self._most, round(self.document().size().height())))
        edges = 2 * round(self.document().documentMargin()) + px(16)
        height = lines * self.fontMetrics().lineSpacing() + edges
        if height != self.height() or self.minimumHeight() != height:
            self.setFixedHeight(height)

    def sizeHint(self) -> QSize:
        """As high as it has grown."""
        return QSize(px(300), self.minimumHeight())


class FormRow(QWidget):
    """A field's title, the field, and under it a hint or what is wrong with it."""

    def __init__(
        self,
        title: str,
        field: QWidget,
        *,
        hint: str = "",
        required: bool = False,
        direction: Literal["down", "across"] = "down",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.field = field
        self._hint_text = hint
        self._title = Label(title + (" *" if required else ""), "field")
        self._title.setBuddy(field)
        self.end = Row(gap=6)
        self._below = Label(hint, "hint", wrap=True)
        if not hint:
            self._below.hide()
        if not field.accessibleName():
            field.setAccessibleName(title)
        column = Column(self, gap=6)
        head = Row(gap=10)
        head.addWidget(self._title)
        if direction == "across":
            head.addStretch(1)
            head.addWidget(field)
        else:
            head.addStretch(1)
            head.addLayout(self.end)
        column.addLayout(head)
        if direction == "down":
            column.addWidget(field)
        column.addWidget(self._below)

    def set_hint(self, hint: str) -> None:
        """Another hint under the field; what is wrong stays until it is mended."""
        if self._below.text() == self._hint_text:
            self._below.setText(hint)
            self._below.setVisible(bool(hint))
        self._hint_text = hint

    def set_wrong(self, message: str) -> None:
        """Say in red what is wrong; empty brings the hint back."""
        self._below.setText(message or self._hint_text)
        self._below.setVisible(bool(message or self._hint_text))
        self._below.set_tone("bad" if message else None)
        mark(self.field, wrong=bool(message))
        self.field.setAccessibleDescription(message)
