"""The line at the bottom: how the sync stands, what waits, and the switches for size and theme."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from gridworker.ui.theme import SCALE_NAMES, SCALES, look, px
from gridworker.ui.widgets.boxes import Row
from gridworker.ui.widgets.buttons import Button

SyncLook = Literal["synced", "waiting", "running", "offline", "sign_in", "conflict", "failed", "demo"]

# Icon and colour of each state; the words always say the same thing too.
SYNC_LOOKS: Final[dict[SyncLook, tuple[str, str]]] = {
    "synced": ("cloud_checkmark", "ok"),
    "waiting": ("cloud_arrow_up", "primary"),
    "running": ("cloud_sync", "primary"),
    "offline": ("cloud_off", "text2"),
    "sign_in": ("key", "warn"),
    "conflict": ("branch_compare", "warn"),
    "failed": ("cloud_error", "bad"),
    "demo": ("beaker", "violet"),
}


class StatusBar(QWidget):
    """Each part is a button; its signal says which was pressed."""

    sync_pressed = Signal()
    waiting_pressed = Signal()
    conflicts_pressed = Signal()
    safety_pressed = Signal()
    person_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._row = Row(self, margins=(16, 3, 20, 2), gap=20)
        self._sync = self._part("cloud_off", self.sync_pressed.emit)
        self._waiting = self._part("arrow_upload", self.waiting_pressed.emit)
        self._conflicts = self._part("branch_compare", self.conflicts_pressed.emit, "warn")
        self._row.addStretch(1)
        self._safety = self._part("lock_closed", self.safety_pressed.emit)
        self._size = self._part("text_font_size", self._ask_size)
        self._theme = self._part("weather_moon", self._switch_theme)
        self._person = self._part("person", self.person_pressed.emit)
        self._tight = False
        self._counts = (0, 0)
        self.show_sync("offline", self.tr("尚未同步"))
        self.show_counts(0, 0)
        self.show_safety(self.tr("数据已加密"))
        self.show_person("")
        look().changed.connect(self._show_look)
        self._show_look()

    def _part(self, icon_name: str, run: Callable[[], object], token: str = "text2") -> Button:
        part = Button("", run, kind="status")
        part.set_icon(icon_name, token)
        self._row.addWidget(part)
        return part

    def show_sync(self, state: SyncLook, words: str, tip: str = "") -> None:
        """The state of the sync with its words, such as 已同步 08:12; *tip* says more."""
        icon_name, token = SYNC_LOOKS[state]
        self._sync.set_icon(icon_name, token)
        self._sync.set_caption(words)
        self._sync.setToolTip(tip or self.tr("立即同步（F5）"))

    def show_counts(self, waiting: int, conflicts: int) -> None:
        """How many changes wait to be sent and how many must be looked at; 0 hides."""
        for part, words, count in (
            (self._waiting, self.tr("待上传 {}").format(waiting), waiting),
            (self._conflicts, self.tr("需要核对 {}").format(conflicts), conflicts),
        ):
            part.set_caption(words)
            part.setToolTip(words)
            part.setVisible(count > 0)
            if self._tight:
                part.setText(str(count))
        self._counts = (waiting, conflicts)

    def show_safety(self, words: str, tip: str = "") -> None:
        """How the store is protected."""
        self._safety.set_caption(words)
        self._safety.setToolTip(tip)

    def show_person(self, words: str) -> None:
        """Who works here, such as 李秀兰·网格员; empty hides."""
        self._person.set_caption(words)
        self._person.setVisible(bool(words))

    def fit(self, width: int) -> None:
        """Below 900 design pixels the switches show icons alone, below 760 the rest does too."""
        for part in (self._safety, self._size, self._theme):
            part.fold(width < 900)
        self._tight = width < 760
        self._person.fold(self._tight)
        self.show_counts(*self._counts)

    def rescale(self) -> None:
        """Take the size in use."""
        self.setFixedHeight(px(34))

    def _show_look(self) -> None:
        theme = look()
        self.rescale()
        name = SCALE_NAMES.get(theme.scale, f"{theme.scale:g}")
        self._size.set_caption(self.tr("字号 {}").format(name))
        self._size.setToolTip(self.tr("字号（Ctrl++ 调大，Ctrl+- 调小）"))
        dark = theme.scheme == "dark"
        self._theme.set_icon("weather_sunny" if dark else "weather_moon")
        self._theme.set_caption(self.tr("浅色") if dark else self.tr("深色"))
        self._theme.setToolTip(self.tr("切换深浅色（Ctrl+Shift+D）"))

    def _switch_theme(self) -> None:
        look().set_mode("light" if look().scheme == "dark" else "dark")

    def _ask_size(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        group = QActionGroup(menu)
        for scale in SCALES:
            entry = QAction(SCALE_NAMES[scale], menu, checkable=True)
            entry.setChecked(scale == look().scale)
            entry.triggered.connect(self._scale_setter(scale))
            group.addAction(entry)
            menu.addAction(entry)
        self.pop_up(menu, self._size)

    def _scale_setter(self, scale: float) -> Callable[[], None]:
        return lambda: look().set_scale(scale)

    def pop_up(self, menu: QMenu, above: QWidget | None = None) -> None:
        """Open *menu* above a part of the bar; the person's name when none is given."""
        part = above or self._person
        corner = part.mapToGlobal(part.rect().topLeft())
        menu.popup(corner - QPoint(0, menu.sizeHint().height()))
