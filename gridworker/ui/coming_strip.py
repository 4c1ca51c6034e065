"""The strip above every list: what is still being loaded, so that half a list is never taken for a whole one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from gridworker.ui.icons import IconLabel
from gridworker.ui.widgets.boxes import Banner, Column
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.text import Label
from gridworker.ui.wording import LOADING, share_words

if TYPE_CHECKING:
    from gridworker.ledger import Ledger
    from gridworker.ui.sync_control import SyncView

WITHOUT: Final = ("sync", "settings", "help")
"""Pages on which no list stands that could be half."""


class ComingStrip(QWidget):
    """Hidden when all that is wanted is here."""

    def __init__(self, load: Callable[[], object], choose: Callable[[], object], parent: QWidget | None = None) -> None:
        """*load* syncs now; *choose* opens the choice of towns."""
        super().__init__(parent)
        self._load, self._choose = load, choose
        self._run: Callable[[], object] = load
        self._here = ""
        self._has_words = False
        column = Column(self, margins=(0, 0, 0, 12))
        self._box = Banner("info")
        column.addWidget(self._box)
        row = self._box.body
        row.addWidget(IconLabel("arrow_download", "info", 22), 0, Qt.AlignmentFlag.AlignVCenter)
        words = Column(gap=2)
        self._text, self._advice = Label("", "strong", wrap=True), Label("", "second", wrap=True)
        words.addWidget(self._text)
        words.addWidget(self._advice)
        row.addLayout(words, 1)
        self._button = Button("", lambda: self._run(), kind="quiet")
        row.addWidget(self._button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.hide()

    @property
    def words(self) -> tuple[str, str]:
        """What it says; two empty lines when it says nothing."""
        return (self._text.text(), self._advice.text()) if self._has_words else ("", "")

    def fit_page(self, key: str) -> None:
        """Another page came to the front."""
        self._here = key
        self._show()

    def show_state(self, view: SyncView, ledger: Ledger) -> None:
        """How the loading stands."""
        coming, absent = ledger.coming(), ledger.absent_grids()
        if coming is not None:
            advice = self.tr("没下完的网格先不显示，下完就出来；下面的列表和数字还不全。")
            running = view.running and view.words == LOADING and view.total
            share = share_words(*((view.done, view.total) if running else (coming.here, max(coming.total, 1))))
            words = f"{LOADING} {share}" if view.running else self.tr("还有资料没下载完：{}").format(share)
            self._say(words, advice, "" if view.running else self.tr("继续下载"), self._load)
        elif absent and ledger.asks_for_towns():
            advice = self.tr("您的范围较大，先选要放在这台电脑上的乡镇；选之前看得到每个乡镇有多少。")
            self._say(self.tr("还没有选要下载的乡镇"), advice, self.tr("选乡镇"), self._choose)
        elif absent:
            towns = [town for town in ledger.towns() if town.state in ("absent", "leaving")]
            advice = self.tr("下面的列表和数字不含它们。")
            words = self.tr("有 {} 个乡镇没有下载到这台电脑").format(len(towns))
            self._say(words, advice, self.tr("资料范围"), self._choose)
        else:
            self._has_words = False
        self._show()

    def _say(self, words: str, advice: str, button: str, run: Callable[[], object]) -> None:
        self._has_words = True
        self._text.setText(words)
        self._advice.setText(advice)
        self._button.setText(button)
        self._button.setVisible(bool(button))
        self._run = run

    def _show(self) -> None:
        self.setVisible(self._has_words and self._here not in WITHOUT)
