"""The recovery code on the screen: to be copied by hand or printed, and seen only this once."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QTextDocument
from PySide6.QtWidgets import QWidget

from gridworker.ui import fonts
from gridworker.ui.theme import look
from gridworker.ui.widgets.boxes import Card, Column, Row
from gridworker.ui.widgets.buttons import Check, QuietButton
from gridworker.ui.widgets.text import Label


class _Code(Label):
    def rescale(self) -> None:
        """Large, and every sign as wide as the next."""
        face = QFont(look().font(fonts.H1, bold=True))
        face.setFamilies(["Consolas", "DejaVu Sans Mono", "Liberation Mono", "Noto Sans Mono CJK SC", "Monospace"])
        self.setFont(face)
        # The sheet's size for labels would win over a font that is set.
        size = face.pixelSize()
        families = ", ".join(f'"{name}"' for name in face.families())
        self.setStyleSheet(f"QLabel {{ font-family: {families}; font-size: {size}px; font-weight: 600; }}")


class CodeSheet(QWidget):
    """``ready`` follows the tick by which a worker says that the code is on paper."""

    ready = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("clear")
        self._plain = self._owner = ""
        column = Column(self, gap=12)
        column.addWidget(Label(self.tr("您的恢复码"), "strong"))
        box = Card(sunken=True)
        self._code = _Code("", wrap=True)
        self._code.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._code.rescale()
        box.body.addWidget(self._code)
        column.addWidget(box)
        words = self.tr("只显示这一次。谁拿到它和这台电脑，谁就能打开资料，所以请和电脑分开放。")
        column.addWidget(Label(words, "second", wrap=True))
        row = Row(gap=12)
        self.print_button = QuietButton(self.tr("打印"), self.print_sheet, icon_name="print")
        row.addWidget(self.print_button)
        self._told = Label("", "second", wrap=True)
        row.addWidget(self._told, 1)
        column.addLayout(row)
        self.kept = Check(self.tr("我已经抄好或者打印好了"))
        self.kept.toggled.connect(lambda _: self.ready.emit())
        column.addWidget(self.kept)

    @property
    def is_ready(self) -> bool:
        """Whether the worker says that it is on paper."""
        return self.kept.isChecked()

    def code(self) -> str:
        """What is shown."""
        return self._plain

    def begin(self) -> None:
        """The tick is what must be done here."""
        self.kept.setFocus()

    def show_code(self, code: str, owner: str) -> None:
        """Show *code* in lines of four groups; *owner* is named on the printed sheet."""
        self._plain, self._owner = code, owner
        groups = code.split("-")
        lines = ["-".join(groups[at : at + 4]) for at in range(0, len(groups), 4)]
        self._code.setText("\n".join(lines))
        self._code.setAccessibleName(self.tr("恢复码：") + " ".join(groups))
        self.kept.setChecked(False)

    def forget(self) -> None:
        """Take the code off the screen and out of memory as far as that goes."""
        self.show_code("", "")

    def print_sheet(self) -> None:
        """Print it, if there is a printer; nothing is written to a file."""
        # Imported here: printing brings a library that no other page before the window needs.
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter, QPrinterInfo

        if not QPrinterInfo.availablePrinters():
            self._told.setText(self.tr("没有找到打印机，请抄在纸上，抄完对一遍。"))
            return
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        dialog = QPrintDialog(printer, self)
        dialog.setWindowTitle(self.tr("打印恢复码"))
        dialog.accepted.connect(lambda: self._sheet().print_(printer))
        dialog.finished.connect(dialog.deleteLater)
        dialog.setModal(True)
        dialog.show()

    def _sheet(self) -> QTextDocument:
        sheet = QTextDocument(self)
        lines = self._code.text().replace("\n", "<br>")
        title, use = self.tr("民情日记 恢复码"), self.tr("忘记密码时，在解锁页点“忘记密码”，选“用恢复码”。请锁好。")
        sheet.setHtml(f"<h1>{title}</h1><p>{self._owner}</p><p style='font-size:24pt'><tt>{lines}</tt></p><p>{use}</p>")
        return sheet
