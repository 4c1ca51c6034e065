"""Brings into sight what has just been added or has to be mended."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtWidgets import QScrollArea, QWidget

from gridworker.ui.theme import px


def bring_into_sight(*parts: QWidget) -> None:
    """Scroll to each of *parts*, the most important last, once what was added has come to stand."""
    for part in parts:
        QTimer.singleShot(0, part, lambda part=part: _scroll_to(part))


def _scroll_to(part: QWidget) -> None:
    above = part.parentWidget()
    while above is not None and not isinstance(above, QScrollArea):
        above = above.parentWidget()
    if above is not None:
        # The places of new parts are given by requests that are still waiting.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        above.ensureWidgetVisible(part, 0, px(24))
