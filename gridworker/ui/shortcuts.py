"""Ctrl+/: every key on one sheet, read from the same list that makes the keys work."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QWidget

from gridworker.ui.overlay import Overlay
from gridworker.ui.style import mark
from gridworker.ui.theme import px
from gridworker.ui.widgets.boxes import Column, Row, Scroll
from gridworker.ui.widgets.buttons import IconButton
from gridworker.ui.widgets.text import Label

Sheet = Sequence[tuple[str, Sequence[tuple[str, str]]]]


class KeysTable(QWidget):
    """Groups of (title, keys) in as many columns as fit; the help page shows it too."""

    def __init__(self, sheet: Sheet, *, columns: int = 2, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("clear")
        row = Row(self, gap=36)
        stacks = [Column(gap=18) for _ in range(columns)]
        heights = [0] * columns
        for title, keys in sheet:
            shortest = heights.index(min(heights))
            heights[shortest] += len(keys) + 2
            stacks[shortest].addLayout(self._group(title, keys))
        for stack in stacks:
            stack.addStretch(1)
            row.addLayout(stack, 1)

    def _group(self, title: str, keys: Sequence[tuple[str, str]]) -> Column:
        column = Column(gap=8)
        column.addWidget(Label(title, "strong"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(px(16))
        grid.setVerticalSpacing(px(8))
        grid.setColumnStretch(0, 1)
        for line, (words, shown) in enumerate(keys):
            grid.addWidget(Label(words, "second"), line, 0)
            label = Label(shown, "hint2")
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(label, line, 1)
        column.addLayout(grid)
        return column


class ShortcutSheet(Overlay):
    """The sheet over the dimmed window."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._box = QFrame(self)
        mark(self._box, box="palette")
        self._column = Column(self._box, margins=(24, 16, 14, 18), gap=12)
        head = Row(gap=8)
        head.addWidget(Label(self.tr("快捷键"), "h1"), 1)
        self._close = IconButton("dismiss", self.tr("关闭"), self.left.emit)
        head.addWidget(self._close)
        self._column.addLayout(head)
        self._scroll: Scroll | None = None
        self.left.connect(self.close_over)

    def open_sheet(self, sheet: Sheet) -> None:
        """Show the keys that work now."""
        if self._scroll is not None:
            self._scroll.hide()
            self._scroll.deleteLater()
        self._scroll = Scroll(margins=(0, 0, 12, 0))
        self._scroll.body.addWidget(KeysTable(sheet))
        self._column.addWidget(self._scroll, 1)
        self.open_over()
        self._close.setFocus(Qt.FocusReason.OtherFocusReason)

    def place(self) -> None:
        """In the middle, with room around it."""
        width = min(px(760), self.width() - px(40))
        height = min(px(560), self.height() - px(60))
        left, top = (self.width() - width) // 2, (self.height() - height) // 2
        self._box.setGeometry(left, top, width, height)
