"""显示: size and theme, as at the first run, with the sample row."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from gridworker.ui.page import Frame
from gridworker.ui.pages.settings_port import Housekeeping
from gridworker.ui.pages.settings_section import Section
from gridworker.ui.pages.welcome_look import LookChoices
from gridworker.ui.widgets import KeyValue
from gridworker.ui.work import Work


class LookSection(Section):
    """Kept at once, for this worker and for the unlock page of this machine."""

    def __init__(self, work: Work, frame: Frame, port: Housekeeping, parent: QWidget | None = None) -> None:
        super().__init__(work, frame, port, parent)
        card = self.add_card(self.tr("字号与外观"), self.tr("点了就换，不用保存。共用电脑的同事各有各的字号。"))
        self.choices = LookChoices()
        card.body.addWidget(self.choices)
        keys = self.add_card(self.tr("按键更快"), right=True)
        pairs = KeyValue(key_width=150)
        pairs.put("Ctrl 和 +", self.tr("字号调大"))
        pairs.put("Ctrl 和 -", self.tr("字号调小"))
        pairs.put("Ctrl 和 0", self.tr("恢复标准字号"))
        pairs.put("Ctrl+Shift+D", self.tr("深色、浅色互换"))
        keys.body.addWidget(pairs)
        self.even()
