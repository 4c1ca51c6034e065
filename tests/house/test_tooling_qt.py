"""The Qt that we locked, on this machine: it keeps count, and it can write Chinese."""

import sys

from PySide6.QtCore import QObject, QSize
from PySide6.QtGui import QColor, QFont, QFontDatabase, QImage, QPainter


def test_qt_loses_no_reference_to_none(qapp):
    """PySide6 6.12.0 on Python 3.11 drops one with every call, and dies after some thousand."""
    thing = QObject()
    before = sys.getrefcount(None)
    for _ in range(1000):
        thing.setObjectName("grid")
    assert before - sys.getrefcount(None) < 100


def drawn(letter: str) -> QImage:
    picture = QImage(QSize(48, 48), QImage.Format.Format_Grayscale8)
    picture.fill(QColor("white"))
    painter = QPainter(picture)
    font = QFont()
    font.setPixelSize(32)
    painter.setFont(font)
    painter.drawText(picture.rect(), letter)
    painter.end()
    return picture


def test_cjk_font_present(qapp):
    """Without one, Qt draws the same empty box for every letter, and says nothing."""
    assert QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese)
    letters = [drawn(letter) for letter in "民情日记网格"]
    assert all(a != b for n, a in enumerate(letters) for b in letters[:n])
