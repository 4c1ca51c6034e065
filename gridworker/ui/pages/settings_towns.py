"""资料范围: which towns are on this desk, how large each is, and in which order they come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from gridworker.ui.tokens import Tone
from gridworker.ui.widgets import Card, Check, Chip, Column, IconButton, Label, Row, SectionTitle, clear
from gridworker.ui.wording import share_words, size_words

if TYPE_CHECKING:
    from gridworker.storage.wish import Town
    from gridworker.ui.pages.settings_port import Housekeeping

STATES: Final[dict[str, tuple[str, Tone]]] = {
    "absent": ("未下载", "neutral"),
    "loading": ("等待下载", "info"),
    "live": ("已下载", "ok"),
    "leaving": ("传完就移除", "warn"),
}


class TownsCard(QWidget):
    """Every tick counts at once; the next sync does the rest."""

    def __init__(self, port: Housekeeping, changed: Callable[[], object], parent: QWidget | None = None) -> None:
        """*changed* syncs soon."""
        super().__init__(parent)
        self.setObjectName("clear")
        card = Card(gap=10)
        Column(self, margins=(0, 0, 0, 12)).addWidget(card)
        self._port, self._changed = port, changed
        self._towns: Sequence[Town] = ()
        card.body.addWidget(SectionTitle(self.tr("资料范围")))
        words = self.tr("勾上的乡镇下载到这台电脑，没有网也能看；按从上到下的次序下载。")
        card.body.addWidget(Label(words, "second", wrap=True))
        self._rows = Column(gap=4)
        card.body.addLayout(self._rows)
        self._sum = Label("", "strong", wrap=True)
        card.body.addWidget(self._sum)
        hint = self.tr("取消勾选的乡镇，等本机没传完的内容传完，就从这台电脑移除；中心的资料不动，随时可以再勾上。")
        card.body.addWidget(Label(hint, "hint", wrap=True))

    def load(self) -> None:
        """Show what is so; the card is for whoever holds several towns."""
        self._towns = self._port.towns()
        self.setVisible(len(self._towns) > 1)
        clear(self._rows)
        chosen = self._chosen()
        for place, town in enumerate(self._towns):
            self._rows.addWidget(self._row(place, town, len(chosen)))
        rows = sum(town.rows for town in self._towns if town.region in chosen)
        size = sum(town.bytes for town in self._towns if town.region in chosen)
        words = self.tr("已选 {} 个乡镇：约 {:,} 条资料，{}。").format(len(chosen), rows, size_words(size))
        self._sum.setText(words if chosen else self.tr("还没有选乡镇。"))

    def _chosen(self) -> list[str]:
        return [town.region for town in self._towns if town.state in ("live", "loading")]

    def _row(self, place: int, town: Town, chosen: int) -> QWidget:
        line = QWidget()
        row = Row(line, gap=10)
        box = Check(town.name)
        box.setChecked(place < chosen)
        box.clicked.connect(lambda wanted: self._tick(town.region, wanted))
        row.addWidget(box, 2)
        row.addWidget(Label(self.tr("{:,} 条").format(town.rows), "second"), 1)
        row.addWidget(Label(size_words(town.bytes), "second"), 1)
        words, tone = STATES[town.state]
        if town.state == "loading" and town.here:
            words = self.tr("下载中 {}").format(share_words(town.here, max(town.bytes, town.here)).partition("（")[0])
        row.addWidget(Chip(words, tone), 1, Qt.AlignmentFlag.AlignRight)
        for icon, step, says in (
            ("chevron_up", -1, self.tr("{}：先下载").format(town.name)),
            ("chevron_down", 1, self.tr("{}：后下载").format(town.name)),
        ):
            button = IconButton(icon, says, partial(self._move, town.region, step))
            button.setEnabled(place < chosen and 0 <= place + step < chosen)
            row.addWidget(button)
        return line

    def _tick(self, region: str, wanted: bool) -> None:
        chosen = [each for each in self._chosen() if each != region]
        self._want([*chosen, region] if wanted else chosen)

    def _move(self, region: str, step: int) -> None:
        chosen = self._chosen()
        place = chosen.index(region)
        chosen.insert(place + step, chosen.pop(place))
        self._want(chosen)

    def _want(self, towns: list[str]) -> None:
        self._port.want_towns(towns)
        self.load()
        self._changed()
