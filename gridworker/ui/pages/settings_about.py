"""关于: which version this is, and whose work it stands on."""

from __future__ import annotations

from PySide6.QtWidgets import QPlainTextEdit, QWidget

from gridworker.ui.page import Frame
from gridworker.ui.pages.settings_port import Housekeeping
from gridworker.ui.pages.settings_section import Section
from gridworker.ui.theme import px
from gridworker.ui.widgets import KeyValue, Label, LinkButton, Row
from gridworker.ui.work import Work


class _Notices(QPlainTextEdit):
    """Long words to read; as high as a third of a window."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.setPlainText(text)
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.rescale()

    def rescale(self) -> None:
        """Take the size in use."""
        self.setMinimumHeight(px(260))


class AboutSection(Section):
    """Version at the left, licences at the right."""

    def __init__(self, work: Work, frame: Frame, port: Housekeeping, parent: QWidget | None = None) -> None:
        super().__init__(work, frame, port, parent)
        about = port.about()
        card = self.add_card(self.tr("民情日记"), self.tr("没有网也能用的工作台：走访、事项、纠纷调解、督导。"))
        facts = KeyValue(key_width=84)
        facts.put(self.tr("版本"), about.version)
        facts.put(self.tr("使用人"), f"{port.standing().name}·{port.standing().role_title}")
        card.body.addWidget(facts)
        row = Row(margins=(-8, 0, 0, 0), gap=8)
        row.addWidget(LinkButton(self.tr("三分钟教程"), lambda: frame.go("help", "quick_start"), icon_name="book_open"))
        row.addWidget(LinkButton(self.tr("快捷键"), lambda: frame.go("help", "shortcuts"), icon_name="keyboard"))
        row.addWidget(LinkButton(self.tr("隐私要点"), lambda: frame.go("help", "privacy"), icon_name="shield_lock"))
        row.addStretch(1)
        card.body.addLayout(row)
        words = self.tr("不收集使用情况，不向中心以外的任何地方发送内容。")
        card.body.addWidget(Label(words, "hint", wrap=True))
        licences = self.add_card(self.tr("许可"), right=True)
        text = _Notices(about.licences)
        text.setAccessibleName(self.tr("许可"))
        licences.body.addWidget(text)
        self.even()
