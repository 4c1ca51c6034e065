"""The faces and sizes that text is set in."""

from __future__ import annotations

from typing import Final

from PySide6.QtGui import QFont, QFontDatabase

FAMILIES: Final = (
    "Microsoft YaHei UI",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "Sans Serif",
)

# Design pixels.
BODY: Final = 15
SECONDARY: Final = 14
HINT: Final = 13
H2: Final = 17
H1: Final = 22
NUMBER: Final = 28


def font(pixel_size: int, *, bold: bool = False) -> QFont:
    """The window's face at a size in screen pixels."""
    face = QFont()
    face.setFamilies(list(FAMILIES))
    face.setPixelSize(pixel_size)
    face.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    return face


def has_chinese() -> bool:
    """Whether this machine can draw Chinese at all; without a face Qt draws empty boxes."""
    return bool(QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese))
