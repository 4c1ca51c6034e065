"""Whether everything on a page can be read, and has a name for those who listen to it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QComboBox, QLabel, QLineEdit, QPushButton, QWidget

from gridworker.ui.widgets import Elide


def settle(root: QWidget) -> None:
    """Let layouts and styles take their places."""
    for _ in range(4):
        QApplication.processEvents()
    root.repaint()


def cut_off(root: QWidget) -> list[str]:
    """What cannot be read whole, though nothing offers the rest: words and where they stand."""
    return [*_cut_labels(root), *_cut_buttons(root), *_beyond_the_edge(root)]


def nameless(root: QWidget) -> list[str]:
    """What takes the keyboard's focus and has no accessible name."""
    focusable = [each for each in root.findChildren(QWidget) if _takes_focus(each) and not _inside_a_field(each)]
    return [f"{type(each).__name__}({each.objectName()})" for each in focusable if not each.accessibleName()]


def _cut_labels(root: QWidget) -> list[str]:
    cut = []
    for label in root.findChildren(QLabel):
        if not label.isVisible() or not label.text() or isinstance(label, Elide):
            continue
        if label.wordWrap():
            short = label.height() < label.heightForWidth(label.width())
        else:
            widest = max(label.fontMetrics().horizontalAdvance(line) for line in label.text().split("\n"))
            short = label.width() < widest or label.height() < label.fontMetrics().height() - 1
        if short:
            cut.append(f"label {label.text()!r} in {label.width()}x{label.height()}")
    return cut


def _cut_buttons(root: QWidget) -> list[str]:
    return [
        f"button {button.text()!r} in {button.width()}x{button.height()}"
        for button in root.findChildren(QPushButton)
        if button.isVisible()
        and button.text()
        and (
            button.width() < button.fontMetrics().horizontalAdvance(button.text())
            or button.height() < button.fontMetrics().height()
        )
    ]


def _beyond_the_edge(root: QWidget) -> list[str]:
    seen = [each for each in root.findChildren(QWidget) if each.isVisible() and isinstance(each, QLabel | QPushButton)]
    return [
        f"{type(each).__name__} {each.accessibleName() or each.text()!r} ends beyond the window"
        for each in seen
        if each.mapTo(root, QPoint(each.width(), 0)).x() > root.width() + 1
    ]


def _takes_focus(widget: QWidget) -> bool:
    return widget.isVisible() and widget.isEnabled() and bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)


def _inside_a_field(widget: QWidget) -> bool:
    parent = widget.parentWidget()
    return isinstance(widget, QLineEdit) and isinstance(parent, QAbstractSpinBox | QComboBox)
