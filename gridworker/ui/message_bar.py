"""What happened, said at the top of the content: never a box that must be clicked away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QWidget

from gridworker.ui.icons import IconLabel
from gridworker.ui.style import mark
from gridworker.ui.tokens import Tone
from gridworker.ui.widgets.boxes import Banner, Column, Row
from gridworker.ui.widgets.buttons import Button, IconButton
from gridworker.ui.widgets.text import Label

SHOWN_MS: Final = 8000

_ICONS: Final[dict[Tone, str]] = {
    "ok": "checkmark_circle",
    "info": "info",
    "primary": "info",
    "neutral": "info",
    "warn": "warning",
    "bad": "error_circle",
    "violet": "beaker",
}


@dataclass(frozen=True)
class Message:
    """One thing to say; *advice* is the second line, *act* is (words, what to do)."""

    text: str
    tone: Tone = "ok"
    advice: str = ""
    act: tuple[str, Callable[[], object]] | None = None
    shown_ms: int = SHOWN_MS
    """How long it stands when it goes by itself; a telephone number needs longer than the usual."""

    @property
    def stays(self) -> bool:
        """Warnings and errors wait for the worker; the rest goes by itself."""
        return self.tone in ("warn", "bad")


class MessageBar(QWidget):
    """Shows the newest message; those under it come back when it is closed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stack: list[Message] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SHOWN_MS)
        self._timer.timeout.connect(self.dismiss)
        self._build()
        self.hide()

    def _build(self) -> None:
        column = Column(self, margins=(0, 0, 0, 12))
        self._box = Banner("ok")
        column.addWidget(self._box)
        self._icon = IconLabel("info", "info", 22)
        self._text = Label("", "strong", wrap=True)
        self._advice = Label("", "second", wrap=True)
        self._more = Label("", "hint2")
        self._act = Button("", self._do, kind="quiet")
        self._close = IconButton("dismiss", self.tr("关闭这条消息"), self.dismiss)
        words = Column(gap=2)
        words.addWidget(self._text)
        words.addWidget(self._advice)
        row: Row = self._box.body
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(words, 1)
        for part in (self._more, self._act, self._close):
            row.addWidget(part, 0, Qt.AlignmentFlag.AlignVCenter)

    def show_message(self, message: Message) -> None:
        """Say *message*; the same words again are not stacked twice."""
        self._stack = [told for told in self._stack if told != message and told.stays]
        self._stack.append(message)
        self._show()

    def current(self) -> Message | None:
        """What is said now."""
        return self._stack[-1] if self._stack else None

    def dismiss(self) -> None:
        """Close the message that is shown."""
        if self._stack:
            self._stack.pop()
        self._show()

    def withdraw(self, message: Message) -> None:
        """Take *message* back wherever it is: what it said is no longer so."""
        self._stack = [told for told in self._stack if told is not message]
        self._show()

    def left_over(self) -> tuple[Message, ...]:
        """What must still be read, for another bar when this one goes away."""
        return tuple(told for told in self._stack if told.stays)

    def press_act(self) -> None:
        """Press the button of the message that is shown, if it has one."""
        if self.current() is not None:
            self._do()

    def _show(self) -> None:
        self._timer.stop()
        message = self.current()
        if message is None:
            self.hide()
            return
        self._box.set_tone(message.tone)
        token = "text2" if message.tone == "neutral" else message.tone
        self._icon.show_icon(_ICONS[message.tone], token)
        self._text.setText(message.text)
        self._advice.setText(message.advice)
        self._advice.setVisible(bool(message.advice))
        below = len(self._stack) - 1
        self._more.setText(self.tr("还有 {} 条").format(below) if below else "")
        self._act.setVisible(message.act is not None)
        self._act.set_caption(message.act[0] if message.act else "")
        mark(self._act, kind="quiet")
        self.setAccessibleName(f"{message.text} {message.advice}".strip())
        self.show()
        if not message.stays:
            self._timer.start(message.shown_ms)

    def _do(self) -> None:
        message = self.current()
        if message is None or message.act is None:
            return
        self.withdraw(message)
        message.act[1]()
