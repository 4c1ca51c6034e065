"""What every part of the settings is: two columns of cards that become one where room is short."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QBoxLayout, QWidget

from gridworker.ui.page import Frame
from gridworker.ui.pages.settings_port import Housekeeping
from gridworker.ui.theme import px
from gridworker.ui.widgets import Card, Column, Label, Scroll, SectionTitle
from gridworker.ui.work import Work

SIDE_BY_SIDE_FROM = 1000


class Section(Scroll):
    """One part. Subclasses add cards in ``__init__`` and read what is so in :meth:`load`."""

    def __init__(self, work: Work, frame: Frame, port: Housekeeping, parent: QWidget | None = None) -> None:
        super().__init__(margins=(0, 0, 8, 8), gap=0, parent=parent)
        self.work, self.frame, self.port = work, frame, port
        self._halves = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._left, self._right = Column(gap=12), Column(gap=12)
        self._halves.addLayout(self._left, 1)
        self._halves.addLayout(self._right, 1)
        self._halves.setSpacing(px(12))
        self._above = Column(gap=12)
        self.body.addLayout(self._above)
        self.body.addLayout(self._halves)
        self.body.addStretch(1)

    def add_card(self, title: str, why: str = "", *, right: bool = False) -> Card:
        """A card with its heading and, in grey, why it is there."""
        card = Card(gap=12)
        card.body.addWidget(SectionTitle(title))
        if why:
            card.body.addWidget(Label(why, "second", wrap=True))
        (self._right if right else self._left).addWidget(card)
        return card

    def add_whole(self, card: QWidget) -> None:
        """A card that is as wide as the page, above the columns; it brings its own room below."""
        self._above.addWidget(card)

    def even(self) -> None:
        """After the last card: columns of different height begin at the top."""
        self._left.addStretch(1)
        self._right.addStretch(1)

    def load(self) -> None:
        """The part comes to the front: show what is so now."""

    def bring_into_sight(self, part: QWidget) -> None:
        """Scroll to *part* once what has just appeared in it has its place."""
        QTimer.singleShot(0, part, lambda: self.ensureWidgetVisible(part, 0, px(12)))

    def fitted(self, width: int) -> None:
        """Side by side where there is room."""
        side_by_side = width >= SIDE_BY_SIDE_FROM
        direction = QBoxLayout.Direction
        self._halves.setDirection(direction.LeftToRight if side_by_side else direction.TopToBottom)
        self._halves.setSpacing(px(12))
