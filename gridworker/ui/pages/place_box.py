"""A list to choose a place or a person from; what is chosen stays chosen while its options are read anew."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget


class PlaceBox(QComboBox):
    """``picked`` follows the person's choice; ``value`` is an id, "" for all."""

    picked = Signal(str)

    def __init__(self, name: str, all_words: str, *, letters: int = 6, parent: QWidget | None = None) -> None:
        """*letters*: room for so many at least."""
        super().__init__(parent)
        self._all_words = all_words
        self._value = ""
        self.setAccessibleName(name)
        self.setMaxVisibleItems(14)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(letters)
        self.addItem(all_words, "")
        self.activated.connect(lambda _: self._pick())

    def value(self) -> str:
        """What is chosen, also before the options have come."""
        return self._value

    def choose(self, value: str) -> None:
        """Choose without telling anyone."""
        self._value = value
        self._show()

    def set_options(self, options: Mapping[str, str]) -> None:
        """Offer these, by id; what is chosen and no longer offered is let go."""
        self.clear()
        self.addItem(self._all_words, "")
        for key, words in options.items():
            self.addItem(words, key)
        if self._value not in options:
            self._value = ""
        self._show()

    def _show(self) -> None:
        self.setCurrentIndex(max(0, self.findData(self._value)))

    def _pick(self) -> None:
        self._value = str(self.currentData() or "")
        self.picked.emit(self._value)
