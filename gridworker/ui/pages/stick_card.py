"""用U盘交接: for villages that no line reaches, what waits goes along on a stick and the receipt comes back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from PySide6.QtWidgets import QFileDialog, QWidget

from gridworker.errors import DeviceWiped, GridworkerError
from gridworker.ui.background import Progress
from gridworker.ui.message_bar import Message
from gridworker.ui.page import Frame
from gridworker.ui.widgets import Button, Card, Label, Row, SectionTitle

if TYPE_CHECKING:
    from gridworker.sync.courier import Package, Taken

PACKAGES: Final = "民情日记的文件 (*.gwp *.gwr *.gwo)"


class Stick(Protocol):
    """What the card asks for; each runs in the local lane and raises ``GridworkerError``."""

    def export(self, path: Path, progress: Progress) -> tuple[Path, Package] | None:
        """Write what waits into the folder *path*; None when nothing does."""

    def take(self, path: Path, progress: Progress) -> Taken:
        """Take in another desk's package, or the receipt of one's own."""

    def receipts(self, folder: Path, progress: Progress) -> list[Path]:
        """Write the receipts of packages that were carried into *folder*."""


class StickCard(Card):
    """What it is for, and three buttons; those that would do nothing are not there."""

    def __init__(
        self,
        stick: Stick,
        frame: Frame,
        redraw: Callable[[frozenset[str]], object],
        cleared: Callable[[GridworkerError], object],
        parent: QWidget | None = None,
    ) -> None:
        """*cleared*: what was brought was the centre's order to destroy the store, and it is destroyed."""
        super().__init__(gap=10, parent=parent)
        self._stick, self._frame, self._redraw, self._cleared = stick, frame, redraw, cleared
        self.body.addWidget(SectionTitle("没有网？用U盘交接"))
        self._words = Label("", "second", wrap=True)
        self.body.addWidget(self._words)
        row = Row(gap=10)
        self._export = Button("导出数据包", self.ask_export, kind="quiet", icon_name="save")
        self._take = Button("收下U盘里的文件", self.ask_take, kind="quiet", icon_name="folder")
        self._back = Button("导出回执", self.ask_receipts, kind="quiet", icon_name="arrow_export")
        for button in (self._export, self._take, self._back):
            row.addWidget(button)
        row.addStretch(1)
        self.body.addLayout(row)

    def show_counts(self, waiting: int, carried: int, receipts: int) -> None:
        """*waiting*: own changes; *carried*: packages of others to hand in; *receipts*: to be carried back."""
        words = [
            "把待上传的内容装进U盘，带到有网的电脑上或直接交给中心；带回的回执在这里收下。文件是加密的，别人打不开。"
        ]
        if carried:
            words.append(f"这台电脑代别人带着 {carried} 个数据包，联网同步时会交给中心。")
        if receipts:
            words.append(f"有 {receipts} 份回执要带回给原来的电脑。")
        self._words.setText("".join(words))
        self._export.setVisible(waiting > 0)
        self._back.setVisible(receipts > 0)

    @property
    def can_export(self) -> bool:
        """Whether there is something to export."""
        return not self._export.isHidden()

    # ------------------------------------------------------------------ asking where

    def ask_export(self) -> None:
        """Into which folder."""
        self._ask(QFileDialog.FileMode.Directory, "数据包放在哪里", self.export)

    def ask_take(self) -> None:
        """Which file."""
        self._ask(QFileDialog.FileMode.ExistingFile, "U盘里的数据包或回执", self.take)

    def ask_receipts(self) -> None:
        """Into which folder."""
        self._ask(QFileDialog.FileMode.Directory, "回执放在哪里", self.receipts)

    def _ask(self, mode: QFileDialog.FileMode, title: str, then: Callable[[str], object]) -> None:
        dialog = QFileDialog(self, title, "", PACKAGES if mode is QFileDialog.FileMode.ExistingFile else "")
        dialog.setFileMode(mode)
        dialog.fileSelected.connect(then)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    # ------------------------------------------------------------------ doing it

    def export(self, folder: str) -> None:
        """Write the package into *folder*."""
        self._frame.background.run(
            lambda progress: self._stick.export(Path(folder), progress),
            then=self._exported,
            failed=self._failed,
            lane="local",
        )

    def take(self, path: str) -> None:
        """Take in the file at *path*."""
        self._frame.background.run(
            lambda progress: self._stick.take(Path(path), progress), then=self._taken, failed=self._failed, lane="local"
        )

    def receipts(self, folder: str) -> None:
        """Write the receipts into *folder*."""
        self._frame.background.run(
            lambda progress: self._stick.receipts(Path(folder), progress),
            then=self._carried_back,
            failed=self._failed,
            lane="local",
        )

    def _exported(self, written: tuple[Path, Package] | None) -> None:
        if written is None:
            self._frame.say(Message("没有等待上传的内容", "info", "不用导出数据包。"))
            return
        path, package = written
        advice = "请安全弹出U盘，带到有网的电脑上，在“同步”里收下。回执带回来以前，这些内容仍显示“仅在本机”。"
        if package.left:
            advice += f"还有 {package.left} 处没有装下，收到回执后再导出一次。"
        self._frame.say(Message(f"已导出 {package.changes} 处修改：{path.name}", "ok", advice))
        self._redraw(frozenset({"outbox"}))

    def _taken(self, taken: Taken) -> None:
        from gridworker.protocol.courier import PACKAGE

        if taken.form == PACKAGE:
            self._frame.say(Message("已收下别的电脑的数据包", "ok", "联网同步时会交给中心，然后在这里导出回执带回去。"))
        elif taken.again:
            self._frame.say(Message("中心请这台电脑重新导出一份数据包", "warn", "中心或本机恢复过备份，内容都还在。"))
        else:
            done = f"中心已收到 {taken.accepted} 处"
            rest = f"被退回 {taken.refused} 处，原因在下面。" if taken.refused else "回执已经核对。"
            self._frame.say(Message(done, "warn" if taken.refused else "ok", rest))
        self._redraw(frozenset({"outbox"}))

    def _carried_back(self, written: list[Path]) -> None:
        words = f"已导出 {len(written)} 份回执"
        self._frame.say(Message(words, "ok", "带回原来的电脑，在“同步”里收下。"))

    def _failed(self, error: GridworkerError) -> None:
        if isinstance(error, DeviceWiped):
            self._cleared(error)
            return
        self._frame.say_error(error)
