"""The pages at the left: an icon over two characters, because icons alone are riddles."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QScrollArea, QSizePolicy, QWidget

from gridworker.ui import fonts
from gridworker.ui.icons import ICONS, paint_icon
from gridworker.ui.theme import colour, look, px
from gridworker.ui.widgets.boxes import Column
from gridworker.ui.widgets.buttons import Pressable
from gridworker.ui.widgets.marks import paint_badge

WIDTH = 92


class RailItem(Pressable):
    """One page; shrinks from 66 to 50 where the window is low."""

    def __init__(self, title: str, icon_name: str, parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self._title, self._icon = title, icon_name
        self._count = 0
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def set_count(self, count: int) -> None:
        """A red count at the icon; 0 takes it away."""
        self._count = count
        name = f"{self._title}，{count}" if count else self._title
        self.setAccessibleName(name)
        self.update()

    def sizeHint(self) -> QSize:
        """As large as it likes to be."""
        return QSize(px(WIDTH) - 1, px(68))

    def minimumSizeHint(self) -> QSize:
        """As small as it may become."""
        return QSize(px(62), px(50))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw pill, icon, words and count."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        word = px(24)
        free = self.height() - word
        pill_height = min(px(34), max(px(24), free - px(4)))
        pill = QRectF(0, 0, px(60), pill_height)
        pill.moveLeft(round((self.width() - pill.width()) / 2))
        pill.moveTop(max(0, round((free - pill_height) / 2)))
        here = self.isChecked()
        if here or self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour("sel" if here else "tint"))
            painter.drawRoundedRect(pill, pill_height / 2, pill_height / 2)
        self._paint_icon(painter, pill, here)
        painter.setFont(look().font(fonts.SECONDARY, bold=here))
        painter.setPen(colour("primary" if here else "text2"))
        box = QRectF(0, pill.bottom(), self.width(), word)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._title)
        painter.end()
        self.paint_ring()

    def _paint_icon(self, painter: QPainter, pill: QRectF, here: bool) -> None:
        side = px(24)
        box = QRectF(0, 0, side, side)
        box.moveCenter(pill.center())
        box.moveTopLeft(QPoint(round(box.x()), round(box.y())))
        paint_icon(painter, box, self._icon, "primary" if here else "text2", filled=here)
        if self._count:
            paint_badge(painter, QPoint(round(pill.right()) - px(23), 0), self._count)


class _Mark(QWidget):
    """The program's mark at the top."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = (ICONS / "gridworker.svg").read_text(encoding="utf-8")
        self.rescale()

    def rescale(self) -> None:
        """Take the size in use."""
        self.setFixedSize(px(44), px(44))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it in the theme's blue."""
        from PySide6.QtCore import QByteArray
        from PySide6.QtSvg import QSvgRenderer

        shade = look().colour("primary").name()
        ink = look().colour("on_primary").name()
        text = self._text.replace("#1B5EBE", shade).replace("#FFFFFF", ink)
        QSvgRenderer(QByteArray(text.encode())).render(QPainter(self), QRectF(self.rect()))


class Rail(QWidget):
    """The pages of a role; ``chosen`` carries a page's key."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._group = QButtonGroup(self)
        self._items: dict[str, RailItem] = {}
        column = Column(self, margins=(0, 14, 1, 8), gap=0)
        self._mark = _Mark()
        column.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(px(14))
        self._pages = Column(gap=0)
        self._foot = Column(gap=0)
        self._scroll = self._scrolling(self._pages)
        column.addWidget(self._scroll, 1)
        column.addLayout(self._foot)
        self.rescale()

    def _scrolling(self, pages: Column) -> QScrollArea:
        """At the largest sizes the pages have no room on a small screen: then they scroll."""
        inner = QWidget()
        inner.setObjectName("clear")
        inner.setLayout(pages)
        pages.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inner)
        inner.setAutoFillBackground(False)
        scroll.viewport().setAutoFillBackground(False)
        scroll.setMinimumHeight(px(50))
        return scroll

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the height."""
        super().resizeEvent(event)
        self._share_height()

    def _share_height(self) -> None:
        """The mark is the first to go where the window is low, then all pages shrink alike."""
        count = max(1, len(self._items))
        marked = self.height() >= px(50 * count + 80)
        self._mark.setVisible(marked)
        room = self.height() - px(80 if marked else 36)
        each = max(px(50), min(px(68), room // count))
        for item in self._items.values():
            item.setFixedHeight(each)

    def add(self, key: str, title: str, icon_name: str, *, foot: bool = False) -> None:
        """Put a page at the end, or at the foot of the rail."""
        item = RailItem(title, icon_name)
        item.clicked.connect(lambda: self.chosen.emit(key))
        self._group.addButton(item)
        self._items[key] = item
        if foot:
            self._foot.addWidget(item)
        else:
            self._pages.insertWidget(self._pages.count() - 1, item)
        self._share_height()

    def choose(self, key: str) -> None:
        """Mark *key*; a key that is not on the rail leaves the mark where it is."""
        if key in self._items:
            self._items[key].setChecked(True)
            self._scroll.ensureWidgetVisible(self._items[key], 0, 0)

    def set_count(self, key: str, count: int) -> None:
        """A red count at a page's icon."""
        if key in self._items:
            self._items[key].set_count(count)

    def set_tip(self, key: str, tip: str) -> None:
        """Say the page's keys when the pointer rests on it."""
        self._items[key].setToolTip(tip)

    def keys(self) -> tuple[str, ...]:
        """The pages in order, those at the foot last."""
        return tuple(self._items)

    def rescale(self) -> None:
        """Take the size in use."""
        self.setFixedWidth(px(WIDTH))
        self._share_height()
