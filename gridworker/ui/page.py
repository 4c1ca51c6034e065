"""What a page is to the window, and what the window is to a page."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Literal, Protocol

from PySide6.QtWidgets import QWidget

from gridworker.errors import GridworkerError
from gridworker.ui.actions import Actions
from gridworker.ui.background import Background
from gridworker.ui.drawer import Drawer
from gridworker.ui.message_bar import Message
from gridworker.ui.page_head import PageHead
from gridworker.ui.undo import Undoable


class Frame(Protocol):
    """What a page may ask of the window around it."""

    @property
    def acts(self) -> Actions:
        """The acts of the window."""

    @property
    def background(self) -> Background:
        """The two lanes."""

    def go(self, key: str, target: object = None) -> None:
        """Show another page; *target* is what it is to open."""

    def back(self) -> None:
        """Show the page before this one."""

    def say(self, message: Message) -> None:
        """Say something at the top of the content."""

    def say_error(self, error: GridworkerError, retry: Callable[[], object] | None = None) -> None:
        """Say what went wrong and what to do; it stays until it is closed."""

    def offer_undo(self, done: Undoable) -> None:
        """Say what was done with 撤销 beside it, and let Ctrl+Z take it back."""

    def open_drawer(self, drawer: Drawer) -> None:
        """Open a drawer at the right."""

    def close_drawer(self) -> None:
        """Close it."""

    def redraw(self, kinds: frozenset[str]) -> None:
        """Records of these kinds changed: every page that shows them reloads."""

    def design_width(self) -> int:
        """The window's width in design pixels: large text counts as a smaller window."""


class Page(ABC):
    """One page. It is built when it is first visited, and the window is handed to it then.

    ``place``: on the rail, at its foot, or ``none`` (opened from another page).
    ``search_hint``: the words in the page's own live filter; empty shows the opener of the
    palette instead. ``primary``: the id of the act on the blue button, empty for none; ``primary_words``: its words
    on this page, such as 新建住户, when they are not the act's own.
    ``back_to``: (words, page key) of the crumb above the title, for pages opened from others.
    """

    key: str
    title: str
    icon: str
    place: Literal["rail", "foot", "none"] = "rail"
    search_hint: str = ""
    primary: str = ""
    primary_words: str = ""
    back_to: tuple[str, str] | None = None

    @abstractmethod
    def build(self, frame: Frame, head: PageHead) -> QWidget:
        """Make the content, once. *head* is this page's own title line."""

    def shown(self) -> None:  # noqa: B027 - a page may have nothing to do
        """The page has come to the front."""

    def opened(self, target: object) -> None:  # noqa: B027
        """Another page wants *target* shown here; called before :meth:`shown`."""

    def redraw(self, kinds: frozenset[str]) -> None:  # noqa: B027
        """Records of these kinds changed while the page was in front, or since it last was."""

    def redraw_at_leisure(self, kinds: frozenset[str]) -> None:
        """The same after a sync: nobody waits for it, so it may come piece by piece."""
        self.redraw(kinds)

    def search(self, text: str) -> None:  # noqa: B027
        """The page's own filter changed."""

    def fitted(self, width: int) -> None:  # noqa: B027
        """The window's width in design pixels changed; hide panes below 1100 and so on."""

    def act(self, act_id: str) -> bool:
        """``new``, ``edit``, ``remove``, ``print``, ``export``, ``save`` or ``keep`` was asked.

        True when this page answered it.
        """
        return False
