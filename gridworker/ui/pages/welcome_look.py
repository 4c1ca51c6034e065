"""第一步, 字号与外观: before anything must be read, it must be readable."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from gridworker.ui.pages.welcome_step import Step
from gridworker.ui.theme import SCALE_NAMES, SCALES, Mode, look
from gridworker.ui.widgets.boxes import Card, Column
from gridworker.ui.widgets.chips import SegmentedChoice
from gridworker.ui.widgets.fields import FormRow
from gridworker.ui.widgets.rows import ListRow


class LookChoices(QWidget):
    """Size and theme, each kept at once, with a row of a real list that shows them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("clear")
        column = Column(self, gap=14)
        column.addWidget(_sample(self))
        self.size_choice = SegmentedChoice(
            self.tr("字号"), [(f"{scale:g}", SCALE_NAMES[scale], "") for scale in SCALES]
        )
        self.size_choice.chosen.connect(lambda key: look().set_scale(float(key)))
        column.addWidget(FormRow(self.tr("字号"), self.size_choice))
        self.theme_choice = SegmentedChoice(
            self.tr("外观"),
            (
                ("system", self.tr("跟随系统"), "desktop"),
                ("light", self.tr("浅色"), "weather_sunny"),
                ("dark", self.tr("深色"), "weather_moon"),
            ),
        )
        self.theme_choice.chosen.connect(lambda key: look().set_mode(cast("Mode", key)))
        column.addWidget(FormRow(self.tr("外观"), self.theme_choice))
        look().changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        self.size_choice.choose(f"{look().scale:g}")
        self.theme_choice.choose(look().mode)


def _sample(speaker: QWidget) -> QWidget:
    card = Card(margins=(0, 2, 0, 2))
    row = ListRow(
        speaker.tr("王桂英"),
        tags=((speaker.tr("独居老人"), "warn"), (speaker.tr("高龄"), "info")),
        line=speaker.tr("马村 18 号·上次走访 8月19日"),
        due=(speaker.tr("逾期 4 天"), "bad"),
    )
    row.add_act(speaker.tr("记走访"), lambda: None, icon_name="notebook_add").setFocusPolicy(Qt.FocusPolicy.NoFocus)
    row.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    row.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    card.body.addWidget(row)
    card.setAccessibleName(speaker.tr("样例：列表里的一行"))
    return card


class LookStep(Step):
    """The first step of the first run."""

    def __init__(self, parent: QWidget | None = None) -> None:
        words = ("先把字调到看着舒服", "下面这一行，以后列表里就是这样。随时能改：右下角，或者按 Ctrl 和 +。")
        super().__init__(*words, parent)
        self.choices = LookChoices()
        self.body.addWidget(self.choices)

    def begin(self) -> None:
        """The arrow keys choose a size at once."""
        self.choices.size_choice.button(self.choices.size_choice.value() or "1").setFocus()
