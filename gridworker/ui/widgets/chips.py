"""Small coloured words, and small buttons that choose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from math import ceil

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QMenu, QSizePolicy, QWidget, QWidgetAction

from gridworker.ui import fonts
from gridworker.ui.style import mark
from gridworker.ui.theme import colour, look, px
from gridworker.ui.tokens import Tone, tone_pair
from gridworker.ui.widgets.boxes import Flow, Row, clear
from gridworker.ui.widgets.buttons import Button


def chip_width(text: str) -> int:
    """How many screen pixels a chip with *text* takes."""
    return ceil(look().label(text).size().width()) + px(14)


def paint_chip(painter: QPainter, box: QRectF, text: str, tone: Tone) -> None:
    """Draw one chip filling *box*."""
    theme, (word, ground) = look(), tone_pair(tone)
    label = theme.label(text)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour(ground))
    corner = theme.px(5)
    painter.drawRoundedRect(box, corner, corner)
    painter.setPen(theme.colour(word))
    painter.setFont(theme.face(fonts.HINT)[0])
    size = label.size()
    painter.drawStaticText(QPointF(box.center().x() - size.width() / 2, box.center().y() - size.height() / 2), label)
    painter.restore()


class Chip(QWidget):
    """One coloured word, such as 逾期 4 天: it says something and cannot be pressed."""

    def __init__(self, text: str, tone: Tone = "neutral", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text, self._tone = text, tone
        self.setAccessibleName(text)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def text(self) -> str:
        """The word it shows."""
        return self._text

    def set_text(self, text: str, tone: Tone | None = None) -> None:
        """Another word, in another tone if one is given."""
        self._text, self._tone = text, tone or self._tone
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def rescale(self) -> None:
        """Take the size in use."""
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """The word with a little room around it."""
        return QSize(chip_width(self._text), px(24))

    def minimumSizeHint(self) -> QSize:
        """Never cut."""
        return self.sizeHint()

    def paintEvent(self, event: object) -> None:
        """Draw it."""
        paint_chip(QPainter(self), QRectF(self.rect()), self._text, self._tone)


class TagChip(Chip):
    """A tag of a household or person; its tone comes from the caller's own table."""


class Tags(QWidget):
    """A line of tags; those that find no room fold into +2."""

    def __init__(self, tags: Sequence[tuple[str, Tone]] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tags = tuple(tags)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.set_tags(tags)

    def set_tags(self, tags: Sequence[tuple[str, Tone]]) -> None:
        """Show these (word, tone)."""
        self._tags = tuple(tags)
        words = "、".join(word for word, _ in tags)
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.updateGeometry()
        self.update()

    def rescale(self) -> None:
        """Take the size in use."""
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """All tags on one line."""
        width = sum(chip_width(word) + px(6) for word, _ in self._tags)
        return QSize(max(0, width), px(24))

    def minimumSizeHint(self) -> QSize:
        """Room for +9."""
        return QSize(px(30) if self._tags else 0, px(24))

    def paintEvent(self, event: object) -> None:
        """Draw them."""
        paint_tags(QPainter(self), QRectF(self.rect()), self._tags)


def paint_tags(painter: QPainter, box: QRectF, tags: Sequence[tuple[str, Tone]]) -> None:
    """Draw as many tags as *box* holds, then how many there are more."""
    x, gap, height = box.x(), px(6), min(float(px(24)), box.height())
    top = round(box.center().y() - height / 2)
    more_width = px(26)
    for n, (word, tone) in enumerate(tags):
        width, left = chip_width(word), len(tags) - n
        room = box.right() - x - (more_width if left > 1 else 0)
        if width > room + 1:
            painter.setFont(look().face(fonts.HINT)[0])
            painter.setPen(colour("text3"))
            rest = QRectF(x, top, max(0.0, box.right() - x), height)
            painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, f"+{left}")
            return
        paint_chip(painter, QRectF(x, top, width, height), word, tone)
        x += width + gap


class _Choice(QWidget):
    """One of several buttons is down; arrow keys move, as in a group of radio buttons."""

    chosen = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._buttons: dict[str, Button] = {}

    def value(self) -> str:
        """The key that is chosen; empty when none is."""
        return next((key for key, b in self._buttons.items() if b.isChecked()), "")

    def choose(self, key: str) -> None:
        """Choose *key* without telling anyone."""
        self._buttons[key].setChecked(True)

    def button(self, key: str) -> Button:
        """The button of *key*."""
        return self._buttons[key]

    def _add(self, key: str, button: Button) -> None:
        button.setCheckable(True)
        self._group.addButton(button)
        self._buttons[key] = button
        button.clicked.connect(lambda: self.chosen.emit(key))


class SegmentedChoice(_Choice):
    """A bar of two to five choices, all seen at once: 上门 电话 路遇 来访.

    *options* are (key, words, icon name or empty).
    """

    def __init__(
        self,
        name: str,
        options: Sequence[tuple[str, str, str]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(name, parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        last = len(options) - 1
        for n, (key, words, icon_name) in enumerate(options):
            button = Button(words, kind="segment", icon_name=icon_name, name=f"{name}：{words}")
            edge = "only" if last == 0 else {0: "first", last: "last"}.get(n, "middle")
            mark(button, edge=edge)
            row.addWidget(button, 1)
            self._add(key, button)


class ChipChoice(_Choice):
    """A line of pills: one is on (a filter), or several with ``many=True``.

    *options* are (key, words). ``chosen`` carries the key pressed; ask ``values()`` when many.
    """

    def __init__(
        self,
        name: str,
        options: Sequence[tuple[str, str]],
        *,
        many: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(name, parent)
        self._name = name
        self._flow = Flow(self, gap=8)
        self._group.setExclusive(not many)
        self.set_options(options)

    def set_options(self, options: Sequence[tuple[str, str]]) -> None:
        """Show these choices; what was chosen stays chosen where it still exists."""
        before = self.values()
        for button in self._buttons.values():
            self._group.removeButton(button)
        self._buttons = {}
        clear(self._flow)
        for key, words in options:
            button = Button(words, kind="chip", name=f"{self._name}：{words}")
            self._flow.addWidget(button)
            self._add(key, button)
            button.setChecked(key in before)

    def values(self) -> frozenset[str]:
        """All keys that are on."""
        return frozenset(key for key, b in self._buttons.items() if b.isChecked())

    def set_values(self, keys: frozenset[str]) -> None:
        """Switch exactly these on without telling anyone."""
        for key, button in self._buttons.items():
            button.setChecked(key in keys)


class PhraseChips(QWidget):
    """Ready sentences that are written into a text at the cursor: ``picked`` carries one."""

    picked = Signal(str)

    def __init__(self, phrases: Sequence[str] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._flow = Flow(self, gap=6)
        self.set_phrases(phrases)

    def set_phrases(self, phrases: Sequence[str]) -> None:
        """Offer these."""
        clear(self._flow)
        for phrase in phrases:
            self._flow.addWidget(self._chip(phrase))

    def _chip(self, phrase: str) -> Button:
        words = phrase if len(phrase) <= 12 else phrase[:11] + "…"
        chip = Button(words, self._pick(phrase), kind="chip")
        chip.setAccessibleName(self.tr("常用语：") + phrase)
        chip.setToolTip(phrase if words != phrase else "")
        return chip

    def _pick(self, phrase: str) -> Callable[[], None]:
        return lambda: self.picked.emit(phrase)


class DateChoice(QWidget):
    """3 天后, 一周后 or a day from the calendar; ``changed`` carries the date."""

    changed = Signal(object)

    def __init__(
        self,
        today: date,
        *,
        offers: Sequence[tuple[str, int]] = (("3 天后", 3), ("一周后", 7)),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._today = today
        self._value: date | None = None
        row = Row(self, gap=6)
        self._offers: dict[int, Button] = {}
        for words, days in offers:
            chip = Button(words, self._offer(days), kind="chip")
            chip.setCheckable(True)
            row.addWidget(chip)
            self._offers[days] = chip
        self._other = Button(self.tr("选日期"), self._ask, kind="chip")
        self._other.setCheckable(True)
        row.addWidget(self._other)
        row.addStretch(1)

    def value(self) -> date | None:
        """The day chosen."""
        return self._value

    def set_value(self, day: date | None) -> None:
        """Choose *day* without telling anyone."""
        self._value = day
        days = None if day is None else (day - self._today).days
        for offered, chip in self._offers.items():
            chip.setChecked(offered == days)
        other = day is not None and days not in self._offers
        self._other.setChecked(other)
        named = f"{day.month}月{day.day}日" if day is not None and other else self.tr("选日期")
        self._other.set_caption(named)

    def _offer(self, days: int) -> Callable[[], None]:
        return lambda: self._take(self._today + timedelta(days=days))

    def _take(self, day: date) -> None:
        self.set_value(day)
        self.changed.emit(day)

    def _ask(self) -> None:
        self.set_value(self._value)
        menu = QMenu(self)
        # Imported here: tags are shown in the first frame, a calendar never is.
        from gridworker.ui.widgets.calendar import DayCalendar

        calendar = DayCalendar(self._value or self._today, self._today)
        entry = QWidgetAction(menu)
        entry.setDefaultWidget(calendar)
        menu.addAction(entry)
        calendar.picked.connect(self._take)
        calendar.picked.connect(menu.close)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self._other.mapToGlobal(self._other.rect().bottomLeft()))
        calendar.setFocus()
