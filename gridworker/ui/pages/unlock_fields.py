"""A field for passwords, a pair of them, and rows of which one is chosen."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLineEdit, QWidget

from gridworker.ui.theme import colour, px
from gridworker.ui.widgets.boxes import Column
from gridworker.ui.widgets.buttons import Check
from gridworker.ui.widgets.fields import FormRow, Line
from gridworker.ui.widgets.rows import ListRow


class PasswordLine(Line):
    """Hides what is typed; ``capitals`` says whether Caps Lock seems to be on."""

    capitals = Signal(bool)

    def __init__(self, *, name: str, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(hint, name=name, parent=parent)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setMaxLength(200)

    def show_plainly(self, plainly: bool) -> None:
        """Show or hide what is typed."""
        self.setEchoMode(QLineEdit.EchoMode.Normal if plainly else QLineEdit.EchoMode.Password)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A capital without Shift, or a small letter with it, gives Caps Lock away."""
        typed = event.text()
        if len(typed) == 1 and typed.isascii() and typed.isalpha():
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.capitals.emit(typed.isupper() != shift)
        super().keyPressEvent(event)


class PasswordRow(QWidget):
    """A titled password field with 显示 after its title, and under it a hint or what is wrong."""

    def __init__(self, title: str, *, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("clear")
        self.line = PasswordLine(name=title)
        self._row = FormRow(title, self.line, hint=hint)
        self._show = Check(self.tr("显示"), name=self.tr("显示{}").format(title))
        self._show.toggled.connect(self.line.show_plainly)
        self._row.end.addWidget(self._show)
        column = Column(self, gap=0)
        column.addWidget(self._row)
        self.line.capitals.connect(self._warn)
        self.line.textEdited.connect(lambda: self.set_wrong(""))
        # The box belongs after the field: typing comes first.
        QWidget.setTabOrder(self.line, self._show)

    def text(self) -> str:
        """What is typed."""
        return self.line.text()

    def clear(self) -> None:
        """Empty the field and hide what comes next."""
        self.line.clear()
        self._show.setChecked(False)

    def set_wrong(self, message: str) -> None:
        """Say in red what is wrong; empty brings the hint back."""
        self._row.set_wrong(message)

    def wrong(self) -> str:
        """What is said to be wrong."""
        return self.line.accessibleDescription()

    def _warn(self, capitals: bool) -> None:
        self.set_wrong(self.tr("大写锁定（Caps Lock）可能开着。") if capitals else "")


class NewPassword(QWidget):
    """A new password typed twice."""

    def __init__(self, *, least: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("clear")
        self.first = PasswordRow(self.tr("新密码"))
        self.second = PasswordRow(self.tr("再输一遍"))
        self._least = 0
        column = Column(self, gap=12)
        column.addWidget(self.first)
        column.addWidget(self.second)
        self.set_least(least)

    def set_least(self, least: int) -> None:
        """At least so many characters."""
        self._least = least

    def text(self) -> str:
        """The password, or "" after saying what is wrong with it."""
        password = self.first.text()
        if len(password) < self._least:
            self.first.set_wrong(self.tr("至少 {} 个字符，现在是 {} 个。").format(self._least, len(password)))
            self.first.line.setFocus()
            return ""
        if password != self.second.text():
            self.second.set_wrong(self.tr("两次输入的不一样，请再输一遍。"))
            self.second.line.setFocus()
            self.second.line.selectAll()
            return ""
        return password

    def clear(self) -> None:
        """Empty both."""
        self.first.clear()
        self.second.clear()


class ChoiceRow(ListRow):
    """A large row that is chosen; the chosen one is tinted and outlined."""

    _chosen = False

    def choose(self, chosen: bool) -> None:
        """Show whether it is the chosen one."""
        self._chosen = chosen
        self.setAccessibleDescription(self.tr("已选中") if chosen else "")
        self.update()

    @property
    def chosen(self) -> bool:
        """Whether it is the chosen one."""
        return self._chosen

    def paintEvent(self, event: QPaintEvent) -> None:
        """A box of its own: outlined, and tinted when it is the chosen one."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = "tint" if self._chosen else "sunken" if self.underMouse() else "surface"
        painter.setPen(QPen(colour("primary" if self._chosen else "line2"), 2 if self._chosen else 1))
        painter.setBrush(colour(ground))
        inset = 1.0 if self._chosen else 0.5
        box = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(box, px(8), px(8))
        painter.end()
        self.paint_ring()


class Chooser(QWidget):
    """Rows of which one is chosen by a click, Space or Return; the arrow keys walk between them.

    ``chosen`` carries the key of another choice, ``settled`` follows every act of choosing: what
    comes next may take the focus.
    """

    chosen = Signal(str)
    settled = Signal(str)

    def __init__(self, *, gap: int = 8, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("clear")
        self._column = Column(self, gap=gap)
        self._rows: dict[str, ChoiceRow] = {}

    def add(self, key: str, row: ChoiceRow) -> None:
        """Put *row* at the end."""
        self._rows[key] = row
        self._column.addWidget(row)
        row.opened.connect(self._settler(key))

    def row(self, key: str) -> ChoiceRow:
        """The row of *key*."""
        return self._rows[key]

    def keys(self) -> tuple[str, ...]:
        """All keys in order."""
        return tuple(self._rows)

    def value(self) -> str:
        """The key that is chosen; empty when none is."""
        return next((key for key, row in self._rows.items() if row.chosen), "")

    def choose(self, key: str) -> None:
        """Choose *key* and tell."""
        if key not in self._rows or self._rows[key].chosen:
            return
        for other, row in self._rows.items():
            row.choose(other == key)
        self.chosen.emit(key)

    def _settler(self, key: str) -> Callable[[], None]:
        def settle() -> None:
            self.choose(key)
            self.settled.emit(key)

        return settle
