"""What tests of the window stand on: a look that is put back, lanes that end, a page to visit."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from gridworker.ui.background import Background
from gridworker.ui.page import Frame, Page
from gridworker.ui.page_head import PageHead
from gridworker.ui.theme import Theme, look
from gridworker.ui.widgets import Label
from gridworker.ui.window import MainWindow


@pytest.fixture(autouse=True)
def what_was_closed_is_gone() -> Iterator[None]:
    """Outside a running event loop Qt keeps closed windows, and each would be dressed again."""
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    """The look of the application, light and of usual size again afterwards."""
    theme = look()
    yield theme
    theme.set_mode("light")
    theme.set_scale(1.0)


@pytest.fixture
def background(qapp: QApplication) -> Iterator[Background]:
    """Two lanes that are ended with the test."""
    lanes = Background()
    yield lanes
    assert lanes.shutdown(), "a lane did not end"


class SomePage(Page):
    """A page that remembers what the window asked of it."""

    def __init__(self, key: str, title: str, *, search_hint: str = "", place: str = "rail") -> None:
        self.key, self.title, self.icon = key, title, "home"
        self.search_hint = search_hint
        self.place = place  # type: ignore[assignment]
        self.asked: list[tuple[str, object]] = []
        self.frame: Frame | None = None
        self.head: PageHead | None = None

    def build(self, frame: Frame, head: PageHead) -> QWidget:
        self.frame, self.head = frame, head
        self.asked.append(("build", None))
        return Label(self.title)

    def shown(self) -> None:
        self.asked.append(("shown", None))

    def opened(self, target: object) -> None:
        self.asked.append(("opened", target))

    def redraw(self, kinds: frozenset[str]) -> None:
        self.asked.append(("redraw", kinds))

    def search(self, text: str) -> None:
        self.asked.append(("search", text))

    def fitted(self, width: int) -> None:
        self.asked.append(("fitted", width))

    def act(self, act_id: str) -> bool:
        self.asked.append(("act", act_id))
        return True

    def times(self, what: str) -> list[object]:
        """All that was asked under this word."""
        return [value for name, value in self.asked if name == what]


@pytest.fixture
def window(qtbot: QtBot, theme: Theme, background: Background) -> MainWindow:
    """A window with three pages, in front and active."""
    window = MainWindow(background)
    qtbot.addWidget(window)
    window.add_page(SomePage("today", "今日"))
    window.add_page(SomePage("homes", "住户", search_hint="姓名或地址"))
    window.add_page(SomePage("help", "帮助", place="foot"))
    window.go("today")
    window.show()
    qtbot.waitUntil(window.isActiveWindow)
    return window


@pytest.fixture
def shown(qtbot: QtBot, theme: Theme) -> Callable[[QWidget], QWidget]:
    """Show a widget as a window of its own, active."""

    def show(widget: QWidget) -> QWidget:
        qtbot.addWidget(widget)
        widget.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, False)
        widget.show()
        qtbot.waitUntil(widget.isActiveWindow)
        return widget

    return show
