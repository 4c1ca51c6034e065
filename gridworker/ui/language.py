"""Chinese for what Qt itself says: menus of text fields, names of days and months."""

from __future__ import annotations

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

HERE = QLocale(QLocale.Language.Chinese, QLocale.Country.China)


def speak_chinese(app: QApplication) -> bool:
    """Let Qt's own words be Chinese on whatever machine; false when its words are not installed."""
    QLocale.setDefault(HERE)
    words = QTranslator(app)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    return words.load(HERE, "qtbase", "_", folder) and app.installTranslator(words)
