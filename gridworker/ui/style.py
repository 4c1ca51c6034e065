"""One sheet for the whole window, written in tokens and design pixels."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

RESOURCES: Final = Path(__file__).resolve().parents[2] / "resources"
TEMPLATE: Final = RESOURCES / "styles" / "desk.qss"

_UNIT = re.compile(r"(?<![\w#.])(\d+(?:\.\d+)?)u\b")
_TOKEN = re.compile(r"@([a-z][a-z0-9_]*)")


def pixels(design: float, scale: float) -> int:
    """Design pixels as screen pixels; a hairline never vanishes."""
    return max(1, round(design * scale)) if design > 0 else round(design * scale)


def render(template: str, values: dict[str, str], scale: float) -> str:
    """The sheet for one theme and size: ``@name`` from *values*, ``15u`` times *scale*.

    An unknown name raises ``KeyError``: a typing slip must not become a black box on screen.
    """
    coloured = _TOKEN.sub(lambda match: values[match[1]], template)
    return _UNIT.sub(lambda match: f"{pixels(float(match[1]), scale)}px", coloured)


def mark(widget: QWidget, **properties: object) -> None:
    """Set properties that the sheet selects by, and let the sheet look at the widget again."""
    changed = False
    for name, value in properties.items():
        if widget.property(name) != value:
            widget.setProperty(name, value)
            changed = True
    # Before its first show Qt asks the sheet anyway; asking twice would be a third of what a row of a list costs.
    if changed and widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
        style = widget.style()
        style.unpolish(widget)
        style.polish(widget)
        widget.update()
