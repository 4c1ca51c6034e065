"""Words on a page: labels by role, labels that shorten, names and values."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QTabBar, QWidget

from gridworker.ui.style import mark
from gridworker.ui.theme import colour, px
from gridworker.ui.tokens import Tone
from gridworker.ui.widgets.boxes import Row

Role = Literal["body", "strong", "second", "hint", "hint2", "h1", "h2", "number", "key", "field"]


class Label(QLabel):
    """Plain text in one of the sheet's roles; never rich text, whatever a record contains."""

    def __init__(
        self,
        text: str = "",
        role: Role = "body",
        *,
        tone: Tone | None = None,
        wrap: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wrap)
        mark(self, role=role, tone=tone or "")

    def set_tone(self, tone: Tone | None) -> None:
        """Another colour, or the role's own."""
        mark(self, tone=tone or "")


class Elide(Label):
    """One line that shortens with … instead of pushing its neighbours off the window.

    The whole text stays as tooltip and accessible name.
    """

    def __init__(
        self,
        text: str = "",
        role: Role = "body",
        *,
        tone: Tone | None = None,
        parent: QWidget | None = None,
    ) -> None:
        self._full = text
        super().__init__(text, role, tone=tone, parent=parent)
        self.setAccessibleName(text)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def setText(self, text: str) -> None:
        """Show *text*, shortened to the room there is."""
        self._full = text
        self.setAccessibleName(text)
        super().setText(text)
        self.updateGeometry()

    def minimumSizeHint(self) -> QSize:
        """Room for one character and the dots."""
        height = super().minimumSizeHint().height()  # first: it lets the sheet set the face
        return QSize(self.fontMetrics().horizontalAdvance("字…"), height)

    def sizeHint(self) -> QSize:
        """The whole text on one line."""
        hint = super().sizeHint()
        return QSize(self.fontMetrics().horizontalAdvance(self._full) + 2, hint.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Offer the whole text as tooltip only when it does not fit."""
        super().resizeEvent(event)
        self.setToolTip(self._full if self._shortened() != self._full else "")

    def _shortened(self) -> str:
        return self.fontMetrics().elidedText(self._full, Qt.TextElideMode.ElideRight, self.contentsRect().width())

    def paintEvent(self, event: object) -> None:
        """Draw the shortened text in the sheet's face and colour."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(
            self.contentsRect(),
            self.alignment() | Qt.AlignmentFlag.AlignVCenter,
            self._shortened(),
        )


class Marked(Label):
    """A long text of which some sentences stand on a coloured ground; whatever they contain, they are plain."""

    def __init__(self, sentences: Sequence[tuple[str, bool]], *, parent: QWidget | None = None) -> None:
        self._sentences = tuple(sentences)
        super().__init__("".join(sentence for sentence, _ in sentences), "body", wrap=True, parent=parent)
        self._dress()

    def changeEvent(self, event: QEvent) -> None:
        """Another theme: other colours."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._dress()

    def _dress(self) -> None:
        if not any(marked for _, marked in self._sentences):
            return
        ground = f"background-color:{colour('warn_bg').name()};color:{colour('text').name()}"
        pieces = ((html.escape(text).replace("\n", "<br>"), marked) for text, marked in self._sentences)
        told = "".join(f'<span style="{ground}">{text}</span>' if marked else text for text, marked in pieces)
        if told != self.text():
            self.setTextFormat(Qt.TextFormat.RichText)
            self.setText(told)


class SectionTitle(QWidget):
    """A card's heading with a count after it and room for links at the right (``end``)."""

    def __init__(self, text: str, count: str = "", *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        from gridworker.ui.widgets.chips import Chip

        self._text = Elide(text, "h2")
        self._count = Chip(count, "neutral")
        if not count:
            self._count.hide()
        self.end = Row(gap=6)
        row = Row(self, gap=8)
        row.addWidget(self._text)
        row.addWidget(self._count)
        row.addStretch(1)
        row.addLayout(self.end)
        self._row = row

    def set_text(self, text: str) -> None:
        """Another heading."""
        self._text.setText(text)

    def set_count(self, count: str) -> None:
        """The small box after the heading; empty hides it."""
        self._count.set_text(count)
        self._count.setVisible(bool(count))


class TabStrip(QTabBar):
    """Tabs over a page: words with a line under the one that is chosen."""

    def __init__(self, name: str, titles: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setUsesScrollButtons(False)
        for title in titles:
            self.addTab(title)


class KeyValue(QWidget):
    """Names at the left in grey, values at the right, one pair a line."""

    def __init__(self, *, key_width: int = 66, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key_width = key_width
        self._grid = QGridLayout(self)
        self._values: dict[str, Label] = {}
        self._grid.setColumnStretch(1, 1)
        self.rescale()

    def rescale(self) -> None:
        """Take the size in use."""
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(px(10))
        self._grid.setVerticalSpacing(px(8))
        self._grid.setColumnMinimumWidth(0, px(self._key_width))

    def put(self, key: str, value: str, *, tone: Tone | None = None) -> None:
        """Set the value of *key*, adding the line when it is new; empty shows a dash."""
        shown = value or "—"
        if key in self._values:
            self._values[key].setText(shown)
            self._values[key].set_tone(tone)
            return
        line = len(self._values)
        name, label = Label(key, "key"), Label(shown, "second", tone=tone, wrap=True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        top = Qt.AlignmentFlag.AlignTop
        self._grid.addWidget(name, line, 0, alignment=top)
        self._grid.addWidget(label, line, 1, alignment=top)
        self._values[key] = label

    def value(self, key: str) -> str:
        """What stands at *key* now."""
        return self._values[key].text()
