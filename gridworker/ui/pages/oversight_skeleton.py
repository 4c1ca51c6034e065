"""What stands where the board will stand, while it is counted for the first time."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from gridworker.ui.theme import colour, px


class Skeleton(QWidget):
    """Grey blocks where the board will stand, while it is counted for the first time."""

    BLOCKS: Final = ((0.0, 0.0, 1.0, 0.12), (0.0, 0.15, 1.0, 0.42), (0.0, 0.6, 0.6, 0.4), (0.62, 0.6, 0.38, 0.4))

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("正在统计")
        self.rescale()

    def rescale(self) -> None:
        """Take the size in use."""
        self.setMinimumHeight(px(420))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw them."""
        painter = QPainter(self)
        width, height = self.width(), self.height()
        for x, y, w, h in self.BLOCKS:
            block = QRect(round(x * width), round(y * height), round(w * width), round(h * height))
            painter.fillRect(block, colour("neutral_bg"))
