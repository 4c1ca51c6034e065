"""程序出了问题: what a worker sees when something happened that nobody foresaw; never a code, never the blame."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QWidget

from gridworker.errors import GridworkerError
from gridworker.ui.icons import IconLabel
from gridworker.ui.overlay import Overlay
from gridworker.ui.style import mark
from gridworker.ui.theme import px
from gridworker.ui.widgets.boxes import Column, Row
from gridworker.ui.widgets.buttons import Button, PrimaryButton
from gridworker.ui.widgets.text import Label

Written = Literal["nothing", "kept", "lost"]
"""Nothing was being written, it is a draft now, or it could not be kept."""


class CrashSheet(Overlay):
    """Over the dimmed window; Escape goes on. *go_on* is called when it is closed."""

    def __init__(
        self,
        parent: QWidget,
        *,
        written: Written,
        again: bool,
        go_on: Callable[[], object],
        save: Callable[[], Path],
    ) -> None:
        """*written*: what became of what was being written. *again*: it is not the first time; *go_on* begins anew,
        unless that would take the last sight of what was being written.

        *save* writes what whoever mends it needs, and says where.
        """
        super().__init__(parent)
        self._go_on, self._save = go_on, save
        self._folder: Path | None = None
        self._box = QFrame(self)
        mark(self._box, box="palette")
        self._column = Column(self._box, margins=(26, 24, 26, 22), gap=14)
        head = Row(gap=12)
        head.addWidget(IconLabel("warning", "warn", 28))
        lost = written == "lost"
        title = self.tr("程序出了问题，已保存的内容都在") if lost else self.tr("程序出了问题，您的内容都已保存")
        head.addWidget(Label(title, "h2", wrap=True), 1)
        self._column.addLayout(head)
        for words in self._words(written, again):
            self._column.addWidget(Label(words, "body", wrap=True))
        self._told = Label("", "second", wrap=True)
        self._told.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._told.hide()
        self._column.addWidget(self._told)
        self._feet(self.tr("重新进入") if again and not lost else self.tr("继续"))
        self.setAccessibleName(title)
        self.left.connect(self._leave)

    def _words(self, written: Written, again: bool) -> Iterator[str]:
        if written == "kept":
            yield self.tr("正在写的已存成草稿，在“今日”里找得到。")
        if written == "lost":
            yield self.tr("正在写的这一段没能存成草稿。按“继续”回到原处，请把它抄下来，或者再保存一次。")
        if again:
            yield self.tr("同样的问题又出现了：锁定以后重新进入，多半就好。还不行，请把诊断信息交给管理员。")
        else:
            yield self.tr("可以接着用。要是同一件事老出问题，请把诊断信息交给管理员，里面没有住户的任何资料。")

    def _feet(self, go_on: str) -> None:
        feet = Row(gap=10)
        self.save_button = Button(self.tr("保存诊断信息"), self.save, kind="quiet", icon_name="save")
        feet.addWidget(self.save_button)
        self.folder_button = Button(self.tr("打开文件夹"), self._open_folder, kind="quiet", icon_name="folder")
        self.folder_button.hide()
        feet.addWidget(self.folder_button)
        feet.addStretch(1)
        self.go_on_button = PrimaryButton(go_on, self.left.emit)
        feet.addWidget(self.go_on_button)
        self._column.addLayout(feet)

    def open_over(self) -> None:
        """Cover the window; Return goes on."""
        super().open_over()
        self.go_on_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def save(self) -> None:
        """Write the file and say where it lies."""
        try:
            path = self._save()
        except (GridworkerError, OSError):
            self._told.setText(self.tr("没能保存：请看看磁盘是不是满了，再试一次。"))
        else:
            self._folder = path.parent
            self._told.setText(self.tr("已保存：{}").format(path))
            self.save_button.hide()
            self.folder_button.show()
        self._told.show()
        self.place()

    def place(self) -> None:
        """In the middle, as high as what it says."""
        width = min(px(600), self.width() - px(24))
        self._box.setFixedWidth(width)
        needed = self._column.heightForWidth(width) if self._column.hasHeightForWidth() else 0
        height = min(max(needed, self._box.sizeHint().height()), self.height() - px(24))
        self._box.setGeometry((self.width() - width) // 2, (self.height() - height) // 2, width, height)

    def rescale(self) -> None:
        """Take the size in use."""
        self.place()

    def _open_folder(self) -> None:
        if self._folder is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder)))

    def _leave(self) -> None:
        self.close_over()
        self.deleteLater()
        self._go_on()
