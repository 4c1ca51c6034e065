"""How the window looks now: light or dark, and how large.

The application carries its look as it carries its palette and its style sheet: whoever paints
asks :func:`look`. Widgets and layouts that hold sizes in design pixels have a ``rescale()``
that is called when the size changes.
"""

from __future__ import annotations

from typing import Final, Literal, cast

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QGuiApplication, QPalette, QStaticText
from PySide6.QtWidgets import QApplication, QLayout, QStyleFactory, QWidget

from gridworker.ui import fonts
from gridworker.ui.language import speak_chinese
from gridworker.ui.style import RESOURCES, TEMPLATE, pixels, render
from gridworker.ui.tokens import SCHEMES, Scheme

Mode = Literal["system", "light", "dark"]
MODES: Final[tuple[Mode, ...]] = ("system", "light", "dark")
SCALES: Final = (1.0, 1.2, 1.4, 1.6, 2.0)
_CARRIED: Final = "gridworker_look"
"""The name under which the application holds it: to search its children would load half of Qt's classes, and a
property of Qt's is turned into an object of Python's anew for each of the many thousand sizes of a page."""
MOST_LABELS: Final = 500
"""So many short words are kept laid out; tags and states are far fewer."""
SCALE_NAMES: Final = {1.0: "标准", 1.2: "大", 1.4: "特大", 1.6: "超大", 2.0: "最大"}


class Theme(QObject):
    """The look of one application; ``changed`` follows every switch."""

    changed = Signal()

    def __init__(self, app: QApplication, mode: Mode = "light", scale: float = 1.0) -> None:
        super().__init__(app)
        setattr(app, _CARRIED, self)
        self._app = app
        self._mode: Mode = mode
        self._scale = scale
        self._dressed = False
        self._scheme: Scheme | None = None
        self._colours: dict[str, QColor] = {}
        self._faces: dict[tuple[float, bool], tuple[QFont, QFontMetrics]] = {}
        self._labels: dict[str, QStaticText] = {}
        self._template = TEMPLATE.read_text(encoding="utf-8")
        app.styleHints().colorSchemeChanged.connect(self._system_changed)

    @property
    def mode(self) -> Mode:
        """What the worker chose; ``system`` follows the desktop."""
        return self._mode

    @property
    def scale(self) -> float:
        """Screen pixels per design pixel."""
        return self._scale

    @property
    def scheme(self) -> Scheme:
        """The scheme in use now."""
        if self._mode != "system":
            return self._mode
        if self._scheme is None:
            system = QGuiApplication.styleHints().colorScheme()
            self._scheme = "dark" if system == Qt.ColorScheme.Dark else "light"
        return self._scheme

    def colour(self, token: str) -> QColor:
        """A token of the scheme in use; made once, so it is not to be altered."""
        found = self._colours.get(token)
        if found is None:
            found = self._colours[token] = QColor(SCHEMES[self.scheme][token])
        return found

    def px(self, design: float) -> int:
        """Design pixels as screen pixels at the size in use."""
        return pixels(design, self._scale)

    def font(self, design: float = fonts.BODY, *, bold: bool = False) -> QFont:
        """The window's face at a size in design pixels."""
        return fonts.font(self.px(design), bold=bold)

    def face(self, design: float = fonts.BODY, *, bold: bool = False) -> tuple[QFont, QFontMetrics]:
        """A face and its measures for whoever paints; made once, so they are not to be altered."""
        found = self._faces.get((design, bold))
        if found is None:
            face = self.font(design, bold=bold)
            found = self._faces[design, bold] = face, QFontMetrics(face)
        return found

    def label(self, text: str) -> QStaticText:
        """A tag or another short word that stands on many pages, laid out in the face of hints."""
        found = self._labels.get(text)
        if found is None:
            if len(self._labels) >= MOST_LABELS:
                self._labels.clear()
            found = self._labels[text] = QStaticText(text)
            found.setTextFormat(Qt.TextFormat.PlainText)
            found.prepare(font=self.face(fonts.HINT)[0])
        return found

    def set_mode(self, mode: Mode) -> None:
        """Switch between light, dark and the desktop's own choice."""
        if mode != self._mode:
            self._mode = mode
            self._look_anew()
            self._hint()
            self.dress()

    def set_scale(self, scale: float) -> None:
        """Switch the size; one of :data:`SCALES`."""
        if scale != self._scale:
            self._scale = scale
            self.dress()
            self._rescale()

    def step_scale(self, steps: int) -> None:
        """One size larger or smaller, stopping at the ends."""
        here = min(range(len(SCALES)), key=lambda i: abs(SCALES[i] - self._scale))
        self.set_scale(SCALES[max(0, min(len(SCALES) - 1, here + steps))])

    def dress(self) -> None:
        """Put style, palette, face and sheet on the application."""
        self._look_anew()
        if not self._dressed:
            self._dressed = True
            speak_chinese(self._app)
            self._app.setStyle(QStyleFactory.create("Fusion"))
            self._hint()
        self._app.setPalette(self._palette())
        self._app.setFont(self.font())
        values = dict(SCHEMES[self.scheme])
        values["styles"] = (RESOURCES / "styles").as_posix()
        values["scheme"] = self.scheme
        self._app.setStyleSheet(render(self._template, values, self._scale))
        self.changed.emit()

    def _look_anew(self) -> None:
        self._scheme = None
        self._colours.clear()
        self._faces.clear()
        self._labels.clear()

    def _hint(self) -> None:
        """Dark title bars and native dialogs follow a choice made here."""
        hints = QGuiApplication.styleHints()
        hints.setColorScheme(
            {
                "system": Qt.ColorScheme.Unknown,
                "light": Qt.ColorScheme.Light,
                "dark": Qt.ColorScheme.Dark,
            }[self._mode]
        )

    def _system_changed(self) -> None:
        self._look_anew()
        if self._mode == "system" and self._dressed:
            self.dress()

    def _rescale(self) -> None:
        for top in self._app.topLevelWidgets():
            for part in (top, *top.findChildren(QWidget), *top.findChildren(QLayout)):
                rescale = getattr(part, "rescale", None)
                if rescale is not None:
                    rescale()

    def _palette(self) -> QPalette:
        palette = QPalette()
        role = QPalette.ColorRole
        for which, token in {
            role.Window: "app",
            role.WindowText: "text",
            role.Base: "surface",
            role.AlternateBase: "sunken",
            role.Text: "text",
            role.Button: "surface",
            role.ButtonText: "text",
            role.BrightText: "bad",
            role.PlaceholderText: "text3",
            role.ToolTipBase: "surface",
            role.ToolTipText: "text",
            role.Highlight: "primary",
            role.HighlightedText: "on_primary",
            role.Link: "primary",
            role.LinkVisited: "violet",
            role.Light: "surface",
            role.Midlight: "line",
            role.Mid: "line2",
            role.Dark: "ctl",
            role.Shadow: "line2",
            role.Accent: "primary",
        }.items():
            palette.setColor(which, self.colour(token))
        for which in (role.WindowText, role.Text, role.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, which, self.colour("ctl"))
        return palette


def carried(app: QApplication) -> Theme | None:
    """The look that *app* carries; None when none was put on."""
    return cast("Theme | None", getattr(app, _CARRIED, None))


def look() -> Theme:
    """The look that the running application carries; a plain light one if none was put on."""
    app = cast(QApplication, QApplication.instance())
    theme = carried(app)
    if theme is None:
        theme = Theme(app)
        theme.dress()
    return theme


def px(design: float) -> int:
    """Design pixels as screen pixels at the size in use."""
    return look().px(design)


def colour(token: str) -> QColor:
    """A token's colour in the scheme in use."""
    return look().colour(token)
