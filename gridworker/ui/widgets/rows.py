"""Rows of short lists: people to visit, things to tick, papers to open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import (
    QEnterEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from gridworker.ui.icons import IconLabel
from gridworker.ui.theme import colour, px
from gridworker.ui.tokens import Tone
from gridworker.ui.widgets.boxes import Column, Row, Rule, clear
from gridworker.ui.widgets.buttons import Button, Check, IconButton, KeyboardRing
from gridworker.ui.widgets.chips import Chip, Tags
from gridworker.ui.widgets.marks import Avatar
from gridworker.ui.widgets.text import Elide

_MIDDLE = Qt.AlignmentFlag.AlignVCenter


class ListRow(KeyboardRing, QWidget):
    """Two lines, 72 high: avatar or icon, name and tags, a grey line, due chip, acts.

    ``opened`` comes from a click on the row, Return or Space. Where the row is narrow, the
    second act (calling) hides and the main act shows its icon alone; where it is very narrow
    (the largest text on a small screen) the name gets the room of avatar and tags.
    """

    opened = Signal()
    FOLD_BELOW = 640
    TIGHT_BELOW = 330

    def __init__(
        self,
        name: str,
        *,
        tags: Sequence[tuple[str, Tone]] = (),
        line: str = "",
        due: tuple[str, Tone] | None = None,
        icon_name: str = "",
        icon_tone: str = "text2",
        tone: Tone | None = None,
        height: int = 72,
        margins: tuple[int, int, int, int] = (18, 0, 14, 0),
        parent: QWidget | None = None,
    ) -> None:
        QWidget.__init__(self, parent)
        self._height = height
        self._act: Button | None = None
        self._side: Button | None = None
        self._tags: Tags | None = None
        self.setAccessibleName("，".join(part for part in (name, line) if part))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._row = Row(self, margins=margins, gap=12)
        self._mark = IconLabel(icon_name, icon_tone) if icon_name else Avatar(name, tone=tone)
        self._row.addWidget(self._mark, 0, _MIDDLE)
        self._row.addLayout(self._words(name, tags, line), 1)
        if due is not None:
            self._row.addWidget(Chip(*due), 0, _MIDDLE)
        self.rescale()

    def _words(self, name: str, tags: Sequence[tuple[str, Tone]], line: str) -> Column:
        words = Column(gap=2)
        words.addStretch(1)
        top = Row(gap=6)
        top.addWidget(Elide(name, "strong"))
        if tags:
            self._tags = Tags(tags)
            top.addWidget(self._tags, 1)
        top.addStretch(0 if tags else 1)
        words.addLayout(top)
        if line:
            words.addWidget(Elide(line, "second"))
        words.addStretch(1)
        return words

    def add_side_act(self, icon_name: str, name: str, run: Callable[[], object]) -> Button:
        """A quiet icon, such as calling; hides where the row is narrow."""
        self._side = IconButton(icon_name, name, run)
        self._row.addWidget(self._side, 0, _MIDDLE)
        return self._side

    def add_act(self, words: str, run: Callable[[], object], *, icon_name: str = "") -> Button:
        """The row's usual act, a pale blue button."""
        self._act = Button(words, run, kind="tint", icon_name=icon_name)
        self._act.setAccessibleName(f"{words}：{self.accessibleName()}")
        self._row.addWidget(self._act, 0, _MIDDLE)
        return self._act

    def add_end(self, widget: QWidget) -> None:
        """Anything else at the right end."""
        self._row.addWidget(widget, 0, _MIDDLE)

    def rescale(self) -> None:
        """Take the size in use."""
        self.setFixedHeight(px(self._height))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold the acts where the row is narrow."""
        super().resizeEvent(event)
        narrow = self.width() < px(self.FOLD_BELOW)
        if self._side is not None and self._act is not None:
            self._side.setVisible(not narrow)
        if self._act is not None and not self._act.icon().isNull():
            self._act.fold(narrow)
        tight = self.width() < px(self.TIGHT_BELOW)
        self._mark.setVisible(not tight)
        if self._tags is not None:
            self._tags.setVisible(not tight)

    def minimumSizeHint(self) -> QSize:
        """What is left when the acts are folded."""
        return QSize(px(280), px(self._height))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click anywhere opens."""
        inside = self.rect().contains(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and inside:
            self.opened.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return and Space open; the arrows walk from row to row."""
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Space:
                self.opened.emit()
            case Qt.Key.Key_Down:
                self._walk(1)
            case Qt.Key.Key_Up:
                self._walk(-1)
            case _:
                super().keyPressEvent(event)

    def _walk(self, step: int) -> None:
        parent = self.parentWidget()
        if parent is None:
            return
        rows = [row for row in parent.findChildren(ListRow) if row.isVisible()]
        there = rows.index(self) + step
        if 0 <= there < len(rows):
            rows[there].setFocus(Qt.FocusReason.TabFocusReason)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Draw the ring if the keyboard brought us here."""
        QWidget.focusInEvent(self, event)
        self.note_focus(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        QWidget.focusOutEvent(self, event)
        self.note_focus(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show that the row can be pressed."""
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """No longer."""
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A pale ground under the pointer and the ring for the keyboard."""
        if self.underMouse():
            painter = QPainter(self)
            painter.fillRect(self.rect().adjusted(1, 0, -1, 0), colour("sunken"))
            painter.end()
        self.paint_ring()


class RowList(QWidget):
    """Rows below one another with hairlines between them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("clear")
        self._column = Column(self, gap=0)
        self._column.addStretch(1)
        self._rows: list[QWidget] = []

    def add(self, row: QWidget) -> None:
        """Put *row* at the end."""
        at = self._column.count() - 1
        if self._rows:
            self._column.insertWidget(at, Rule())
            at += 1
        self._column.insertWidget(at, row)
        self._rows.append(row)

    def put(self, place: int, row: QWidget) -> None:
        """Put *row* in the place of another one, or at the end."""
        if place == len(self._rows):
            self.add(row)
            return
        old, self._rows[place] = self._rows[place], row
        before = _reached_before(old)
        self._column.insertWidget(self._column.indexOf(old), row)
        # In the old one's place for the arrows and for Tab, too: both would go by the order of making.
        row.stackUnder(old)
        reached = [each for each in row.findChildren(QWidget) if each.focusPolicy() != Qt.FocusPolicy.NoFocus]
        for one, following in pairwise([before, row, *reached]):
            QWidget.setTabOrder(one, following)
        self._let_go(old)

    def cut(self, count: int) -> None:
        """Take out the rows after the first *count*."""
        while len(self._rows) > count:
            last = self._rows.pop()
            if self._rows:
                self._let_go(self._column.itemAt(self._column.indexOf(last) - 1).widget())
            self._let_go(last)

    def _let_go(self, widget: QWidget) -> None:
        self._column.removeWidget(widget)
        widget.hide()
        widget.deleteLater()

    def rows(self) -> tuple[QWidget, ...]:
        """All rows in order."""
        return tuple(self._rows)

    def clear(self) -> None:
        """Take all rows out."""
        clear(self._column)
        self._column.addStretch(1)
        self._rows = []


def _reached_before(widget: QWidget) -> QWidget:
    """Where Shift+Tab leads from here."""
    before = widget
    while (further := before.previousInFocusChain()) is not None:
        before = further
        if before.focusPolicy() != Qt.FocusPolicy.NoFocus:
            break
    return before


class CheckRow(QWidget):
    """A task to tick: box, title, one grey line; ``ticked`` carries the new state."""

    ticked = Signal(bool)

    def __init__(self, title: str, line: str = "", *, done: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._box = Check("", name=title)
        self._box.setChecked(done)
        self._box.toggled.connect(self.ticked)
        self._row = Row(self, margins=(0, 5, 0, 5), gap=2)
        self._row.addWidget(self._box, 0, _MIDDLE)
        words = Column(gap=2)
        words.addWidget(Elide(title))
        if line:
            words.addWidget(Elide(line, "hint2"))
        self._row.addLayout(words, 1)

    def is_ticked(self) -> bool:
        """Whether the box is ticked."""
        return self._box.isChecked()

    def add_end(self, widget: QWidget) -> None:
        """Anything at the right end."""
        self._row.addWidget(widget, 0, _MIDDLE)
