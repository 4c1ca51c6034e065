"""Ctrl+K: type two letters of anything and press Enter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from gridworker.ui import fonts
from gridworker.ui.actions import Actions, shown_keys
from gridworker.ui.icons import paint_icon
from gridworker.ui.overlay import Overlay
from gridworker.ui.style import mark
from gridworker.ui.theme import colour, look, px
from gridworker.ui.widgets.boxes import Column
from gridworker.ui.widgets.fields import SearchField
from gridworker.ui.widgets.text import Label

_HIT: Final = Qt.ItemDataRole.UserRole
_HEADING: Final = Qt.ItemDataRole.UserRole + 1
_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_MIDDLE: Final = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft


@dataclass(frozen=True)
class Hit:
    """One line of the palette. *second* is (words, what Ctrl+Enter does)."""

    title: str
    run: Callable[[], object]
    detail: str = ""
    icon_name: str = "search"
    group: str = ""
    keys: str = ""
    second: tuple[str, Callable[[], object]] | None = None


Provider = Callable[[str], Sequence[Hit]]


def command_provider(actions: Actions, *, most: int = 8) -> Provider:
    """Offers the acts whose title holds every character typed, in order."""

    def offer(text: str) -> list[Hit]:
        wanted = "".join(text.lower().split())
        hits = []
        for act in actions.offered():
            if _runs_through(wanted, act.title.lower()):
                hits.append(
                    Hit(
                        act.title,
                        run=_trigger(actions, act.id),
                        icon_name=act.icon_name or "chevron_right",
                        group="命令",
                        keys=shown_keys(act),
                    )
                )
        return hits[:most]

    return offer


def _trigger(actions: Actions, act_id: str) -> Callable[[], None]:
    return lambda: actions.trigger(act_id)


def _runs_through(wanted: str, title: str) -> bool:
    at = iter(title)
    return all(character in at for character in wanted)


class Palette(Overlay):
    """A field and a list over the dimmed window."""

    opened = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._providers: list[Provider] = []
        self._box = QFrame(self)
        mark(self._box, box="palette")
        column = Column(self._box, margins=(1, 15, 1, 10), gap=8)
        top = Column(margins=(15, 0, 15, 0), gap=0)
        self.field = SearchField(self.tr("搜住户、日记、案件，或输入命令"))
        top.addWidget(self.field)
        column.addLayout(top)
        self.list = QListWidget()
        self.list.setObjectName("palette")
        self.list.setAccessibleName(self.tr("结果"))
        self.list.setItemDelegate(_HitDelegate(self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setMouseTracking(True)
        column.addWidget(self.list)
        self._none = Label(self.tr("没有找到。试试姓名的拼音首字母，或少输几个字。"), "second")
        self._none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self._none)
        self.field.installEventFilter(self)
        self.field.searched.connect(self.search)
        self.list.itemClicked.connect(lambda _: self.run_current())
        self.left.connect(self.close_over)

    def add_provider(self, provider: Provider) -> None:
        """Ask *provider* too, after those added before; it must answer within 50 ms."""
        self._providers.append(provider)

    def open_palette(self, text: str = "") -> None:
        """Open with *text* written and selected."""
        self.field.set_quietly(text)
        self.open_over()
        self.search(text)
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()
        self.opened.emit()

    def search(self, text: str) -> None:
        """Show what the providers find."""
        self.list.clear()
        group = ""
        for provider in self._providers:
            for hit in provider(text.strip()):
                if hit.group != group:
                    group = hit.group
                    self._add_heading(group)
                self._add(hit)
        self._step(1, start=-1)
        self._none.setVisible(self.list.count() == 0)
        self.list.setVisible(self.list.count() > 0)
        self.place()

    def current(self) -> Hit | None:
        """The hit that Enter would run."""
        item = self.list.currentItem()
        hit = None if item is None else item.data(_HIT)
        return hit if isinstance(hit, Hit) else None

    def run_current(self, *, second: bool = False) -> None:
        """Close and do it; with *second* the other act, when there is one."""
        self.field.search_now()
        hit = self.current()
        if hit is None or (second and hit.second is None):
            return
        self.close_over()
        if second and hit.second is not None:
            hit.second[1]()
        else:
            hit.run()

    def place(self) -> None:
        """In the middle near the top, as high as the list needs."""
        width = min(px(678), self.width() - px(40))
        rows = sum(self.list.sizeHintForRow(row) for row in range(self.list.count()))
        frame = px(15 + 40 + 8 + 10) + 2
        room = self.height() - px(70) - px(40)
        height = frame + (rows + px(4) if rows else px(50))
        left = (self.width() - width) // 2
        self._box.setGeometry(left, px(70), width, min(height, room))

    def rescale(self) -> None:
        """Take the size in use."""
        if self.isVisible():
            self.place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows walk the list and Enter runs while the field keeps the focus."""
        if watched is getattr(self, "field", None) and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.KeyPress:
                return self._key(event)
            if event.type() == QEvent.Type.ShortcutOverride and event.key() in _ENTER:
                # Ctrl+Enter is the window's key for saving; here it is ours.
                event.accept()
                return True
        return super().eventFilter(watched, event)

    def _key(self, event: QKeyEvent) -> bool:
        if self.field.spelling:
            return False
        key = event.key()
        if key in _ENTER:
            control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            self.run_current(second=control)
            return True
        steps = {
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_PageDown: 6,
            Qt.Key.Key_PageUp: -6,
        }
        if key in steps:
            self._step(steps[Qt.Key(key)], start=self.list.currentRow())
            return True
        if key == Qt.Key.Key_Escape:
            self.left.emit()
            return True
        return False

    def _step(self, by: int, *, start: int) -> None:
        hits = [row for row in range(self.list.count()) if self.list.item(row).data(_HIT) is not None]
        if not hits:
            return
        at = hits.index(start) + by if start in hits else 0
        row = hits[max(0, min(len(hits) - 1, at))]
        self.list.setCurrentRow(row)
        if row == hits[0]:
            self.list.scrollToTop()

    def _add_heading(self, group: str) -> None:
        item = QListWidgetItem(group)
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        item.setData(_HEADING, group)
        self.list.addItem(item)

    def _add(self, hit: Hit) -> None:
        item = QListWidgetItem(f"{hit.title} {hit.detail}".strip())
        item.setData(_HIT, hit)
        self.list.addItem(item)


class _HitDelegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """A hit is 38 high, a heading 32."""
        return QSize(px(200), px(32 if index.data(_HEADING) else 38))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Icon, title, detail, and at the right the keys."""
        rect: QRect = option.rect  # type: ignore[attr-defined]
        painter.save()
        if (heading := index.data(_HEADING)) is not None:
            painter.setFont(look().font(fonts.HINT))
            painter.setPen(colour("text3"))
            painter.drawText(rect.adjusted(px(20), px(4), 0, 0), _MIDDLE, str(heading))
        else:
            state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
            here = bool(state & QStyle.StateFlag.State_Selected)
            hover = bool(state & QStyle.StateFlag.State_MouseOver)
            if here or hover:
                painter.fillRect(rect, colour("sel" if here else "sunken"))
            self._paint_hit(painter, rect, index.data(_HIT), here=here)
        painter.restore()

    def _paint_hit(self, painter: QPainter, rect: QRect, hit: Hit, *, here: bool) -> None:
        side = px(20)
        box = QRectF(rect.x() + px(21), rect.center().y() - side // 2 + 1, side, side)
        paint_icon(painter, box, hit.icon_name, "primary" if here else "text2")
        right = self._paint_keys(painter, rect, _keys(hit, here=here))
        x = rect.x() + px(53)
        painter.setFont(look().font(fonts.BODY, bold=here))
        painter.setPen(colour("text"))
        room = right - x - px(12)
        title = painter.fontMetrics().elidedText(hit.title, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRect(x, rect.y(), room, rect.height()), _MIDDLE, title)
        x += painter.fontMetrics().horizontalAdvance(title) + px(12)
        painter.setFont(look().font(fonts.SECONDARY))
        painter.setPen(colour("text2"))
        room = max(0, right - x - px(12))
        detail = painter.fontMetrics().elidedText(hit.detail, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRect(x, rect.y(), room, rect.height()), _MIDDLE, detail)

    def _paint_keys(self, painter: QPainter, rect: QRect, keys: str) -> int:
        painter.setFont(look().font(fonts.HINT))
        painter.setPen(colour("text2"))
        width = painter.fontMetrics().horizontalAdvance(keys)
        left = rect.right() - px(20) - width
        painter.drawText(QRect(left, rect.y(), width + 2, rect.height()), _MIDDLE, keys)
        return left


def _keys(hit: Hit, *, here: bool) -> str:
    if hit.keys or not here:
        return hit.keys
    second = f"·Ctrl+Enter {hit.second[0]}" if hit.second else ""
    return f"Enter 打开{second}"
