"""设置: what a worker may choose, in six parts; every change is kept at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtWidgets import QStackedWidget, QWidget

from gridworker.ui.page import Frame, Page
from gridworker.ui.page_head import PageHead
from gridworker.ui.pages.settings_about import AboutSection
from gridworker.ui.pages.settings_data import DataSection
from gridworker.ui.pages.settings_look import LookSection
from gridworker.ui.pages.settings_mine import MineSection
from gridworker.ui.pages.settings_port import Housekeeping
from gridworker.ui.pages.settings_safety import SafetySection
from gridworker.ui.pages.settings_section import Section
from gridworker.ui.pages.settings_sync import SyncSection
from gridworker.ui.widgets import ChipChoice, Column
from gridworker.ui.work import Work

PARTS: Final[tuple[tuple[str, str, Callable[[Work, Frame, Housekeeping], Section]], ...]] = (
    ("look", "显示", LookSection),
    ("mine", "我的", MineSection),
    ("sync", "同步", SyncSection),
    ("safety", "安全", SafetySection),
    ("data", "数据", DataSection),
    ("about", "关于", AboutSection),
)


class SettingsPage(Page):
    """Each part is built when it is first chosen. ``opened`` takes the key of one."""

    key = "settings"
    title = "设置"
    icon = "settings"
    place = "foot"

    def __init__(self, work: Work, port: Housekeeping) -> None:
        self._work, self._port = work, port
        self._parts: dict[str, Section] = {}
        self._width = 0

    def build(self, frame: Frame, head: PageHead) -> QWidget:
        """The row of parts, and the one in front."""
        self._frame = frame
        head.set_context("改了就算数，不用保存")
        body = QWidget()
        body.setObjectName("clear")
        column = Column(body, gap=12)
        self.choice = ChipChoice("设置", [(key, words) for key, words, _ in PARTS])
        self.choice.chosen.connect(self.choose)
        column.addWidget(self.choice)
        self._stack = QStackedWidget()
        column.addWidget(self._stack, 1)
        self.choice.choose("look")
        return body

    def shown(self) -> None:
        """Show what is so now."""
        self.choose(self.choice.value())

    def opened(self, target: object) -> None:
        """*target*: ``look``, ``mine``, ``sync``, ``safety``, ``data`` or ``about``."""
        if any(key == target for key, _, _ in PARTS):
            self.choice.choose(str(target))

    def fitted(self, width: int) -> None:
        """The window's width in design pixels changed."""
        self._width = width
        for part in self._parts.values():
            part.fitted(width)

    def choose(self, key: str) -> Section:
        """Bring a part to the front."""
        part = self._parts.get(key) or self._build_part(key)
        self.choice.choose(key)
        self._stack.setCurrentWidget(part)
        part.load()
        return part

    def _build_part(self, key: str) -> Section:
        make = next(make for known, _, make in PARTS if known == key)
        part = make(self._work, self._frame, self._port)
        part.fitted(self._width)
        self._stack.addWidget(part)
        self._parts[key] = part
        return part
